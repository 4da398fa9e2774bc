// Package tui is what a person sees: a stack of screens over the store, drawn
// with Bubble Tea. It knows the store and the terminal's words for keys, and
// must not know SSH, SQL or the machine it runs on: whoever runs the Model
// (a session over SSH, a test) brings the input, the output and the clock.
//
// The root (Model) owns the chrome, the focus and the live events. Screens ask
// the store only in commands, which read nothing that changes, and every answer
// says what it answers, so a late one can be ignored. Selection and scroll are
// kept by post id: what arrives never moves what is being read. Nothing ticks
// while idle, so a quiet terminal gets no byte.
package tui

import (
	"context"
	"errors"
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tincan/store"
)

// Options is what the session knows and the interface cannot.
type Options struct {
	Now      func() time.Time // time.Now when nil
	Host     string           // what people type after ssh; shown in instructions
	Log      *slog.Logger     // slog.Default when nil
	NoColor  bool             // the client sent NO_COLOR
	OfferKey *store.Key       // proven before a password sign-in; Me offers to bind it
}

// app is what every screen needs and none changes. zone alone follows the
// person's profile; it is read only while drawing, never in a command.
type app struct {
	ctx   context.Context
	store *store.Store
	me    int64
	host  string
	now   func() time.Time
	zone  *time.Location
	log   *slog.Logger
	offer *store.Key
}

// Model is the root of the interface of one person in one terminal.
type Model struct {
	app     *app
	me      store.Person
	theme   *theme
	stack   []screen
	events  <-chan store.Event
	end     context.CancelFunc
	width   int
	height  int
	status  string
	noColor bool
	dark    bool
	profile colorprofile.Profile
}

// New makes the interface for a person who has signed in. It reads nothing
// before Init; ctx ends with the session.
func New(ctx context.Context, s *store.Store, me store.Person, o Options) *Model {
	ctx, end := context.WithCancel(ctx)
	a := &app{ctx: ctx, store: s, me: me.ID, host: o.Host, now: o.Now, zone: zone(me.Zone), log: o.Log, offer: o.OfferKey}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	return &Model{app: a, me: me, end: end, theme: newTheme(true, colorprofile.ANSI256), dark: true, noColor: o.NoColor, profile: colorprofile.ANSI256}
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
		if d, ok := s.(drafting); ok {
			d.Flush(ctx)
		}
	}
	m.end()
}

// Init starts the live events and asks the terminal for its background.
func (m *Model) Init() tea.Cmd {
	m.events = m.app.store.Subscribe(m.app.ctx, m.app.me)
	return tea.Batch(tea.RequestBackgroundColor, m.nextEvent())
}

// nextEvent waits for one event; nil once the subscription has ended.
func (m *Model) nextEvent() tea.Cmd {
	events := m.events
	return func() tea.Msg {
		if e, ok := <-events; ok {
			return e
		}
		return nil
	}
}

// Update is the root's part of every message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if msg.String() == "ctrl+c" {
			return m, tea.Quit
		}
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case pushMsg:
		m.stack = append(m.stack, msg.s)
		return m, msg.s.Init()
	case statusMsg:
		m.status = msg.text
	case errMsg:
		m.fail(msg.err)
	}
	return m, nil
}

// fail shows an error in its own words; what is not meant for people goes to the log.
func (m *Model) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	text, ours := store.Sentence(err)
	if !ours {
		m.app.log.Error("screen", "err", err)
	}
	m.status = text
}

// View draws the chrome and the screen on top.
func (m *Model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen, v.MouseMode, v.WindowTitle = true, tea.MouseModeCellMotion, "tincan"
	return v
}
