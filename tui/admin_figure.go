package tui

import (
	"math"
	"strconv"
	"strings"

	"tincan/store"
)

// newFigure is one figure: what it means, what it was made of, by week and by department.
func newFigure(t *theme, fig store.Figure, sheet store.FigureSheet) screen {
	p := &page{theme: t, title: "Admin · Figures · " + fig.Name()}
	p.body = func(width int) []string { return figureLines(fig, sheet, p.theme, width) }
	return p
}

// figureRow is a line of a figure's tables.
type figureRow struct {
	name string
	fig  store.Figure
}

// figureLines is a figure in lines.
func figureLines(fig store.Figure, sheet store.FigureSheet, t *theme, width int) []string {
	var lines []string
	say := func(text string, style style) { lines = prose(lines, text, width, style.Render) }
	say(fig.Says(), t.Text)
	lines = append(lines, "")
	say(fig.Text()+madeOf(fig, ", "), t.Bold)
	switch {
	case fig.Suppressed:
		say("A figure is shown of five people or more, and where no other figure could be subtracted from it to tell of fewer.", t.Dim)
	case !fig.Known && fig.Yet() != "":
		say(fig.Yet(), t.Dim)
	}
	var weeks, departments []figureRow
	for _, w := range sheet.Weeks {
		is, _ := figureOf(fig.ID, w.Figures)
		weeks = append(weeks, figureRow{w.Window.From.Format("2 Jan"), is})
	}
	for _, d := range sheet.Departments {
		if is, ok := figureOf(fig.ID, d.Figures); ok {
			departments = append(departments, figureRow{d.Name, is})
		}
	}
	lines = append(lines, figureTable("By week", weeks, fig.Unit(), t, width)...)
	return append(lines, figureTable("By department", departments, fig.Unit(), t, width)...)
}

// partMost is the columns that the names of a table may take.
const partMost = 18

// figureTable are rows with a bar each. Shares are drawn of a hundred, other figures of the largest among them.
func figureTable(title string, rows []figureRow, unit string, t *theme, width int) []string {
	names, values, notes := 0, 0, 0
	var all []float64
	for _, r := range rows {
		names = max(names, min(columns(r.name), partMost))
		values = max(values, columns(r.fig.Text()))
		notes = max(notes, columns(madeOf(r.fig, "  ")))
		if told(r.fig) {
			all = append(all, r.fig.Value)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	most := highest(all)
	if unit == "%" {
		most = 100
	}
	room := width - 2 - names - values - 4
	if room-notes >= barLeast {
		room -= notes
	} else {
		notes = 0
	}
	room = min(room, barMost)
	lines := []string{"", fit(" "+t.Dim.Render(title), width)}
	for _, r := range rows {
		text, drawn := t.Dim.Render(r.fig.Text()), strings.Repeat(" ", max(room, 0))
		if told(r.fig) {
			text, drawn = t.Text.Render(r.fig.Text()), bar(math.Abs(r.fig.Value)/max(most, math.SmallestNonzeroFloat64), room, t)
		}
		line := " " + t.Text.Render(pad(r.name, names)) + "  "
		if room >= barLeast {
			line += drawn + "  "
		}
		line += strings.Repeat(" ", max(values-columns(text), 0)) + text
		if notes > 0 {
			line += t.Dim.Render(madeOf(r.fig, "  "))
		}
		lines = append(lines, fit(line, width))
	}
	return lines
}

// barLeast is the columns below which a bar says nothing.
const barLeast = 6

// madeOf says what a figure was made of, after the words that lead to it; "" where that is not told or adds nothing.
func madeOf(fig store.Figure, lead string) string {
	of := strconv.Itoa(fig.Denominator)
	switch {
	case !told(fig) || fig.ID == "B2" || fig.ID == "S1.refused":
		return ""
	case fig.Unit() == "%":
		return lead + strconv.Itoa(fig.Numerator) + " of " + of
	case fig.Unit() == "n":
		return lead + "of " + of
	}
	return lead + "from " + of
}
