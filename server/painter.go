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
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tincan/tui"
)

const (
	paintEvery = time.Second / 60      // a busy screen is drawn no more often than most monitors are
	together   = 20 * time.Millisecond // what comes of one event, in several answers of the store, is drawn at once
	pieceBytes = 4 << 10               // of a write: the buffers of a connection grow to its largest and stay so
	saidMost   = 64 << 10              // bytes kept for a terminal that takes nothing just now
	keepBuffer = 64 << 10              // the largest buffer that is used again
	flickers   = 64                    // bytes of a frame from which the cursor is seen running about
	scrollPays = 200                   // bytes of a frame from which scrolling is looked into
	jumpBytes  = 6                     // of moving the cursor within a line: fewer bytes that stand between are written anew
)

// painter stands around the interface's model and draws it in one terminal. Bubble Tea's own
// renderer keeps two grids of cells a session and looks at them thirty times a second; a
// painter keeps the frame that the terminal shows, as text, and compares lines when something
// has changed. It draws at once, and in a busy time every paintEvery, only what has changed.
// Whatever it draws or says is written beside the program, one write at a time: while the
// client takes nothing the program goes on, and what it looks like by then is drawn next.
type painter struct {
	tea.Model
	out     io.Writer
	program *tea.Program
	start   func(func()) // a goroutine of the session
	asks    bool         // the terminal is known to answer questions of what it can
	profile colorprofile.Profile
	sized   chan struct{} // closed when the model knows its first size

	width, height int
	synced        bool      // it can show a frame at once (mode 2026)
	clusters      bool      // it was told to measure as we do (mode 2027)
	on            bool      // something has been drawn
	shown         tea.View  // what the terminal shows
	last          time.Time // of the last frame, or of the start: what is there first is drawn together
	due           bool      // a frame is on its way
	typed         bool      // somebody waits for the next frame
	later         bool      // nothing looks different yet
	pressed       time.Time // when the first key came that no frame has been drawn after
	follows       time.Time // the same of the key that what is to be written follows
	followed      func(time.Duration)
	posted        time.Time           // when the first post was written that the next frame shows
	shows         time.Time           // the same of what is to be written
	seen          func(time.Duration) // how long a post of somebody else took to be seen

	buf      []byte // what is to be written next
	row, col int    // where the cursor is; col -1: who knows
	ink      pen    // what the terminal draws with

	mu      sync.Mutex
	writing bool
	again   bool // something is to be written after that
	writes  sync.WaitGroup
}

// anew is the key that has terminals drawn anew everywhere: something else may have written there.
const anew = "ctrl+l"

// frameMsg asks for a frame, or for what has been said meanwhile to be written.
type frameMsg struct{ due bool }

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

func newPainter(m tea.Model, out io.Writer, sn *session, profile colorprofile.Profile) *painter {
	p := &painter{
		Model: m, out: out, start: sn.start, profile: profile, sized: make(chan struct{}),
		asks:  answers(sn.term),
		width: sn.size.Width, height: sn.size.Height, last: time.Now(),
	}
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

// Init begins the model, and ends what a program without a renderer would still do every second.
func (p *painter) Init() tea.Cmd {
	if p.asks {
		p.say(ansi.RequestModeSynchronizedOutput + ansi.RequestModeUnicodeCore)
	}
	return tea.Batch(p.Model.Init(), p.rest)
}

// rest stops the ticking of Bubble Tea's renderer, of which ours has none, and empties the
// buffer in which the program keeps what it would write itself.
func (p *painter) rest() tea.Msg {
	p.program.ReleaseTerminal()
	return nil
}

// Update hands a message on; what Bubble Tea would have written for it is said here.
func (p *painter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	said := ""
	switch msg := msg.(type) {
	case frameMsg:
		p.due, p.typed, p.later = p.due && !msg.due, true, false
		return p, nil
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg:
		p.typed = true
		if _, press := msg.(tea.KeyPressMsg); press && p.pressed.IsZero() {
			p.pressed = time.Now()
		}
	case tea.WindowSizeMsg:
		p.resize(msg)
	case tea.ColorProfileMsg:
		p.profile = msg.Profile
	case tea.ModeReportMsg:
		p.told(msg)
	case tea.RawMsg:
		said = fmt.Sprint(msg.Msg)
	default:
		said = asked(msg)
	}
	if k, pressed := msg.(tea.KeyPressMsg); msg == tea.ClearScreen() || pressed && k.String() == anew {
		p.clear()
	}
	var cmd tea.Cmd
	p.Model, cmd = p.Model.Update(msg)
	p.later = false
	if m, ok := p.Model.(*tui.Model); ok {
		p.later = m.Change() == tui.Later
		p.typed = p.typed || m.Change() == tui.Now
	}
	if said != "" {
		p.say(said)
		cmd = tea.Batch(cmd, p.rest)
	}
	return p, cmd
}

// asked is what a terminal is to be told for those messages of Bubble Tea that have no exported
// type and are used here.
func asked(msg tea.Msg) string {
	switch {
	case msg == tea.RequestBackgroundColor():
		return ansi.RequestBackgroundColor
	case reflect.TypeOf(msg) == reflect.TypeOf(tea.SetClipboard("")()):
		return ansi.SetSystemClipboard(reflect.ValueOf(msg).String())
	}
	return ""
}

// resize takes a new size; terminals move what they show, so all of it is drawn anew.
func (p *painter) resize(size tea.WindowSizeMsg) {
	p.width, p.height = size.Width, size.Height
	p.clear()
	select {
	case <-p.sized:
	default:
		close(p.sized)
	}
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
func (p *painter) clear() { p.col, p.shown.Content = unknown, "" }

// unknown stands for the cursor's column after clear: what the terminal shows is not known either.
const unknown = -2

// say writes something that is no frame. A terminal that takes nothing hears no more than saidMost of it.
func (p *painter) say(text string) {
	if len(p.buf) < saidMost {
		p.buf = append(p.buf, text...)
	}
}

// View draws a frame now, if somebody has typed, none has been drawn a moment ago and nothing is being
// written; else one is drawn as soon as it may. There is nothing left for Bubble Tea to draw.
func (p *painter) View() tea.View {
	if p.later || !p.idle() {
		return tea.View{}
	}
	wait := paintEvery - time.Since(p.last)
	if !p.typed {
		wait = max(wait, together)
	}
	if wait <= 0 {
		p.frame(p.Model.View())
		p.last, p.typed = time.Now(), false
		if len(p.buf) > 0 {
			p.follows, p.shows = first(p.follows, p.pressed), first(p.shows, p.posted)
		}
		p.pressed, p.posted = time.Time{}, time.Time{}
	} else if !p.due {
		p.due = true
		time.AfterFunc(wait, func() { p.program.Send(frameMsg{due: true}) })
	}
	p.flush()
	return tea.View{}
}

// idle reports whether nothing is being written; otherwise the program is asked again when it is.
func (p *painter) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.again = p.writing
	return !p.writing
}

// flush writes what there is, beside the program.
func (p *painter) flush() {
	if len(p.buf) == 0 {
		return
	}
	buf, pressed, posted := p.buf, p.follows, p.shows
	p.buf, p.follows, p.shows = nil, time.Time{}, time.Time{}
	p.mu.Lock()
	p.writing = true
	p.mu.Unlock()
	p.writes.Add(1)
	p.start(func() {
		again := p.write(buf)
		since(pressed, p.followed)
		since(posted, p.seen)
		p.writes.Done()
		if again {
			p.program.Send(frameMsg{})
		}
	})
}

// heard notes that the next frame shows what was posted then.
func (p *painter) heard(posted time.Time) { p.posted = first(p.posted, posted) }

// first is the earlier of two times; the zero time is none.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// since tells how long ago something was, if it was and somebody listens.
func since(at time.Time, listener func(time.Duration)) {
	if !at.IsZero() && listener != nil {
		listener(time.Since(at))
	}
}

// write writes a buffer piece by piece, gives it back, and says whether there is more to write.
func (p *painter) write(buf []byte) (again bool) {
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
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing = false
	return p.again
}

// close leaves the terminal as it was found, however the program has ended.
func (p *painter) close() {
	p.writes.Wait()
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

// frame draws what has changed since the last frame.
func (p *painter) frame(v tea.View) {
	if p.buf == nil {
		p.buf = *buffers.Get().(*[]byte)
	}
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
	if v.Content != p.shown.Content {
		p.content(p.shown.Content, v.Content)
	}
	if v.Cursor != nil {
		p.move(min(max(v.Cursor.Y, 0), p.height-1), min(max(v.Cursor.X, 0), p.width-1))
	}
	p.steady(from, seen, v.Cursor != nil)
	p.shown = v
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

// content draws the lines that differ, as they are or after scrolling some of them, whichever is shorter.
func (p *painter) content(old, new string) {
	c := canvases.Get().(*canvas)
	c.old, c.new = lines(c.old, old, p.height), lines(c.new, new, p.height)
	from, wasRow, wasCol := len(p.buf), p.row, p.col
	p.rows(c)
	if plain := p.buf[from:]; len(plain) > scrollPays {
		if top, end, by := shift(c.old, c.new); by != 0 {
			row, col := p.row, p.col
			p.row, p.col = wasRow, wasCol
			p.scroll(c, top, end, by)
			p.rows(c)
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

// lines cuts content into exactly n lines, each of which begins and ends with a plain pen.
func lines(out []string, content string, n int) []string {
	out = out[:0]
	var carry pen
	for len(out) < n {
		line, rest, _ := strings.Cut(content, "\n")
		before := carry
		carry = after(line, carry)
		if before != (pen{}) {
			line = before.style + before.link + line
		}
		out, content = append(out, line), rest
	}
	return out
}

// after is the pen at the end of a line that began with p.
func after(line string, p pen) pen {
	last := strings.LastIndexByte(line, esc)
	if last < 0 {
		return p
	}
	if end := line[last:]; (strings.HasPrefix(end, ansi.ResetStyle) || strings.HasPrefix(end, "\x1b[0m")) && p.link == "" && !strings.Contains(line, "\x1b]") {
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

// glyphs reads a line as far as it fits the width; what is empty at its end is left out.
func glyphs(out []glyph, line string, width int) []glyph {
	out = out[:0]
	var p pen
	col, end := 0, 0
	for i := 0; i < len(line); {
		c := line[i]
		g := glyph{pen: p, col: col, width: 1, sure: true}
		switch {
		case c == esc:
			n := sequence(line[i:])
			p.obey(line[i : i+n])
			i += n
			continue
		case c < ' ' || c == 0x7f:
			i++
			continue
		case c < utf8.RuneSelf && (i+1 == len(line) || line[i+1] < utf8.RuneSelf):
			g.text = line[i : i+1]
		default:
			g.text, g.width = ansi.FirstGraphemeCluster(line[i:], ansi.GraphemeWidth)
			r, size := utf8.DecodeRuneInString(g.text)
			g.sure = size == len(g.text) && certain(r)
			if r == utf8.RuneError || unicode.IsControl(r) {
				i += size
				continue
			}
		}
		i += len(g.text)
		switch {
		case g.width == 0 && len(out) > 0: // a mark that a style has cut off from its letter
			last := &out[len(out)-1]
			last.text, last.sure = last.text+g.text, false
			end = len(out)
			continue
		case g.width == 0:
			continue
		case col == width:
			return out[:end]
		case col+g.width > width: // half of it is no use
			g.text, g.width = " ", width-col
		}
		out = append(out, g)
		col += g.width
		if !g.blank() {
			end = len(out)
		}
	}
	return out[:end]
}

// certain reports whether all terminals agree how wide a character is: Latin, Greek, Cyrillic, punctuation,
// arrows, lines and blocks are one column wide, Chinese, Japanese and Korean are two.
func certain(r rune) bool {
	in := func(first, last rune) bool { return r >= first && r <= last }
	return r != 0xad && (in(' ', 0x2ff) || in(0x370, 0x482) || in(0x48a, 0x52f) || in(0x2010, 0x2027) || in(0x2030, 0x205e) ||
		in(0x2190, 0x2193) || in(0x2500, 0x25a0) || in(0x3041, 0x3096) || in(0x30a0, 0x30ff) || in(0x4e00, 0x9fff) || in(0xac00, 0xd7a3))
}

// rows draws the lines that differ.
func (p *painter) rows(c *canvas) {
	for y := range c.new {
		if c.old[y] != c.new[y] {
			c.a, c.b = glyphs(c.a, c.old[y], p.width), glyphs(c.b, c.new[y], p.width)
			p.line(y, c.a, c.b)
		}
	}
	p.draw(pen{})
}

// line turns an old line into a new one. From the first glyph on whose width is not certain, there is
// no telling where the others stand: there it is all or nothing.
func (p *painter) line(y int, old, new []glyph) {
	edge := min(unsure(old), unsure(new))
	oldSure, newSure := upTo(old, edge), upTo(new, edge)
	oldEnd, i, next := ends(old), 0, 0
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
		p.erase(y, ends(new[:newSure]))
		for _, g := range new[newSure:] {
			p.print(g)
			p.col = -1
		}
	case ends(new) < oldEnd:
		p.erase(y, ends(new))
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

// ends is the column after the last glyph.
func ends(line []glyph) int {
	if len(line) == 0 {
		return 0
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
	to := func(n int, letter byte) {
		p.put("\x1b[")
		if n != 1 {
			p.buf = strconv.AppendInt(p.buf, int64(n), 10)
		}
		p.buf = append(p.buf, letter)
	}
	switch {
	case p.row == y && p.col == x:
	case p.row == y && x == 0:
		p.put("\r")
	case p.row == y && p.col >= 0 && x > p.col:
		to(x-p.col, 'C')
	case p.row == y && p.col >= 0:
		to(p.col-x, 'D')
	case p.row == y:
		to(x+1, 'G')
	case p.row+1 == y && x == 0:
		p.put("\r\n")
	default:
		p.put("\x1b[")
		p.buf = strconv.AppendInt(p.buf, int64(y+1), 10)
		if x > 0 {
			p.put(";")
			p.buf = strconv.AppendInt(p.buf, int64(x+1), 10)
		}
		p.put("H")
	}
	p.row, p.col = y, x
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
