package server

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
	_ "modernc.org/sqlite" // tests look at the file by another way than the program

	"tincan/store"
)

// talk answers prompts in turn and keeps what was said above each. Its last answer is given for ever.
type talk struct {
	answers []string
	mu      sync.Mutex
	said    []string
	asked   []string
	echoed  []bool
}

func (k *talk) method() gossh.AuthMethod { return gossh.KeyboardInteractive(k.challenge) }

func (k *talk) challenge(_, say string, questions []string, echos []bool) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.said = append(k.said, say)
	k.asked = append(k.asked, questions...)
	k.echoed = append(k.echoed, echos...)
	answers := make([]string, len(questions))
	for i := range answers {
		answers[i] = k.answers[0]
		if len(k.answers) > 1 {
			k.answers = k.answers[1:]
		}
	}
	return answers, nil
}

func (k *talk) heard() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.said, "\n")
}

func TestKnownKey(t *testing.T) {
	r := start(t)
	p, key := r.member("maya")
	if got := r.whoami(r.enter(key)); got != "maya" {
		t.Errorf("in as %q", got)
	}
	keys, err := r.store.Keys(t.Context(), p.ID)
	if err != nil || keys[0].UsedAt.IsZero() {
		t.Errorf("its use was not noted: %v %v", keys, err)
	}
}

func TestUnknownKeyAndCode(t *testing.T) {
	r := start(t)
	key, k := newSigner(t), &talk{answers: []string{r.invite("maya")}}
	c, err := r.dial(gossh.PublicKeys(key), k.method())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.whoami(c); got != "maya" {
		t.Errorf("in as %q", got)
	}
	if !slices.Equal(k.asked, []string{askCode}) || !slices.Equal(k.echoed, []bool{true}) {
		t.Errorf("asked %q, echoed %v", k.asked, k.echoed)
	}
	if got := r.whoami(r.enter(key)); got != "maya" {
		t.Errorf("later in as %q", got)
	}
}

func TestCodeAndPassword(t *testing.T) {
	r := start(t)
	code := r.invite("maya")
	k := &talk{answers: []string{code, "short", "short", "long enough", "not the same", "long enough", "long enough"}}
	c, err := r.dial(k.method())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.whoami(c); got != "maya" {
		t.Errorf("in as %q", got)
	}
	if want := []string{askCode, askNew, askAgain, askNew, askAgain, askNew, askAgain}; !slices.Equal(k.asked, want) {
		t.Errorf("asked %q", k.asked)
	}
	if slices.Contains(k.echoed[1:], true) {
		t.Error("a password was echoed")
	}
	for _, want := range []string{"at least 10 characters", "Those two are not the same."} {
		if !strings.Contains(k.heard(), want) {
			t.Errorf("not told %q but %q", want, k.heard())
		}
	}

	again := &talk{answers: []string{"", "@Maya", "wrong", "", "", "", "maya", "long enough"}}
	c, err = r.dial(again.method())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.whoami(c); got != "maya" {
		t.Errorf("by password in as %q", got)
	}
	// A wrong password asks again; no handle goes back to the code.
	if want := []string{askCode, askHandle, askPassword, askHandle, askPassword, askCode, askHandle, askPassword}; !slices.Equal(again.asked, want) {
		t.Errorf("asked %q", again.asked)
	}
}

func TestBadCodes(t *testing.T) {
	clock := &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	r := start(t, func(c *Config) { c.Now = clock.now })
	used, expired := r.invite("nils"), r.invite("pia")
	if _, err := r.store.RedeemCode(t.Context(), used, store.Credential{Password: "long enough"}); err != nil {
		t.Fatal(err)
	}
	clock.add(store.DefaultInviteValid + time.Second)
	good := r.invite("maya")
	for _, withKey := range []bool{true, false} {
		k := &talk{answers: []string{"wrong", used, expired, good, "a new password", "a new password"}}
		methods := []gossh.AuthMethod{k.method()}
		if withKey {
			methods = append(methods, gossh.PublicKeys(newSigner(t)))
		}
		c, err := r.dial(methods...)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.whoami(c); got != "maya" {
			t.Errorf("in as %q", got)
		}
		want := []string{"", "That code is not known. ", "That code has been used. ", "That code has expired. "}
		for i, w := range want {
			if !strings.HasPrefix(k.said[i], w) || w == "" && k.said[i] != "" {
				t.Errorf("with a key %v, said %d: %q", withKey, i, k.said[i])
			}
		}
		good = r.invite("maya") // for the second round
	}
}

// clock is a time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestTooManyWrongAnswers(t *testing.T) {
	r := start(t)
	r.member("maya")
	for name, k := range map[string]*talk{
		"codes":     {answers: []string{"wrong"}},
		"passwords": {answers: []string{"", "maya"}},
	} {
		c, err := r.dial(k.method())
		if err == nil {
			c.Close()
			t.Fatalf("%s: in", name)
		}
		if last := k.said[len(k.said)-1]; !strings.Contains(last, "That was the last try for now") {
			t.Errorf("%s: the last word was %q", name, last)
		}
		if n := len(k.said) - 1; n < maxWrong || n > maxWrong+1 {
			t.Errorf("%s: asked %d times", name, n)
		}
		if !strings.Contains(r.log.String(), "msg=refused") {
			t.Errorf("%s: not in the log", name)
		}
	}
}

// A wrong password for somebody reads like one for nobody.
func TestPasswordTellsNothing(t *testing.T) {
	r := start(t)
	p, _ := r.member("maya")
	if err := r.store.SetPassword(t.Context(), p.ID, "long enough"); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, handle := range []string{"maya", "nobody"} {
		k := &talk{answers: []string{"", handle, "wrong password", ""}} // then Enter for ever
		if _, err := r.dial(k.method()); err == nil {
			t.Fatal("in")
		}
		if len(k.asked) > 2*maxPrompts {
			t.Errorf("asked %d times", len(k.asked))
		}
		said = append(said, k.said[2])
		if want := []string{askCode, askHandle, askPassword}; !slices.Equal(k.asked[:3], want) {
			t.Errorf("asked %q", k.asked[:3])
		}
	}
	if said[0] == "" || said[0] != said[1] {
		t.Errorf("told %q and %q", said[0], said[1])
	}
}

func TestManyKeys(t *testing.T) {
	for _, n := range []int{1, 5, 6, 12} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			r := start(t)
			_, known := r.member("maya")
			var keys []gossh.Signer
			for range n - 1 {
				keys = append(keys, newSigner(t))
			}
			k := &talk{answers: []string{"no"}}
			c, err := r.dial(gossh.PublicKeys(append(keys, known)...), k.method())
			if err != nil {
				t.Fatal(err)
			}
			if got := r.whoami(c); got != "maya" || len(k.asked) > 0 {
				t.Errorf("in as %q, asked %q", got, k.asked)
			}
			stranger := newSigner(t)
			code := &talk{answers: []string{r.invite("nils")}}
			c, err = r.dial(gossh.PublicKeys(append([]gossh.Signer{stranger}, keys...)...), code.method())
			if err != nil {
				t.Fatal(err)
			}
			if got := r.whoami(c); got != "nils" {
				t.Errorf("in as %q", got)
			}
			if got := r.whoami(r.enter(stranger)); got != "nils" {
				t.Errorf("later in as %q", got)
			}
		})
	}
}

// offerOnly holds a public key and cannot sign with it.
type offerOnly struct{ key gossh.PublicKey }

func (o offerOnly) PublicKey() gossh.PublicKey { return o.key }
func (o offerOnly) Sign(io.Reader, []byte) (*gossh.Signature, error) {
	return nil, errors.New("this key is not ours")
}

// Somebody who offers the key of another person, and then comes in by a way of their own, is themselves.
func TestOfferedKeyIsNotProven(t *testing.T) {
	r := start(t)
	victim, key := r.member("maya")
	stolen := gossh.PublicKeys(offerOnly{key.PublicKey()})
	own := newSigner(t)

	// In turn: the stolen key, then a code without a key; the same with a key of one's own; by password.
	attempts := []struct {
		name string
		auth []gossh.AuthMethod
		want string
	}{
		{"code", []gossh.AuthMethod{stolen, (&talk{answers: []string{r.invite("eve"), "a new password", "a new password"}}).method()}, "eve"},
		{"key", []gossh.AuthMethod{stolen, gossh.PublicKeys(own), stolen, (&talk{answers: []string{r.invite("mallory")}}).method()}, "mallory"},
		{"password", []gossh.AuthMethod{stolen, (&talk{answers: []string{"", "eve", "a new password"}}).method()}, "eve"},
	}
	for _, a := range attempts {
		next := 0
		c, err := r.dialConfig(&gossh.ClientConfig{User: "maya", AuthCallback: func(*gossh.ClientAuthContext) (gossh.AuthMethod, error) {
			if next == len(a.auth) {
				return nil, errors.New("no further way")
			}
			next++
			return a.auth[next-1], nil
		}})
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		if got := r.whoami(c); got != a.want || next != len(a.auth) {
			t.Errorf("%s: in as %q after %d ways", a.name, got, next)
		}
	}
	if p, err := r.store.PersonByKey(t.Context(), gossh.FingerprintSHA256(key.PublicKey())); err != nil || p.ID != victim.ID {
		t.Errorf("the key now belongs to %v: %v", p, err)
	}
	if p, err := r.store.PersonByKey(t.Context(), gossh.FingerprintSHA256(own.PublicKey())); err != nil || p.Handle != "mallory" {
		t.Errorf("the own key belongs to %v: %v", p, err)
	}
	if _, err := r.dial(stolen); err == nil {
		t.Error("in with a key that was never proven")
	}
}

// A key proven before a password sign-in is not bound by it, only offered for binding.
func TestPasswordOffersTheKey(t *testing.T) {
	r := start(t)
	p, _ := r.member("maya")
	if err := r.store.SetPassword(t.Context(), p.ID, "long enough"); err != nil {
		t.Fatal(err)
	}
	key := newSigner(t)
	k := &talk{answers: []string{"", "maya", "long enough"}}
	if _, err := r.dial(gossh.PublicKeys(key), k.method()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.PersonByKey(t.Context(), gossh.FingerprintSHA256(key.PublicKey())); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the key was bound: %v", err)
	}
	g := &guest{conn: &conn{server: r.server}, key: key.PublicKey()}
	g.clock = time.AfterFunc(time.Hour, func() {})
	r.server.waiting.enter("")
	perms, err := g.welcome(p, "")
	if err != nil {
		t.Fatal(err)
	}
	who, err := identity(perms)
	if err != nil || who.person != p.ID || who.resets != 0 || who.offer == nil || who.offer.Fingerprint != gossh.FingerprintSHA256(key.PublicKey()) {
		t.Errorf("%+v %v", who, err)
	}
	r.server.inside.leave(p.ID)
}

// refusal dials and returns what was said before the connection was closed.
func (r *rig) refusal(auth ...gossh.AuthMethod) string {
	r.Helper()
	var said []string
	c, err := r.dialConfig(&gossh.ClientConfig{User: "somebody", Auth: auth, BannerCallback: func(text string) error {
		said = append(said, text)
		return nil
	}})
	if err == nil {
		c.Close()
		r.Error("in")
	}
	return strings.Join(said, "")
}

func TestSuspendedPersonIsTold(t *testing.T) {
	r := start(t)
	p, key := r.member("maya")
	if err := r.store.SetPassword(t.Context(), p.ID, "long enough"); err != nil {
		t.Fatal(err)
	}
	inside := r.enter(key)
	r.suspend("maya")
	want := "Your access is suspended. Ask whoever invited you."
	if got := r.refusal(gossh.PublicKeys(key)); got != want+"\r\n" {
		t.Errorf("with the key: %q", got)
	}
	k := &talk{answers: []string{"", "maya", "long enough"}}
	r.refusal(k.method())
	if !strings.Contains(k.heard(), want) {
		t.Errorf("with the password: %q", k.heard())
	}
	if out, errs, status := r.run(inside, "whoami", ""); status != 1 || out != "" || errs != want+"\n" {
		t.Errorf("on a connection that was open: %d %q %q", status, out, errs)
	}
	// Who only offers the key, learns nothing.
	if got := r.refusal(gossh.PublicKeys(offerOnly{key.PublicKey()})); got != "" {
		t.Errorf("without proof: %q", got)
	}
}

// suspend changes a person in the file alone: nobody tells the connections that are open, as the store would.
func (r *rig) suspend(handle string) {
	r.Helper()
	r.raw("UPDATE person SET state = ? WHERE handle = ?", store.Suspended, handle)
}

// raw changes the file by another way than the program.
func (r *rig) raw(query string, args ...any) {
	r.Helper()
	db, err := sql.Open("sqlite", filepath.Join(r.dir, store.File)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		r.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query, args...); err != nil {
		r.Fatal(err)
	}
}

// Where the place cannot look at an answer, that is no wrong one: nobody is slowed down, and none is counted.
func TestFailureIsNoWrongAnswer(t *testing.T) {
	r := start(t)
	r.member("maya")
	r.raw("ALTER TABLE password RENAME TO elsewhere")
	k := &talk{answers: append([]string{""}, slices.Repeat([]string{"maya", "long enough"}, maxWrong)...)}
	r.refusal(k.method())
	if !strings.Contains(k.heard(), "Something went wrong on our side.") {
		t.Errorf("told %q", k.heard())
	}
	if strings.Contains(r.log.String(), "wrong "+refusedPassword) {
		t.Error("counted as wrong")
	}
	if n := len(r.server.guesses.seen); n != 0 {
		t.Errorf("%d are slowed down", n)
	}
}

func TestConnectionsOfAPerson(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	first := r.enter(key)
	for range connectionsPerson - 1 {
		r.enter(key)
	}
	if got := r.refusal(gossh.PublicKeys(key)); got != "You are connected 20 times already. Close one first.\r\n" {
		t.Errorf("one more: %q", got)
	}
	first.Close()
	r.eventually("its place is free", func() bool {
		c, err := r.dial(gossh.PublicKeys(key))
		return err == nil && c != nil
	})
}

func TestSlowPeople(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Limits.FirstRequest = 300 * time.Millisecond
		c.Limits.PromptTime = 1500 * time.Millisecond
	})
	silent, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	silent.SetReadDeadline(time.Now().Add(soon))
	if _, err := io.Copy(io.Discard, silent); err != nil {
		t.Errorf("a client that says nothing was kept: %v", err)
	}

	// Somebody who looks for the code for longer than a machine may take.
	code := r.invite("maya")
	c, err := r.dial(gossh.PublicKeys(newSigner(t)), gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) {
		<-time.After(600 * time.Millisecond)
		return []string{code}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.whoami(c); got != "maya" {
		t.Errorf("in as %q", got)
	}

	// Somebody who never finds it is let go.
	_, err = r.dial(gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
		r.eventually("the server gives up", func() bool { return len(r.server.open()) == 1 })
		return make([]string, len(q)), nil
	}))
	if err == nil || !strings.Contains(r.log.String(), "took too long to sign in") {
		t.Errorf("the time was over: %v", err)
	}
}

// open is the connections there are.
func (s *Server) open() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*conn
	for c := range s.conns {
		all = append(all, c)
	}
	return all
}

func TestWaitingConnectionsAreBounded(t *testing.T) {
	r := start(t, func(c *Config) { c.Limits.WaitingAddress = 3 })
	_, key := r.member("maya")
	c := r.enter(key) // signed in: does not count
	var waiting []net.Conn
	for range 3 {
		n, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		waiting = append(waiting, n)
	}
	r.eventually("all are accepted", func() bool { return len(r.server.open()) == 4 })
	n, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	text, _ := io.ReadAll(n)
	if string(text) != "Too many people are signing in just now. Try again in a minute.\r\n" {
		t.Errorf("told %q", text)
	}
	if got := r.whoami(c); got != "maya" {
		t.Errorf("signed in as %q", got)
	}
	waiting[0].Close()
	r.eventually("its place is free", func() bool { return len(r.server.open()) == 3 })
	r.enter(key)
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7:4022":           "192.0.2.7",
		"[::ffff:192.0.2.7]:4022":  "192.0.2.7",
		"[2001:db8:1:2:3::4]:4022": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:4022":      "fe80::/64",
	} {
		if got := address(named(in)); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}

// named is an address that is only its text.
type named string

func (n named) Network() string { return "tcp" }
func (n named) String() string  { return string(n) }
