package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

const (
	// notifyEvery is how long the terminal stays quiet after it has rung: a busy minute rings a few times, not fifty.
	notifyEvery = 5 * time.Second
	// notifyWide is the most columns of a notification: a line of what desktops show.
	notifyWide = 100
)

// notify rings for a new entry of my inbox, if I have asked for that. What I do
// myself does not ring.
func (m *Model) notify(e store.Event) tea.Cmd {
	now := m.app.now()
	if e.Kind != store.Inbox || e.By == m.app.me || now.Sub(m.rang) < notifyEvery {
		return nil
	}
	m.rang = now
	a := m.app
	return func() tea.Msg {
		how, err := a.store.NotifyHow(a.ctx, a.me)
		if err != nil || how == store.NotifyNot {
			return nil
		}
		newest, err := a.store.Inbox(a.ctx, a.me, nil, 1)
		if err != nil || len(newest) == 0 || !newest[0].Unread {
			return nil
		}
		return tea.RawMsg{Msg: ring(how, inboxLine(newest[0], a.me))}
	}
}

// ring is what makes a terminal notify: a bell, or an OSC 9 with words. It begins with our name, as what
// begins with a digit means something else to some terminals.
func ring(how store.Notify, text string) string {
	const bell, banner, end = "\a", "\x1b]9;", "\a"
	if how == store.NotifyBell {
		return bell
	}
	return banner + "tincan: " + fit(store.CleanLine(ansi.Strip(text)), notifyWide) + end
}

// tellings are the ways to be told of something new, in the order of store.Notify.
var tellings = [...]string{"not at all", "by the terminal's bell", "by a notification"}

// newTelling is the form for how I am told of something new.
func newTelling(a *app, t *theme, now store.Notify) *sheet {
	how := &part{label: "Be told", choices: tellings[:], chosen: int(now)}
	s := &sheet{title: "Me · be told of something new", last: "saves"}
	s.intro = "For what comes to your inbox while you look elsewhere, at most every few seconds. Not every terminal shows notifications; most have a bell."
	s.form = form{app: a, theme: t, parts: []*part{how}}
	s.send = func([]string) (tea.Msg, int, error) {
		return mineMsg{"From now on you are told " + tellings[how.chosen] + "."}, 0, a.store.SetNotify(a.ctx, a.me, store.Notify(how.chosen))
	}
	return s
}
