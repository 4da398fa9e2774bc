package store

import (
	"context"
	"slices"
)

// Thread is a root post and a page of its replies.
type Thread struct {
	Root      Post
	Replies   []Post // oldest first
	Earlier   bool   // replies older than these exist
	Channel   Channel
	Following bool
	ReadSeq   int64 // the reply up to which I have read; 0 in a thread I do not follow
}

// Thread returns the thread of a post, which may be a reply, with the newest n (at most 200) of
// its replies before the reply before, or up to the last where before is 0. ErrNotFound if me may not see it.
func (s *Store) Thread(ctx context.Context, me, id, before int64, n int) (th Thread, err error) {
	n = page(n, MaxPage)
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		root, c, err := t.post(me, id)
		if err == nil && root.Root != 0 {
			root, c, err = t.post(me, root.Root)
		}
		if err != nil {
			return err
		}
		th.Root, th.Channel, th.Following = root, c.Channel, root.Following
		if th.Following {
			if err := t.get(`SELECT read_seq FROM follow WHERE person_id = ? AND root_id = ?`, []any{me, root.ID}, &th.ReadSeq); err != nil {
				return err
			}
		}
		th.Replies, err = t.posts(me, scanReply(root), threadQuery, root.ID, top(before), n+1)
		if err != nil {
			return err
		}
		if th.Earlier = len(th.Replies) > n; th.Earlier {
			th.Replies = th.Replies[:n]
		}
		slices.Reverse(th.Replies)
		th.markUnread(me)
		return nil
	})
	return th, err
}

// threadQuery has a + before the root for the same reason as before a limit: a partial index knows its column.
const threadQuery = `SELECT ` + postColumns + ` FROM post p
	WHERE p.root_id = +?2 AND p.root_id <> 0 AND p.id < ?3 ORDER BY p.id DESC LIMIT +?4`

// scanReply reads postColumns of a reply in the thread of root.
func scanReply(root Post) func(*row) (Post, error) {
	return func(r *row) (Post, error) {
		p := Post{Channel: root.Channel, ChannelName: root.ChannelName, Direct: root.Direct, Root: root.ID}
		err := p.scan(r)
		return p, err
	}
}

// markUnread sets what is new among the replies of a thread that me follows.
func (th *Thread) markUnread(me int64) {
	for i := range th.Replies {
		r := &th.Replies[i]
		r.Unread = th.Following && r.Author != me && r.Seq > th.ReadSeq && !r.Deleted
	}
}

// threadsOf are the threads in which ?1 has a row of follow, and perhaps others.
const threadsOf = `(SELECT iif(root_id = 0, id, root_id) FROM post WHERE author_id = ?1 UNION SELECT root_id FROM follow WHERE person_id = ?1 AND apart = 1)`

// FollowThread makes me follow the thread of a post, from now on, or leaves it alone whoever mentions me there.
func (s *Store) FollowThread(ctx context.Context, me, id int64, on bool) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		at, _, err := t.place(me, Place{Root: id})
		if err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, Channel: at.Channel, Root: at.Root, Post: at.Root, By: me}, me)
		return t.run(`INSERT INTO follow (person_id, root_id, state, read_seq, apart) SELECT ?1, id, ?3, reply_seq, 1 FROM post WHERE id = ?2
			ON CONFLICT DO UPDATE SET state = excluded.state, read_seq = excluded.read_seq, own = 0`, me, at.Root, on)
	})
}

// ownReply makes the author of a reply follow its thread, and the root's author too, and lets
// every other follower know that something waits.
func (t *tx) ownReply(root, author, seq int64) error {
	if err := t.run(`INSERT INTO follow (person_id, root_id, read_seq) SELECT author_id, id, ?2 - 1 FROM post WHERE id = ?1 AND author_id <> ?3 AND imported = 0
		ON CONFLICT DO NOTHING`, root, seq, author); err != nil {
		return err
	}
	// What I had not read stays unread; a reply right after what I have read is read.
	if err := t.run(`INSERT INTO follow (person_id, root_id, read_seq) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET
		state = max(state, 1),
		own = CASE WHEN state = 0 OR read_seq + own = ?3 - 1 THEN 0 ELSE own + 1 END,
		read_seq = CASE WHEN state = 0 OR read_seq + own = ?3 - 1 THEN ?3 ELSE read_seq END`, author, root, seq); err != nil {
		return err
	}
	// A follower who has something waiting has been told; telling them once keeps a busy thread from writing
	// a row for every follower of every reply.
	followers, err := collect(t, scanID, `UPDATE follow SET state = 2 WHERE root_id = ? AND state = 1 AND person_id <> ? RETURNING person_id`, root, author)
	if err != nil {
		return err
	}
	for _, f := range followers {
		if err := t.notify(f, Replied, root, author); err != nil {
			return err
		}
	}
	return nil
}
