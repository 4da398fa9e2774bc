package store_test

import (
	"errors"
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
	{"short-prefix", "with*"},
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
	w := openGenerated(b, *genLarge)
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
						if errors.Is(err, store.ErrNotFound) { // a channel that they are not in
							return
						}
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

// BenchmarkFound reports how long after a post a search finds it.
func BenchmarkFound(b *testing.B) {
	w := copyGenerated(b)
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		word := fmt.Sprintf("xq%dqx", i)
		if _, err := w.CreatePost(w.ctx, 1, store.NewPost{Place: store.Place{Channel: 1}, Body: "the word is " + word}); err != nil {
			b.Fatal(err)
		}
		posted := time.Now()
		for {
			found, err := w.Search(w.ctx, 2, word, store.Newest, 0, 50)
			if err != nil {
				b.Fatal(err)
			}
			if len(found.Posts) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		times = append(times, time.Since(posted))
	}
	p50, p99 := percentiles(times)
	b.ReportMetric(ms(p50), "p50-ms")
	b.ReportMetric(ms(p99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}
