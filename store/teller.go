package store

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	*ledger                    // of the time and lookWeeks before and after it
	weeks       []Window       // of the ledger
	asked       Window         // whole weeks, up to now
	first, last int            // its weeks: [first, last)
	nothing     [2]bool        // there is nothing before the ledger, and after it
	size        map[string]int // of each department, by its people now; channels count as the larger the older
	known       map[cutting]map[string][]Figure
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
		return &teller{ledger: &ledger{Window: w, zone: zone, channel: in, archive: imported(in)}, asked: w, known: map[cutting]map[string][]Figure{}}, nil
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
	l, err := t.ledger(wide, w.From, e.floor, in)
	if err != nil {
		return nil, err
	}
	is := &teller{ledger: l, asked: w, weeks: l.weeks(), size: map[string]int{}, known: map[cutting]map[string][]Figure{}}
	for _, p := range l.people {
		if now := p.stood(l.now); now.on {
			is.size[l.names[now.department]]++
		}
	}
	is.size[nameless] = 0 // before all others
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
	err = t.get(`SELECT coalesce((SELECT min(at) FROM standing), ?1), coalesce((SELECT at FROM post
		WHERE id >= (SELECT first FROM written WHERE day >= 0 ORDER BY day LIMIT 1) AND imported = 0 AND hidden_at = 0 ORDER BY id LIMIT 1), ?1)`, []any{t.ms()}, &first, &last)
	return extent{fromMS(min(first, last)), fromMS(last), now}, err
}

// cutting is a part of the ledger's weeks, [from, to), and how it is divided.
type cutting struct {
	by       parting
	from, to int
}

// divided are the figures of the parts of a cutting, whatever may be told of them. What was asked for once is known.
func (is *teller) divided(c cutting) map[string][]Figure {
	all, known := is.known[c]
	if !known {
		all = is.divide(c)
		is.known[c] = all
	}
	return all
}

func (is *teller) divide(c cutting) map[string][]Figure {
	l := is.ledger
	if c.from < c.to { // else it is a time to come
		l = l.cut(Window{is.weeks[c.from].From, is.weeks[c.to-1].To})
	}
	return l.divided(c.by)
}

// week are the parts of one week of the ledger.
func (is *teller) week(by parting, n int) map[string][]Figure {
	return is.divided(cutting{by, n, n + 1})
}

// ahead divides several cuttings beside each other, as it takes a while for a large company.
func (is *teller) ahead(all []cutting) {
	results := make([]map[string][]Figure, len(all))
	allAtOnce(len(all), func(i int) { results[i] = is.divide(all[i]) })
	for i, c := range all {
		is.known[c] = results[i]
	}
}

// around are the cuttings that the figures of [first, last) and what may be told of them are taken from: itself, and
// the weeks on both sides of where it begins and ends.
func (is *teller) around(by parting) []cutting {
	all := []cutting{{by, is.first, is.last}}
	for n := range is.weeks {
		if n <= is.first || n >= is.last-1 {
			all = append(all, cutting{by, n, n + 1})
		}
	}
	return all
}

// allAtOnce runs fn for each number below n, on as many goroutines as there are processors. Where one panics, so does it.
func allAtOnce(n int, fn func(int)) {
	var next atomic.Int64
	var failed atomic.Pointer[string]
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					text := fmt.Sprintf("%v\n%s", p, debug.Stack())
					failed.Store(&text)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				fn(i)
			}
		})
	}
	workers.Wait()
	if text := failed.Load(); text != nil {
		panic(*text)
	}
}

// divided are the figures of the parts of a ledger, whatever may be told of them.
func (l *ledger) divided(by parting) map[string][]Figure {
	if by == undivided {
		return map[string][]Figure{everything: l.whole()}
	}
	all := map[string][]Figure{}
	for k, g := range l.groups(by) {
		figures := g.figures()
		for i := range figures { // also of what nobody in it did: that is about so few too
			figures[i].Suppressed = figures[i].Suppressed || len(g.people) < groupLeast
		}
		all[k] = figures
	}
	return all
}

// groups are the parts of a ledger by their keys: the departments in which anybody was or that anything is of, or the
// channels in which anything was written, and the one that was asked for.
func (l *ledger) groups(by parting) map[string]*group {
	keys := l.names
	of := func(department int32, _ int64) int { return int(department) }
	if by == channels {
		keys = nil
		numbers := map[int64]int{}
		number := func(channel int64) {
			if _, known := numbers[channel]; !known {
				numbers[channel] = len(keys)
				keys = append(keys, channelKey(channel))
			}
		}
		number(l.channel.ID)
		for _, s := range l.said {
			number(s.channel)
		}
		for _, q := range l.asked {
			number(q.channel)
		}
		of = func(_ int32, channel int64) int {
			if n, known := numbers[channel]; known {
				return n
			}
			return noPlace
		}
	}
	wrote := split(l.said, len(keys), func(s said) int { return of(s.from, s.channel) })
	answers := split(l.answers, len(keys), func(s said) int {
		if s.root == noPlace {
			return noPlace
		}
		return of(l.all[s.root].from, l.all[s.root].channel)
	})
	asked := split(l.asked, len(keys), func(q question) int { return of(q.from, q.channel) })
	people, addressed, came := make([][]*counted, len(keys)), make([][]asks, len(keys)), make([][]invitation, len(keys))
	present := l.present()
	if by == departments {
		people = split(present, len(keys), func(p *counted) int { return int(l.places[p.place].department) })
		came = split(l.invited, len(keys), func(i invitation) int { return int(i.from) })
		addressed = split(l.asks, len(keys), func(a asks) int { return int(a.department) })
	}
	groups := map[string]*group{}
	for i, k := range keys {
		g := &group{ledger: l, people: people[i], said: wrote[i], answers: answers[i], asked: asked[i], asks: addressed[i], invited: came[i], channel: by == channels}
		if g.channel {
			g.people = present
		}
		if g.channel || len(g.people)+len(g.said)+len(g.asked)+len(g.asks)+len(g.invited) > 0 {
			groups[k] = g
		}
	}
	return groups
}

// split puts each of all into one of n parts, in their order; those of no part, noPlace, are left out.
func split[T any](all []T, n int, part func(T) int) [][]T {
	ends := make([]int, n+1) // of each part, counted on while it is filled
	for _, v := range all {
		if i := part(v); i != noPlace {
			ends[i+1]++
		}
	}
	for i := range n {
		ends[i+1] += ends[i]
	}
	parts, into := make([][]T, n), make([]T, ends[n])
	for i := range n {
		parts[i] = into[ends[i]:ends[i]:ends[i+1]]
	}
	for _, v := range all {
		if i := part(v); i != noPlace {
			parts[i] = append(parts[i], v)
		}
	}
	return parts
}

func channelKey(id int64) string { return strconv.FormatInt(id, 10) }

// parts are the figures of each part in the weeks [from, to), as they may be told: of the largest down to the first of
// which it may not, and further, until those left out may be told of together, as that is what subtracting leaves. The
// order is the same in every window. So each part has its weeks between which its windows may begin and end, those of a
// smaller one are among those of a larger one, and all that can be had by adding and subtracting is made of pieces that
// may be told.
func (is *teller) parts(by parting, from, to int) map[string][]Figure {
	all := map[string][]Figure{}
	for k, figures := range is.divided(cutting{by, from, to}) {
		all[k] = slices.Clone(figures)
	}
	keys := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		if by == channels {
			return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(b, a)) // the newest first, as numbers
		}
		return cmp.Or(cmp.Compare(is.size[a], is.size[b]), cmp.Compare(a, b))
	})
	if len(keys) == 0 {
		return nil
	}
	for i := range all[keys[0]] {
		hidden := 0
		for n, k := range keys {
			if !all[k][i].Known && !slices.ContainsFunc(keys[n:], func(k string) bool { return all[k][i].Known }) {
				break // there is nothing to tell of the others
			}
			if k == nameless || all[k][i].Suppressed || !is.safe(by, all, keys[n:n+1], i, from, to) {
				hidden = n + 1
			}
		}
		for hidden > 0 && hidden < len(keys) && !is.safe(by, all, keys[:hidden], i, from, to) {
			hidden++
		}
		for n, k := range keys {
			if f := &all[k][i]; n < hidden || !f.Known {
				*f = Figure{ID: f.ID, Known: f.Known, Suppressed: f.Known || f.Suppressed}
			}
		}
	}
	delete(all, nameless)
	for _, figures := range all {
		for i := range figures {
			figures[i].crowd, figures[i].rest = nil, nil // whoever keeps a figure does not keep the ledger
		}
	}
	return all
}

// safe reports whether the i-th figure of some parts together, in the weeks [from, to), may be told: also that it is
// left when others are subtracted.
func (is *teller) safe(by parting, all map[string][]Figure, parts []string, i, from, to int) bool {
	for _, whom := range []func(Figure) *crowd{about, beside} {
		few, none := crowded(all, parts, i, whom)
		if none { // but what is shown of others in these weeks may be subtracted from a window with more of them
			before, _ := is.nearest(by, parts, i, from-1, -1, whom)
			after, _ := is.nearest(by, parts, i, to, 1, whom)
			few = before || after
		}
		if few || !none && !(is.apart(by, parts, i, from, whom) && is.apart(by, parts, i, to, whom)) {
			return false
		}
	}
	return true
}

// about are those whom a figure is about.
func about(f Figure) *crowd { return f.crowd }

// beside are those whom it tells of together with another.
func beside(f Figure) *crowd { return f.rest }

// apart reports whether a window may begin or end before a week: with groupLeast people in the next weeks on both
// sides of there in which there is anything, or nothing on one.
func (is *teller) apart(by parting, parts []string, i, at int, whom func(Figure) *crowd) bool {
	if at >= len(is.weeks) && is.nothing[1] {
		return true
	}
	few, none := is.nearest(by, parts, i, at-1, -1, whom)
	if none && is.nothing[0] {
		return true
	}
	fewAfter, noneAfter := is.nearest(by, parts, i, at, 1, whom)
	return noneAfter && is.nothing[1] || !few && !none && !fewAfter && !noneAfter
}

// nearest looks at how many people the i-th figure of some parts is about in the next week, from the n-th on and in
// steps, in which there is anything.
func (is *teller) nearest(by parting, parts []string, i, n, step int, whom func(Figure) *crowd) (few, none bool) {
	for ; n >= 0 && n < len(is.weeks); n += step {
		if few, none = crowded(is.week(by, n), parts, i, whom); !none {
			return few, false
		}
	}
	return false, true
}

// crowded looks at how many people the i-th figure of some parts is about: too few to be told of, or none. Those of a
// part in which nothing was counted are no cover for the others, as they take no part in what is left.
func crowded(all map[string][]Figure, parts []string, i int, whom func(Figure) *crowd) (few, none bool) {
	n := together(all, parts, i, whom, func(Figure) bool { return true })
	counted := together(all, parts, i, whom, func(f Figure) bool { return f.Known || f.Numerator > 0 || f.Denominator > 0 })
	return n > 0 && n < groupLeast || counted > 0 && counted < groupLeast, n == 0
}

// together is how many people the i-th figures of some parts are about, of those that count.
func together(all map[string][]Figure, parts []string, i int, whom func(Figure) *crowd, counts func(Figure) bool) (n int) {
	var in []uint64
	for _, k := range parts {
		if all[k] == nil || !counts(all[k][i]) {
			continue
		}
		c := whom(all[k][i])
		switch {
		case c == nil:
		case len(parts) == 1:
			return c.n
		case in == nil:
			in = slices.Clone(c.in)
		default:
			for j, word := range c.in {
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
	all := is.parts(is.parting(department), from, to)
	switch {
	case department != "":
		for name, figures := range all {
			if strings.EqualFold(name, CleanLine(department)) {
				return figures
			}
		}
		return nil
	case is.parting(department) == channels:
		return all[channelKey(is.channel.ID)]
	}
	return all[everything]
}

// parting is how the ledger is divided to tell of a department, or of all that was asked for where it is "".
func (is *teller) parting(department string) parting {
	switch in := is.channel; {
	case department != "":
		return departments
	case in != nil && !in.Private && !is.archive:
		return channels
	}
	return undivided
}
