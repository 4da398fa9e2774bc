package store_test

import (
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

// BenchmarkFoundAfterPost reports how long after a post a search finds it: from CreatePost returning to the first
// answer that has it.
func BenchmarkFoundAfterPost(b *testing.B) {
	for _, n := range []int{genSmall, *genLarge} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { foundAfterPost(b, n) })
	}
}

func foundAfterPost(b *testing.B, n int) {
	w := openWorld(b, generated(b, n), store.Options{Now: time.Now, PostsPerMinute: 1 << 30})
	list, err := w.Sidebar(w.ctx, few[0])
	if err != nil {
		b.Fatal(err)
	}
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		word := fmt.Sprintf("quagga%d", i)
		if _, err := w.CreatePost(w.ctx, few[0], store.NewPost{Place: store.Place{Channel: list[0].ID}, Body: word}); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		for {
			f, err := w.Search(w.ctx, few[0], word, store.Newest, 0, 1)
			if err != nil {
				b.Fatal(err)
			}
			if len(f.Posts) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		times = append(times, time.Since(start))
	}
	p50, p99 := percentiles(times)
	b.ReportMetric(ms(p50), "p50-ms")
	b.ReportMetric(ms(p99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}
