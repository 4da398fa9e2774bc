package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tincan/store"
)

// TestScrub splits pages, whose gaps then hold copies of what has moved, deletes one post, and finds every gap empty
// some seconds later, and the data as it was.
func TestScrub(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	doomed := w.post(maya, w.everyone(), "To be deleted")
	w.archive("old", 1)
	var posts []store.ImportedPost
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(1000) {
		posts = append(posts, store.ImportedPost{Key: fmt.Sprint(i), Channel: "C1", Author: "U1", At: noon.Add(-time.Duration(i) * time.Hour), Body: fmt.Sprintf("%0*d", 10+i%700, i)})
	}
	w.must(only(w.ImportPosts(w.ctx, store.Operator, "old", posts)))
	w.indexed()
	full := w.fullGaps()
	for deadline := time.Now().Add(30 * time.Second); full == 0 && time.Now().Before(deadline); full = w.fullGaps() {
		time.Sleep(10 * time.Millisecond)
	}
	if full == 0 {
		t.Fatal("no page has anything in a gap, so that there is nothing to test")
	}
	before := w.text(`SELECT group_concat(id || body) FROM (SELECT id, body FROM post WHERE imported ORDER BY id)`)
	w.must(w.DeletePost(w.ctx, maya, doomed.ID))
	for deadline := time.Now().Add(time.Minute); w.fullGaps() > 0; {
		if time.Now().After(deadline) {
			t.Fatalf("of %d pages with something in a gap %d have it still", full, w.fullGaps())
		}
		time.Sleep(100 * time.Millisecond)
	}
	equal(t, "what is stored is as it was", w.text(`SELECT group_concat(id || body) FROM (SELECT id, body FROM post WHERE imported ORDER BY id)`) == before, true)
	w.healthy()
}

// fullGaps counts the pages of the file with something in a gap.
func (w *world) fullGaps() (n int) {
	w.t.Helper()
	file, err := os.ReadFile(filepath.Join(w.dir, store.File))
	w.must(err)
	const page = 4096
	for at := 0; at+page <= len(file); at += page {
		if store.GapHoldsSomething(file[at:at+page], at == 0) {
			n++
		}
	}
	return n
}

// BenchmarkScrub looks through a file of 200 MB, which is what one deletion costs in the background.
func BenchmarkScrub(b *testing.B) {
	w := newWorld(b)
	w.raw(`CREATE TABLE ballast (text TEXT)`)
	w.raw(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) INSERT INTO ballast SELECT hex(randomblob(240)) FROM n`)
	b.SetBytes(w.number(`PRAGMA page_count`) * 4096)
	for b.Loop() {
		if _, err := w.Scrub(w.ctx); err != nil {
			b.Fatal(err)
		}
	}
}
