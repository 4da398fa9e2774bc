package server

import (
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"tincan/store"
)

// stock is the ssh that people have, with nothing of this machine's settings.
type stock struct {
	*rig
	dir  string
	args []string
	env  []string
}

func newStock(r *rig) *stock {
	r.Helper()
	r.needs("ssh", "openssh-client")
	dir, err := os.MkdirTemp("", "tincan") // a short path: sockets take at most 104 bytes of it
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { os.RemoveAll(dir) })
	host, port, _ := net.SplitHostPort(r.addr)
	known := fmt.Sprintf("[%s]:%s %s", host, port, gossh.MarshalAuthorizedKey(r.server.HostKey.PublicKey()))
	s := &stock{rig: r, dir: dir, env: []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color"}}
	s.write("known_hosts", known)
	s.args = []string{"-F", "none", "-p", port, "-o", "UserKnownHostsFile=" + filepath.Join(dir, "known_hosts"), "-o", "StrictHostKeyChecking=yes", host}
	return s
}

// needs fails the test where a program is missing. Clients besides OpenSSH's are only needed in CI: whoever
// has just cloned this has none of them.
func (r *rig) needs(program, from string) {
	r.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if program != "ssh" && os.Getenv("CI") == "" {
			r.Skipf("%s is not on this machine; Debian's package %s has it, and .ci/run installs it", program, from)
		}
		r.Fatalf("this test needs %s; install Debian's package %s, or what your system calls it", program, from)
	}
}

func (s *stock) write(name, text string) string {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return path
}

// identity writes a new key to a file and returns its path.
func (s *stock) identity(name string) (path string, key gossh.Signer, private ed25519.PrivateKey) {
	s.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		s.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(private, name)
	if err != nil {
		s.Fatal(err)
	}
	if key, err = gossh.NewSignerFromKey(private); err != nil {
		s.Fatal(err)
	}
	return s.write(name, string(pem.EncodeToMemory(block))), key, private
}

// agent serves keys on a socket, as ssh-agent does.
func (s *stock) agent(keys ...ed25519.PrivateKey) {
	s.Helper()
	ring := agent.NewKeyring()
	for _, k := range keys {
		if err := ring.Add(agent.AddedKey{PrivateKey: k}); err != nil {
			s.Fatal(err)
		}
	}
	path := filepath.Join(s.dir, "agent")
	l, err := net.Listen("unix", path)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _ = agent.ServeAgent(ring, c) }()
		}
	}()
	s.env = append(s.env, "SSH_AUTH_SOCK="+path)
}

// person types at a terminal in which ssh runs.
type person struct {
	*rig
	tty  *os.File
	seen *buffer
	at   int // how much of it has been waited for
	cmd  *exec.Cmd
	done chan error
}

// ssh starts the client with options and what follows the host.
func (s *stock) ssh(options []string, command ...string) *person {
	s.Helper()
	return s.spawn("ssh", append(append(options, s.args...), command...)...)
}

// spawn starts a program in a terminal.
func (s *stock) spawn(name string, args ...string) *person {
	s.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = s.env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		s.Fatal(err)
	}
	p := &person{rig: s.rig, tty: tty, seen: &buffer{}, cmd: cmd, done: make(chan error, 1)}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := tty.Read(b)
			p.seen.Write(b[:n])
			if err != nil {
				p.done <- cmd.Wait()
				return
			}
		}
	}()
	s.Cleanup(func() {
		cmd.Process.Kill()
		tty.Close()
	})
	return p
}

// sees waits until text has appeared, after what it has waited for before.
func (p *person) sees(text string) *person {
	p.Helper()
	if !poll(func() bool { return strings.Contains(p.seen.String()[p.at:], text) }) {
		p.Fatalf("not seen: %q in\n%s", text, p.seen)
	}
	p.at += strings.Index(p.seen.String()[p.at:], text) + len(text)
	return p
}

func (p *person) types(text string) *person {
	p.Helper()
	if _, err := p.tty.WriteString(text); err != nil {
		p.Fatal(err)
	}
	return p
}

// ends waits for ssh to end with a status, and returns all that was seen.
func (p *person) ends(status int) string {
	p.Helper()
	select {
	case <-p.done:
		if got := p.cmd.ProcessState.ExitCode(); got != status {
			p.Errorf("ssh ended with %d, not %d:\n%s", got, status, p.seen)
		}
	case <-time.After(2 * soon):
		p.Fatalf("ssh did not end:\n%s", p.seen)
	}
	return p.seen.String()
}

const (
	onlyFiles = "IdentitiesOnly=yes"
	drawn     = "\x1b[?1049h" // the screens are there
)

func TestStockKnownKey(t *testing.T) {
	r := start(t)
	s := newStock(r)
	file, key, _ := s.identity("id")
	if _, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())}); err != nil {
		t.Fatal(err)
	}
	if seen := s.ssh([]string{"-i", file, "-o", onlyFiles}, "whoami").ends(0); seen != "maya\r\n" {
		t.Errorf("seen %q", seen)
	}
	p := s.ssh([]string{"-i", file})
	p.sees(drawn)
	p.types("\x03").ends(0)
	p = s.ssh([]string{"-t", "-i", file}, "nonsense")
	p.sees(`There is no command "nonsense".`).ends(2)
}

// Agents offer all they have: the known key last, and keys of which none is known.
func TestStockAgents(t *testing.T) {
	for _, n := range []int{5, 6, 12} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			r := start(t)
			s := newStock(r)
			var keys []ed25519.PrivateKey
			for i := range n {
				_, key, private := s.identity(fmt.Sprint("id", i))
				keys = append(keys, private)
				if i == n-1 {
					if _, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())}); err != nil {
						t.Fatal(err)
					}
				}
			}
			s.agent(keys...)
			if seen := s.ssh(nil, "whoami").ends(0); seen != "maya\r\n" {
				t.Errorf("seen %q", seen)
			}
		})
		t.Run(fmt.Sprint(n, " unknown"), func(t *testing.T) {
			r := start(t)
			s := newStock(r)
			var keys []ed25519.PrivateKey
			for i := range n {
				_, _, private := s.identity(fmt.Sprint("id", i))
				keys = append(keys, private)
			}
			s.agent(keys...)
			seen := s.ssh(nil, "whoami").sees(askCode).types(r.invite("nils") + "\n").ends(0)
			if !strings.HasSuffix(seen, "nils\r\n") {
				t.Errorf("seen %q", seen)
			}
			if seen := s.ssh(nil, "whoami").ends(0); seen != "nils\r\n" {
				t.Errorf("later seen %q", seen)
			}
		})
	}
}

func TestStockPassword(t *testing.T) {
	r := start(t)
	s := newStock(r)
	code := r.invite("maya")
	seen := s.ssh(nil, "whoami").sees(askCode).types(code + "\n").
		sees(askNew).types("four words are safe\n").sees(askAgain).types("four words are save\n").
		sees("Those two are not the same.").
		sees(askNew).types("four words are safe\n").sees(askAgain).types("four words are safe\n").ends(0)
	if !strings.HasSuffix(seen, "maya\r\n") || strings.Contains(seen, "four words") {
		t.Errorf("seen %q", seen)
	}
	seen = s.ssh(nil, "whoami").sees(askCode).types("\n").
		sees(askHandle).types("maya\n").sees(askPassword).types("wrong\n").
		sees("That handle and password do not belong together.").
		sees(askHandle).types("maya\n").sees(askPassword).types("four words are safe\n").ends(0)
	if !strings.HasSuffix(seen, "maya\r\n") {
		t.Errorf("seen %q", seen)
	}
}

func TestStockBadCodes(t *testing.T) {
	at := &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	r := start(t, func(c *Config) { c.Now = at.now })
	s := newStock(r)
	used, expired := r.invite("nils"), r.invite("pia")
	if _, err := r.store.RedeemCode(t.Context(), used, store.Credential{Password: "long enough"}); err != nil {
		t.Fatal(err)
	}
	at.add(store.DefaultInviteValid + time.Second)
	file, _, _ := s.identity("id")
	p := s.ssh([]string{"-i", file, "-o", onlyFiles}, "whoami")
	for _, c := range []struct{ code, told string }{
		{"abcd-efgh", "That code is not known. "},
		{used, "That code has been used. Ask the person who invited you for a new one."},
		{expired, "That code has expired. Ask the person who invited you for a new one."},
		{"x", "That code is not known. "},
	} {
		p.sees(askCode).types(c.code + "\n").sees(c.told)
	}
	p.sees(askCode).types("y\n").sees("That was the last try for now").sees("Connection closed").ends(255)
}

// Offering a public key that is somebody else's, as anybody can, gives nothing.
func TestStockOfferedKey(t *testing.T) {
	r := start(t)
	s := newStock(r)
	_, key := r.member("maya")
	public := s.write("id.pub", string(gossh.MarshalAuthorizedKey(key.PublicKey())))
	seen := s.ssh([]string{"-i", public, "-o", onlyFiles}, "whoami").sees(askCode).types(r.invite("eve") + "\n").
		sees(askNew).types("a new password\n").sees(askAgain).types("a new password\n").ends(0)
	if !strings.HasSuffix(seen, "eve\r\n") {
		t.Errorf("seen %q", seen)
	}
}

// Somebody who takes longer than a machine may, finds the code; who takes too long is told.
func TestStockSlowPerson(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Limits.FirstRequest = 500 * time.Millisecond
		c.Limits.PromptTime = 3 * time.Second
	})
	s := newStock(r)
	p := s.ssh(nil, "whoami").sees(askCode)
	<-time.After(time.Second)
	p.types(r.invite("maya") + "\n").sees(askNew).types("four words are safe\n").sees(askAgain).types("four words are safe\n").ends(0)

	// The first time there is a question about the host key, and somebody may compare it with the letter.
	known := os.Remove(filepath.Join(s.dir, "known_hosts"))
	p = s.ssh([]string{"-o", "StrictHostKeyChecking=ask"}, "whoami").sees("(yes/no/[fingerprint])?")
	<-time.After(time.Second)
	p.types("yes\n").sees(askCode).types("\x03").ends(-1)
	if known != nil {
		t.Fatal(known)
	}

	p = s.ssh([]string{"-o", "StrictHostKeyChecking=no"}, "whoami").sees(askCode)
	r.eventually("the server gives up", func() bool { return strings.Contains(r.log.String(), "took too long") && len(r.server.open()) == 0 })
	p.types("too late\n").sees("That took too long. Connect again when you have your code at hand.").ends(255)
}

// One connection kept for many sessions, as ControlMaster does: closing one leaves the others alone.
func TestStockKeptConnection(t *testing.T) {
	// The client passes on that a window has closed with the next thing that happens on its line: a keep-alive at the latest.
	r := start(t, func(c *Config) { c.Limits.KeepAlive = 200 * time.Millisecond })
	s := newStock(r)
	file, key, _ := s.identity("id")
	if _, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())}); err != nil {
		t.Fatal(err)
	}
	control := []string{"-i", file, "-o", onlyFiles, "-o", "ControlPath=" + filepath.Join(s.dir, "c")}
	master := s.ssh(append([]string{"-M"}, control...))
	master.sees(drawn)
	for range 3 {
		p := s.ssh(control)
		p.sees(drawn)
		r.eventually("both are subscribed", func() bool { return r.screens() == 2 })
		p.cmd.Process.Kill() // the window is closed, the connection stays
		r.eventually("one is left", func() bool { return r.screens() == 1 })
	}
	if seen := s.ssh(control, "whoami").ends(0); seen != "maya\r\n" {
		t.Errorf("seen %q", seen)
	}
	if n := len(r.server.open()); n != 1 {
		t.Errorf("%d connections", n)
	}
	master.types("\x03").ends(0)
}

func TestStockStop(t *testing.T) {
	r := start(t)
	s := newStock(r)
	file, key, _ := s.identity("id")
	if _, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())}); err != nil {
		t.Fatal(err)
	}
	p := s.ssh([]string{"-i", file})
	p.sees(drawn)
	began := time.Now()
	r.halt()
	if took := time.Since(began); took > goodbye/2 {
		t.Errorf("it took %s to stop", took)
	}
	p.sees("\x1b[?1049l").sees("The server is being restarted; your text is kept.").ends(1)
}

func TestStockRefusals(t *testing.T) {
	r := start(t)
	s := newStock(r)
	file, key, _ := s.identity("id")
	if _, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())}); err != nil {
		t.Fatal(err)
	}
	with := func(more ...string) []string { return append([]string{"-i", file, "-o", onlyFiles}, more...) }
	s.ssh(with("-s"), "sftp").sees("There are no files to fetch or to send here.").ends(1)
	s.ssh(with("-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"), "whoami").sees("remote port forwarding failed").ends(255)
	s.ssh(with("-A", "-X"), "whoami").sees("maya").ends(0)
	p := s.ssh(with("-W", "127.0.0.1:1"))
	p.sees("channel 0: open failed: unknown channel type").ends(255)

	// A window of thousands of columns.
	cmd := s.ssh(with("-tt"))
	cmd.sees(drawn)
	if err := pty.Setsize(cmd.tty, &pty.Winsize{Rows: 4000, Cols: 4000}); err != nil {
		t.Fatal(err)
	}
	cmd.types("\x03").ends(0)
}
