package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// soon is longer than anything should take on the slowest machine.
const soon = 20 * time.Second

// listener is a subscription.
type listener struct {
	w    *world
	ch   <-chan store.Event
	stop context.CancelFunc
}

func (w *world) listen(me int64) *listener {
	ctx, cancel := context.WithCancel(w.ctx)
	return &listener{w, w.Subscribe(ctx, me), cancel}
}

// next waits for an event.
func (l *listener) next() store.Event {
	l.w.t.Helper()
	select {
	case e, ok := <-l.ch:
		if !ok {
			l.w.t.Fatalf("the subscription has ended")
		}
		e.At = time.Time{}
		return e
	case <-time.After(soon):
		l.w.t.Fatalf("no event came")
	}
	return store.Event{}
}

// expect fails unless exactly these events came, in any order of subscribers but this order each.
func (l *listener) expect(want ...store.Event) {
	l.w.t.Helper()
	for _, e := range want {
		equal(l.w.t, "event", l.next(), e)
	}
	select {
	case e := <-l.ch:
		l.w.t.Fatalf("an event too many: %+v", e)
	default: // publishing is over when the act returns
	}
}

func (l *listener) ended() {
	l.w.t.Helper()
	for {
		select {
		case _, ok := <-l.ch:
			if !ok {
				return
			}
		case <-time.After(soon):
			l.w.t.Fatalf("the subscription has not ended")
		}
	}
}

func TestEventsOfPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.admin("jon")
	sales, secret := w.open(maya, "sales"), w.private(maya, "secret", "ben")
	m, b, j := w.listen(maya), w.listen(ben), w.listen(jon)

	root := w.post(maya, sales, "hello") // open: also for who has not joined
	posted := store.Event{Kind: store.Posted, Channel: sales, Post: root.ID, By: maya}
	m.expect(posted)
	b.expect(posted)
	j.expect(posted)

	hidden := w.post(maya, secret, "hello")
	posted = store.Event{Kind: store.Posted, Channel: secret, Post: hidden.ID, By: maya}
	m.expect(posted)
	b.expect(posted)
	j.expect()

	reply := w.reply(ben, hidden.ID, "hi @jon")
	posted = store.Event{Kind: store.Posted, Channel: secret, Root: hidden.ID, Post: reply.ID, By: ben}
	m.expect(store.Event{Kind: store.Inbox, Post: hidden.ID, By: ben}, posted)
	b.expect(posted)
	j.expect()

	_, err := w.CreatePost(w.ctx, ben, store.NewPost{Place: store.Place{Channel: sales}, Body: "refused"})
	refused(t, err, store.ErrForbidden, "")
	m.expect()
}

// What is mine is told to my other sessions, and to nobody else.
func TestEventsOfMyOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	root := w.post(maya, sales, "root")
	w.reply(maya, root.ID, "reply")
	b, other, m := w.listen(ben), w.listen(ben), w.listen(maya)
	mine := func(want store.Event) {
		t.Helper()
		want.By = ben
		b.expect(want)
		other.expect(want)
		m.expect()
	}
	w.must(w.MarkRead(w.ctx, ben, sales, 1))
	mine(store.Event{Kind: store.Read, Channel: sales})
	w.must(w.MarkRead(w.ctx, ben, sales, 1)) // nothing changed
	b.expect()
	other.expect()
	w.must(w.SaveDraft(w.ctx, ben, store.Place{Channel: sales}, store.Draft{Body: "x"}))
	mine(store.Event{Kind: store.Read, Channel: sales})
	w.must(w.SaveDraft(w.ctx, ben, store.Place{Root: root.ID}, store.Draft{Body: "x"}))
	mine(store.Event{Kind: store.Read, Channel: sales, Root: root.ID})
	w.must(w.FollowThread(w.ctx, ben, root.ID, true))
	mine(store.Event{Kind: store.Read, Channel: sales, Root: root.ID, Post: root.ID})
	w.must(w.MuteChannel(w.ctx, ben, sales, true))
	mine(store.Event{Kind: store.Channels, Channel: sales})
	w.must(w.LeaveChannel(w.ctx, ben, sales))
	mine(store.Event{Kind: store.Channels, Channel: sales})
	w.must(w.JoinChannel(w.ctx, ben, sales))
	mine(store.Event{Kind: store.Channels, Channel: sales})
}

func TestEventsOfChannelsAndPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	m, b, o := w.listen(maya), w.listen(ben), w.listen(tara)

	sales := w.open(maya, "sales")
	for _, l := range []*listener{m, b, o} {
		l.expect(store.Event{Kind: store.Channels, Channel: sales, By: maya})
	}
	secret := w.private(maya, "secret")
	made := store.Event{Kind: store.Channels, Channel: secret, By: maya}
	m.expect(made)
	w.must(w.AddMember(w.ctx, maya, secret, "ben"))
	m.expect(made)
	b.expect(made)
	o.expect()

	w.must(w.UpdateProfile(w.ctx, ben, store.Profile{Name: "Ben"}))
	for _, l := range []*listener{m, b, o} {
		l.expect(store.Event{Kind: store.People, Person: ben, By: ben})
	}
	w.invite(store.Invite{Handle: "new"})
	invited := w.number("SELECT id FROM person WHERE handle = 'new'")
	for _, l := range []*listener{m, b, o} {
		l.expect(store.Event{Kind: store.People, Person: invited}, store.Event{Kind: store.Decided})
	}
	_, err := w.ImportPeople(w.ctx, store.Operator, "old", []store.ImportedPerson{{Key: "U1", Handle: "olda"}})
	w.must(err)
	m.expect(store.Event{Kind: store.People, Person: w.number("SELECT id FROM person WHERE handle = 'olda'")}, store.Event{Kind: store.Reload})
}

// Who does not keep up gets one Reload for all that they missed, and holds up nobody.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	slow := w.listen(ben)
	for range 16 {
		w.post(maya, w.everyone(), "x")
	}
	for range 16 {
		equal(t, "as many as fit", slow.next().Kind, store.Posted)
	}
	for range 17 {
		w.post(maya, w.everyone(), "x")
	}
	slow.expect(store.Event{Kind: store.Reload})
	for range 40 {
		w.post(maya, w.everyone(), "x")
	}
	last := w.post(maya, w.everyone(), "x")
	reload := false
	for {
		e := slow.next()
		reload = reload || e.Kind == store.Reload
		if e.Post == last.ID {
			break
		}
	}
	equal(t, "a reload among them", reload, true)
}

func TestSubscriptionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	equal(t, "nobody yet", w.Subscribers(), 0)
	a, b := w.listen(maya), w.listen(maya)
	equal(t, "two", w.Subscribers(), 2)
	w.post(maya, w.everyone(), "x")
	a.stop()
	a.ended() // closed though an event was waiting
	equal(t, "one", w.Subscribers(), 1)
	w.post(maya, w.everyone(), "x")
	w.must(w.Close())
	b.ended()
	equal(t, "none after closing", w.Subscribers(), 0)
	w.listen(maya).ended()
	b.stop() // after the end nothing happens
	w.must(w.Close())
	if _, err := w.Me(w.ctx, maya); err == nil {
		t.Fatal("a closed store answered")
	}
	if err := w.MarkWelcomed(w.ctx, maya); err == nil {
		t.Fatal("a closed store was written to")
	}
	dead, cancel := context.WithCancel(w.ctx)
	cancel()
	select {
	case <-w.Subscribe(dead, maya):
	case <-time.After(soon):
		t.Fatal("a subscription of a context that is over has not ended")
	}
}

// What another process writes, such as the operator's command line, is noticed; one's own writes are not.
func TestOtherProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	before, err := w.DataVersion(w.ctx)
	w.must(err)
	post := w.post(maya, w.everyone(), "x")
	_, err = w.Post(w.ctx, ben, post.ID) // the name is remembered
	w.must(err)
	after, err := w.DataVersion(w.ctx)
	w.must(err)
	equal(t, "data version after an own write", after, before)

	l := w.listen(ben)
	other := openWorld(t, w.dir, store.Options{Now: w.clock.Now})
	w.must(other.UpdateProfile(w.ctx, maya, store.Profile{Name: "Maya Lind"}))
	equal(t, "event", l.next(), store.Event{Kind: store.Reload})
	seen, err := w.Post(w.ctx, ben, post.ID)
	w.must(err)
	equal(t, "the name is read again", seen.Name, "Maya Lind")
}

// A reader who was late to finish does not bring back what somebody was called before.
func TestNamesStayCurrent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	post := w.post(maya, w.everyone(), "x")
	w.RememberLate(maya, "who they were")
	seen, err := w.Post(w.ctx, maya, post.ID)
	w.must(err)
	equal(t, "handle", seen.Handle, "maya")
}

// Nothing is told of what did not happen.
func TestRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	l := w.listen(maya)
	err := w.WriteThen(w.ctx, func() error { return context.DeadlineExceeded })
	if err != context.DeadlineExceeded {
		t.Fatalf("got %v", err)
	}
	func() {
		defer func() { equal(t, "panic", strings.HasPrefix(fmt.Sprint(recover()), "at the disco\n"), true) }()
		w.WriteThen(w.ctx, func() error { panic("at the disco") })
	}()
	l.expect()
	address, err := w.Address(w.ctx)
	w.must(err)
	equal(t, "address", address, "")
	w.post(maya, w.everyone(), "the writer still writes")
}

// An act that has begun is finished whoever goes away meanwhile.
func TestActIsDoneWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(w.ctx)
	w.must(w.WriteThen(ctx, func() error { cancel(); return nil }))
	address, err := w.Address(w.ctx)
	w.must(err)
	equal(t, "address", address, "half done")
	if err := w.SetAddress(ctx, "x"); err != context.Canceled && err != nil {
		t.Fatalf("got %v", err)
	}
}

// Who is in a private channel no more hears nothing of it, also of what they wrote there or follow.
func TestNothingIsHeardOfAChannelThatWasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon, nils := w.person("maya"), w.person("ben"), w.admin("jon"), w.person("nils")
	secret := w.private(maya, "secret", "ben", "jon", "nils")
	bens := w.post(ben, secret, "what ben wrote")
	asked, err := w.CreatePost(w.ctx, ben, store.NewPost{Place: store.Place{Channel: secret}, Body: "what ben asked", Question: true})
	w.must(err)
	followed := w.post(maya, secret, "what ben follows")
	w.must(w.FollowThread(w.ctx, ben, followed.ID, true))
	w.must(w.SetStewardsPost(w.ctx, maya, secret, true, "So that it can be announced in."))
	announced := w.announce(maya, secret, "what everyone in it should know", store.NewAnnouncement{})
	for _, handle := range []string{"ben", "jon"} {
		w.must(w.RemoveMember(w.ctx, maya, secret, handle))
	}
	b, j := w.listen(ben), w.listen(jon)
	acts := map[string]func(){
		"a reply to mine":      func() { w.reply(maya, bens.ID, "and of that @ben hears nothing") },
		"a reaction":           func() { w.must(w.React(w.ctx, maya, bens.ID, 0, true)) },
		"an answer to mine":    func() { w.must(w.ResolveQuestion(w.ctx, maya, w.reply(maya, asked.ID, "so").ID, true)) },
		"a reply I would see":  func() { w.must(w.DeletePost(w.ctx, maya, w.reply(maya, followed.ID, "and gone").ID)) },
		"one who has answered": func() { w.readWhole(nils, announced); w.understands(nils, announced) },
	}
	for name, act := range acts {
		act()
		for _, l := range []*listener{b, j} {
			select {
			case e := <-l.ch:
				t.Errorf("%s: %+v", name, e)
			default:
			}
		}
	}
}
