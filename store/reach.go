package store

import (
	"database/sql"
	"slices"
	"time"
)

// lateTime is how long after the due time a second look is taken at who has answered.
const lateTime = 7 * 24 * time.Hour

// asks is how many people of one department announcements asked who answered after the same time, and what else
// is so of them. Each person counts for every announcement that asked them.
type asks struct {
	at              int64 // when it was announced
	department      string
	hours           float64 // from the present version to the answer, to a tenth; less than 0 for no answer
	published       int     // asked at publication
	publishedRead   int     // and had every line of the present version on the screen
	inside          int     // asked now
	read            int
	due, inTime     int // of those with a due time that has come; answered by it
	longDue, late   int // of those a week later
	reminded, early int // of those after a reminder; answered before it
	after           int
	understood      int
	questions       int
	people          []*counted
}

// readAsks reads what became of the announcements of the window in open channels.
func (l *ledger) readAsks(t *tx) error {
	var err error
	from, to := l.From.UnixMilli(), l.To.UnixMilli()
	l.asks, err = collect(t, func(r *sql.Rows) (a asks, err error) {
		var tenth int64
		err = r.Scan(&a.at, &a.department, &tenth, &a.published, &a.publishedRead, &a.inside, &a.read, &a.due, &a.inTime, &a.longDue, &a.late, &a.reminded, &a.early, &a.after, &a.understood, &a.questions)
		a.hours = float64(tenth) / 10
		return a, err
	}, asksQuery, from, to, l.now, lateTime.Milliseconds())
	if err != nil || len(l.asks) == 0 {
		return err
	}
	type asked struct {
		at         int64
		department string
	}
	first := map[asked]int{} // the people of a department stand with its first row
	for i, a := range l.asks {
		if _, ok := first[asked{a.at, a.department}]; !ok {
			first[asked{a.at, a.department}] = i
		}
	}
	_, err = collect(t, func(r *sql.Rows) (_ struct{}, err error) {
		var id int64
		var in asked
		if err = r.Scan(&id, &in.at, &in.department); err == nil && l.known[id] != nil {
			a := &l.asks[first[in]]
			a.people = append(a.people, l.known[id])
		}
		return
	}, askedPeopleQuery, from, to)
	return err
}

const (
	// openAnnouncements are those that count, from ?1 to ?2.
	openAnnouncements = ` FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id CROSS JOIN audience u ON u.post_id = a.post_id`
	areOpen           = ` WHERE a.published_at >= ?1 AND a.published_at < ?2 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.private = 0`

	// A count, as a sum of nothing but NULL (nobody has read or answered) would be NULL.
	asksQuery = `SELECT a.published_at, u.department, iif(u.inside = 1 AND w.at IS NOT NULL, (max(0, w.at - a.version_at) + 180000) / 360000, -10),
		count(*) FILTER (WHERE u.published = 1), count(*) FILTER (WHERE u.published = 1 AND s.read_at > 0), count(*) FILTER (WHERE u.inside = 1), count(*) FILTER (WHERE u.inside = 1 AND s.read_at > 0),
		count(*) FILTER (WHERE u.inside = 1 AND a.due_at > 0 AND a.due_at <= ?3), count(*) FILTER (WHERE u.inside = 1 AND a.due_at > 0 AND a.due_at <= ?3 AND w.at <= a.due_at),
		count(*) FILTER (WHERE u.inside = 1 AND a.due_at > 0 AND a.due_at + ?4 <= ?3), count(*) FILTER (WHERE u.inside = 1 AND a.due_at > 0 AND a.due_at + ?4 <= ?3 AND w.at <= a.due_at + ?4),
		count(*) FILTER (WHERE u.inside = 1 AND a.reminded_at > 0), count(*) FILTER (WHERE u.inside = 1 AND w.at < (SELECT min(m.at) FROM reminder m WHERE m.post_id = a.post_id)), count(*) FILTER (WHERE u.inside = 1 AND a.reminded_at > 0 AND w.at > 0),
		count(*) FILTER (WHERE u.inside = 1 AND u.answer IN (1, 3)), count(*) FILTER (WHERE u.inside = 1 AND u.answer IN (2, 3))` + openAnnouncements + `
		LEFT JOIN answer w ON w.post_id = a.post_id AND w.version = a.version AND w.person_id = u.person_id
		LEFT JOIN sight s ON s.post_id = a.post_id AND s.version = a.version AND s.person_id = u.person_id` + areOpen + ` GROUP BY 1, 2, 3`

	askedPeopleQuery = `SELECT u.person_id, a.published_at, u.department` + openAnnouncements + areOpen
)

// reach are the figures of what was announced: R1 to R4. They speak of the present version of each announcement.
func (g *group) reach() []Figure {
	var sum asks
	var hours []float64
	about := g.crowd(nil, nil)
	for _, a := range g.asks {
		for _, p := range a.people {
			about.add(p)
		}
		if a.hours >= 0 {
			for range a.inside {
				hours = append(hours, a.hours)
			}
		}
		sum.published, sum.publishedRead = sum.published+a.published, sum.publishedRead+a.publishedRead
		sum.inside, sum.read = sum.inside+a.inside, sum.read+a.read
		sum.due, sum.inTime = sum.due+a.due, sum.inTime+a.inTime
		sum.longDue, sum.late = sum.longDue+a.longDue, sum.late+a.late
		sum.reminded, sum.early, sum.after = sum.reminded+a.reminded, sum.early+a.early, sum.after+a.after
		sum.understood, sum.questions = sum.understood+a.understood, sum.questions+a.questions
	}
	slices.Sort(hours)
	questions := share("R4.questions", sum.questions, sum.read, about)
	return []Figure{
		share("R1", sum.publishedRead, sum.published, about),
		share("R1.now", sum.read, sum.inside, about),
		share("R2", sum.inTime, sum.due, about),
		share("R2.late", sum.late, sum.longDue, about),
		share("R2.before", sum.early, sum.reminded, about),
		share("R2.after", sum.after, sum.reminded, about),
		value("R3.median", median(hours), len(hours), about),
		value("R3.p90", rank(hours, 0.9), len(hours), about),
		share("R4", sum.understood, sum.inside, about),
		questions,
	}
}
