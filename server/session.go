package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"github.com/charmbracelet/colorprofile"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
	"tincan/tui"
)

// session is one session channel: what its client asked for, and how long it lives. It reaches
// the library's handler as the context of the connection, which it embeds.
type session struct {
	ssh.Context
	ctx     context.Context // ends with the channel, the program or the server
	end     func()
	cancel  context.CancelCauseFunc // end, with a reason for the person
	conn    *conn
	channel gossh.Channel // what the painter writes to: its lines end as a terminal wants them
	started bool          // a shell, command or subsystem was asked for

	terminal bool   // a terminal was asked for and granted
	refused  string // why it was not granted
	term     string
	env      map[string]string

	mu      sync.Mutex
	size    tea.WindowSizeMsg // the newest
	unsaid  bool              // the program has not been told of it
	telling bool              // somebody is at telling it
	tell    func(tea.Msg)     // tells the program, once it has taken its first size
}

// openSession serves one session channel until the client has closed it too.
func (s *Server) openSession(lib *ssh.Server, sc *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	c := ctx.Value(connKey{}).(*conn)
	if !c.openSession(sc) {
		_ = ch.Reject(gossh.ResourceShortage, "this connection has too many sessions open; close one first")
		return
	}
	defer c.closeSession()
	sn := &session{Context: ctx, conn: c, env: map[string]string{}}
	sn.ctx, sn.cancel = context.WithCancelCause(s.ctx)
	sn.end = func() { sn.cancel(nil) }
	defer sn.end()
	d := &door{NewChannel: ch, session: sn}
	ssh.DefaultSessionHandler(lib, sc, d, sn)
	if d.rest == nil { // the client had gone
		return
	}
	for req := range d.rest {
		sn.request(req.Type, req.Payload)
		_ = req.Reply(false, nil)
	}
}

// door stands between a session channel and the library, and sees every request first. Once the session has begun there
// is nothing more to let through: the library is told that no more will come, and whoever waited for it reads the rest.
type door struct {
	gossh.NewChannel
	session *session
	rest    <-chan *gossh.Request
}

// Accept opens the channel; the library gets only those requests that are let through.
func (d *door) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	ch, all, err := d.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	d.session.channel, d.rest = ch, all
	some := make(chan *gossh.Request)
	d.session.start(func() {
		defer close(some)
		for req := range all {
			if !d.session.request(req.Type, req.Payload) {
				_ = req.Reply(false, nil)
			} else if some <- req; d.session.started {
				return
			}
		}
	})
	return ch, some, nil
}

// request reports whether the library shall see a request. A new size is taken here and goes
// no further; forwarding of any kind, signals and what else there is are refused.
func (sn *session) request(kind string, payload []byte) bool {
	switch kind {
	case "window-change": // nobody waits for the answer: RFC 4254 §6.7
		var r struct{ Columns, Rows, Width, Height uint32 }
		if gossh.Unmarshal(payload, &r) == nil && sn.terminal {
			sn.resize(r.Columns, r.Rows)
		}
	case "eow@openssh.com": // nobody reads what we write any more: a closed window of a kept connection
		sn.end()
	}
	if sn.started {
		return false
	}
	switch kind {
	case "pty-req":
		return sn.grantTerminal(payload)
	case "env":
		sn.setEnv(payload)
	case "shell", "exec", "subsystem":
		sn.started = true
		return true
	}
	return false
}

// grantTerminal notes the terminal's name and first size. An absurd size is refused: drawing it would cost gigabytes.
func (sn *session) grantTerminal(payload []byte) bool {
	var r struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	if gossh.Unmarshal(payload, &r) != nil || sn.terminal {
		return false
	}
	if r.Columns > maxColumns || r.Rows > maxRows {
		sn.refused = fmt.Sprintf("Your window is too large to draw in: %d × %d characters, and %d × %d is the most. Make it smaller and connect again.",
			r.Columns, r.Rows, maxColumns, maxRows)
		return false
	}
	sn.terminal, sn.refused = true, ""
	sn.term = r.Term
	strange := func(c rune) bool { return !strings.ContainsRune("+-._", c) && (c < '0' || c > 'z') }
	if r.Term == "" || len(r.Term) > maxTerm || strings.ContainsFunc(r.Term, strange) {
		sn.term = "xterm" // what nearly all are like; elsewhere the name is part of a path
	}
	sn.size = tea.WindowSizeMsg{Width: defaultColumns, Height: defaultRows}
	sn.resize(r.Columns, r.Rows)
	return true
}

// resize notes a new size; 0 means that the client does not know (RFC 4254 §6.2).
func (sn *session) resize(columns, rows uint32) {
	if columns == 0 || rows == 0 {
		return
	}
	sn.mu.Lock()
	defer sn.mu.Unlock()
	sn.size = tea.WindowSizeMsg{Width: int(min(columns, maxColumns)), Height: int(min(rows, maxRows))}
	sn.unsaid = sn.started
	sn.pass()
}

// window is the size with which the program begins.
func (sn *session) window() tea.WindowSizeMsg {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	sn.unsaid = false
	return sn.size
}

// running says that the program has taken its first size, and takes others.
func (sn *session) running(tell func(tea.Msg)) {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	sn.tell = tell
	sn.pass()
}

// pass tells the program the newest size, beside whoever has brought it: the program may be busy.
func (sn *session) pass() {
	if !sn.unsaid || sn.telling || sn.tell == nil {
		return
	}
	sn.telling = true
	sn.start(func() {
		for size, some := sn.next(); some; size, some = sn.next() {
			sn.tell(size)
		}
	})
}

// next is the size that has to be told; none is left where some is false.
func (sn *session) next() (size tea.WindowSizeMsg, some bool) {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	some = sn.unsaid
	sn.unsaid, sn.telling = false, some
	return sn.size, some
}

// setEnv keeps the few variables that say what the terminal can do.
func (sn *session) setEnv(payload []byte) {
	var r struct{ Name, Value string }
	if gossh.Unmarshal(payload, &r) != nil || len(r.Value) > maxEnv || r.Value == "" {
		return
	}
	switch r.Name {
	case "NO_COLOR":
		sn.env[r.Name] = "1" // any value counts: no-color.org
	case "COLORTERM", "TERM_PROGRAM":
		sn.env[r.Name] = store.CleanLine(r.Value)
	}
}

// environ is the client's environment as Bubble Tea reads it.
func (sn *session) environ() []string {
	// Over SSH only terminals known to answer are asked what they can do: others print the question.
	env := []string{"TERM=" + sn.term, "SSH_TTY=ssh"}
	for name, value := range sn.env {
		env = append(env, name+"="+value)
	}
	return env
}

// noSubsystem answers sftp, and scp that uses it.
func (s *Server) noSubsystem(ss ssh.Session) {
	s.tell(ss, "There are no files to fetch or to send here. Connect without a command to read and write.")
	_ = ss.Exit(1)
}

// tell writes a sentence to a client's error output.
func (s *Server) tell(ss ssh.Session, text string) {
	_, _ = io.WriteString(ss.Stderr(), text+"\n") // a granted terminal gets its carriage return from the library
}

// handle runs a session from its request to its exit status.
func (s *Server) handle(ss ssh.Session) {
	sn := ss.Context().(*session)
	if !s.begin() {
		return
	}
	defer s.end()
	status := 1
	defer func() { _ = ss.Exit(status) }()
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("panic in a session", "panic", r, "stack", string(debug.Stack()))
			s.tell(ss, "Something went wrong on our side. Connect again.")
		}
	}()
	defer s.gone(sn)
	me, offer, err := s.whose(sn)
	if err == nil && !s.sessions.enter(me.ID) {
		err = refuse(nil, "You have %d windows or commands open already. Close one first.", s.Limits.SessionsPerson)
	}
	if err != nil {
		s.refused(sn.conn.from, refusedPerson, err)
		s.tell(ss, s.explain(err))
		return
	}
	defer s.sessions.leave(me.ID)

	kind, run := "screen", func() int { return s.screen(ss, sn, me, offer) }
	switch {
	case ss.RawCommand() != "":
		kind, run = "command", func() int { return s.command(ss, sn, me) }
	case sn.refused != "":
		kind, run = "refused", func() int { s.tell(ss, sn.refused); return 1 }
	case !sn.terminal || sn.term == "dumb":
		kind, run = "plain", func() int { return s.plain(ss, sn, me) }
	}
	log := s.Log.With("person", me.ID, "handle", me.Handle, "from", sn.conn.from, "kind", kind)
	log.Info("session start")
	began := s.Now()
	defer func() { log.Info("session end", "after", s.Now().Sub(began).Round(time.Millisecond), "status", status) }()
	status = run()
	if why := sn.dismissed(); why != nil {
		s.tell(ss, s.explain(why))
		status = 1
	}
}

// whose is the person of a session as they are now: since they connected they may have been suspended or reset.
func (s *Server) whose(sn *session) (store.Person, *store.Key, error) {
	who, err := identity(sn.Permissions().Permissions)
	if err != nil {
		return store.Person{}, nil, err
	}
	s.present(sn, who)
	me, err := s.store.Me(sn.ctx, who.person)
	if err == nil {
		err = who.stands(me)
	}
	return me, who.offer, err
}

// screen runs the interface: one session, one program.
func (s *Server) screen(ss ssh.Session, sn *session, me store.Person, offer *store.Key) int {
	_, noColor := sn.env["NO_COLOR"]
	var g *program
	heard := func(posted time.Time) { g.heard(posted) }
	if s.metrics == nil {
		heard = nil
	}
	ui := tui.New(sn.ctx, s.store, me, tui.Options{Now: s.Now, Host: s.Address, HostKey: gossh.FingerprintSHA256(s.HostKey.PublicKey()), Log: s.Log, NoColor: noColor, OfferKey: offer, Drawn: &s.drawn, Heard: heard})
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(sn.ctx), goodbye)
		defer cancel()
		ui.Close(ctx)
	}()
	defer sn.end()
	var model tea.Model = ui
	if s.wrap != nil {
		model = s.wrap(model)
	}
	draw := newPainter(newOutput(sn.channel, sn, s.Limits.Stall), sn.term, sn.window(), colorprofile.Env(sn.environ()))
	g = newProgram(model, draw, sn.start, func(g *program) { sn.running(g.bring) })
	g.followed, g.seen = s.followed, s.metrics.shown
	err := g.run(sn.ctx, sn.end, func() { sn.typing(ss, g.typing) })
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errBroken):
		s.Log.Error(errBroken.Error(), "person", me.ID, "err", err)
		s.tell(ss, "Something went wrong on our side; your text is kept. Connect again to go on.")
	case s.ctx.Err() != nil:
		s.tell(ss, "The server is being restarted; your text is kept. Connect again in a moment.")
	}
	return 1
}

// start runs a goroutine of the session; a panic in it ends this session alone.
func (sn *session) start(run func()) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				sn.conn.server.Log.Error("panic in a session", "panic", r, "stack", string(debug.Stack()))
				sn.end()
			}
		}()
		run()
	}()
}

// output writes to a client. One that takes nothing for as long as our patience lasts
// loses its connection, which frees whoever waits here.
type output struct {
	w        io.Writer
	conn     io.Closer
	patience time.Duration
	mu       sync.Mutex
	watch    *time.Timer // nil before the first write
}

func newOutput(w io.Writer, sn *session, patience time.Duration) *output {
	return &output{w: w, conn: sn.conn, patience: patience}
}

func (o *output) Write(p []byte) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	const piece = 32 << 10 // so that patience is for progress, not for the whole
	for err == nil && n < len(p) {
		var m int
		if o.watch == nil {
			o.watch = time.AfterFunc(o.patience, func() { o.conn.Close() })
		} else {
			o.watch.Reset(o.patience)
		}
		m, err = o.w.Write(p[n:min(n+piece, len(p))])
		o.watch.Stop()
		n += m
	}
	return n, err
}
