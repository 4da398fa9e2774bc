package store

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// questionTime is how long a question may stand before it should be resolved.
const questionTime = 7 * 24 * time.Hour

// replies are the figures of who is answered: C1 to C4. A window that ends today has posts that may still be answered;
// they are left out until they are old enough.
func (g *group) replies() []Figure {
	of := 0
	old := g.crowd(nil, nil) // who wrote them
	var waits []int64        // for the reply of another, of those that have one
	soon := g.now - answerTime.Milliseconds()
	for _, s := range g.said {
		if !s.reply && !s.announced && s.at <= soon {
			of++
			old.add(s.author)
			if s.heard > 0 {
				waits = append(waits, max(0, s.heard-s.at))
			}
		}
	}
	slices.Sort(waits)
	within := func(d time.Duration) int {
		n, _ := slices.BinarySearch(waits, d.Milliseconds()+1)
		return n
	}
	answered := within(answerTime)
	all := []Figure{
		share("C1", answered, of, old),
		share("C1.day", within(24*time.Hour), of, old),
		share("C1.ever", len(waits), of, old),
		share("C2", of-answered, of, old),
		value("C3.median", median(waits), len(waits), old),
		value("C3.p90", rank(waits, 0.9), len(waits), old),
	}
	half := value("C3.half", 0, of, old)
	if k := (of + 1) / 2; k > 0 && k <= len(waits) {
		half.Value = hours(waits[k-1])
	} else {
		half.Known = false
	}
	all = append(all, half)
	if g.archive {
		return all
	}
	n, asked := 0, g.crowd(nil, nil)
	of = 0
	for _, q := range g.asked {
		if q.at > g.now-questionTime.Milliseconds() {
			continue
		}
		of++
		asked.add(q.author)
		if q.resolved > 0 && q.resolved-q.at <= questionTime.Milliseconds() {
			n++
		}
	}
	return append(all, share("C4", n, of, asked))
}

// network are the figures of who talks with whom: N1 to N5.
func (g *group) network() []Figure {
	across, both := 0, 0
	by, toward := make([]int, len(g.names)), make([]int, len(g.names))
	known := g.crowd(nil, nil)
	for _, s := range g.said {
		if s.to == noPlace || s.from == 0 || s.toward == 0 {
			continue
		}
		both++
		known.add(s.author)
		by[s.from]++
		toward[s.toward]++
		if s.from != s.toward {
			across++
		}
	}
	chance := 0.0
	for d, n := range by {
		chance += float64(n) * float64(toward[d])
	}
	byChance, outward := share("N1.chance", both, both, known), share("N2", 2*across-both, both, known)
	if both > 0 {
		byChance.Value = 100 * (1 - chance/(float64(both)*float64(both)))
		outward.Value /= 100
	}
	return append([]Figure{share("N1", across, both, known), byChance, outward}, append(g.pairs(), g.five()...)...)
}

// pairs are N3 and N4, of the people who wrote in the group.
func (g *group) pairs() []Figure {
	wrote := g.crowd(nil, nil)
	for _, s := range g.said {
		wrote.add(s.author)
	}
	var ways []uint64 // a pair by its places, the lower one first, and a bit for who replied
	for _, s := range g.said {
		if s.to == noPlace || s.to == s.author || !wrote.has(s.to) {
			continue
		}
		a, b, way := uint64(s.author), uint64(s.to), uint64(0)
		if a > b {
			a, b, way = b, a, 1
		}
		ways = append(ways, a<<32|b<<1|way)
	}
	slices.Sort(ways)
	ways = slices.Compact(ways)
	pairs, mutual := len(ways), 0
	for i := 1; i < len(ways); i++ {
		if ways[i]>>1 == ways[i-1]>>1 {
			mutual++
			pairs--
		}
	}
	n := wrote.n
	density := share("N3", pairs, n*(n-1)/2, wrote)
	density.Value /= 100
	return []Figure{density, share("N4", mutual, pairs, wrote)}
}

// five is N5: what the five who reply most carry, and what is answered without them, neither by them nor to them.
func (g *group) five() []Figure {
	replied := make([]int, len(g.ledger.people))
	about := g.crowd(nil, nil)
	total := 0
	for _, s := range g.said {
		if s.reply {
			replied[s.author]++
			about.add(s.author)
			total++
		}
	}
	busier := func(a, b *counted) int {
		return cmp.Or(cmp.Compare(replied[b.place], replied[a.place]), cmp.Compare(a.id, b.id))
	}
	var first []*counted
	for p := range about.all() {
		if i, _ := slices.BinarySearchFunc(first, p, busier); i < busiest {
			first = slices.Insert(first, i, p)[:min(len(first)+1, busiest)]
		}
	}
	top := g.crowd(first, func(*counted) bool { return true })
	n := 0
	for _, p := range first {
		n += replied[p.place]
	}
	carried := share("N5", n, total, about)
	left := about.n - top.n
	carried.Suppressed = carried.Known && left > 0 && left < groupLeast // it would tell of those few
	return []Figure{carried, g.without(top, carried.Suppressed)}
}

// without is C1 as it would be without some people.
func (g *group) without(gone *crowd, few bool) Figure {
	counts := func(s said) bool {
		return !s.reply && !s.announced && s.at <= g.now-answerTime.Milliseconds() && !gone.has(s.author)
	}
	about := g.crowd(nil, nil)
	n, of := 0, 0
	for _, s := range g.said {
		if counts(s) {
			about.add(s.author)
			of++
		}
	}
	answered := make([]uint64, (len(g.all)+63)/64) // a bit for each post
	from, to := g.From.UnixMilli(), g.To.UnixMilli()
	for _, s := range g.answers {
		if s.root == noPlace || gone.has(s.author) {
			continue
		}
		word, bit := &answered[s.root/64], uint64(1)<<(s.root%64)
		root := g.all[s.root]
		if *word&bit == 0 && root.at >= from && root.at < to && counts(root) && root.author != s.author && s.at-root.at <= answerTime.Milliseconds() {
			*word |= bit
			n++
		}
	}
	f := share("N5.without", n, of, about)
	f.rest = g.crowd(nil, nil) // who wrote what is left when this is subtracted from C1
	for _, s := range g.said {
		if !s.reply && !s.announced && s.at <= g.now-answerTime.Milliseconds() && gone.has(s.author) {
			f.rest.add(s.author)
		}
	}
	f.Suppressed = f.Known && few
	return f
}

// mails is what is known of lists whose archives were imported. They are about lists and not about people.
type mails struct {
	lists  int
	first  int64   // the oldest mail
	end    int64   // of the day of the newest: nobody can tell whether the lists were silent since, or not imported again
	before int     // how many there were before the window
	at     []int64 // when those of the window were sent, oldest first
}

// readMails reads the mails of the imported lists, of one alone where the ledger is of a channel.
func (l *ledger) readMails(t *tx) error {
	lists, err := collect(t, scanID, `SELECT i.id FROM imported i JOIN channel c ON c.id = i.id WHERE i.source = 'mbox' AND i.kind = 1`)
	if err != nil {
		return err
	}
	from, to := l.start, l.To.UnixMilli()
	l.mails.first = from
	for _, list := range lists {
		if l.channel != nil && l.channel.ID != list {
			continue
		}
		var first, last int64
		var before int
		if err := t.get(mailsBeforeQuery, []any{list, from}, &first, &before); err != nil {
			return err
		}
		if err := t.get(lastMailQuery, []any{list}, &last); err != nil {
			return err
		}
		at, err := collect(t, scanID, mailsQuery, list, from, to)
		if err != nil {
			return err
		}
		l.mails.lists++
		l.mails.first = min(l.mails.first, first)
		l.mails.end = max(l.mails.end, (dayOf(fromMS(last), l.zone) + 1).start(l.zone).UnixMilli())
		l.mails.before += before
		l.mails.at = append(l.mails.at, at...)
	}
	slices.Sort(l.mails.at)
	return nil
}

const (
	mailsBeforeQuery = `SELECT coalesce(min(at), ?2), count(*) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1 AND at < ?2`
	lastMailQuery    = `SELECT coalesce(max(at), 0) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1`
	mailsQuery       = `SELECT at FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ? AND at >= ? AND at < ? ORDER BY at`
)

// displaced is B1: how many mails a week the lists had, in this time and before the time that was asked for, up to the
// newest mail there is.
func (l *ledger) displaced() []Figure {
	if l.mails.lists == 0 {
		return nil
	}
	rate := func(id string, n int, from, to int64) Figure {
		weeks := hoursBetween(from, to) / (weekDays * 24)
		f := Figure{ID: id, Numerator: n, Denominator: int(math.Round(max(0, weeks))), Known: weeks >= 1}
		if f.Known {
			f.Value = float64(n) / weeks
		}
		return f
	}
	now := rate("B1", len(l.mails.at), l.From.UnixMilli(), min(l.To.UnixMilli(), l.mails.end))
	before := rate("B1.baseline", l.mails.before, l.mails.first, min(l.start, l.mails.end))
	part := Figure{ID: "B1.share", Numerator: len(l.mails.at), Denominator: l.mails.before, Known: now.Known && before.Known && before.Value > 0}
	if part.Known {
		part.Value = 100 * now.Value / before.Value
	}
	return []Figure{now, before, part}
}
