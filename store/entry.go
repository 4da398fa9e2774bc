package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"
)

// Entry is a person as the admins see them: with what the roster says.
type Entry struct {
	Person
	Employee, Team string
	Manager        string // a handle; "" for nobody
	Leader         bool
	Start          string    // their first day in the company, 2026-11-22; "" for not known
	InvitedAt      time.Time // zero: has never got a code
	SeenAt         time.Time // zero: was never here
	WaysIn         int       // keys, and one for a password

	called string // the name that they are listed by
}

// Phase is a group of people in the admins' list.
type Phase int

const (
	AllPhases      Phase = iota
	PhaseCame            // has come and may come in
	PhaseInvited         // has a code and has not come
	PhaseNeverCame       // has not come, with or without a code
	PhaseSuspended
	PhaseLeft
)

// Phases is how many groups there are.
const Phases = PhaseLeft + 1

// stored are the values of person.phase that belong to a group.
func (p Phase) stored() []int {
	return [...][]int{{1, 2, 3, 4, 5}, {3}, {2}, {1, 2}, {4}, {5}}[min(max(p, 0), PhaseLeft)]
}

// EntryOrder is how the admins' list is sorted.
type EntryOrder int

const (
	ByName EntryOrder = iota
	ByDepartment
	BySeen // who was here last comes first
)

// EntryFilter is which people the admins want to see.
type EntryFilter struct {
	Find       string // words that a name or handle starts with; "" for all
	Department string // exactly; "" for all
	Phase      Phase
	Order      EntryOrder
}

const entrySelect = `SELECT ` + personColumns + `, p.employee, p.team, p.leader, p.start_date, p.invited_at, p.seen_at, p.called,
	coalesce((SELECT handle FROM person b WHERE b.id = p.manager_id), ''),
	(SELECT count(*) FROM sshkey k WHERE k.person_id = p.id) + (SELECT count(*) FROM password w WHERE w.person_id = p.id)
	FROM person p `

func scanEntry(r *row) (e Entry, err error) {
	var times [3]int64
	var invited, seen int64
	err = r.Scan(append(e.fields(&times), &e.Employee, &e.Team, &e.Leader, &e.Start, &invited, &seen, &e.called, &e.Manager, &e.WaysIn)...)
	e.setTimes(times)
	e.InvitedAt, e.SeenAt = fromMS(invited), fromMS(seen)
	return e, err
}

// Entry returns the person of that handle as the admins see them. ErrForbidden unless me is one, or the Operator.
func (s *Store) Entry(ctx context.Context, me int64, handle string) (e Entry, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		p, err := t.personByHandle(handle)
		if err != nil {
			return err
		}
		found, err := collect(t, scanEntry, entrySelect+`WHERE p.id = ?`, p.ID)
		if err == nil {
			e = found[0]
		}
		return err
	})
	return e, err
}

// Entries returns up to n (at most 200) people after the entry after (nil for the first), those whom f means, in
// its order. ErrForbidden unless me is an admin or the Operator.
func (s *Store) Entries(ctx context.Context, me int64, f EntryFilter, after *Entry, n int) (all []Entry, err error) {
	n = page(n, MaxPage)
	words := nameWords(f.Find)
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		for _, phase := range f.Phase.stored() { // each has its own part of the index, as one after the other would be sorted
			query, args := f.query(phase, words, after, n)
			some, err := collect(t, scanEntry, query, args...)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	slices.SortFunc(all, f.Order.compare)
	return all[:min(n, len(all))], err
}

// query is the one that finds the people of one phase: it walks them in their order, also those of a name, as a set of
// numbers is asked sooner whether somebody is in it than thousands of the same first letter are sorted.
func (f EntryFilter) query(phase int, words []string, after *Entry, n int) (string, []any) {
	q, args := entrySelect, []any{phase}
	switch {
	case f.Department != "" && f.Order != BySeen, f.Order == ByDepartment:
		q += `INDEXED BY person_placed WHERE p.phase = ?`
	case f.Order == BySeen:
		q += `INDEXED BY person_seen WHERE p.phase = ?`
	default:
		q += `INDEXED BY person_called WHERE p.phase = ?`
	}
	if f.Department != "" {
		q += ` AND p.department = ?`
		args = append(args, f.Department)
	}
	for _, w := range words {
		q += ` AND p.id IN (SELECT person_id FROM person_word WHERE word >= ? AND word < ?)`
		args = append(args, w, w+lastRune)
	}
	switch f.Order {
	case BySeen:
		seen, id := int64(math.MaxInt64), int64(math.MaxInt64)
		if after != nil {
			seen, id = ms(after.SeenAt), after.ID
		}
		q += ` AND (p.seen_at, p.id) < (?, ?) ORDER BY p.seen_at DESC, p.id DESC`
		args = append(args, seen, id)
	case ByDepartment:
		if after != nil {
			q += ` AND (p.department, p.called, p.id) > (?, ?, ?)`
			args = append(args, after.Department, after.called, after.ID)
		}
		q += ` ORDER BY p.department, p.called, p.id`
	default:
		if after != nil {
			q += ` AND (p.called, p.id) > (?, ?)`
			args = append(args, after.called, after.ID)
		}
		q += ` ORDER BY p.called, p.id`
	}
	return q + ` LIMIT +?`, append(args, n)
}

// compare puts two entries in order, as the queries do.
func (o EntryOrder) compare(a, b Entry) int {
	switch o {
	case BySeen:
		return cmp.Or(b.SeenAt.Compare(a.SeenAt), cmp.Compare(b.ID, a.ID))
	case ByDepartment:
		return cmp.Or(cmp.Compare(a.Department, b.Department), cmp.Compare(a.called, b.called), cmp.Compare(a.ID, b.ID))
	}
	return cmp.Or(cmp.Compare(a.called, b.called), cmp.Compare(a.ID, b.ID))
}

// RosterCount is how many people are on the roster, bots aside, and where they stand.
type RosterCount struct {
	People    int // invited, or have come
	NeverCame int // of them, have not come
	NoCode    int // of those, have not even got a code
}

// RosterCount counts the roster. Anybody may know how many there are.
func (s *Store) RosterCount(ctx context.Context, me int64) (c RosterCount, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustBeHere(me); err != nil {
			return err
		}
		for _, n := range []struct {
			where string
			into  *int
		}{{`state IN (1, 2) AND bot = 0`, &c.People}, {`state = 1 AND bot = 0`, &c.NeverCame}, {`state = 1 AND bot = 0 AND invited_at = 0`, &c.NoCode}} {
			if err := t.get(rosterCountQuery+n.where, nil, n.into); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// rosterCountQuery walks a part of one index: 50,000 people are counted in a few milliseconds.
const rosterCountQuery = `SELECT count(*) FROM person INDEXED BY person_counted WHERE `
