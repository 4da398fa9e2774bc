package store

import (
	"encoding/json"
	"maps"
	"sync"
)

// byline is what stands above a post of its author.
type byline struct {
	handle, name, department string
	bot                      bool
}

func (b byline) display() string {
	if b.name == "" {
		return b.handle
	}
	return b.name
}

// bylines remembers who wrote and who reads: joining the ones to every post of a page took half the time of the page,
// and each reading began with looking for the other. It is emptied whenever anything about people may have changed, so
// it is as current as an Event.
type bylines struct {
	mu      sync.Mutex
	age     int // how often it was emptied
	of      map[int64]byline
	viewers map[int64]Person // those who may be here
}

// now is the age of what it holds. A transaction asks before it begins: what it reads may only be
// remembered while that is still the age.
func (b *bylines) now() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.age
}

func (b *bylines) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.age++
	clear(b.of)
	clear(b.viewers)
}

func (b *bylines) viewer(id int64) (Person, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, known := b.viewers[id]
	return p, known
}

func (b *bylines) rememberViewer(age int, p Person) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if age == b.age {
		b.viewers[p.ID] = p
	}
}

// lookUp copies what is known of the people into known and returns those who are not.
func (b *bylines) lookUp(people []int64, known map[int64]byline) (missing []int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range people {
		if line, ok := b.of[p]; ok {
			known[p] = line
		} else {
			missing = append(missing, p)
		}
	}
	return missing
}

func (b *bylines) remember(age int, lines map[int64]byline) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if age == b.age {
		maps.Copy(b.of, lines)
	}
}

const bylinesQuery = `SELECT p.id, p.handle, p.name, p.department, p.bot FROM json_each(?) j CROSS JOIN person p ON p.id = j.value`

// sign fills in who wrote each post and its last reply.
func (t *tx) sign(posts []Post) error {
	lines := map[int64]byline{}
	people := make([]int64, 0, 3*len(posts))
	for i := range posts {
		for _, p := range []int64{posts[i].Author, posts[i].lastReplier, posts[i].answerer} {
			if _, seen := lines[p]; !seen && p != 0 {
				lines[p] = byline{}
				people = append(people, p)
			}
		}
	}
	if missing := t.bylines.lookUp(people, lines); len(missing) > 0 {
		if err := t.readBylines(missing, lines); err != nil {
			return err
		}
	}
	for i := range posts {
		p := &posts[i]
		line := lines[p.Author]
		p.Handle, p.Name, p.Department, p.Bot = line.handle, line.display(), line.department, line.bot
		if p.lastReplier != 0 {
			p.LastReplyBy = lines[p.lastReplier].display()
		}
		if p.answerer != 0 {
			p.AnswerBy = lines[p.answerer].display()
		}
	}
	return nil
}

func (t *tx) readBylines(people []int64, into map[int64]byline) error {
	list, err := json.Marshal(people)
	if err != nil {
		return err
	}
	read := map[int64]byline{}
	_, err = collect(t, func(r *row) (id int64, err error) {
		var b byline
		err = r.Scan(&id, &b.handle, &b.name, &b.department, &b.bot)
		read[id] = b
		into[id] = b
		return id, err
	}, bylinesQuery, string(list))
	if err == nil && !t.writes { // what a write has seen may yet be rolled back
		t.bylines.remember(t.age, read)
	}
	return err
}
