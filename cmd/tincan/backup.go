package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tincan/server"
	"tincan/store"
	"tincan/store/archive"
)

func (p *program) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole place to one file, from which restore brings it back",
		Long: `Write the whole place to one zip: the database, the host key and a manifest.

It works beside a running serve. The file holds everything, private channels and
the server's private key too: keep it where nobody else can read it.`,
		Args: arguments("FILE"),
		RunE: untilStopped(func(c *cobra.Command, args []string) error {
			s, err := p.open(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			m, err := p.backup(c.Context(), s, args[0], time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "Wrote %s, %d MB unpacked, and read it back: it is whole.\n", args[0], megabytes(m))
			return err
		}),
	}
}

// backup writes a backup to a new file.
func (p *program) backup(ctx context.Context, s *store.Store, path string, now time.Time) (archive.Manifest, error) {
	key, err := os.ReadFile(filepath.Join(p.data, server.HostKeyFile))
	if err != nil {
		return archive.Manifest{}, fmt.Errorf("the host key cannot be read (%w); run as the user that serves", err)
	}
	return archive.Backup(ctx, s, store.Operator, path, key, versionText(), now)
}

// megabytes is how much a bundle holds, rounded up.
func megabytes(m archive.Manifest) int64 {
	var bytes int64
	for _, f := range m.Files {
		bytes += f.Bytes
	}
	return (bytes + 1<<20 - 1) >> 20
}

func (p *program) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring the place back from a backup; what is there now is kept beside",
		Args:  arguments("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			m, kept, err := p.restore(c.Context(), args[0], time.Now())
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			fmt.Fprintf(out, "Restored the backup of %s.\n", m.Made.Local().Format("2 January 2006 15:04"))
			if kept != "" {
				fmt.Fprintf(out, "What was here before is kept in %s. Remove it once all is well.\n", kept)
			}
			_, err = fmt.Fprintln(out, "Start it: tincan serve --data "+shellWord(p.data))
			return err
		},
	}
}

// restore replaces the data folder's contents with those of a backup, which is whole and checked before anything
// is touched. kept is where the old ones are now, "" if there were none.
func (p *program) restore(ctx context.Context, path string, now time.Time) (m archive.Manifest, kept string, err error) {
	fresh := missing(p.data)
	if err := makeFolder(p.data); err != nil {
		return m, "", err
	}
	defer func() { // after the lock is given back: what was made for nothing goes again
		if err != nil && fresh != "" {
			err = errors.Join(err, os.RemoveAll(fresh))
		}
	}()
	unlock, err := store.Lock(p.data)
	if err != nil {
		return m, "", err
	}
	defer unlock()
	stage, err := os.MkdirTemp(p.data, ".restore-") // mode 0700
	if err != nil {
		return m, "", fmt.Errorf("%s cannot be written to (%w)", p.data, err)
	}
	defer os.RemoveAll(stage)
	if m, err = archive.RestoreBackup(ctx, path, stage); err != nil {
		return m, "", err
	}
	if kept, err = p.setAside(now); err != nil {
		return m, kept, err
	}
	for _, name := range []string{server.HostKeyFile, store.File} { // the database last: a folder without it starts nothing by itself
		if err := os.Rename(filepath.Join(stage, name), filepath.Join(p.data, name)); err != nil {
			return m, kept, fmt.Errorf("the backup could not be put in place (%w); what was here is in %s; run the same command again", err, kept)
		}
	}
	return m, kept, nil
}

// setAside moves the database and the host key into a folder of their own beside them, named by the time.
func (p *program) setAside(now time.Time) (kept string, err error) {
	for _, name := range []string{store.File + "-wal", store.File + "-shm", store.File, server.HostKeyFile} {
		path := filepath.Join(p.data, name)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if kept == "" {
			kept = filepath.Join(p.data, "before-restore-"+now.Format("2006-01-02-150405"))
			if err := os.Mkdir(kept, folderMode); err != nil {
				return "", fmt.Errorf("what is here now cannot be kept (%w); nothing was changed", err)
			}
		}
		if err := os.Rename(path, filepath.Join(kept, name)); err != nil {
			return kept, fmt.Errorf("%s cannot be moved (%w); what was moved before is in %s", path, err, kept)
		}
	}
	return kept, nil
}
