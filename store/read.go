package store

import (
	"context"
)

// MarkRead moves my position in a channel forward to seq: all roots up to it have been read. It
// never moves back, nor past the newest root. Not being in the channel changes nothing.
func (s *Store) MarkRead(ctx context.Context, me, channel, seq int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err := t.channel(me, channel)
		if err != nil {
			return err
		}
		seq = min(seq, c.seq)
		if err := t.readInbox(me, channel, 0, seq); err != nil { // who is not in it may have been named there
			return err
		}
		if !c.Joined || seq <= c.readSeq {
			return nil
		}
		own := int64(0)
		if c.own > 0 {
			if own, err = t.passedRoots(me, c, seq); err != nil {
				return err
			}
		}
		t.emitTo(Event{Kind: Read, Channel: channel, By: me}, me)
		return t.run(`UPDATE member SET read_seq = ?, own = ? WHERE person_id = ? AND channel_id = ?`, seq, own, me, channel)
	})
}

// passedRoots is how many positions of a channel after seq hold nothing to read: my own posts, deleted ones, and
// those of threads that were moved away.
func (t *tx) passedRoots(me int64, c channelRow, seq int64) (int64, error) {
	var unread int64
	err := t.get(unreadRootsQuery, []any{c.ID, seq, me}, &unread)
	return c.seq - seq - unread, err
}

const unreadRootsQuery = `SELECT count(*) FROM post INDEXED BY post_position WHERE channel_id = ?1 AND root_id = 0 AND seq > ?2 AND author_id <> ?3 AND deleted_at = 0`

// ownRoot keeps an author's own post from counting as unread for them.
func (t *tx) ownRoot(c channelRow, author, seq int64) error {
	if c.readSeq+c.own == seq-1 { // everything before it was read
		return t.run(`UPDATE member SET read_seq = ?, own = 0 WHERE person_id = ? AND channel_id = ?`, seq, author, c.ID)
	}
	return t.run(`UPDATE member SET own = own + 1 WHERE person_id = ? AND channel_id = ?`, author, c.ID)
}

// MarkThreadRead is MarkRead for the replies of a thread that I follow.
func (s *Store) MarkThreadRead(ctx context.Context, me, root, seq int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, _, err := t.post(me, root)
		if err != nil {
			return err
		}
		seq = min(seq, p.replySeq)
		if err := t.readInbox(me, p.Channel, root, seq); err != nil {
			return err
		}
		if !p.Following {
			return nil
		}
		var read, own int64
		if err := t.get(`SELECT read_seq, own FROM follow WHERE person_id = ? AND root_id = ?`, []any{me, root}, &read, &own); err != nil {
			return err
		}
		if seq <= read {
			return nil
		}
		if own > 0 {
			if own, err = t.passedReplies(me, p, seq); err != nil {
				return err
			}
		}
		t.emitTo(Event{Kind: Read, Channel: p.Channel, Root: root, Post: root, By: me}, me)
		return t.run(`UPDATE follow SET read_seq = ?, own = ?, state = 1 + ? WHERE person_id = ? AND root_id = ?`, seq, own, p.replySeq-seq-own > 0, me, root)
	})
}

// passedReplies is passedRoots for the replies of a root.
func (t *tx) passedReplies(me int64, root Post, seq int64) (int64, error) {
	var unread int64
	err := t.get(`SELECT count(*) FROM post WHERE root_id = +? AND root_id <> 0 AND seq > ? AND author_id <> ? AND deleted_at = 0`, []any{root.ID, seq, me}, &unread)
	return root.replySeq - seq - unread, err
}

// NextUnread returns the next place with something new after the place after: the channels that are
// not muted in the order of the sidebar, then the threads that I follow, and round again; never after
// itself. ok is false where nothing else is new.
func (s *Store) NextUnread(ctx context.Context, me int64, after Place) (next Place, ok bool, err error) {
	var places []Place
	start := 0 // the first that comes after
	err = s.read(ctx, func(t *tx) error {
		channels, err := t.sidebar(me)
		if err != nil {
			return err
		}
		for _, c := range channels {
			at := Place{Channel: c.ID}
			if !c.Muted && c.Unread > 0 && at != after {
				places = append(places, at)
			}
			if at == after {
				start = len(places)
			}
		}
		if after.Root != 0 { // it comes after all channels, also where it is not in the list any more
			start = len(places)
		}
		threads, err := collect(t, scanThread, unreadThreadsQuery, me)
		for _, at := range threads {
			if at != after {
				places = append(places, at)
			}
			if at.Root <= after.Root {
				start = len(places)
			}
		}
		return err
	})
	if err != nil || len(places) == 0 {
		return Place{}, false, err
	}
	return places[start%len(places)], true, nil
}

// UnreadThreads returns the roots of the threads that I follow and that have new replies, oldest first.
func (s *Store) UnreadThreads(ctx context.Context, me int64) (roots []int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		threads, err := collect(t, scanThread, unreadThreadsQuery, me)
		for _, at := range threads {
			roots = append(roots, at.Root)
		}
		return err
	})
	return roots, err
}

// unreadThreadsQuery leaves out what I may no longer see or have muted, and what is archived.
const unreadThreadsQuery = `SELECT p.channel_id, p.id
	FROM follow f INDEXED BY follow_waiting CROSS JOIN post p ON p.id = f.root_id JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE f.person_id = ?1 AND f.state = 2
		AND (c.private = 0 OR m.person_id IS NOT NULL) AND coalesce(m.muted, 0) = 0 AND c.archived_at = 0 ORDER BY f.root_id`

func scanThread(r *row) (at Place, err error) {
	err = r.Scan(&at.Channel, &at.Root)
	return at, err
}

// UnreadFrom moves my position back, so that the post and all after it in its channel or thread are new again.
// It changes nothing where I have not read so far, and in places that I do not follow.
func (s *Store) UnreadFrom(ctx context.Context, me, id int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, c, err := t.post(me, id)
		if err != nil {
			return err
		}
		switch {
		case p.Seq == 0:
			return refuse(ErrInvalid, "That post was imported; it never counts as new.")
		case p.Root == 0 && !c.Joined:
			return refuse(ErrInvalid, "You are not in #%s, so nothing there counts as new. Join it first.", c.Name)
		}
		seq := p.Seq - 1
		t.emitTo(Event{Kind: Read, Channel: p.Channel, Root: p.Root, By: me}, me)
		if p.Root == 0 {
			own, err := t.passedRoots(me, c, seq)
			if err != nil {
				return err
			}
			return t.run(`UPDATE member SET read_seq = ?1, own = ?2 WHERE person_id = ?3 AND channel_id = ?4 AND read_seq > ?1`, seq, own, me, p.Channel)
		}
		root, _, err := t.post(me, p.Root)
		if err != nil {
			return err
		}
		if !root.Following {
			return refuse(ErrInvalid, "You do not follow this thread, so its replies do not count as new. Follow it first.")
		}
		own, err := t.passedReplies(me, root, seq)
		if err != nil {
			return err
		}
		return t.run(`UPDATE follow SET read_seq = ?1, own = ?2, state = 1 + ?3 WHERE person_id = ?4 AND root_id = ?5 AND state > 0 AND read_seq > ?1`,
			seq, own, root.replySeq-seq-own > 0, me, p.Root)
	})
}
