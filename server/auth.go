package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

const (
	askCode     = "Invite code, or Enter to sign in with a password: "
	askNew      = "New password: "
	askAgain    = "The same again: "
	askHandle   = "Handle: "
	askPassword = "Password: "
)

// What the successful callback says of a connection, in Permissions.Extensions.
const (
	extPerson = "person" // the id
	extResets = "resets" // how often their ways in had been reset by then
	extOffer  = "offer"  // a key that was proven and belongs to nobody, base64 of the wire form
)

// Why somebody was not let in, as it is counted: all there are, and none of them says whom.
const (
	refusedCode     = "code"     // a wrong one
	refusedPassword = "password" // a wrong one, or a handle that there is not
	refusedGuesses  = "guesses"  // so many wrong ones that no more are looked at just now
	refusedPerson   = "person"   // known, and not let in: suspended, gone, or here too often
	refusedLate     = "late"     // took too long
	refusedBusy     = "busy"     // too many were signing in at once
)

// refused counts somebody who was not let in, and logs why.
func (s *Server) refused(from, reason string, why any) {
	s.metrics.refused(reason)
	s.Log.Info("refused", "from", from, "why", why)
}

// errUnknownKey refuses a key and says nothing: the client tries its next one.
var errUnknownKey = errors.New("unknown key")

// guest is a connection whose person is not known yet.
type guest struct {
	*conn
	key     gossh.PublicKey // proven, and nobody's
	prompts int             // shown
	wrong   int             // answers
}

// authConfig is the sign-in of one connection.
func (s *Server) authConfig(ctx ssh.Context) *gossh.ServerConfig {
	g := &guest{conn: ctx.Value(connKey{}).(*conn)}
	return &gossh.ServerConfig{
		Config:                      gossh.Config{Rand: entropy{rand.Reader, g.conn}},
		MaxAuthTries:                maxAuthTries,
		PublicKeyAuthAlgorithms:     s.algorithms,
		PublicKeyCallback:           g.offered,
		VerifiedPublicKeyCallback:   g.proven,
		KeyboardInteractiveCallback: g.ask,
		PreAuthConnCallback:         g.meet,
		BannerCallback: func(gossh.ConnMetadata) string { // called with the first request
			g.think(&g.asked)
			return ""
		},
	}
}

func (g *guest) meet(pre gossh.ServerPreAuthConn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pre = pre
}

// offered says whether the client may prove a key. The first one it may, whosever it
// is; after an unknown one only keys that let somebody in, so that nobody has to touch
// or confirm each key of an agent for nothing.
func (g *guest) offered(_ gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
	if cert, ok := key.(*gossh.Certificate); ok {
		if _, err := g.named(cert); err != nil && !errors.Is(err, store.ErrForbidden) {
			return nil, err
		}
		return &gossh.Permissions{CriticalOptions: cert.CriticalOptions}, nil
	}
	if g.key != nil {
		_, err := g.server.store.PersonByKey(g.server.ctx, gossh.FingerprintSHA256(key))
		if errors.Is(err, store.ErrNotFound) {
			return nil, errUnknownKey
		}
	}
	return &gossh.Permissions{}, nil
}

// proven decides on a key that the client has shown to hold.
func (g *guest) proven(_ gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string) (*gossh.Permissions, error) {
	if cert, ok := key.(*gossh.Certificate); ok {
		p, err := g.named(cert)
		if err != nil {
			return nil, g.turnAway(err)
		}
		return g.welcome(p, "")
	}
	fingerprint := gossh.FingerprintSHA256(key)
	p, err := g.server.store.PersonByKey(g.server.ctx, fingerprint)
	switch {
	case err == nil:
		return g.welcome(p, fingerprint)
	case !errors.Is(err, store.ErrNotFound):
		return nil, g.turnAway(err)
	case g.key != nil:
		return nil, errUnknownKey
	}
	g.key = key
	return nil, &gossh.PartialSuccessError{Next: gossh.ServerAuthCallbacks{
		PublicKeyCallback:           g.offered,
		KeyboardInteractiveCallback: g.ask,
	}}
}

// welcome lets a person in: what it returns is who they are for the whole connection.
func (g *guest) welcome(p store.Person, fingerprint string) (*gossh.Permissions, error) {
	if !g.signIn(p.ID) {
		return nil, g.turnAway(refuse(nil, "You are connected %d times already. Close one first.", connectionsPerson))
	}
	g.server.metrics.signedIn()
	if err := g.server.store.SignedIn(g.server.ctx, p.ID, fingerprint); err != nil {
		g.server.Log.Error("sign-in not noted", "person", p.ID, "err", err) // a full disk keeps nobody from reading
	}
	who := map[string]string{extPerson: strconv.FormatInt(p.ID, 10), extResets: strconv.Itoa(p.Resets)}
	if g.key != nil && fingerprint == "" {
		who[extOffer] = base64.StdEncoding.EncodeToString(g.key.Marshal())
	}
	return &gossh.Permissions{Extensions: who}, nil
}

// turnAway ends the connection of somebody who is known and may not come in, with a sentence.
func (g *guest) turnAway(err error) error {
	g.server.refused(g.from, refusedPerson, err)
	_ = g.pre.SendAuthBanner(g.server.explain(err) + "\r\n")
	g.Close()
	return err
}

// ask lets a client that has proven no known key answer questions.
func (g *guest) ask(meta gossh.ConnMetadata, challenge gossh.KeyboardInteractiveChallenge) (*gossh.Permissions, error) {
	d := &dialog{guest: g, user: meta.User(), challenge: challenge}
	if bytes.Contains(meta.ClientVersion(), []byte("dropbear")) {
		d.after = "\n" // other clients end the line of what is said by themselves
	}
	p, fingerprint, err := d.run()
	if err != nil {
		return nil, err
	}
	return g.welcome(p, fingerprint)
}

// dialog is the conversation of a guest with the prompts.
type dialog struct {
	*guest
	user      string // what the client calls its user
	challenge gossh.KeyboardInteractiveChallenge
	say       string // shown above the next prompt
	after     string // and what its line ends with
}

// errAgain asks anew; why is in dialog.say.
var errAgain = errors.New("asked again")

// run asks until somebody may come in, or has used up their wrong answers.
func (d *dialog) run() (p store.Person, fingerprint string, err error) {
	for {
		answer, err := d.prompt(askCode)
		if err != nil {
			return p, "", err
		}
		code := strings.TrimSpace(answer[0])
		switch {
		case code == "":
			p, err = d.password()
		case d.key != nil:
			fingerprint = gossh.FingerprintSHA256(d.key)
			p, err = d.redeem(code, store.Credential{Key: newKey(d.key), User: d.user})
		default:
			p, err = d.newPassword(code)
		}
		if err != errAgain {
			return p, fingerprint, err
		}
		fingerprint = ""
	}
}

// prompt asks one or two things at once and shows what is to be said above them. Passwords are not echoed.
func (d *dialog) prompt(questions ...string) ([]string, error) {
	if d.prompts++; d.prompts > maxPrompts {
		d.Close()
		return nil, errors.New("asked too often")
	}
	echo := make([]bool, len(questions))
	for i, q := range questions {
		echo[i] = q == askCode || q == askHandle
	}
	if d.say != "" {
		d.say += d.after
	}
	answers, err := d.challenge("", d.say, questions, echo)
	if err != nil {
		return nil, err
	}
	d.say = ""
	for i, a := range answers {
		answers[i] = a[:min(len(a), maxAnswer)]
	}
	return answers, nil
}

// password signs in with a handle and a password. No handle goes back to the code.
func (d *dialog) password() (store.Person, error) {
	for {
		a, err := d.prompt(askHandle, askPassword)
		if err != nil {
			return store.Person{}, err
		}
		handle := store.CleanHandle(a[0])
		if handle == "" {
			return store.Person{}, errAgain
		}
		var p store.Person
		err = d.judge(refusedPassword, func(ctx context.Context) (err error) {
			p, err = d.server.store.PersonByPassword(ctx, handle, a[1])
			return err
		}, toAccount(handle))
		if err != errAgain {
			return p, err
		}
	}
}

// newPassword exchanges a code for a password, for those who have no key.
func (d *dialog) newPassword(code string) (p store.Person, err error) {
	check := func(ctx context.Context) error { return d.server.store.CheckCode(ctx, code) }
	if err := d.judge(refusedCode, check); err != nil {
		return p, err
	}
	for range maxWrong {
		a, err := d.prompt(askNew, askAgain)
		if err != nil {
			return p, err
		}
		if a[0] != a[1] {
			d.say = "Those two are not the same. Type the new password twice."
			continue
		}
		p, err = d.server.store.RedeemCode(d.server.ctx, code, store.Credential{Password: a[0], User: d.user})
		if err == nil || check(d.server.ctx) != nil {
			return p, d.again(err)
		}
		d.say = d.server.explain(err)
	}
	return p, d.farewell("No password was set. Connect again and use the same code.")
}

// redeem exchanges a code for the way in that c is.
func (d *dialog) redeem(code string, c store.Credential) (p store.Person, err error) {
	err = d.judge(refusedCode, func(ctx context.Context) (err error) {
		p, err = d.server.store.RedeemCode(ctx, code, c)
		return err
	})
	return p, err
}

// failed reports whether it is us who could not look, rather than an answer that is wrong.
func failed(err error) bool {
	_, ours := store.Sentence(err)
	return !ours || errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrLimited)
}

// judge looks at an answer when it is its turn, and counts it if it is wrong.
func (d *dialog) judge(what string, look func(context.Context) error, also ...suspect) error {
	s := d.server
	suspects := append(also, fromAddress(d.from))
	wait, ok := s.guesses.take(suspects...)
	if !ok {
		s.refused(d.from, refusedGuesses, "too many wrong answers")
		return d.farewell("There have been too many wrong answers. Wait a minute, then connect again.")
	}
	select {
	case <-time.After(wait):
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	err := look(s.ctx)
	if err == nil || failed(err) {
		s.guesses.right(suspects...)
	} else {
		s.service.refused()
		s.refused(d.from, what, "wrong "+what)
	}
	return d.again(err)
}

// again counts a wrong answer and has its reason shown above the next prompt, or says goodbye after too many.
func (d *dialog) again(err error) error {
	if err == nil {
		return nil
	}
	d.say = d.server.explain(err)
	if d.wrong++; d.wrong < maxWrong {
		return errAgain
	}
	return d.farewell(d.say + " That was the last try for now; connect again for another.")
}

// farewell shows a sentence with nothing to answer, and ends the connection. OpenSSH hides it
// below LogLevel INFO, like a banner, but shows it where the person is looking.
func (d *dialog) farewell(text string) error {
	d.say = text
	_, _ = d.prompt()
	d.Close()
	return refuse(nil, "%s", text)
}

// newKey is a public key as the store keeps it.
func newKey(k gossh.PublicKey) *store.Key {
	return &store.Key{Fingerprint: gossh.FingerprintSHA256(k), Kind: k.Type(), Public: k.Marshal()}
}

// pass is what welcome said of a connection: who it is, and a key of theirs that nobody has yet.
type pass struct {
	person int64
	resets int
	offer  *store.Key
}

func identity(p *gossh.Permissions) (who pass, err error) {
	if who.person, err = strconv.ParseInt(p.Extensions[extPerson], 10, 64); err != nil {
		return pass{}, err
	}
	if who.resets, err = strconv.Atoi(p.Extensions[extResets]); err != nil {
		return pass{}, err
	}
	wire, err := base64.StdEncoding.DecodeString(p.Extensions[extOffer])
	if err != nil || len(wire) == 0 {
		return who, err
	}
	key, err := gossh.ParsePublicKey(wire)
	if err != nil {
		return pass{}, err
	}
	who.offer = newKey(key)
	return who, nil
}
