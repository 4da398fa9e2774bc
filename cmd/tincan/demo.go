package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tincan/store"
)

// demoGuest is the handle of whoever looks around.
const demoGuest = "guest"

func (p *program) demoCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Look around in a made-up company of 120 people, three months after they began",
		Long: `Look around in a made-up company of 120 people, three months after they began.

Some of them go on writing while you look. Everything in it is invented. Without
--data it lives in a temporary folder that goes when this ends.`,
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error { return p.demo(c, listen) },
	}
	c.Flags().StringVar(&listen, "listen", defaultListen, "where to listen, as `host:port`")
	return c
}

// demo serves a made-up company.
func (p *program) demo(c *cobra.Command, listen string) error {
	if !c.Flags().Changed("data") {
		dir, err := os.MkdirTemp("", "tincan-demo-")
		if err != nil {
			return fmt.Errorf("a temporary folder cannot be made (%w); name one with --data", err)
		}
		defer os.RemoveAll(dir)
		p.data = dir
	} else if hasData(p.data) {
		return fmt.Errorf("%s holds data already, and a made-up company needs a folder of its own; name a new one with --data, or go on with what is there: tincan serve", p.data)
	}
	_, lost := os.Lstat(p.data)
	unmade := false
	now, weeks := time.Now(), trialToday/7+1
	k := before(now, weeks)
	p.store.Now = k.now
	p.opened = func(ctx context.Context, s *store.Store) (func(), error) {
		fmt.Fprintln(c.ErrOrStderr(), "Making up a company; it takes a few seconds.")
		made, err := newMadeUp(ctx, s, k, demoSeed, now, cmp.Or(p.hamlet, demoStaff), weeks)
		if err == nil {
			err = made.make()
		}
		k.at.Store(0)
		var guest store.Code
		if err == nil {
			guest, err = made.welcome()
		}
		if err != nil {
			unmade = true
			return nil, err
		}
		out := c.OutOrStdout()
		fmt.Fprintf(out, "%s: a made-up company of %d people. Some of them write while you look.\n", demoName, len(made.people))
		if !c.Flags().Changed("data") {
			fmt.Fprintf(out, "It lives in %s and goes when this ends. Its host key is a new one;\nif ssh warns that it has changed, add: -o NoHostAuthenticationForLocalhost=yes\n", p.data)
		}
		fmt.Fprintf(out, "Your invite code: %s (you are @%s, and an admin)\n", guest.Text, guest.Handle)
		life, stop := context.WithCancel(ctx)
		var done sync.WaitGroup
		done.Go(func() {
			if err := made.goOn(life, 1); err != nil {
				fmt.Fprintf(c.ErrOrStderr(), "tincan: the made-up people say nothing more (%v)\n", err)
			}
		})
		return func() { stop(); done.Wait() }, nil
	}
	err := p.serve(c, serveFlags{listen: listen})
	if errors.Is(err, context.Canceled) { // stopped while the company was made
		err = nil
	}
	if unmade {
		err = errors.Join(err, p.forget(errors.Is(lost, fs.ErrNotExist)))
	}
	return err
}

// forget takes away what there is of a company that was not made to its end: it would be in the way of the next one, and
// serve would go on with half of it. The folder goes where it was made for this, and nobody has put something else there.
func (p *program) forget(folder bool) error {
	var err error
	for _, pattern := range []string{store.File + "*", lockPrefix + "*"} {
		paths, _ := filepath.Glob(filepath.Join(p.data, pattern))
		for _, path := range paths {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if folder {
		os.Remove(p.data) //nolint:errcheck // it stays as long as something is in it
	}
	return err
}

// guestsChannels are those that the guest is in, beside those of everyone.
func guestsChannels() []string {
	return []string{"aurora", "help-it", "customers", "ideas", "canteen", "service"}
}

// welcome lets the guest in: an admin, who has been put into a few channels and has the board's.
func (c *madeUp) welcome() (store.Code, error) {
	code, err := c.store.CreateInvite(c.ctx, store.Operator, store.Invite{Handle: demoGuest, Department: "Operations", Admin: true, Why: "A guest looks around."})
	if err != nil {
		return code, err
	}
	p, err := c.store.PersonByHandle(c.ctx, demoGuest)
	if err != nil {
		return code, err
	}
	for _, name := range guestsChannels() {
		if err := c.store.JoinChannel(c.ctx, p.ID, c.channels[name].ID); err != nil {
			return code, err
		}
	}
	if err := c.store.AddMember(c.ctx, c.people[0].id, c.channels["board"].ID, demoGuest); err != nil {
		return code, err
	}
	_, version, err := c.store.TermsToAccept(c.ctx, p.ID)
	if err != nil || version == 0 {
		return code, err
	}
	return code, c.store.AcceptTerms(c.ctx, p.ID, version) // of a company that is none
}
