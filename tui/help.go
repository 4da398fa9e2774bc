package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// The parts of the help page that most screens share.
var (
	helpMoving  = []key.Binding{heading("Reading"), keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.Top, keys.Bottom, keys.ReadOn}
	helpWriting = []key.Binding{heading("Writing"), keys.Post, keys.NewLine, keys.Complete, keys.Ask, keys.Put}
	helpEditing = []key.Binding{
		heading("In a text"), says(keys.WordLeft, "a word back"), says(keys.WordRight, "a word on"), says(keys.LineStart, "line start"),
		says(keys.LineEnd, "line end"), says(keys.KillWordLeft, "cut a word"), says(keys.KillStart, "cut to the start"),
		says(keys.KillEnd, "cut to the end"), says(keys.Yank, "put it back"),
	}
	helpAlways = []key.Binding{heading("Everywhere"), keys.Palette, keys.Search, keys.Tab, keys.Back, keys.Help, keys.Quit, keys.Leave}
)

const (
	// helpColumn is the width of a column of keys; two stand side by side where they fit.
	helpColumn = 29
	// helpKey is the width of a key in it.
	helpKey = 11
)

// helpPage lies over the screen that it explains. It is drawn from that screen's
// own table of keys.
type helpPage struct {
	theme  *theme
	groups [][]key.Binding
	width  int
	height int
	top    int
}

func newHelp(t *theme, of screen) *helpPage {
	return &helpPage{theme: t, groups: append(of.FullHelp(), helpEditing, helpAlways)}
}

// press scrolls; done is true for the keys that close the page.
func (h *helpPage) press(msg tea.KeyPressMsg) (done bool) {
	switch {
	case key.Matches(msg, keys.Down):
		h.top++
	case key.Matches(msg, keys.Up):
		h.top--
	case key.Matches(msg, keys.PageDown, keys.ReadOn):
		h.top += max(1, h.height-pageOverlap)
	case key.Matches(msg, keys.PageUp):
		h.top -= max(1, h.height-pageOverlap)
	case key.Matches(msg, keys.Back, keys.Help, keys.Quit, keys.Open):
		return true
	}
	return false
}

func (h *helpPage) wheel(b tea.MouseButton) { h.top += notch(b) * wheelLines }

// view draws exactly height lines.
func (h *helpPage) view() []string {
	lines := h.lines()
	h.top = max(0, min(h.top, len(lines)-h.height))
	lines = lines[h.top:min(len(lines), h.top+h.height)]
	for len(lines) < h.height {
		lines = append(lines, "")
	}
	return lines
}

func (h *helpPage) lines() []string {
	out := []string{}
	for _, l := range words("The arrows, Enter, Esc and the mouse are enough.", min(measure, h.width-2)) {
		out = append(out, " "+h.theme.Dim.Render(l))
	}
	out = append(out, "")
	if h.width < 2*helpColumn {
		for _, g := range h.groups {
			out = append(append(out, h.group(g, h.width-1)...), "")
		}
		return out[:len(out)-1]
	}
	left, right := h.split()
	for i := range max(len(left), len(right)) {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if i < len(right) {
			line = pad(line, helpColumn) + right[i]
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// split shares the groups between two columns of about the same height.
func (h *helpPage) split() (left, right []string) {
	total := 0
	for _, g := range h.groups {
		total += len(g) + 1
	}
	for _, g := range h.groups {
		if lines := h.group(g, helpColumn-1); len(left)+len(lines)/2 <= total/2 && len(right) == 0 {
			left = append(append(left, lines...), "")
		} else {
			right = append(append(right, lines...), "")
		}
	}
	return left, right
}

func (h *helpPage) group(bindings []key.Binding, width int) []string {
	var out []string
	for _, b := range bindings {
		k := b.Help().Key
		if k == "" {
			out = append(out, fit(" "+h.theme.Bold.Render(b.Help().Desc), width))
		}
		if !b.Enabled() {
			continue
		}
		gap := strings.Repeat(" ", max(1, helpKey-columns(k)))
		out = append(out, fit(" "+h.theme.Key.Render(k)+gap+b.Help().Desc, width))
	}
	return out
}
