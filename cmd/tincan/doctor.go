package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tincan/server"
	"tincan/store"
)

func (p *program) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong with the data and say what to do",
		Args:  arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			wrong, err := p.examine(c.Context())
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
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
	for _, check := range []func(string) error{closedToOthers, hostKeyReadable} {
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
	for _, name := range []string{".", store.File, server.HostKeyFile} {
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
