//go:build unix

package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tincan/server"
	"tincan/store"
)

// A backup a day for ten weeks: seven days are kept, and the first of each of four weeks.
func TestSchedule(t *testing.T) {
	p := &program{data: t.TempDir()}
	today := time.Date(2026, 9, 1, 3, 0, 0, 0, time.UTC)
	var clock atomic.Int64 // in ms; the store asks for it beside the test
	clock.Store(today.UnixMilli())
	now := func() time.Time { return time.UnixMilli(clock.Load()).UTC() }
	s, err := store.Open(t.Context(), p.data, store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := server.LoadHostKey(p.data); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "backups")
	d := &schedule{program: p, store: s, dir: dir, now: now, log: slog.New(slog.DiscardHandler)}
	d.today(t.Context())
	first := filepath.Join(dir, "tincan-2026-09-01.zip")
	info, err := os.Stat(first)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	last, err := s.LastBackup(t.Context(), store.Operator)
	if err != nil || last.Failed != "" || !last.At.Equal(today) || last.File != first || last.Bytes != info.Size() {
		t.Fatalf("noted: %+v %v", last, err)
	}
	other := filepath.Join(dir, "tincan-notes.zip")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	// The days between are as good as written.
	spare := filepath.Join(t.TempDir(), "spare.zip")
	if err := os.Link(first, spare); err != nil {
		t.Fatal(err)
	}
	for day := today.AddDate(0, 0, 1); day.Before(today.AddDate(0, 0, 70)); day = day.AddDate(0, 0, 1) {
		if err := os.Link(spare, filepath.Join(dir, day.Format(backupName))); err != nil {
			t.Fatal(err)
		}
		if err := d.prune(); err != nil {
			t.Fatal(err)
		}
	}
	today = today.AddDate(0, 0, 70) // Tuesday 10 November
	clock.Store(today.UnixMilli())
	d.today(t.Context())
	d.today(t.Context()) // once a day
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(e.Name(), "tincan-"), ".zip"))
	}
	const want = "2026-10-19 2026-10-26 2026-11-02 2026-11-04 2026-11-05 2026-11-06 2026-11-07 2026-11-08 2026-11-09 2026-11-10 notes"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("kept\n%s, want\n%s", got, want)
	}

	// A failure is noted, and what is known of the last good one stays.
	today = today.AddDate(0, 0, 1)
	clock.Store(today.UnixMilli())
	if err := os.Remove(filepath.Join(p.data, server.HostKeyFile)); err != nil {
		t.Fatal(err)
	}
	d.today(t.Context())
	last, err = s.LastBackup(t.Context(), store.Operator)
	if err != nil || !strings.Contains(last.Failed, "the host key cannot be read") || !last.At.Equal(today.AddDate(0, 0, -1)) {
		t.Errorf("noted: %+v %v", last, err)
	}
	if _, err := server.LoadHostKey(p.data); err != nil {
		t.Fatal(err)
	}
	d.today(t.Context()) // the next hour
	if last, err = s.LastBackup(t.Context(), store.Operator); err != nil || last.Failed != "" || !last.At.Equal(today) {
		t.Errorf("noted: %+v %v", last, err)
	}
}
