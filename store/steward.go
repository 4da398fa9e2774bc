package store

import (
	"context"
)

// whyLimit is the length of a reason, in graphemes.
const whyLimit = 300

// reason is why cleaned, or ErrInvalid if there is none or too much of it.
func reason(why string) (string, error) {
	why = CleanLine(why)
	if blank(why) {
		return "", refuse(ErrInvalid, "Say why, in a few words: everyone can read it.")
	}
	if n := Graphemes(why); n > whyLimit {
		return "", refuse(ErrInvalid, "That reason is %d characters; it may have %d.", n, whyLimit)
	}
	return why, nil
}

// stewarded is a live post in a channel that me looks after.
func (t *tx) stewarded(me, id int64) (Post, channelRow, error) {
	p, c, err := t.alive(me, id)
	if err == nil && !c.Steward {
		err = refuse(ErrForbidden, "Only the stewards of #%s can do that. Ask one of them.", c.Name)
	}
	return p, c, err
}

// changed updates a post and tells those who may see it.
func (t *tx) changed(c channelRow, p Post, me int64, set string, args ...any) error {
	if err := t.run(`UPDATE post SET revision = revision + 1, `+set+` WHERE id = ?`, append(args, p.ID)...); err != nil {
		return err
	}
	return t.emitIn(c, Event{Kind: Changed, Root: p.Root, Post: p.ID, By: me})
}

// HidePost takes the text of a post out of sight, with a reason that all who could read it see. Stewards of
// its channel may; UnhidePost brings it back as it was.
func (s *Store) HidePost(ctx context.Context, me, id int64, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		p, c, err := t.stewarded(me, id)
		if err != nil {
			return err
		}
		return t.hide(c, p, me, why)
	})
}

// hide takes the text of a post out of sight.
func (t *tx) hide(c channelRow, p Post, me int64, why string) error {
	if err := t.changed(c, p, me, `hidden_at = ?, hidden_by = ?, hidden_why = ?`, t.ms(), me, why); err != nil {
		return err
	}
	return t.hearAgain(p.Root)
}

// UnhidePost undoes HidePost.
func (s *Store) UnhidePost(ctx context.Context, me, id int64) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, c, err := t.post(me, id)
		if err != nil {
			return err
		}
		if !c.Steward {
			return refuse(ErrForbidden, "Only the stewards of #%s can do that. Ask one of them.", c.Name)
		}
		if err := t.changed(c, p, me, `hidden_at = 0, hidden_by = 0, hidden_why = ''`); err != nil {
			return err
		}
		return t.hearAgain(p.Root)
	})
}

// hearAgain finds when somebody else first replied to a root, after a reply has gone or come back; 0 for no root.
func (t *tx) hearAgain(root int64) error {
	if root == 0 {
		return nil
	}
	return t.run(`UPDATE post SET heard_at = coalesce((SELECT min(r.at) FROM post r JOIN person a ON a.id = r.author_id
		WHERE r.root_id = ?1 AND r.root_id <> 0 AND r.author_id <> post.author_id AND r.hidden_at = 0 AND a.bot = 0), 0) WHERE id = ?1`, root)
}

// PinPost keeps a root on top of its channel, or takes it down. Stewards may.
func (s *Store) PinPost(ctx context.Context, me, id int64, on bool) error {
	return s.write(ctx, func(t *tx) error {
		p, c, err := t.stewarded(me, id)
		if err != nil {
			return err
		}
		if c.Archived {
			return archived(c)
		}
		if p.Root != 0 {
			return refuse(ErrInvalid, "A reply cannot be pinned; pin its first post.")
		}
		at := int64(0)
		if on {
			at = t.ms()
		}
		return t.changed(c, p, me, `pinned_at = ?`, at)
	})
}

// Pinned returns the pinned roots of a channel that me may see, newest pin first.
func (s *Store) Pinned(ctx context.Context, me, channel int64) (posts []Post, err error) {
	err = s.inChannel(ctx, me, channel, func(t *tx, c channelRow) error {
		ids, err := collect(t, scanID, `SELECT id FROM post WHERE channel_id = ? AND pinned_at > 0 AND hidden_at = 0 ORDER BY pinned_at DESC LIMIT +?`, channel, MaxPage)
		if err != nil {
			return err
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}

// MoveThread moves a root and its replies from one open channel to another. There it is new, and stands where its
// date puts it: a list that says newest first keeps its word. Stewards of the channel it stands in may, if they may
// post in the other. ErrForbidden where either is private: those who wrote there chose who reads it.
func (s *Store) MoveThread(ctx context.Context, me, id, to int64) error {
	defer s.memo.empty() // it does not know where the replies stand
	return s.write(ctx, func(t *tx) error {
		p, from, err := t.stewarded(me, id)
		if err != nil {
			return err
		}
		if p.Root != 0 {
			return refuse(ErrInvalid, "A reply cannot be moved; move its first post.")
		}
		if p.Announcement != nil {
			return refuse(ErrForbidden, "An announcement stays where it was made: its channel is a part of whom it asks.")
		}
		_, c, err := t.writable(me, Place{Channel: to})
		if err != nil || c.ID == from.ID {
			return err
		}
		switch {
		case from.Private || c.Private:
			return refuse(ErrForbidden, "A thread moves between open channels only: those who write in a private one choose who reads it.")
		case from.Archived:
			return archived(from)
		}
		if err := t.uncount(p); err != nil {
			return err
		}
		var seq int64
		if err := t.get(`UPDATE channel SET seq = seq + 1 WHERE id = ? RETURNING seq`, []any{to}, &seq); err != nil {
			return err
		}
		if err := t.run(`UPDATE member SET own = own + 1 WHERE person_id = ? AND channel_id = ?`, p.Author, to); err != nil { // nobody's own post is new to them
			return err
		}
		if err := t.run(`UPDATE post SET channel_id = ? WHERE root_id = ? AND root_id <> 0`, to, id); err != nil {
			return err
		}
		if err := t.run(`UPDATE draft SET channel_id = ?1 WHERE root_id = ?2 OR edit_id = ?2`, to, id); err != nil {
			return err
		}
		if err := t.emitIn(from, Event{Kind: Changed, Post: id, By: me}); err != nil {
			return err
		}
		return t.changed(c, p, me, `channel_id = ?, pinned_at = 0, seq = ?`, to, seq)
	})
}
