package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

// desktop is a composer for #everyone with the focus, and who listens to it.
type desktop struct {
	*world
	*heard
	*composer
}

func newDesktop(t *testing.T, o store.Options) *desktop {
	w := newWorld(t, o)
	return w.compose(store.Place{Channel: w.channel("everyone").ID})
}

func (w *world) compose(at store.Place) *desktop {
	c := newComposer(w.app, w.theme, at, "#everyone")
	h := w.attend(c.Update)
	c.SetWidth(80)
	h.run(c.Init())
	h.run(c.Focus())
	return &desktop{w, h, c}
}

func (d *desktop) want(text string) {
	d.world.t.Helper()
	if d.field.text != text {
		d.world.t.Errorf("the text is %q, want %q", d.field.text, text)
	}
}

// bodies are the posts of #everyone, oldest first.
func (d *desktop) bodies() []string {
	d.world.t.Helper()
	posts, err := d.store.ChannelLog(d.ctx, d.me, d.at.Channel, 100)
	d.must(err)
	var all []string
	for _, p := range posts {
		all = append(all, p.Body)
	}
	return all
}

func (d *desktop) wantPosts(want ...string) {
	d.world.t.Helper()
	if got := d.bodies(); !slices.Equal(got, want) {
		d.world.t.Errorf("posts are %q, want %q", got, want)
	}
}

func TestEnterPosts(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("Hello, all")
	d.heard.press("enter")
	d.later()
	d.wantPosts("Hello, all")
	d.want("")
	if len(d.posted) != 1 || d.posted[0].Body != "Hello, all" || !slices.Equal(d.said, []string{"Posted in #everyone."}) {
		t.Errorf("said %q, posted %v", d.said, d.posted)
	}
	d.later()
	if text := d.saved(d.at); text != "" {
		t.Errorf("a draft is left: %q", text)
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	root, err := d.store.CreatePost(d.ctx, d.me, store.NewPost{Place: d.at, Body: "Who is in?"})
	d.must(err)
	r := d.compose(store.Place{Channel: d.at.Channel, Root: root.ID})
	r.heard.write("Me")
	r.heard.press("enter")
	r.later()
	if len(r.posted) != 1 || r.posted[0].Root != root.ID {
		t.Errorf("posted %v", r.posted)
	}
}

func TestNewLineKeys(t *testing.T) {
	t.Parallel()
	for _, k := range []string{"alt+enter", "shift+enter", "ctrl+j"} {
		d := newDesktop(t, store.Options{})
		d.heard.press("a", k, "b")
		d.later()
		d.want("a\nb")
		d.wantPosts()
	}
}

func TestPasteIsText(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.send(tea.PasteMsg{Content: "one\r\ntwo\rthree\x1b[2J\n"})
	d.later()
	d.want("one\ntwo\nthree\n")
	d.wantPosts()
	d.heard.press("enter")
	d.later()
	if len(d.bodies()) != 1 {
		t.Errorf("Enter after a paste made %q", d.bodies())
	}
}

// A terminal that marks no paste sends its lines as keys. All of them come
// before any delay is over.
func TestUnmarkedPasteIsText(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"a enter b", "a enter b enter", "a enter enter b", "a enter ctrl+j b enter ctrl+j"} {
		d := newDesktop(t, store.Options{})
		d.heard.press(strings.Fields(keys)...)
		d.later()
		d.later()
		d.wantPosts()
		want := strings.NewReplacer(" ", "", "enter ctrl+j", "\n", "enter", "\n").Replace(keys)
		d.want(want)
		d.heard.press("enter")
		d.later()
		d.wantPosts(strings.TrimSpace(want))
	}
}

// A long paste takes longer than the delay: what ends one Enter's wait must not
// end the burst that goes on.
func TestLongUnmarkedPasteIsText(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.press("a", "enter", "b")
	early := d.waiting
	d.waiting = nil
	d.heard.press("c", "enter")
	for _, m := range early {
		d.send(m)
	}
	d.heard.press("d")
	d.later()
	d.want("a\nbc\nd")
	d.wantPosts()
}

// A cursor key within the delay of a burst does not leave it open.
func TestBurstEnds(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.press("a", "enter", "b", "left")
	d.later()
	d.heard.press("enter")
	d.later()
	d.wantPosts("a\nb")
}

func TestNothingToPost(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.press("space", "enter")
	d.later()
	d.wantPosts()
	if !slices.Equal(d.said, []string{"Nothing to post yet: write a few words, or press Esc to leave."}) {
		t.Errorf("said %q", d.said)
	}
}

func TestFailedSendKeepsText(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{PostsPerMinute: 1})
	for _, text := range []string{"one", "two"} {
		d.heard.write(text)
		d.heard.press("enter")
		d.later()
	}
	d.wantPosts("one")
	d.want("two")
	if last := d.said[len(d.said)-1]; last != "You have written 1 times in a minute; wait 60 seconds. Your text is kept." {
		t.Errorf("said %q", last)
	}
	d.later()
	if text := d.saved(d.at); text != "two" {
		t.Errorf("the draft is %q", text)
	}
}

func TestTooLongIsKept(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	long := strings.Repeat("x", store.PostLimit+12)
	d.send(tea.PasteMsg{Content: long})
	if line := ansi.Strip(d.View()); !strings.Contains(line, "12 over") {
		t.Errorf("shows %q", line)
	}
	d.heard.press("enter")
	d.later()
	d.want(long)
	d.wantPosts()
	if len(d.said) != 1 {
		t.Errorf("said %q", d.said)
	}
}

func TestPasteTooBigIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("kept")
	for _, size := range []int{store.DraftLimit, 1 << 20} {
		d.send(tea.PasteMsg{Content: strings.Repeat("x", size)})
		d.want("kept")
	}
	if len(d.said) != 2 || !strings.Contains(d.said[0], "64 KB") {
		t.Errorf("said %q", d.said)
	}
}

// hold keeps what a composer asks of the store until the test lets it happen.
func (d *desktop) hold(msg tea.Msg) (release func()) {
	cmd := d.Update(msg)
	return func() { d.run(cmd) }
}

func TestDoubleEnterPostsOnce(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("once")
	d.later()
	d.heard.press("enter")
	sent := d.hold(d.waiting[0])
	d.waiting = nil

	d.heard.press("enter")
	d.later()
	d.heard.write("more")
	d.heard.press("enter")
	d.later()
	d.want("more")
	if shown := ansi.Strip(d.View()); !strings.Contains(shown, "posting") {
		t.Errorf("shows %q", shown)
	}

	sent()
	d.wantPosts("once")
	d.want("more")
	d.heard.press("enter")
	d.later()
	d.wantPosts("once", "more")
}

func TestFailedSendKeepsWhatWasTypedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{PostsPerMinute: 1})
	d.must(second(d.store.CreatePost(d.ctx, d.me, store.NewPost{Place: d.at, Body: "first"})))
	d.heard.write("mine")
	d.later()
	d.heard.press("enter")
	sent := d.hold(d.waiting[0])
	d.heard.write("more")
	sent()
	d.want("mine\nmore")
}

func second[T any](_ T, err error) error { return err }

func TestDraftIsSavedAfterAMoment(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("half a tho")
	if len(d.waiting) != 1 {
		t.Fatalf("%d delays begun by one burst of keys", len(d.waiting))
	}
	if text := d.saved(d.at); text != "" {
		t.Fatalf("saved %q before its time", text)
	}
	d.later()
	if text := d.saved(d.at); text != "half a tho" {
		t.Errorf("saved %q", text)
	}
	if len(d.waiting) != 0 {
		t.Errorf("something ticks while nobody types: %v", d.waiting)
	}
	d.heard.press("left")
	if len(d.waiting) != 0 {
		t.Errorf("a cursor key is no change: %v", d.waiting)
	}
	again := d.compose(d.at)
	again.want("half a tho")
}

func TestEscSavesAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("for later")
	d.heard.press("esc")
	if d.Focused() {
		t.Error("still has the focus")
	}
	if text := d.saved(d.at); text != "for later" {
		t.Errorf("saved %q", text)
	}
	if line := ansi.Strip(d.View()); line != " n  » for later" {
		t.Errorf("shows %q", line)
	}
	d.heard.press("x")
	d.want("for later")
}

func TestEmptiedDraftGoes(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("no")
	d.later()
	d.heard.press("ctrl+u", "space")
	d.later()
	if text := d.saved(d.at); text != "" {
		t.Errorf("a draft of %q is left", text)
	}
}

func TestFlush(t *testing.T) {
	t.Parallel()
	t.Run("unsaved text", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.heard.write("the line dr")
		d.Flush(d.ctx)
		if text := d.saved(d.at); text != "the line dr" {
			t.Errorf("saved %q", text)
		}
	})
	t.Run("Enter still waits", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.heard.press("a", "enter")
		d.Flush(d.ctx)
		if text := d.saved(d.at); text != "a\n" {
			t.Errorf("saved %q", text)
		}
	})
	t.Run("a post on its way that has not begun", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.heard.write("post")
		d.heard.press("enter")
		sent := d.hold(d.waiting[1])
		d.heard.write("more")
		d.Flush(d.ctx)
		sent()
		d.wantPosts()
		if text := d.saved(d.at); text != "post\nmore" {
			t.Errorf("saved %q", text)
		}
	})
	t.Run("a post that is written, its answer not yet here", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.heard.press("ctrl+q")
		d.heard.write("post")
		d.heard.press("enter")
		cmd := d.Update(d.waiting[1])
		cmd()
		d.heard.write("more")
		d.Flush(d.ctx)
		d.wantPosts("post")
		if left, err := d.store.Draft(d.ctx, d.me, d.at); err != nil || left != (store.Draft{Body: "more"}) {
			t.Errorf("what is left: %+v, %v", left, err)
		}
	})
	t.Run("a draft that was not read yet", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "old"}))
		c := newComposer(d.world.app, d.world.theme, d.at, "#everyone")
		c.Focus()
		c.Update(keyOf("x"))
		c.Flush(d.ctx)
		if text := d.saved(d.at); text != "old\nx" {
			t.Errorf("saved %q", text)
		}
	})
	t.Run("nothing to save", func(t *testing.T) {
		d := newDesktop(t, store.Options{})
		d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "of another window"}))
		d.Flush(d.ctx)
		if text := d.saved(d.at); text != "of another window" {
			t.Errorf("saved %q", text)
		}
	})
}

// No draft arrives after the post that was made of it, whatever the order in
// which commands run.
func TestSaveAndPostKeepOrder(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.heard.write("text")
	save := d.hold(d.waiting[0])
	d.waiting = nil
	d.heard.press("enter")
	d.later()
	d.wantPosts()
	save()
	d.wantPosts("text")
	if text := d.saved(d.at); text != "" {
		t.Errorf("the draft is back: %q", text)
	}
}

func TestDraftFromAnotherWindow(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	changed := store.Event{Kind: store.Read, Channel: d.at.Channel, By: d.me}
	d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "from my phone"}))
	d.send(changed)
	d.want("from my phone")

	d.heard.press("!")
	d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "from my phone again"}))
	d.send(changed)
	d.want("from my phone!")

	d.later()
	d.send(store.Event{Kind: store.Reload})
	d.want("from my phone!")
	if text := d.saved(d.at); text != "from my phone!" {
		t.Errorf("saved %q", text)
	}
}

// An answer that was asked for before a key came must not take the key away.
func TestLateDraftIsIgnored(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "old"}))
	late := d.hold(store.Event{Kind: store.Reload})
	d.heard.press("x")
	late()
	d.want("x")
	d.later()
	late()
	d.want("x")
}

func TestKeysBeforeTheDraftIsRead(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.must(d.store.SaveDraft(d.ctx, d.me, d.at, store.Draft{Body: "begun"}))
	c := newComposer(d.world.app, d.world.theme, d.at, "#everyone")
	h := d.attend(c.Update)
	c.Focus()
	read := c.Init()
	h.press("o", "n")
	h.later()
	h.run(read)
	if c.field.text != "begun\non" {
		t.Errorf("the text is %q", c.field.text)
	}
}

func TestSetPlaceKeepsBothDrafts(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	other := store.Place{Channel: d.channel("announcements").ID}
	d.must(d.store.SaveDraft(d.ctx, d.me, other, store.Draft{Body: "there"}))
	here := d.at
	d.heard.write("here")
	d.run(d.SetPlace(other, "#announcements"))
	d.want("there")
	if text := d.saved(here); text != "here" {
		t.Errorf("saved %q", text)
	}
	d.run(d.SetPlace(here, "#everyone"))
	d.want("here")
}

func TestDeniedPlaceIsSaid(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	gone := d.compose(store.Place{Channel: 1 << 40})
	gone.heard.write("x")
	gone.heard.press("enter")
	gone.later()
	gone.want("x")
	if len(gone.said) == 0 {
		t.Error("nothing was said")
	}
}

func TestComposerSaysInternalErrorsToTheRoot(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	d.busy = true
	d.send(savedMsg{of: d.desk, edits: 1, err: errors.New("disk on fire")})
	if d.busy || !slices.Equal(d.said, []string{"Something went wrong on our side; your text is kept."}) {
		t.Errorf("busy %v, said %q", d.busy, d.said)
	}
}

func TestComposerLooks(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	root := store.Place{Channel: d.at.Channel, Root: 7}
	var b strings.Builder
	for _, width := range []int{40, 80, 150} {
		for _, text := range []string{"", "The lift in building 2 is back. Thank you for your patience; tell me if it stops again.\n\nUma", strings.Repeat("Line\n", 9)} {
			c := newComposer(d.world.app, d.world.theme, d.at, "#everyone")
			c.SetWidth(width)
			c.field.set(text)
			c.fit()
			fmt.Fprintf(&b, "── %d\n%s\n", width, c.View())
			c.Focus()
			p := c.Cursor().Position
			fmt.Fprintf(&b, "%s\ncursor %d, %d\n", c.View(), p.X, p.Y)
		}
		c := newComposer(d.world.app, d.world.theme, root, "#everyone")
		c.SetWidth(width)
		fmt.Fprintf(&b, "── %d\n%s\n", width, c.View())
	}
	golden.RequireEqual(t, plain(b.String()))
}

func TestComposerFits(t *testing.T) {
	t.Parallel()
	d := newDesktop(t, store.Options{})
	for name, text := range cast {
		for _, width := range []int{0, 1, 2, 3, 7, 20, 40, 59, 60, 80, 150} {
			c := newComposer(d.world.app, d.world.theme, d.at, "#"+cast["long"])
			c.SetWidth(width)
			for _, focus := range []bool{false, true} {
				c.focus = focus
				c.field.set("")
				c.Update(tea.PasteMsg{Content: strings.Repeat(text+"\n", 3)})
				fits(t, c.View(), max(width, 1), composerRows+1)
				if got := strings.Count(c.View(), "\n") + 1; got != c.Height() {
					t.Errorf("%s at %d: %d lines, height %d", name, width, got, c.Height())
				}
				if p := c.Cursor(); p != nil && (p.X < 0 || p.X >= max(width, 1) || p.Y < 0 || p.Y >= c.Height()) {
					t.Errorf("%s at %d: cursor at %d, %d of %d lines", name, width, p.X, p.Y, c.Height())
				}
			}
		}
	}
}
