//go:build unix

package main

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// enter HANDLE [FLAG…] invites somebody, with the flags of tincan invite, and lets them in: their key is in the file HANDLE.
func enter(ts *testscript.TestScript, neg bool, args []string) {
	handle := args[0]
	ts.Check(ts.Exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ts.MkAbs(handle)))
	ts.Check(ts.Exec("tincan", append([]string{"invite", handle, "--quiet", "--data", "data"}, args[1:]...)...))
	keep(ts, false, []string{"CODE"})
	script := ts.MkAbs(handle + ".talk")
	ts.Check(os.WriteFile(script, []byte("< Invite code\n> $CODE\n< "+handle+"\n"), 0o600))
	talk(ts, false, []string{script, handle, handle, "whoami"})
}

// answers N USER [COMMAND…] runs a command on the server as ssh does, which has to end with exit status N.
// What it prints is in stdout, as for ssh. The words of $SSH are options of the client.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	options := regexp.MustCompile(`\S+`).FindAllString(ts.Getenv("SSH"), -1)
	err := ts.Exec("ssh", append(append(options, "-o", "BatchMode=yes"), client(ts, args[1], args[1], args[2:]...)...)...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// number NAME sets a variable to the number of the post that the last command printed or made.
func number(ts *testscript.TestScript, neg bool, args []string) {
	found := regexp.MustCompile(`\b\d{10}\b`).FindString(ts.ReadFile("stdout"))
	if found == "" {
		ts.Fatalf("no number of a post was printed")
	}
	ts.Setenv(args[0], found)
}

// unpack FOLDER makes a folder of the zip that the last command printed.
func unpack(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs(args[0] + ".zip")
	ts.Check(os.WriteFile(file, []byte(ts.ReadFile("stdout")), 0o600))
	z, err := zip.OpenReader(file)
	ts.Check(err)
	defer z.Close()
	dir := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(dir, 0o700))
	for _, f := range z.File {
		in, err := f.Open()
		ts.Check(err)
		text, err := io.ReadAll(in)
		ts.Check(err)
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		ts.Check(os.MkdirAll(filepath.Dir(name), 0o700))
		ts.Check(os.WriteFile(name, text, 0o600))
	}
}
