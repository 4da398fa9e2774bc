package tui

import "sync"

// drawnMost is how many drawn posts are kept before the older half goes: what a few thousand people have
// on their screens, in some 10 MB.
const drawnMost = 4096

// Drawn keeps posts as lines, so that what many people see alike is drawn once. The zero value is ready;
// it may be used by many at once. Who may see a post is not its business: who looks for its lines has it.
type Drawn struct {
	mu       sync.Mutex
	now, old map[drawing]*drawnPost // what has not been looked for while now filled up goes with old
}

// drawnPost is a post as lines, with all that decided its looks. Many have the same one: nobody may change it.
type drawnPost struct {
	as    drawing
	lines []string
}

// post is a post in one way to draw it.
func (d *Drawn) post(as drawing, draw func() []string) *drawnPost {
	if d == nil {
		return &drawnPost{as, draw()}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p, known := d.now[as]
	if known {
		return p
	}
	if p, known = d.old[as]; !known {
		p = &drawnPost{as, draw()}
	}
	if d.now == nil || len(d.now) >= drawnMost/2 {
		d.now, d.old = map[drawing]*drawnPost{}, d.now
	}
	d.now[as] = p
	return p
}
