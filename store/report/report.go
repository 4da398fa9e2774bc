// Package report writes what came of a trial so that it can be decided on: ten sections with figures, charts and the
// method by which all of it was counted, as Markdown, as one HTML file that needs no network and no script, and as a
// CSV of every figure.
//
// It knows the order and the words of the report and how a chart is drawn. It must not know SQL, rights or how a
// figure is computed: all that it says is in store.Findings, which are read at one moment, so that no two sentences
// contradict each other. Nobody's name is in it but in the log of decisions, nothing of a private channel, and no figure
// of fewer than five people; the store sees to that. The three forms are written from the same sections, and the
// screens show their sentences too.
package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

// Options say which report.
type Options struct {
	From, To string            // its first and last day, 2026-11-22; "" for those of the trial
	Program  string            // the version of tincan
	Doing    func(what string) // is told what is being read; nil for nobody
}

// Report is one report, as it was found at one moment.
type Report struct {
	Sections []Section
	found    store.Findings
	program  string
}

// Section is one of the ten, from 1.
type Section struct {
	Title string
	Parts []Part
}

// Part is one thing of a section: one of its fields is there.
type Part struct {
	Text  string // a paragraph
	Chart *Chart
	Table *Table
}

// Table is rows under the names of their columns.
type Table struct {
	Title   string
	Columns []string
	Rows    [][]string
	Right   int // how many of the last columns hold figures
}

// New reads what the report says. Only admins and the Operator may; errors are those of store.Findings.
func New(ctx context.Context, s *store.Store, me int64, o Options) (*Report, error) {
	w, err := s.TrialWindow(ctx, me, o.From, o.To)
	if err != nil {
		return nil, err
	}
	doing := o.Doing
	if doing == nil {
		doing = func(string) {}
	}
	found, err := s.Findings(ctx, me, w, doing)
	if err != nil {
		return nil, err
	}
	r := &Report{found: found, program: o.Program}
	for _, write := range []func(*Report) Section{
		(*Report).decision, (*Report).objectives, (*Report).people, (*Report).conversation, (*Report).mustReads,
		(*Report).mail, (*Report).questions, (*Report).moderation, (*Report).decisions, (*Report).method,
	} {
		r.Sections = append(r.Sections, write(r))
	}
	return r, nil
}

// patience is how long a report may take before anybody wants to know what it is at.
const patience = time.Second

// Slowly is an Options.Doing that says on w what is being read, once that takes longer than a second.
func Slowly(w io.Writer) func(string) {
	begun := time.Now()
	return func(what string) {
		if time.Since(begun) > patience {
			fmt.Fprintf(w, "reading %s\n", what)
		}
	}
}

// form is one in which a report is written.
type form struct {
	name  string
	write func(*Report, io.Writer) error
}

func forms() []form {
	return []form{{"md", (*Report).markdown}, {"html", (*Report).html}, {"csv", (*Report).csv}}
}

// Formats are the names that Write takes.
func Formats() (names []string) {
	for _, f := range forms() {
		names = append(names, f.name)
	}
	return names
}

// Check is nil if there is a format of that name, or the sentence that says which there are.
func Check(format string) error {
	if slices.Contains(Formats(), format) {
		return nil
	}
	return fmt.Errorf("there is no format %q; there are %s", format, strings.Join(Formats(), ", "))
}

// Write writes the report in one of the Formats.
func (r *Report) Write(w io.Writer, format string) error {
	for _, f := range forms() {
		if f.name == format {
			return f.write(r, w)
		}
	}
	return Check(format)
}

// Title is what stands on the first page.
func (r *Report) Title() string {
	if r.found.Trial.Name == "" {
		return "Report of the trial"
	}
	return r.found.Trial.Name + ": report of the trial"
}

// Made says of what time the report is, and when it was written.
func (r *Report) Made() string {
	return fmt.Sprintf("Figures of %s. Written on %s.", r.days(), r.found.At.In(r.found.Zone).Format("2 January 2006, 15:04 MST"))
}

// days are the days of the report in words. A time that runs on ends today.
func (r *Report) days() string {
	w := r.found.Window
	if now := r.found.At; w.To.After(now) && w.From.Before(now) {
		w.To = now
	}
	return w.String()
}
