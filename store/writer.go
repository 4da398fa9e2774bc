package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// What waits for the disk is the commit, so acts that come while others are being written share one.
const (
	groupMost = 128                  // acts in one commit: more than that many people ever press Enter at once
	groupTime = 5 * time.Millisecond // after which nobody joins a group: the first of it is waiting
)

// errClosed is for acts after Close; no person is there to read it.
var errClosed = errors.New("store: closed")

// act is something to be written, in its turn. Its own result comes after the commit that it shares.
type act struct {
	fn     func(*tx) error
	came   time.Time // from then on somebody waits for it
	events []delivery
	erases bool // it took away what should be gone from the files too
	err    error
	done   chan struct{}
}

func newAct(fn func(*tx) error) *act {
	return &act{fn: fn, came: time.Now(), done: make(chan struct{})}
}

// panicked is what an act of another goroutine panicked with, and where.
type panicked struct{ text string }

func (p panicked) Error() string { return p.text }

// result is the act's own error; where it panicked, so does whoever asks.
func (a *act) result() error {
	if p, ok := a.err.(panicked); ok {
		panic(p.text)
	}
	return a.err
}

// write is writeAlways for all that ends with the trial: ErrReadOnly once that is frozen.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustBeOpen(); err != nil {
			return err
		}
		return fn(t)
	})
}

// writeAlways runs fn in an immediate transaction, which it may share with other acts: fn alone is undone
// on its error or panic, else it is on the disk when write returns, and only then are the events that
// fn emitted published. A caller who goes away does not interrupt it: an act is done whole or not at all. Coming in, reading, what one person alone sees,
// and keeping the place in order go on when the trial is frozen.
func (s *Store) writeAlways(ctx context.Context, fn func(*tx) error) error {
	meter, began := s.meterStart()
	a := newAct(fn)
	select {
	case s.acts <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errClosed
	}
	<-a.done
	if meter != nil {
		meter.Wrote(time.Since(began))
	}
	return a.result()
}

// writing runs the acts, in the order in which they came.
func (s *Store) writing() {
	for {
		select {
		case a := <-s.acts:
			s.commit(a, s.acts)
		case <-s.ended:
			return
		}
	}
}

// commit runs an act, and those that wait by then, in one transaction, and tells each what became of it.
func (s *Store) commit(first *act, waiting <-chan *act) {
	c := s.writer.take()
	defer s.writer.give(c)
	t := &tx{conn: c}
	acts := []*act{first}
	err := t.begin("BEGIN IMMEDIATE", first.came)
	if err == nil {
		acts, err = s.runGroup(c, acts, waiting)
		if err == nil {
			err = t.run("COMMIT")
		}
		if err != nil {
			t.run("ROLLBACK") // after a full disk SQLite may have done it already
		}
	}
	var events []delivery
	for _, a := range acts {
		if a.err == nil {
			a.err = mapError(err)
		}
		if a.err == nil {
			events = append(events, a.events...)
			s.dirty.Store(true)
			if a.erases {
				s.erased.Store(true)
			}
		}
	}
	s.wakeIndexer()
	s.meter.Load().posted(events)
	s.memo.heed(events, s.now())
	s.publish(events)
	for _, a := range acts {
		close(a.done)
	}
}

// runGroup runs the first act of acts, and one after the other those that wait. The error is for
// what befalls them all.
func (s *Store) runGroup(c *conn, acts []*act, waiting <-chan *act) ([]*act, error) {
	for began := time.Now(); ; {
		if err := s.runAct(c, acts[len(acts)-1]); err != nil {
			return acts, err
		}
		if len(acts) == groupMost || time.Since(began) > groupTime {
			return acts, nil
		}
		select {
		case a := <-waiting:
			acts = append(acts, a)
		default:
			return acts, nil
		}
	}
}

// runAct runs one act of a group, and undoes it alone where it fails. The error is for the group.
func (s *Store) runAct(c *conn, a *act) error {
	t := &tx{conn: c, at: s.now(), writes: true, bylines: &s.lines, age: s.lines.now()}
	if err := t.run("SAVEPOINT act"); err != nil {
		return err
	}
	if err := t.try(a.fn); err != nil {
		a.err = mapError(err)
		if err := t.run("ROLLBACK TO act"); err != nil { // a full disk undoes the whole transaction
			return errors.Join(a.err, err)
		}
	}
	a.events, a.erases = t.events, t.erases
	return t.run("RELEASE act")
}

// try runs fn and turns a panic into an error.
func (t *tx) try(fn func(*tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked{fmt.Sprintf("%v\n%s", r, debug.Stack())}
		}
	}()
	return fn(t)
}

// publish tells the subscribers, after forgetting what the events say has changed.
func (s *Store) publish(events []delivery) {
	s.forget(events)
	s.hub.publish(events)
}

// forget lets go of what is remembered and the events say has changed. People go first: what is remembered in recall is
// read with them, and a reading that begins after recall has let go must not find them as they were.
func (s *Store) forget(events []delivery) {
	if slices.ContainsFunc(events, func(e delivery) bool { return e.Kind == People || e.Kind == Reload }) {
		s.lines.forget()
	}
	s.recall.heed(events)
}
