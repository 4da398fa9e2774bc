package store

import (
	"context"
	"time"
)

// CatchUp is what has come since me was last here.
type CatchUp struct {
	Since    time.Time // when I was last here; zero: never before
	MustRead int       // announcements that wait for an answer
	Mentions int       // unread entries of the inbox that name me, up to 100
	Posts    int       // unread roots of channels that are not muted
	Channels int       // in how many channels
}

// Arrive notes that me is here and returns what has come since the last time. What it tells is read beside the writer,
// and from memory where that is known.
func (s *Store) Arrive(ctx context.Context, me int64) (c CatchUp, err error) {
	side, known := s.recall.side(me)
	if !known || side.Inbox > 0 {
		err = s.read(ctx, func(t *tx) error {
			if !known {
				rows, err := t.sidebar(me)
				if err != nil {
					return err
				}
				waiting, err := t.waiting(me)
				if err != nil {
					return err
				}
				side, c.MustRead = &Side{Channels: plain(rows)}, len(waiting)
			}
			return t.get(mentionsQuery, []any{me, unreadMost}, &c.Mentions)
		})
		if err != nil {
			return c, err
		}
	}
	for _, ch := range side.Channels {
		if !ch.Muted && ch.Unread > 0 {
			c.Posts += ch.Unread
			c.Channels++
		}
	}
	err = s.writeAlways(ctx, func(t *tx) error {
		var seen int64
		if err := t.get(`SELECT seen_at FROM person WHERE id = ?`, []any{me}, &seen); err != nil {
			return err
		}
		c.Since = fromMS(seen)
		return t.here(me)
	})
	return c, err
}

const mentionsQuery = `SELECT count(*) FROM (SELECT 1 FROM inbox i INDEXED BY inbox_unread ` + inboxVisible + ` AND i.unread = 1 AND i.kind = 0 LIMIT +?2)`

// Depart notes that me is here, and was until now.
func (s *Store) Depart(ctx context.Context, me int64) error {
	return s.writeAlways(ctx, func(t *tx) error { return t.here(me) })
}

func (t *tx) here(me int64) error {
	return t.run(`UPDATE person SET seen_at = ? WHERE id = ?`, t.ms(), me)
}

// Visit notes that me was here today, by the organisation's calendar: somebody who pressed a key, not only a
// line that was open. There is one row for a person and month; a day that is noted already is only read.
func (s *Store) Visit(ctx context.Context, me int64) error {
	var today day
	noted := false
	err := s.read(ctx, func(t *tx) error {
		zone, err := t.zone()
		if err != nil {
			return err
		}
		today = dayOf(t.at, zone)
		noted, err = t.has(`SELECT 1 FROM visit WHERE month = ? AND person_id = ? AND days & ? <> 0`, today.month(), me, today.bit())
		return err
	})
	if err != nil || noted {
		return err
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if err := t.run(`INSERT INTO visit VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET days = days | ?3`, today.month(), me, today.bit()); err != nil {
			return err
		}
		return t.run(`UPDATE person SET visited_at = ? WHERE id = ? AND visited_at = 0`, t.ms(), me)
	})
}

// Visits returns the days on which me was here, oldest first, as dates at midnight UTC.
func (s *Store) Visits(ctx context.Context, me int64) (days []time.Time, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		days, err = t.visits(me)
		return err
	})
	return days, err
}

func (t *tx) visits(person int64) (days []time.Time, err error) {
	months, err := collect(t, scanPair[int64], `SELECT month, days FROM visit WHERE person_id = ? ORDER BY month`, person)
	for _, m := range months {
		for _, d := range daysOf(m[0], m[1]) {
			days = append(days, d.date())
		}
	}
	return days, err
}

// daysOf are the days that a row of visits has.
func daysOf(month, bits int64) (days []day) {
	for n := range 31 {
		if bits&(1<<(n+1)) != 0 {
			days = append(days, monthStart(month)+day(n))
		}
	}
	return days
}
