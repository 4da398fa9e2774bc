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
	address, err := s.Address(ctx)
	if err != nil {
		return err
	}
	l := letter{name: in.Name}
	if !quiet {
		if address == "" {
			if address, err = guessedAddress(); err != nil {
				return err
			}
			fmt.Fprintf(c.ErrOrStderr(), "tincan: nobody has said yet what people type to come in; the letter says %s. Say it once: tincan serve --address social.corp\n", address)
		}
		if l.ssh, err = sshLine(address); err != nil {
			return err
		}
		key, err := server.LoadHostKey(p.data)
		if err != nil {
			return err
		}
		l.fingerprint = fingerprint(key.PublicKey())
	}
	if l.code, err = s.CreateInvite(ctx, store.Operator, in); err != nil {
		return err
	}
	if quiet {
		_, err = fmt.Fprintln(c.OutOrStdout(), l.code.Text)
		return err
	}
	return l.print(c.OutOrStdout())
}

// letter is the mail that brings an invite to somebody who has never heard of tincan.
type letter struct {
	name, ssh, fingerprint string
	code                   store.Code
}

func (l letter) print(w io.Writer) error {
	name := l.name
	if name == "" {
		name = l.code.Handle
	}
	_, err := fmt.Fprintf(w, `Hello %s,

you are invited to tincan, where we try out talking in the open instead of
mail to all: short posts that everyone can read, answer and find again.
You need nothing new, only the ssh that is already on your computer.

Open a terminal (on Windows: PowerShell) and type:

    %s

The first time, ssh shows the fingerprint of the machine it has reached.
Answer yes if it is this one:

    %s

Then it asks for your invite code. It works once, until %s.

Invite code: %s
`, name, l.ssh, l.fingerprint, l.code.Expires.Local().Format("2 January 2006, 15:04"), l.code.Text)
	return err
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
