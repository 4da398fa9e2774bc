//go:build unix

package main

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// facts are what a tincan.sqlite holds, read as another program would: a field of a thing by "kind key" and name. A
// time that a form cuts to seconds names the same post in both.
type facts map[string]map[string]string

func readFacts(t *testing.T, path string, grain time.Duration) facts {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := facts{}
	read := func(kind, query string, args ...any) {
		t.Helper()
		rows, err := db.Query(query, args...)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			cells, into := make([]sql.NullString, len(names)), make([]any, len(names))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			key := kind + " " + cells[0].String
			if all[key] != nil {
				t.Fatalf("%s stands there twice", key)
			}
			all[key] = map[string]string{}
			for i, name := range names[1:] {
				all[key][name] = cells[i+1].String
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	// A post is known by who wrote it, where and when. The channels that every place has are there before an import, which
	// brings theirs under another name.
	post := `(SELECT o.handle || ' in ' || replace(oc.name, '-imported', '') || ' at ' || (q.at / ?1) FROM post q JOIN person o ON o.id = q.author_id JOIN channel oc ON oc.id = q.channel_id WHERE q.id = %s)`
	at := grain.Milliseconds()
	read("person", `SELECT handle, name, department, team, title, zone, email, bot, admin, state FROM person WHERE handle <> 'reader'`)
	read("channel", `SELECT name, shown, purpose, private, direct, stewards_post, everyone, archived_at <> 0 AS archived, created_at / ?1 AS created, (SELECT handle FROM person WHERE id = created_by) AS creator,
		(SELECT group_concat(handle) FROM (SELECT h.handle FROM member m JOIN person h ON h.id = m.person_id WHERE m.channel_id = channel.id ORDER BY h.handle)) AS members,
		(SELECT group_concat(handle) FROM (SELECT h.handle FROM member m JOIN person h ON h.id = m.person_id WHERE m.channel_id = channel.id AND m.steward ORDER BY h.handle)) AS stewards FROM channel`, at)
	read("post", `SELECT `+fmt.Sprintf(post, "p.id")+`, p.body, `+fmt.Sprintf(post, "p.root_id")+` AS thread, p.edited_at / ?1 AS edited, p.deleted_at AS deleted, p.hidden_at AS hidden, p.hidden_why AS why_hidden,
		(SELECT handle FROM person WHERE id = p.hidden_by) AS hider, p.imported, p.question, `+fmt.Sprintf(post, "p.answer_id")+` AS answer, p.pinned_at AS pinned,
		(SELECT group_concat(r) FROM (SELECT r.reaction || ' ' || h.handle AS r FROM reaction r JOIN person h ON h.id = r.person_id WHERE r.post_id = p.id ORDER BY 1)) AS reactions,
		(SELECT json_group_array(json_array(body, at)) FROM (SELECT body, at FROM version WHERE post_id = p.id ORDER BY id)) AS versions,
		(SELECT json_array(must_read, due_at, published_at, version, asked, (SELECT handle FROM person WHERE id = for_id)) FROM announcement WHERE post_id = p.id) AS asks,
		(SELECT group_concat(a) FROM (SELECT h.handle || ' ' || a.answer || ' ' || a.at AS a FROM answer a JOIN person h ON h.id = a.person_id WHERE a.post_id = p.id ORDER BY 1)) AS answers FROM post p`, at)
	read("decision", `SELECT id || ' ' || at || ' ' || act || ' ' || about, by_id, why, was, became FROM decision`)
	read("trial", `SELECT 'is', name, purpose, first, last FROM trial WHERE name <> ''`)
	read("objective", `SELECT id, what, measure, baseline, target, due FROM objective`)
	return all
}

// lost is what differs between what went out and what came back: "post.pinned" for a field, "decision" for a thing that is
// not there, "more person" for one that was not; "post that is gone" for anything about one that is hidden or deleted, and for a reply to it without a thread.
func lost(out, back facts) map[string]string {
	all := map[string]string{}
	gone := func(key string) bool { return out[key]["hidden"] > "0" || out[key]["deleted"] > "0" }
	for key, was := range out {
		kind, _, _ := strings.Cut(key, " ")
		if gone(key) {
			kind = "post that is gone"
		}
		is := back[key]
		if is == nil {
			all[kind] = key
			continue
		}
		for field := range was {
			switch {
			case was[field] == is[field]:
			case kind == "post that is gone" || field == "thread" && gone("post "+was[field]):
				if field != "imported" {
					all["post that is gone"] = key + " " + field
				}
			default:
				all[kind+"."+field] = fmt.Sprintf("%s was %q and is %q", key, was[field], is[field])
			}
		}
	}
	for key := range back {
		if out[key] == nil {
			kind, _, _ := strings.Cut(key, " ")
			all["more "+kind] = key
		}
	}
	return all
}

// TestRoundTrips takes the whole made-up company out in every form and brings it back into an empty place by each that can be
// read in: all of it is the same, but for what is named here, and what the text that people get with it names too.
func TestRoundTrips(t *testing.T) {
	dir := wholeCompany(t)
	now := demoSunday
	s, err := store.Open(t.Context(), dir, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	amira, err := s.PersonByHandle(t.Context(), "amira")
	if err != nil {
		t.Fatal(err)
	}
	export := func(private bool) string {
		t.Helper()
		to := filepath.Join(t.TempDir(), "export")
		o := archive.ExportOptions{Selection: store.Selection{Private: private}, Made: now}
		if private {
			code, err := s.ConsentCode(t.Context(), amira.ID, store.PrivateExport, "To take all of it along.")
			if err != nil {
				t.Fatal(err)
			}
			o.Code = code.Text
		}
		v, err := archive.Export(t.Context(), s, store.Operator, to, o) // reads back and compares all six
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(v.Formats, archive.Formats()) || v.Counts["threads"]+v.Counts["replies"] < 3000 || v.Counts["announcements"] < 6 || v.Counts["answers"] < 300 || v.Counts["versions"] == 0 || v.Counts["hidden"] == 0 || v.Counts["deleted"] == 0 {
			t.Errorf("exported %v", v.Counts)
		}
		return to
	}
	all, open := export(true), export(false)
	var text strings.Builder // that people get with it
	for _, name := range []string{filepath.Join(open, "README.txt"), "../../README.md"} {
		said, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(said)
	}
	words := regexp.MustCompile(`\s+`).ReplaceAllString(text.String(), " ")
	// What comes back in no form, and the words by which the text says so.
	always := map[string]string{
		"decision": "the trial's objectives and the log of decisions are in tincan.sqlite alone", "trial": "the log of decisions, the trial and its objectives", "objective": "the trial's objectives", "more decision": "Each export stands in the log of decisions",
		"person.admin": "who was an admin", "person.state": "People wait there without a way in", "post.imported": "posts count as imported",
		"post.asks": "what announcements asked", "post.answers": "who has answered an announcement", "channel.creator": "who opened a channel",
		"channel.members": "who is in the channels that everyone is in", "channel.created": "which are those of the new place",
	}

	for _, form := range []struct {
		name, from string
		grain      time.Duration
		loses      map[string]string // besides
		bring      func(t *testing.T, s *store.Store, from string) error
	}{
		{name: "sqlite", from: all, grain: time.Millisecond, bring: bringTincan},
		{name: "slack", from: open, grain: time.Millisecond, bring: bringSlack, loses: map[string]string{
			"post that is gone": "a deleted or hidden post is left out, and its thread begins with the first reply", "more channel": "#everyone-imported and #announcements-imported", "person.department": "departments and teams", "person.team": "departments and teams",
			"channel.stewards": "who looks after a channel", "post.question": "questions and their answers", "post.answer": "questions and their answers", "post.pinned": "pins", "post.versions": "what an edited post said before",
		}},
		{name: "mbox", from: open, grain: time.Second, bring: bringMailboxes, loses: map[string]string{
			"post that is gone": "of a mailbox the reason stands in its place", "more channel": "#everyone-imported and #announcements-imported",
			"person": "those who wrote nothing", "person.department": "what is known of people besides their names", "person.team": "what is known of people besides their names", "person.title": "what is known of people besides their names", "person.email": "what is known of people besides their names",
			"channel.purpose": "all about a channel but its name", "channel.stewards": "all about a channel but its name", "channel.archived": "the channel is one to read",
			"post.reactions": "reactions", "post.question": "questions and their answers", "post.answer": "questions and their answers", "post.pinned": "pins", "post.edited": "whether a post was edited", "post.versions": "whether a post was edited",
		}},
	} {
		t.Run(form.name, func(t *testing.T) {
			empty, err := store.Open(t.Context(), t.TempDir(), store.Options{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			defer empty.Close()
			if err := form.bring(t, empty, form.from); err != nil {
				t.Fatal(err)
			}
			back := filepath.Join(t.TempDir(), "back")
			o := archive.ExportOptions{Made: now, Formats: []string{"sqlite"}}
			if form.from == all {
				code, err := empty.CreateInvite(t.Context(), store.Operator, store.Invite{Handle: "reader", Admin: true})
				if err != nil {
					t.Fatal(err)
				}
				reader, err := empty.RedeemCode(t.Context(), code.Text, store.Credential{Key: &store.Key{Fingerprint: "SHA256:reader", Kind: "ssh-ed25519", Public: []byte("reader")}})
				if err != nil {
					t.Fatal(err)
				}
				if code, err = empty.ConsentCode(t.Context(), reader.ID, store.PrivateExport, "To compare."); err != nil {
					t.Fatal(err)
				}
				o.Code, o.Selection.Private = code.Text, true
			}
			if _, err := archive.Export(t.Context(), empty, store.Operator, back, o); err != nil {
				t.Fatal(err)
			}
			got := lost(readFacts(t, filepath.Join(form.from, store.File), form.grain), readFacts(t, filepath.Join(back, store.File), form.grain))
			loses := maps.Clone(always)
			maps.Copy(loses, form.loses)
			for _, what := range slices.Sorted(maps.Keys(got)) {
				if _, known := loses[what]; !known {
					t.Errorf("%s is not the same: %s", what, got[what])
				}
			}
			for what, said := range loses {
				if got[what] == "" {
					t.Errorf("%s is lost no longer", what)
				}
				if !strings.Contains(words, said) {
					t.Errorf("nobody is told of %s: %q", what, said)
				}
			}
		})
	}
}

func bringTincan(t *testing.T, s *store.Store, from string) error {
	x, done, err := archive.OpenExport(t.Context(), from, t.TempDir())
	if err != nil {
		return err
	}
	defer done()
	_, err = archive.ImportTincan(t.Context(), s, store.Operator, x, func(int) {})
	return err
}

func bringSlack(t *testing.T, s *store.Store, from string) error {
	in, closing, err := openArchive(filepath.Join(from, "slack-export.zip"))
	if err != nil {
		return err
	}
	defer closing()
	slack, err := archive.ReadSlack(in)
	if err != nil {
		return err
	}
	_, err = slack.Import(t.Context(), s, store.Operator, func(string, int) {})
	return err
}

// bringMailboxes brings each mailbox into the channel of its name.
func bringMailboxes(t *testing.T, s *store.Store, from string) error {
	boxes, err := filepath.Glob(filepath.Join(from, "mbox", "*.mbox"))
	for _, path := range boxes {
		f, size, openErr := openFile(path)
		if openErr != nil {
			return openErr
		}
		defer f.Close()
		box, readErr := archive.ReadMbox(t.Context(), f, size, filepath.Base(path), func(int, float64) {})
		if readErr != nil {
			return readErr
		}
		if _, err := box.Import(t.Context(), s, store.Operator, strings.TrimSuffix(filepath.Base(path), ".mbox"), func(int) {}); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return err
}

// The whole company has much to say, and says nothing twice in sight of each other.
func TestDemoIsWhole(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(wholeCompany(t), store.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	number := func(query string, args ...any) (n int) {
		t.Helper()
		if err := db.QueryRow(query, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, want := range []struct {
		what, query string
		least, most int
	}{
		{"posts", `SELECT count(*) FROM post WHERE imported = 0`, 3000, 6000},
		{"people who wrote", `SELECT count(DISTINCT author_id) FROM post WHERE imported = 0`, 60, 100},
		{"replies to half of the threads", `SELECT 100 * count(DISTINCT root_id) / (SELECT count(*) FROM post WHERE imported = 0 AND root_id = 0) FROM post WHERE imported = 0 AND root_id <> 0`, 60, 90},
		{"stories of those who were helped", `SELECT count(*) FROM post WHERE body LIKE '%#helped%'`, 15, 60},
		{"announcements", `SELECT count(*) FROM announcement WHERE must_read = 1`, 5, 20},
		{"in a hundred by one person", `SELECT 100 * max(n) / sum(n) FROM (SELECT count(*) AS n FROM post WHERE imported = 0 GROUP BY author_id)`, 3, 12},
		{"said again within days", fmt.Sprintf(`SELECT count(*) FROM post p JOIN post q ON q.body = p.body AND q.id < p.id WHERE p.imported = 0 AND length(p.body) > %d AND p.at - q.at < %d`, sayable, (again-1)*24*time.Hour.Milliseconds()), 0, 0},
	} {
		if n := number(want.query); n < want.least || n > want.most {
			t.Errorf("%d %s, want %d to %d", n, want.what, want.least, want.most)
		}
	}
}

// BenchmarkDemo is how long it takes until the company that tincan demo shows is there.
func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		c, err := companyIn(b.Context(), b.TempDir(), demoSeed, demoSunday, demoStaff, trialToday/7+1)
		if err != nil {
			b.Fatal(err)
		}
		c.store.Close()
	}
}
