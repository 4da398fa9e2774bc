//go:build unix

package main

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tincan/store"
)

const (
	killClients = 10
	killPosts   = 100 // of each client
	killTimes   = 4
)

// TestKilledServerLosesNothing kills the server again and again while ten people post 1,000 times
// and one of them has typed something. What was acknowledged is there afterwards, in order, once,
// and so is the draft.
func TestKilledServerLosesNothing(t *testing.T) {
	k := &killing{t: t, dir: t.TempDir(), ready: make(chan struct{})}
	k.people = invitePeople(t, k.dir)
	all := make(chan posted, killClients*killPosts) // nobody waits for the test
	var posting sync.WaitGroup
	for n := range k.people {
		posting.Go(func() { k.post(n, all) })
	}
	go func() { posting.Wait(); close(all) }()

	moments := map[int]bool{} // how many posts are acknowledged when the server dies
	for len(moments) < killTimes {
		moments[1+rand.IntN(killClients*killPosts*3/4)] = true
	}
	server, draft := k.start(0)
	var acknowledged []posted
	kills := 0
	for p := range all {
		acknowledged = append(acknowledged, p)
		if !moments[len(acknowledged)] {
			continue
		}
		server.kill()
		kills++
		if got := k.draft(); got != draft {
			t.Errorf("after kill %d the draft is %q, want %q", kills, got, draft)
		}
		server, draft = k.start(kills)
	}
	t.Logf("%d kills, %d of %d posts acknowledged", kills, len(acknowledged), killClients*killPosts)
	if kills == 0 || len(acknowledged) < killClients*killPosts*3/4 {
		t.Errorf("that is too few to tell anything")
	}
	k.compare(acknowledged)
	server.kill()
	if wrong, err := store.Check(t.Context(), k.dir); err != nil || len(wrong) > 0 {
		t.Errorf("the data is damaged: %q %v", wrong, err)
	}
}

// account is somebody who signs in by key.
type account struct {
	id  int64
	key ssh.Signer
}

// invitePeople makes a data folder with people in it who sign in by key.
func invitePeople(t *testing.T, dir string) []account {
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var people []account
	for n := range killClients {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		code, err := s.CreateInvite(t.Context(), store.Operator, store.Invite{Handle: handle(n), Name: "Somebody"})
		if err != nil {
			t.Fatal(err)
		}
		public := signer.PublicKey()
		p, err := s.RedeemCode(t.Context(), code.Text, store.Credential{Key: &store.Key{
			Fingerprint: ssh.FingerprintSHA256(public), Kind: public.Type(), Public: public.Marshal()}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MarkWelcomed(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		people = append(people, account{p.ID, signer})
	}
	return people
}

func handle(n int) string { return fmt.Sprintf("client%d", n) }

// posted is a post as the server acknowledged it.
type posted struct {
	ID     int64
	Author string
	Body   string
}

// killing is a server that comes and goes, and those who use it.
type killing struct {
	t      *testing.T
	dir    string
	people []account

	mu    sync.Mutex
	port  string        // "" before the first server
	ready chan struct{} // closed once the next server serves
}

func (r *running) kill() {
	r.cmd.Process.Kill()
	r.cmd.Wait()
}

// start runs a server, types a draft into it, and only then tells the clients where it is.
func (k *killing) start(round int) (*running, string) {
	r, port, err := startServer(exec.Command("tincan-raised", "serve", "--listen", "127.0.0.1:0", "--data", k.dir))
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(r.kill)
	draft := k.typeDraft(port, fmt.Sprintf(" thought %d, never sent", round))
	k.mu.Lock()
	defer k.mu.Unlock()
	close(k.ready)
	k.port, k.ready = port, make(chan struct{})
	return r, draft
}

func (k *killing) signIn(n int, port string) (*ssh.Client, error) {
	return ssh.Dial("tcp", net.JoinHostPort("127.0.0.1", port), &ssh.ClientConfig{
		User:            handle(n),
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(k.people[n].key)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
}

// dial signs in as a client, at the next server if the last one known is gone. nil if none comes.
func (k *killing) dial(n int) *ssh.Client {
	for {
		k.mu.Lock()
		port, ready := k.port, k.ready
		k.mu.Unlock()
		c, err := k.signIn(n, port)
		if err == nil {
			return c
		}
		select {
		case <-ready:
		case <-time.After(patience):
			k.t.Errorf("%s does not get in: %v", handle(n), err)
			return nil
		}
	}
}

// post writes a client's posts one after the other. One that is not acknowledged is never sent again.
func (k *killing) post(n int, acknowledged chan<- posted) {
	c := k.dial(n)
	for i := 0; i < killPosts && c != nil; i++ {
		body := fmt.Sprintf("%s says %d", handle(n), i)
		out, err := command(c, "post '#everyone' '"+body+"' --json")
		var p posted
		if err != nil || json.Unmarshal(out, &p) != nil {
			c.Close()
			c = k.dial(n)
			continue
		}
		if p.Body != body || p.Author != handle(n) {
			k.t.Errorf("%q by %s was acknowledged as %+v", body, handle(n), p)
		}
		acknowledged <- p
	}
	if c != nil {
		c.Close()
	}
}

func command(c *ssh.Client, line string) ([]byte, error) {
	s, err := c.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Output(line)
}

// typeDraft types text into the first client's composer, after what waits there, and returns the
// draft once it is stored. The screen stays open.
func (k *killing) typeDraft(port, text string) string {
	screen := newWatched()
	err := func() error {
		c, err := k.signIn(0, port)
		if err != nil {
			return err
		}
		s, err := c.NewSession()
		if err != nil {
			return err
		}
		s.Stdout = screen
		in, err := s.StdinPipe()
		if err != nil {
			return err
		}
		if err := errors.Join(s.RequestPty("xterm-256color", 24, 80, nil), s.Shell()); err != nil {
			return err
		}
		if _, err := screen.wait(regexp.MustCompile("Write to|»")); err != nil {
			return err
		}
		_, err = io.WriteString(in, "n"+text)
		return err
	}()
	if err != nil {
		k.t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if draft := k.draft(); strings.HasSuffix(draft, text) {
			return draft
		}
	}
	k.t.Fatalf("the draft was never stored; the screen got %q", screen)
	return ""
}

// draft reads the first client's draft for #everyone from the file, whether it is being served or not.
func (k *killing) draft() string {
	s, err := store.Open(k.t.Context(), k.dir, store.Options{})
	if err != nil {
		k.t.Fatal(err)
	}
	defer s.Close()
	me := k.people[0].id
	everyone, err := s.Channel(k.t.Context(), me, "everyone")
	if err != nil {
		k.t.Fatal(err)
	}
	d, err := s.Draft(k.t.Context(), me, store.Place{Channel: everyone.ID})
	if err != nil {
		k.t.Fatal(err)
	}
	return d.Body
}

// compare reads the channel back over SSH and compares it with what was acknowledged.
func (k *killing) compare(all []posted) {
	c := k.dial(1)
	out, err := command(c, "read '#everyone' -n 10000 --json")
	if err != nil {
		k.t.Fatal(err)
	}
	kept := map[int64]posted{}
	bodies := map[string]bool{}
	last := map[string]int{}
	for line := range strings.Lines(string(out)) {
		var p posted
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			k.t.Fatal(err)
		}
		if bodies[p.Body] {
			k.t.Errorf("%q is there twice", p.Body)
		}
		bodies[p.Body], kept[p.ID] = true, p
		var i int
		if _, err := fmt.Sscanf(p.Body, p.Author+" says %d", &i); err != nil || i < last[p.Author] {
			k.t.Errorf("%q of %s is out of order", p.Body, p.Author)
		}
		last[p.Author] = i
	}
	for _, p := range all {
		if kept[p.ID] != p {
			k.t.Errorf("acknowledged %+v, kept %+v", p, kept[p.ID])
		}
	}
}
