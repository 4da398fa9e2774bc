//go:build unix

package main

import (
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// window is a terminal of somebody's in which ssh runs, beside others.
type window struct {
	cmd           *exec.Cmd
	tty           *os.File
	printed       *watched
	done          chan struct{} // closed when all that it prints has been read
	columns, rows int
}

// windows are the open windows of a story, by name.
type windows map[string]*window

const windowsKey = "windows"

// sizes are those of the windows that a story opens.
var sizes = map[string][2]int{"small": {40, 12}, "usual": {80, 24}, "large": {150, 45}}

// open NAME SIZE USER runs ssh in a new window; SIZE is small, usual or large.
func open(ts *testscript.TestScript, neg bool, args []string) {
	size := sizes[args[1]]
	cmd := exec.Command("ssh", client(ts, args[2], args[2])...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(size[0]), Rows: uint16(size[1])})
	ts.Check(err)
	w := &window{cmd: cmd, tty: tty, printed: newWatched(), done: make(chan struct{}), columns: size[0], rows: size[1]}
	w.printed.look = w.screen
	go func() {
		defer close(w.done)
		io.Copy(w.printed, tty) // until ssh has closed its end
	}()
	all, _ := ts.Value(windowsKey).(windows)
	all[args[0]] = w
	ts.Defer(func() { cmd.Process.Kill(); <-w.done; tty.Close() })
}

// screen is what the window shows.
func (w *window) screen() string {
	screen := vt.NewEmulator(w.columns, w.rows)
	answered := make(chan struct{})
	go func() { // what a terminal answers to questions would be typed
		defer close(answered)
		io.Copy(io.Discard, screen)
	}()
	screen.WriteString(w.printed.String())
	shown := screen.String()
	screen.InputPipe().(io.Closer).Close()
	<-answered
	return shown
}

// keystrokes are the keys that have names in a story.
var keystrokes = strings.NewReplacer("<enter>", "\r", "<esc>", "\x1b", "<tab>", "\t", "<space>", " ", "<down>", "\x1b[B", "<home>", "\x1b[H", "<end>", "\x1b[F", "<line>", "\n",
	"<paste>", "\x1b[200~", "</paste>", "\x1b[201~")

// keys NAME TEXT… types into a window.
func keys(ts *testscript.TestScript, neg bool, args []string) {
	_, err := ts.Value(windowsKey).(windows)[args[0]].tty.WriteString(keystrokes.Replace(strings.Join(args[1:], " ")))
	ts.Check(err)
}

// shows NAME PATTERN waits until a window shows what matches; negated, until nothing it shows does.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	pattern := regexp.MustCompile(`(?m)` + args[1])
	for deadline := time.After(patience); pattern.MatchString(w.screen()) == neg; {
		select {
		case <-w.printed.more:
		case <-deadline:
			ts.Fatalf("in time it was not so, but:\n%s", w.screen())
		}
	}
}

// copied NAME TEXT waits until a program has put TEXT into the clipboard of a window (OSC 52).
func copied(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(args[1]))
	for deadline := time.After(patience); !strings.Contains(w.printed.String(), want); {
		select {
		case <-w.printed.more:
		case <-deadline:
			ts.Fatalf("%q was not copied", args[1])
		}
	}
}

// drop NAME ends the ssh of a window as a lost line does.
func drop(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	ts.Check(w.cmd.Process.Signal(syscall.SIGKILL))
	w.cmd.Wait()
}

// out NAME leaves a window with ctrl+C: ssh ends with status 0 and the terminal is as it was.
func out(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	_, err := w.tty.WriteString("\x03")
	ts.Check(err)
	ended(ts, neg, args)
}

// ended NAME waits until the ssh of a window has ended with status 0 (negated: with another), and looks whether the
// terminal is as it was.
func ended(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	late := time.AfterFunc(patience, func() { w.cmd.Process.Kill() })
	err := w.cmd.Wait()
	<-w.done
	if !late.Stop() || (err != nil) != neg {
		ts.Fatalf("ssh ended with %v and this on the screen:\n%s", err, w.screen())
	}
	usual := map[string]bool{"25": true, "7": true} // the cursor is shown, lines wrap, and nothing else is on: DECSET, xterm's ctlseqs
	left := map[string]bool{"25": true}
	for _, m := range modeChange.FindAllStringSubmatch(w.printed.String(), -1) {
		for mode := range strings.SplitSeq(m[1], ";") {
			left[mode] = m[2] == "h"
		}
	}
	for mode, on := range left {
		if on != usual[mode] {
			ts.Fatalf("mode %s was never undone", mode)
		}
	}
}

// modeChange turns modes of a terminal on or off.
var modeChange = regexp.MustCompile("\x1b\\[\\?([0-9;]+)([hl])")
