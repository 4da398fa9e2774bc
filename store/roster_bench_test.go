package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// bigRoster is a company of n people in twelve departments, eight under each manager.
func bigRoster(n int) store.Roster {
	first := []string{"Maya", "Ben", "Tara", "Uma", "Nils", "Pia", "Quin", "Zoë", "Jon", "Petra", "Eva", "Omar", "Lea", "Finn", "Ida", "Karl"}
	last := []string{"Lind", "Brook", "Vale", "West", "Oak", "Quill", "Stone", "Größe", "Reed", "Marsh", "Holm", "Berg", "Vogel", "Hart", "Winter"}
	r := store.Roster{Rows: make([]store.RosterRow, n)}
	for i := range n {
		row := &r.Rows[i]
		row.Line = i + 2
		row.Cells[store.ColEmployee] = fmt.Sprint(100_000 + i)
		row.Cells[store.ColEmail] = fmt.Sprintf("%s.%s%d@example.com", first[i%len(first)], last[i/16%len(last)], i)
		row.Cells[store.ColName] = fmt.Sprintf("%s %s", first[i%len(first)], last[i/16%len(last)])
		row.Cells[store.ColDepartment] = fmt.Sprintf("Department %d", i%12)
		row.Cells[store.ColTeam] = fmt.Sprintf("Team %d", i/8)
		row.Cells[store.ColTitle] = "Colleague"
		if i > 0 {
			row.Cells[store.ColManager] = fmt.Sprint(100_000 + (i-1)/8)
		}
	}
	return r
}

// BenchmarkRoster imports 50,000 people and prints how long each part takes, how long a post waits meanwhile, and
// how long the menus take then.
func BenchmarkRoster(b *testing.B) {
	for b.Loop() {
		w := newWorld(b)
		jon := w.admin("jon")
		big := bigRoster(50_000)
		var told strings.Builder
		took := func(what string, do func()) {
			began := time.Now()
			do()
			fmt.Fprintf(&told, "%s %v · ", what, time.Since(began).Round(100*time.Microsecond))
		}
		took("dry run", func() { w.must(second(w.PlanRoster(w.ctx, jon, big))) })
		stop, slowest := make(chan struct{}), make(chan time.Duration)
		go func() {
			most := time.Duration(0)
			for {
				select {
				case <-stop:
					slowest <- most
					return
				case <-time.After(20 * time.Millisecond):
				}
				began := time.Now()
				w.must(second(w.CreatePost(w.ctx, jon, store.NewPost{Place: store.Place{Channel: 1}, Body: "meanwhile"})))
				most = max(most, time.Since(began))
			}
		}()
		took("import", func() { w.must(second(w.ImportRoster(w.ctx, jon, big, store.RosterAs{}))) })
		close(stop)
		fmt.Fprintf(&told, "%s %v · ", "slowest post meanwhile", <-slowest)
		took("dry run of the same again", func() { w.must(second(w.PlanRoster(w.ctx, jon, big))) })
		took("import of the same again", func() { w.must(second(w.ImportRoster(w.ctx, jon, big, store.RosterAs{}))) })
		for name, f := range map[string]store.EntryFilter{
			"all":                {},
			"by department":      {Order: store.ByDepartment},
			"by last seen":       {Order: store.BySeen},
			"never came":         {Phase: store.PhaseNeverCame},
			"who has left":       {Phase: store.PhaseLeft},
			"one department":     {Department: "Department 7"},
			"one, by last seen":  {Department: "Department 7", Order: store.BySeen},
			"called maya":        {Find: "maya"},
			"all with m":         {Find: "m"},
			"maya by department": {Find: "maya", Order: store.ByDepartment},
			"nobody":             {Find: "zzz"},
		} {
			var page []store.Entry
			took("list: "+name, func() {
				var err error
				page, err = w.Entries(w.ctx, jon, f, nil, 50)
				w.must(err)
			})
			if len(page) > 0 {
				took("list: "+name+", next page", func() { w.must(second(w.Entries(w.ctx, jon, f, &page[len(page)-1], 50))) })
			}
		}
		took("count of the roster", func() { w.must(second(w.RosterCount(w.ctx, jon))) })
		took("departments", func() { w.must(second(w.Departments(w.ctx, jon))) })
		took("suspend", func() { w.must(w.Suspend(w.ctx, jon, "maya.lind0", "x")) })
		took("letters for all", func() { w.must(second(w.LettersForAll(w.ctx, jon, ""))) })
		fmt.Println(strings.ReplaceAll(told.String(), " · list", "\nlist")) // b.Log cuts it short
	}
}
