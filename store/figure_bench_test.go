package store_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// The company whose figures are timed: a million posts in three years, as many as the largest of the other
// benchmarks has, and everybody here on most days.
const (
	measuredPeople = 5000
	measuredPosts  = 1_000_000
	measuredStep   = 95 // seconds between posts

	measuredAnnounced = 24                                    // two a week for a quarter, as many as there may be
	measuredQuarter   = 12 * 7 * 24 * 3600 / measuredStep / 3 // roots: every third post
)

// measuredCompany is that company, its admin, and now.
func measuredCompany(b *testing.B) (*world, int64, time.Time) {
	b.Helper()
	w := openWorld(b, b.TempDir(), store.Options{Now: time.Now})
	admin := w.admin("admin")
	now := time.Now()
	db, err := rawDB(w.dir, "&_pragma=synchronous(OFF)")
	w.must(err)
	defer db.Close()
	tx, err := db.Begin()
	w.must(err)
	start := now.Unix() - measuredPosts*measuredStep
	rng := rand.New(rand.NewPCG(1, 2))
	w.must(insert(tx, `INSERT INTO person (id, handle, department, state, created_at, came_at, invited_at, visited_at, leader) VALUES (?, ?, ?, 2, ?, 1, 1, ?, ?)`, measuredPeople, func(i int) []any {
		return []any{i + 10, fmt.Sprintf("p%d", i), fmt.Sprintf("Department %d", i%12), start * 1000, start * 1000, i%100 == 0}
	}))
	w.must(insert(tx, `INSERT INTO standing VALUES (?, ?, 1, ?, ?)`, measuredPeople, func(i int) []any {
		return []any{i + 10, start * 1000, fmt.Sprintf("Department %d", i%12), i%100 == 0}
	}))
	month := int64(now.Year())*12 + int64(now.Month()) - 1
	w.must(insert(tx, `INSERT INTO visit VALUES (?, ?, ?)`, 5*measuredPeople, func(i int) []any {
		return []any{month - int64(i/measuredPeople), i%measuredPeople + 10, rng.Uint32() &^ 1}
	}))
	type root struct {
		id     int64
		author int
	}
	var roots []root
	w.must(insert(tx, `INSERT INTO post (id, channel_id, root_id, author_id, to_id, body, late, heard_at) VALUES (?, 1, ?, ?, ?, '`+strings.Repeat("some ", 20)+`', ?, ?)`, measuredPosts, func(i int) []any {
		id, author := start+int64(i)*measuredStep, rng.IntN(measuredPeople)+10
		if i%3 == 0 || len(roots) == 0 {
			roots = append(roots, root{id, author})
			return []any{id, 0, author, 0, i % 1000, (id + 3600) * 1000}
		}
		r := roots[len(roots)-1-rng.IntN(min(20, len(roots)))]
		return []any{id, r.id, author, r.author, i % 1000, 0}
	}))
	// Two announcements a week to everyone, most of them answered.
	announced := func(i int) root { return roots[len(roots)-1-i*measuredQuarter/measuredAnnounced] }
	w.must(insert(tx, `INSERT INTO announcement (post_id, departments, members, follows, until, must_read, due_at, published_at, version_at) VALUES (?, '[]', 0, 0, 0, 1, ?, ?, ?)`, measuredAnnounced, func(i int) []any {
		r := announced(i)
		return []any{r.id, (r.id + 3*24*3600) * 1000, r.id * 1000, r.id * 1000}
	}))
	w.must(insert(tx, `INSERT INTO audience (post_id, person_id, handle, department, published, answer, waits) VALUES (?, ?, ?, ?, 1, ?, 0)`, measuredAnnounced*measuredPeople, func(i int) []any {
		p := i % measuredPeople
		return []any{announced(i / measuredPeople).id, p + 10, fmt.Sprintf("p%d", p), fmt.Sprintf("Department %d", p%12), min(i%5, 1)}
	}))
	w.must(insert(tx, `INSERT INTO sight VALUES (?, 1, ?, '0-10000', ?)`, measuredAnnounced*measuredPeople, func(i int) []any {
		return []any{announced(i / measuredPeople).id, i%measuredPeople + 10, announced(i/measuredPeople).id*1000 + int64(i%40)*3_600_000}
	}))
	w.must(insert(tx, `INSERT INTO answer (post_id, version, person_id, answer, at) VALUES (?, 1, ?, 1, ?)`, measuredAnnounced*measuredPeople*4/5, func(i int) []any {
		i = i*5/4 + 1
		return []any{announced(i / measuredPeople).id, i%measuredPeople + 10, announced(i/measuredPeople).id*1000 + int64(i%50)*3_600_000}
	}))
	w.must(tx.Commit())
	return w, admin, now
}

// BenchmarkFigures computes all figures of a quarter.
func BenchmarkFigures(b *testing.B) {
	w, admin, now := measuredCompany(b)
	sheet := func(b *testing.B) {
		window, err := w.FigureSpanWindow(w.ctx, admin, store.SpanQuarter)
		w.must(err)
		sheet, err := w.FigureSheet(w.ctx, admin, store.FigureQuery{Window: window})
		w.must(err)
		if len(sheet.Weeks) != 12 || len(sheet.Departments) != 12 {
			b.Fatalf("%d weeks, %d departments", len(sheet.Weeks), len(sheet.Departments))
		}
	}
	b.Run("the screen", func(b *testing.B) {
		sheet(b)
		for b.Loop() {
			sheet(b)
		}
	})
	b.Run("the screen, first", func(b *testing.B) { // after a start: what was read ahead in the background, and no more
		for b.Loop() {
			b.StopTimer()
			w.Forget()
			w.must(w.Remember(w.ctx))
			runtime.GC()
			b.StartTimer()
			sheet(b)
		}
	})
	b.Run("the screen, nothing remembered", func(b *testing.B) {
		for b.Loop() {
			w.Forget()
			sheet(b)
		}
	})
	b.Run("reading ahead", func(b *testing.B) {
		for b.Loop() {
			w.Forget()
			w.must(w.Remember(w.ctx))
		}
	})
	for _, q := range []struct {
		name       string
		weeks      int
		department string
	}{{"week", 1, ""}, {"quarter", 13, ""}, {"department", 13, "Department 3"}} {
		b.Run(q.name, func(b *testing.B) {
			window := store.Window{From: now.Add(-time.Duration(q.weeks) * 7 * 24 * time.Hour), To: now}
			for b.Loop() {
				figures, err := w.Figures(w.ctx, admin, store.FigureQuery{Window: window, Department: q.department})
				w.must(err)
				if len(figures) < 20 {
					b.Fatalf("%d figures", len(figures))
				}
			}
		})
	}
}

// BenchmarkFindings reads what the report of a quarter, and of all three years, is written from.
func BenchmarkFindings(b *testing.B) {
	w, admin, now := measuredCompany(b)
	for _, weeks := range []int{13, 156} {
		b.Run(fmt.Sprintf("%d weeks", weeks), func(b *testing.B) {
			window := store.Window{From: now.Add(-time.Duration(weeks) * 7 * 24 * time.Hour), To: now}
			for b.Loop() {
				f, err := w.Findings(w.ctx, admin, window, func(string) {})
				w.must(err)
				if len(f.Weeks) < weeks || len(f.Departments) != 12 {
					b.Fatalf("%d weeks, %d departments", len(f.Weeks), len(f.Departments))
				}
			}
		})
	}
}
