package store

import (
	"context"
	"database/sql"
)

// MarkRead moves my position in a channel forward to seq: all roots up to it have been read. It
// never moves back, nor past the newest root. Not being in the channel changes nothing.
func (s *Store) MarkRead(ctx context.Context, me, channel, seq int64) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err := t.channel(me, channel)
		if err != nil {
			return err
		}
		seq = min(seq, c.seq)
		if !c.Joined || seq <= c.readSeq {
			return nil
		}
		own := int64(0)
		if c.own > 0 && seq < c.seq {
			if err := t.get(ownRootsQuery, []any{channel, c.seq - seq, me}, &own); err != nil {
				return err
			}
		}
		t.emitTo(Event{Kind: Read, Channel: channel, By: me}, me)
		return t.run(`UPDATE member SET read_seq = ?, own = ? WHERE person_id = ? AND channel_id = ?`, seq, own, me, channel)
	})
}

// ownRootsQuery counts mine among the newest roots of a channel; imported ones, which have no position, aside.
const ownRootsQuery = `SELECT count(*) FROM (SELECT author_id FROM post WHERE channel_id = ?1 AND root_id = 0 AND seq > 0 ORDER BY id DESC LIMIT +?2) WHERE author_id = ?3`

// ownRoot keeps an author's own post from counting as unread for them.
func (t *tx) ownRoot(c channelRow, author, seq int64) error {
	if c.readSeq+c.own == seq-1 { // everything before it was read
		return t.run(`UPDATE member SET read_seq = ?, own = 0 WHERE person_id = ? AND channel_id = ?`, seq, author, c.ID)
	}
	return t.run(`UPDATE member SET own = own + 1 WHERE person_id = ? AND channel_id = ?`, author, c.ID)
}

// MarkThreadRead is MarkRead for the replies of a thread that I follow.
func (s *Store) MarkThreadRead(ctx context.Context, me, root, seq int64) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, _, err := t.post(me, root)
		if err != nil {
			return err
		}
		if !p.Following {
			return nil
		}
		var read, own int64
		if err := t.get(`SELECT read_seq, own FROM follow WHERE person_id = ? AND root_id = ?`, []any{me, root}, &read, &own); err != nil {
			return err
		}
		seq = min(seq, p.replySeq)
		if seq <= read {
			return nil
		}
		if own > 0 {
			if err := t.get(`SELECT count(*) FROM post WHERE root_id = +? AND root_id <> 0 AND seq > ? AND author_id = ?`, []any{root, seq, me}, &own); err != nil {
				return err
			}
		}
		t.emitTo(Event{Kind: Read, Channel: p.Channel, Root: root, Post: root, By: me}, me)
		return t.run(`UPDATE follow SET read_seq = ?, own = ?, waiting = ? WHERE person_id = ? AND root_id = ?`, seq, own, p.replySeq-seq-own > 0, me, root)
	})
}

// Unread is a place with something new in it.
type Unread struct {
	Place
	Count int
}

// NextUnread returns the next place with something new after the place after: the channels that are
// not muted in the order of the sidebar, then the threads that I follow, and round again; never after
// itself. ok is false where nothing else is new.
func (s *Store) NextUnread(ctx context.Context, me int64, after Place) (next Unread, ok bool, err error) {
	var places []Unread
	start := 0 // the first that comes after
	err = s.read(ctx, func(t *tx) error {
		channels, err := t.sidebar(me)
		if err != nil {
			return err
		}
		for _, c := range channels {
			at := Place{Channel: c.ID}
			if !c.Muted && c.Unread > 0 && at != after {
				places = append(places, Unread{at, c.Unread})
			}
			if at == after {
				start = len(places)
			}
		}
		if after.Root != 0 { // it comes after all channels, also where it is not in the list any more
			start = len(places)
		}
		threads, err := collect(t, scanUnread, unreadThreadsQuery, me)
		for _, u := range threads {
			if u.Place != after {
				places = append(places, u)
			}
			if u.Root <= after.Root {
				start = len(places)
			}
		}
		return err
	})
	if err != nil || len(places) == 0 {
		return Unread{}, false, err
	}
	return places[start%len(places)], true, nil
}

// UnreadThreads returns the roots of the threads that I follow and that have new replies, oldest first.
func (s *Store) UnreadThreads(ctx context.Context, me int64) (roots []int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		threads, err := collect(t, scanUnread, unreadThreadsQuery, me)
		for _, u := range threads {
			roots = append(roots, u.Root)
		}
		return err
	})
	return roots, err
}

// unreadThreadsQuery leaves out what I may no longer see or have muted.
const unreadThreadsQuery = `SELECT p.channel_id, p.id, max(0, p.reply_seq - f.read_seq - f.own)
	FROM follow f INDEXED BY follow_waiting CROSS JOIN post p ON p.id = f.root_id JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE f.person_id = ?1 AND f.waiting = 1 AND f.following = 1
		AND (c.private = 0 OR m.person_id IS NOT NULL) AND coalesce(m.muted, 0) = 0 ORDER BY f.root_id`

func scanUnread(r *sql.Rows) (u Unread, err error) {
	err = r.Scan(&u.Channel, &u.Root, &u.Count)
	return u, err
}
