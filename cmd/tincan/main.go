// Command tincan is an internal microblog in one binary and one data folder,
// read and written over plain ssh.
//
// This package knows the operator: flags and their TINCAN_ variables, the data
// folder and who may touch it, logs, signals, and the words printed in a shell.
// It opens a store and runs a server on it. It must not know screens, SQL or the
// SSH protocol. Every subcommand has a file of its own, works on the folder that
// --data names, and may run beside a serve. What goes wrong is one sentence on
// stderr that says what to do, with exit status 1; 2 says that the command line
// was not understood.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tincan/store"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run carries out one command line and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&program{}).run(ctx, args, stdin, stdout, stderr)
}

// program is what all subcommands share.
type program struct {
	data  string        // the data folder
	store store.Options // left as it is but by tests and the demo

	hamlet int // how many people a department of the demo has at most; 0 for all there are, which takes tests too long

	// opened is told of the store that serve has opened, before anybody comes in; what it returns is called once
	// nobody is in any more. nil but for the demo.
	opened func(context.Context, *store.Store) (stop func(), err error)
}

func (p *program) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:               "tincan",
		Short:             "An internal microblog over plain ssh: one binary, one data folder",
		Args:              p.noSubcommand,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return fromEnvironment(c.Flags()) },
		Version:           versionText(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.PersistentFlags().StringVar(&p.data, "data", "./tincan-data", "the folder that holds everything")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(p.serveCommand(), p.demoCommand(), p.inviteCommand(), p.peopleCommand(), p.importCommand(), p.exportCommand(), p.reportCommand(), p.backupCommand(), p.restoreCommand(), p.doctorCommand(), p.endCommand(), versionCommand())
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)

	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "tincan: %v\n", err)
	if errors.As(err, new(usageError)) {
		fmt.Fprintf(stderr, "Try: %s --help\n", c.CommandPath())
		return 2
	}
	return 1
}

// usageError is a command line that was not understood.
type usageError struct{ error }

func (p *program) noSubcommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("there is no command %q%s", args[0], suggestion(c, args[0]))}
	}
	return nil
}

func suggestion(c *cobra.Command, word string) string {
	if near := c.SuggestionsFor(word); len(near) > 0 {
		return fmt.Sprintf("; perhaps you mean %q", near[0])
	}
	return ""
}

// arguments demands exactly the named ones.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		if len(names) == 0 {
			return usageError{fmt.Errorf("%s takes nothing but flags, and %q is none", c.CommandPath(), args[0])}
		}
		return usageError{fmt.Errorf("%s is written: %s", c.CommandPath(), strings.TrimSpace(c.CommandPath()+" "+strings.Join(names, " ")))}
	}
}

// untilStopped makes of a command one that takes away what it has begun when it is told to stop, rather than leave a
// copy of what was said beside its file; a second signal ends it at once.
func untilStopped(do func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop)
		c.SetContext(ctx)
		err := do(c, args)
		if err != nil && ctx.Err() != nil {
			return errors.New("stopped; nothing was written")
		}
		return err
	}
}

// fromEnvironment gives each flag that was not typed the value of its variable: --data is TINCAN_DATA.
func fromEnvironment(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "TINCAN_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, set := os.LookupEnv(name)
		if !set || f.Changed || f.Name == "help" || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = usageError{fmt.Errorf("%s: %w", name, err)}
		}
	})
	return failed
}

// open opens the data of a running or earlier serve. It makes none: a code or an import
// in a folder that nobody serves would be lost.
func (p *program) open(ctx context.Context) (*store.Store, error) {
	if err := existingFolder(p.data); err != nil {
		return nil, err
	}
	return store.Open(ctx, p.data, p.store)
}
