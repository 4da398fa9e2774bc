package tui

import (
	"testing"

	"tincan/store"
)

// What is drawn for many is kept until it is forgotten, and is the same when it is drawn again.
func TestDrawnIsKeptUntilForgotten(t *testing.T) {
	t.Parallel()
	var d Drawn
	drawn := 0
	look := func() (line, row string, post *store.Post) {
		t.Helper()
		p := d.post(drawing{}, func() []string {
			drawn++
			return []string{"a line"}
		})
		return p.lines[0], d.rows(nil, []byte("a row"))[0], d.alike(store.Post{ID: 1, Body: "text"})
	}
	line, row, post := look()
	if _, _, again := look(); again != post || drawn != 1 {
		t.Errorf("the same post was kept %v, and drawn %d times, want once", again == post, drawn)
	}
	d.Forget()
	anewLine, anewRow, anew := look()
	if drawn != 2 || anew == post {
		t.Errorf("after it was forgotten it was drawn %d times in all, want 2; the post is another one: %v", drawn, anew != post)
	}
	if anewLine != line || anewRow != row || *anew != *post {
		t.Errorf("drawn again it is %q, %q and %+v; it was %q, %q and %+v", anewLine, anewRow, *anew, line, row, *post)
	}
}
