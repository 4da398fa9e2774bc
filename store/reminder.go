package store

import (
	"context"
	"encoding/json"
	"time"
)

const (
	// RemindEvery is how long after a reminder the next may go: a day, as more often is noise.
	RemindEvery = 24 * time.Hour
	// RemindWhy is the reason that stands in the log of decisions where no other is given.
	RemindWhy = "Some have not answered yet."

	remindedAPiece = 500 // people told before others may write: some 10 ms
)

// Remind puts a reminder into the inbox of everyone who has not answered an announcement, and returns how many they
// are. Stewards of its channel and admins may, once a day (ErrLimited); ErrInvalid where all have answered. why is
// for the log of decisions; RemindWhy where it is empty. It is written in pieces, so that others go on; one that
// breaks off is completed by reminding again, which tells nobody twice.
func (s *Store) Remind(ctx context.Context, me, id int64, why string) (told int, err error) {
	if blank(CleanLine(why)) {
		why = RemindWhy
	}
	r := reminding{me: me, id: id, why: why}
	for !r.done {
		began := time.Now()
		if err := s.write(ctx, r.piece); err != nil {
			return r.told, err
		}
		if !r.done {
			ctx = context.WithoutCancel(ctx) // who is told first does not hang on who asked for it staying
			rest(ctx, time.Since(began)/restAfter)
		}
	}
	return r.told, nil
}

// reminding is a reminder under way.
type reminding struct {
	me, id int64
	why    string
	at     int64 // when it began: it is known by that; 0 before its first piece
	after  int64 // the person who was looked at last
	told   int
	done   bool
}

// piece tells the next of those who have not answered. A piece that fails may be tried again.
func (r *reminding) piece(t *tx) error {
	p, c, err := t.announced(r.me, r.id)
	if err != nil {
		return err
	}
	at, fresh := r.at, false
	if at == 0 {
		if at, fresh, err = t.mayRemind(r.me, p, c); err != nil {
			return err
		}
	}
	people, err := collect(t, scanID, remindQuery, r.id, r.after, remindedAPiece)
	if err != nil {
		return err
	}
	if fresh {
		if len(people) == 0 {
			return refuse(ErrInvalid, "Everyone has answered; there is nobody to remind.")
		}
		if err := t.beginReminder(r, c, at); err != nil {
			return err
		}
	}
	told, err := t.remind(r, people, at)
	if err != nil {
		return err
	}
	done := len(people) < remindedAPiece
	if done { // the line is what says that nobody was left out
		if err := t.run(`INSERT INTO reminder VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, r.id, at, r.me, r.told+told); err != nil {
			return err
		}
	} else {
		r.after = people[len(people)-1]
	}
	r.at, r.told, r.done = at, r.told+told, done
	return nil
}

// remindQuery walks those whom an announcement asks and who have not answered.
const remindQuery = `SELECT u.person_id FROM audience u JOIN person p ON p.id = u.person_id
	WHERE u.post_id = ?1 AND u.person_id > ?2 AND u.inside = 1 AND u.answer = 0 AND p.state IN (1, 2) ORDER BY u.person_id LIMIT +?3`

// mayRemind is when a reminder of me begins: now (fresh), or when the last one did, if that broke off.
func (t *tx) mayRemind(me int64, p Post, c channelRow) (at int64, fresh bool, err error) {
	who, err := t.viewer(me)
	if err != nil {
		return 0, false, err
	}
	last := p.Announcement.RemindedAt
	next := last.Add(RemindEvery)
	switch {
	case !c.Steward && !who.Admin:
		return 0, false, refuse(ErrForbidden, "Only the stewards of #%s and the admins can remind people. Ask one of them.", c.Name)
	case c.Archived:
		return 0, false, refuse(ErrForbidden, "#%s is archived, so nobody waits for an answer any more.", c.Name)
	case !t.at.Before(next):
		return t.ms(), true, nil
	}
	whole, err := t.has(`SELECT 1 FROM reminder WHERE post_id = ? AND at = ?`, p.ID, last.UnixMilli())
	if err != nil || !whole {
		return last.UnixMilli(), false, err
	}
	zone, err := t.zone()
	if err != nil {
		return 0, false, err
	}
	return 0, false, refuse(ErrLimited, "A reminder went out within the last day; the next may go %s.", next.In(zone).Format("Mon 2 Jan 15:04"))
}

// beginReminder notes that a reminder has begun, and who did it why.
func (t *tx) beginReminder(r *reminding, c channelRow, at int64) error {
	if err := t.run(`UPDATE announcement SET reminded_at = ? WHERE post_id = ?`, at, r.id); err != nil {
		return err
	}
	if err := t.emitIn(c, Event{Kind: Changed, Post: r.id, By: r.me}); err != nil {
		return err
	}
	return t.logAnnouncement(c, r.me, r.id, r.why, "reminded those who have not answered")
}

// remind puts the reminder that began at that time into the inbox of those of the people who do not have it yet, all
// at once: one act a person would hold up everyone's posting. It returns how many they are.
func (t *tx) remind(r *reminding, people []int64, at int64) (int, error) {
	if len(people) == 0 { // the piece before was full, and the last
		return 0, nil
	}
	list, err := json.Marshal(people)
	if err != nil {
		return 0, err
	}
	entries, err := collect(t, scanPair[int64], `INSERT INTO inbox (person_id, kind, post_id, by_id, at) SELECT value, ?2, ?3, ?4, ?5 FROM json_each(?1) WHERE true
		ON CONFLICT DO UPDATE SET n = CASE unread WHEN 1 THEN n + 1 ELSE 1 END, by_id = ?4, at = ?5, unread = 1 WHERE inbox.at < ?5 RETURNING id, person_id`, string(list), Reminded, r.id, r.me, at)
	told := make([]int64, len(entries))
	for i, entry := range entries {
		told[i] = entry[1]
		if err == nil && entry[0]%inboxPrune == 0 {
			err = t.pruneInbox(entry[1])
		}
	}
	t.emitTo(Event{Kind: Inbox, Post: r.id, By: r.me}, told...)
	return len(told), err
}
