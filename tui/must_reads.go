package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// mustReads is every must read and its state, newest first, for the admins.
type mustReads struct{ *paged[store.Post] }

func newMustReads(a *app, t *theme) screen {
	l := &mustReads{newPaged[store.Post](a, t)}
	l.wide = neverWide
	l.reads = func() reader[store.Post] {
		return func(after *store.Post, n int) ([]store.Post, func(), error) {
			var before int64
			if after != nil {
				before = after.ID
			}
			all, err := a.store.Announcements(a.ctx, a.me, before, n)
			return all, nil, err
		}
	}
	l.paged.list = l.list
	return l
}

// Title is the header.
func (l *mustReads) Title() string { return "Admin · Announcements" }

// Where is the entry in the sidebar.
func (l *mustReads) Where() string { return entryAdmin }

func (l *mustReads) Update(msg tea.Msg) tea.Cmd {
	if e, ok := msg.(store.Event); ok {
		switch e.Kind {
		case store.Reload, store.Changed, store.Decided, store.People:
			return l.refresh()
		}
	}
	return l.update(msg)
}

// list makes the menu.
func (l *mustReads) list() {
	a, t := l.app, l.theme
	items := make([]item, 0, len(l.all)+1)
	if l.ready {
		items = append(items, item{name: "new", label: "New announcement", open: func() tea.Cmd { return a.announce(l.theme) }, keys: []key.Binding{says(keys.Open, "opens its form")}})
	}
	for i, p := range l.all {
		an := p.Announcement
		it := item{name: strconv.FormatInt(p.ID, 10), keys: []key.Binding{keys.Open}}
		if i == 0 {
			it.head = "What has had to be read"
		}
		it.label = subject(&p)
		it.more = t.Dim.Render(answersLine(an) + " · to " + an.To(p.ChannelName) + " · " + spoken(&p))
		it.end = t.Dim.Render(due(an.Due, a.now(), a.zone))
		it.open = a.opens(func() screen { return newAudience(a, l.theme, p, true) })
		switch {
		case p.Deleted, p.Hidden:
			it.label, it.end, it.dim = "Deleted by its author", "", true
			if p.Hidden {
				it.label = "Hidden by a steward"
			}
			it.open = a.opens(func() screen { return newThread(a, l.theme, p.ID) })
		case an.Counts[store.Pending] > 0 && an.Due.Before(a.now()):
			it.end = t.New.Render(due(an.Due, a.now(), a.zone))
		}
		items = append(items, it)
	}
	l.set(items)
}

func (l *mustReads) View() tea.View {
	lines := l.menu.view(l.theme)
	switch {
	case l.problem != "":
		lines = paragraphs(l.problem+"\n\nEnter tries again.", l.width, l.height)
	case l.ready && len(l.all) == 0:
		none := "Nothing has had to be read so far.\n\nHere stands every must read with who has answered it and who has not."
		lines = append(append(lines, ""), paragraphs(none, l.width, max(l.height-len(lines)-1, 0))...)
	}
	return around(lines, nil, l.width, l.height)
}

// announce opens the form of an announcement over the channel that is for them: there its text is written.
func (a *app) announce(t *theme) tea.Cmd {
	return func() tea.Msg {
		all, err := a.store.Channels(a.ctx, a.me)
		if err != nil {
			return errMsg{err}
		}
		for _, c := range all {
			if c.Everyone && c.StewardsPost {
				to := newChannel(a, t, c.ID)
				to.sets = true
				return pushMsg{to}
			}
		}
		return statusMsg{"There is no channel for announcements."}
	}
}

func (l *mustReads) ShortHelp() []key.Binding { return append(l.current().keys, keys.Back) }

func (l *mustReads) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Announcements"), keys.Up, keys.Down, keys.Open, keys.Back}}
}
