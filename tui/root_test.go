package tui

import (
	"errors"
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// sitting is a person at a terminal: the root with its commands run by hand, its
// clock in our hands, and the store's events delivered as soon as they are there.
type sitting struct {
	*world
	m      *Model
	left   bool      // the program has ended
	due    []tea.Msg // what comes when its time is over
	events uintptr   // the command that waits for events
}

// sit opens the interface for the world's person.
func (w *world) sit(width, height int) *sitting {
	w.t.Helper()
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	s := &sitting{world: w}
	s.m = New(w.ctx, w.store, me, Options{Now: w.clock.now, Host: "social.corp", NoColor: true, Log: w.log, Drawn: w.drawn})
	s.m.app.tick = s.tick
	s.events = reflect.ValueOf(s.m.events.next).Pointer()
	s.t.Cleanup(func() { s.m.Close(s.ctx) })
	s.run(s.m.Init())
	s.send(tea.WindowSizeMsg{Width: width, Height: height})
	return s
}

// run runs a command and what follows from it; waiting for events is our own business.
func (s *sitting) run(cmd tea.Cmd) {
	if cmd == nil || reflect.ValueOf(cmd).Pointer() == s.events {
		return
	}
	msg := cmd()
	if list := reflect.ValueOf(msg); list.IsValid() && list.Kind() == reflect.Slice && list.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
		for i := range list.Len() {
			s.run(list.Index(i).Interface().(tea.Cmd))
		}
		return
	}
	if _, ok := msg.(tea.QuitMsg); ok {
		s.left = true
	}
	if msg != nil {
		s.give(msg)
	}
}

func (s *sitting) give(msg tea.Msg) {
	_, cmd := s.m.Update(msg)
	s.run(cmd)
}

// tick keeps what should come later until the test lets time pass.
func (s *sitting) tick(_ time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		s.due = append(s.due, msg)
		return nil
	}
}

// send gives the root a message, and then what the store has to say about it.
func (s *sitting) send(msg tea.Msg) {
	s.give(msg)
	s.hear()
}

// hear delivers the events that are there.
func (s *sitting) hear() {
	for {
		select {
		case e := <-s.m.events.events:
			s.give(eventsMsg{e})
		default:
			return
		}
	}
}

// wait lets time pass and brings what was due.
func (s *sitting) wait(d time.Duration) {
	s.clock.add(d)
	due := s.due
	s.due = nil
	for _, msg := range due {
		s.give(msg)
	}
	s.hear()
}

// press sends keys by name, each followed by a moment; "to #lunch" opens that channel.
func (s *sitting) press(names ...string) {
	for _, n := range names {
		name, to := strings.CutPrefix(n, "to ")
		switch {
		case !to:
			s.send(keyOf(n))
		case name == "saved":
			s.run(goTo(newSaved(s.m.app, s.m.theme)))
		case name == "move":
			s.choose("Move the thread to another channel")
		default:
			s.run(goTo(newChannel(s.m.app, s.m.theme, s.channel(strings.TrimPrefix(name, "#")).ID)))
		}
		s.hear()
	}
}

// write types text, letter by letter.
func (s *sitting) write(text string) {
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// screen is what can be seen, without styles.
func (s *sitting) screen() string {
	lines := strings.Split(ansi.Strip(s.m.View().Content), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// sees fails where a text is not on the screen.
func (s *sitting) sees(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.screen(), text) {
			s.t.Errorf("%q is not on the screen:\n%s", text, s.screen())
		}
	}
}

// misses fails where a text is on the screen.
func (s *sitting) misses(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if strings.Contains(s.screen(), text) {
			s.t.Errorf("%q is on the screen:\n%s", text, s.screen())
		}
	}
}

// row is the line of the screen on which a text stands, -1 if it does not.
func (s *sitting) row(text string) int {
	for i, l := range strings.Split(s.screen(), "\n") {
		if strings.Contains(l, text) {
			return i
		}
	}
	return -1
}

// barred is what stands to the right of the bar on each line of the screen that has one.
func (s *sitting) barred() string {
	var out []string
	for l := range strings.SplitSeq(s.screen(), "\n") {
		if _, after, ok := strings.Cut(l, "│▌"); ok {
			out = append(out, after)
		}
	}
	return strings.Join(out, "\n")
}

// settled is a world whose person has been welcomed and has a name.
func settled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, store.Options{PostsPerMinute: 10_000})
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Name: "Petra Marsh", Department: "Management"}))
	w.must(w.store.MarkWelcomed(w.ctx, w.me))
	return w
}

// found makes a channel of the world's person that others are in too.
func (w *world) found(c store.NewChannel, others ...store.Person) store.Channel {
	w.t.Helper()
	made, err := w.store.CreateChannel(w.ctx, w.me, c)
	w.must(err)
	for _, p := range others {
		if c.Private {
			w.must(w.store.AddMember(w.ctx, w.me, made.ID, p.Handle))
		} else {
			w.must(w.store.JoinChannel(w.ctx, p.ID, made.ID))
		}
	}
	return made
}

// post writes as somebody, a minute later; root 0 is a new post.
func (w *world) post(who store.Person, channel store.Channel, root int64, body string) store.Post {
	w.t.Helper()
	w.clock.add(time.Minute)
	p, err := w.store.CreatePost(w.ctx, who.ID, store.NewPost{Place: store.Place{Channel: channel.ID, Root: root}, Body: body})
	w.must(err)
	return p
}

// readAll puts everything so far behind the world's person.
func (w *world) readAll() {
	w.t.Helper()
	channels, err := w.store.Sidebar(w.ctx, w.me)
	w.must(err)
	for _, c := range channels {
		w.must(w.store.MarkRead(w.ctx, w.me, c.ID, 1<<40))
	}
}

// unread is how many posts of a channel are new for the world's person.
func (w *world) unread(c store.Channel) int {
	w.t.Helper()
	now, err := w.store.ChannelByID(w.ctx, w.me, c.ID)
	w.must(err)
	return now.Unread
}

func TestTextFieldTakesKeys(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.press("n")
	s.write("quite? no: jkrq.")
	s.press("space")
	s.write("x")
	s.sees("quite? no: jkrq. x", "posts")
	if s.left || s.m.help != nil || len(s.m.stack) != 1 {
		t.Fatal("a key of the text was taken for a command")
	}
	s.press("enter")
	s.wait(time.Second)
	s.sees("Petra Marsh · Management", "quite? no: jkrq. x")
	s.press("n")
	s.write("half")
	s.press("ctrl+c")
	if !s.left {
		t.Fatal("ctrl+C does not leave")
	}
	s.m.Close(s.ctx)
	if got := w.saved(store.Place{Channel: w.channel("everyone").ID}); got != "half" {
		t.Errorf("the draft is %q", got)
	}
}

func TestQuitBacksOut(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	s.press("enter")
	s.sees("Thread · #everyone", "No replies yet.")
	s.press("q")
	s.sees("Home · latest")
	if s.left {
		t.Fatal("q left instead of going back")
	}
	s.press("q")
	if !s.left {
		t.Fatal("q at Home does not leave")
	}
}

func TestUnknownKeysDoNothing(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	before := s.screen()
	s.press("z", "X", "ctrl+t", "5", "alt+x", "delete")
	if s.screen() != before || s.left {
		t.Errorf("a key that means nothing did something:\n%s", s.screen())
	}
}

// TestKeysBesideTheSidebar uses the keys that stand below it while it has the keys.
func TestKeysBesideTheSidebar(t *testing.T) {
	t.Parallel()
	w := full(t)
	s := w.sit(80, 24)
	s.press("tab")
	s.sees("n  Write to #everyone")
	s.press("n")
	s.sees("Enter posts")
	s.write("jk")
	s.sees("#everyone  jk")
	s.press("ctrl+u", "esc", "tab", "+")
	s.sees("[1👍")
	s.press("esc", "tab", "z")
	if s.m.focus != onSide {
		t.Error("a key that means nothing leaves the sidebar")
	}
	s = w.sit(40, 15)
	s.press("tab", "n")
	s.misses("Enter posts")
	if s.m.focus != onSide {
		t.Error("in a narrow window a key of the screen, which is not to be seen, leaves the menu")
	}
}

// TestFooterSaysTheWayAway looks for the key that leads away from wherever one is, in a window with room for few.
func TestFooterSaysTheWayAway(t *testing.T) {
	t.Parallel()
	w := full(t)
	for _, width := range []int{40, 80} {
		s := w.sit(width, 20)
		s.sees("Enter open", "Tab menu · ? all keys")
		s.press("enter")
		s.sees("Thread", "Esc ← back · ? all keys")
		s.press("to #platform")
		s.sees("Tab menu · ? all keys")
		s.visit(entryInbox)
		s.sees("Esc ← back · ? all keys")
	}
	w.sit(30, 20).sees("Enter open") // where both have no room, what Enter does comes first
}

func TestFocusGoesRound(t *testing.T) {
	t.Parallel()
	w := settled(t)
	platform := w.found(store.NewChannel{Name: "platform", Purpose: "Builds and releases"})
	w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	s.press("tab")
	if s.m.focus != onSide {
		t.Fatal("Tab does not lead to the sidebar")
	}
	s.press("down", "down", "down", "down", "down", "down", "down", "enter")
	s.sees("#platform", "Builds and releases", "Press n to be the first.")
	if s.m.where() != channelEntry(platform.ID) || s.m.focus != onScreen {
		t.Errorf("at %q with focus %d", s.m.where(), s.m.focus)
	}
	s.press("esc", "left")
	if s.m.focus != onSide || len(s.m.stack) != 1 {
		t.Error("from Home, back does not lead to the sidebar")
	}
	s.press("esc")
	if s.m.focus != onScreen {
		t.Error("Esc does not lead back from the sidebar")
	}
}

func TestNarrowWindowHasMenu(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.found(store.NewChannel{Name: "platform"})
	s := w.sit(40, 12)
	s.misses("platform")
	s.press("tab")
	s.sees("tincan", "Home", "↓ 6 more")
	s.misses("Write to")
	s.press("end", "enter")
	s.press("tab", "home", "enter")
	s.sees("‹ Home · latest")
	s.send(tea.MouseClickMsg{X: 1, Y: 0, Button: tea.MouseLeft})
	s.sees("tincan", "everyone")
	s.send(tea.MouseClickMsg{X: 3, Y: s.row("everyone"), Button: tea.MouseLeft})
	s.sees("‹ #everyone")
}

func TestMouse(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	for range 12 {
		w.post(ben, w.channel("everyone"), 0, "Words and words")
	}
	first := w.post(ben, w.channel("everyone"), 0, "The newest of them")
	s := w.sit(80, 24)
	s.send(tea.MouseWheelMsg{X: 40, Y: 5, Button: tea.MouseWheelDown})
	s.misses("The newest of them")
	s.send(tea.MouseWheelMsg{X: 40, Y: 5, Button: tea.MouseWheelUp})
	s.send(tea.MouseClickMsg{X: 40, Y: s.row("The newest of them"), Button: tea.MouseLeft})
	s.sees("Thread · #everyone")
	if got := s.m.top().screen.(*thread).id; got != first.ID {
		t.Errorf("opened %d, want %d", got, first.ID)
	}
	s.send(tea.MouseClickMsg{X: 2, Y: s.row(" announcements"), Button: tea.MouseLeft})
	s.sees("#announcements", "instead of mail to all")
	s.send(tea.MouseClickMsg{X: 2, Y: s.row(" everyone  "), Button: tea.MouseLeft})
	s.send(tea.MouseClickMsg{X: 30, Y: s.row("Write to #everyone"), Button: tea.MouseLeft})
	s.write("clicked")
	s.sees("clicked", "posts")
	s.send(tea.MouseReleaseMsg{X: 40, Y: 5})
	s.send(tea.MouseMotionMsg{X: 40, Y: 5})
	s.sees("clicked")
}

func TestPasteGoesToTheText(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.send(tea.PasteMsg{Content: "nobody asked"})
	s.misses("nobody asked")
	s.press("n")
	s.send(tea.PasteMsg{Content: "one\ntwo"})
	s.sees("one", "two")
	if len(s.bodiesOf("everyone")) != 0 {
		t.Error("a paste of several lines has posted")
	}
}

// bodiesOf are the posts of a channel, oldest first.
func (w *world) bodiesOf(channel string) (all []string) {
	w.t.Helper()
	posts, err := w.store.ChannelLog(w.ctx, w.me, w.channel(channel).ID, 100)
	w.must(err)
	for _, p := range posts {
		all = append(all, p.Body)
	}
	return all
}

func TestEventsReload(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	root := w.post(ben, w.channel("everyone"), 0, "The lift is back")
	s := w.sit(80, 24)
	w.post(ben, w.channel("everyone"), root.ID, "It is quiet")
	s.hear()
	s.sees("1 reply, last Ben Brook now")
	w.found(store.NewChannel{Name: "platform"})
	s.hear()
	s.sees("platform")
	s.press("enter")
	s.sees("It is quiet")
	w.post(ben, w.channel("everyone"), root.ID, "Or is it?")
	s.hear()
	s.sees("Or is it?")
}

func TestNewPostsWaitAbove(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	var posts []store.Post
	for _, body := range strings.Fields("one two three four five six seven eight") {
		posts = append(posts, w.post(ben, w.channel("everyone"), 0, body))
	}
	s := w.sit(80, 24)
	s.press("down", "down")
	before := s.barred()
	row := s.row("six")
	w.post(ben, w.channel("everyone"), 0, "nine")
	s.hear()
	w.post(ben, w.channel("everyone"), 0, "ten")
	s.hear()
	s.sees("2 new above ↑")
	s.misses("nine")
	if s.row("six") != row || !strings.Contains(s.barred(), "six") || !strings.Contains(before, "six") {
		t.Errorf("what is being read has moved:\n%s", s.screen())
	}
	if h := s.m.top().screen.(*home); h.selected != posts[5].ID {
		t.Errorf("selected %d, want %d", h.selected, posts[5].ID)
	}
	s.press(".")
	s.sees("nine", "ten")
	s.misses("new above")
	if !strings.Contains(s.barred(), "ten") {
		t.Errorf("the newest is not selected:\n%s", s.screen())
	}
}

func TestOwnPostIsShownAtOnce(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	for range 9 {
		w.post(ben, w.channel("everyone"), 0, "Words")
	}
	s := w.sit(80, 24)
	s.press("pgdown")
	w.post(ben, w.channel("everyone"), 0, "from Ben")
	s.hear()
	s.press("n")
	s.write("from me")
	s.press("enter")
	s.wait(time.Second)
	s.sees("from Ben")
	s.misses("new above")
	if !strings.Contains(s.barred(), "from me") {
		t.Errorf("my own post is not selected:\n%s", s.screen())
	}
}

func TestOlderPostsLoadByScrolling(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "the very first")
	for range 2*pageSize + 5 {
		w.post(ben, w.channel("everyone"), 0, "Words")
	}
	s := w.sit(80, 24)
	h := s.m.top().screen.(*home)
	if len(h.posts) != pageSize {
		t.Fatalf("%d posts are loaded before anybody scrolls", len(h.posts))
	}
	for range 200 {
		s.press("down")
	}
	s.sees("the very first")
	if !h.ended || len(h.posts) != 2*pageSize+6 {
		t.Errorf("%d posts, ended %v", len(h.posts), h.ended)
	}
	s.press("home")
	if h.top != 0 {
		t.Error("Home does not lead to the top")
	}
}

func TestJoinedChannelComesToHome(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "Hello")
	lunch, err := w.store.CreateChannel(w.ctx, ben.ID, store.NewChannel{Name: "lunch"})
	w.must(err)
	w.post(ben, lunch, 0, "the oldest soup")
	for range pageSize + 10 {
		w.post(ben, lunch, 0, "Soup")
	}
	w.post(ben, w.channel("everyone"), 0, "Hello again")
	s := w.sit(80, 24)
	s.misses("Soup")
	w.must(w.store.JoinChannel(w.ctx, w.me, lunch.ID))
	s.hear()
	s.sees("Soup")
	for range 200 {
		s.press("down")
	}
	s.sees("the oldest soup", "Hello")
	w.must(w.store.LeaveChannel(w.ctx, w.me, lunch.ID))
	s.hear()
	s.sees("Hello again")
	s.misses("Soup", "soup")
}

func TestDraftIsSavedWhenAScreenGoes(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	root := w.post(ben, w.channel("everyone"), 0, "Hello")
	at := store.Place{Channel: root.Channel, Root: root.ID}
	s := w.sit(80, 24)
	s.press("r")
	s.write("half a reply")
	s.run(goTo(nil))
	if got := w.saved(at); got != "half a reply" {
		t.Errorf("the draft is %q", got)
	}
	if len(s.m.leaves) != 0 {
		t.Error("a screen that has gone is kept")
	}
	s.hear()
	s.sees("»")
	s.press("r")
	s.sees("half a reply")
	s.write(", more")
	s.m.Update(goMsg{}) // the program ends before its commands run
	s.m.end()
	s.m.Close(t.Context())
	if got := w.saved(at); got != "half a reply, more" {
		t.Errorf("the draft is %q", got)
	}
}

func TestThreadOpensAtTheFirstNewReply(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	me := store.Person{ID: w.me}
	root := w.post(me, everyone, 0, "What is missing?")
	for range 30 {
		w.post(ben, everyone, root.ID, "an old reply")
	}
	w.must(w.store.MarkThreadRead(w.ctx, w.me, root.ID, 30))
	w.post(ben, everyone, root.ID, "a new reply")
	w.post(ben, everyone, root.ID, "another new reply")
	s := w.sit(80, 24)
	s.press("enter")
	s.sees("─ new ─", "a new reply", "another new reply")
	if !strings.Contains(s.barred(), "a new reply") {
		t.Errorf("the first new reply is not selected:\n%s", s.screen())
	}
	s.press("f")
	s.sees("You no longer follow this thread.")
	s.press("f")
	s.sees("You follow this thread")
}

func TestEarlierRepliesLoadByScrollingUp(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	root := w.post(ben, everyone, 0, "What is missing?")
	w.post(ben, everyone, root.ID, "the first reply")
	for range pageSize + 20 {
		w.post(ben, everyone, root.ID, "a reply")
	}
	s := w.sit(80, 24)
	s.press("enter")
	s.sees("What is missing?", "21 earlier replies ↑")
	s.misses("the first reply")
	th := s.m.top().screen.(*thread)
	if len(th.posts) != pageSize+1 {
		t.Fatalf("%d posts are loaded before anybody scrolls", len(th.posts))
	}
	s.press("down", "down", "down")
	row := func() int {
		first, _ := th.lines(th.index(th.selected))
		return first - th.top
	}
	before := row()
	s.run(th.loadEarlier())
	if row() != before {
		t.Errorf("the selected reply went from line %d to %d", before, row())
	}
	if len(th.posts) != pageSize+22 {
		t.Fatalf("%d posts after scrolling up", len(th.posts))
	}
	s.press("home")
	s.sees("What is missing?", "the first reply")
	s.misses("earlier replies")
}

func TestJoinLeaveMute(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	lunch, err := w.store.CreateChannel(w.ctx, ben.ID, store.NewChannel{Name: "lunch", Purpose: "Where and when"})
	w.must(err)
	w.post(ben, lunch, 0, "Soup")
	s := w.sit(80, 24)
	s.run(goTo(newChannel(s.m.app, s.m.theme, lunch.ID)))
	s.sees("You are looking in. J joins #lunch", "Soup")
	s.press("n")
	s.write("x")
	s.misses("posts")
	s.press("J")
	s.sees("You are in #lunch now.", "Write to #lunch")
	s.press("m")
	s.sees("#lunch is muted", "#lunch · muted")
	s.press("m")
	s.sees("#lunch is back in Home.")
	s.press("L")
	s.sees("You have left #lunch.")
	w.found(store.NewChannel{Name: "close", Private: true}, ben)
	s.hear()
	c := w.channel("close")
	w.must(w.store.SetSteward(w.ctx, w.me, c.ID, "ben", true, "Maya is away."))
	s.run(goTo(newChannel(s.m.app, s.m.theme, c.ID)))
	s.press("L")
	s.sees("Leave #close?", "y yes")
	s.press("esc")
	s.misses("Leave #close?")
	s.press("L", "y")
	s.sees("You have left #close.", "Home · latest")
	s.run(push(newChannel(s.m.app, s.m.theme, c.ID)))
	s.press("x")
	s.sees("There is no channel", "Esc goes back.")
}

func TestLateAndForeignAnswersAreIgnored(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	p := w.post(ben, w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	other := newHome(s.m.app, s.m.theme, false)
	for _, msg := range []tea.Msg{
		pageMsg{of: other.latest, posts: nil, n: pageSize},
		onePostMsg{of: other.latest, id: p.ID, gone: true},
		threadMsg{of: newThread(s.m.app, s.m.theme, p.ID)},
		channelMsg{of: newChannel(s.m.app, s.m.theme, 1)},
		seenMsg{&other.feed},
		nextMsg{from: other},
		popMsg{},
	} {
		s.send(msg)
		s.sees("Hello", "Home · latest")
	}
}

func TestGonePostDisappears(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	a := w.post(ben, w.channel("everyone"), 0, "stays")
	b := w.post(ben, w.channel("everyone"), 0, "goes")
	s := w.sit(80, 24)
	h := s.m.top().screen.(*home)
	s.send(onePostMsg{of: h.latest, id: b.ID, gone: true})
	s.misses("goes")
	if h.selected != a.ID {
		t.Error("nothing is selected after the selected post has gone")
	}
}

func TestThreadStaysBesideItsList(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "the first")
	w.post(ben, w.channel("everyone"), 0, "the second")
	s := w.sit(150, 45)
	s.press("enter")
	s.sees("Home · latest", "Thread · #everyone", "the first")
	s.press("tab", "tab")
	if s.m.focus != onUnder {
		t.Fatalf("focus %d, want the list", s.m.focus)
	}
	s.press("down", "enter")
	if len(s.m.stack) != 2 || s.m.focus != onScreen {
		t.Fatalf("%d screens, focus %d", len(s.m.stack), s.m.focus)
	}
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.misses("Home · latest", "the second")
	s.sees("the first")
}

// A window that grows narrow keeps what stands above the first post, which takes more lines there, as long as the
// selected post stays with it; and one that it had further down does not fall out of it.
func TestNarrowerWindowKeepsTheTop(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations and everything that turns")
	for i := range 9 {
		w.post(ben, w.channel("everyone"), 0, fmt.Sprintf("The month %d is closed.", i))
	}
	s := w.sit(80, 24)
	s.run(push(newPerson(s.m.app, s.m.theme, ben)))
	s.sees("Operations and everything that turns", "▌The month 8 is closed.")
	s.send(tea.WindowSizeMsg{Width: 30, Height: 15})
	s.sees(" Operations and everything\n that turns", "▌The month 8 is closed.")
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.press("down", "down", "down", "down")
	s.sees("▌The month 4 is closed.")
	s.send(tea.WindowSizeMsg{Width: 30, Height: 15})
	s.sees("▌The month 4 is closed.")
	s.misses("that turns")
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	for _, size := range [][2]int{{1, 1}, {0, 0}, {29, 24}, {80, 7}, {2, 40}} {
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		s.press("down", "tab", "n", "esc", "space")
		fits(t, s.m.View().Content, max(1, size[0]), max(1, size[1]))
	}
	s.send(tea.WindowSizeMsg{Width: 29, Height: 24})
	s.sees("tincan needs 30 columns")
	s.send(tea.WindowSizeMsg{Width: 30, Height: 8})
	s.sees("Home")
}

func TestIdleTicksNothing(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	for range 5 {
		s.wait(2 * time.Second)
	}
	if len(s.due) != 0 {
		t.Errorf("%d ticks are due while nothing happens", len(s.due))
	}
}

func TestErrorsAreSentences(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.send(errMsg{store.ErrNotFound})
	s.sees("Something went wrong on our side; your text is kept.")
	s.press("down")
	s.misses("Something went wrong")
}

func TestFirstScreenComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.sit(80, 24)
	if len(s.m.stack) != 2 {
		t.Fatal("the first screen is not shown to somebody who was not welcomed")
	}
	s.press("esc", "esc")
	s.sees("Home · latest")
}

func TestFailedLoadCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	h := newHome(s.m.app, s.m.theme, false)
	s.m.stack[0] = &layer{screen: h}
	s.send(pageMsg{of: h.latest, n: pageSize, err: errors.New("disk on fire")})
	s.sees("Something went wrong on our side", "Enter tries again.")
	s.misses("disk on fire")
	s.press("enter")
	s.sees("Hello")
	s.misses("Something went wrong")
}

func TestStewardLetsPeopleIn(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.person("ben", "Ben Brook", "Operations")
	c := w.found(store.NewChannel{Name: "close", Private: true})
	s := w.sit(80, 24)
	s.run(goTo(newChannel(s.m.app, s.m.theme, c.ID)))
	s.sees("#close · private", "1 person")
	s.press("a")
	s.write("ben")
	s.press("enter")
	s.sees("Ben Brook is in #close now.")
}

func TestThemeFollowsTheTerminal(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Hello *all* @ben")
	s := w.sit(80, 24)
	plain := s.m.View().Content
	if strings.Contains(plain, "\x1b[38") {
		t.Error("there is colour though the client sent NO_COLOR")
	}
	s.m.plain = false
	s.send(tea.ColorProfileMsg{Profile: colorprofile.ANSI256})
	dark := s.m.View().Content
	s.send(tea.BackgroundColorMsg{Color: color.White})
	light := s.m.View().Content
	if plain == dark || dark == light {
		t.Error("the colours do not follow the terminal")
	}
	if ansi.Strip(plain) != ansi.Strip(dark) || ansi.Strip(dark) != ansi.Strip(light) {
		t.Error("the words follow the colours")
	}
}

// What is typed before a screen has its first answer waits for it, in order.
func TestKeysWaitForTheFirstAnswer(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "Hello")
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	s := &sitting{world: w}
	s.m = New(w.ctx, w.store, me, Options{Now: w.clock.now, NoColor: true, Log: w.log, Drawn: w.drawn})
	s.m.app.tick = s.tick
	s.events = reflect.ValueOf(s.m.events.next).Pointer()
	t.Cleanup(func() { s.m.Close(s.ctx) })
	first := s.m.Init() // the answers take their time
	s.give(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.press("n")
	s.write("quick")
	s.give(tea.PasteMsg{Content: " pasted"})
	s.write("!")
	if s.left {
		t.Fatal("q of the text was a key")
	}
	s.run(first)
	s.sees("#everyone  quick pasted!")
	s.press("esc", "enter") // into the thread, whose answer is there at once
	s.sees("Thread · #everyone")

	th := newThread(s.m.app, s.m.theme, 0)
	s.give(pushMsg{th}) // runs its answer: there is no such post
	s.sees("There is no post of that number here.")
	s.press("esc")
	s.misses("There is no post")

	late := New(w.ctx, w.store, me, Options{Now: w.clock.now, NoColor: true, Log: w.log, Drawn: w.drawn})
	t.Cleanup(func() { late.Close(s.ctx) })
	for range earlyLimit + 10 {
		late.Update(keyOf("x"))
	}
	if len(late.early) != earlyLimit {
		t.Errorf("%d keys wait", len(late.early))
	}
	if _, cmd := late.Update(keyOf("ctrl+c")); cmd == nil {
		t.Error("ctrl+C has to wait")
	}
}

// What is chosen for a screen that has no answer yet waits for it as keys do.
func TestChoicesWaitForTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s := settled(t).sit(80, 24)
	_, first := s.m.Update(pushMsg{newChannel(s.m.app, s.m.theme, s.channel("announcements").ID)})
	_, then := s.m.Update(announceMsg{store.NewAnnouncement{MustRead: true, Everyone: true}, "To: everyone\nMust read: yes"})
	s.misses("Must read to everyone")
	s.run(first)
	s.run(then)
	s.sees("Must read to everyone")
}

// While more waits above than one page holds, what else comes is not read; who looks gets all of it.
func TestMoreWaitsThanAPageHolds(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	w.post(ben, everyone, 0, "The first of all.")
	s := w.sit(80, 24)
	s.sees("The first of all.")
	home := s.m.stack[0].screen.(*home)
	for i := range pageSize + 5 {
		w.post(ben, everyone, 0, fmt.Sprintf("Number %d.", i))
		s.hear()
	}
	s.sees("50+ new above ↑")
	if len(home.latest.waiting) > 0 || home.unseen != pageSize+5 {
		t.Fatalf("%d read, %d not", len(home.latest.waiting), home.unseen)
	}
	s.press("home")
	s.sees(fmt.Sprintf("Number %d.", pageSize+4))
	s.misses("new above")
	s.press("end", "end", "end")
	s.sees("The first of all.")
}

// A reply far up in a long thread is gone to, however far.
func TestThreadOpensAtAnOldReply(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	root := w.post(ben, w.channel("everyone"), 0, "Long")
	var replies []store.Post
	for i := range 2*store.MaxPage + 20 {
		replies = append(replies, w.post(ben, w.channel("everyone"), root.ID, fmt.Sprintf("reply %d.", i)))
	}
	for _, i := range []int{0, 7, store.MaxPage, 2*store.MaxPage + 19} {
		s := w.sit(80, 24)
		s.run(push(newThread(s.m.app, s.m.theme, replies[i].ID)))
		if got := s.barred(); !strings.Contains(got, fmt.Sprintf("reply %d.", i)) {
			t.Errorf("asked for reply %d, it opens at %q", i, got)
		}
	}
}

// The order of Home is as it was left.
func TestHomeOrderIsKept(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	old := w.post(ben, w.channel("everyone"), 0, "Old and alive")
	w.clock.add(time.Minute)
	w.post(ben, w.channel("everyone"), 0, "Newer")
	w.clock.add(time.Minute)
	w.post(ben, w.channel("everyone"), old.ID, "Still")
	s := w.sit(80, 24)
	s.sees("Home · latest")
	s.press("t")
	s.sees("Home · active")
	s = w.sit(80, 24)
	s.sees("Home · active")
	if s.row("Old and alive") > s.row("Newer") {
		t.Error("not in that order")
	}
	s.press("t")
	w.sit(80, 24).sees("Home · latest")
}

// Keys that come in one go are for the screens that those before them lead to: nothing answers in between.
func TestKeysInOneGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ keys, sees string }{
		"a reply":                {"r q u i t", "quit"},
		"out of a menu":          {"enter o enter q u i t", "quit"},
		"through the palette":    {"ctrl+k s a v e d enter", "Saved"},
		"to and fro":             {"enter esc r q u i t", "quit"},
		"a menu opened and left": {"enter o esc esc n q u i t", "quit"},
	} {
		t.Run(name, func(t *testing.T) {
			w := settled(t)
			w.post(w.person("ben", "Ben Brook", "Operations"), w.channel("everyone"), 0, "Is the lift working?")
			s := w.sit(80, 24)
			var answers []tea.Cmd
			for _, k := range strings.Fields(c.keys) {
				_, cmd := s.m.Update(keyOf(k))
				answers = append(answers, cmd)
			}
			for _, cmd := range answers {
				s.run(cmd)
			}
			if s.left {
				t.Fatal("a letter of the text has left")
			}
			s.sees(c.sees)
		})
	}
}

// Whoever opens one screen after the other, without ever going back, keeps Home and the last ones.
func TestScreensAboveEachOtherAreBounded(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.person("ben", "Ben Brook", "Operations")
	s := w.sit(80, 24)
	for range 2 * stackMost {
		s.press("g", "b", "e", "n", "enter")
	}
	if n := len(s.m.stack); n != stackMost {
		t.Errorf("%d screens lie above each other", n)
	}
	for range stackMost - 1 {
		if _, is := s.m.top().screen.(*person); !is {
			t.Fatalf("a %T lies there", s.m.top().screen)
		}
		s.press("esc")
	}
	if _, is := s.m.top().screen.(*home); !is || len(s.m.stack) != 1 {
		t.Errorf("a %T lies below", s.m.top().screen)
	}
}
