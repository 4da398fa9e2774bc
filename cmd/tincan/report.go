package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tincan/store"
	"tincan/store/report"
)

// reportFlags are what report may be told.
type reportFlags struct{ format, from, to string }

func (p *program) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report [FILE|-]",
		Short: "Write what came of the trial, to decide on it",
		Long: `Write what came of the trial, to decide on it: what was to be reached and what
was, who takes part, who is answered, must-reads, mail to all, questions and
stories, decisions, and how all of it was counted. Without dates it is of the
trial from its first day on.

The report is one file: Markdown, a page for the browser and the printer with
charts in it that needs nothing else, or a table of every figure. The name of
FILE says which unless --format does; without FILE it is printed. It has no
names but in the log of decisions, nothing of private channels, and no figure of
fewer than five people.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{errors.New("tincan report is written: tincan report [FILE|-]")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return p.report(c, strings.Join(args, ""), f)
		},
	}
	c.Flags().StringVar(&f.format, "format", "", "the `form`: "+strings.Join(report.Formats(), ", "))
	c.Flags().StringVar(&f.from, "from", "", "from that `day` on, such as 2026-11-22")
	c.Flags().StringVar(&f.to, "to", "", "up to that `day`")
	return c
}

func (p *program) report(c *cobra.Command, path string, f reportFlags) error {
	if path == "" {
		path = "-"
	}
	if f.format == "" {
		f.format = cmp.Or(strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")), report.Formats()[0])
		if err := report.Check(f.format); err != nil {
			return usageError{fmt.Errorf("%w; end the name of %s like one of them, or say which with --format", err, path)}
		}
	}
	if err := report.Check(f.format); err != nil {
		return usageError{err}
	}
	s, err := p.open(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := report.New(c.Context(), s, store.Operator, report.Options{From: f.from, To: f.to, Program: versionText(), Doing: report.Slowly(c.ErrOrStderr())})
	if err != nil {
		return err
	}
	if path == "-" {
		return r.Write(c.OutOrStdout(), f.format)
	}
	if err := newFile(path, func(w io.Writer) error { return r.Write(w, f.format) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "Wrote %s.\n", path)
	return err
}

// newFile writes a file that was not there, for its owner alone.
func newFile(path string, write func(io.Writer) error) error {
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already; name a new file", path)
	case err != nil:
		return fmt.Errorf("%s cannot be written (%w); name another file", path, err)
	}
	err = write(w)
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(path)
		return fmt.Errorf("%s cannot be written (%w); make room, or name another file", path, err)
	}
	return nil
}
