package store_test

import (
	"strings"
	"testing"

	"tincan/store"
)

// TestDecisionsStay tries to change and to delete what is in the log.
func TestDecisionsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	w.must(w.Decide(w.ctx, jon, "renamed", "#sales", 0, "  Two   names for one thing.  "))
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	for _, q := range []string{`UPDATE decision SET why = 'other'`, `DELETE FROM decision`} {
		if _, err := db.Exec(q); err == nil || !strings.Contains(err.Error(), "a decision stays") {
			t.Errorf("%s: %v", q, err)
		}
	}
	list, err := w.Decisions(w.ctx, maya, 0, 10)
	w.must(err)
	equal(t, "how many, beside the invites", len(list), 3)
	equal(t, "the line", row(list[0].Name, list[0].Act, list[0].About, list[0].Why), "jon renamed #sales Two names for one thing.")
	refused(t, w.Decide(w.ctx, jon, "renamed", "#sales", 0, " "), store.ErrInvalid, "Say why")
}

// TestDecisionsOfAPrivateChannel shows what is about one to its members only.
func TestDecisionsOfAPrivateChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	secret := w.private(jon, "merger")
	w.must(w.Decide(w.ctx, jon, "published", "announcement 12 in #merger", secret, "The merger is off."))
	for who, want := range map[int64]string{jon: "announcement 12 in #merger The merger is off. 12", maya: "a private channel  0"} {
		list, err := w.Decisions(w.ctx, who, 0, 10)
		w.must(err)
		equal(t, "the line", row(list[0].About, list[0].Why, list[0].Post), want)
	}
}

// TestDecisionsPage reads the log in pages.
func TestDecisionsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	for _, about := range []string{"one", "two", "three"} {
		w.must(w.Decide(w.ctx, jon, "did", about, 0, "why not"))
	}
	first, err := w.Decisions(w.ctx, jon, 0, 2)
	w.must(err)
	rest, err := w.Decisions(w.ctx, jon, first[1].ID, 2)
	w.must(err)
	equal(t, "newest first", row(first[0].About, first[1].About, rest[0].About, len(rest)), "three two one 2")
}
