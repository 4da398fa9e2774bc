package tui

import tea "charm.land/bubbletea/v2"

// filterLimit is the most bytes of a filter: longer than any name.
const filterLimit = 200

// filter is what is typed above a list to narrow it down.
type filter struct {
	*field
	filling bool // keys are text of it
}

func newFilter() filter { return filter{field: newRow(filterLimit)} }

// over is the lines above the list: the filter and air, and none while it lets all through.
func (f *filter) over(height int) int {
	switch {
	case !f.filling && f.text == "":
		return 0
	case height < airyHeight:
		return 1
	}
	return 2
}

// draw is those lines, with the cursor while keys are text.
func (f *filter) draw(t *theme, width, height int) (lines []string, cursor *tea.Cursor) {
	over := f.over(height)
	if over == 0 {
		return nil, nil
	}
	lines = make([]string, over)
	lines[0] = fit(" "+t.Accent.Render("/")+" "+f.view()[0], width)
	if f.filling {
		x, _ := f.place()
		cursor = caret(x+3, 0)
	}
	return lines, cursor
}
