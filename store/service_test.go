package store_test

import (
	"testing"
	"time"

	"tincan/store"
)

// The program's own figures, worked out on paper: it ran from noon of day 0 on. On day 1 it was there 23 h 50 min, on
// day 2 all the time, and day 3 is not over. 96 keys: 90 within 10 ms, two within 50, four within 200; the 95 % are 92.
func TestServiceOnPaper(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x", "bob x", "cat x", "dan x", "eve x")
	note := func(day int, hour float64, is store.Service) {
		t.Helper()
		s.at(day, hour)
		s.must(s.NoteService(s.ctx, is))
	}
	equal(t, "before it was noted", shown(s.ask(1, "", 0)["S1.down"]), "not enough yet, 0 of 0, 0 people")
	note(0, 12, store.Service{Refused: 2})
	note(0, 13, store.Service{Seconds: 3600})
	note(1, 23, store.Service{Seconds: 23 * 3600, Keys: [13]int64{3: 90}})
	note(1, 23.9, store.Service{Seconds: 3000, Refused: 1})
	note(2, 23.9, store.Service{Seconds: 86400, Keys: [13]int64{5: 2, 7: 4}})
	note(3, 1, store.Service{Seconds: 60})
	got := s.ask(1, "", 0)
	equal(t, "down", shown(got["S1.down"]), "10 min, 10 of 2880, 0 people")
	equal(t, "keys", shown(got["S1.p95"]), "50 ms, 92 of 96, 0 people")
	equal(t, "refused", shown(got["S1.refused"]), "3, 3 of 3, 0 people")
	if _, has := s.ask(1, "x", 0)["S1.down"]; has {
		t.Error("a department has the figures of the program")
	}
	s.at(10, 0)
	got = s.ask(1, "", 0)
	equal(t, "down when nobody served", shown(got["S1.down"]), "5,769 min, 5769 of 8640, 0 people") // days 3 to 6 but for a minute
	sheet, err := s.FigureSheet(s.ctx, s.admin, store.FigureQuery{Window: store.Window{From: firstMonday, To: firstMonday.Add(14 * 24 * time.Hour)}})
	s.must(err)
	equal(t, "weeks", len(sheet.Weeks), 2)
}

// What became of announcements, worked out on paper. Twelve are asked on day 0 at 9, by day 3 at 9; kim leaves on day 5.
//
//	ann  answers after   2 h: understood          gus  answers after  96 h: understood
//	bob  answers after  24 h: understood          hal  asks    after 264 h, which stays open
//	cat  asks    after   3 h, resolved on day 3   dan  has read it
//	eve  answers after  60 h: understood          the others have not
//	                                              a reminder goes out on day 2 at 9, after 48 h
func TestReachOnPaper(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann sales", "bob sales", "cat sales", "dan sales", "eve sales", "fay sales",
		"gus finance", "hal finance", "ida finance", "jon finance", "kim finance", "leo finance")
	s.at(0, 9)
	p := s.announce(s.admin, s.announcements(), "From Monday.", store.NewAnnouncement{MustRead: true, Due: firstMonday.AddDate(0, 0, 3).Add(9 * time.Hour)})
	after := func(hours float64) { s.at(0, 9+hours) }
	after(2)
	s.understands(s.id["ann"], p)
	after(3)
	s.asks(s.id["cat"], p, "And travel?")
	after(24)
	s.understands(s.id["bob"], p)
	s.readWhole(s.id["dan"], p)
	after(48)
	_, err := s.Remind(s.ctx, s.admin, p.ID, "It is due tomorrow.")
	s.must(err)
	after(60)
	s.understands(s.id["eve"], p)
	after(73)
	_, err = s.AnswerAnnouncement(s.ctx, s.id["cat"], p.ID, 0, "")
	s.must(err)
	after(96)
	s.understands(s.id["gus"], p)
	s.at(5, 8)
	got := s.ask(2, "", 0)
	equal(t, "R1.now while nobody has left", shown(got["R1.now"]), "50.0 %, 6 of 12, 12 people")          // hal has not yet
	equal(t, "R4.questions while nobody has left", shown(got["R4.questions"]), "16.67, 1 of 6, 6 people") // cat
	s.at(5, 9)
	s.must(s.Leaver(s.ctx, s.admin, "kim", "gone"))
	after(264)
	s.asks(s.id["hal"], p, "And Sundays?")
	s.at(30, 0)
	got = s.ask(2, "", 0)
	for id, want := range map[string]string{
		"R1":           "58.3 %, 7 of 12, 12 people", // ann bob cat dan eve gus hal
		"R1.now":       "too few people",             // 7 of 11: beside R1 it would tell that kim has not
		"R2":           "36.4 %, 4 of 11, 11 people", // ann bob cat eve, by 72 h
		"R2.late":      "45.5 %, 5 of 11, 11 people", // and gus, by 240 h
		"R2.before":    "27.3 %, 3 of 11, 11 people", // ann bob cat, by 48 h
		"R2.after":     "54.5 %, 6 of 11, 11 people", // and eve gus hal
		"R3.median":    "42.0 h, 6 of 6, 6 people",   // of 2 3 24 60 96 264
		"R3.p90":       "264.0 h, 6 of 6, 6 people",
		"R4":           "45.5 %, 5 of 11, 11 people", // ann bob cat eve gus
		"R4.questions": "too few people",             // 2 of 7: those 7 are who has read by now
	} {
		if f := got[id]; f.Text() != want {
			equal(t, id, shown(f), want)
		}
	}
	sales := s.ask(2, "sales", 0)
	equal(t, "R1 of sales", shown(sales["R1"]), "83.3 %, 5 of 6, 6 people")
	equal(t, "R2 of sales", shown(sales["R2"]), "66.7 %, 4 of 6, 6 people")
}
