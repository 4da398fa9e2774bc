package tui

import (
	"errors"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// members is who is in a channel. Its stewards let people into a private one, take them out, and
// make others stewards.
type members struct {
	menu
	app     *app
	theme   *theme
	id      int64
	is      store.Channel
	all     []store.Member
	ready   bool
	ended   bool
	older   bool
	problem string
	fresh   refresher
}

// membersMsg is a page of members after a handle, and their channel.
type membersMsg struct {
	of      *members
	after   string
	n       int
	channel store.Channel
	all     []store.Member
	err     error
}

func newMembers(a *app, t *theme, channel int64) screen {
	return &members{app: a, theme: t, id: channel}
}

// Title is the header.
func (m *members) Title() string {
	if !m.ready {
		return "Who is in it"
	}
	return called(m.is) + " · who is in it"
}

// Note says how many there are.
func (m *members) Note() string {
	if !m.ready {
		return ""
	}
	return m.theme.Dim.Render(count(m.is.Members, "person", "people"))
}

// Where is the entry in the sidebar.
func (m *members) Where() string { return channelEntry(m.id) }

// Pending waits for the list.
func (m *members) Pending() bool { return !m.ready && m.problem == "" }

func (m *members) Init() tea.Cmd { return m.refresh() }

func (m *members) refresh() tea.Cmd {
	if !m.fresh.begin() {
		return nil
	}
	return m.read("", min(max(len(m.all), pageSize), store.MaxPage))
}

func (m *members) read(after string, n int) tea.Cmd {
	a, id := m.app, m.id
	return func() tea.Msg {
		r := membersMsg{of: m, after: after, n: n}
		if r.channel, r.err = a.store.ChannelByID(a.ctx, a.me, id); r.err == nil {
			r.all, r.err = a.store.Members(a.ctx, a.me, id, after, n)
		}
		return r
	}
}

// more asks for the next members when the end is near.
func (m *members) more() tea.Cmd {
	if !m.ready || m.ended || m.older || len(m.all) == 0 || m.index() < len(m.items)-loadAhead {
		return nil
	}
	m.older = true
	return m.read(m.all[len(m.all)-1].Handle, pageSize)
}

func (m *members) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.setSize(msg.Width, msg.Height)
		m.list()
	case themeMsg:
		m.theme = msg.theme
		m.list()
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.MouseMsg:
		return tea.Batch(m.menu.mouse(msg, msg.Mouse().Y), m.more())
	case membersMsg:
		if msg.of == m {
			return m.learn(msg)
		}
	case store.Event:
		if msg.Kind == store.Reload || msg.Kind == store.People || msg.Kind == store.Channels && msg.Channel == m.id {
			return m.refresh()
		}
	}
	return nil
}

// learn takes a page in.
func (m *members) learn(msg membersMsg) tea.Cmd {
	var again tea.Cmd
	if msg.after != "" {
		m.older = false
	} else if m.fresh.end() {
		again = m.refresh()
	}
	if msg.err != nil {
		if !m.ready || errors.Is(msg.err, store.ErrNotFound) {
			m.problem, _ = store.Sentence(msg.err)
			m.all = nil
		}
		return tea.Batch(again, fail(msg.err))
	}
	m.is, m.ready, m.problem, m.ended = msg.channel, true, "", len(msg.all) < msg.n
	switch {
	case msg.after == "":
		m.all = msg.all
	case len(m.all) > 0 && m.all[len(m.all)-1].Handle == msg.after:
		m.all = append(m.all, msg.all...)
	}
	m.list()
	return tea.Batch(again, m.more())
}

// steers says whether I may change who is in it.
func (m *members) steers() bool { return m.is.Steward && !m.is.Direct && !m.is.Closed() }

func (m *members) press(msg tea.KeyPressMsg) tea.Cmd {
	is, ok := m.selected()
	switch {
	case m.problem != "" && key.Matches(msg, keys.Open):
		return m.refresh()
	case m.steers() && m.is.Private && key.Matches(msg, keys.Add):
		return m.app.push(newLetIn(m.app, m.theme, m.is))
	case ok && m.steers() && m.is.Private && key.Matches(msg, keys.Remove):
		return m.remove(is)
	case ok && m.steers() && key.Matches(msg, keys.Steward):
		return m.app.steward(m.is, is, !is.Steward)
	case ok && key.Matches(msg, keys.Write) && is.ID != m.app.me:
		return m.app.writeTo(m.theme, is.Person)
	}
	return tea.Batch(m.menu.press(msg), m.more())
}

// steward makes a member a steward, or an ordinary member again.
func (a *app) steward(c store.Channel, who store.Member, on bool) tea.Cmd {
	say, why := who.Display()+" looks after "+called(c)+" too now.", "Looks after it from now on."
	if !on {
		say, why = who.Display()+" is an ordinary member now.", "No longer looks after it."
	}
	return act(func() error { return a.store.SetSteward(a.ctx, a.me, c.ID, who.Handle, on, why) }, say)
}

// remove asks whether somebody is to go.
func (m *members) remove(who store.Member) tea.Cmd {
	if who.ID == m.app.me {
		return status("To go yourself, leave the channel: " + keys.Part.Help().Key + " in it.")
	}
	a, c := m.app, m.is
	gone := act(func() error { return a.store.RemoveMember(a.ctx, a.me, c.ID, who.Handle) }, who.Display()+" is no longer in "+called(c)+".")
	p := &page{theme: m.theme, title: called(c) + " · take somebody out"}
	p.text = who.Display() + " (@" + who.Handle + ") will no longer see " + called(c) + ". What they wrote stays."
	p.set([]item{
		{name: "stay", label: "Let them stay", open: a.back, keys: []key.Binding{says(keys.Open, "keeps them")}},
		{name: "go", label: "Take them out", open: func() tea.Cmd { a.back(); return gone }, keys: []key.Binding{says(keys.Open, "takes them out")}},
	})
	return m.app.push(p)
}

// selected is the member that the keys are on.
func (m *members) selected() (store.Member, bool) {
	for _, q := range m.all {
		if personItem(q.Person) == m.chosen {
			return q, true
		}
	}
	return store.Member{}, false
}

// list makes the menu: those who look after the channel first.
func (m *members) list() {
	a, t := m.app, m.theme
	var items []item
	add := func(head string, steward bool) {
		for _, q := range m.all {
			if q.Steward != steward {
				continue
			}
			it := item{name: personItem(q.Person), head: head, label: q.Display(), value: t.Dim.Render("@" + q.Handle), more: t.Dim.Render(about(q.Person))}
			it.open = a.opens(func() screen { return newPerson(a, m.theme, q.Person) })
			it.keys = m.keysFor(q)
			items = append(items, it)
			head = ""
		}
	}
	if m.is.Direct {
		add("", false)
	} else {
		add("Stewards: they look after it", true)
		add("Members", false)
	}
	m.set(items)
}

// keysFor are the keys for one member.
func (m *members) keysFor(q store.Member) []key.Binding {
	list := []key.Binding{keys.Open}
	if q.ID != m.app.me {
		list = append(list, keys.Write)
	}
	if !m.steers() {
		return list
	}
	if m.is.Private {
		list = append(list, keys.Add)
		if q.ID != m.app.me {
			list = append(list, says(keys.Remove, "take out"))
		}
	}
	if q.Steward {
		return append(list, says(keys.Steward, "no steward"))
	}
	return append(list, says(keys.Steward, "make steward"))
}

func (m *members) View() tea.View {
	if m.problem != "" {
		return around(paragraphs(m.problem+"\n\nEsc goes back.", m.width, m.menu.height), nil, m.width, m.menu.height)
	}
	return around(m.menu.view(m.theme), nil, m.width, m.menu.height)
}

func (m *members) ShortHelp() []key.Binding {
	return append(slices.Clone(m.current().keys), keys.Back)
}

func (m *members) FullHelp() [][]key.Binding {
	own := []key.Binding{heading("Who is in it"), keys.Up, keys.Down, keys.Open, keys.Write}
	if m.steers() {
		own = append(own, keys.Add, says(keys.Remove, "take out"), says(keys.Steward, "make steward, or not"))
	}
	return [][]key.Binding{own}
}
