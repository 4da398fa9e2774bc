package tui

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// mark says how a piece of text is drawn; marks combine.
type mark uint8

const (
	markBold mark = 1 << iota
	markItalic
	markStrike
	markCode
	markAccent // @mention, #channel
	markLink
	markNew // our own word before a question
)

// span is a run of text with the same marks. link is where it leads.
type span struct {
	text string
	mark mark
	link string
}

// tokenReach is the longest name or bare link, in bytes: longer than any that is meant to be followed.
const tokenReach = 2000

// spans reads the @mentions, #channels and bare links of one line.
func spans(line string) []span {
	var out []span
	plain, before := 0, ' '
	for i := 0; i < len(line); {
		if c := line[i]; c == '@' || c == '#' || c == 'h' {
			if s, ok := readToken(line[i:min(len(line), i+tokenReach)], before); ok {
				if plain < i {
					out = append(out, span{text: line[plain:i]})
				}
				out = append(out, s)
				i += len(s.text)
				plain = i
				before, _ = utf8.DecodeLastRuneInString(line[:i])
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(line[i:])
		before = r
		i += size
	}
	if plain < len(line) {
		out = append(out, span{text: line[plain:]})
	}
	return out
}

// readToken reads a mention, a channel or a bare link at the start of s, which must not stand within a word.
func readToken(s string, before rune) (found span, ok bool) {
	switch c := s[0]; {
	case wordRune(before):
	case c == '@' || c == '#':
		if n := nameLength(s[1:]); n > 0 {
			return span{text: s[:n+1], mark: markAccent}, true
		}
	case c == 'h' && (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")):
		if n := linkLength(s); n > 0 {
			return span{text: s[:n], mark: markLink, link: s[:n]}, true
		}
	}
	return span{}, false
}

// wordRune tells letters and digits from what may stand before or after a mark.
func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// nameLength is the length of a handle or channel name at the start of s.
func nameLength(s string) int {
	n := 0
	for i, r := range s {
		if !wordRune(r) && !unicode.IsMark(r) && r != '_' && r != '-' && r != '.' {
			break
		}
		if wordRune(r) || unicode.IsMark(r) {
			n = i + utf8.RuneLen(r)
		}
	}
	return n
}

// linkLength is the length of a link at the start of s, without the
// punctuation of the sentence around it. A link is plain ASCII, so that what is
// shown is where it leads.
func linkLength(s string) int {
	n := 0
	for n < len(s) && s[n] > ' ' && s[n] < 0x7f && !strings.ContainsRune("<>\"`|\\", rune(s[n])) && !strings.HasPrefix(s[n:], "](") {
		n++
	}
	for n > 0 && strings.IndexByte(".,;:!?)]}'*_~", s[n-1]) >= 0 {
		if s[n-1] == ')' && strings.Count(s[:n], "(") >= strings.Count(s[:n], ")") {
			break // it belongs to the link
		}
		n--
	}
	if n <= len("https://") {
		return 0
	}
	return n
}

// cell is one grapheme cluster on its way to the screen.
type cell struct {
	text  string
	width int
	mark  mark
	link  string
}

// cells cuts spans into clusters and drops what a terminal might obey.
func cells(in []span) []cell {
	size := 0
	for _, s := range in {
		size += len(s.text)
	}
	out := make([]cell, 0, size)
	for _, s := range in {
		for rest := s.text; rest != ""; {
			cluster, width := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
			rest = rest[len(cluster):]
			if r, _ := utf8.DecodeRuneInString(cluster); unicode.IsControl(r) {
				cluster, width = " ", 1
			}
			out = append(out, cell{cluster, width, s.mark, s.link})
		}
	}
	return out
}

// wrap breaks one line of text into lines of at most width columns and stops
// after limit lines (0: never). It breaks at spaces, after hyphens, between wide
// characters, and anywhere in a word that is too long by itself.
func wrap(in []span, width, limit int) [][]cell {
	all := cells(in)
	if len(all) == 0 {
		return [][]cell{nil}
	}
	var out [][]cell
	for start := 0; start < len(all) && (limit == 0 || len(out) < limit); {
		end, next := lineEnd(all, start, width)
		line := all[start:end]
		for len(line) > 0 && line[len(line)-1].text == " " {
			line = line[:len(line)-1]
		}
		out = append(out, line)
		start = next
	}
	return out
}

// lineEnd finds where the line that starts at start ends and where the next one starts.
func lineEnd(all []cell, start, width int) (end, next int) {
	used, good := 0, -1
	for i := start; i < len(all); i++ {
		if i > start && breakable(all[start:i], all[i]) {
			good = i
		}
		if used+all[i].width > width {
			switch {
			case all[i].text == " ":
				good = i
			case good < 0 && i == start: // wider than the whole line
				all[i] = cell{text: "…", width: 1, mark: all[i].mark}
				good = start + 1
			case good < 0:
				good = i
			}
			next = good
			for next < len(all) && all[next].text == " " {
				next++
			}
			return good, next
		}
		used += all[i].width
	}
	return len(all), len(all)
}

// breakable says whether a line may end after before and go on with next.
func breakable(before []cell, next cell) bool {
	last := before[len(before)-1]
	switch {
	case next.text == " ":
		return false
	case last.text == " ":
		return true
	case last.text == "-" || last.text == "–" || last.text == "/": // well-known, but --a-flag and 2027-02-28
		return last.link == "" && len(before) > 1 && startsWord(before[len(before)-2]) && startsWord(next) && !inFlag(before) &&
			!(digit(before[len(before)-2]) && digit(next))
	case last.width == 2 || next.width == 2:
		return !strings.Contains("、。，．：；！？」』）】〉》ー々.,;:!?)", next.text) && !strings.Contains("「『（【〈《(", last.text)
	}
	return false
}

// inFlag reports whether the word at the end of a line begins as a flag of a command does.
func inFlag(line []cell) bool {
	i := len(line) - 1
	for i > 0 && line[i-1].text != " " {
		i--
	}
	return line[i].text == "-"
}

func startsWord(c cell) bool {
	r, _ := utf8.DecodeRuneInString(c.text)
	return wordRune(r)
}

// digit reports whether a cell is a digit.
func digit(c cell) bool { return len(c.text) == 1 && c.text[0] >= '0' && c.text[0] <= '9' }

// paint turns one line of cells into styled text.
func paint(line []cell, t *theme) string {
	var b strings.Builder
	for i := 0; i < len(line); {
		j := i
		var run strings.Builder
		for j < len(line) && line[j].mark == line[i].mark && line[j].link == line[i].link {
			run.WriteString(line[j].text)
			j++
		}
		b.WriteString(t.marked(run.String(), line[i].mark, line[i].link))
		i = j
	}
	return b.String()
}

// marked draws one run in the style of its marks.
func (t *theme) marked(text string, m mark, link string) string {
	switch m {
	case 0:
		return text
	case markCode:
		return t.Code.Render(text)
	case markAccent:
		return t.Accent.Render(text)
	case markNew:
		return t.New.Render(text)
	case markBold:
		return t.Bold.Render(text)
	}
	s := lipgloss.NewStyle()
	switch {
	case m&markCode != 0:
		s = t.Code.Style
	case m&markAccent != 0:
		s = t.Accent.Style
	case m&markLink != 0:
		s = t.Link.Hyperlink(link)
	case m&markNew != 0:
		s = t.New.Style
	}
	if m&markBold != 0 {
		s = s.Bold(true)
	}
	if m&markItalic != 0 {
		s = s.Italic(true)
	}
	if m&markStrike != 0 {
		s = s.Strikethrough(true)
	}
	return s.Render(text)
}

// words wraps plain text of our own to width columns.
func words(text string, width int) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for _, l := range wrap([]span{{text: line}}, max(1, width), 0) {
			var b strings.Builder
			for _, c := range l {
				b.WriteString(c.text)
			}
			out = append(out, b.String())
		}
	}
	return out
}

// paragraphs is text of our own, wrapped, with a column of air, at most height lines.
func paragraphs(text string, width, height int) []string {
	lines := prose(nil, text, width, func(line string) string { return line })
	return lines[:min(len(lines), max(height, 0))]
}

// prose adds text of our own, wrapped, with a column of air, each line in a style.
func prose(lines []string, text string, width int, style func(string) string) []string {
	for _, l := range words(text, min(max(width-2, 1), measure)) {
		lines = append(lines, fit(" "+style(l), width))
	}
	return lines
}

// columns is how wide text is: what ansi.StringWidth says, which looks at every cluster, and
// quicker where each letter is one column for sure.
func columns(text string) int {
	n := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7f:
			n++
			i++
		case c == '\x1b' && i+1 < len(text) && text[i+1] == '[':
			end := strings.IndexByte(text[i:], 'm')
			if end < 0 || !parameters(text[i+2:i+end]) {
				return ansi.StringWidth(text)
			}
			i += end + 1
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if !narrow(r) {
				return ansi.StringWidth(text)
			}
			n++
			i += size
		}
	}
	return n
}

// parameters says whether text is what stands before the m of a sequence that chooses a style.
func parameters(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != ';' {
			return false
		}
	}
	return true
}

// narrow is true for some letters that take one column and begin a cluster of their own: Latin ones, and the signs drawn here.
func narrow(r rune) bool {
	return r >= 0xa1 && r < 0x250 && r != 0xa9 && r != 0xad && r != 0xae || strings.ContainsRune("│─━┴▌▪…•‹«»↑↓→←–“”„‚‘’▁▂▃▄▅▆▇█", r)
}

// fit cuts text to width columns, with an ellipsis where something is missing.
func fit(text string, width int) string {
	if width > 0 && columns(text) <= width {
		return text
	}
	// Truncate counts a keycap such as 1️⃣ as one column and StringWidth as two,
	// hence the loop.
	for w := width; w > 0; w-- {
		if cut := ansi.Truncate(text, w, "…"); columns(cut) <= width {
			return cut
		}
	}
	return ""
}

// pad cuts or fills text to exactly width columns.
func pad(text string, width int) string {
	text, room := fitted(text, width)
	return text + strings.Repeat(" ", room)
}

// fitted is fit, and how many of the columns are left.
func fitted(text string, width int) (_ string, room int) {
	if room = width - columns(text); room < 0 || width <= 0 {
		text = fit(text, width)
		room = max(0, width-columns(text))
	}
	return text, room
}

// justify puts left and right at the two ends of a line of width columns; where
// both do not fit, left gives way.
func justify(left, right string, width int) string {
	right, room := fitted(right, width)
	switch {
	case right == "":
		return fit(left, width)
	case room < 2:
		return strings.Repeat(" ", room) + right
	}
	left, between := fitted(left, room-1)
	return left + strings.Repeat(" ", between+1) + right
}

// capped is a count for the sidebar: exact up to 99.
func capped(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// ago is a time as lists show it: now, 12 min, 3 h, Mon, 12 Oct, 12 Oct 2015.
func ago(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	switch gone := now.Sub(at); {
	case at.IsZero():
		return ""
	case gone < time.Minute:
		return "now"
	case gone < time.Hour:
		return strconv.Itoa(int(gone/time.Minute)) + " min"
	case gone < 24*time.Hour:
		return strconv.Itoa(int(gone/time.Hour)) + " h"
	case gone < 6*24*time.Hour:
		return at.Format("Mon")
	case at.Year() == now.Year():
		return at.Format("2 Jan")
	}
	return at.Format("2 Jan 2006")
}

// whole is a time in full, as the opened post shows it.
func whole(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	if at.Year() == now.Year() {
		return at.Format("Mon 2 Jan, 15:04")
	}
	return at.Format("Mon 2 Jan 2006, 15:04")
}

// lastHere is a time in words: 9:30, yesterday, Tuesday, 12 October.
func lastHere(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, zone) }
	switch days := int(day(now).Sub(day(at)).Hours()+1) / 24; {
	case days <= 0:
		return at.Format("15:04")
	case days == 1:
		return "yesterday"
	case days < 7:
		return at.Format("Monday")
	case at.Year() == now.Year():
		return at.Format("2 January")
	}
	return at.Format("2 January 2006")
}
