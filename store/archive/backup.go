package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tincan/store"
)

const (
	backupFormat = "tincan backup 1"
	// BackupHostKey is the name of the server's private key in a backup.
	BackupHostKey = "host_key"
	// manifestLimit is the bytes of a manifest: some lines a file, of which an export has one a thread.
	manifestLimit = 1 << 30
)

// Backup writes the whole place as one zip to the new file path, for its owner alone: the database as it is at one
// moment, the host key, by which clients know the server, and a manifest. People post meanwhile. The file is read
// back and checked before it gets its name, so whatever bears the name is whole. An error is a sentence.
func Backup(ctx context.Context, s *store.Store, me int64, path string, hostKey []byte, program string, made time.Time) (Manifest, error) {
	if _, err := os.Lstat(path); err == nil {
		return Manifest{}, fmt.Errorf("%s is there already; name a new file", path)
	}
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return Manifest{}, err
	}
	defer os.RemoveAll(work)
	db := filepath.Join(work, store.File)
	if err := s.Snapshot(ctx, me, db); err != nil {
		return Manifest{}, err
	}
	schema, err := store.Sound(ctx, db)
	if err != nil {
		return Manifest{}, err
	}
	part := filepath.Join(work, "part")
	err = writeFile(part, func(w io.Writer) error {
		b := newBundle(w, backupFormat, made)
		b.manifest.Program, b.manifest.Schema = program, schema
		err := b.add(store.File, func(e *entries) error { return copyFrom(e, db) })
		if err == nil {
			err = b.add(BackupHostKey, func(e *entries) error { _, err := e.Write(hostKey); return err })
		}
		return errors.Join(err, b.close())
	})
	if err != nil {
		return Manifest{}, notWritten(path, err)
	}
	m, err := readBackup(part, func(string, io.Reader) error { return nil })
	if err != nil {
		return m, err
	}
	return m, publish(part, path)
}

// RestoreBackup unpacks the backup in the file path into the folder dir, which is empty, and checks all of it. An
// error is a sentence: for what is no backup, is damaged, or was made by a newer program.
func RestoreBackup(ctx context.Context, path, dir string) (Manifest, error) {
	m, err := readBackup(path, func(name string, r io.Reader) error {
		return spool(filepath.Join(dir, name), r)
	})
	if err != nil {
		return m, err
	}
	_, err = store.Sound(ctx, filepath.Join(dir, store.File))
	return m, err
}

// HasHostKey reports whether the file path is a backup with that host key: one of the same place.
func HasHostKey(path string, hostKey []byte) (same bool, err error) {
	_, err = readBackup(path, func(name string, r io.Reader) error {
		if name != BackupHostKey {
			return nil
		}
		key, err := io.ReadAll(r)
		same = bytes.Equal(key, hostKey)
		return err
	})
	return same, err
}

// readBackup hands each file of a backup to take and compares it with the manifest.
func readBackup(path string, take func(name string, r io.Reader) error) (m Manifest, err error) {
	z, err := zip.OpenReader(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return m, fmt.Errorf("%s cannot be read (%w)", path, err)
	}
	if err != nil {
		return m, damagedBackup(path, err)
	}
	defer z.Close()
	if m, err = readManifest(z); err != nil {
		return m, damagedBackup(path, err)
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("%s is no backup of tincan but %q; nothing was changed; what an export holds comes in with: tincan import tincan", path, m.Format)
	}
	if known := store.Schema(); m.Schema > known {
		return m, fmt.Errorf("%s was made by a newer tincan (its schema is %d; this program knows %d); use the newer program", path, m.Schema, known)
	}
	left := map[string]bool{store.File: true, BackupHostKey: true}
	for _, f := range m.Files {
		if !left[f.Name] { // no other name becomes a path
			return m, damagedBackup(path, fmt.Errorf("it has a file %q", f.Name))
		}
		delete(left, f.Name)
		if err := f.check(z, func(r io.Reader) error { return take(f.Name, r) }); err != nil {
			return m, damagedBackup(path, err)
		}
	}
	if len(left) > 0 {
		return m, damagedBackup(path, errors.New("a file is missing"))
	}
	return m, nil
}

func damagedBackup(path string, err error) error {
	return fmt.Errorf("%s is cut short, damaged or no backup (%w); nothing was changed; take another backup", path, err)
}

// readManifest reads the list of the files of a bundle.
func readManifest(fsys fs.FS) (m Manifest, err error) {
	f, err := fsys.Open(manifestFile)
	if err != nil {
		return m, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, manifestLimit)) // to its end, where a zip compares checksums
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

// check reads a file of a bundle through read, to its end, and compares it with what the manifest says.
func (f ManifestFile) check(fsys fs.FS, read func(io.Reader) error) error {
	r, err := fsys.Open(f.Name)
	if err != nil {
		return err
	}
	defer r.Close()
	sum := sha256.New()
	whole := io.TeeReader(io.LimitReader(r, f.Bytes+1), sum)
	if err := read(whole); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, whole); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%s is not as the manifest has it", f.Name)
	}
	return nil
}

// newWork makes a folder to work in.
func newWork(dir string) (string, error) {
	work, err := store.NewWork(dir)
	if err != nil {
		return "", notWritten(dir, err)
	}
	return work, nil
}

func notWritten(path string, err error) error {
	return fmt.Errorf("%s cannot be written (%w); choose another place, or make room", path, err)
}

// writeFile writes a new file for its owner alone, down to the disk.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	return errors.Join(err, f.Sync(), f.Close())
}

// spool copies what is read to a new file.
func spool(path string, r io.Reader) error {
	return writeFile(path, func(w io.Writer) error { _, err := io.Copy(w, r); return err })
}

func copyFrom(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// publish gives a whole file its name, unless that has been taken meanwhile, and makes the name last.
func publish(part, path string) error {
	err := os.Link(part, path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already; name a new file", path)
	case err != nil: // a file system without links
		if err := os.Rename(part, path); err != nil {
			return notWritten(path, err)
		}
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder outlive a power cut, where the system can.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	f.Sync() //nolint:errcheck // Windows and some file systems cannot
	return nil
}
