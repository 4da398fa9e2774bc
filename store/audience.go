package store

import (
	"context"
	"math"
	"time"
)

// Addressee is a person whom an announcement asks.
type Addressee struct {
	Handle     string
	Name       string // display name
	Department string // on the day they were asked
	Answer     Answer
	At         time.Time // of the first answer; zero: none
	ReadAt     time.Time // when all of it had been on their screen; zero: not yet
	Question   int64     // the reply that asks, 0 for none
	Gone       bool      // no longer on the roster
}

// Those are the addressees that are asked for.
type Those int

const (
	AllAsked        Those = iota
	ThoseUnderstood       // also those whose question is resolved
	ThoseAsking
	ThosePending
)

// bits has a bit for each Answer.
func (w Those) bits() int {
	return [...]int{1<<Pending | 1<<Understood | 1<<HasQuestion | 1<<Resolved, 1<<Understood | 1<<Resolved, 1 << HasQuestion, 1 << Pending}[w]
}

// Audience returns up to n (at most 200) of those whom an announcement asks, by department and handle, after the
// addressee after (nil: from the first); of one department only where that is not "". Stewards of its channel and
// admins may ask for all of them. A manager gets those of their own team who have not answered, whatever is asked
// for; others ErrForbidden.
func (s *Store) Audience(ctx context.Context, me, id int64, those Those, department string, after *Addressee, n int) (list []Addressee, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, all, err := t.maySee(me, id)
		if err != nil {
			return err
		}
		from, last := Addressee{Department: department}, lastRune
		if after != nil {
			from = *after
		}
		if department != "" {
			last = department
		}
		q := audienceQuery
		if !all {
			q, those = teamQuery, ThosePending
		}
		list, err = collect(t, scanAddressee, q, me, p.Announcement.Version, from.Department, from.Handle, last, those.bits(), page(n, MaxPage), id)
		return err
	})
	return list, err
}

const (
	addresseeColumns = `SELECT u.handle, coalesce(nullif(p.name, ''), p.handle), u.department, u.answer, coalesce(w.at, 0), coalesce(s.read_at, 0), coalesce(w.reply_id, 0), p.state NOT IN (1, 2)`

	addresseeJoins = ` LEFT JOIN answer w ON w.post_id = u.post_id AND w.version = ?2 AND w.person_id = u.person_id
	LEFT JOIN sight s ON s.post_id = u.post_id AND s.version = ?2 AND s.person_id = u.person_id
	WHERE u.inside = 1 AND (u.department, u.handle) > (?3, ?4) AND u.department <= ?5 AND ?6 >> u.answer & 1`

	audienceQuery = addresseeColumns + ` FROM audience u INDEXED BY audience_list JOIN person p ON p.id = u.person_id` + addresseeJoins + `
	AND u.post_id = ?8 ORDER BY u.department, u.handle LIMIT +?7`

	// teamQuery sorts the few people of one manager.
	teamQuery = addresseeColumns + ` FROM person p INDEXED BY person_manager CROSS JOIN audience u ON u.post_id = ?8 AND u.person_id = p.id` + addresseeJoins + `
	AND ` + inTeam + ` ORDER BY u.department, u.handle LIMIT +?7`
)

func scanAddressee(r *row) (a Addressee, err error) {
	var at, read int64
	err = r.Scan(&a.Handle, &a.Name, &a.Department, &a.Answer, &at, &read, &a.Question, &a.Gone)
	a.At, a.ReadAt = fromMS(at), fromMS(read)
	if a.Answer == Pending {
		a.At, a.Question = time.Time{}, 0
	}
	return a, err
}

// maySee is a live announcement of whose audience me may see all, or (all false) their own team's.
func (t *tx) maySee(me, id int64) (p Post, all bool, err error) {
	p, c, err := t.announced(me, id)
	if err != nil {
		return p, false, err
	}
	who, err := t.viewer(me)
	if err != nil || c.Steward || who.Admin {
		return p, true, err
	}
	manages, err := t.has(`SELECT 1 FROM person p WHERE `+inTeam, me)
	if err == nil && !manages {
		err = refuse(ErrForbidden, "Only the stewards of #%s and the admins see who has answered; managers see who of their team has not.", c.Name)
	}
	return p, false, err
}

// DepartmentAnswers counts the people of one department whom an announcement asks, by Answer.
type DepartmentAnswers struct {
	Department string
	Counts     [4]int
}

// AudienceByDepartment counts those whom an announcement asks, by department. Stewards of its channel and admins may ask.
func (s *Store) AudienceByDepartment(ctx context.Context, me, id int64) (list []DepartmentAnswers, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, all, err := t.maySee(me, id)
		if err != nil {
			return err
		}
		if !all {
			return refuse(ErrForbidden, "Only the stewards of #%s and the admins see who has answered.", p.ChannelName)
		}
		list, err = collect(t, func(r *row) (d DepartmentAnswers, err error) {
			c := &d.Counts
			err = r.Scan(&d.Department, &c[0], &c[1], &c[2], &c[3])
			return d, err
		}, departmentAnswersQuery, id)
		return err
	})
	return list, err
}

const departmentAnswersQuery = `SELECT department, sum(answer = 0), sum(answer = 1), sum(answer = 2), sum(answer = 3)
	FROM audience INDEXED BY audience_list WHERE post_id = ? AND inside = 1 GROUP BY department ORDER BY department`

// readdress brings the audiences that follow the roster up to date with where a person stands now. It is called
// wherever that changes (stand), and wherever they join or leave a channel.
func (t *tx) readdress(person int64) error {
	type asked struct {
		post                       int64
		adds, known, inside, stays bool
		answer                     Answer
	}
	rows, err := collect(t, func(r *row) (w asked, err error) {
		err = r.Scan(&w.post, &w.adds, &w.known, &w.inside, &w.answer, &w.stays)
		return w, err
	}, readdressQuery, person, t.ms(), t.at.Add(-announcedFor).UnixMilli())
	if err != nil {
		return err
	}
	for _, w := range rows {
		by := 1
		switch {
		case w.inside == w.stays, !w.known && !w.adds:
			continue
		case !w.known:
			err = t.run(`INSERT INTO audience (post_id, person_id, handle, department, published, waits)
				SELECT a.post_id, p.id, p.handle, p.department, 0, a.must_read FROM announcement a JOIN person p ON p.id = ?2 WHERE a.post_id = ?1`, w.post, person)
		default:
			err = t.run(`UPDATE audience SET inside = ?3, waits = ?3 * (answer = 0) * (SELECT must_read FROM announcement WHERE post_id = ?1) WHERE post_id = ?1 AND person_id = ?2`, w.post, person, w.stays)
		}
		if w.inside {
			by = -1
		}
		if err != nil {
			return err
		}
		if err := t.tally(w.post, w.answer, by); err != nil {
			return err
		}
	}
	return nil
}

// readdressChannel is readdress for all whom a change of a channel's members or of who sees it may concern.
func (t *tx) readdressChannel(id int64) error {
	people, err := collect(t, scanID, `WITH concerned AS MATERIALIZED (SELECT a.post_id FROM announcement a INDEXED BY announcement_until JOIN post p ON p.id = a.post_id WHERE a.until > ?2 AND a.members = 1 AND p.channel_id = ?1)
		SELECT person_id FROM member WHERE channel_id = ?1 AND EXISTS (SELECT 1 FROM concerned)
		UNION SELECT u.person_id FROM concerned c JOIN audience u ON u.post_id = c.post_id`, id, t.ms())
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := t.readdress(p); err != nil {
			return err
		}
	}
	return nil
}

// enclose makes the announcements of a channel that has become private ask its members only, for good.
func (t *tx) enclose(channel int64) error {
	if err := t.run(`UPDATE announcement SET members = 1, until = ? WHERE post_id IN (SELECT id FROM post WHERE channel_id = ? AND root_id = 0 AND announced = 1)`, int64(math.MaxInt64), channel); err != nil {
		return err
	}
	return t.readdressChannel(channel)
}

const readdressQuery = `SELECT a.post_id, a.follows = 1 AND a.published_at > ?3 AND w.deleted_at = 0, u.person_id IS NOT NULL, coalesce(u.inside, 0), coalesce(u.answer, 0),
	CASE a.follows WHEN 1 THEN ` + belongs + ` ELSE EXISTS (SELECT 1 FROM member m WHERE m.person_id = p.id AND m.channel_id = w.channel_id) END
	FROM announcement a INDEXED BY announcement_until CROSS JOIN post w ON w.id = a.post_id JOIN person p ON p.id = ?1
	LEFT JOIN audience u ON u.post_id = a.post_id AND u.person_id = p.id WHERE a.until > ?2`
