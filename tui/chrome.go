package tui

import (
	"slices"
	"strings"
	"sync"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

const (
	// leastWidth and leastHeight are the smallest window in which anything can be read.
	leastWidth, leastHeight = 30, 8
	// wideScreen is the width from which the sidebar stands beside the content.
	wideScreen = 70
	// besideScreen is the width from which a thread stays open beside its list.
	besideScreen = 150
	// airyHeight is the height from which a blank line follows the header.
	airyHeight = 11
	// statusLines is how many lines a sentence in the footer may take.
	statusLines = 3
)

// pane is where a screen stands in the window.
type pane struct {
	*layer
	x, y          int // of its own first line; the header is above
	width, height int
	header        bool
}

// frame is how the window is shared out; it follows from the window's size and
// from what is shown, and nothing is kept of it.
type frame struct {
	small  bool // too small for anything
	side   int  // columns of the sidebar, 0: none beside the content
	menu   bool // the sidebar is the whole page
	panes  []pane
	foot   string
	cursor *tea.Cursor // in the foot
	footY  int
	rule   bool
}

// sideWidth is the columns of the sidebar in a window of that width.
func sideWidth(width int) int { return min(max(width/4+1, 20), 24) }

// frame shares out the window.
func (m *Model) frame() frame {
	f := frame{small: m.width < leastWidth || m.height < leastHeight}
	if f.small {
		return f
	}
	over := m.focused()
	full := isFull(over)
	if m.width >= wideScreen && !full {
		f.side = sideWidth(m.width)
	}
	f.menu = f.side == 0 && m.focus == onSide && m.palette == nil
	height := m.height - m.footRows()
	if s, ok := over.screen.(footed); ok && !m.covered() && !f.menu {
		f.foot, f.cursor = s.Foot(m.width)
	}
	if f.foot != "" {
		f.foot, f.cursor = clip(f.foot, f.cursor, m.width, max(1, height/2))
		height -= strings.Count(f.foot, "\n") + 1
	}
	f.footY = height
	f.rule = !full && (f.side > 0 || f.foot != "" && m.height >= airyHeight)
	f.panes = m.panes(f.x(), f.body(), full)
	return f
}

// panes are the screens that can be seen: one, or a list and a thread beside it.
func (m *Model) panes(x, height int, full bool) []pane {
	one := func(l *layer, x, width int) pane {
		p := pane{layer: l, x: x, width: width, height: height}
		if _, ok := l.screen.(titled); ok && !full {
			p.header, p.y = true, m.airs()
			p.height = max(0, height-p.y)
		}
		return p
	}
	if !m.beside() {
		return []pane{one(m.top(), x, m.width-x)}
	}
	left := (m.width - x - 1) / 2
	under := m.stack[len(m.stack)-2]
	return []pane{one(under, x, left), one(m.top(), x+left+1, m.width-x-left-1)}
}

// beside says whether a thread stands beside the list that it was opened from.
func (m *Model) beside() bool {
	if m.width < besideScreen || len(m.stack) < 2 {
		return false
	}
	_, thread := m.top().screen.(*thread)
	switch m.stack[len(m.stack)-2].screen.(type) {
	case *home, *channel:
		return thread
	}
	return false
}

func isFull(l *layer) bool {
	s, ok := l.screen.(fullscreen)
	return ok && s.Full()
}

// arrange tells every screen that is shown its size, and every screen whether it
// can be seen and has the keys.
func (m *Model) arrange() tea.Cmd {
	if m.focus == onUnder && !m.beside() {
		m.focus = onScreen
	}
	f := m.frame()
	m.side.width, m.side.height, m.side.focused, m.side.at = f.side, f.body(), m.focus == onSide, m.where()
	if f.menu {
		m.side.width, m.side.height = m.width, f.body()-m.airs()
	}
	if m.palette != nil {
		m.palette.resize(m.width-f.x(), f.body()-m.airs())
	}
	if m.help != nil {
		m.help.width, m.help.height = m.width-f.x(), f.body()-m.airs()
	}
	var cmds []tea.Cmd
	for _, p := range f.panes {
		if p.layer.width != p.width || p.layer.height != p.height {
			p.layer.width, p.layer.height = p.width, p.height
			cmds = append(cmds, p.Update(tea.WindowSizeMsg{Width: p.width, Height: p.height}))
		}
	}
	for _, l := range m.stack {
		if w, ok := l.screen.(watching); ok {
			visible := !m.covered() && !f.menu && f.shows(l)
			cmds = append(cmds, w.Watch(visible, visible && m.focus != onSide && l == m.focused()))
		}
	}
	return tea.Batch(cmds...)
}

// covered says whether something lies over the screens.
func (m *Model) covered() bool { return m.help != nil || m.palette != nil }

func (f frame) shows(l *layer) bool {
	for _, p := range f.panes {
		if p.layer == l {
			return true
		}
	}
	return false
}

// body is how many lines there are above the long line.
func (f frame) body() int {
	if f.rule {
		return max(0, f.footY-1)
	}
	return max(0, f.footY)
}

// x is where the content begins.
func (f frame) x() int {
	if f.side > 0 {
		return f.side + 1
	}
	return 0
}

// airs is the lines of a header: itself, and a blank one where there is room.
func (m *Model) airs() int {
	if m.height >= airyHeight {
		return 2
	}
	return 1
}

// View draws the chrome and the screens that can be seen.
func (m *Model) View() tea.View {
	v, rows := m.Rows()
	v.SetContent(strings.Join(rows, "\n"))
	return v
}

// Rows is View with the rows of the content beside it instead of in it. They are good until the next message; those that
// look as they did are the same strings as before, also for others who see the same.
func (m *Model) Rows() (v tea.View, rows []string) {
	f := m.frame()
	switch {
	case m.width < 1 || m.height < 1:
		m.rows, m.joined = nil, pieces{}
	case f.small:
		m.rows, m.joined = m.tooSmall(), pieces{}
	default:
		v = m.draw(f)
	}
	v.AltScreen, v.MouseMode, v.WindowTitle = true, tea.MouseModeCellMotion, m.title()
	return v, m.rows
}

// title is the terminal's: it says from afar how much waits for me.
func (m *Model) title() string {
	if n := m.side.news(); n > 0 {
		return "tincan · " + capped(n) + " new"
	}
	return "tincan"
}

// tooSmall is what a window shows in which nothing can be read.
func (m *Model) tooSmall() []string {
	lines := words("tincan needs 30 columns and 8 lines. Make the window larger, or press q to leave.", m.width)
	for i := range lines {
		lines[i] = fit(lines[i], m.width)
	}
	return lines[:min(len(lines), m.height)]
}

// column is lines that stand beside others.
type column struct {
	lines []string
	width int
	even  bool // each line is as wide as the column, or empty
}

func (m *Model) draw(f frame) tea.View {
	v := tea.NewView("")
	on := canvases.Get().(*canvas)
	defer on.putAway()
	var room [3]column
	cols := room[:0]
	if f.side > 0 {
		on.side = m.side.view(on.side)
		cols = append(cols, column{on.side, f.side, true})
	}
	add := func(width int, lines ...string) { cols = append(cols, column{lines: lines, width: width}) }
	switch {
	case m.palette != nil:
		lines, cursor := m.palette.view()
		cursor.X, cursor.Y = cursor.X+f.x(), cursor.Y+m.airs()
		v.Cursor = cursor
		add(m.palette.width, append(m.header(nil, m.theme.Bold.Render("Go to"), "", m.palette.width), lines...)...)
	case m.help != nil:
		add(m.help.width, append(m.header(nil, m.mark(f)+m.theme.Bold.Render("All keys"), "", m.help.width), m.help.view()...)...)
	case f.menu:
		add(m.width, append(m.header(nil, m.theme.Bold.Render("tincan"), "", m.width), m.side.view(nil)...)...)
	default:
		for i, p := range f.panes {
			lines, cursor := m.drawPane(on.panes[i][:0], p, f)
			on.panes[i] = lines
			add(p.width, lines...)
			if p.layer == m.focused() && m.focus != onSide {
				v.Cursor = cursor
			}
		}
		if f.cursor != nil && m.focus != onSide {
			f.cursor.Y += f.footY
			v.Cursor = f.cursor
		}
	}
	m.content(on, f, cols)
	return v
}

// canvas is what a frame is put together on.
type canvas struct {
	side  []string
	panes [2][]string
	buf   []byte
}

var canvases = sync.Pool{New: func() any { return new(canvas) }}

// putAway lets others use it.
func (s *canvas) putAway() {
	clear(s.side)
	clear(s.panes[0])
	clear(s.panes[1])
	canvases.Put(s)
}

// content makes the rows of the whole frame: the columns, the long line, the foot and the footer.
func (m *Model) content(on *canvas, f frame, cols []column) {
	buf := m.join(on.buf, cols, f.body())[:0]
	if f.rule {
		buf = append(m.ruler(buf, f, cols), '\n')
	}
	if f.foot != "" {
		buf = append(append(buf, f.foot...), '\n')
	}
	buf = m.footer(buf)
	on.buf = buf
	m.rows = m.app.drawn.rows(m.rows, f.body(), buf)
}

// drawPane draws a screen with its header, below nothing.
func (m *Model) drawPane(lines []string, p pane, f frame) (_ []string, cursor *tea.Cursor) {
	if p.header {
		title, more, _ := strings.Cut(p.screen.(titled).Title(), " · ")
		left := m.mark(f) + m.theme.Bold.Render(title)
		if more != "" {
			left += m.theme.Dim.Render(" · " + more)
		}
		note := ""
		if n, ok := p.screen.(noted); ok {
			note = n.Note()
		}
		lines = m.header(lines, left, note, p.width)
	}
	if l, ok := p.screen.(lined); ok {
		return l.Lines(lines), nil
	}
	v := p.View()
	if v.Cursor != nil {
		v.Cursor.X += p.x
		v.Cursor.Y += p.y
	}
	return append(lines, strings.Split(v.Content, "\n")...), v.Cursor
}

// menuMark stands before the header of a narrow window: Esc leads there.
const menuMark = "‹ "

func (m *Model) mark(f frame) string {
	if f.side > 0 {
		return ""
	}
	return m.theme.Accent.Render(menuMark)
}

// header adds the line above a screen, with its blank line. Where both do not fit, right gives way to left down to half
// of the line, and left to the rest.
func (m *Model) header(lines []string, left, right string, width int) []string {
	right = fit(right, max(width-3-columns(left), (width-2)/2))
	lines = append(lines, " "+justify(left, right, width-2))
	for range m.airs() - 1 {
		lines = append(lines, "")
	}
	return lines
}

// mostColumns is how many columns stand side by side at most: the sidebar, a list, and a thread.
const mostColumns = 3

// pieces are what the rows of the last frame were joined of: a row whose pieces stay needs no look.
type pieces struct {
	theme *theme
	width [mostColumns]int
	parts []string // row by row
}

// begin makes ready for rows of that height. What was put together otherwise is not known any more.
func (j *pieces) begin(t *theme, cols []column, height int) {
	var width [mostColumns]int
	for i, c := range cols {
		width[i] = c.width
	}
	known := min(len(j.parts), height*len(cols))
	if j.theme != t || j.width != width {
		known = 0
	}
	clear(j.parts[known:])
	j.theme, j.width, j.parts = t, width, slices.Grow(j.parts[:known], height*len(cols)-known)
}

// same says whether a row is put together of what it was, and notes what it is put together of.
func (j *pieces) same(y int, parts []string) bool {
	at := y * len(parts)
	if at == len(j.parts) {
		j.parts = append(j.parts, parts...)
		return false
	}
	was := j.parts[at : at+len(parts)]
	if slices.Equal(was, parts) {
		return true
	}
	copy(was, parts)
	return false
}

// join sets columns side by side with a thin line between them, in the rows of the frame: buf is for one of them.
func (m *Model) join(buf []byte, cols []column, height int) []byte {
	m.joined.begin(m.theme, cols, height)
	for y := range height {
		var room [mostColumns]string
		parts := room[:len(cols)]
		for i, c := range cols {
			if y < len(c.lines) {
				parts[i] = c.lines[y]
			}
		}
		if m.joined.same(y, parts) {
			continue
		}
		buf = buf[:0]
		for i, text := range parts[:len(parts)-1] {
			room := cols[i].width
			switch {
			case text == "":
			case cols[i].even:
				room = 0
			default:
				text = fit(text, room)
				room -= columns(text)
			}
			buf = m.theme.Line.put(blank(append(buf, text...), room), "│")
		}
		buf = append(buf, parts[len(parts)-1]...)
		m.rows = m.app.drawn.put(m.rows, y, buf)
	}
	return buf
}

// blank adds so many columns of nothing.
func blank(buf []byte, columns int) []byte {
	const some = "                        "
	for ; columns > len(some); columns -= len(some) {
		buf = append(buf, some...)
	}
	return append(buf, some[:max(0, columns)]...)
}

// ruler is the long line below the content; in a narrow window it is air.
func (m *Model) ruler(buf []byte, f frame, cols []column) []byte {
	if f.side == 0 {
		return buf
	}
	buf = append(buf, m.theme.Line.open...)
	for i, c := range cols {
		for range c.width {
			buf = append(buf, "─"...)
		}
		if i < len(cols)-1 {
			buf = append(buf, "┴"...)
		}
	}
	return append(buf, m.theme.Line.end...)
}

// footRows is how many lines the footer takes.
func (m *Model) footRows() int {
	if m.status == "" {
		return 1
	}
	return min(len(words(m.status, max(1, m.width-2))), statusLines)
}

// footer is the status, or what the keys do with the thing selected.
func (m *Model) footer(buf []byte) []byte {
	buf = append(buf, ' ')
	if m.status != "" {
		style := &m.theme.Text
		if m.failed {
			style = &m.theme.Error
		}
		lines := words(m.status, max(1, m.width-2))
		for i, line := range lines[:min(len(lines), statusLines)] {
			if i > 0 {
				buf = append(buf, "\n "...)
			}
			buf = style.put(buf, line)
		}
		return buf
	}
	var list []key.Binding
	switch {
	case m.palette != nil:
		if list = []key.Binding{says(keys.Cancel, "closes")}; len(m.palette.items) > 0 {
			list = append([]key.Binding{says(keys.Take, "goes there"), says(keys.ListDown, "next")}, list...)
		}
		return m.hint(buf, list, m.width-2)
	case m.help != nil:
		list = []key.Binding{keys.Up, keys.Down, keys.Back}
	case m.focus == onSide:
		list = m.side.hints()
	default:
		list = m.focused().ShortHelp()
	}
	if e, ok := m.focused().screen.(editing); m.help == nil && (m.focus == onSide || !ok || !e.Editing()) {
		list = append(list, keys.Help)
	}
	return m.hint(buf, list, m.width-2)
}

// hint says what keys do, as many as there is room for. The last one always stays, and next to the first what leads away
// from here where it stands before the last: whoever does not know how to get on is helped by nothing else.
func (m *Model) hint(buf []byte, list []key.Binding, width int) []byte {
	const between = " · "
	for len(list) > 0 && !list[len(list)-1].Enabled() {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return buf
	}
	wide := func(b key.Binding) int { return columns(b.Help().Key) + 1 + columns(b.Help().Desc) }
	last := list[len(list)-1]
	room, rest := width-wide(last), list[:len(list)-1]
	var away []key.Binding
	if n := len(rest) - 1; n > 0 && leadsAway(rest[n]) {
		if left := room - wide(rest[n]) - columns(between); left >= wide(rest[0])+columns(between) {
			room, rest, away = left, rest[:n], rest[n:]
		}
	}
	for _, b := range rest {
		if !b.Enabled() {
			continue
		}
		if room -= wide(b) + columns(between); room < 0 {
			break
		}
		buf = m.theme.Dim.put(m.theme.does(buf, b), between)
	}
	for _, b := range away {
		buf = m.theme.Dim.put(m.theme.does(buf, b), between)
	}
	if wide(last) > width {
		return append(buf, fit(string(m.theme.does(nil, last)), width)...)
	}
	return m.theme.does(buf, last)
}

// leadsAway reports whether a key leads back or to the menu.
func leadsAway(b key.Binding) bool {
	shown := b.Help().Key
	return b.Enabled() && (shown == keys.Back.Help().Key || shown == keys.Tab.Help().Key)
}

// clip shows at most rows lines of a foot, those around the cursor.
func clip(foot string, cursor *tea.Cursor, width, rows int) (string, *tea.Cursor) {
	if cursor == nil && !strings.Contains(foot, "\n") {
		return fit(foot, width), nil
	}
	lines := strings.Split(foot, "\n")
	from := 0
	if len(lines) > rows {
		if cursor != nil {
			from = min(max(0, cursor.Y-rows+1), len(lines)-rows)
		}
		lines = lines[from : from+rows]
	}
	for i := range lines {
		lines[i] = fit(lines[i], width)
	}
	if cursor != nil {
		c := *cursor
		c.Y -= from
		cursor = &c
		if c.Y < 0 || c.Y >= len(lines) || c.X < 0 || c.X >= width {
			cursor = nil
		}
	}
	return strings.Join(lines, "\n"), cursor
}
