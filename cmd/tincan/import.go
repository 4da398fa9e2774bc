package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"tincan/store"
	"tincan/store/archive"
)

func (p *program) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Bring in what another product exported",
		Args:  p.noSubcommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.importSlackCommand(), p.importTincanCommand())
	return c
}

func (p *program) importSlackCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "slack PATH",
		Short: "Bring in the public channels of a Slack export, a zip or the folder it unpacks to",
		Long: `Bring in the public channels of a Slack export, a zip or the folder it unpacks to.

Every message is accounted for. Authors wait as people without a way in until
they are invited. Importing again adds only what is new.`,
		Args: arguments("PATH"),
		RunE: func(c *cobra.Command, args []string) error { return p.importSlack(c, args[0], dry) },
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "print the account and write nothing")
	return c
}

func (p *program) importSlack(c *cobra.Command, path string, dry bool) error {
	export, closeExport, err := openArchive(path)
	if err != nil {
		return err
	}
	defer closeExport()
	slack, err := archive.ReadSlack(export)
	if err != nil {
		return err
	}
	var s *store.Store
	if !dry {
		if s, err = p.open(c.Context()); err != nil {
			return err
		}
		defer s.Close()
	}
	account, err := slack.Import(c.Context(), s, store.Operator, func(channel string, messages int) {
		fmt.Fprintf(c.ErrOrStderr(), "#%s read, %d messages so far\n", channel, messages)
	})
	out := c.OutOrStdout()
	fmt.Fprint(out, account)
	switch {
	case err != nil:
		return fmt.Errorf("the import stopped before its end; run the same command again to go on where it stopped (%w)", err)
	case dry:
		fmt.Fprintln(out, "Dry run: nothing was written.")
	default:
		fmt.Fprintf(out, "Added: %d people, %d channels, %d posts.\n", account.People, account.Channels, account.Posts)
	}
	if len(account.Broken) > 0 {
		return errors.New("parts of the export cannot be read; ask Slack for a new one and import that too: nothing comes in twice")
	}
	return nil
}

func (p *program) importTincanCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tincan PATH",
		Short: "Bring in what a tincan exported: the export's folder or zip, or the tincan.sqlite in it",
		Long: `Bring in what a tincan exported: the export's folder or zip, or the tincan.sqlite
in it. In an empty place posts keep their numbers. Channels, threads, earlier
versions, reactions, answers and pins come along; people wait without a way in
until they are invited, and nobody is an admin for having been one. Importing
again adds only what is new. A whole place comes back with restore.`,
		Args: arguments("PATH"),
		RunE: func(c *cobra.Command, args []string) error { return p.importTincan(c, args[0]) },
	}
}

func (p *program) importTincan(c *cobra.Command, path string) error {
	s, err := p.open(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	x, done, err := archive.OpenExport(c.Context(), path, s.Dir())
	if err != nil {
		return err
	}
	defer done()
	account, err := archive.ImportTincan(c.Context(), s, store.Operator, x, func(posts int) {
		fmt.Fprintf(c.ErrOrStderr(), "%d posts so far\n", posts)
	})
	out := c.OutOrStdout()
	fmt.Fprint(out, account)
	if err != nil {
		return fmt.Errorf("the import stopped before its end; run the same command again to go on where it stopped (%w)", err)
	}
	_, err = fmt.Fprintf(out, "Added: %d people, %d channels, %d posts.\n", account.People, account.Channels, account.Posts)
	return err
}

// openArchive opens a folder or a zip for reading. Nothing outside the folder can be reached, by links either.
func openArchive(path string) (fs.FS, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read (%w); name the zip or folder of the export", path, err)
	}
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%s cannot be read (%w); name a folder that this user may read", path, err)
		}
		return root.FS(), root.Close, nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip that can be read (%w); name the zip or folder of the export", path, err)
	}
	return z, z.Close, nil
}
