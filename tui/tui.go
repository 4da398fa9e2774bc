// Package tui is what a person sees: a stack of screens over the store, drawn
// with Bubble Tea. It knows the store and the names of keys, and must not know
// SSH, SQL or the machine it runs on: whoever runs the Model (a session, a test)
// brings the input, the output and the clock.
//
// The root (Model) owns the chrome, the focus and the live events. Screens ask
// the store only in commands, which read nothing that changes, and every answer
// says what it answers, so that a late one can be ignored. Selection and scroll
// are kept by post id: what arrives never moves what is being read. Nothing ticks
// while idle, so a quiet terminal gets no byte.
package tui

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tincan/store"
)

// earlyLimit is how many keys wait for a screen's first answer: far more than fingers type in that time.
const earlyLimit = 1000

// stackMost is how many screens lie above each other: more than anybody goes back, and each hears of all that happens.
const stackMost = 50

// Options is what the session knows and the interface cannot.
type Options struct {
	Now      func() time.Time // time.Now when nil
	Host     string           // what people type after ssh; shown in instructions
	HostKey  string           // the fingerprint of the server's key, for the letters of admins
	Log      *slog.Logger     // slog.Default when nil
	NoColor  bool             // the client sent NO_COLOR
	OfferKey *store.Key       // proven before a password sign-in; Me offers to bind it
	Drawn    *Drawn           // shared by all who see the same store; nil: everything is drawn for this person alone

	// Heard is told in Update that what somebody posted will be shown by the next frame, and when that was; nil: nobody is.
	Heard func(posted time.Time)
}

// app is what every screen needs and none changes. zone alone follows the
// person's profile; it is read only while drawing, never in a command. steps is
// for Update alone, too.
type app struct {
	ctx     context.Context
	store   *store.Store
	me      int64
	came    time.Time // when I was here for the first time
	host    string
	hostKey string
	now     func() time.Time
	zone    *time.Location
	log     *slog.Logger
	offer   *store.Key
	drawn   *Drawn
	heard   func(time.Time)
	steps   []tea.Msg                            // what the root does next; see step
	tick    func(time.Duration, tea.Msg) tea.Cmd // for tests; nil: a real timer
}

// after brings a message later.
func (a *app) after(d time.Duration, msg tea.Msg) tea.Cmd {
	if a.tick != nil {
		return a.tick(d, msg)
	}
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}

// typed is what people type after ssh.
func (a *app) typed() string { return cmp.Or(a.host, "HOST") }

// command is a command as people type it, or what follows ssh and the host where that is not known.
func (a *app) command(line string) string {
	if a.host == "" {
		return line
	}
	return "ssh " + a.host + " " + line
}

// Model is the root of the interface of one person in one terminal.
type Model struct {
	app     *app
	theme   *theme
	side    *sidebar
	stack   []*layer // Home is the lowest; never empty
	help    *helpPage
	palette *palette
	recent  []string // what was last chosen in the palette, by name
	focus   focus
	events  *listener
	leaves  map[*leave]bool // screens that have gone and may still be saving
	end     context.CancelFunc

	width, height int
	rows          []string // of the last frame
	joined        pieces   // what they were joined of
	change        Change   // what the last message did to it
	dark          bool
	profile       colorprofile.Profile
	plain         bool      // no colours, whatever the terminal has
	rang          time.Time // when the terminal last rang
	visited       time.Time // when it was last noted that somebody is here
	early         []tea.Msg // keys, pastes and choices that wait for a screen's first answer
	status        string    // shown until the next key
	failed        bool      // status tells of a failure
}

// layer is a screen and the size that it was told last.
type layer struct {
	screen
	width, height int
}

// leave saves the draft of a screen that has gone, once.
type leave struct{ save func() }

// leftMsg says that it is saved.
type leftMsg struct{ leave *leave }

// focus is where keys and paste go.
type focus int

const (
	onScreen focus = iota // the screen on top
	onSide                // the sidebar, or the menu in a narrow window
	onUnder               // the list beside which a thread stays open
)

// New makes the interface for a person who has signed in. It reads nothing
// before Init; ctx ends with the session.
func New(ctx context.Context, s *store.Store, me store.Person, o Options) *Model {
	ctx, end := context.WithCancel(ctx)
	a := &app{ctx: ctx, store: s, me: me.ID, came: me.CameAt, host: o.Host, hostKey: o.HostKey, now: o.Now, zone: zone(me.Zone), log: o.Log, offer: o.OfferKey, drawn: o.Drawn, heard: o.Heard}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	m := &Model{app: a, end: end, leaves: map[*leave]bool{}, dark: true, profile: colorprofile.ANSI256, plain: o.NoColor}
	m.theme = m.colours()
	m.side = newSidebar(a, m.theme)
	m.side.is.Me = me
	m.stack = []*layer{{screen: newHome(a, m.theme, me.HomeActive)}}
	if !me.Welcomed {
		m.stack = append(m.stack, &layer{screen: newFirst(a, m.theme, me)})
	}
	return m
}

// zone is the time zone of that name, UTC for an unknown one.
func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}

// Close saves what is not yet in the store and ends the subscription. It is
// called after the program has ended, also when the line dropped.
func (m *Model) Close(ctx context.Context) {
	for _, s := range m.stack {
		if d, ok := s.screen.(drafting); ok {
			d.Flush(ctx)
		}
	}
	for l := range m.leaves {
		l.save()
	}
	if err := m.app.store.Depart(ctx, m.app.me); err != nil {
		m.app.log.Error("departure not noted", "err", err)
	}
	m.end()
}

// Init reads what is shown first and goes on to the live events, each of which leads to the next and ends with the
// session: that stays the first command of all, for whoever runs it on a goroutine of its own. Beside it the terminal
// is asked for its background.
func (m *Model) Init() tea.Cmd {
	m.events = m.app.listen()
	first := []tea.Cmd{m.side.refresh(), m.app.askTerms(), m.app.arrival}
	for _, s := range m.stack {
		first = append(first, s.Init())
	}
	return tea.Batch(together(first), tea.RequestBackgroundColor)
}

// Update is the root's part of every message; then everything shown is told its
// size and whether it can be seen.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.change = Soon
	if m.waits(msg) {
		return m, nil
	}
	cmd := m.take(msg)
	for len(m.early) > 0 && !m.pending() {
		next := m.early[0]
		m.early, m.change = m.early[1:], Soon
		cmd = tea.Batch(cmd, m.arrange(), m.take(next))
	}
	return m, tea.Batch(cmd, m.arrange())
}

// take handles a message and every step that it leads to.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	cmd := m.handle(msg)
	for len(m.app.steps) > 0 {
		next := m.app.steps[0]
		m.app.steps = slices.Delete(m.app.steps, 0, 1) // which lets go of the screen
		m.change = Soon
		if cmd = tea.Batch(cmd, m.arrange()); !m.waits(next) {
			cmd = tea.Batch(cmd, m.handle(next))
		}
	}
	return cmd
}

// waits says whether a key, a paste or what was chosen has to wait for the first answer of the screen it is for, and
// keeps it.
func (m *Model) waits(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, keys.Leave) {
			return false
		}
	case tea.PasteMsg, askMsg, reactMsg, editMsg, replyMsg, announceMsg:
	default:
		return false
	}
	if !m.pending() {
		return false
	}
	if len(m.early) < earlyLimit {
		m.early = append(m.early, msg)
	}
	return true
}

// pending says whether the screen that has the keys still waits for its first answer.
func (m *Model) pending() bool {
	s, ok := m.focused().screen.(pending)
	return ok && m.help == nil && m.palette == nil && m.focus != onSide && s.Pending()
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		m.status, m.failed = "", false
		return tea.Batch(m.visit(), m.press(msg))
	case tea.PasteMsg:
		if m.palette != nil {
			if m.palette.field.paste(msg.Content) {
				return m.palette.typed()
			}
			return nil
		}
		if m.help == nil && m.focus != onSide {
			return m.focused().Update(msg)
		}
		return nil
	case tea.MouseMsg:
		return m.mouse(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return nil
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		return m.repaint()
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		return m.repaint()
	case pushMsg:
		return m.push(msg.s)
	case popMsg:
		return m.pop()
	case goMsg:
		return m.goTo(msg.s)
	case nextMsg:
		return m.readOn(msg)
	case askMsg, reactMsg, editMsg, replyMsg, announceMsg: // what was chosen on the screen that has the keys
		if m.focus == onSide { // or beside it
			m.focus = onScreen
		}
		return m.focused().Update(msg)
	case waitingMsg:
		return m.arrive(msg)
	case termsMsg:
		return m.termsAsked(msg)
	case seenMsg:
		m.change = Later
	case leftMsg:
		delete(m.leaves, msg.leave)
		return nil
	case statusMsg:
		m.status, m.failed = msg.text, false
		return nil
	case errMsg:
		m.fail(msg)
		return nil
	case personMsg:
		m.app.zone = zone(msg.person.Zone)
	case eventsMsg:
		return m.hear(msg)
	case answersMsg:
		m.change = Now
		cmds := []tea.Cmd{m.events.next}
		for _, answer := range msg {
			cmds = append(cmds, m.handle(answer))
		}
		return tea.Batch(cmds...)
	}
	return m.tell(msg)
}

// arrive puts what must be read before Home, below the first screen.
func (m *Model) arrive(msg waitingMsg) tea.Cmd {
	if msg.err != nil {
		return fail(msg.err)
	}
	if len(msg.posts) > 0 {
		m.stack = slices.Insert(m.stack, 1, &layer{screen: newArrival(m.app, m.theme, msg.posts)})
	}
	return nil
}

// tell hands a message to the sidebar and to every screen.
func (m *Model) tell(msg tea.Msg) tea.Cmd {
	cmds := []tea.Cmd{m.side.update(msg)}
	if m.palette != nil {
		m.palette.update(msg)
	}
	for _, s := range m.stack {
		cmds = append(cmds, s.Update(msg))
	}
	return tea.Batch(cmds...)
}

// colours is the theme for what the terminal can and is.
func (m *Model) colours() *theme {
	if m.plain {
		return newTheme(m.dark, colorprofile.ASCII)
	}
	return newTheme(m.dark, m.profile)
}

func (m *Model) repaint() tea.Cmd {
	is := m.colours()
	if is == m.theme {
		return nil
	}
	m.theme = is
	if m.help != nil {
		m.help.theme = m.theme
	}
	return m.tell(themeMsg{m.theme})
}

// fail shows an error in its own words; what is not meant for people goes to the log.
func (m *Model) fail(msg errMsg) {
	if errors.Is(msg.err, context.Canceled) {
		return
	}
	text, ours := msg.sentence()
	if !ours {
		m.app.log.Error("screen", "err", msg.err)
	}
	m.status, m.failed = text, true
}

// sentence is what people read of a failure; ours is false where it belongs in the log.
func (e errMsg) sentence() (text string, ours bool) {
	text, ours = store.Sentence(e.err)
	switch {
	case !ours:
		text = "Something went wrong on our side; your text is kept."
	case errors.As(e.err, new(keptError)):
		text += " Your text is kept."
	}
	return text, ours
}

// keptError is why a text was not sent, which is therefore still there.
type keptError struct{ error }

func (e keptError) Unwrap() error { return e.error }

func (m *Model) top() *layer { return m.stack[len(m.stack)-1] }

// focused is the screen that has the keys, also while the sidebar borrows them.
func (m *Model) focused() *layer {
	if m.focus == onUnder {
		return m.stack[len(m.stack)-2]
	}
	return m.top()
}

// push puts a screen on top; beside a list it replaces the thread that is open there.
func (m *Model) push(s screen) tea.Cmd {
	var cmd tea.Cmd
	if m.focus == onUnder {
		cmd = m.drop(len(m.stack) - 1)
	}
	if len(m.stack) == stackMost { // the one above Home is the farthest
		cmd = tea.Batch(cmd, m.release(m.stack[1:2]))
		m.stack = slices.Delete(m.stack, 1, 2)
	}
	m.focus = onScreen
	m.stack = append(m.stack, &layer{screen: s})
	return tea.Batch(cmd, m.arrange(), s.Init())
}

// pop takes the screen on top away; Home stays.
func (m *Model) pop() tea.Cmd {
	m.focus = onScreen
	if len(m.stack) == 1 {
		return nil
	}
	return m.drop(len(m.stack) - 1)
}

// goTo shows a screen directly above Home; nil is Home itself.
func (m *Model) goTo(s screen) tea.Cmd {
	m.focus = onScreen
	cmd := m.drop(1)
	if s == nil {
		return cmd
	}
	return tea.Batch(cmd, m.push(s))
}

// drop takes the screens from there up away.
func (m *Model) drop(from int) tea.Cmd {
	cmd := m.release(m.stack[from:])
	clear(m.stack[from:])
	m.stack = m.stack[:from]
	return cmd
}

// release saves the drafts of screens that go, whatever becomes of the session meanwhile.
func (m *Model) release(gone []*layer) tea.Cmd {
	var cmds []tea.Cmd
	ctx := context.WithoutCancel(m.app.ctx)
	for _, s := range gone {
		d, ok := s.screen.(drafting)
		if !ok {
			continue
		}
		l := &leave{sync.OnceFunc(func() { d.Flush(ctx) })}
		m.leaves[l] = true
		cmds = append(cmds, func() tea.Msg {
			l.save()
			return leftMsg{l}
		})
	}
	return tea.Batch(cmds...)
}

// readOn goes to the next place with something new, or home where none is left.
func (m *Model) readOn(msg nextMsg) tea.Cmd {
	if msg.from != m.focused().screen {
		return nil
	}
	switch {
	case !msg.ok:
		m.status = "Nothing new is left."
		if len(m.stack) == 1 {
			return m.top().Update(msg)
		}
		return m.goTo(nil)
	case msg.next.Root != 0:
		return m.goTo(newThread(m.app, m.theme, msg.next.Root))
	}
	return m.goTo(newChannel(m.app, m.theme, msg.next.Channel))
}
