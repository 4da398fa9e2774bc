package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tincan/store"
	"tincan/store/archive"
)

func (p *program) peopleCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "people",
		Short: "Make the people here those of a roster, or let somebody in anew",
		Args:  p.noSubcommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.peopleImportCommand(), p.peopleResetCommand())
	return c
}

func (p *program) peopleImportCommand() *cobra.Command {
	var dry bool
	var as store.RosterAs
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Make the people here those of a roster, a CSV file; - reads standard input",
		Long: `Make the people here those of a roster, a CSV file; - reads standard input.

Its first line names the columns: employee_id, email, handle, name, department,
team, title, manager_id, role, leader, start_date and ssh_keys, of which one of
the first three must be there. Who is new is added without a code, who is on the
last roster and not on this one leaves; nobody is deleted. If a line is wrong,
nothing is changed. Importing the same again changes nothing.`,
		Args: arguments("FILE"),
		RunE: func(c *cobra.Command, args []string) error { return p.peopleImport(c, args[0], dry, as) },
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "print what it would do, line by line, and change nothing")
	c.Flags().BoolVar(&as.Many, "many", false, "let more than a fifth of those on the last roster leave by it")
	c.Flags().StringVar(&as.Why, "why", "", "the reason, which everyone can read under Decisions")
	return c
}

func (p *program) peopleImport(c *cobra.Command, path string, dry bool, as store.RosterAs) error {
	in := c.InOrStdin()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("%s cannot be read (%w); name the file of the roster", path, errors.Unwrap(err))
		}
		defer f.Close()
		in = f
	}
	roster, notes, err := archive.ReadRoster(in)
	if err != nil {
		return fmt.Errorf("%s is no roster: %w", path, err)
	}
	out := c.OutOrStdout()
	for _, n := range notes {
		fmt.Fprintln(out, n)
	}
	s, err := p.open(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	if dry {
		plan, err := s.PlanRoster(c.Context(), store.Operator, roster)
		if err != nil {
			return err
		}
		if err := archive.RosterText(out, plan); err != nil {
			return err
		}
		if plan.Count[store.RosterBad] > 0 {
			return errors.New("those lines cannot be taken over; nothing is changed")
		}
		_, err = fmt.Fprintln(out, archive.RosterDry(plan))
		return err
	}
	as.Progress = archive.RosterProgress(c.ErrOrStderr())
	plan, err := s.ImportRoster(c.Context(), store.Operator, roster, as)
	if err == nil || len(plan.Lines) > 0 {
		err = errors.Join(err, archive.RosterText(out, plan))
	}
	return err
}

func (p *program) peopleResetCommand() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:   "reset HANDLE",
		Short: "Take all keys and the password of somebody away, and print the letter that lets them in anew",
		Long: `Take all keys and the password of somebody away, and print the letter that lets
them in anew. Admins do it for each other and for staff; this is for the admin
who has nobody to ask. What they have open is closed.`,
		Args: arguments("HANDLE"),
		RunE: func(c *cobra.Command, args []string) error { return p.peopleReset(c, args[0], why) },
	}
	c.Flags().StringVar(&why, "why", "", "the reason, which everyone can read under Decisions")
	return c
}

func (p *program) peopleReset(c *cobra.Command, handle, why string) error {
	s, err := p.open(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	door, err := p.door(c, s)
	if err != nil {
		return err
	}
	letter, err := s.Reset(c.Context(), store.Operator, handle, why)
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.OutOrStdout(), archive.Letter(door, letter))
	return err
}
