package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// visitEvery is how often it is noted that somebody is here: a session may last for days, and a day is what counts.
const visitEvery = time.Hour

// visit notes that somebody is here, as they have pressed a key.
func (m *Model) visit() tea.Cmd {
	a, now := m.app, m.app.now()
	if now.Sub(m.visited).Abs() < visitEvery {
		return nil
	}
	m.visited = now
	return func() tea.Msg {
		if err := a.store.Visit(a.ctx, a.me); err != nil && a.ctx.Err() == nil {
			a.log.Error("visit not noted", "err", err)
		}
		return nil
	}
}
