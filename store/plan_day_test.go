package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tincan/store"
)

// hot are the queries that screens and the indexer ask again and again, each by words that only it has.
var hot = []struct{ name, has string }{
	{"Home by activity, one branch a channel", "SELECT max(id, last_reply_id), id FROM post"},
	{"the inbox", "FROM inbox i JOIN person b"},
	{"how much of the inbox is new", "inbox_unread JOIN post p ON p.id = i.post_id JOIN channel c ON c.id = p.channel_id LEFT JOIN member m ON m.person_id = i.person_id AND m.channel_id = c.id\n\tWHERE i.person_id = ?1 AND (c.private = 0 OR m.person_id IS NOT NULL) AND i.unread = 1 LIMIT"},
	{"mark what was read", "UPDATE inbox SET unread = 0 WHERE person_id = ?1 AND unread = 1 AND ("},
	{"a deleted post's entries", "DELETE FROM inbox WHERE post_id"},
	{"saved posts", "FROM saved v JOIN post p"},
	{"a person's posts", "SELECT p.id FROM post p JOIN channel c"},
	{"people by handle", "FROM person p WHERE p.state IN (1, 2, 3) AND p.handle > ? ORDER"},
	{"people by a word", "p.handle > ?1 AND +p.id IN (SELECT person_id FROM person_word"},
	{"handles that start so", "p.handle >= ?1 AND p.handle < ?2"},
	{"what is new of a channel", "INDEXED BY post_position"},
	{"what is new of a thread", "SELECT count(*) FROM post WHERE root_id = +? AND"},
	{"pinned posts", "pinned_at > 0 AND"},
	{"open questions", "question = 1 AND answer_id = 0"},
	{"earlier versions", "SELECT body, at FROM version"},
	{"what waits for the index", "FROM search_queue q"},
	{"what a search finds", "- s.rowid FROM search s WHERE"},
	{"what it finds of private channels", "- s.rowid FROM search_private s WHERE"},
	{"what it looks for in posts", "FROM search s CROSS JOIN post p"},
	{"what it looks for in those of private channels", "FROM search_private s CROSS JOIN post p"},
	{"the words with a beginning", "FROM temp.search_word"},
	{"whether it is still there", "FROM json_each(?2) j CROSS JOIN post p ON p.id = j.value JOIN channel c"},
	{"its words", "SELECT p.id, p.body FROM json_each"},
	{"decisions", "FROM decision d LEFT JOIN"},
	{"the admins' list by name", "INDEXED BY person_called WHERE"},
	{"the admins' list by department", "INDEXED BY person_placed WHERE"},
	{"the admins' list by when they were here", "INDEXED BY person_seen WHERE p.phase"},
	{"the admins' list of a name", "INDEXED BY person_called WHERE p.phase = ? AND p.id IN"},
	{"how many are on the roster", "INDEXED BY person_counted WHERE state IN"},
	{"who has no code", "p.phase = 1 AND p.bot = 0 ORDER"},
	{"what makes announcements", "FROM json_each(?2) j CROSS JOIN announcement a"},
	{"what waits for an answer", "FROM audience u INDEXED BY audience_waits"},
	{"who has answered", "ORDER BY u.department, u.handle LIMIT"},
	{"answers by department", "FROM audience INDEXED BY audience_list WHERE post_id = ? AND inside = 1 GROUP BY department"},
	{"must-reads of a week", "FROM announcement WHERE must_read = 1 AND published_at"},
	{"a page of must-reads", "SELECT a.post_id FROM announcement a JOIN post p"},
	{"answers that are overdue", "INDEXED BY announcement_must"},
	{"whom a reminder is for", "SELECT u.person_id FROM audience u JOIN person p"},
	{"audiences to keep up to date", "FROM announcement a INDEXED BY announcement_until CROSS JOIN post w"},
}

// TestPlansOfADay compares how SQLite goes about them with what was found good: no growing table is scanned or sorted.
func TestPlansOfADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	sales := w.open(jon, "sales")
	w.join(sales, maya)
	root := w.ask(jon, w.everyone(), "root @maya")
	reply := w.reply(maya, root.ID, "reply")
	w.must(w.UnreadFrom(w.ctx, jon, reply.ID))
	w.must(w.UnreadFrom(w.ctx, maya, root.ID))
	w.must(w.MarkRead(w.ctx, maya, w.everyone(), 1))
	ask := func(_ any, err error) { t.Helper(); w.must(err) }
	_, _, err := w.HomeActive(w.ctx, maya, 0, 10)
	w.must(err)
	ask(w.Inbox(w.ctx, maya, nil, 10))
	ask(w.Side(w.ctx, maya))
	ask(w.Saved(w.ctx, maya, 0, 10))
	ask(w.PersonPosts(w.ctx, maya, jon, 0, 10))
	ask(w.People(w.ctx, maya, "", "", 10))
	ask(w.CompletePerson(w.ctx, maya, "jo"))
	ask(w.Pinned(w.ctx, maya, sales))
	ask(w.Decisions(w.ctx, maya, 0, 10))
	for order := range store.BySeen + 1 {
		ask(w.Entries(w.ctx, jon, store.EntryFilter{Order: order}, nil, 10))
	}
	ask(w.Entries(w.ctx, jon, store.EntryFilter{Find: "jo"}, nil, 10))
	ask(w.RosterCount(w.ctx, jon))
	ask(w.ImportRoster(w.ctx, jon, roster("handle=nils"), store.RosterAs{}))
	ask(w.LettersForAll(w.ctx, jon, ""))
	ask(w.Unanswered(w.ctx, jon))
	must := w.mustRead(jon, "read this")
	ask(w.MustReads(w.ctx, maya))
	ask(w.Audience(w.ctx, jon, must.ID, store.ThosePending, "", nil, 10))
	ask(w.AudienceByDepartment(w.ctx, jon, must.ID))
	ask(w.Announcements(w.ctx, jon, 0, 10))
	ask(w.Today(w.ctx, jon))
	ask(w.Remind(w.ctx, jon, must.ID, ""))
	ask(w.Versions(w.ctx, maya, root.ID))
	w.private(maya, "secret")
	w.indexed()
	ask(w.Search(w.ctx, maya, "root", store.Best, 0, 10))
	ask(w.Search(w.ctx, maya, `"a root"`, store.Newest, 0, 10))
	ask(w.Search(w.ctx, maya, `"a root" root*`, store.Newest, 0, 10))
	w.must(w.MoveThread(w.ctx, jon, root.ID, sales))
	w.must(w.DeletePost(w.ctx, jon, root.ID))

	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range store.ListWords {
		_, err := db.Exec(q)
		w.must(err)
	}
	statements := w.Statements()
	var got strings.Builder
	for _, h := range hot {
		found := 0
		for _, q := range statements {
			if !strings.Contains(q, h.has) {
				continue
			}
			if found++; found > 1 {
				continue
			}
			steps := plan(t, db, q)
			got.WriteString("# " + h.name + "\n" + steps + "\n")
			for _, bad := range []string{"TEMP B-TREE", "SCAN p\n", "SCAN post", "SCAN i\n", "SCAN inbox", "SCAN person", "SCAN saved"} {
				if strings.Contains(steps, bad) {
					t.Errorf("%s: %s in\n%s", h.name, bad, steps)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: no such query", h.name)
		}
	}
	golden := filepath.Join("testdata", "plans_of_a_day.golden")
	if *update {
		w.must(os.MkdirAll("testdata", 0o755))
		w.must(os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	w.must(err)
	equal(t, "plans", got.String(), string(want))
}

func plan(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	values := 0
	for _, numbered := range regexp.MustCompile(`\?(\d*)`).FindAllStringSubmatch(query, -1) {
		if n, err := strconv.Atoi(numbered[1]); err == nil {
			values = max(values, n)
		} else {
			values++ // SQLite gives it the next number
		}
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, make([]any, values)...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var id, parent, zero int
		var detail string
		if err := rows.Scan(&id, &parent, &zero, &detail); err != nil {
			t.Fatal(err)
		}
		all.WriteString(detail + "\n")
	}
	return all.String()
}
