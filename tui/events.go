package tui

import (
	"math/rand/v2"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// eventsEvery is how often events are heard while many come: what is new is there at once for who looks at it.
	eventsEvery = 200 * time.Millisecond
	// eventsAtOnce is how many are heard one by one before that: what one act brings about, and the next one's.
	eventsAtOnce = 6
)

// listener hears the live events of the store. Few are passed on at once; of a storm, what has come
// within eventsEvery is heard together, so that it is read once.
type listener struct {
	app    *app
	events <-chan store.Event
	now    func() time.Time // not the store's, as it is about this machine
	pause  func(time.Duration)
	paid   time.Time // until then, what has been heard is more than eventsEvery allows
}

// eventsMsg is what has been heard.
type eventsMsg []store.Event

func (a *app) listen() *listener {
	return &listener{app: a, events: a.store.Subscribe(a.ctx, a.me), now: time.Now, pause: a.pause}
}

// pause waits up to half as long again, as else all who hear the same storm would draw at the same moment, and whoever
// types would wait for them.
func (a *app) pause(d time.Duration) { a.wait(d + rand.N(d/2+1)) }

// wait waits, no longer than the person is there.
func (a *app) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.ctx.Done():
	}
}

// next waits for events; nil once the subscription has ended.
func (l *listener) next() tea.Msg {
	e, ok := <-l.events
	if !ok {
		return nil
	}
	heard := eventsMsg{e}
	now := l.now()
	if l.paid.Before(now) {
		l.paid = now
	}
	if wait := l.paid.Sub(now) - (eventsAtOnce-1)*eventsEvery; wait > 0 {
		l.pause(wait)
		heard = l.rest(e)
	}
	l.paid = l.paid.Add(eventsEvery)
	return heard
}

// rest is an event and all that have come since, if they are roots that were written, which are only counted; else one
// reading of everything, and what is about my inbox, which may ring.
func (l *listener) rest(e store.Event) eventsMsg {
	heard := eventsMsg{e}
	for more := true; more; {
		select {
		case e, more = <-l.events:
			if more {
				heard = append(heard, e)
			}
		default:
			more = false
		}
	}
	if len(heard) == 1 || !slices.ContainsFunc(heard, func(e store.Event) bool { return e.Kind != store.Posted || e.Root != 0 }) {
		return heard
	}
	together := eventsMsg{{Kind: store.Reload, At: e.At}}
	for _, e := range heard {
		if e.Kind == store.Inbox && e.By != l.app.me {
			return append(together, e)
		}
	}
	return together
}

// answersMsg is all that was read because of what was heard. Only then the next events are heard: a session that is
// behind hears them together.
type answersMsg []tea.Msg

// together reads what commands read, one after the other: what is heard costs one goroutine, one message and one frame.
func together(cmds []tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		answers := answersMsg{}
		for _, c := range cmds {
			answers.take(c)
		}
		return answers
	}
}

// take adds what a command answers.
func (a *answersMsg) take(c tea.Cmd) {
	if c == nil {
		return
	}
	switch msg := c().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			a.take(c)
		}
	default:
		*a = append(*a, msg)
	}
}

// Change is when a frame is worth drawing.
type Change int

const (
	Soon  Change = iota // something may look different, and more may follow at once
	Now                 // all that was to follow is there
	Later               // the rest is being read, and what follows is drawn with it
)

// Change says what the last message has done to what is shown.
func (m *Model) Change() Change { return m.change }

// hear reads again what events may have changed.
func (m *Model) hear(events eventsMsg) tea.Cmd {
	reads := []tea.Cmd{m.side.update(events)}
	var rings []tea.Cmd
	for _, e := range events {
		rings = append(rings, m.notify(e))
		for _, s := range m.stack {
			reads = append(reads, s.Update(e))
		}
	}
	m.change = Later
	return tea.Batch(together(reads), tea.Batch(rings...))
}
