package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

// refusesToOpen fails unless Open says why not and leaves every file as it was.
func refusesToOpen(t *testing.T, dir string, kind error, said string) {
	t.Helper()
	before := folder(t, dir)
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err == nil {
		s.Close()
	}
	refused(t, err, kind, said)
	equal(t, "the folder after", folder(t, dir), before)
}

// folder is what the files of a folder hold.
func folder(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "-shm") || strings.HasSuffix(e.Name(), "-wal") {
			continue // made by looking, gone when nobody looks
		}
		all.WriteString(e.Name() + "\n")
		if !e.IsDir() {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(content)
		}
	}
	return all.String()
}

// sound copies a database that holds something and is closed.
func sound(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.File), original(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// original is what sound copies, made once.
var original = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "tincan-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(context.Background(), dir, store.Options{PostsPerMinute: 1 << 20})
	if err != nil {
		panic(err)
	}
	w := &world{Store: s, t: panics{}, ctx: context.Background(), dir: dir, clock: &clock{at: noon}}
	maya := w.person("maya")
	for range 50 {
		w.post(maya, w.everyone(), strings.Repeat("something to be read ", 20))
	}
	w.indexed()
	w.must(s.Close())
	w.raw(`VACUUM`) // no page is free, so that damage to any of them is damage
	content, err := os.ReadFile(filepath.Join(dir, store.File))
	w.must(err)
	return content
})

// panics fails where there is no one test to fail.
type panics struct{}

func (panics) Helper()                           {}
func (panics) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// damage changes a file in place.
func damage(t *testing.T, dir string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, store.File)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenIsPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("maya")
	for _, name := range []string{store.File, store.File + "-wal"} {
		info, err := os.Stat(filepath.Join(w.dir, name))
		w.must(err)
		equal(t, name, info.Mode().Perm(), os.FileMode(0o600))
	}
}

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	dir := sound(t)
	w := openWorld(t, dir, store.Options{})
	equal(t, "posts", w.number(`SELECT count(*) FROM post`), 50)
	equal(t, "channels", w.number(`SELECT count(*) FROM channel`), 2)
	w.healthy()
}

// A folder may have any name that a file system takes.
func TestOpenInAnyFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "50% of #1? ü & =;'\" x")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dir, store.Options{})
	w.person("maya")
	if _, err := os.Stat(filepath.Join(dir, store.File)); err != nil {
		t.Fatal(err)
	}
	w.healthy()
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	damaged := "is damaged or is no tincan database"
	for name, c := range map[string]struct {
		change func([]byte) []byte
		said   string
	}{
		"another kind of file": {func([]byte) []byte { return []byte(strings.Repeat("these are my holiday plans\n", 100)) }, damaged},
		"no header":            {func(b []byte) []byte { return append(make([]byte, 100), b[100:]...) }, damaged},
		"an absurd page size":  {func(b []byte) []byte { b[16], b[17] = 0x12, 0x34; return b }, damaged},
		"a broken first page":  {func(b []byte) []byte { copy(b[100:], strings.Repeat("\xff", 200)); return b }, damaged},
		"cut short":            {func(b []byte) []byte { return b[:4096] }, damaged},
	} {
		t.Run(name, func(t *testing.T) {
			dir := sound(t)
			damage(t, dir, c.change)
			refusesToOpen(t, dir, store.ErrInvalid, c.said)
		})
	}
	t.Run("newer", func(t *testing.T) {
		w := newWorld(t)
		w.raw(`PRAGMA user_version = 1000`)
		w.must(w.Close())
		refusesToOpen(t, w.dir, store.ErrInvalid, "written by a newer tincan (its schema is 1000;")
	})
	t.Run("a folder of that name", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, store.File), 0o700); err != nil {
			t.Fatal(err)
		}
		refusesToOpen(t, dir, store.ErrReadOnly, "cannot be written")
	})
	t.Run("no folder", func(t *testing.T) {
		_, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "nowhere"), store.Options{})
		refused(t, err, store.ErrReadOnly, "cannot be written")
	})
}

func TestAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := func() string {
		a, err := w.Address(w.ctx)
		w.must(err)
		return a
	}
	equal(t, "never given", address(), "")
	w.must(w.SetAddress(w.ctx, " social.corp\n"))
	equal(t, "given", address(), "social.corp")
	w.must(w.SetAddress(w.ctx, "-p 2222 social.corp"))
	equal(t, "given again", address(), "-p 2222 social.corp")
}

func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Lock(dir)
	refused(t, err, store.ErrTaken, "Another tincan serves "+dir+" already.")
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	again()

	// Whatever else is wrong is not said to be another tincan.
	_, err = store.Lock(filepath.Join(dir, "nowhere"))
	refused(t, err, store.ErrReadOnly, "cannot be written")
	if err := os.WriteFile(filepath.Join(dir, "serve.lock"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Lock(dir)
	if err == nil || errors.Is(err, store.ErrTaken) {
		t.Fatalf("got %v", err)
	}
}

// The data of a running server can be locked, opened and looked at by the operator's other commands.
func TestBesideAServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unlock, err := store.Lock(w.dir)
	w.must(err)
	defer unlock()
	other := openWorld(t, w.dir, store.Options{})
	other.person("maya")
	w.healthy()
	_, err = w.PersonByKey(w.ctx, "SHA256:maya")
	w.must(err)
}

func TestSentences(t *testing.T) {
	t.Parallel()
	text, ours := store.Sentence(os.ErrClosed)
	equal(t, "internal", row(text, ours), "Something went wrong on our side. false")
	w := newWorld(t)
	_, err := w.Me(w.ctx, 1)
	text, ours = store.Sentence(errors.Join(os.ErrClosed, err))
	equal(t, "ours", row(text, ours), "You are not signed in. true")
}

// What goes on beside the acts of people begins again where it panicked, and ends when it is told to.
func TestWhatPanicsBeginsAgain(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	ctx, cancel := context.WithCancel(t.Context())
	began := 0
	store.Keep(ctx, log, time.Nanosecond, func(ctx context.Context) {
		if began++; began < 3 {
			panic(fmt.Sprint("row ", began))
		}
	})
	if text := said.String(); began != 3 || strings.Count(text, "stack=") != 2 || !strings.Contains(text, "row 1") || !strings.Contains(text, "row 2") {
		t.Errorf("it began %d times, want 3, and the log says %s", began, text)
	}
	store.Keep(ctx, log, time.Hour, func(context.Context) {
		began++
		cancel()
		panic("at the end")
	})
	if began != 4 {
		t.Errorf("it began %d times, want 4: nothing begins after the end", began)
	}
}
