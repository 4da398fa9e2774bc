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

// Drawn keeps posts, posts as lines and rows of the screen, so that what many people see alike is kept once and drawn once. The zero value
// is ready; it may be used by many at once. Who may see a post is not its business: who looks for its lines has it.
type Drawn struct {
	mu       sync.Mutex
	now, old map[drawing]*drawnPost // what has not been looked for while now filled up goes with old

	postsMu            sync.Mutex
	nowPosts, oldPosts map[view]*store.Post // the same of posts

	rowsMu           sync.Mutex
	nowRows, oldRows map[string]string // the same of rows of the whole screen
}

// Forget lets go of everything, as most of those who saw it have left. Whoever is there keeps what they have, and the
// rest is drawn again when somebody looks at it.
func (d *Drawn) Forget() {
	d.mu.Lock()
	d.now, d.old = nil, nil
	d.mu.Unlock()
	d.postsMu.Lock()
	d.nowPosts, d.oldPosts = nil, nil
	d.postsMu.Unlock()
	d.rowsMu.Lock()
	d.nowRows, d.oldRows = nil, nil
	d.rowsMu.Unlock()
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
	d.postsMu.Lock()
	defer d.postsMu.Unlock()
	for i := range page {
		out[i] = d.one(&page[i])
	}
	return out
}

// one is alike with the lock held.
func (d *Drawn) one(p *store.Post) *store.Post {
	as := view{p.ID, p.Unread, p.Following}
	known := d.nowPosts[as]
	if known == nil {
		known = d.oldPosts[as]
	}
	if known == nil || *known != *p {
		own := *p
		known = &own
	}
	if d.nowPosts == nil || len(d.nowPosts) >= drawnMost/2 {
		d.nowPosts, d.oldPosts = map[view]*store.Post{}, d.nowPosts
	}
	d.nowPosts[as] = known
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
	d.rowsMu.Lock()
	defer d.rowsMu.Unlock()
	if known, ok := d.nowRows[string(row)]; ok {
		return known
	}
	known, ok := d.oldRows[string(row)]
	if !ok {
		known = string(row)
	}
	if d.nowRows == nil || len(d.nowRows) >= rowsMost/2 {
		d.nowRows, d.oldRows = map[string]string{}, d.nowRows
	}
	d.nowRows[known] = known
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
