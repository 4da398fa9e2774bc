package store_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"tincan/store"
)

// TestMigrate upgrades from every older version, each with as much in it as that version can hold,
// and compares what comes out with a database that was new from the start. It grows with the migrations.
func TestMigrate(t *testing.T) {
	t.Parallel()
	scripts, err := fs.Glob(store.Migrations, "migrations/*.sql")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	fresh := newWorld(t)
	equal(t, "version of a new database", fresh.number(`PRAGMA user_version`), int64(len(scripts)))
	for version := range len(scripts) + 1 {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			w := &world{t: t, ctx: t.Context(), dir: t.TempDir()}
			w.raw(`PRAGMA journal_mode = WAL`)
			for i, name := range scripts[:version] {
				script, err := store.Migrations.ReadFile(name)
				w.must(err)
				w.raw(string(script))
				if i > 0 {
					continue
				}
				// What the first version holds, in its own words: later ones have to carry it over.
				w.raw(`INSERT INTO person (id, handle, name, admin, state, created_at, came_at) VALUES (1, 'maya', 'Maya Lind', 1, 2, 1, 1), (2, 'nils', '', 0, 2, 1, 1)`)
				w.raw(`INSERT INTO sshkey (person_id, fingerprint, kind, label, public, added_at) VALUES (1, 'SHA256:maya', 'ssh-ed25519', 'laptop', x'01', 1)`)
				w.raw(`INSERT INTO channel (id, name, everyone, seq, members, created_at, created_by) VALUES (1, 'everyone', 1, 1, 2, 1, 0), (2, 'old', 0, 0, 0, 1, 0)`)
				w.raw(`INSERT INTO member (person_id, channel_id, read_seq, joined_at) VALUES (1, 1, 1, 1), (2, 1, 1, 1)`)
				w.raw(`INSERT INTO post (id, channel_id, author_id, seq, body, at, replies, reply_seq, last_reply_id) VALUES (1700000000, 1, 1, 1, 'kept', 1700000000250, 1, 1, 1700000002)`)
				w.raw(`INSERT INTO post (id, channel_id, root_id, author_id, seq, body, at) VALUES (1700000002, 1, 1700000000, 2, 1, 'answered', 1700000001750)`)
				w.raw(`INSERT INTO follow (person_id, root_id, following, read_seq, waiting) VALUES (1, 1700000000, 1, 0, 1), (2, 1700000000, 0, 1, 0)`)
				w.raw(`INSERT INTO draft VALUES (1, 1, 0, 0, 'begun', 1)`)
			}
			w.raw(fmt.Sprintf(`PRAGMA user_version = %d`, version))
			if version > 0 && version < len(scripts) {
				wrong, err := store.Check(w.ctx, w.dir)
				if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], "of an older tincan") {
					t.Errorf("what is wrong with the data: %q, %v", wrong, err)
				}
			}
			up := openWorld(t, w.dir, store.Options{})
			equal(t, "version", up.number(`PRAGMA user_version`), int64(len(scripts)))
			equal(t, "schema", up.schema(), fresh.schema())
			up.healthy()
			if version > 0 {
				p, err := up.PersonByKey(up.ctx, "SHA256:maya")
				up.must(err)
				posts, err := up.Home(up.ctx, p.ID, 0, 10)
				up.must(err)
				equal(t, "what was there", row(p.Name, p.Admin, bodies(posts), up.draft(p.ID, store.Place{Channel: 1})), "Maya Lind true kept begun")
				th := up.thread(p.ID, posts[0].ID)
				equal(t, "when it was written", row(th.Root.At.UnixMilli(), th.Replies[0].At.UnixMilli()), "1700000000250 1700000001750")
				waiting, err := up.UnreadThreads(up.ctx, p.ID)
				up.must(err)
				equal(t, "who follows", row(waiting, up.thread(2, posts[0].ID).Following), "[1700000000] false")
			}
			up.post(up.person("ben"), up.everyone(), "and it works")
		})
	}
}

// schema is every table and index of a database, as SQLite describes their columns.
func (w *world) schema() string {
	w.t.Helper()
	return w.text(`SELECT group_concat(s.type || ' ' || s.name || ' ' || coalesce(x.name, '') || ' ' || x.type || x."notnull" || coalesce(x.dflt_value, '') || x.pk, char(10))
		FROM (SELECT * FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name) s, pragma_table_xinfo(s.name) x`)
}

// Two processes may open a new folder at the same moment.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	results := make(chan error)
	const n = 4
	for range n {
		go func() {
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err == nil {
				err = s.Close()
			}
			results <- err
		}()
	}
	for range n {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	w := openWorld(t, dir, store.Options{})
	equal(t, "channels", w.number(`SELECT count(*) FROM channel`), 2)
}
