// Package store is tincan's domain and the one SQLite file that holds it.
//
// It knows people, channels, posts, threads, what each person has read and the
// drafts they have not sent. It knows nothing of SSH, of terminals or of who is
// connected. The acting person is a parameter of every method (me), and rights
// are checked here and nowhere else: what me may not see does not exist
// (ErrNotFound). An exported method is one transaction; write is the only way to
// change data, and it tells subscribers after the commit.
//
// Besides what the architecture allows, it counts graphemes with uax29, because a
// post's length is what people see and x/text cannot segment text.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the "sqlite" driver
)

const (
	// File is the name of the database in the data folder.
	File = "tincan.sqlite"
	// Operator acts where nobody is signed in: the operator's own command line.
	// It may invite and import, and is nobody in particular.
	Operator int64 = 0

	readers         = 6           // between the 4 and 8 that kept reads under a heavy search at 1 ms
	checkpointEvery = time.Second // from a connection of its own: on the writer it is the longest tail of a post
	pollEvery       = time.Second // how soon another process's writes are noticed
	walLimit        = 64 << 20    // bytes of write-ahead log after which a checkpoint also empties the file
	// truncateWait is how long emptying that file may wait for a long read, as nobody writes meanwhile.
	truncateWait = 50 * time.Millisecond

	busyWait = 5 * time.Second  // how long an act waits for another process's writing
	busyPoll = time.Millisecond // SQLite's own waiting looks only every 100 ms in the end, and starves beside a busy writer
)

// Options are the store's settings; the zero value is what the program uses.
type Options struct {
	Now               func() time.Time // the clock; time.Now when nil
	PostsPerMinute    int              // a person's limit; DefaultPostsPerMinute when 0
	BotPostsPerMinute int              // a bot's limit; DefaultBotPostsPerMinute when 0
}

// Store is the open data of one tincan. Its methods may be used by many goroutines at once.
type Store struct {
	path   string
	now    func() time.Time
	writer pool // one connection
	reader pool // several, read-only
	limit  limiter
	hub    hub
	lines  bylines
	argon  chan struct{} // a slot for each password being hashed

	dirty   atomic.Bool     // written since the last checkpoint
	erased  atomic.Bool     // something was deleted whose words are still in the write-ahead log
	written chan struct{}   // holds one token once something was written since the indexer looked
	ended   <-chan struct{} // closed when Close begins
	stop    context.CancelFunc
	done    sync.WaitGroup

	once     sync.Once // Close
	closeErr error
}

// pool is a fixed set of connections, each with the statements it has prepared. database/sql's
// own pool cannot prepare a statement for the one writer while that is inside a transaction.
type pool struct {
	db   *sql.DB
	size int // connections opened
	free chan *conn
}

type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt // SQL text → statement; bounded by the queries of this package
}

func openPool(ctx context.Context, dsn string, size int) (pool, error) {
	p := pool{free: make(chan *conn, size)}
	var err error
	if p.db, err = sql.Open("sqlite", dsn); err != nil {
		return p, err
	}
	for range size {
		c, err := p.db.Conn(ctx)
		if err != nil {
			return p, err
		}
		p.size++
		p.free <- &conn{Conn: c, stmts: map[string]*sql.Stmt{}}
	}
	return p, nil
}

// waitOurselves turns SQLite's own waiting for a lock off: begin does it.
func (p *pool) waitOurselves(ctx context.Context) error {
	c := <-p.free
	defer func() { p.free <- c }()
	_, err := c.ExecContext(ctx, "PRAGMA busy_timeout = 0")
	return err
}

// close waits for every connection to come back, then closes them.
func (p *pool) close() error {
	if p.db == nil {
		return nil
	}
	for range p.size {
		c := <-p.free
		for _, st := range c.stmts {
			st.Close()
		}
		c.Close()
	}
	return p.db.Close()
}

func (c *conn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := c.stmts[query]; ok {
		return st, nil
	}
	st, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	c.stmts[query] = st
	return st, nil
}

// Open opens the database in the folder dir, creating and migrating it as needed.
// Its errors are sentences for the operator: ErrInvalid for a file that is newer
// than this program or damaged, ErrReadOnly for one that may not be written.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{
		path:    filepath.Join(dir, File),
		now:     o.Now,
		hub:     hub{subs: map[chan Event]int64{}},
		argon:   make(chan struct{}, hashesAtOnce),
		lines:   bylines{of: map[int64]byline{}},
		written: make(chan struct{}, 1),
	}
	s.limit.init(o)
	for deadline := time.Now().Add(busyWait); ; time.Sleep(busyPoll) {
		err := s.open(ctx)
		if err == nil {
			break
		}
		s.closePools()
		s.writer, s.reader = pool{}, pool{}
		if !busy(err) || time.Now().After(deadline) { // two may open a new folder at once
			return nil, openError(s.path, err)
		}
	}
	version, err := s.dataVersion(ctx) // before anybody reads what another process may change
	if err != nil {
		s.closePools()
		return nil, openError(s.path, err)
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.ended = cancel, background.Done()
	s.erased.Store(true) // perhaps, by a process that was killed
	s.done.Go(func() { s.checkpoints(background) })
	s.done.Go(func() { s.watch(background, version) })
	s.done.Go(func() { s.indexer(background) })
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	// SQLite would create the file readable by everyone; it holds what people say in private.
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	if s.writer, err = openPool(ctx, writerDSN(s.path), 1); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer.db); err != nil {
		return err
	}
	if s.reader, err = openPool(ctx, readerDSN(s.path), readers); err != nil {
		return err
	}
	if err := s.writer.waitOurselves(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := indexNames(t); err != nil {
			return err
		}
		return foundChannels(t)
	})
}

// openError is what to tell the operator about a file that cannot be opened.
func openError(path string, err error) error {
	var known *sentence
	var file *os.PathError
	mapped := mapError(err)
	switch {
	case errors.As(err, &file):
		return cannotWrite(path, file.Err)
	case !errors.As(mapped, &known):
		return fmt.Errorf("open %s: %w", path, err)
	case damaged(err):
		return &sentence{kind: ErrInvalid, cause: err, text: fmt.Sprintf("%s is damaged or is no tincan database (%v). Nothing was changed; keep a copy of the folder and run: tincan doctor", path, err)}
	case full(err):
		return refuse(ErrReadOnly, "%s cannot be written: the disk is full. Make room, or choose another folder with --data.", path)
	case errors.Is(mapped, ErrReadOnly):
		return cannotWrite(path, err)
	}
	return mapped
}

func cannotWrite(path string, err error) error {
	return refuse(ErrReadOnly, "%s cannot be written: %v. Choose another folder with --data, or give this user the right to write there.", path, err)
}

// dsn names a file for SQLite's URI syntax (sqlite.org/uri.html), with its pragmas; busy_timeout
// comes first so that the others wait their turn too.
func dsn(path, params string) string {
	return "file:" + uriPath(path) + "?_pragma=busy_timeout(5000)" + params
}

func uriPath(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

func writerDSN(path string) string {
	return dsn(path, "&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(0)")
}

func readerDSN(path string) string {
	return dsn(path, "&mode=ro&_pragma=query_only(1)")
}

// Close ends all subscriptions, waits for the acts that are under way and closes the file.
// Acts that begin later return an error; closing again changes nothing.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.stop()
		s.done.Wait()
		s.hub.close()
		s.closeErr = s.closePools()
	})
	return s.closeErr
}

func (s *Store) closePools() error {
	return errors.Join(s.reader.close(), s.writer.close())
}

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

// write runs fn in an immediate transaction: rolled back on an error or a panic, else
// committed, and only then are the events that fn emitted published. A caller who goes
// away does not interrupt it: an act is done whole or not at all.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
	var events []delivery
	erases := false
	err := s.transact(ctx, &s.writer, "BEGIN IMMEDIATE", func(t *tx) error {
		t.writes = true
		err := fn(t)
		events, erases = t.events, t.erases
		return err
	})
	if err != nil {
		return err
	}
	if erases {
		s.erased.Store(true)
	}
	s.dirty.Store(true)
	s.wakeIndexer()
	s.publish(events)
	return nil
}

// read runs fn in a read-only transaction, so that all its queries see one state.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	return s.transact(ctx, &s.reader, "BEGIN", fn)
}

// transact runs fn between begin and COMMIT on a connection of p; anything else than success rolls back.
func (s *Store) transact(ctx context.Context, p *pool, begin string, fn func(*tx) error) (err error) {
	var c *conn
	select {
	case c = <-p.free:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errors.New("store: closed")
	}
	defer func() { p.free <- c }()
	t := &tx{ctx: context.WithoutCancel(ctx), conn: c, at: s.now(), bylines: &s.lines, age: s.lines.now()}
	if err := t.begin(begin); err != nil {
		return mapError(err)
	}
	done := false
	defer func() {
		if !done {
			t.run("ROLLBACK") // after a full disk SQLite may have done it already
		}
	}()
	if err := fn(t); err != nil {
		return mapError(err)
	}
	err = t.run("COMMIT")
	done = err == nil
	return mapError(err)
}

// publish tells the subscribers, after forgetting what the events say has changed.
func (s *Store) publish(events []delivery) {
	for _, e := range events {
		if e.Kind == People || e.Kind == Reload {
			s.lines.forget()
			break
		}
	}
	s.hub.publish(events)
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

// checkpoints moves the write-ahead log into the database, from a connection of its own. After a
// deletion it also empties the log, which holds every page as it was before.
func (s *Store) checkpoints(ctx context.Context) {
	db, err := sql.Open("sqlite", dsn(s.path, fmt.Sprintf("&_pragma=synchronous(FULL)&_pragma=busy_timeout(%d)", truncateWait.Milliseconds())))
	if err != nil {
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		erased := s.erased.Swap(false)
		if !s.dirty.Swap(false) && !erased {
			continue
		}
		mode := "PASSIVE"
		if info, err := os.Stat(s.path + "-wal"); erased || err == nil && info.Size() > walLimit {
			mode = "TRUNCATE"
		}
		var blocked, pages, moved int // sqlite.org/pragma.html#pragma_wal_checkpoint
		err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&blocked, &pages, &moved)
		if err != nil || blocked != 0 { // a full disk, a long read: tried again at the next turn
			s.dirty.Store(true)
			if erased {
				s.erased.Store(true)
			}
		}
	}
}

// watch notices what other processes wrote and tells every subscriber to read again.
// The writer's own commits do not change data_version on its own connection.
func (s *Store) watch(ctx context.Context, last int64) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if v, err := s.dataVersion(ctx); err == nil && v != last {
			last = v
			s.publish([]delivery{{Event: Event{Kind: Reload}}})
			s.wakeIndexer() // what another process wrote wants to be found too
		}
	}
}

func (s *Store) dataVersion(ctx context.Context) (v int64, err error) {
	select {
	case c := <-s.writer.free:
		defer func() { s.writer.free <- c }()
		t := &tx{ctx: ctx, conn: c}
		err = t.get("PRAGMA data_version", nil, &v)
	case <-ctx.Done():
		err = ctx.Err()
	}
	return v, err
}

// Address returns what invitations tell people to type after ssh; "" if it was never given.
func (s *Store) Address(ctx context.Context) (string, error) { return s.setting(ctx, "address") }

// SetAddress keeps what invitations tell people to type after ssh.
func (s *Store) SetAddress(ctx context.Context, addr string) error {
	return s.write(ctx, func(t *tx) error {
		return t.run(`INSERT INTO setting VALUES ('address', ?) ON CONFLICT DO UPDATE SET value = excluded.value`, CleanLine(addr))
	})
}

func (s *Store) setting(ctx context.Context, name string) (value string, err error) {
	err = s.read(ctx, func(t *tx) error {
		err := t.get(`SELECT value FROM setting WHERE name = ?`, []any{name}, &value)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, err
}
