package tui

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

// busy is the full world with an inbox, a direct conversation, and what has been searched for indexed.
func busy(t *testing.T) *world {
	w := full(t)
	who := func(handle string) store.Person {
		p, err := w.store.Person(w.ctx, w.me, handle)
		w.must(err)
		return p
	}
	ben, tara, uma := who("ben"), who("tara"), who("uma")
	mine := w.post(store.Person{ID: w.me}, w.channel("everyone"), 0, "Who has the key of the bicycle shed?")
	w.post(uma, w.channel("everyone"), mine.ID, "I do, come by.")
	w.post(tara, w.channel("everyone"), mine.ID, "There is a second one at the door.")
	for _, p := range []store.Person{ben, tara, uma} {
		w.must(w.store.React(w.ctx, p.ID, mine.ID, 0, true))
	}
	w.post(tara, w.channel("sales-nord"), 0, "Kestrel Ltd signed, @maya.lind. Zoë did it; the Größe of the order is 日本 only.")
	c, err := w.store.OpenDirect(w.ctx, ben.ID, []string{"maya.lind", "tara"})
	w.must(err)
	w.post(ben, c, 0, "Shall we three have lunch?")
	w.indexed(1)
	w.clock.add(9 * time.Minute)
	return w
}

// indexed waits until the search has what was written last: so many posts with the word lunch.
func (w *world) indexed(n int) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		found, err := w.store.Search(w.ctx, w.me, "lunch", store.Newest, 0, 10)
		w.must(err)
		if len(found.Posts) == n {
			return
		}
	}
	w.t.Fatal("the search does not come up to date")
}

// visit opens an entry of the sidebar by name.
func (s *sitting) visit(name string) {
	s.t.Helper()
	for _, e := range s.m.side.entries() {
		if e.name == name {
			s.run(s.m.open(e))
			s.send(nil)
			return
		}
	}
	s.t.Fatalf("there is no %q in the sidebar", name)
}

// to are the keys that open an entry of the sidebar by its place in it.
func to(entry int, then ...string) []string {
	keys := []string{"tab", "home"}
	for range entry {
		keys = append(keys, "down")
	}
	return append(append(keys, "enter"), then...)
}

// end are the keys that open an entry of the sidebar counted from its end.
func fromEnd(entry int, then ...string) []string {
	keys := []string{"tab", "end"}
	for range entry {
		keys = append(keys, "up")
	}
	return append(append(keys, "enter"), then...)
}

// letters are the keys of a text.
func letters(text string) (keys []string) {
	for _, r := range text {
		if r == ' ' {
			keys = append(keys, "space")
		} else {
			keys = append(keys, string(r))
		}
	}
	return keys
}

func TestInboxLooks(t *testing.T)      { inEverySize(t, busy, to(1)...) }
func TestEmptyInboxLooks(t *testing.T) { inEverySize(t, settled, to(1)...) }
func TestSearchLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, slices.Concat([]string{"/"}, letters("kestrel grosse"), []string{"enter"})...)
}
func TestSearchManyLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, slices.Concat([]string{"/"}, letters("the"), []string{"enter"})...)
}
func TestEmptySearchLooks(t *testing.T) { inEverySize(t, settled, "/") }
func TestSearchProblemLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, slices.Concat([]string{"/"}, letters("since:yesterday"), []string{"enter"})...)
}
func TestPeopleLooks(t *testing.T) { inEverySize(t, busy, fromEnd(3)...) }
func TestPeoplePickedLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, fromEnd(3, "space", "down", "space")...)
}
func TestPeopleFoundLooks(t *testing.T) { inEverySize(t, busy, fromEnd(3, "/", "b")...) }
func TestPersonLooks(t *testing.T)      { inEverySize(t, busy, fromEnd(3, "enter")...) }
func TestQuietPersonLooks(t *testing.T) { inEverySize(t, settled, fromEnd(3, "enter")...) }
func TestDirectLooks(t *testing.T)      { inEverySize(t, busy, to(11)...) }
func TestEmptyDirectLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, fromEnd(3, "space", "down", "space", "enter")...)
}
func TestTrialLooks(t *testing.T)        { inEverySize(t, settled, fromEnd(2)...) }
func TestPaletteLooks(t *testing.T)      { inEverySize(t, busy, "g") }
func TestPaletteFoundLooks(t *testing.T) { inEverySize(t, busy, "g", "b", "e") }
func TestNastyPeopleLooks(t *testing.T)  { inEverySize(t, nasty, fromEnd(3, "down")...) }
func TestNastyPersonLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, nasty, fromEnd(3, "down", "down", "enter")...)
}
func TestMembersLooks(t *testing.T) {
	t.Parallel()
	for _, size := range windows {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			w := busy(t)
			s := w.sit(size[0], size[1])
			s.run(push(newMembers(s.m.app, s.m.theme, w.channel("finance-close").ID)))
			s.press("down")
			fits(t, s.m.View().Content, size[0], size[1])
			golden.RequireEqual(t, s.screen()+"\n")
		})
	}
}

func TestInboxOpensAndMarks(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.visit(entryInbox)
	before := s.m.side.is.Inbox
	if before == 0 || !strings.Contains(s.m.title(), "new") {
		t.Fatalf("%d entries, title %q", before, s.m.title())
	}
	s.press("enter")
	s.sees("Thread · #sales-nord", "Kestrel Ltd signed")
	if s.m.side.is.Inbox != before-1 {
		t.Errorf("%d unread after opening one of %d", s.m.side.is.Inbox, before)
	}
	s.press("esc")
	s.sees("Inbox", "Tara Vale mentioned you")
	s.press("M")
	s.sees("All of the inbox is read.")
	if s.m.side.is.Inbox != 0 {
		t.Errorf("%d unread after marking all read", s.m.side.is.Inbox)
	}
	p, err := w.store.Person(w.ctx, w.me, "ben")
	w.must(err)
	w.post(p, w.channel("everyone"), 0, "What about it, @maya.lind?")
	s.hear()
	s.sees("What about it", "1 new")
}

func TestInboxPages(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	for i := range 2*pageSize + 3 {
		w.post(ben, w.channel("everyone"), 0, fmt.Sprint("number ", i, " for @maya.lind"))
	}
	s := w.sit(80, 24)
	s.visit(entryInbox)
	for range 2*pageSize + 3 {
		s.press("down")
	}
	s.sees("number 0 for")
	if s.m.title() != "tincan · 99+ new" {
		t.Errorf("the title is %q", s.m.title())
	}
}

func TestNotifies(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook \x1b]0;x", "Operations")
	s := w.sit(80, 24)
	var rang []string
	hear := func() {
		for {
			select {
			case e := <-s.m.events.events:
				if cmd := s.m.notify(e); cmd != nil {
					if raw, ok := cmd().(tea.RawMsg); ok {
						rang = append(rang, raw.Msg.(string))
					}
				}
			default:
				return
			}
		}
	}
	mention := func() {
		w.post(ben, w.channel("everyone"), 0, "One for @maya.lind")
		hear()
	}
	if mention(); len(rang) != 0 {
		t.Fatalf("rang %q though nobody has asked for it", rang)
	}
	w.must(w.store.SetNotify(w.ctx, w.me, store.NotifyBell))
	mention()
	w.must(w.store.SetNotify(w.ctx, w.me, store.NotifyBanner))
	mention()
	want := []string{"\a", "\x1b]9;tincan: Ben Brook 0;x mentioned you: #everyone · One for @maya.lind\a"}
	if !slices.Equal(rang, want) {
		t.Errorf("rang %q, want %q", rang, want)
	}
	rang = nil
	w.clock.add(time.Minute)
	for range 3 {
		_, err := w.store.CreatePost(w.ctx, ben.ID, store.NewPost{Place: store.Place{Channel: w.channel("everyone").ID}, Body: "again @maya.lind"})
		w.must(err)
		hear()
	}
	w.post(store.Person{ID: w.me}, w.channel("everyone"), 0, "I, @maya.lind, say so")
	w.must(w.store.MarkInbox(w.ctx, w.me, 0))
	hear()
	if len(rang) != 1 {
		t.Errorf("rang %d times in a moment: %q", len(rang), rang)
	}
}

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.press("/")
	s.write("kestrel")
	s.press("enter")
	s.sees("/ kestrel", "2 posts", "Kestrel Ltd signed", "who has met")
	raw := s.m.View().Content
	if !strings.Contains(raw, "\x1b[7mKestrel") {
		t.Error("what was looked for is not lit")
	}
	s.press("t")
	s.sees("best first")
	s.press("down", "enter")
	s.sees("Thread · #sales-nord")
	s.press("esc")
	s.sees("/ kestrel", "2 posts")
	s.press("esc")
	s.sees("Home")
	s.press("/")
	s.sees("/ kestrel", "Kestrel Ltd signed") // kept
	s.press("ctrl+u")
	for _, c := range [][2]string{{`"`, "Nothing to look for yet."}, {"-x", "Nothing was found"}, {"AND", "Nothing was found"}, {strings.Repeat("x", 10_000), "That search has 10,000 characters"}} {
		s.send(tea.PasteMsg{Content: c[0]})
		s.press("enter")
		s.sees(c[1])
		s.press("ctrl+u")
	}
}

func TestSearchKeepsItsKeysUntilEnter(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.press("/")
	const commands = "/?1gGjkhlqnrdesfmutyQ!+.w" // everywhere else
	s.write(commands)
	s.press("space", "left", "right", "home", "end")
	s.sees("/ "+commands, "Enter searches")
	s.press("ctrl+u")
	s.write("kestrel")
	s.press("enter")
	s.sees("/ kestrel", "2 posts")

	// What was looked for last gives way to the first letter, also when it has been found already.
	s.press("esc", "/")
	s.sees("/ kestrel", "Kestrel Ltd signed", "Enter searches")
	if !strings.Contains(s.m.View().Content, "\x1b[7mkestrel") {
		t.Error("the words that give way do not look so")
	}
	s.write("quartz")
	s.sees("/ quartz\n", "Kestrel Ltd signed")
	s.press("enter")
	s.sees("Nothing was found")
	s.press("ctrl+u")
	s.write("kestrel")
	s.press("enter", "/", "backspace")
	s.misses("/ kestrel")
	s.write("kestrel")
	s.press("enter", "/", "left")
	s.write("s")
	s.sees("/ kestresl")
	s.press("ctrl+u")
	s.write("invoice")
	s.press("enter", "esc", "/")
	s.send(tea.PasteMsg{Content: "kestrel"})
	s.sees("/ kestrel\n")

	// An answer that comes while the next words are being typed takes no key from them.
	f := s.m.top().screen.(*search)
	_, answer := s.m.Update(keyOf("enter"))
	s.write(" q")
	s.run(answer)
	s.sees("/ kestrel q", "Kestrel Ltd signed")
	s.write("d")
	s.sees("/ kestrel qd")
	if !f.typing {
		t.Error("the late answer took the keys")
	}
}

func TestSearchPagesAndIgnoresLateAnswers(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	for i := range 2*pageSize + 3 {
		w.post(ben, w.channel("everyone"), 0, fmt.Sprint("number ", i))
	}
	w.post(ben, w.channel("everyone"), 0, "lunch")
	w.indexed(1)
	s := w.sit(80, 24)
	s.press("/")
	s.write("number")
	s.press("enter")
	f := s.m.top().screen.(*search)
	s.send(searchMsg{of: f, turn: f.turn - 1})
	s.send(searchMsg{of: newSearch(s.m.app, s.m.theme, "").(*search), turn: f.turn})
	s.sees("number 102", "50 posts and more")
	for range 2*pageSize + 3 {
		s.press("down")
	}
	s.sees("number 0", "103 posts")

	// A part of the past in which nothing is: it goes on by itself.
	next := f.Update(searchMsg{of: f, turn: f.turn, found: store.Found{Next: math.MaxInt64}})
	s.sees("Nothing among the newest; looking through what is older.")
	s.run(next)
	s.sees("number 102", "50 posts and more")
}

func TestPeopleAreFoundAndWrittenTo(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.visit(entryPeople)
	s.press("/")
	s.write("vale")
	s.press("enter")
	s.sees("Tara Vale · @tara", "Write to Tara Vale", "Kestrel Ltd signed")
	s.press("w")
	s.sees("Tara Vale      ", "1,000", "Nobody has written here yet.", "Enter posts")
	s.misses("join", "leave", "Press n")
	s.write("Hello Tara")
	s.press("enter")
	s.wait(time.Second)
	s.sees("Sent to Tara Vale.", "Hello Tara")
	s.press("esc")
	s.visit(entryPeople)
	s.press("space", "down", "space", "enter")
	s.sees("Maya Lind, Ben Brook      ", "1,000")
	s.press("esc")
	s.visit(entryPeople)
	s.press("space")
	s.sees("1 chosen")
	s.press("esc")
	s.misses("1 chosen")
	s.sees("People")
}

func TestMembersAreManaged(t *testing.T) {
	t.Parallel()
	w := busy(t)
	c := w.channel("finance-close")
	s := w.sit(80, 24)
	s.run(push(newMembers(s.m.app, s.m.theme, c.ID)))
	s.sees("#finance-close · who is in it", "Stewards", "Petra Marsh", "Members", "Maya Lind")
	s.press("end", "S")
	s.sees("Maya Lind looks after #finance-close too now.")
	s.press("a")
	s.write("ben")
	s.press("enter")
	s.sees("Ben Brook is in #finance-close now.")
	s.press("end", "x")
	s.sees("will no longer see #finance-close")
	s.press("down", "enter")
	s.sees("Ben Brook is no longer in #finance-close.")
}

func TestPaletteLeadsEverywhere(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	for _, c := range [][2]string{{"inb", "Inbox"}, {"plat", "#platform"}, {"tara", "Tara Vale · @tara"}, {"bro", "Ben Brook · @ben"}, {"figu", "Admin · Figures"}, {"toda", "Admin · Today"}, {"decis", "Petra Marsh invited @ben"}, {"all k", "All keys"}} {
		s.press("ctrl+k")
		s.write(c[0])
		s.press("enter")
		s.sees(c[1])
	}
	s.press("esc", "g")
	s.sees("Go to")
	if got := s.m.palette.items[0].label; got != "All keys" {
		t.Errorf("%q stands first, not what was chosen last", got)
	}
	s.write("zzz")
	s.sees("Nothing here has that in its name.", "\n Esc closes")
	s.misses("Enter goes there")
	s.press("enter", "esc")
	s.misses("Go to")
	s.visit(entryHome)
	s.press("g")
	s.write("save it")
	s.press("enter")
	s.sees("Saved: you find it under Saved.")
	p := s.m.newPalette(s.m.top().screen)
	s.m.palette = p
	s.send(namedMsg{of: p, turn: p.turn - 1, all: []store.Person{{Handle: "late"}}})
	s.misses("@late")
}

// What comes in while somebody types is put in its place, and the first is chosen; a choice that was moved stays.
func TestPaletteChoosesTheFirst(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	for _, moved := range []bool{false, true} {
		p := s.m.newPalette(s.m.top().screen)
		s.m.palette = p
		p.resize(s.m.width, s.m.height)
		want := "#announcements"
		if s.write("a"); !moved {
			s.write("n")
		} else {
			s.press("down")
			want = p.items[p.index()].label
		}
		s.run(p.Init())
		if got := p.items[p.index()].label; !strings.HasPrefix(got, want) {
			t.Errorf("moved %v: %q is chosen, not %s", moved, got, want)
		}
	}
}

func TestPaletteOfOneKind(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.press("g")
	s.write("#an")
	s.sees("#announcements")
	s.misses("Admin ·")
	for range "#an" {
		s.press("backspace")
	}
	s.write("@ta")
	s.sees("Tara Vale · @tara")
	s.misses("Admin ·", "#")
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(80, 24)
	s.press("n")
	s.write("Ask @ta")
	s.press("tab") // nobody else is called that
	s.write("in #p")
	s.press("tab")
	s.write(":par")
	s.press("tab")
	s.sees("🥳", "Enter takes it")
	s.press("down", "enter")
	s.write("at 12:3")
	s.press("tab") // no emoji begins in a time
	s.misses("takes it")
	s.press("enter")
	s.wait(time.Second)
	if got := s.bodiesOf("everyone"); got[len(got)-1] != "Ask @tara in #platform 🥳 at 12:3" {
		t.Errorf("wrote %q", got[len(got)-1])
	}
	s.press("n")
	s.write("@zzz")
	s.press("tab")
	s.sees("Nothing here has a name that begins so.")
	s.press("ctrl+u")
	s.write("@")
	s.press("tab")
	s.sees("@ben", "@lind")
	c := s.m.focused().screen.(*home).composer
	late := offersMsg{of: c.completion, turn: c.completion.turn, offers: []offer{{"@tardy", "@tardy", ""}}}
	s.write("u")
	s.send(late)
	s.misses("@tardy")
	s.sees("▌ @uma")
	s.press("esc")
	s.misses("▌ @uma")
	s.sees("posts") // the text keeps the keys
	s.write(" ")
	s.press("tab")
	s.misses("takes it")
	s.write("@")
	s.press("tab")
	c.field.set("") // another window has sent the draft
	s.press("enter")
	s.misses("takes it")
}

func TestCompletionLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, busy, "n", "H", "i", "space", "@", "tab", "down")
}

func TestEmojisAreWhole(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, e := range emojis {
		if names[e.name] || store.Graphemes(e.text) != 1 || store.Clean(e.text) != e.text || ansi.StringWidth(e.text) < 1 {
			t.Errorf("%q is %q", e.name, e.text)
		}
		names[e.name] = true
	}
	if len(names) < 150 {
		t.Errorf("%d emojis", len(names))
	}
}

func TestMeIsTold(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.visit(entryMe)
	s.press("down", "down", "down", "down", "enter")
	s.sees("be told of something new", "not at all")
	s.press("right", "enter")
	s.sees("From now on you are told by the terminal's bell.")
	if how, err := w.store.NotifyHow(w.ctx, w.me); err != nil || how != store.NotifyBell {
		t.Errorf("told %v, %v", how, err)
	}
}

func TestMeLeavesForGood(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.visit(entryMe)
	leave := func() { s.press("end", "enter", "down", "enter", "down", "enter") }
	leave()
	s.sees("You are the last admin; make somebody else one first.")
	if s.left {
		t.Fatal("the last admin has left")
	}
	ben := w.person("ben", "Ben Brook", "Operations")
	w.must(w.store.MarkWelcomed(w.ctx, ben.ID))
	w.post(ben, w.channel("everyone"), 0, "I was here")
	w.app.me = ben.ID
	s = w.sit(80, 24)
	s.visit(entryMe)
	s.press("end", "enter")
	s.sees("What you wrote stays")
	s.press("enter")
	s.sees("Leave for good")
	leave()
	if !s.left {
		t.Fatalf("still here:\n%s", s.screen())
	}
	if _, err := w.store.Me(w.ctx, ben.ID); err == nil {
		t.Error("the account is still there")
	}
	if got := w.bodies(t); !slices.Contains(got, "I was here") {
		t.Errorf("what was written has gone: %q", got)
	}
}

// bodies are the posts of #everyone as an onlooker finds them.
func (w *world) bodies(t *testing.T) (all []string) {
	t.Helper()
	maya, err := w.store.PersonByKey(w.ctx, testKey("maya").Fingerprint)
	w.must(err)
	posts, err := w.store.Home(w.ctx, maya.ID, 0, 10)
	w.must(err)
	for _, p := range posts {
		all = append(all, p.Body)
	}
	return all
}

func TestHeldCounts(t *testing.T) {
	t.Parallel()
	w := busy(t)
	s := w.sit(150, 45)
	s.visit(entryMe)
	s.press("end", "up", "up", "enter")
	s.sees("@maya.lind, Petra Marsh", "1 key (", "1 post and 1 reply", "1 draft")
	s.press("esc", "down", "enter")
	s.sees("ssh social.corp export me > me.zip")
}

func TestMeLooks(t *testing.T)    { inEverySize(t, busy, fromEnd(0)...) }
func TestHeldLooks(t *testing.T)  { inEverySize(t, busy, fromEnd(0, "end", "up", "up", "enter")...) }
func TestLeaveLooks(t *testing.T) { inEverySize(t, busy, fromEnd(0, "end", "enter")...) }

// renowned is the nasty world with an inbox full of it.
func renowned(t *testing.T) *world {
	w := nasty(t)
	for i, name := range []string{"hindi", "rtl", "chinese", "family", "escapes", "marks", "long"} {
		p, err := w.store.Person(w.ctx, w.me, fmt.Sprint("p", i))
		w.must(err)
		w.post(p, w.channel("everyone"), 0, "lunch @maya.lind "+cast[name])
	}
	w.indexed(7)
	return w
}

func TestNastyInboxLooks(t *testing.T) { inEverySize(t, renowned, to(1, "down")...) }
func TestNastySearchLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, renowned, slices.Concat([]string{"/"}, letters("lunch"), []string{"enter"})...)
}
func TestNastyPaletteLooks(t *testing.T) { inEverySize(t, renowned, "g", "p") }

func TestFoundReplyIsShownInItsThread(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	root := w.post(ben, w.channel("everyone"), 0, "What is missing?")
	w.post(ben, w.channel("everyone"), root.ID, "a place for lunch")
	for range pageSize + 20 {
		w.post(ben, w.channel("everyone"), root.ID, "a reply")
	}
	w.indexed(1)
	s := w.sit(80, 24)
	s.press("/")
	s.write("place")
	s.press("enter", "enter")
	s.sees("Thread · #everyone")
	if !strings.Contains(s.barred(), "a place for lunch") {
		t.Errorf("what was found is not selected:\n%s", s.screen())
	}
}
