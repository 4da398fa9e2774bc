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
	var d Drawn
	for i := range int64(2 * drawnMost) {
		if p := d.alike(store.Post{ID: i, Body: "hello"}); p.ID != i {
			t.Fatalf("%d for %d", p.ID, i)
		}
	}
	if n := len(d.nowPosts) + len(d.oldPosts); n > drawnMost {
		t.Errorf("%d posts are kept", n)
	}
	var rows []string
	for i := range 2 * rowsMost {
		rows = d.rows(rows, fmt.Appendf(nil, "row %d\nthe same", i))
		if want := []string{fmt.Sprint("row ", i), "the same"}; !slices.Equal(rows, want) {
			t.Fatalf("%q, not %q", rows, want)
		}
	}
	if n := len(d.nowRows) + len(d.oldRows); n > rowsMost {
		t.Errorf("%d rows are kept", n)
	}
	if rows = d.rows(rows, []byte("one")); !slices.Equal(rows, []string{"one"}) {
		t.Errorf("%q", rows)
	}
}
