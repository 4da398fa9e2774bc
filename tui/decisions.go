package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// decisions is the log of what was decided, newest first. Everyone may read it.
type decisions struct{ *paged[store.Decision] }

func newDecisions(a *app, t *theme) screen {
	d := &decisions{newPaged[store.Decision](a, t)}
	d.wide = neverWide
	d.reads = func() reader[store.Decision] {
		return func(after *store.Decision, n int) ([]store.Decision, func(), error) {
			var before int64
			if after != nil {
				before = after.ID
			}
			all, err := a.store.Decisions(a.ctx, a.me, before, n)
			return all, nil, err
		}
	}
	d.paged.list = d.list
	return d
}

// Title is the header.
func (d *decisions) Title() string { return "Decisions" }

func (d *decisions) Update(msg tea.Msg) tea.Cmd {
	if e, ok := msg.(store.Event); ok && (e.Kind == store.Decided || e.Kind == store.Reload) {
		return d.refresh()
	}
	return d.update(msg)
}

// list makes the menu of the lines.
func (d *decisions) list() {
	t, now := d.theme, d.app.now()
	items := make([]item, 0, len(d.all))
	for _, is := range d.all {
		items = append(items, item{
			name:  strconv.FormatInt(is.ID, 10),
			label: did(is),
			more:  t.Dim.Render(ago(is.At, now, d.app.zone) + " · " + because(is)),
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
