package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tincan/server"
	"tincan/store"
)

func (p *program) doctorCommand() *cobra.Command {
	var repair bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong with the data and say what to do",
		Args:  arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			wrong, err := p.examine(c.Context())
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if repair && len(wrong) > 0 {
				found := len(wrong)
				left, err := p.repair(c.Context())
				if err != nil { // what was found says what to do now
					fmt.Fprintln(out, strings.Join(wrong, "\n"))
					return fmt.Errorf("found in %s: %d; repairing fails: %w", p.data, found, err)
				}
				wrong = left
				fmt.Fprintf(out, "Repaired: %d of %d.\n", found-len(wrong), found)
			}
			for _, w := range wrong {
				fmt.Fprintln(out, w)
			}
			if len(wrong) > 0 {
				return fmt.Errorf("found in %s: %d", p.data, len(wrong))
			}
			_, err = fmt.Fprintf(out, "The data in %s is sound.\n", p.data)
			return err
		},
	}
	c.Flags().BoolVar(&repair, "repair", false, "rebuild the counters and the search index where they are wrong")
	return c
}

// repair rebuilds what can be rebuilt, and returns what is wrong after that.
func (p *program) repair(ctx context.Context) ([]string, error) {
	s, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.Repair(ctx, store.Operator), s.Close()); err != nil {
		return nil, err
	}
	return p.examine(ctx)
}

// examine returns a sentence for each thing that is wrong with the data folder. It changes nothing.
func (p *program) examine(ctx context.Context) ([]string, error) {
	if err := existingFolder(p.data); err != nil {
		return nil, err
	}
	wrong, err := store.Check(ctx, p.data)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(string) error{closedToOthers, hostKeyReadable, roomLeft} {
		if err := check(p.data); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	s, err := store.Open(ctx, p.data, p.store) // Check reads what is there; only Open knows whether it is too new for this program
	if err != nil {
		return []string{err.Error()}, nil
	}
	return nil, s.Close()
}

// closedToOthers looks at who else may read the folder and its files.
func closedToOthers(dir string) error {
	for _, name := range []string{".", store.File, store.File + "-wal", server.HostKeyFile} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if info.Mode().Perm()&othersModes != 0 {
			return fmt.Errorf("%s is open to other users of this machine. Close it: chmod go= %s", path, path)
		}
	}
	return nil
}

// hostKeyReadable looks for the key by which clients know the server.
func hostKeyReadable(dir string) error {
	path := filepath.Join(dir, server.HostKeyFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is missing. Put it back from a backup; without it the next start makes another, and every client warns of it", path)
	}
	_, err := server.LoadHostKey(dir)
	return err
}

// leastRoom is how much of the disk has to be free: a backup beside the data, and some weeks of posts.
const leastRoom = 256 << 20

// roomLeft looks whether the disk has room for a copy of the data and for some more.
func roomLeft(dir string) error {
	info, err := os.Stat(filepath.Join(dir, store.File))
	if err != nil {
		return err
	}
	free, known := freeBytes(dir)
	if need := info.Size() + leastRoom; known && free < need {
		return fmt.Errorf("the disk of %s has %d MB left; a backup and the next weeks want %d MB. Make room", dir, free>>20, need>>20)
	}
	return nil
}
