// Package server lets people in over SSH and gives each session what it asked
// for: the screens (package tui), or one command, or what is new line by line.
//
// It knows SSH, Bubble Tea programs and who is connected. It must not know SQL
// or what a screen shows, and it decides no rights: the store does, for every
// door alike. Who somebody is gets decided inside the handshake (auth.go), so
// nobody unknown reaches the interface, and nothing of ours trusts a key that
// was offered and not proven.
//
// Screens are drawn by painter.go, not by Bubble Tea's renderer, which costs a
// session a hundred times the memory of what it shows, and the model is run by
// program.go, not by Bubble Tea's Program, which passes each message of each
// session over four goroutines.
//
// Three things differ from the architecture on purpose. Requests of a session
// are seen by us before the library sees them (session.go), not in a wrapped
// PtyHandler: so sizes, environment and forwarding are bounded in one place.
// What a client types is decoded by input.go, not by Bubble Tea's reader, which
// waits for ever on a program that has ended, keeps an unended paste without
// limit, and would take the server down with a panic. And a person may take as
// long over the question about the host key as over the prompts (conn.go).
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
	"tincan/tui"
)

const (
	// Signing in.
	maxAuthTries   = 30               // keys offered and refused count too, and agents offer a dozen twice
	maxWrong       = 5                // wrong answers a connection: enough for typing errors
	maxPrompts     = 20               // questions a connection: no program can be asked for ever
	maxAnswer      = 1 << 10          // bytes of an answer that are looked at: longer than any password
	firstRequest   = 20 * time.Second // until a client has our host key or signs in: machines need no longer
	promptTime     = 3 * time.Minute  // to compare the host key, and again to find the mail with the code
	waitingAddress = 100              // connections not yet signed in from one address: an office on its first day
	waitingAll     = 1000             // the same from everywhere: about 100 MB

	// Connections and sessions.
	connectionsPerson = 20               // signed-in connections: ten sessions and as many that just ended
	sessionsPerson    = 10               // a person's windows, machines and running commands
	sessionsConn      = 10               // session channels of one connection, as sshd has it
	keepAliveEvery    = 30 * time.Second // shorter than firewalls forget a quiet line
	idleLimit         = 2 * time.Minute  // no byte for that long although we asked four times: the line is dead
	stallScreen       = 30 * time.Second // a terminal that takes nothing for that long is not being looked at
	stallCommand      = 10 * time.Minute // a pager may hold a command's output while somebody reads
	commandTime       = 10 * time.Minute // a command that reads its input may wait for another program
	goodbye           = 5 * time.Second  // to save a draft, and for clients to hang up when the server stops
	garbage           = 50               // percent of what is in use: with 100 a session takes 205 KiB instead of 157, with 25 it takes 136 and an update a sixth more CPU
	crowdLeast        = 16               // sessions at once whose memory is worth giving back when they leave
	crowdLeft         = 4                // a crowd has left when no more than one in so many is there
	crowdGone         = time.Second      // from a session's end until its memory is free

	// Terminals.
	maxColumns, maxRows         = 500, 300 // larger than any screen; 4000×4000 would cost 1.9 GB
	defaultColumns, defaultRows = 80, 24   // where a client says 0: it does not know
	maxTerm                     = 64       // bytes of TERM
	maxEnv                      = 64       // bytes of a variable's value that is let through

	// Commands.
	maxLine   = 32 << 10 // bytes of a command line: two posts of the longest kind
	maxStdin  = 64 << 10 // bytes read for "-": four posts of the longest kind, so that the store can say how long it is
	maxOutput = 32 << 20 // bytes printed by one command: 10,000 posts of 3 KB
)

// Limits are those bounds that tests have to reach sooner. A zero field means the named constant.
type Limits struct {
	FirstRequest   time.Duration // from connecting to having the host key, or to the first sign-in request
	PromptTime     time.Duration // from the host key to the first sign-in request, and from there to being signed in
	WaitingAddress int           // connections of one address that are not signed in
	WaitingAll     int           // connections that are not signed in
	SessionsPerson int           // open sessions of a person
	KeepAlive      time.Duration // between keep-alive requests
	Idle           time.Duration // without a byte from the client
	Stall          time.Duration // without the client taking output, on a screen
	StallCommand   time.Duration // the same for a command
	CommandTime    time.Duration // for one command
}

func (l Limits) orDefaults() Limits {
	return Limits{
		FirstRequest:   cmp.Or(l.FirstRequest, firstRequest),
		PromptTime:     cmp.Or(l.PromptTime, promptTime),
		WaitingAddress: cmp.Or(l.WaitingAddress, waitingAddress),
		WaitingAll:     cmp.Or(l.WaitingAll, waitingAll),
		SessionsPerson: cmp.Or(l.SessionsPerson, sessionsPerson),
		KeepAlive:      cmp.Or(l.KeepAlive, keepAliveEvery),
		Idle:           cmp.Or(l.Idle, idleLimit),
		Stall:          cmp.Or(l.Stall, stallScreen),
		StallCommand:   cmp.Or(l.StallCommand, stallCommand),
		CommandTime:    cmp.Or(l.CommandTime, commandTime),
	}
}

// Config is what a Server needs besides the store. Only HostKey has no default.
type Config struct {
	HostKey gossh.Signer
	Address string            // what people type after ssh; shown in instructions
	Program string            // the version of tincan, for what is written to be kept
	UserCA  []gossh.PublicKey // certificates of these authorities let in whom they name
	Log     *slog.Logger      // slog.Default when nil
	Now     func() time.Time  // time.Now when nil
	Limits  Limits
	Metrics net.Listener // where figures for Prometheus are served over HTTP; nil: nowhere, and none are kept

	wrap func(tea.Model) tea.Model // tests put a model around the interface's
}

// Server serves one store over SSH.
type Server struct {
	Config
	store      *store.Store
	ssh        *ssh.Server
	commands   []command
	algorithms []string // of keys that let somebody in: no SHA-1, no DSA

	waiting  crowd[string] // connections that are not signed in, by address
	inside   crowd[int64]  // signed-in connections, by person
	sessions crowd[int64]  // running sessions, by person
	guesses  guesses
	service  service
	drawn    tui.Drawn
	metrics  *metrics // nil where nobody asks for any

	exporting sync.Mutex // held by the one export of the place that is being made: it takes a disk's and a core's time

	ctx      context.Context // ends with the server, and every session with it
	stop     context.CancelFunc
	mu       sync.Mutex
	stopping bool
	now      int // sessions
	high     int // the most of them since memory was given back
	conns    map[*conn]bool
	people   map[*session]pass // whose each running session is
	running  sync.WaitGroup    // sessions
}

// New makes a server for the store. It listens to nothing before Serve.
func New(c Config, s *store.Store) (*Server, error) {
	if c.HostKey == nil {
		return nil, errors.New("server: no host key")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Limits = c.Limits.orDefaults()
	srv := &Server{
		Config:     c,
		store:      s,
		commands:   commands(),
		algorithms: gossh.SupportedAlgorithms().PublicKeyAuths,
		waiting:    crowd[string]{each: c.Limits.WaitingAddress, all: c.Limits.WaitingAll},
		inside:     crowd[int64]{each: connectionsPerson},
		sessions:   crowd[int64]{each: c.Limits.SessionsPerson},
		guesses:    guesses{now: c.Now},
		conns:      map[*conn]bool{},
		people:     map[*session]pass{},
	}
	if c.Metrics != nil {
		srv.metrics = newMetrics(srv)
	}
	srv.ctx, srv.stop = context.WithCancel(context.Background())
	var err error
	srv.ssh, err = wish.NewServer(
		wish.WithVersion("tincan"),
		ssh.WrapConn(srv.accept),
		func(lib *ssh.Server) error {
			lib.AddHostKey(hostKey{c.HostKey})
			lib.HandshakeTimeout = c.Limits.FirstRequest + 2*c.Limits.PromptTime // ours end it sooner
			lib.ServerConfigCallback = srv.authConfig
			lib.ChannelHandlers = map[string]ssh.ChannelHandler{"session": srv.openSession}
			lib.SubsystemHandlers = map[string]ssh.SubsystemHandler{"default": srv.noSubsystem}
			lib.Handler = srv.handle
			return nil
		},
	)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return srv, nil
}

// Serve serves the listener until ctx ends, and then returns nil once every
// session has ended and saved what it had. It is called once; any other end of
// the listener is an error. Meanwhile the process collects garbage as a server of many sessions should.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	s.running.Go(s.watch)
	s.service.begin(s.Now())
	s.running.Go(s.noteService)
	if s.metrics != nil {
		defer s.metrics.serve(s.Metrics, s.Log)()
		s.store.Measure(s.metrics.meter())
		defer s.store.Measure(nil)
	}
	served := make(chan error, 1)
	go func() { served <- s.ssh.Serve(ln) }()
	var err error
	select {
	case <-ctx.Done():
		ln.Close() // the library may not have begun with it,
		<-served   // and may not be told to stop while it begins
	case err = <-served:
		err = refuse(err, "The server can listen no longer (%v).", err)
	}
	s.shutdown()
	return err
}

// shutdown ends every session, gives clients a moment to hang up, and closes what is left.
func (s *Server) shutdown() {
	s.mu.Lock()
	s.stopping = true
	quiet := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		if c.idle() {
			quiet = append(quiet, c)
		}
	}
	s.mu.Unlock()
	s.stop()
	for _, c := range quiet {
		c.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	_ = s.ssh.Shutdown(ctx) // what did not hang up in time is closed next
	_ = s.ssh.Close()
	s.mu.Lock()
	left := s.conns
	s.conns = nil
	s.mu.Unlock()
	for c := range left {
		c.Close()
	}
	s.running.Wait()
}

// begin counts a session that runs; false once the server stops.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.running.Add(1)
	s.now++
	s.high = max(s.high, s.now)
	return true
}

// end undoes begin. When most of a crowd has left, its memory goes back to the machine.
func (s *Server) end() {
	s.running.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	if most := s.now <= s.high/crowdLeft; most && (s.now >= crowdLeast || s.now == 0 && s.high >= crowdLeast) && !s.stopping {
		s.high = s.now
		time.AfterFunc(crowdGone, func() {
			s.drawn.Forget()
			debug.FreeOSMemory()
		})
	}
}
