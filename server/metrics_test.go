package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// scraped has the server keep figures, and returns what a Prometheus server reads of it.
func scraped(t *testing.T) (change func(*Config), read func() string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	read = func() string {
		answer, err := client.Get("http://" + ln.Addr().String() + metricsPath)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer.Status, err)
		}
		return string(text)
	}
	return func(c *Config) { c.Metrics = ln }, read
}

// figure is the value of a line of what was read, -1 where there is none.
func figure(text, name string) float64 {
	v := -1.0
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			fmt.Sscan(rest, &v)
		}
	}
	return v
}

// What happens is in the figures a moment later, and nobody's name is.
func TestMetrics(t *testing.T) {
	change, read := scraped(t)
	r := start(t, change)
	maya, key := r.member("maya")
	ben, _ := r.member("ben")
	secret, err := r.store.CreateChannel(r.Context(), maya.ID, store.NewChannel{Name: "secretplan", Private: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.dial((&talk{answers: []string{"not-a-code"}}).method()); err == nil {
		t.Fatal("in")
	}
	screen := r.terminal(r.enter(key), 80, 24)
	r.shows(screen, 80, 24, "Your name")
	fmt.Fprint(screen.keys, "\x1b")
	r.shows(screen, 80, 24, "Say hello")
	fmt.Fprint(screen.keys, "\x1b")
	r.shows(screen, 80, 24, "Inbox")
	everyone, err := r.store.Channel(r.Context(), ben.ID, "everyone")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ by, in int64 }{{ben.ID, everyone.ID}, {maya.ID, secret.ID}} {
		if _, err := r.store.CreatePost(r.Context(), p.by, store.NewPost{Place: store.Place{Channel: p.in}, Body: "remarkable words"}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]float64{
		"tincan_sessions":                      1,
		"tincan_sign_ins_total":                1,
		"tincan_posts_total":                   2, // also where hardly anybody sees them
		`tincan_refusals_total{reason="code"}`: maxWrong,
		`tincan_refusals_total{reason="late"}`: 0,
		"tincan_post_to_paint_seconds_count":   1, // maya's own is none
		"tincan_backup_timestamp_seconds":      -1,
	}
	text := ""
	if !poll(func() bool {
		text = read()
		for name, v := range want {
			if figure(text, name) != v {
				return false
			}
		}
		return true
	}) {
		for name, v := range want {
			if got := figure(text, name); got != v {
				t.Errorf("%s is %v, want %v", name, got, v)
			}
		}
	}
	for _, name := range []string{"tincan_database_bytes", "tincan_store_read_seconds_count", "tincan_store_write_seconds_count", "tincan_key_to_paint_seconds_count", "go_goroutines", "go_memstats_sys_bytes", "go_threads"} {
		if figure(text, name) <= 0 {
			t.Errorf("%s is %v", name, figure(text, name))
		}
	}
	if runtime.GOOS == "linux" {
		for _, name := range []string{"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds"} {
			if figure(text, name) <= 0 {
				t.Errorf("%s is %v", name, figure(text, name))
			}
		}
	}
	for _, word := range []string{"maya", "ben", "everyone", "secretplan", "remarkable", "127.0.0.1"} {
		if strings.Contains(text, word) {
			t.Errorf("the figures say %q", word)
		}
	}
	wrong, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Error(err)
	}
	for _, p := range wrong {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A time counts for the step that it just does not pass and for all above it, and one that passes them all for the last.
func TestHistogram(t *testing.T) {
	h := newHistogram([]time.Duration{time.Millisecond, 1638400 * time.Microsecond})
	for _, took := range []time.Duration{0, time.Millisecond, time.Millisecond + 1, time.Minute} {
		h.observe(took)
	}
	var s scrape
	s.histogram("wait", "Of a test.", h)
	const want = `# HELP wait Of a test.
# TYPE wait histogram
wait_bucket{le="0.001"} 2
wait_bucket{le="1.6384"} 3
wait_bucket{le="+Inf"} 4
wait_sum 60.002000001
wait_count 4
`
	if s.String() != want {
		t.Errorf("written\n%s", s.String())
	}
}

// Each way of not letting somebody in has a reason of its own.
func TestRefusalsAreCounted(t *testing.T) {
	change, read := scraped(t)
	r := start(t, change, func(c *Config) { c.Limits.FirstRequest = 500 * time.Millisecond }) // in which a busy machine signs in, too
	_, key := r.member("maya")
	r.suspend("maya")
	idle, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	r.eventually("it is too late", func() bool { return figure(read(), `tincan_refusals_total{reason="late"}`) == 1 })
	r.eventually("the person is refused", func() bool { return strings.Contains(r.refusal(gossh.PublicKeys(key)), "suspended") })
	r.eventually("and counted", func() bool { return figure(read(), `tincan_refusals_total{reason="person"}`) == 1 })
}

// BenchmarkMetrics prints what the figures add to one key, one post on one screen, one reading and one writing.
func BenchmarkMetrics(b *testing.B) {
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	s := &Server{ctx: ctx}
	for _, m := range []*metrics{nil, newMetrics(s)} {
		name := "on"
		if m == nil {
			name = "off"
		}
		b.Run(name, func(b *testing.B) {
			var tell *store.Meter
			if m != nil {
				tell = m.meter()
			}
			for b.Loop() {
				m.followed(time.Millisecond)
				m.shown(time.Millisecond)
				if tell != nil {
					began := time.Now()
					tell.Read(time.Since(began))
					began = time.Now()
					tell.Wrote(time.Since(began))
				}
			}
		})
	}
}
