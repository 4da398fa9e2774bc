package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// tx is one transaction on one connection.
type tx struct {
	conn   *conn
	at     time.Time // the clock when the transaction began
	events []delivery

	writes  bool     // it may change something
	erases  bool     // it took away what should be gone from the files too
	bylines *bylines // shared by all
	age     int      // of the bylines when it began
	recall  *recall  // shared by all who read
	seen    int      // its age when it began
	memo    *memo    // shared by all who read
	memoAge int      // of the memo when it began
}

// ms is the transaction's time as it is stored.
func (t *tx) ms() int64 { return t.at.UnixMilli() }

// errNoRow says that a query found nothing.
var errNoRow = errors.New("store: no row")

// get scans the first row into dest; errNoRow if there is none.
func (t *tx) get(q string, args []any, dest ...any) error {
	found, err := t.first(q, args, dest...)
	if err == nil && !found {
		return errNoRow
	}
	return err
}

// has reports whether the query has a row.
func (t *tx) has(q string, args ...any) (bool, error) { return t.first(q, args) }

// first scans the first row, if there is one, into dest, if there is any.
func (t *tx) first(q string, args []any, dest ...any) (found bool, err error) {
	st, err := t.conn.query(q, args)
	if err != nil {
		return false, err
	}
	defer st.Reset()
	if found, err = st.Step(); found && len(dest) > 0 {
		err = (*row)(st).Scan(dest...)
	}
	return found, err
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(q string, args ...any) (changed int, err error) {
	err = t.run(q, args...)
	return t.conn.Changes(), err
}

// run is exec for statements whose result is not needed.
func (t *tx) run(q string, args ...any) error { return t.conn.run(q, args...) }

// insert is run that returns the new row's id.
func (t *tx) insert(q string, args ...any) (int64, error) {
	err := t.run(q, args...)
	return t.conn.LastInsertRowID(), err
}

// each gives fn every row of a query.
func (t *tx) each(fn func(*row) error, q string, args ...any) error {
	st, err := t.conn.query(q, args)
	if err != nil {
		return err
	}
	defer st.Reset() // what it says is what Step has said
	for {
		more, err := st.Step()
		if err != nil || !more {
			return err
		}
		if err := fn((*row)(st)); err != nil {
			return err
		}
	}
}

// collect scans every row of a query with scan.
func collect[T any](t *tx, scan func(*row) (T, error), q string, args ...any) (all []T, err error) {
	err = t.each(func(r *row) error {
		v, err := scan(r)
		all = append(all, v)
		return err
	}, q, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// reading is something to be read, and what came of it.
type reading struct {
	fn    func(*tx) error
	err   error
	panic any
	done  chan struct{}
}

// read is readUnmeasured for what a person waits for.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	meter, began := s.meterStart()
	err := s.readUnmeasured(ctx, fn)
	if meter != nil {
		meter.Read(time.Since(began))
	}
	return err
}

// readUnmeasured runs fn in a read-only transaction, so that all its queries see one state. It runs on a goroutine that
// stays: SQLite needs a deep stack, and growing one for every reading cost a tenth of it.
func (s *Store) readUnmeasured(ctx context.Context, fn func(*tx) error) error {
	r := &reading{fn: fn, done: make(chan struct{})}
	select {
	case s.reads <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errClosed
	}
	<-r.done
	if r.panic != nil {
		panic(r.panic)
	}
	return r.err
}

// reading does what is to be read, one after the other, until the store is closed.
func (s *Store) reading() {
	for {
		select {
		case r := <-s.reads:
			s.answer(r)
		case <-s.ended:
			return
		}
	}
}

func (s *Store) answer(r *reading) {
	c := s.reader.take()
	defer func() {
		s.reader.give(c)
		if p := recover(); p != nil {
			r.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
		close(r.done)
	}()
	t := &tx{conn: c, at: s.now(), bylines: &s.lines, age: s.lines.now(), recall: &s.recall, seen: s.recall.now(), memo: &s.memo, memoAge: s.memo.now()}
	if r.err = mapError(t.begin("BEGIN", time.Now())); r.err != nil {
		return
	}
	defer t.run("ROLLBACK") // there is nothing to commit
	r.err = mapError(r.fn(t))
}

// begin waits its turn for the writer's lock, but not much longer than busyWait since somebody began to wait for it.
func (t *tx) begin(how string, since time.Time) error {
	for deadline := since.Add(busyWait); ; time.Sleep(busyPoll) {
		err := t.run(how)
		if !busy(err) || time.Now().After(deadline) {
			return err
		}
	}
}
