package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// staff is a company whose figures can be worked out on paper. Its clock is moved to write at a time.
type staff struct {
	*world
	admin int64
	id    map[string]int64
}

// newStaff is a company of the given people, "name department", who were all on the roster a year before noon.
// They were invited on the first day of the tests' window, a Monday.
func newStaff(t testing.TB, people ...string) *staff {
	t.Helper()
	s := &staff{newWorld(t), 0, map[string]int64{}}
	s.admin = s.world.admin("board")
	s.raw(`DELETE FROM standing`)
	s.raw(`UPDATE person SET bot = 1 WHERE id = ?`, s.admin) // on the board and not counted
	for _, p := range people {
		handle, department, _ := strings.Cut(p, " ")
		s.id[handle] = s.person(handle)
		s.raw(`UPDATE person SET department = ?, invited_at = ? WHERE id = ?`, department, firstMonday.UnixMilli(), s.id[handle])
		s.raw(`DELETE FROM standing WHERE person_id = ?`, s.id[handle])
		s.raw(`INSERT INTO standing VALUES (?, ?, 1, ?, 0)`, s.id[handle], firstMonday.AddDate(-1, 0, 0).UnixMilli(), department)
	}
	return s
}

// firstMonday begins the window of the tests.
var firstMonday = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)

// at moves the clock to a day and an hour of the window, both from 0.
func (s *staff) at(day int, hours float64) {
	s.clock.set(firstMonday.AddDate(0, 0, day).Add(time.Duration(hours * float64(time.Hour))))
}

// say writes at a time, in a place.
func (s *staff) say(who string, at store.Place, body string) store.Post {
	s.t.Helper()
	p, err := s.CreatePost(s.ctx, s.id[who], store.NewPost{Place: at, Body: body, Question: strings.HasSuffix(body, "?")})
	s.must(err)
	return p
}

// ask are the figures of a group in the window of so many weeks, by id.
func (s *staff) ask(weeks int, department string, channel int64) map[string]store.Figure {
	s.t.Helper()
	all, err := s.Figures(s.ctx, s.admin, store.FigureQuery{Window: store.Window{From: firstMonday, To: firstMonday.AddDate(0, 0, 7*weeks)}, Department: department, Channel: channel})
	s.must(err)
	by := map[string]store.Figure{}
	for _, f := range all {
		if f.Name() == "" || f.Says() == "" {
			s.t.Fatalf("%s has no words", f.ID)
		}
		by[f.ID] = f
	}
	return by
}

// shown is a figure in one line: what people read, and what it was made of.
func shown(f store.Figure) string {
	return fmt.Sprintf("%s, %d of %d, %d people", f.Text(), f.Numerator, f.Denominator, f.People)
}

// TestFiguresOnPaper compares the figures of twelve people in two weeks with what a pencil says.
//
//	sales: ann bob cat dan eve fay       finance: gus hal ida jon kim leo
//
//	day 0, Mon  09:00 ann asks R1                     everyone
//	            10:00 gus replies to R1               1 h, finance → sales
//	            11:00 ann replies to R1 (own)         sales → sales
//	            12:00 ann chooses gus's reply as the answer
//	day 1, Tue  09:00 bob writes R2
//	day 2, Wed  09:00 cat replies to R2               24 h, sales → sales
//	            10:00 bob answers cat's reply         sales → sales
//	day 3, Thu  09:00 hal writes R3
//	day 7, Mon  09:00 ida replies to R3               96 h, finance → finance
//	            09:00 jon asks R4, which nobody answers
//	day 8, Tue  09:00 a bot replies to R4, which does not count; bob writes R5, kim replies after 2 h, the reply is hidden
//	then so long that everything is older than a week
//
// 5 roots (R1 to R5), 5 replies that count, 10 contributions: ann 2, gus 1, bob 3, cat 1, hal 1, ida 1, jon 1; kim's one is hidden.
// Visits: ann and gus on days 0, 1, 2 (Mon, Tue, Wed), leo on day 7 (Mon).
func TestFiguresOnPaper(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann sales", "bob sales", "cat sales", "dan sales", "eve sales", "fay sales",
		"gus finance", "hal finance", "ida finance", "jon finance", "kim finance", "leo finance")
	everyone := store.Place{Channel: s.everyone()}
	under := func(p store.Post) store.Place { return store.Place{Root: p.ID} }
	s.id["robot"] = s.person("robot")
	s.raw(`UPDATE person SET bot = 1 WHERE handle = 'robot'`)
	s.raw(`DELETE FROM standing WHERE person_id = ?`, s.id["robot"])
	for _, day := range []int{0, 1, 2} {
		s.at(day, 8)
		s.must(s.Visit(s.ctx, s.id["ann"]))
		s.must(s.Visit(s.ctx, s.id["gus"]))
		s.must(s.Visit(s.ctx, s.id["gus"])) // twice is once
	}

	s.at(0, 9)
	r1 := s.say("ann", everyone, "R1?")
	s.at(0, 10)
	answer := s.say("gus", under(r1), "x")
	s.at(0, 11)
	s.say("ann", under(r1), "thanks")
	s.at(0, 12)
	s.must(s.ResolveQuestion(s.ctx, s.id["ann"], answer.ID, true))
	s.at(1, 9)
	r2 := s.say("bob", everyone, "R2")
	s.at(2, 9)
	reply := s.say("cat", under(r2), "x")
	s.at(2, 10)
	s.say("bob", under(reply), "x")
	s.at(3, 9)
	r3 := s.say("hal", everyone, "R3 #helped")
	s.at(7, 8)
	s.must(s.Visit(s.ctx, s.id["leo"]))
	s.at(7, 9)
	s.say("ida", under(r3), "x")
	r4 := s.say("jon", everyone, "R4?")
	s.at(8, 9)
	s.say("robot", under(r4), "x")
	r5 := s.say("bob", everyone, "R5")
	s.at(8, 11)
	hidden := s.say("kim", under(r5), "x")
	s.must(s.HidePost(s.ctx, s.admin, hidden.ID, "spam"))
	s.at(30, 0)
	s.healthy()

	got := s.ask(2, "", 0)
	for id, want := range map[string]string{
		"A1":        "25.0 %, 3 of 12, 12 people",       // ann gus leo
		"A2.median": "too few people",                   // ann 8 h, gus 8 h, leo 7 d 8 h: three
		"A2.week":   "16.7 %, 2 of 12, 12 people",       // leo came after a week and eight hours
		"A3.day":    "0, 0 of 12, 12 people",            // Sunday
		"A3.week":   "1, 1 of 12, 12 people",            // leo, in the second week
		"A3.month":  "3, 3 of 12, 12 people",            //
		"A4":        "33.3 %, 10 of 10, 12 people",      // days 0–2: 2/2; 3, 4: 0/2; 7: 1/3; 8–11: 0/3: (3 + 1/3) ÷ 10
		"A6":        "not enough yet",                   // two weeks are no twelve
		"P1":        "58.3 %, 7 of 12, 12 people",       //
		"P2.none":   "33.3 %, 4 of 12, 12 people",       // dan eve fay kim
		"P2.visits": "8.3 %, 1 of 12, 12 people",        // leo
		"P2.some":   "58.3 %, 7 of 12, 12 people",       //
		"P2.many":   "0.0 %, 0 of 12, 12 people",        //
		"P3.top1":   "too few people, 0 of 0, 0 people", // one person
		"P3.top10":  "too few people, 0 of 0, 0 people", // two
		"P4":        "100.0 %, 2 of 2, 12 people",       // sales 3/6, finance 4/6
		"P5":        "not enough yet",                   // nobody is a leader
		"C1":        "too few people, 0 of 0, 0 people", // ann bob hal jon wrote the roots: four
		"N1":        "20.0 %, 1 of 5, 5 people",         // gus's alone
		"N3":        "0.1429, 3 of 21, 7 people",        // ann–gus, bob–cat, hal–ida of 7 × 6 ÷ 2
		"N4":        "33.3 %, 1 of 3, 7 people",         // bob–cat
		"B2":        "1, 1 of 1, 12 people",
	} {
		if f := got[id]; shown(f) != want && f.Text() != want {
			t.Errorf("%s: %s, want %s", id, shown(f), want)
		}
	}
	// By chance: replies by sales 3, by finance 2; to sales 4, to finance 1: 1 − (3·4 + 2·1)/25 = 0.44.
	equal(t, "N1.chance", shown(got["N1.chance"]), "44.0 %, 5 of 5, 5 people")
	equal(t, "N2", fmt.Sprintf("%.2f", got["N2"].Value), "-0.60") // 1 out, 4 in
	equal(t, "N5", shown(got["N5"]), "100.0 %, 5 of 5, 5 people")
	equal(t, "C4", got["C4"].Text(), "too few people") // two asked

	// A fifth author of a root shows C: R6 by dan, never answered.
	s.at(9, 9)
	s.say("dan", everyone, "R6")
	s.at(30, 0)
	got = s.ask(2, "", 0)
	for id, want := range map[string]string{
		"C1":        "33.3 %, 2 of 6, 5 people", // R1 and R2; R3 took 96 h
		"C1.day":    "33.3 %, 2 of 6, 5 people", // R2 in 24 h to the minute
		"C1.ever":   "50.0 %, 3 of 6, 5 people",
		"C2":        "66.7 %, 4 of 6, 5 people",
		"C3.median": "24.0 h, 3 of 3, 5 people", // of 1, 24 and 96
		"C3.p90":    "96.0 h, 3 of 3, 5 people",
		"C3.half":   "96.0 h, 6 of 6, 5 people", // the third of six
	} {
		equal(t, id, shown(got[id]), want)
	}

	// Sales alone: 5 of 6 did not reply to finance, and only three of them replied.
	sales := s.ask(2, "Sales", 0)
	equal(t, "P1 of sales", shown(sales["P1"]), "66.7 %, 4 of 6, 6 people")
	equal(t, "N1 of sales", sales["N1"].Text(), "too few people")
	if _, ok := sales["P4"]; ok {
		t.Error("a department has the figure of all departments")
	}
}

// TestComingOnPaper compares the figures of who comes and who leads, in twelve weeks, with what a pencil says.
//
//	sales: ann bob cat dan eve fay       finance: gus hal ida jon kim leo       all invited on day 0 at 0:00
//	leaders: ann bob cat dan eve
//
//	day  1, Tue  10:00 ann bob cat come               34 h after they were invited
//	day  9, Wed  12:00 dan eve fay gus hal come      228 h
//	day 73, Thu  10:00 ann bob cat dan ida come      1762 h for ida; in week 11
//	ann writes in weeks 1, 2 and 3, there twice; bob in week 1; cat in week 12; fay five times in week 2
//
// Visitors of the 28 days up to a day: from day 1 on 3, from day 9 on 8, from day 29 on 5, from day 37 on none, from day
// 73 on 5. Working days with any: 26 of days 1 to 36, 7 of days 73 to 83.
func TestComingOnPaper(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann sales", "bob sales", "cat sales", "dan sales", "eve sales", "fay sales",
		"gus finance", "hal finance", "ida finance", "jon finance", "kim finance", "leo finance")
	for _, who := range []string{"ann", "bob", "cat", "dan", "eve"} {
		s.raw(`UPDATE standing SET leader = 1 WHERE person_id = ?`, s.id[who])
	}
	come := func(day int, hour float64, people string) {
		s.at(day, hour)
		for _, who := range strings.Fields(people) {
			s.must(s.Visit(s.ctx, s.id[who]))
		}
	}
	write := func(day int, who string, times int) {
		s.at(day, 15)
		for range times {
			s.say(who, store.Place{Channel: s.everyone()}, "x")
		}
	}
	come(1, 10, "ann bob cat")
	write(2, "ann", 1)
	write(3, "bob", 1)
	come(9, 12, "dan eve fay gus hal")
	write(9, "ann", 1)
	write(10, "fay", 5)
	write(15, "ann", 2)
	come(73, 10, "ann bob cat dan ida")
	write(80, "cat", 1)
	s.at(100, 0)
	got := s.ask(12, "", 0)
	for id, want := range map[string]string{
		"A1":        "75.0 %, 9 of 12, 12 people", // all but jon kim leo
		"A2.median": "228.0 h, 9 of 9, 9 people",  // of 34 34 34 228 228 228 228 228 1762
		"A2.week":   "25.0 %, 3 of 12, 12 people", // ann bob cat, by 168 h
		"A3.day":    "0, 0 of 12, 12 people",      // day 83
		"A3.week":   "0, 0 of 12, 12 people",      // days 77 to 83
		"A3.month":  "5, 5 of 12, 12 people",      // days 56 to 83
		"A4":        "8.0 %, 33 of 33, 12 people", // (3/3 + 5/8 + 5/5) ÷ 33
		"A6":        "50.0 %, 4 of 8, 8 people",   // ann bob cat dan of eight; ida is none of them
		"P1":        "33.3 %, 4 of 12, 12 people", // ann bob cat fay
		"P2.none":   "25.0 %, 3 of 12, 12 people", // jon kim leo
		"P2.visits": "41.7 %, 5 of 12, 12 people", // dan eve gus hal ida
		"P2.some":   "25.0 %, 3 of 12, 12 people", // ann bob cat
		"P2.many":   "8.3 %, 1 of 12, 12 people",  // fay
		"P4":        "50.0 %, 1 of 2, 12 people",  // sales 4/6, finance 0/6
		"P5":        "8.3 %, 5 of 60, 5 people",   // ann three weeks, bob one, cat one, of five times twelve
	} {
		equal(t, id, shown(got[id]), want)
	}
}

// TestConcentrationOnPaper has 500 people: a hundredth are five, a tenth fifty. Five write four times, fifty-five once:
// 75 contributions, 20 of them by the first five, 45 by the next 45, 10 by all others.
func TestConcentrationOnPaper(t *testing.T) {
	t.Parallel()
	s := newStaff(t)
	first := s.crowd(500)
	s.raw(`UPDATE person SET created_at = ? WHERE id >= ?`, firstMonday.AddDate(-1, 0, 0).UnixMilli(), first)
	s.at(1, 9)
	for i := range 60 {
		s.id["who"] = first + int64(7*i)
		for range 1 + 3*max(0, min(1, 5-i)) {
			s.say("who", store.Place{Channel: s.everyone()}, "x")
		}
	}
	s.at(20, 0)
	got := s.ask(1, "", 0)
	for id, want := range map[string]string{
		"P1":       "12.0 %, 60 of 500, 500 people",
		"P3.top1":  "26.7 %, 20 of 75, 500 people",
		"P3.next9": "60.0 %, 45 of 75, 500 people",
		"P3.top10": "86.7 %, 65 of 75, 500 people",
		"P3.rest":  "13.3 %, 10 of 75, 500 people",
	} {
		equal(t, id, shown(got[id]), want)
	}
}

// A reply that is hidden is none, and one that comes back is one again.
func TestFirstReplyFollowsHiding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	root := w.post(maya, w.everyone(), "x")
	heard := func() int64 { return w.number(`SELECT heard_at FROM post WHERE id = ?`, root.ID) }
	w.reply(maya, root.ID, "own")
	equal(t, "own reply", heard(), 0)
	first, second := w.reply(ben, root.ID, "1"), w.reply(jon, root.ID, "2")
	equal(t, "the first", heard(), first.At.UnixMilli())
	w.must(w.HidePost(w.ctx, jon, first.ID, "x"))
	equal(t, "hidden", heard(), second.At.UnixMilli())
	w.must(w.UnhidePost(w.ctx, jon, first.ID))
	equal(t, "back", heard(), first.At.UnixMilli())
	w.must(w.DeletePost(w.ctx, ben, first.ID))
	equal(t, "deleted by its author", heard(), first.At.UnixMilli())
	third := w.reply(ben, second.ID, "3")
	equal(t, "whom a reply to a reply answers", w.number(`SELECT to_id FROM post WHERE id = ?`, third.ID), jon)
	w.healthy()
}

// TestSuppression subtracts what is published of each group from every other, in companies made up at random, and finds no
// group of one to four people.
func TestSuppression(t *testing.T) {
	t.Parallel()
	for seed := range 12 {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		var people, departments []string
		for d := range 1 + rng.IntN(4) {
			departments = append(departments, fmt.Sprint("d", d))
			for range 1 + rng.IntN(9) {
				people = append(people, fmt.Sprintf("p%d d%d", len(people), d))
			}
		}
		if seed%3 == 0 {
			people = append(people, "nowhere ")
		}
		s := newStaff(t, people...)
		channels := []int64{s.everyone()}
		for c := range 2 {
			channels = append(channels, s.create(s.admin, store.NewChannel{Name: fmt.Sprint("c", c)}))
		}
		var roots []int64
		for i := range 15 + rng.IntN(30) {
			who := strings.Fields(people[rng.IntN(len(people))])[0]
			s.at(i/10, float64(9+i%10))
			place := store.Place{Channel: channels[rng.IntN(len(channels))]}
			if len(roots) > 0 && rng.IntN(2) == 0 {
				place = store.Place{Root: roots[rng.IntN(len(roots))]}
				place.Channel = s.number(`SELECT channel_id FROM post WHERE id = ?`, place.Root)
			}
			if place.Channel != s.everyone() {
				s.join(place.Channel, s.id[who])
			}
			p := s.say(who, place, "x")
			if place.Root == 0 {
				roots = append(roots, p.ID)
			}
		}
		s.at(40, 0)
		whole := s.ask(2, "", 0)
		var byDepartment, byChannel []map[string]store.Figure
		for _, d := range departments {
			byDepartment = append(byDepartment, s.ask(2, d, 0))
		}
		for _, c := range channels {
			byChannel = append(byChannel, s.ask(2, "", c))
		}
		noneSmall(t, seed, "departments", whole, byDepartment, func(id string) bool { return true })
		// The same people write in several channels: what is left of the authors is not counted by subtracting.
		noneSmall(t, seed, "channels", whole, byChannel, func(id string) bool { return false })
	}
}

// A department in which nothing was counted is no cover for a small one, and of a small one nothing is told at all.
func TestSuppressionBesideWhatIsNotDue(t *testing.T) {
	t.Parallel()
	var people []string
	for d, n := range []int{8, 4, 6} {
		for i := range n {
			people = append(people, fmt.Sprintf("p%d%d d%d", d, i, d))
		}
	}
	s := newStaff(t, people...)
	for d, due := range []int{3, 3, 60} {
		s.at(7*(d/2), 9) // two a week at most
		_, err := s.CreatePost(s.ctx, s.admin, store.NewPost{Place: store.Place{Channel: s.announcements()}, Body: "Read this",
			Announce: &store.NewAnnouncement{Departments: []string{fmt.Sprint("d", d)}, MustRead: true, Due: firstMonday.AddDate(0, 0, due), Why: "To test."}})
		s.must(err)
	}
	s.at(14, 0)
	whole, first := s.ask(2, "", 0)["R2"], s.ask(2, "d0", 0)["R2"]
	equal(t, "R2 of all", row(whole.Known, whole.Suppressed, whole.Denominator), row(true, false, 12))
	equal(t, "R2 of the large department, from which that of four would follow", first.Suppressed, true)
	for id, f := range s.ask(2, "d1", 0) {
		equal(t, id+" of four people", f.Suppressed, true)
	}
}

// noneSmall checks that each figure that is shown is of enough people, and what is left of the whole without any of the parts too.
func noneSmall(t *testing.T, seed int, of string, whole map[string]store.Figure, parts []map[string]store.Figure, adds func(id string) bool) {
	t.Helper()
	small := func(n int) bool { return n > 0 && n < 5 }
	for id, w := range whole {
		if w.Suppressed && (w.Value != 0 || w.Numerator != 0 || w.Denominator != 0 || w.People != 0) {
			t.Errorf("seed %d: %s is suppressed and tells %+v", seed, id, w)
		}
		if w.Known && !w.Suppressed && small(w.People) {
			t.Errorf("seed %d: %s is of %d people", seed, id, w.People)
		}
		var sizes []int
		for i, part := range parts {
			f, ok := part[id]
			if !ok || f.Suppressed || !f.Known {
				continue
			}
			if small(f.People) {
				t.Errorf("seed %d: %s of %s %d is of %d people", seed, id, of, i, f.People)
			}
			sizes = append(sizes, f.People)
		}
		if !w.Known || w.Suppressed || !adds(id) || strings.HasPrefix(id, "N5.") {
			continue
		}
		for subset := range 1 << len(sizes) { // whatever is subtracted from the whole
			left := w.People
			for i, n := range sizes {
				if subset>>i&1 == 1 {
					left -= n
				}
			}
			if small(left) {
				t.Errorf("seed %d: %s of all, %d people, less %v of the %s is of %d people", seed, id, w.People, sizes, of, left)
			}
		}
	}
}

func TestFiguresOfALittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	window := func(first, last string) store.Window {
		t.Helper()
		win, err := w.FigureWindow(w.ctx, jon, 0, first, last)
		w.must(err)
		return win
	}
	all := func(q store.FigureQuery) (text string) {
		t.Helper()
		figures, err := w.Figures(w.ctx, jon, q)
		w.must(err)
		for _, f := range figures {
			if f.Known && !f.Suppressed && f.ID != "B2" {
				text += f.ID + " "
			}
		}
		return text
	}
	equal(t, "the usual window is twelve weeks from a Monday on", window("", "").String(), "1 Sep 2025 to 20 Nov 2025")
	equal(t, "no data", all(store.FigureQuery{Window: window("", "")}), "")
	equal(t, "a time to come", all(store.FigureQuery{Window: window("2026-01-01", "2026-02-01")}), "")
	equal(t, "long ago", all(store.FigureQuery{Window: window("1970-01-02", "1970-01-02")}), "")

	_, err := w.FigureWindow(w.ctx, jon, 0, "2025-11-20", "2025-11-19")
	refused(t, err, store.ErrInvalid, "The first day has to be before the last one.")
	_, err = w.FigureWindow(w.ctx, jon, 0, "yesterday", "")
	refused(t, err, store.ErrInvalid, `"yesterday" is no date.`)
	_, err = w.Figures(w.ctx, jon, store.FigureQuery{Window: window("", ""), Department: "nowhere"})
	refused(t, err, store.ErrNotFound, `Nobody is in a department "nowhere"`)
	_, err = w.Figures(w.ctx, jon, store.FigureQuery{Window: window("", ""), Department: "x", Channel: 1})
	refused(t, err, store.ErrInvalid, "both together would tell of too few people")
	_, err = w.Figures(w.ctx, jon, store.FigureQuery{})
	refused(t, err, store.ErrInvalid, "The first day has to be before the last one.")
	_, err = w.Figures(w.ctx, maya, store.FigureQuery{Window: window("", "")})
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
	secret := w.private(maya, "secret")
	_, err = w.Figures(w.ctx, jon, store.FigureQuery{Window: window("", ""), Channel: secret})
	refused(t, err, store.ErrNotFound, "There is no channel of that name here.")
	_, err = w.FigureWindow(w.ctx, jon, secret, "", "")
	refused(t, err, store.ErrNotFound, "There is no channel of that name here.")
}

// An announcement that nobody has read, and one that nobody was reminded of, are figures like others.
func TestFiguresOfFewAnswers(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann sales", "bob sales", "cat sales", "dan sales", "eve sales")
	s.at(0, 9)
	p, err := s.CreatePost(s.ctx, s.admin, store.NewPost{Place: store.Place{Channel: s.announcements()}, Body: "From Monday.", Announce: &store.NewAnnouncement{MustRead: true}})
	s.must(err)
	s.at(7, 9)
	equal(t, "read by nobody", shown(s.ask(2, "", 0)["R1"]), "0.0 %, 0 of 5, 5 people")
	s.at(7, 10)
	_, err = s.MarkSeen(s.ctx, s.id["ann"], p.ID, 1, store.Part{To: store.WholeText})
	s.must(err)
	_, err = s.AnswerAnnouncement(s.ctx, s.id["ann"], p.ID, 1, "")
	s.must(err)
	figures := s.ask(2, "", 0)
	equal(t, "answered late", shown(figures["R4"]), "20.0 %, 1 of 5, 5 people")
	equal(t, "nobody reminded", figures["R2.before"].Known, false)
}

// What is written in private moves no figure.
func TestPrivateIsNotMeasured(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x", "bob x", "cat x", "dan x", "eve x", "fay x")
	s.at(0, 9)
	for _, who := range []string{"ann", "bob", "cat", "dan", "eve"} {
		s.say(who, store.Place{Channel: s.everyone()}, "x")
	}
	figures := func() string {
		s.at(30, 0)
		all, err := s.Figures(s.ctx, s.admin, store.FigureQuery{Window: store.Window{From: firstMonday, To: firstMonday.AddDate(0, 0, 14)}})
		s.must(err)
		var text []string
		for _, f := range all {
			text = append(text, f.ID+" "+shown(f))
		}
		return strings.Join(text, "\n")
	}
	before := figures()
	s.at(1, 9)
	secret := s.private(s.id["fay"], "secret", "ann")
	p := s.say("fay", store.Place{Channel: secret}, "x? #helped")
	s.say("ann", store.Place{Root: p.ID}, "x")
	equal(t, "figures", figures(), before)
}

// Days are those of the organisation's calendar: of 23 and 25 hours where clocks change.
func TestVisitsByTheCalendar(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.zone("Europe/Berlin")
	set := func(at string) {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		w.must(err)
		w.clock.set(when)
		w.must(w.Visit(w.ctx, maya))
	}
	for _, at := range []string{
		"2025-10-25T21:59:00Z", // Saturday 23:59
		"2025-10-25T22:00:00Z", // Sunday 0:00, a day of 25 hours
		"2025-10-26T22:59:00Z", // Sunday 23:59
		"2025-10-26T23:00:00Z", // Monday 0:00
		"2025-10-01T12:00:00Z", // the clock went back
		"2026-03-29T00:30:00Z", // before the hour that is left out
		"2026-03-29T21:59:00Z", // 23:59 of that day
		"2026-03-29T22:00:00Z", // the next
		"2025-12-31T23:30:00Z", // the new year has come
	} {
		set(at)
	}
	days, err := w.Visits(w.ctx, maya)
	w.must(err)
	var got []string
	for _, d := range days {
		got = append(got, d.Format("01-02"))
	}
	equal(t, "days", strings.Join(got, " "), "10-01 10-25 10-26 10-27 01-01 03-29 03-30")
	if !slices.IsSortedFunc(days, time.Time.Compare) {
		t.Errorf("%v are not in order", days)
	}
	held, err := w.Held(w.ctx, maya)
	w.must(err)
	equal(t, "held", held.Visits, 7)
}

// zone says where the organisation is.
func (w *world) zone(name string) {
	w.t.Helper()
	w.raw(`UPDATE trial SET zone = ?`, name)
}

// Posts count for the day that they were written on, also where a clock was wrong for a while.
func TestDaysOfPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	const day = 24 * time.Hour
	for _, wait := range []time.Duration{0, time.Minute, day, -day, time.Minute, 3 * day, time.Minute, -2 * day, day} {
		w.clock.add(wait)
		w.post(maya, w.everyone(), "x")
	}
	w.healthy()
	equal(t, "turns", w.number(`SELECT count(*) FROM written`), 6)
	first := w.number(`SELECT min(day) FROM written`)
	for d, want := range map[int64]int{0: 4, 1: 2, 2: 1, 3: 2, 4: 0} {
		got, err := w.Measured(w.ctx, first+d)
		w.must(err)
		if equal(t, fmt.Sprint("posts of day ", d), len(got), want); !slices.IsSorted(got) {
			t.Errorf("of day %d they are not in order: %v", d, got)
		}
	}
}
