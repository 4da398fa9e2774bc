package main

import (
	"bufio"
	"embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tincan/store"
)

// demoTexts is what the made-up company is made of: its people, its channels, and all that is said in it.
//
//go:embed demo/*.txt
var demoTexts embed.FS

// level is how much somebody takes part.
type level string

const (
	often     level = "often"
	some      level = "some"
	little    level = "little"
	reads     level = "read"
	never     level = "never"
	left      level = "left"
	suspended level = "suspended"
)

// colleague is one of the made-up people.
type colleague struct {
	name, title, department, place, handle string
	takes                                  level
	leader, admin, head                    bool

	id     int64
	joined map[string]bool // channels, by name
	here   map[int]bool    // the days on which they come, counted from the first of the company's life
	first  int             // of those days
}

// called is what colleagues say: the first name, or the handle where that was given because the first word is none.
func (c *colleague) called() string {
	first, _, _ := strings.Cut(c.name, " ")
	if store.CleanHandle(first) == c.handle {
		return first
	}
	r, n := utf8.DecodeRuneInString(c.handle)
	name, _, _ := strings.Cut(c.handle[n:], ".")
	return string(unicode.ToUpper(r)) + name
}

// record is a line of fields of one of the lists, with the heading that it stands under.
type record struct {
	heading string
	fields  []string
}

// records reads a list. What stands above its first empty line explains it.
func records(name string) ([]record, error) {
	text, err := demoTexts.ReadFile("demo/" + name)
	if err != nil {
		return nil, err
	}
	_, list, _ := strings.Cut(string(text), "\n\n")
	var all []record
	heading := ""
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "# "):
			heading = line[2:]
		default:
			r := record{heading: heading, fields: strings.Split(line, ";")}
			for i := range r.fields {
				r.fields[i] = strings.TrimSpace(r.fields[i])
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// staff reads who works there, each department up to so many people.
func staff(most int) ([]*colleague, error) {
	list, err := records("people.txt")
	if err != nil {
		return nil, err
	}
	var all []*colleague
	taken := map[string]bool{}
	of := map[string]int{}
	for _, r := range list {
		if len(r.fields) < 4 {
			return nil, fmt.Errorf("people.txt: %q lacks something", r.fields)
		}
		if of[r.heading]++; of[r.heading] > most {
			continue
		}
		how := strings.Fields(r.fields[3])
		c := &colleague{name: r.fields[0], title: r.fields[1], place: r.fields[2], department: r.heading, takes: level(how[0]),
			head: of[r.heading] == 1, joined: map[string]bool{}, here: map[int]bool{}}
		for _, mark := range how[1:] {
			c.leader, c.admin = c.leader || mark == "leader", c.admin || mark == "admin"
		}
		first, rest, _ := strings.Cut(c.name, " ")
		c.handle = store.CleanHandle(first)
		if len(r.fields) > 4 {
			c.handle = r.fields[4]
		} else if taken[c.handle] {
			c.handle = store.CleanHandle(first + " " + strings.ReplaceAll(rest, " ", ""))
		}
		if taken[c.handle] || store.ValidHandle(c.handle) != nil {
			return nil, fmt.Errorf("people.txt: %s has no handle of their own", c.name)
		}
		taken[c.handle] = true
		all = append(all, c)
	}
	return all, nil
}

// script is a thread that somebody could begin: who writes what, with slots for what differs from time to time.
type script struct {
	channel string
	by      string // a department, or @handle
	words   map[string]string
	body    string
	lines   []line
}

// line is what somebody else says or does in a thread.
type line struct {
	mark string // > replies, >! answers the question, ? asks about an announcement, ! reports, keep and hide decide on that, ~ is the body edited, gone deletes it
	by   string // a department, @handle, "me" for who began, a number for who spoke as that one before, * for anyone
	text string
}

// has reports whether the head of a script has a word.
func (s *script) has(word string) bool { _, ok := s.words[word]; return ok }

// number is that of a word like week=3; otherwise where there is none.
func (s *script) number(word string, otherwise int) int {
	n, err := strconv.Atoi(s.words[word])
	if err != nil {
		return otherwise
	}
	return n
}

var spoken = regexp.MustCompile(`^(>!|>|\?|!|keep|hide|~|gone) ?([\p{L}@.*0-9-]*): (.*)$`)

// scripts reads a file of threads. A thread begins with a line of @, its channel, who begins it, and words about it;
// the body follows, then the lines of others. A line with a dot alone is an empty one. Threads are parted by empty lines.
func scripts(name string) ([]*script, error) {
	text, err := demoTexts.ReadFile("demo/" + name)
	if err != nil {
		return nil, err
	}
	_, list, _ := strings.Cut(string(text), "\n\n")
	var all []*script
	var s *script
	var to *string // what a line of text continues
	for in := bufio.NewScanner(strings.NewReader(list)); in.Scan(); {
		text := in.Text()
		head, begins := strings.CutPrefix(text, "@ ")
		said := spoken.FindStringSubmatch(text)
		switch {
		case text == "":
			s = nil
		case begins:
			words := strings.Fields(head)
			if len(words) < 2 {
				return nil, fmt.Errorf("%s: %q names no channel or author", name, text)
			}
			s = &script{channel: words[0], by: words[1], words: map[string]string{}}
			for _, w := range words[2:] {
				key, value, _ := strings.Cut(w, "=")
				s.words[key] = value
			}
			all, to = append(all, s), &s.body
		case s == nil:
			return nil, fmt.Errorf("%s: %q belongs to no thread", name, text)
		case said != nil:
			s.lines = append(s.lines, line{mark: said[1], by: said[2], text: said[3]})
			to = &s.lines[len(s.lines)-1].text
		case text == ".":
			*to += "\n"
		case *to == "":
			*to = text
		default:
			*to += "\n" + text
		}
	}
	return all, nil
}

// slots reads what may stand in a slot, by its name.
func slots() (map[string][]string, error) {
	list, err := records("slots.txt")
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, r := range list {
		all[r.heading] = append(all[r.heading], r.fields...)
	}
	return all, nil
}

// slot is a place of a text that differs: {customer}, {me} for who began, {1} for who spoke first, {@Finance} for
// a mention, {+7} for the day in a week, {week} for the number of a week to come, {one|another}, or {=one|another}, which
// is the first or the second one in all of a thread. What is none of them, as in code, stays.
var slot = regexp.MustCompile(`\{([^{}\n]+)\}`)
