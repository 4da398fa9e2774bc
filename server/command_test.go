package server

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// commands are run by two people, one after the other, over real SSH.
func TestCommands(t *testing.T) {
	at := &clock{at: time.Date(2026, 11, 20, 14, 3, 0, 0, time.UTC)}
	r := start(t, func(c *Config) { c.Now = at.now })
	maya, mayaKey := r.member("maya")
	if err := r.store.UpdateProfile(t.Context(), maya.ID, store.Profile{Name: "Maya Lind", Department: "Finance", Title: "Controller", Zone: "Europe/Berlin"}); err != nil {
		t.Fatal(err)
	}
	_, nilsKey := r.member("nils")
	r.play(map[string]*gossh.Client{"maya": r.enter(mayaKey), "nils": r.enter(nilsKey)}, []step{
		{who: "maya", line: "whoami", out: "maya · Maya Lind · Finance · Controller\n"},
		{who: "maya", line: "whoami --json", out: `{"handle":"maya","name":"Maya Lind","department":"Finance","title":"Controller","admin":false}` + "\n"},
		{who: "maya", line: "home"},
		{who: "maya", line: "read everyone --json"},
		{who: "maya", line: "channel create Platform --private=x", status: 2, errs: "usage: channel create NAME [--private] [--purpose TEXT] "},
		{who: "maya", line: "channel create platform --purpose 'What runs and what does not'", out: "#platform is open to everyone. You are its steward.\n"},
		{who: "maya", line: "channel create platform", status: 1, errs: ""},
		{who: "maya", line: "channel create finance-close --private --json", out: `{"channel":"finance-close","purpose":"","private":true,"members":1,"joined":true,"steward":true,"muted":false,"unread":0}` + "\n"},
		{who: "maya", line: "post #platform Build 512 is green", out: "Posted in #platform as $1.\n"},
		{who: "maya", line: "post '#platform' -", stdin: "Build 513\nis red\n", out: "Posted in #platform as $2.\n"},
		{who: "nils", line: "read #platform -n 1", out: "$2  #platform  Maya Lind · Finance  Fri 20 Nov 14:03\n  Build 513\n  is red\n"},
		{who: "nils", line: "reply $1 hm", status: 1, errs: ""},
		{who: "nils", line: "join '#platform'", out: "You are in #platform.\n"},
		{who: "nils", line: "reply $1 I don't know", out: "Posted in #platform as $3, a reply to $1.\n"},
		{who: "nils", line: "reply $3 --json -- --json and -n", out: `{"id":$4,"channel":"platform","author":"nils","at":"2026-11-20T14:03:00Z","body":"--json and -n","reply_to":$1,"replies":0,"edited":false,"unread":false}` + "\n"},
		{who: "nils", line: "post platform a -dash that is no --flag", out: "Posted in #platform as $5.\n"},
		{who: "nils", line: "post platform --json 'one  word' two", out: `{"id":$6,"channel":"platform","author":"nils","at":"2026-11-20T14:03:00Z","body":"one  word two","reply_to":0,"replies":0,"edited":false,"unread":false}` + "\n"},
		{who: "maya", line: "thread $3", out: "$1  #platform  Maya Lind · Finance  Fri 20 Nov 15:03\n  Build 512 is green\n  2 replies\n\n" +
			"$3  #platform  reply to $1  nils  Fri 20 Nov 15:03  new\n  I don't know\n\n$4  #platform  reply to $1  nils  Fri 20 Nov 15:03  new\n  --json and -n\n"},
		{who: "maya", line: "home -n 1 --json", out: `{"id":$6,"channel":"platform","author":"nils","at":"2026-11-20T14:03:00Z","body":"one  word two","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "maya", line: "home --since 1d -n=1", out: "$6  #platform  nils  Fri 20 Nov 15:03  new\n  one  word two\n"},
		{who: "maya", line: "home --since 2026-11-21"},
		{who: "maya", line: "read platform -n 2 --json", out: `{"id":$5,"channel":"platform","author":"nils","at":"2026-11-20T14:03:00Z","body":"a -dash that is no --flag","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n" +
			`{"id":$6,"channel":"platform","author":"nils","at":"2026-11-20T14:03:00Z","body":"one  word two","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "nils", line: "leave platform", out: "You have left #platform.\n"},
		{who: "nils", line: "leave everyone", status: 1, errs: ""},
		{who: "nils", line: "home"},
		{who: "nils", line: "channels", out: "#announcements · 2 people · What everyone should know, instead of mail to all.\n#everyone · 2 people · For all of us.\n#platform · 1 person · not joined · What runs and what does not\n"},

		// What goes wrong says so on stderr, and prints nothing.
		{who: "nils", line: "read #finance-close", status: 1, errs: ""},
		{who: "nils", line: "post #nowhere hello", status: 1, errs: ""},
		{who: "nils", line: "post '#everyone' ''", status: 1, errs: "There is nothing to post yet"},
		{who: "nils", line: "post '#everyone'", status: 2, errs: "usage: post #channel|@HANDLE TEXT|- [--question] "},
		{who: "nils", line: "read", status: 2, errs: "usage: read #channel|@HANDLE [-n N] [--json]\nThe # may be left out; without quotes your own shell takes it for a remark.\n"},
		{who: "nils", line: "post", status: 2, errs: "usage: post #channel|@HANDLE TEXT|- [--question] "},
		{who: "nils", line: "post everyone -", stdin: strings.Repeat("x", maxStdin+1), status: 1, errs: "That is more than 64 KB; a post holds 1000 characters."},
		{who: "nils", line: "post everyone -", stdin: "Sch\xf6ne Gr\xfc\xdfe\n", status: 1, errs: "That is not text in UTF-8, so nothing was written."},
		{who: "nils", line: "post everyone -", stdin: strings.Repeat("x", 1001), status: 1, errs: "Your text has 1,001 characters"},
		{who: "nils", line: "post everyone " + strings.Repeat("x", maxLine), status: 1, errs: "That command is longer than 32 KB."},
		{who: "nils", line: "thread abc", status: 2, errs: `"abc" is no number of a post.`},
		{who: "nils", line: "thread 1", status: 1, errs: ""},
		{who: "nils", line: "home everyone", status: 2, errs: "usage: home [--since 1d] [-n N] [--json]\n"},
		{who: "nils", line: "home -n", status: 2, errs: "usage: home"},
		{who: "nils", line: "home -n 0", status: 2, errs: "-n takes a number from 1 to 10000."},
		{who: "nils", line: "home -n 10001", status: 2, errs: "-n takes a number"},
		{who: "nils", line: "home --since yesterday", status: 2, errs: "--since takes a time like 30m"},
		{who: "nils", line: "home --json=yes", status: 2, errs: "usage: home"},
		{who: "nils", line: "channel", status: 2, errs: "usage: channel create NAME"},
		{who: "nils", line: "key", status: 2, errs: "usage: key list [--json]\nusage: key add"},
		{who: "nils", line: "rm -rf /", status: 2, errs: `There is no command "rm". This lists them: ssh social.corp help`},
		{who: "nils", line: "\x1b[31mred\x1b[m\a\n", status: 2, errs: `There is no command "red".`},
		{who: "nils", line: "' '", status: 2, errs: `There is no command "".`},
		{who: "nils", line: "help nothing", status: 2, errs: `There is no command "nothing".`},
	})
}

// step is a command of somebody, and what comes of it.
type step struct {
	who, line, stdin string
	status           int
	out, errs        string // what has to be printed, whole; errs: its start
}

// play runs commands one after the other. In them $1, $2 … are the numbers of posts: each is what the
// command printed that first has it in its out.
func (r *rig) play(people map[string]*gossh.Client, commands []step) {
	r.Helper()
	posted := map[string]string{}
	number := regexp.MustCompile(`as (\d+)|"id":(\d+)|^(\d+)  `)
	for _, c := range commands {
		line := os.Expand(c.line, func(n string) string { return posted[n] })
		out, errs, status := r.run(people[c.who], line, c.stdin)
		if status == 0 && strings.Contains(c.out, "$") {
			for _, n := range regexp.MustCompile(`\$(\d)`).FindAllStringSubmatch(c.out, -1) {
				if m := number.FindStringSubmatch(out); posted[n[1]] == "" && m != nil {
					posted[n[1]] = m[1] + m[2] + m[3]
				}
			}
		}
		want := os.Expand(c.out, func(n string) string { return posted[n] })
		if status != c.status || out != want {
			r.Errorf("%s: status %d, printed\n%s\ninstead of\n%s\nand said %s", short(c.line), status, out, want, errs)
		}
		if strings.ContainsAny(out+errs, "\x1b\a") {
			r.Errorf("%s: control characters in %q %q", short(c.line), out, errs)
		}
		switch {
		case status == 0 && errs != "":
			r.Errorf("%s: said %q", short(c.line), errs)
		case status != 0 && (!strings.HasPrefix(errs, os.Expand(c.errs, func(n string) string { return posted[n] })) || !strings.HasSuffix(errs, "\n")):
			r.Errorf("%s: said %q", short(c.line), errs)
		}
	}
	if log := r.log.String(); strings.Contains(log, "Build") || strings.Contains(log, "level=ERROR") {
		r.Errorf("the log: %s", log)
	}
}

func TestHelp(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	all, _, status := r.run(c, "help", "")
	if status != 0 {
		t.Fatal(status)
	}
	for _, cmd := range commands() {
		if !strings.Contains(all, cmd.usage()+"\n  "+cmd.does+"\n") {
			t.Errorf("%s is not in help", cmd.name)
		}
		one, errs, status := r.run(c, "help "+cmd.name, "")
		if status != 0 || !strings.Contains(one, cmd.usage()+"\n") {
			t.Errorf("help %s: %d %q %q", cmd.name, status, one, errs)
		}
	}
	if family, _, _ := r.run(c, "help key", ""); strings.Count(family, "[--json]") != 3 {
		t.Errorf("help key: %q", family)
	}
}

func TestKeyCommands(t *testing.T) {
	r := start(t)
	me, key := r.member("maya")
	c := r.enter(key)
	second := newSigner(t)
	line := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(second.PublicKey())))
	fingerprint := gossh.FingerprintSHA256(second.PublicKey())

	out, errs, status := r.run(c, "key add "+line+" laptop at home", "")
	if status != 0 || out != fingerprint+" lets you in from now on.\n" {
		t.Errorf("add: %d %q %q", status, out, errs)
	}
	if got := r.whoami(r.enter(second)); got != "maya" {
		t.Error(got)
	}
	for _, again := range []string{line, "nonsense", "ssh-dss AAAA", line + "\n" + line} {
		if out, errs, status := r.run(c, "key add - --json", again+"\n"); status != 1 || out != "" || errs == "" {
			t.Errorf("add %s: %d %q %q", short(again), status, out, errs)
		}
	}
	out, _, _ = r.run(c, "key list --json", "")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var last keyLine
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 2 ||
		last.Number != 2 || last.Fingerprint != fingerprint || last.Kind != "ssh-ed25519" || last.Label != "laptop at home" || last.Used == "" {
		t.Errorf("list: %q %v", out, err)
	}
	if out, _, _ = r.run(c, "key list", ""); !strings.Contains(out, "2  "+fingerprint+"  ssh-ed25519  laptop at home  used ") {
		t.Errorf("list: %q", out)
	}
	for _, what := range []string{"3", "0", "-1", "SHA256:nothing"} {
		if _, errs, status := r.run(c, "key remove "+what, ""); status != 1 || !strings.HasPrefix(errs, "You have no such key.") {
			t.Errorf("remove %s: %d %q", what, status, errs)
		}
	}
	if out, errs, status := r.run(c, "key remove "+fingerprint, ""); status != 0 || out != fingerprint+" lets nobody in any more.\n" {
		t.Errorf("remove: %d %q %q", status, out, errs)
	}
	if _, err := r.dial(gossh.PublicKeys(second)); err == nil {
		t.Error("a key that was removed still lets in")
	}
	if _, errs, status := r.run(c, "key remove 1", ""); status != 1 || !strings.Contains(errs, "last way in") {
		t.Errorf("remove the last: %d %q", status, errs)
	}

	out, _, status = r.run(c, "key add", "")
	code := regexp.MustCompile(`^Link code: (\S+)\n`).FindStringSubmatch(out)
	if status != 0 || code == nil {
		t.Fatalf("link code: %d %q", status, out)
	}
	device := newSigner(t)
	k := &talk{answers: []string{code[1]}}
	if _, err := r.dial(gossh.PublicKeys(device), k.method()); err != nil {
		t.Fatal(err)
	}
	if p, err := r.store.PersonByKey(t.Context(), gossh.FingerprintSHA256(device.PublicKey())); err != nil || p.ID != me.ID {
		t.Errorf("the other device belongs to %v: %v", p, err)
	}
	var made struct{ Code, Expires string }
	if out, _, _ = r.run(c, "key add --json", ""); json.Unmarshal([]byte(out), &made) != nil || made.Code == "" || made.Expires == "" {
		t.Errorf("link code: %q", out)
	}
}

// A panic in one command is told, logged, and ends nothing else.
func TestPanicInACommand(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	r.server.commands = append(r.server.commands, command{name: "explode", run: func(*call) error { panic("on purpose") }})
	c := r.enter(key)
	out, errs, status := r.run(c, "explode", "")
	if status != 1 || out != "" || errs != "Something went wrong on our side. Connect again.\n" {
		t.Errorf("status %d, %q, told %q", status, out, errs)
	}
	if !strings.Contains(r.log.String(), "on purpose") {
		t.Error("not in the log")
	}
	if got := r.whoami(c); got != "maya" {
		t.Error(got)
	}
}

// Commands work the same with a terminal, where lines end otherwise and ctrl+D ends the input.
func TestCommandsWithATerminal(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	c := r.enter(key)
	run := func(line, keys string) (string, int) {
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
			t.Fatal(err)
		}
		in, err := s.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out buffer
		s.Stdout, s.Stderr = &out, &out
		if err := s.Start(line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(in, keys)
		return out.String(), exitStatus(t, s.Wait())
	}
	for _, c := range []struct {
		line, keys string
		status     int
	}{
		{"whoami", "", 0},
		{"post everyone -", "two\rlines\x04", 0},
		{"post everyone -", "no\x03", 1},
		{"nonsense", "", 2},
	} {
		if _, status := run(c.line, c.keys); status != c.status {
			t.Errorf("%s: exit status %d", c.line, status)
		}
	}
	out, _, _ := r.run(c, "read everyone --json", "")
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, `"body":"two\nlines"`) {
		t.Errorf("posted: %s", out)
	}
}

// A command that waits for its input is given up in the end.
func TestCommandTime(t *testing.T) {
	r := start(t, func(c *Config) { c.Limits.CommandTime = 200 * time.Millisecond })
	_, key := r.member("maya")
	s, err := r.enter(key).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.StdinPipe(); err != nil { // stays open
		t.Fatal(err)
	}
	var errs buffer
	s.Stderr = &errs
	if err := s.Start("post everyone -"); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, s.Wait()); status != 1 || errs.String() != "That took too long and was given up. Ask for less, or send its input sooner.\n" {
		t.Errorf("status %d, told %q", status, &errs)
	}
}

// A command's output that nobody reads costs its connection, not the server.
func TestStalledCommand(t *testing.T) {
	r := start(t, func(c *Config) { c.Limits.StallCommand = 300 * time.Millisecond })
	_, key := r.member("maya")
	r.server.commands = append(r.server.commands, flood)
	c := r.enter(key)
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.StdoutPipe(); err != nil { // never read
		t.Fatal(err)
	}
	if err := s.Start("flood"); err != nil {
		t.Fatal(err)
	}
	r.eventually("it is cut off", func() bool { return len(r.server.open()) == 0 })
}

// flood is a command that never stops printing by itself.
var flood = command{name: "flood", run: func(c *call) error {
	for {
		if err := c.say("%s", strings.Repeat("x", 1000)); err != nil {
			return err
		}
	}
}}

func TestOutputOfACommandIsBounded(t *testing.T) {
	r := start(t)
	_, key := r.member("maya")
	r.server.commands = append(r.server.commands, flood)
	out, errs, status := r.run(r.enter(key), "flood", "")
	if status != 1 || errs != "That is more than 32 MB. Ask for less with -n.\n" || len(out) > maxOutput {
		t.Errorf("status %d, %d bytes, told %q", status, len(out), errs)
	}
}

func TestCommandTable(t *testing.T) {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
		if c.run == nil || c.does == "" || c.most < c.least || strings.HasSuffix(c.does, ".") {
			t.Errorf("%s: %+v", c.name, c)
		}
	}
	want := []string{"help", "whoami", "home", "inbox", "seen", "read", "thread", "search", "people", "channels", "channel create", "channel rename", "channel purpose", "channel posting",
		"channel department", "channel steward", "channel private", "channel archive", "join", "leave", "post", "reply", "message", "edit", "delete", "react", "answer", "mustread", "ack",
		"pending", "remind", "save", "saved", "follow", "figures", "report", "trial", "export me", "export", "key list", "key add", "key remove",
		"invite", "people import", "suspend", "restore", "leaver", "role", "leader", "reset", "today", "reports", "reports keep", "reports hide", "trial set", "trial objective",
		"end", "end announce", "end agree", "end freeze", "end hold", "end cancel"}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}
