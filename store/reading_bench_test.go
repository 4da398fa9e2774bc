package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

// BenchmarkPostingWhileRead prints what posting is with nobody reading and in the busiest minute there is: 5,000 people
// come, each of them a visit, a must-read whose lines pass over the screen in three pieces, and a channel read to its
// newest post. Posting is measured flat out, sixteen at once, and at a hundred a second, six thousand in that minute.
// Quiet and read are measured in turns, so that a machine's moods fall on both: of flat out the medians of the turns are
// compared, of a hundred a second all posts of all turns.
func BenchmarkPostingWhileRead(b *testing.B) {
	const (
		people  = 5000
		posters = 16
		turns   = 9
		slice   = time.Second
		thirds  = store.WholeText / 3
	)
	w := openWorld(b, b.TempDir(), store.Options{Now: time.Now, PostsPerMinute: 1 << 30})
	jon := w.admin("jon")
	first := w.crowd(people)
	everyone := w.everyone()
	must := w.mustRead(jon, "read this")
	readers := first
	read := func(me int64) {
		w.must(w.Visit(w.ctx, me))
		for _, part := range []store.Part{{To: thirds}, {From: thirds, To: 2 * thirds}, {From: 2 * thirds, To: store.WholeText}} {
			_, err := w.MarkSeen(w.ctx, me, must.ID, 1, part)
			w.must(err)
		}
		w.must(w.MarkRead(w.ctx, me, everyone, 1<<40))
	}
	// reading has people read while something is done.
	reading := func(during func()) {
		over := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			tick := time.NewTicker(time.Minute / people)
			defer tick.Stop()
			for {
				select {
				case <-over:
					return
				case <-tick.C:
					me := readers
					readers++
					all.Go(func() { read(me) })
				}
			}
		})
		during()
		close(over)
		all.Wait()
	}
	post := func(me int64) time.Duration {
		at := time.Now()
		_, err := w.CreatePost(w.ctx, me, store.NewPost{Place: store.Place{Channel: everyone}, Body: "a post"})
		w.must(err)
		return time.Since(at)
	}
	// flatOut posts as fast as the store takes it, and says how many a second that was and the p99 of what each waited.
	flatOut := func() (rate, p99 float64) {
		times := make([][]time.Duration, posters)
		start := time.Now()
		var all sync.WaitGroup
		for i := range posters {
			all.Go(func() {
				for time.Since(start) < slice {
					times[i] = append(times[i], post(first+int64(people-1-i)))
				}
			})
		}
		all.Wait()
		posted := slices.Concat(times...)
		rate = float64(len(posted)) / time.Since(start).Seconds()
		_, late := percentiles(posted)
		return rate, ms(late)
	}
	paced := func() (times []time.Duration) {
		tick := time.NewTicker(time.Second / 100)
		defer tick.Stop()
		for range 300 {
			<-tick.C
			times = append(times, post(jon))
		}
		return times
	}
	for b.Loop() {
		var rate, late [2][]float64 // quiet, and read
		var calm [2][]time.Duration
		for range turns {
			for i, meanwhile := range []func(func()){func(do func()) { do() }, reading} {
				meanwhile(func() {
					r, p99 := flatOut()
					rate[i], late[i] = append(rate[i], r), append(late[i], p99)
				})
				meanwhile(func() { calm[i] = append(calm[i], paced()...) })
			}
		}
		if read := w.number(`SELECT count(*) FROM sight WHERE read_at > 0`); read < turns*people/60 {
			b.Fatalf("only %d people have read", read)
		}
		tell := func(name string, quiet, read float64) {
			b.ReportMetric(quiet, name+"-quiet")
			b.ReportMetric(read, name+"-read")
			b.ReportMetric(read/quiet, name+"-ratio")
		}
		tell("posts/s", middle(rate[0]), middle(rate[1]))
		tell("p99-ms", middle(late[0]), middle(late[1]))
		quiet50, quiet99 := percentiles(calm[0])
		read50, read99 := percentiles(calm[1])
		tell("hundred-p50-ms", ms(quiet50), ms(read50))
		tell("hundred-p99-ms", ms(quiet99), ms(read99))
	}
	b.ReportMetric(0, "ns/op")
}

// middle is the median of some figures.
func middle(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
