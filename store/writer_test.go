package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

// sets is an act that leaves a row under a name, and then does whatever more is wanted.
func sets(name string, then func() error) func(func(string, ...any) error) error {
	return func(run func(string, ...any) error) error {
		if err := run(`INSERT INTO setting VALUES (?1, ?1)`, name); err != nil || then == nil {
			return err
		}
		return then()
	}
}

// orphans is an act whose fault only the commit finds.
func orphans(run func(string, ...any) error) error {
	if err := run(`PRAGMA defer_foreign_keys = 1`); err != nil {
		return err
	}
	return run(`INSERT INTO saved VALUES (1000, 1000, 1)`)
}

// kept is how many rows of that name another connection sees.
func (w *world) kept(name string) int64 {
	w.t.Helper()
	return w.number(`SELECT count(*) FROM setting WHERE name = ?`, name)
}

// changed are the posts that events of acts name. A Reload that comes of a checkpoint meanwhile is none of theirs.
func (l *listener) changed() (posts []int64) {
	for {
		select {
		case e := <-l.ch: // publishing is over when the acts are
			if e.Kind == store.Changed {
				posts = append(posts, e.Post)
			}
		default:
			return posts
		}
	}
}

// Acts that share a commit have each their own result: what fails takes nothing along, and leaves nothing.
func TestGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.listen(w.person("maya"))
	errs := w.WriteTogether(w.ctx,
		sets("a", nil),
		sets("bb", func() error { return context.DeadlineExceeded }),
		sets("ccc", func() error { panic("at the disco") }),
		sets("a", nil), // is there by now
		sets("eeeee", nil),
	)
	equal(t, "errors", row(errs[0], errs[1], errs[4]), "<nil> context deadline exceeded <nil>")
	equal(t, "panic", strings.HasPrefix(errs[2].Error(), "at the disco\n"), true)
	if _, ours := store.Sentence(errs[3]); errs[3] == nil || ours {
		t.Fatalf("the same again: %v", errs[3])
	}
	equal(t, "kept", row(w.kept("a"), w.kept("bb"), w.kept("ccc"), w.kept("eeeee")), "1 0 0 1")
	equal(t, "told of", row(l.changed()), "[0 4]")
}

// They really share it: nobody else sees the first before the last is done.
func TestGroupIsOneCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, deadline := 0, time.Now().Add(soon); time.Now().Before(deadline); i++ {
		first, before := fmt.Sprintf("first%d", i), int64(-1)
		errs := w.WriteTogether(w.ctx, sets(first, nil), sets(fmt.Sprintf("second%d", i), func() error {
			before = w.kept(first)
			return nil
		}))
		w.must(errors.Join(errs...))
		equal(t, "kept afterwards", w.kept(first), 1)
		if before == 0 {
			return
		} // on a machine that is very slow just now, the second came too late
	}
	t.Fatalf("two acts never shared a commit")
}

// Where the commit itself fails, or the disk is full, nobody of the group is told that all is well.
func TestGroupFailsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.listen(w.person("maya"))
	pages, err := w.LimitPages(w.ctx, 0)
	w.must(err)
	_, err = w.LimitPages(w.ctx, pages+2)
	w.must(err)
	errs := w.WriteTogether(w.ctx, sets("small", nil), sets(strings.Repeat("large ", 1<<14), nil))
	refused(t, errs[1], store.ErrReadOnly, fullSentence)
	if errs[0] != nil { // where SQLite gives the whole transaction up
		refused(t, errs[0], store.ErrReadOnly, fullSentence)
	}
	equal(t, "kept", w.kept("small") == 1, errs[0] == nil)
	_, err = w.LimitPages(w.ctx, 0)
	w.must(err)
	equal(t, "told of", len(l.changed()) == 1, errs[0] == nil)

	errs = w.WriteTogether(w.ctx, sets("good", nil), orphans)
	equal(t, "both failed", row(errs[0] != nil, errs[1] != nil, w.kept("good")), "true true 0")
	equal(t, "told of", len(l.changed()), 0)
	w.post(1, w.everyone(), "the writer still writes")
}

// Many people post at once, some of whom may not: all that is acknowledged is there, and is told of in its order.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	const people, each = 24, 20
	w := newWorld(t)
	var staff []int64
	for i := range people {
		staff = append(staff, w.person(fmt.Sprintf("person%d", i)))
	}
	l := w.listen(staff[0])
	told := make(chan []int64)
	go func() {
		var posts []int64
		for e := range l.ch {
			if e.Kind == store.Posted {
				posts = append(posts, e.Post)
			}
		}
		told <- posts
	}()
	open, closed := w.everyone(), w.announcements()
	var all sync.WaitGroup
	for i, me := range staff {
		all.Go(func() {
			for n := range each {
				at := store.Place{Channel: open}
				if n%5 == 4 {
					at.Channel = closed
				}
				_, err := w.CreatePost(w.ctx, me, store.NewPost{Place: at, Body: fmt.Sprint(i, n)})
				if (err == nil) != (n%5 < 4) || err != nil && !errors.Is(err, store.ErrForbidden) {
					t.Errorf("%d %d: %v", i, n, err)
				}
			}
		})
	}
	all.Wait()
	l.stop()
	log, err := w.ChannelLog(w.ctx, staff[0], w.everyone(), store.MaxLog)
	w.must(err)
	equal(t, "posts", len(log), people*each*4/5)
	posts := <-told
	for i := 1; i < len(posts); i++ {
		if posts[i] <= posts[i-1] {
			t.Fatalf("post %d was told of after %d", posts[i], posts[i-1])
		}
	}
	equal(t, "some were told of", len(posts) > 0, true)
	w.healthy()
}

// What is written together is one transaction: each act sees those before it, one that is refused takes nothing along,
// others see all of it at the end, and nothing where it fails or panics.
func TestTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	l := w.listen(maya)
	var root, reply store.Post
	w.must(w.Together(w.ctx, func() (err error) {
		if root, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: 1}, Body: "first"}); err != nil {
			return err
		}
		_, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Root: root.ID + 1}, Body: "to nothing"})
		refused(t, err, store.ErrNotFound, "")
		if reply, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Root: root.ID}, Body: "second"}); err != nil {
			return err
		}
		equal(t, "seen by others meanwhile", w.number(`SELECT count(*) FROM post`), 0)
		return nil
	}))
	equal(t, "kept", w.number(`SELECT count(*) FROM post`), 2)
	equal(t, "told of", row(l.next().Post, l.next().Post), row(root.ID, reply.ID))

	for _, panics := range []bool{false, true} {
		func() {
			defer func() { equal(t, "panicked", recover() != nil, panics) }()
			err := w.Together(w.ctx, func() error {
				_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: 1}, Body: "lost"})
				w.must(err)
				w.must(w.UpdateProfile(w.ctx, maya, store.Profile{Name: "Lost"}))
				if panics {
					panic("at the disco")
				}
				return context.DeadlineExceeded
			})
			equal(t, "error", errors.Is(err, context.DeadlineExceeded), true)
		}()
		equal(t, "kept", w.number(`SELECT count(*) FROM post`), 2)
		p, err := w.PersonByHandle(w.ctx, "maya")
		w.must(err)
		equal(t, "name", p.Name, "")
	}
}
