package store

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Decision is one line of the public log of what was decided: who, what, when and why. It holds no text of posts.
type Decision struct {
	ID     int64 // order and page cursor
	At     time.Time
	By     int64  // the admin or steward; Operator for the operator's own command line
	Name   string // display name of By, "the operator"
	Act    string // what was done, as a verb in the past: "suspended"
	About  string // to whom or what: "@nils", "#platform", "the trial"
	Why    string // the reason given
	Was    string // what changed, before and after; "" where that says nothing
	Became string
	Post   int64 // the announcement that About names; 0 where it names none, or one that the reader may not see

	channel int64 // the channel it is about, 0 for none
}

// anAnnouncement is About of what was done with an announcement: its number and the channel.
const anAnnouncement = "announcement %d in #%s"

// aPrivateChannel stands for one in the log that others read.
const aPrivateChannel = "a private channel"

// decide writes a line of the log in the transaction of the act itself, so that neither is without the other.
func (t *tx) decide(me int64, d Decision) error {
	why, err := reason(d.Why)
	if err != nil {
		return err
	}
	t.emit(Event{Kind: Decided, By: me})
	return t.run(`INSERT INTO decision (at, by_id, act, about, channel_id, why, was, became) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ms(), me, d.Act, CleanLine(d.About), d.channel, why, CleanLine(d.Was), CleanLine(d.Became))
}

// Decisions returns up to n (at most 200) lines of the log before the line before (0 for the newest), newest
// first. Everyone may read it; of what is about a private channel, those who are not in it learn that it was.
func (s *Store) Decisions(ctx context.Context, me, before int64, n int) (list []Decision, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if before <= 0 {
			before = math.MaxInt64
		}
		list, err = collect(t, scanDecision, decisionsQuery, me, before, page(n, MaxPage))
		return err
	})
	return list, err
}

const (
	// decisionColumns are what ?1 may see of a line of the log.
	decisionColumns = `SELECT d.id, d.at, d.by_id, coalesce(nullif(p.name, ''), p.handle, 'the operator'), d.act, d.about, d.why, d.was, d.became,
	d.channel_id, coalesce(c.private, 0) AND m.person_id IS NULL
	FROM decision d LEFT JOIN person p ON p.id = d.by_id
	LEFT JOIN channel c ON c.id = d.channel_id LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = d.channel_id
	`
	decisionsQuery = decisionColumns + `WHERE d.id < ?2 ORDER BY d.id DESC LIMIT +?3`
)

func scanDecision(r *row) (d Decision, err error) {
	var at int64
	var secret bool
	err = r.Scan(&d.ID, &at, &d.By, &d.Name, &d.Act, &d.About, &d.Why, &d.Was, &d.Became, &d.channel, &secret)
	d.At = fromMS(at)
	if secret {
		d.About, d.Why, d.Was, d.Became = aPrivateChannel, "", "", ""
	}
	fmt.Sscanf(d.About, anAnnouncement, &d.Post, new(string))
	return d, err
}
