package store_test

import (
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

// searches are what people look for, each with and without what narrows it down.
var searches = []struct{ name, query string }{
	{"rare", "zanzibar"},
	{"middle", "budget"},
	{"common", "the"},
	{"two", "the budget"},
	{"common-two", "the and"},
	{"phrase", `"yearly budget"`},
	{"common-phrase", `"of the"`},
	{"prefix", "budg*"},
	{"short-prefix", "the*"},
	{"middle-prefix", "brand*"},
}

var narrowings = []struct{ name, query string }{
	{"all", ""},
	{"from", " from:person10"},
	{"in", " in:channel-7"},
	{"in-private", " in:channel-13"},
	{"tag", " tag:topic7"},
	{"since", " since:2024-06-01"},
	{"has", " has:link"},
}

// BenchmarkSearch reports p50 and p95 over people of few and of many channels, among a million posts.
func BenchmarkSearch(b *testing.B) {
	w := openGenerated(b, genLarge)
	people := append(append([]int64{}, few...), many...)
	for _, order := range []store.SearchOrder{store.Newest, store.Best} {
		for _, word := range searches {
			for _, filter := range narrowings {
				b.Run(fmt.Sprintf("%s/%s/%s", []string{"newest", "best"}[order], word.name, filter.name), func(b *testing.B) {
					var times []time.Duration
					found := 0
					turn := func(i int) {
						start := time.Now()
						f, err := w.Search(w.ctx, people[i%len(people)], word.query+filter.query, order, 0, 50)
						if err != nil {
							b.Fatal(err)
						}
						times = append(times, time.Since(start))
						found = max(found, len(f.Posts))
					}
					for i := range len(people) {
						turn(i)
					}
					times = times[:0]
					for i := 0; b.Loop(); i++ {
						turn(i)
					}
					p50, _ := percentiles(times)
					b.ReportMetric(ms(p50), "p50-ms")
					b.ReportMetric(ms(times[len(times)*95/100]), "p95-ms")
					b.ReportMetric(float64(found), "found")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}
