package store

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// groupLeast is how many people a group has at least whose figures are shown: of fewer, a figure is about persons.
const groupLeast = 5

// Figure is one figure of a group of people in a window.
type Figure struct {
	ID          string  // of the measure, with what of it after a dot: "C1", "C3.median"
	Value       float64 // in the unit of the measure: a share in percent, hours, or a number
	Numerator   int     // what was counted; where the value is no share, the number it is of
	Denominator int     // of how many
	People      int     // in the group that it is about
	Known       bool    // there is enough to tell
	Suppressed  bool    // not shown, as it would be about too few people, or tell of too few together with others

	crowd *crowd // whom it is about
	rest  *crowd // and whom else it tells of beside another figure that is shown; nil for nobody
}

// Name is what the figure is called.
func (f Figure) Name() string { return figureWords[f.ID].name }

// Says is what the figure means, in one sentence.
func (f Figure) Says() string { return figureWords[f.ID].says }

// Yet is what a figure waits for that is not known, in one sentence; "" where nothing but somebody who writes.
func (f Figure) Yet() string {
	measure, _, _ := strings.Cut(f.ID, ".")
	return figuresYet[measure]
}

var figuresYet = map[string]string{
	"A2": "It can be told once somebody who was invited has come.",
	"A4": "It can be told once somebody has come on a working day.",
	"A6": "It can be told twelve weeks after the beginning of the time shown.",
	"C1": "Posts count once they are three days old.",
	"C2": "Posts count once they are three days old.",
	"C3": "Posts count once they are three days old.",
	"C4": "Questions count once they are a week old.",
	"P5": "It can be told once leaders are marked, under Admin → People.",
	"R1": "It can be told once something was announced.",
	"R2": "It can be told once the due time of an announcement has come.",
	"R3": "It can be told once somebody has answered an announcement.",
	"R4": "It can be told once something was announced.",
	"B1": "It counts up to the newest mail that was imported, and needs a week or more.",
	"S1": "It is counted from the day after the server first ran, day by day.",
}

// Text is the value as people read it, with its unit: "41.2 %", "2.9 h", "not enough yet", "too few people".
func (f Figure) Text() string {
	switch {
	case f.Suppressed:
		return "too few people"
	case !f.Known:
		return "not enough yet"
	}
	switch figureWords[f.ID].unit {
	case "%":
		return fmt.Sprintf("%.1f %%", f.Value)
	case "h":
		return fmt.Sprintf("%.1f h", f.Value)
	case "":
		return fmt.Sprintf("%.4g", f.Value)
	case "min", "ms":
		return Number(int(math.Round(f.Value))) + " " + f.Unit()
	}
	return Number(int(math.Round(f.Value)))
}

// Unit follows the value: "%", "h", "min", "ms", "n" for a number of something, "" for a ratio.
func (f Figure) Unit() string { return figureWords[f.ID].unit }

// figureWords are the figures there are, with their units: % for a share, h for hours, min and ms for shorter times, n for a count, nothing for a ratio.
var figureWords = map[string]struct{ name, unit, says string }{
	"A1":           {"Activation", "%", "Of those on the roster, the share that has been here in this time."},
	"A2.median":    {"Time to the first visit", "h", "Of those invited in this time who have come, half came within so long."},
	"A2.week":      {"Came within a week", "%", "Of those invited in this time, a week ago or earlier, the share that came within seven days."},
	"A3.day":       {"Visitors of a day", "n", "How many were here on the last whole day."},
	"A3.week":      {"Visitors of a week", "n", "How many were here in the last whole week, Monday to Sunday."},
	"A3.month":     {"Visitors of four weeks", "n", "How many were here in the 28 days up to the last whole day."},
	"A4":           {"Stickiness", "%", "Of those who come within four weeks, the share that comes on a working day."},
	"A6":           {"Retention", "%", "Of those who came in the first two weeks, the share that came in weeks 11 and 12."},
	"P1":           {"Participation", "%", "Of everyone on the roster, the share that wrote at least once."},
	"P2.none":      {"Never here", "%", "The share that neither came nor wrote."},
	"P2.visits":    {"Readers", "%", "The share that came and did not write."},
	"P2.some":      {"Wrote a little", "%", "The share that wrote one to four times."},
	"P2.many":      {"Wrote often", "%", "The share that wrote five times or more."},
	"P3.top1":      {"Written by the busiest 1 %", "%", "The share of all that was written by the busiest 1 % of the roster."},
	"P3.next9":     {"Written by the next 9 %", "%", "The share written by the next 9 %."},
	"P3.top10":     {"Written by the busiest 10 %", "%", "The share written by the busiest 10 % of the roster."},
	"P3.rest":      {"Written by all others", "%", "The share written by the other 90 %."},
	"P4":           {"Departments that take part", "%", "Of the departments of five or more people, the share in which a quarter wrote."},
	"P5":           {"Leaders present", "%", "Of the weeks of each leader, the share in which they wrote."},
	"C1":           {"Answered within three days", "%", "Of the posts older than that, the share that somebody else answered within three days."},
	"C1.day":       {"Answered within a day", "%", "The share that somebody else answered within 24 hours."},
	"C1.ever":      {"Ever answered", "%", "The share that somebody else has answered by now."},
	"C2":           {"Unanswered", "%", "The share that nobody else answered within three days."},
	"C3.median":    {"Time to the first reply", "h", "Of the posts that were answered, half were within so long."},
	"C3.p90":       {"First reply, nine in ten", "h", "Of the posts that were answered, nine in ten were within so long."},
	"C3.half":      {"Half of all answered", "h", "After so long half of all posts had an answer."},
	"C4":           {"Questions resolved", "%", "Of the questions older than a week, the share that was resolved within seven days."},
	"N1":           {"Across departments", "%", "Of the replies, the share that went to another department."},
	"N1.chance":    {"Across departments by chance", "%", "What that share would be if everyone replied to anyone."},
	"N2":           {"Outward or inward", "", "From -1, all replies stay in the department, to 1, all leave it."},
	"N3":           {"Density", "", "Of all pairs of people who wrote, the part in which one replied to the other."},
	"N4":           {"Two-way", "%", "Of the pairs in which one replied to the other, the share in which both did."},
	"N5":           {"Carried by five", "%", "The share of all replies that the five busiest wrote."},
	"N5.without":   {"Answered without those five", "%", "The share of posts that would be answered within three days without them."},
	"R1":           {"Reach", "%", "Of those whom announcements asked at publication, the share that has had every line on the screen."},
	"R1.now":       {"Reach, roster now", "%", "The same of those whom they ask now."},
	"R2":           {"Answered in time", "%", "Of those asked, the share that answered by the due time."},
	"R2.late":      {"Answered a week later", "%", "The share that had answered seven days after the due time."},
	"R2.before":    {"Answered before a reminder", "%", "Where a reminder went out, the share that had answered before it."},
	"R2.after":     {"Answered after a reminder", "%", "Where a reminder went out, the share that has answered by now."},
	"R3.median":    {"Time to answer", "h", "Of the answers, half came within so long."},
	"R3.p90":       {"Time to answer, nine in ten", "h", "Of the answers, nine in ten came within so long."},
	"R4":           {"Understood", "%", "Of those asked, the share that has understood, or whose question was resolved."},
	"R4.questions": {"Questions", "", "Questions from a hundred readers."},
	"B1":           {"Mails to all", "n", "How many mails a week the imported lists had, up to the newest that was imported."},
	"B1.baseline":  {"Mails to all before", "n", "How many mails a week they had before this time."},
	"B1.share":     {"Mails to all, of before", "%", "The mails of a week as a share of those before."},
	"S1.down":      {"Minutes down", "min", "Of the days that are over, the minutes in which nobody could come in."},
	"S1.p95":       {"From key to screen", "ms", "For 95 of 100 keys the screen had followed within so long."},
	"S1.refused":   {"Failed sign-ins", "n", "How often a code or a password was wrong."},
	"B2":           {"Stories", "n", "How many posts tell, with #" + storyTag + ", how somebody was helped."},
}

var errCrossed = refuse(ErrInvalid, "Ask for a department or for a channel: both together would tell of too few people.")

func noDepartment(name string) error {
	return refuse(ErrNotFound, "Nobody is in a department %q in this time.", CleanLine(name))
}

// FigureQuery is what figures are asked of.
type FigureQuery struct {
	Window
	Department string // "" for all
	Channel    int64  // 0 for all open channels
}

// Figures computes every measure of a group in a window of whole weeks, from Monday to Sunday, the first and last of
// which are those that q's begins and ends in; what lies after now does not count. Only admins and the Operator may.
// With a channel that was imported and is no longer written in, its posts are measured and its authors are the
// roster. A department and a channel together are refused with ErrInvalid: crossed with each other they would tell of
// too few people. ErrNotFound for a department that nobody is in, and a channel that me may not see.
func (s *Store) Figures(ctx context.Context, me int64, q FigureQuery) (figures []Figure, err error) {
	err = s.tell(ctx, me, q, func(is *teller) error {
		if figures = is.figures(q.Department, is.first, is.last); figures == nil {
			return noDepartment(q.Department)
		}
		return nil
	})
	return figures, err
}

// tell runs fn on what is to be told of q.
func (s *Store) tell(ctx context.Context, me int64, q FigureQuery, fn func(*teller) error) error {
	if !q.From.Before(q.To) {
		return refuse(ErrInvalid, "The first day has to be before the last one.")
	}
	if q.Department != "" && q.Channel != 0 {
		return errCrossed
	}
	return s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		var in *channelRow
		if q.Channel != 0 {
			c, err := t.channel(me, q.Channel)
			if err != nil {
				return err
			}
			in = &c
		}
		is, err := t.tell(q.Window, in)
		if err != nil {
			return err
		}
		return fn(is)
	})
}
