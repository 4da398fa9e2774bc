package tui

import (
	"errors"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// kept is a page that is made of what the store says and follows its changes: a text, a menu, or both.
type kept struct {
	page
	app   *app
	where string                 // its entry in the sidebar; "" for that of the page below
	note  string                 // at the right end of its header
	read  func() (drawn, error)  // runs in a command
	heeds func(store.Event) bool // what it reads again after
	drawn drawn                  // nil until it has been read
	fresh refresher
}

// drawn makes a page of what was read: its text or lines, and what can be done.
type drawn func(p *kept)

// keptMsg is what was read for a page.
type keptMsg struct {
	of    *kept
	drawn drawn
	err   error
}

// newKept makes a page that reads again after events of those kinds.
func newKept(a *app, t *theme, title string, kinds ...store.EventKind) *kept {
	k := &kept{page: page{theme: t, title: title}, app: a}
	kinds = append(kinds, store.Reload)
	k.heeds = func(e store.Event) bool { return slices.Contains(kinds, e.Kind) }
	return k
}

// Where is the entry in the sidebar.
func (k *kept) Where() string { return k.where }

// Note stands at the right end of the header.
func (k *kept) Note() string { return k.theme.Dim.Render(k.note) }

func (k *kept) Init() tea.Cmd { return k.refresh() }

func (k *kept) refresh() tea.Cmd {
	if !k.fresh.begin() {
		return nil
	}
	read := k.read
	return func() tea.Msg {
		d, err := read()
		return keptMsg{k, d, err}
	}
}

func (k *kept) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case keptMsg:
		if msg.of != k {
			return nil
		}
		var again tea.Cmd
		if k.fresh.end() {
			again = k.refresh()
		}
		if msg.err != nil {
			return tea.Batch(again, k.fail(msg.err))
		}
		k.drawn = msg.drawn
		k.draw()
		return again
	case store.Event:
		if k.heeds(msg) {
			return k.refresh()
		}
		return nil
	case tea.WindowSizeMsg:
		cmd := k.page.Update(msg)
		k.draw()
		return cmd
	case themeMsg:
		k.theme = msg.theme
		k.draw()
		return nil
	}
	return k.page.Update(msg)
}

// fail says why there is nothing to see; what was seen before goes only where it may no longer be seen.
func (k *kept) fail(err error) tea.Cmd {
	if k.drawn != nil && !lost(err) {
		return fail(err)
	}
	why, ours := store.Sentence(err)
	k.drawn = func(p *kept) { p.text = why + "\n\nEsc goes back." }
	k.draw()
	if ours {
		return nil
	}
	return fail(err)
}

// draw makes the page anew.
func (k *kept) draw() {
	k.text, k.body, k.note = "", nil, ""
	k.items = nil
	chosen := k.chosen
	if k.drawn != nil {
		k.drawn(k)
	}
	items := k.items
	k.items, k.chosen = nil, chosen
	k.set(items)
	k.arrange()
}

// add puts a line into the menu: what it is, what stands there now, and what Enter does.
func (k *kept) add(label, value, does string, open func() screen) {
	it := item{name: label, label: label}
	if value != "" {
		it.value = k.theme.Dim.Render(value)
	}
	if open != nil {
		it.open = k.app.opens(open)
		it.keys = []key.Binding{says(keys.Open, does)}
	}
	k.items = append(k.items, it)
}

// reasonPart is the part of a form that asks why something is decided.
func reasonPart(why string) *part { return ask("Why", why, "Everyone can read it, under Decisions.") }

// decree is a form of an act that the log gives a reason for: its parts, and why.
func (a *app) decree(t *theme, title, intro, last, why, done string, parts []*part, do func(values []string, why string) error) *sheet {
	s := &sheet{title: title, intro: intro, last: last}
	s.form = form{app: a, theme: t, parts: append(parts, reasonPart(why))}
	s.send = func(values []string) (tea.Msg, int, error) {
		n := len(values) - 1
		err := do(values[:n], values[n])
		at := 0
		var about *partError
		switch {
		case values[n] == "":
			at = n
		case errors.As(err, &about):
			at, err = about.at, about.error
		}
		return statusMsg{done}, at, err
	}
	return s
}
