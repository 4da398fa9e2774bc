package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tincan/store"
	"tincan/store/archive"
	"tincan/store/report"
)

// unnamedExport is the export of the end before its name holds the beginning of its checksum.
const unnamedExport = "tincan-export.zip"

// endFlags are what end-trial may be told.
type endFlags struct{ anew, destroy bool }

func (p *program) endCommand() *cobra.Command {
	var f endFlags
	c := &cobra.Command{
		Use:   "end-trial FOLDER",
		Short: "Export a frozen trial, and once it is handed over destroy what is here",
		Long: `End the trial, as far as it can be ended now, and say what comes next.

The admins announce the end and freeze the trial (Admin, Trial, End the trial).
Then this writes the export into FOLDER, on another disk than the data at best,
and compares it with the data, row by row. The two people whom the admins named
get the file and say under Trial that they hold it. Then, with the server stopped,
the same command with --destroy overwrites and removes the data folder's files and
the backups of this place, searches what is left for pieces of the data, and writes
a certificate of it all, signed with the host key.

Run the same command again after it was interrupted. Nothing is destroyed before
the export is compared and in both hands. Until then the admins can call it off.`,
		Args: arguments("FOLDER"),
		RunE: func(c *cobra.Command, args []string) error { return p.endTrial(c, args[0], f) },
	}
	c.Flags().BoolVar(&f.anew, "anew", false, "export again where the file was lost; it has to be handed over again")
	c.Flags().BoolVar(&f.destroy, "destroy", false, "destroy what is here, once the export is handed over; there is no way back")
	return c
}

func (p *program) endTrial(c *cobra.Command, dir string, f endFlags) (err error) {
	e := &ending{program: p, ctx: c.Context(), out: c.OutOrStdout(), dir: dir}
	if _, lost := os.Lstat(dir); errors.Is(lost, fs.ErrNotExist) {
		defer func() {
			if err != nil {
				os.Remove(dir) // as long as it is empty
			}
		}()
	}
	if err := e.folder(); err != nil {
		return err
	}
	begun, err := e.resume()
	if err != nil || begun {
		return err
	}
	if err := e.unbegun(); err != nil {
		return err
	}
	s, err := p.open(e.ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if e.is, err = s.Ending(e.ctx, store.Operator); err != nil {
		return err
	}
	if e.is.Took(store.EndFrozen) == nil {
		return e.notFrozen()
	}
	if err := e.export(s, f.anew); err != nil {
		return err
	}
	if err := e.compare(s); err != nil {
		return err
	}
	if e.is, err = s.Ending(e.ctx, store.Operator); err != nil {
		return err
	}
	switch {
	case f.destroy && !e.is.Done():
		return fmt.Errorf("nothing is destroyed before both hold the export: waiting for %s", names(e.is.Waiting()))
	case f.destroy:
		return e.destroy(s)
	case e.is.Done():
		return e.say("%s hold the export. Stop the server, and destroy what is here:\n  tincan end-trial %s --data %s --destroy", names(e.is.Keepers), e.dir, p.data)
	}
	return e.say("Hand %s over to %s.\nEach says under Trial that they hold it, by the %d characters before .zip. Waiting for: %s.", filepath.Join(e.dir, e.is.File), names(e.is.Keepers), store.ReceiptLength, names(e.is.Waiting()))
}

// ending is one run of end-trial.
type ending struct {
	*program
	ctx context.Context
	out io.Writer
	dir string // of the export
	is  store.Ending
}

func (e *ending) say(format string, args ...any) error {
	_, err := fmt.Fprintf(e.out, format+"\n", args...)
	return err
}

func names(people []store.Person) string {
	var all []string
	for _, p := range people {
		all = append(all, fmt.Sprintf("%s (@%s)", p.Display(), p.Handle))
	}
	return strings.Join(all, " and ")
}

// folder makes the folder of the export, which is to outlive the data folder.
func (e *ending) folder() error {
	data, err := filepath.Abs(e.data)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return err
	}
	for _, pair := range [][2]string{{data, dir}, {dir, data}} {
		if rel, err := filepath.Rel(pair[0], pair[1]); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return fmt.Errorf("%s and the data folder are one in the other, and the data folder is destroyed; name a folder elsewhere", e.dir)
		}
	}
	if err := os.MkdirAll(e.dir, folderMode); err != nil {
		return fmt.Errorf("the folder for the export cannot be made (%w); name another", err)
	}
	return store.Sweep(e.dir)
}

// notFrozen says what the admins have to do first.
func (e *ending) notFrozen() error {
	if e.is.Day == "" {
		return errors.New("no end is announced. An admin announces it: Admin, Trial, End the trial")
	}
	return fmt.Errorf("people write until %s. On that day two admins freeze the trial: Admin, Trial, End the trial", e.is.Day)
}

// export writes the export, unless it is there already.
func (e *ending) export(s *store.Store, anew bool) error {
	part := filepath.Join(e.dir, unnamedExport)
	if e.is.File != "" && !anew {
		whole, err := e.named(part)
		if err != nil || whole {
			return err
		}
		return fmt.Errorf("%s is not in %s, or not as it was written. Name the folder where it is; if it is lost, --anew exports again, and it has to be handed over again", e.is.File, e.dir)
	}
	for _, old := range []string{part, filepath.Join(e.dir, cmp.Or(e.is.File, unnamedExport))} { // interrupted before it was noted, or no longer wanted
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	e.say("Exporting %s.", e.is.Holds())
	_, err := archive.Export(e.ctx, s, store.Operator, part, archive.ExportOptions{Selection: store.Selection{Private: e.is.Private}, Program: versionText(), Made: time.Now(),
		Report: func(w io.Writer) error { return e.report(s, w) }})
	if err != nil {
		return err
	}
	sum, err := checksum(part)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("tincan-export-%s.zip", sum[:store.ReceiptLength])
	if err := s.NoteEndExport(e.ctx, store.Operator, name, sum); err != nil {
		return err
	}
	if e.is, err = s.Ending(e.ctx, store.Operator); err != nil {
		return err
	}
	_, err = e.named(part)
	return err
}

// report writes the report of the trial into the export: it quotes what was said in open channels, so beside the export
// it would be something that is left of it.
func (e *ending) report(s *store.Store, w io.Writer) error {
	e.say("Writing the report.")
	r, err := report.New(e.ctx, s, store.Operator, report.Options{Program: versionText()})
	if err != nil {
		return err
	}
	return r.Write(w, "html")
}

// named gives the export its name, unless it has it. whole is false where the file is not there, or another.
func (e *ending) named(part string) (whole bool, err error) {
	path := filepath.Join(e.dir, e.is.File)
	for _, is := range []string{path, part} {
		sum, err := checksum(is)
		if errors.Is(err, fs.ErrNotExist) || err == nil && sum != e.is.SHA256 {
			continue
		}
		if err != nil || is == path {
			return err == nil, err
		}
		return true, os.Rename(part, path)
	}
	return false, nil
}

// checksum is the SHA-256 of a file, in hexadecimal.
func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// compare reads the export back and compares it with the data, once.
func (e *ending) compare(s *store.Store) error {
	if e.is.Took(store.EndCompared) != nil {
		return nil
	}
	path := filepath.Join(e.dir, e.is.File)
	e.say("Comparing %s with the data.", path)
	if _, err := archive.Verify(e.ctx, path); err != nil {
		return err
	}
	x, done, err := archive.OpenExport(e.ctx, path, e.dir)
	if err != nil {
		return err
	}
	err = s.Holds(e.ctx, store.Operator, x, store.Selection{Private: e.is.Private})
	if err := errors.Join(err, done()); err != nil {
		return err
	}
	return s.NoteEndCompared(e.ctx, store.Operator)
}
