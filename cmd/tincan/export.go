package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tincan/store"
	"tincan/store/archive"
)

// exportFlags are what export may be told.
type exportFlags struct {
	channel, from, to string
	formats           []string
	bom, private      bool
	code              string
	verify            bool
}

func (p *program) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export DIR|FILE.zip",
		Short: "Write what was said in forms that can be read without tincan, and read it back",
		Long: `Write what was said in forms that can be read without tincan, into a new or empty
folder or a new zip, while people go on posting: a SQLite database, and from it
a web site, Markdown, CSV, an export as Slack makes it, and mailboxes. All of it
is read back and compared before the command succeeds.

Private channels and direct conversations come with --private alone, for which an
admin has to make a code (Admin, Second admin). Keys, passwords, codes and drafts
never do. README.txt in the export says what each form holds. With
--verify, an export that was made before is read back, and nothing is written.`,
		Args: arguments("DIR|FILE.zip"),
		RunE: untilStopped(func(c *cobra.Command, args []string) error { return p.export(c, args[0], f) }),
	}
	c.Flags().StringVar(&f.channel, "channel", "", "one `channel` alone")
	c.Flags().StringVar(&f.from, "from", "", "threads begun on that `day` or later, such as 2026-11-22")
	c.Flags().StringVar(&f.to, "to", "", "threads begun on that `day` or before")
	c.Flags().StringSliceVar(&f.formats, "format", nil, "only these `forms`, with commas between: sqlite,"+strings.Join(archive.Formats(), ","))
	c.Flags().BoolVar(&f.bom, "bom", false, "begin CSV files with a mark by which Excel knows UTF-8")
	c.Flags().BoolVar(&f.private, "private", false, "private channels and direct conversations too; it takes an admin's --code")
	c.Flags().StringVar(&f.code, "code", "", "the `code` by which an admin agrees to --private")
	c.Flags().BoolVar(&f.verify, "verify", false, "read back an export that was made before")
	return c
}

func (p *program) export(c *cobra.Command, path string, f exportFlags) error {
	var v archive.Verified
	var err error
	if f.verify {
		v, err = archive.Verify(c.Context(), path)
	} else {
		v, err = p.exportTo(c, path, f)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), v)
	return err
}

func (p *program) exportTo(c *cobra.Command, path string, f exportFlags) (v archive.Verified, err error) {
	sel := store.Selection{Channel: f.channel, Private: f.private}
	if sel.Since, sel.Until, err = archive.Days(f.from, f.to); err != nil {
		return v, usageError{err}
	}
	s, err := p.open(c.Context())
	if err != nil {
		return v, err
	}
	defer s.Close()
	return archive.Export(c.Context(), s, store.Operator, path, archive.ExportOptions{Selection: sel, Formats: f.formats, BOM: f.bom, Code: f.code, Program: versionText(), Made: time.Now()})
}
