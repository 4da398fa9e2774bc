package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// entryAdmin is the name of Admin in the sidebar.
const entryAdmin = "admin"

// admin is the menu of what the board looks after. Each of its screens says Admin first in its title.
type admin struct {
	menu
	app   *app
	theme *theme
}

func newAdmin(a *app, t *theme) screen {
	m := &admin{app: a, theme: t}
	m.set(m.list())
	return m
}

// Title is the header.
func (m *admin) Title() string { return "Admin" }

// Where is the entry in the sidebar.
func (m *admin) Where() string { return entryAdmin }

// list is the screens, in the order of how often they are wanted.
func (m *admin) list() []item {
	a, t := m.app, m.theme
	var items []item
	add := func(label, does string, open func() screen) {
		items = append(items, item{name: label, label: label, value: t.Dim.Render(does), open: a.opens(open), keys: []key.Binding{keys.Open}})
	}
	add("Today", "what waits for you", func() screen { return newToday(a, m.theme) })
	add("People", "who is in; invite, suspend, import", func() screen { return newRoll(a, m.theme, store.EntryFilter{}) })
	add("Channels", "open, change and archive them", func() screen { return newAdminChannels(a, m.theme) })
	add("Announcements", "who has answered what must be read", func() screen { return newMustReads(a, m.theme) })
	add("Reports", "posts that somebody reported", func() screen { return newReports(a, m.theme) })
	add("Trial", "purpose, days, terms, objectives", func() screen { return newAdminTrial(a, m.theme) })
	add("Figures", "who comes, writes and is answered", func() screen { return newFigures(a, m.theme) })
	add("Data", "backup, export, import, end of the trial", func() screen { return newData(a, m.theme) })
	add("Second admin", "what needs two of you", func() screen { return newSecond(a, m.theme) })
	add("Decisions", "what was decided, and why", func() screen { return newDecisions(a, m.theme) })
	return items
}

func (m *admin) Init() tea.Cmd { return nil }

func (m *admin) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.setSize(msg.Width, msg.Height)
	case themeMsg:
		m.theme = msg.theme
		m.set(m.list())
	case tea.KeyPressMsg:
		cmd, _ := m.menu.press(msg)
		return cmd
	case tea.MouseMsg:
		return m.menu.mouse(msg, msg.Mouse().Y)
	}
	return nil
}

func (m *admin) View() tea.View { return around(m.menu.view(m.theme), nil, m.width, m.height) }

func (m *admin) ShortHelp() []key.Binding { return append(m.current().keys, keys.Back) }

func (m *admin) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Admin"), keys.Up, keys.Down, keys.Open, keys.Back}}
}
