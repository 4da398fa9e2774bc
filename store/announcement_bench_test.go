package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

// BenchmarkMustRead publishes a must read to 5,000 people and to 50,000, and prints how long that takes, a page of
// those who have not answered, and what people wait for a post while nobody answers, while 5,000 do within a minute,
// and while all do as fast as they can. Its figures are those of the last turn.
func BenchmarkMustRead(b *testing.B) {
	for _, size := range []int{5000, 50_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				mustReadOnce(b, size)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func mustReadOnce(b *testing.B, size int) {
	w := openWorld(b, b.TempDir(), store.Options{Now: time.Now, PostsPerMinute: 1 << 30})
	jon := w.admin("jon")
	first := w.crowd(size)
	timed := func(name string, do func()) {
		start := time.Now()
		do()
		b.ReportMetric(ms(time.Since(start)), name)
	}
	var p store.Post
	timed("publish-ms", func() { p = w.mustRead(jon, "read this") })
	list := func(those store.Those, department string) {
		_, err := w.Audience(w.ctx, jon, p.ID, those, department, nil, 50)
		w.must(err)
	}
	timed("page-ms", func() { list(store.ThosePending, "") })
	timed("departments-ms", func() {
		_, err := w.AudienceByDepartment(w.ctx, jon, p.ID)
		w.must(err)
	})
	b.ReportMetric(w.posting(jon, func() { time.Sleep(2 * time.Second) }), "post-quiet-p99-ms")
	answer := func(i int) {
		me := first + int64(i)
		_, err := w.MarkSeen(w.ctx, me, p.ID, 1, store.Part{To: store.WholeText})
		w.must(err)
		_, err = w.AnswerAnnouncement(w.ctx, me, p.ID, 0, "")
		w.must(err)
	}
	const paced = 400
	b.ReportMetric(w.posting(jon, func() {
		tick := time.NewTicker(time.Minute / 5000)
		defer tick.Stop()
		for i := range paced {
			<-tick.C
			answer(i)
		}
	}), "post-5000-a-minute-p99-ms")
	start := time.Now()
	b.ReportMetric(w.posting(jon, func() {
		var all sync.WaitGroup
		for part := range slices.Chunk(indexes(paced, 5000), (5000-paced+7)/8) {
			all.Go(func() {
				for _, i := range part {
					answer(i)
				}
			})
		}
		all.Wait()
	}), "post-flat-out-p99-ms")
	b.ReportMetric(float64(5000-paced)/time.Since(start).Seconds(), "answers/s")
	timed("page-last-ms", func() { list(store.ThosePending, "") }) // everyone before them has answered
	if size > 5000 {
		b.ReportMetric(w.posting(jon, func() {
			timed("remind-ms", func() {
				_, err := w.Remind(w.ctx, jon, p.ID, "")
				w.must(err)
			})
		}), "post-while-reminding-p99-ms")
	}
}

func indexes(from, to int) (all []int) {
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// crowd puts so many people onto the roster at once, in twenty departments, and returns the first.
func (w *world) crowd(n int) int64 {
	w.t.Helper()
	first := w.number(`SELECT max(id) + 1 FROM person`)
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
		INSERT INTO person (id, handle, name, department, state, created_at) SELECT ? + i, printf('p%05d', i), printf('Person %d', i), printf('Department %02d', i % 20), 2, 1 FROM n`, n, first)
	w.raw(`INSERT INTO member (person_id, channel_id, joined_at) SELECT p.id, c.id, 1 FROM person p CROSS JOIN channel c WHERE p.id >= ? AND c.everyone = 1`, first)
	w.raw(`UPDATE channel SET members = members + ? WHERE everyone = 1`, n)
	return first
}

// posting has somebody post twenty times a second while something goes on, and returns the p99 of what they wait, in ms.
func (w *world) posting(me int64, during func()) float64 {
	w.t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		during()
	}()
	everyone := w.everyone()
	var times []time.Duration
	for tick := time.NewTicker(time.Second / 20); ; <-tick.C {
		select {
		case <-over:
			tick.Stop()
			_, p99 := percentiles(times)
			return ms(p99)
		default:
		}
		start := time.Now()
		_, err := w.CreatePost(w.ctx, me, store.NewPost{Place: store.Place{Channel: everyone}, Body: "a post"})
		w.must(err)
		times = append(times, time.Since(start))
	}
}
