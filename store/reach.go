package store

import (
	"math/bits"
	"slices"
	"time"
)

// lateTime is how long after the due time a second look is taken at who has answered.
const lateTime = 7 * 24 * time.Hour

// asks is one person whom an announcement asked, and what is so of them.
type asks struct {
	at         int64 // when it was announced
	wait       int64 // from the present version to the answer, to a tenth of an hour; -1 for none
	person     int32
	department int32 // of the day they were asked
	is         asked
}

// rawAsks is what is read of it.
type rawAsks struct {
	person                  int64
	department              string
	published, inside, read bool
	answer                  int64
	at                      int64 // of the answer to the present version; 0 for none
}

// asked is what may be so of somebody who was asked, a bit for each.
type asked uint16

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

// announcement is what is read of an announcement itself, with when people were first reminded of it; 0 for never.
type announcement struct{ id, at, version, versionAt, due, reminded, firstReminder int64 }

// readAsks reads what became of the announcements of the window in open channels.
func (l *ledger) readAsks(t *tx) error {
	all, err := t.openAnnouncements(l.From.UnixMilli(), l.To.UnixMilli())
	if err != nil {
		return err
	}
	for _, a := range all {
		rows, err := t.asks(a)
		if err != nil {
			return err
		}
		l.asks = slices.Grow(l.asks, len(rows))
		for _, r := range rows {
			if p := l.known[r.person]; p != nil {
				ask := asks{at: a.at, wait: -1, person: p.place, department: l.department(r.department), is: r.so(a, l.now)}
				if r.inside && r.at > 0 {
					ask.wait = (max(0, r.at-a.versionAt) + tenthMS/2) / tenthMS * tenthMS
				}
				l.asks = append(l.asks, ask)
			}
		}
	}
	return nil
}

// openAnnouncements are the announcements of [from, to) in open channels, oldest first.
func (t *tx) openAnnouncements(from, to int64) ([]announcement, error) {
	return collect(t, func(r *row) (a announcement, err error) {
		err = r.Scan(&a.id, &a.at, &a.version, &a.versionAt, &a.due, &a.reminded, &a.firstReminder)
		return a, err
	}, announcedQuery, from, to)
}

// tenthMS is a tenth of an hour, in milliseconds.
const tenthMS = 360_000

// asks are those whom an announcement asked.
func (t *tx) asks(a announcement) ([]rawAsks, error) {
	rows, known := t.memo.announcement(a.id)
	if known {
		return rows, nil
	}
	rows, err := t.readAsks(a)
	if err == nil {
		t.memo.keepAnnouncement(t.memoAge, a.id, rows)
	}
	return rows, err
}

// readAsks reads them. The three queries are in the order of the people, and what is read and
// answered is put beside who was asked here: looking for each took SQLite four times as long.
func (t *tx) readAsks(a announcement) ([]rawAsks, error) {
	departments := map[string]string{} // each once
	rows, err := collect(t, func(r *row) (a rawAsks, err error) {
		var bits int64
		var department string
		if err = r.Scan(&a.person, &bits, &department); err != nil {
			return a, err
		}
		name, known := departments[department]
		if !known {
			name = department
			departments[name] = name
		}
		a.department, a.published, a.inside, a.answer = name, bits&1 != 0, bits&2 != 0, bits>>2
		return a, nil
	}, audienceAskedQuery, a.id)
	if err != nil {
		return nil, err
	}
	i := 0
	find := func(person int64) *rawAsks {
		for i < len(rows) && rows[i].person < person {
			i++
		}
		if i == len(rows) || rows[i].person != person {
			return &rawAsks{} // who is not asked any more
		}
		return &rows[i]
	}
	if _, err = collect(t, func(r *row) (_ struct{}, err error) {
		var person int64
		err = r.Scan(&person)
		find(person).read = true
		return
	}, audienceReadQuery, a.id, a.version); err != nil {
		return nil, err
	}
	i = 0
	_, err = collect(t, func(r *row) (_ struct{}, err error) {
		var person, at int64
		err = r.Scan(&person, &at)
		find(person).at = at
		return
	}, audienceAnsweredQuery, a.id, a.version)
	return rows, err
}

const (
	announcedQuery = `SELECT a.post_id, a.published_at, a.version, a.version_at, a.due_at, a.reminded_at, coalesce((SELECT min(m.at) FROM reminder m WHERE m.post_id = a.post_id), 0)
		FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id
		WHERE a.published_at >= ?1 AND a.published_at < ?2 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.private = 0 ORDER BY a.published_at`
	audienceAskedQuery    = `SELECT person_id, published | (inside << 1) | (answer << 2), department FROM audience WHERE post_id = ? ORDER BY person_id`
	audienceReadQuery     = `SELECT person_id FROM sight WHERE post_id = ? AND version = ? AND read_at > 0 ORDER BY person_id`
	audienceAnsweredQuery = `SELECT person_id, at FROM answer WHERE post_id = ? AND version = ? ORDER BY person_id`
)

// so is what is so of somebody whom an announcement asked, at a moment.
func (r rawAsks) so(a announcement, now int64) (is asked) {
	set := func(bit asked, so bool) {
		if so {
			is |= bit
		}
	}
	set(askedPublished, r.published)
	set(askedPublishedRead, r.published && r.read)
	if !r.inside {
		return is
	}
	set(askedInside, true)
	set(askedRead, r.read)
	late := a.due + lateTime.Milliseconds()
	due, longDue := a.due > 0 && a.due <= now, a.due > 0 && late <= now
	set(askedDue, due)
	set(askedInTime, due && r.at > 0 && r.at <= a.due)
	set(askedLongDue, longDue)
	set(askedLate, longDue && r.at > 0 && r.at <= late)
	set(askedReminded, a.reminded > 0)
	set(askedEarly, r.at > 0 && r.at < a.firstReminder)
	set(askedAfter, a.reminded > 0 && r.at > 0)
	set(askedUnderstood, r.answer&1 != 0)
	set(askedQuestion, r.answer&2 != 0)
	return is
}

// reach are the figures of what was announced: R1 to R4. They speak of the present version of each announcement, and
// each person counts for every announcement that asked them.
func (g *group) reach() []Figure {
	var waits []int64
	var so [16]int // by bit
	var about [16]*crowd
	for i := range about {
		about[i] = g.crowd(nil, nil)
	}
	answered, moved := g.crowd(nil, nil), g.crowd(nil, nil)
	for _, a := range g.asks {
		if a.wait >= 0 {
			waits = append(waits, a.wait)
			answered.add(a.person)
		}
		for is := uint(a.is); is != 0; is &= is - 1 {
			bit := bits.TrailingZeros(is)
			so[bit]++
			about[bit].add(a.person)
		}
		if a.is&askedPublished != 0 != (a.is&askedInside != 0) {
			moved.add(a.person)
		}
	}
	slices.Sort(waits)
	part := func(id string, n, of asked) Figure {
		n, of = asked(bits.TrailingZeros(uint(n))), asked(bits.TrailingZeros(uint(of)))
		return share(id, so[n], so[of], about[of])
	}
	now, questions := part("R1.now", askedRead, askedInside), part("R4.questions", askedQuestion, askedRead)
	now.rest, questions.rest = moved, moved // who is left when R1 is subtracted from how many have read
	return []Figure{
		part("R1", askedPublishedRead, askedPublished),
		now,
		part("R2", askedInTime, askedDue),
		part("R2.late", askedLate, askedLongDue),
		part("R2.before", askedEarly, askedReminded),
		part("R2.after", askedAfter, askedReminded),
		value("R3.median", median(waits), len(waits), answered),
		value("R3.p90", rank(waits, 0.9), len(waits), answered),
		part("R4", askedUnderstood, askedInside),
		questions,
	}
}
