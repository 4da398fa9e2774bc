package store_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tincan/store"
)

// genSmall is the smaller of the two pasts whose times are compared: what a screen asks for may not grow with history.
const genSmall = 10_000

var genLarge = flag.Int("posts", 1_000_000, "how many posts the larger past of the benchmarks has; it is made once and kept")

// question is something that a screen asks for, of one of many people.
type question func(s *world, person int64) error

// ask times a question at both sizes and reports p50 and p99 of each, and how much slower the larger is.
func ask(b *testing.B, people []int64, q question) {
	small, large := openGenerated(b, genSmall), openGenerated(b, *genLarge)
	var times [2][]time.Duration
	turn := func(i int) {
		for k, w := range []*world{small, large} {
			start := time.Now()
			if err := q(w, people[i%len(people)]); err != nil {
				b.Fatal(err)
			}
			times[k] = append(times[k], time.Since(start))
		}
	}
	for i := range 20 * len(people) { // every connection has seen every person: warm
		turn(i)
	}
	times = [2][]time.Duration{}
	for i := 0; b.Loop(); i++ {
		turn(i)
	}
	p50, p99 := percentiles(times[0])
	b.ReportMetric(ms(p50), "10k-p50-ms")
	b.ReportMetric(ms(p99), "10k-p99-ms")
	large50, large99 := percentiles(times[1])
	b.ReportMetric(ms(large50), "large-p50-ms")
	b.ReportMetric(ms(large99), "large-p99-ms")
	b.ReportMetric(float64(large50)/float64(p50), "large/10k")
	b.ReportMetric(0, "ns/op") // the mean of both sizes says nothing
}

func percentiles(d []time.Duration) (p50, p99 time.Duration) {
	slices.Sort(d)
	return d[len(d)/2], d[len(d)*99/100]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func openGenerated(b *testing.B, n int) *world {
	b.Helper()
	return openWorld(b, generated(b, n), store.Options{Now: time.Now})
}

// few and many are people in genFew and in genMany channels.
var (
	few  = []int64{1, 102, 203, 304, 405, 506, 607, 708, 809, 911}
	many = []int64{10, 120, 230, 340, 450, 560, 670, 780, 890, 1000}
)

func BenchmarkHome12(b *testing.B) { ask(b, few, home) }

func BenchmarkHome30(b *testing.B) { ask(b, many, home) }

func home(w *world, me int64) error {
	return full(w.Home(w.ctx, me, 0, 50))
}

func BenchmarkHomeActive30(b *testing.B) {
	ask(b, many, func(w *world, me int64) error {
		posts, _, err := w.HomeActive(w.ctx, me, 0, 50)
		return full(posts, err)
	})
}

func BenchmarkInbox(b *testing.B) {
	ask(b, few, func(w *world, me int64) error {
		_, err := w.Inbox(w.ctx, me, nil, 50)
		return err
	})
}

func BenchmarkSaved(b *testing.B) {
	ask(b, few, func(w *world, me int64) error {
		_, err := w.Saved(w.ctx, me, 0, 50)
		return err
	})
}

// full fails unless a page of 50 came: nothing is fast that is not there.
func full(posts []store.Post, err error) error {
	if err == nil && len(posts) != 50 {
		err = fmt.Errorf("%d posts of 50", len(posts))
	}
	return err
}

func BenchmarkChannel(b *testing.B) {
	ask(b, few, func(w *world, me int64) error {
		return full(w.ChannelPosts(w.ctx, me, 1, 0, 50))
	})
}

func BenchmarkThread200(b *testing.B) {
	long := map[*world]int64{}
	ask(b, few, func(w *world, me int64) error {
		if long[w] == 0 {
			long[w] = w.number(`SELECT id FROM post WHERE channel_id = 1 AND root_id = 0 AND replies = 200 ORDER BY id DESC LIMIT 1`)
		}
		th, err := w.Thread(w.ctx, me, long[w], 0, genReplies)
		if err == nil && len(th.Replies) != genReplies {
			err = fmt.Errorf("%d replies of %d", len(th.Replies), genReplies)
		}
		return err
	})
}

func BenchmarkSidebar30(b *testing.B) {
	ask(b, many, func(w *world, me int64) error {
		list, err := w.Sidebar(w.ctx, me)
		if err == nil && len(list) != genMany {
			err = fmt.Errorf("%d channels of %d", len(list), genMany)
		}
		return err
	})
}

func BenchmarkNextUnread30(b *testing.B) {
	ask(b, many, func(w *world, me int64) error {
		_, _, err := w.NextUnread(w.ctx, me, store.Place{})
		return err
	})
}

func BenchmarkPost1(b *testing.B) { write(b, 1) }

func BenchmarkPost64(b *testing.B) { write(b, 64) }

// write has so many people post at once into a copy of the large past, in words of all kinds, while one more looks for
// each of their own posts until it is found. Each post is on the disk when its time ends.
func write(b *testing.B, people int) {
	w := copyGenerated(b)
	bodies := someBodies(4096)
	var turns atomic.Int64
	times := make([][]time.Duration, people)
	ctx, cancel := context.WithCancel(w.ctx)
	var all, looking sync.WaitGroup
	var found []time.Duration
	b.ResetTimer()
	looking.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			found = append(found, w.findOwn(b, fmt.Sprintf("lookedfor%d", i)))
		}
	})
	for i := range people {
		all.Go(func() {
			for n := turns.Add(1); n <= int64(b.N); n = turns.Add(1) {
				start := time.Now()
				if _, err := w.CreatePost(w.ctx, int64(i+1), store.NewPost{Place: store.Place{Channel: 1}, Body: bodies[n%int64(len(bodies))]}); err != nil {
					b.Error(err)
					return
				}
				times[i] = append(times[i], time.Since(start))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	cancel()
	looking.Wait()
	p50, p99 := percentiles(slices.Concat(times...))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
	b.ReportMetric(ms(p50), "p50-ms")
	b.ReportMetric(ms(p99), "p99-ms")
	found50, _ := percentiles(found)
	b.ReportMetric(ms(found50), "found-p50-ms")
	b.ReportMetric(ms(slices.Max(found)), "found-most-ms")
	log, err := os.Stat(filepath.Join(w.dir, store.File+"-wal"))
	w.must(err)
	b.ReportMetric(float64(log.Size())/(1<<20), "log-MB")
	b.ReportMetric(0, "ns/op")
}

// someBodies are texts of ten to thirty words, of which few are common and most are rare.
func someBodies(n int) []string {
	rng := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(rng, 1.07, 3, genWords-1)
	bodies := make([]string, n)
	for i := range bodies {
		var words []string
		for range 10 + rng.IntN(20) {
			words = append(words, genWord(int(zipf.Uint64())))
		}
		bodies[i] = strings.Join(words, " ")
	}
	return bodies
}

// findOwn writes a post of one word and says how long it takes until a search finds it.
func (w *world) findOwn(b *testing.B, word string) time.Duration {
	if _, err := w.CreatePost(w.ctx, 1000, store.NewPost{Place: store.Place{Channel: 1}, Body: word}); err != nil {
		b.Error(err)
	}
	start := time.Now()
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		found, err := w.Search(w.ctx, 1, word, store.Newest, 0, 1)
		if err != nil || len(found.Posts) > 0 || time.Since(start) > time.Minute {
			if err != nil {
				b.Error(err)
			}
			return time.Since(start)
		}
	}
}

// copyGenerated is a copy of the large past, to write into.
func copyGenerated(b *testing.B) *world {
	dir := b.TempDir()
	if err := copyFile(filepath.Join(dir, store.File), filepath.Join(generated(b, *genLarge), store.File)); err != nil {
		b.Fatal(err)
	}
	return openWorld(b, dir, store.Options{Now: time.Now, PostsPerMinute: 1 << 30})
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Sync(); err != nil { // or the first checkpoint would wait for all of it
		return err
	}
	return out.Close()
}

// BenchmarkScreens reports what a thousand open Homes cost the store after one post to all: as they ask, which is for
// the newest page and the sidebar, and with the one new post in place of the page.
func BenchmarkScreens(b *testing.B) {
	w := openGenerated(b, *genLarge)
	newest, err := w.ChannelPosts(w.ctx, 1, 1, 0, 1)
	if err != nil {
		b.Fatal(err)
	}
	for name, ask := range map[string]func(me int64) error{
		"page": func(me int64) error { return full(w.Home(w.ctx, me, 0, 50)) },
		"post": func(me int64) error { _, err := w.Post(w.ctx, me, newest[0].ID); return err },
		"bar":  func(me int64) error { _, err := w.Sidebar(w.ctx, me); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var people atomic.Int64
				var screens sync.WaitGroup
				for range runtime.GOMAXPROCS(0) {
					screens.Go(func() {
						for me := people.Add(1); me <= 1000; me = people.Add(1) {
							if err := ask(me); err != nil {
								b.Error(err)
							}
						}
					})
				}
				screens.Wait()
			}
			b.ReportMetric(ms(b.Elapsed())/float64(b.N), "ms/1000-screens")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkDisk reports what a post takes on the disk, with all that belongs to it.
func BenchmarkDisk(b *testing.B) {
	w := openGenerated(b, *genLarge)
	posts := float64(w.number(`SELECT count(*) FROM post`))
	b.ReportMetric(float64(w.number(`SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`))/posts, "B/post")
	b.ReportMetric(float64(w.number(`SELECT sum(length(CAST(body AS BLOB))) FROM post`))/posts, "B/body")
	for name, like := range map[string]string{"table": "post", "indexes": "post\\_%", "search": "search%", "follows": "follow%"} {
		b.ReportMetric(float64(w.number(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE ? ESCAPE '\'`, like))/posts, "B/"+name)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCheck is how long an operator waits for tincan doctor.
func BenchmarkCheck(b *testing.B) {
	dir := generated(b, *genLarge)
	for b.Loop() {
		if wrong, err := store.Check(b.Context(), dir); err != nil || len(wrong) > 0 {
			b.Fatal(wrong, err)
		}
	}
}
