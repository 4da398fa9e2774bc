package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tincan/server"
	"tincan/store"
	"tincan/store/archive"
)

const inviteExample = `  tincan invite maya --name "Maya Lind" --department Finance
  tincan invite petra --admin --expires 3d`

func (p *program) inviteCommand() *cobra.Command {
	var in store.Invite
	var expires days
	var quiet bool
	c := &cobra.Command{
		Use:     "invite HANDLE",
		Short:   "Put a person on the roster and print the letter that lets them in",
		Example: inviteExample,
		Args:    arguments("HANDLE"),
		RunE: func(c *cobra.Command, args []string) error {
			in.Handle, in.Valid = args[0], time.Duration(expires)
			return p.invite(c, in, quiet)
		},
	}
	f := c.Flags()
	f.StringVar(&in.Name, "name", "", "the name that others see")
	f.StringVar(&in.Department, "department", "", "where the person works")
	f.StringVar(&in.Title, "title", "", "what the person does there")
	f.BoolVar(&in.Admin, "admin", false, "make the person an admin")
	f.Var(&expires, "expires", "how long the code works (default 14d)")
	f.BoolVar(&quiet, "quiet", false, "print the code alone")
	return c
}

func (p *program) invite(c *cobra.Command, in store.Invite, quiet bool) error {
	ctx := c.Context()
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	var door archive.Door
	if !quiet {
		if door, err = p.door(c, s); err != nil {
			return err
		}
	}
	code, err := s.CreateInvite(ctx, store.Operator, in)
	if err != nil {
		return err
	}
	person, err := s.PersonByHandle(ctx, code.Handle)
	if err != nil {
		return err
	}
	if person.State == store.Active { // one more way in for them, or a slip: another person of that name
		fmt.Fprintf(c.ErrOrStderr(), "tincan: %s (@%s) is here already, and whoever has this code comes in as them. Invite somebody else by another handle.\n", person.Display(), person.Handle)
	}
	if quiet {
		_, err = fmt.Fprintln(c.OutOrStdout(), code.Text)
		return err
	}
	_, err = io.WriteString(c.OutOrStdout(), archive.Letter(door, store.Letter{Person: person, Code: code}))
	return err
}

// door is where people come in, as letters to them say it.
func (p *program) door(c *cobra.Command, s *store.Store) (door archive.Door, err error) {
	address, err := s.Address(c.Context())
	if err != nil {
		return door, err
	}
	if address == "" {
		if address, err = guessedAddress(); err != nil {
			return door, err
		}
		fmt.Fprintf(c.ErrOrStderr(), "tincan: nobody has said yet what people type to come in; the letter says %s. Say it once: tincan serve --address social.corp\n", address)
	}
	if door.SSH, err = sshLine(address); err != nil {
		return door, err
	}
	key, err := server.LoadHostKey(p.data)
	if err != nil {
		return door, err
	}
	door.Fingerprint, door.Zone = fingerprint(key.PublicKey()), time.Local
	return door, nil
}

// daysMost is more than the store allows, and few enough to be counted in nanoseconds.
const daysMost = 10_000

// days is a flag's length of time: what Go understands, and whole days such as 14d.
type days time.Duration

func (d *days) Type() string { return "time" }

func (d *days) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *days) Set(s string) error {
	v, err := time.ParseDuration(s)
	if n, isDays := strings.CutSuffix(s, "d"); isDays {
		var whole int
		whole, err = strconv.Atoi(n)
		v = time.Duration(min(whole, daysMost)) * 24 * time.Hour
	}
	if err != nil || v <= 0 {
		return errors.New("write a length of time such as 14d or 12h")
	}
	*d = days(v)
	return nil
}
