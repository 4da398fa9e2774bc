package store

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	dayMS = int64(24 * time.Hour / time.Millisecond)
	// memoDays is how many days of posts are kept: of the busiest company, in a year, some 15 MB.
	memoDays = 400
	// memoSettles is how long after its end a day is kept from: by then what was written in it is committed.
	memoSettles = time.Hour
	// memoTurn is how often what was forgotten is read again, before anybody asks.
	memoTurn = 10 * time.Second
	// memoForgets is how many changes a reader may miss while it reads, before what it read is not kept.
	memoForgets = 1024
)

// memo remembers what the figures are counted from: the posts of days that are over, and what became of
// announcements. Reading a quarter of a large company takes longer than counting it. It forgets what the events of
// a commit are about, so it is as current as they are; another process's writing empties it. What it lacks of the usual
// time is read in the background, so that whoever opens the figures first does not wait for it.
type memo struct {
	mu     sync.Mutex
	age    int                // how often it has forgotten something
	gone   [memoForgets]int64 // the posts of the last times, in a ring; 0 for everything
	days   map[int64]memoDay
	asked  map[int64][]rawAsks // by the announcement that asked them
	above  int64               // the highest id of those days
	latest int64               // the end of the latest day kept, in milliseconds
}

// What it keeps is shared and never changed.

// memoDay is the posts of a day by UTC, those hidden and imported left out, and their lowest and highest id.
type memoDay struct {
	posts         []rawSaid
	lowest, above int64
}

func newMemo() memo { return memo{days: map[int64]memoDay{}, asked: map[int64][]rawAsks{}} }

// now is the age of what it holds. A transaction asks before it begins.
func (m *memo) now() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.age
}

// heed forgets what the events of a commit are about, and everything where somebody wrote at a time before at that is
// kept already: a clock went back.
func (m *memo) heed(events []delivery, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.UnixMilli() < m.latest {
		m.clear()
	}
	for _, e := range events {
		switch e.Kind {
		case Posted, Changed:
			m.forget(e.Post)
			if e.Root != 0 {
				m.forget(e.Root)
			}
		case Reload:
			m.clear()
		case Channels, People: // whom announcements ask may have changed
			m.note(0)
			clear(m.asked)
		}
	}
}

// empty forgets everything.
func (m *memo) empty() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
}

func (m *memo) clear() {
	m.note(0)
	m.latest = 0
	clear(m.days)
	clear(m.asked)
}

func (m *memo) forget(post int64) {
	m.note(post)
	delete(m.asked, post)
	if post > m.above { // as what is new
		return
	}
	for d, is := range m.days {
		if post >= is.lowest && post <= is.above {
			delete(m.days, d)
		}
	}
}

func (m *memo) note(post int64) {
	m.gone[m.age%memoForgets] = post
	m.age++
}

// stands reports whether what was read at an age, of posts from lowest to above, is still so.
func (m *memo) stands(age int, lowest, above int64) bool {
	if m.age-age > memoForgets {
		return false
	}
	for ; age < m.age; age++ {
		if p := m.gone[age%memoForgets]; p == 0 || p >= lowest && p <= above {
			return false
		}
	}
	return true
}

func (m *memo) day(d int64) ([]rawSaid, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	is, ok := m.days[d]
	return is.posts, ok
}

// keepDay keeps the posts of a day that were read in a transaction of that age.
func (m *memo) keepDay(age int, d int64, posts []rawSaid, now time.Time) {
	end := (d + 1) * dayMS
	if now.UnixMilli() < end+memoSettles.Milliseconds() {
		return
	}
	is := memoDay{posts: posts, lowest: math.MaxInt64}
	for _, p := range posts {
		is.lowest, is.above = min(is.lowest, p.id), max(is.above, p.id)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stands(age, is.lowest, is.above) {
		return
	}
	if len(m.days) >= memoDays {
		clear(m.days)
	}
	m.above = max(m.above, is.above)
	m.days[d], m.latest = is, max(m.latest, end)
}

func (m *memo) announcement(id int64) ([]rawAsks, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	asks, ok := m.asked[id]
	return asks, ok
}

// keepAnnouncement keeps whom an announcement asked, read in a transaction of that age.
func (m *memo) keepAnnouncement(age int, id int64, asks []rawAsks) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stands(age, id, id) {
		return
	}
	m.asked[id] = asks
}

// remembering keeps the memo full, in its own time.
func (s *Store) remembering(ctx context.Context) {
	tick := time.NewTicker(memoTurn)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.remember(ctx) // what cannot be read now is read at a later turn, or when it is asked for
	}
}

// remember reads what the memo lacks of the time that figures are usually asked for, a day or an announcement at a time. Nobody
// waits for it, so nobody measures it.
func (s *Store) remember(ctx context.Context) error {
	var from, to int64
	var asked []announcement
	err := s.readUnmeasured(ctx, func(t *tx) error {
		zone, err := t.zone()
		if err != nil {
			return err
		}
		monday := dayOf(t.at, zone).monday() - (usualWeeks-1+lookWeeks)*weekDays
		from, to = monday.start(zone).UnixMilli(), t.ms()
		asked, err = t.openAnnouncements(from, to)
		return err
	})
	for d := from / dayMS; err == nil && (d+1)*dayMS <= to-memoSettles.Milliseconds(); d++ {
		if _, known := s.memo.day(d); !known {
			err = s.readUnmeasured(ctx, func(t *tx) error { return t.measured(d*dayMS, (d+1)*dayMS, func(rawSaid) {}) })
		}
	}
	for i := 0; err == nil && i < len(asked); i++ {
		err = s.readUnmeasured(ctx, func(t *tx) error { _, err := t.asks(asked[i]); return err })
	}
	return err
}
