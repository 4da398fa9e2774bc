package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tincan/store"
	"tincan/store/report"
)

var keep = flag.String("keep", "", "a folder into which reports of the tests are written, to be looked at")

// made is the report of a company as it is now.
func (c *company) made(o report.Options) *report.Report {
	c.Helper()
	o.Program = "1.0"
	r, err := report.New(c.ctx, c.Store, c.admin, o)
	c.must(err)
	return r
}

// written is a report in one form.
func (c *company) written(r *report.Report, format string) string {
	c.Helper()
	var out bytes.Buffer
	c.must(r.Write(&out, format))
	if *keep != "" {
		name := strings.NewReplacer("/", " ", "Test", "").Replace(c.Name()) + "." + format
		c.must(os.WriteFile(filepath.Join(*keep, name), out.Bytes(), 0o644))
	}
	return out.String()
}

// holds checks that a text has each of some pieces.
func holds(t *testing.T, text string, pieces ...string) {
	t.Helper()
	for _, p := range pieces {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing", p)
		}
	}
}

// full is a company eleven weeks into its trial, with all that a report tells of.
func full(t *testing.T) *company {
	c := newTrial(t, 11)
	c.mails(12, 14, 15, 13, 16, 14, 12, 15, 14, 13, 15, 16, 14, 12, 11, 9, 10, 8, 7, 7, 6, 5)
	less := 55.0
	c.on(77, 9)
	c.must(c.SetObjective(c.ctx, c.admin, store.Objective{ID: 1, What: "Most of us write", Measure: "P1", Target: &less}, "ada", "The autumn was busy."))
	c.must(c.SetObjective(c.ctx, c.admin, store.Objective{What: "=cmd|x", Measure: "N4", Target: &less}, "ada", "It came up."))
	everyone, err := c.Channel(c.ctx, c.admin, "everyone")
	c.must(err)
	bad := c.write(c.staff[0].id, store.Place{Channel: everyone.ID}, "Unkind words.")
	c.must(c.ReportPost(c.ctx, c.staff[1].id, bad.ID, "It is unkind."))
	c.must(c.HideReported(c.ctx, c.admin, bad.ID, "It was unkind."))
	c.must(c.Suspend(c.ctx, c.admin, "le3", "Until they have cooled down."))
	return c
}

// TestReport looks through the report of a company in all its forms.
func TestReport(t *testing.T) {
	t.Parallel()
	c := full(t)
	var doing []string
	r := c.made(report.Options{Doing: func(what string) { doing = append(doing, what) }})
	if len(doing) < 5 {
		t.Errorf("it says only that it does %v", doing)
	}
	md := c.written(r, "md")
	holds(t, md,
		"# Nordwind talks: report of the trial\n\nFigures of 7 Sep 2026 to 23 Nov 2026. Written on 23 November 2026, 09:00 CET.\n",
		"## 1. The decision asked for", "adopted, extended or stopped", "this is day 78 of 84", "## 2. Objectives", "## 3. Who takes part", "## 4. Conversation", "## 5. Must-reads",
		"## 6. Mail displaced", "## 7. What people asked, and who was helped", "## 8. Moderation and incidents", "## 9. Decisions", "## 10. Method",
		"| Most of us write | people who write (P1) | – | 55 % | 29 November 2026 | Most of us write; measure P1; 0 % → 60 % |",
		"| Posts are answered | posts that somebody answers within three days (C1) | 20 % | 75 % | 29 November 2026 | the same |",
		"| =cmd\\|x | ", "it was added after the start",
		"| 23 Nov 2026 | Most of us write; measure P1; 0 % → 60 % | Most of us write; measure P1; – → 55 % | The autumn was busy. |",
		"| Those who came stay | people of the first weeks who still come at the end (A6) | – | 70 % | not enough yet | it cannot be told yet |",
		"| Everybody is happier | nothing yet | – | – | – | it cannot be told yet |",
		"Before this time the lists had 14 mails a week", "The last mail that was imported is of 6 Nov 2026.",
		"In open channels 1 post was reported: 0 stand, 1 were hidden, 0 wait.", "Kept out: 1 person",
		"| Sales | Got the quote out in an hour with the template of @… \\#helped |", "| a small department | Got",
		"| Legal | too few people | too few people | too few people | too few people |",
		"tincan report --from 2026-09-07 --to 2026-11-23",
		"suspended @le3",
	)
	before, _, _ := strings.Cut(md, "## 9. Decisions")
	for _, wrong := range []string{"Nightingale", "Ada Adler", "@op", "@sa", "Unkind"} {
		if strings.Contains(before, wrong) {
			t.Errorf("it names %q before the log of decisions", wrong)
		}
	}
	html, table := c.written(r, "html"), c.written(r, "csv")
	for format, text := range map[string]string{"md": md, "html": html, "csv": table} {
		for _, wrong := range []string{secret, "board\"", "#board", "Nightingale", "NaN", "Inf", "%!"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s has %q in it", format, wrong)
			}
		}
	}
	looksAlone(t, html)
	c.figuresOf(table)
	t.Run("in a browser", func(t *testing.T) { opensInABrowser(t, html) })
}

// allCharts is how many charts a report has that lacks nothing: objectives, three of people, two of conversation,
// announcements and mails.
const allCharts = 8

// looksAlone checks that a page needs nothing beside it, and that each chart says what it shows.
func looksAlone(t *testing.T, html string) {
	t.Helper()
	for _, wrong := range []string{"<script", "<link", "<img", "@import", "url(", "javascript:"} {
		if strings.Contains(html, wrong) {
			t.Errorf("the page has %q", wrong)
		}
	}
	if found := regexp.MustCompile(`(?:https?:)?//[a-z]\S*`).FindAllString(strings.ReplaceAll(html, `xmlns="http://www.w3.org/2000/svg"`, ""), -1); found != nil {
		t.Errorf("the page names %v", found)
	}
	charts := strings.Count(html, "<svg ")
	for i := 1; i <= charts; i++ {
		for _, part := range []string{"title", "desc"} {
			id := fmt.Sprintf("chart%d-%s", i, map[string]string{"title": "title", "desc": "says"}[part])
			if m := regexp.MustCompile(`<` + part + ` id="` + id + `">[^<]{10,}</` + part + `>`); !m.MatchString(html) {
				t.Errorf("chart %d has no %s", i, part)
			}
		}
	}
	if figures := strings.Count(html, "<figure>"); figures != charts || charts != allCharts {
		t.Errorf("%d charts in %d figures", charts, figures)
	}
}

// figuresOf checks the table of all figures against what the store says.
func (c *company) figuresOf(table string) {
	c.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	c.must(err)
	if !strings.Contains(table, "\r\n") {
		c.Error("lines do not end as RFC 4180 has them")
	}
	w, err := c.TrialWindow(c.ctx, c.admin, "", "")
	c.must(err)
	figures, err := c.Figures(c.ctx, c.admin, store.FigureQuery{Window: w})
	c.must(err)
	sheet, err := c.FigureSheet(c.ctx, c.admin, store.FigureQuery{Window: w})
	c.must(err)
	kinds, at := map[string]int{}, 1
	for _, row := range rows[1:] {
		kinds[row[0]]++
	}
	for _, f := range figures {
		row := rows[at]
		at++
		want := ""
		if f.Known && !f.Suppressed {
			want = strconv.FormatFloat(f.Value, 'f', -1, 64)
		}
		if row[4] != f.ID || row[6] != want || (want == "") != (row[11] != "") {
			c.Errorf("the table says %v of %+v", row, f)
		}
	}
	if n := kinds["week"]; n == 0 || n%len(sheet.Weeks) != 0 || kinds["department"] == 0 || kinds["announcement"] == 0 || kinds["mails of a week"] != 21 {
		c.Errorf("the table has %v, of %d weeks", kinds, len(sheet.Weeks))
	}
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[1] == "'=cmd|x" }) {
		c.Error("what a spreadsheet would compute is not marked")
	}
}

// TestAnnouncementsAreNotSubtracted takes what is shown of each announcement from all, and finds no group under five.
func TestAnnouncementsAreNotSubtracted(t *testing.T) {
	t.Parallel()
	c := newTrial(t, 4)
	c.on(25, 12)
	c.announce("For finance and the lawyers", "Finance", "Legal")
	c.on(40, 9)
	w, err := c.TrialWindow(c.ctx, c.admin, "", "")
	c.must(err)
	f, err := c.Findings(c.ctx, c.admin, w, func(string) {})
	c.must(err)
	all := map[string]store.Figure{}
	for _, x := range f.Figures {
		all[x.ID] = x
	}
	hidden := 0
	left := map[string]int{}
	for _, a := range f.Announced {
		for _, x := range a.Figures {
			if x.Suppressed {
				hidden++
			} else if x.Known && x.People < 5 {
				t.Errorf("%s of %q is of %d people", x.ID, a.Title, x.People)
			}
			left[x.ID] += x.Denominator
		}
		if a.Title == "Only for the lawyers" && (len(a.Figures) == 0 || slices.ContainsFunc(a.Figures, func(x store.Figure) bool { return !x.Suppressed })) {
			t.Errorf("four people are told of: %+v", a.Figures)
		}
	}
	if hidden == 0 || len(f.Announced) != 4 {
		t.Errorf("%d announcements, %d figures of them are suppressed", len(f.Announced), hidden)
	}
	for _, id := range []string{"R1", "R1.now", "R2", "R4"} {
		if n := all[id].Denominator - left[id]; n > 0 && n < 5+4 { // the four, and at least five others
			t.Errorf("%s of all less what is shown is of %d", id, n)
		}
	}
}

// TestPrivateMovesNothing compares reports before and after much is said and reported in private.
func TestPrivateMovesNothing(t *testing.T) {
	t.Parallel()
	c := newTrial(t, 2)
	c.on(20, 9)
	text := func() (all string) {
		r := c.made(report.Options{})
		for _, f := range report.Formats() {
			all += c.written(r, f)
		}
		return all
	}
	board, err := c.Channel(c.ctx, c.admin, "board")
	c.must(err)
	before := text()
	p := c.write(c.admin, store.Place{Channel: board.ID}, "Who knows? #helped")
	c.write(c.admin, store.Place{Root: p.ID}, "Me.")
	c.must(c.ReportPost(c.ctx, c.admin, p.ID, "To see what happens."))
	c.must(c.HidePost(c.ctx, c.admin, c.write(c.admin, store.Place{Channel: board.ID}, "Gone.").ID, "To see what happens."))
	if after := text(); after != before {
		t.Error("what is said in private changes the report")
	}
	everyone, err := c.Channel(c.ctx, c.admin, "everyone")
	c.must(err)
	c.on(13, 9)
	c.write(c.admin, store.Place{Channel: everyone.ID}, "Something.")
	c.on(20, 9)
	if after := text(); after == before {
		t.Error("what is said in the open does not")
	}
}

// TestReportOfALittle writes the reports that there is hardly anything for.
func TestReportOfALittle(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name string
		made func(*company)
		o    report.Options
		want []string
	}{
		{"nothing", func(*company) {}, report.Options{}, []string{
			"# Report of the trial", "No first and last day of the trial are set, so these are the figures of", "No objectives were agreed", "not enough yet", "Nothing was announced in this time.",
			"No mailing list's archive was imported", "Nobody has told yet how they were helped", "Nothing was reported in open channels.", "in the time zone UTC"}},
		{"before the start", func(c *company) { c.trial() }, report.Options{}, []string{"The trial begins on 7 September 2026.", "still open: the trial has not begun", "of 6 it cannot be told yet"}},
		{"the first day", func(c *company) { c.trial(); c.hire("Sales", 6); c.on(0, 12); c.must(c.Visit(c.ctx, c.staff[0].id)) }, report.Options{}, []string{
			"Figures of 7 Sep 2026 to 7 Sep 2026", "this is day 1 of 84", "| 7 Sep | not enough yet | 14.3 % (1 of 7) |"}},
		{"a company of four", func(c *company) { c.hire("Legal", 3); c.on(3, 9) }, report.Options{}, []string{"too few people"}},
		{"weeks of 167 and 169 hours", func(c *company) { c.trial(); c.hire("Sales", 9); c.on(55, 9) }, report.Options{From: "2026-10-19", To: "2026-11-01"},
			[]string{"| 19 Oct to 25 Oct | 0 (of 10) |", "| 26 Oct to 1 Nov | not enough yet |"}},
		{"after the end", func(c *company) { c.trial(); c.hire("Sales", 9); c.on(100, 9) }, report.Options{}, []string{"Figures of 7 Sep 2026 to 29 Nov 2026", "The trial ran from 7 September 2026 to 29 November 2026, 84 days.", "| Most of us write | people who write (P1) | 0 % | 60 % | 0 % | no |"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			x.made(c)
			r := c.made(x.o)
			md, html := c.written(r, "md"), c.written(r, "html")
			holds(t, md, x.want...)
			c.written(r, "csv")
			for _, wrong := range []string{"NaN", "Inf", "%!",
				"too few people have", "too few people wrote", "too few people came", // read as a verdict, where nothing is told
				"within not enough yet", "within too few", "questions, not enough", "carry not", "week, not enough"} {
				if strings.Contains(md+html, wrong) {
					t.Errorf("it says %s", wrong)
				}
			}
		})
	}
}

// TestReportIsRefused asks for reports that there are none of.
func TestReportIsRefused(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.hire("Sales", 1)
	for _, x := range []struct {
		me   int64
		o    report.Options
		kind error
		says string
	}{
		{c.staff[0].id, report.Options{}, store.ErrForbidden, "Only admins can do that."},
		{c.admin, report.Options{From: "yesterday"}, store.ErrInvalid, `"yesterday" is no date.`},
		{c.admin, report.Options{From: "2026-09-02", To: "2026-09-01"}, store.ErrInvalid, "The first day has to be before the last one."},
	} {
		_, err := report.New(c.ctx, c.Store, x.me, x.o)
		if !errors.Is(err, x.kind) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%+v: %v", x.o, err)
		}
	}
	if err := report.Check("pdf"); err == nil || err.Error() != `there is no format "pdf"; there are md, html, csv` {
		t.Errorf("%v", err)
	}
}
