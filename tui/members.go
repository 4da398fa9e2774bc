package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// members is who is in a channel. Its stewards let people into a private one, take them out, and
// make others stewards.
type members struct {
	*paged[store.Member]
	id int64
	is store.Channel
}

func newMembers(a *app, t *theme, channel int64) screen {
	m := &members{newPaged[store.Member](a, t), channel, store.Channel{}}
	m.reads = func() reader[store.Member] {
		return func(after *store.Member, n int) (all []store.Member, _ func(), err error) {
			c, err := a.store.ChannelByID(a.ctx, a.me, channel)
			if err != nil {
				return nil, nil, err
			}
			handle := ""
			if after != nil {
				handle = after.Handle
			}
			all, err = a.store.Members(a.ctx, a.me, channel, handle, n)
			return all, func() { m.is = c }, err
		}
	}
	m.paged.list = m.list
	return m
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
	return m.theme.Dim.Render(store.Count(m.is.Members, "person", "people"))
}

// Where is the entry in the sidebar.
func (m *members) Where() string { return channelEntry(m.id) }

func (m *members) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.press(msg)
	case store.Event:
		if msg.Kind == store.Reload || msg.Kind == store.People || msg.Kind == store.Channels && msg.Channel == m.id {
			return m.refresh()
		}
	}
	return m.update(msg)
}

// steers says whether I may change who is in it.
func (m *members) steers() bool { return m.is.Steward && !m.is.Direct && !m.is.Closed() }

func (m *members) press(msg tea.KeyPressMsg) tea.Cmd {
	is, ok := m.selected()
	switch {
	case m.steers() && m.is.Private && key.Matches(msg, keys.Add):
		return m.app.push(newLetIn(m.app, m.theme, m.is))
	case ok && m.steers() && m.is.Private && key.Matches(msg, keys.Remove):
		return m.remove(is)
	case ok && m.steers() && key.Matches(msg, keys.Steward):
		return m.app.steward(m.is, is, !is.Steward)
	case ok && key.Matches(msg, keys.Write) && is.ID != m.app.me:
		return m.app.writeTo(m.theme, is.Person)
	}
	return m.paged.press(msg)
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
			it := item{name: personItem(q.Person), head: head, more: t.Dim.Render(about(q.Person))}
			it.label, it.value = listed(q.Person, t)
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
