package tui

import (
	"fmt"
	"strings"

	"tincan/store"
	"tincan/store/report"
)

// newTrialReport is what came of the trial, in ten sections to read, and how to take it along as a file.
func newTrialReport(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · The report", store.Trials)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		r, err := report.New(a.ctx, a.store, a.me, report.Options{})
		if err != nil {
			return nil, err
		}
		return func(k *kept) { k.trialReport(r) }, nil
	}
	return k
}

// trialReport is the list of sections.
func (k *kept) trialReport(r *report.Report) {
	a, t := k.app, k.theme
	k.text = r.Verdict() + "\n\n" + r.Made()
	for i, s := range r.Sections {
		k.add(fmt.Sprintf("%d. %s", i+1, s.Title), "", "reads it", func() screen {
			p := &page{theme: t, title: "The report · " + s.Title}
			p.body = func(width int) []string { return sectionLines(s, p.theme, width) }
			return p
		})
	}
	k.add("Take it along as a file", "", "says how", func() screen { return newReportFile(a, k.theme) })
}

// sectionLines is a section in lines: its sentences, and each row of its tables with the names of the columns, as a
// table fits no narrow window.
func sectionLines(s report.Section, t *theme, width int) []string {
	room := min(max(width-2, 1), measure)
	var lines []string
	say := func(text string, indent int, style func(string) string) {
		for _, l := range words(text, max(room-indent, 1)) {
			lines = append(lines, fit(strings.Repeat(" ", indent+1)+style(l), width))
		}
	}
	for _, p := range s.Parts {
		switch {
		case p.Text != "":
			say(p.Text, 0, t.Text.Render)
		case p.Table != nil && len(p.Table.Rows) > 0:
			say(p.Table.Title, 0, t.Accent.Render)
			for _, row := range p.Table.Rows {
				say(row[0], 0, t.Bold.Render)
				var cells []string
				for i, c := range row[1:] {
					if c != "" {
						cells = append(cells, p.Table.Columns[i+1]+": "+c)
					}
				}
				say(strings.Join(cells, " · "), 2, t.Dim.Render)
			}
		default:
			continue
		}
		lines = append(lines, "")
	}
	return lines[:max(len(lines)-1, 0)]
}

// newReportFile says how to take the report along.
func newReportFile(a *app, t *theme) *page {
	ssh := "\n\n  ssh " + a.typed()
	text := "Type one of these on your own computer, in a terminal as the one you came in by.\n\n" +
		"A page for the browser and the printer, with charts, in one file that can be sent to anyone:" + ssh + " report --html > report.html\n\n" +
		"The same as text:" + ssh + " report > report.md\n\n" +
		"Every figure as a table for a spreadsheet:" + ssh + " report --csv > figures.csv\n\n" +
		"It has no names but those in the log of decisions, and nothing of private channels."
	return &page{theme: t, title: "The report · as a file", text: text}
}
