package archive_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// office is a store with three people in it.
type office struct {
	*testing.T
	*store.Store
	ctx             context.Context
	maya, nils, pia int64
	at              time.Time
	clock           atomic.Pointer[time.Time] // the same for the store, whose indexer looks at any time
}

func (o *office) set(at time.Time) {
	o.at = at
	o.clock.Store(&at)
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, ctx: t.Context()}
	o.set(time.Date(2026, 11, 20, 14, 3, 0, 0, time.UTC))
	var err error
	o.Store, err = store.Open(o.ctx, t.TempDir(), store.Options{Now: func() time.Time { return *o.clock.Load() }, PostsPerMinute: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	for i, id := range []*int64{&o.maya, &o.nils, &o.pia} { // in the order of their names, which is that of an import
		handle := []string{"maya", "nils", "pia"}[i]
		code, err := o.CreateInvite(o.ctx, store.Operator, store.Invite{Handle: handle, Name: "The " + handle, Admin: handle == "pia"})
		o.must(err)
		p, err := o.RedeemCode(o.ctx, code.Text, store.Credential{Key: &store.Key{Fingerprint: "SHA256:" + handle, Kind: "ssh-ed25519", Public: []byte("public " + handle)}})
		o.must(err)
		*id = p.ID
	}
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) write(me int64, at store.Place, body string) int64 {
	o.Helper()
	p, err := o.CreatePost(o.ctx, me, store.NewPost{Place: at, Body: body})
	o.must(err)
	return p.ID
}

func (o *office) channel(me int64, name string, private bool) int64 {
	o.Helper()
	c, err := o.CreateChannel(o.ctx, me, store.NewChannel{Name: name, Private: private})
	o.must(err)
	return c.ID
}

// export reads somebody's export back, checked against its manifest: the text of each file.
func (o *office) export(me int64) map[string]string {
	o.Helper()
	var b bytes.Buffer
	o.must(archive.ExportMe(o.ctx, &b, o.Store, me, o.at))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	o.must(err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		o.must(err)
		text, err := io.ReadAll(r) // checks the zip's own checksum too
		o.must(err)
		files[f.Name] = string(text)
	}
	var m archive.Manifest
	o.must(json.Unmarshal([]byte(files["manifest.json"]), &m))
	if m.Format != "tincan person 1" || !m.Made.Equal(o.at) || len(m.Files) != len(files)-1 {
		o.Errorf("manifest: %+v", m)
	}
	for _, f := range m.Files {
		text, there := files[f.Name]
		sum := sha256.Sum256([]byte(text))
		lines := strings.Count(text, "\n")
		if f.Name == "README.txt" {
			lines = 0
		}
		if !there || f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != int64(len(text)) || f.Entries != lines {
			o.Errorf("%s is not as the manifest has it: %+v", f.Name, f)
		}
	}
	return files
}

// values are the JSON values of a file, one a line.
func values(t *testing.T, text string) (all []map[string]any) {
	t.Helper()
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		var v map[string]any
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatalf("%v in %s", err, s.Text())
		}
		all = append(all, v)
	}
	return all
}

func TestExportMe(t *testing.T) {
	o := newOffice(t)
	o.must(o.UpdateProfile(o.ctx, o.maya, store.Profile{Name: "Maya Lind", Department: "Finance", Title: "Controller", Zone: "Europe/Berlin"}))
	o.must(o.SetPassword(o.ctx, o.maya, "four words are safe"))
	everyone := store.Place{Channel: 1}
	root := o.write(o.maya, everyone, "Was geht <heute>?\nzwei Zeilen")
	reply := o.write(o.nils, store.Place{Root: root}, "nichts, @maya")
	mine := o.write(o.maya, store.Place{Root: root}, "schade")
	o.set(o.at.Add(time.Minute))
	_, err := o.EditPost(o.ctx, o.maya, root, "Was geht morgen?")
	o.must(err)
	o.must(o.React(o.ctx, o.nils, root, 0, true))
	o.must(o.React(o.ctx, o.pia, root, 0, true))
	o.must(o.React(o.ctx, o.pia, root, 1, true))
	gone := o.write(o.maya, everyone, "ein Irrtum")
	o.must(o.DeletePost(o.ctx, o.maya, gone))
	hidden := o.write(o.maya, everyone, "zu viel gesagt")
	o.must(o.HidePost(o.ctx, o.pia, hidden, "nicht hier"))
	o.must(o.SavePost(o.ctx, o.maya, reply, true))
	o.must(o.Visit(o.ctx, o.maya))
	o.must(o.SaveDraft(o.ctx, o.maya, everyone, store.Draft{Body: "angefangen", How: "To: Vertrieb\nDue: 3d"}))
	o.must(o.SaveDraft(o.ctx, o.maya, store.Place{Edit: mine}, store.Draft{Body: "doch nicht"}))
	o.must(o.React(o.ctx, o.maya, reply, 0, true))
	o.must(o.React(o.ctx, o.maya, reply, 2, true))
	o.must(o.React(o.ctx, o.maya, mine, 1, true))
	o.must(o.React(o.ctx, o.maya, mine, 1, false))
	o.must(o.ReportPost(o.ctx, o.maya, reply, "unfreundlich"))
	o.channel(o.maya, "finance", true)
	_, err = o.OpenDirect(o.ctx, o.maya, []string{"nils"})
	o.must(err)

	files := o.export(o.maya)
	names := []string{}
	for n := range files {
		names = append(names, n)
		if n != "manifest.json" && !strings.Contains(files["README.txt"], n) {
			t.Errorf("README.txt does not say what %s is", n)
		}
	}
	slices.Sort(names)
	if got, want := fmt.Sprint(names), "[README.txt answers.jsonl channels.json drafts.jsonl follows.jsonl inbox.jsonl keys.json manifest.json posts.jsonl profile.json reactions.jsonl reports.jsonl saved.jsonl terms.jsonl visits.jsonl]"; got != want {
		t.Errorf("files: %s", got)
	}
	for name, want := range map[string]string{
		"profile.json": `{"handle":"maya","name":"Maya Lind","department":"Finance","title":"Controller","zone":"Europe/Berlin","email":"","admin":false,"bot":false,"state":"active","notify":"nothing","has_password":true,` +
			`"created":"2026-11-20T14:03:00Z","came":"2026-11-20T14:03:00Z","seen":null}` + "\n",
		"keys.json": `{"fingerprint":"SHA256:maya","kind":"ssh-ed25519","label":"key 1","public":"ssh-ed25519 cHVibGljIG1heWE=","added":"2026-11-20T14:03:00Z","used":null}` + "\n",
		"drafts.jsonl": `{"channel":"everyone","reply_to":0,"edits":0,"body":"angefangen","how":"To: Vertrieb\nDue: 3d","saved":"2026-11-20T14:04:00Z"}` + "\n" +
			fmt.Sprintf(`{"channel":"everyone","reply_to":%d,"edits":%d,"body":"doch nicht","how":"","saved":"2026-11-20T14:04:00Z"}`+"\n", root, mine),
		"reactions.jsonl": fmt.Sprintf(`{"post":%d,"channel":"everyone","reactions":["thumbsup","tada"]}`+"\n", reply),
		"follows.jsonl":   fmt.Sprintf(`{"post":%d,"channel":"everyone"}`+"\n", root),
		"reports.jsonl":   fmt.Sprintf(`{"post":%d,"channel":"everyone","why":"unfreundlich","at":"2026-11-20T14:04:00Z"}`+"\n", reply),
		"visits.jsonl":    `{"day":"2026-11-20"}` + "\n",
		"saved.jsonl":     fmt.Sprintf(`{"id":%d,"channel":"everyone","author":"nils","at":"2026-11-20T14:03:00Z"}`+"\n", reply),
		"channels.json": `{"channel":"announcements","private":false,"direct":false,"steward":false,"muted":false}` + "\n" +
			`{"channel":"everyone","private":false,"direct":false,"steward":false,"muted":false}` + "\n" +
			`{"channel":"finance","private":true,"direct":false,"steward":true,"muted":false}` + "\n" +
			`{"channel":"with The nils","private":true,"direct":true,"steward":false,"muted":false}` + "\n",
		"posts.jsonl": fmt.Sprintf(`{"id":%d,"channel":"everyone","at":"2026-11-20T14:03:00Z","body":"Was geht morgen?","reply_to":0,"edited":"2026-11-20T14:04:00Z","earlier":[{"body":"Was geht <heute>?\nzwei Zeilen","at":"2026-11-20T14:03:00Z"}],"imported":false,"question":false,"answer":0,"hidden":"","replies":2,"reactions":{"heart":1,"thumbsup":2}}`+"\n", root) +
			fmt.Sprintf(`{"id":%d,"channel":"everyone","at":"2026-11-20T14:03:00Z","body":"schade","reply_to":%d,"edited":null,"earlier":[],"imported":false,"question":false,"answer":0,"hidden":"","replies":0,"reactions":{}}`+"\n", mine, root) +
			fmt.Sprintf(`{"id":%d,"channel":"everyone","at":"2026-11-20T14:04:00Z","body":"zu viel gesagt","reply_to":0,"edited":null,"earlier":[],"imported":false,"question":false,"answer":0,"hidden":"nicht hier","replies":0,"reactions":{}}`+"\n", hidden),
	} {
		if files[name] != want {
			t.Errorf("%s:\n%s\ninstead of\n%s", name, files[name], want)
		}
	}
	kinds := map[string]bool{}
	for _, v := range values(t, files["inbox.jsonl"]) {
		kinds[v["kind"].(string)] = true
		if v["by"] != "nils" && v["by"] != "pia" {
			t.Errorf("inbox: %v", v)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("inbox: %s", files["inbox.jsonl"])
	}
	for name, text := range files {
		for _, never := range []string{"argon2", "four words", "nichts", "public nils"} {
			if strings.Contains(text, never) {
				t.Errorf("%s holds %q", name, never)
			}
		}
	}
}

// What somebody wrote where they can no longer look is theirs; what became of it there is not.
func TestExportMeAfterLeaving(t *testing.T) {
	o := newOffice(t)
	secret := o.channel(o.pia, "secret", true)
	o.must(o.AddMember(o.ctx, o.pia, secret, "maya"))
	id := o.write(o.maya, store.Place{Channel: secret}, "mein Satz")
	_, err := o.EditPost(o.ctx, o.maya, id, "mein zweiter Satz")
	o.must(err)
	o.must(o.SaveDraft(o.ctx, o.maya, store.Place{Channel: secret, Root: id}, store.Draft{Body: "unfertig"}))
	o.must(o.SavePost(o.ctx, o.maya, id, true))
	o.must(o.LeaveChannel(o.ctx, o.maya, secret))
	o.write(o.pia, store.Place{Root: id}, "@maya die Antwort")
	o.must(o.React(o.ctx, o.pia, id, 0, true))
	o.must(o.HidePost(o.ctx, o.pia, id, "der Grund"))

	files := o.export(o.maya)
	for name, text := range files {
		for _, never := range []string{"secret", "Antwort", "Grund", "thumbsup"} {
			if strings.Contains(text, never) {
				t.Errorf("%s holds %q: %s", name, never, text)
			}
		}
	}
	posts := values(t, files["posts.jsonl"])
	if len(posts) != 1 || posts[0]["body"] != "mein zweiter Satz" || posts[0]["channel"] != "" || posts[0]["replies"] != 0.0 || len(posts[0]["earlier"].([]any)) != 1 {
		t.Errorf("posts: %v", posts)
	}
	if files["saved.jsonl"] != "" || files["inbox.jsonl"] != "" {
		t.Errorf("saved: %s, inbox: %s", files["saved.jsonl"], files["inbox.jsonl"])
	}
}

// Somebody who has written much gets all of it, in order, and it is never held whole.
func TestExportMeIsWhole(t *testing.T) {
	o := newOffice(t)
	var want []int64
	for i := range store.MaxPage + 7 {
		id := o.write(o.maya, store.Place{Channel: 1}, fmt.Sprintf("@nils %d", i))
		want = append(want, id)
		o.must(o.SavePost(o.ctx, o.nils, id, true))
	}
	files := o.export(o.maya)
	var got []int64
	for _, v := range values(t, files["posts.jsonl"]) {
		got = append(got, int64(v["id"].(float64)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d posts, want %d in order", len(got), len(want))
	}
	files = o.export(o.nils)
	if n, m := len(values(t, files["saved.jsonl"])), len(values(t, files["inbox.jsonl"])); n != len(want) || m != len(want) {
		t.Errorf("%d saved, %d in the inbox, want %d", n, m, len(want))
	}
}

// narrow takes so many bytes and then fails, as a line that drops.
type narrow struct {
	bytes.Buffer
	left int
}

var errDropped = errors.New("dropped")

func (n *narrow) Write(p []byte) (int, error) {
	if n.left -= len(p); n.left < 0 {
		return 0, errDropped
	}
	return n.Buffer.Write(p)
}

func TestExportMeTorn(t *testing.T) {
	o := newOffice(t)
	o.write(o.maya, store.Place{Channel: 1}, "hello")
	var whole bytes.Buffer
	o.must(archive.ExportMe(o.ctx, &whole, o.Store, o.maya, o.at))
	for left := 0; left < whole.Len(); left += 97 {
		w := &narrow{left: left}
		if err := archive.ExportMe(o.ctx, w, o.Store, o.maya, o.at); !errors.Is(err, errDropped) {
			t.Fatalf("after %d bytes: %v", left, err)
		}
		if _, err := zip.NewReader(bytes.NewReader(w.Bytes()), int64(w.Len())); err == nil {
			t.Errorf("torn after %d bytes, it passes for whole", left)
		}
	}
	o.must(o.LeaveForGood(o.ctx, o.maya))
	var out bytes.Buffer
	if err := archive.ExportMe(o.ctx, &out, o.Store, o.maya, o.at); !errors.Is(err, store.ErrForbidden) || out.Len() != 0 {
		t.Errorf("who has left gets %d bytes: %v", out.Len(), err)
	}
	if err := archive.ExportMe(o.ctx, &out, o.Store, store.Operator, o.at); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("the operator is nobody in particular: %v", err)
	}
}
