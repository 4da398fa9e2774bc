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
	*paged[store.Person]
	picked []store.Person
	filter filter
	height int
}

func newPeople(a *app, t *theme) screen {
	p := &people{paged: newPaged[store.Person](a, t), filter: newFilter()}
	p.reads = func() reader[store.Person] {
		find := store.CleanLine(p.filter.text)
		return func(after *store.Person, n int) ([]store.Person, func(), error) {
			handle := ""
			if after != nil {
				handle = after.Handle
			}
			all, err := a.store.People(a.ctx, a.me, find, handle, n)
			return all, nil, err
		}
	}
	p.paged.list = p.list
	return p
}

// Title is the header.
func (p *people) Title() string { return "People" }

// Note says how many are picked.
func (p *people) Note() string {
	if len(p.picked) == 0 {
		return ""
	}
	return p.theme.New.Render(store.Count(len(p.picked), "chosen", "chosen"))
}

// Where is the entry in the sidebar.
func (p *people) Where() string { return entryPeople }

// Editing reports whether keys are text.
func (p *people) Editing() bool { return p.filter.filling }

// Finds says that the key of Search looks for something here.
func (p *people) Finds() {}

func (p *people) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
		p.list()
		return nil
	case tea.KeyPressMsg:
		return p.press(msg)
	case tea.PasteMsg:
		if p.filter.filling && p.filter.paste(msg.Content) {
			return p.another()
		}
	case tea.MouseMsg:
		return p.mouse(msg, p.filter.over(p.height))
	case store.Event:
		if msg.Kind == store.People || msg.Kind == store.Reload {
			return p.refresh()
		}
	}
	return p.update(msg)
}

func (p *people) press(msg tea.KeyPressMsg) tea.Cmd {
	if p.filter.filling {
		return p.fill(msg)
	}
	is, ok := p.selected()
	switch {
	case key.Matches(msg, keys.Filter):
		p.filter.filling = true
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
	return p.paged.press(msg)
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
		p.filter.filling = false
		p.filter.set("")
	case key.Matches(msg, keys.Open):
		return p.filled()
	case key.Matches(msg, keys.RowUp, keys.RowDown, keys.PageUp, keys.PageDown):
		return p.paged.press(msg)
	default:
		p.filter.press(msg)
	}
	if p.filter.text == before {
		p.list()
		return nil
	}
	p.chosen = ""
	p.list()
	return p.another()
}

// filled ends the filter: the one that is left is opened, or picked where others are.
func (p *people) filled() tea.Cmd {
	p.filter.filling = false
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
	return p.another()
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
		it := item{name: personItem(q), dim: q.State != store.Active}
		it.label, it.value = listed(q, t)
		if slices.ContainsFunc(p.picked, func(o store.Person) bool { return o.ID == q.ID }) {
			it.label = "✓ " + it.label
			it.bold = true
		}
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
	p.setSize(p.width, max(p.height-p.filter.over(p.height), 0))
}

// listed is a person in a list: their name and, beside it, their handle; the handle alone where no name is known.
func listed(p store.Person, t *theme) (label, value string) {
	if p.Name == "" {
		return "@" + p.Handle, ""
	}
	return p.Name, t.Dim.Render("@" + p.Handle)
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

func (p *people) View() tea.View {
	lines, cursor := p.filter.draw(p.theme, p.width, p.height)
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
	case p.filter.filling && len(p.all) == 1 && len(p.picked) > 0:
		return []key.Binding{says(keys.Open, "chooses"), says(keys.Cancel, "shows all")}
	case p.filter.filling && len(p.all) == 1:
		return []key.Binding{keys.Open, says(keys.Cancel, "shows all")}
	case p.filter.filling:
		return []key.Binding{says(keys.Open, "to the list"), says(keys.Cancel, "shows all")}
	case len(p.picked) > 0:
		return []key.Binding{says(keys.Open, "write to "+store.Count(len(p.picked), "person", "people")), keys.Pick, says(keys.Filter, "find"), says(keys.Cancel, "choose nobody")}
	}
	list := slices.Clone(p.current().keys)
	return append(slices.Insert(list, min(1, len(list)), says(keys.Filter, "find")), keys.Back) // early: of many people few are in sight
}

func (p *people) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("People"), keys.Up, keys.Down, keys.Open, keys.Write, keys.Pick, says(keys.Filter, "find")}}
}
