package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// company is a made-up one whose clock is set by hand.
type company struct {
	*testing.T
	*store.Store
	ctx   context.Context
	clock atomic.Pointer[time.Time] // read by the store's indexer at any time
	rng   *rand.Rand
	admin int64
	staff []colleague
}

type colleague struct {
	id                       int64
	handle, name, department string
}

// secret stands in private places alone.
const secret = "Kingfisher"

// berlin is where the company is: its clocks go back on 25 October, in the seventh week.
var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// firstDay is the Monday on which its trial begins.
var firstDay = time.Date(2026, 9, 7, 0, 0, 0, 0, berlin)

// on moves the clock to a day of the trial, from 0, and an hour of it.
func (c *company) on(day int, hour float64) {
	at := firstDay.AddDate(0, 0, day).Add(time.Duration(hour * float64(time.Hour)))
	c.clock.Store(&at)
}

func (c *company) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// newCompany has an admin and nobody else. Its trial is not set.
func newCompany(t *testing.T) *company {
	t.Helper()
	c := &company{T: t, ctx: t.Context(), rng: rand.New(rand.NewPCG(7, 7))}
	c.on(-20, 9)
	s, err := store.Open(c.ctx, t.TempDir(), store.Options{Now: func() time.Time { return *c.clock.Load() }, PostsPerMinute: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	c.Store = s
	t.Cleanup(func() { s.Close() })
	c.admin = c.enter("ada", "Ada Adler", "Operations", true)
	return c
}

func (c *company) enter(handle, name, department string, admin bool) int64 {
	c.Helper()
	code, err := c.CreateInvite(c.ctx, store.Operator, store.Invite{Handle: handle, Name: name, Department: department, Admin: admin})
	c.must(err)
	p, err := c.RedeemCode(c.ctx, code.Text, store.Credential{Key: &store.Key{Fingerprint: "SHA256:" + handle, Kind: "ssh-ed25519", Public: []byte(handle)}})
	c.must(err)
	return p.ID
}

// hire lets so many people of a department in.
func (c *company) hire(department string, n int) {
	c.Helper()
	for i := range n {
		handle := fmt.Sprintf("%s%d", strings.ToLower(department[:2]), i)
		name := fmt.Sprintf("%s Nightingale%d", department, i)
		c.staff = append(c.staff, colleague{c.enter(handle, name, department, false), handle, name, department})
	}
}

func (c *company) write(who int64, at store.Place, text string) store.Post {
	c.Helper()
	p, err := c.CreatePost(c.ctx, who, store.NewPost{Place: at, Body: text, Question: strings.HasSuffix(text, "?")})
	c.must(err)
	return p
}

// announce asks everybody, or the people of some departments, whether they have understood.
func (c *company) announce(text string, departments ...string) store.Post {
	c.Helper()
	ch, err := c.Channel(c.ctx, c.admin, "announcements")
	c.must(err)
	p, err := c.CreatePost(c.ctx, c.admin, store.NewPost{Place: store.Place{Channel: ch.ID}, Body: text, Announce: &store.NewAnnouncement{MustRead: true, Departments: departments}})
	c.must(err)
	return p
}

// understand answers an announcement.
func (c *company) understand(who int64, p store.Post) {
	c.Helper()
	_, err := c.MarkSeen(c.ctx, who, p.ID, 1, store.Part{From: 0, To: store.WholeText})
	c.must(err)
	_, err = c.AnswerAnnouncement(c.ctx, who, p.ID, 0, "")
	c.must(err)
}

// mails imports a list's archive with so many mails in each week, the first of them before weeks before the trial.
func (c *company) mails(before int, weeks ...int) {
	c.Helper()
	var box strings.Builder
	for w, n := range weeks {
		for i := range n {
			at := firstDay.AddDate(0, 0, 7*(w-before)+i%5).Add(time.Duration(9+i%8) * time.Hour)
			fmt.Fprintf(&box, "From x@example.com %s\nFrom: Somebody <s%d@example.com>\nDate: %s\nMessage-ID: <%d.%d@example.com>\nList-Id: <all-staff.example.com>\nSubject: To all %d\n\nA mail to all.\n\n",
				at.UTC().Format(time.ANSIC), i%7, at.Format(time.RFC1123Z), w, i, i)
		}
	}
	m, err := archive.ReadMbox(c.ctx, strings.NewReader(box.String()), int64(box.Len()), "all-staff", func(int, float64) {})
	c.must(err)
	_, err = m.Import(c.ctx, c.Store, store.Operator, "all-staff", func(int) {})
	c.must(err)
}

// trial sets the days of the trial and what it is to reach.
func (c *company) trial() {
	c.Helper()
	c.must(c.SetTrial(c.ctx, c.admin, store.Trial{Name: "Nordwind talks", Purpose: "Say it once where all can read it, instead of mail to all.",
		First: "2026-09-07", Last: "2026-11-29", Zone: "Europe/Berlin"}, "As the board agreed."))
	number := func(v float64) *float64 { return &v }
	for _, o := range []store.Objective{
		{What: "Most of us write", Measure: "P1", Baseline: number(0), Target: number(60)},
		{What: "Posts are answered", Measure: "C1", Baseline: number(20), Target: number(75)},
		{What: "Half as many mails to all", Measure: "B1", Baseline: number(14), Target: number(7)},
		{What: "Must-reads are understood", Measure: "R4", Baseline: number(40), Target: number(90)},
		{What: "Those who came stay", Measure: "A6", Target: number(70)},
		{What: "Everybody is happier"},
	} {
		c.must(c.SetObjective(c.ctx, c.admin, o, "ada", "As the board agreed."))
	}
}

// newTrial is a company of five departments, the smallest of four people, after so many weeks of a trial.
func newTrial(t *testing.T, weeks int) *company {
	c := newCompany(t)
	c.trial()
	for _, d := range []struct {
		name string
		n    int
	}{{"Operations", 12}, {"Sales", 9}, {"Finance", 7}, {"Workshop", 6}, {"Legal", 4}} {
		c.hire(d.name, d.n)
	}
	c.on(0, 7)
	c.must(c.SetLeader(c.ctx, c.admin, "fi0", true, "She runs finance."))
	c.must(c.SetLeader(c.ctx, c.admin, "op0", true, "She runs operations."))
	everyone, err := c.Channel(c.ctx, c.admin, "everyone")
	c.must(err)
	customers, err := c.CreateChannel(c.ctx, c.admin, store.NewChannel{Name: "customers", Purpose: "What customers say."})
	c.must(err)
	board, err := c.CreateChannel(c.ctx, c.admin, store.NewChannel{Name: "board", Private: true})
	c.must(err)
	for i, p := range c.staff {
		if i%3 > 0 {
			c.must(c.JoinChannel(c.ctx, p.id, customers.ID))
		}
	}
	for day := range 7 * weeks {
		if day%7 > 4 {
			continue
		}
		c.live(day, everyone.ID, customers.ID, board.ID)
	}
	c.on(7*weeks, 9)
	return c
}

// live is a working day: more and more people come, write and answer.
func (c *company) live(day int, everyone, customers, board int64) {
	c.Helper()
	week := day / 7
	come := 0.35 + 0.03*float64(week)
	c.on(day, 8)
	var here []colleague
	for i, p := range c.staff {
		if i%11 != 10 && c.rng.Float64() < come { // one in eleven never comes
			c.must(c.Visit(c.ctx, p.id))
			here = append(here, p)
		}
	}
	if len(here) == 0 {
		return
	}
	some := func() colleague { return here[c.rng.IntN(len(here))] }
	for i := range 2 + week/3 {
		c.on(day, 9+float64(i))
		place := store.Place{Channel: everyone}
		author := some()
		text := []string{"The new form is live.", "Build is green again.", "Lift in building 2 is back. Thanks @op1.", "Who has met Kestrel Ltd before?", "Which form is for travel?", "Got the quote out in an hour with the template of @sa2 #helped"}[c.rng.IntN(6)]
		p := c.write(author.id, place, text)
		for j := range c.rng.IntN(4) {
			c.on(day, 10+float64(i)+0.3*float64(j))
			r := c.write(some().id, store.Place{Root: p.ID}, "An answer.")
			if p.Question && j == 0 && c.rng.IntN(3) > 0 {
				c.must(c.ResolveQuestion(c.ctx, p.Author, r.ID, true))
			}
		}
	}
	c.on(day, 17)
	c.write(c.admin, store.Place{Channel: board}, secret+" is the name? #helped")
	if day%7 == 1 && week%2 == 0 {
		p := c.announce(fmt.Sprintf("Rule %d changes on Monday\nThe form is new. Ask @op2.", week+1))
		for i, who := range here {
			c.on(day, 17.2+0.1*float64(i))
			c.understand(who.id, p)
		}
		return
	}
	if day == 9 {
		c.announce("Only for the lawyers", "Legal")
	}
}
