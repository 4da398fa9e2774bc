package store

import (
	"context"
	"maps"
	"slices"
)

// FigurePart is a part of what figures were asked of, a week or a department, with its figures.
type FigurePart struct {
	Name    string // of the department; "" for a week
	Window  Window
	Figures []Figure
}

// FigureWeeks computes the figures of each week of a window, from Monday to Sunday, oldest first; the first and the
// last are cut where the window begins and ends, and those to come are left out. Rights and errors are those of Figures.
func (s *Store) FigureWeeks(ctx context.Context, me int64, q FigureQuery) (parts []FigurePart, err error) {
	err = s.measure(ctx, me, q, func(l *ledger) error {
		parts = l.weekParts(q.Department)
		return nil
	})
	return parts, err
}

// FigureDepartments computes the figures of each department, in the order of their names. Those of fewer than five
// people are suppressed. Rights and errors are those of Figures; a channel is refused as if a department were asked for.
func (s *Store) FigureDepartments(ctx context.Context, me int64, q FigureQuery) (parts []FigurePart, err error) {
	if q.Channel != 0 {
		return nil, errCrossed
	}
	err = s.measure(ctx, me, q, func(l *ledger) error {
		parts = l.departmentParts()
		return nil
	})
	return parts, err
}

// weekParts are the figures of each week.
func (l *ledger) weekParts(department string) (parts []FigurePart) {
	for _, w := range l.weeks() {
		parts = append(parts, FigurePart{Window: w, Figures: l.cut(w).figures(department)})
	}
	return parts
}

// departmentParts are the figures of each department, in the order of their names.
func (l *ledger) departmentParts() (parts []FigurePart) {
	all := l.byDepartment()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, FigurePart{Name: name, Window: l.Window, Figures: all[name]})
	}
	return parts
}

// weeks are those of the window, cut where it begins and ends.
func (l *ledger) weeks() (all []Window) {
	for monday := dayOf(l.From, l.zone).monday(); monday.start(l.zone).Before(l.To); monday += weekDays {
		w := Window{monday.start(l.zone), (monday + weekDays).start(l.zone)}
		if w.From.Before(l.From) {
			w.From = l.From
		}
		if w.To.After(l.To) {
			w.To = l.To
		}
		all = append(all, w)
	}
	return all
}
