package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tincan/server"
	"tincan/store"
	"tincan/store/archive"
)

const (
	// endFile keeps, beside the export, how far the destruction has come, until the certificate says it.
	endFile = "end-of-trial.json"
	// samplesFile keeps what is to be looked for, in the data folder, which goes last. Where it is, nobody serves.
	samplesFile = ".end-of-trial"

	samplesMost  = 1000 // pieces of the data that are looked for
	samplesFound = 0.5  // of them have to be found before, or finding none afterwards says nothing
	lockPrefix   = "serve.lock"
)

// destroying is what endFile holds.
type destroying struct {
	Data        string   // the data folder
	Backups     string   // the folder of the scheduled backups; "" for none
	Paths       []string // files and folders to be destroyed
	Signed      bool     // the certificate is written, so that the host key, which may be half overwritten, is not needed any more
	Certificate archive.Certificate
}

// sought is what samplesFile holds.
type sought struct {
	Folder  string // of the export
	Samples [][]byte
}

// makes reports whether a file of the data folder is one that this program makes.
func (e *ending) makes(name string) bool {
	if name == server.HostKeyFile || name == samplesFile {
		return true
	}
	for _, begins := range []string{store.File, lockPrefix, server.HostKeyFile + ".", "before-restore-", ".restore-", ".tincan-work-", ".probe"} {
		if strings.HasPrefix(name, begins) {
			return true
		}
	}
	return false
}

// destroy begins to destroy: from here on there is no way back, and the store is not asked any more.
func (e *ending) destroy(s *store.Store) error {
	unlock, err := store.Lock(e.data)
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := os.ReadDir(e.data)
	if err != nil {
		return err
	}
	for _, f := range entries {
		if !e.makes(f.Name()) {
			return fmt.Errorf("%s is not tincan's. Move it out of the data folder or remove it, and run the same command again", filepath.Join(e.data, f.Name()))
		}
	}
	export := filepath.Join(e.dir, e.is.File)
	e.say("Reading the export once more.")
	v, err := archive.Verify(e.ctx, export)
	if err != nil {
		return err
	}
	d := &destroying{}
	if d.Data, err = filepath.Abs(e.data); err != nil {
		return err
	}
	info, err := os.Stat(export)
	if err != nil {
		return err
	}
	d.Certificate = archive.Certificate{Trial: e.is.Trial, Day: e.is.Day, Steps: e.is.Steps, Export: e.is.File, Bytes: info.Size(), SHA256: e.is.SHA256, Holds: e.is.Holds(), Counts: v.Counts}
	backup, err := s.LastBackup(e.ctx, store.Operator)
	if err != nil {
		return err
	}
	if d.Backups = backup.Dir; d.Backups == "" && backup.File != "" { // the server was last started without
		d.Backups = filepath.Dir(backup.File)
	}
	stays, err := json.Marshal(d)
	if err != nil {
		return err
	}
	samples, err := s.Samples(e.ctx, store.Operator, samplesMost, fmt.Sprint(string(stays), d.Certificate.Text(), backup.File))
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil { // the write-ahead log goes into the database
		return err
	}
	if err := e.list(d); err != nil {
		return err
	}
	if err := e.begin(d, samples); err != nil {
		return err
	}
	return e.finish(d)
}

// list notes what is to be destroyed: all but what is needed to prove and to sign it, which goes last.
func (e *ending) list(d *destroying) error {
	entries, err := os.ReadDir(d.Data)
	if err != nil {
		return err
	}
	for _, f := range entries {
		if e.makes(f.Name()) && f.Name() != samplesFile && f.Name() != server.HostKeyFile && !strings.HasPrefix(f.Name(), lockPrefix) {
			d.Paths = append(d.Paths, filepath.Join(d.Data, f.Name()))
		}
	}
	backups, err := e.backups(d)
	if err != nil {
		return err
	}
	d.Paths = append(d.Paths, backups...)
	for _, path := range append(d.Paths, filepath.Join(d.Data, server.HostKeyFile)) {
		if err := filepath.WalkDir(path, d.note); err != nil {
			return err
		}
	}
	return nil
}

// note puts a file into the certificate.
func (d *destroying) note(path string, f fs.DirEntry, err error) error {
	if err != nil || f.IsDir() {
		return err
	}
	info, err := f.Info()
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(d.Data, path); err == nil && filepath.IsLocal(rel) {
		path = rel
	}
	d.Certificate.Gone = append(d.Certificate.Gone, archive.Gone{Name: path, Bytes: info.Size()})
	return nil
}

// begin finds the samples in the data, and notes what is to be destroyed.
func (e *ending) begin(d *destroying, samples [][]byte) error {
	c := &d.Certificate
	before, err := search([]string{d.Data}, samples)
	if err != nil {
		return err
	}
	c.Samples, c.Before, c.Begun = len(samples), len(before.found), time.Now()
	if float64(c.Before) < samplesFound*float64(c.Samples) {
		return fmt.Errorf("of %d pieces of the data only %d are found in its files, so that finding none afterwards would prove nothing; nothing was changed; run: tincan doctor", c.Samples, c.Before)
	}
	folder, err := filepath.Abs(e.dir)
	if err != nil {
		return err
	}
	text, err := json.Marshal(sought{folder, samples})
	if err != nil {
		return err
	}
	if err := archive.Replace(filepath.Join(e.data, samplesFile), text); err != nil {
		return err
	}
	return e.keep(d)
}

// keep writes how far it has come.
func (e *ending) keep(d *destroying) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return archive.Replace(filepath.Join(e.dir, endFile), text)
}

func readSought(data string) (s sought, err error) {
	text, err := os.ReadFile(filepath.Join(data, samplesFile))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// unbegun clears what was prepared and interrupted before anything was destroyed.
func (e *ending) unbegun() error {
	s, err := readSought(e.data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if torn := new(json.SyntaxError); errors.As(err, &torn) && hasData(e.data) { // it was being cleared
		return wipe(filepath.Join(e.data, samplesFile))
	}
	if err != nil {
		return err
	}
	if folder, err := filepath.Abs(e.dir); err != nil || folder != s.Folder {
		return errors.Join(err, fmt.Errorf("the export is in %s; name that folder", s.Folder))
	}
	return wipe(filepath.Join(e.data, samplesFile))
}

// resume goes on with what was interrupted after it had begun to destroy; begun is false where it has not.
func (e *ending) resume() (begun bool, err error) {
	text, err := os.ReadFile(filepath.Join(e.dir, endFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(filepath.Join(e.dir, archive.CertificateFile)); err == nil && !hasData(e.data) {
			return true, e.ended()
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d := &destroying{}
	if err := json.Unmarshal(text, d); err != nil {
		return false, fmt.Errorf("%s is damaged (%w)", filepath.Join(e.dir, endFile), err)
	}
	e.data = d.Data
	if _, err := os.Stat(d.Data); err == nil {
		unlock, err := store.Lock(d.Data)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	return true, e.finish(d)
}

// finish destroys, proves, certifies and removes what was needed for that.
func (e *ending) finish(d *destroying) error {
	c := &d.Certificate
	if c.At.IsZero() {
		e.say("Destroying the data.")
		for _, path := range d.Paths {
			if err := wipe(path); err != nil {
				return err
			}
		}
		if err := e.prove(d); err != nil {
			return err
		}
	}
	if !d.Signed {
		e.say("Signing the certificate.")
		key, err := server.LoadHostKey(d.Data)
		if err != nil {
			return err
		}
		if err := c.Write(e.dir, key); err != nil {
			return err
		}
		d.Signed = true
		if err := e.keep(d); err != nil {
			return err
		}
	}
	e.say("Removing the host key and the empty folder.")
	entries, err := os.ReadDir(d.Data)
	if errors.Is(err, fs.ErrNotExist) { // interrupted after it was removed
		err = nil
	}
	for _, f := range entries {
		if strings.HasPrefix(f.Name(), lockPrefix) { // it is held, and empty
			err = errors.Join(err, os.Remove(filepath.Join(d.Data, f.Name())))
		} else if e.makes(f.Name()) {
			err = errors.Join(err, wipe(filepath.Join(d.Data, f.Name())))
		}
	}
	if err != nil {
		return err
	}
	os.Remove(d.Data) //nolint:errcheck // a folder that is mounted, or the working one, stays and is empty
	if err := os.Remove(filepath.Join(e.dir, endFile)); err != nil {
		return err
	}
	return e.ended()
}

// backups are the scheduled backups of this place: those with its host key.
func (e *ending) backups(d *destroying) ([]string, error) {
	if d.Backups == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(d.Backups)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(filepath.Join(d.Data, server.HostKeyFile))
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range entries {
		if _, err := time.Parse(backupName, f.Name()); err != nil {
			continue
		}
		path := filepath.Join(d.Backups, f.Name())
		if own, err := archive.HasHostKey(path, key); err != nil {
			return nil, err
		} else if own {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// prove looks for the samples in what is left: the data folder, the backups' and the export's, the export aside.
func (e *ending) prove(d *destroying) error {
	e.say("Searching what is left for pieces of the data.")
	look, err := readSought(d.Data)
	if err != nil {
		return err
	}
	c := &d.Certificate
	left, err := search([]string{d.Data, d.Backups, e.dir}, look.Samples, filepath.Join(d.Data, samplesFile), filepath.Join(e.dir, c.Export))
	if err != nil {
		return err
	}
	if len(left.found) > 0 {
		return fmt.Errorf("%s holds pieces of the data. Remove it, and run the same command again", left.where)
	}
	c.Files, c.At = left.files, time.Now()
	return e.keep(d)
}

// ended says what is left.
func (e *ending) ended() error {
	return e.say("The trial is over. In %s there are the export, with the report in it, and %s, which says what was done and how to check that.", e.dir, archive.CertificateFile)
}

// wipe overwrites a file, or every file of a folder, with zeros and removes it.
func wipe(path string) error {
	err := filepath.WalkDir(path, func(path string, f fs.DirEntry, err error) error {
		if err != nil || !f.Type().IsRegular() {
			return err
		}
		return overwrite(path)
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(path)
}

func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.CopyN(f, zeros{}, info.Size())
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// notEnding refuses a folder in which destroying has begun.
func notEnding(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, samplesFile)); err == nil {
		return fmt.Errorf("%s is being destroyed: run tincan end-trial with the folder of the export to the end", dir)
	}
	return nil
}
