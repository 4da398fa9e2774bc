package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// Schema is the number of the newest schema that this program knows.
func Schema() int {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil { // a pattern that is no pattern
		panic(err)
	}
	return len(names)
}

// Snapshot writes the database, as it is at one moment, to the new file path: whole, without what was deleted, and
// for nobody else to read. People post meanwhile. For the Operator and admins.
func (s *Store) Snapshot(ctx context.Context, me int64, path string) error {
	if err := s.read(ctx, func(t *tx) error { return t.mustRun(me) }); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let everyone read it, and fills an empty file
	if err != nil {
		return err
	}
	f.Close()
	db, err := sql.Open("sqlite", dsn(s.path, ""))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return mapError(err)
}

// Sound returns the number of the schema of the database file path, or ErrInvalid with a sentence if it is damaged
// or of a newer program.
func Sound(ctx context.Context, path string) (schema int, err error) {
	db, err := sql.Open("sqlite", dsn(path, "&mode=ro&immutable=1"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&schema); err != nil {
		return 0, &sentence{kind: ErrInvalid, cause: err, text: path + " is damaged or is no tincan database."}
	}
	if most := Schema(); schema > most {
		return schema, newer(schema, most)
	}
	for _, c := range checks[:2] { // structure and references; counters can be repaired
		wrong, err := c.run(ctx, db)
		if err != nil || len(wrong) > 0 {
			return schema, &sentence{kind: ErrInvalid, cause: err, text: path + " is damaged."}
		}
	}
	return schema, nil
}

func newer(schema, known int) error {
	return refuse(ErrInvalid, "This data was written by a newer tincan (its schema is %d; this program knows %d). Nothing was changed; use the newer program.", schema, known)
}

// NoteBackup keeps what became of a scheduled backup: why it failed, or "" and the time for one that was written.
// What is kept of the last good one outlives a failure.
func (s *Store) NoteBackup(ctx context.Context, failed string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		const set = `INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
		if failed == "" {
			if err := t.run(set, "backup_at", strconv.FormatInt(t.ms(), 10)); err != nil {
				return err
			}
		}
		t.emit(Event{Kind: Reload})
		return t.run(set, "backup_failed", CleanLine(failed))
	})
}

// LastBackup returns when the last scheduled backup was written (zero: never) and why the newest failed, "" if it
// did not. For the Operator and admins.
func (s *Store) LastBackup(ctx context.Context, me int64) (at time.Time, failed string, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		at, failed, err = t.lastBackup()
		return err
	})
	return at, failed, err
}

func (t *tx) lastBackup() (at time.Time, failed string, err error) {
	var ms int64
	const get = `SELECT value FROM setting WHERE name = ?`
	if err := t.get(get, []any{"backup_at"}, &ms); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return at, "", err
	}
	err = t.get(get, []any{"backup_failed"}, &failed)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return fromMS(ms), failed, err
}
