package store_test

import (
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

// TestMailDisplaced has three mails a day, 21 a week, in the four weeks before the window, and one a day, 7 a week, in
// its first two, to 10:00 of the second Sunday; then the list was not imported again.
//
//	before        4 weeks, 84 mails: 21 a week
//	4 weeks       14 mails in the 2 weeks to the end of the last mail's day: 7 a week, 33.3 % of before, not 3.5 a week
//	weeks 1, 2    7 mails each
//	weeks 3, 4    not known: nobody can tell whether nobody wrote
func TestMailDisplaced(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x", "bob x", "cat x", "dan x", "eve x")
	s.at(28, 9)
	_, err := s.ImportPeople(s.ctx, store.Operator, "mbox", []store.ImportedPerson{{Key: "a", Handle: "old", Email: "old@example.com"}})
	s.must(err)
	_, err = s.ImportChannels(s.ctx, store.Operator, "mbox", []store.ImportedChannel{{Key: "all", Name: "all-staff"}})
	s.must(err)
	var mails []store.ImportedPost
	for day := -28; day < 14; day++ {
		for n := range 3 {
			if day < 0 || n == 0 {
				mails = append(mails, store.ImportedPost{Key: fmt.Sprint(day, n), Channel: "all", Author: "a", Body: "x", At: firstMonday.AddDate(0, 0, day).Add(time.Duration(10+n) * time.Hour)})
			}
		}
	}
	// The baseline begins with the first mail: let that be the midnight four weeks before.
	mails[0].At = firstMonday.AddDate(0, 0, -28)
	_, err = s.ImportPosts(s.ctx, store.Operator, "mbox", mails)
	s.must(err)

	got := s.ask(4, "", 0)
	equal(t, "before", shown(got["B1.baseline"]), "21, 84 of 4, 0 people")
	equal(t, "since", shown(got["B1"]), "7, 14 of 2, 0 people")
	equal(t, "of before", shown(got["B1.share"]), "33.3 %, 14 of 84, 0 people")
	sheet, err := s.FigureSheet(s.ctx, s.admin, store.FigureQuery{Window: store.Window{From: firstMonday, To: firstMonday.AddDate(0, 0, 28)}})
	s.must(err)
	var weeks []any
	for _, w := range sheet.Weeks {
		for _, f := range w.Figures {
			if f.ID == "B1" {
				weeks = append(weeks, f.Text())
			}
		}
	}
	equal(t, "by week", fmt.Sprint(weeks), "[7 7 not enough yet not enough yet]")

	// Months later, without another import, the time after is not known, and what was before ends with the newest mail:
	// 98 mails in 6 weeks.
	s.at(120, 9)
	figures, err := s.Figures(s.ctx, s.admin, store.FigureQuery{Window: store.Window{From: firstMonday.AddDate(0, 0, 84), To: firstMonday.AddDate(0, 0, 112)}})
	s.must(err)
	for _, f := range figures {
		switch f.ID {
		case "B1", "B1.share":
			equal(t, f.ID, f.Text(), "not enough yet")
		case "B1.baseline":
			equal(t, f.ID, shown(f), "16, 98 of 6, 0 people")
		}
	}
}
