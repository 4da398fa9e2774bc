// Package store is tincan's domain and the one SQLite file that holds it.
//
// It knows people, channels, posts, threads, what each person has read and the
// drafts they have not sent. It knows nothing of SSH, of terminals or of who is
// connected. The acting person is a parameter of every method (me), and rights
// are checked here and nowhere else: what me may not see does not exist
// (ErrNotFound). An exported method is one transaction; write is the only way to
// change data, and it tells subscribers after the commit.
//
// Figures are of whole weeks and of five people or more, also after subtracting
// them from each other; teller.go has the rule.
//
// Besides what the architecture allows, it counts graphemes with uax29, because a
// post's length is what people see and x/text cannot segment text; and it asks SQLite
// through zombiezen.com/go/sqlite, as a page read through database/sql takes twice as long.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	// File is the name of the database in the data folder.
	File = "tincan.sqlite"
	// Operator acts where nobody is signed in: the operator's own command line.
	// It may invite and import, and is nobody in particular.
	Operator int64 = 0

	readers         = 6                // between the 4 and 8 that kept reads under a heavy search at 1 ms
	checkpointEvery = time.Second      // from a connection of its own: on the writer it is the longest tail of a post
	pollEvery       = time.Second      // how soon another process's writes are noticed
	walRestart      = 8 << 20          // bytes of write-ahead log after which the writer waits for a checkpoint, to begin the log anew
	walLimit        = 64 << 20         // bytes after which, as a long read kept it from that, the file is emptied
	panicPause      = 10 * time.Second // until a job that panicked begins again: a row that does it every time must not fill the log
	// truncateWait is how long emptying that file may wait for a long read, as nobody writes meanwhile.
	truncateWait = 50 * time.Millisecond

	busyWait = 5 * time.Second  // how long an act waits for another process's writing
	busyPoll = time.Millisecond // SQLite's own waiting looks only every 100 ms in the end, and starves beside a busy writer
)

// writerPragmas are those of the one connection that writes.
var writerPragmas = []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)", "wal_autocheckpoint(0)"}

// readerPragmas are those of the connections that read. Each may keep 16 MB of the file in memory: a search reads a
// thousand posts here and there, and calling the system for the page of each took half its time. With SQLite's own
// 2 MB, beginnings of words and common phrases took nearly twice as long; 32 won nothing.
var readerPragmas = []string{"query_only(1)", "cache_size(-16384)"}

// moveLog takes what nobody has to wait for out of the write-ahead log: sqlite.org/pragma.html#pragma_wal_checkpoint.
const moveLog = "PRAGMA wal_checkpoint(PASSIVE)"

// Options are the store's settings; the zero value is what the program uses.
type Options struct {
	Now               func() time.Time // the clock; time.Now when nil
	PostsPerMinute    int              // a person's limit; DefaultPostsPerMinute when 0
	BotPostsPerMinute int              // a bot's limit; DefaultBotPostsPerMinute when 0
	Log               *slog.Logger     // told of what goes wrong while nobody asked for anything; nobody is told when nil
}

// Store is the open data of one tincan. Its methods may be used by many goroutines at once.
type Store struct {
	path     string
	now      func() time.Time
	writer   *pool // one connection
	reader   *pool // several, read-only
	mover    *pool // one connection, which moves the write-ahead log into the database
	reads    chan *reading
	acts     chan *act // unbuffered: an act is either still its caller's or being written
	limit    limiter
	hub      hub
	lines    bylines
	recall   recall
	progress progress
	memo     memo
	argon    chan struct{} // a slot for each password being hashed
	finding  chan struct{} // the slot of the report being read
	roster   sync.Mutex    // held while a roster is imported

	meter   atomic.Pointer[Meter]
	dirty   atomic.Bool     // written since the last checkpoint
	erased  atomic.Bool     // something was deleted whose words are still in the write-ahead log
	written chan struct{}   // holds one token once something was written since the indexer looked
	ended   <-chan struct{} // closed when Close begins
	stop    context.CancelFunc
	done    sync.WaitGroup

	once     sync.Once // Close
	closeErr error
}

// Open opens the database in the folder dir, creating and migrating it as needed.
// Its errors are sentences for the operator: ErrInvalid for a file that is newer
// than this program or damaged, ErrReadOnly for one that may not be written.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{
		path:    filepath.Join(dir, File),
		now:     o.Now,
		hub:     hub{subs: map[chan Event]int64{}},
		argon:   make(chan struct{}, hashesAtOnce),
		finding: make(chan struct{}, 1),
		recall:  newRecall(),
		memo:    newMemo(),
		lines:   bylines{of: map[int64]byline{}, viewers: map[int64]Person{}},
		acts:    make(chan *act),
		reads:   make(chan *reading),
		written: make(chan struct{}, 1),
	}
	s.limit.init(o)
	for deadline := time.Now().Add(busyWait); ; time.Sleep(busyPoll) {
		err := s.open()
		if err == nil {
			break
		}
		s.closePools()
		s.writer, s.reader, s.mover = nil, nil, nil
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
	s.done.Go(s.writing)
	for range readers {
		s.done.Go(s.reading)
	}
	for name, job := range map[string]func(context.Context){
		"checkpoints": s.checkpoints,
		"watch":       func(ctx context.Context) { s.watch(ctx, version) },
		"search":      s.indexer,
		"figures":     s.remembering,
	} {
		s.done.Go(func() { keep(background, o.Log.With("job", name), panicPause, job) })
	}
	return s, nil
}

// keep runs a job until ctx ends or the job does. Where it panics, on a row that nobody thought of, that is logged, and after a
// pause the job begins again: nobody's session ends with it.
func keep(ctx context.Context, log *slog.Logger, pause time.Duration, job func(context.Context)) {
	panics := func() (did bool) {
		defer func() {
			if r := recover(); r != nil {
				log.Error("panic in the store", "panic", r, "stack", string(debug.Stack()))
				did = true
			}
		}()
		job(ctx)
		return false
	}
	for panics() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (s *Store) open() error {
	// SQLite would create the file readable by everyone; it holds what people say in private.
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	if s.writer, err = openPool(uri(s.path), sqlite.OpenReadWrite, writerPragmas, 1); err != nil {
		return err
	}
	c := s.writer.take()
	err = migrate(c)
	c.SetBusyTimeout(0) // from here on begin waits
	s.writer.give(c)
	if err != nil {
		return err
	}
	if s.reader, err = openPool(uri(s.path), sqlite.OpenReadOnly, readerPragmas, readers); err != nil {
		return err
	}
	if err := s.reader.setUp(listWords); err != nil {
		return err
	}
	if s.mover, err = openPool(uri(s.path), sqlite.OpenReadWrite, []string{"synchronous(FULL)"}, 1); err != nil {
		return err
	}
	founding := newAct(func(t *tx) error {
		if err := indexNames(t); err != nil {
			return err
		}
		if err := indexThisWay(t); err != nil {
			return err
		}
		return foundChannels(t)
	})
	s.commit(founding, nil)
	return founding.result()
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
	return errors.Join(s.reader.close(), s.mover.close(), s.writer.close())
}

// checkpoints moves the write-ahead log into the database, from a connection of its own. After a
// deletion it also zeroes what is left of it in pages, and empties the log, which holds every page as it was before.
func (s *Store) checkpoints(ctx context.Context) {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	var scrubs scrubber
	scrubbed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		erased := s.erased.Swap(false)
		if erased || !scrubbed { // a failure is made good at a later turn
			var zeroed bool
			zeroed, scrubbed, _ = scrubs.run(ctx, s)
			erased = erased || zeroed
		}
		if !s.dirty.Swap(false) && !erased {
			continue
		}
		err := s.mover.with(ctx, func(t *tx) error { return t.run(moveLog) })
		var size int64
		if info, stat := os.Stat(s.path + "-wal"); stat == nil {
			size = info.Size()
		}
		switch {
		case err != nil:
		case erased || size > walLimit:
			err = s.emptyLog(ctx)
		case size > walRestart:
			err = s.restartLog(ctx)
		}
		if err != nil { // a full disk, a long read: tried again at the next turn
			s.dirty.Store(true)
			if erased || full(err) { // of which the log, once it is emptied, gives its part back
				s.erased.Store(true)
			}
		}
	}
}

// restartLog takes in what was written while the checkpoint before it ran, as it would always be too late for that
// while people write without a pause. Nobody writes meanwhile, so whoever does next begins the log anew.
func (s *Store) restartLog(ctx context.Context) error {
	return s.withWriter(ctx, func(t *tx) error { return t.run(moveLog) })
}

// withWriter runs fn on the writer's own connection, outside a transaction, while nobody writes.
func (s *Store) withWriter(ctx context.Context, fn func(*tx) error) error {
	select {
	case <-s.writer.turn:
		c := s.writer.last()
		defer s.writer.give(c)
		return fn(&tx{conn: c})
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errLogRead says that somebody reads what stands in the write-ahead log only.
var errLogRead = errors.New("store: the write-ahead log is being read")

// emptyLog takes what is left of the write-ahead log into the database and cuts the file to nothing. It is done on the
// writer's own connection: another's would look to watch like another process that has written.
func (s *Store) emptyLog(ctx context.Context) error {
	return s.withWriter(ctx, func(t *tx) error {
		for deadline := time.Now().Add(truncateWait); ; time.Sleep(busyPoll) {
			var blocked, pages, moved int // sqlite.org/pragma.html#pragma_wal_checkpoint
			err := t.get("PRAGMA wal_checkpoint(TRUNCATE)", nil, &blocked, &pages, &moved)
			switch {
			case err != nil && !busy(err):
				return err
			case err == nil && blocked == 0:
				return nil
			case time.Now().After(deadline):
				return errLogRead
			}
		}
	})
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
	err = s.withWriter(ctx, func(t *tx) error { return t.get("PRAGMA data_version", nil, &v) })
	return v, err
}

// Address returns what invitations tell people to type after ssh; "" if it was never given.
func (s *Store) Address(ctx context.Context) (string, error) { return s.setting(ctx, "address") }

// SetAddress keeps what invitations tell people to type after ssh.
func (s *Store) SetAddress(ctx context.Context, addr string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		return t.set("address", CleanLine(addr))
	})
}

func (t *tx) set(name, value string) error {
	return t.run(`INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, name, value)
}

func (s *Store) setting(ctx context.Context, name string) (value string, err error) {
	err = s.read(ctx, func(t *tx) error {
		err := t.get(`SELECT value FROM setting WHERE name = ?`, []any{name}, &value)
		if errors.Is(err, errNoRow) {
			return nil
		}
		return err
	})
	return value, err
}
