package store

import (
	"context"
	"os"
	"strconv"
	"time"

	"zombiezen.com/go/sqlite"
)

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
	err = inFile(ctx, uri(s.path), sqlite.OpenReadWrite, nil, func(t *tx) error { return t.run(`VACUUM INTO ?`, path) })
	return mapError(err)
}

// Sound returns the number of the schema of the database file path, or ErrInvalid with a sentence if it is damaged
// or of a newer program.
func Sound(ctx context.Context, path string) (schema int, err error) {
	err = inFile(ctx, atRest(path), sqlite.OpenReadOnly, nil, func(t *tx) error {
		if schema, err = t.version(); err != nil {
			return &sentence{kind: ErrInvalid, cause: err, text: path + " is damaged or is no tincan database."}
		}
		if schema > Schema() {
			return newer(schema)
		}
		for _, c := range checks[:2] { // structure and references; counters can be repaired
			wrong, err := c.run(t)
			if err != nil || len(wrong) > 0 {
				return &sentence{kind: ErrInvalid, cause: err, text: path + " is damaged."}
			}
		}
		return nil
	})
	return schema, err
}

func newer(schema int) error {
	return refuse(ErrInvalid, "This data was written by a newer tincan (its schema is %d; this program knows %d). Nothing was changed; use the newer program.", schema, Schema())
}

// Backup is what is known of the backups that the server makes by itself.
type Backup struct {
	Dir    string    // the folder on the server; "" where it makes none
	At     time.Time // of the newest good one; zero: never
	File   string    // that one
	Bytes  int64     // of that file
	Failed string    // why the newest attempt failed; "" if it did not
	Wanted time.Time // when an admin asked for one that is not made yet; zero: none
}

// SetBackupDir keeps where the server makes backups, "" for nowhere. For the Operator.
func (s *Store) SetBackupDir(ctx context.Context, me int64, dir string) error {
	was, err := s.LastBackup(ctx, me)
	if err != nil || was.Dir == dir {
		return err
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if err := mustOperate(me); err != nil {
			return err
		}
		return t.set("backup_dir", dir)
	})
}

// WantBackup asks for a backup now, besides that of the day. ErrForbidden unless me is an admin, ErrInvalid where the
// server makes none.
func (s *Store) WantBackup(ctx context.Context, me int64, why string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		b, err := t.backup()
		if err != nil {
			return err
		}
		if b.Dir == "" {
			return refuse(ErrInvalid, "The server makes no backups: whoever runs it starts it with --backup-dir and a folder.")
		}
		if err := t.decide(me, Decision{Act: "asked for", About: "a backup", Why: why}); err != nil {
			return err
		}
		t.emit(Event{Kind: Reload})
		return t.set("backup_wanted", strconv.FormatInt(t.ms(), 10))
	})
}

// NoteBackup keeps what became of a backup: the file and its size, or why it failed. What is kept of the last good one
// outlives a failure; whoever asked for one has their answer either way.
func (s *Store) NoteBackup(ctx context.Context, file string, bytes int64, failed string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		is := map[string]string{"backup_failed": CleanLine(failed), "backup_wanted": ""}
		if failed == "" {
			is["backup_at"], is["backup_file"], is["backup_bytes"] = strconv.FormatInt(t.ms(), 10), file, strconv.FormatInt(bytes, 10)
		}
		for name, value := range is {
			if err := t.set(name, value); err != nil {
				return err
			}
		}
		t.emit(Event{Kind: Reload})
		return nil
	})
}

// LastBackup returns what is known of the backups. For the Operator and admins.
func (s *Store) LastBackup(ctx context.Context, me int64) (b Backup, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		b, err = t.backup()
		return err
	})
	return b, err
}

func (t *tx) backup() (b Backup, err error) {
	rows, err := collect(t, scanPair[string], `SELECT name, value FROM setting WHERE name BETWEEN 'backup_' AND 'backup_z'`)
	number := func(value string) int64 {
		n, _ := strconv.ParseInt(value, 10, 64) // "" is none
		return n
	}
	for _, s := range rows {
		switch value := s[1]; s[0] {
		case "backup_dir":
			b.Dir = value
		case "backup_at":
			b.At = fromMS(number(value))
		case "backup_file":
			b.File = value
		case "backup_bytes":
			b.Bytes = number(value)
		case "backup_failed":
			b.Failed = value
		case "backup_wanted":
			b.Wanted = fromMS(number(value))
		}
	}
	return b, err
}
