package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tincan/store"
)

// What two people see alike is kept once, and what one of them reads stays new for the other.
func TestWhatOneReadsStaysNewForOthers(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben, pia := w.person("ben", "Ben Brook", "Operations"), w.person("pia", "Pia Quill", "Finance")
	w.post(ben, w.channel("everyone"), 0, "Build 512 is green")
	w.must(w.store.MarkWelcomed(w.ctx, pia.ID))
	first := w.sit(80, 24)
	w.me = pia.ID
	second := w.sit(80, 24)
	seen := func(s *sitting) *store.Post {
		p, _ := s.m.top().screen.(*home).current()
		return p
	}
	if seen(first) != seen(second) || !seen(first).Unread {
		t.Errorf("%+v and %+v", seen(first), seen(second))
	}
	first.wait(1100 * time.Millisecond)
	if seen(first).Unread || !seen(second).Unread {
		t.Errorf("unread %v for who has read it, %v for the other", seen(first).Unread, seen(second).Unread)
	}
}

// However many posts and rows have been drawn, no more than so many are kept, and all are what was asked for.
func TestDrawnIsBounded(t *testing.T) {
	t.Parallel()
	var d Drawn
	for i := range int64(2 * drawnMost) {
		if p := d.alike(store.Post{ID: i, Body: "hello"}); p.ID != i {
			t.Fatalf("%d for %d", p.ID, i)
		}
	}
	if n := len(d.posts.young) + len(d.posts.old); n > drawnMost {
		t.Errorf("%d posts are kept", n)
	}
	var rows []string
	for i := range 2 * rowsMost {
		rows = d.rows(rows, 0, fmt.Appendf(nil, "row %d\nthe same", i))
		if want := []string{fmt.Sprint("row ", i), "the same"}; !slices.Equal(rows, want) {
			t.Fatalf("%q, not %q", rows, want)
		}
	}
	if n := len(d.kept.young) + len(d.kept.old); n > rowsMost {
		t.Errorf("%d rows are kept", n)
	}
	if rows = d.rows(rows, 0, []byte("one")); !slices.Equal(rows, []string{"one"}) {
		t.Errorf("%q", rows)
	}
}

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
		return p.lines[0], d.rows(nil, 0, []byte("a row"))[0], d.alike(store.Post{ID: 1, Body: "text"})
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
