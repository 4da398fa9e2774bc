package store

import (
	"math"
	"slices"
	"time"
)

// lateTime is how long after the due time a second look is taken at who has answered.
const lateTime = 7 * 24 * time.Hour

// asks is one person whom an announcement asked, and what is so of them.
type asks struct {
	at         int64 // when it was announced
	person     *counted
	department string // of the day they were asked
	hours      float64
	is         asked
}

// rawAsks is what is read of it: tenth is the tenths of hours from the present version to the answer, -10 for none.
type rawAsks struct {
	person     int64
	department string
	tenth      int64
	is         asked
}

// asked is what may be so of somebody who was asked, a bit for each.
type asked int64

const (
	askedPublished     asked = 1 << iota // at publication
	askedPublishedRead                   // and had every line of the present version on the screen
	askedInside                          // now
	askedRead
	askedDue // with a due time that has come
	askedInTime
	askedLongDue // a week after the due time
	askedLate
	askedReminded
	askedEarly // answered before the reminder
	askedAfter
	askedUnderstood
	askedQuestion
)

// readAsks reads what became of the announcements of the window in open channels.
func (l *ledger) readAsks(t *tx) error {
	type announcement struct{ id, at, due int64 }
	all, err := collect(t, func(r *row) (a announcement, err error) {
		err = r.Scan(&a.id, &a.at, &a.due)
		return a, err
	}, announcedQuery, l.From.UnixMilli(), l.To.UnixMilli())
	if err != nil {
		return err
	}
	for _, a := range all {
		rows, known := t.memo.announcement(a.id, l.now)
		if !known {
			if rows, err = collect(t, scanAsks, asksQuery, a.id, l.now, lateTime.Milliseconds()); err != nil {
				return err
			}
			until := int64(math.MaxInt64) // the next time at which it is due, or long due
			for _, at := range []int64{a.due + lateTime.Milliseconds(), a.due} {
				if a.due > 0 && at > l.now {
					until = at
				}
			}
			t.memo.keepAnnouncement(t.memoAge, a.id, memoAsked{until, rows})
		}
		for _, r := range rows {
			if p := l.known[r.person]; p != nil {
				l.asks = append(l.asks, asks{a.at, p, r.department, float64(r.tenth) / 10, r.is})
			}
		}
	}
	return nil
}

func scanAsks(r *row) (a rawAsks, err error) {
	err = r.Scan(&a.person, &a.department, &a.tenth, &a.is)
	return a, err
}

const (
	announcedQuery = `SELECT a.post_id, a.published_at, a.due_at FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id
		WHERE a.published_at >= ?1 AND a.published_at < ?2 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.private = 0 ORDER BY a.published_at`

	// asksQuery adds the bits of asked up, the lowest one first.
	asksQuery = `SELECT u.person_id, u.department, iif(u.inside = 1 AND w.at IS NOT NULL, (max(0, w.at - a.version_at) + 180000) / 360000, -10),
		u.published + 2 * (u.published = 1 AND coalesce(s.read_at, 0) > 0) + 4 * (u.inside = 1) + 8 * (u.inside = 1 AND coalesce(s.read_at, 0) > 0)
		+ 16 * (u.inside = 1 AND a.due_at > 0 AND a.due_at <= ?2) + 32 * (u.inside = 1 AND a.due_at > 0 AND a.due_at <= ?2 AND coalesce(w.at <= a.due_at, 0))
		+ 64 * (u.inside = 1 AND a.due_at > 0 AND a.due_at + ?3 <= ?2) + 128 * (u.inside = 1 AND a.due_at > 0 AND a.due_at + ?3 <= ?2 AND coalesce(w.at <= a.due_at + ?3, 0))
		+ 256 * (u.inside = 1 AND a.reminded_at > 0) + 512 * (u.inside = 1 AND coalesce(w.at < (SELECT min(m.at) FROM reminder m WHERE m.post_id = a.post_id), 0))
		+ 1024 * (u.inside = 1 AND a.reminded_at > 0 AND w.at IS NOT NULL) + 2048 * (u.inside = 1 AND u.answer IN (1, 3)) + 4096 * (u.inside = 1 AND u.answer IN (2, 3))
		FROM announcement a CROSS JOIN audience u ON u.post_id = a.post_id
		LEFT JOIN answer w ON w.post_id = a.post_id AND w.version = a.version AND w.person_id = u.person_id
		LEFT JOIN sight s ON s.post_id = a.post_id AND s.version = a.version AND s.person_id = u.person_id WHERE a.post_id = ?1`
)

// reach are the figures of what was announced: R1 to R4. They speak of the present version of each announcement, and
// each person counts for every announcement that asked them.
func (g *group) reach() []Figure {
	var hours []float64
	about := g.crowd(nil, nil)
	n := map[asked]int{}
	for _, a := range g.asks {
		about.add(a.person)
		if a.hours >= 0 {
			hours = append(hours, a.hours)
		}
	}
	for bit := askedPublished; bit <= askedQuestion; bit <<= 1 {
		for _, a := range g.asks {
			if a.is&bit != 0 {
				n[bit]++
			}
		}
	}
	slices.Sort(hours)
	return []Figure{
		share("R1", n[askedPublishedRead], n[askedPublished], about),
		share("R1.now", n[askedRead], n[askedInside], about),
		share("R2", n[askedInTime], n[askedDue], about),
		share("R2.late", n[askedLate], n[askedLongDue], about),
		share("R2.before", n[askedEarly], n[askedReminded], about),
		share("R2.after", n[askedAfter], n[askedReminded], about),
		value("R3.median", median(hours), len(hours), about),
		value("R3.p90", rank(hours, 0.9), len(hours), about),
		share("R4", n[askedUnderstood], n[askedInside], about),
		share("R4.questions", n[askedQuestion], n[askedRead], about),
	}
}
