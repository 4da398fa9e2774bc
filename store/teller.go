package store

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What may be told of a group is held back by one rule: nothing that is shown, and nothing that is left when what is
// shown is subtracted from each other, is of one to four people. So windows are whole weeks, a figure of a window is
// shown only if there are groupLeast people in the weeks on both sides of where it begins and where it ends, and of
// several parts of a whole those not shown are together of as many. Where there is nothing before or after a window
// that side needs none: nothing from before the first week of the trial is told, and after now there is nothing. What
// one sees changing between two looks at the same window is not held back.

// lookWeeks is how far from a window the next week is looked for in which there is anything. Where there is none that
// near, and there was something earlier, the figure is not shown.
const lookWeeks = 4

// teller tells the figures of a time and of its weeks.
type teller struct {
	*ledger              // of the time and lookWeeks before and after it
	weeks       []Window // of the ledger
	asked       Window   // whole weeks, up to now
	first, last int      // its weeks: [first, last)
	nothing     [2]bool  // there is nothing before the ledger, and after it
	known       map[parting][]map[string][]Figure
}

// parting is how a ledger is divided: not at all, by department, by channel.
type parting int

const (
	undivided parting = iota
	departments
	channels
)

// The keys of parts that have none of their own.
const (
	everything = "everything"
	nameless   = "" // people without a department, who are never shown
)

// tell reads what is needed to tell of a window.
func (t *tx) tell(w Window, in *channelRow) (*teller, error) {
	zone, err := t.zone()
	if err != nil {
		return nil, err
	}
	now := t.at.Truncate(time.Millisecond).Add(time.Millisecond) // what happens now counts
	e, err := t.extent(in, zone, now)
	if err != nil {
		return nil, err
	}
	from, to := dayOf(w.From, zone).monday(), (dayOf(w.To.Add(-time.Millisecond), zone) + weekDays).monday()
	from = max(from, min(dayOf(e.floor, zone).monday(), to-weekDays))
	w = Window{from.start(zone), to.start(zone)}
	if !w.From.Before(now) || !w.To.After(e.floor) {
		return &teller{ledger: &ledger{Window: w, zone: zone, channel: in, archive: imported(in)}, asked: w}, nil
	}
	if w.To.After(now) {
		w.To = now
	}
	wide := w
	if w.From.After(e.began) {
		wide.From = (from - lookWeeks*weekDays).start(zone)
	}
	if w.To.Before(e.ended) {
		if wide.To = (to + lookWeeks*weekDays).start(zone); wide.To.After(now) {
			wide.To = now
		}
	}
	l, err := t.ledger(wide, w.From, in)
	if err != nil {
		return nil, err
	}
	is := &teller{ledger: l, asked: w, weeks: l.weeks(), known: map[parting][]map[string][]Figure{}}
	is.nothing = [2]bool{!wide.From.After(e.began), !wide.To.Before(e.ended)}
	before := func(at time.Time) int {
		return len(span(is.weeks, math.MinInt64, at.UnixMilli(), func(k Window) int64 { return k.From.UnixMilli() }))
	}
	is.first, is.last = before(w.From), before(w.To)
	return is, nil
}

// extent is from when to when there is something to be told.
type extent struct {
	floor        time.Time // before which nothing is told: when the trial began, if it has, else the roster
	began, ended time.Time // when what is measured began, and ended
}

func (t *tx) extent(in *channelRow, zone *time.Location, now time.Time) (e extent, err error) {
	var first, last int64
	if imported(in) {
		err = t.get(`SELECT coalesce((SELECT min(at) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1), 0), coalesce((SELECT max(at) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1), 0)`, []any{in.ID}, &first, &last)
		return extent{fromMS(first), fromMS(first), fromMS(last)}, err
	}
	tr, err := t.trial()
	if err != nil {
		return e, err
	}
	if tr.Started(t.at) {
		day, err := time.Parse(time.DateOnly, tr.First)
		start := dayOf(day, time.UTC).monday().start(zone)
		return extent{start, start, now}, err
	}
	err = t.get(`SELECT coalesce((SELECT min(at) FROM standing), ?1), coalesce((SELECT min(at) FROM post WHERE imported = 0 AND hidden_at = 0), ?1)`, []any{t.ms()}, &first, &last)
	return extent{fromMS(min(first, last)), fromMS(last), now}, err
}

// divided are the figures of the parts of a ledger, whatever may be told of them.
func (l *ledger) divided(by parting) map[string][]Figure {
	var groups map[string]*group
	switch by {
	case departments:
		groups = l.departmentGroups()
	case channels:
		groups = l.channelGroups()
	default:
		return map[string][]Figure{everything: l.whole()}
	}
	all := map[string][]Figure{}
	for k, g := range groups {
		figures := g.figures()
		for i := range figures { // also of what nobody in it did: that is about so few too
			figures[i].Suppressed = figures[i].Suppressed || len(g.people) < groupLeast
		}
		all[k] = figures
	}
	return all
}

func (l *ledger) departmentGroups() map[string]*group {
	groups := map[string]*group{}
	of := func(department string) *group {
		g := groups[department]
		if g == nil {
			g = &group{ledger: l}
			groups[department] = g
		}
		return g
	}
	for _, p := range l.people {
		if at := l.places[p.place]; at.present {
			g := of(at.department)
			g.people = append(g.people, p)
		}
	}
	for _, s := range l.said {
		g := of(s.from)
		g.said = append(g.said, s)
	}
	for _, q := range l.asked {
		g := of(q.from)
		g.asked = append(g.asked, q)
	}
	for _, a := range l.asks {
		g := of(a.department)
		g.asks = append(g.asks, a)
	}
	return groups
}

func (l *ledger) channelGroups() map[string]*group {
	people := l.present()
	groups := map[string]*group{}
	of := func(id int64) *group {
		g := groups[channelKey(id)]
		if g == nil {
			g = &group{ledger: l, people: people, channel: true}
			groups[channelKey(id)] = g
		}
		return g
	}
	of(l.channel.ID)
	for _, s := range l.said {
		g := of(s.channel)
		g.said = append(g.said, s)
	}
	for _, q := range l.asked {
		g := of(q.channel)
		g.asked = append(g.asked, q)
	}
	return groups
}

func channelKey(id int64) string { return strconv.FormatInt(id, 10) }

// week are the parts of one week of the ledger.
func (is *teller) week(by parting, n int) map[string][]Figure {
	if is.known[by] == nil {
		is.known[by] = make([]map[string][]Figure, len(is.weeks))
	}
	of := &is.known[by][n]
	if *of == nil {
		*of = is.cut(is.weeks[n]).divided(by)
	}
	return *of
}

// parts are the figures of each part in the weeks [from, to), as they may be told.
func (is *teller) parts(by parting, from, to int) map[string][]Figure {
	var all map[string][]Figure
	switch {
	case from == to:
		all = is.ledger.divided(by) // a time to come
	case to == from+1:
		all = map[string][]Figure{}
		for k, figures := range is.week(by, from) {
			all[k] = slices.Clone(figures)
		}
	default:
		all = is.cut(Window{is.weeks[from].From, is.weeks[to-1].To}).divided(by)
	}
	keys := slices.Sorted(maps.Keys(all))
	if len(keys) == 0 {
		return nil
	}
	for i := range all[keys[0]] {
		var hidden, shown []string
		for _, k := range keys {
			if f := all[k][i]; k != nameless && f.Known && !f.Suppressed && is.safe(by, all, []string{k}, i, from, to) {
				shown = append(shown, k)
			} else {
				hidden = append(hidden, k)
			}
		}
		slices.SortStableFunc(shown, func(a, b string) int { return cmp.Compare(all[a][i].People, all[b][i].People) })
		for len(shown) > 0 && !is.safe(by, all, hidden, i, from, to) {
			hidden, shown = append(hidden, shown[0]), shown[1:]
		}
		for _, k := range hidden {
			f := &all[k][i]
			*f = Figure{ID: f.ID, Known: f.Known, Suppressed: f.Known || f.Suppressed}
		}
	}
	delete(all, nameless)
	return all
}

// safe reports whether the i-th figure of some parts together, in the weeks [from, to), may be told: also that it is
// left when others are subtracted.
func (is *teller) safe(by parting, all map[string][]Figure, parts []string, i, from, to int) bool {
	switch few, none := crowded(all, parts, i); {
	case none:
		return true
	case few:
		return false
	}
	return is.apart(by, parts, i, from) && is.apart(by, parts, i, to)
}

// apart reports whether a window may begin or end before a week: with groupLeast people in the next weeks on both
// sides of there in which there is anything, or nothing on one.
func (is *teller) apart(by parting, parts []string, i, at int) bool {
	enough := func(n, step, side int) (few, none bool) {
		for ; n >= 0 && n < len(is.weeks); n += step {
			if few, none := crowded(is.week(by, n), parts, i); !none {
				return few, false
			}
		}
		return !is.nothing[side], is.nothing[side]
	}
	fewBefore, noneBefore := enough(at-1, -1, 0)
	if noneBefore {
		return true
	}
	fewAfter, noneAfter := enough(at, 1, 1)
	return noneAfter || !fewBefore && !fewAfter
}

// crowded looks at how many people the i-th figure of some parts is about: too few to be told of, or none. Those of a
// part in which nothing was counted are no cover for the others, as they take no part in what is left.
func crowded(all map[string][]Figure, parts []string, i int) (few, none bool) {
	n := together(all, parts, i, func(Figure) bool { return true })
	counted := together(all, parts, i, func(f Figure) bool { return f.Known || f.Numerator > 0 || f.Denominator > 0 })
	return n > 0 && n < groupLeast || counted > 0 && counted < groupLeast, n == 0
}

// together is how many people the i-th figures of some parts are about, of those that count.
func together(all map[string][]Figure, parts []string, i int, counts func(Figure) bool) (n int) {
	var in []uint64
	for _, k := range parts {
		figures := all[k]
		switch {
		case figures == nil || figures[i].crowd == nil || !counts(figures[i]):
		case len(parts) == 1:
			return len(figures[i].crowd.list)
		case in == nil:
			in = slices.Clone(figures[i].crowd.in)
		default:
			for j, word := range figures[i].crowd.in {
				in[j] |= word
			}
		}
	}
	for _, word := range in {
		n += bits.OnesCount64(word)
	}
	return n
}

// figures are those of a department, or of all that was asked for where it is "", in the weeks [from, to). There are
// none of a department that nobody is in.
func (is *teller) figures(department string, from, to int) []Figure {
	switch in := is.channel; {
	case department != "":
		for name, figures := range is.parts(departments, from, to) {
			if strings.EqualFold(name, CleanLine(department)) {
				return figures
			}
		}
		return nil
	case in != nil && !in.Private && !is.archive:
		return is.parts(channels, from, to)[channelKey(in.ID)]
	}
	return is.parts(undivided, from, to)[everything]
}
