package store

import (
	"context"
	"slices"
	"time"
)

// versionsLimit is how often one post may be edited: enough for typos, too few to make a diary of it.
const versionsLimit = 50

// Version is what an edited post said before.
type Version struct {
	Body string
	At   time.Time // when it was written
}

// EditPost changes the text of a post of mine; what it said before stays readable, and a draft of the edit goes.
// ErrForbidden if it is not mine, was deleted or hidden meanwhile, or its channel is archived; else as CreatePost.
// Of an announcement it makes a new version that asks everyone again.
func (s *Store) EditPost(ctx context.Context, me, id int64, body string) (Post, error) {
	return s.edit(ctx, me, id, body, false)
}

// FixTypo is EditPost for what leaves the meaning of an announcement as it was: nobody is asked again.
func (s *Store) FixTypo(ctx context.Context, me, id int64, body string) (Post, error) {
	return s.edit(ctx, me, id, body, true)
}

func (s *Store) edit(ctx context.Context, me, id int64, body string, typo bool) (Post, error) {
	body = trimmed(body)
	var edited Post
	err := s.write(ctx, func(t *tx) error {
		p, c, err := t.own(me, id)
		if err != nil {
			return err
		}
		if err := t.dropDraft(p.Author, Place{Channel: p.Channel, Root: p.Root, Edit: p.ID}); err != nil || p.Body == body {
			edited = p
			return err
		}
		limit := PostLimit
		if p.Announcement != nil {
			limit = AnnouncementLimit
		}
		if err := fits(body, limit); err != nil {
			return err
		}
		if err := t.mayEdit(p); err != nil {
			return err
		}
		written := p.EditedAt
		if written.IsZero() {
			written = p.At
		}
		if err := t.run(`INSERT INTO version (post_id, body, at) VALUES (?, ?, ?)`, id, p.Body, written.UnixMilli()); err != nil {
			return err
		}
		if err := t.run(`UPDATE post SET body = ?, edited_at = ?, revision = revision + 1 WHERE id = ?`, body, t.ms(), id); err != nil {
			return err
		}
		if p.Announcement != nil && !typo {
			if err := t.askAgain(id); err != nil {
				return err
			}
		}
		if err := t.unindex(p, body); err != nil {
			return err
		}
		if err := t.index(c, id, p.Root, me, p.Seq, body); err != nil {
			return err
		}
		if edited, _, err = t.post(me, id); err != nil {
			return err
		}
		return t.emitIn(c, Event{Kind: Changed, Root: p.Root, Post: id, By: me})
	})
	return edited, err
}

// own is a post of mine that I may change.
func (t *tx) own(me, id int64) (Post, channelRow, error) {
	p, c, err := t.changeable(me, id)
	if err == nil && p.Author != me {
		err = notYours(p)
	}
	return p, c, err
}

func notYours(p Post) error {
	return refuse(ErrForbidden, "That post is %s's; you can change your own only.", p.Name)
}

func (t *tx) mayEdit(p Post) error {
	if p.Imported {
		return refuse(ErrForbidden, "That post was imported; it stays as it was.")
	}
	var n int
	if err := t.get(`SELECT count(*) FROM version WHERE post_id = ?`, []any{p.ID}, &n); err != nil {
		return err
	}
	if n >= versionsLimit {
		return refuse(ErrLimited, "That post has been edited %d times; write a reply instead.", n)
	}
	return nil
}

// unindex forgets the tags of a post, and the mentions that body has no more. Who was told stays told.
func (t *tx) unindex(p Post, body string) error {
	for _, tag := range Tags(p.Body) {
		if err := t.run(`DELETE FROM tag WHERE name = ? AND post_id = ?`, tag, p.ID); err != nil {
			return err
		}
	}
	still := Mentions(body)
	for _, handle := range Mentions(p.Body) {
		if slices.Contains(still, handle) {
			continue
		}
		if err := t.run(`DELETE FROM mention WHERE post_id = ? AND person_id = (SELECT id FROM person WHERE handle = ?)`, p.ID, handle); err != nil {
			return err
		}
	}
	return nil
}

// Versions returns what a post that me may see said before it was edited, oldest first.
func (s *Store) Versions(ctx context.Context, me, id int64) (all []Version, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, _, err := t.alive(me, id); err != nil {
			return err
		}
		all, err = collect(t, scanVersion, `SELECT body, at FROM version WHERE post_id = ? ORDER BY id`, id)
		return err
	})
	return all, err
}

func scanVersion(r *row) (v Version, err error) {
	var at int64
	err = r.Scan(&v.Body, &at)
	v.At = fromMS(at)
	return v, err
}

// DeletePost empties a post of mine; its place stays, so that its thread does. Its text, its earlier
// versions and what points at it are gone from every file of the data folder some seconds later: as soon as
// the index has forgotten it and no long read holds the log, which is emptied then. What was hidden, and what
// stands in an archived channel, can be deleted too: it is its author's.
func (s *Store) DeletePost(ctx context.Context, me, id int64) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, c, err := t.post(me, id)
		switch {
		case err != nil:
			return err
		case p.Deleted:
			return deletedMeanwhile()
		case p.Author != me:
			return notYours(p)
		}
		if p.Hidden { // what it said, which names its tags
			if err := t.get(`SELECT body FROM post WHERE id = ?`, []any{id}, &p.Body); err != nil {
				return err
			}
		}
		if err := t.unindex(p, ""); err != nil {
			return err
		}
		if err := t.dropDraft(p.Author, Place{Channel: p.Channel, Root: p.Root, Edit: p.ID}); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM version WHERE post_id = ?`, `DELETE FROM reaction WHERE post_id = ?`,
			`DELETE FROM inbox WHERE post_id = ? AND kind <> 1`, // told of replies to it, people still are
		} {
			if err := t.run(q, id); err != nil {
				return err
			}
		}
		if err := t.run(`UPDATE post SET body = '', reactions = '', question = 0, pinned_at = 0,
			hidden_at = 0, hidden_by = 0, hidden_why = '', revision = revision + 1, deleted_at = ? WHERE id = ?`, t.ms(), id); err != nil {
			return err
		}
		if err := t.uncount(p); err != nil {
			return err
		}
		if err := t.hearAgain(p.Root); err != nil { // it may have been hidden
			return err
		}
		return t.emitIn(c, Event{Kind: Changed, Root: p.Root, Post: id, By: me})
	})
}

// uncount takes a deleted post out of what others have not read, and a reply out of its thread's count.
func (t *tx) uncount(p Post) error {
	if p.Root == 0 {
		if p.Seq == 0 {
			return nil
		}
		return t.run(`UPDATE member SET own = own + 1 WHERE channel_id = ? AND read_seq < ? AND person_id <> ?`, p.Channel, p.Seq, p.Author)
	}
	if err := t.run(`UPDATE post SET replies = replies - 1, revision = revision + 1,
		answer_id = CASE answer_id WHEN ?2 THEN 0 ELSE answer_id END,
		last_reply_id = coalesce((SELECT max(id) FROM post r WHERE r.root_id = ?1 AND r.root_id <> 0 AND r.deleted_at = 0), 0)
		WHERE id = ?1`, p.Root, p.ID); err != nil {
		return err
	}
	if p.Seq == 0 {
		return nil
	}
	if err := t.run(`UPDATE follow SET own = own + 1 WHERE root_id = ? AND state > 0 AND read_seq < ? AND person_id <> ?`, p.Root, p.Seq, p.Author); err != nil {
		return err
	}
	nothingNew, err := collect(t, scanID, `UPDATE follow SET state = 1 WHERE root_id = ?1 AND state = 2
		AND (SELECT reply_seq FROM post WHERE id = ?1) - read_seq - own <= 0 RETURNING person_id`, p.Root)
	if err != nil {
		return err
	}
	for _, person := range nothingNew {
		if err := t.run(`UPDATE inbox SET unread = 0 WHERE person_id = ? AND post_id = ? AND kind = ?`, person, p.Root, Replied); err != nil {
			return err
		}
		if err := t.emitSeen(Event{Kind: Inbox, Post: p.Root, By: p.Author}, person); err != nil {
			return err
		}
	}
	return nil
}
