package tui

import (
	"math"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// figures are all measures in a time, each with its value and how it went by week.
type figures struct {
	*kept
	span store.FigureSpan
}

// times are the times that figures can be looked at in, in the order of store.FigureSpan.
var times = [...]string{"the last twelve weeks", "the last four weeks", "the trial", "all the time"}

// measureGroups are the first letters of measures with what they are about.
var measureGroups = map[byte]string{
	'A': "Who comes", 'P': "Who writes", 'C': "Answers", 'N': "Who talks with whom", 'R': "Must-reads", 'B': "Mail and stories", 'S': "Service",
}

const (
	// sparkFrom is the width of the window from which the weeks stand beside the values.
	sparkFrom = 50
	// besideFrom is the width from which the values stand beside the names, as the right end is too far from them.
	besideFrom = 80
	// sparkMost is how many weeks do: the newest ones.
	sparkMost = 12
)

func newFigures(a *app, t *theme) screen {
	f := &figures{kept: newKept(a, t, "Admin · Figures", store.Trials)}
	f.where = entryAdmin
	f.kept.read = f.reading()
	return f
}

// reading reads the figures of the time that is chosen.
func (f *figures) reading() func() (drawn, error) {
	a, span := f.app, f.span
	return func() (drawn, error) {
		w, err := a.store.FigureSpanWindow(a.ctx, a.me, span)
		if err != nil {
			return f.unread(span, err)
		}
		sheet, err := a.store.FigureSheet(a.ctx, a.me, store.FigureQuery{Window: w})
		return func(*kept) { f.list(sheet, span) }, err
	}
}

// unread is the page of a time that has not begun.
func (f *figures) unread(span store.FigureSpan, err error) (drawn, error) {
	why, ours := store.Sentence(err)
	if span != store.SpanTrial || !ours {
		return nil, err
	}
	return func(k *kept) {
		k.text = why
		f.choices(span, "")
	}, nil
}

// turn goes on to the next time.
func (f *figures) turn() tea.Cmd {
	f.span = (f.span + 1) % store.FigureSpan(len(times))
	f.kept.read = f.reading()
	return f.refresh()
}

// choices are the lines above the figures: of what time they are, and the table. days are its first and last day.
func (f *figures) choices(span store.FigureSpan, days string) {
	t := f.theme
	if f.width < sparkFrom {
		days = ""
	}
	f.items = append(f.items, item{name: "time", label: "Time", value: times[span] + t.Dim.Render(days), open: f.turn, keys: []key.Binding{says(keys.Open, "another time")}})
}

// list makes the menu of the figures.
func (f *figures) list(sheet store.FigureSheet, span store.FigureSpan) {
	a, t := f.app, f.theme
	w := sheet.Window
	f.choices(span, " · from "+w.From.Format("2 Jan"))
	if !slices.ContainsFunc(sheet.Whole, func(f store.Figure) bool { return told(f) && f.People > 0 }) {
		f.text = "Nothing can be told yet. Figures are of five people or more, so that none tells of one person.\n\nOnce five are on the roster, this page says who comes, who writes and who is answered. Admin → People invites them."
		return
	}
	f.items = append(f.items, item{name: "csv", label: "As a table", value: t.Dim.Render("copies the command that makes a CSV file"),
		open: func() tea.Cmd { return a.copyFigures(w) }, keys: []key.Binding{says(keys.Open, "copies it")}})
	group := byte(0)
	for _, fig := range sheet.Whole {
		it := item{name: fig.ID, label: fig.Name(), end: f.value(fig, sheet), dim: !told(fig), keys: []key.Binding{keys.Open},
			open: a.opens(func() screen { return newFigure(f.theme, fig, sheet) })}
		if f.width >= besideFrom {
			it.value, it.end = it.end, ""
		}
		if fig.ID[0] != group {
			group = fig.ID[0]
			it.head = measureGroups[group]
		}
		f.items = append(f.items, it)
	}
}

// value is the figure at the right end of its line, after its weeks where there is room.
func (f *figures) value(fig store.Figure, sheet store.FigureSheet) string {
	t := f.theme
	text := t.Text.Render(fig.Text())
	if !told(fig) {
		text = t.Dim.Render(fig.Text())
	}
	if f.width < sparkFrom {
		return text
	}
	values := weekly(fig.ID, sheet.Weeks)
	values = values[max(0, len(values)-sparkMost):]
	return t.Dim.Render(spark(values, highest(values))) + strings.Repeat(" ", max(figureRoom-columns(fig.Text()), 0)+1) + text
}

// figureRoom is the columns that figures are given, so that they and their weeks stand below each other.
const figureRoom = len("not enough yet")

// weekly are the values of a figure by week, NaN for those not known or not shown.
func weekly(id string, weeks []store.FigurePart) (values []float64) {
	for _, w := range weeks {
		v := math.NaN()
		if fig, ok := figureOf(id, w.Figures); ok && told(fig) {
			v = fig.Value
		}
		values = append(values, v)
	}
	return values
}

// told reports whether a figure has a value.
func told(fig store.Figure) bool { return fig.Known && !fig.Suppressed }

func figureOf(id string, all []store.Figure) (store.Figure, bool) {
	for _, fig := range all {
		if fig.ID == id {
			return fig, true
		}
	}
	return store.Figure{}, false
}

func (f *figures) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(tea.KeyPressMsg); ok && key.Matches(msg, keys.Order) {
		return f.turn()
	}
	return f.kept.Update(msg)
}

// anotherTime is the key that goes on to the next time.
var anotherTime = says(keys.Order, "another time")

func (f *figures) ShortHelp() []key.Binding {
	list := f.kept.ShortHelp()
	if slices.ContainsFunc(list, func(b key.Binding) bool { return b.Help().Desc == anotherTime.Help().Desc }) {
		return list // Enter does it here
	}
	return append(list[:len(list)-1:len(list)-1], anotherTime, keys.Back)
}

func (f *figures) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Figures"), keys.Up, keys.Down, keys.Open, anotherTime, keys.Back}}
}

// copyFigures copies the command that prints the figures of a time as a table.
func (a *app) copyFigures(w store.Window) tea.Cmd {
	line := a.command("figures --from " + w.From.Format(time.DateOnly) + " --csv > figures.csv")
	return tea.Batch(tea.SetClipboard(line), status(line+" · copied, where your terminal allows that. It makes a file for a spreadsheet."))
}
