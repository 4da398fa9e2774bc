package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

// reads counts how often the database is asked until stop is called.
func (w *world) reads() (stop func() int) {
	n := make(chan int, 1)
	n <- 0
	count := func(time.Duration) { n <- <-n + 1 }
	w.Measure(&store.Meter{Read: count, Wrote: func(time.Duration) {}, Posted: func() {}})
	return func() int {
		w.Measure(nil)
		return <-n
	}
}

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
	stop := w.reads()
	p := w.post(maya, sales, "hello, @person3")
	for i, me := range crowd {
		side, err := w.Side(w.ctx, me)
		w.must(err)
		got, err := w.Post(w.ctx, me, p.ID)
		w.must(err)
		asked := i == 3
		equal(t, "what is seen", row(side.Channels[2].Unread, side.Inbox, got.Body, got.Unread, got.Following), row(1, b2i(asked), "hello, @person3", true, asked))
	}
	equal(t, "readings, for whom it names", stop(), 2)
	w.remembers()

	stop = w.reads()
	w.must(w.React(w.ctx, crowd[0], p.ID, 1, true))
	for i, me := range crowd {
		_, err := w.Side(w.ctx, me)
		w.must(err)
		got, err := w.Post(w.ctx, me, p.ID)
		w.must(err)
		equal(t, "reactions", row(got.Reactions.Count[1], got.Reactions.Mine[1]), row(1, i == 0))
	}
	equal(t, "readings, for who reacted, whom it names, and once for the others", stop(), 3)
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
