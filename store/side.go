package store

import "context"

// Side is what stands beside every screen of one person: where they can go, and what waits there. All of it is of one
// moment.
type Side struct {
	Me       Person
	Channels []Channel // as Sidebar orders them
	Inbox    int       // entries that are not read, up to 100
	Waiting  []Post    // announcements that wait for an answer, the first due first
	Trial    Trial     // its name and days alone
	Waits    int       // what waits for the board, of Today; 0 for those who are not on it
}

// Side reads it in one go, as every event asks for it anew, and from memory for who is here while nothing of it but the
// number of a channel's posts has changed; ErrForbidden once me may not be here any more. Others may have the same: nobody
// changes it.
func (s *Store) Side(ctx context.Context, me int64) (side *Side, err error) {
	if side, known := s.recall.side(me); known {
		return side, nil
	}
	err = s.read(ctx, func(t *tx) error {
		side, err = t.side(me)
		return err
	})
	return side, err
}

func (t *tx) side(me int64) (*Side, error) {
	side, err := &Side{}, error(nil)
	if side.Me, err = t.viewer(me); err != nil {
		return side, err
	}
	rows, err := t.sidebarOf(side.Me)
	if err != nil {
		return side, err
	}
	side.Channels = plain(rows)
	if err := t.get(inboxUnreadQuery, []any{me, unreadMost}, &side.Inbox); err != nil {
		return side, err
	}
	if side.Waiting, err = t.mustReads(me); err != nil {
		return side, err
	}
	if side.Trial, err = t.trial(); err != nil {
		return side, err
	}
	if !side.Me.Admin {
		t.recall.keepSide(t.seen, side, rows)
		return side, nil
	}
	waits, err := t.today(me)
	side.Waits = len(waits)
	return side, err
}
