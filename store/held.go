package store

import (
	"context"
	"time"
)

// Held is what is kept about one person, in numbers; ExportMe gives it whole.
type Held struct {
	Person                                             Person
	Keys, Channels, Posts, Replies, Versions           int
	Reactions, Saved, Followed, Drafts, Inbox, Reports int
	Announcements                                      int // versions of them that were on the person's screen
	Visits                                             int // days on which they were here
	Password                                           bool
	SeenAt                                             time.Time // when they were last here
	Accepted                                           []Acceptance
}

// Acceptance is a version of the terms that a person has accepted.
type Acceptance struct {
	Version int64
	At      time.Time
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
			(SELECT count(*) FROM follow WHERE person_id = ?1 AND state > 0 AND root_id IN `+threadsOf+`), (SELECT count(*) FROM draft WHERE person_id = ?1),
			(SELECT count(*) FROM inbox WHERE person_id = ?1), (SELECT count(*) FROM report WHERE person_id = ?1),
			(SELECT count(*) FROM sight WHERE person_id = ?1),
			EXISTS (SELECT 1 FROM password WHERE person_id = ?1), (SELECT seen_at FROM person WHERE id = ?1)`, []any{me},
			&h.Keys, &h.Channels, &h.Posts, &h.Replies, &h.Versions, &h.Reactions, &h.Saved, &h.Followed, &h.Drafts, &h.Inbox, &h.Reports, &h.Announcements, &h.Password, &seen)
		h.SeenAt = fromMS(seen)
		if err != nil {
			return err
		}
		days, err := t.visits(me)
		if err != nil {
			return err
		}
		h.Visits = len(days)
		h.Accepted, err = t.accepted(me)
		return err
	})
	return h, err
}

// accepted is what a person has accepted to take part, by version.
func (t *tx) accepted(person int64) ([]Acceptance, error) {
	return collect(t, func(r *row) (a Acceptance, err error) {
		var at int64
		err = r.Scan(&a.Version, &at)
		a.At = fromMS(at)
		return a, err
	}, `SELECT version, at FROM accepted WHERE person_id = ? ORDER BY version`, person)
}
