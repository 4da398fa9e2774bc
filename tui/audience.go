package tui

import (
	"cmp"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// those are the people of an announcement that can be shown, in the order of the choice.
var those = []string{"all", "understood", "a question", "not answered"}

// audience is who was asked by an announcement and who has answered. Who may not see all of it sees whom of
// their own team it waits for, and no more.
type audience struct {
	*paged[store.Addressee]
	post        store.Post
	tends       bool // all of it is for me
	those       store.Those
	department  string // "" for every one
	departments []store.DepartmentAnswers
}

func newAudience(a *app, t *theme, p store.Post, tends bool) *audience {
	l := &audience{paged: newPaged[store.Addressee](a, t), post: p, tends: tends, those: store.ThosePending}
	l.reads, l.paged.list = l.asks, l.list
	return l
}

// Title is the header.
func (l *audience) Title() string {
	if !l.tends {
		return "Not answered yet · your team"
	}
	const some = 40 // columns: it is known by less than a whole line
	return strings.TrimSuffix("Who has answered · "+ansi.Truncate(subject(&l.post), some, "…"), " · ")
}

// Note is how many have.
func (l *audience) Note() string {
	if !l.ready || !l.tends || l.post.Announcement == nil || l.width < narrowPost {
		return ""
	}
	return l.theme.Dim.Render(answered(l.post.Announcement))
}

// asks reads a page of people, and from the first also what is known of the announcement.
func (l *audience) asks() reader[store.Addressee] {
	a, id, tends, those, department := l.app, l.post.ID, l.tends, l.those, l.department
	return func(after *store.Addressee, n int) (people []store.Addressee, learn func(), err error) {
		if after == nil {
			post, err := a.store.Post(a.ctx, a.me, id)
			if err != nil {
				return nil, nil, err
			}
			var departments []store.DepartmentAnswers
			if tends {
				if departments, err = a.store.AudienceByDepartment(a.ctx, a.me, id); err != nil {
					return nil, nil, err
				}
			}
			learn = func() { l.post, l.departments = post, departments }
		}
		people, err = a.store.Audience(a.ctx, a.me, id, those, department, after, n)
		return people, learn, err
	}
}

func (l *audience) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case turnThoseMsg:
		if msg.of == l {
			return l.turnTo(msg)
		}
		return nil
	case store.Event:
		if msg.Post == l.post.ID || msg.Kind == store.Reload || msg.Kind == store.People {
			return l.refresh()
		}
	}
	return l.update(msg)
}

// turnThoseMsg shows others of the people.
type turnThoseMsg struct {
	of         *audience
	department bool // of another department; else with another answer
}

func (l *audience) turnTo(msg turnThoseMsg) tea.Cmd {
	if msg.department {
		next := ""
		for i, d := range l.departments {
			if l.department == "" && i == 0 || i > 0 && l.department == l.departments[i-1].Department {
				next = d.Department
			}
		}
		l.department = next
	} else {
		l.those = (l.those + 1) % store.Those(len(those))
	}
	l.all = nil
	l.list()
	return l.another()
}

// counts are those asked, of the department that is shown.
func (l *audience) counts() [4]int {
	for _, d := range l.departments {
		if l.department == d.Department && l.department != "" {
			return d.Counts
		}
	}
	return l.post.Announcement.Counts
}

// list makes the menu: what is shown and what can be done, then the people.
func (l *audience) list() {
	a, t := l.app, l.theme
	var items []item
	if l.tends && l.ready && l.problem == "" {
		c := l.counts()
		n := [...]int{c[0] + c[1] + c[2] + c[3], c[1] + c[3], c[2], c[0]}
		of := "every department"
		if l.department != "" {
			of = l.department
		}
		items = append(items,
			item{name: "those", label: "Show", value: those[l.those] + t.Dim.Render(" · "+store.Count(n[l.those], "person", "people")),
				open: func() tea.Cmd { return said(turnThoseMsg{of: l}) }, keys: []key.Binding{says(keys.Open, "shows others")}},
			item{name: "of", label: "Department", value: of,
				open: func() tea.Cmd { return said(turnThoseMsg{l, true}) }, keys: []key.Binding{says(keys.Open, "the next one")}},
			item{name: "by", label: "By department", value: t.Dim.Render("everyone who was asked, in numbers"),
				open: a.opens(func() screen { return newByDepartment(a, l.theme, l.post, l.departments) }), keys: []key.Binding{keys.Open}},
			item{name: "remind", label: "Remind", value: t.Dim.Render(l.reminded()),
				open: a.opens(func() screen { return newRemind(a, l.theme, l.post) }), keys: []key.Binding{says(keys.Open, "asks before it does")}},
			item{name: "csv", label: "As a table", value: t.Dim.Render("copies a command for a CSV file"),
				open: func() tea.Cmd { return a.copyCSV(l.post.ID) }, keys: []key.Binding{says(keys.Open, "copies it")}})
	}
	names, handles, says := 0, 0, 0
	for _, it := range items {
		names = max(names, columns(it.label))
	}
	for _, p := range l.all {
		names, handles, says = max(names, columns(p.Name)), max(handles, min(columns(p.Handle)+1, handleMost)), max(says, columns(l.says(p)))
	}
	l.wide = names + menuGap + handles + menuGap + says + 2 // else what they have answered stands below their names
	for i, p := range l.all {
		it := item{name: "person " + p.Handle, label: p.Name, more: l.says(p)}
		it.value = t.Dim.Render(pad("@"+p.Handle, handles))
		it.keys = []key.Binding{keys.Open}
		it.open = l.opens(p)
		if i == 0 && len(items) > 0 || i > 0 && p.Department != l.all[i-1].Department {
			it.head = p.Department
			if it.head == "" {
				it.head = "without a department"
			}
		}
		items = append(items, it)
	}
	l.set(items)
}

// handleMost is the columns to which handles are made equally wide, so that the answers stand below each other.
const handleMost = 20

// reminded is what a reminder does, or when the last one went.
func (l *audience) reminded() string {
	an := l.post.Announcement
	if an.RemindedAt.IsZero() {
		return "once a day at most"
	}
	return "last " + whole(an.RemindedAt, l.app.now(), l.app.zone)
}

// says is what somebody has answered, and when.
func (l *audience) says(p store.Addressee) string {
	t := l.theme
	switch {
	case p.Answer != store.Pending:
		word := p.Answer.String()
		if p.Answer == store.Resolved {
			word = "question resolved"
		}
		at := ago(p.At, l.app.now(), l.app.zone)
		if an := l.post.Announcement; an.MustRead && p.At.After(an.Due) {
			at += ", late"
		}
		return t.Text.Render(word) + t.Dim.Render(" · "+at)
	case p.Gone:
		return t.Dim.Render("no longer here")
	case !p.ReadAt.IsZero():
		return t.Dim.Render("has read it")
	}
	return ""
}

// opens shows the question of somebody, or who they are.
func (l *audience) opens(p store.Addressee) func() tea.Cmd {
	a := l.app
	if p.Question != 0 {
		return a.opens(func() screen { return newThread(a, l.theme, p.Question) })
	}
	return func() tea.Cmd {
		t := l.theme
		return func() tea.Msg {
			q, err := a.store.Person(a.ctx, a.me, p.Handle)
			if err != nil {
				return errMsg{err}
			}
			return pushMsg{newPerson(a, t, q)}
		}
	}
}

// copyCSV copies the command that prints an audience as a table.
func (a *app) copyCSV(id int64) tea.Cmd {
	line := a.command("pending " + strconv.FormatInt(id, 10) + " --all --csv > answers.csv")
	return tea.Batch(tea.SetClipboard(line), status(line+" · copied, where your terminal allows that. It makes a file for a spreadsheet."))
}

func (l *audience) View() tea.View {
	lines := l.menu.view(l.theme)
	switch {
	case l.problem != "":
		lines = paragraphs(l.problem+"\n\nEnter tries again.", l.width, l.height)
	case l.ready && len(l.all) == 0 && !l.tends:
		lines = paragraphs("Everyone of your team has answered.\n\nHere stand the people whom you manage and who have not answered this announcement.\n\nEsc goes back.", l.width, l.height)
	case l.ready && len(l.all) == 0:
		lines = prose(append(lines, ""), "Nobody here: "+nobody[l.those], l.width, l.theme.Dim.Render)
		lines = lines[:min(len(lines), max(l.height, 0))]
	}
	return around(lines, nil, l.width, l.height)
}

// nobody says why a list is empty.
var nobody = []string{"nobody is asked any more.", "nobody has said yet that they have understood.", "no question is open.", "everyone has answered."}

func (l *audience) ShortHelp() []key.Binding { return append(l.current().keys, keys.Back) }

func (l *audience) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Who has answered"), keys.Up, keys.Down, keys.Open, keys.Back}}
}

// newRemind is the form that reminds those who have not answered.
func newRemind(a *app, t *theme, p store.Post) *sheet {
	s := &sheet{title: "Remind", last: "reminds them"}
	s.intro = store.Count(p.Announcement.Counts[store.Pending], "person has", "people have") + " not answered. Each gets an entry in the Inbox; a reminder can go once a day."
	s.form = form{app: a, theme: t, parts: []*part{ask("Why", store.RemindWhy, "Everyone can read it under Decisions.")}}
	s.send = func(values []string) (tea.Msg, int, error) {
		n, err := a.store.Remind(a.ctx, a.me, p.ID, values[0])
		return statusMsg{"Reminded " + store.Count(n, "person", "people") + "."}, 0, err
	}
	return s
}

// newByDepartment is an audience in numbers; each line opens those of the department who have not answered.
func newByDepartment(a *app, t *theme, p store.Post, all []store.DepartmentAnswers) screen {
	s := &page{theme: t, title: "By department"}
	var items []item
	for _, d := range all {
		c := d.Counts
		it := item{name: d.Department, label: cmp.Or(d.Department, "without a department"), keys: []key.Binding{says(keys.Open, "who has not answered")}}
		it.value = store.Number(c[1]+c[2]+c[3]) + " of " + store.Number(c[0]+c[1]+c[2]+c[3])
		if c[2] > 0 {
			it.more = t.Dim.Render(store.Count(c[2], "open question", "open questions"))
		}
		it.open = a.opens(func() screen { // those without one stand first among all
			l := newAudience(a, s.theme, p, true)
			l.department = d.Department
			return l
		})
		items = append(items, it)
	}
	s.text = "Who has answered, of those who were asked."
	s.set(items)
	return s
}
