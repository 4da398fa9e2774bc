package server

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// conn is one client's connection from accepting it to closing it. It is counted
// under its address until somebody has signed in, and under that person from then on.
type conn struct {
	net.Conn
	server *Server
	from   string      // the address, without port
	clock  *time.Timer // ends a sign-in that takes too long

	mu       sync.Mutex
	closed   bool
	shown    bool  // the client has our host key, and may have a question about it
	asked    bool  // the client has sent its first sign-in request
	person   int64 // 0 until signed in
	sessions int   // open session channels
	reading  bool  // signed in: silence is counted from byte to byte
	pre      gossh.ServerPreAuthConn
	alive    *time.Timer // asks for the next sign of life; nil before the first session
}

type connKey struct{}

// accept counts a new connection; nil turns it away.
func (s *Server) accept(ctx ssh.Context, nc net.Conn) net.Conn {
	c := &conn{Conn: nc, server: s, from: address(nc.RemoteAddr())}
	if !s.waiting.enter(c.from) {
		s.refused(c.from, refusedBusy, "too many sign-ins at once")
		// Lines before the version are allowed, and some clients show them: RFC 4253 §4.2.
		_ = nc.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(nc, "Too many people are signing in just now. Try again in a minute.\r\n")
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		s.waiting.leave(c.from)
		return nil
	}
	s.conns[c] = true
	c.clock = time.AfterFunc(s.Limits.FirstRequest, c.tooLate)
	ctx.SetValue(connKey{}, c)
	return c
}

// address is what a connection is counted under: the IPv4 address, or the network of an IPv6 one, which is all one household's.
func address(a net.Addr) string {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	ip := ap.Addr().Unmap()
	if ip.Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return ip.String()
}

// tooLate ends a sign-in. A person who was asked something is told.
func (c *conn) tooLate() {
	c.mu.Lock()
	asked, pre := c.asked, c.pre
	c.mu.Unlock()
	c.server.refused(c.from, refusedLate, "took too long to sign in")
	if asked && pre != nil {
		_ = pre.SendAuthBanner("That took too long. Connect again when you have your code at hand.\r\n")
	}
	c.Close()
}

// think gives a person time to think, once for each of the reasons: whether the host key is
// the right one, and what to answer.
func (c *conn) think(reason *bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !*reason && c.clock.Stop() {
		c.clock.Reset(c.server.Limits.PromptTime)
	}
	*reason = true
}

// hostKey is the server's key, and tells a connection when it has been used: until then a
// machine is at work, and from then on a person may be comparing fingerprints.
type hostKey struct{ gossh.Signer }

// entropy is the random source of one connection, by which hostKey knows it.
type entropy struct {
	io.Reader
	conn *conn
}

func (k hostKey) Sign(random io.Reader, data []byte) (*gossh.Signature, error) {
	return k.SignWithAlgorithm(random, data, "")
}

// SignWithAlgorithm is Sign for keys that know several, as RSA does.
func (k hostKey) SignWithAlgorithm(random io.Reader, data []byte, algorithm string) (*gossh.Signature, error) {
	if e, ok := random.(entropy); ok {
		e.conn.think(&e.conn.shown)
	}
	if a, ok := k.Signer.(gossh.AlgorithmSigner); ok {
		return a.SignWithAlgorithm(random, data, algorithm)
	}
	return k.Signer.Sign(random, data)
}

// signIn counts the connection under its person; false if they have too many.
func (c *conn) signIn(person int64) bool {
	if !c.server.inside.enter(person) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.person != 0 {
		c.server.inside.leave(person)
		return false
	}
	c.person = person
	c.clock.Stop()
	c.server.waiting.leave(c.from)
	return true
}

// openSession counts a session channel, and starts asking the client for a sign of life.
func (c *conn) openSession(sc *gossh.ServerConn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions >= sessionsConn {
		return false
	}
	c.sessions++
	if c.alive == nil {
		c.alive = time.AfterFunc(c.server.Limits.KeepAlive, func() { c.keepAlive(sc) })
	}
	return true
}

// closeSession undoes openSession. A server that stops closes the connection with its last session.
func (c *conn) closeSession() {
	c.mu.Lock()
	c.sessions--
	c.mu.Unlock()
	if c.server.ctx.Err() != nil && c.idle() {
		c.Close()
	}
}

// idle reports whether no session is open.
func (c *conn) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions == 0
}

// keepAlive makes a living client send bytes, and firewalls remember the line.
func (c *conn) keepAlive(sc *gossh.ServerConn) {
	if _, _, err := sc.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.alive.Reset(c.server.Limits.KeepAlive)
	}
}

// SetDeadline is how the library bounds the handshake; the zero time ends that, and our own bounds begin.
func (c *conn) SetDeadline(t time.Time) error {
	if !t.IsZero() {
		return c.Conn.SetDeadline(t)
	}
	c.mu.Lock()
	c.reading = true
	c.mu.Unlock()
	if err := c.Conn.SetDeadline(t); err != nil {
		return err
	}
	return c.SetReadDeadline(time.Now().Add(c.server.Limits.Idle))
}

// Read gives a signed-in client another while for its next byte.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.inside() {
		_ = c.SetReadDeadline(time.Now().Add(c.server.Limits.Idle))
	}
	return n, err
}

// Write gives up on a signed-in client whose line takes nothing more.
func (c *conn) Write(p []byte) (int, error) {
	if !c.inside() {
		return c.Conn.Write(p)
	}
	_ = c.SetWriteDeadline(time.Now().Add(c.server.Limits.Stall))
	n, err := c.Conn.Write(p)
	if err != nil {
		c.Close()
	}
	return n, err
}

func (c *conn) inside() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reading
}

// Close closes the connection and takes it out of every count.
func (c *conn) Close() error {
	c.mu.Lock()
	closed, person := c.closed, c.person
	c.closed = true
	if c.alive != nil {
		c.alive.Stop()
	}
	c.mu.Unlock()
	if !closed {
		c.clock.Stop()
		if person == 0 {
			c.server.waiting.leave(c.from)
		} else {
			c.server.inside.leave(person)
		}
		c.server.mu.Lock()
		delete(c.server.conns, c)
		c.server.mu.Unlock()
	}
	return c.Conn.Close()
}
