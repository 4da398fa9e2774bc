package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// mustReads is every must read and its state, newest first, for the admins.
type mustReads struct {
	menu
	app     *app
	theme   *theme
	all     []store.Post
	ready   bool
	ended   bool // there are no older ones
	older   bool // the next page is on its way
	problem string
	fresh   refresher
}

// mustReadsMsg is a page of them before one, or from the newest.
type mustReadsMsg struct {
	of     *mustReads
	before int64
	n      int
	posts  []store.Post
	err    error
}

func newMustReads(a *app, t *theme) screen {
	return &mustReads{menu: menu{wide: neverWide}, app: a, theme: t}
}

// Title is the header.
func (l *mustReads) Title() string { return "Admin · Announcements" }

// Where is the entry in the sidebar.
func (l *mustReads) Where() string { return entryAdmin }

func (l *mustReads) Init() tea.Cmd { return l.refresh() }

func (l *mustReads) refresh() tea.Cmd {
	if !l.fresh.begin() {
		return nil
	}
	return l.read(0, min(max(len(l.all), pageSize), store.MaxPage))
}

func (l *mustReads) read(before int64, n int) tea.Cmd {
	a := l.app
	return func() tea.Msg {
		posts, err := a.store.Announcements(a.ctx, a.me, before, n)
		return mustReadsMsg{l, before, n, posts, err}
	}
}

// more asks for older ones when the end is near.
func (l *mustReads) more() tea.Cmd {
	if !l.ready || l.ended || l.older || len(l.all) == 0 || l.index() < len(l.items)-loadAhead {
		return nil
	}
	l.older = true
	return l.read(l.all[len(l.all)-1].ID, pageSize)
}

func (l *mustReads) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		l.setSize(msg.Width, msg.Height)
		l.list()
	case themeMsg:
		l.theme = msg.theme
		l.list()
	case tea.KeyPressMsg:
		if l.problem != "" && key.Matches(msg, keys.Open) {
			return l.refresh()
		}
		return tea.Batch(l.menu.press(msg), l.more())
	case tea.MouseMsg:
		return tea.Batch(l.menu.mouse(msg, msg.Mouse().Y), l.more())
	case mustReadsMsg:
		if msg.of == l {
			return l.learn(msg)
		}
	case store.Event:
		switch msg.Kind {
		case store.Reload, store.Changed, store.Decided, store.People:
			return l.refresh()
		}
	}
	return nil
}

// learn takes a page in.
func (l *mustReads) learn(msg mustReadsMsg) tea.Cmd {
	var again tea.Cmd
	if msg.before != 0 {
		l.older = false
	} else if l.fresh.end() {
		again = l.refresh()
	}
	if msg.err != nil {
		if !l.ready {
			l.problem, _ = store.Sentence(msg.err)
		}
		return tea.Batch(again, fail(msg.err))
	}
	l.ready, l.problem, l.ended = true, "", len(msg.posts) < msg.n
	switch {
	case msg.before == 0:
		l.all = msg.posts
	case len(l.all) > 0 && l.all[len(l.all)-1].ID == msg.before:
		l.all = append(l.all, msg.posts...)
	}
	l.list()
	return tea.Batch(again, l.more())
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
				return tea.Sequence(said(pushMsg{newChannel(a, t, c.ID)}), said(pushMsg{newAnnounce(a, t, c, nil)}))()
			}
		}
		return statusMsg{"There is no channel for announcements."}
	}
}

func (l *mustReads) ShortHelp() []key.Binding { return append(l.current().keys, keys.Back) }

func (l *mustReads) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Announcements"), keys.Up, keys.Down, keys.Open, keys.Back}}
}
