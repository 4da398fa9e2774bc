package server

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/ssh"

	"tincan/store"
)

// statusUsage is the exit status of a command line that is not understood. A command that is refused or fails has 1.
const statusUsage = 2

// command is one thing to ask for with `ssh host COMMAND`. Help and usage are made from it.
type command struct {
	name  string // one or two words
	args  string // what follows, as usage shows it
	does  string // one line for help
	flags []option
	least int                   // arguments that must be there
	most  int                   // arguments that may be there
	text  bool                  // the last of them is TEXT: every word that is left, or - for standard input
	join  func([]string) string // makes TEXT of its words; nil: with spaces between
	run   func(*call) error
}

// option is a flag of a command.
type option struct {
	name  string // with its dashes
	value string // what follows it; "" for none, TEXT for every word up to the next flag
}

var (
	flagJSON     = option{"--json", ""}
	flagN        = option{"-n", "N"}
	flagSince    = option{"--since", "1d"}
	flagPrivate  = option{"--private", ""}
	flagPurpose  = option{"--purpose", textValue}
	flagBest     = option{"--best", ""}
	flagOff      = option{"--off", ""}
	flagQuestion = option{"--question", ""}
	flagRead     = option{"--read", ""}

	flagName       = option{"--name", textValue}
	flagDepartment = option{"--department", textValue}
	flagTitle      = option{"--title", textValue}
	flagAdmin      = option{"--admin", ""}
	flagBot        = option{"--bot", ""}
	flagAll        = option{"--all", ""}
	flagCSV        = option{"--csv", ""}
	flagDryRun     = option{"--dry-run", ""}
	flagMany       = option{"--many", ""}
	flagWhy        = option{"--why", textValue}
	flagAnnounce   = option{"--announce", ""}
	flagMustRead   = option{"--must-read", ""}
	flagDue        = option{"--due", "3d"}
	flagFor        = option{"--for", "HANDLE"}
	flagAudience   = option{"--to", textValue}
	flagFixed      = option{"--fixed", ""}
	flagTypo       = option{"--typo", ""}
	flagAsk        = option{"--question", textValue}
	flagChannel    = option{"--channel", "#channel"}
	flagFrom       = option{"--from", "DATE"}
	flagTo         = option{"--to", "DATE"}
	flagFormat     = option{"--format", "LIST"}
	flagBOM        = option{"--bom", ""}
	flagCode       = option{"--code", "CODE"}
	flagHTML       = option{"--html", ""}
	flagNumber     = option{"--number", "N"}
	flagMeasure    = option{"--measure", "ID"}
	flagBaseline   = option{"--baseline", "FIGURE"}
	flagTarget     = option{"--target", "FIGURE"}
	flagBy         = option{"--by", "DATE"}
	flagOwner      = option{"--owner", "HANDLE"}
)

// textValue is the value of a flag that takes several words.
const textValue = "TEXT"

// commands is the table of all commands, in the order of help.
func commands() []command {
	json := []option{flagJSON}
	off := []option{flagOff, flagJSON}
	page := []option{flagN, flagJSON}
	why := []option{flagWhy, flagJSON}
	offWhy := []option{flagOff, flagWhy, flagJSON}
	return []command{
		{name: "help", args: "[COMMAND]", does: "what there is, or how to write one command", most: 2, run: (*call).help},
		{name: "whoami", does: "who you are here", flags: json, run: (*call).whoami},
		{name: "home", does: "new posts of your channels, newest first", flags: []option{flagSince, flagN, flagJSON}, run: (*call).home},
		{name: "inbox", does: "what concerns you: mentions, replies, reactions, answers; --read counts them as read", flags: []option{flagN, flagRead, flagJSON}, run: (*call).inbox},
		{name: "seen", args: "ID", does: "count all that is new up to a post as read", least: 1, most: 1, run: (*call).seen},
		{name: "read", args: "#channel|@HANDLE", does: "posts and replies of a channel or a conversation, oldest first", flags: page, least: 1, most: 1, run: (*call).read},
		{name: "thread", args: "ID", does: "a post and its replies", flags: json, least: 1, most: 1, run: (*call).thread},
		{name: "search", args: "WORDS", does: "posts with all the words; also from: in: tag: since: has:", flags: []option{flagBest, flagN, flagJSON}, least: 1, most: 1, text: true, join: joinQuery, run: (*call).search},
		{name: "people", args: "[NAME]", does: "who is here, or who is called that", flags: json, most: 1, text: true, run: (*call).people},
		{name: "channels", does: "the channels that you can see", flags: json, run: (*call).channels},
		{name: "channel create", args: "NAME", does: "open a channel of your own; admins also for somebody else", flags: []option{flagPrivate, flagPurpose, flagFor, flagWhy, flagJSON}, least: 1, most: 1, run: (*call).channelCreate},
		{name: "channel rename", args: "#channel NAME", does: "give a channel that you look after another name; the old one leads there too", flags: why, least: 2, most: 2, run: (*call).channelRename},
		{name: "channel purpose", args: "#channel TEXT", does: "say what belongs in it", flags: why, least: 2, most: 2, text: true, run: (*call).channelPurpose},
		{name: "channel posting", args: "#channel everyone|stewards", does: "say who posts in it; everyone may reply", flags: why, least: 2, most: 2, run: (*call).channelPosting},
		{name: "channel department", args: "#channel NAME", does: "make the people of a department its members", flags: offWhy, least: 2, most: 2, text: true, run: (*call).channelDepartment},
		{name: "channel steward", args: "#channel HANDLE", does: "make somebody a steward of it", flags: offWhy, least: 2, most: 2, run: (*call).channelSteward},
		{name: "channel private", args: "#channel", does: "keep it for those in it; there is no way back", flags: why, least: 1, most: 1, run: (*call).channelPrivate},
		{name: "channel archive", args: "#channel", does: "make it read-only and quiet", flags: offWhy, least: 1, most: 1, run: (*call).channelArchive},
		{name: "join", args: "#channel", does: "become a member of a channel", flags: json, least: 1, most: 1, run: (*call).join},
		{name: "leave", args: "#channel", does: "leave a channel", flags: json, least: 1, most: 1, run: (*call).leave},
		{name: "post", args: "#channel|@HANDLE TEXT|-", does: "write to a channel or to people alone (@ben,@tara); - reads standard input; --announce asks people whether they have understood", flags: []option{flagQuestion, flagAnnounce, flagMustRead, flagDue, flagFor, flagAudience, flagFixed, flagWhy, flagJSON}, least: 2, most: 2, text: true, run: (*call).post},
		{name: "reply", args: "ID TEXT|-", does: "reply to a post", flags: json, least: 2, most: 2, text: true, run: (*call).reply},
		{name: "message", args: "HANDLE TEXT|-", does: "write to one person alone", flags: json, least: 2, most: 2, text: true, run: (*call).message},
		{name: "edit", args: "ID TEXT|-", does: "change a post of yours; what it said stays readable; an announcement asks again, unless it is a --typo", flags: []option{flagTypo, flagJSON}, least: 2, most: 2, text: true, run: (*call).edit},
		{name: "delete", args: "ID", does: "delete a post of yours, without asking", flags: json, least: 1, most: 1, run: (*call).remove},
		{name: "react", args: "ID NAME", does: "put a reaction on a post: " + reactionWords(), flags: off, least: 2, most: 2, run: (*call).react},
		{name: "answer", args: "ID", does: "choose the reply that answers a question", flags: off, least: 1, most: 1, run: (*call).answer},
		{name: "mustread", does: "announcements that wait for your answer", flags: json, run: (*call).mustRead},
		{name: "ack", args: "ID", does: "answer an announcement: you have understood it, or you have a question", flags: []option{flagAsk, flagJSON}, least: 1, most: 1, run: (*call).ack},
		{name: "pending", args: "ID", does: "who has not answered an announcement yet, for its stewards, admins and managers; --all: and who has", flags: []option{flagAll, flagAudience, flagCSV, flagJSON}, least: 1, most: 1, run: (*call).pending},
		{name: "remind", args: "ID", does: "remind those who have not answered an announcement", flags: why, least: 1, most: 1, run: (*call).remind},
		{name: "save", args: "ID", does: "keep a post in your own list", flags: off, least: 1, most: 1, run: (*call).save},
		{name: "saved", does: "your own list, newest first", flags: page, run: (*call).saved},
		{name: "follow", args: "ID", does: "be told of replies to a post", flags: off, least: 1, most: 1, run: (*call).follow},
		{name: "figures", does: "what is measured, for admins: of everyone, a department or a channel; --csv: also by week and department", flags: []option{flagFrom, flagTo, flagDepartment, flagChannel, flagCSV, flagJSON}, run: (*call).figures},
		{name: "report", args: "> report.md", does: "admins: what came of the trial, to decide on it; --html: as a page for the browser and the printer, with charts; --csv: every figure", flags: []option{flagHTML, flagCSV, flagFrom, flagTo}, run: (*call).report},
		{name: "trial", does: "what the trial is for, its days and what it is to reach", flags: json, run: (*call).trial},
		{name: "export me", args: "> me.zip", does: "all that is kept about you, as a file", run: (*call).exportMe},
		{name: "export", args: "> export.zip", does: "admins: what was said in open channels, as SQLite, web site, Markdown, CSV, Slack export and mailboxes, read back and compared; --private: in all channels, with the agreement of a second admin or a code of theirs", flags: []option{flagChannel, flagFrom, flagTo, flagFormat, flagBOM, flagPrivate, flagCode}, run: (*call).exportPlace},
		{name: "key list", does: "the keys that let you in", flags: json, run: (*call).keyList},
		{name: "key add", args: "[KEY|-]", does: "let a public key in; without one, a code for another device", flags: json, most: 1, text: true, run: (*call).keyAdd},
		{name: "key remove", args: "FINGERPRINT|NUMBER", does: "take a key away", flags: json, least: 1, most: 1, run: (*call).keyRemove},
		{name: "invite", args: "[HANDLE|EMAIL…]", does: "admins: put people on the roster and print the letters that let them in; --all for everybody on it without one", flags: []option{flagName, flagDepartment, flagTitle, flagAdmin, flagBot, flagAll, flagCSV, flagWhy, flagJSON}, most: 1, text: true, run: (*call).invite},
		{name: "people import", args: "-", does: "admins: make the people those of a roster (CSV on standard input, up to 64 MB); --dry-run only says what it would do, --many lets more than a fifth leave", flags: []option{flagDryRun, flagMany, flagWhy, flagJSON}, least: 1, most: 1, run: (*call).peopleImport},
		{name: "suspend", args: "HANDLE", does: "admins: keep somebody out, at once and until restored", flags: why, least: 1, most: 1, run: (*call).suspend},
		{name: "restore", args: "HANDLE", does: "admins: let somebody in again", flags: why, least: 1, most: 1, run: (*call).restore},
		{name: "leaver", args: "HANDLE", does: "admins: end somebody's access for good; what they wrote stays", flags: why, least: 1, most: 1, run: (*call).leaver},
		{name: "role", args: "HANDLE admin|staff", does: "admins: put somebody on the board, or take them off it", flags: why, least: 2, most: 2, run: (*call).role},
		{name: "leader", args: "HANDLE", does: "admins: mark somebody as one of the leaders, or with --off not", flags: offWhy, least: 1, most: 1, run: (*call).leader},
		{name: "reset", args: "HANDLE", does: "admins: take all keys and the password of somebody away and print a letter with a new code", flags: why, least: 1, most: 1, run: (*call).reset},
		{name: "today", does: "admins: what waits for the board", flags: json, run: (*call).today},
		{name: "reports", does: "admins: reported posts that wait", flags: json, run: (*call).reports},
		{name: "reports keep", args: "ID", does: "admins: let a reported post stand", flags: []option{flagWhy}, least: 1, most: 1, run: (*call).reportsKeep},
		{name: "reports hide", args: "ID", does: "admins: hide a reported post", flags: []option{flagWhy}, least: 1, most: 1, run: (*call).reportsHide},
		{name: "trial set", args: "name|purpose|first|last|zone|terms TEXT|-", does: "admins: say what the trial is", flags: []option{flagWhy}, least: 2, most: 2, text: true, run: (*call).trialSet},
		{name: "trial objective", args: "[TEXT]", does: "admins: add something that the trial is to reach; --number changes one of them, and with --off takes it out; - takes a value away", flags: []option{flagNumber, flagMeasure, flagBaseline, flagTarget, flagBy, flagOwner, flagOff, flagWhy}, most: 1, text: true, run: (*call).trialObjective},
		{name: "end", does: "how the trial ends, and how far that has come", flags: json, run: (*call).end},
		{name: "end announce", args: "DATE HANDLE HANDLE", does: "admins: tell everyone the last day on which people write, and which two get the export of open channels; --private: of all", flags: []option{flagPrivate, flagWhy}, least: 3, most: 3, run: (*call).endAnnounce},
		{name: "end agree", does: "admins: a code by which another admin freezes the trial", flags: []option{flagWhy}, run: (*call).endAgree},
		{name: "end freeze", does: "admins: let nobody write any more, once that day has come; with the agreement of a second admin or a code of theirs", flags: []option{flagCode, flagWhy}, run: (*call).endFreeze},
		{name: "end hold", args: "NAME", does: "say that you are one of the two and hold the export of that name", least: 1, most: 1, run: (*call).endHold},
		{name: "end cancel", does: "admins: call the end off; people write again", flags: []option{flagWhy}, run: (*call).endCancel},
	}
}

// usage is how a command is written.
func (c command) usage() string {
	parts := []string{c.name}
	if c.args != "" {
		parts = append(parts, c.args)
	}
	for _, f := range c.flags {
		parts = append(parts, "["+strings.TrimSpace(f.name+" "+f.value)+"]")
	}
	return strings.Join(parts, " ")
}

// misuse is a command line that is not of the form it has to be: exit status 2.
type misuse struct{ text string }

func (e *misuse) Error() string { return e.text }

// call is one command being run for one person.
type call struct {
	*Server
	session *session
	ctx     context.Context
	me      store.Person
	in      io.Reader
	raw     io.Writer         // the client's, for what is not text
	aside   io.Writer         // standard error, for what is said beside a file
	out     *bufio.Writer     // the same for text, with a bound
	args    []string          // TEXT is one of them
	flags   map[string]string // those given, and their values
	directs map[int64]string  // the names of direct conversations looked up
}

// command runs the command of a session and returns its exit status.
func (s *Server) command(ss ssh.Session, sn *session, me store.Person) int {
	return s.perform(ss, sn, me, func(c *call) error {
		line := ss.RawCommand()
		if len(line) > maxLine {
			return refuse(nil, "That command is longer than %d KB. Send the text on standard input, with - in its place.", maxLine>>10)
		}
		cmd, err := c.parse(line)
		if err != nil {
			return err
		}
		return cmd.run(c)
	})
}

// plain reads what is new line by line, for those without a terminal that can draw.
func (s *Server) plain(ss ssh.Session, sn *session, me store.Person) int {
	return s.perform(ss, sn, me, (*call).readNew)
}

// perform runs an act with the bounds of a command, prints what it has to say, and returns the exit status.
func (s *Server) perform(ss ssh.Session, sn *session, me store.Person, act func(*call) error) int {
	ctx, cancel := context.WithTimeout(sn.ctx, s.Limits.CommandTime)
	defer cancel()
	c := &call{Server: s, session: sn, ctx: ctx, me: me, in: ss, aside: ss.Stderr(), flags: map[string]string{}, directs: map[int64]string{}}
	if sn.terminal {
		c.in = keyboard{ss}
	}
	c.raw = newOutput(ss, sn, s.Limits.StallCommand)
	c.out = bufio.NewWriter(&bounded{w: c.raw})
	err := act(c)
	if flushed := c.out.Flush(); err == nil {
		err = flushed
	}
	var wrong *misuse
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		s.tell(ss, wrong.text)
		return statusUsage
	case sn.ctx.Err() != nil:
		return 1 // nobody is there to be told, or the server stops
	case errors.Is(err, context.DeadlineExceeded):
		err = refuse(err, "That took too long and was given up. Ask for less, or send its input sooner.")
	}
	s.tell(ss, s.explain(err))
	return 1
}

// parse finds the command of a line, and its arguments and flags.
func (c *call) parse(line string) (command, error) {
	words, whole := split(line)
	for n := min(2, len(words)); n > 0; n-- {
		name := words[0].text
		if n == 2 {
			name += " " + words[1].text
		}
		for _, cmd := range c.commands {
			if cmd.name == name {
				return cmd, c.parseArgs(cmd, line, words[n:], whole)
			}
		}
	}
	name := ""
	if len(words) > 0 {
		name = words[0].text
	}
	var family []string
	for _, cmd := range c.commands {
		if strings.HasPrefix(cmd.name, name+" ") {
			family = append(family, "usage: "+cmd.usage())
		}
	}
	if len(family) > 0 {
		return command{}, &misuse{strings.Join(family, "\n")}
	}
	return command{}, &misuse{fmt.Sprintf("There is no command %q. This lists them: %s", short(name), c.typed("help"))}
}

// parseArgs sorts words into arguments and flags. Flags may stand anywhere before --; a
// word with a dash that is no flag of the command is text like any other.
func (c *call) parseArgs(cmd command, line string, words []word, whole bool) error {
	wrong := &misuse{"usage: " + cmd.usage()}
	if strings.Contains(cmd.args, "#") && !strings.Contains(line, "#") {
		wrong.text += "\nThe # may be left out; without quotes your own shell takes it for a remark."
	}
	join := cmd.join
	if join == nil {
		join = joinWords
	}
	var text []string
	for options := true; len(words) > 0; {
		w := words[0]
		words = words[1:]
		if options && w.text == "--" {
			options = false
			continue
		}
		if f, value, is := cmd.flag(w.text); options && is {
			from := w.at + len(f.name) + 1 // where the value starts in --name=value
			if f.value != "" && value == "" {
				if len(words) == 0 {
					return wrong
				}
				value, from, words = words[0].text, words[0].at, words[1:]
			}
			if f.value == textValue && len(c.args)+min(len(text), 1) >= cmd.least { // else what follows may be an argument
				if !whole {
					c.flags[f.name] = strings.TrimSpace(line[from:])
					break
				}
				more := cmd.upToFlag(words)
				value, words = joinWords(append([]string{value}, more...)), words[len(more):]
			}
			c.flags[f.name] = value
			continue
		}
		if !cmd.text || len(c.args) < cmd.most-1 {
			c.args = append(c.args, w.text)
			continue
		}
		if !whole { // quotes that do not balance were meant as apostrophes
			text, join = []string{strings.TrimSpace(line[w.at:])}, joinWords
			break
		}
		text = append(text, w.text)
	}
	if len(text) > 0 {
		c.args = append(c.args, join(text))
	}
	if len(c.args) < cmd.least || len(c.args) > cmd.most {
		return wrong
	}
	return nil
}

func joinWords(words []string) string { return strings.Join(words, " ") }

// upToFlag are the words before the next flag: what is left of a text whose quotes the client has removed.
func (c command) upToFlag(words []word) (text []string) {
	for _, w := range words {
		if _, _, is := c.flag(w.text); is || w.text == "--" {
			break
		}
		text = append(text, w.text)
	}
	return text
}

// flag is the flag that a word is: --name, or --name=value.
func (c command) flag(word string) (f option, value string, is bool) {
	for _, f := range c.flags {
		if word == f.name {
			return f, "", true
		}
		if v, ok := strings.CutPrefix(word, f.name+"="); ok && f.value != "" && v != "" {
			return f, v, true
		}
	}
	return option{}, "", false
}

// has reports whether a flag was given.
func (c *call) has(f option) bool {
	_, ok := c.flags[f.name]
	return ok
}

// number is the value of -n, or usual where it was not given.
func (c *call) number(usual int) (int, error) {
	v, given := c.flags[flagN.name]
	if !given {
		return usual, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > store.MaxLog {
		return 0, &misuse{fmt.Sprintf("-n takes a number from 1 to %d.", store.MaxLog)}
	}
	return n, nil
}

// since is the moment that --since names: so long ago, or the start of a day where I am.
func (c *call) since() (time.Time, error) {
	v := c.flags[flagSince.name]
	if day, err := time.ParseInLocation(time.DateOnly, v, c.zone()); err == nil {
		return day, nil
	}
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	if v != "" {
		unit, ok := units[v[len(v)-1:]]
		n, err := strconv.Atoi(v[:len(v)-1])
		if ok && err == nil && n > 0 && n <= 10_000 {
			return c.Now().Add(-time.Duration(n) * unit), nil
		}
	}
	return time.Time{}, &misuse{"--since takes a time like 30m, 12h, 3d or 2w, or a day like 2026-11-20."}
}

// id is the number of a post that an argument gives.
func (c *call) id(arg string) (int64, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id <= 0 {
		return 0, &misuse{fmt.Sprintf("%q is no number of a post. It stands before each post, like 1795339200.", short(arg))}
	}
	return id, nil
}

// body is a TEXT argument: the words themselves, or all of standard input for a dash alone.
func (c *call) body(arg string) (string, error) {
	if arg != "-" {
		return arg, nil
	}
	text, err := c.stdin(c.ctx, maxStdin)
	if len(text) > maxStdin {
		return "", refuse(nil, "That is more than %d KB; a post holds %d characters. Nothing was written.", maxStdin>>10, store.PostLimit)
	}
	if !utf8.Valid(text) {
		return "", refuse(nil, "That is not text in UTF-8, so nothing was written. iconv makes it of other text: iconv -f WINDOWS-1252 -t UTF-8.")
	}
	return strings.TrimRight(string(text), "\r\n"), err
}

// stdin is all of standard input, and one byte more than most where there is more.
func (c *call) stdin(ctx context.Context, most int) ([]byte, error) {
	type input struct {
		text []byte
		err  error
	}
	read := make(chan input, 1)
	c.session.start(func() {
		text, err := io.ReadAll(io.LimitReader(c.in, int64(most)+1))
		read <- input{text, err}
	})
	select {
	case in := <-read:
		return in.text, in.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// keyboard is the input of a client in raw mode, where keys are not yet what they mean.
type keyboard struct{ io.Reader }

func (k keyboard) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	for i, b := range p[:n] {
		switch b {
		case '\r':
			p[i] = '\n'
		case 0x03: // ctrl+C
			return 0, refuse(nil, "Stopped. Nothing was written.")
		case 0x04: // ctrl+D
			return i, io.EOF
		}
	}
	return n, err
}

// bounded refuses to print more than maxOutput.
type bounded struct {
	w io.Writer
	n int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.n += len(p); b.n > maxOutput {
		return 0, refuse(nil, "That is more than %d MB. Ask for less with -n.", maxOutput>>20)
	}
	return b.w.Write(p)
}

// object prints one line of JSON.
func (c *call) object(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// say prints one line for people.
func (c *call) say(format string, args ...any) error {
	_, err := fmt.Fprintf(c.out, format+"\n", args...)
	return err
}

// zone is my time zone.
func (c *call) zone() *time.Location {
	zone, err := time.LoadLocation(c.me.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// typed is what to type at the other end for a command.
func (s *Server) typed(command string) string {
	return fmt.Sprintf("ssh %s %s", cmp.Or(s.Address, "HOST"), command)
}

// short makes an argument fit to be shown in a sentence.
func short(arg string) string {
	const most = 40
	clean := []rune(store.CleanLine(arg))
	if len(clean) > most {
		clean = append(slices.Clone(clean[:most]), '…')
	}
	return string(clean)
}
