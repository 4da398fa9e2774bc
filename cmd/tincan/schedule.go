package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tincan/store"
)

const (
	backupEvery  = time.Hour // how often schedule looks whether the day has its backup; one that failed is tried again then
	dailyBackups = 7         // days of which a backup is kept
	weekBackups  = 4         // weeks of which the first is kept: somebody notices within a month
	backupName   = "tincan-2006-01-02.zip"
)

// schedule writes a backup a day into a folder until its context ends.
type schedule struct {
	program *program
	store   *store.Store
	dir     string
	now     func() time.Time
	log     *slog.Logger
}

func (d *schedule) run(ctx context.Context) {
	tick := time.NewTicker(backupEvery)
	defer tick.Stop()
	for {
		d.today(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// today writes the day's backup if there is none yet, and notes what became of it.
func (d *schedule) today(ctx context.Context) {
	path := filepath.Join(d.dir, d.now().Format(backupName))
	if _, err := os.Lstat(path); err == nil {
		return
	}
	err := d.write(ctx, path)
	if ctx.Err() != nil { // stopping; the next start makes up for it
		return
	}
	failed := ""
	if err != nil {
		failed = err.Error()
		d.log.Error("backup failed", "file", path, "err", err)
	} else {
		d.log.Info("backup written", "file", path)
	}
	if err := d.store.NoteBackup(ctx, failed); err != nil {
		d.log.Error("the outcome of the backup could not be noted", "err", err)
	}
}

func (d *schedule) write(ctx context.Context, path string) error {
	if err := os.MkdirAll(d.dir, folderMode); err != nil {
		return fmt.Errorf("the folder for backups cannot be made (%w)", err)
	}
	if err := store.Sweep(d.dir); err != nil {
		return err
	}
	if _, err := d.program.backup(ctx, d.store, path, d.now()); err != nil {
		return err
	}
	return d.prune()
}

// prune removes the backups that are older than what is kept. It touches no file of another name.
func (d *schedule) prune() error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	var days []time.Time
	for _, e := range entries {
		if day, err := time.Parse(backupName, e.Name()); err == nil {
			days = append(days, day)
		}
	}
	for _, day := range outdated(days) {
		err = errors.Join(err, os.Remove(filepath.Join(d.dir, day.Format(backupName))))
	}
	return err
}

// outdated are the days whose backup is kept no longer: neither one of the newest seven, nor the first of one of the
// newest four weeks (ISO 8601: they begin on Monday).
func outdated(days []time.Time) (old []time.Time) {
	slices.SortFunc(days, func(a, b time.Time) int { return b.Compare(a) })
	type week struct{ year, week int }
	first := map[week]time.Time{}
	var weeks []week // newest first
	for _, day := range days {
		y, w := day.ISOWeek()
		if _, seen := first[week{y, w}]; !seen {
			weeks = append(weeks, week{y, w})
		}
		first[week{y, w}] = day
	}
	keep := map[time.Time]bool{}
	for _, w := range weeks[:min(weekBackups, len(weeks))] {
		keep[first[w]] = true
	}
	for i, day := range days {
		if i >= dailyBackups && !keep[day] {
			old = append(old, day)
		}
	}
	return old
}
