package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // tests look at the file by another way than the program

	"tincan/store"
)

// tb is what the helpers need of a test, so that rapid's tests can use them too.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// noon is when every test begins.
var noon = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is an open store in a folder of its own, and the people in it.
type world struct {
	*store.Store
	t     tb
	ctx   context.Context
	dir   string
	clock *clock
}

// newWorld opens a store whose limits on posts are out of the way.
func newWorld(t testing.TB) *world {
	t.Helper()
	return openWorld(t, t.TempDir(), store.Options{PostsPerMinute: 1 << 20, BotPostsPerMinute: 1 << 20})
}

// newLimitedWorld opens a store with the limits that people meet.
func newLimitedWorld(t testing.TB) *world {
	t.Helper()
	return openWorld(t, t.TempDir(), store.Options{})
}

func openWorld(t testing.TB, dir string, o store.Options) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), dir: dir, clock: &clock{at: noon}}
	if o.Now == nil {
		o.Now = w.clock.Now
	}
	s, err := store.Open(w.ctx, dir, o)
	w.must(err)
	w.Store = s
	t.Cleanup(func() { s.Close() })
	return w
}

// in is the same world for a test inside the test.
func (w *world) in(t tb) *world {
	same := *w
	same.t = t
	return &same
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

// key is a key of the given name; the store does not look into it.
func key(name string) store.Key {
	return store.Key{Fingerprint: "SHA256:" + name, Kind: "ssh-ed25519", Public: []byte(name)}
}

// person lets somebody in by invite and key, and returns their id.
func (w *world) person(handle string) int64 {
	w.t.Helper()
	return w.enter(store.Invite{Handle: handle})
}

func (w *world) admin(handle string) int64 {
	w.t.Helper()
	return w.enter(store.Invite{Handle: handle, Admin: true})
}

func (w *world) enter(in store.Invite) int64 {
	w.t.Helper()
	k := key(in.Handle)
	p, err := w.RedeemCode(w.ctx, w.invite(in).Text, store.Credential{Key: &k})
	w.must(err)
	return p.ID
}

func (w *world) invite(in store.Invite) store.Code {
	w.t.Helper()
	code, err := w.CreateInvite(w.ctx, store.Operator, in)
	w.must(err)
	return code
}

// setState does what no act of the store does yet.
func (w *world) setState(person int64, st store.State) {
	w.t.Helper()
	w.raw(`UPDATE person SET state = ? WHERE id = ?`, int(st), person)
}

func (w *world) open(me int64, name string) int64 {
	w.t.Helper()
	return w.create(me, store.NewChannel{Name: name})
}

func (w *world) private(me int64, name string, members ...string) int64 {
	w.t.Helper()
	id := w.create(me, store.NewChannel{Name: name, Private: true})
	for _, handle := range members {
		w.must(w.AddMember(w.ctx, me, id, handle))
	}
	return id
}

func (w *world) create(me int64, c store.NewChannel) int64 {
	w.t.Helper()
	made, err := w.CreateChannel(w.ctx, me, c)
	w.must(err)
	return made.ID
}

func (w *world) join(channel int64, people ...int64) {
	w.t.Helper()
	for _, p := range people {
		w.must(w.JoinChannel(w.ctx, p, channel))
	}
}

// post writes a root post, a second after whatever was before.
func (w *world) post(me, channel int64, body string) store.Post {
	w.t.Helper()
	return w.write(me, store.Place{Channel: channel}, body)
}

func (w *world) reply(me, root int64, body string) store.Post {
	w.t.Helper()
	return w.write(me, store.Place{Root: root}, body)
}

func (w *world) write(me int64, at store.Place, body string) store.Post {
	w.t.Helper()
	w.clock.add(time.Second)
	p, err := w.CreatePost(w.ctx, me, store.NewPost{Place: at, Body: body})
	w.must(err)
	return p
}

// channel is the channel as me sees it.
func (w *world) channel(me, id int64) store.Channel {
	w.t.Helper()
	c, err := w.ChannelByID(w.ctx, me, id)
	w.must(err)
	return c
}

func (w *world) thread(me, id int64) store.Thread {
	w.t.Helper()
	th, err := w.Thread(w.ctx, me, id, 0, store.MaxPage)
	w.must(err)
	return th
}

func (w *world) everyone() int64 {
	w.t.Helper()
	return w.number(`SELECT id FROM channel WHERE name = 'everyone'`)
}

func (w *world) announcements() int64 {
	w.t.Helper()
	return w.number(`SELECT id FROM channel WHERE name = 'announcements'`)
}

// rawDB is a connection of our own to the same file, as another program has it.
func rawDB(dir, params string) (*sql.DB, error) {
	path := (&url.URL{Path: filepath.ToSlash(filepath.Join(dir, store.File))}).EscapedPath()
	return sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"+params)
}

// raw runs SQL behind the store's back.
func (w *world) raw(query string, args ...any) {
	w.t.Helper()
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	_, err = db.Exec(query, args...)
	w.must(err)
}

// number reads one integer behind the store's back.
func (w *world) number(query string, args ...any) (n int64) {
	w.t.Helper()
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	w.must(db.QueryRow(query, args...).Scan(&n))
	return n
}

// text reads one text behind the store's back.
func (w *world) text(query string, args ...any) (v string) {
	w.t.Helper()
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	w.must(db.QueryRow(query, args...).Scan(&v))
	return v
}

// refused fails unless err is of that kind and reads as a sentence that contains text.
func refused(t tb, err error, kind error, text string) {
	t.Helper()
	said, ours := store.Sentence(err)
	switch {
	case err == nil:
		t.Fatalf("not refused; want %v: %q", kind, text)
	case !errors.Is(err, kind):
		t.Fatalf("refused with %v, want %v", err, kind)
	case !ours:
		t.Fatalf("refused without a sentence: %v", err)
	case !strings.Contains(said, text):
		t.Fatalf("refused with %q, want %q", said, text)
	}
}

// healthy fails if tincan doctor would find something.
func (w *world) healthy() {
	w.t.Helper()
	wrong, err := store.Check(w.ctx, w.dir)
	w.must(err)
	old, err := w.OldViewers(w.ctx)
	w.must(err)
	wrong = append(wrong, old...)
	if len(wrong) > 0 {
		w.t.Fatalf("check: %s", strings.Join(wrong, "\n"))
	}
}

// remembers fails if what the store remembers for those who are here is not what it has; then it lets it remember all
// that may be.
func (w *world) remembers() {
	w.t.Helper()
	old, err := w.OldSights(w.ctx, false)
	w.must(err)
	if len(old) > 0 {
		w.t.Fatalf("remembered wrongly: %s", strings.Join(old, "\n"))
	}
	_, err = w.OldSights(w.ctx, true)
	w.must(err)
}

// bodies is what posts say, for comparing.
func bodies(posts []store.Post) string {
	var all []string
	for _, p := range posts {
		all = append(all, p.Body)
	}
	return strings.Join(all, " ")
}

// row is values beside each other, for comparing several at once.
func row(values ...any) string { return strings.TrimSpace(fmt.Sprintln(values...)) }

func equal[T comparable](t tb, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}
