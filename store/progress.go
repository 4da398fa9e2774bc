package store

import (
	"cmp"
	"context"
	"math"
	"sync"
	"time"
)

// progressAge is how long the figures of the objectives are shown before they are counted again: they change by the
// day, and everyone may open the page at once.
const progressAge = time.Minute

// progress is where the trial stands, counted for everyone who asks within progressAge.
type progress struct {
	mu       sync.Mutex
	at       time.Time
	of       Window
	figures  []Figure
	counting chan struct{} // closed once they are counted; nil while nobody counts
}

// headline is the figure that stands for a measure that has several.
var headline = map[string]string{"A2": "A2.median", "A3": "A3.week", "C3": "C3.median", "R3": "R3.median"}

// measureObjectives says of each objective where it stands at a time, from the first day of the trial on. Everyone sees
// the same: what would tell of too few people is told to nobody. It is no part of a reading: one counts, and meanwhile
// the others are told what was counted last, or wait and hold up nobody.
func (s *Store) measureObjectives(ctx context.Context, tr Trial, at time.Time) error {
	if !tr.Started(at) || len(tr.Objectives) == 0 {
		return nil
	}
	zone := tr.location()
	first, err := time.Parse(time.DateOnly, tr.First)
	if err != nil {
		return err
	}
	figures, err := s.progressOf(ctx, Window{dayOf(first, time.UTC).start(zone), (dayOf(at, zone) + 1).start(zone)}, at)
	for i := range tr.Objectives {
		o := &tr.Objectives[i]
		o.Now = o.in(figures).shown()
	}
	return err
}

// progressOf are the figures of everyone in a window, up to progressAge old.
func (s *Store) progressOf(ctx context.Context, w Window, at time.Time) ([]Figure, error) {
	p := &s.progress
	for {
		p.mu.Lock()
		known, old := p.of == w, at.Before(p.at) || at.Sub(p.at) >= progressAge
		figures, counting := p.figures, p.counting
		mine := counting == nil && (!known || old)
		if mine {
			p.counting = make(chan struct{})
		}
		p.mu.Unlock()
		switch {
		case mine:
			return s.count(ctx, w)
		case known:
			return figures, nil
		}
		select {
		case <-counting:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// count counts them, for all who wait.
func (s *Store) count(ctx context.Context, w Window) (figures []Figure, err error) {
	p := &s.progress
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		close(p.counting)
		p.counting = nil
	}()
	err = s.read(ctx, func(t *tx) error {
		is, err := t.tell(w, nil)
		if err != nil {
			return err
		}
		figures = is.figures("", is.first, is.last)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.at, p.of, p.figures = t.at, w, figures
		return nil
	})
	return figures, err
}

// in is the figure by which an objective is measured; without ID where there is none.
func (o Objective) in(figures []Figure) Figure {
	id := cmp.Or(headline[o.Measure], o.Measure)
	for _, f := range figures {
		if f.ID == id {
			return f
		}
	}
	return Figure{}
}

// shown is the value of a figure to a tenth; nil where it is not known or not shown.
func (f Figure) shown() *float64 {
	if !f.Known || f.Suppressed {
		return nil
	}
	v := math.Round(10*f.Value) / 10
	return &v
}
