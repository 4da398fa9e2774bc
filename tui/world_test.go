package tui

import (
	"context"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// theDay is the day of every test: a Thursday.
var theDay = time.Date(2026, 11, 19, 9, 30, 0, 0, time.UTC)

// cast is text that has broken other programs.
var cast = map[string]string{
	"family":  "The 👨‍👩‍👧‍👦 family 🧑🏽‍🚀 and 🏳️‍🌈 flags 🇩🇪🇯🇵, keycaps 1️⃣2️⃣",
	"chinese": "新しい経費フォームができました。二十分ではなく二分です。新的費用表單已上線。",
	"hindi":   "नया खर्च फ़ॉर्म चालू है। बीस के बजाय दो मिनट; बताइए क्या कमी है।",
	"rtl":     "שלום לכולם, הטופס החדש מוכן. مرحبا بالجميع، النموذج الجديد جاهز.",
	"long":    strings.Repeat("Donaudampfschifffahrts", 14),
	"escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x9b2J\x00\u202eback\u202c",
	"marks":   "z" + strings.Repeat("\u0301\u0316", 500) + "algo",
}

// world is a store with people, and what a screen of the first of them needs.
type world struct {
	*app
	t     testing.TB
	theme *theme
	clock *clock
}

// clock is the time of a world; the store asks for it beside the test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newWorld opens an empty store with one admin, "maya".
func newWorld(t testing.TB, o store.Options) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: theDay}, theme: newTheme(true, colorprofile.NoTTY)}
	now := w.clock.now
	if o.Now == nil {
		o.Now = now
	}
	s, err := store.Open(t.Context(), t.TempDir(), o)
	w.must(err)
	t.Cleanup(func() { s.Close() })
	code, err := s.FirstAdminCode(t.Context())
	w.must(err)
	maya, err := s.RedeemCode(t.Context(), code.Text, store.Credential{Key: testKey("maya"), User: "maya.lind"})
	w.must(err)
	w.app = &app{ctx: t.Context(), store: s, me: maya.ID, host: "social.corp", now: now, zone: time.UTC, log: slog.New(slog.DiscardHandler), drawn: &Drawn{}}
	return w
}

func testKey(label string) *store.Key {
	return &store.Key{Fingerprint: "SHA256:" + label + strings.Repeat("x", 43-len(label)), Kind: "ssh-ed25519", Label: label, Public: []byte(label)}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// person invites somebody and lets them in.
func (w *world) person(handle, name, department string) store.Person {
	w.t.Helper()
	code, err := w.store.CreateInvite(w.ctx, w.me, store.Invite{Handle: handle, Name: name, Department: department})
	w.must(err)
	p, err := w.store.RedeemCode(w.ctx, code.Text, store.Credential{Key: testKey(handle)})
	w.must(err)
	return p
}

// channel is the channel of that name.
func (w *world) channel(name string) store.Channel {
	w.t.Helper()
	c, err := w.store.Channel(w.ctx, w.me, name)
	w.must(err)
	return c
}

// heard is what a screen or a part of one has said to the root.
type heard struct {
	app     *app
	t       testing.TB
	update  func(tea.Msg) tea.Cmd
	said    []string // statuses and errors, as people read them
	pushed  []screen
	popped  int
	posted  []store.Post
	people  []store.Person // as the root is told of me
	waiting []tea.Msg      // what would come later
	onPush  func(screen)   // what the root would do; nil: nothing
	onPop   func()
}

// attend takes the place of the root for one screen, and of the timer.
func (w *world) attend(update func(tea.Msg) tea.Cmd) *heard {
	h := &heard{t: w.t, app: w.app, update: update}
	w.app.tick = h.tick
	return h
}

// tick keeps what should come later until the test lets it come.
func (h *heard) tick(_ time.Duration, msg tea.Msg) tea.Cmd {
	h.waiting = append(h.waiting, msg)
	return nil
}

// later delivers what was to come later.
func (h *heard) later() {
	due := h.waiting
	h.waiting = nil
	for _, m := range due {
		h.send(m)
	}
}

// send gives one message to the screen and everything that follows from it.
func (h *heard) send(msg tea.Msg) {
	cmd := h.update(msg)
	steps := h.app.steps
	h.app.steps = nil
	for _, s := range steps {
		h.deliver(s)
	}
	h.run(cmd)
}

// run runs a command and what follows from it, as the program would.
func (h *heard) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	h.deliver(cmd())
}

func (h *heard) deliver(msg tea.Msg) {
	h.t.Helper()
	if cmds := reflect.ValueOf(msg); cmds.Kind() == reflect.Slice {
		for i := range cmds.Len() {
			h.run(cmds.Index(i).Interface().(tea.Cmd))
		}
		return
	}
	switch msg := msg.(type) {
	case nil:
		return
	case statusMsg:
		h.said = append(h.said, msg.text)
	case errMsg:
		text, _ := msg.sentence()
		h.said = append(h.said, text)
	case pushMsg:
		h.push(msg.s)
	case goMsg:
		h.push(msg.s)
	case popMsg:
		h.popped++
		if h.onPop != nil {
			h.onPop()
		}
	case personMsg:
		h.people = append(h.people, msg.person)
		h.send(msg)
	case postedMsg:
		h.posted = append(h.posted, msg.post)
		h.send(msg)
	default:
		h.send(msg)
	}
}

func (h *heard) push(s screen) {
	h.pushed = append(h.pushed, s)
	if h.onPush != nil {
		h.onPush(s)
	}
}

// press sends keys by name: "a", "enter", "ctrl+k". A space is "space".
func (h *heard) press(names ...string) {
	for _, n := range names {
		h.send(keyOf(n))
	}
}

// write types text, letter by letter.
func (h *heard) write(text string) {
	for _, r := range text {
		h.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
}

func keyOf(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			break
		}
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
		name = rest
	}
	if name == "space" {
		k.Code, k.Text = ' ', " "
		return k
	}
	if code, ok := namedKeys[name]; ok {
		k.Code = code
		return k
	}
	k.Code = []rune(name)[0]
	if k.Mod == 0 {
		k.Text = name
	}
	return k
}

// fits fails the test where a view is wider or higher than its screen.
func fits(t testing.TB, view string, width, height int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) > height {
		t.Errorf("%d×%d: %d lines", width, height, len(lines))
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("%d×%d: line %d is %d columns: %q", width, height, i, w, l)
		}
	}
}

// saved waits for nothing: it reads the draft that the store has now.
func (w *world) saved(at store.Place) string {
	w.t.Helper()
	d, err := w.store.Draft(context.Background(), w.me, at)
	w.must(err)
	return d.Body
}

// plain is what stands on the screen, without styles and without the space at the ends of lines.
func plain(view string) string {
	lines := strings.Split(ansi.Strip(view), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// push and goTo are commands that lead to a screen, as an answer does.
func push(s screen) tea.Cmd { return said(pushMsg{s}) }
func goTo(s screen) tea.Cmd { return said(goMsg{s}) }
