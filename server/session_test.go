package server

import (
	"flag"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// probe stands around the interface and shows the size it was told. P panics in Update,
// C panics in a command, Q quits, and F floods the screen.
type probe struct {
	tea.Model
	size tea.WindowSizeMsg
}

func (p *probe) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.size = msg
	case tea.KeyPressMsg:
		switch msg.Text {
		case "P":
			panic("in Update")
		case "C":
			return p, func() tea.Msg { panic("in a command") }
		case "Q":
			return p, tea.Quit
		case "F": // more than any client's window and socket hold
			return p, tea.Raw(strings.Repeat("\a", 16<<20))
		}
	}
	_, cmd := p.Model.Update(msg)
	return p, cmd
}

func (p *probe) View() tea.View {
	v := tea.NewView(fmt.Sprintf("size %dx%d.", p.size.Width, p.size.Height))
	v.AltScreen = true
	return v
}

func probing(c *Config) {
	c.wrap = func(m tea.Model) tea.Model { return &probe{Model: m} }
}

// shows reports whether a screen of that size, fed with all that came, shows text.
func (t *terminal) shows(columns, rows int, text string) bool {
	screen := vt.NewEmulator(columns, rows)
	answers := make(chan struct{})
	go func() { // what a terminal answers to questions would be its input
		io.Copy(io.Discard, screen)
		close(answers)
	}()
	screen.WriteString(t.screen.String())
	shown := screen.String()
	screen.InputPipe().(io.Closer).Close()
	<-answers
	return strings.Contains(shown, text)
}

func (r *rig) shows(t *terminal, columns, rows int, text string) {
	r.Helper()
	if !poll(func() bool { return t.shows(columns, rows, text) }) {
		r.Fatalf("%q is not on the screen, but: %q", text, t.screen)
	}
}

func TestScreen(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	screen := r.terminal(r.enter(key), 80, 24)
	r.eventually("the other screen of the terminal is used", func() bool { return strings.Contains(screen.screen.String(), "\x1b[?1049h") })
	r.eventually("it is subscribed", func() bool { return r.screens() == 1 })
	fmt.Fprint(screen.keys, "\x03")
	if status := r.wait(screen); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if !strings.Contains(screen.screen.String(), "\x1b[?1049l") {
		t.Error("the terminal was left on its other screen")
	}
	r.eventually("it is no longer subscribed", func() bool { return r.screens() == 0 })
	log := r.log.String()
	for _, want := range []string{`msg="session start" person=1 handle=maya from=127.0.0.1 kind=screen`, `msg="session end" person=1 handle=maya from=127.0.0.1 kind=screen after=`} {
		if strings.Count(log, want) != 1 {
			t.Errorf("not once in the log: %s\n%s", want, log)
		}
	}
}

// A size that comes before the shell, however often, is the first one drawn; later ones follow.
func TestEarlyResize(t *testing.T) {
	r := start(t, probing)
	_, key := r.member("maya")
	screen := r.terminal(r.enter(key), 80, 24, func(s *gossh.Session) {
		for i := range 100 {
			s.WindowChange(30, 50+i%10)
		}
		s.WindowChange(31, 97)
	})
	r.shows(screen, 97, 31, "size 97x31.")
	screen.WindowChange(20, 60)
	screen.WindowChange(32, 98)
	r.shows(screen, 98, 32, "size 98x32.")
}

func TestSizes(t *testing.T) {
	r := start(t, probing)
	_, key := r.member("maya")
	c := r.enter(key)
	for _, size := range []struct {
		columns, rows int
		shown         string
	}{
		{0, 0, "size 80x24."}, // the client does not know
		{500, 300, "size 500x300."},
		{30, 8, "size 30x8."},
	} {
		screen := r.terminal(c, size.columns, size.rows)
		r.shows(screen, 500, 300, size.shown)
		screen.Close()
	}
	small := r.terminal(c, 1, 1)
	r.eventually("something is drawn", func() bool { return small.screen.String() != "" })
	small.WindowChange(0, 0) // nothing happens
	small.WindowChange(4000, 4000)
	r.shows(small, 500, 300, "size 500x300.")
	small.WindowChange(24, 80)
	r.shows(small, 80, 24, "size 80x24.")
	fmt.Fprint(small.keys, "\x1b[8;4000;4000t\x1b[48;4000;4000;0;0t") // what a terminal says of itself
	fmt.Fprint(small.keys, "Q")
	if status := r.wait(small); status != 0 || strings.Contains(small.screen.String(), "4000") {
		t.Errorf("exit status %d", status)
	}
}

// The interface itself survives the smallest windows.
func TestTinyScreens(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	screen := r.terminal(r.enter(key), 1, 1)
	r.eventually("something is drawn", func() bool { return screen.screen.String() != "" })
	for _, size := range [][2]int{{2, 1}, {1, 2}, {500, 1}, {1, 300}, {80, 24}, {1, 1}} {
		screen.WindowChange(size[1], size[0])
		fmt.Fprint(screen.keys, "jk")
	}
	fmt.Fprint(screen.keys, "\x03")
	if status := r.wait(screen); status != 0 {
		t.Errorf("exit status %d: %s", status, screen.errs)
	}
}

func TestAbsurdSizeIsRefused(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	for _, size := range [][2]int{{4000, 4000}, {501, 24}, {80, 301}, {1 << 31, 24}} {
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RequestPty("xterm", size[1], size[0], nil); err == nil {
			t.Errorf("%v was granted", size)
		}
		s.WindowChange(10, 10)
		var stdout, stderr buffer
		s.Stdout, s.Stderr = &stdout, &stderr
		if err := s.Shell(); err != nil {
			t.Fatal(err)
		}
		if status := exitStatus(t, s.Wait()); status != 1 || !strings.Contains(stderr.String(), "Your window is too large to draw in") || stdout.String() != "" {
			t.Errorf("%v: status %d, stdout %q, stderr %q", size, status, &stdout, &stderr)
		}
	}
	if got := r.whoami(c); got != "maya" {
		t.Error(got)
	}
}

func TestPanicInTheInterface(t *testing.T) {
	for _, key := range []string{"P", "C"} {
		t.Run(key, func(t *testing.T) {
			r := start(t, probing)
			_, maya := r.member("maya")
			_, nils := r.member("nils")
			other := r.terminal(r.enter(nils), 80, 24)
			r.shows(other, 80, 24, "size 80x24.")
			c := r.enter(maya)
			screen := r.terminal(c, 80, 24)
			r.shows(screen, 80, 24, "size 80x24.")
			fmt.Fprint(screen.keys, key)
			if status := r.wait(screen); status != 1 {
				t.Errorf("exit status %d", status)
			}
			if !strings.Contains(screen.errs.String(), "Something went wrong on our side; your text is kept.") {
				t.Errorf("told %q", screen.errs)
			}
			if !strings.Contains(screen.screen.String(), "\x1b[?1049l") {
				t.Error("the terminal was left on its other screen")
			}
			if !strings.Contains(r.log.String(), "panic in the interface") {
				t.Error("not in the log")
			}
			if got := r.whoami(c); got != "maya" {
				t.Error("the connection went down too")
			}
			other.WindowChange(25, 81)
			r.shows(other, 81, 25, "size 81x25.")
		})
	}
}

// valve is a connection whose reading stops when it is shut.
type valve struct {
	net.Conn
	shut atomic.Bool
	open chan struct{}
}

func (v *valve) Read(p []byte) (int, error) {
	if v.shut.Load() {
		<-v.open
	}
	return v.Conn.Read(p)
}

// through connects by way of a valve.
func (r *rig) through(key gossh.Signer) (*gossh.Client, *valve) {
	r.Helper()
	n, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.Fatal(err)
	}
	v := &valve{Conn: n, open: make(chan struct{})}
	conn, chans, reqs, err := gossh.NewClientConn(v, r.addr, &gossh.ClientConfig{
		User: "somebody", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		r.Fatal(err)
	}
	c := gossh.NewClient(conn, chans, reqs)
	r.Cleanup(func() {
		if v.shut.Load() {
			close(v.open)
		}
		c.Close()
	})
	return c, v
}

// A client that reads nothing loses its own connection, and nobody else waits for it.
func TestStalledReader(t *testing.T) {
	for _, how := range []string{"the line", "the window"} {
		t.Run(how, func(t *testing.T) {
			r := start(t, probing, func(c *Config) { c.Limits.Stall = 500 * time.Millisecond })
			_, maya := r.member("maya")
			_, nils := r.member("nils")
			other := r.terminal(r.enter(nils), 80, 24)
			r.shows(other, 80, 24, "size 80x24.")

			c, v := r.through(maya)
			s, err := c.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			keys, _ := s.StdinPipe()
			if how == "the window" { // the connection is read; what the session prints is not
				if _, err := s.StdoutPipe(); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
				t.Fatal(err)
			}
			if err := s.Shell(); err != nil {
				t.Fatal(err)
			}
			if how == "the line" {
				v.shut.Store(true)
			}
			fmt.Fprint(keys, "F")
			began := time.Now()
			r.eventually("it is cut off", func() bool { return len(r.server.open()) == 1 })
			t.Logf("cut off after %s", time.Since(began))
			r.eventually("its session has ended", func() bool { return strings.Count(r.log.String(), "session end") == 1 })
			other.WindowChange(25, 81)
			r.shows(other, 81, 25, "size 81x25.")
		})
	}
}

// A session that is closed while its connection stays leaves nothing behind.
func TestClosedSessionOnAKeptConnection(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	for range 30 { // more than may be open at once: each gives its place back
		screen := r.terminal(c, 80, 24)
		r.eventually("it is subscribed", func() bool { return r.screens() == 1 })
		screen.Close()
		r.eventually("it has ended", func() bool { return r.screens() == 0 && r.server.open()[0].idle() && r.places() == 0 })
	}
	r.eventually("every end is in the log", func() bool { return strings.Count(r.log.String(), "session end") == 30 })
	if got := r.whoami(c); got != "maya" {
		t.Error(got)
	}
}

// When the line drops, or the server stops, what is written is a draft at once; keys still on their way hold nothing up.
func TestDroppedLine(t *testing.T) {
	for _, how := range []string{"the line drops", "the session is closed", "the server stops"} {
		t.Run(how, func(t *testing.T) {
			r := start(t)
			me, key := r.member("maya")
			if err := r.store.MarkWelcomed(t.Context(), me.ID); err != nil {
				t.Fatal(err)
			}
			c := r.enter(key)
			screen := r.terminal(c, 80, 24)
			r.shows(screen, 80, 24, "Write to #everyone")
			fmt.Fprint(screen.keys, "n")
			r.shows(screen, 80, 24, "1,000")
			fmt.Fprint(screen.keys, "half a thought")
			r.shows(screen, 80, 24, "half a thought")
			fmt.Fprint(screen.keys, strings.Repeat(" and more", 100))
			switch how {
			case "the line drops":
				c.Close()
			case "the session is closed":
				screen.Close()
			case "the server stops":
				r.halt()
			}
			r.eventually("it has ended", func() bool { return r.screens() <= 0 && strings.Contains(r.log.String(), "session end") })
			everyone, err := r.store.Channel(t.Context(), me.ID, "everyone")
			if err != nil {
				t.Fatal(err)
			}
			draft, err := r.store.Draft(t.Context(), me.ID, store.Place{Channel: everyone.ID})
			if err != nil || !strings.HasPrefix(draft.Body, "half a thought") {
				t.Errorf("the draft is %q: %v", draft, err)
			}
		})
	}
}

// When the line drops in the middle of a form that goes before a text, the next session has it as it was.
func TestDroppedForm(t *testing.T) {
	r := start(t)
	code, err := r.store.CreateInvite(t.Context(), store.Operator, store.Invite{Handle: "jon", Admin: true})
	if err != nil {
		t.Fatal(err)
	}
	key := newSigner(t)
	jon, err := r.store.RedeemCode(t.Context(), code.Text, store.Credential{Key: newKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.MarkWelcomed(t.Context(), jon.ID); err != nil {
		t.Fatal(err)
	}
	open := func() (*gossh.Client, *terminal) {
		c := r.enter(key)
		screen := r.terminal(c, 80, 24)
		r.shows(screen, 80, 24, "Write to #everyone")
		fmt.Fprint(screen.keys, "g")
		r.shows(screen, 80, 24, "Go to")
		fmt.Fprint(screen.keys, "#announcements")
		r.shows(screen, 80, 24, "#announcements · What everyone should know")
		fmt.Fprint(screen.keys, "\r")
		r.shows(screen, 80, 24, "instead of mail to all")
		return c, screen
	}
	c, screen := open()
	fmt.Fprint(screen.keys, "N")
	r.shows(screen, 80, 24, "Who is asked.")
	fmt.Fprint(screen.keys, "\tFinance, Sales\t\x1b[C\t")
	r.shows(screen, 80, 24, "Of a must read")
	fmt.Fprint(screen.keys, "\b\b12")
	r.shows(screen, 80, 24, "Due               12")
	c.Close()
	r.eventually("it has ended", func() bool { return r.screens() <= 0 && strings.Contains(r.log.String(), "session end") })

	_, screen = open()
	r.shows(screen, 80, 24, "» Must read to Finance, Sales")
	fmt.Fprint(screen.keys, "N")
	r.shows(screen, 80, 24, "several departments")
	for _, text := range []string{"Departments       Finance, Sales", "Must read         yes", "Due               12"} {
		r.shows(screen, 80, 24, text)
	}
}

// A paste is text, whether the terminal marks it or not.
func TestPasteIsText(t *testing.T) {
	r := start(t)
	me, key := r.member("maya")
	if err := r.store.MarkWelcomed(t.Context(), me.ID); err != nil {
		t.Fatal(err)
	}
	screen := r.terminal(r.enter(key), 80, 24)
	r.shows(screen, 80, 24, "Write to #everyone")
	fmt.Fprint(screen.keys, "n")
	r.shows(screen, 80, 24, "1,000")
	fmt.Fprint(screen.keys, "\x1b[200~a marked\rpaste\r\x1b[201~")
	r.shows(screen, 80, 24, "paste")
	fmt.Fprint(screen.keys, "not marked\rat all\rbut at once\r")
	r.shows(screen, 80, 24, "but at once")
	fmt.Fprint(screen.keys, "\x03")
	r.wait(screen)
	if out, _, _ := r.run(r.enter(key), "read everyone", ""); out != "" {
		t.Errorf("posted: %s", out)
	}
	everyone, err := r.store.Channel(t.Context(), me.ID, "everyone")
	if err != nil {
		t.Fatal(err)
	}
	if draft, err := r.store.Draft(t.Context(), me.ID, store.Place{Channel: everyone.ID}); err != nil || !strings.HasPrefix(draft.Body, "a marked\npaste\nnot marked\nat all\nbut at once") {
		t.Errorf("the draft: %q %v", draft, err)
	}
}

func TestSessionsOfAPerson(t *testing.T) {
	r := start(t, func(c *Config) { c.Limits.SessionsPerson = 3 })
	_, key := r.member("maya")
	_, other := r.member("nils")
	var first *terminal
	for i := range 3 {
		screen := r.terminal(r.enter(key), 80, 24)
		r.eventually("it runs", func() bool { return screen.screen.String() != "" })
		if i == 0 {
			first = screen
		}
	}
	c := r.enter(key)
	refused := r.terminal(c, 80, 24)
	if status := r.wait(refused); status != 1 || refused.errs.String() != "You have 3 windows or commands open already. Close one first.\r\n" {
		t.Errorf("status %d, told %q", status, refused.errs)
	}
	if got := r.whoami(r.enter(other)); got != "nils" {
		t.Error(got)
	}
	first.Close()
	r.eventually("its place is free", func() bool {
		_, _, status := r.run(c, "whoami", "")
		return status == 0
	})
}

func TestSessionsOfAConnection(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	var open []*gossh.Session
	for range sessionsConn {
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
	}
	if _, err := c.NewSession(); err == nil || !strings.Contains(err.Error(), "too many sessions") {
		t.Errorf("one more: %v", err)
	}
	open[0].Close()
	r.eventually("a place is free", func() bool {
		s, err := c.NewSession()
		if err == nil {
			s.Close()
		}
		return err == nil
	})
}

// Nothing but sessions, and nothing in them but terminals, shells and commands.
func TestOnlySessions(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	if _, err := c.Dial("tcp", r.addr); err == nil {
		t.Error("forwards to elsewhere")
	}
	if _, err := c.Dial("unix", "/run/x"); err == nil {
		t.Error("forwards to a socket")
	}
	if l, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		l.Close()
		t.Error("listens for its client")
	}
	if l, err := c.ListenUnix("/x"); err == nil {
		l.Close()
		t.Error("listens on a socket for its client")
	}
	if _, _, err := c.OpenChannel("x11", nil); err == nil {
		t.Error("opens a window system's channel")
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x11 := gossh.Marshal(struct {
		Single           bool
		Protocol, Cookie string
		Screen           uint32
	}{false, "MIT-MAGIC-COOKIE-1", "00", 0})
	for kind, payload := range map[string][]byte{"auth-agent-req@openssh.com": nil, "x11-req": x11, "signal": gossh.Marshal(struct{ S string }{"INT"}), "break": gossh.Marshal(struct{ N uint32 }{1}), "nonsense": nil} {
		if ok, err := s.SendRequest(kind, true, payload); ok || err != nil {
			t.Errorf("%s: granted %v, %v", kind, ok, err)
		}
	}
	for range 1000 { // whatever is sent, little is kept
		if err := s.Setenv("LD_PRELOAD", "x"); err == nil {
			t.Fatal("any variable is taken")
		}
	}
	ch, reqs, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := ch.SendRequest("subsystem", true, gossh.Marshal(struct{ S string }{"sftp"})); !ok || err != nil {
		t.Errorf("sftp: %v %v", ok, err)
	}
	told, _ := io.ReadAll(ch.Stderr())
	status := <-reqs
	if !strings.HasPrefix(string(told), "There are no files to fetch or to send here.") || status.Type != "exit-status" || status.Payload[3] != 1 {
		t.Errorf("sftp: told %q, then %s %v", told, status.Type, status.Payload)
	}
	go gossh.DiscardRequests(reqs)
	if got := r.whoami(c); got != "maya" {
		t.Error(got)
	}
}

var colour = regexp.MustCompile(`\x1b\[[0-9;:]*(3[0-7]|38|9[0-7]|4[0-7]|48)[0-9;:]*m`)

// The client says which colours there are.
func TestColours(t *testing.T) {
	r := start(t, func(c *Config) {
		c.wrap = func(m tea.Model) tea.Model { return painted{m} }
	})
	_, key := r.member("maya")
	for _, v := range []struct{ env, want string }{
		{"", "\x1b[38;5;"},
		{"COLORTERM=truecolor", "\x1b[38;2;"},
		{"NO_COLOR=please", ""},
	} {
		screen := r.terminal(r.enter(key), 80, 24, func(s *gossh.Session) {
			if name, value, ok := strings.Cut(v.env, "="); ok {
				s.Setenv(name, value) // no answer is no refusal that matters here
			}
		})
		r.shows(screen, 80, 24, "painted")
		got := screen.screen.String()
		if v.want == "" && colour.MatchString(got) || !strings.Contains(got, v.want) {
			t.Errorf("%q: %q", v.env, got)
		}
	}
}

// painted draws one coloured word.
type painted struct{ tea.Model }

func (p painted) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := p.Model.Update(msg)
	return p, cmd
}

func (p painted) View() tea.View { return tea.NewView("\x1b[38;2;10;200;30mpainted\x1b[m") }

func TestKeepAlive(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Limits.KeepAlive = 50 * time.Millisecond
		c.Limits.Idle = 400 * time.Millisecond
	})
	_, key := r.member("maya")
	alive := r.terminal(r.enter(key), 80, 24)
	dead, v := r.through(key)
	r.terminal(dead, 80, 24)
	r.eventually("both are there", func() bool { return r.screens() == 2 })
	began := time.Now()
	v.shut.Store(true) // from here on it answers nothing
	r.eventually("the silent one is gone", func() bool { return r.screens() == 1 })
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("after %s", took)
	}
	select {
	case err := <-alive.ended:
		t.Errorf("the living one ended: %v", err)
	case <-time.After(2 * 400 * time.Millisecond):
	}
}

var idleFor = flag.Duration("idle", 3*time.Second, "how long an idle session is listened to")

// An idle screen sends nothing at all.
func TestIdleIsSilent(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	screen := r.terminal(r.enter(key), 80, 24)
	r.eventually("it is drawn", func() bool { return len(screen.screen.String()) > 100 })
	last := ""
	quiet := time.Now()
	r.eventually("it comes to rest", func() bool {
		if now := screen.screen.String(); now != last {
			last, quiet = now, time.Now()
		}
		return time.Since(quiet) > 500*time.Millisecond
	})
	<-time.After(*idleFor)
	if more := strings.TrimPrefix(screen.screen.String(), last); more != "" {
		t.Errorf("%d bytes in %s: %q", len(more), *idleFor, more)
	}
}

func TestUnfinishedSignInsEndWithTheServer(t *testing.T) {
	r := start(t)
	n, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	r.eventually("it is there", func() bool { return len(r.server.open()) == 1 })
	began := time.Now()
	r.halt()
	if took := time.Since(began); took > goodbye/2 {
		t.Errorf("it took %s to stop", took)
	}
}
