package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

const exportFormat = "tincan export 1"

// ReportFile is the report of the trial in an export that has one.
const ReportFile = "report.html"

// ExportOptions say what goes out, and in which forms.
type ExportOptions struct {
	Selection store.Selection
	Formats   []string // of Formats; none for all. tincan.sqlite always comes: the others are checked against it.
	Code      string   // by which another admin agrees to private channels; "" if they have agreed already
	BOM       bool     // CSV files begin with a mark by which Excel knows UTF-8
	Program   string   // the version of tincan, for the manifest
	Made      time.Time
	Report    func(io.Writer) error // writes ReportFile; nil for none
}

// form is one in which posts go out and are read back.
type form struct {
	name, file, says string
	write            func(*export) error
	read             func(*reading) error
}

func formats() []form {
	return []form{
		{"html", "site/index.html", "a web site to look at in a browser, also from a USB stick: begin here", (*export).site, (*reading).site},
		{"markdown", "markdown/", "a text file for each thread, by channel and month; the text of a post stands after > as it was written", (*export).markdown, (*reading).markdown},
		{"csv", "csv/", "tables for a spreadsheet; a cell that a spreadsheet would compute has ' before it", (*export).csv, (*reading).csv},
		{"slack", slackExport, "what other products read in as an export of Slack; private channels in groups.json, direct conversations in dms.json and mpims.json", (*export).slack, (*reading).slack},
		{"mbox", "mbox/", "a mailbox for each channel (mboxrd), threads as mail programs show them", (*export).mbox, (*reading).mbox},
	}
}

// Formats are the names that ExportOptions takes.
func Formats() (names []string) {
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Export writes what me may take out, to the new file path if it ends in .zip, else into the new or empty folder of
// that name, while people go on posting: tincan.sqlite, and from it the other forms. Then all of it is read back and
// compared with tincan.sqlite. An error is a sentence, and leaves no file that looks whole.
func Export(ctx context.Context, s *store.Store, me int64, path string, o ExportOptions) (Verified, error) {
	chosen, err := o.chosen()
	if err != nil {
		return Verified{}, err
	}
	if strings.EqualFold(filepath.Ext(path), ".zip") {
		return exportFile(ctx, s, me, path, o, chosen)
	}
	_, err = os.Lstat(path)
	ours := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return Verified{}, notWritten(path, err)
	}
	there, err := os.ReadDir(path)
	if err != nil {
		return Verified{}, notWritten(path, err)
	}
	if len(there) > 0 {
		return Verified{}, fmt.Errorf("%s holds other files; name a new or empty folder, or a new file that ends in .zip", path)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return Verified{}, notWritten(path, err)
	}
	defer root.Close()
	x, err := extract(ctx, s, me, o)
	if err != nil {
		if ours { // refused before anything was written
			os.Remove(path)
		}
		return Verified{}, err
	}
	defer x.Close()
	if err := write(ctx, x, newFolder(root, exportFormat, o.Made), o, chosen); err != nil {
		return Verified{}, notWritten(path, err)
	}
	return Verify(ctx, path)
}

func exportFile(ctx context.Context, s *store.Store, me int64, path string, o ExportOptions, chosen []form) (Verified, error) {
	if _, err := os.Lstat(path); err == nil {
		return Verified{}, fmt.Errorf("%s is there already; name a new file", path)
	}
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return Verified{}, err
	}
	defer os.RemoveAll(work)
	part := filepath.Join(work, "part.zip")
	v, err := exportTo(ctx, s, me, part, o, chosen)
	if err != nil {
		return v, err
	}
	return v, publish(part, path)
}

func extract(ctx context.Context, s *store.Store, me int64, o ExportOptions) (*store.Extract, error) {
	if o.Code != "" {
		if err := s.TakeConsent(ctx, me, store.PrivateExport, o.Code); err != nil {
			return nil, err
		}
	}
	return s.Extract(ctx, me, o.Selection)
}

// exportTo writes a zip and reads it back.
func exportTo(ctx context.Context, s *store.Store, me int64, part string, o ExportOptions, chosen []form) (Verified, error) {
	x, err := extract(ctx, s, me, o)
	if err != nil {
		return Verified{}, err
	}
	defer x.Close()
	err = writeFile(part, func(w io.Writer) error {
		return write(ctx, x, newBundle(w, exportFormat, o.Made), o, chosen)
	})
	if err != nil {
		return Verified{}, notWritten(part, err)
	}
	return Verify(ctx, part)
}

// Stream is Export to w as a zip, which is made and read back in the folder dir before the first byte of it is sent.
func Stream(ctx context.Context, s *store.Store, me int64, w io.Writer, o ExportOptions) (Verified, error) {
	chosen, err := o.chosen()
	if err != nil {
		return Verified{}, err
	}
	work, err := newWork(s.Dir())
	if err != nil {
		return Verified{}, err
	}
	defer os.RemoveAll(work)
	part := filepath.Join(work, "part.zip")
	v, err := exportTo(ctx, s, me, part, o, chosen)
	if err != nil {
		return v, err
	}
	return v, copyFrom(w, part)
}

// Check is nil, or the sentence that says what is wrong with the options.
func (o ExportOptions) Check() error {
	_, err := o.chosen()
	return err
}

// chosen are the formats that were asked for.
func (o ExportOptions) chosen() ([]form, error) {
	if len(o.Formats) == 0 {
		return formats(), nil
	}
	var chosen []form
	for _, name := range o.Formats {
		i := slices.IndexFunc(formats(), func(f form) bool { return f.name == name })
		if i < 0 && name != "sqlite" {
			return nil, fmt.Errorf("there is no format %q; there are sqlite, %s", name, strings.Join(Formats(), ", "))
		}
		if i >= 0 {
			chosen = append(chosen, formats()[i])
		}
	}
	return chosen, nil
}

// Days are the bounds that two days name, the second with all its hours, in UTC; "" for none. An error is a sentence.
func Days(from, to string) (since, until time.Time, err error) {
	for _, day := range []struct {
		text string
		at   *time.Time
		add  int
	}{{from, &since, 0}, {to, &until, 1}} {
		if day.text == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return since, until, fmt.Errorf("%q is no day; write it like 2026-11-22", day.text)
		}
		*day.at = at.AddDate(0, 0, day.add)
	}
	if from != "" && to != "" && !since.Before(until) {
		return since, until, fmt.Errorf("%s is after %s, so nothing is between them; swap the two", from, to)
	}
	return since, until, nil
}

// export is one run.
type export struct {
	*bundle
	ctx      context.Context
	x        *store.Extract
	options  ExportOptions
	people   []store.ExtractPerson
	channels []store.ExtractChannel
	handles  map[int64]string
	counts   map[string]int
}

func write(ctx context.Context, x *store.Extract, b *bundle, o ExportOptions, chosen []form) (err error) {
	e := &export{bundle: b, ctx: ctx, x: x, options: o, handles: map[int64]string{}}
	if e.people, err = x.People(ctx); err != nil {
		return err
	}
	for _, p := range e.people {
		e.handles[p.ID] = p.Handle
	}
	if e.channels, err = x.Channels(ctx); err != nil {
		return err
	}
	if e.counts, err = x.Counts(ctx); err != nil {
		return err
	}
	b.manifest.Program, b.manifest.Schema, b.manifest.Counts, b.manifest.Holds = o.Program, store.Schema(), e.counts, o.Selection.String()
	for _, f := range chosen {
		b.manifest.Formats = append(b.manifest.Formats, f.name)
	}
	if err := e.add("README.txt", func(w *entries) error { return e.readme(w, chosen) }); err != nil {
		return err
	}
	if err := e.add(store.File, func(w *entries) error { return copyFrom(w, x.Path) }); err != nil {
		return err
	}
	for _, f := range chosen {
		if err := f.write(e); err != nil {
			return err
		}
	}
	if o.Report != nil {
		if err := e.add(ReportFile, func(w *entries) error { return o.Report(w) }); err != nil {
			return err
		}
	}
	return e.close()
}

func (e *export) readme(w io.Writer, chosen []form) error {
	fmt.Fprintf(w, "This is an export of %s, made on %s.\nIt holds %s.\n\n", e.options.Selection, e.options.Made.UTC().Format("2 January 2006 15:04 UTC"), said(e.counts))
	if e.options.Report != nil {
		fmt.Fprintf(w, "%-16s what came of the trial, to look at in a browser: objectives, figures, must-reads, stories, decisions\n", ReportFile)
	}
	for _, f := range chosen {
		fmt.Fprintf(w, "%-16s %s\n", f.file, f.says)
	}
	fmt.Fprintf(w, "%-16s all of it as a SQLite database; the tables explain themselves, and the views posts, people, channels, reactions,\n%17sversions and decisions are a beginning. `tincan import tincan` reads it back.\n", store.File, "")
	fmt.Fprintf(w, "%-16s how much there is of everything, and the SHA-256 checksum of each file\n\n", manifestFile)
	_, err := io.WriteString(w, `Times are in UTC. A thread stands in the month in which it was begun.

Nobody's keys, passwords, invite codes or drafts are here, nor what anybody has read, saved or was told of.
E-mail addresses are in tincan.sqlite and in the export for Slack alone, where programs know people by them.
What its author deleted is nowhere. What a steward has hidden is in tincan.sqlite alone, so that it can be shown
again; elsewhere the reason stands in its place. Private channels and direct conversations are here only if the
first line says so. Hidden texts, who has answered an announcement, who was an admin, who opened a channel, the trial's
objectives and the log of decisions are in tincan.sqlite alone. Besides these, the forms leave out:

html       who is in a channel, who gave a reaction
markdown   the same, and what an edited post said before
csv        what an announcement asked, and how many have answered it
slack      the same, departments and teams, who looks after a channel, questions and their answers, pins, what an edited
           post said before; of a deleted or hidden post it has a tombstone
mbox       what is known of people besides their names, and those who wrote nothing; all about a channel but its name;
           reactions, announcements, questions and their answers, pins, whether a post was edited, parts of a second
`)
	return err
}

// title is a line that names a thread: the beginning of its first line.
func title(p store.ExtractPost) string {
	const most = 80
	switch p.State() {
	case "deleted":
		return "(deleted by its author)"
	case "hidden":
		return "(hidden by a steward: " + p.HiddenWhy + ")"
	}
	for line := range strings.Lines(p.Body) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		return shortened(line, most)
	}
	return "(no text)"
}

// shortened is a line of so many letters at most, cut between words where it has any.
func shortened(line string, most int) string {
	runes := []rune(line)
	if len(runes) <= most {
		return line
	}
	cut := string(runes[:most])
	if i := strings.LastIndexAny(cut, " \t"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \t.,;:") + "…"
}

// instead is what stands in the place of a text that is not there.
func instead(p store.ExtractPost) string {
	switch p.State() {
	case "deleted":
		return "This post was deleted by its author."
	case "hidden":
		return "This post was hidden by a steward: " + p.HiddenWhy
	}
	return ""
}

// reserved are the names that Windows keeps for devices, whatever follows a dot.
var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}

// fileName makes a name that every system takes for a file of a channel's or person's name, none of which has
// a separator, a capital or a dot at its end.
func fileName(name string) string {
	stem, _, _ := strings.Cut(name, ".")
	if reserved[stem] || len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) {
		return "_" + name
	}
	return name
}

// month names a folder or page. A folder of all threads would have more files than a USB stick takes in one.
func month(at time.Time) string { return at.UTC().Format("2006-01") }

// clock is a time as it is printed.
func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// threads calls fn for each thread of a channel in the order of time, with the posts in it.
func (e *export) threads(c store.ExtractChannel, fn func(root store.ExtractPost) error) error {
	for root, err := range e.x.Roots(e.ctx, c.ID, time.Time{}, farFuture) {
		if err == nil {
			err = fn(root)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// farFuture comes after every post: milliseconds end where years have more than four digits.
var farFuture = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
