package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// must publishes a must read to everyone.
func (w *world) mustRead(me int64, body string) store.Post {
	w.t.Helper()
	return w.announce(me, w.announcements(), body, store.NewAnnouncement{MustRead: true})
}

func (w *world) announce(me, channel int64, body string, n store.NewAnnouncement) store.Post {
	w.t.Helper()
	p, err := w.CreatePost(w.ctx, me, store.NewPost{Place: store.Place{Channel: channel}, Body: body, Announce: &n})
	w.must(err)
	return p
}

// in lets somebody of a department in.
func (w *world) of(handle, department string) int64 {
	w.t.Helper()
	return w.enter(store.Invite{Handle: handle, Department: department})
}

// readWhole has all of an announcement on a person's screen.
func (w *world) readWhole(me int64, p store.Post) {
	w.t.Helper()
	read, err := w.MarkSeen(w.ctx, me, p.ID, w.get(me, p.ID).Announcement.Version, store.Part{To: store.WholeText})
	w.must(err)
	equal(w.t, "read", read, true)
}

// understands reads an announcement and says so.
func (w *world) understands(me int64, p store.Post) {
	w.t.Helper()
	w.readWhole(me, p)
	_, err := w.AnswerAnnouncement(w.ctx, me, p.ID, 0, "")
	w.must(err)
}

// asks reads an announcement and has a question.
func (w *world) asks(me int64, p store.Post, question string) store.Post {
	w.t.Helper()
	w.readWhole(me, p)
	reply, err := w.AnswerAnnouncement(w.ctx, me, p.ID, 0, question)
	w.must(err)
	return reply
}

// counts are those asked, by answer: pending, understood, questions, resolved.
func (w *world) counts(me int64, p store.Post) string {
	w.t.Helper()
	c := w.get(me, p.ID).Announcement.Counts
	return row(c[0], c[1], c[2], c[3])
}

// asked are the handles of an audience, with their answers.
func (w *world) asked(me int64, p store.Post, those store.Those, department string) string {
	w.t.Helper()
	var words []string
	var after *store.Addressee
	for {
		list, err := w.Audience(w.ctx, me, p.ID, those, department, after, 2)
		w.must(err)
		for _, a := range list {
			words = append(words, a.Handle+":"+a.Answer.String())
		}
		if len(list) < 2 {
			return strings.Join(words, " ")
		}
		after = &list[1]
	}
}

func TestAnnouncement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, nils := w.admin("jon"), w.of("maya", "Finance"), w.of("nils", "Sales")
	w.invite(store.Invite{Handle: "late", Department: "Sales"}) // never came
	w.enter(store.Invite{Handle: "build", Bot: true})
	due := noon.Add(48 * time.Hour)
	p := w.announce(jon, w.announcements(), "Expenses from Monday", store.NewAnnouncement{For: "@maya", MustRead: true, Due: due})
	a := p.Announcement
	equal(t, "as its author sees it", row(a.ForHandle, a.MustRead, a.Due.Equal(due), a.Follows, a.Asked, a.Size(), a.To("announcements")), "maya true true true false 2 everyone")
	equal(t, "asked", w.asked(jon, p, store.AllAsked, ""), "late:pending nils:pending")
	equal(t, "as nils sees it", w.get(nils, p.ID).Announcement.Waits(), true)
	equal(t, "as who it is for sees it", w.get(maya, p.ID).Announcement.Asked, false)
	list, err := w.MustReads(w.ctx, nils)
	w.must(err)
	equal(t, "waits", len(list), 1)
	up, err := w.Arrive(w.ctx, nils)
	w.must(err)
	equal(t, "on arrival", up.MustRead, 1)
	log, err := w.Decisions(w.ctx, nils, 0, 10)
	w.must(err)
	equal(t, "decisions", w.number(`SELECT count(*) FROM decision WHERE act = 'published'`), 1)
	equal(t, "decision", row(log[0].Name, log[0].Act, log[0].Why), "jon published "+store.PublishWhy)
	equal(t, "leads to it", log[0].Post, p.ID)
	equal(t, "no text in it", strings.Contains(log[0].About+log[0].Became, "Expenses"), false)
	equal(t, "what it says", log[0].Became, "To everyone: 2 people, for maya, must read, due Sat 22 Nov 12:00.")
	other, err := w.CreatePost(w.ctx, jon, store.NewPost{Place: store.Place{Channel: w.announcements()}, Body: "just a post"})
	w.must(err)
	equal(t, "an ordinary post", other.Announcement == nil, true)
}

func TestAnnouncementAudiences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	maya, nils, pia := w.of("maya", "Finance"), w.of("nils", "Sales"), w.of("pia", "IT")
	news := w.open(jon, "news")
	w.raw(`UPDATE channel SET stewards_post = 1 WHERE id = ?`, news)
	w.join(news, maya)
	secret := w.private(jon, "secret", "nils")
	w.raw(`UPDATE channel SET stewards_post = 1 WHERE id = ?`, secret)
	for _, c := range []struct {
		name    string
		channel int64
		n       store.NewAnnouncement
		want    string
		to      string
	}{
		{"everyone", w.announcements(), store.NewAnnouncement{}, "maya pia nils", "everyone"},
		{"departments", w.announcements(), store.NewAnnouncement{Departments: []string{"sales", "IT", "Sales"}}, "pia nils", "Sales and IT"},
		{"a channel", news, store.NewAnnouncement{}, "maya", "everyone in #news"},
		{"everyone, from a channel", news, store.NewAnnouncement{Everyone: true}, "maya pia nils", "everyone"},
		{"departments, from a channel", news, store.NewAnnouncement{Departments: []string{"IT"}}, "pia", "IT"},
		{"a private channel", secret, store.NewAnnouncement{Everyone: true}, "nils", "everyone in #secret"},
	} {
		p := w.announce(jon, c.channel, c.name, c.n)
		equal(t, c.name, strings.ReplaceAll(w.asked(jon, p, store.AllAsked, ""), ":pending", ""), c.want)
		equal(t, c.name+", in words", p.Announcement.To(p.ChannelName), c.to)
	}
	hidden := w.announce(jon, secret, "the merger", store.NewAnnouncement{})
	for _, who := range []int64{maya, pia} {
		_, err := w.Post(w.ctx, who, hidden.ID)
		refused(t, err, store.ErrNotFound, "")
		_, err = w.AnswerAnnouncement(w.ctx, who, hidden.ID, 0, "")
		refused(t, err, store.ErrNotFound, "")
		_, err = w.MarkSeen(w.ctx, who, hidden.ID, 1, store.Part{To: store.WholeText})
		refused(t, err, store.ErrNotFound, "")
		_, err = w.Audience(w.ctx, who, hidden.ID, store.AllAsked, "", nil, 10)
		refused(t, err, store.ErrNotFound, "")
		_, err = w.AudienceByDepartment(w.ctx, who, hidden.ID)
		refused(t, err, store.ErrNotFound, "")
		_, err = w.Remind(w.ctx, who, hidden.ID, "")
		refused(t, err, store.ErrNotFound, "")
		refused(t, w.PostponeAnnouncement(w.ctx, who, hidden.ID), store.ErrNotFound, "")
	}
	zoe := w.admin("zoe")
	_, err := w.Audience(w.ctx, zoe, hidden.ID, store.AllAsked, "", nil, 10)
	refused(t, err, store.ErrNotFound, "")
	must := w.announce(jon, secret, "the merger is on", store.NewAnnouncement{MustRead: true})
	list, err := w.Announcements(w.ctx, zoe, 0, 10)
	w.must(err)
	equal(t, "what another admin sees", len(list), 0)
	w.must(w.RemoveMember(w.ctx, jon, secret, "nils"))
	waits, err := w.MustReads(w.ctx, nils)
	w.must(err)
	equal(t, "after leaving the private channel", len(waits), 0)
	equal(t, "counts", w.counts(jon, must), "0 0 0 0")
}

func TestAnnouncementRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.of("maya", "Finance")
	talk := w.open(jon, "talk")
	w.setState(w.of("gone", "IT"), store.Left)
	day := 24 * time.Hour
	at := store.Place{Channel: w.announcements()}
	for _, c := range []struct {
		who  int64
		at   store.Place
		body string
		n    store.NewAnnouncement
		kind error
		says string
	}{
		{maya, at, "x", store.NewAnnouncement{}, store.ErrForbidden, "Only its stewards post in #announcements"},
		{jon, store.Place{Channel: talk}, "x", store.NewAnnouncement{}, store.ErrInvalid, "An announcement goes where only stewards post, like #announcements; in #talk everyone does."},
		{jon, at, "x", store.NewAnnouncement{Departments: []string{"Finanse"}}, store.ErrInvalid, `Nobody on the roster is in the department "Finanse". There are: Finance and IT.`},
		{jon, at, "x", store.NewAnnouncement{Departments: []string{"IT"}}, store.ErrInvalid, "Nobody but you would be asked"},
		{jon, at, "x", store.NewAnnouncement{For: "maya", Departments: []string{"Finance"}}, store.ErrInvalid, "Nobody but you would be asked"},
		{jon, at, "x", store.NewAnnouncement{Due: noon.Add(day)}, store.ErrInvalid, "Only what must be read has a time"},
		{jon, at, "x", store.NewAnnouncement{MustRead: true, Due: noon}, store.ErrInvalid, "The due time has passed already"},
		{jon, at, "x", store.NewAnnouncement{MustRead: true, Due: noon.Add(91 * day)}, store.ErrInvalid, "The due time lies more than 90 days ahead"},
		{jon, at, "x", store.NewAnnouncement{For: "nobody"}, store.ErrNotFound, "There is nobody of that name here."},
		{jon, at, "x", store.NewAnnouncement{For: "jon"}, store.ErrInvalid, "You write in your own name already"},
		{jon, at, "x", store.NewAnnouncement{For: "gone"}, store.ErrInvalid, "gone is not on the roster"},
		{jon, at, strings.Repeat("x", 5001), store.NewAnnouncement{}, store.ErrInvalid, "Your text has 5,001 characters; an announcement holds 5,000."},
		{jon, at, "x", store.NewAnnouncement{Why: strings.Repeat("x", 301)}, store.ErrInvalid, "That reason is 301 characters"},
	} {
		_, err := w.CreatePost(w.ctx, c.who, store.NewPost{Place: c.at, Body: c.body, Announce: &c.n})
		refused(t, err, c.kind, c.says)
	}
	equal(t, "nothing half done", w.number(`SELECT (SELECT count(*) FROM post) + (SELECT count(*) FROM announcement) + (SELECT count(*) FROM audience) + (SELECT count(*) FROM decision WHERE act = 'published')`), 0)
	long := w.announce(jon, at.Channel, strings.Repeat("x", 5000), store.NewAnnouncement{})
	_, err := w.CreatePost(w.ctx, jon, store.NewPost{Place: store.Place{Root: long.ID}, Body: "x", Announce: &store.NewAnnouncement{}})
	refused(t, err, store.ErrInvalid, "A reply is no announcement")
	refused(t, w.MoveThread(w.ctx, jon, long.ID, talk), store.ErrForbidden, "An announcement stays where it was made")
	alone := newWorld(t)
	ada := alone.admin("ada")
	_, err = alone.CreatePost(alone.ctx, ada, store.NewPost{Place: store.Place{Channel: alone.announcements()}, Body: "x", Announce: &store.NewAnnouncement{}})
	refused(t, err, store.ErrInvalid, "Nobody but you would be asked")
}

// TestMustReadsAWeek counts by the week of the organisation's zone.
func TestMustReadsAWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	w.person("maya")
	again := func() error {
		_, err := w.CreatePost(w.ctx, jon, store.NewPost{Place: store.Place{Channel: w.announcements()}, Body: "read this", Announce: &store.NewAnnouncement{MustRead: true}})
		return err
	}
	w.zone("Pacific/Auckland") // 13 hours ahead
	w.must(again())            // Friday there
	w.must(again())
	refused(t, again(), store.ErrLimited, "2 must-reads have gone out this week, the most that a company reads; the next may go on Monday 24 November. Without must read it can go now.")
	w.announce(jon, w.announcements(), "nobody has to", store.NewAnnouncement{})
	w.clock.set(time.Date(2025, 11, 23, 10, 59, 0, 0, time.UTC)) // Sunday 23:59 there
	refused(t, again(), store.ErrLimited, "")
	w.clock.add(time.Minute)
	w.must(again())
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, nils, pia := w.admin("jon"), w.person("maya"), w.person("nils"), w.person("pia")
	p := w.mustRead(jon, "read this")
	say := func(me int64, version int, question string) error {
		_, err := w.AnswerAnnouncement(w.ctx, me, p.ID, version, question)
		return err
	}
	refused(t, say(maya, 0, ""), store.ErrForbidden, "Not yet: some of it has not been on your screen")
	refused(t, say(maya, 0, "why?"), store.ErrForbidden, "Not yet: some of it has not been on your screen")
	w.must(w.MarkRead(w.ctx, maya, p.Channel, p.Seq)) // is no answer, and no reading either
	refused(t, say(maya, 0, ""), store.ErrForbidden, "Not yet: some of it has not been on your screen")
	refused(t, say(jon, 0, ""), store.ErrForbidden, "You are not asked: this announcement is to everyone.")
	for _, part := range []store.Part{{From: 6000, To: 20_000}, {From: -5, To: 3000}, {From: 2000, To: 5999}} {
		read, err := w.MarkSeen(w.ctx, maya, p.ID, 1, part)
		w.must(err)
		equal(t, "bit by bit", read, false)
	}
	refused(t, say(maya, 0, ""), store.ErrForbidden, "Not yet: some of it has not been on your screen")
	read, err := w.MarkSeen(w.ctx, maya, p.ID, 1, store.Part{From: 5999, To: 6000})
	w.must(err)
	equal(t, "the last bit", read, true)
	w.must(say(maya, 1, ""))
	w.must(say(maya, 1, "")) // said already
	equal(t, "counts", w.counts(jon, p), "2 1 0 0")
	w.clock.add(time.Hour)
	refused(t, func() error { _, err := w.AnswerAnnouncement(w.ctx, nils, p.ID, 0, " \n"); return err }(), store.ErrInvalid, "There is nothing to post yet")
	reply := w.asks(nils, p, "What about travel?")
	equal(t, "the question", row(reply.Root == p.ID, reply.Body), "true What about travel?")
	equal(t, "counts", w.counts(jon, p), "1 1 1 0")
	inbox, err := w.Inbox(w.ctx, jon, nil, 10)
	w.must(err)
	equal(t, "told", row(len(inbox), inbox[0].Kind, inbox[0].Post.ID == reply.ID), "1 question true")
	w.must(say(nils, 0, "And about hotels?"))
	equal(t, "a second question", w.counts(jon, p), "1 1 1 0")
	w.must(say(nils, 0, ""))
	equal(t, "resolved", w.counts(jon, p), "1 1 0 1")
	equal(t, "all", w.asked(jon, p, store.AllAsked, ""), "maya:understood nils:resolved pia:pending")
	equal(t, "understood", w.asked(jon, p, store.ThoseUnderstood, ""), "maya:understood nils:resolved")
	equal(t, "pending", w.asked(jon, p, store.ThosePending, ""), "pia:pending")
	equal(t, "asking", w.asked(jon, p, store.ThoseAsking, ""), "")
	w.understands(pia, p)
	waits, err := w.MustReads(w.ctx, pia)
	w.must(err)
	equal(t, "waits", len(waits), 0)
	other := w.post(jon, w.everyone(), "no announcement")
	_, err = w.AnswerAnnouncement(w.ctx, maya, other.ID, 0, "")
	refused(t, err, store.ErrInvalid, "That post is no announcement")
	equal(t, "how long it took", w.number(`SELECT at - (SELECT at FROM post WHERE id = post_id) FROM answer WHERE person_id = ?`, nils), int64(time.Hour/time.Millisecond))
}

func TestAnnouncementVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, nils := w.admin("jon"), w.person("maya"), w.person("nils")
	p := w.mustRead(jon, "from Munday")
	w.understands(maya, p)
	w.asks(nils, p, "really?")
	_, err := w.FixTypo(w.ctx, jon, p.ID, "from Monday")
	w.must(err)
	equal(t, "after a typo", w.counts(jon, p), "0 1 1 0")
	_, err = w.EditPost(w.ctx, jon, p.ID, strings.Repeat("from Tuesday ", 100))
	w.must(err)
	equal(t, "after another meaning", w.counts(jon, p), "2 0 0 0")
	a := w.get(maya, p.ID).Announcement
	equal(t, "for maya", row(a.Version, a.Read, a.Answer, a.Waits()), "2 false pending true")
	_, err = w.AnswerAnnouncement(w.ctx, maya, p.ID, 1, "")
	refused(t, err, store.ErrInvalid, "It was changed while you were reading")
	_, err = w.AnswerAnnouncement(w.ctx, maya, p.ID, 0, "")
	refused(t, err, store.ErrForbidden, "Not yet: some of it has not been on your screen")
	read, err := w.MarkSeen(w.ctx, maya, p.ID, 1, store.Part{To: store.WholeText}) // what was on the screen before
	w.must(err)
	equal(t, "the old text", read, false)
	w.understands(maya, p)
	equal(t, "answers of both versions", w.text(`SELECT group_concat(version || ':' || answer, ' ') FROM (SELECT * FROM answer WHERE person_id = ? ORDER BY version)`, maya), "1:1 2:1")
	_, err = w.EditPost(w.ctx, jon, p.ID, strings.Repeat("x", 5001))
	refused(t, err, store.ErrInvalid, "an announcement holds 5,000")
}

func TestPostpone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	p := w.mustRead(jon, "read this")
	for range store.Postponements {
		w.must(w.PostponeAnnouncement(w.ctx, maya, p.ID))
	}
	refused(t, w.PostponeAnnouncement(w.ctx, maya, p.ID), store.ErrLimited, "You have put this off 3 times; it stays here until you answer.")
	waits, err := w.MustReads(w.ctx, maya)
	w.must(err)
	equal(t, "never hidden", len(waits), 1)
	w.understands(maya, p)
	w.must(w.PostponeAnnouncement(w.ctx, maya, p.ID))
}

// TestNoLongerWaits takes an announcement away in every way.
func TestNoLongerWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	news := w.open(jon, "news")
	w.raw(`UPDATE channel SET stewards_post = 1 WHERE id = ?`, news)
	w.join(news, maya)
	waits := func() int {
		list, err := w.MustReads(w.ctx, maya)
		w.must(err)
		return len(list)
	}
	hidden := w.mustRead(jon, "one")
	gone := w.announce(jon, news, "two", store.NewAnnouncement{MustRead: true})
	equal(t, "before", waits(), 2)
	w.must(w.HidePost(w.ctx, jon, hidden.ID, "wrong day"))
	equal(t, "hidden", waits(), 1)
	_, err := w.Remind(w.ctx, jon, hidden.ID, "")
	refused(t, err, store.ErrForbidden, "hidden meanwhile")
	w.must(w.UnhidePost(w.ctx, jon, hidden.ID))
	equal(t, "shown again", waits(), 2)
	w.raw(`UPDATE channel SET archived_at = 1 WHERE id = ?`, news)
	equal(t, "archived", waits(), 1)
	w.readWhole(maya, gone)
	_, err = w.AnswerAnnouncement(w.ctx, maya, gone.ID, 0, "")
	refused(t, err, store.ErrForbidden, "#news is archived, so nobody waits for an answer any more.")
	_, err = w.Remind(w.ctx, jon, gone.ID, "")
	refused(t, err, store.ErrForbidden, "#news is archived")
	w.must(w.DeletePost(w.ctx, jon, hidden.ID))
	equal(t, "deleted", waits(), 0)
	w.healthy()
}

// TestAudiencesFollow has people come, go and move while an announcement waits.
func TestAudiencesFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, nils := w.admin("jon"), w.of("maya", "Finance"), w.of("nils", "Sales")
	follows := w.announce(jon, w.announcements(), "one", store.NewAnnouncement{Departments: []string{"Finance"}, MustRead: true})
	fixed := w.announce(jon, w.announcements(), "two", store.NewAnnouncement{Fixed: true})
	all := func() string {
		return w.asked(jon, follows, store.AllAsked, "") + " / " + w.asked(jon, fixed, store.AllAsked, "")
	}
	equal(t, "at first", all(), "maya:pending / maya:pending nils:pending")
	pia := w.of("pia", "Finance")
	equal(t, "one more", all(), "maya:pending pia:pending / maya:pending nils:pending")
	w.understands(pia, follows)
	equal(t, "answered", w.counts(jon, follows), "1 1 0 0")
	for _, department := range []string{"IT", "Finance"} {
		w.must(w.UpdateProfile(w.ctx, pia, store.Profile{Department: department}))
	}
	equal(t, "away and back", all(), "maya:pending pia:understood / maya:pending nils:pending")
	w.must(w.UpdateProfile(w.ctx, nils, store.Profile{Department: "Finance"}))
	w.must(w.LeaveForGood(w.ctx, maya))
	equal(t, "one has come, one has left", all(), "nils:pending pia:understood / maya:pending nils:pending")
	list, err := w.Audience(w.ctx, jon, fixed.ID, store.AllAsked, "Finance", nil, 10)
	w.must(err)
	equal(t, "who has left is marked", row(len(list), list[0].Handle, list[0].Gone), "1 maya true")
	equal(t, "at publication", w.number(`SELECT count(*) FROM audience WHERE post_id = ? AND published = 1`, follows.ID), 1)
	w.clock.add(91 * 24 * time.Hour)
	w.of("tara", "Finance")
	equal(t, "long after", all(), "nils:pending pia:understood / maya:pending nils:pending")
	w.healthy()
}

func TestRemind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, nils := w.admin("jon"), w.person("maya"), w.person("nils")
	p := w.mustRead(jon, "read this")
	w.understands(nils, p)
	_, err := w.Remind(w.ctx, maya, p.ID, "")
	refused(t, err, store.ErrForbidden, "Only the stewards of #announcements and the admins can remind people.")
	events := w.Subscribe(t.Context(), maya)
	drain(events)
	told, err := w.Remind(w.ctx, jon, p.ID, "")
	w.must(err)
	equal(t, "told", told, 1)
	told = 0
	for _, e := range drain(events) {
		told += b2i(e.Kind == store.Inbox && e.Post == p.ID)
	}
	equal(t, "heard", told, 1)
	inbox, err := w.Inbox(w.ctx, maya, nil, 10)
	w.must(err)
	equal(t, "inbox", row(len(inbox), inbox[0].Kind, inbox[0].ByHandle, inbox[0].Unread), "1 reminder jon true")
	w.must(w.MarkRead(w.ctx, maya, p.Channel, p.Seq))
	inbox, err = w.Inbox(w.ctx, maya, nil, 10)
	w.must(err)
	equal(t, "reading is no answer", inbox[0].Unread, true)
	_, err = w.Remind(w.ctx, jon, p.ID, "")
	refused(t, err, store.ErrLimited, "A reminder went out within the last day; the next may go Fri 21 Nov 12:00.")
	log, err := w.Decisions(w.ctx, maya, 0, 10)
	w.must(err)
	equal(t, "decisions", row(w.number(`SELECT count(*) FROM decision WHERE act LIKE 'reminded%'`), log[0].Act, log[0].Why), "1 reminded those who have not answered "+store.RemindWhy)
	equal(t, "for the figures", w.number(`SELECT told FROM reminder WHERE post_id = ? AND at = ?`, p.ID, noon.UnixMilli()), 1)
	w.understands(maya, p)
	inbox, err = w.Inbox(w.ctx, maya, nil, 10)
	w.must(err)
	equal(t, "answered", inbox[0].Unread, false)
	w.clock.add(25 * time.Hour)
	_, err = w.Remind(w.ctx, jon, p.ID, "")
	refused(t, err, store.ErrInvalid, "Everyone has answered")
}

// TestRemindInPieces tells more people than one piece has, of whom a reminder that broke off left some out: nobody is
// told twice, and the log has one line. They fill three pieces to the last place.
func TestRemindInPieces(t *testing.T) {
	t.Parallel()
	const n = 1499
	w := newWorld(t)
	jon, eve := w.admin("jon"), w.admin("eve")
	first := w.crowd(n)
	p := w.mustRead(jon, "read this")
	told, err := w.Remind(w.ctx, jon, p.ID, "")
	w.must(err)
	equal(t, "told", told, n+1)
	w.raw(`DELETE FROM inbox WHERE kind = ? AND person_id >= ?`, store.Reminded, first+700)
	w.raw(`DELETE FROM reminder`)
	w.clock.add(time.Hour)
	told, err = w.Remind(w.ctx, eve, p.ID, "")
	w.must(err)
	equal(t, "told of those left out", told, n-700)
	equal(t, "each once", row(w.number(`SELECT count(*) FROM inbox WHERE kind = ?`, store.Reminded), w.number(`SELECT max(n) FROM inbox WHERE kind = ?`, store.Reminded)), fmt.Sprint(n+1, " 1"))
	equal(t, "decisions", w.number(`SELECT count(*) FROM decision WHERE act LIKE 'reminded%'`), 1)
	_, err = w.Remind(w.ctx, jon, p.ID, "")
	refused(t, err, store.ErrLimited, "A reminder went out within the last day")
	w.raw(`DELETE FROM reminder`)
	w.clock.add(24 * time.Hour)
	told, err = w.Remind(w.ctx, jon, p.ID, "")
	w.must(err)
	equal(t, "a day later it is another one", row(told, w.number(`SELECT count(*) FROM decision WHERE act LIKE 'reminded%'`)), fmt.Sprint(n+1, " 2"))
}

// TestWhoSeesWhoHasAnswered lets stewards and admins see all, and managers those of their team who have not.
func TestWhoSeesWhoHasAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, boss := w.admin("jon"), w.of("boss", "Finance")
	maya, nils, pia := w.of("maya", "Finance"), w.of("nils", "Sales"), w.of("pia", "Sales")
	for _, p := range []int64{maya, pia} {
		w.raw(`UPDATE person SET manager_id = ? WHERE id = ?`, boss, p)
	}
	p := w.mustRead(jon, "read this")
	w.understands(pia, p)
	w.understands(nils, p)
	equal(t, "an admin", w.asked(jon, p, store.AllAsked, ""), "boss:pending maya:pending nils:understood pia:understood")
	equal(t, "an admin, of Sales", w.asked(jon, p, store.AllAsked, "Sales"), "nils:understood pia:understood")
	equal(t, "a manager", w.asked(boss, p, store.AllAsked, ""), "maya:pending")
	equal(t, "a manager, of those who have understood", w.asked(boss, p, store.ThoseUnderstood, ""), "maya:pending")
	_, err := w.Audience(w.ctx, maya, p.ID, store.ThosePending, "", nil, 10)
	refused(t, err, store.ErrForbidden, "Only the stewards of #announcements and the admins see who has answered; managers see who of their team has not.")
	_, err = w.AudienceByDepartment(w.ctx, boss, p.ID)
	refused(t, err, store.ErrForbidden, "Only the stewards")
	waits, err := w.TeamWaits(w.ctx, boss)
	w.must(err)
	equal(t, "whom of the team it waits for", row(len(waits), waits[0].Post.ID == p.ID, waits[0].Pending), "1 true 1")
	none, err := w.TeamWaits(w.ctx, nils)
	w.must(err)
	equal(t, "who manages nobody", len(none), 0)
	secret := w.private(jon, "secret", "maya")
	w.must(w.SetStewardsPost(w.ctx, jon, secret, true, "News only."))
	w.announce(jon, secret, "hidden from their manager", store.NewAnnouncement{MustRead: true})
	waits, err = w.TeamWaits(w.ctx, boss)
	w.must(err)
	equal(t, "nothing of a channel they do not see", len(waits), 1)
	by, err := w.AudienceByDepartment(w.ctx, jon, p.ID)
	w.must(err)
	equal(t, "by department", row(len(by), by[0].Department, by[0].Counts, by[1].Department, by[1].Counts), "2 Finance [2 0 0 0] Sales [0 2 0 0]")
	_, err = w.Announcements(w.ctx, boss, 0, 10)
	refused(t, err, store.ErrForbidden, "Only admins")
	list, err := w.Announcements(w.ctx, jon, 0, 10)
	w.must(err)
	equal(t, "must-reads", len(list), 2)
	all, err := w.Departments(w.ctx, maya)
	w.must(err)
	equal(t, "departments", strings.Join(all, " "), "Finance Sales")
}
