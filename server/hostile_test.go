package server

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// However connections end before anybody has signed in, nothing of them is left, and who is here notices nothing.
func TestStrangeConnectionsLeaveNothing(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Limits.WaitingAddress, c.Limits.WaitingAll = 40, 40
		c.Limits.FirstRequest, c.Limits.PromptTime = 300*time.Millisecond, 300*time.Millisecond
	})
	_, key := r.member("maya")
	c := r.enter(key)
	r.whoami(c)
	base := runtime.NumGoroutine() // with a few that end when they like
	ways := []func(net.Conn){
		func(n net.Conn) {}, // it goes at once
		func(n net.Conn) { io.WriteString(n, "GET / HTTP/1.1\r\n\r\n"); io.Copy(io.Discard, n) }, // it is no SSH
		func(n net.Conn) { io.WriteString(n, "SSH-2.0-x\r\n"); io.Copy(io.Discard, n) },          // it says no more
		func(n net.Conn) { io.WriteString(n, "SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff"); io.Copy(io.Discard, n) },
		func(n net.Conn) { n.(*net.TCPConn).CloseWrite(); io.Copy(io.Discard, n) }, // it hears, and says nothing
		func(n net.Conn) { n.(*net.TCPConn).SetLinger(0) },                         // it breaks off
		func(n net.Conn) { // nobody knows its key, and it does not answer what it is asked
			gossh.NewClientConn(n, r.addr, &gossh.ClientConfig{User: "x", HostKeyCallback: gossh.InsecureIgnoreHostKey(), Auth: []gossh.AuthMethod{
				gossh.PublicKeys(newSigner(t)), gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) {
					io.Copy(io.Discard, n)
					return nil, io.EOF
				})}})
		},
		func(n net.Conn) { // it offers no way at all
			gossh.NewClientConn(n, r.addr, &gossh.ClientConfig{User: "x", HostKeyCallback: gossh.InsecureIgnoreHostKey()})
		},
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 30)
	for i := range 400 {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			n, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer n.Close()
			ways[i%len(ways)](n)
		})
	}
	all.Wait()
	r.eventually("they are gone", func() bool { return len(r.server.open()) == 1 })
	r.eventually("nothing runs for them", func() bool { return runtime.NumGoroutine() <= base+10 })
	w := &r.server.waiting
	w.mu.Lock()
	if w.total != 0 || len(w.open) != 0 {
		t.Errorf("%d are counted, of %d addresses", w.total, len(w.open))
	}
	w.mu.Unlock()
	if got := r.whoami(c); got != "maya" {
		t.Error(got)
	}
}

// Whatever somebody who has signed in asks for beside a screen or a command is refused, and costs others nothing.
func TestStrangeRequestsAreRefused(t *testing.T) {
	r := start(t)
	_, maya := r.member("maya")
	_, nils := r.member("nils")
	other := r.terminal(r.enter(nils), 80, 24)
	r.eventually("the other is drawn", func() bool { return len(other.screen.String()) > 100 })
	c := r.enter(maya)
	base := runtime.NumGoroutine() // and a few that the other screen may still start

	for _, kind := range []string{"tcpip-forward", "streamlocal-forward@openssh.com", "no-more-sessions@openssh.com", strings.Repeat("x", 30_000)} {
		if ok, _, err := c.SendRequest(kind, true, make([]byte, 1000)); ok || err != nil {
			t.Errorf("%.20s: %v %v", kind, ok, err)
		}
	}
	for range 200 {
		for _, kind := range []string{"direct-tcpip", "x11", "auth-agent@openssh.com", "forwarded-tcpip"} {
			if _, _, err := c.OpenChannel(kind, make([]byte, 1000)); err == nil {
				t.Errorf("%s was opened", kind)
			}
		}
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 { // a flood of variables
		ok, err := s.SendRequest("env", i%500 == 0, gossh.Marshal(struct{ Name, Value string }{fmt.Sprint("V", i), strings.Repeat("v", 5000)}))
		if ok || err != nil {
			t.Fatalf("%d: %v %v", i, ok, err)
		}
	}
	for _, kind := range []string{"auth-agent-req@openssh.com", "x11-req", "signal", "break", "xon-xoff"} {
		if ok, err := s.SendRequest(kind, true, make([]byte, 100)); ok || err != nil {
			t.Errorf("%s: %v %v", kind, ok, err)
		}
	}
	out, err := s.Output("whoami")
	if err != nil || !strings.HasPrefix(string(out), "maya") {
		t.Errorf("%q %v", out, err)
	}
	for range 3 {
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RequestSubsystem("sftp"); err != nil {
			t.Error(err)
		}
		s.Wait()
		s.Close()
	}
	r.eventually("nothing of it is left", func() bool { return runtime.NumGoroutine() <= base+10 && r.places() == 1 })

	screen := r.terminal(c, 80, 24)
	r.eventually("it is drawn", func() bool { return len(screen.screen.String()) > 100 })
	began := time.Now()
	for i := range 20_000 { // a window that is dragged without end
		if err := screen.WindowChange(10+i%290, 30+i%4_000_000); err != nil {
			t.Fatal(err)
		}
	}
	screen.WindowChange(24, 80)
	t.Logf("20,000 sizes in %s, %d KB drawn, %d goroutines more", time.Since(began), len(screen.screen.String())>>10, runtime.NumGoroutine()-base)
	io.WriteString(screen.keys, "\x1b[200~"+strings.Repeat("x", 10<<20)) // a paste without an end, and then the line drops
	screen.Close()
	r.eventually("it is gone", func() bool { return r.screens() == 1 })
	other.WindowChange(25, 81)
	r.eventually("nothing of it is left", func() bool { return r.places() == 1 })
}

// Whoever has nothing but many commands at once is told so, and is let in again when they are done.
func TestManyCommandsAtOnce(t *testing.T) {
	r := start(t)
	_, maya := r.member("maya")
	_, nils := r.member("nils")
	other := r.enter(nils)
	var all sync.WaitGroup
	var mu sync.Mutex
	said := map[string]int{}
	for range 8 {
		c := r.enter(maya)
		for range 30 {
			all.Go(func() {
				s, err := c.NewSession()
				if err != nil {
					mu.Lock()
					said["rejected"]++
					mu.Unlock()
					return
				}
				defer s.Close()
				text, err := s.CombinedOutput("home")
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					said[string(text)]++
				} else {
					said["done"]++
				}
			})
		}
	}
	for range 20 {
		if got := r.whoami(other); got != "nils" {
			t.Error(got)
		}
	}
	all.Wait()
	for text, n := range said {
		if text != "done" && text != "rejected" && !strings.HasPrefix(text, "You have 10 windows or commands open already.") {
			t.Errorf("%d were told %q", n, text)
		}
	}
	if said["done"] == 0 {
		t.Error("none was done")
	}
	r.eventually("all are done", func() bool { return r.places() == 0 })
	if got := r.whoami(r.enter(maya)); got != "maya" {
		t.Error(got)
	}
}
