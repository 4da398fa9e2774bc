package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// channels is every channel that I may see, joined or not.
type channels struct {
	menu
	app     *app
	theme   *theme
	all     []store.Channel
	filter  filter
	height  int
	ready   bool
	problem string
	fresh   refresher
	board   bool // each opens what can be changed of it
}

// channelsMsg is every channel that I may see now.
type channelsMsg struct {
	of  *channels
	all []store.Channel
	err error
}

func newChannels(a *app, t *theme) screen {
	return &channels{app: a, theme: t, filter: newFilter()}
}

// Title is the header.
func (c *channels) Title() string {
	if c.board {
		return "Admin · Channels"
	}
	return "Channels"
}

// Note says how many there are.
func (c *channels) Note() string {
	if !c.ready {
		return ""
	}
	return c.theme.Dim.Render(store.Count(len(c.all), "channel", "channels"))
}

// Where is the entry in the sidebar.
func (c *channels) Where() string {
	if c.board {
		return entryAdmin
	}
	return entryChannels
}

// Editing reports whether keys are text.
func (c *channels) Editing() bool { return c.filter.filling }

// Finds says that the key of Search looks for something here.
func (c *channels) Finds() {}

// Pending waits for the list.
func (c *channels) Pending() bool { return !c.ready && c.problem == "" }

func (c *channels) Init() tea.Cmd { return c.refresh() }

func (c *channels) refresh() tea.Cmd {
	if !c.fresh.begin() {
		return nil
	}
	a := c.app
	return func() tea.Msg {
		all, err := a.store.Channels(a.ctx, a.me)
		return channelsMsg{c, all, err}
	}
}

func (c *channels) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.width, c.height = msg.Width, msg.Height
		c.list()
	case themeMsg:
		c.theme = msg.theme
		c.list()
	case tea.KeyPressMsg:
		return c.press(msg)
	case tea.PasteMsg:
		if c.filter.filling && c.filter.paste(msg.Content) {
			c.list()
		}
	case tea.MouseMsg:
		return c.menu.mouse(msg, msg.Mouse().Y-c.filter.over(c.height))
	case channelsMsg:
		if msg.of == c {
			return c.learn(msg)
		}
	case store.Event:
		if msg.Kind == store.Channels || msg.Kind == store.Reload {
			return c.refresh()
		}
	}
	return nil
}

func (c *channels) learn(msg channelsMsg) tea.Cmd {
	var again tea.Cmd
	if c.fresh.end() {
		again = c.refresh()
	}
	if msg.err != nil {
		c.problem, _ = store.Sentence(msg.err)
		return tea.Batch(again, fail(msg.err))
	}
	c.all, c.ready, c.problem = msg.all, true, ""
	slices.SortStableFunc(c.all, func(a, b store.Channel) int { return rank(a) - rank(b) })
	c.list()
	return again
}

// rank puts the channel that everyone may write in first, then the other that all are in.
func rank(c store.Channel) int {
	switch {
	case c.Everyone && !c.StewardsPost:
		return 0
	case c.Everyone:
		return 1
	}
	return 2
}

func (c *channels) press(msg tea.KeyPressMsg) tea.Cmd {
	if c.filter.filling {
		return c.fill(msg)
	}
	is, ok := c.selected()
	ok = ok && !c.board
	switch {
	case c.problem != "" && key.Matches(msg, keys.Open):
		return c.refresh()
	case key.Matches(msg, keys.Filter):
		c.filter.filling = true
		c.list()
		return nil
	case key.Matches(msg, keys.Create, keys.New):
		return c.app.push(newCreate(c.app, c.theme, c.board))
	case ok && key.Matches(msg, keys.Join) && !is.Joined:
		return c.app.join(is)
	case ok && key.Matches(msg, keys.Part) && is.Joined:
		return c.part(is)
	case ok && key.Matches(msg, keys.Add) && is.Private && is.Steward:
		return c.app.push(newLetIn(c.app, c.theme, is))
	case ok && key.Matches(msg, keys.Mute) && is.Joined:
		return c.app.mute(is, !is.Muted)
	}
	return c.menu.press(msg)
}

// part leaves a channel; a private one only after a question, as there is no way back alone.
func (c *channels) part(is store.Channel) tea.Cmd {
	if !is.Private {
		return c.app.part(is)
	}
	a := c.app
	leave := act(func() error { return a.store.LeaveChannel(a.ctx, a.me, is.ID) }, "You have left #"+is.Name+".")
	p := &page{theme: c.theme, title: "#" + is.Name + " · leave", text: "#" + is.Name + " is private: a steward has to let you in again."}
	p.set([]item{
		{name: "stay", label: "Stay in it", open: a.back, keys: []key.Binding{says(keys.Open, "stays")}},
		{name: "leave", label: "Leave it", open: func() tea.Cmd { a.back(); return leave }, keys: []key.Binding{says(keys.Open, "leaves")}},
	})
	return c.app.push(p)
}

// fill is a key in the filter; the arrows and Enter still move in the list.
func (c *channels) fill(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, keys.Cancel):
		c.filter.filling = false
		c.filter.set("")
	case key.Matches(msg, keys.Open):
		c.filter.filling = false
		if len(c.items) == 1 {
			return c.menu.open(0)
		}
	case key.Matches(msg, keys.RowUp, keys.RowDown, keys.PageUp, keys.PageDown):
		return c.menu.press(msg)
	default:
		c.filter.press(msg)
	}
	c.list()
	return nil
}

// selected is the channel that the keys are on.
func (c *channels) selected() (store.Channel, bool) {
	for _, ch := range c.all {
		if channelEntry(ch.ID) == c.chosen {
			return ch, true
		}
	}
	return store.Channel{}, false
}

// groups are the headings and which channels stand under each.
var groups = []struct {
	head string
	has  func(store.Channel) bool
}{
	{"You are in", func(c store.Channel) bool { return c.Joined && !c.Archived }},
	{"You may join", func(c store.Channel) bool { return !c.Joined && !c.Archived }},
	{"Archived: nobody writes here any more", func(c store.Channel) bool { return c.Archived }},
}

// list makes the menu of the channels that the filter lets through.
func (c *channels) list() {
	var items []item
	if c.board && c.ready { // by Enter too
		items = append(items, item{name: "create", label: "New channel", open: c.app.opens(func() screen { return newCreate(c.app, c.theme, true) }), keys: []key.Binding{says(keys.Open, "opens one")}})
	}
	for _, g := range groups {
		head := g.head
		for _, ch := range c.all {
			if g.has(ch) && c.wanted(ch) {
				it := c.item(ch)
				it.head, head = head, ""
				items = append(items, it)
			}
		}
	}
	c.set(items)
	c.filter.setSize(min(c.width-4, measure), 1)
	c.setSize(c.width, max(c.height-c.filter.over(c.height), 0))
}

// wanted reports whether the filter lets a channel through.
func (c *channels) wanted(ch store.Channel) bool {
	f := strings.ToLower(strings.TrimPrefix(store.CleanLine(c.filter.text), "#"))
	return strings.Contains(ch.Name, f) || strings.Contains(strings.ToLower(ch.Purpose), f)
}

// peopleWidth keeps the counts of people one below the other.
const peopleWidth = len("1,000 people")

func (c *channels) item(ch store.Channel) item {
	t := c.theme
	it := item{name: channelEntry(ch.ID), label: "#" + ch.Name, dim: ch.Muted || ch.Archived}
	people := store.Count(ch.Members, "person", "people")
	it.value = t.Dim.Render(strings.Repeat(" ", max(peopleWidth-columns(people), 0)) + people)
	var more []string
	if ch.Private {
		more = append(more, "private")
	}
	if ch.Muted {
		more = append(more, "muted")
	}
	if ch.Purpose != "" {
		more = append(more, ch.Purpose)
	}
	if len(more) > 0 {
		it.more = t.Dim.Render(strings.Join(more, " · "))
	}
	a := c.app
	it.open = a.opens(func() screen { return newChannel(a, c.theme, ch.ID) })
	it.keys = []key.Binding{keys.Open}
	if c.board {
		it.open = a.opens(func() screen { return newCharter(a, c.theme, ch.ID) })
		return it
	}
	if ch.Private && ch.Steward {
		it.keys = append(it.keys, keys.Add)
	}
	switch {
	case !ch.Joined && !ch.Archived:
		it.keys = append(it.keys, keys.Join)
	case ch.Joined && ch.Muted:
		it.keys = append(it.keys, says(keys.Mute, "no longer mute"), keys.Part)
	case ch.Joined && ch.Everyone:
		it.keys = append(it.keys, keys.Mute)
	case ch.Joined:
		it.keys = append(it.keys, keys.Mute, keys.Part)
	}
	return it
}

func (c *channels) View() tea.View {
	lines, cursor := c.filter.draw(c.theme, c.width, c.height)
	switch {
	case c.problem != "":
		lines = append(lines, paragraphs(c.problem+"\n\nEnter tries again.", c.width, c.height)...)
	case c.ready && len(c.items) == 0:
		lines = append(lines, paragraphs("No channel has that in its name or purpose. Esc shows all.", c.width, c.height)...)
	default:
		lines = append(lines, c.menu.view(c.theme)...)
	}
	return around(lines, cursor, c.width, c.height)
}

func (c *channels) ShortHelp() []key.Binding {
	switch {
	case c.filter.filling && len(c.items) == 1:
		return []key.Binding{keys.Open, says(keys.Cancel, "shows all")}
	case c.filter.filling:
		return []key.Binding{says(keys.Open, "to the list"), says(keys.Cancel, "shows all")}
	}
	list := append([]key.Binding{}, c.current().keys...)
	return append(list, keys.Create, keys.Filter, keys.Back)
}

func (c *channels) FullHelp() [][]key.Binding {
	return [][]key.Binding{{keys.Up, keys.Down, keys.Open, keys.Join, keys.Part, keys.Mute, keys.Add, keys.Create, keys.Filter}}
}
