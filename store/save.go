package store

import "context"

// savedLimit is how many posts one person may keep.
const savedLimit = 5000

// SavePost puts a post into my own list, or takes it out. Nobody else sees it.
func (s *Store) SavePost(ctx context.Context, me, id int64, on bool) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, Post: id, By: me}, me)
		if !on {
			return t.run(`DELETE FROM saved WHERE person_id = ? AND post_id = ?`, me, id)
		}
		if _, _, err := t.alive(me, id); err != nil {
			return err
		}
		var have int
		if err := t.get(`SELECT count(*) FROM saved WHERE person_id = ?`, []any{me}, &have); err != nil {
			return err
		}
		if have >= savedLimit {
			return refuse(ErrLimited, "You have saved %s posts; take some out first.", Number(have))
		}
		return t.run(`INSERT INTO saved VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, me, id, t.ms())
	})
}

// Saved returns the posts in my list that I may still see, newest post first: up to n (at most 200) before the post before.
func (s *Store) Saved(ctx context.Context, me, before int64, n int) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		ids, err := collect(t, scanID, savedQuery, me, top(before), page(n, MaxPage))
		if err != nil {
			return err
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}

const savedQuery = `SELECT v.post_id FROM saved v JOIN post p ON p.id = v.post_id JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = v.person_id AND m.channel_id = c.id
	WHERE v.person_id = ?1 AND v.post_id < ?2 AND (c.private = 0 OR m.person_id IS NOT NULL) ORDER BY v.post_id DESC LIMIT +?3`
