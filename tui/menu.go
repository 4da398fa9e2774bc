package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

const (
	// menuGap is the columns between the labels of a menu and what stands beside them.
	menuGap = 3
	// wideMenu is the width from which all of an item stands on one line; a menu
	// of short items may do with less.
	wideMenu = 60
	// neverWide is for menus whose items always have two lines: what stands behind a label is a sentence.
	neverWide = 1 << 20
)

// item is one line of a menu.
type item struct {
	name  string         // what it is known by while others come and go
	head  string         // a heading above it
	label string         // what it is
	value string         // what stands beside it, styled
	more  string         // what stands behind that, below it in a narrow window
	end   string         // at the right end of its line, styled; there is no value then
	dim   bool           // of less interest
	bold  bool           // new
	open  func() tea.Cmd // what Enter does
	key   key.Binding    // what does it, too; it may have none
	keys  []key.Binding
}

// menu is a column of items, one of them chosen. The choice is kept by name, so
// it stays where it is while items come and go.
type menu struct {
	items         []item
	chosen        string
	wide          int // wideMenu when 0
	width, height int
	top           int // the first line shown
}

// set brings other items; where the chosen one is gone, its neighbour is chosen.
func (m *menu) set(items []item) {
	at := m.index()
	m.items = items
	if m.index() < 0 {
		m.chosen = ""
		if len(items) > 0 {
			m.chosen = items[min(max(at, 0), len(items)-1)].name
		}
	}
	m.show()
}

func (m *menu) setSize(width, height int) {
	m.width, m.height = width, height
	m.show()
}

// index is where the chosen item stands, -1 where there is none.
func (m *menu) index() int {
	for i := range m.items {
		if m.items[i].name == m.chosen {
			return i
		}
	}
	return -1
}

// current is the chosen item; the zero item where there is none.
func (m *menu) current() item {
	if i := m.index(); i >= 0 {
		return m.items[i]
	}
	return item{}
}

// press chooses another item or opens the chosen one.
func (m *menu) press(msg tea.KeyPressMsg) tea.Cmd {
	i := m.index()
	switch {
	case key.Matches(msg, keys.Up):
		i--
	case key.Matches(msg, keys.Down):
		i++
	case key.Matches(msg, keys.PageUp):
		i -= max(m.height/2, 1)
	case key.Matches(msg, keys.PageDown):
		i += max(m.height/2, 1)
	case key.Matches(msg, keys.Top):
		i = 0
	case key.Matches(msg, keys.Bottom):
		i = len(m.items) - 1
	case key.Matches(msg, keys.Open, keys.Right):
		return m.open(m.index())
	default:
		return m.pressed(msg)
	}
	m.choose(i)
	return nil
}

// pressed does what the item with that key is for.
func (m *menu) pressed(msg tea.KeyPressMsg) tea.Cmd {
	for i := range m.items {
		if key.Matches(msg, m.items[i].key) {
			return m.open(i)
		}
	}
	return nil
}

// open does what an item is for.
func (m *menu) open(i int) tea.Cmd {
	if i < 0 || m.items[i].open == nil {
		return nil
	}
	return m.items[i].open()
}

func (m *menu) choose(i int) {
	if len(m.items) > 0 {
		m.chosen = m.items[min(max(i, 0), len(m.items)-1)].name
		m.show()
	}
}

// mouse opens what is clicked and moves with the wheel.
func (m *menu) mouse(msg tea.MouseMsg, y int) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		if by := notch(msg.Button); by != 0 {
			m.choose(m.index() + by)
		}
	case tea.MouseClickMsg:
		if i := m.under(y); i >= 0 && msg.Button == tea.MouseLeft {
			m.choose(i)
			return m.open(i)
		}
	}
	return nil
}

// under is the item that a line of the view belongs to, -1 for none.
func (m *menu) under(y int) int {
	for i := range m.items {
		if first, end := m.lines(i); y+m.top >= first && y+m.top < end {
			return i
		}
	}
	return -1
}

// above is the lines of headings before an item: the heading, and air above it.
func (m *menu) above(i int) int {
	switch {
	case m.items[i].head == "":
		return 0
	case i == 0:
		return 1
	}
	return 2
}

// size is the lines of an item without its heading.
func (m *menu) size(i int) int {
	if m.narrow() && m.items[i].more != "" {
		return 2
	}
	return 1
}

// narrow reports whether an item takes two lines.
func (m *menu) narrow() bool {
	if m.wide != 0 {
		return m.width < m.wide
	}
	return m.width < wideMenu
}

// lines are the first line of an item and the one after its last.
func (m *menu) lines(i int) (first, end int) {
	for j := range i {
		first += m.above(j) + m.size(j)
	}
	first += m.above(i)
	return first, first + m.size(i)
}

// show scrolls to the chosen item, and to what stands above the first one.
func (m *menu) show() {
	i := m.index()
	if i < 0 {
		m.top = 0
		return
	}
	first, end := m.lines(i)
	_, total := m.lines(len(m.items) - 1)
	m.top = min(max(m.top, end-m.height), first-m.above(i), max(total-m.height, 0))
	m.top = max(m.top, 0)
}

// view draws the lines that are to be seen, at most height. Items out of sight are not drawn: there may be thousands.
func (m *menu) view(t *theme) []string {
	column, end := m.column(), m.top+max(m.height, 0)
	lines := make([]string, 0, max(m.height, 0))
	at := 0
	for i, it := range m.items {
		from := at
		if at += m.above(i) + m.size(i); at <= m.top {
			continue
		}
		if from >= end {
			break
		}
		block := m.block(t, i, it, column)
		lines = append(lines, block[max(m.top-from, 0):min(len(block), end-from)]...)
	}
	return lines
}

// block is an item with what stands above it.
func (m *menu) block(t *theme, i int, it item, column int) []string {
	var lines []string
	if it.head != "" {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, " "+fit(t.Dim.Render(it.head), m.width-1))
	}
	return append(lines, m.draw(t, it, column)...)
}

// column is the width of the labels that something stands beside.
func (m *menu) column() int {
	n := 0
	for _, it := range m.items {
		if it.value != "" {
			n = max(n, columns(it.label))
		}
	}
	return min(n, max(m.width/2-menuGap, 1))
}

func (m *menu) draw(t *theme, it item, column int) []string {
	bar, style := " ", &t.Text
	switch {
	case it.name == m.chosen:
		bar, style = t.Accent.Render("▌"), &t.Bold
	case it.bold:
		style = &t.Bold
	case it.dim:
		style = &t.Dim
	}
	if it.value == "" {
		column = m.width
	}
	line := style.Render(fit(it.label, min(column, m.width-1)))
	if it.end != "" {
		label := fit(it.label, max(m.width-3-columns(it.end), 1))
		line = justify(style.Render(label), it.end, m.width-2)
	}
	if it.value != "" {
		line = pad(line, column) + strings.Repeat(" ", menuGap) + it.value
	}
	if it.more == "" {
		return []string{fit(bar+fit(line, m.width-2), m.width)}
	}
	if !m.narrow() {
		line += strings.Repeat(" ", menuGap) + it.more
		return []string{fit(bar+fit(line, m.width-2), m.width)}
	}
	lines := []string{bar + fit(line, m.width-2), bar + "  " + fit(it.more, m.width-4)}
	for i := range lines {
		lines[i] = fit(lines[i], m.width)
	}
	return lines
}
