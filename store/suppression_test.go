package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

const (
	hiddenWeeks       = 6
	hiddenDepartments = 4
	hiddenChannels    = 2
	hiddenCells       = hiddenDepartments * hiddenChannels * hiddenWeeks
)

// secrets are companies whose published figures are subtracted from each other. What a figure counts lies in cells, of a
// department, a channel and a week, and the test knows who stands behind each, without asking the store how it counts.
type secrets struct {
	*staff
	t         *testing.T
	rng       *rand.Rand
	people    []string // "p3 d0"
	channels  [hiddenChannels]int64
	invited   []int // in which week, of each person
	firstTold int   // the week from which anything is told
	behind    map[string]*[hiddenCells]map[string]bool
	published map[string]*span
	told      map[string]int
}

// The measures whose counts add up over weeks and departments, by who is behind them.
var (
	ofRoots     = []string{"C1", "C1.day", "C1.ever", "C2", "C3.median", "C3.p90", "C3.half"}
	ofQuestions = []string{"C4"}
	ofReplies   = []string{"N1", "N1.chance", "N2", "N5"}
	adding      = slices.Concat(ofRoots, ofQuestions, ofReplies, []string{"A2.median", "A2.week", "P5",
		"R1", "R1.now", "R2", "R2.late", "R2.before", "R2.after", "R3.median", "R3.p90", "R4", "R4.questions", reachGap})
	// Those of who is on the roster, which add up over departments only.
	ofRoster = []string{"A1", "A3.day", "A3.week", "A3.month", "A4", "A6", "P1", "P2.none", "P2.visits", "P2.some", "P2.many",
		"P3.top1", "P3.next9", "P3.top10", "P3.rest"}
)

// reachGap is R1 subtracted from how many have read by now: those who were asked later, or are not asked any more.
const reachGap = "R1 from R1.now"

func cell(department, channel, week int) int {
	return (department*hiddenChannels+channel)*hiddenWeeks + week
}

func newSecrets(t *testing.T, seed int) *secrets {
	rng := rand.New(rand.NewPCG(uint64(seed), 3))
	s := &secrets{t: t, rng: rng, behind: map[string]*[hiddenCells]map[string]bool{}, published: map[string]*span{}, told: map[string]int{}}
	for d, n := range [hiddenDepartments]int{8 + rng.IntN(5), 6 + rng.IntN(4), 2 + rng.IntN(5), 1} {
		for range n {
			s.people = append(s.people, fmt.Sprintf("p%d d%d", len(s.people), d))
		}
	}
	s.staff = newStaff(t, s.people...)
	s.channels = [hiddenChannels]int64{s.everyone(), s.create(s.admin, store.NewChannel{Name: "quiet"})}
	for _, m := range adding {
		s.behind[m], s.published[m] = &[hiddenCells]map[string]bool{}, &span{}
	}
	if seed%2 == 0 { // what was before the trial is not told
		s.firstTold = 1
	}
	return s
}

func (s *secrets) person(i int) (who string, department int) {
	who, _, _ = strings.Cut(s.people[i], " ")
	return who, int(s.people[i][len(s.people[i])-1] - '0')
}

// is notes that somebody is behind some measures in a week.
func (s *secrets) is(who string, department, channel, week int, measures ...string) {
	if week < s.firstTold {
		return
	}
	for _, m := range measures {
		in := &s.behind[m][cell(department, channel, week)]
		if *in == nil {
			*in = map[string]bool{}
		}
		(*in)[who] = true
	}
}

// live has the company live through its weeks. In some nobody writes, in some one, in some nearly all.
func (s *secrets) live() {
	leaders := 4 + s.rng.IntN(4)
	for i := range s.people {
		who, d := s.person(i)
		invited := []int{0, 0, 0, 2, 3, 4}[s.rng.IntN(6)]
		at := firstMonday.AddDate(0, 0, 7*invited+s.rng.IntN(7))
		s.raw(`UPDATE person SET invited_at = ?, leader = ? WHERE id = ?`, at.UnixMilli(), i < leaders, s.id[who])
		s.raw(`UPDATE standing SET leader = ? WHERE person_id = ?`, i < leaders, s.id[who])
		s.invited = append(s.invited, max(invited, s.firstTold))
		s.is(who, d, 0, s.invited[i], "A2.week")
		if s.rng.IntN(3) > 0 {
			s.is(who, d, 0, s.invited[i], "A2.median")
			s.raw(`UPDATE person SET visited_at = ? WHERE id = ?`, at.Add(time.Duration(1+s.rng.IntN(300))*time.Hour).UnixMilli(), s.id[who])
		}
		for week := range hiddenWeeks {
			if i < leaders {
				s.is(who, d, 0, week, "P5")
			}
		}
	}
	var roots []store.Post
	var channelOf []int
	for week := range hiddenWeeks {
		busy := []int{0, 3, 60, 90}[s.rng.IntN(4)] // per cent who write, or one of them
		for i := range s.people {
			who, d := s.person(i)
			if s.rng.IntN(100) >= busy && !(busy == 3 && i == week) {
				continue
			}
			s.at(7*week+s.rng.IntN(7), 9+float64(i)/10)
			s.must(s.Visit(s.ctx, s.id[who]))
			s.is(who, d, 0, s.invited[i], "A2.median")
			c := min(1, s.rng.IntN(3)) ^ 1
			if c == 1 {
				s.join(s.channels[1], s.id[who])
			}
			if n := len(roots); n > 0 && s.rng.IntN(2) == 0 {
				k := max(0, n-1-s.rng.IntN(12))
				if channelOf[k] == 1 {
					s.join(s.channels[1], s.id[who])
				}
				s.say(who, store.Place{Root: roots[k].ID}, "x")
				s.is(who, d, channelOf[k], week, ofReplies...)
				continue
			}
			body := []string{"x", "x?"}[s.rng.IntN(2)]
			roots, channelOf = append(roots, s.say(who, store.Place{Channel: s.channels[c]}, body)), append(channelOf, c)
			s.is(who, d, c, week, ofRoots...)
			if body == "x?" {
				s.is(who, d, c, week, ofQuestions...)
			}
		}
		if s.rng.IntN(4) > 0 {
			s.request(week)
		}
	}
	s.at(7*hiddenWeeks+12, 0)
	if s.firstTold > 0 {
		s.must(s.SetTrial(s.ctx, s.admin, store.Trial{First: firstMonday.AddDate(0, 0, 7*s.firstTold+2).Format(time.DateOnly)}, "why"))
	}
	s.Forget() // what was written past the store
}

// request announces something to some departments, and has some read it, answer and join.
func (s *secrets) request(week int) {
	var to []string
	for d := range hiddenDepartments {
		if s.rng.IntN(3) > 0 || d == 0 {
			to = append(to, fmt.Sprint("d", d))
		}
	}
	s.at(7*week+3, 8)
	an := &store.NewAnnouncement{Departments: to, MustRead: true, Due: s.clock.Now().AddDate(0, 0, 2), Why: "To test."}
	if s.rng.IntN(3) == 0 {
		an = &store.NewAnnouncement{Departments: to} // due at no time
	}
	p, err := s.CreatePost(s.ctx, s.admin, store.NewPost{Place: store.Place{Channel: s.announcements()}, Body: "Read this", Announce: an})
	s.must(err)
	moves, reads, answers := s.rng.IntN(3)*s.rng.IntN(5), s.rng.IntN(10), s.rng.IntN(10)
	var asked []int
	for i := range s.people {
		if who, d := s.person(i); slices.Contains(to, fmt.Sprint("d", d)) {
			asked = append(asked, i)
			read, answered := s.rng.IntN(10) < reads, false
			if read {
				s.at(7*week+3, 9+float64(i)/10)
				_, err := s.MarkSeen(s.ctx, s.id[who], p.ID, 1, store.Part{To: store.WholeText})
				s.must(err)
				if s.rng.IntN(10) < answers {
					answered = true
					_, err := s.AnswerAnnouncement(s.ctx, s.id[who], p.ID, 1, "")
					s.must(err)
				}
			}
			joined := moves > 0 && s.rng.IntN(2) == 0
			if joined {
				moves--
				s.raw(`UPDATE audience SET published = 0 WHERE post_id = ? AND person_id = ?`, p.ID, s.id[who])
				s.is(who, d, 0, week, reachGap)
			} else {
				s.is(who, d, 0, week, "R1")
			}
			s.is(who, d, 0, week, "R1.now", "R4")
			if an.MustRead {
				s.is(who, d, 0, week, "R2", "R2.late")
			}
			if read {
				s.is(who, d, 0, week, "R4.questions")
			}
			if answered {
				s.is(who, d, 0, week, "R3.median", "R3.p90")
			}
		}
	}
	if s.rng.IntN(2) == 0 {
		s.at(7*week+4, 8)
		if _, err := s.Remind(s.ctx, s.admin, p.ID, "why"); err == nil {
			for _, i := range asked {
				who, d := s.person(i)
				s.is(who, d, 0, week, "R2.before", "R2.after")
			}
		}
	}
}

// publish takes what is told of some departments, channels and weeks as known.
func (s *secrets) publish(of string, figures []store.Figure, from, to int, in func(department, channel int) bool) {
	s.t.Helper()
	var v [hiddenCells]int64
	for d := range hiddenDepartments {
		for c := range hiddenChannels {
			for w := max(from, s.firstTold); w < to; w++ {
				if in(d, c) {
					v[cell(d, c, w)] = 1
				}
			}
		}
	}
	by := map[string]store.Figure{}
	for _, f := range figures {
		switch {
		case f.Suppressed:
			if f.Value != 0 || f.Numerator != 0 || f.Denominator != 0 || f.People != 0 {
				s.t.Errorf("%s of %s is suppressed and tells %+v", f.ID, of, f)
			}
			continue
		case !f.Known:
			continue
		}
		if (slices.Contains(adding, f.ID) || slices.Contains(ofRoster, f.ID)) && f.People < 5 {
			s.t.Errorf("%s of %s is of %d people", f.ID, of, f.People)
		}
		by[f.ID] = f
		s.told[f.ID]++
		if known := s.published[f.ID]; known != nil {
			known.add(v)
		}
	}
	_, r1 := by["R1"]
	_, now := by["R1.now"]
	if _, questions := by["R4.questions"]; r1 && (now || questions) {
		s.published[reachGap].add(v)
	}
	c1, shown := by["C1"]
	if without, both := by["N5.without"]; shown && both {
		if n := c1.People - without.People; n > 0 && n < 5 {
			s.t.Errorf("C1 of %s without the five busiest leaves %d people", of, n)
		}
	}
}

// look finds who can be told of by what is known.
func (s *secrets) look(seed int) {
	s.t.Helper()
	for _, m := range adding {
		for departments := 1; departments < 1<<hiddenDepartments; departments++ {
			for channels := 1; channels < 1<<hiddenChannels; channels++ {
				for from := range hiddenWeeks {
					people := map[string]bool{}
					var v [hiddenCells]int64
					for to := from; to < hiddenWeeks; to++ {
						for d := range hiddenDepartments {
							for c := range hiddenChannels {
								if departments>>d&1 == 1 && channels>>c&1 == 1 && to >= s.firstTold {
									v[cell(d, c, to)] = 1
									for who := range s.behind[m][cell(d, c, to)] {
										people[who] = true
									}
								}
							}
						}
						if n := len(people); n > 0 && n < 5 && s.published[m].has(v) {
							s.t.Errorf("seed %d: %s of departments %04b, channels %02b, weeks %d to %d can be told of %d people", seed, m, departments, channels, from, to, n)
						}
					}
				}
			}
		}
	}
}

// TestSuppressionAcrossWindows publishes all there is in companies where little happens: every measure of every window
// of weeks, of everyone, of each department and of each channel, by Figures; the sheet of the screen and of --csv with
// its weeks and departments; and what the report is written from, with each announcement. Whatever is added to and
// subtracted from whatever, in any number, what is left of some departments, channels and weeks has nobody behind it,
// or five people. That is solved, not tried: what is left is known if it is a linear combination of what is published.
//
// It covers all measures that add up over weeks: C1 to C4, N1, N2, N5, A2, P5 and R1 to R4, and two pairs of measures
// that can be subtracted from each other: R1 from R1.now and R4's readers, and N5's C1 without the busiest from C1. Of
// those that are of the roster, A1 to A6 and P1 to P3, whose people are others in each window, it covers that each is of
// five and what is left of everyone without any departments too. P4 counts departments, N3 and N4 pairs of those who
// write, B1 mails and S1 the program: they are of nobody, or what is left by subtracting them is no count of people.
//
// It does not cover what can be told by asking for the same window at two times, by knowing people (who was alone at
// work), by numerators (that of 12 one wrote is told), by people who changed departments, or by two announcements in one
// week taken together with departments of that week. What is held back leaves the store with nothing in it, which is
// checked of each figure here: so the words, --json, --csv, the screens and the forms of the report cannot print it.
func TestSuppressionAcrossWindows(t *testing.T) {
	t.Parallel()
	const rounds = 3
	told := map[string]int{}
	for seed := range rounds {
		s := newSecrets(t, seed)
		s.live()
		window := func(from, to int) store.Window { // weeks count whole
			return store.Window{From: firstMonday.AddDate(0, 0, 7*from+s.rng.IntN(4)), To: firstMonday.AddDate(0, 0, 7*(to-1)+4+s.rng.IntN(4))}
		}
		type asked struct {
			name string
			q    store.FigureQuery
			in   func(department, channel int) bool
		}
		all := []asked{{"all", store.FigureQuery{}, func(int, int) bool { return true }}}
		for n := range hiddenDepartments {
			name := fmt.Sprint("d", n)
			all = append(all, asked{name, store.FigureQuery{Department: name}, func(d, _ int) bool { return d == n }})
		}
		for n := range hiddenChannels {
			all = append(all, asked{fmt.Sprint("c", n), store.FigureQuery{Channel: s.channels[n]}, func(_, c int) bool { return c == n }})
		}
		for from := range hiddenWeeks {
			for to := from + 1; to <= hiddenWeeks; to++ {
				var whole map[string]store.Figure
				var byDepartment []map[string]store.Figure
				for i, a := range all {
					a.q.Window = window(from, to)
					figures, err := s.Figures(s.ctx, s.admin, a.q)
					if errors.Is(err, store.ErrNotFound) {
						continue
					}
					s.must(err)
					s.publish(fmt.Sprintf("%s, weeks %d to %d", a.name, from, to), figures, from, to, a.in)
					by := map[string]store.Figure{}
					for _, f := range figures {
						by[f.ID] = f
					}
					switch {
					case i == 0:
						whole = by
					case a.q.Department != "":
						byDepartment = append(byDepartment, by)
					}
				}
				noneSmall(t, seed, fmt.Sprintf("departments in weeks %d to %d", from, to), whole, byDepartment, func(id string) bool { return slices.Contains(ofRoster, id) })
			}
		}
		everywhere := func(int, int) bool { return true }
		week := func(w store.Window) int { return int(w.From.Sub(firstMonday).Hours()/24+0.5) / 7 }
		parts := func(door string, whole []store.Figure, weeks, departments []store.FigurePart) {
			s.publish(door, whole, 0, hiddenWeeks, everywhere)
			for _, w := range weeks {
				s.publish(door+" by week", w.Figures, week(w.Window), week(w.Window)+1, everywhere)
			}
			for _, p := range departments {
				s.publish(door+" by department", p.Figures, 0, hiddenWeeks, func(d, _ int) bool { return p.Name == fmt.Sprint("d", d) })
			}
		}
		sheet, err := s.FigureSheet(s.ctx, s.admin, store.FigureQuery{Window: window(0, hiddenWeeks)})
		s.must(err)
		parts("sheet", sheet.Whole, sheet.Weeks, sheet.Departments)
		found, err := s.Findings(s.ctx, s.admin, window(0, hiddenWeeks), func(string) {})
		s.must(err)
		parts("report", found.Figures, found.Weeks, found.Departments)
		for _, a := range found.Announced { // one a week at most
			n := week(store.Window{From: a.At})
			s.publish("announcement", a.Figures, n, n+1, everywhere)
		}
		s.look(seed)
		for m, n := range s.told {
			told[m] += n
		}
	}
	for _, m := range []string{"C1", "N1", "N5", "A2.median", "R1", "R1.now", "R2", "R4", "P1", "P5"} {
		if told[m] < 5*rounds {
			t.Errorf("%s is told %d times only", m, told[m])
		}
	}
}

// span is what follows from what is known: all sums and differences of it, in numbers modulo a large prime, which are
// the same as in fractions but for an unlikely chance.
type span struct {
	rows [hiddenCells]*[hiddenCells]int64
}

const prime = 1_000_003

// reduce subtracts what is known from v; nothing is left of what follows from it.
func (k *span) reduce(v [hiddenCells]int64) (left [hiddenCells]int64, at int) {
	for i := range v {
		if v[i] == 0 {
			continue
		}
		if k.rows[i] == nil {
			return v, i
		}
		factor := v[i]
		for j := i; j < hiddenCells; j++ {
			v[j] = ((v[j]-factor*k.rows[i][j])%prime + prime) % prime
		}
	}
	return v, hiddenCells
}

func (k *span) has(v [hiddenCells]int64) bool {
	_, at := k.reduce(v)
	return at == hiddenCells
}

func (k *span) add(v [hiddenCells]int64) {
	v, at := k.reduce(v)
	if at == hiddenCells {
		return
	}
	inverse := int64(1)
	for base, n := v[at], prime-2; n > 0; base, n = base*base%prime, n/2 { // by Fermat
		if n%2 == 1 {
			inverse = inverse * base % prime
		}
	}
	for j := range v {
		v[j] = v[j] * inverse % prime
	}
	k.rows[at] = &v
}
