package tui

import (
	"bytes"
	"sync"

	"tincan/store"
)

// drawnMost is how many drawn posts are kept before the older half goes: what a few thousand people have
// on their screens, in some 10 MB.
const drawnMost = 4096

// rowsMost is the same of rows of the whole screen, of which each has 40 and a post changes a few.
const rowsMost = 16 << 10

// Drawn keeps posts, posts as lines and rows of the screen, so that what many people see alike is kept once and drawn
// once. The zero value is ready; it may be used by many at once. Who may see a post is not its business: who looks for its
// lines has it.
type Drawn struct {
	lines generations[drawing, *drawnPost]
	posts generations[view, *store.Post]
	kept  generations[string, string] // rows of the whole screen, by themselves
}

// generations is a cache of two halves: what has not been looked for while the younger one filled up goes with the older.
type generations[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
}

// keep keeps what was looked for, with at most so much besides. The lock is held.
func (g *generations[K, V]) keep(k K, v V, most int) {
	if g.young == nil || len(g.young) >= most/2 {
		g.young, g.old = map[K]V{}, g.young
	}
	g.young[k] = v
}

func (g *generations[K, V]) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.young, g.old = nil, nil
}

// Forget lets go of everything, as most of those who saw it have left. Whoever is there keeps what they have, and the
// rest is drawn again when somebody looks at it.
func (d *Drawn) Forget() {
	d.lines.forget()
	d.posts.forget()
	d.kept.forget()
}

// view is by what a post is looked for that others may have, too: what most differs between people.
type view struct {
	id                int64
	unread, following bool
}

// alike is a post that is the same as p, which others may have, too: nobody may change it.
func (d *Drawn) alike(p store.Post) *store.Post { return d.all([]store.Post{p})[0] }

// all is alike for a page of posts, which is not kept by them.
func (d *Drawn) all(page []store.Post) []*store.Post {
	out := make([]*store.Post, len(page))
	if d == nil {
		d = &Drawn{}
	}
	d.posts.mu.Lock()
	defer d.posts.mu.Unlock()
	for i := range page {
		out[i] = d.one(&page[i])
	}
	return out
}

// one is alike with the lock held.
func (d *Drawn) one(p *store.Post) *store.Post {
	as := view{p.ID, p.Unread, p.Following}
	known := d.posts.young[as]
	if known == nil {
		known = d.posts.old[as]
	}
	if known == nil || *known != *p {
		own := *p
		known = &own
	}
	d.posts.keep(as, known, drawnMost)
	return known
}

// rows makes rows from row y on, which end in a line feed but for the last, the lowest of a frame: in was, whose rows stay
// where they are the same.
func (d *Drawn) rows(was []string, y int, frame []byte) []string {
	for more := true; more; y++ {
		var row []byte
		row, frame, more = bytes.Cut(frame, []byte{'\n'})
		was = d.put(was, y, row)
	}
	clear(was[y:])
	return was[:y]
}

// put makes a row the one at y, which stays where it is the same.
func (d *Drawn) put(rows []string, y int, row []byte) []string {
	switch {
	case y == len(rows):
		rows = append(rows, d.row(row))
	case rows[y] != string(row):
		rows[y] = d.row(row)
	}
	return rows
}

// row is a row as others have it, too.
func (d *Drawn) row(row []byte) string {
	if d == nil {
		return string(row)
	}
	d.kept.mu.Lock()
	defer d.kept.mu.Unlock()
	if known, ok := d.kept.young[string(row)]; ok { // nothing is allocated to look
		return known
	}
	known, ok := d.kept.old[string(row)]
	if !ok {
		known = string(row)
	}
	d.kept.keep(known, known, rowsMost)
	return known
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
	d.lines.mu.Lock()
	defer d.lines.mu.Unlock()
	p, known := d.lines.young[as]
	if known {
		return p
	}
	if p, known = d.lines.old[as]; !known {
		p = &drawnPost{as, draw()}
	}
	d.lines.keep(as, p, drawnMost)
	return p
}
