package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// tx is one transaction on one connection.
type tx struct {
	ctx    context.Context
	conn   *conn
	at     time.Time // the clock when the transaction began
	events []delivery

	writes  bool     // it may change something
	erases  bool     // it took away what should be gone from the files too
	bylines *bylines // shared by all
	age     int      // of the bylines when it began
	memo    *memo    // shared by all who read
	memoAge int      // of the memo when it began
}

// ms is the transaction's time as it is stored.
func (t *tx) ms() int64 { return t.at.UnixMilli() }

func (t *tx) query(q string, args ...any) (*sql.Rows, error) {
	st, err := t.conn.stmt(t.ctx, q)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(t.ctx, args...)
}

// get scans the first row into dest; sql.ErrNoRows if there is none.
func (t *tx) get(q string, args []any, dest ...any) error {
	st, err := t.conn.stmt(t.ctx, q)
	if err != nil {
		return err
	}
	return st.QueryRowContext(t.ctx, args...).Scan(dest...)
}

// has reports whether the query has a row.
func (t *tx) has(q string, args ...any) (bool, error) {
	var one int
	err := t.get(q, args, &one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (t *tx) exec(q string, args ...any) (sql.Result, error) {
	st, err := t.conn.stmt(t.ctx, q)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(t.ctx, args...)
}

// run is exec for statements whose result is not needed.
func (t *tx) run(q string, args ...any) error {
	_, err := t.exec(q, args...)
	return err
}

// insert is exec that returns the new row's id.
func (t *tx) insert(q string, args ...any) (int64, error) {
	r, err := t.exec(q, args...)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// collect scans every row of a query with scan.
func collect[T any](t *tx, scan func(*sql.Rows) (T, error), q string, args ...any) ([]T, error) {
	rows, err := t.query(q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// reading is something to be read, and what came of it.
type reading struct {
	ctx   context.Context
	fn    func(*tx) error
	err   error
	panic any
	done  chan struct{}
}

// read runs fn in a read-only transaction, so that all its queries see one state. It runs on a goroutine that stays: SQLite
// needs a deep stack, and growing one for every reading cost a tenth of it.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	meter, began := s.meterStart()
	r := &reading{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.reads <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errClosed
	}
	<-r.done
	if meter != nil {
		meter.Read(time.Since(began))
	}
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
	c := <-s.reader.free
	defer func() {
		s.reader.free <- c
		if p := recover(); p != nil {
			r.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
		close(r.done)
	}()
	t := &tx{ctx: context.WithoutCancel(r.ctx), conn: c, at: s.now(), bylines: &s.lines, age: s.lines.now(), memo: &s.memo, memoAge: s.memo.now()}
	if r.err = mapError(t.begin("BEGIN")); r.err != nil {
		return
	}
	defer t.run("ROLLBACK") // there is nothing to commit
	r.err = mapError(r.fn(t))
}

// begin waits its turn for the writer's lock.
func (t *tx) begin(how string) error {
	for deadline := time.Now().Add(busyWait); ; time.Sleep(busyPoll) {
		err := t.run(how)
		if !busy(err) || time.Now().After(deadline) {
			return err
		}
	}
}
