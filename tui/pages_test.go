package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

var (
	// sizes are what a page has of terminals of 40×12, 80×24 and 150×45.
	sizes = [][2]int{{40, 9}, {57, 20}, {125, 41}}
	// wholes are the same for the screen without sidebar and header.
	wholes = [][2]int{{40, 11}, {80, 23}, {150, 44}}
)

// show shows a screen alone, in a window of that size.
func (w *world) show(s screen, width, height int) *heard {
	w.t.Helper()
	h := w.attend(s.Update)
	h.run(s.Init())
	h.send(tea.WindowSizeMsg{Width: width, Height: height})
	return h
}

// portraits draws a screen at each size, after the same keys.
func (w *world) portraits(make func() screen, keys ...string) {
	w.t.Helper()
	var b strings.Builder
	at := sizes
	if _, whole := make().(fullscreen); whole {
		at = wholes
	}
	for _, size := range at {
		s := make()
		h := w.show(s, size[0], size[1])
		h.press(keys...)
		v := s.View()
		fits(w.t, v.Content, size[0], size[1])
		fmt.Fprintf(&b, "── %d×%d\n%s\n", size[0], size[1], v.Content)
		if v.Cursor != nil {
			fmt.Fprintf(&b, "cursor %d, %d\n", v.Cursor.X, v.Cursor.Y)
		}
		var does []string
		for _, k := range s.ShortHelp() {
			if k.Enabled() {
				does = append(does, k.Help().Key+" "+k.Help().Desc)
			}
		}
		fmt.Fprintf(&b, "%s\n", strings.Join(does, " · "))
	}
	golden.RequireEqual(w.t, plain(b.String()))
}

// furnish fills the world: people, channels, keys.
func (w *world) furnish() {
	w.t.Helper()
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Name: "Maya Lind", Department: "Finance", Title: "Controller", Zone: "Europe/Berlin"}))
	ben := w.person("ben", "Ben Brook", "Operations")
	for _, c := range []store.NewChannel{{Name: "platform", Purpose: "Builds, runners, and what broke."}, {Name: "sales-nord", Purpose: "Customers from Hamburg to Oslo."}, {Name: "travel"}} {
		w.must(second(w.store.CreateChannel(w.ctx, ben.ID, c)))
	}
	w.must(second(w.store.CreateChannel(w.ctx, w.me, store.NewChannel{Name: "finance-close", Purpose: "The month's end.", Private: true})))
	w.must(w.store.JoinChannel(w.ctx, w.me, w.channel("platform").ID))
	w.must(w.store.MuteChannel(w.ctx, w.me, w.channel("platform").ID, true))
	w.clock.add(-50 * time.Hour)
	w.must(w.store.SignedIn(w.ctx, w.me, testKey("maya").Fingerprint))
	w.clock.add(50 * time.Hour)
	w.must(second(w.store.AddKey(w.ctx, w.me, *testKey("desk at home"))))
}

// beginning is the first characters of a text.
func beginning(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// nasty fills the world with what has broken other programs.
func (w *world) nasty() {
	w.t.Helper()
	for name, text := range cast {
		p := w.person("p-"+name, beginning(text, 50), beginning(text, 30))
		w.must(second(w.store.CreateChannel(w.ctx, p.ID, store.NewChannel{Name: "c-" + name, Purpose: beginning(text, 180)})))
	}
	w.must(second(w.store.CreateChannel(w.ctx, w.me, store.NewChannel{Name: beginning("日本語のとても長い名前のチャンネルです-한국어-हिन्दी", 32)})))
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Name: beginning(cast["family"], 40), Title: beginning(cast["rtl"], 40), Department: beginning(cast["chinese"], 40)}))
	w.must(second(w.store.AddKey(w.ctx, w.me, *testKey("laptop of 👨‍👩‍👧‍👦"))))
}

func TestFirstScreen(t *testing.T) {
	t.Parallel()
	t.Run("all known", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.furnish()
		me, err := w.store.Me(w.ctx, w.me)
		w.must(err)
		w.portraits(func() screen { return newFirst(w.app, w.theme, me) })
	})
	t.Run("asks who I am", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		me, err := w.store.Me(w.ctx, w.me)
		w.must(err)
		w.portraits(func() screen { return newFirst(w.app, w.theme, me) })
	})
}

func (w *world) greet(width, height int) (*first, *heard) {
	w.t.Helper()
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	f := newFirst(w.app, w.theme, me).(*first)
	return f, w.show(f, width, height)
}

func TestFirstScreenComesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.greet(80, 23)
	if me, err := w.store.Me(w.ctx, w.me); err != nil || !me.Welcomed {
		t.Errorf("welcomed %v, %v", me.Welcomed, err)
	}
}

func TestFirstPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.furnish()
	_, h := w.greet(80, 23)
	h.write("Hello")
	h.press("enter")
	h.later()
	if len(h.posted) != 1 || h.posted[0].Body != "Hello" || h.popped != 1 {
		t.Errorf("posted %v, left %d times", h.posted, h.popped)
	}
}

func TestFirstScreenLooksAroundFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.furnish()
	f, h := w.greet(80, 23)
	h.write("hq l")
	h.press("esc")
	if h.popped != 1 {
		t.Errorf("left %d times", h.popped)
	}
	if text := w.saved(f.composer.at); text != "hq l" {
		t.Errorf("the draft is %q", text)
	}
}

func TestFirstScreenAsksOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	f, h := w.greet(80, 23)
	if !f.Editing() || len(f.asking.parts) != 2 {
		t.Fatalf("asks %v", f.asking)
	}
	h.press("enter")
	h.write("Finance")
	h.press("enter")
	if me, err := w.store.Me(w.ctx, w.me); err != nil || me.Name != "Maya Lind" || me.Department != "Finance" {
		t.Errorf("saved %q of %q, %v", me.Name, me.Department, err)
	}
	h.write("Hello")
	h.press("enter")
	h.later()
	if len(h.posted) != 1 || h.posted[0].Name != "Maya Lind" {
		t.Errorf("posted %v", h.posted)
	}
}

func TestFirstScreenAnswersAreOptional(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	_, h := w.greet(80, 23)
	h.press("esc")
	h.write("Hello")
	h.press("enter")
	h.later()
	if me, err := w.store.Me(w.ctx, w.me); err != nil || me.Name != "" || len(h.posted) != 1 {
		t.Errorf("name %q, posted %v, %v", me.Name, h.posted, err)
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for handle, want := range map[string]string{"maya.lind": "Maya Lind", "ben": "Ben", "j_p-o": "J P O", "": "", "7": "7"} {
		if got := guess(handle); got != want {
			t.Errorf("%q: %q, want %q", handle, got, want)
		}
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	t.Run("full", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.furnish()
		w.app.offer = testKey("tablet")
		w.portraits(func() screen { return newMe(w.app, w.theme) }, "down", "down", "down")
	})
	t.Run("empty", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.portraits(func() screen { return newMe(w.app, w.theme) })
	})
	t.Run("held", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.portraits(func() screen { return newHeld(w.app, w.theme) }, "pgdown")
	})
}

// stroll is a person in Me: what is pushed is shown, what is left goes.
type stroll struct {
	*world
	stack []screen
	*heard
}

func (w *world) stroll(s screen) *stroll {
	st := &stroll{world: w}
	st.heard = w.attend(func(msg tea.Msg) tea.Cmd {
		switch msg.(type) {
		case tea.KeyPressMsg, tea.PasteMsg:
			return st.top().Update(msg)
		}
		var cmds []tea.Cmd
		for _, s := range st.stack {
			cmds = append(cmds, s.Update(msg))
		}
		return tea.Batch(cmds...)
	})
	st.heard.onPush = func(s screen) {
		st.stack = append(st.stack, s)
		st.run(s.Init())
		st.send(tea.WindowSizeMsg{Width: 57, Height: 20})
	}
	st.heard.onPop = func() { st.stack = st.stack[:len(st.stack)-1] }
	st.heard.onPush(s)
	return st
}

func (s *stroll) top() screen { return s.stack[len(s.stack)-1] }

// to moves down to the item of that label and opens it.
func (s *stroll) to(label string) {
	s.world.t.Helper()
	s.press("home")
	for range 50 {
		if line := chosenLine(s.top()); strings.HasPrefix(line, label) {
			s.press("enter")
			return
		}
		s.press("down")
	}
	s.world.t.Fatalf("no %q in\n%s", label, plain(s.top().View().Content))
}

func chosenLine(s screen) string {
	for _, l := range strings.Split(plain(s.View().Content), "\n") {
		if rest, ok := strings.CutPrefix(l, "▌"); ok {
			return rest
		}
	}
	return ""
}

func (s *stroll) wantSaid(want ...string) {
	s.world.t.Helper()
	if !slices.Equal(s.said, want) {
		s.world.t.Errorf("said %q, want %q", s.said, want)
	}
	s.said = nil
}

func (s *stroll) wantDepth(n int) {
	s.world.t.Helper()
	if len(s.stack) != n {
		s.world.t.Errorf("%d screens deep, want %d:\n%s", len(s.stack), n, plain(s.top().View().Content))
	}
}

func TestMeChangesProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newMe(w.app, w.theme))
	s.to("Name")
	s.write("Maya Lind")
	s.press("enter")
	s.wantSaid("Name saved.")
	s.to("Department")
	s.write("Finance")
	s.press("enter")
	s.to("Title")
	s.write("Controller")
	s.press("enter")
	s.wantSaid("Department saved.", "Title saved.")
	s.to("Department")
	s.wantSaid("Your department comes from the roster. An admin can change it.")
	s.wantDepth(1)
	if me, err := w.store.Me(w.ctx, w.me); err != nil || me.Name != "Maya Lind" || me.Title != "Controller" || me.Department != "Finance" {
		t.Errorf("saved %+v, %v", me, err)
	}
	if len(s.people) != 3 || s.people[2].Name != "Maya Lind" {
		t.Errorf("the root was told %v", s.people)
	}
}

func TestMeKeepsWhatIsTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newMe(w.app, w.theme))
	s.to("Name")
	s.write(strings.Repeat("x", 61))
	s.press("enter")
	s.wantDepth(2)
	if shown := plain(s.top().View().Content); !strings.Contains(shown, "it may have 60") {
		t.Errorf("shows\n%s", shown)
	}
	s.press("backspace", "enter")
	s.wantDepth(1)
}

func TestMeTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	for typed, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "berlin": "Europe/Berlin", "new york": "America/New_York", "tokyo": "Asia/Tokyo", "utc": "UTC", "": "",
		"Local": "refused", "local": "refused", "../etc/passwd": "refused", "atlantis": "refused",
	} {
		w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Zone: "Europe/Paris"}))
		s := w.stroll(newMe(w.app, w.theme))
		s.to("Time zone")
		s.press("ctrl+u")
		s.write(typed)
		s.press("enter")
		me, err := w.store.Me(w.ctx, w.me)
		w.must(err)
		if want == "refused" {
			s.wantDepth(2)
			want = "Europe/Paris"
		} else {
			s.wantDepth(1)
		}
		if me.Zone != want {
			t.Errorf("%q: %q, want %q", typed, me.Zone, want)
		}
	}
}

func TestMeKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.must(second(w.store.AddKey(w.ctx, w.me, *testKey("desk"))))
	s := w.stroll(newMe(w.app, w.theme))
	s.to("desk")
	s.to("Rename it")
	s.press("ctrl+u")
	s.write("old desk")
	s.press("enter")
	s.wantSaid("The key is called old desk now.")
	s.wantDepth(1)
	s.to("old desk")
	s.to("Remove it")
	s.to("Keep it")
	s.wantDepth(2)
	s.to("Remove it")
	s.to("Remove it")
	s.wantSaid("The key old desk is removed.")
	s.wantDepth(1)
	s.to("maya")
	s.to("Remove it")
	s.to("Remove it")
	s.wantSaid("That is your last way in. Add another key or set a password first.")
	if keys, err := w.store.Keys(w.ctx, w.me); err != nil || len(keys) != 1 {
		t.Errorf("left with %v, %v", keys, err)
	}
}

func TestMeKeyShortcuts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newMe(w.app, w.theme))
	for chosenLine(s.top()) == "" || !strings.HasPrefix(chosenLine(s.top()), "maya") {
		s.press("down")
	}
	s.press("l")
	s.wantDepth(2)
	s.press("esc", "x")
	s.wantDepth(2)
}

func TestMePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newMe(w.app, w.theme))
	s.to("Set a password")
	s.write("correct horse")
	if shown := s.top().View().Content; strings.Contains(shown, "correct") || !strings.Contains(shown, "•••••••••••••") {
		t.Errorf("shows\n%s", shown)
	}
	s.press("enter")
	s.write("correct house")
	s.press("enter")
	s.wantDepth(2)
	if shown := plain(s.top().View().Content); !strings.Contains(shown, "not the same") {
		t.Errorf("shows\n%s", shown)
	}
	s.press("ctrl+u")
	s.write("correct horse")
	s.press("enter")
	s.wantSaid("The password is set.")
	s.to("Change the password")
	s.write("short")
	s.press("enter")
	s.write("short")
	s.press("enter")
	s.wantDepth(2)
	if p, err := w.store.PersonByPassword(w.ctx, "maya.lind", "correct horse"); err != nil || p.ID != w.me {
		t.Errorf("the password lets in %v, %v", p.ID, err)
	}
}

func TestMeLinkCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newMe(w.app, w.theme))
	s.to("A code for another device")
	shown := plain(s.top().View().Content)
	if !strings.Contains(shown, "\n   ssh social.corp\n") || !strings.Contains(shown, "for 10 minutes") {
		t.Fatalf("shows\n%s", shown)
	}
	code := func() string {
		_, after, _ := strings.Cut(plain(s.top().View().Content), "invite code:\n\n")
		line, _, _ := strings.Cut(after, "\n")
		return strings.TrimSpace(line)
	}
	old := code()
	s.press("enter")
	if w.store.CheckCode(w.ctx, old) == nil || w.store.CheckCode(w.ctx, code()) != nil {
		t.Errorf("old code %q, new code %q", old, code())
	}
	p, err := w.store.RedeemCode(w.ctx, code(), store.Credential{Key: testKey("phone")})
	if err != nil || p.ID != w.me {
		t.Errorf("the code let in %v, %v", p.ID, err)
	}
}

func TestMeOffersTheKeyOfThisComputer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.app.offer = testKey("tablet")
	s := w.stroll(newMe(w.app, w.theme))
	s.to("Sign in with this computer's key")
	s.wantSaid("This computer signs in with its key from now on.")
	if shown := plain(s.top().View().Content); strings.Contains(shown, "this computer's key") || !strings.Contains(shown, "tablet") {
		t.Errorf("shows\n%s", shown)
	}
	if p, err := w.store.PersonByKey(w.ctx, w.app.offer.Fingerprint); err != nil || p.ID != w.me {
		t.Errorf("the key lets in %v, %v", p.ID, err)
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	t.Run("full", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.furnish()
		w.portraits(func() screen { return newChannels(w.app, w.theme) }, "down", "down", "down")
	})
	t.Run("new", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.portraits(func() screen { return newChannels(w.app, w.theme) })
	})
	t.Run("filtered", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.furnish()
		w.portraits(func() screen { return newChannels(w.app, w.theme) }, "/", "s", "a", "l")
	})
	t.Run("nothing found", func(t *testing.T) {
		w := newWorld(t, store.Options{})
		w.portraits(func() screen { return newChannels(w.app, w.theme) }, "/", "x", "y", "z")
	})
}

func TestChannelsActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.furnish()
	s := w.stroll(newChannels(w.app, w.theme))
	is := func(name string) store.Channel { return w.channel(name) }
	find := func(label string) {
		t.Helper()
		for i := 0; !strings.HasPrefix(chosenLine(s.top()), label); i++ {
			if i > 20 {
				t.Fatalf("no %s in\n%s", label, plain(s.top().View().Content))
			}
			s.press("down")
			if i == 10 {
				s.press("home")
			}
		}
	}
	changed := func() { s.send(store.Event{Kind: store.Channels, By: w.me}) }

	find("#travel")
	s.press("J")
	changed()
	if !is("travel").Joined {
		t.Error("not joined")
	}
	find("#travel")
	s.press("m")
	if !is("travel").Muted {
		t.Error("not muted")
	}
	changed()
	s.press("L")
	if is("travel").Joined {
		t.Error("not left")
	}
	changed()
	s.press("home")
	s.said = nil
	s.press("L")
	s.wantSaid("Everyone is in #everyone; you can mute it instead.")

	closing := is("finance-close").ID
	w.must(w.store.AddMember(w.ctx, w.me, closing, "ben"))
	w.must(w.store.SetSteward(w.ctx, w.me, closing, "ben", true, "Maya is away."))
	changed()
	find("#finance-close")
	s.press("L")
	s.wantDepth(2)
	s.to("Stay in it")
	if !is("finance-close").Joined {
		t.Error("left without a yes")
	}
	s.press("L")
	s.to("Leave it")
	s.wantDepth(1)
	if _, err := w.store.Channel(w.ctx, w.me, "finance-close"); err == nil {
		t.Error("not left")
	}
}

func TestChannelsFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.furnish()
	s := w.stroll(newChannels(w.app, w.theme))
	s.press("/")
	s.write("Hamburg")
	if list := s.top().(*channels).items; len(list) != 1 || list[0].label != "#sales-nord" {
		t.Errorf("shows %v", list)
	}
	s.press("enter")
	if c, ok := s.top().(*channel); !ok || c.id != w.channel("sales-nord").ID {
		t.Errorf("opened %T", s.top())
	}
	s.stack = s.stack[:1]
	s.press("/", "esc")
	if list := s.top().(*channels).items; len(list) != 6 {
		t.Errorf("shows %d after Esc", len(list))
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.portraits(func() screen { return newCreate(w.app, w.theme, false) }, "S", "a", "space", "?", "down")
}

func TestCreateChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	s := w.stroll(newChannels(w.app, w.theme))
	s.press("c")
	s.press("enter")
	s.wantDepth(2)
	if shown := plain(s.top().View().Content); !strings.Contains(shown, "A channel needs a name") {
		t.Errorf("shows\n%s", shown)
	}
	s.write("#Sales Nord")
	s.press("enter")
	s.send(tea.PasteMsg{Content: "Customers\nfrom Hamburg"})
	s.press("enter", "right", "enter")
	c := w.channel("sales-nord")
	if c.Purpose != "Customers from Hamburg" || !c.Private || !c.Steward {
		t.Errorf("made %+v", c)
	}
	if opened, ok := s.top().(*channel); !ok || opened.id != c.ID {
		t.Errorf("shows %T", s.top())
	}
}

func TestLetSomebodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	ben := w.person("ben", "Ben Brook", "Operations")
	made, err := w.store.CreateChannel(w.ctx, w.me, store.NewChannel{Name: "secret", Private: true})
	w.must(err)
	s := w.stroll(newChannels(w.app, w.theme))
	s.press("end", "a")
	s.write("nobody")
	s.press("enter")
	s.wantDepth(2)
	if shown := plain(s.top().View().Content); !strings.Contains(shown, "There is nobody of that name here.") {
		t.Errorf("shows\n%s", shown)
	}
	s.press("ctrl+u")
	s.write("@Ben")
	s.press("enter")
	s.wantDepth(1)
	s.wantSaid("Ben Brook is in #secret now.")
	if c, err := w.store.ChannelByID(w.ctx, ben.ID, made.ID); err != nil || !c.Joined {
		t.Errorf("joined %v, %v", c.Joined, err)
	}
	s.press("home", "a")
	s.wantDepth(1)
}

func TestCreateSaysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	for _, c := range []struct {
		name, purpose, want string
		at                  int
	}{
		{"everyone", "", "is taken", 0},
		{"fine", strings.Repeat("x", 201), "it may have 200", 1},
	} {
		s := w.stroll(newChannels(w.app, w.theme))
		s.press("n")
		s.write(c.name)
		s.press("enter")
		s.write(c.purpose)
		s.press("enter", "enter")
		s.wantDepth(2)
		if sh := s.top().(*sheet); sh.at != c.at || !strings.Contains(sh.parts[c.at].wrong, c.want) {
			t.Errorf("%s: at %d, %q", c.name, sh.at, sh.parts[c.at].wrong)
		}
	}
}

func TestFormRunsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	sent := 0
	f := &form{app: w.app, theme: w.theme, parts: []*part{ask("Name", "x", "")}}
	f.send = func([]string) (tea.Msg, int, error) { sent++; return nil, 0, nil }
	first := f.press(keyOf("enter"))
	if again := f.press(keyOf("enter")); again != nil {
		t.Error("sends again while it sends")
	}
	if first(); sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}

// Whatever is in the store and whatever the size, nothing is wider or higher than its screen.
func TestPagesFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.nasty()
	w.app.offer = testKey("tablet")
	known, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	keyList, err := w.store.Keys(w.ctx, w.me)
	w.must(err)
	unknown := known
	unknown.Name, unknown.Department = "", ""
	for name, make := range map[string]func() screen{
		"first":    func() screen { return newFirst(w.app, w.theme, known) },
		"asking":   func() screen { return newFirst(w.app, w.theme, unknown) },
		"me":       func() screen { return newMe(w.app, w.theme) },
		"channels": func() screen { return newChannels(w.app, w.theme) },
		"create":   func() screen { return newCreate(w.app, w.theme, false) },
		"password": func() screen { return newPassword(w.app, w.theme, true) },
		"link":     func() screen { return newLink(w.app, w.theme) },
		"held":     func() screen { return newHeld(w.app, w.theme) },
		"removal":  func() screen { return newRemoval(w.app, w.theme, keyList[1]) },
		"key":      func() screen { return newKeyPage(newMe(w.app, w.theme).(*me), keyList[1]) },
	} {
		s := make()
		h := w.show(s, 80, 24)
		for _, size := range [][2]int{{80, 24}, {1, 1}, {0, 0}, {2, 30}, {40, 9}, {7, 3}, {150, 41}, {30, 7}, {300, 2}} {
			h.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			for _, k := range []string{"down", "pgdown", "down", "up", "end", "home", "pgup"} {
				v := s.View()
				fits(t, v.Content, max(size[0], 0), max(size[1], 1))
				if c := v.Cursor; c != nil && (c.X < 0 || c.X >= max(size[0], 1) || c.Y < 0 || c.Y >= size[1]) {
					t.Errorf("%s at %v: cursor at %d, %d", name, size, c.X, c.Y)
				}
				h.press(k)
			}
			if t.Failed() {
				t.Fatalf("%s at %v", name, size)
			}
		}
	}
}

// Answers for another screen of the same kind change nothing.
func TestPagesIgnoreForeignAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	a, b := newMe(w.app, w.theme).(*me), newChannels(w.app, w.theme).(*channels)
	a.Update(meMsg{of: newMe(w.app, w.theme).(*me)})
	b.Update(channelsMsg{of: newChannels(w.app, w.theme).(*channels)})
	if a.ready || b.ready {
		t.Error("took an answer that was not its own")
	}
}

func TestPagesSayTheirProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.app.me = 1 << 40
	for _, s := range []screen{newMe(w.app, w.theme), newChannels(w.app, w.theme)} {
		h := w.show(s, 57, 20)
		if shown := plain(s.View().Content); !strings.Contains(shown, "Enter tries again.") || len(h.said) != 1 {
			t.Errorf("said %q and shows\n%s", h.said, shown)
		}
		h.press("enter")
		if len(h.said) != 2 {
			t.Errorf("Enter does not try again: %q", h.said)
		}
	}
}
