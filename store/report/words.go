package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

// say is a paragraph.
func say(format string, args ...any) Part { return Part{Text: fmt.Sprintf(format, args...)} }

// told is a sentence of figures, of shares with what they are made of; nothing if one of them is not shown: "too few
// people wrote" would read as a verdict, and the table below says which figure it is that cannot be told.
func told(format string, figures ...store.Figure) Part {
	var words []any
	for _, f := range figures {
		switch {
		case !shown(f):
			return Part{}
		case f.Unit() == "%":
			words = append(words, with(f))
		default:
			words = append(words, f.Text())
		}
	}
	return say(format, words...)
}

// figure is one figure of everyone; without ID where there is none.
func (r *Report) figure(id string) store.Figure { return one(r.found.Figures, id) }

func one(figures []store.Figure, id string) store.Figure {
	if i := slices.IndexFunc(figures, func(f store.Figure) bool { return f.ID == id }); i >= 0 {
		return figures[i]
	}
	return store.Figure{ID: id}
}

// with is a figure and what it is made of: "41.2 % (84 of 204)".
func with(f store.Figure) string {
	if of := madeOf(f); of != "" {
		return f.Text() + " (" + of + ")"
	}
	return f.Text()
}

// madeOf is "84 of 204"; "" where there is nothing to tell.
func madeOf(f store.Figure) string {
	switch {
	case !shown(f) || f.ID == "B2" || f.ID == "N1.chance": // which are made of no others
		return ""
	case f.Unit() == "%":
		return store.Number(f.Numerator) + " of " + store.Number(f.Denominator)
	case strings.HasPrefix(f.ID, "B1"):
		return store.Count(f.Numerator, "mail", "mails") + " in " + store.Count(f.Denominator, "week", "weeks")
	}
	return "of " + store.Number(f.Denominator)
}

func shown(f store.Figure) bool { return f.Known && !f.Suppressed }

// value is a figure to be drawn; nil where it is not shown.
func value(f store.Figure) *float64 {
	if !shown(f) {
		return nil
	}
	return &f.Value
}

// day is a moment as a day of the organisation.
func (r *Report) day(at time.Time) string { return at.In(r.found.Zone).Format("2 Jan 2006") }

// longDay is a date of the trial in words; "" for none.
func longDay(date string) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return d.Format("2 January 2006")
}

// short is a line that fits a cell.
func short(line string) string {
	const most = 90
	if r := []rune(line); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return line
}

// line is a text in one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// capital writes the first letter of an English sentence large.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func were(n int, one, more string) string {
	if n == 1 {
		return "1 " + one + " was"
	}
	return store.Number(n) + " " + more + " were"
}

// listed is "Finance, IT and Sales".
func listed(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
