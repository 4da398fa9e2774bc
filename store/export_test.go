package store

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Migrations is the embedded schema, for whoever has to build an older one.
var Migrations = migrations

// ListWords is what Statements need of a connection.
var ListWords = listWords

// Statements returns every query that s has prepared so far, sorted; but those that look through the pages of the file
// and merge the index of search, of which nobody can say when their turn comes.
func (s *Store) Statements() []string {
	seen := map[string]bool{}
	for _, p := range []*pool{s.writer, s.reader} {
		var held []*conn
		for range p.size {
			c := p.take()
			held = append(held, c)
			for q := range c.stmts {
				seen[q] = !strings.Contains(q, "sqlite_dbpage") && !strings.Contains(q, "'merge'") && !strings.Contains(q, "total_changes")
			}
		}
		for _, c := range held {
			p.give(c)
		}
	}
	var all []string
	for q, lists := range seen {
		if lists {
			all = append(all, q)
		}
	}
	slices.Sort(all)
	return all
}

// LimitPages makes the database full at n pages, as a full disk does; 0 lifts the limit.
// It returns how many pages there are.
func (s *Store) LimitPages(ctx context.Context, n int) (pages int, err error) {
	c := s.writer.take()
	defer s.writer.give(c)
	if n == 0 {
		n = 1 << 30
	}
	t := &tx{conn: c}
	if err := t.run(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
		return 0, err
	}
	err = t.get("PRAGMA page_count", nil, &pages)
	return pages, err
}

// DataVersion changes when another connection than the writer's own has written.
func (s *Store) DataVersion(ctx context.Context) (int64, error) { return s.dataVersion(ctx) }

// WriteThen runs fn inside a write that has changed something, to see what becomes of both.
func (s *Store) WriteThen(ctx context.Context, fn func() error) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.run(`INSERT INTO setting VALUES ('address', 'half done') ON CONFLICT DO UPDATE SET value = excluded.value`); err != nil {
			return err
		}
		t.emit(Event{Kind: Reload})
		return fn()
	})
}

// WriteTogether writes what each of fns runs, in as few commits as it can be, and returns their results.
// The n-th emits an event about post n.
func (s *Store) WriteTogether(ctx context.Context, fns ...func(run func(query string, args ...any) error) error) []error {
	waiting := make(chan *act, len(fns))
	var acts []*act
	for i, fn := range fns {
		a := newAct(func(t *tx) error {
			t.emit(Event{Kind: Changed, Post: int64(i)})
			return fn(t.run)
		})
		waiting <- a
		acts = append(acts, a)
	}
	for len(waiting) > 0 {
		s.commit(<-waiting, waiting)
	}
	var errs []error
	for _, a := range acts {
		errs = append(errs, a.err)
	}
	return errs
}

// HoldPasswords takes every slot for hashing a password, until release.
func (s *Store) HoldPasswords() (release func()) {
	for range cap(s.argon) {
		s.argon <- struct{}{}
	}
	return func() {
		for range cap(s.argon) {
			<-s.argon
		}
	}
}

// What the indexer writes of a post, for whoever has to write it in bulk.
var (
	Fold = fold
)

// Terms is s as one phrase to look for; none if it has no word.
func Terms(s string) []Term {
	term, ok := newTerm(s, false)
	if !ok {
		return nil
	}
	return []Term{term}
}

// FoldSlowly is fold without its short cut.
func FoldSlowly(s string) string { return strings.Join(tokens(foldedWords(s)), " ") }

// Stands reports whether the index finds the term in a folded text.
func Stands(t Term, folded string) bool { return t.count(strings.Fields(folded)) > 0 }

// RememberLate is a reader that saw a person under another handle before they changed, and is done only after.
func (s *Store) RememberLate(person int64, handle string) {
	before := s.lines.now()
	s.lines.forget()
	s.lines.remember(before, map[int64]byline{person: {handle: handle}})
}

// OldViewers are those whom the store remembers otherwise than the database has them.
func (s *Store) OldViewers(ctx context.Context) (old []string, err error) {
	s.lines.mu.Lock()
	known := maps.Clone(s.lines.viewers)
	s.lines.mu.Unlock()
	err = s.read(ctx, func(t *tx) error {
		for id, p := range known {
			if now, err := t.freshViewer(id); err != nil || now != p {
				old = append(old, fmt.Sprintf("%+v is %+v now (%v)", p, now, err))
			}
		}
		return nil
	})
	return old, err
}

// Decide is an act that does nothing but write its line in the log.
func (s *Store) Decide(ctx context.Context, me int64, act, about string, channel int64, why string) error {
	return s.write(ctx, func(t *tx) error {
		return t.decide(me, Decision{Act: act, About: about, Why: why, channel: channel})
	})
}

// Consent is an act that takes two admins and does nothing else.
func (s *Store) Consent(ctx context.Context, me int64, kind ConsentKind) error {
	return s.write(ctx, func(t *tx) error { return t.consent(me, kind) })
}

// GapHoldsSomething reports whether a page of the database has bytes where nothing is stored.
func GapHoldsSomething(page []byte, first bool) bool {
	for _, g := range gaps(page, first) {
		for _, b := range page[g[0]:g[1]] {
			if b != 0 {
				return true
			}
		}
	}
	return false
}

// Scrub zeroes the gaps of all pages.
func (s *Store) Scrub(ctx context.Context) (some bool, err error) { return s.scrub(ctx) }

// Forget has everything read again that figures are counted from.
func (s *Store) Forget() { s.memo.empty() }

// Measured are the moments at which the posts of a day were written that the figures count.
func (s *Store) Measured(ctx context.Context, d int64) (at []int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.measured(d*dayMS, (d+1)*dayMS, func(s rawSaid) { at = append(at, s.at) })
	})
	return at, err
}

// Remember reads it, as happens in the background.
func (s *Store) Remember(ctx context.Context) error { return s.remember(ctx) }

// HoldProgress is somebody who counts where the trial stands, until release.
func (s *Store) HoldProgress() (release func()) {
	p := &s.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counting = make(chan struct{})
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		close(p.counting)
		p.counting = nil
	}
}

// HoldReport is somebody who reads a report, until release.
func (s *Store) HoldReport() (release func()) {
	s.finding <- struct{}{}
	return func() { <-s.finding }
}

// OldSights are what the store remembers for those who are here, of their sides and of posts, otherwise than the
// database has it. With fill it then remembers all that it may.
func (s *Store) OldSights(ctx context.Context, fill bool) (old []string, err error) {
	s.recall.mu.Lock()
	people, ids := slices.Collect(maps.Keys(s.recall.here)), slices.Clone(s.recall.order)
	s.recall.mu.Unlock()
	differs := func(what string, was, is any, err error) {
		if err != nil || !reflect.DeepEqual(was, is) {
			old = append(old, fmt.Sprintf("%s: %+v is %+v now (%v)", what, was, is, err))
		}
	}
	for _, me := range people {
		if side, known := s.recall.side(me); known {
			err := s.read(ctx, func(t *tx) error {
				t.recall = &recall{} // read as if nothing were remembered
				is, err := t.side(me)
				differs(fmt.Sprint("side of ", me), side, is, err)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		for _, id := range ids {
			if p, known := s.recall.post(me, id); known {
				err := s.read(ctx, func(t *tx) error {
					is, _, err := t.post(me, id)
					differs(fmt.Sprintf("post %d for %d", id, me), p, is, err)
					return nil
				})
				if err != nil {
					return nil, err
				}
			}
		}
	}
	if fill {
		for _, me := range people {
			_, _ = s.Side(ctx, me) // who may not be here any more is refused
			for _, id := range ids {
				_, _ = s.Post(ctx, me, id)
			}
		}
	}
	return old, nil
}

// BusyWait is how long an act waits for another process's writing.
const BusyWait = busyWait

// RecallPosts is how many posts are remembered at most.
const RecallPosts = recallPosts

// Remembered is of how many people and posts something is remembered.
func (s *Store) Remembered() (people, posts int) {
	s.recall.mu.Lock()
	defer s.recall.mu.Unlock()
	return len(s.recall.here), len(s.recall.posts)
}

// Recalls reports whether somebody's side and a post for them are remembered.
func (s *Store) Recalls(me, post int64) (side, it bool) {
	_, side = s.recall.side(me)
	_, it = s.recall.post(me, post)
	return side, it
}

// Keep is keep.
var Keep = keep

// SearchWords is what a post is found by.
func SearchWords(body string, channel, author int64, private, question bool) string {
	return findable{body: &body, channel: channel, author: author, private: private, question: question}.words()
}
