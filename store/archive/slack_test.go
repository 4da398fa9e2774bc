package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// export is the made-up Slack export that holds every pitfall we know.
func export() fs.FS { return os.DirFS("testdata/slack") }

const exportAccount = `       26  imported as posts
        3  imported as replies
        1  joined: members come with their channel
        1  left: members come with their channel
        2  skipped: a channel was named, described, archived or opened; it keeps its last state
        1  skipped: a notice of the product itself, such as a pin or a new integration
        1  skipped: there is nothing in it to show
        1  skipped: it was deleted before the export
        1  skipped: a second copy of the same message
        4  skipped: it stands in a private channel or direct conversation
        1  skipped: channels.json does not name its channel
        4  skipped: it cannot be read as a message
---------
       46  messages in the export
        2  reactions are of kinds that there are not here
Not read to its end: torn/2024-03-01.json: unexpected EOF
`

// open returns a store in a new folder, and an admin of it to read with.
func open(t *testing.T) (*store.Store, int64) {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	code, err := s.FirstAdminCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.RedeemCode(t.Context(), code.Text, store.Credential{Password: "long enough to do", User: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	return s, p.ID
}

// bring imports fsys into s, or runs dry where s is nil.
func bring(t *testing.T, s *store.Store, fsys fs.FS) *archive.Account {
	t.Helper()
	slack, err := archive.ReadSlack(fsys)
	if err != nil {
		t.Fatal(err)
	}
	account, err := slack.Import(t.Context(), s, store.Operator, func(string, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// transcript reads a channel back: author, text, and replies under > in the order of writing.
func transcript(t *testing.T, s *store.Store, me int64, channel string) string {
	t.Helper()
	c, err := s.Channel(t.Context(), me, channel)
	if err != nil {
		t.Fatal(err)
	}
	posts, err := s.ChannelLog(t.Context(), me, c.ID, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	roots := map[int64]string{}
	var b strings.Builder
	for _, p := range posts {
		roots[p.ID] = strings.Fields(p.Body)[0]
		if p.Root != 0 {
			fmt.Fprintf(&b, "> %s… ", roots[p.Root])
		}
		fmt.Fprintf(&b, "%s: %s", p.Handle, p.Body)
		if !p.EditedAt.IsZero() {
			b.WriteString(" (edited)")
		}
		if p.Deleted || !p.Imported {
			fmt.Fprintf(&b, " (deleted %v, imported %v)", p.Deleted, p.Imported)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestImportAccountsForEveryMessage(t *testing.T) {
	s, me := open(t)
	dry := bring(t, nil, export())
	if got := dry.String(); got != exportAccount {
		t.Errorf("dry run:\n%s\nwant:\n%s", got, exportAccount)
	}
	if all, err := s.Channels(t.Context(), me); err != nil || len(all) != 2 {
		t.Errorf("after a dry run there are %d channels (%v), want #everyone and #announcements", len(all), err)
	}
	real := bring(t, s, export())
	if got := real.String(); got != exportAccount {
		t.Errorf("import:\n%s\nwant:\n%s", got, exportAccount)
	}
	if real.Posts != real.Count(archive.Posted)+real.Count(archive.Replied) {
		t.Errorf("%d posts added, but %d and %d accounted for", real.Posts, real.Count(archive.Posted), real.Count(archive.Replied))
	}
	if real.People != 9 || real.Channels != 5 {
		t.Errorf("added %d people and %d channels, want 9 and 5", real.People, real.Channels)
	}
	again := bring(t, s, export())
	if again.People != 0 || again.Channels != 0 || again.Posts != 0 {
		t.Errorf("a second import added %d people, %d channels, %d posts", again.People, again.Channels, again.Posts)
	}
	if again.String() != exportAccount {
		t.Errorf("a second import accounts differently:\n%s", again)
	}
}

func TestImportedText(t *testing.T) {
	s, me := open(t)
	bring(t, s, export())
	want, err := os.ReadFile("testdata/general.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got := transcript(t, s, me, "general"); got != string(want) {
		t.Errorf("#general reads\n%s\nwant\n%s", got, want)
	}
	if got, want := transcript(t, s, me, "torn"), "maya.lind: before the tear\nmaya.lind: after the tear\n"; got != want {
		t.Errorf("#torn reads %q, want %q", got, want)
	}
}

func TestImportedChannelsAndPeople(t *testing.T) {
	s, me := open(t)
	bring(t, s, export())
	general, err := s.Channel(t.Context(), me, "general")
	if err != nil {
		t.Fatal(err)
	}
	if general.Purpose != "All about #random & more" || general.Members != 2 || !general.Imported || general.Everyone {
		t.Errorf("#general is %+v", general)
	}
	random, err := s.Channel(t.Context(), me, "random")
	if err != nil || random.Purpose != "only a topic" {
		t.Errorf("#random is %+v (%v)", random, err)
	}
	if attic, err := s.Channel(t.Context(), me, "attic"); err != nil || !attic.Archived {
		t.Errorf("#attic is %+v (%v), want it archived", attic, err)
	}
	x, err := s.Extract(t.Context(), store.Operator, store.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	channels, err := x.Channels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]int64{}
	for _, c := range channels {
		made[c.Name] = c.CreatedAt.Unix()
	}
	if made["general"] != 1700000000 || made["random"] != 1700000001 {
		t.Errorf("#general was made at %d, #random at %d", made["general"], made["random"])
	}
	for _, secret := range []string{"secret", "D0AAAAAA1", "mpdm-a--b-1", "stray"} {
		if c, err := s.Channel(t.Context(), me, secret); err == nil {
			t.Errorf("%s was imported as #%s", secret, c.Name)
		}
	}
	maya, err := s.Person(t.Context(), me, "maya.lind")
	if err != nil || maya.Name != "Maya Lind" || maya.Title != "Controller" || maya.State != store.Staged || maya.Bot {
		t.Errorf("maya.lind is %+v (%v)", maya, err)
	}
	guest, err := s.Person(t.Context(), me, "gina")
	if err != nil || guest.Name != "Gina Guest" || guest.Bot {
		t.Errorf("gina is %+v (%v)", guest, err)
	}
	for _, bot := range []string{"buildbot", "buildbot-2", "slackbot", "ci..friends", "unknown.sender"} {
		if p, err := s.Person(t.Context(), me, bot); err != nil || !p.Bot {
			t.Errorf("%s is %+v (%v), want a bot", bot, p, err)
		}
	}
}

func TestImportFromZip(t *testing.T) {
	for _, prefix := range []string{"", "Nordwind Slack export/"} {
		var packed bytes.Buffer
		w := zip.NewWriter(&packed)
		if prefix != "" { // what a Mac adds
			if _, err := w.Create("__MACOSX/" + prefix + "._channels.json"); err != nil {
				t.Fatal(err)
			}
		}
		err := fs.WalkDir(export(), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(export(), name)
			if err != nil {
				return err
			}
			f, err := w.Create(prefix + name)
			if err == nil {
				_, err = f.Write(text)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if got := bring(t, nil, z).String(); got != exportAccount {
			t.Errorf("zip with prefix %q:\n%s", prefix, got)
		}
	}
}

func TestNoExport(t *testing.T) {
	hostile := `[{"id": "C1", "name": "../../outside"}, {"id": "C2", "name": "/etc"}]`
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string // in the error; "" for none
	}{
		"empty":              {fstest.MapFS{}, "no Slack export"},
		"two exports":        {fstest.MapFS{"a/channels.json": {Data: []byte("[]")}, "b/channels.json": {Data: []byte("[]")}}, "no Slack export"},
		"channels no list":   {fstest.MapFS{"channels.json": {Data: []byte(`{"id": 1}`)}}, "channels.json of the Slack export cannot be read"},
		"channels torn":      {fstest.MapFS{"channels.json": {Data: []byte(`[{"id": `)}}, "channels.json of the Slack export cannot be read"},
		"channel of no name": {fstest.MapFS{"channels.json": {Data: []byte(`[{"id": "C1"}]`)}}, "a channel has no id or no name"},
		"paths for names":    {fstest.MapFS{"channels.json": {Data: []byte(hostile)}}, ""},
		"no users.json":      {fstest.MapFS{"channels.json": {Data: []byte("[]")}}, ""},
	} {
		slack, err := archive.ReadSlack(c.files)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q in it", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		account, err := slack.Import(t.Context(), nil, store.Operator, func(string, int) {})
		if err != nil || account.Messages() != 0 || len(account.Broken) != 0 {
			t.Errorf("%s: %v %v", name, account, err)
		}
	}
}

// endless is a JSON list that never ends, as a small zip can hold one.
type endless struct{ fstest.MapFS }

func (e endless) Open(name string) (fs.File, error) {
	f, err := e.MapFS.Open(name)
	if err != nil || !strings.HasPrefix(name, "general/") {
		return f, err
	}
	return endlessFile{f, io.MultiReader(strings.NewReader("["), spaces{})}, nil
}

type endlessFile struct {
	fs.File
	io.Reader
}

func (f endlessFile) Read(b []byte) (int, error) { return f.Reader.Read(b) }

type spaces struct{}

func (spaces) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestZipBomb(t *testing.T) {
	bomb := endless{fstest.MapFS{
		"channels.json":           {Data: []byte(`[{"id": "C1", "name": "general"}]`)},
		"general/2024-03-01.json": {},
	}}
	account := bring(t, nil, bomb)
	if got := strings.Join(account.Broken, "; "); !strings.Contains(got, "larger than any Slack export") {
		t.Errorf("broken: %q, want the file to be given up", got)
	}
}

// texts is an export of one channel whose messages have the given texts, a second apart.
func texts(t *testing.T, all ...string) fs.FS {
	t.Helper()
	type message struct {
		User string `json:"user"`
		TS   string `json:"ts"`
		Text string `json:"text"`
	}
	var messages []message
	for i, text := range all {
		messages = append(messages, message{"U1", fmt.Sprintf("%d.000000", 1709280000+i), text})
	}
	day, err := json.Marshal(messages)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"users.json":              {Data: []byte(`[{"id": "U1", "name": "maya"}]`)},
		"channels.json":           {Data: []byte(`[{"id": "C1", "name": "general"}]`)},
		"general/2024-03-01.json": {Data: day},
	}
}

func TestLongTextIsCutAndCounted(t *testing.T) {
	s, me := open(t)
	long := strings.Repeat("é", store.ImportedPostLimit)
	account := bring(t, s, texts(t, long, "short"))
	if account.Shortened != 1 || account.Posts != 2 {
		t.Errorf("%d shortened, %d added; want 1 and 2", account.Shortened, account.Posts)
	}
	if got := transcript(t, s, me, "general"); !strings.Contains(got, "éé\n(The rest was too long to import.)\n") {
		t.Errorf("the cut is not marked: …%q", got[len(got)-100:])
	}
}

func TestMoreMessagesThanABatch(t *testing.T) {
	s, me := open(t)
	var all []string
	for i := range 1001 {
		all = append(all, fmt.Sprintf("message %d", i))
	}
	if account := bring(t, s, texts(t, all...)); account.Posts != len(all) {
		t.Errorf("%d posts added, want %d", account.Posts, len(all))
	}
	want := "maya: " + strings.Join(all, "\nmaya: ") + "\n"
	if got := transcript(t, s, me, "general"); got != want {
		t.Errorf("the channel does not read as it was written")
	}
}

// TestImportGoesOn stops an import in its middle and imports again.
func TestImportGoesOn(t *testing.T) {
	s, me := open(t)
	slack, err := archive.ReadSlack(export())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped, err := slack.Import(ctx, s, store.Operator, func(channel string, _ int) {
		if channel == "attic" {
			stop()
		}
	})
	if err == nil || stopped.Posts != 1 {
		t.Fatalf("added %d posts (%v), want the 1 of #attic and an error", stopped.Posts, err)
	}
	rest := bring(t, s, export())
	if got, want := stopped.Posts+rest.Posts, rest.Count(archive.Posted)+rest.Count(archive.Replied); got != want {
		t.Errorf("%d posts in two goes, want %d", got, want)
	}
	want, _ := os.ReadFile("testdata/general.golden")
	if got := transcript(t, s, me, "general"); got != string(want) {
		t.Errorf("#general reads\n%s", got)
	}
}

// TestRealExport imports a real workspace where one lies beside the repository.
func TestRealExport(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "slack-export")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there is no real export beside the repository")
	}
	s, me := open(t)
	began := time.Now()
	account := bring(t, s, os.DirFS(dir))
	t.Logf("in %v:\n%s", time.Since(began).Round(time.Millisecond), account)
	if account.Messages() != 1382 || account.Count(archive.Joined) != 320 || account.Channels != 16 || len(account.Broken) != 0 {
		t.Errorf("%d messages, %d joined, %d channels, broken %v", account.Messages(), account.Count(archive.Joined), account.Channels, account.Broken)
	}
	if account.People != 71 {
		t.Errorf("%d people added, want 71: the file comments name their authors in the text", account.People)
	}
	if want := account.Count(archive.Posted) + account.Count(archive.Replied); account.Posts != want || want < 964+61+6 {
		t.Errorf("%d posts added, %d accounted for, want every text, file and comment", account.Posts, want)
	}
	again := bring(t, s, os.DirFS(dir))
	if again.People+again.Channels+again.Posts != 0 {
		t.Errorf("a second import added %d people, %d channels, %d posts", again.People, again.Channels, again.Posts)
	}
	all, err := s.Channels(t.Context(), me)
	if err != nil || len(all) != 18 {
		t.Errorf("%d channels (%v), want 16 and the two of the start", len(all), err)
	}
	for _, c := range all {
		if c.Imported {
			if got := transcript(t, s, me, c.Name); strings.Contains(got, "<@") || strings.Contains(got, "&amp;") || strings.Contains(got, "|http") {
				t.Errorf("#%s still has Slack's markup in it", c.Name)
			}
		}
	}
}

// TestLongNamesAreToldApart: a handle has 32 characters, and two long names may share them.
func TestLongNamesAreToldApart(t *testing.T) {
	s, me := open(t)
	long := strings.Repeat("x", 40)
	bring(t, s, fstest.MapFS{
		"users.json":    {Data: []byte(`[{"id": "U1", "name": "` + long + `"}, {"id": "U2", "name": "` + long + `"}]`)},
		"channels.json": {Data: []byte(`[]`)},
	})
	for _, handle := range []string{long[:32], long[:24] + "-2"} {
		if _, err := s.Person(t.Context(), me, handle); err != nil {
			t.Errorf("%s: %v", handle, err)
		}
	}
}

// FuzzDay: whatever stands in a day's file, every element of a list is accounted for, once, and
// what is no list is named.
func FuzzDay(f *testing.F) {
	for _, day := range []string{"2024-03-01", "2024-03-02", "2024-03-03"} {
		text, err := os.ReadFile("testdata/slack/general/" + day + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"a": [1]}`))
	f.Add([]byte(`[1, [2], {"ts": "1.000000"}`))
	f.Fuzz(func(t *testing.T, day []byte) {
		slack, err := archive.ReadSlack(fstest.MapFS{
			"channels.json":           {Data: []byte(`[{"id": "C1", "name": "general"}]`)},
			"general/2024-03-01.json": {Data: day},
		})
		if err != nil {
			t.Fatal(err)
		}
		account, err := slack.Import(context.Background(), nil, store.Operator, func(string, int) {})
		if err != nil {
			t.Fatal(err)
		}
		var list []json.RawMessage
		if json.Unmarshal(day, &list) == nil && list != nil {
			if account.Messages() != len(list) || len(account.Broken) > 0 {
				t.Errorf("%d of %d messages accounted for, broken %q", account.Messages(), len(list), account.Broken)
			}
		} else if len(account.Broken) == 0 && json.Valid(day) {
			t.Errorf("%q is no list and was taken for one", day)
		}
	})
}
