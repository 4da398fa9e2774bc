package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tincan/store"
)

// lively makes a small world in which every counter counts something.
func lively(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	for range 3 {
		w.post(ben, sales, "x")
	}
	w.post(maya, sales, "own, among unread ones")
	root := w.post(maya, sales, "root")
	for range 3 {
		w.reply(ben, root.ID, "x")
	}
	w.reply(maya, root.ID, "own, among unread ones")
	w.archive("old", 5)
	w.healthy()
	return w
}

// Each counter that a screen shows is looked at: broken by hand, it is found and named.
func TestCheckFindsWrongCounters(t *testing.T) {
	t.Parallel()
	for broken, said := range map[string]string{
		`UPDATE channel SET seq = seq + 1 WHERE name = 'sales'`:                  "reading position in #sales is off: 4 posts count as new where 3 are.",
		`UPDATE channel SET members = members - 1 WHERE name = 'sales'`:          "Channel #sales counts 1 members where it has 2.",
		`UPDATE post SET replies = replies + 1 WHERE body = 'root'`:              "counts 5 replies up to number 4",
		`UPDATE post SET reply_seq = reply_seq + 1 WHERE body = 'root'`:          "counts 4 replies up to number 5",
		`UPDATE post SET last_reply_id = 7 WHERE body = 'root'`:                  "the last one 7, where it has 4 up to number 4",
		`UPDATE member SET own = own + 1 WHERE person_id = 1 AND channel_id = 3`: "maya's reading position in #sales is off",
		`UPDATE member SET own = 0 WHERE person_id = 1 AND channel_id = 3`:       "maya's reading position in #sales is off: 5 posts count as new where 3 are.",
		`UPDATE member SET read_seq = 99, own = 0 WHERE channel_id = 3`:          "reading position in #sales is off",
		`UPDATE follow SET own = own + 1 WHERE person_id = 1`:                    "maya's reading position in thread",
		`UPDATE follow SET state = 1 WHERE person_id = 1`:                        "maya's reading position in thread",
		`UPDATE follow SET read_seq = 99, own = 0, state = 1`:                    "reading position in thread",
		`UPDATE post SET channel_id = 1 WHERE root_id <> 0`:                      "which is not in its channel",
		`UPDATE post SET root_id = 5 WHERE root_id <> 0`:                         "belongs to thread 5, which is not in its channel",
		`DELETE FROM person WHERE handle = 'ben'`:                                "A row of post names a row of person that is not there.",
		`DELETE FROM channel WHERE name = 'sales'`:                               "names a row of channel that is not there.",
	} {
		t.Run(broken, func(t *testing.T) {
			w := lively(t)
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

// repaired mends what only counts; what is missing stays missing, and is still said.
func (w *world) repaired(wrong []string) {
	w.t.Helper()
	lost := func(s string) bool {
		return strings.Contains(s, "not there") || strings.Contains(s, "not in its channel")
	}
	w.must(w.Repair(w.ctx, store.Operator))
	w.indexed()
	if !slices.ContainsFunc(wrong, lost) {
		w.healthy()
		return
	}
	left, err := store.Check(w.ctx, w.dir)
	w.must(err)
	if !slices.ContainsFunc(left, lost) {
		w.t.Fatalf("nothing is said any more of %q", wrong)
	}
}

func TestRepairIsForAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refused(t, w.Repair(w.ctx, w.person("maya")), store.ErrForbidden, "Only admins")
	w.must(w.Repair(w.ctx, w.admin("jon")))
}

// An index that has forgotten posts is found and filled again.
func TestRepairIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.post(maya, w.everyone(), "the Zugspitze")
	w.indexed()
	w.raw(`INSERT INTO search (search) VALUES ('delete-all')`)
	wrong, err := store.Check(w.ctx, w.dir)
	w.must(err)
	equal(t, "things found wrong", len(wrong), 1)
	w.repaired(wrong)
	found, err := w.Search(w.ctx, maya, "zugspitze", store.Newest, 0, 10)
	w.must(err)
	equal(t, "found", bodies(found.Posts), "the Zugspitze")
}

func TestCheckOfDamagedFiles(t *testing.T) {
	t.Parallel()
	found := func(t *testing.T, dir string) {
		t.Helper()
		wrong, err := store.Check(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(wrong) == 0 {
			t.Fatal("nothing was found")
		}
		for _, s := range wrong {
			if !strings.HasSuffix(s, "the newest backup.") {
				t.Fatalf("says %q", s)
			}
		}
	}
	whole := sound(t)
	size := func() int64 {
		info, err := os.Stat(filepath.Join(whole, store.File))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}()
	const page = 4096
	copied := func(t *testing.T) string {
		dir := t.TempDir()
		if err := copyFile(filepath.Join(dir, store.File), filepath.Join(whole, store.File)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	// Every page but those of the log is a tree page here, and its first byte says of what kind.
	for at := int64(page); at < size; at += page {
		t.Run(fmt.Sprintf("page %d", at/page+1), func(t *testing.T) {
			dir := copied(t)
			damage(t, dir, func(b []byte) []byte { b[at] ^= 0x10; return b })
			found(t, dir)
		})
	}
	for _, keep := range []int64{0, 1, 100, page, page + 1, size / 2, size - page, size - page/2} {
		t.Run(fmt.Sprintf("cut to %d bytes", keep), func(t *testing.T) {
			dir := copied(t)
			damage(t, dir, func(b []byte) []byte { return b[:keep] })
			found(t, dir)
		})
	}
}

func TestCheckOfNothing(t *testing.T) {
	t.Parallel()
	_, err := store.Check(t.Context(), t.TempDir())
	refused(t, err, store.ErrNotFound, "There is no tincan data in")
}

// Looking changes nothing, not even while somebody writes.
func TestCheckBesideAServer(t *testing.T) {
	t.Parallel()
	w := lively(t)
	maya := w.number(`SELECT id FROM person WHERE handle = 'maya'`)
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if _, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: 1}, Body: "x"}); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 10 {
		w.healthy()
	}
	close(stop)
	w.must(<-done)
}
