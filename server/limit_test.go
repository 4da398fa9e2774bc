package server

import (
	"fmt"
	"testing"
	"time"
)

func TestCrowd(t *testing.T) {
	c := crowd[string]{each: 2, all: 3}
	for i, step := range []struct {
		who  string
		want bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", false}} {
		if got := c.enter(step.who); got != step.want {
			t.Errorf("step %d: %v", i, got)
		}
	}
	c.leave("a")
	if !c.enter("b") {
		t.Error("a place that was left is not free")
	}
	for _, who := range []string{"a", "b", "b"} {
		c.leave(who)
	}
	if len(c.open) != 0 || c.total != 0 {
		t.Errorf("remembers %v, %d", c.open, c.total)
	}
}

// newGuesses has a clock that stands still until it is moved.
func newGuesses() (*guesses, *clock) {
	c := &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	return &guesses{now: c.now}, c
}

func TestGuessesSlowDown(t *testing.T) {
	g, clock := newGuesses()
	s := toAccount("maya")
	var waits []time.Duration
	for range 9 {
		wait, ok := g.take(s)
		if !ok {
			t.Fatal("not judged")
		}
		waits = append(waits, wait)
		clock.add(wait)
	}
	sec := time.Second
	if got, want := fmt.Sprint(waits), fmt.Sprint([]time.Duration{0, 0, 0, 0, sec, 2 * sec, 4 * sec, 8 * sec, 16 * sec}); got != want {
		t.Errorf("waits %s, not %s", got, want)
	}
	g.right(s)
	if wait, _ := g.take(s); wait != 0 {
		t.Errorf("after a right answer still %s", wait)
	}
	if wait, _ := g.take(toAccount("nils")); wait != 0 {
		t.Errorf("another account waits %s", wait)
	}
}

// Answers given at the same moment have their turns one after the other.
func TestGuessesInParallel(t *testing.T) {
	g, _ := newGuesses()
	s := toAccount("maya")
	judged, longest := 0, time.Duration(0)
	for range 100 {
		if wait, ok := g.take(s, fromAddress("192.0.2.7")); ok {
			judged++
			longest = max(longest, wait)
		}
	}
	if judged > freeAccount+slowSteps+1 || longest > slowQueue {
		t.Errorf("%d of 100 are judged, within %s", judged, longest)
	}
}

func TestGuessesForgive(t *testing.T) {
	g, clock := newGuesses()
	s := fromAddress("192.0.2.7")
	for range 1000 {
		wait, _ := g.take(s)
		clock.add(wait)
	}
	clock.add(time.Duration(freeAddress+slowSteps) * forgive)
	for range freeAddress {
		if wait, ok := g.take(s); wait != 0 || !ok {
			t.Fatalf("after half an hour an answer waits %s (%v)", wait, ok)
		}
	}
}

func TestGuessesMemoryIsBounded(t *testing.T) {
	g, clock := newGuesses()
	for i := range 3 * suspectsMax {
		g.take(toAccount(fmt.Sprint(i)))
	}
	if len(g.seen) > suspectsMax+1 {
		t.Errorf("%d are remembered", len(g.seen))
	}
	if wait, ok := g.take(toAccount("one more")); ok && wait == 0 {
		t.Error("who came when memory was full goes unslowed")
	}
	clock.add(2 * forgive)
	if wait, ok := g.take(toAccount("later")); !ok || wait != 0 {
		t.Errorf("later still %s %v", wait, ok)
	}
	if len(g.seen) > 2 {
		t.Errorf("%d are still remembered", len(g.seen))
	}
}
