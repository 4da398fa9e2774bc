package server

import (
	"sync"
	"time"
)

const (
	freeAddress = 20               // wrong answers from one address before they are slowed: an office makes some
	freeAccount = 3                // the same for one handle
	slowFirst   = time.Second      // the first wait; each further wrong answer doubles it
	slowMost    = 16 * time.Second // the longest: 5,400 guesses a day, against ten characters
	slowSteps   = 6                // wrong answers beyond the free ones that are kept in mind, so that ten minutes forgive all
	slowQueue   = 40 * time.Second // answers that would wait longer are not taken at all
	forgive     = time.Minute      // a wrong answer is forgotten after that
	suspectsMax = 10_000           // addresses and handles that are remembered: about 1 MB
)

// crowd counts what is open under each key.
type crowd[K comparable] struct {
	each, all int // the most under one key, and in all; all 0: any number
	mu        sync.Mutex
	open      map[K]int
	total     int
}

// enter counts one more under k, or reports false where that would be too many.
func (c *crowd[K]) enter(k K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[k] >= c.each || c.all > 0 && c.total >= c.all {
		return false
	}
	if c.open == nil {
		c.open = map[K]int{}
	}
	c.open[k]++
	c.total++
	return true
}

// leave undoes one enter.
func (c *crowd[K]) leave(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	if c.open[k]--; c.open[k] == 0 {
		delete(c.open, k)
	}
}

// suspect is an address or a handle under which wrong answers are counted.
type suspect struct {
	name string
	free int // wrong answers before they are slowed
}

func fromAddress(addr string) suspect { return suspect{"from " + addr, freeAddress} }
func toAccount(handle string) suspect { return suspect{"to " + handle, freeAccount} }

// guesses slows wrong answers down, more with each one. An answer counts as wrong
// from the moment it is given until it turns out right, and the next one under the
// same suspect has its turn only after it: many connections at once gain nothing.
type guesses struct {
	now   func() time.Time
	mu    sync.Mutex
	seen  map[suspect]*guess
	swept time.Time // when the forgiven were last dropped
}

type guess struct {
	wrong int
	last  time.Time // when wrong last changed
	next  time.Time // before that, no further answer is judged
}

// take gives an answer its turn: how long to wait before it may be judged, or
// false where so many wait already that it is not judged at all.
func (g *guesses) take(all ...suspect) (wait time.Duration, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for _, s := range all {
		wait = max(wait, g.about(s, now).next.Sub(now))
	}
	if wait > slowQueue {
		return 0, false
	}
	for _, s := range all {
		e := g.about(s, now)
		e.wrong, e.last = min(e.wrong+1, s.free+slowSteps), now
		e.next = now.Add(wait + slow(e.wrong-s.free))
	}
	return wait, true
}

// right takes back that an answer counted as wrong; after a right password its account starts afresh.
func (g *guesses) right(all ...suspect) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range all {
		e := g.seen[s]
		switch {
		case e == nil:
		case e.wrong <= 1 || s.free == freeAccount:
			delete(g.seen, s)
		default:
			e.wrong--
		}
	}
}

// slow is how long to wait after the nth answer that is not free.
func slow(n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return min(slowFirst<<min(n-1, 10), slowMost)
}

// about is what is known of s, with what time has forgiven taken off. When memory is full,
// all further suspects share one entry: they are slowed together until others are forgiven.
func (g *guesses) about(s suspect, now time.Time) *guess {
	if g.seen == nil {
		g.seen = map[suspect]*guess{}
	}
	e := g.seen[s]
	if e == nil && len(g.seen) >= suspectsMax && now.Sub(g.swept) >= forgive {
		g.swept = now
		for other, e := range g.seen {
			if e.age(now); e.wrong == 0 {
				delete(g.seen, other)
			}
		}
	}
	if e == nil && len(g.seen) >= suspectsMax {
		s = suspect{}
		e = g.seen[s]
	}
	if e == nil {
		e = &guess{last: now}
		g.seen[s] = e
	}
	e.age(now)
	return e
}

// age forgives one wrong answer a minute.
func (e *guess) age(now time.Time) {
	if n := int(now.Sub(e.last) / forgive); n > 0 {
		e.wrong = max(e.wrong-n, 0)
		e.last = e.last.Add(time.Duration(n) * forgive)
	}
}
