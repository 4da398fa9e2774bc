package store

import (
	"math"
	"slices"
	"time"
)

const (
	monthDays  = 28 // of the monthly visitors
	weekDays   = 7
	oftenLeast = 5    // contributions of those who write often
	quarter    = 0.25 // of a department has to write for it to take part
	busiest    = 5    // people without whom the replies are looked at again
	earlyWeeks = 2    // in which those come whose return is looked at
	lateFrom   = 10   // weeks after the start that they are looked for
	lateTo     = 12
)

// group is those whose figures are computed: everyone, a department, or what is written in a channel.
type group struct {
	*ledger
	people  []*counted // its roster
	said    []said
	answers []said // to what is written in it, in the window and the hours after it
	asked   []question
	asks    []asks
	invited []invitation
	channel bool // a channel of many: being here is not of it
}

// present are the people who were on the roster in the window.
func (l *ledger) present() []*counted {
	return slices.DeleteFunc(slices.Clone(l.people), func(p *counted) bool { return !l.places[p.place].present })
}

// whole are the figures of everyone.
func (l *ledger) whole() []Figure {
	g := &group{ledger: l, people: l.present(), said: l.said, answers: l.answers, asked: l.asked, asks: l.asks, invited: l.invited}
	figures := g.figures()
	if !l.archive {
		figures = slices.Insert(figures, g.index(figures, "C1"), g.departments(), g.leaders())
		figures = append(figures, number("B2", len(l.stories), len(l.stories), g.roster()))
	}
	figures = append(figures, l.displaced()...)
	if l.channel == nil {
		figures = append(figures, l.serves()...)
	}
	return figures
}

func (g *group) index(figures []Figure, id string) int {
	return slices.IndexFunc(figures, func(f Figure) bool { return f.ID == id })
}

// figures are all that a group can have.
func (g *group) figures() (all []Figure) {
	if !g.archive && !g.channel {
		all = g.visits()
	}
	all = append(append(append(all, g.participation()...), g.replies()...), g.network()...)
	if !g.archive && !g.channel {
		all = append(all, g.reach()...)
	}
	return all
}

// share is a figure in percent. It is not known of nobody and nothing.
func share(id string, n, of int, about *crowd) Figure {
	f := Figure{ID: id, Numerator: n, Denominator: of, People: about.n, crowd: about, Known: of > 0}
	if f.Known {
		f.Value = 100 * float64(n) / float64(of)
	}
	return f
}

// number is a figure that counts something.
func number(id string, n, of int, about *crowd) Figure {
	return Figure{ID: id, Value: float64(n), Numerator: n, Denominator: of, People: about.n, crowd: about, Known: about.n > 0}
}

// value is a figure that is neither, of so many.
func value(id string, v float64, of int, about *crowd) Figure {
	return Figure{ID: id, Value: v, Numerator: of, Denominator: of, People: about.n, crowd: about, Known: of > 0}
}

// roster is everyone who was in the group in the window.
func (g *group) roster() *crowd { return g.crowd(g.people, func(*counted) bool { return true }) }

// on is who of the group was on the roster at a moment.
func (g *group) on(ms int64) *crowd {
	return g.crowd(g.people, func(p *counted) bool { return p.stood(ms).on })
}

// visits are the figures of who was here: A1 to A6.
func (g *group) visits() []Figure {
	first, next := dayOf(g.From, g.zone), dayOf(g.To, g.zone) // next is the first day that is not whole
	last := next - 1
	now := g.on(g.To.UnixMilli() - 1)
	all := []Figure{share("A1", now.count(func(p *counted) bool { return g.cameIn(p, first, next+1) }), now.n, now)}

	var waits []int64
	early, here := g.crowd(nil, nil), g.crowd(nil, nil)
	week := (weekDays * 24 * time.Hour).Milliseconds()
	for _, i := range g.invited {
		p := g.ledger.people[i.person]
		if p.visited > 0 {
			here.add(i.person)
			waits = append(waits, max(0, p.visited-p.invited))
		}
		if p.invited+week <= g.now {
			early.add(i.person)
		}
	}
	slices.Sort(waits)
	all = append(all,
		value("A2.median", median(waits), len(waits), here),
		share("A2.week", early.count(func(p *counted) bool { return p.visited > 0 && p.visited-p.invited <= week }), early.n, early))

	visitors := func(id string, from, to day, known bool) Figure { // of the days [from, to)
		on := g.on(to.start(g.zone).UnixMilli() - 1)
		n := on.count(func(p *counted) bool { return g.cameIn(p, from, to) })
		f := number(id, n, on.n, on)
		f.Known = f.Known && known
		return f
	}
	monday := next.monday()
	all = append(all,
		visitors("A3.day", last, next, last >= first),
		visitors("A3.week", monday-weekDays, monday, monday-weekDays >= first),
		visitors("A3.month", next-monthDays, next, last >= first),
		g.stickiness(first, next))

	start := first.monday()
	began := g.crowd(g.people, func(p *counted) bool { return g.cameIn(p, first, start+earlyWeeks*weekDays) })
	a6 := share("A6", began.count(func(p *counted) bool { return g.cameIn(p, start+lateFrom*weekDays, start+lateTo*weekDays) }), began.n, began)
	a6.Known = a6.Known && next >= start+lateTo*weekDays
	return append(all, a6)
}

// stickiness is the mean over the working days in [first, next) of those who came on the day to those who came in
// the four weeks up to it.
func (g *group) stickiness(first, next day) Figure {
	if next < first {
		next = first
	}
	days := make([]int, next-first)    // visitors of the day
	month := make([]int, next-first+1) // of the four weeks up to it, as what it has more than the day before
	for _, p := range g.people {
		seen := first // up to where they count for the month
		for d := range g.came(p, first-monthDays+1, next) {
			if d >= first {
				days[d-first]++
			}
			if until := min(d+monthDays, next); until > seen {
				month[max(seen, d)-first]++
				month[until-first]--
				seen = until
			}
		}
	}
	sum, n, here := 0.0, 0, 0
	for i := range days {
		if here += month[i]; here > 0 && (first + day(i)).working() {
			sum += float64(days[i]) / float64(here)
			n++
		}
	}
	f := value("A4", 0, n, g.roster())
	if n > 0 {
		f.Value = 100 * sum / float64(n)
	}
	return f
}

// contributions is how often each person wrote, by their place.
func (g *group) contributions() (of []int) {
	of = make([]int, len(g.ledger.people))
	for _, s := range g.said {
		of[s.author]++
	}
	return of
}

// participation are the figures of who wrote: P1 to P3.
func (g *group) participation() (all []Figure) {
	roster, wrote := g.roster(), g.contributions()
	if !g.archive {
		all = append(all, share("P1", roster.count(func(p *counted) bool { return wrote[p.place] > 0 }), roster.n, roster))
	}
	if !g.archive && !g.channel {
		from, to := dayOf(g.From, g.zone), dayOf(g.To, g.zone)+1
		part := func(id string, is func(n int, came bool) bool) {
			n := roster.count(func(p *counted) bool { return is(wrote[p.place], g.cameIn(p, from, to)) })
			all = append(all, share(id, n, roster.n, roster))
		}
		part("P2.none", func(n int, came bool) bool { return n == 0 && !came })
		part("P2.visits", func(n int, came bool) bool { return n == 0 && came })
		part("P2.some", func(n int, _ bool) bool { return n > 0 && n < oftenLeast })
		part("P2.many", func(n int, _ bool) bool { return n >= oftenLeast })
	}
	return append(all, g.concentration(roster, wrote)...)
}

// concentration is P3. What a few people wrote is not shown, nor what it could be told from.
func (g *group) concentration(roster *crowd, wrote []int) []Figure {
	most := make([]int, 0, roster.n)
	total := 0
	for p := range roster.all() {
		most = append(most, wrote[p.place])
		total += wrote[p.place]
	}
	slices.Sort(most)
	slices.Reverse(most)
	top1, top10 := (len(most)+99)/100, (len(most)+9)/10
	part := func(id string, from, to int, few bool) Figure {
		n := 0
		for _, k := range most[from:to] {
			n += k
		}
		f := share(id, n, total, roster)
		f.Suppressed = f.Known && few
		return f
	}
	few1, few10 := top1 < groupLeast || top10-top1 < groupLeast, top10 < groupLeast
	return []Figure{part("P3.top1", 0, top1, few1), part("P3.next9", top1, top10, few1), part("P3.top10", 0, top10, few10), part("P3.rest", top10, len(most), few10)}
}

// departments is P4.
func (g *group) departments() Figure {
	wrote := g.contributions()
	people, active := make([]int, len(g.names)), make([]int, len(g.names))
	for _, p := range g.people {
		department := g.places[p.place].department
		if department == 0 {
			continue
		}
		people[department]++
		if wrote[p.place] > 0 {
			active[department]++
		}
	}
	take, of := 0, 0
	for d, n := range people {
		if n < groupLeast {
			continue
		}
		of++
		if float64(active[d]) >= quarter*float64(n) {
			take++
		}
	}
	return share("P4", take, of, g.crowd(g.people, func(p *counted) bool { return people[g.places[p.place].department] >= groupLeast }))
}

// leaders is P5.
func (g *group) leaders() Figure {
	type week struct {
		leader int32
		monday day
	}
	wrote := map[week]bool{}
	for _, s := range g.said {
		if g.places[s.author].leads {
			wrote[week{s.author, dayOf(time.UnixMilli(s.at), g.zone).monday()}] = true
		}
	}
	about := g.crowd(nil, nil)
	n, of := 0, 0
	for _, p := range g.people {
		for monday := dayOf(g.From, g.zone).monday(); monday.start(g.zone).Before(g.To); monday += weekDays {
			end := min(g.To.UnixMilli(), (monday + weekDays).start(g.zone).UnixMilli())
			if s := p.stood(end - 1); !s.on || !s.leader {
				continue
			}
			about.add(p.place)
			of++
			if wrote[week{p.place, monday}] {
				n++
			}
		}
	}
	return share("P5", n, of, about)
}

// hoursBetween is how many hours lie between two moments; none where a clock went back.
func hoursBetween(from, to int64) float64 { return hours(max(0, to-from)) }

// hours are so many milliseconds.
func hours(ms int64) float64 { return float64(ms) / float64(time.Hour/time.Millisecond) }

// median is the middle of sorted times in hours, 0 for none.
func median(sorted []int64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (hours(sorted[(n-1)/2]) + hours(sorted[n/2])) / 2
}

// rank is the smallest of sorted times, in hours, that so much of all of them do not exceed: the nearest rank.
func rank(sorted []int64, part float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return hours(sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)])
}
