package store

import (
	"context"
	"slices"
	"time"
)

// KeySteps are the milliseconds up to which keys are counted together by how long the screen took to follow; what took
// longer than the last is one more step.
var KeySteps = [...]int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}

// Service is how well the program did for a while. It says nothing of anybody.
type Service struct {
	Seconds int                      // served
	Refused int                      // sign-ins that failed
	Keys    [len(KeySteps) + 1]int64 // keys pressed, by KeySteps
}

// The kinds of a row of the table service; from serviceKeys on, one for each step.
const (
	serviceSeconds = iota
	serviceRefused
	serviceKeys
)

// NoteService adds what was counted since the last time to today.
func (s *Store) NoteService(ctx context.Context, is Service) error {
	return s.writeAlways(ctx, func(t *tx) error {
		zone, err := t.zone()
		if err != nil {
			return err
		}
		today := dayOf(t.at, zone)
		for kind, n := range append([]int64{int64(is.Seconds), int64(is.Refused)}, is.Keys[:]...) {
			if n == 0 {
				continue
			}
			if err := t.run(`INSERT INTO service VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + ?3`, int64(today), kind, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// served is a row of the table.
type served struct {
	day  day
	kind int
	n    int
}

// readService reads how well the program did in the window, and on which day that was first noted.
func (l *ledger) readService(t *tx) (err error) {
	var first *int64
	if err := t.get(`SELECT min(day) FROM service`, nil, &first); err != nil || first == nil {
		return err
	}
	l.serviceFrom = day(*first)
	l.service, err = collect(t, func(r *row) (s served, err error) {
		err = r.Scan(&s.day, &s.kind, &s.n)
		return s, err
	}, `SELECT day, kind, n FROM service WHERE day >= ? AND day < ? ORDER BY day`, int64(dayOf(l.From, l.zone)), int64(dayOf(l.To.Add(-time.Millisecond), l.zone)+1))
	return err
}

// serves is S1. Only days that were over count for the minutes down, and not the first one, which began somewhere in it.
func (l *ledger) serves() []Figure {
	seconds := map[day]int{}
	var keys [len(KeySteps) + 1]int
	pressed, refused := 0, 0
	for _, s := range l.service {
		switch {
		case s.kind == serviceSeconds:
			seconds[s.day] = s.n
		case s.kind == serviceRefused:
			refused += s.n
		case s.kind-serviceKeys < len(keys):
			keys[s.kind-serviceKeys] += s.n
			pressed += s.n
		}
	}
	down, of := 0, 0
	noted := l.serviceFrom != 0
	for d := max(dayOf(l.From, l.zone), l.serviceFrom+1); noted && !(d + 1).start(l.zone).After(l.To); d++ {
		length := int((d + 1).start(l.zone).Sub(d.start(l.zone)).Seconds())
		of += length
		down += max(0, length-seconds[d])
	}
	figure := func(id string, v, n, of int, known bool) Figure {
		return Figure{ID: id, Value: float64(v), Numerator: n, Denominator: of, Known: known}
	}
	quick, step := 0, len(KeySteps)-1
	for i := range KeySteps {
		if quick += keys[i]; 100*quick >= 95*pressed {
			step = i
			break
		}
	}
	return []Figure{
		figure("S1.down", down/60, down/60, of/60, of > 0),
		figure("S1.p95", KeySteps[step], quick, pressed, pressed > 0),
		figure("S1.refused", refused, refused, refused, noted && slices.ContainsFunc(l.service, func(s served) bool { return s.kind == serviceSeconds })),
	}
}
