package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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
	c.AddCommand(p.importSlackCommand(), p.importMboxCommand(), p.importTincanCommand())
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
	if err := imported(c, account, dry, err); err != nil {
		return err
	}
	if len(account.Broken) > 0 {
		return errors.New("parts of the export cannot be read; ask Slack for a new one and import that too: nothing comes in twice")
	}
	return nil
}

// imported prints what became of an archive; err is what ended its import early.
func imported(c *cobra.Command, account *archive.Account, dry bool, err error) error {
	if err != nil && account.People+account.Channels+account.Posts == 0 { // nothing to go on with: the error says why
		return err
	}
	out := c.OutOrStdout()
	fmt.Fprint(out, account)
	switch {
	case err != nil:
		return fmt.Errorf("the import stopped before its end; run the same command again to go on where it stopped (%w)", err)
	case dry:
		fmt.Fprintln(out, "Dry run: nothing was written.")
	default:
		fmt.Fprintf(out, "Added: %s, %s, %s.\n", store.Count(account.People, "person", "people"), store.Count(account.Channels, "channel", "channels"), store.Count(account.Posts, "post", "posts"))
	}
	return nil
}

func (p *program) importMboxCommand() *cobra.Command {
	var dry bool
	var channel string
	c := &cobra.Command{
		Use:   "mbox PATH",
		Short: "Bring in the archive of a mailing list, a file of mails one after the other",
		Long: `Bring in the archive of a mailing list, a file of mails one after the other.

It becomes a channel that can be read and not written to. Every mail is
accounted for. Authors wait as people without a way in until they are invited,
one for each address; whoever is here already is known by theirs. Long quotes
and signatures are shortened. Importing again adds only what is new.`,
		Args: arguments("PATH"),
		RunE: func(c *cobra.Command, args []string) error { return p.importMbox(c, args[0], channel, dry) },
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "print the account and write nothing")
	c.Flags().StringVar(&channel, "channel", "", "the channel's name (default: the list's)")
	return c
}

func (p *program) importMbox(c *cobra.Command, path, channel string, dry bool) error {
	f, size, err := openFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	progress := c.ErrOrStderr()
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	mbox, err := archive.ReadMbox(c.Context(), f, size, name, func(mails int, share float64) {
		fmt.Fprintf(progress, "looking through the archive: %d mails, %.0f %%\n", mails, 100*share)
	})
	if err != nil {
		return err
	}
	if channel = strings.TrimPrefix(channel, "#"); channel == "" {
		channel = mbox.List()
	} else if err := store.ValidChannelName(channel); err != nil {
		return err
	}
	from, to := mbox.Span()
	fmt.Fprintf(progress, "%d mails of %d people, %s to %s, for #%s\n", mbox.Mails(), mbox.People(), from.Format("2 Jan 2006"), to.Format("2 Jan 2006"), channel)
	var s *store.Store
	if !dry {
		if s, err = p.open(c.Context()); err != nil {
			return err
		}
		defer s.Close()
	}
	account, err := mbox.Import(c.Context(), s, store.Operator, channel, func(mails int) {
		fmt.Fprintf(progress, "%d of %d mails\n", mails, mbox.Mails())
	})
	return imported(c, account, dry, err)
}

// openFile opens a file for reading, with how large it is.
func openFile(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%s cannot be read (%w); name the file of the archive", path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("%s cannot be read (%w); name the file of the archive", path, err)
	}
	return f, info.Size(), nil
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
	return imported(c, account, false, err)
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
