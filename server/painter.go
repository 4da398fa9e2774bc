package server

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

const (
	pieceBytes = 2 << 10  // of a write: the buffers of a connection grow to its largest and stay so
	saidMost   = 64 << 10 // bytes kept for a terminal that takes nothing just now
	keepBuffer = 64 << 10 // the largest buffer that is used again
	flickers   = 64       // bytes of a frame from which the cursor is seen running about
	scrollPays = 200      // bytes of a frame from which scrolling is looked into
	jumpBytes  = 6        // of moving the cursor within a line: fewer bytes that stand between are written anew
)

// painter draws the interface in one terminal. Bubble Tea's own renderer keeps two grids of cells a session and
// looks at them thirty times a second; a painter keeps the frame that the terminal shows, as text, and compares lines
// when something has changed. Whatever it draws or says stands in buf until it is written.
type painter struct {
	out     io.Writer
	asks    bool // the terminal is known to answer questions of what it can
	profile colorprofile.Profile

	width, height int
	synced        bool     // it can show a frame at once (mode 2026)
	clusters      bool     // it was told to measure as we do (mode 2027)
	on            bool     // something has been drawn
	shown         tea.View // what the terminal shows, but for its content
	rows          []string // that
	plain         bool     // each of them begins and ends with a plain pen

	buf      []byte // what is to be written next
	row, col int    // where the cursor is; col -1: who knows
	ink      pen    // what the terminal draws with
}

// anew is the key that has terminals drawn anew everywhere: something else may have written there.
const anew = "ctrl+l"

// pen is how text is drawn: the sequences that lead there from a terminal's plain state.
type pen struct{ style, link string }

// glyph is one cluster of a line.
type glyph struct {
	text  string
	pen   pen
	col   int
	width int
	sure  bool // every terminal draws it that wide
}

// blank is the pen and the text of an empty place.
func (g glyph) blank() bool { return g.text == " " && g.pen == pen{} }

// canvas is what drawing a frame needs besides the frame; painters share them.
type canvas struct {
	old, new []string
	a, b     []glyph
}

var (
	canvases = sync.Pool{New: func() any { return new(canvas) }}
	buffers  = sync.Pool{New: func() any { return new([]byte) }}
)

func newPainter(out io.Writer, term string, size tea.WindowSizeMsg, profile colorprofile.Profile) *painter {
	p := &painter{out: out, profile: profile, asks: answers(term), width: size.Width, height: size.Height}
	p.shown.DisableBracketedPasteMode = true
	return p
}

// answers reports whether terminals of that name can be asked: others print the question.
func answers(term string) bool {
	for _, name := range []string{"ghostty", "wezterm", "alacritty", "kitty", "rio"} {
		if strings.Contains(term, name) {
			return true
		}
	}
	return false
}

// ask asks the terminal what it can, if it is known to answer.
func (p *painter) ask() {
	if p.asks {
		p.say(ansi.RequestModeSynchronizedOutput + ansi.RequestModeUnicodeCore)
	}
}

// asked is what a terminal is to be told for those messages of Bubble Tea that have no exported
// type and are used here.
func asked(msg tea.Msg) string {
	switch reflect.TypeOf(msg) {
	case askBackground:
		return ansi.RequestBackgroundColor
	case setClipboard:
		return ansi.SetSystemClipboard(reflect.ValueOf(msg).String())
	}
	return ""
}

var askBackground, setClipboard = reflect.TypeOf(tea.RequestBackgroundColor()), reflect.TypeOf(tea.SetClipboard("")())

// resize takes a new size; terminals move what they show, so all of it is drawn anew.
func (p *painter) resize(size tea.WindowSizeMsg) {
	p.width, p.height = size.Width, size.Height
	p.clear()
}

// told notes what the terminal says that it can.
func (p *painter) told(msg tea.ModeReportMsg) {
	switch {
	case msg.Mode == ansi.ModeSynchronizedOutput:
		p.synced = msg.Value == ansi.ModeReset
	case msg.Mode == ansi.ModeUnicodeCore && !p.clusters:
		p.clusters = msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet
		if p.clusters {
			p.say(ansi.SetModeUnicodeCore)
		}
	}
}

// clear makes the next frame a whole one.
func (p *painter) clear() {
	clear(p.rows)
	p.col, p.rows = unknown, p.rows[:0]
}

// unknown stands for the cursor's column after clear: what the terminal shows is not known either.
const unknown = -2

// say writes something that is no frame. A terminal that takes nothing hears no more than saidMost of it.
func (p *painter) say(text string) {
	if text != "" && len(p.buf) < saidMost {
		p.take()
		p.buf = append(p.buf, text...)
	}
}

// take sees to it that there is a buffer.
func (p *painter) take() {
	if p.buf == nil {
		p.buf = *buffers.Get().(*[]byte)
	}
}

// write writes a buffer piece by piece, and gives it back.
func (p *painter) write(buf []byte) {
	for rest := buf; len(rest) > 0; {
		n := min(len(rest), pieceBytes)
		if _, err := p.out.Write(rest[:n]); err != nil {
			break // nobody is there: the session ends by itself
		}
		rest = rest[n:]
	}
	if cap(buf) <= keepBuffer {
		buf = buf[:0]
		buffers.Put(&buf)
	}
}

// close leaves the terminal as it was found, however the program has ended.
func (p *painter) close() {
	if p.on {
		p.draw(pen{})
		p.put(ansi.ResetModifyOtherKeys, ansi.PopKittyKeyboard(1))
		p.modes(tea.View{DisableBracketedPasteMode: true})
		if p.shown.AltScreen {
			p.put(ansi.ResetModeAltScreenSaveCursor)
		}
		p.put(ansi.SetModeAutoWrap, ansi.SetModeTextCursorEnable)
	}
	if p.clusters {
		p.put(ansi.ResetModeUnicodeCore)
	}
	p.write(p.buf)
}

func (p *painter) put(all ...string) {
	for _, s := range all {
		p.buf = append(p.buf, s...)
	}
}

// frame draws what has changed since the last frame, which consists of rows beside its view.
func (p *painter) frame(v tea.View, rows []string) {
	p.take()
	seen := p.shown.Cursor != nil
	if !p.on || p.shown.AltScreen != v.AltScreen {
		p.turn(v)
		seen = v.Cursor == nil // not known there, so that it is said
	}
	p.modes(v)
	p.on = true
	from := len(p.buf)
	if p.col == unknown {
		p.draw(pen{})
		p.put(ansi.CursorHomePosition, ansi.EraseEntireScreen)
		p.row, p.col = 0, 0
	}
	if !slices.Equal(rows, p.rows) {
		p.content(rows)
		clear(p.rows[min(len(rows), len(p.rows)):])
		p.rows = append(p.rows[:0], rows...)
	}
	if v.Cursor != nil {
		p.move(min(max(v.Cursor.Y, 0), p.height-1), min(max(v.Cursor.X, 0), p.width-1))
	}
	p.steady(from, seen, v.Cursor != nil)
	p.shown = v
	p.shown.Content = ""
}

// steady keeps the cursor from being seen running about in what was written from there on.
func (p *painter) steady(from int, seen, see bool) {
	before, after := "", ""
	large := len(p.buf)-from > flickers
	switch {
	case seen && !see:
		before = ansi.ResetModeTextCursorEnable
	case see && !seen:
		after = ansi.SetModeTextCursorEnable
	case see && large && !p.synced:
		before, after = ansi.ResetModeTextCursorEnable, ansi.SetModeTextCursorEnable
	}
	if large && p.synced {
		before, after = before+ansi.SetModeSynchronizedOutput, after+ansi.ResetModeSynchronizedOutput
	}
	p.buf = slices.Insert(p.buf, from, []byte(before)...)
	p.put(after)
}

// turn goes to the first screen, or to the terminal's other one. Each has a keyboard of its own.
func (p *painter) turn(v tea.View) {
	if p.on {
		p.put(ansi.ResetModifyOtherKeys, ansi.PopKittyKeyboard(1))
	}
	if v.AltScreen {
		p.put(ansi.SetModeAltScreenSaveCursor)
	} else if p.on {
		p.put(ansi.ResetModeAltScreenSaveCursor)
	}
	p.put(ansi.ResetModeAutoWrap) // what a terminal takes to be wider than we do stays in its line
	p.put(ansi.SetModifyOtherKeys2, ansi.PushKittyKeyboard(enhancements(v)), ansi.RequestKittyKeyboard)
	p.shown.KeyboardEnhancements = v.KeyboardEnhancements
	p.clear()
}

// enhancements are the flags of the Kitty keyboard protocol; keys are always told apart.
func enhancements(v tea.View) int {
	k, flags := v.KeyboardEnhancements, ansi.KittyDisambiguateEscapeCodes
	for _, f := range []struct {
		on   bool
		flag int
	}{
		{k.ReportEventTypes, ansi.KittyReportEventTypes},
		{k.ReportAlternateKeys, ansi.KittyReportAlternateKeys},
		{k.ReportAllKeysAsEscapeCodes, ansi.KittyReportAllKeysAsEscapeCodes},
		{k.ReportAssociatedText, ansi.KittyReportAssociatedKeys},
	} {
		if f.on {
			flags |= f.flag
		}
	}
	return flags
}

// modes switches on and off what is not drawn.
func (p *painter) modes(v tea.View) {
	was := p.shown
	if v.DisableBracketedPasteMode != was.DisableBracketedPasteMode {
		p.either(!v.DisableBracketedPasteMode, ansi.SetModeBracketedPaste, ansi.ResetModeBracketedPaste)
	}
	if v.ReportFocus != was.ReportFocus {
		p.either(v.ReportFocus, ansi.SetModeFocusEvent, ansi.ResetModeFocusEvent)
	}
	if v.MouseMode != was.MouseMode {
		if was.MouseMode != tea.MouseModeNone {
			p.put(ansi.ResetModeMouseButtonEvent, ansi.ResetModeMouseAnyEvent, ansi.ResetModeMouseExtSgr)
		}
		switch v.MouseMode {
		case tea.MouseModeCellMotion:
			p.put(ansi.SetModeMouseButtonEvent, ansi.SetModeMouseExtSgr)
		case tea.MouseModeAllMotion:
			p.put(ansi.SetModeMouseAnyEvent, ansi.SetModeMouseExtSgr)
		}
	}
	if v.WindowTitle != was.WindowTitle {
		p.put(ansi.SetWindowTitle(v.WindowTitle))
	}
	if p.on && v.KeyboardEnhancements != was.KeyboardEnhancements {
		p.put(ansi.SetModifyOtherKeys2, ansi.KittyKeyboard(enhancements(v), 1), ansi.RequestKittyKeyboard)
	}
	wasShape, wasColor := shape(was.Cursor)
	isShape, isColor := shape(v.Cursor)
	if isShape != wasShape {
		p.put(ansi.SetCursorStyle(isShape))
	}
	if isColor != wasColor {
		p.either(isColor != "", ansi.SetCursorColor(isColor), ansi.ResetCursorColor)
	}
}

func (p *painter) either(yes bool, this, that string) {
	if yes {
		p.put(this)
	} else {
		p.put(that)
	}
}

// shape is a cursor's looks, as DECSCUSR and OSC 12 have them; 0 and "" are the terminal's own.
func shape(c *tea.Cursor) (style int, hex string) {
	if c == nil {
		return 0, ""
	}
	style = int(c.Shape)*2 + 1
	if !c.Blink {
		style++
	}
	if c.Color != nil {
		r, g, b, _ := c.Color.RGBA()
		hex = fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
	return style, hex
}

// content draws the rows that differ, as they are or after scrolling some of them, whichever is shorter.
func (p *painter) content(new []string) {
	c := canvases.Get().(*canvas)
	p.plain = c.level(p.rows, new, p.height, p.plain)
	from, wasRow, wasCol := len(p.buf), p.row, p.col
	p.differing(c)
	if plain := p.buf[from:]; len(plain) > scrollPays && len(p.rows) > 0 {
		if top, end, by := shift(c.old, c.new); by != 0 {
			row, col := p.row, p.col
			p.row, p.col = wasRow, wasCol
			p.scroll(c, top, end, by)
			p.differing(c)
			if scrolled := p.buf[from+len(plain):]; len(scrolled) < len(plain) {
				p.buf = append(p.buf[:from], scrolled...)
			} else {
				p.buf, p.row, p.col = p.buf[:from+len(plain)], row, col
			}
		}
	}
	clear(c.old)
	clear(c.new)
	clear(c.a)
	clear(c.b)
	canvases.Put(c)
}

// level takes n rows of two frames, as rows each of which begins and ends with a plain pen, and says whether those of
// the new one do so by themselves; plain says the same of the old one.
func (c *canvas) level(old, new []string, n int, plain bool) bool {
	c.old, c.new = c.old[:0], c.new[:0]
	var was, is pen
	ends := true
	for y := range n {
		before, row := at(old, y), at(new, y)
		c.old, c.new = append(c.old, was.under(before)), append(c.new, is.under(row))
		same := row == before && is == was
		if same && plain && is == (pen{}) {
			continue
		}
		was = after(before, was)
		if same {
			is = was
		} else {
			is = after(row, is)
		}
		ends = ends && is == pen{}
	}
	return ends
}

// at is a row of a frame, empty below its last.
func at(rows []string, y int) string {
	if y < len(rows) {
		return rows[y]
	}
	return ""
}

// prefix is how many bytes at their beginnings two texts share.
func prefix(a, b string) int {
	const some = 64 // bytes that are compared at once
	n, end := 0, min(len(a), len(b))
	for n+some <= end && a[n:n+some] == b[n:n+some] {
		n += some
	}
	for n < end && a[n] == b[n] {
		n++
	}
	return n
}

// under is a line that is drawn on with a pen taken up before it, as one that begins plain.
func (p pen) under(line string) string {
	if p == (pen{}) {
		return line
	}
	return p.style + p.link + line
}

// after is the pen at the end of a line that began with p.
func after(line string, p pen) pen {
	last := strings.LastIndexByte(line, esc)
	if last < 0 {
		return p
	}
	if end := line[last:]; (strings.HasPrefix(end, ansi.ResetStyle) || strings.HasPrefix(end, "\x1b[0m")) && p.link == "" && strings.IndexByte(line, ']') < 0 {
		return pen{}
	}
	for i := 0; i < len(line); {
		if line[i] != esc {
			i++
			continue
		}
		n := sequence(line[i:])
		p.obey(line[i : i+n])
		i += n
	}
	return p
}

const esc = 0x1b

// sequence is the length of the escape sequence at the start of s.
func sequence(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == '\a':
				return i + 1
			case s[i] == esc && i+1 < len(s) && s[i+1] == '\\':
				return i + 2
			}
		}
		return len(s)
	}
	return 2
}

// obey takes a sequence in: a style or a link. A line may hold no others.
func (p *pen) obey(seq string) {
	switch {
	case strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "m"):
		switch params := seq[2 : len(seq)-1]; {
		case params == "" || params == "0":
			p.style = ""
		case p.style == "" || strings.HasPrefix(params, "0;") || strings.HasPrefix(params, ";"):
			p.style = seq
		case !strings.HasSuffix(p.style, seq):
			p.style += seq
		}
	case strings.HasPrefix(seq, "\x1b]8;"):
		_, url, _ := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(seq[4:], "\a"), "\x1b\\"), ";")
		p.link = ""
		if url != "" {
			p.link = seq
		}
	}
}

// reading is how far a line has been read.
type reading struct {
	line string // what comes next
	col  int
	pen  pen
}

// along leads both over what they share, up to a letter that is one column wide for certain and has nothing added to it;
// nowhere if not everything before it is so.
func along(a, b *reading, width int) {
	n := prefix(a.line, b.line)
	here, there, at := *a, *a, 0
read:
	for i := 0; i+1 < n && here.col < width; i = len(a.line) - len(here.line) {
		size := 1
		switch c := here.line[0]; {
		case c == esc:
			if size = sequence(here.line); i+size > n {
				break read
			}
			here.pen.obey(here.line[:size])
			here.line = here.line[size:]
			continue
		case c >= ' ' && c < 0x7f && here.line[1] < utf8.RuneSelf:
			there, at = here, i
		case c >= ' ' && c != 0x7f:
			var r rune
			if r, size = utf8.DecodeRuneInString(here.line); i+size >= n || here.line[size] >= utf8.RuneSelf || r < 0xa0 || r >= wide || !certain(r) {
				break read
			}
		default:
			break read
		}
		here.line = here.line[size:]
		here.col++
	}
	*a = there
	*b = reading{b.line[at:], there.col, there.pen}
}

// rest reads what fits the width.
func (r *reading) rest(out []glyph, width int) []glyph {
	out = out[:0]
	for r.line != "" {
		out = r.next(out, width)
	}
	return out
}

// next reads one glyph more; the line is empty at its end, and where the width is.
func (r *reading) next(out []glyph, width int) []glyph {
	for r.line != "" {
		c := r.line[0]
		g := glyph{pen: r.pen, col: r.col, width: 1, sure: true}
		switch {
		case c == esc:
			n := sequence(r.line)
			r.pen.obey(r.line[:n])
			r.line = r.line[n:]
			continue
		case c < ' ' || c == 0x7f:
			r.line = r.line[1:]
			continue
		case c < utf8.RuneSelf && (len(r.line) == 1 || r.line[1] < utf8.RuneSelf):
			g.text = r.line[:1]
		default:
			g.text, g.width = ansi.FirstGraphemeCluster(r.line, ansi.GraphemeWidth)
			first, size := utf8.DecodeRuneInString(g.text)
			g.sure = size == len(g.text) && certain(first)
			if first == utf8.RuneError || unicode.IsControl(first) {
				r.line = r.line[size:]
				continue
			}
		}
		r.line = r.line[len(g.text):]
		switch {
		case g.width == 0 && len(out) > 0: // a mark that a style has cut off from its letter
			last := &out[len(out)-1]
			last.text, last.sure = last.text+g.text, false
			continue
		case g.width == 0:
			continue
		case r.col == width:
			r.line = ""
			return out
		case r.col+g.width > width: // half of it is no use
			g.text, g.width = " ", width-r.col
		}
		r.col += g.width
		return append(out, g)
	}
	return out
}

// trim leaves out what is empty at the end of a line.
func trim(line []glyph) []glyph {
	for len(line) > 0 && line[len(line)-1].blank() {
		line = line[:len(line)-1]
	}
	return line
}

// part reads into c.a and c.b what differs of two lines, and says whether they go on alike behind it, in the same column.
func (c *canvas) part(old, new *reading, width int) (more bool) {
	c.a, c.b = c.a[:0], c.b[:0]
	sure := true
	read := func(r *reading, out []glyph) []glyph {
		out = r.next(out, width)
		sure = sure && (len(out) == 0 || out[len(out)-1].sure)
		return out
	}
	for old.line != "" || new.line != "" {
		if new.line == "" || old.line != "" && old.col <= new.col {
			c.a = read(old, c.a)
		} else {
			c.b = read(new, c.b)
		}
		if sure && old.meets(new) {
			return true
		}
	}
	c.a, c.b = trim(c.a), trim(c.b)
	return false
}

// meetBytes is how much of two lines has to be the same for them to have met again: a jump costs as much.
const meetBytes = 16

// meets says whether two lines that differed go on alike, from a letter on that nothing before it is part of.
func (r *reading) meets(other *reading) bool {
	if r.col != other.col || r.pen != other.pen {
		return false
	}
	a, b := r.line, other.line
	if n := meetBytes; len(a) > n && len(b) > n {
		a, b = a[:n], b[:n]
	}
	if a != b {
		return false
	}
	for a != "" && a[0] == esc {
		a = a[sequence(a):]
	}
	return a != "" && a[0] >= ' ' && a[0] < 0x7f
}

// wide is where those characters begin that are certain to be two columns wide.
const wide = 0x3041

// certain reports whether all terminals agree how wide a character is: Latin, Greek, Cyrillic, punctuation,
// arrows, lines and blocks are one column wide, Chinese, Japanese and Korean are two.
func certain(r rune) bool {
	in := func(first, last rune) bool { return r >= first && r <= last }
	return r != 0xad && (in(' ', 0x2ff) || in(0x370, 0x482) || in(0x48a, 0x52f) || in(0x2010, 0x2027) || in(0x2030, 0x205e) ||
		in(0x2190, 0x2193) || in(0x2500, 0x25a0) || in(wide, 0x3096) || in(0x30a0, 0x30ff) || in(0x4e00, 0x9fff) || in(0xac00, 0xd7a3))
}

// differing draws the rows that differ.
func (p *painter) differing(c *canvas) {
	for y := range c.new {
		if c.old[y] != c.new[y] && !(c.old[y] == "" && p.fresh(c, y)) {
			p.change(c, y)
		}
	}
	p.draw(pen{})
}

// change turns an old line into a new one, a part that differs at a time.
func (p *painter) change(c *canvas, y int) {
	old, new := reading{line: c.old[y]}, reading{line: c.new[y]}
	for more := true; more && old.line != new.line; {
		along(&old, &new, p.width)
		from := old.col
		more = c.part(&old, &new, p.width)
		p.line(y, from, c.a, c.b)
	}
}

// fresh draws a line where nothing stands, a run of one style at a time, and glyph by glyph from where it is not certain
// how wide it is. It draws nothing, and says so, where the line does not fit.
func (p *painter) fresh(c *canvas, y int) bool {
	w, sure := breadth(c.new[y])
	if w > p.width {
		return false
	}
	line, rest := c.new[y][:sure], c.new[y][sure:]
	col, with := 0, pen{}
	for line != "" {
		if line[0] == esc {
			n := sequence(line)
			with.obey(line[:n])
			line = line[n:]
			continue
		}
		run, _, _ := strings.Cut(line, "\x1b")
		if with == (pen{}) {
			blank := len(run) - len(strings.TrimLeft(run, " "))
			if blank == len(run) || blank >= jumpBytes || p.row != y || p.col != col { // what is empty is passed over
				col, run, line = col+blank, run[blank:], line[blank:]
			}
			if at := strings.Index(run, gap); at >= 0 {
				run = run[:at]
			}
		}
		if run == "" {
			continue
		}
		w, _ := breadth(run)
		p.move(y, col)
		p.print(glyph{text: run, pen: with, width: w})
		col, line = col+w, line[len(run):]
	}
	if rest != "" {
		c.b = trim((&reading{rest, col, with}).rest(c.b, p.width))
		p.line(y, col, nil, c.b)
	}
	return true
}

// gap is what is shorter passed over than written.
const gap = "      "

// breadth is how many columns a line takes, as far as that is certain, and how many bytes that is: all of them, or those
// before the last letter that what comes next may be part of.
func breadth(line string) (columns, sure int) {
	width := 0 // of that letter
	for i := 0; i < len(line); {
		c, size, w := line[i], 1, 1
		switch {
		case c == esc:
			i += sequence(line[i:])
			continue
		case c < ' ' || c >= 0x7f:
			var r rune
			if r, size = utf8.DecodeRuneInString(line[i:]); !certain(r) {
				return columns, sure
			}
			if r >= wide {
				w = 2
			}
		}
		columns, sure, width = columns+width, i, w
		i += size
	}
	return columns + width, len(line)
}

// line turns an old line into a new one from a column on. From the first glyph on whose width is not certain, there is
// no telling where the others stand: there it is all or nothing.
func (p *painter) line(y, from int, old, new []glyph) {
	edge := min(unsure(old), unsure(new))
	oldSure, newSure := upTo(old, edge), upTo(new, edge)
	oldEnd, i, next := ends(old, from), 0, 0
	for j := range newSure {
		g := &new[j]
		for i < len(old) && old[i].col < g.col {
			i++
		}
		if i < len(old) && old[i] == *g || g.col >= oldEnd && g.blank() {
			continue
		}
		p.reach(y, new[next:j], *g)
		p.print(*g)
		next = j + 1
	}
	switch {
	case !slices.Equal(old[oldSure:], new[newSure:]):
		p.erase(y, ends(new[:newSure], from))
		for _, g := range new[newSure:] {
			p.print(g)
			p.col = -1
		}
	case ends(new, from) < oldEnd:
		p.erase(y, ends(new, from))
	}
}

// unsure is the column of the first glyph whose width is not certain.
func unsure(line []glyph) int {
	for i := range line {
		if !line[i].sure {
			return line[i].col
		}
	}
	return math.MaxInt
}

// upTo is how many glyphs begin before a column.
func upTo(line []glyph, col int) int {
	n := len(line)
	for n > 0 && line[n-1].col >= col {
		n--
	}
	return n
}

// ends is the column after the last glyph of a line that begins in a column.
func ends(line []glyph, from int) int {
	if len(line) == 0 {
		return from
	}
	last := line[len(line)-1]
	return last.col + last.width
}

// reach goes to where a glyph belongs: over what stands between, where writing it anew is shorter.
func (p *painter) reach(y int, between []glyph, g glyph) {
	if p.row == y && p.col >= 0 && len(between) > 0 && between[0].col == p.col {
		size := 0
		for i := range between {
			if size += len(between[i].text); between[i].pen != p.ink {
				size = jumpBytes
			}
		}
		if size < jumpBytes {
			for _, b := range between {
				p.print(b)
			}
		}
	}
	p.move(y, g.col)
}

// print writes a glyph where the cursor is.
func (p *painter) print(g glyph) {
	p.draw(g.pen)
	p.put(g.text)
	if p.col += g.width; p.col >= p.width {
		p.col = -1
	}
}

// erase empties a line from a column on.
func (p *painter) erase(y, col int) {
	if col < p.width {
		p.move(y, col)
		p.draw(pen{})
		p.put(ansi.EraseLineRight)
	}
}

// draw takes up a pen.
func (p *painter) draw(with pen) {
	if with == p.ink {
		return
	}
	if with.style != p.ink.style {
		more, longer := strings.CutPrefix(with.style, p.ink.style)
		if !longer || with.style == "" {
			p.put(ansi.ResetStyle)
		}
		p.put(p.tone(more))
	}
	if with.link != p.ink.link {
		p.either(with.link != "", with.link, ansi.ResetHyperlink())
	}
	p.ink = with
}

// tone is a style in the colours that the terminal has.
func (p *painter) tone(style string) string {
	if style == "" || p.profile == colorprofile.TrueColor || p.profile == colorprofile.ANSI256 && !strings.Contains(style, "8;2;") {
		return style
	}
	var b strings.Builder
	_, _ = (&colorprofile.Writer{Forward: &b, Profile: p.profile}).WriteString(style)
	return b.String()
}

// move puts the cursor somewhere, in few bytes.
func (p *painter) move(y, x int) {
	if p.row == y && p.col == x {
		return
	}
	var there, near [24]byte
	shorter := p.step(near[:0], y, x)
	if jump := jump(there[:0], y, x); shorter == nil || len(shorter) > len(jump) {
		shorter = jump
	}
	p.buf = append(p.buf, shorter...)
	p.row, p.col = y, x
}

// jump is the sequence that puts the cursor somewhere from anywhere.
func jump(out []byte, y, x int) []byte {
	out = strconv.AppendInt(append(out, "\x1b["...), int64(y+1), 10)
	if x > 0 {
		out = strconv.AppendInt(append(out, ';'), int64(x+1), 10)
	}
	return append(out, 'H')
}

// step moves the cursor from where it is; nil where that is not known well enough. Down goes no further than the
// screen does, and a carriage return or a step back is what every terminal takes it for.
func (p *painter) step(out []byte, y, x int) []byte {
	by := func(n int, letter byte) {
		if out = append(out, "\x1b["...); n != 1 {
			out = strconv.AppendInt(out, int64(n), 10)
		}
		out = append(out, letter)
	}
	switch {
	case p.row == y:
	case p.row+1 == y && x == 0:
		return append(out, "\r\n"...)
	case p.col < 0 && x > 0, p.row < 0:
		return nil
	case p.row < y:
		by(y-p.row, 'B')
	default:
		by(p.row-y, 'A')
	}
	switch {
	case p.col == x:
	case x == 0:
		out = append(out, '\r')
	case p.col < 0:
		by(x+1, 'G')
	case x > p.col:
		by(x-p.col, 'C')
	case p.col-x <= 3: // as long as the sequence, or shorter
		out = append(out, "\b\b\b"[:p.col-x]...)
	default:
		by(p.col-x, 'D')
	}
	return out
}

// shift finds the lines from top up to end that seem to have moved by so many lines, down where by is positive.
// What stands to the right counts: the sidebar stays while a list beside it moves.
func shift(old, new []string) (top, end, by int) {
	best := 0
	for n := 1 - len(new); n < len(new); n++ {
		gain, first, last := 0, -1, 0
		for y := max(0, n); n != 0 && y < min(len(new), len(new)+n); y++ {
			if old[y] == new[y] || new[y] == "" {
				continue
			}
			if same := alike(old[y-n], new[y]); same > len(new[y])/3 {
				gain += same
				last = y
				if first < 0 {
					first = y
				}
			}
		}
		if gain > best {
			best, by = gain, n
			top, end = min(first, first-n), max(last, last-n)+1
		}
	}
	return top, end, by
}

// alike is how many bytes at their ends two lines share.
func alike(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// scroll moves the lines from top up to end, on the terminal and in c.old.
func (p *painter) scroll(c *canvas, top, end, by int) {
	p.draw(pen{})
	p.put(ansi.SetTopBottomMargins(top+1, end))
	p.row, p.col = 0, 0
	p.move(top, 0)
	region := c.old[top:end]
	if by > 0 {
		p.put(ansi.InsertLine(by))
		copy(region[by:], region)
		clear(region[:by])
	} else {
		p.put(ansi.DeleteLine(-by))
		copy(region, region[-by:])
		clear(region[len(region)+by:])
	}
	p.put("\x1b[r") // the whole screen, which also leads home
	p.row, p.col = 0, 0
}
