package store_test

import (
	"strings"
	"testing"

	"tincan/store"
)

// Each counter of a day is looked at: broken by hand, it is found and named.
func TestCheckOfADay(t *testing.T) {
	t.Parallel()
	for broken, said := range map[string]string{
		`UPDATE channel SET seq = 0 WHERE name = 'everyone'`:              "Channel #everyone counts 0 posts where 3 were written",
		`UPDATE post SET reactions = '2.0.0.0.0.0' WHERE reactions <> ''`: `counts the reactions "2.0.0.0.0.0" where it has "1.0.1.0.0.0"`,
		`DELETE FROM reaction`: `counts the reactions "1.0.1.0.0.0" where it has ""`,
		`INSERT INTO search (search, rowid, words) SELECT 'delete', (1 << 34) - id, 'kept =post' FROM post WHERE body = 'kept'`: "Search knows 2 posts where it should know 3.",
		`INSERT INTO search (rowid, words) SELECT (1 << 34) - id, 'x =post' FROM post WHERE deleted_at > 0`:                     "Search knows 5 posts where it should know 3.",
		`UPDATE member SET own = own + 1 WHERE person_id = 2 AND channel_id = 1`:                                                "ben's reading position in #everyone is off: 0 posts count as new where 1 are.",
		`UPDATE written SET day = day - 1`:                    "counts for another day than it was written on",
		`UPDATE member SET read_seq = 99`:                     "reading position in #everyone is off",
		`UPDATE follow SET own = own + 1, state = 1`:          "reading position in thread",
		`UPDATE post SET last_reply_id = 7 WHERE replies > 0`: "the last one 7, where it has 1 up to number 2",
		`UPDATE post SET replies = 2 WHERE replies = 1`:       "counts 2 replies up to number 2",
	} {
		t.Run(broken, func(t *testing.T) {
			w := newWorld(t)
			maya, ben := w.person("maya"), w.person("ben")
			gone := w.post(maya, w.everyone(), "gone")
			root := w.post(maya, w.everyone(), "kept")
			moved := w.post(ben, w.everyone(), "moved")
			w.reply(ben, root.ID, "one")
			last := w.reply(ben, root.ID, "two")
			w.must(w.DeletePost(w.ctx, maya, gone.ID))
			w.must(w.DeletePost(w.ctx, ben, last.ID))
			w.must(w.React(w.ctx, ben, root.ID, 0, true))
			w.must(w.React(w.ctx, maya, root.ID, 2, true))
			w.indexed()
			w.healthy()
			if !strings.Contains(broken, "= 0 WHERE name") { // the channel's last root goes: no fault
				jon := w.admin("jon")
				w.must(w.MoveThread(w.ctx, jon, moved.ID, w.open(jon, "other")))
				w.indexed()
				w.healthy()
			}
			w.raw(broken)
			wrong, err := store.Check(w.ctx, w.dir)
			w.must(err)
			if !strings.Contains(strings.Join(wrong, "\n"), said) {
				t.Errorf("found %q, want %q", wrong, said)
			}
			w.repaired(wrong)
		})
	}
}
