package server

import (
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

// What the server counts of itself: wrong answers, keys that the screen followed, and the time that it was there.
func TestServiceIsCounted(t *testing.T) {
	r := start(t)
	p, key := r.member("maya")
	if err := r.store.SetAdmin(t.Context(), store.Operator, "maya", true, "test"); err != nil {
		t.Fatal(err)
	}
	k := &talk{answers: []string{"not-a-code"}}
	if _, err := r.dial(k.method()); err == nil {
		t.Fatal("in")
	}
	screen := r.terminal(r.enter(key), 80, 24)
	r.shows(screen, 80, 24, "Your name")
	fmt.Fprint(screen.keys, "x")
	r.shows(screen, 80, 24, "Mayax")
	counted := func() (n int64) {
		r.server.service.mu.Lock()
		defer r.server.service.mu.Unlock()
		for _, k := range r.server.service.count.Keys {
			n += k
		}
		return n
	}
	r.eventually("the key is counted", func() bool { return counted() > 0 })
	r.halt() // which writes it down
	sheet, err := r.store.FigureSheet(t.Context(), p.ID, store.FigureQuery{Window: store.Window{From: time.Now().AddDate(0, 0, -1), To: time.Now().AddDate(0, 0, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sheet.Whole {
		switch f.ID {
		case "S1.p95":
			if !f.Known || f.Denominator < 1 || f.Value < 1 {
				t.Errorf("keys: %+v", f)
			}
		case "S1.refused":
			if f.Known && f.Value < 1 {
				t.Errorf("refused: %+v", f)
			}
		}
	}
}

// Seconds are counted whole, none twice and none lost, and none where a clock goes back.
func TestServiceSeconds(t *testing.T) {
	var s service
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s.begin(at)
	total := 0
	for range 10 {
		at = at.Add(1500 * time.Millisecond)
		total += s.take(at).Seconds
	}
	if total != 15 {
		t.Errorf("15 seconds were counted as %d", total)
	}
	if n := s.take(at.Add(-time.Hour)).Seconds; n != 0 {
		t.Errorf("a clock that went back served %d seconds", n)
	}
	if n := s.take(at.Add(-time.Hour + time.Minute)).Seconds; n != 60 {
		t.Errorf("a minute after that is %d seconds", n)
	}
	s.followed(3 * time.Millisecond)
	s.followed(time.Hour)
	s.refused()
	is := s.take(at)
	if is.Keys[2] != 1 || is.Keys[len(is.Keys)-1] != 1 || is.Refused != 1 {
		t.Errorf("counted %+v", is)
	}
}
