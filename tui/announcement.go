package tui

import (
	"math"
	"strings"
	"time"

	"tincan/store"
)

// due is until when an answer is waited for: "due Fri", "was due 12 Oct".
func due(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	word := "due "
	if at.Before(now) {
		word = "was due "
	}
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, zone) }
	switch days := int(math.Round(day(at).Sub(day(now)).Hours() / 24)); { // a day of a changed clock has an hour more or less
	case days == 0:
		return word + at.Format("today 15:04")
	case days == 1:
		return word + "tomorrow"
	case days > -7 && days < 7:
		return word + at.Format("Mon")
	case at.Year() == now.Year():
		return word + at.Format("2 Jan")
	}
	return word + at.Format("2 Jan 2006")
}

// announcedHead is the line below the name: that it must be read, by when, and whom it asks.
func announcedHead(p *store.Post, now time.Time, zone *time.Location) string {
	an := p.Announcement
	var parts []string
	if an.MustRead {
		parts = append(parts, "Must read", due(an.Due, now, zone))
	} else {
		parts = append(parts, "Announcement")
	}
	return strings.Join(append(parts, "to "+an.To(p.ChannelName)), " · ")
}

// announcedFoot is what has come of an announcement, and what I have said.
func announcedFoot(an *store.Announcement) string {
	line := answered(an)
	switch {
	case an.Asked && an.Answer == store.Pending && an.MustRead:
		line += " · it waits for your answer"
	case an.Answer == store.HasQuestion:
		line += " · you have a question"
	case an.Answer != store.Pending:
		line += " · you have understood"
	}
	return line
}

// answered is "84 of 118 have answered".
func answered(an *store.Announcement) string {
	have := " have answered"
	if an.Answered() == 1 {
		have = " has answered"
	}
	return store.Number(an.Answered()) + " of " + store.Number(an.Size()) + have
}

// answersLine is answered with the questions.
func answersLine(an *store.Announcement) string {
	line := answered(an)
	if asked := questions(an); asked != "" {
		line += " · " + asked
	}
	return line
}

// questions is "3 questions, 2 resolved", "" where nobody has asked.
func questions(an *store.Announcement) string {
	open, done := an.Counts[store.HasQuestion], an.Counts[store.Resolved]
	switch {
	case open+done == 0:
		return ""
	case done == 0:
		return store.Count(open, "question", "questions")
	}
	return store.Count(open+done, "question", "questions") + ", " + store.Number(done) + " resolved"
}

// spoken is whose an announcement is: "Jon Reed for Petra Marsh".
func spoken(p *store.Post) string {
	name := p.Name
	if name == "" {
		name = p.Handle
	}
	if p.Announcement != nil && p.Announcement.ForName != "" {
		name += " for " + p.Announcement.ForName
	}
	return name
}

// subject is the first line of an announcement, as a mail has one.
func subject(p *store.Post) string {
	line, _, _ := strings.Cut(p.Body, "\n")
	return excerpt(line)
}

// waitingLine is an announcement that waits, on one line. What it is about comes before whose it is: a narrow window cuts the end.
func waitingLine(p *store.Post, now time.Time, zone *time.Location) string {
	return "Must read, " + due(p.Announcement.Due, now, zone) + ": " + subject(p) + " · " + spoken(p)
}
