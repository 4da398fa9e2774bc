package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tincan/store"
)

// erasePosts is how many posts are written, of which every third is deleted.
const erasePosts = 240

// What its author deletes is in no file of the data folder a few seconds later: neither the text, nor what it
// said before, nor its words in the index. Once the posts are written in the order of their times, as people do; once
// an import has written between them, so that SQLite splits pages, and leaves copies of what has moved in their gaps.
func TestDeletedIsInNoFile(t *testing.T) {
	t.Parallel()
	t.Run("in order", func(t *testing.T) { t.Parallel(); testDeletedIsInNoFile(t, func(*world) {}) })
	t.Run("among imported ones", func(t *testing.T) {
		t.Parallel()
		testDeletedIsInNoFile(t, func(w *world) {
			w.archive("old", 1)
			for chunk := range slices.Chunk(rand.New(rand.NewPCG(1, 2)).Perm(erasePosts), 20) {
				var posts []store.ImportedPost
				for _, i := range chunk {
					posts = append(posts, store.ImportedPost{Key: fmt.Sprint("late", i), Channel: "C1", Author: "U1", At: noon.Add(time.Duration(2*i) * time.Second), Body: fmt.Sprintf("%0300d", i)})
				}
				w.must(only(w.ImportPosts(w.ctx, store.Operator, "old", posts)))
				w.indexed()
			}
		})
	})
}

func testDeletedIsInNoFile(t *testing.T, between func(w *world)) {
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	const n = erasePosts
	secret := func(i int) string { return fmt.Sprintf("%cq%dxvzjkwplm", 'a'+i%26, 1000+i*7919%9000) }
	var doomed []int64
	var gone []string
	for i := range n {
		body := fmt.Sprintf("Budget %s @ben #%s and much else that everyone writes, so that pages fill. %0200d", secret(i), secret(i), i)
		w.clock.add(time.Second) // room for an imported post
		p := w.post(maya, w.everyone(), body)
		if i%3 == 0 {
			_, err := w.EditPost(w.ctx, maya, p.ID, "Now "+secret(i+n)+" instead")
			w.must(err)
			w.must(w.React(w.ctx, ben, p.ID, 0, true))
			w.must(w.SaveDraft(w.ctx, maya, store.Place{Root: p.ID}, store.Draft{Body: "unsent " + secret(i+2*n)}))
			w.must(w.SaveDraft(w.ctx, maya, store.Place{Root: p.ID}, store.Draft{}))
			doomed = append(doomed, p.ID)
			gone = append(gone, secret(i)[2:], secret(i + n)[2:], secret(i + 2*n)[2:]) // an index keeps of a word what differs from the one before
		}
	}
	between(w)
	w.indexed()
	w.indexed()
	if found := w.inFiles(gone); len(found) < n/3 {
		t.Fatalf("only %d of %d words are in the files before they are deleted", len(found), len(gone))
	}
	for _, id := range doomed {
		w.must(w.DeletePost(w.ctx, maya, id))
	}
	deleted := time.Now()
	found := w.inFiles(gone)
	for deadline := time.Now().Add(20 * time.Second); len(found) > 0 && time.Now().Before(deadline); found = w.inFiles(gone) {
		time.Sleep(100 * time.Millisecond)
	}
	if len(found) > 0 {
		t.Fatalf("of %d words %d are still there: %v", len(gone), len(found), found[:min(len(found), 10)])
	}
	t.Logf("gone after %v", time.Since(deleted).Round(100*time.Millisecond))
	w.healthy()
}

// inFiles are those of the words that stand in a file of the data folder.
func (w *world) inFiles(words []string) (found []string) {
	w.t.Helper()
	entries, err := os.ReadDir(w.dir)
	w.must(err)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(w.dir, e.Name()))
		w.must(err)
		for _, word := range words {
			if at := bytes.Index(b, []byte(word)); at >= 0 {
				found = append(found, fmt.Sprintf("%s in %s at page %d (%s)", word, e.Name(), at/4096+1, w.text(`SELECT coalesce(max(name), 'free') FROM dbstat WHERE pageno = ?`, at/4096+1)))
			}
		}
	}
	return found
}
