package store

import (
	"context"
	"database/sql"
	"time"
)

// Held is what is kept about one person, in numbers; ExportMe gives it whole.
type Held struct {
	Person                                             Person
	Keys, Channels, Posts, Replies, Versions           int
	Reactions, Saved, Followed, Drafts, Inbox, Reports int
	Visits                                             int // days on which they were here
	Password                                           bool
	SeenAt                                             time.Time // when they were last here
}

// Held counts what is kept about me.
func (s *Store) Held(ctx context.Context, me int64) (h Held, err error) {
	err = s.read(ctx, func(t *tx) error {
		if h.Person, err = t.viewer(me); err != nil {
			return err
		}
		var seen int64
		err := t.get(`SELECT
			(SELECT count(*) FROM sshkey WHERE person_id = ?1), (SELECT count(*) FROM member WHERE person_id = ?1),
			(SELECT count(*) FROM post WHERE author_id = ?1 AND root_id = 0 AND deleted_at = 0), (SELECT count(*) FROM post WHERE author_id = ?1 AND root_id <> 0 AND deleted_at = 0),
			(SELECT count(*) FROM post p JOIN version v ON v.post_id = p.id WHERE p.author_id = ?1),
			(SELECT count(*) FROM reaction WHERE person_id = ?1 AND kinds <> 0), (SELECT count(*) FROM saved WHERE person_id = ?1),
			(SELECT count(*) FROM follow WHERE person_id = ?1 AND following = 1), (SELECT count(*) FROM draft WHERE person_id = ?1),
			(SELECT count(*) FROM inbox WHERE person_id = ?1), (SELECT count(*) FROM report WHERE person_id = ?1),
			EXISTS (SELECT 1 FROM password WHERE person_id = ?1), (SELECT seen_at FROM person WHERE id = ?1)`, []any{me},
			&h.Keys, &h.Channels, &h.Posts, &h.Replies, &h.Versions, &h.Reactions, &h.Saved, &h.Followed, &h.Drafts, &h.Inbox, &h.Reports, &h.Password, &seen)
		h.SeenAt = fromMS(seen)
		if err != nil {
			return err
		}
		days, err := t.visits(me)
		h.Visits = len(days)
		return err
	})
	return h, err
}

// OwnPosts returns what me has written and not deleted, oldest first: up to n (at most 200) after the post
// after, in every channel, also those that me has left: it is theirs.
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
		for i := range posts {
			if p := &posts[i]; p.Hidden { // from others, not from who wrote it
				if err := t.get(`SELECT body FROM post WHERE id = ?`, []any{p.ID}, &p.Body); err != nil {
					return err
				}
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

// KeptDraft is something that a person has begun to write.
type KeptDraft struct {
	Place
	Body    string
	SavedAt time.Time
}

// Drafts returns all that me has written and not sent, newest first.
func (s *Store) Drafts(ctx context.Context, me int64) (drafts []KeptDraft, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		drafts, err = collect(t, func(r *sql.Rows) (d KeptDraft, err error) {
			var at int64
			err = r.Scan(&d.Channel, &d.Root, &d.Body, &at)
			d.SavedAt = fromMS(at)
			return d, err
		}, `SELECT channel_id, root_id, body, saved_at FROM draft WHERE person_id = ? ORDER BY saved_at DESC`, me)
		return err
	})
	return drafts, err
}

// Notify says how a person wants to be told of something new while they look elsewhere.
type Notify int

const (
	NotifyNot    Notify = iota // not at all
	NotifyBell                 // the terminal's bell
	NotifyBanner               // a notification of the terminal (OSC 9)
)

// NotifyHow returns how me wants to be told.
func (s *Store) NotifyHow(ctx context.Context, me int64) (n Notify, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		return t.get(`SELECT notify FROM person WHERE id = ?`, []any{me}, &n)
	})
	return n, err
}

// SetNotify changes how me wants to be told.
func (s *Store) SetNotify(ctx context.Context, me int64, n Notify) error {
	if n < NotifyNot || n > NotifyBanner {
		return refuse(ErrInvalid, "There are nothing, bell and notification to choose from.")
	}
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, By: me}, me)
		return t.run(`UPDATE person SET notify = ? WHERE id = ?`, n, me)
	})
}

// LeaveForGood ends my own account: my ways in are gone, my posts stay. ErrForbidden for the last admin.
func (s *Store) LeaveForGood(ctx context.Context, me int64) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		if p.Admin {
			other, err := t.has(`SELECT 1 FROM person WHERE admin = 1 AND state = ? AND id <> ?`, Active, me)
			if err != nil {
				return err
			}
			if !other {
				return refuse(ErrForbidden, "You are the last admin; make somebody else one first.")
			}
		}
		for _, q := range []string{
			`DELETE FROM sshkey WHERE person_id = ?`, `DELETE FROM password WHERE person_id = ?`, `DELETE FROM code WHERE person_id = ? AND used_at = 0`,
			`DELETE FROM draft WHERE person_id = ?`, `DELETE FROM saved WHERE person_id = ?`, `DELETE FROM inbox WHERE person_id = ?`, `DELETE FROM follow WHERE person_id = ?`,
			`UPDATE channel SET members = members - 1 WHERE id IN (SELECT channel_id FROM member WHERE person_id = ?)`, `DELETE FROM member WHERE person_id = ?`,
			`UPDATE person SET admin = 0 WHERE id = ?`,
		} {
			if err := t.run(q, me); err != nil {
				return err
			}
		}
		t.emit(Event{Kind: People, By: me})
		return t.run(`UPDATE person SET state = ? WHERE id = ?`, Left, me)
	})
}
