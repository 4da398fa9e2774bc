//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

const columns, rows = 80, 24 // of every terminal here

// talk FILE USER KEY [COMMAND…] runs ssh on a terminal and talks with it as FILE says, a line an act:
//
//	< PATTERN      waits until it matches what is on the screen
//	> TEXT         types it with Enter
//	= TEXT         types it without
//	^ X            types ctrl+X
//	! SERVER TERM  halts a server
//
// Then ssh has to end, with status 0 unless negated. What it printed is in talk.out.
func talk(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command("ssh", client(ts, args[1], args[2], args[3:]...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: columns})
	ts.Check(err)
	defer terminal.Close()
	printed := newWatched()
	printed.look = func() string { return onScreen(printed.String()) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(printed, terminal) // until ssh has closed its end
	}()
	late := time.AfterFunc(2*patience, func() { cmd.Process.Kill() })
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		act, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		text = os.Expand(text, func(name string) string { return regexp.QuoteMeta(ts.Getenv(name)) })
		switch act {
		case "<":
			if _, err = printed.wait(regexp.MustCompile(text)); err != nil {
				cmd.Process.Kill()
			}
		case ">":
			_, err = terminal.WriteString(text + "\r")
		case "=":
			_, err = terminal.WriteString(text)
		case "^":
			_, err = terminal.Write([]byte{text[0] & 0x1f})
		case "!":
			halt(ts, false, strings.Fields(text))
		}
		ts.Check(err)
	}
	err = cmd.Wait()
	<-done
	if !late.Stop() {
		ts.Fatalf("ssh never ended; it printed %q", printed)
	}
	ts.Check(os.WriteFile(ts.MkAbs("talk.out"), []byte(printed.String()), 0o600))
	if (err != nil) != neg {
		ts.Fatalf("it ended with %v and printed %q", err, printed)
	}
}

// onScreen is what a terminal shows that was sent text.
func onScreen(text string) string {
	screen := vt.NewEmulator(columns, rows)
	answered := make(chan struct{})
	go func() { // what a terminal answers to questions would be typed
		defer close(answered)
		io.Copy(io.Discard, screen)
	}()
	screen.WriteString(text)
	shown := screen.String()
	screen.InputPipe().(io.Closer).Close()
	<-answered
	return shown
}
