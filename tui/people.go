package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// people is everybody on the roster. Several can be picked, to write to them together.
type people struct {
	menu
	app     *app
	theme   *theme
	all     []store.Person
	picked  []store.Person
	filter  *field
	filling bool // keys are text of the filter
	turn    int  // of the last question; answers to others are late
	ready   bool
	ended   bool
	older   bool
	problem string
	height  int
}

// peopleMsg is a page of people after a handle.
type peopleMsg struct {
	of    *people
	turn  int
	after string
	n     int
	all   []store.Person
	err   error
}

func newPeople(a *app, t *theme) screen {
	f := newField(filterLimit)
	f.oneRow = true
	return &people{app: a, theme: t, filter: f}
}

// Title is the header.
func (p *people) Title() string { return "People" }

// Note says how many are picked.
func (p *people) Note() string {
	if len(p.picked) == 0 {
		return ""
	}
	return p.theme.New.Render(count(len(p.picked), "chosen", "chosen"))
}

// Where is the entry in the sidebar.
func (p *people) Where() string { return entryPeople }

// Editing reports whether keys are text.
func (p *people) Editing() bool { return p.filling }

// Finds says that the key of Search looks for something here.
func (p *people) Finds() {}

// Pending waits for the list.
func (p *people) Pending() bool { return !p.ready && p.problem == "" }

func (p *people) Init() tea.Cmd { return p.refresh() }

// refresh asks for the people that the filter means, from the first.
func (p *people) refresh() tea.Cmd {
	p.turn++
	p.older = false
	return p.read("", min(max(len(p.all), pageSize), store.MaxPage))
}

func (p *people) read(after string, n int) tea.Cmd {
	a, find, turn := p.app, store.CleanLine(p.filter.text), p.turn
	return func() tea.Msg {
		all, err := a.store.People(a.ctx, a.me, find, after, n)
		return peopleMsg{p, turn, after, n, all, err}
	}
}

// more asks for the next people when the end is near.
func (p *people) more() tea.Cmd {
	if !p.ready || p.ended || p.older || len(p.all) == 0 || p.index() < len(p.items)-loadAhead {
		return nil
	}
	p.older = true
	return p.read(p.all[len(p.all)-1].Handle, pageSize)
}

func (p *people) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
		p.list()
	case themeMsg:
		p.theme = msg.theme
		p.list()
	case tea.KeyPressMsg:
		return p.press(msg)
	case tea.PasteMsg:
		if p.filling && p.filter.paste(msg.Content) {
			return p.refresh()
		}
	case tea.MouseMsg:
		return tea.Batch(p.menu.mouse(msg, msg.Mouse().Y-p.over()), p.more())
	case peopleMsg:
		if msg.of == p && msg.turn == p.turn {
			return p.learn(msg)
		}
	case store.Event:
		if msg.Kind == store.People || msg.Kind == store.Reload {
			return p.refresh()
		}
	}
	return nil
}

// learn takes a page in.
func (p *people) learn(msg peopleMsg) tea.Cmd {
	if msg.after != "" {
		p.older = false
	}
	if msg.err != nil {
		if !p.ready {
			p.problem, _ = store.Sentence(msg.err)
		}
		return fail(msg.err)
	}
	p.ready, p.problem, p.ended = true, "", len(msg.all) < msg.n
	if msg.after == "" {
		p.all = msg.all
	} else {
		p.all = append(p.all, msg.all...)
	}
	p.list()
	return p.more()
}

func (p *people) press(msg tea.KeyPressMsg) tea.Cmd {
	if p.filling {
		return p.fill(msg)
	}
	is, ok := p.selected()
	switch {
	case p.problem != "" && key.Matches(msg, keys.Open):
		return p.refresh()
	case key.Matches(msg, keys.Filter):
		p.filling = true
		p.list()
		return nil
	case ok && key.Matches(msg, keys.Pick):
		p.pick(is)
		return nil
	case len(p.picked) > 0 && key.Matches(msg, keys.Write, keys.Open):
		return p.app.writeTo(p.theme, p.picked...)
	case ok && key.Matches(msg, keys.Write):
		return p.app.writeTo(p.theme, is)
	case len(p.picked) > 0 && key.Matches(msg, keys.Cancel):
		p.picked = nil
		p.list()
		return nil
	}
	return tea.Batch(p.menu.press(msg), p.more())
}

// Holds reports whether Esc is for the screen: it gives up what is picked.
func (p *people) Holds() bool { return len(p.picked) > 0 }

// pick takes somebody among those to write to, or out again.
func (p *people) pick(who store.Person) {
	same := func(q store.Person) bool { return q.ID == who.ID }
	if who.ID == p.app.me {
		return
	}
	if !slices.ContainsFunc(p.picked, same) {
		p.picked = append(p.picked, who)
	} else {
		p.picked = slices.DeleteFunc(p.picked, same)
	}
	p.list()
}

// fill is a key in the filter; the arrows and Enter still move in the list.
func (p *people) fill(msg tea.KeyPressMsg) tea.Cmd {
	before := p.filter.text
	switch {
	case key.Matches(msg, keys.Cancel):
		p.filling = false
		p.filter.set("")
	case key.Matches(msg, keys.Open):
		return p.filled()
	case key.Matches(msg, keys.RowUp, keys.RowDown, keys.PageUp, keys.PageDown):
		return tea.Batch(p.menu.press(msg), p.more())
	default:
		p.filter.press(msg)
	}
	if p.filter.text == before {
		p.list()
		return nil
	}
	p.chosen = ""
	p.list()
	return p.refresh()
}

// filled ends the filter: the one that is left is opened, or picked where others are.
func (p *people) filled() tea.Cmd {
	p.filling = false
	is, ok := p.selected()
	if len(p.all) != 1 || !ok {
		p.list()
		return nil
	}
	if len(p.picked) == 0 {
		p.list()
		return p.menu.open(p.index())
	}
	p.pick(is)
	p.filter.set("")
	return p.refresh()
}

// selected is the person that the keys are on.
func (p *people) selected() (store.Person, bool) {
	for _, q := range p.all {
		if personItem(q) == p.chosen {
			return q, true
		}
	}
	return store.Person{}, false
}

// personItem is the name of a person in a menu.
func personItem(p store.Person) string { return "person " + p.Handle }

// list makes the menu of the people.
func (p *people) list() {
	a, t := p.app, p.theme
	items := make([]item, 0, len(p.all))
	for _, q := range p.all {
		it := item{name: personItem(q), label: q.Display(), dim: q.State != store.Active}
		if slices.ContainsFunc(p.picked, func(o store.Person) bool { return o.ID == q.ID }) {
			it.label = "✓ " + it.label
			it.bold = true
		}
		it.value = t.Dim.Render("@" + q.Handle)
		it.more = t.Dim.Render(about(q))
		it.open = a.opens(func() screen { return newPerson(a, p.theme, q) })
		it.keys = []key.Binding{keys.Open, keys.Write, keys.Pick}
		if q.ID == a.me {
			it.keys = []key.Binding{keys.Open}
		}
		items = append(items, it)
	}
	p.set(items)
	p.filter.setSize(min(p.width-4, measure), 1)
	p.setSize(p.width, max(p.height-p.over(), 0))
}

// about is what a person does, and where; and why they may not answer.
func about(p store.Person) string {
	var parts []string
	for _, s := range []string{p.Department, p.Title, standing(p)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// standing is a person's state in words; "" for one who is in.
func standing(p store.Person) string {
	switch {
	case p.Bot:
		return "a program"
	case p.State == store.Invited:
		return "has not come yet"
	case p.State == store.Suspended:
		return "has no access at present"
	case p.State == store.Left:
		return "has left"
	case p.State == store.Staged:
		return "from an imported archive"
	}
	return ""
}

// over is the lines above the list: the filter and air.
func (p *people) over() int {
	switch {
	case !p.filling && p.filter.text == "":
		return 0
	case p.height < airyHeight:
		return 1
	}
	return 2
}

func (p *people) View() tea.View {
	var lines []string
	var cursor *tea.Cursor
	if over := p.over(); over > 0 {
		lines = append(lines, fit(" "+p.theme.Accent.Render("/")+" "+p.filter.view()[0], p.width))
		lines = append(lines, make([]string, over-1)...)
	}
	if p.filling {
		x, _ := p.filter.place()
		cursor = tea.NewCursor(x+3, 0)
		cursor.Shape = tea.CursorBar
	}
	switch {
	case p.problem != "":
		lines = append(lines, paragraphs(p.problem+"\n\nEnter tries again.", p.width, p.height)...)
	case p.ready && len(p.all) == 0:
		lines = append(lines, paragraphs("Nobody here has a name or handle that begins so. Esc shows all.", p.width, p.height)...)
	default:
		lines = append(lines, p.menu.view(p.theme)...)
	}
	return around(lines, cursor, p.width, p.height)
}

func (p *people) ShortHelp() []key.Binding {
	switch {
	case p.filling && len(p.all) == 1 && len(p.picked) > 0:
		return []key.Binding{says(keys.Open, "chooses"), says(keys.Cancel, "shows all")}
	case p.filling && len(p.all) == 1:
		return []key.Binding{keys.Open, says(keys.Cancel, "shows all")}
	case p.filling:
		return []key.Binding{says(keys.Open, "to the list"), says(keys.Cancel, "shows all")}
	case len(p.picked) > 0:
		return []key.Binding{says(keys.Open, "write to "+count(len(p.picked), "person", "people")), keys.Pick, says(keys.Filter, "find"), says(keys.Cancel, "choose nobody")}
	}
	return append(slices.Clone(p.current().keys), says(keys.Filter, "find"), keys.Back)
}

func (p *people) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("People"), keys.Up, keys.Down, keys.Open, keys.Write, keys.Pick, says(keys.Filter, "find")}}
}
