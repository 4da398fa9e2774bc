package store

import (
	"context"
	"slices"
)

// ResolveQuestion makes a reply the answer of the question it stands under, or (on false) takes that back.
// The question's author and the stewards of its channel may.
func (s *Store) ResolveQuestion(ctx context.Context, me, reply int64, on bool) error {
	return s.write(ctx, func(t *tx) error {
		r, c, err := t.changeable(me, reply)
		if err != nil {
			return err
		}
		if r.Root == 0 {
			return refuse(ErrInvalid, "Choose the reply that answers the question.")
		}
		q, _, err := t.post(me, r.Root)
		if err != nil {
			return err
		}
		switch {
		case !q.Question:
			return refuse(ErrInvalid, "That thread does not start with a question.")
		case q.Author != me && !c.Steward:
			return refuse(ErrForbidden, "Only %s, who asked, or a steward of #%s can choose the answer.", q.Name, c.Name)
		}
		if on == (q.Answer == reply) {
			return nil
		}
		answer, at := int64(0), int64(0)
		if on {
			answer, at = reply, t.ms()
		}
		if err := t.changed(c, q, me, `answer_id = ?, resolved_at = ?`, answer, at); err != nil {
			return err
		}
		for _, person := range slices.Compact([]int64{q.Author, r.Author}) {
			if on && person != me {
				if err := t.notify(person, Answered, reply, me); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// MarkQuestion makes a root of mine a question, or an ordinary post again.
func (s *Store) MarkQuestion(ctx context.Context, me, id int64, on bool) error {
	return s.write(ctx, func(t *tx) error {
		p, c, err := t.own(me, id)
		if err != nil {
			return err
		}
		if p.Root != 0 {
			return refuse(ErrInvalid, "Only the first post of a thread can be a question.")
		}
		if p.Question == on {
			return nil
		}
		return t.changed(c, p, me, `question = ?, answer_id = 0, resolved_at = 0`, on)
	})
}

// Unanswered returns the open questions of the channels that me looks after, oldest first.
func (s *Store) Unanswered(ctx context.Context, me int64) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		channels, err := t.sidebar(me)
		if err != nil {
			return err
		}
		var ids []int64
		for _, c := range channels {
			if !c.Steward {
				continue
			}
			some, err := collect(t, scanID, `SELECT id FROM post WHERE channel_id = ? AND question = 1 AND answer_id = 0 AND deleted_at = 0 AND hidden_at = 0 ORDER BY id LIMIT +?`, c.ID, MaxPage)
			if err != nil {
				return err
			}
			ids = append(ids, some...)
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}
