package store_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"tincan/store"
)

// What a post brings about is not read anew for everyone who is here, and everyone sees what is theirs.
func TestOnePostIsNotReadByEachWhoIsHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	sales := w.open(maya, "sales")
	crowd := make([]int64, 12)
	for i := range crowd {
		crowd[i] = w.person(fmt.Sprint("person", i))
		w.join(sales, crowd[i])
		w.listen(crowd[i])
	}
	w.remembers()
	p := w.post(maya, sales, "hello, @person3")
	for i, me := range crowd {
		equal(t, "remembered", row(w.Recalls(me, p.ID)), row(i != 3, i != 3))
		side, err := w.Side(w.ctx, me)
		w.must(err)
		got, err := w.Post(w.ctx, me, p.ID)
		w.must(err)
		asked := i == 3
		equal(t, "what is seen", row(side.Channels[2].Unread, side.Inbox, got.Body, got.Unread, got.Following), row(1, b2i(asked), "hello, @person3", true, asked))
	}
	w.remembers()

	w.must(w.React(w.ctx, crowd[0], p.ID, 1, true))
	for i, me := range crowd {
		equal(t, "remembered", row(w.Recalls(me, p.ID)), row(true, i != 0 && i != 1 && i != 3)) // the first of the others reads it
		got, err := w.Post(w.ctx, me, p.ID)
		w.must(err)
		equal(t, "reactions", row(got.Reactions.Count[1], got.Reactions.Mine[1]), row(1, i == 0))
	}
	w.remembers()
}

// Home is the same whether its posts are remembered or read: in its order, with what is my own among what is everyone's.
func TestHomeOfWhoComesInIsAsItIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.admin("jon")
	sales, muted, foreign := w.open(maya, "sales"), w.open(maya, "muted"), w.open(maya, "foreign")
	w.join(sales, ben)
	w.join(muted, ben)
	w.must(w.MuteChannel(w.ctx, ben, muted, true))
	var all []store.Post
	for i := range 4 {
		all = append(all, w.post(maya, sales, fmt.Sprint("sales ", i)), w.post(ben, w.everyone(), fmt.Sprint("own ", i)), w.post(maya, muted, "muted"), w.post(maya, foreign, "foreign"))
	}
	w.reply(maya, all[0].ID, "answered")
	w.must(w.SavePost(w.ctx, ben, all[4].ID, true))
	w.must(w.MarkRead(w.ctx, ben, sales, all[8].Seq))
	w.announce(jon, w.announcements(), "To all", store.NewAnnouncement{Everyone: true})
	read, err := w.Home(w.ctx, ben, 0, 50)
	w.must(err)

	w.listen(ben)
	_, err = w.Side(w.ctx, ben)
	w.must(err)
	known := 0
	for _, p := range read {
		if _, it := w.Recalls(ben, p.ID); it {
			known++
		}
	}
	equal(t, "remembered of Home", row(known, len(read)), "3 9") // what others wrote in channels, but for what ben saved
	home, err := w.Home(w.ctx, ben, 0, 50)
	w.must(err)
	if !reflect.DeepEqual(home, read) {
		t.Errorf("Home is\n%+v\nand was read as\n%+v", home, read)
	}
	w.remembers()
}

// Who is no longer in a private channel is told nothing of it, though it was remembered that they were.
func TestWhatIsRememberedEndsWithMembership(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret", "ben")
	w.listen(ben)
	w.remembers()
	p := w.post(maya, secret, "between us")
	got, err := w.Post(w.ctx, ben, p.ID)
	w.must(err)
	equal(t, "body", got.Body, "between us")

	w.must(w.RemoveMember(w.ctx, maya, secret, "ben"))
	_, err = w.Post(w.ctx, ben, p.ID)
	refused(t, err, store.ErrNotFound, "")
	w.post(maya, secret, "without him")
	side, err := w.Side(w.ctx, ben)
	w.must(err)
	for _, c := range side.Channels {
		if c.ID == secret || c.Unread > 0 {
			t.Fatalf("still told of %s", c.Name)
		}
	}
	w.remembers()
}

// Nothing is remembered of those who are not here, and of the others no more posts than a bound.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	ctx, leave := context.WithCancel(w.ctx)
	w.Subscribe(ctx, ben)
	for range 2 * store.RecallPosts {
		w.post(maya, sales, "hello")
	}
	w.remembers()
	people, posts := w.Remembered()
	equal(t, "remembered", row(people, posts), row(1, store.RecallPosts))
	leave()
	for deadline := time.Now().Add(soon); people > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
		people, _ = w.Remembered()
	}
	equal(t, "people", people, 0)
	_, err := w.Side(w.ctx, maya)
	w.must(err)
	people, _ = w.Remembered()
	equal(t, "people", people, 0)
}

// An edit that changes nothing takes its draft away, and the mark of it beside the screen.
func TestDraftOfAnEditThatChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	p := w.post(maya, w.open(maya, "sales"), "hello")
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Edit: p.ID}, store.Draft{Body: "hello, all"}))
	l := w.listen(maya)
	w.remembers()
	side, err := w.Side(w.ctx, maya)
	w.must(err)
	equal(t, "draft", side.Channels[2].Draft, true)
	_, err = w.EditPost(w.ctx, maya, p.ID, "hello")
	w.must(err)
	l.expect(store.Event{Kind: store.Read, Channel: p.Channel, By: maya})
	w.remembers()
	side, err = w.Side(w.ctx, maya)
	w.must(err)
	equal(t, "draft", side.Channels[2].Draft, false)
}
