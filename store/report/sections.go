package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

// over reports whether the last day of the trial has passed.
func (r *Report) over() bool {
	day, of := r.found.Trial.Day(r.found.At)
	return of > 0 && day > of
}

// decision is what the board is asked, and by what it was agreed to decide.
func (r *Report) decision() Section {
	tr, s := r.found.Trial, Section{Title: "The decision asked for"}
	what := "this trial"
	if tr.Name != "" {
		what = tr.Name
	}
	s.Parts = append(s.Parts, say("The board is asked to decide whether %s is adopted, extended or stopped.", what))
	if tr.Purpose != "" {
		s.Parts = append(s.Parts, say("What it is for: %s", tr.Purpose))
	}
	s.Parts = append(s.Parts, say("%s", r.running()), say("%s", r.Verdict()))
	if len(r.found.Board) > 0 {
		s.Parts = append(s.Parts, say("The board has people of %s.", listed(r.found.Board)))
	}
	if len(r.found.Criteria) == 0 {
		return s
	}
	t := &Table{Title: "What was agreed to decide by", Columns: []string{"Objective", "Measured by", "Before", "Target", "By", "As it was agreed before the start"}}
	for _, c := range r.found.Criteria {
		m, _ := store.MeasureOf(c.Measure)
		agreed := "the same"
		switch {
		case !tr.Started(r.found.At):
			agreed = "still open: the trial has not begun"
		case c.Later:
			agreed = "it was added after the start"
		case c.Agreed != "":
			agreed = c.Agreed
		}
		by := longDay(c.Due)
		if by == "" {
			by = longDay(tr.Last)
		}
		t.Rows = append(t.Rows, []string{c.What, measured(c), m.Figure(c.Baseline), m.Figure(c.Target), by, agreed})
	}
	s.Parts = append(s.Parts, Part{Table: t})
	if len(r.found.Changes) > 0 {
		t := &Table{Title: "What was changed of it since", Columns: []string{"Day", "Before", "After", "Why"}}
		for _, d := range r.found.Changes {
			t.Rows = append(t.Rows, []string{r.day(d.At), d.Was, d.Became, d.Why})
		}
		s.Parts = append(s.Parts, Part{Table: t})
	}
	return s
}

// measured is by what an objective is measured, in words.
func measured(c store.Criterion) string {
	m, ok := store.MeasureOf(c.Measure)
	if !ok {
		return "nothing yet"
	}
	return m.Name + " (" + m.ID + ")"
}

// running says where the trial is.
func (r *Report) running() string {
	tr, now := r.found.Trial, r.found.At
	first, last := longDay(tr.First), longDay(tr.Last)
	day, of := tr.Day(now)
	switch {
	case first == "" && last == "":
		return "No first and last day of the trial are set, so these are the figures of " + r.days() + "."
	case !tr.Started(now) && first != "":
		return "The trial begins on " + first + ". These are figures of " + r.days() + ", from before it."
	case last == "":
		return "The trial began on " + first + "; no last day is set."
	case first == "":
		return "No first day of the trial is set; its last one is " + last + "."
	case day > of:
		return "The trial ran from " + first + " to " + last + ", " + store.Count(of, "day", "days") + "."
	}
	return fmt.Sprintf("The trial runs from %s to %s; this is day %d of %d.", first, last, day, of)
}

// Of an objective it can be told whether it is met, or not.
const (
	isMet   = "yes"
	notMet  = "no"
	notYet  = "not yet" // while the trial runs
	unknown = "it cannot be told yet"
)

// met says whether an objective is met.
func (r *Report) met(c store.Criterion) string {
	switch {
	case c.Now == nil || c.Target == nil:
		return unknown
	case less(c) && *c.Now <= *c.Target, !less(c) && *c.Now >= *c.Target:
		return isMet
	case r.over():
		return notMet
	}
	return notYet
}

// less reports whether an objective is to bring a figure down.
func less(c store.Criterion) bool {
	if c.Baseline != nil && c.Target != nil && *c.Baseline != *c.Target {
		return *c.Target < *c.Baseline
	}
	return slices.Contains([]string{"A2", "C3", "R3", "B1"}, c.Measure) // hours to wait, and mails
}

// Verdict says how many objectives are met.
func (r *Report) Verdict() string {
	if len(r.found.Criteria) == 0 {
		return "No objectives were agreed, so there is nothing to hold the figures against. The admins write them under Admin, Trial."
	}
	n := map[string]int{}
	for _, c := range r.found.Criteria {
		n[r.met(c)]++
	}
	text := fmt.Sprintf("Of %s %s met", store.Count(len(r.found.Criteria), "objective", "objectives"), are(n[isMet]))
	if k := n[notMet]; k > 0 {
		text += fmt.Sprintf(", %s not met", are(k))
	}
	if k := n[notYet]; k > 0 {
		text += fmt.Sprintf(", %s not met yet", are(k))
	}
	if k := n[unknown]; k > 0 {
		text += fmt.Sprintf(", and of %d it cannot be told yet", k)
	}
	return text + "."
}

func are(n int) string {
	switch n {
	case 0:
		return "none is"
	case 1:
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// objectives are what was to be reached, and what was.
func (r *Report) objectives() Section {
	s := Section{Title: "Objectives"}
	if len(r.found.Criteria) == 0 {
		s.Parts = []Part{say("No objectives were agreed.")}
		return s
	}
	t := &Table{Title: "From before to now", Columns: []string{"Objective", "Measured by", "Before", "Target", "Result", "Met"}, Right: 4}
	way := &Chart{Title: "How much of the way from before to the target is done", Bars: true, Share: true, Series: []Series{{Name: "Done"}}}
	for _, c := range r.found.Criteria {
		m, _ := store.MeasureOf(c.Measure)
		result := "–"
		switch {
		case c.Result.ID != "" && shown(c.Result):
			result = m.Figure(c.Now)
		case c.Result.ID != "":
			result = c.Result.Text()
		}
		t.Rows = append(t.Rows, []string{c.What, measured(c), m.Figure(c.Baseline), m.Figure(c.Target), result, r.met(c)})
		if done, ok := done(c); ok {
			way.Labels = append(way.Labels, c.What)
			way.Series[0].Values = append(way.Series[0].Values, &done)
			way.Says += fmt.Sprintf("%s: %.0f %%. ", c.What, done)
		}
	}
	s.Parts = append(s.Parts, say("%s", r.Verdict()), Part{Chart: way}, Part{Table: t})
	return s
}

// done is how much of the way to its target an objective has gone, from 0 to 100.
func done(c store.Criterion) (part float64, ok bool) {
	if c.Now == nil || c.Target == nil || c.Baseline == nil || *c.Target == *c.Baseline {
		return 0, false
	}
	return math.Max(0, math.Min(100, 100*(*c.Now-*c.Baseline)/(*c.Target-*c.Baseline))), true
}

// people are who came and who wrote.
func (r *Report) people() Section {
	s := Section{Title: "Who takes part"}
	s.Parts = append(s.Parts,
		told("Of those on the roster, %s have been here.", r.figure("A1")),
		told("Half of those who were invited and came did so within %s.", r.figure("A2.median")),
		told("%s wrote at least once, %s came and read.", r.figure("P1"), r.figure("P2.visits")),
		say("Departments in which at least a quarter wrote: %s. Weeks in which a leader wrote: %s.", with(r.figure("P4")), with(r.figure("P5"))),
		r.weekChart("Who came and who wrote, week by week", Series{Name: "came"}, "A1", Series{Name: "wrote"}, "P1"),
		r.weekTable("Week by week", "A3.week", "A1", "P1"))
	if parts := r.found.Departments; len(parts) > 0 {
		c := &Chart{Title: "Departments: who came and who wrote", Bars: true, Share: true, Series: []Series{{Name: "came"}, {Name: "wrote"}}}
		t := &Table{Title: "By department", Columns: []string{"Department", "Came (A1)", "Wrote (P1)", "Wrote often (P2)", "Answered within three days (C1)"}, Right: 4}
		for _, p := range parts {
			a, w := one(p.Figures, "A1"), one(p.Figures, "P1")
			t.Rows = append(t.Rows, []string{p.Name, with(a), with(w), with(one(p.Figures, "P2.many")), with(one(p.Figures, "C1"))})
			if shown(a) || shown(w) {
				c.Labels = append(c.Labels, p.Name)
				c.Series[0].Values, c.Series[1].Values = append(c.Series[0].Values, value(a)), append(c.Series[1].Values, value(w))
				c.Says += fmt.Sprintf("%s: %s came, %s wrote. ", p.Name, a.Text(), w.Text())
			}
		}
		s.Parts = append(s.Parts, Part{Chart: c}, Part{Table: t})
	}
	shape := &Chart{Title: "How everyone on the roster takes part", Bars: true, Share: true, Series: []Series{{Name: "of the roster"}}}
	for _, id := range []string{"P2.none", "P2.visits", "P2.some", "P2.many"} {
		f := r.figure(id)
		shape.Labels = append(shape.Labels, f.Name())
		shape.Series[0].Values = append(shape.Series[0].Values, value(f))
		shape.Says += f.Name() + ": " + f.Text() + ". "
	}
	s.Parts = append(s.Parts, Part{Chart: shape}, r.figureTable("All figures of who takes part", "A", "P"))
	return s
}

// conversation is who is answered, and across which walls.
func (r *Report) conversation() Section {
	s := Section{Title: "Conversation"}
	s.Parts = append(s.Parts,
		told("Of the posts that start a thread, somebody else answered %s within three days; half of the answers came within %s.", r.figure("C1"), r.figure("C3.median")),
		told("Of the questions, %s were resolved within a week.", r.figure("C4")),
		told("Replies that went to another department: %s. If everyone replied to anyone it would be %s.", r.figure("N1"), r.figure("N1.chance")),
		told("The five who reply most carry %s of all replies; without them, %s of the posts would be answered within three days.", r.figure("N5"), r.figure("N5.without")),
		r.weekChart("Answered and resolved, week by week", Series{Name: "answered within three days"}, "C1", Series{Name: "questions resolved within a week"}, "C4"),
		r.weekTable("Week by week: who is answered", "C1", "C3.median", "C4"),
		r.weekChart("Replies across departments, week by week", Series{Name: "across departments"}, "N1", Series{Name: "by chance"}, "N1.chance"),
		r.weekTable("Week by week: who talks with whom", "N1", "N1.chance", "N3", "N4"),
		r.figureTable("All figures of the conversation", "C", "N"))
	return s
}

// weekChart draws two figures by whole weeks.
func (r *Report) weekChart(title string, a Series, idA string, b Series, idB string) Part {
	c := &Chart{Title: title, Share: true}
	for _, p := range r.found.Weeks {
		if !p.Window.From.In(r.found.Zone).AddDate(0, 0, 7).Equal(p.Window.To) { // one that is cut would look like a fall
			continue
		}
		c.Labels = append(c.Labels, p.Window.From.In(r.found.Zone).Format("2 Jan"))
		a.Values, b.Values = append(a.Values, value(one(p.Figures, idA))), append(b.Values, value(one(p.Figures, idB)))
	}
	c.Series = []Series{a, b}
	var from, to []string
	for _, s := range c.Series {
		first := slices.IndexFunc(s.Values, func(v *float64) bool { return v != nil })
		if first < 0 {
			continue
		}
		last := len(s.Values) - 1
		for s.Values[last] == nil {
			last--
		}
		from, to = append(from, fmt.Sprintf("%s %.0f %%", s.Name, *s.Values[first])), append(to, fmt.Sprintf("%s %.0f %%", s.Name, *s.Values[last]))
	}
	c.Says = "At first " + strings.Join(from, ", ") + "; at last " + strings.Join(to, ", ") + "."
	return Part{Chart: c}
}

// weekTable is some figures by week.
func (r *Report) weekTable(title string, ids ...string) Part {
	t := &Table{Title: title, Columns: []string{"Week"}, Right: len(ids)}
	for _, id := range ids {
		t.Columns = append(t.Columns, store.Figure{ID: id}.Name()+" ("+id+")")
	}
	for _, p := range r.found.Weeks {
		row := []string{r.week(p.Window)}
		for _, id := range ids {
			row = append(row, with(one(p.Figures, id)))
		}
		t.Rows = append(t.Rows, row)
	}
	return Part{Table: t}
}

// week is a week in words; one that was cut has fewer days.
func (r *Report) week(w store.Window) string {
	from, last := w.From.In(r.found.Zone), w.To.Add(-time.Millisecond).In(r.found.Zone)
	if from.Format(time.DateOnly) == last.Format(time.DateOnly) {
		return from.Format("2 Jan")
	}
	return from.Format("2 Jan") + " to " + last.Format("2 Jan")
}

// figureTable is every figure of everyone whose id begins so.
func (r *Report) figureTable(title string, prefixes ...string) Part {
	t := &Table{Title: title, Columns: []string{"Figure", "What it says", "Value"}, Right: 1}
	for _, f := range r.found.Figures {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(f.ID, p) }) {
			t.Rows = append(t.Rows, []string{f.Name() + " (" + f.ID + ")", f.Says(), with(f)})
		}
	}
	return Part{Table: t}
}

// mustReads are what was announced, one by one.
func (r *Report) mustReads() Section {
	s := Section{Title: "Must-reads"}
	if len(r.found.Announced) == 0 {
		s.Parts = []Part{say("Nothing was announced in this time.")}
		return s
	}
	must := 0
	c := &Chart{Title: "Announcements: read, answered in time, understood", Bars: true, Share: true, Series: []Series{{Name: "read"}, {Name: "in time"}, {Name: "understood"}}}
	t := &Table{Title: "One by one", Columns: []string{"Announcement", "To", "Read (R1)", "Answered in time (R2)", "Half of the answers within (R3)", "Understood (R4)"}, Right: 4}
	for _, a := range r.found.Announced {
		title := r.day(a.At) + ": " + short(a.Title)
		if a.MustRead {
			must++
			title += " (must read)"
		}
		read, in, within, got := one(a.Figures, "R1"), one(a.Figures, "R2"), one(a.Figures, "R3.median"), one(a.Figures, "R4")
		t.Rows = append(t.Rows, []string{title, a.To, with(read), with(in), within.Text(), with(got)})
		if shown(read) {
			c.Labels = append(c.Labels, r.day(a.At)+" "+a.Title)
			for i, f := range []store.Figure{read, in, got} {
				c.Series[i].Values = append(c.Series[i].Values, value(f))
			}
			c.Says += fmt.Sprintf("%s: read by %s, answered in time by %s, understood by %s. ", short(a.Title), read.Text(), in.Text(), got.Text())
		}
	}
	if more := len(c.Labels) - barsMost; more > 0 { // the newest; the table has all
		c.Title += fmt.Sprintf(", the last %d", barsMost)
		c.Labels = c.Labels[more:]
		for i := range c.Series {
			c.Series[i].Values = c.Series[i].Values[more:]
		}
	}
	s.Parts = append(s.Parts,
		say("%s, %s of them to be answered by everyone they asked.", store.Count(len(r.found.Announced), "announcement", "announcements"), store.Number(must)),
		told("Read by %s of those asked, answered in time by %s, understood by %s.", r.figure("R1"), r.figure("R2"), r.figure("R4")),
		Part{Chart: c}, Part{Table: t}, r.figureTable("All announcements together", "R"))
	return s
}

// barsMost is how many announcements a chart shows: as many as fit on half a page.
const barsMost = 10

// mail is what became of mail to all.
func (r *Report) mail() Section {
	s := Section{Title: "Mail displaced"}
	if len(r.found.Mails) == 0 {
		s.Parts = []Part{say("No mailing list's archive was imported, so nobody can tell what became of mail to all. `tincan import mbox` brings one in: once for the time before the trial, and again for the time since.")}
		return s
	}
	s.Parts = append(s.Parts, told("Before this time the lists had %s mails a week; since then, %s.", r.figure("B1.baseline"), r.figure("B1")))
	if r.found.To.Sub(r.found.LastMail) > staleAfter && r.found.At.Sub(r.found.LastMail) > staleAfter {
		s.Parts = append(s.Parts, say("The last mail that was imported is of %s. What came later is not in these figures: import the archive again before deciding on them.", r.day(r.found.LastMail)))
	}
	c := &Chart{Title: "Mails to all, week by week", Series: []Series{{Name: "before"}, {Name: "since"}}}
	t := &Table{Title: "Week by week", Columns: []string{"Week of", "When", "Mails"}, Right: 1}
	for _, w := range r.found.Mails {
		n := float64(w.Mails)
		when, before, since := "before", &n, (*float64)(nil)
		if !w.Before {
			when, before, since = "since", nil, &n
		}
		c.Labels = append(c.Labels, w.Monday.In(r.found.Zone).Format("2 Jan"))
		c.Series[0].Values, c.Series[1].Values = append(c.Series[0].Values, before), append(c.Series[1].Values, since)
		t.Rows = append(t.Rows, []string{r.day(w.Monday), when, store.Number(w.Mails)})
	}
	c.Says = fmt.Sprintf("Before %s mails a week, since then %s.", r.figure("B1.baseline").Text(), r.figure("B1").Text())
	s.Parts = append(s.Parts, Part{Chart: c}, Part{Table: t}, r.figureTable("All figures of mail", "B1"))
	return s
}

// staleAfter is how long a list may be silent before somebody should look whether its archive is whole.
const staleAfter = 7 * 24 * time.Hour

// questions are what people asked, and how others were helped.
func (r *Report) questions() Section {
	s := Section{Title: "What people asked, and who was helped"}
	s.Parts = append(s.Parts, told("Of the questions older than a week, %s were resolved within seven days.", r.figure("C4")), say("%s in open channels %s no answer that somebody chose.",
		capital(store.Count(len(r.found.Questions), "question", "questions")), map[bool]string{true: "has", false: "have"}[len(r.found.Questions) == 1]))
	if len(r.found.Questions) > 0 {
		t := &Table{Title: "Open questions", Columns: []string{"Day", "Channel", "Question", "Replies"}, Right: 1}
		for _, q := range r.found.Questions {
			t.Rows = append(t.Rows, []string{r.day(q.At), "#" + q.Channel, short(line(q.Text)), store.Number(q.Replies)})
		}
		s.Parts = append(s.Parts, Part{Table: t})
	}
	if len(r.found.Stories) == 0 {
		s.Parts = append(s.Parts, say("Nobody has told yet how they were helped: a post with #helped in an open channel does, and stands here."))
		return s
	}
	s.Parts = append(s.Parts, say("%s told of being helped, with #helped (B2).", capital(store.Count(len(r.found.Stories), "post", "posts"))))
	t := &Table{Title: "Stories", Columns: []string{"Day", "Channel", "Department that gained", "Story"}}
	for _, q := range r.found.Stories {
		department := q.Department
		if department == "" {
			department = "not known"
		}
		t.Rows = append(t.Rows, []string{r.day(q.At), "#" + q.Channel, department, q.Text})
	}
	s.Parts = append(s.Parts, Part{Table: t})
	return s
}

// moderation is what had to be looked after.
func (r *Report) moderation() Section {
	m := r.found.Moderation
	s := Section{Title: "Moderation and incidents"}
	s.Parts = append(s.Parts, say("Nothing was reported in open channels."))
	if m.Reported > 0 {
		s.Parts[0] = say("In open channels %s reported: %d stand, %d were hidden, %d wait.", were(m.Reported, "post", "posts"), m.Kept, m.HiddenReported, m.Waiting)
	}
	s.Parts = append(s.Parts, say("Hidden by stewards and admins: %s. Kept out: %s; let in again: %d.", store.Count(m.Hidden, "post", "posts"), store.Count(m.Suspended, "person", "people"), m.Restored))
	if t := r.figureTable("The service", "S1"); len(t.Table.Rows) > 0 {
		s.Parts = append(s.Parts, t)
	}
	return s
}

// decisions are the log.
func (r *Report) decisions() Section {
	s := Section{Title: "Decisions"}
	if len(r.found.Decisions) == 0 {
		s.Parts = []Part{say("Nothing was decided in this time.")}
		return s
	}
	text := "The log of what the board and the stewards decided, as everyone can read it. Nobody can change it."
	if r.found.Earlier > 0 {
		text += fmt.Sprintf(" The first %s of this time are left out; the log has them.", store.Number(r.found.Earlier))
	}
	t := &Table{Title: "Log of decisions", Columns: []string{"Day", "Who", "What", "Change", "Why"}}
	for _, d := range r.found.Decisions {
		change := d.Became
		if d.Was != "" {
			change = d.Was + " → " + d.Became
		}
		why := d.Why
		if why == "" {
			why = "told to those who are in it"
		}
		t.Rows = append(t.Rows, []string{r.day(d.At), d.Name, d.Act + " " + d.About, change, why})
	}
	s.Parts = []Part{say("%s", text), {Table: t}}
	return s
}

// method is how all of it was counted.
func (r *Report) method() Section {
	f := r.found
	s := Section{Title: "Method"}
	zone := f.Zone.String()
	s.Parts = append(s.Parts,
		say("Time. These are the figures of %s. Days are calendar days and weeks ISO weeks, Monday to Sunday, in the time zone %s; days on which clocks change have 23 or 25 hours. The first and the last week are cut where the time begins and ends. Posts of the last three days, and questions of the last week, may still be answered and are left out of the shares of those that were.", r.days(), zone),
		say("Who counts. The roster on each day: people who were invited or have come, not those who left, were suspended, or are machines. Every share is of the roster, never of those who signed up. A visit is a day on which somebody pressed a key."),
		say("What counts. Posts and replies in open channels. Left out are private channels and conversations, posts of machines, what was imported, and what a steward has hidden; what its author deleted counts. An announcement is no post that waits for a reply."),
		say("What is not shown. No figure tells of fewer than five people: it reads \"too few people\", and so does the next smallest one where the first could be found by subtracting. Where there is nothing to count yet it reads \"not enough yet\". Names stand in the log of decisions alone; texts of others are quoted without their author, and handles in them are replaced by @…"),
		say("What each figure means stands beside it, with what it was made of in brackets; the CSV has all of them, also by week and by department. Results of objectives are the figures of this report."),
		say("Written by %s. The sum of the data is the SHA-256 of what was counted from %s: of every post and reply when it was written, by whom, in which channel, to whom, and when it was first answered; of every visit, place on the roster and answer to an announcement; and when each mail was written. There is no text in it. A backup of the same day, restored, gives the same report with the same sum, by tincan report --from %s --to %s.",
			strings.TrimSpace("tincan "+r.program), r.days(), f.From.In(f.Zone).Format(time.DateOnly), f.To.Add(-time.Millisecond).In(f.Zone).Format(time.DateOnly)),
		say("Sum of the data: %s", f.Sum))
	return s
}
