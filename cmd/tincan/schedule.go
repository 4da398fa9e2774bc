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
	events := d.store.Subscribe(ctx, store.Operator)
	d.today(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.today(ctx)
		case e, open := <-events:
			if !open {
				return
			}
			if e.Kind == store.Reload {
				d.wanted(ctx)
			}
		}
	}
}

// today writes the day's backup if there is none yet.
func (d *schedule) today(ctx context.Context) {
	path := filepath.Join(d.dir, d.now().Format(backupName))
	if _, err := os.Lstat(path); err != nil {
		d.make(ctx, path)
	}
}

// wanted writes the backup that an admin has asked for, in the place of the day's.
func (d *schedule) wanted(ctx context.Context) {
	b, err := d.store.LastBackup(ctx, store.Operator)
	if err == nil && !b.Wanted.IsZero() {
		d.make(ctx, filepath.Join(d.dir, d.now().Format(backupName)))
	}
}

// make writes a backup and notes what became of it.
func (d *schedule) make(ctx context.Context, path string) {
	size, err := d.write(ctx, path)
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
	if err := d.store.NoteBackup(ctx, path, size, failed); err != nil {
		d.log.Error("the outcome of the backup could not be noted", "err", err)
	}
}

// write writes a backup, in the place of an earlier one of that name once it is whole, and returns its size.
func (d *schedule) write(ctx context.Context, path string) (size int64, err error) {
	if err := os.MkdirAll(d.dir, folderMode); err != nil {
		return 0, fmt.Errorf("the folder for backups cannot be made (%w)", err)
	}
	if err := store.Sweep(d.dir); err != nil {
		return 0, err
	}
	work, err := store.NewWork(d.dir)
	if err != nil {
		return 0, fmt.Errorf("the folder for backups cannot be written to (%w)", err)
	}
	defer os.RemoveAll(work)
	part := filepath.Join(work, filepath.Base(path))
	if _, err := d.program.backup(ctx, d.store, part, d.now()); err != nil {
		return 0, err
	}
	info, err := os.Stat(part)
	if err != nil {
		return 0, err
	}
	if err := os.Rename(part, path); err != nil {
		return 0, fmt.Errorf("the backup cannot be given its name (%w)", err)
	}
	return info.Size(), d.prune()
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
