package store

import (
	"context"
	"time"
)

// reportsMost is how many open reports are looked through for the queue: more than a board can work off.
const reportsMost = 500

// The outcomes of a report, as they are stored.
const (
	outcomeStands = 1
	outcomeHidden = 2
)

// Report is a post that somebody has reported, with every reason that was given.
type Report struct {
	Post  Post   // Body: what it said when it was last reported; "" where it has been deleted since
	Where string // "#platform"; "a private channel" for one that I am not in
	Why   []Reason
	At    time.Time // of the newest reason
}

// Reason is why one person reported a post. Only the admins see it.
type Reason struct {
	By  string // display name
	Why string
	At  time.Time
}

// ReportPost tells the admins of a post that should not stand as it does.
func (s *Store) ReportPost(ctx context.Context, me, id int64, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if _, _, err := t.alive(me, id); err != nil {
			return err
		}
		if err := t.run(`INSERT INTO report (post_id, person_id, why, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET why = ?3, at = ?4, closed_at = 0, outcome = 0`, id, me, why, t.ms()); err != nil {
			return err
		}
		return t.emitReported()
	})
}

// emitReported tells the admins that the queue is another one. It names neither the post nor who reported it.
func (t *tx) emitReported() error {
	admins, err := collect(t, scanID, `SELECT id FROM person WHERE admin = 1`)
	t.emitTo(Event{Kind: Reported}, admins...)
	return err
}

// Reports returns the posts whose reports wait, the newest report first. Admins see what was reported as it was
// then, also from a private channel: whoever reported it chose to show that post, and nothing else of the channel.
func (s *Store) Reports(ctx context.Context, me int64) (list []Report, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		list, err = t.reports(me, `SELECT post_id, why, r.at, coalesce(nullif(o.name, ''), o.handle) FROM report r JOIN person o ON o.id = r.person_id
			WHERE r.closed_at = 0 ORDER BY r.at DESC LIMIT +?`, reportsMost)
		return err
	})
	return list, err
}

// Report returns one post whose reports wait, or ErrNotFound where none do any more.
func (s *Store) Report(ctx context.Context, me, post int64) (r Report, err error) {
	err = s.read(ctx, func(t *tx) error {
		r, err = t.reported(me, post)
		return err
	})
	return r, err
}

func (t *tx) reported(me, post int64) (Report, error) {
	if err := t.mustRun(me); err != nil {
		return Report{}, err
	}
	list, err := t.reports(me, `SELECT post_id, why, r.at, coalesce(nullif(o.name, ''), o.handle) FROM report r JOIN person o ON o.id = r.person_id
		WHERE r.post_id = ? AND r.closed_at = 0 ORDER BY r.at DESC LIMIT +?`, post, reportsMost)
	if err == nil && len(list) == 0 {
		err = refuse(ErrNotFound, "No report of that post waits any more.")
	}
	if err != nil {
		return Report{}, err
	}
	return list[0], nil
}

// reports puts the reasons that a query finds together by post, in the order of each one's first.
func (t *tx) reports(me int64, q string, args ...any) ([]Report, error) {
	var order []int64
	of := map[int64]*Report{}
	_, err := collect(t, func(r *row) (none struct{}, err error) {
		var post, at int64
		var why Reason
		if err := r.Scan(&post, &why.Why, &at, &why.By); err != nil {
			return none, err
		}
		why.At = fromMS(at)
		if of[post] == nil {
			of[post] = &Report{At: why.At}
			order = append(order, post)
		}
		of[post].Why = append(of[post].Why, why)
		return none, nil
	}, q, args...)
	if err != nil {
		return nil, err
	}
	posts, err := t.postsByID(me, order)
	if err != nil {
		return nil, err
	}
	var list []Report
	for _, p := range posts {
		r := of[p.ID]
		r.Post = p
		if err := t.asReported(me, r); err != nil {
			return nil, err
		}
		list = append(list, *r)
	}
	return list, nil
}

// asReported gives a report the text that the post had then, and says where it stands as far as me may know.
func (t *tx) asReported(me int64, r *Report) error {
	if err := t.get(`SELECT coalesce((SELECT body FROM version v WHERE v.post_id = p.id AND p.edited_at > ?2 AND v.at <= ?2 ORDER BY v.id DESC LIMIT +1), p.body)
		FROM post p WHERE p.id = ?1`, []any{r.Post.ID, r.At.UnixMilli()}, &r.Post.Body); err != nil {
		return err
	}
	r.Where = "#" + r.Post.ChannelName
	if r.Post.Direct {
		r.Where = "a conversation"
	}
	_, err := t.channel(me, r.Post.Channel)
	if !nothing(err) {
		return err
	}
	if !r.Post.Direct {
		r.Where = aPrivateChannel
	}
	p := r.Post
	r.Post = Post{ID: p.ID, Author: p.Author, Handle: p.Handle, Name: p.Name, Department: p.Department, Bot: p.Bot, Body: p.Body, At: p.At, Deleted: p.Deleted, Hidden: p.Hidden}
	return nil
}

// KeepPost closes the reports of a post, which stands as it is. Admins may, but for a post of their own where
// another admin is there to decide.
func (s *Store) KeepPost(ctx context.Context, me, post int64, why string) error {
	return s.closeReports(ctx, me, post, outcomeStands, Decision{Became: "The post stands as it is.", Why: why})
}

// HideReported takes a reported post out of sight, with a reason that all who could read it see, and closes its
// reports. It works in a private channel too, for that one post.
func (s *Store) HideReported(ctx context.Context, me, post int64, why string) error {
	return s.closeReports(ctx, me, post, outcomeHidden, Decision{Became: "The post is hidden; the reason stands in its place.", Why: why})
}

func (s *Store) closeReports(ctx context.Context, me, post int64, outcome int, d Decision) error {
	why, err := reason(d.Why)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		r, err := t.reported(me, post)
		if err != nil {
			return err
		}
		if r.Post.Author == me {
			other, err := t.has(`SELECT 1 FROM person WHERE admin = 1 AND state = ? AND id <> ?`, Active, me)
			if err != nil {
				return err
			}
			if other {
				return refuse(ErrForbidden, "That post is your own; another admin decides.")
			}
		}
		c, err := t.channelOf(post)
		if err != nil {
			return err
		}
		if outcome == outcomeHidden {
			if r.Post.Deleted {
				return refuse(ErrInvalid, "Its author has deleted that post meanwhile; there is nothing to hide.")
			}
			p, err := t.postsByID(me, []int64{post})
			if err != nil {
				return err
			}
			if err := t.hide(c, p[0], me, why); err != nil {
				return err
			}
		}
		reporters, err := collect(t, scanID, `UPDATE report SET closed_at = ?, outcome = ? WHERE post_id = ? AND closed_at = 0 RETURNING person_id`, t.ms(), outcome, post)
		if err != nil {
			return err
		}
		kind := LetStand
		if outcome == outcomeHidden {
			kind = WasHidden
		}
		for _, p := range reporters {
			if p == me {
				continue
			}
			if err := t.notify(p, kind, post, me); err != nil {
				return err
			}
		}
		d.Act, d.About, d.channel = "decided on a report in", "#"+c.Name, c.ID
		if c.Direct {
			d.About = "a conversation"
		}
		if err := t.decide(me, d); err != nil {
			return err
		}
		return t.emitReported()
	})
}

// channelOf is the channel of a post, whoever may see it.
func (t *tx) channelOf(post int64) (c channelRow, err error) {
	err = t.get(`SELECT c.id, c.name, c.private, c.direct <> '' FROM post p JOIN channel c ON c.id = p.channel_id WHERE p.id = ?`, []any{post}, &c.ID, &c.Name, &c.Private, &c.Direct)
	return c, err
}

// reportsOpenQuery counts the posts that have reports that wait, up to a hundred.
const reportsOpenQuery = `SELECT count(*) FROM (SELECT DISTINCT post_id FROM report WHERE closed_at = 0 LIMIT +?)`
