package store

import (
	"database/sql"
	mathbits "math/bits"
	"slices"
	"sort"
	"time"
)

// ledger is what the figures of one window are counted from, read once. It holds no text.
type ledger struct {
	Window
	zone    *time.Location
	start   int64 // of the window that was asked for, which this one may be a part of
	first   day   // the first of the visits
	now     int64
	channel *channelRow // that it is of; nil for all
	archive bool        // of an imported channel: who wrote in it is its roster
	people  []*counted
	known   map[int64]*counted
	said    []said     // posts of the window, oldest first, of people who were on the roster
	later   []said     // replies of the hours after it, in which its last posts may still be answered
	asked   []question // of the window
	stories []int64    // when posts were written that are tagged as such, oldest first
	asks    []asks     // what was announced in the window, and what became of it
	mails   mails
}

// counted is a person of the ledger.
type counted struct {
	id               int64
	place            int // among the people of the ledger
	bot              bool
	invited, visited int64    // when they got their first code, and were first here; 0 for not yet
	stands           []stand  // oldest first; none for who never was on the roster
	department       string   // the last one of the window
	present, leads   bool     // on the roster, and a leader, at any time of the window
	visits           []uint64 // a bit for each day, from four weeks before the window on
}

// stand is where a person stands from a moment on.
type stand struct {
	at         int64
	on, leader bool
	department string
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

// was reports whether p was here on a day.
func (l *ledger) was(p *counted, d day) bool {
	n := int(d - l.first)
	return n >= 0 && n/64 < len(p.visits) && p.visits[n/64]&(1<<(n%64)) != 0
}

// cameIn reports whether p was here on a day of [from, to).
func (l *ledger) cameIn(p *counted, from, to day) bool {
	for d := max(from, l.first); d < to && int(d-l.first) < 64*len(p.visits); d++ {
		if l.was(p, d) {
			return true
		}
	}
	return false
}

// crowd is some of the people of a ledger.
type crowd struct {
	in   []bool // by their place
	list []*counted
}

func (l *ledger) crowd(people []*counted, in func(*counted) bool) *crowd {
	c := &crowd{in: make([]bool, len(l.people))}
	for _, p := range people {
		if in(p) {
			c.add(p)
		}
	}
	return c
}

func (c *crowd) add(p *counted) {
	if !c.in[p.place] {
		c.in[p.place] = true
		c.list = append(c.list, p)
	}
}

// count is how many of a crowd are so.
func (c *crowd) count(is func(*counted) bool) (n int) {
	for _, p := range c.list {
		if is(p) {
			n++
		}
	}
	return n
}

// said is a post as the figures see it.
type said struct {
	at           int64
	author, to   *counted // to is whose post a reply answers, nil for a root
	thread       int64    // the number of its root
	reply        bool
	channel      int64
	heard        int64  // of a root: when somebody else first replied, 0 for nobody yet
	announced    bool   // a root that nobody has to reply to
	from, toward string // departments of author and to at that moment
}

// question is a question as the figures see it.
type question struct {
	at, resolved int64 // resolved is 0 while it is not
	author       *counted
	channel      int64
	from         string
}

// answerTime is how long a post may wait for an answer to count as answered.
const answerTime = 72 * time.Hour

// storyTag is the tag of a post that tells how somebody was helped.
const storyTag = "helped"

// ledger reads what the figures of a window need. in is the channel they are of, nil for all. What is written in
// private is measured in no figure but those of its own channel, which its members may ask for; those of an open
// channel are taken from the ledger of all.
func (t *tx) ledger(w Window, in *channelRow) (*ledger, error) {
	zone, err := t.zone()
	if err != nil {
		return nil, err
	}
	if now := t.at.Truncate(time.Millisecond).Add(time.Millisecond); w.To.After(now) { // what happens now counts
		w.To = now
	}
	l := &ledger{Window: w, zone: zone, start: w.From.UnixMilli(), now: t.ms(), channel: in, known: map[int64]*counted{}}
	l.archive = in != nil && in.Imported && (in.Archived || in.seq == 0)
	if err := l.readPeople(t); err != nil {
		return nil, err
	}
	if err := l.readVisits(t); err != nil {
		return nil, err
	}
	if err := l.readPosts(t); err != nil {
		return nil, err
	}
	return l, l.readMails(t)
}

// cut is the ledger of a part of the window.
func (l *ledger) cut(w Window) *ledger {
	c := &ledger{Window: w, zone: l.zone, start: l.start, first: l.first, now: l.now, channel: l.channel, archive: l.archive}
	people := make([]counted, len(l.people))
	for i, p := range l.people {
		people[i] = *p
		people[i].present, people[i].leads = false, false
		c.people = append(c.people, &people[i])
		if !l.archive {
			c.stand(&people[i])
		}
	}
	same := func(p *counted) *counted {
		if p == nil {
			return nil
		}
		return c.people[p.place]
	}
	from, to := w.From.UnixMilli(), w.To.UnixMilli()
	copied := func(all []said, from, to int64) (some []said) {
		for _, s := range span(all, from, to, func(s said) int64 { return s.at }) {
			if s.author, s.to = same(s.author), same(s.to); l.archive {
				s.author.present = true
			}
			if s.author.present {
				some = append(some, s)
			}
		}
		return some
	}
	c.said = copied(l.said, from, to)
	until := to + answerTime.Milliseconds()
	c.later = append(copied(l.said, to, until), copied(l.later, to, until)...)
	for _, q := range l.asked {
		if q.author = same(q.author); q.at >= from && q.at < to && q.author.present {
			c.asked = append(c.asked, q)
		}
	}
	for _, a := range l.asks {
		if a.at >= from && a.at < to {
			a.people = slices.Clone(a.people)
			for i, p := range a.people {
				a.people[i] = same(p)
			}
			c.asks = append(c.asks, a)
		}
	}
	at := func(ms int64) int64 { return ms }
	c.stories, c.mails = span(l.stories, from, to, at), l.mails
	c.mails.at = span(l.mails.at, from, to, at)
	return c
}

// span are those of [from, to), of what is in order.
func span[T any](all []T, from, to int64, at func(T) int64) []T {
	before := func(ms int64) int {
		return sort.Search(len(all), func(i int) bool { return at(all[i]) >= ms })
	}
	return all[before(from):before(to)]
}

// readPeople reads who was on the roster when.
func (l *ledger) readPeople(t *tx) error {
	type now struct {
		*counted
		stand
	}
	all, err := collect(t, func(r *sql.Rows) (n now, err error) {
		n.counted = &counted{}
		var state State
		err = r.Scan(&n.id, &n.bot, &state, &n.counted.department, &n.leader, &n.invited, &n.visited, &n.at)
		n.stand.department = n.counted.department
		n.on = !n.bot && (state == Invited || state == Active)
		return n, err
	}, `SELECT id, bot, state, department, leader, invited_at, visited_at, created_at FROM person`)
	if err != nil {
		return err
	}
	for i, n := range all {
		n.counted.place = i
		l.people = append(l.people, n.counted)
		l.known[n.id] = n.counted
	}
	_, err = collect(t, func(r *sql.Rows) (s stand, err error) {
		var id int64
		err = r.Scan(&id, &s.at, &s.on, &s.department, &s.leader)
		if p := l.known[id]; p != nil {
			p.stands = append(p.stands, s)
		}
		return s, err
	}, `SELECT person_id, at, on_roster, department, leader FROM standing ORDER BY person_id, at`)
	for _, n := range all {
		if n.on && len(n.stands) == 0 { // nothing has changed since standings are noted
			n.stands = []stand{n.stand}
		}
		if !l.archive {
			l.stand(n.counted)
		}
	}
	return err
}

// stand works out where a person stood in the window.
func (l *ledger) stand(p *counted) {
	if p.bot {
		p.stands = nil
	}
	from, to := l.From.UnixMilli(), l.To.UnixMilli()
	for i, s := range p.stands {
		ends := int64(1<<63 - 1)
		if i+1 < len(p.stands) {
			ends = p.stands[i+1].at
		}
		if s.on && s.at < to && ends > from {
			p.present, p.leads, p.department = true, p.leads || s.leader, s.department
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
		_, err := collect(t, func(r *sql.Rows) (_ struct{}, err error) {
			var id int64
			var bits uint64
			if err = r.Scan(&id, &bits); err != nil {
				return
			}
			if p := l.known[id]; p != nil && !p.bot {
				if p.visits == nil {
					p.visits = make([]uint64, words)
				}
				for ; bits != 0; bits &= bits - 1 {
					if n := days + mathbits.TrailingZeros64(bits) - 1; n >= 0 && n < 64*words {
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

// What is read of a post. There may be a hundred thousand in a window and each column costs, so some hold two things:
// who wrote it and whether it is a reply, and of a reply whose post it answers, of a root when it was first answered.
const saidColumns = `at, author_id << 1 | (root_id <> 0), iif(root_id = 0, id, root_id), iif(root_id = 0, heard_at, to_id), channel_id`

const (
	measuredQuery  = `SELECT ` + saidColumns + ` FROM post WHERE imported = 0 AND hidden_at = 0 AND at >= ? AND at < ? ORDER BY at`
	archivedQuery  = `SELECT ` + saidColumns + ` FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ? AND at >= ? AND at < ? ORDER BY at`
	questionsQuery = `SELECT at, author_id, channel_id, iif(answer_id = 0, 0, resolved_at) FROM post WHERE question = 1 AND imported = 0 AND hidden_at = 0 AND at >= ? AND at < ?`
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
	scan := func(r *sql.Rows) (_ struct{}, err error) {
		var s said
		var who, other int64
		if err = r.Scan(&s.at, &who, &s.thread, &other, &s.channel); err != nil {
			return
		}
		s.author, s.reply = l.known[who>>1], who&1 != 0
		if l.archive {
			s.author.present = !s.author.bot
		}
		if !s.author.present || outside[s.channel] || alone && s.channel != in.ID {
			return
		}
		s.from = s.author.stood(s.at).department
		if !s.reply {
			s.heard, s.announced = other, announced[s.thread]
		} else if p := l.known[other]; p != nil && !p.bot {
			s.to, s.toward = p, p.stood(s.at).department
		}
		if s.at >= to {
			l.later = append(l.later, s)
		} else {
			l.said = append(l.said, s)
		}
		return
	}
	if l.archive {
		_, err = collect(t, scan, archivedQuery, in.ID, from, to)
		return err
	}
	if _, err = collect(t, scan, measuredQuery, from, to+answerTime.Milliseconds()); err != nil {
		return err
	}
	l.asked, err = collect(t, func(r *sql.Rows) (q question, err error) {
		var author int64
		err = r.Scan(&q.at, &author, &q.channel, &q.resolved)
		q.author = l.known[author]
		q.from = q.author.stood(q.at).department
		return q, err
	}, questionsQuery, from, to)
	if err != nil {
		return err
	}
	l.asked = slices.DeleteFunc(l.asked, func(q question) bool {
		return !q.author.present || outside[q.channel] || alone && q.channel != in.ID
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
