package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newMore is the menu of what can be done with a post, and with its channel. What
// is chosen is done on the screen from which the menu was opened.
func newMore(a *app, t *theme, title string, groups ...[]postAct) *page {
	p := &page{theme: t, title: title}
	heads := []string{"This post", "Here"}
	var items []item
	for g, acts := range groups {
		for i, act := range acts {
			it := item{name: strconv.Itoa(g) + " " + act.name, label: act.name, keys: []key.Binding{says(keys.Open, "does it")}}
			if k := act.key.Help().Key; k != "" {
				it.end = t.Key.Render(k)
			}
			if i == 0 && len(groups) > 1 {
				it.head = heads[min(g, len(heads)-1)]
			}
			it.open = func() tea.Cmd { a.back(); return act.do(p.theme) }
			items = append(items, it)
		}
	}
	p.set(items)
	return p
}

// move is the list of channels to which a thread can be moved.
type move struct {
	page
	app  *app
	post store.Post
	from store.Channel
}

type moveMsg struct {
	of       *move
	channels []store.Channel
	err      error
}

func newMove(a *app, t *theme, p store.Post, from store.Channel) *move {
	return &move{page{theme: t, title: "Move a thread · from #" + from.Name}, a, p, from}
}

// Init reads the channels.
func (m *move) Init() tea.Cmd {
	a := m.app
	return func() tea.Msg {
		channels, err := a.store.Sidebar(a.ctx, a.me)
		return moveMsg{m, channels, err}
	}
}

func (m *move) Update(msg tea.Msg) tea.Cmd {
	if got, ok := msg.(moveMsg); ok {
		switch {
		case got.of != m:
			return nil
		case got.err != nil:
			m.text, _ = store.Sentence(got.err)
			return fail(got.err)
		}
		m.fill(got.channels)
		m.arrange()
		return nil
	}
	return m.page.Update(msg)
}

// fill lists the open channels in which I may post.
func (m *move) fill(channels []store.Channel) {
	a, id := m.app, m.post.ID
	var items []item
	for _, c := range channels {
		if c.ID == m.from.ID || !c.MayPost || c.Private {
			continue
		}
		do := act(func() error { return a.store.MoveThread(a.ctx, a.me, id, c.ID) }, "Moved to #"+c.Name+". There it is new.")
		items = append(items, item{name: channelEntry(c.ID), label: "#" + c.Name, open: func() tea.Cmd { a.back(); return do }, keys: []key.Binding{says(keys.Open, "moves it there")}})
	}
	m.text = "The post and all its replies go to the channel that you choose, and are new for the people there."
	if len(items) == 0 {
		m.text = "There is no channel to which it could go: it has to be open to everyone, and you have to be in it."
	}
	m.set(items)
}
