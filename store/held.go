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
		drafts, err = collect(t, func(r *row) (d KeptDraft, err error) {
			var at int64
			err = r.Scan(&d.Channel, &d.Root, &d.Edit, &d.Body, &at)
			d.SavedAt = fromMS(at)
			return d, err
		}, `SELECT channel_id, root_id, edit_id, body, saved_at FROM draft WHERE person_id = ? ORDER BY saved_at DESC`, me)
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
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, By: me}, me)
		return t.run(`UPDATE person SET notify = ? WHERE id = ?`, n, me)
	})
}

// SetHomeActive remembers in which order me has Home.
func (s *Store) SetHomeActive(ctx context.Context, me int64, on bool) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: People, Person: me, By: me}, me)
		return t.run(`UPDATE person SET home_active = ? WHERE id = ?`, on, me)
	})
}

// LeaveForGood ends my own account: my ways in are gone, my posts stay. ErrForbidden for the last admin. Open
// sessions end by the event.
func (s *Store) LeaveForGood(ctx context.Context, me int64) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		if err := t.spare(p, me); err != nil {
			return err
		}
		t.emit(Event{Kind: People, Person: me, By: me})
		return t.leave(me)
	})
}

// passOn makes whoever has been in it longest the steward of each channel that me alone looks after. A private one
// without anybody else is archived: nothing of it is lost, and nobody reads it.
func (t *tx) passOn(me int64) error {
	alone, err := collect(t, scanID, `SELECT m.channel_id FROM member m JOIN channel c ON c.id = m.channel_id WHERE m.person_id = ?1 AND m.steward = 1 AND c.everyone = 0
		AND NOT EXISTS (SELECT 1 FROM member o WHERE o.channel_id = m.channel_id AND o.steward = 1 AND o.person_id <> ?1)`, me)
	if err != nil {
		return err
	}
	for _, channel := range alone {
		if err := t.run(`UPDATE member SET steward = 1 WHERE channel_id = ?1 AND person_id = (
			SELECT m.person_id FROM member m JOIN person p ON p.id = m.person_id WHERE m.channel_id = ?1 AND m.person_id <> ?2 AND p.state = ?3 AND p.bot = 0
			ORDER BY m.joined_at, m.person_id LIMIT 1)`, channel, me, Active); err != nil {
			return err
		}
		if err := t.run(`UPDATE channel SET archived_at = ? WHERE id = ? AND private = 1 AND members = 1 AND archived_at = 0`, t.ms(), channel); err != nil {
			return err
		}
	}
	return nil
}

// leave ends an account: the ways in and what nobody else sees are gone, the posts stay.
func (t *tx) leave(person int64) error {
	if err := t.passOn(person); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM sshkey WHERE person_id = ?`, `DELETE FROM password WHERE person_id = ?`, `DELETE FROM code WHERE person_id = ? AND used_at = 0`,
		`DELETE FROM draft WHERE person_id = ?`, `DELETE FROM saved WHERE person_id = ?`, `DELETE FROM inbox WHERE person_id = ?`, `DELETE FROM follow WHERE person_id = ?1 AND root_id IN ` + threadsOf,
		`UPDATE channel SET members = members - 1 WHERE id IN (SELECT channel_id FROM member WHERE person_id = ?)`, `DELETE FROM member WHERE person_id = ?`,
		`UPDATE person SET admin = 0, state = 4 WHERE id = ?`,
	} {
		if err := t.run(q, person); err != nil {
			return err
		}
	}
	return t.stand(person)
}
