package tui

import "sync"

// drawnMost is how many drawn posts are kept before the older half goes: what a few thousand people have
// on their screens, in some 10 MB.
const drawnMost = 4096

// Drawn keeps posts as lines, so that what many people see alike is drawn once. The zero value is ready;
// it may be used by many at once. Who may see a post is not its business: who looks for its lines has it.
type Drawn struct {
	mu       sync.Mutex
	now, old map[drawing][]string // what has not been looked for while now filled up goes with old
}

// lines are the lines of a post in one way to draw it. Nobody may change them.
func (d *Drawn) lines(as drawing, draw func() []string) []string {
	if d == nil {
		return draw()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	lines, known := d.now[as]
	if known {
		return lines
	}
	if lines, known = d.old[as]; !known {
		lines = draw()
	}
	if d.now == nil || len(d.now) >= drawnMost/2 {
		d.now, d.old = map[drawing][]string{}, d.now
	}
	d.now[as] = lines
	return lines
}
