package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// page is a few paragraphs and, below them, what can be done about them.
type page struct {
	menu
	theme *theme
	title string
	text  string                   // \n\n between paragraphs; a line that starts with spaces stands out
	body  func(width int) []string // instead of text: lines that are drawn already
	shown int                      // the first line of the text shown, where there is nothing to do
	all   int                      // the lines of the page
}

func (p *page) Init() tea.Cmd { return nil }

// Title is the header.
func (p *page) Title() string { return p.title }

func (p *page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.all = msg.Width, msg.Height
		p.arrange()
	case themeMsg:
		p.theme = msg.theme
	case tea.KeyPressMsg:
		return p.press(msg)
	case tea.MouseMsg:
		if len(p.items) > 0 {
			return p.menu.mouse(msg, msg.Mouse().Y-p.over())
		}
		if _, wheel := msg.(tea.MouseWheelMsg); wheel {
			p.scroll(notch(msg.Mouse().Button) * wheelLines)
		}
	}
	return nil
}

// arrange gives the menu its lines, and the text what is left.
func (p *page) arrange() {
	total, text := 0, len(p.lines())
	if len(p.items) > 0 {
		p.width = max(p.width, 0)
		p.menu.width = p.width
		_, total = p.menu.lines(len(p.items) - 1)
	}
	if text > 0 && text+1+total > p.all { // both have to be there, and each can be scrolled
		total = min(total, max(p.all-text-1, p.all/2))
	}
	p.setSize(p.width, min(p.all, total))
	p.scroll(0)
}

func (p *page) press(msg tea.KeyPressMsg) tea.Cmd {
	if len(p.items) > 0 && !p.beyond(msg) {
		return p.menu.press(msg)
	}
	switch {
	case key.Matches(msg, keys.Up):
		p.scroll(-1)
	case key.Matches(msg, keys.Down):
		p.scroll(1)
	case key.Matches(msg, keys.PageUp):
		p.scroll(-max(p.room()-pageOverlap, 1))
	case key.Matches(msg, keys.PageDown, keys.ReadOn):
		p.scroll(max(p.room()-pageOverlap, 1))
	case key.Matches(msg, keys.Top):
		p.scroll(-p.shown)
	case key.Matches(msg, keys.Bottom):
		p.scroll(len(p.lines()))
	}
	return nil
}

// beyond reports whether a key goes on where the menu ends: to more of the text above it.
func (p *page) beyond(msg tea.KeyPressMsg) bool {
	more := len(p.lines()) > p.room()
	switch {
	case key.Matches(msg, keys.Up):
		return more && p.index() == 0 && p.shown > 0
	case key.Matches(msg, keys.Down):
		return more && p.index() == len(p.items)-1
	}
	return more && key.Matches(msg, keys.PageUp, keys.PageDown, keys.ReadOn)
}

func (p *page) scroll(by int) {
	p.shown = max(min(p.shown+by, len(p.lines())-p.room()), 0)
}

// room is the lines that the text may take: all but the menu and the air above it.
func (p *page) room() int {
	if len(p.items) == 0 {
		return p.all
	}
	return max(p.all-p.height-1, 0)
}

// over is the lines above the menu.
func (p *page) over() int {
	if n := min(len(p.lines()), p.room()); n > 0 {
		return n + 1
	}
	return 0
}

// lines is the text, wrapped.
func (p *page) lines() []string {
	if p.body != nil {
		return p.body(p.width)
	}
	if p.text == "" {
		return nil
	}
	var out []string
	width := min(max(p.width-2, 1), measure)
	for line := range strings.SplitSeq(p.text, "\n") {
		bare := strings.TrimLeft(line, " ")
		style, indent := &p.theme.Text, len(line)-len(bare)
		if indent > 0 {
			style = &p.theme.Accent
		}
		for _, l := range words(bare, max(width-indent, 1)) {
			out = append(out, fit(" "+line[:indent]+style.Render(l), p.width))
		}
	}
	return out
}

func (p *page) View() tea.View {
	lines := p.lines()
	lines = lines[min(p.shown, len(lines)):min(p.shown+p.room(), len(lines))]
	if len(p.items) > 0 {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, p.menu.view(p.theme)...)
	}
	return tea.NewView(strings.Join(lines[:min(len(lines), max(p.all, 0))], "\n"))
}

func (p *page) ShortHelp() []key.Binding {
	if len(p.items) == 0 && len(p.lines()) > p.all {
		return []key.Binding{says(keys.Down, "down"), keys.Back}
	}
	var list []key.Binding
	if len(p.lines()) > p.room() { // first: a narrow window has room for one, and what Enter does is guessed
		list = append(list, says(keys.PageDown, "more"))
	}
	return append(append(list, p.current().keys...), keys.Back)
}

func (p *page) FullHelp() [][]key.Binding {
	return [][]key.Binding{{keys.Up, keys.Down, keys.Open, keys.Back}}
}
