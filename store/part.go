package store

import (
	"cmp"
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

// FigureSheet is all that can be told of a time at once: of everyone, week by week, and department by department.
type FigureSheet struct {
	Window             Window
	Whole              []Figure
	Weeks, Departments []FigurePart
}

// FigureSheet computes the figures of a window with those of its weeks and, unless q asks for a department or a
// channel, of its departments, all from one reading. Rights and errors are those of Figures.
func (s *Store) FigureSheet(ctx context.Context, me int64, q FigureQuery) (sheet FigureSheet, err error) {
	err = s.tell(ctx, me, q, func(is *teller) error {
		is.ahead(is.cuttings(q))
		sheet = FigureSheet{Window: is.asked, Whole: is.figures(q.Department, is.first, is.last), Weeks: is.byWeek(q.Department)}
		if sheet.Whole == nil {
			return noDepartment(q.Department)
		}
		if q.Department == "" && q.Channel == 0 {
			sheet.Departments = is.byDepartment()
		}
		return nil
	})
	return sheet, err
}

// cuttings are all that a sheet is taken from, the largest first.
func (is *teller) cuttings(q FigureQuery) []cutting {
	by := is.parting(q.Department)
	all := is.around(by)
	if by == undivided && q.Channel == 0 {
		all = append(all, is.around(departments)...)
	}
	for n := is.first; n < is.last; n++ {
		all = append(all, cutting{by, n, n + 1})
	}
	slices.SortFunc(all, func(a, b cutting) int {
		return cmp.Or(cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.by, b.by), cmp.Compare(a.from, b.from))
	})
	return slices.Compact(all)
}

// byWeek are the figures of each week, from Monday to Sunday, oldest first; the present one ends now, and those to come
// are left out.
func (is *teller) byWeek(department string) (parts []FigurePart) {
	for n := is.first; n < is.last; n++ {
		parts = append(parts, FigurePart{Window: is.weeks[n], Figures: is.figures(department, n, n+1)})
	}
	return parts
}

// byDepartment are the figures of each department, in the order of their names. Those of fewer than five people are
// suppressed.
func (is *teller) byDepartment() (parts []FigurePart) {
	all := is.parts(departments, is.first, is.last)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, FigurePart{Name: name, Window: is.asked, Figures: all[name]})
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
