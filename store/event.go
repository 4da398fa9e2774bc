package store

import (
	"context"
	"sync"
	"time"
)

// EventKind says what an Event is about.
type EventKind int

const (
	Reload   EventKind = iota // anything may have changed: read again what is shown
	Posted                    // a root post or a reply was written
	Changed                   // a post looks different: edited, deleted, answered
	Channels                  // a channel was made or changed, or my membership of one
	People                    // somebody's name or state changed
	Inbox                     // something in my inbox changed
	Decided                   // the log of decisions has a new line
	Reported                  // the queue of reports is another one; for admins
	Trials                    // what is said of the trial has changed
	Read                      // my own reading position, or a draft of mine, in another place
)

// Event is a hint to read again, never the truth. Losing ten and getting one Reload is the
// same as getting them all.
type Event struct {
	Kind    EventKind
	Channel int64 // 0 where it is about none
	Root    int64 // the thread, 0 for a root post itself
	Post    int64
	Person  int64     // whom it is about, of People; 0 for anyone
	By      int64     // who did it
	At      time.Time // when it was published; the zero time for a Reload of events that were lost
}

// slots is how many events wait for a subscriber who is busy before they become one Reload.
const slots = 16

// delivery is an event and those who may have it.
type delivery struct {
	Event
	to     map[int64]bool // nil: everyone
	made   *Post          // of Posted: a root that is no announcement, as its author sees it
	slight bool           // of Changed: nothing is new by it, and nothing old
}

// emit keeps an event to be published after the commit, for everyone.
func (t *tx) emit(e Event) { t.events = append(t.events, delivery{Event: e}) }

// emitTo is emit for the given people only.
func (t *tx) emitTo(e Event, people ...int64) {
	to := make(map[int64]bool, len(people))
	for _, p := range people {
		to[p] = true
	}
	t.events = append(t.events, delivery{Event: e, to: to})
}

// emitIn is emit for those who may know of the channel: of a private one, its members.
func (t *tx) emitIn(c channelRow, e Event) error {
	e.Channel = c.ID
	if !c.Private {
		t.emit(e)
		return nil
	}
	members, err := collect(t, scanID, `SELECT person_id FROM member WHERE channel_id = ?`, c.ID)
	if err != nil {
		return err
	}
	t.emitTo(e, members...)
	return nil
}

// emitSeen is emitTo for those of the people who may see the event's post: who wrote or follows something in a private
// channel and is in it no more learns nothing of what becomes of it.
func (t *tx) emitSeen(e Event, people ...int64) error {
	var seeing []int64
	for _, p := range people {
		sees, err := t.has(maySeeQuery, e.Post, p)
		if err != nil {
			return err
		}
		if sees {
			seeing = append(seeing, p)
		}
	}
	if len(seeing) > 0 {
		t.emitTo(e, seeing...)
	}
	return nil
}

const maySeeQuery = `SELECT 1 FROM post p JOIN channel c ON c.id = p.channel_id LEFT JOIN member m ON m.person_id = ?2 AND m.channel_id = c.id
	WHERE p.id = ?1 AND (c.private = 0 OR m.person_id IS NOT NULL)`

// hub hands events to subscribers. Publishing never waits for one.
type hub struct {
	mu     sync.Mutex
	subs   map[chan Event]int64 // → the person
	closed bool
}

// Subscribe returns the events that me may know of, until ctx ends; then the channel is
// closed. A subscriber who does not keep up loses events and gets one Reload for them.
func (s *Store) Subscribe(ctx context.Context, me int64) <-chan Event {
	ch := make(chan Event, slots)
	if !s.hub.add(ch, me) {
		close(ch)
		return ch
	}
	s.recall.come(me)
	context.AfterFunc(ctx, func() {
		s.hub.remove(ch)
		s.recall.leave(me)
	})
	return ch
}

// Subscribers is how many subscriptions are open.
func (s *Store) Subscribers() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(s.hub.subs)
}

func (h *hub) add(ch chan Event, me int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.subs[ch] = me
	return true
}

func (h *hub) remove(ch chan Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[ch]; ok {
		delete(h.subs, ch)
		close(ch)
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.subs {
		delete(h.subs, ch)
		close(ch)
	}
}

func (h *hub) publish(events []delivery) {
	if len(events) == 0 {
		return
	}
	now := time.Now()
	for i := range events {
		events[i].At = now
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch, person := range h.subs {
		for _, e := range events {
			if e.to == nil || e.to[person] {
				offer(ch, e.Event)
			}
		}
	}
}

// offer sends without waiting; a full channel is emptied and holds one Reload instead.
func offer(ch chan Event, e Event) {
	select {
	case ch <- e:
		return
	default:
	}
	for {
		select {
		case <-ch:
			continue
		default:
		}
		break
	}
	ch <- Event{Kind: Reload} // only publish sends, and it holds the lock: there is room
}
