package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// where is the sidebar's entry for what is shown.
func (m *Model) where() string {
	for i := len(m.stack) - 1; i > 0; i-- {
		if l, ok := m.stack[i].screen.(located); ok && l.Where() != "" {
			return l.Where()
		}
	}
	if len(m.stack) > 1 && m.stack[1].screen == m.side.opened {
		return m.side.openedAs
	}
	return entryHome
}

// press gives a key to what has the focus; what a text field does not want may be
// one of the root's own.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	if key.Matches(msg, keys.Leave) {
		return tea.Quit
	}
	if m.help != nil {
		if m.help.press(msg) {
			m.help = nil
		}
		return nil
	}
	if m.palette != nil {
		return m.pressPalette(msg)
	}
	over := m.focused()
	if e, ok := over.screen.(editing); ok && e.Editing() && m.focus != onSide {
		return over.Update(msg)
	}
	switch {
	case key.Matches(msg, keys.Help):
		m.help = newHelp(m.theme, over)
		return nil
	case isFull(over):
		return over.Update(msg)
	case key.Matches(msg, keys.Palette):
		m.palette = m.newPalette(over.screen)
		return m.palette.Init()
	case key.Matches(msg, keys.Search) && (m.focus == onSide || !finds(over)):
		return m.push(newSearch(m.app, m.theme, m.side.searched))
	case key.Matches(msg, keys.Tab):
		m.turn()
		return nil
	case m.focus == onSide:
		return m.pressSide(msg)
	case key.Matches(msg, keys.Quit) && len(m.stack) == 1:
		return tea.Quit
	case key.Matches(msg, keys.Cancel) && holds(over):
	case key.Matches(msg, keys.Back, keys.Quit):
		return m.back()
	}
	return over.Update(msg)
}

// finds says whether a screen looks for something by itself.
func finds(l *layer) bool {
	_, ok := l.screen.(finding)
	return ok
}

// holds says whether Esc is for the screen.
func holds(l *layer) bool {
	h, ok := l.screen.(holding)
	return ok && h.Holds()
}

// back leaves the screen on top; from Home it leads to the sidebar.
func (m *Model) back() tea.Cmd {
	if len(m.stack) == 1 {
		m.turn()
		return nil
	}
	return m.pop()
}

// turn moves the focus on: content, sidebar, the list beside a thread.
func (m *Model) turn() {
	switch {
	case m.focus == onScreen:
		m.focus = onSide
		m.side.show()
	case m.focus == onSide && m.beside():
		m.focus = onUnder
	default:
		m.focus = onScreen
	}
}

// pressSide moves in the sidebar and opens an entry. A key that it has no use for is for the screen, where that stands
// beside it with what its keys do; who begins to write there goes on there.
func (m *Model) pressSide(msg tea.KeyPressMsg) tea.Cmd {
	if key.Matches(msg, keys.Back, keys.Quit) {
		m.focus = onScreen
		return nil
	}
	e, taken := m.side.press(msg)
	switch {
	case e != nil:
		return m.open(*e)
	case taken, m.frame().menu:
		return nil
	}
	over := m.focused()
	cmd := over.Update(msg)
	if w, ok := over.screen.(editing); ok && w.Editing() {
		m.focus = onScreen
	}
	return cmd
}

// open shows what an entry of the sidebar stands for.
func (m *Model) open(e entry) tea.Cmd {
	s := m.side.screen(e)
	if s == nil {
		return m.goTo(nil)
	}
	m.side.opened, m.side.openedAs = s, e.name
	return m.goTo(s)
}

// mouse gives a click or the wheel to what is under it.
func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	click, clicked := msg.(tea.MouseClickMsg)
	wheel, wheeled := msg.(tea.MouseWheelMsg)
	f := m.frame()
	switch {
	case !clicked && !wheeled, f.small:
		return nil
	case m.palette != nil:
		return m.mousePalette(f, msg)
	case m.help != nil:
		if clicked {
			m.help = nil
		} else {
			m.help.wheel(wheel.Button)
		}
		return nil
	case f.menu, f.side > 0 && at.X < f.side && at.Y < f.body():
		return m.mouseSide(at, clicked)
	case clicked && at.Y >= f.footY:
		if at.Y < f.footY+strings.Count(f.foot, "\n")+1 && f.foot != "" {
			if m.focus == onSide {
				m.focus = onScreen
			}
			return m.focused().Update(footClickMsg{at.X, at.Y - f.footY})
		}
		return nil
	}
	return m.mousePane(f, msg, click, clicked)
}

// mousePalette chooses in the palette; a click beside it closes it.
func (m *Model) mousePalette(f frame, msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	p := m.palette
	if _, clicked := msg.(tea.MouseClickMsg); clicked && (at.X < f.x() || at.Y >= f.body()) {
		m.palette = nil
		return nil
	}
	y := at.Y - m.airs() - p.over()
	cmd := p.mouse(msg, y)
	if _, clicked := msg.(tea.MouseClickMsg); clicked && at.Button == tea.MouseLeft && p.under(y) >= 0 {
		m.remember(p.chosen)
		m.palette = nil
	}
	return cmd
}

// mousePane gives the mouse to the screen under it.
func (m *Model) mousePane(f frame, msg tea.MouseMsg, click tea.MouseClickMsg, clicked bool) tea.Cmd {
	at := msg.Mouse()
	for i, p := range f.panes {
		if at.X < p.x || at.X >= p.x+p.width {
			continue
		}
		if clicked {
			m.focus = onScreen
			if i < len(f.panes)-1 {
				m.focus = onUnder
			}
		}
		at.X, at.Y = at.X-p.x, at.Y-p.y
		switch {
		case at.Y >= p.height:
			return nil
		case at.Y < 0 && clicked && f.side == 0 && at.X < columns(menuMark)+2:
			return m.back()
		case at.Y < 0 && clicked:
			return p.Update(headClickMsg{})
		case clicked:
			click.X, click.Y = at.X, at.Y
			return p.Update(click)
		}
		return p.Update(tea.MouseWheelMsg(at))
	}
	return nil
}

func (m *Model) mouseSide(at tea.Mouse, clicked bool) tea.Cmd {
	y := at.Y
	if m.width < wideScreen {
		y -= m.airs()
	}
	if !clicked {
		m.side.wheel(at.Button)
		return nil
	}
	if e := m.side.click(y); e != nil {
		return m.open(*e)
	}
	return nil
}
