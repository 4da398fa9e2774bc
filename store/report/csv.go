package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// csv writes every figure as a table for a spreadsheet (RFC 4180): those of everyone, of each week, department and
// announcement, what the objectives say, the mails of each week, and what was moderated.
func (r *Report) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := func(of, name, from, to, id, figure, value, unit, numerator, denominator, people, state string) {
		out.Write([]string{archive.Guarded(of), archive.Guarded(name), from, to, id, archive.Guarded(figure), value, unit, numerator, denominator, people, archive.Guarded(state)})
	}
	row("of", "name", "from", "to", "id", "figure", "value", "unit", "numerator", "denominator", "people", "state")
	figures := func(of, name string, w store.Window, all []store.Figure, leave string) {
		from, to := r.dates(w)
		for _, f := range all {
			if leave != "" && strings.HasPrefix(f.ID, leave) {
				continue
			}
			if !shown(f) {
				row(of, name, from, to, f.ID, f.Name(), "", f.Unit(), "", "", "", f.Text())
				continue
			}
			row(of, name, from, to, f.ID, f.Name(), exact(f.Value), f.Unit(), strconv.Itoa(f.Numerator), strconv.Itoa(f.Denominator), strconv.Itoa(f.People), "")
		}
	}
	figures("everyone", "", r.found.Window, r.found.Figures, "")
	for _, p := range r.found.Weeks { // an announcement of a week is one of those below, some of which are not shown
		figures("week", "", p.Window, p.Figures, "R")
	}
	for _, p := range r.found.Departments {
		figures("department", p.Name, p.Window, p.Figures, "")
	}
	for _, a := range r.found.Announced {
		figures("announcement", a.Title, store.Window{From: a.At, To: r.found.To}, a.Figures, "")
	}
	from, to := r.dates(r.found.Window)
	for _, c := range r.found.Criteria {
		for _, v := range []struct {
			what string
			is   *float64
		}{{"before", c.Baseline}, {"target", c.Target}, {"result", c.Now}} {
			if v.is != nil {
				row("objective", c.What, from, to, c.Measure, v.what, exact(*v.is), "", "", "", "", r.met(c))
			}
		}
	}
	for _, m := range r.found.Mails {
		from, to := r.dates(store.Window{From: m.Monday, To: m.Monday.AddDate(0, 0, 7)})
		row("mails of a week", "", from, to, "B1", "Mails to all", strconv.Itoa(m.Mails), "n", "", "", "", "")
	}
	m := r.found.Moderation
	for _, n := range []struct {
		what string
		is   int
	}{{"Posts reported", m.Reported}, {"Reported posts that stand", m.Kept}, {"Reported posts hidden", m.HiddenReported}, {"Reported posts that wait", m.Waiting},
		{"Posts hidden", m.Hidden}, {"People suspended", m.Suspended}, {"People restored", m.Restored}, {"Open questions", len(r.found.Questions)}} {
		row("everyone", "", from, to, "", n.what, strconv.Itoa(n.is), "n", "", "", "", "")
	}
	out.Flush()
	return out.Error()
}

// dates are the first and the last day of a window.
func (r *Report) dates(w store.Window) (from, to string) {
	return w.From.In(r.found.Zone).Format(time.DateOnly), w.To.Add(-time.Millisecond).In(r.found.Zone).Format(time.DateOnly)
}

// exact is a value with as many digits as say something.
func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
