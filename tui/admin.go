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

// office is one of the screens of the board.
type office struct {
	label, does string
	open        func(*app, *theme) screen
}

// offices are those screens, in the order of how often they are wanted.
var offices = [...]office{
	{"Today", "what waits for you", newToday},
	{"People", "who is in; invite, suspend, import", func(a *app, t *theme) screen { return newRoll(a, t, store.EntryFilter{}) }},
	{"Channels", "open, change and archive them", newAdminChannels},
	{"Announcements", "who has answered what must be read", newMustReads},
	{"Reports", "posts that somebody reported", newReports},
	{"Trial", "purpose, days, terms, objectives", newAdminTrial},
	{"Figures", "who comes, writes and is answered", newFigures},
	{"Data", "backup, export, import, end of the trial", newData},
	{"Second admin", "what needs two of you", newSecond},
	{"Decisions", "what was decided, and why", newDecisions},
}

func (m *admin) list() []item {
	items := make([]item, len(offices))
	for i, p := range offices {
		items[i] = item{name: p.label, label: p.label, value: m.theme.Dim.Render(p.does), keys: []key.Binding{keys.Open}}
		items[i].open = m.app.opens(func() screen { return p.open(m.app, m.theme) })
	}
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
		return m.menu.press(msg)
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
