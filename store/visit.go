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

// Arrive notes that me is here and returns what has come since the last time.
func (s *Store) Arrive(ctx context.Context, me int64) (c CatchUp, err error) {
	err = s.write(ctx, func(t *tx) error {
		channels, err := t.sidebar(me)
		if err != nil {
			return err
		}
		for _, ch := range channels {
			if !ch.Muted && ch.Unread > 0 {
				c.Posts += ch.Unread
				c.Channels++
			}
		}
		if err := t.get(`SELECT count(*) FROM (SELECT 1 FROM inbox i INDEXED BY inbox_unread `+inboxVisible+` AND i.unread = 1 AND i.kind = 0 LIMIT +?2)`, []any{me, unreadMost}, &c.Mentions); err != nil {
			return err
		}
		waiting, err := collect(t, scanID, waitingQuery, me)
		if err != nil {
			return err
		}
		c.MustRead = len(waiting)
		var seen int64
		if err := t.get(`SELECT seen_at FROM person WHERE id = ?`, []any{me}, &seen); err != nil {
			return err
		}
		c.Since = fromMS(seen)
		return t.run(`UPDATE person SET seen_at = ? WHERE id = ?`, t.ms(), me)
	})
	return c, err
}

// Depart notes that me was here until now.
func (s *Store) Depart(ctx context.Context, me int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.run(`UPDATE person SET seen_at = ? WHERE id = ?`, t.ms(), me)
	})
}
