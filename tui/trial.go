package tui

import (
	"strconv"
	"strings"
	"time"

	"tincan/store"
)

// newTrial is what the trial is for, when it ends, who looks after it and what it is to reach: the same for everyone.
func newTrial(a *app, t *theme) screen {
	k := newKept(a, t, "Trial", store.Trials, store.People)
	k.where = entryTrial
	k.read = func() (drawn, error) {
		tr, err := a.store.Trial(a.ctx, a.me)
		if err != nil {
			return nil, err
		}
		e, err := a.store.Ending(a.ctx, a.me)
		return func(k *kept) { k.trial(tr, e) }, err
	}
	return k
}

// trial draws the trial.
func (k *kept) trial(tr store.Trial, e store.Ending) {
	a, t := k.app, k.theme
	if tr.Name != "" {
		k.title = "Trial · " + tr.Name
	}
	k.note = trialDay(tr, a.now())
	k.body = func(width int) []string { return trialLines(tr, e, t, width, a.now(), a.zone) }
	if e.Keeps(a.me) && e.Took(store.EndCompared) != nil {
		k.add("I hold the export", "", "asks for its name", func() screen { return newReceipt(a, t) })
	}
	if tr.Terms != "" {
		k.add("What taking part means", "", "reads it", func() screen {
			return &page{theme: t, title: "Trial · what taking part means", text: tr.Terms}
		})
	}
	k.add("Decisions", "", "reads what was decided, and why", func() screen { return newDecisions(a, t) })
}

// trialLines is the trial in lines.
func trialLines(tr store.Trial, e store.Ending, t *theme, width int, now time.Time, zone *time.Location) []string {
	room := min(max(width-2, 1), measure)
	var lines []string
	say := func(text string, style func(string) string) { lines = prose(lines, text, width, style) }
	if tr.Purpose == "" && tr.First == "" && len(tr.Objectives) == 0 {
		say("Nothing is said about the trial yet. Here will stand what it is for, when it begins and ends, and what it is to reach. The admins write it.", t.Text.Render)
	}
	if tr.Purpose != "" {
		say(tr.Purpose, t.Text.Render)
	}
	if days := trialDays(tr, now); days != "" {
		say(days, t.Dim.Render)
	}
	if e.Day != "" {
		lines = append(lines, "")
		say(endTold(e), t.Text.Render)
		for _, l := range endLines(e, now, zone) {
			if l.taken {
				say(l.text, t.Dim.Render)
			}
		}
	}
	if len(tr.Board) > 0 {
		lines = append(lines, "")
		say("The board: "+strings.Join(boardNames(tr.Board), ", ")+".", t.Text.Render)
	}
	for i, o := range tr.Objectives {
		if lines = append(lines, ""); i == 0 {
			say("What it is to reach", t.Dim.Render)
		}
		say(o.What, t.Bold.Render)
		say(objectiveLine(o, tr, now), t.Dim.Render)
		if part, ok := o.Way(); ok {
			lines = append(lines, fit(" "+bar(part, min(room, barMost), t), width))
		}
	}
	return lines
}

// boardNames are the admins with their departments.
func boardNames(board []store.Person) []string {
	var names []string
	for _, p := range board {
		name := p.Display()
		if p.Department != "" {
			name += " (" + p.Department + ")"
		}
		names = append(names, name)
	}
	return names
}

// objectiveLine is what an objective is measured by, from what to what, by when, and where it stands.
func objectiveLine(o store.Objective, tr store.Trial, now time.Time) string {
	m, _ := store.MeasureOf(o.Measure)
	var parts []string
	if o.Measure != "" {
		line := m.Name + ": " + m.Figure(o.Baseline) + " → " + m.Figure(o.Target)
		if due := longDay(o.Due); due != "" {
			line += " by " + due
		}
		parts = append(parts, line)
	}
	if o.OwnerName != "" {
		parts = append(parts, "looked after by "+o.OwnerName)
	}
	parts = append(parts, soFar(o, tr, now))
	if !o.ChangedAt.IsZero() {
		parts = append(parts, "changed since the start, see Decisions")
	}
	return strings.ReplaceAll(strings.Join(parts, " · "), " %", "\u00a0%") // a number and its unit stay in one line
}

// soFar says where an objective stands: figures that nobody has counted are not made up.
func soFar(o store.Objective, tr store.Trial, now time.Time) string {
	switch {
	case o.Measure == "":
		return "nobody has said yet how it is measured"
	case !tr.Started(now) && tr.First != "":
		return "measured from " + longDay(tr.First)
	case o.Now == nil:
		return "not enough yet to say where it stands"
	}
	m, _ := store.MeasureOf(o.Measure)
	text := "now " + m.Figure(o.Now)
	if part, ok := o.Way(); ok && part >= 1 {
		text += ", reached"
	}
	return text
}

// trialDay is the day of the trial in the fewest words; "" where there is none.
func trialDay(tr store.Trial, now time.Time) string {
	day, of := tr.Day(now)
	switch {
	case !tr.FrozenAt.IsZero():
		return "over"
	case of == 0:
		return ""
	case day < 1:
		return "in " + store.Count(1-day, "day", "days")
	case day > of:
		return "over"
	}
	return "day " + strconv.Itoa(day) + "/" + strconv.Itoa(of)
}

// trialDays says from when to when it runs, and where it is.
func trialDays(tr store.Trial, now time.Time) string {
	day, of := tr.Day(now)
	switch {
	case of == 0 && tr.First == "" && tr.Last == "":
		return ""
	case of == 0 && tr.Last == "":
		return "From " + longDay(tr.First) + "."
	case of == 0:
		return "Until " + longDay(tr.Last) + "."
	}
	text := "From " + longDay(tr.First) + " to " + longDay(tr.Last)
	switch {
	case day < 1:
		return text + ": it starts in " + store.Count(1-day, "day", "days") + "."
	case day > of:
		return text + ": it is over."
	}
	return text + ": day " + strconv.Itoa(day) + " of " + strconv.Itoa(of) + "."
}

// longDay is a day in words: 20 February 2026.
func longDay(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.Format("2 January 2006")
}

// endTold says what becomes of what was said.
func endTold(e store.Ending) string {
	return "People write until " + longDay(e.Day) + ". Then this is kept: " + e.Holds() + ". " + personNames(e.Keepers) + " get it, and what is on the server is destroyed."
}
