package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

func TestReadAfterASecond(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	w.post(ben, everyone, 0, "one")
	w.post(ben, everyone, 0, "two")
	s := w.sit(80, 24)
	s.sees(" •", "2 new posts in 1 channel")
	s.wait(900 * time.Millisecond)
	if n := w.unread(everyone); n != 2 {
		t.Fatalf("%d are unread after 0.9 s, want 2", n)
	}
	s.wait(200 * time.Millisecond)
	if n := w.unread(everyone); n != 0 {
		t.Fatalf("%d are unread after 1.1 s, want 0", n)
	}
	s.misses("•", "new posts in")
}

func TestPassingOverReadsNothing(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	for range 30 {
		w.post(ben, everyone, 0, "Words")
	}
	s := w.sit(80, 24)
	for range 4 {
		s.press("pgdown")
		s.wait(400 * time.Millisecond)
	}
	s.press("home", "tab")
	s.wait(500 * time.Millisecond)
	if n := w.unread(everyone); n != 30 {
		t.Errorf("%d are unread, want all 30", n)
	}
}

func TestPositionMovesWithoutGaps(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	for range 20 {
		w.post(ben, everyone, 0, "Words")
	}
	s := w.sit(80, 24)
	s.wait(1100 * time.Millisecond)
	if n := w.unread(everyone); n != 20 {
		t.Fatalf("%d are unread after the newest few have been seen, want 20", n)
	}
	s.press("end")
	s.wait(1100 * time.Millisecond)
	after := w.unread(everyone)
	if after == 0 || after == 20 {
		t.Fatalf("%d are unread after the oldest few have been seen", after)
	}
	for range 10 {
		s.press("pgup")
		s.wait(1100 * time.Millisecond)
	}
	if n := w.unread(everyone); n != 0 {
		t.Errorf("%d are unread after all have been seen, want 0", n)
	}
}

func TestLongPostIsReadBitByBit(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	me := store.Person{ID: w.me}
	root := w.post(me, everyone, 0, "What is missing?")
	w.post(ben, everyone, root.ID, strings.Repeat("A line of a long reply.\n", 30))
	threads := func() int {
		roots, err := w.store.UnreadThreads(w.ctx, w.me)
		w.must(err)
		return len(roots)
	}
	s := w.sit(80, 24)
	s.press("enter")
	s.wait(1100 * time.Millisecond)
	if threads() != 1 {
		t.Fatal("a reply was read though its end was never on the screen")
	}
	s.press("end")
	s.wait(500 * time.Millisecond)
	if threads() != 1 {
		t.Fatal("a reply was read though its end was there for half a second")
	}
	s.wait(600 * time.Millisecond)
	if threads() != 0 {
		t.Error("a reply is unread though every line of it was there for a second")
	}
}

func TestOnlyWhatIsVisibleIsRead(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	for name, cover := range map[string]string{"help": "?", "another screen": "enter"} {
		w.post(ben, everyone, 0, "Words")
		s := w.sit(80, 24)
		s.press(cover)
		if cover == "enter" {
			s.press("?")
		}
		s.wait(3 * time.Second)
		if n := w.unread(everyone); n != 1 {
			t.Errorf("under %s: %d are unread, want 1", name, n)
		}
		w.readAll()
	}
	w.post(ben, everyone, 0, "Words")
	s := w.sit(40, 12)
	s.press("tab")
	s.wait(3 * time.Second)
	if n := w.unread(everyone); n != 1 {
		t.Errorf("under the menu: %d are unread, want 1", n)
	}
	s.send(tea.WindowSizeMsg{Width: 20, Height: 5})
	s.press("esc")
	s.wait(3 * time.Second)
	if n := w.unread(everyone); n != 1 {
		t.Errorf("in a window too small: %d are unread, want 1", n)
	}
}

func TestUnreadBelowWhatIsLoadedStaysUnread(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	quiet := w.found(store.NewChannel{Name: "quiet"}, ben)
	everyone := w.channel("everyone")
	w.post(ben, quiet, 0, "old and unread")
	for range pageSize + 5 {
		w.post(ben, everyone, 0, "Words")
	}
	w.post(ben, quiet, 0, "new and unread")
	s := w.sit(80, 24)
	s.wait(1100 * time.Millisecond)
	if n := w.unread(quiet); n != 2 {
		t.Fatalf("%d of the quiet channel are unread, want 2: the older one has not been seen", n)
	}
	w.must(w.store.MarkRead(w.ctx, w.me, quiet.ID, 1))
	w.post(ben, quiet, 0, "newer")
	s.hear()
	s.press(".")
	s.wait(1100 * time.Millisecond)
	if n := w.unread(quiet); n != 0 {
		t.Errorf("%d of the quiet channel are unread, want 0: what is older has been read", n)
	}
}

func TestYouWereHereStaysWhereItWas(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	w.post(ben, everyone, 0, "read on Thursday")
	w.readAll()
	w.clock.add(4 * 24 * time.Hour)
	w.post(ben, everyone, 0, "new on Monday")
	s := w.sit(80, 24)
	s.sees("1 new post in 1 channel since Thursday", "─ you were here Thursday ─")
	row := s.row("you were here")
	if new, old := s.row("new on Monday"), s.row("read on Thursday"); new > row || old < row {
		t.Errorf("the line is at %d, between %d and %d", row, new, old)
	}
	s.wait(2 * time.Second)
	if w.unread(everyone) != 0 || s.row("you were here") != row {
		t.Errorf("the line has moved:\n%s", s.screen())
	}
}

// Somebody who comes for the first time was not here when the last post was written that does not count as new.
func TestANewcomerWasNotHere(t *testing.T) {
	t.Parallel()
	w := settled(t)
	everyone := w.channel("everyone")
	w.post(store.Person{ID: w.me}, everyone, 0, "before ben came")
	w.clock.add(4 * 24 * time.Hour)
	petra := store.Person{ID: w.me}
	w.me = w.person("ben", "Ben Brook", "Operations").ID
	w.must(w.store.MarkWelcomed(w.ctx, w.me))
	w.clock.add(time.Minute)
	w.post(petra, everyone, 0, "since then")
	s := w.sit(80, 24)
	s.sees("before ben came", "since then", "1 new post in 1 channel")
	s.misses("you were here", "since Thursday")
}

func TestSpaceWalk(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	me := store.Person{ID: w.me}
	everyone := w.channel("everyone")
	lunch, sales := w.found(store.NewChannel{Name: "lunch"}, ben), w.found(store.NewChannel{Name: "sales"}, ben)
	w.must(w.store.MuteChannel(w.ctx, w.me, lunch.ID, true))
	root := w.post(me, everyone, 0, "What is missing?")
	w.post(ben, lunch, 0, "Soup")
	for range 12 {
		w.post(ben, sales, 0, "Words")
	}
	w.post(ben, everyone, root.ID, "A reply")
	s := w.sit(80, 24)
	s.run(goTo(newChannel(s.m.app, s.m.theme, everyone.ID)))
	s.wait(1100 * time.Millisecond)

	s.press("space")
	s.sees("#sales")
	var pages int
	for ; pages < 10 && strings.Contains(s.screen(), "#sales  "); pages++ {
		s.wait(1100 * time.Millisecond)
		s.press("space")
	}
	if pages < 2 {
		t.Errorf("left #sales after %d pages of 12 posts", pages)
	}
	if n := w.unread(sales); n != 0 {
		t.Errorf("%d are unread in #sales", n)
	}
	s.sees("Thread · #everyone", "A reply")
	s.wait(1100 * time.Millisecond)
	s.press("space")
	s.sees("Home · latest", "Nothing new is left.")
	if n := w.unread(lunch); n != 1 {
		t.Errorf("%d are unread in the muted channel, want 1", n)
	}
	top := s.m.top().screen.(*home).top
	s.press("space")
	if s.m.top().screen.(*home).top == top {
		t.Error("where nothing is new, Space does not page down")
	}
}

func TestReadingElsewhereIsSeenHere(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	w.post(ben, everyone, 0, "Words")
	s := w.sit(80, 24)
	s.sees("everyone          1")
	w.readAll()
	s.hear()
	s.misses("everyone          1", "•")
}
