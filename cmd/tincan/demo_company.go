package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tincan/store"
)

const (
	demoName = "Nordwind Heat Pumps"
	demoZone = "Europe/Berlin"
	demoMail = "nordwind.example" // a name that RFC 2606 keeps for examples

	demoSeed  = 7   // the company that everybody gets; any other is another one
	demoStaff = 200 // people of a department: more than there are, so all

	trialDays  = 90
	trialToday = 62 // about the day of the trial that it is: what comes last is still open, and there is much to look back on
	pilotDays  = 28 // before it, in which a few try

	inviteDays = 3 // before the trial in which everybody is invited

	// rootsAWeek is how many threads 120 people begin once all of them take part.
	rootsAWeek = 140
)

// clock is the time of the store while a company is made, and the real time from then on.
type clock struct{ at atomic.Int64 } // in milliseconds; 0 for the real time

func (c *clock) now() time.Time {
	if ms := c.at.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Now()
}

func (c *clock) set(t time.Time) { c.at.Store(t.UnixMilli()) }

// madeUp is a company while its life is made. All that happens in it is planned first, as acts, and then
// done in the order of time through the store, whose clock says when.
type madeUp struct {
	ctx   context.Context
	store *store.Store
	clock *clock
	rnd   *rand.Rand
	zone  *time.Location

	now   time.Time
	begin time.Time // the first day of its life, at midnight: of the pilot
	days  int       // from there to today, which is counted
	trial int       // the day on which the trial began

	people   []*colleague
	channels map[string]store.Channel
	keeps    map[string]*colleague // who looks after a channel
	private  map[string][]string   // handles, by channel
	slots    map[string][]string
	threads  []*script
	last     map[*script]int // the day on which a thread was begun last
	heard    map[string]int  // the day on which something was said last
	acts     []act
	refused  []error // what the store did not let happen
}

// act is something that somebody does at a time.
type act struct {
	at time.Time
	do func() error
}

// plan notes what is to be done; what lies ahead of now never is.
func (c *madeUp) plan(at time.Time, do func() error) {
	if !at.After(c.now) {
		c.acts = append(c.acts, act{at, do})
	}
}

// demoDays are today and the first day of a trial that has gone on for so many weeks at most; that is a Monday.
func demoDays(now time.Time, weeks int) (today, started time.Time) {
	y, m, d := now.Date()
	today = time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	started = today.AddDate(0, 0, -min(trialToday, 7*weeks)+1)
	return today, started.AddDate(0, 0, -(int(started.Weekday())+6)%7)
}

// before is a clock that shows when nothing had begun: some of the store is made when it is opened.
func before(now time.Time, weeks int) *clock {
	_, started := demoDays(now.UTC(), weeks)
	k := &clock{}
	k.set(started.AddDate(0, 0, -pilotDays-7))
	return k
}

// newMadeUp reads what a company is made of. Each department has up to so many people, and its trial has gone on
// for so many weeks at most: small ones are for tests.
func newMadeUp(ctx context.Context, s *store.Store, k *clock, seed uint64, now time.Time, most, weeks int) (*madeUp, error) {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return nil, err
	}
	c := &madeUp{ctx: ctx, store: s, clock: k, rnd: rand.New(rand.NewPCG(seed, seed)), zone: zone, now: now,
		channels: map[string]store.Channel{}, keeps: map[string]*colleague{}, private: map[string][]string{}, last: map[*script]int{}, heard: map[string]int{}}
	if c.people, err = staff(most); err != nil {
		return nil, err
	}
	if c.slots, err = slots(); err != nil {
		return nil, err
	}
	if c.threads, err = scripts("threads.txt"); err != nil {
		return nil, err
	}
	today, started := demoDays(now.In(zone), weeks)
	c.trial = pilotDays
	c.begin = started.AddDate(0, 0, -pilotDays)
	for day := c.begin; !day.After(today); day = day.AddDate(0, 0, 1) {
		c.days++
	}
	return c, nil
}

// make makes the company, up to now.
func (c *madeUp) make() error {
	if err := c.found(); err != nil {
		return err
	}
	c.attend()
	c.open()
	c.decide()
	c.talk()
	if err := c.announce(); err != nil {
		return err
	}
	c.visits()
	if err := c.live(); err != nil {
		return err
	}
	return c.mails()
}

// live does what is planned, what belongs to a day in one go: it is on the disk then, and what is read is of the day before.
func (c *madeUp) live() error {
	slices.SortStableFunc(c.acts, func(a, b act) int { return a.at.Compare(b.at) })
	for begin := 0; begin < len(c.acts); {
		end := begin
		for day := c.dayOf(c.acts[begin].at); end < len(c.acts) && c.dayOf(c.acts[end].at) == day; {
			end++
		}
		if err := c.store.Together(c.ctx, func() error { return c.do(c.acts[begin:end]) }); err != nil {
			return err
		}
		begin = end
	}
	return nil
}

func (c *madeUp) do(acts []act) error {
	for _, a := range acts {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		c.clock.set(a.at)
		err := a.do()
		if _, ours := store.Sentence(err); ours { // somebody answered after ten days, in a channel that was closed meanwhile
			c.refused = append(c.refused, err)
		} else if err != nil {
			return fmt.Errorf("the made-up company stops at %s (%w)", a.at.In(c.zone).Format(time.DateTime), err)
		}
	}
	return nil
}

// at is a time of a day, counted from the first; what lies outside of it goes on into the next.
func (c *madeUp) at(day int, hours float64) time.Time {
	return c.begin.AddDate(0, 0, day).Add(time.Duration(hours * float64(time.Hour)))
}

// dayOf is the day that a time belongs to.
func (c *madeUp) dayOf(at time.Time) int {
	y, m, d := at.In(c.zone).Date()
	by, bm, bd := c.begin.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(by, bm, bd, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

// working reports whether a day is none of a weekend.
func (c *madeUp) working(day int) bool {
	w := c.begin.AddDate(0, 0, day).Weekday()
	return w != time.Saturday && w != time.Sunday
}

// nextWorking is the first working day from day on.
func (c *madeUp) nextWorking(day int) int {
	for !c.working(day) {
		day++
	}
	return day
}

// chance is true that often.
func (c *madeUp) chance(p float64) bool { return c.rnd.Float64() < p }

// one is any of a list.
func one[T any](rnd *rand.Rand, list []T) T { return list[rnd.IntN(len(list))] }

// spread is a time around the median, long ones rare: people answer at once, or after lunch, or tomorrow.
func (c *madeUp) spread(median time.Duration, width float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(width*c.rnd.NormFloat64()))
}

// moment is a time of a working day at which somebody of a department writes: the shifts of production begin at six,
// offices at eight, nobody much at noon.
func (c *madeUp) moment(day int, department string) time.Time {
	var h float64
	switch {
	case c.chance(0.03): // in the evening, from the sofa
		h = 18.5 + 3.5*c.rnd.Float64()
	case department == "Production":
		h = 6.2 + 8.6*c.rnd.Float64()
	case c.chance(0.55):
		h = 10 + 1.1*c.rnd.NormFloat64()
	default:
		h = 14.6 + 1.3*c.rnd.NormFloat64()
	}
	return c.at(day, min(max(h, 6.1), 22.4)).Add(time.Duration(c.rnd.IntN(3600)) * time.Second / 4)
}

// later is when somebody answers who reads after so long, if that is a time at which people do.
func (c *madeUp) later(at time.Time, after time.Duration) time.Time {
	at = at.Add(max(after, 50*time.Second))
	day := c.dayOf(at)
	h := at.In(c.zone).Hour()
	switch {
	case c.working(day) && h >= 6 && h < 18, h >= 7 && h < 22 && c.chance(0.12):
		return at
	case h >= 18:
		day++
	}
	return c.at(c.nextWorking(day), 7.2+2.6*c.rnd.Float64()).Add(time.Duration(c.rnd.IntN(3600)) * time.Second)
}

// found puts the people on the roster, says what the trial is, and invites them: a few for a pilot, then all.
func (c *madeUp) found() error {
	c.clock.set(c.at(-3, 14.5)) // a Friday
	row := func(i int, p *colleague) store.RosterRow {
		cells := map[store.RosterColumn]string{
			store.ColEmployee: fmt.Sprintf("N%04d", 1001+7*i), store.ColEmail: p.handle + "@" + demoMail, store.ColHandle: p.handle, store.ColName: p.name,
			store.ColDepartment: p.department, store.ColTeam: p.place, store.ColTitle: p.title, store.ColRole: "staff", store.ColLeader: "no",
			store.ColStart: fmt.Sprintf("%d-%02d-01", 2004+(i*37)%22, 1+(i*5)%12), store.ColManager: c.managerNumber(p),
		}
		if p.admin {
			cells[store.ColRole] = "admin"
		}
		if p.leader {
			cells[store.ColLeader] = "yes"
		}
		r := store.RosterRow{Line: i + 2}
		for column, v := range cells {
			r.Cells[column] = v
		}
		return r
	}
	var roster store.Roster
	for i, p := range c.people {
		if c.pilots(p) {
			roster.Rows = append(roster.Rows, row(i, p))
		}
	}
	if err := c.enlist(roster, "The pilot: one or two people of each department."); err != nil {
		return err
	}
	if err := c.learn(); err != nil {
		return err
	}
	trial := c.at(c.trial, 0)
	helle := c.people[0]
	if err := c.store.SignedIn(c.ctx, helle.id, ""); err != nil {
		return err
	}
	if err := c.store.SetTrial(c.ctx, helle.id, store.Trial{Name: "One place to talk", Purpose: "Half of our mails to all are read by nobody. For three months we try to say it here, briefly and in the open, and see who answers.",
		First: trial.Format(time.DateOnly), Last: trial.AddDate(0, 0, trialDays-1).Format(time.DateOnly), Zone: demoZone}, "Agreed by the board on Friday."); err != nil {
		return err
	}
	if err := c.agree(helle); err != nil {
		return err
	}
	c.plan(c.at(c.trial-inviteDays, 13.5), func() error {
		roster := store.Roster{}
		for i, p := range c.people {
			roster.Rows = append(roster.Rows, row(i, p))
		}
		return c.enlist(roster, "Everyone takes part from Monday.")
	})
	c.plan(c.at(c.trial-inviteDays+1, 5), c.learn)
	return nil
}

// managerNumber is the employee number of whoever leads the department, or the company.
func (c *madeUp) managerNumber(p *colleague) string {
	for i, q := range c.people {
		if q.head && q != p && (q.department == p.department || p.head && i == 0) {
			return fmt.Sprintf("N%04d", 1001+7*i)
		}
	}
	return ""
}

// pilots are those who try before the others.
func (c *madeUp) pilots(p *colleague) bool { return p.takes == often || p.head || p.admin }

// enlist takes a roster over, and invites who is new on it.
func (c *madeUp) enlist(r store.Roster, why string) error {
	if _, err := c.store.ImportRoster(c.ctx, store.Operator, r, store.RosterAs{Why: why}); err != nil {
		return err
	}
	if !slices.ContainsFunc(c.people, func(p *colleague) bool { return p.id == 0 }) {
		return nil // all were pilots
	}
	_, err := c.store.LettersForAll(c.ctx, store.Operator, why)
	return err
}

// learn takes in the numbers of those who were enlisted.
func (c *madeUp) learn() error {
	for _, p := range c.people {
		if p.id != 0 {
			continue
		}
		found, err := c.store.PersonByHandle(c.ctx, p.handle)
		if err == nil {
			p.id = found.ID
		}
	}
	return nil
}

// agree says what the trial is to reach, while it has not begun.
func (c *madeUp) agree(by *colleague) error {
	list, err := records("objectives.txt")
	if err != nil {
		return err
	}
	for _, r := range list {
		o := store.Objective{What: r.fields[0], Measure: r.fields[1]}
		if o.Baseline, err = store.ParseFigure(r.fields[2]); err != nil {
			return err
		}
		if o.Target, err = store.ParseFigure(r.fields[3]); err != nil {
			return err
		}
		owner := r.fields[4]
		if c.person(owner) == nil || c.person(owner).id == 0 {
			owner = by.handle
		}
		if err := c.store.SetObjective(c.ctx, by.id, o, owner, "Agreed by the board on Friday."); err != nil {
			return err
		}
	}
	terms, err := demoTexts.ReadFile("demo/terms.txt")
	if err != nil {
		return err
	}
	return c.store.SetTerms(c.ctx, by.id, string(terms), "Read and agreed by the works council.")
}

// person is whoever has a handle; nil in a company too small for them.
func (c *madeUp) person(handle string) *colleague {
	i := slices.IndexFunc(c.people, func(p *colleague) bool { return p.handle == handle })
	if i < 0 {
		return nil
	}
	return c.people[i]
}

// attend says who comes on which days.
func (c *madeUp) attend() {
	comes := map[level]float64{often: 0.95, some: 0.78, little: 0.52, reads: 0.4, left: 0.6, suspended: 0.7}
	for _, p := range c.people {
		if p.takes == never {
			p.first = math.MaxInt
			continue
		}
		if c.pilots(p) {
			p.first = 0
		} else { // most in the first days, some when a colleague says: it stands there
			p.first = c.trial - inviteDays + 1 + int(c.spread(60*time.Hour, 0.9).Hours()/24)
			p.first = c.nextWorking(min(p.first, c.days-1))
		}
		for day := p.first; day < c.days; day++ {
			often := comes[p.takes] * (1 - 0.15*float64(day-p.first)/float64(c.days)) // a little less with time
			if !c.working(day) {
				often = 0.06
			}
			if day == p.first || c.chance(often) {
				p.here[day] = true
			}
		}
		switch p.takes {
		case left:
			c.gone(p, c.days-24)
		case suspended:
			c.gone(p, c.days-3)
		}
	}
}

// gone is somebody who comes no more from a day on.
func (c *madeUp) gone(p *colleague, from int) {
	for day := range p.here {
		if day >= from {
			delete(p.here, day)
		}
	}
}

// stays reports whether somebody is here on a day, and still has access.
func (c *madeUp) stays(p *colleague, day int) bool {
	switch {
	case day < p.first:
		return false
	case p.takes == left:
		return day < c.days-24
	case p.takes == suspended:
		return day < c.days-3
	}
	return true
}

// visits lets people come on their days.
func (c *madeUp) visits() {
	for day := range c.days {
		for _, p := range c.people {
			switch {
			case !p.here[day]:
			case day == p.first:
				c.plan(c.at(day, 6), func() error { return c.arrive(p) })
			default:
				c.plan(c.at(day, 6.05), func() error { return c.store.Visit(c.ctx, p.id) })
			}
		}
	}
	for _, p := range c.people {
		last := -1
		for day := range p.here {
			last = max(last, day)
		}
		if last >= 0 {
			c.plan(c.moment(last, p.department), func() error { return c.store.Depart(c.ctx, p.id) })
		}
	}
}

// arrive is somebody's first time.
func (c *madeUp) arrive(p *colleague) error {
	if err := c.store.SignedIn(c.ctx, p.id, ""); err != nil {
		return err
	}
	if err := c.store.Visit(c.ctx, p.id); err != nil {
		return err
	}
	if err := c.store.MarkWelcomed(c.ctx, p.id); err != nil {
		return err
	}
	_, version, err := c.store.TermsToAccept(c.ctx, p.id)
	if err != nil || version == 0 {
		return err
	}
	return c.store.AcceptTerms(c.ctx, p.id, version)
}

// settle plans which channels somebody joins on their first days, beside those of their department.
func (c *madeUp) settle(p *colleague, all []record) {
	var chosen []string
	for _, r := range all {
		if r.fields[1] == "-" && c.private[r.fields[0]] == nil && c.keeps[r.fields[0]] != p && c.chance(0.4) {
			chosen = append(chosen, r.fields[0])
		}
	}
	c.plan(c.at(p.first, 8.6), func() error {
		for _, name := range chosen {
			if err := c.join(p, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// join lets somebody into an open channel, if they are not in it.
func (c *madeUp) join(p *colleague, name string) error {
	in := c.channels[name]
	if in.Everyone || in.Private || p.joined[name] {
		return nil
	}
	p.joined[name] = true
	return c.store.JoinChannel(c.ctx, p.id, in.ID)
}

// open lets the channels be opened by those who look after them, on the first days of the pilot.
func (c *madeUp) open() {
	list, err := records("channels.txt")
	if err != nil {
		c.plan(c.begin, func() error { return err })
		return
	}
	for i, r := range list {
		by := c.person(r.fields[2])
		if by == nil || !c.pilots(by) {
			by = c.people[0]
		}
		c.keeps[r.fields[0]] = by
		c.plan(c.at(by.first, 7+0.1*float64(i)), func() error { return c.openChannel(r.fields, by) })
		if len(r.fields) > 4 && r.fields[4] == "archived" {
			c.plan(c.at(c.trial+48, 15.2), func() error {
				return c.store.ArchiveChannel(c.ctx, by.id, c.channels[r.fields[0]].ID, true, "Line 2 has moved and runs. The list of what is missing is in #production.")
			})
		}
		if len(r.fields) > 4 && strings.HasPrefix(r.fields[4], "private") {
			c.close(r.fields[0], by, strings.Fields(r.fields[4])[1:])
		}
	}
	for _, p := range c.people {
		if p.takes != never {
			c.settle(p, list)
		}
	}
	helle := c.people[0]
	for _, name := range []string{"everyone", "announcements"} {
		c.keeps[name] = helle
		c.plan(c.at(0, 6.5), func() (err error) {
			c.channels[name], err = c.store.Channel(c.ctx, helle.id, name)
			return err
		})
	}
}

// close makes a channel a private one, into which its steward lets others.
func (c *madeUp) close(name string, by *colleague, handles []string) {
	c.private[name] = append(handles, by.handle)
	for _, handle := range handles {
		if p := c.person(handle); p != nil && p != by {
			c.plan(c.at(max(p.first, by.first), 9.5), func() error {
				p.joined[name] = true
				return c.store.AddMember(c.ctx, by.id, c.channels[name].ID, handle)
			})
		}
	}
}

func (c *madeUp) openChannel(fields []string, by *colleague) error {
	name, department, purpose := fields[0], fields[1], fields[3]
	made, err := c.store.CreateChannel(c.ctx, by.id, store.NewChannel{Name: name, Purpose: purpose, Private: c.private[name] != nil})
	if err != nil {
		return err
	}
	c.channels[name], by.joined[name] = made, true
	if department == "-" {
		return nil
	}
	return c.store.SetDepartment(c.ctx, c.people[0].id, made.ID, department, true, "Everybody in "+department+" should have it.")
}
