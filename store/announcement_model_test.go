package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tincan/store"
)

// firm is a naive model of who is asked by which announcement and what they have answered.
type firm struct {
	*world
	people    []*firmPerson
	channels  []*firmChannel
	announced []*firmPost
	published int // acts that leave a line in the log
}

type firmPerson struct {
	id         int64
	handle     string
	department string
	state      store.State
}

type firmChannel struct {
	id       int64
	name     string
	private  bool
	archived bool
	members  map[*firmPerson]bool // nil: everyone
}

type firmPost struct {
	id             int64
	in             *firmChannel
	author, inName *firmPerson
	departments    []string
	everyone       bool
	fixed, must    bool
	then           map[*firmPerson]bool // asked at publication
	known          map[*firmPerson]bool // asked at any time while it was there
	answers        map[*firmPerson]store.Answer
	read           map[*firmPerson]bool
	gone           bool // deleted or hidden
	reminded       time.Time
}

// asks says whether somebody belongs to the audience as it is meant.
func (p *firmPost) asks(who *firmPerson) bool {
	if who.state != store.Active || who == p.author || who == p.inName {
		return false
	}
	if len(p.departments) > 0 && !slices.Contains(p.departments, who.department) {
		return false
	}
	membersOnly := p.in.private || p.in.members != nil && !p.everyone && len(p.departments) == 0
	return !membersOnly || p.in.members[who]
}

// inside says whether somebody is in the audience now.
func (p *firmPost) inside(who *firmPerson) bool {
	switch {
	case !p.fixed:
		return p.asks(who) && (p.known[who] || !p.gone) // what is gone asks nobody new
	case p.in.private:
		return p.then[who] && p.in.members[who]
	}
	return p.then[who]
}

// TestModelOfAnnouncements has an admin, a steward and four others announce, read, answer, come, go and move at random,
// and compares after each act what everyone is asked and who is counted.
func TestModelOfAnnouncements(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := openWorld(t, t.TempDir(), store.Options{PostsPerMinute: 1 << 20})
		defer w.Close()
		f := &firm{world: w.in(rt)}
		for i, h := range []string{"ann", "ben", "cid", "dee", "eve", "fay"} {
			p := &firmPerson{handle: h, department: []string{"IT", "Sales"}[i%2], state: store.Active}
			p.id = w.enter(store.Invite{Handle: h, Department: p.department, Admin: i == 0})
			f.people = append(f.people, p)
			w.Subscribe(t.Context(), p.id)
		}
		ann, ben := f.people[0], f.people[1]
		news, secret := w.open(ben.id, "news"), w.private(ben.id, "secret", "ann", "cid")
		w.raw(`UPDATE channel SET stewards_post = 1 WHERE id IN (?, ?)`, news, secret)
		f.channels = []*firmChannel{
			{id: w.announcements(), name: "announcements"},
			{id: news, name: "news", members: map[*firmPerson]bool{ben: true}},
			{id: secret, name: "secret", private: true, members: map[*firmPerson]bool{ann: true, ben: true, f.people[2]: true}},
		}
		for range rapid.IntRange(5, 12).Draw(rt, "acts") {
			w.clock.add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "hours")) * time.Hour)
			rapid.SampledFrom([]func(*rapid.T){f.publish, f.publish, f.readSome, f.answerSome, f.answerSome, f.change, f.remindAll, f.moveAbout, f.suspend, f.archive}).Draw(rt, "act")(rt)
			w.remembers()
			f.compare()
		}
		f.healthy()
	})
}

func (f *firm) anyone(rt *rapid.T) *firmPerson { return rapid.SampledFrom(f.people).Draw(rt, "person") }

func (f *firm) any(rt *rapid.T) *firmPost {
	if len(f.announced) == 0 {
		return nil
	}
	return rapid.SampledFrom(f.announced).Draw(rt, "announcement")
}

// sees says whether somebody may know of an announcement.
func (p *firmPost) sees(who *firmPerson) bool { return !p.in.private || p.in.members[who] }

func (f *firm) publish(rt *rapid.T) {
	author, c := f.people[1], rapid.SampledFrom(f.channels[1:]).Draw(rt, "channel")
	if rapid.Bool().Draw(rt, "to all") {
		author, c = f.people[0], f.channels[0]
	}
	p := &firmPost{
		in: c, author: author, fixed: rapid.Bool().Draw(rt, "fixed"), must: rapid.Bool().Draw(rt, "must"), everyone: rapid.Bool().Draw(rt, "everyone"),
		then: map[*firmPerson]bool{}, known: map[*firmPerson]bool{}, answers: map[*firmPerson]store.Answer{}, read: map[*firmPerson]bool{},
	}
	n := store.NewAnnouncement{Fixed: p.fixed, MustRead: p.must, Everyone: p.everyone}
	if rapid.IntRange(0, 2).Draw(rt, "by department") == 0 {
		p.departments = []string{rapid.SampledFrom([]string{"IT", "Sales"}).Draw(rt, "department")}
		n.Departments = p.departments
	}
	if by := f.anyone(rt); by != author && by.state == store.Active && rapid.Bool().Draw(rt, "for") {
		p.inName, n.For = by, by.handle
	}
	size := 0
	for _, who := range f.people {
		if p.asks(who) {
			p.then[who] = true
			size++
		}
	}
	made, err := f.CreatePost(f.ctx, author.id, store.NewPost{Place: store.Place{Channel: c.id}, Body: fmt.Sprint("announcement ", len(f.announced)), Announce: &n})
	switch {
	case c.archived || author.state != store.Active:
		refused(f.t, err, store.ErrForbidden, "")
		return
	case size == 0:
		if err == nil {
			f.t.Fatalf("nobody is asked, and it went out")
		}
		return
	case p.must && err != nil:
		refused(f.t, err, store.ErrLimited, "must-reads have gone out this week")
		return
	}
	f.must(err)
	p.id = made.ID
	f.announced = append(f.announced, p)
	f.published++
}

func (f *firm) readSome(rt *rapid.T) {
	who, p := f.anyone(rt), f.any(rt)
	if p == nil || who.state != store.Active || p.gone || !p.sees(who) {
		return
	}
	version := f.get(who.id, p.id).Announcement.Version
	read, err := f.MarkSeen(f.ctx, who.id, p.id, version, store.Part{To: store.WholeText})
	f.must(err)
	if p.inside(who) {
		p.read[who] = true
	}
	equal(f.t, "read", read, p.read[who])
}

func (f *firm) answerSome(rt *rapid.T) {
	who, p := f.anyone(rt), f.any(rt)
	if p == nil {
		return
	}
	question := ""
	if rapid.Bool().Draw(rt, "question") {
		question = "why?"
	}
	_, err := f.AnswerAnnouncement(f.ctx, who.id, p.id, 0, question)
	switch {
	case who.state != store.Active:
		refused(f.t, err, store.ErrForbidden, "")
	case !p.sees(who):
		refused(f.t, err, store.ErrNotFound, "")
	case p.gone, p.in.archived, !p.inside(who), !p.read[who]:
		refused(f.t, err, store.ErrForbidden, "")
	default:
		f.must(err)
		switch now := p.answers[who]; {
		case question != "":
			p.answers[who] = store.HasQuestion
		case now == store.HasQuestion:
			p.answers[who] = store.Resolved
		case now == store.Pending:
			p.answers[who] = store.Understood
		}
	}
}

// change edits an announcement, fixes a typo, or takes it away.
func (f *firm) change(rt *rapid.T) {
	p := f.any(rt)
	if p == nil || p.gone || p.in.archived || p.author.state != store.Active {
		return
	}
	body := fmt.Sprint("changed ", rapid.IntRange(0, 1<<20).Draw(rt, "to"))
	switch rapid.IntRange(0, 3).Draw(rt, "how") {
	case 0:
		if body == f.get(p.author.id, p.id).Body {
			return
		}
		_, err := f.EditPost(f.ctx, p.author.id, p.id, body)
		f.must(err)
		clear(p.answers)
		clear(p.read)
	case 1:
		_, err := f.FixTypo(f.ctx, p.author.id, p.id, body)
		f.must(err)
	case 2:
		f.must(f.DeletePost(f.ctx, p.author.id, p.id))
		p.gone = true
	case 3:
		f.must(f.PostponeAnnouncement(f.ctx, p.author.id, p.id)) // whom nothing waits for
	}
}

func (f *firm) remindAll(rt *rapid.T) {
	who, p := f.anyone(rt), f.any(rt)
	if p == nil {
		return
	}
	pending := 0
	for _, q := range f.people {
		if p.inside(q) && q.state == store.Active && p.answers[q] == store.Pending {
			pending++
		}
	}
	told, err := f.Remind(f.ctx, who.id, p.id, "")
	steward := who == f.people[0] || who == f.people[1] && p.in.members != nil // who opened a channel looks after it
	switch {
	case who.state != store.Active:
		refused(f.t, err, store.ErrForbidden, "")
	case !p.sees(who):
		refused(f.t, err, store.ErrNotFound, "")
	case p.gone, !steward, p.in.archived:
		refused(f.t, err, store.ErrForbidden, "")
	case f.clock.Now().Before(p.reminded.Add(store.RemindEvery)):
		refused(f.t, err, store.ErrLimited, "")
	case pending == 0:
		refused(f.t, err, store.ErrInvalid, "")
	default:
		f.must(err)
		equal(f.t, "reminded", told, pending)
		p.reminded = f.clock.Now()
		f.published++
	}
}

// moveAbout has somebody join or leave a channel, or go to another department.
func (f *firm) moveAbout(rt *rapid.T) {
	who := rapid.SampledFrom(f.people[2:]).Draw(rt, "who")
	news, secret := f.channels[1], f.channels[2]
	if who.state != store.Active {
		return
	}
	switch c := rapid.SampledFrom([]*firmChannel{nil, news, secret}).Draw(rt, "where"); {
	case c == nil:
		who.department = rapid.SampledFrom([]string{"IT", "Sales"}).Draw(rt, "department")
		f.must(f.UpdateProfile(f.ctx, who.id, store.Profile{Department: who.department}))
	case c.archived:
	case c.members[who]:
		f.must(f.LeaveChannel(f.ctx, who.id, c.id))
		delete(c.members, who)
	case c == news:
		f.must(f.JoinChannel(f.ctx, who.id, c.id))
		c.members[who] = true
	default:
		f.must(f.AddMember(f.ctx, f.people[1].id, c.id, who.handle))
		c.members[who] = true
	}
}

// suspend takes somebody's access away, for now or for good, or gives it back.
func (f *firm) suspend(rt *rapid.T) {
	who := rapid.SampledFrom(f.people[2:]).Draw(rt, "who")
	switch {
	case who.state == store.Suspended:
		f.must(f.Restore(f.ctx, f.people[0].id, who.handle, "back"))
		who.state = store.Active
	case who.state == store.Active && rapid.IntRange(0, 4).Draw(rt, "for good") == 0:
		f.must(f.Leaver(f.ctx, f.people[0].id, who.handle, "gone"))
		who.state = store.Left
		for _, c := range f.channels {
			delete(c.members, who)
		}
	case who.state == store.Active:
		f.must(f.Suspend(f.ctx, f.people[0].id, who.handle, "away"))
		who.state = store.Suspended
	}
}

func (f *firm) archive(rt *rapid.T) {
	c := f.channels[1]
	f.must(f.ArchiveChannel(f.ctx, f.people[1].id, c.id, !c.archived, "quiet"))
	c.archived = !c.archived
}

// compare looks at every announcement as everyone sees it.
func (f *firm) compare() {
	f.t.Helper()
	equal(f.t, "lines in the log", f.number(`SELECT count(*) FROM decision WHERE act = 'published' OR act LIKE 'reminded%'`), int64(f.published))
	for _, p := range f.announced {
		var counts [4]int
		var asked []string
		for _, who := range f.people {
			if p.inside(who) {
				p.known[who] = true
				counts[p.answers[who]]++
				asked = append(asked, who.handle+":"+p.answers[who].String())
			}
		}
		for _, who := range f.people {
			if who.state != store.Active {
				continue
			}
			got, err := f.Post(f.ctx, who.id, p.id)
			if !p.sees(who) {
				refused(f.t, err, store.ErrNotFound, "")
				_, err = f.Audience(f.ctx, who.id, p.id, store.AllAsked, "", nil, 10)
				refused(f.t, err, store.ErrNotFound, "")
				continue
			}
			f.must(err)
			equal(f.t, "counts", got.Announcement.Counts, counts)
			equal(f.t, who.handle+" is asked", got.Announcement.Asked, p.inside(who))
			if p.inside(who) {
				equal(f.t, who.handle+"'s answer", got.Announcement.Answer, p.answers[who])
			}
		}
		if !p.gone && p.author.state == store.Active {
			list, err := f.Audience(f.ctx, p.author.id, p.id, store.AllAsked, "", nil, 10)
			f.must(err)
			var got []string
			for _, a := range list {
				got = append(got, a.Handle+":"+a.Answer.String())
			}
			slices.Sort(got)
			equal(f.t, "audience", strings.Join(got, " "), strings.Join(asked, " "))
		}
	}
	for _, who := range f.people {
		if who.state != store.Active {
			continue
		}
		var want, got []string
		for _, p := range f.announced {
			if p.must && !p.gone && !p.in.archived && p.sees(who) && p.inside(who) && p.answers[who] == store.Pending {
				want = append(want, fmt.Sprint(p.id))
			}
		}
		list, err := f.MustReads(f.ctx, who.id)
		f.must(err)
		for _, p := range list {
			got = append(got, fmt.Sprint(p.ID))
		}
		slices.Sort(got)
		equal(f.t, "what waits for "+who.handle, strings.Join(got, " "), strings.Join(want, " "))
	}
}
