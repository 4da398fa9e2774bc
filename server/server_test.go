package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

const soon = 10 * time.Second // the deadline of whatever should happen at once

// rig is a server on the loopback, over a store in a new folder. When its test ends it
// stops the server and checks that nothing of it is left running.
type rig struct {
	*testing.T
	dir    string // of the data
	store  *store.Store
	server *Server
	addr   string
	log    *buffer
	stop   context.CancelFunc
	ended  chan error
}

func start(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	base := runtime.NumGoroutine()
	log := &buffer{}
	c := Config{HostKey: newSigner(t), Address: "social.corp", Log: slog.New(slog.NewTextHandler(log, nil))}
	for _, f := range change {
		f(&c)
	}
	dir := t.TempDir()
	st, err := store.Open(t.Context(), dir, store.Options{Now: c.Now, PostsPerMinute: 1000})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := New(c, st)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &rig{T: t, dir: dir, store: st, server: srv, addr: ln.Addr().String(), log: log, stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- srv.Serve(ctx, ln) }()
	t.Cleanup(func() {
		r.halt()
		if n := st.Subscribers(); n != 0 {
			t.Errorf("%d subscribers are left", n)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if !poll(func() bool { return runtime.NumGoroutine() <= base }) {
			stacks := make([]byte, 1<<20)
			t.Errorf("%d goroutines, %d at the start:\n%s", runtime.NumGoroutine(), base, stacks[:runtime.Stack(stacks, true)])
		}
		if strings.Contains(log.String(), "panic") && !strings.Contains(t.Name(), "Panic") {
			t.Errorf("a panic was logged:\n%s", log)
		}
	})
	return r
}

// halt stops the server and waits for it; again it does nothing.
func (r *rig) halt() {
	r.Helper()
	r.stop()
	select {
	case err, running := <-r.ended:
		if running {
			close(r.ended)
		}
		if err != nil {
			r.Errorf("Serve: %v", err)
		}
	case <-time.After(2 * soon):
		r.Error("the server did not stop")
	}
}

// poll waits for a condition, and reports whether it came.
func poll(done func() bool) bool {
	deadline := time.Now().Add(soon)
	for !done() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}

func (r *rig) eventually(what string, done func() bool) {
	r.Helper()
	if !poll(done) {
		r.Fatalf("not in time: %s", what)
	}
}

// buffer may be written and read at the same time.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newSigner(t testing.TB) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// invite makes a code for a handle.
func (r *rig) invite(handle string) string {
	r.Helper()
	code, err := r.store.CreateInvite(r.Context(), store.Operator, store.Invite{Handle: handle})
	if err != nil {
		r.Fatal(err)
	}
	return code.Text
}

// member is somebody who has come, with a key.
func (r *rig) member(handle string) (store.Person, gossh.Signer) {
	r.Helper()
	s := newSigner(r)
	p, err := r.store.RedeemCode(r.Context(), r.invite(handle), store.Credential{Key: newKey(s.PublicKey())})
	if err != nil {
		r.Fatal(err)
	}
	return p, s
}

// dial connects; the error is that of signing in.
func (r *rig) dial(auth ...gossh.AuthMethod) (*gossh.Client, error) {
	r.Helper()
	return r.dialConfig(&gossh.ClientConfig{User: "somebody", Auth: auth})
}

func (r *rig) dialConfig(c *gossh.ClientConfig) (*gossh.Client, error) {
	r.Helper()
	c.HostKeyCallback = gossh.FixedHostKey(r.server.HostKey.PublicKey())
	client, err := gossh.Dial("tcp", r.addr, c)
	if err == nil {
		r.Cleanup(func() { client.Close() })
	}
	return client, err
}

// enter signs in with a key that is known.
func (r *rig) enter(key gossh.Signer) *gossh.Client {
	r.Helper()
	c, err := r.dial(gossh.PublicKeys(key))
	if err != nil {
		r.Fatal(err)
	}
	return c
}

// run is one command: what it printed, what it said on stderr, and its exit status.
func (r *rig) run(c *gossh.Client, line, stdin string) (out, errs string, status int) {
	r.Helper()
	s, err := c.NewSession()
	if err != nil {
		r.Fatal(err)
	}
	defer s.Close()
	var stdout, stderr bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = strings.NewReader(stdin), &stdout, &stderr
	status = exitStatus(r, s.Run(line))
	return stdout.String(), stderr.String(), status
}

// exitStatus is the status with which a session has ended.
func exitStatus(t testing.TB, err error) int {
	t.Helper()
	var exit *gossh.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitStatus()
	}
	t.Fatalf("no exit status: %v", err)
	return -1
}

// whoami is the handle that a connection acts as.
func (r *rig) whoami(c *gossh.Client) string {
	r.Helper()
	out, errs, status := r.run(c, "whoami", "")
	if status != 0 {
		r.Fatalf("whoami: %d %s", status, errs)
	}
	return strings.Fields(out)[0]
}

// terminal is an open screen: the bytes it has sent so far, and its keyboard.
type terminal struct {
	*gossh.Session
	screen *buffer
	errs   *buffer
	keys   io.WriteCloser
	ended  chan error
}

// terminal opens the screens in a window of that size. before is called between the requests for a terminal and for a shell.
func (r *rig) terminal(c *gossh.Client, columns, rows int, before ...func(*gossh.Session)) *terminal {
	r.Helper()
	s, err := c.NewSession()
	if err != nil {
		r.Fatal(err)
	}
	t := &terminal{Session: s, screen: &buffer{}, errs: &buffer{}, ended: make(chan error, 1)}
	s.Stdout, s.Stderr = t.screen, t.errs
	if t.keys, err = s.StdinPipe(); err != nil {
		r.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", rows, columns, gossh.TerminalModes{}); err != nil {
		r.Fatal(err)
	}
	for _, f := range before {
		f(s)
	}
	if err := s.Shell(); err != nil {
		r.Fatal(err)
	}
	go func() { t.ended <- s.Wait() }()
	r.Cleanup(func() { s.Close() })
	return t
}

// screens is how many screens are subscribed to the store's events; the server itself is one subscriber more.
func (r *rig) screens() int { return r.store.Subscribers() - 1 }

// places is how many sessions and commands are counted: one that has ended is until its last word is in the store.
func (r *rig) places() int {
	c := &r.server.sessions
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// wait is the exit status of a terminal's session.
func (r *rig) wait(t *terminal) int {
	r.Helper()
	select {
	case err := <-t.ended:
		return exitStatus(r, err)
	case <-time.After(soon):
		r.Fatal("the session did not end")
	}
	return -1
}

func TestStopEndsSessions(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	screen := r.terminal(c, 80, 24)
	r.eventually("something is drawn", func() bool { return screen.screen.String() != "" })
	kept := r.enter(key) // signed in, and no session open
	began := time.Now()
	r.halt()
	if took := time.Since(began); took > goodbye/2 {
		t.Errorf("it took %s to stop", took)
	}
	if status := r.wait(screen); status != 1 {
		t.Errorf("exit status %d", status)
	}
	if !strings.Contains(screen.errs.String(), "The server is being restarted; your text is kept.") {
		t.Errorf("stderr: %q", screen.errs)
	}
	if _, err := kept.NewSession(); err == nil {
		t.Error("a connection was left open")
	}
}

func TestServeEndsAtOnce(t *testing.T) {
	for _, how := range []string{"told to stop before it began", "the listener is closed"} {
		t.Run(how, func(t *testing.T) {
			st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			srv, err := New(Config{HostKey: newSigner(t), Log: slog.New(slog.DiscardHandler)}, st)
			if err != nil {
				t.Fatal(err)
			}
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if how == "the listener is closed" {
				ln.Close()
			} else {
				stop()
			}
			err = srv.Serve(ctx, ln)
			if stopped := ctx.Err() != nil; stopped != (err == nil) || !stopped && !strings.Contains(err.Error(), "can listen no longer") {
				t.Errorf("Serve: %v", err)
			}
			if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
				c.Close()
				t.Error("it still listens")
			}
		})
	}
}

func TestHostKey(t *testing.T) {
	dir := t.TempDir()
	keys := make(chan gossh.Signer, 8)
	for range cap(keys) {
		go func() {
			k, err := LoadHostKey(dir)
			if err != nil {
				t.Error(err)
			}
			keys <- k
		}()
	}
	first := <-keys
	for range cap(keys) - 1 {
		if k := <-keys; k == nil || !bytes.Equal(k.PublicKey().Marshal(), first.PublicKey().Marshal()) {
			t.Error("two processes that start at once got two keys")
		}
	}
	file := filepath.Join(dir, HostKeyFile)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files are left over: %v", left)
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"broken": dir, "missing": filepath.Join(dir, "nowhere")} {
		var ours *sentence
		if _, err := LoadHostKey(dir); !errors.As(err, &ours) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
