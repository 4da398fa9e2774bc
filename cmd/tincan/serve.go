package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tincan/server"
	"tincan/store"
)

// serveFlags are what serve may be told. All of them have a default that works.
type serveFlags struct {
	listen  string // host:port
	address string // what people type after ssh; "" leaves what was given before
	userCA  string // file of authorities whose certificates let people in; "" for none
	backups string // folder for a backup a day; "" for none
	metrics string // host:port or :port for Prometheus; "" for none
}

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Let people in; the first start makes the data folder",
		Args:  arguments(),
		RunE:  func(c *cobra.Command, _ []string) error { return p.serve(c, f) },
	}
	c.Flags().StringVar(&f.listen, "listen", defaultListen, "where to listen, as `host:port`")
	c.Flags().StringVar(&f.address, "address", "", "the `name` that invitations tell people to type: social.corp, or social.corp:2222")
	c.Flags().StringVar(&f.userCA, "user-ca", "", "a `file` of public keys; certificates they signed let in the handle they name")
	c.Flags().StringVar(&f.backups, "backup-dir", "", "a `folder` for a backup a day; the last 7 days and 4 weeks are kept")
	c.Flags().StringVar(&f.metrics, "metrics", "", "where Prometheus may read figures, as `host:port`; :9222 is this machine alone, and nothing is without it")
	return c
}

// serve runs until its context ends or the process is told to stop. What may refuse to start
// comes in an order that leaves nothing behind: flags and port before the folder is made.
func (p *program) serve(c *cobra.Command, f serveFlags) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	if f.address != "" {
		if _, err := sshArguments(f.address); err != nil {
			return usageError{err}
		}
	}
	if f.backups != "" && same(f.backups, p.data) {
		return usageError{fmt.Errorf("--backup-dir is the data folder itself: whatever takes the one takes the other; name a folder elsewhere, best on another disk")}
	}
	var config server.Config
	if f.userCA != "" {
		var err error
		if config.UserCA, err = server.LoadUserCA(f.userCA); err != nil {
			return err
		}
	}
	listener, err := listenOn(ctx, f.listen, "--listen", defaultListen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if f.metrics != "" {
		if config.Metrics, err = listenMetrics(ctx, f.metrics); err != nil {
			return err
		}
		defer config.Metrics.Close()
	}
	if err := makeFolder(p.data); err != nil {
		return err
	}
	unlock, err := store.Lock(p.data)
	if err != nil {
		return err
	}
	defer unlock()
	log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
	options := p.store
	options.Log = log
	s, err := store.Open(ctx, p.data, options)
	if err != nil {
		return err
	}
	defer s.Close()
	if p.opened != nil {
		stop, err := p.opened(ctx, s)
		if err != nil {
			return err
		}
		defer stop()
	}

	g := greeting{listening: listener.Addr().String()}
	if g.address, err = keepAddress(ctx, s, f.address); err != nil {
		return err
	}
	key, err := server.LoadHostKey(p.data)
	if err != nil {
		return err
	}
	g.hostKey = fingerprint(key.PublicKey())
	if g.code, err = s.FirstAdminCode(ctx); err != nil {
		return err
	}
	config.HostKey, config.Log, config.Program = key, log, versionText()
	if config.Address, err = sshArguments(cmp.Or(g.address, thisMachine(g.listening, "HOST"))); err != nil {
		return err
	}
	srv, err := server.New(config, s)
	if err != nil {
		return err
	}
	if f.backups, err = keepBackupDir(ctx, s, f.backups); err != nil {
		return err
	}
	if err := g.print(c.OutOrStdout()); err != nil {
		return err
	}
	if err := store.Sweep(p.data); err != nil {
		return err
	}
	if f.backups != "" {
		d := &schedule{program: p, store: s, dir: f.backups, now: time.Now, log: log}
		var done sync.WaitGroup
		done.Go(func() { d.run(ctx) })
		defer done.Wait()
		defer stop()
	}
	if config.Metrics != nil {
		log.Info("figures for Prometheus", "listen", config.Metrics.Addr().String())
	}
	log.Info("serving", "listen", g.listening, "data", p.data, "version", versionText())
	err = srv.Serve(ctx, listener)
	log.Info("stopped")
	return err
}

// listenMetrics listens for Prometheus, which asks without a password: where no host is named, on this machine alone.
func listenMetrics(ctx context.Context, address string) (net.Listener, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && host == "" {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return listenOn(ctx, address, "--metrics", "127.0.0.1:9222")
}

// listenOn listens at the address that a flag names; such is how one is written.
func listenOn(ctx context.Context, address, flag, such string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken: another program listens there, perhaps another tincan; stop it, or choose another port with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s; choose a port above 1023 with %s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("listening on %s fails (%w); write %s as host:port, such as %s", address, err, flag, such)
	}
	return l, nil
}

// keepAddress keeps the address if one is given, and returns the one in force, "" if there is none.
func keepAddress(ctx context.Context, s *store.Store, given string) (string, error) {
	if given != "" {
		return given, s.SetAddress(ctx, given)
	}
	return s.Address(ctx)
}

// keepBackupDir notes where backups are made, for the admins' menu and the end of the trial. A folder that cannot be
// written to is told at once: whoever starts the server can mend it, and the log is read by nobody.
func keepBackupDir(ctx context.Context, s *store.Store, dir string) (string, error) {
	if dir != "" {
		var err error
		if dir, err = filepath.Abs(dir); err != nil {
			return "", err
		}
		if err = cmp.Or(os.MkdirAll(dir, folderMode), writable(dir)); err != nil {
			return "", fmt.Errorf("no backup can be written to the folder of --backup-dir (%w); choose another, or let this user write there", err)
		}
	}
	return dir, s.SetBackupDir(ctx, store.Operator, dir)
}

// greeting is what the operator needs to know once the server is up.
type greeting struct {
	address   string // "" if none was ever given
	listening string
	hostKey   string
	code      store.Code // Text is "" once the first admin has come
}

func (g greeting) print(w io.Writer) error {
	address := cmp.Or(g.address, thisMachine(g.listening, "localhost"))
	line, err := sshLine(address)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "To connect: %s\n", line)
	fmt.Fprintf(&b, "Host key:   %s\n", g.hostKey)
	if g.code.Text != "" {
		fmt.Fprintf(&b, "first admin's invite code: %s\n", g.code.Text)
		fmt.Fprintf(&b, "The first admin gets the name they connect by: %s\n", strings.Replace(line, "ssh ", "ssh -l NAME ", 1))
	}
	b.WriteString(portHint(address, g.listening))
	_, err = io.WriteString(w, b.String())
	return err
}

// portHint says what to do where people are told another port than the one that is listened on:
// right behind a forwarded port, and a common slip.
func portHint(address, listening string) string {
	host, told, err := splitAddress(address)
	_, real, listenErr := net.SplitHostPort(listening)
	if err != nil || listenErr != nil || told == real {
		return ""
	}
	return fmt.Sprintf("People are told port %s, and this listens on port %s. Unless the one leads to the other, start with --address %s.\n",
		told, real, net.JoinHostPort(host, real))
}
