//go:build unix

package main

import (
	"archive/zip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	_ "modernc.org/sqlite" // tests look at the file by another way than the program

	"tincan/store"
)

const nobody = 65534 // a user who owns nothing

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"tincan":        main,
		"tincan-nobody": asNobody,
		"tincan-raised": raised,
		"tincan-hamlet": hamlet,
	})
}

// suite is all tests, which share one whole company.
type suite struct{ *testing.M }

func (s suite) Run() int {
	defer os.RemoveAll(companyFolder())
	return s.M.Run()
}

// asNobody is tincan run by a user who owns nothing, where the tests run as root.
func asNobody() {
	if os.Geteuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	main()
}

// raised is tincan for people who post faster than people do.
func raised() {
	p := &program{store: store.Options{PostsPerMinute: 1 << 20}}
	os.Exit(p.run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// hamlet is tincan whose made-up company has few people.
func hamlet() {
	p := &program{hamlet: 3}
	os.Exit(p.run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func TestStories(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Fatal("these tests sign in with the stock ssh client; install openssh-client")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TRUST", "accept-new")
			env.Setenv("TODAY", time.Now().UTC().Format(time.DateOnly))
			env.Values[serversKey] = servers{}
			env.Values[windowsKey] = windows{}
			return os.Chmod(env.WorkDir, 0o755) // for nobody
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"start":  start,
			"demo":   startDemo,
			"halt":   halt,
			"talk":   talk,
			"ssh":    runSSH,
			"keep":   keep,
			"until":  until,
			"pack":   pack,
			"sql":    runSQL,
			"older":  older,

			"enter":   enter,
			"answers": answers,
			"number":  number,
			"unpack":  unpack,

			"open":   open,
			"keys":   keys,
			"choose": choose,
			"paste":  paste,
			"shows":  shows,
			"drop":   drop,
			"ended":  ended,
			"copied": copied,
			"out":    out,
		},
	})
}

// status N COMMAND… runs a command that has to end with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND ...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// until N COMMAND… runs a command again and again until it ends with exit status N.
func until(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(patience); ; {
		err := ts.Exec(args[1], args[2:]...)
		var exit *exec.ExitError
		if got := 0; err == nil || errors.As(err, &exit) {
			if exit != nil {
				got = exit.ExitCode()
			}
			if args[0] == strconv.Itoa(got) {
				return
			}
		}
		if time.Now().After(deadline) {
			ts.Fatalf("it never ended with exit status %s", args[0])
		}
	}
}

// servers are the running servers of a story, by name.
type servers map[string]*running

const serversKey = "servers"

type running struct {
	cmd      *exec.Cmd
	out, err *watched
}

// watched is what a program printed, for others to wait on.
type watched struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // a token whenever text has grown
	look func() string // what wait looks at: the text, or what a terminal makes of it
}

func newWatched() *watched {
	w := &watched{more: make(chan struct{}, 1)}
	w.look = w.String
	return w
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	select {
	case w.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// wait returns the first match of the pattern in the text, once there is one.
func (w *watched) wait(pattern *regexp.Regexp) ([]string, error) {
	deadline := time.After(patience)
	for {
		text := w.look()
		if found := pattern.FindStringSubmatch(text); found != nil {
			return found, nil
		}
		select {
		case <-w.more:
		case <-deadline:
			return nil, fmt.Errorf("no %q in %q", pattern, text)
		}
	}
}

var (
	servingLine = regexp.MustCompile(`(?m)^.*msg=serving listen=127\.0\.0\.1:(\d+) .*\n`)
	keyLine     = regexp.MustCompile(`(?m)^Host key: +(SHA256:\S+)$`)
	codeLine    = regexp.MustCompile(`(?m)^(?:first admin's|Your) invite code: (\S+)`)
)

// startServer runs a server on a free port until it says that it serves, and returns the port.
func startServer(cmd *exec.Cmd) (r *running, port string, err error) {
	r = &running{cmd: cmd, out: newWatched(), err: newWatched()}
	cmd.Stdout, cmd.Stderr = r.out, r.err
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	found, err := r.err.wait(servingLine)
	if err == nil {
		_, err = r.out.wait(keyLine) // it was printed before, by another pipe
	}
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, "", fmt.Errorf("%w; it printed %q", err, r.out)
	}
	return r, found[1], nil
}

// start NAME [FLAG…] runs tincan serve on a free port and sets $PORT, $HOSTKEY and $CODE from what it says.
// What it prints is in NAME.out.
func start(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command("tincan", append([]string{"serve", "--listen", "127.0.0.1:0"}, args[1:]...)...)
	begin(ts, cmd, args[0])
}

// startDemo is start for a made-up company, which is told where temporary folders go: demo NAME [FLAG…].
func startDemo(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command("tincan-hamlet", append([]string{"demo", "--listen", "127.0.0.1:0"}, args[1:]...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+ts.MkAbs("tmp"))
	begin(ts, cmd, args[0])
}

func begin(ts *testscript.TestScript, cmd *exec.Cmd, name string) {
	cmd.Dir = ts.MkAbs(".")
	r, port, err := startServer(cmd)
	ts.Check(err)
	ts.Defer(func() { cmd.Process.Kill(); cmd.Wait() })
	all := ts.Value(serversKey).(servers)
	all[name] = r
	ts.Setenv("PORT", port)
	for variable, line := range map[string]*regexp.Regexp{"HOSTKEY": keyLine, "CODE": codeLine} {
		value := ""
		if found := line.FindStringSubmatch(r.out.String()); found != nil {
			value = found[1]
		}
		ts.Setenv(variable, value)
	}
	ts.Check(os.WriteFile(ts.MkAbs(name+".out"), []byte(r.out.String()), 0o600))
}

// stopLimit is how long a server may take to end.
const stopLimit = 10 * time.Second

// halt NAME SIGNAL stops a server in order: with status 0, in stopLimit. Its log is in NAME.err.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT}
	r := ts.Value(serversKey).(servers)[args[0]]
	ts.Check(r.cmd.Process.Signal(signals[args[1]]))
	late := time.AfterFunc(stopLimit, func() { r.cmd.Process.Kill() })
	err := r.cmd.Wait()
	if !late.Stop() {
		ts.Fatalf("it did not stop in %v", stopLimit)
	}
	if err != nil {
		ts.Fatalf("it ended with %v and this log:\n%s", err, r.err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), []byte(r.err.String()), 0o600))
}

// client is the stock ssh client of a story's people, who have nothing of their own but a key.
func client(ts *testscript.TestScript, user, key string, command ...string) []string {
	return append([]string{"-F", "none", "-o", "UserKnownHostsFile=" + ts.MkAbs("known"), "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", "StrictHostKeyChecking=" + ts.Getenv("TRUST"), "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes",
		"-i", ts.MkAbs(key), "-l", user, "-p", ts.Getenv("PORT"), "127.0.0.1"}, command...)
}

// ssh USER KEY [COMMAND…] runs a command on the server without asking anything.
func runSSH(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("ssh", append([]string{"-o", "BatchMode=yes"}, client(ts, args[0], args[1], args[2:]...)...)...)
	if (err != nil) != neg {
		ts.Fatalf("ssh ended with %v", err)
	}
}

// keep NAME [REGEXP] sets a variable to what the last command printed, or the first of it that matches.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	printed := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) > 1 {
		printed = regexp.MustCompile(args[1]).FindString(printed)
	}
	ts.Setenv(args[0], printed)
}

// sql FILE STATEMENT changes a database behind tincan's back.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// older FILE makes the empty database of the program before the newest migration.
func older(ts *testscript.TestScript, neg bool, args []string) {
	scripts, err := filepath.Glob(filepath.Join(top, "store/migrations/*.sql"))
	ts.Check(err)
	scripts = scripts[:len(scripts)-1]
	for _, path := range scripts {
		script, err := os.ReadFile(path)
		ts.Check(err)
		runSQL(ts, false, []string{args[0], string(script)})
	}
	runSQL(ts, false, []string{args[0], fmt.Sprintf("PRAGMA user_version = %d", len(scripts))})
}

// pack FILE FOLDER makes a zip of what is in a folder.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	z := zip.NewWriter(f)
	ts.Check(errors.Join(z.AddFS(os.DirFS(ts.MkAbs(args[1]))), z.Close(), f.Close()))
}

func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := filepath.Join(t.TempDir(), "data")
	var out, errOut strings.Builder
	got := run(t.Context(), []string{"serve", "--listen", l.Addr().String(), "--data", dir}, strings.NewReader(""), &out, &errOut)
	if got != 1 || !strings.Contains(errOut.String(), "is taken: another program listens there") || out.String() != "" {
		t.Errorf("status %d, stdout %q, stderr %q", got, &out, &errOut)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a data folder was made all the same (%v)", err)
	}
}

// A command that is told to stop has its time to take away what it has begun, and says that nothing came of it.
func TestUntilStopped(t *testing.T) { // alone: the signal is for the whole process
	c := &cobra.Command{}
	c.SetContext(t.Context())
	err := untilStopped(func(c *cobra.Command, _ []string) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		<-c.Context().Done()
		return c.Context().Err()
	})(c, nil)
	if err == nil || err.Error() != "stopped; nothing was written" {
		t.Error(err)
	}
}
