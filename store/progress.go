package store

import (
	"cmp"
	"math"
	"sync"
	"time"
)

// progressAge is how long the figures of the objectives are shown before they are counted again: they change by the
// day, and everyone may open the page at once.
const progressAge = time.Minute

// progress is where the trial stands, counted for everyone who asks within progressAge.
type progress struct {
	mu      sync.Mutex
	at      time.Time
	of      Window
	figures []Figure
}

// headline is the figure that stands for a measure that has several.
var headline = map[string]string{"A2": "A2.median", "A3": "A3.week", "C3": "C3.median", "R3": "R3.median"}

// measureObjectives says of each objective where it stands, from the first day of the trial on. Everyone sees the
// same: what would tell of too few people is told to nobody.
func (p *progress) measureObjectives(t *tx, tr Trial) error {
	if !tr.Started(t.at) || len(tr.Objectives) == 0 {
		return nil
	}
	zone, err := t.zone()
	if err != nil {
		return err
	}
	first, err := time.Parse(time.DateOnly, tr.First)
	if err != nil {
		return err
	}
	w := Window{dayOf(first, time.UTC).start(zone), (dayOf(t.at, zone) + 1).start(zone)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of != w || t.at.Before(p.at) || t.at.Sub(p.at) >= progressAge {
		is, err := t.tell(w, nil)
		if err != nil {
			return err
		}
		p.at, p.of, p.figures = t.at, w, is.figures("", is.first, is.last)
	}
	for i := range tr.Objectives {
		o := &tr.Objectives[i]
		o.Now = o.in(p.figures).shown()
	}
	return nil
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
