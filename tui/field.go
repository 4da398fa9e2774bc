package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// field is a text being written: the text, the cursor, and what a shell's
// editing keys do to them. It counts and moves by grapheme, so an emoji family
// or a Hindi syllable is one step and is never torn apart, and it measures with
// the same ruler as the rest of the screen. (The text area of Bubbles moves by
// rune, measures differently, takes a quarter of a megabyte each, and pastes
// the clipboard of the machine it runs on.)
type field struct {
	text   string
	pos    int  // the cursor, in bytes, always between two graphemes
	limit  int  // bytes
	oneRow bool // a new line is written as a space
	hidden bool // a password

	width  int   // columns of text; one more is kept for the cursor
	height int   // rows shown at most
	rows   []row // the text as wrapped to width
	top    int   // the first row shown
	goal   int   // the column that up and down keep to; -1 when there is none
	killed string
}

// row is a part of the text that stands on one row of the screen, in bytes.
type row struct{ start, end int }

func newField(limit int) *field {
	f := &field{limit: limit, width: 1, height: 1}
	f.layout()
	return f
}

// newRow is a field for one row of text.
func newRow(limit int) *field {
	f := newField(limit)
	f.oneRow = true
	return f
}

// caret is the terminal's cursor in a text.
func caret(x, y int) *tea.Cursor {
	c := tea.NewCursor(x, y)
	c.Shape = tea.CursorBar
	return c
}

// setSize says how many columns and, at most, rows the field may take.
func (f *field) setSize(width, height int) {
	width, height = max(width-1, 1), max(height, 1)
	if width == f.width && height == f.height {
		return
	}
	f.width, f.height = width, height
	f.layout()
}

// set replaces the text and puts the cursor at its end.
func (f *field) set(text string) {
	f.text, f.pos = text, len(text)
	f.layout()
}

// insert writes at the cursor; false and unchanged when it would not fit.
func (f *field) insert(s string) bool {
	if len(f.text)+len(s) > f.limit {
		return false
	}
	f.replace(f.pos, f.pos, s)
	return true
}

// paste cleans and inserts what the clipboard held; false when it does not fit.
func (f *field) paste(s string) bool {
	if len(s) > f.limit {
		return false
	}
	s = store.Clean(s)
	if f.oneRow {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	return f.insert(s)
}

// press does what a key does in a text; false when it is no key for a text.
func (f *field) press(msg tea.KeyPressMsg) bool {
	line, end := f.lineAround(f.pos)
	switch {
	case key.Matches(msg, keys.CharLeft):
		f.move(f.before(f.pos))
	case key.Matches(msg, keys.CharRight):
		f.move(f.after(f.pos))
	case key.Matches(msg, keys.WordLeft):
		f.move(f.wordBefore(f.pos))
	case key.Matches(msg, keys.WordRight):
		f.move(f.wordAfter(f.pos))
	case key.Matches(msg, keys.LineStart):
		f.move(line)
	case key.Matches(msg, keys.LineEnd):
		f.move(end)
	case key.Matches(msg, keys.RowUp):
		f.climb(-1)
	case key.Matches(msg, keys.RowDown):
		f.climb(+1)
	case key.Matches(msg, keys.RubLeft):
		f.replace(f.before(f.pos), f.pos, "")
	case key.Matches(msg, keys.RubRight):
		f.replace(f.pos, f.after(f.pos), "")
	case key.Matches(msg, keys.KillWordLeft):
		f.kill(f.wordBefore(f.pos), f.pos)
	case key.Matches(msg, keys.KillWordRight):
		f.kill(f.pos, f.wordAfter(f.pos))
	case key.Matches(msg, keys.KillStart):
		f.kill(line, f.pos)
	case key.Matches(msg, keys.KillEnd):
		if f.pos == end {
			end = f.after(end)
		}
		f.kill(f.pos, end)
	case key.Matches(msg, keys.Yank):
		f.insert(f.killed)
	case msg.Text != "":
		f.insert(typed(msg.Text))
	default:
		return false
	}
	return true
}

// typed is the text of a key as it may stand in a post.
func typed(s string) string {
	if len(s) == 1 && s[0] >= ' ' && s[0] <= '~' {
		return s
	}
	return strings.ReplaceAll(store.Clean(s), "\n", "")
}

// replace puts s in place of a part of the text, and the cursor behind it.
func (f *field) replace(from, to int, s string) {
	f.text = f.text[:from] + s + f.text[to:]
	f.pos = f.whole(from + len(s)) // what stands left and right may now be one grapheme
	f.layout()
}

// whole is that place, or the end of the grapheme that it is in.
func (f *field) whole(pos int) int {
	i, _ := f.lineAround(pos)
	for i < pos {
		i = f.after(i)
	}
	return i
}

func (f *field) kill(from, to int) {
	if from < to {
		f.killed = f.text[from:to]
		f.replace(from, to, "")
	}
}

func (f *field) move(pos int) {
	f.pos, f.goal = pos, -1
	f.scroll()
}

// climb moves the cursor up or down a row and keeps its column.
func (f *field) climb(by int) {
	x, y := f.cursor()
	goal := f.goal
	if goal < 0 {
		goal = x
	}
	y += by
	if y < 0 || y >= len(f.rows) {
		return
	}
	r, pos, col := f.rows[y], f.rows[y].start, 0
	for pos < r.end {
		g, w := f.grapheme(pos)
		// The end of a wrapped row is already the start of the next one.
		if col+w > goal || pos+len(g) == r.end && y+1 < len(f.rows) && f.rows[y+1].start == r.end {
			break
		}
		pos, col = pos+len(g), col+w
	}
	f.move(pos)
	f.goal = goal
}

// grapheme is the grapheme that starts there and its columns.
func (f *field) grapheme(at int) (string, int) {
	s := f.text[at:]
	if len(s) == 0 {
		return "", 0
	}
	if s[0] == '\n' {
		return "\n", 0
	}
	g, w := s[:1], 1
	if s[0] < ' ' || s[0] > '~' || len(s) > 1 && s[1] >= utf8.RuneSelf {
		g, w = ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	}
	if f.hidden {
		w = 1
	}
	return g, w
}

// after is the next place for the cursor, before the previous one.
func (f *field) after(pos int) int {
	g, _ := f.grapheme(pos)
	return pos + len(g)
}

func (f *field) before(pos int) int {
	i, _ := f.lineAround(pos)
	if i == pos {
		return max(pos-1, 0)
	}
	for next := f.after(i); next < pos; next = f.after(i) {
		i = next
	}
	return i
}

func (f *field) wordBefore(pos int) int {
	s := strings.TrimRightFunc(f.text[:pos], unicode.IsSpace)
	word := len(strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsSpace(r) }))
	if f.whole(word) != word { // a space with a mark on it
		return f.before(f.whole(word))
	}
	return word
}

func (f *field) wordAfter(pos int) int {
	s := f.text[pos:]
	rest := strings.TrimLeftFunc(s, unicode.IsSpace)
	rest = strings.TrimLeftFunc(rest, func(r rune) bool { return !unicode.IsSpace(r) })
	return f.whole(pos + len(s) - len(rest))
}

// lineAround is the line of the text that a place is in, from start to end.
func (f *field) lineAround(pos int) (start, end int) {
	start = strings.LastIndexByte(f.text[:pos], '\n') + 1
	end = strings.IndexByte(f.text[pos:], '\n')
	if end < 0 {
		return start, len(f.text)
	}
	return start, pos + end
}

// layout wraps the text: at the last space of a row, else where the row is
// full. Spaces that end a row may hang over its edge.
func (f *field) layout() {
	f.rows, f.goal = f.rows[:0], -1
	start, col, gap := 0, 0, 0
	for i := 0; i < len(f.text); {
		g, w := f.grapheme(i)
		switch g {
		case "\n":
			f.rows = append(f.rows, row{start, i})
			start, col = i+1, 0
			gap = start
		case " ":
			col++
			gap = i + 1
		default:
			for col+w > f.width && i > start {
				at := i
				if gap > start {
					at = gap
				}
				f.rows = append(f.rows, row{start, at})
				start, gap, col = at, at, f.columns(at, i)
			}
			col += w
		}
		i += len(g)
	}
	f.rows = append(f.rows, row{start, len(f.text)})
	f.scroll()
}

// scroll keeps the cursor among the rows shown.
func (f *field) scroll() {
	_, y := f.cursor()
	f.top = max(min(f.top, y, max(len(f.rows)-f.height, 0)), y-f.height+1)
}

// columns measures a part of the text.
func (f *field) columns(from, to int) int {
	n := 0
	for i := from; i < to; {
		g, w := f.grapheme(i)
		i, n = i+len(g), n+w
	}
	return n
}

// cursor is the column of the cursor and its row in the whole text.
func (f *field) cursor() (x, y int) {
	y = len(f.rows) - 1
	for y > 0 && f.rows[y].start > f.pos {
		y--
	}
	return min(f.columns(f.rows[y].start, f.pos), f.width), y
}

// place is where the cursor stands among the rows shown.
func (f *field) place() (x, y int) {
	x, y = f.cursor()
	return x, y - f.top
}

// view is the rows shown, each at most as wide as the field.
func (f *field) view() []string {
	shown := f.rows[f.top:min(f.top+f.height, len(f.rows))]
	lines := make([]string, len(shown))
	for i, r := range shown {
		end, col := r.start, 0
		for end < r.end {
			g, w := f.grapheme(end)
			if col+w > f.width {
				break
			}
			end, col = end+len(g), col+w
		}
		lines[i] = f.text[r.start:end]
		if f.hidden {
			lines[i] = strings.Repeat("•", col)
		}
	}
	return lines
}
