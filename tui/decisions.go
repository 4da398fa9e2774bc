package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// decisions is the log of what was decided, newest first. Everyone may read it.
type decisions struct {
	menu
	app     *app
	theme   *theme
	all     []store.Decision
	ready   bool
	ended   bool // there are no older ones
	older   bool // the next page is on its way
	problem string
	fresh   refresher
}

// decisionsMsg is a page of the log before a line, or from the newest.
type decisionsMsg struct {
	of     *decisions
	before int64
	n      int
	all    []store.Decision
	err    error
}

func newDecisions(a *app, t *theme) screen {
	return &decisions{menu: menu{wide: neverWide}, app: a, theme: t}
}

// Title is the header.
func (d *decisions) Title() string { return "Decisions" }

func (d *decisions) Init() tea.Cmd { return d.refresh() }

// refresh reads the newest lines again.
func (d *decisions) refresh() tea.Cmd {
	if !d.fresh.begin() {
		return nil
	}
	return d.read(0, min(max(len(d.all), pageSize), store.MaxPage))
}

func (d *decisions) read(before int64, n int) tea.Cmd {
	a := d.app
	return func() tea.Msg {
		all, err := a.store.Decisions(a.ctx, a.me, before, n)
		return decisionsMsg{d, before, n, all, err}
	}
}

// more asks for older lines when the end is near.
func (d *decisions) more() tea.Cmd {
	if !d.ready || d.ended || d.older || len(d.all) == 0 || d.index() < len(d.items)-loadAhead {
		return nil
	}
	d.older = true
	return d.read(d.all[len(d.all)-1].ID, pageSize)
}

func (d *decisions) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		d.setSize(msg.Width, msg.Height)
		d.list()
	case themeMsg:
		d.theme = msg.theme
		d.list()
	case tea.KeyPressMsg:
		if d.problem != "" && key.Matches(msg, keys.Open) {
			return d.refresh()
		}
		return tea.Batch(d.menu.press(msg), d.more())
	case tea.MouseMsg:
		return tea.Batch(d.menu.mouse(msg, msg.Mouse().Y), d.more())
	case decisionsMsg:
		if msg.of == d {
			return d.learn(msg)
		}
	case store.Event:
		if msg.Kind == store.Decided || msg.Kind == store.Reload {
			return d.refresh()
		}
	}
	return nil
}

// learn takes a page in.
func (d *decisions) learn(msg decisionsMsg) tea.Cmd {
	var again tea.Cmd
	if msg.before != 0 {
		d.older = false
	} else if d.fresh.end() {
		again = d.refresh()
	}
	if msg.err != nil {
		if !d.ready {
			d.problem, _ = store.Sentence(msg.err)
		}
		return tea.Batch(again, fail(msg.err))
	}
	d.ready, d.problem, d.ended = true, "", len(msg.all) < msg.n
	switch {
	case msg.before == 0:
		d.all = msg.all
	case len(d.all) > 0 && d.all[len(d.all)-1].ID == msg.before:
		d.all = append(d.all, msg.all...)
	}
	d.list()
	return tea.Batch(again, d.more())
}

// list makes the menu of the lines.
func (d *decisions) list() {
	t, now := d.theme, d.app.now()
	items := make([]item, 0, len(d.all))
	for _, is := range d.all {
		items = append(items, item{
			name:  strconv.FormatInt(is.ID, 10),
			label: did(is),
			end:   t.Dim.Render(ago(is.At, now, d.app.zone)),
			more:  t.Dim.Render(because(is)),
			open:  d.app.opens(func() screen { return newDecision(d.app, d.theme, is) }),
			keys:  []key.Binding{keys.Open},
		})
	}
	d.set(items)
}

// did is who did what. The number of an announcement says nothing to people, who can open it.
func did(d store.Decision) string {
	by, about := d.Name, d.About
	if d.By == store.Operator {
		by = capital(by)
	}
	if _, in, _ := strings.Cut(about, " in "); d.Post != 0 {
		about = "an announcement in " + in
	}
	return by + " " + d.Act + " " + about
}

// because is why something was decided, or why that is not said.
func because(d store.Decision) string {
	if d.Why == "" {
		return "Only those who are in it can read more."
	}
	return d.Why
}

func (d *decisions) View() tea.View {
	lines := d.menu.view(d.theme)
	switch {
	case d.problem != "":
		lines = paragraphs(d.problem+"\n\nEnter tries again.", d.width, d.height)
	case d.ready && len(d.all) == 0:
		lines = paragraphs("Nothing has been decided yet.\n\nWhatever the admins do stands here, with who did it, when and why. Nobody can change it afterwards, and everyone can read it.", d.width, d.height)
	}
	return around(lines, nil, d.width, d.height)
}

func (d *decisions) ShortHelp() []key.Binding { return append(d.current().keys, keys.Back) }

func (d *decisions) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Decisions"), keys.Up, keys.Down, keys.Open, keys.Back}}
}

// newDecision is one line of the log, whole.
func newDecision(a *app, t *theme, d store.Decision) screen {
	parts := []string{did(d) + ", " + whole(d.At, a.now(), a.zone) + "."}
	parts = append(parts, because(d))
	if d.Was != "" {
		parts = append(parts, "Before:\n   "+d.Was)
	}
	switch {
	case d.Became != "" && d.Was != "":
		parts = append(parts, "After:\n   "+d.Became)
	case d.Became != "": // there was nothing before
		parts = append(parts, "   "+d.Became)
	}
	p := &page{theme: t, title: "Decisions · one of them", text: strings.Join(parts, "\n\n")}
	if d.Post != 0 {
		p.set([]item{{name: "read", label: "Read the announcement", open: a.opens(func() screen { return newThread(a, p.theme, d.Post) }), keys: []key.Binding{keys.Open}}})
	}
	return p
}
