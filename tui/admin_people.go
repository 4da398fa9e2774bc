package tui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// roll is everybody on the roster as the admins see them, with what can be done about them.
type roll struct {
	*paged[store.Entry]
	which  store.EntryFilter
	count  store.RosterCount
	filter filter
	height int
}

func newRoll(a *app, t *theme, which store.EntryFilter) screen {
	r := &roll{paged: newPaged[store.Entry](a, t), which: which, filter: newFilter()}
	r.wide = rollWide
	r.reads = func() reader[store.Entry] {
		which := r.which
		which.Find = store.CleanLine(r.filter.text)
		return func(after *store.Entry, n int) (all []store.Entry, _ func(), err error) {
			if all, err = a.store.Entries(a.ctx, a.me, which, after, n); err != nil {
				return nil, nil, err
			}
			count, err := a.store.RosterCount(a.ctx, a.me)
			return all, func() { r.count = count }, err
		}
	}
	r.paged.list = r.list
	return r
}

// phaseNames and orderNames are what the groups and orders of the list are called.
var (
	phaseNames = [store.Phases]string{"all", "came", "invited", "never came", "suspended", "left"}
	orderNames = [...]string{"by name", "by department", "by when they were here"}
)

// noneOf is what a group says that is empty.
var noneOf = [store.Phases]string{
	"Nobody is on the roster yet. Invite people, or import the roster of the company.",
	"Nobody has come yet. Letters bring them: invite people.",
	"Nobody who has a letter is still missing.",
	"Everybody on the roster has come.",
	"Nobody is suspended.",
	"Nobody has left.",
}

// Title is the header.
func (r *roll) Title() string { return "Admin · People" }

// Where is the entry in the sidebar.
func (r *roll) Where() string { return entryAdmin }

// Note is how many there are.
func (r *roll) Note() string {
	if !r.ready {
		return ""
	}
	note := store.Number(r.count.People) + " on the roster"
	if r.width >= narrowPost {
		note += " · " + store.Number(r.count.NeverCame) + " never came"
	}
	return r.theme.Dim.Render(note)
}

// Editing reports whether keys are text.
func (r *roll) Editing() bool { return r.filter.filling }

// Finds says that the key of Search looks for something here.
func (r *roll) Finds() {}

func (r *roll) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.width, r.height = msg.Width, msg.Height
		r.list()
		return nil
	case tea.KeyPressMsg:
		return r.press(msg)
	case tea.PasteMsg:
		if r.filter.filling && r.filter.paste(msg.Content) {
			return r.another()
		}
	case tea.MouseMsg:
		return r.mouse(msg, r.filter.over(0))
	case whichMsg:
		if msg.of == r {
			r.which, r.chosen = msg.which, rollWhich
			return r.another()
		}
	case store.Event:
		if msg.Kind == store.People || msg.Kind == store.Reload {
			return r.refresh()
		}
	}
	return r.update(msg)
}

func (r *roll) press(msg tea.KeyPressMsg) tea.Cmd {
	if r.filter.filling {
		return r.fill(msg)
	}
	switch {
	case key.Matches(msg, keys.Filter):
		r.filter.filling = true
		r.list()
		return nil
	case key.Matches(msg, keys.Invite):
		return r.app.push(newInvites(r.app, r.theme, r.count))
	case key.Matches(msg, keys.Import):
		return r.app.push(newRoster(r.app, r.theme))
	}
	if is, ok := r.selected(); ok {
		if cmd, used := pressed(r.app.entryActs(is), msg, r.theme); used {
			return cmd
		}
	}
	return r.paged.press(msg)
}

// fill is a key in the filter; the arrows and Enter still move in the list.
func (r *roll) fill(msg tea.KeyPressMsg) tea.Cmd {
	before := r.filter.text
	switch {
	case key.Matches(msg, keys.Cancel):
		r.filter.filling = false
		r.filter.set("")
	case key.Matches(msg, keys.Open):
		r.filter.filling = false
		if len(r.all) > 0 {
			r.chosen = personItem(r.all[0].Person)
		}
	case key.Matches(msg, keys.RowUp, keys.RowDown, keys.PageUp, keys.PageDown):
		return r.paged.press(msg)
	default:
		r.filter.press(msg)
	}
	r.list()
	if r.filter.text == before {
		return nil
	}
	return r.another()
}

// selected is the person that the keys are on.
func (r *roll) selected() (store.Entry, bool) {
	for _, e := range r.all {
		if personItem(e.Person) == r.chosen {
			return e, true
		}
	}
	return store.Entry{}, false
}

// rollWhich is the item that chooses who is listed.
const rollWhich = "which"

// list makes the menu: what concerns all of them first, then the people.
func (r *roll) list() {
	a, t := r.app, r.theme
	items := []item{
		{name: "invite", label: "Invite people", open: func() tea.Cmd { return a.push(newInvites(a, r.theme, r.count)) }, keys: []key.Binding{keys.Open, keys.Invite}},
		{name: "import", label: "Import a roster", open: func() tea.Cmd { return a.push(newRoster(a, r.theme)) }, keys: []key.Binding{keys.Open, keys.Import}},
		{name: rollWhich, label: "Show others, or in another order", open: func() tea.Cmd { return a.push(newWhich(r)) }, keys: []key.Binding{says(keys.Open, "choose"), says(keys.Filter, "find")}},
	}
	names := map[string]int{}
	for _, e := range r.all {
		names[e.Display()]++
	}
	for i, e := range r.all {
		it := item{name: personItem(e.Person), label: ansi.Truncate(e.Display(), max(r.width/3, nameLeast), "…"), dim: e.State != store.Active}
		if i == 0 {
			it.head = capital(r.shown())
		}
		it.value = t.Dim.Render(pad(fit(cmp.Or(e.Department, "–"), departmentWidth), departmentWidth))
		more := r.stands(e)
		if names[e.Display()] > 1 {
			more = "@" + e.Handle + " · " + more // two who are called alike
		}
		it.more = t.Dim.Render(more)
		it.open = a.opens(func() screen { return newEntry(a, r.theme, e.Handle) })
		it.keys = append([]key.Binding{keys.Open}, actKeys(a.entryActs(e))...)
		items = append(items, it)
	}
	r.set(items)
	r.filter.setSize(min(r.width-4, measure), 1)
	r.setSize(r.width, max(r.height-r.filter.over(0), 0))
}

const (
	// departmentWidth is the columns that a department takes in the list.
	departmentWidth = 12
	// nameLeast is the columns that a name takes at least.
	nameLeast = 16
	// rollWide is the width from which a person takes one line.
	rollWide = 50
)

// shown is who is listed, in words.
func (r *roll) shown() string {
	parts := []string{phaseNames[r.which.Phase]}
	if r.which.Department != "" {
		parts = append(parts, "of "+r.which.Department)
	}
	return strings.Join(append(parts, orderNames[r.which.Order]), ", ")
}

// stands is where a person stands: their mark on the board, and whether they have come.
func (r *roll) stands(e store.Entry) string {
	parts := []string{r.app.standsNow(e)}
	if e.State == store.Active { // when they were here says that they come
		_, parts[0], _ = strings.Cut(parts[0], " ")
	}
	switch {
	case e.Admin:
		parts = append([]string{"admin"}, parts...)
	case e.Bot:
		parts = append([]string{"a program"}, parts...)
	}
	if e.Leader {
		parts = append([]string{"leader"}, parts...)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// standsNow is the state of an entry in words.
func (a *app) standsNow(e store.Entry) string {
	now := a.now()
	switch {
	case e.State == store.Suspended:
		return "suspended"
	case e.State == store.Left:
		return "left"
	case e.State == store.Invited && e.InvitedAt.IsZero():
		return "no letter yet"
	case e.State == store.Invited:
		return "invited " + ago(e.InvitedAt, now, a.zone)
	case e.SeenAt.IsZero():
		return "came " + ago(e.CameAt, now, a.zone)
	}
	return "here " + ago(e.SeenAt, now, a.zone)
}

func (r *roll) View() tea.View {
	lines, cursor := r.filter.draw(r.theme, r.width, 0)
	if r.problem != "" {
		return around(append(lines, paragraphs(r.problem+"\n\nEnter tries again.", r.width, r.height)...), cursor, r.width, r.height)
	}
	lines = append(lines, r.menu.view(r.theme)...)
	if r.ready && len(r.all) == 0 {
		none := noneOf[r.which.Phase]
		if r.filter.text != "" || r.which.Department != "" {
			none = "Nobody is like that. Show others, with less chosen."
		}
		lines = append(append(lines, ""), paragraphs(none, r.width, max(r.height-len(lines)-1, 0))...)
	}
	return around(lines, cursor, r.width, r.height)
}

func (r *roll) ShortHelp() []key.Binding {
	if r.filter.filling {
		return []key.Binding{says(keys.Open, "to the list"), says(keys.Cancel, "shows all")}
	}
	return append(slices.Clone(r.current().keys), keys.Back)
}

func (r *roll) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Admin · People"), keys.Up, keys.Down, keys.Open, says(keys.Filter, "find"), keys.Invite, keys.Import, keys.Letter, keys.Edit, keys.Suspend, keys.Restore, keys.Leaver}}
}

// whichMsg tells a list who is to be shown.
type whichMsg struct {
	of    *roll
	which store.EntryFilter
}

// newWhich chooses who is listed, and in which order.
func newWhich(r *roll) screen {
	a := r.app
	k := newKept(a, r.theme, "People · show", store.People)
	k.where = entryAdmin
	was := r.which
	k.read = func() (drawn, error) {
		departments, err := a.store.Departments(a.ctx, a.me)
		return func(k *kept) {
			add := func(head, label string, is bool, to store.EntryFilter) {
				mark := "  "
				if is {
					mark = "✓ "
				}
				k.items = append(k.items, item{name: head + label, head: head, label: mark + label, keys: []key.Binding{says(keys.Open, "shows them")},
					open: func() tea.Cmd { a.back(); return said(whichMsg{r, to}) }})
			}
			group := func(head string, n int, name func(int) string, is func(int) bool, to func(int) store.EntryFilter) {
				for i := range n {
					h := ""
					if i == 0 {
						h = head
					}
					add(h, name(i), is(i), to(i))
				}
			}
			group("Who", len(phaseNames), func(i int) string { return phaseNames[i] }, func(i int) bool { return was.Phase == store.Phase(i) }, func(i int) store.EntryFilter {
				to := was
				to.Phase = store.Phase(i)
				return to
			})
			group("In which order", len(orderNames), func(i int) string { return orderNames[i] }, func(i int) bool { return was.Order == store.EntryOrder(i) }, func(i int) store.EntryFilter {
				to := was
				to.Order = store.EntryOrder(i)
				return to
			})
			all := append([]string{""}, departments...)
			group("Of which department", len(all), func(i int) string { return cmp.Or(all[i], "any") }, func(i int) bool { return was.Department == all[i] }, func(i int) store.EntryFilter {
				to := was
				to.Department = all[i]
				return to
			})
		}, err
	}
	return k
}
