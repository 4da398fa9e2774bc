package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"tincan/store"
)

// metrics are the figures that a Prometheus server may read of this one. None of them names a person, a channel or an
// address. A nil *metrics counts nothing.
type metrics struct {
	server   *Server
	signIns  atomic.Int64
	refusals map[string]*atomic.Int64 // by reason; all of them are there from the start, as nought is a figure too
	posts    atomic.Int64
	keys     *histogram
	shows    *histogram
	reads    *histogram
	writes   *histogram
}

func newMetrics(s *Server) *metrics {
	paints := make([]time.Duration, len(store.KeySteps)) // the steps of the figure S1
	for i, ms := range store.KeySteps {
		paints[i] = time.Duration(ms) * time.Millisecond
	}
	quick := make([]time.Duration, 8)
	for i, step := 0, 100*time.Microsecond; i < len(quick); i, step = i+1, 4*step { // to 1.6 s
		quick[i] = step
	}
	m := &metrics{
		server: s, refusals: map[string]*atomic.Int64{},
		keys: newHistogram(paints), shows: newHistogram(paints), reads: newHistogram(quick), writes: newHistogram(quick),
	}
	for _, reason := range []string{refusedCode, refusedPassword, refusedGuesses, refusedPerson, refusedLate, refusedBusy} {
		m.refusals[reason] = new(atomic.Int64)
	}
	return m
}

func (m *metrics) signedIn() {
	if m != nil {
		m.signIns.Add(1)
	}
}

func (m *metrics) refused(reason string) {
	if m != nil {
		m.refusals[reason].Add(1)
	}
}

func (m *metrics) followed(took time.Duration) {
	if m != nil {
		m.keys.observe(took)
	}
}

func (m *metrics) shown(took time.Duration) {
	if m != nil {
		m.shows.observe(took)
	}
}

// meter is what the store tells.
func (m *metrics) meter() *store.Meter {
	return &store.Meter{Read: m.reads.observe, Wrote: m.writes.observe, Posted: func() { m.posts.Add(1) }}
}

// write writes all of them: what was counted, and what is read when somebody asks.
func (m *metrics) write(to *scrape) {
	to.figure("tincan_sign_ins_total", counter, "Connections whose person was let in.", float64(m.signIns.Load()))
	const refusals = "tincan_refusals_total"
	to.about(refusals, counter, "Answers and connections that were not let in, by reason.")
	for _, reason := range slices.Sorted(maps.Keys(m.refusals)) {
		to.value(fmt.Sprintf("%s{reason=%q}", refusals, reason), float64(m.refusals[reason].Load()))
	}
	to.figure("tincan_posts_total", counter, "Posts and replies written.", float64(m.posts.Load()))
	to.histogram("tincan_key_to_paint_seconds", "From a key to the screen that follows it being written to the client.", m.keys)
	to.histogram("tincan_post_to_paint_seconds", "From a post being written to a screen of somebody else that shows it being written to their client.", m.shows)
	to.histogram("tincan_store_read_seconds", "Reading from the database, with waiting for a turn.", m.reads)
	to.histogram("tincan_store_write_seconds", "Writing to the database until it is on the disk, with waiting for a turn.", m.writes)
	m.sizes(to)
	to.runtime()
	to.process()
}

// sizes are who is here, and what the data takes. Of backups there is nothing before the first.
func (m *metrics) sizes(to *scrape) {
	m.server.mu.Lock()
	open := m.server.now
	m.server.mu.Unlock()
	to.figure("tincan_sessions", gauge, "Sessions open: windows, and commands that run.", float64(open))
	database, log := m.server.store.Sizes()
	to.figure("tincan_database_bytes", gauge, "The database's file.", float64(database))
	to.figure("tincan_wal_bytes", gauge, "The write-ahead log beside it.", float64(log))
	ctx, cancel := context.WithTimeout(m.server.ctx, metricsTime)
	defer cancel()
	b, err := m.server.store.LastBackup(ctx, store.Operator)
	if err != nil || b.Dir == "" {
		return
	}
	failed := 0.0
	if b.Failed != "" {
		failed = 1
	}
	to.figure("tincan_backup_failed", gauge, "1 where one has been tried since and failed.", failed)
	if !b.At.IsZero() {
		to.figure("tincan_backup_bytes", gauge, "The last backup of --backup-dir.", float64(b.Bytes))
		to.figure("tincan_backup_timestamp_seconds", gauge, "When that was made, in seconds since 1970.", float64(b.At.Unix()))
	}
}
