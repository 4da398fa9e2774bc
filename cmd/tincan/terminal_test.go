//go:build unix

package main

import (
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

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
	shown         *vt.Emulator
	read          int // the bytes of printed that shown has taken in
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
	w.shown = vt.NewEmulator(w.columns, w.rows)
	w.printed.look = w.screen
	answered := make(chan struct{})
	go func() { // what a terminal answers to questions would be typed
		defer close(answered)
		io.Copy(io.Discard, w.shown)
	}()
	go func() {
		defer close(w.done)
		io.Copy(w.printed, tty) // until ssh has closed its end
	}()
	all, _ := ts.Value(windowsKey).(windows)
	all[args[0]] = w
	ts.Defer(func() {
		cmd.Process.Kill()
		<-w.done
		tty.Close()
		w.shown.InputPipe().(io.Closer).Close()
		<-answered
	})
}

// screen is what the window shows.
func (w *window) screen() string {
	text := w.printed.String()
	w.shown.WriteString(text[w.read:])
	w.read = len(text)
	return w.shown.String()
}

// keystrokes are the keys that have names in a story.
var keystrokes = strings.NewReplacer("<enter>", "\r", "<esc>", "\x1b", "<tab>", "\t", "<space>", " ", "<up>", "\x1b[A", "<down>", "\x1b[B", "<right>", "\x1b[C", "<left>", "\x1b[D", "<home>", "\x1b[H", "<end>", "\x1b[F", "<line>", "\n",
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

// choose NAME PATTERN moves with the arrows to the item of a menu that begins so, and presses Enter. The bar stands
// directly left of the item that is chosen; there may be one in the sidebar and one beside it.
func choose(ts *testscript.TestScript, neg bool, args []string) {
	w := ts.Value(windowsKey).(windows)[args[0]]
	pattern := regexp.MustCompile(`^ *` + args[1])
	late := time.After(patience)
	for {
		screen := w.screen()
		bars, by := toItem(screen, pattern)
		key := "\r"
		switch {
		case by > 0:
			key = "\x1b[B"
		case by < 0:
			key = "\x1b[A"
		}
		_, err := w.tty.WriteString(key)
		ts.Check(err)
		if by == 0 {
			return
		}
		for now := bars; now == bars; now, _ = toItem(w.screen(), pattern) {
			select {
			case <-w.printed.more:
			case <-late:
				ts.Fatalf("the arrows do not lead to %q:\n%s", args[1], w.screen())
			}
		}
	}
}

// toItem is where the bars of a screen are, with their lines, and how far below one of them an item begins with the
// pattern: 0 where the bar is at it, 1 where it is not to be seen, as lists go on below. The rightmost bar counts, and
// in the sidebar, where what is open has one too, the nearest.
func toItem(screen string, pattern *regexp.Regexp) (bars string, by int) {
	lines := strings.Split(screen, "\n")
	by, furthest := 1, -1
	for i, line := range lines {
		at := strings.LastIndex(line, "▌")
		if at < 0 {
			continue
		}
		bars += strconv.Itoa(i) + line + "\n"
		column := utf8.RuneCountInString(line[:at])
		for j, other := range lines {
			r := []rune(other)
			if column+1 >= len(r) || !pattern.MatchString(string(r[column+1:])) {
				continue
			}
			if column > furthest || column == furthest && max(j-i, i-j) < max(by, -by) {
				by, furthest = j-i, column
			}
		}
	}
	return bars, by
}

// paste NAME FILE pastes a file into a window.
func paste(ts *testscript.TestScript, neg bool, args []string) {
	_, err := ts.Value(windowsKey).(windows)[args[0]].tty.WriteString("\x1b[200~" + ts.ReadFile(args[1]) + "\x1b[201~")
	ts.Check(err)
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
