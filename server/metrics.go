package server

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tincan/store"
)

const (
	metricsPath   = "/metrics"       // where Prometheus looks unless told otherwise
	metricsTime   = 10 * time.Second // for a request and for its answer: a scraper gives up by then, too
	metricsHeader = 8 << 10          // bytes of a request's header: a scraper sends some hundred
	metricsAtOnce = 4                // answers that are being made: two scrapers, and somebody who looks
)

// metrics are the figures that a Prometheus server may read of this one. None of them names a person, a channel or an
// address. A nil *metrics counts nothing.
type metrics struct {
	registry *prometheus.Registry
	signIns  prometheus.Counter
	refusals *prometheus.CounterVec
	posts    prometheus.Counter
	keys     prometheus.Histogram
	shows    prometheus.Histogram
	reads    prometheus.Histogram
	writes   prometheus.Histogram
}

func newMetrics(s *Server) *metrics {
	counter := func(name, help string) prometheus.CounterOpts { return prometheus.CounterOpts{Name: name, Help: help} }
	seconds := func(name, help string, steps []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: steps})
	}
	paints := make([]float64, len(store.KeySteps)) // the steps of the figure S1
	for i, ms := range store.KeySteps {
		paints[i] = float64(ms) / 1000
	}
	quick := prometheus.ExponentialBuckets(0.0001, 4, 8) // 0.1 ms to 1.6 s
	m := &metrics{
		registry: prometheus.NewRegistry(),
		signIns:  prometheus.NewCounter(counter("tincan_sign_ins_total", "Connections whose person was let in.")),
		refusals: prometheus.NewCounterVec(counter("tincan_refusals_total", "Answers and connections that were not let in, by reason."), []string{"reason"}),
		posts:    prometheus.NewCounter(counter("tincan_posts_total", "Posts and replies written.")),
		keys:     seconds("tincan_key_to_paint_seconds", "From a key to the screen that follows it being written to the client.", paints),
		shows:    seconds("tincan_post_to_paint_seconds", "From a post being written to a screen of somebody else that shows it being written to their client.", paints),
		reads:    seconds("tincan_store_read_seconds", "Reading from the database, with waiting for a turn.", quick),
		writes:   seconds("tincan_store_write_seconds", "Writing to the database until it is on the disk, with waiting for a turn.", quick),
	}
	for _, reason := range []string{refusedCode, refusedPassword, refusedGuesses, refusedPerson, refusedLate, refusedBusy} {
		m.refusals.WithLabelValues(reason) // nought is a figure too
	}
	m.registry.MustRegister(m.signIns, m.refusals, m.posts, m.keys, m.shows, m.reads, m.writes, sizes{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) signedIn() {
	if m != nil {
		m.signIns.Inc()
	}
}

func (m *metrics) refused(reason string) {
	if m != nil {
		m.refusals.WithLabelValues(reason).Inc()
	}
}

func (m *metrics) followed(took time.Duration) {
	if m != nil {
		m.keys.Observe(took.Seconds())
	}
}

func (m *metrics) shown(took time.Duration) {
	if m != nil {
		m.shows.Observe(took.Seconds())
	}
}

// meter is what the store tells.
func (m *metrics) meter() *store.Meter {
	return &store.Meter{
		Read:   func(took time.Duration) { m.reads.Observe(took.Seconds()) },
		Wrote:  func(took time.Duration) { m.writes.Observe(took.Seconds()) },
		Posted: m.posts.Inc,
	}
}

// serve answers whoever asks on the listener, until stop is called.
func (m *metrics) serve(ln net.Listener, log *slog.Logger) (stop func()) {
	mux := http.NewServeMux()
	mux.Handle("GET "+metricsPath, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: metricsAtOnce}))
	web := &http.Server{
		Handler: mux, ReadTimeout: metricsTime, WriteTimeout: metricsTime, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: metricsHeader,
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelDebug), // of clients that talk nonsense
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := web.Serve(ln); err != http.ErrServerClosed {
			log.Error("figures for Prometheus are served no longer", "err", err)
		}
	}()
	return func() {
		web.Close()
		<-ended
	}
}

// sizes are read when somebody asks: who is here, and what the data takes.
type sizes struct{ *Server }

var (
	sessionsOpen  = prometheus.NewDesc("tincan_sessions", "Sessions open: windows, and commands that run.", nil, nil)
	databaseBytes = prometheus.NewDesc("tincan_database_bytes", "The database's file.", nil, nil)
	logBytes      = prometheus.NewDesc("tincan_wal_bytes", "The write-ahead log beside it.", nil, nil)
	backupBytes   = prometheus.NewDesc("tincan_backup_bytes", "The last backup of --backup-dir.", nil, nil)
	backupAt      = prometheus.NewDesc("tincan_backup_timestamp_seconds", "When that was made, in seconds since 1970.", nil, nil)
	backupFailed  = prometheus.NewDesc("tincan_backup_failed", "1 where one has been tried since and failed.", nil, nil)
)

// Describe says what there is.
func (s sizes) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sessionsOpen, databaseBytes, logBytes, backupBytes, backupAt, backupFailed} {
		to <- d
	}
}

// Collect reads it. Of backups there is nothing before the first.
func (s sizes) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	s.mu.Lock()
	open := s.now
	s.mu.Unlock()
	gauge(sessionsOpen, float64(open))
	database, log := s.store.Sizes()
	gauge(databaseBytes, float64(database))
	gauge(logBytes, float64(log))
	ctx, cancel := context.WithTimeout(s.ctx, metricsTime)
	defer cancel()
	b, err := s.store.LastBackup(ctx, store.Operator)
	if err != nil || b.Dir == "" {
		return
	}
	failed := 0.0
	if b.Failed != "" {
		failed = 1
	}
	gauge(backupFailed, failed)
	if !b.At.IsZero() {
		gauge(backupBytes, float64(b.Bytes))
		gauge(backupAt, float64(b.At.Unix()))
	}
}
