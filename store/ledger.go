package store

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"
	"sort"
	"time"
)

// ledger is what the figures of one window are counted from, read once. It holds no text.
type ledger struct {
	Window
	zone        *time.Location
	start       int64 // of the window that was asked for, which this one may be a part of
	first       day   // the first of the visits
	now         int64
	channel     *channelRow // that it is of; nil for all
	archive     bool        // of an imported channel: who wrote in it is its roster
	people      []*counted
	places      []place // where they stood in the window, by their place
	known       map[int64]*counted
	names       []string // of the departments, by their number; the first is "", of who is in none
	numbers     map[string]int32
	all         []said     // posts of people who were on the roster, oldest first
	said        []said     // those of the window
	answers     []said     // and of the hours after it, in which its last posts may still be answered
	asked       []question // of the window
	stories     []int64    // when posts were written that are tagged as such, oldest first
	asks        []asks     // whom the announcements of the window asked
	invited     []invitation
	mails       mails
	service     []served // by day
	serviceFrom day      // the first day that it was noted on; 0 for none
}

// counted is a person of the ledger.
type counted struct {
	id               int64
	place            int32 // among the people of the ledger
	department       int32 // now
	bot              bool
	invited, visited int64    // when they got their first code, and were first here; 0 for not yet
	stands           []stand  // oldest first; none for who never was on the roster
	visits           []uint64 // a bit for each day, from four weeks before the window on
}

// stand is where a person stands from a moment on.
type stand struct {
	at         int64
	department int32
	on, leader bool
}

// place is where a person stood in a window.
type place struct {
	department     int32 // the last one
	present, leads bool  // on the roster, and a leader, at any time of it
}

// wrote reports whether what a person wrote at a moment counts: while they were on the roster, also by a clock that had
// gone back to before that was noted.
func (p *counted) wrote(ms int64) bool {
	return len(p.stands) > 0 && (p.stood(ms).on || ms < p.stands[0].at)
}

// stood is where a person stood at a moment. What their department was before anybody noted it is the first that was.
func (p *counted) stood(ms int64) stand {
	for i := len(p.stands) - 1; i >= 0; i-- {
		if p.stands[i].at <= ms {
			return p.stands[i]
		}
	}
	if len(p.stands) > 0 {
		return stand{department: p.stands[0].department}
	}
	return stand{department: p.department}
}

// came are the days of [from, to) on which p was here.
func (l *ledger) came(p *counted, from, to day) iter.Seq[day] {
	return func(yield func(day) bool) {
		for n := l.next(p, max(int(from-l.first), 0)); n < int(to-l.first); n = l.next(p, n+1) {
			if !yield(l.first + day(n)) {
				return
			}
		}
	}
}

// next is the first day from the n-th of the ledger on, on which p was here, counted like that; one past all where
// there is none.
func (l *ledger) next(p *counted, n int) int {
	for ; n/64 < len(p.visits); n = (n/64 + 1) * 64 {
		if word := p.visits[n/64] >> (n % 64); word != 0 {
			return n + bits.TrailingZeros64(word)
		}
	}
	return math.MaxInt
}

// cameIn reports whether p was here on a day of [from, to).
func (l *ledger) cameIn(p *counted, from, to day) bool {
	return l.next(p, max(int(from-l.first), 0)) < int(to-l.first)
}

// crowd is some of the people of a ledger.
type crowd struct {
	in     []uint64 // a bit for each place
	n      int
	people []*counted // all of the ledger
}

func (l *ledger) crowd(people []*counted, in func(*counted) bool) *crowd {
	c := &crowd{in: make([]uint64, (len(l.people)+63)/64), people: l.people}
	for _, p := range people {
		if in(p) {
			c.add(p.place)
		}
	}
	return c
}

func (c *crowd) has(place int32) bool { return c.in[place/64]&(1<<(place%64)) != 0 }

func (c *crowd) add(place int32) {
	if !c.has(place) {
		c.in[place/64] |= 1 << (place % 64)
		c.n++
	}
}

// all are the people of a crowd, in the order of their places.
func (c *crowd) all() iter.Seq[*counted] {
	return func(yield func(*counted) bool) {
		for i, word := range c.in {
			for ; word != 0; word &= word - 1 {
				if !yield(c.people[64*i+bits.TrailingZeros64(word)]) {
					return
				}
			}
		}
	}
}

// count is how many of a crowd are so.
func (c *crowd) count(is func(*counted) bool) (n int) {
	for p := range c.all() {
		if is(p) {
			n++
		}
	}
	return n
}

// said is a post as the figures see it. There may be a hundred thousand, so it names people by their places and
// departments by their numbers: nothing in it is for the collector to follow.
type said struct {
	at           int64
	heard        int64 // of a root: when somebody else first replied, 0 for nobody yet
	channel      int64
	author, to   int32 // to is whose post a reply answers; noPlace for a root
	root         int32 // where the root of its thread stands among all posts of the ledger; noPlace where it does not
	from, toward int32 // departments of author and to at that moment
	reply        bool
	announced    bool // a root that nobody has to reply to
}

// noPlace is the place of nobody and nothing.
const noPlace = -1

// invitation is somebody who was invited in the window, in the department where they were then. Who was invited
// before anything is told counts as invited at its beginning.
type invitation struct {
	at           int64
	person, from int32
}

// question is a question as the figures see it.
type question struct {
	at, resolved int64 // resolved is 0 while it is not
	channel      int64
	author, from int32
}

// answerTime is how long a post may wait for an answer to count as answered.
const answerTime = 72 * time.Hour

// storyTag is the tag of a post that tells how somebody was helped.
const storyTag = "helped"

// imported reports whether a channel is one that was imported and is no longer written in.
func imported(in *channelRow) bool { return in != nil && in.Imported && (in.Archived || in.seq == 0) }

// ledger reads what the figures of a window need, which does not end after now; start is when the window begins that
// was asked for, and floor when anything is told from. in is the channel they are of, nil for all. What is written in private is measured in no figure but
// those of its own channel, which its members may ask for; those of an open channel are taken from the ledger of all.
func (t *tx) ledger(w Window, start, floor time.Time, in *channelRow) (*ledger, error) {
	zone, err := t.zone()
	if err != nil {
		return nil, err
	}
	l := &ledger{Window: w, zone: zone, start: start.UnixMilli(), now: t.ms(), channel: in, archive: imported(in), known: map[int64]*counted{}, names: []string{""}, numbers: map[string]int32{"": 0}}
	if err := l.readPeople(t); err != nil {
		return nil, err
	}
	l.findInvited(floor.UnixMilli())
	if err := l.readVisits(t); err != nil {
		return nil, err
	}
	if err := l.readPosts(t); err != nil {
		return nil, err
	}
	if in == nil {
		if err := l.readService(t); err != nil {
			return nil, err
		}
	}
	return l, l.readMails(t)
}

// cut is the ledger of a part of the window.
func (l *ledger) cut(w Window) *ledger {
	c := *l
	c.Window = w
	from, to := w.From.UnixMilli(), w.To.UnixMilli()
	said := func(s said) int64 { return s.at }
	c.said, c.answers = span(l.all, from, to, said), span(l.all, from, to+answerTime.Milliseconds(), said)
	c.asked = span(l.asked, from, to, func(q question) int64 { return q.at })
	c.asks = span(l.asks, from, to, func(a asks) int64 { return a.at })
	c.invited = span(l.invited, from, to, func(i invitation) int64 { return i.at })
	at := func(ms int64) int64 { return ms }
	c.stories, c.mails.at = span(l.stories, from, to, at), span(l.mails.at, from, to, at)
	c.service = slices.DeleteFunc(slices.Clone(l.service), func(s served) bool {
		return s.day < dayOf(w.From, l.zone) || !s.day.start(l.zone).Before(w.To)
	})
	c.stand()
	return &c
}

// span are those of [from, to), of what is in order.
func span[T any](all []T, from, to int64, at func(T) int64) []T {
	before := func(ms int64) int {
		return sort.Search(len(all), func(i int) bool { return at(all[i]) >= ms })
	}
	return all[before(from):before(to)]
}

// department is the number of a department.
func (l *ledger) department(name string) int32 {
	n, known := l.numbers[name]
	if !known {
		n = int32(len(l.names))
		l.names = append(l.names, name)
		l.numbers[name] = n
	}
	return n
}

// readPeople reads who was on the roster when.
func (l *ledger) readPeople(t *tx) error {
	type now struct {
		*counted
		stand
	}
	all, err := collect(t, func(r *row) (n now, err error) {
		n.counted = &counted{}
		var state State
		var department string
		err = r.Scan(&n.id, &n.bot, &state, &department, &n.leader, &n.invited, &n.visited, &n.at)
		n.counted.department = l.department(department)
		n.stand.department = n.counted.department
		n.on = !n.bot && (state == Invited || state == Active)
		return n, err
	}, `SELECT id, bot, state, department, leader, invited_at, visited_at, created_at FROM person`)
	if err != nil {
		return err
	}
	for i, n := range all {
		n.place = int32(i)
		l.people = append(l.people, n.counted)
		l.known[n.id] = n.counted
	}
	_, err = collect(t, func(r *row) (s stand, err error) {
		var id int64
		var department string
		err = r.Scan(&id, &s.at, &s.on, &department, &s.leader)
		s.department = l.department(department)
		if p := l.known[id]; p != nil {
			p.stands = append(p.stands, s)
		}
		return s, err
	}, `SELECT person_id, at, on_roster, department, leader FROM standing ORDER BY person_id, at`)
	for _, n := range all {
		if n.on && len(n.stands) == 0 { // nothing has changed since standings are noted
			n.stands = []stand{n.stand}
		}
		if n.bot {
			n.stands = nil
		}
	}
	return err
}

// findInvited finds who was invited in the window, and was on the roster since.
func (l *ledger) findInvited(floor int64) {
	for _, p := range l.people {
		if p.invited == 0 {
			continue
		}
		at := max(p.invited, floor)
		if at >= l.From.UnixMilli() && at < l.To.UnixMilli() && p.stays(at, math.MaxInt64) {
			l.invited = append(l.invited, invitation{at, p.place, p.stood(at).department})
		}
	}
	slices.SortFunc(l.invited, func(a, b invitation) int { return cmp.Compare(a.at, b.at) })
}

// stays reports whether p was on the roster at any time of [from, to).
func (p *counted) stays(from, to int64) bool {
	for i, s := range p.stands {
		if s.on && s.at < to && (i+1 == len(p.stands) || p.stands[i+1].at > from) {
			return true
		}
	}
	return false
}

// stand works out where everyone stood in the window.
func (l *ledger) stand() {
	l.places = make([]place, len(l.people))
	if l.archive {
		for _, s := range l.said {
			l.places[s.author] = place{department: l.people[s.author].department, present: true}
		}
		return
	}
	from, to := l.From.UnixMilli(), l.To.UnixMilli()
	for i, p := range l.people {
		at := &l.places[i]
		for j, s := range p.stands {
			ends := int64(1<<63 - 1)
			if j+1 < len(p.stands) {
				ends = p.stands[j+1].at
			}
			if s.on && s.at < to && ends > from {
				at.present, at.leads, at.department = true, at.leads || s.leader, s.department
			}
		}
	}
}

// readVisits reads the days on which people were here, from four weeks before the window on.
func (l *ledger) readVisits(t *tx) error {
	if l.archive {
		return nil
	}
	l.first = dayOf(l.From, l.zone) - monthDays
	last := dayOf(l.To, l.zone)
	words := int(last-l.first)/64 + 1
	for month := l.first.month(); month <= last.month(); month++ {
		days := int(monthStart(month) - l.first)
		_, err := collect(t, func(r *row) (_ struct{}, err error) {
			var id int64
			var here uint64
			if err = r.Scan(&id, &here); err != nil {
				return
			}
			if p := l.known[id]; p != nil && !p.bot {
				if p.visits == nil {
					p.visits = make([]uint64, words)
				}
				for ; here != 0; here &= here - 1 {
					if n := days + bits.TrailingZeros64(here) - 1; n >= 0 && n < 64*words {
						p.visits[n/64] |= 1 << (n % 64)
					}
				}
			}
			return
		}, `SELECT person_id, days FROM visit WHERE month = ?`, month)
		if err != nil {
			return err
		}
	}
	return nil
}

// rawSaid is what is read of a post. There may be a hundred thousand in a window and each column costs, so some hold two
// things: who wrote it and whether it is a reply, and of a reply whose post it answers, of a root when it was first answered.
type rawSaid struct{ at, who, id, root, other, channel int64 }

const saidColumns = `at, author_id << 1 | (root_id <> 0), id, root_id, iif(root_id = 0, heard_at, to_id), channel_id`

func scanSaid(r *row) (s rawSaid, err error) {
	err = r.Scan(&s.at, &s.who, &s.id, &s.root, &s.other, &s.channel)
	return s, err
}

// measured passes on the posts of [from, to), oldest first, day by day: those of days that are remembered are not read.
func (t *tx) measured(from, to int64, each func(rawSaid)) error {
	for d := from / dayMS; d*dayMS < to; d++ {
		posts, known := t.memo.day(d)
		if !known {
			var err error
			if posts, err = collect(t, scanSaid, measuredQuery, d); err != nil {
				return err
			}
			slices.SortStableFunc(posts, func(a, b rawSaid) int { return cmp.Compare(a.at, b.at) }) // a clock may have gone back
			t.memo.keepDay(t.memoAge, d, posts, t.at)
		}
		for _, p := range span(posts, from, to, func(s rawSaid) int64 { return s.at }) {
			each(p)
		}
	}
	return nil
}

const (
	// ofDay are the posts written on a day.
	ofDay = ` FROM written w CROSS JOIN post p ON p.id >= w.first AND p.id < coalesce((SELECT min(n.first) FROM written n WHERE n.first > w.first), 1 << 62)
		WHERE w.day = ? AND p.imported = 0 AND p.hidden_at = 0`
	measuredQuery  = `SELECT ` + saidColumns + ofDay
	archivedQuery  = `SELECT ` + saidColumns + ` FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ? AND at >= ? AND at < ? ORDER BY at`
	questionsQuery = `SELECT at, author_id, channel_id, iif(answer_id = 0, 0, resolved_at) FROM post WHERE question = 1 AND imported = 0 AND hidden_at = 0 AND at >= ? AND at < ? ORDER BY at`
	storiesQuery   = `SELECT p.at FROM tag g JOIN post p ON p.id = g.post_id JOIN channel c ON c.id = p.channel_id
		WHERE g.name = ? AND c.private = 0 AND p.imported = 0 AND p.hidden_at = 0 AND p.deleted_at = 0 AND p.at >= ? AND p.at < ?`
)

// readPosts reads who wrote to whom.
func (l *ledger) readPosts(t *tx) error {
	in := l.channel
	closed, err := collect(t, scanID, `SELECT id FROM channel WHERE private = 1`)
	if err != nil {
		return err
	}
	outside := map[int64]bool{}
	for _, c := range closed {
		outside[c] = in == nil || c != in.ID
	}
	alone := in != nil && (in.Private || l.archive)
	announced, err := l.announced(t)
	if err != nil {
		return err
	}
	from, to := l.From.UnixMilli(), l.To.UnixMilli()
	roots := map[int64]int32{}
	var threads []int64 // of all posts
	add := func(raw rawSaid) {
		author := l.known[raw.who>>1]
		s := said{at: raw.at, author: author.place, to: noPlace, root: noPlace, reply: raw.who&1 != 0, channel: raw.channel}
		if l.archive && author.bot || !l.archive && !author.wrote(s.at) || outside[s.channel] || alone && s.channel != in.ID {
			return
		}
		s.from = author.stood(s.at).department
		if !s.reply {
			s.heard, s.announced = raw.other, announced[raw.id]
			roots[raw.id] = int32(len(l.all))
		} else if p := l.known[raw.other]; p != nil && !p.bot {
			s.to, s.toward = p.place, p.stood(s.at).department
		}
		l.all = append(l.all, s)
		threads = append(threads, raw.root)
	}
	defer func() {
		for i, root := range threads { // a clock may have gone back between the two
			if n, known := roots[root]; known {
				l.all[i].root = n
			}
		}
		*l = *l.cut(l.Window)
	}()
	if l.archive {
		all, err := collect(t, scanSaid, archivedQuery, in.ID, from, to)
		for _, raw := range all {
			add(raw)
		}
		return err
	}
	if err := t.measured(from, min(to+answerTime.Milliseconds(), l.now+1), add); err != nil {
		return err
	}
	l.asked, err = collect(t, func(r *row) (q question, err error) {
		var author int64
		err = r.Scan(&q.at, &author, &q.channel, &q.resolved)
		p := l.known[author]
		q.author, q.from = p.place, p.stood(q.at).department
		return q, err
	}, questionsQuery, from, to)
	if err != nil {
		return err
	}
	l.asked = slices.DeleteFunc(l.asked, func(q question) bool {
		return !l.people[q.author].wrote(q.at) || outside[q.channel] || alone && q.channel != in.ID
	})
	if l.stories, err = collect(t, scanID, storiesQuery, storyTag, from, to); err != nil {
		return err
	}
	slices.Sort(l.stories)
	return l.readAsks(t)
}

// announced are the announcements of the window: nobody has to reply to one.
func (l *ledger) announced(t *tx) (map[int64]bool, error) {
	ids, err := collect(t, scanID, `SELECT post_id FROM announcement WHERE published_at >= ? AND published_at < ?`, l.From.UnixMilli(), l.To.UnixMilli())
	is := map[int64]bool{}
	for _, id := range ids {
		is[id] = true
	}
	return is, err
}
