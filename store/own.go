package store

import (
	"context"
	"errors"
	"time"
)

// OwnPosts returns what me has written and not deleted, oldest first: up to n (at most 200) after the post
// after, in every channel, also those that me has left: it is theirs. Of a channel that me may not see any more that
// is all: neither its name nor what others did to the post.
func (s *Store) OwnPosts(ctx context.Context, me, after int64, n int) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		ids, err := collect(t, scanID, `SELECT id FROM post WHERE author_id = ? AND id > ? AND deleted_at = 0 ORDER BY id LIMIT +?`, me, after, page(n, MaxPage))
		if err != nil {
			return err
		}
		if posts, err = t.postsByID(me, ids); err != nil {
			return err
		}
		left := map[int64]bool{}
		for i := range posts {
			p := &posts[i]
			if p.Hidden { // from others, not from who wrote it
				if err := t.get(`SELECT body FROM post WHERE id = ?`, []any{p.ID}, &p.Body); err != nil {
					return err
				}
			}
			if _, asked := left[p.Channel]; !asked {
				_, err := t.channel(me, p.Channel)
				if err != nil && !errors.Is(err, ErrNotFound) {
					return err
				}
				left[p.Channel] = err != nil
			}
			if left[p.Channel] {
				*p = Post{ID: p.ID, Channel: p.Channel, Root: p.Root, Author: p.Author, Handle: p.Handle, Name: p.Name, Department: p.Department, Bot: p.Bot,
					Body: p.Body, At: p.At, EditedAt: p.EditedAt, Imported: p.Imported, Question: p.Question}
			}
		}
		return nil
	})
	return posts, err
}

// OwnVersions returns what a post of mine said before it was edited, oldest first, wherever it stands; none
// for a post of somebody else.
func (s *Store) OwnVersions(ctx context.Context, me, id int64) (all []Version, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		all, err = collect(t, scanVersion, `SELECT v.body, v.at FROM version v JOIN post p ON p.id = v.post_id WHERE v.post_id = ? AND p.author_id = ? ORDER BY v.id`, id, me)
		return err
	})
	return all, err
}

// KeptDraft is a draft and where it waits.
type KeptDraft struct {
	Place
	Draft
	SavedAt time.Time
}

// Drafts returns all that me has written and not sent, newest first.
func (s *Store) Drafts(ctx context.Context, me int64) (drafts []KeptDraft, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		drafts, err = collect(t, func(r *row) (d KeptDraft, err error) {
			var at int64
			err = r.Scan(&d.Channel, &d.Root, &d.Edit, &d.Body, &d.How, &at)
			d.SavedAt = fromMS(at)
			return d, err
		}, `SELECT channel_id, root_id, edit_id, body, how, saved_at FROM draft WHERE person_id = ? ORDER BY saved_at DESC`, me)
		return err
	})
	return drafts, err
}

// Mark is something that a person did about a post: reacted to it, followed its thread, reported it.
type Mark struct {
	Post, Channel int64
	Reactions     []Reaction // those given
	Why           string     // of a report
	At            time.Time  // of a report
}

// OwnReactions returns the reactions that me has given, by post.
func (s *Store) OwnReactions(ctx context.Context, me int64) ([]Mark, error) {
	return s.ownMarks(ctx, me, `SELECT r.post_id, p.channel_id, r.kinds, '', 0 FROM reaction r JOIN post p ON p.id = r.post_id WHERE r.person_id = ? AND r.kinds <> 0 ORDER BY r.post_id`)
}

// OwnFollows returns the threads that me follows, by their root.
func (s *Store) OwnFollows(ctx context.Context, me int64) ([]Mark, error) {
	return s.ownMarks(ctx, me, `SELECT f.root_id, p.channel_id, 0, '', 0 FROM follow f JOIN post p ON p.id = f.root_id WHERE f.person_id = ?1 AND f.state > 0 AND f.root_id IN `+threadsOf+` ORDER BY f.root_id`)
}

// OwnReports returns what me has reported to the admins, by post.
func (s *Store) OwnReports(ctx context.Context, me int64) ([]Mark, error) {
	return s.ownMarks(ctx, me, `SELECT r.post_id, p.channel_id, 0, r.why, r.at FROM report r JOIN post p ON p.id = r.post_id WHERE r.person_id = ? ORDER BY r.post_id`)
}

// OwnAnswer is what is kept of a person about one version of an announcement.
type OwnAnswer struct {
	Post, Channel int64
	Version       int
	ReadAt        time.Time // when all of it had been on their screen; zero: not yet
	Answer        Answer
	At            time.Time // of the first answer; zero: none
}

// OwnAnswers returns what me has read of announcements and answered to them, by post and version.
func (s *Store) OwnAnswers(ctx context.Context, me int64) (all []OwnAnswer, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		all, err = collect(t, func(r *row) (o OwnAnswer, err error) {
			var read, at int64
			err = r.Scan(&o.Post, &o.Channel, &o.Version, &read, &o.Answer, &at)
			o.ReadAt, o.At = fromMS(read), fromMS(at)
			return o, err
		}, `SELECT s.post_id, p.channel_id, s.version, s.read_at, coalesce(w.answer, 0), coalesce(w.at, 0) FROM sight s JOIN post p ON p.id = s.post_id
			LEFT JOIN answer w ON w.post_id = s.post_id AND w.version = s.version AND w.person_id = s.person_id WHERE s.person_id = ? ORDER BY s.post_id, s.version`, me)
		return err
	})
	return all, err
}

// ownMarks reads all marks of one person: they are few bytes each, and one reading is one moment.
func (s *Store) ownMarks(ctx context.Context, me int64, q string) (marks []Mark, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		marks, err = collect(t, scanMark, q, me)
		return err
	})
	return marks, err
}

func scanMark(r *row) (m Mark, err error) {
	var kinds, at int64
	err = r.Scan(&m.Post, &m.Channel, &kinds, &m.Why, &at)
	for k := range Reaction(ReactionKinds) {
		if kinds&(1<<k) != 0 {
			m.Reactions = append(m.Reactions, k)
		}
	}
	m.At = fromMS(at)
	return m, err
}
