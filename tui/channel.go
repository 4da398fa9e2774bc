package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// purposeLines is how many lines of a channel's purpose stand above its posts.
	purposeLines = 3
	// lowFeed is the height below which only one does.
	lowFeed = 14
)

// channel is the posts of one channel, newest first, and what it is for.
type channel struct {
	*latest
	writing
	id    int64
	is    store.Channel
	known bool
	gone  string // why it can no longer be seen
	again refresher
}

// channelMsg is what is known of a channel now.
type channelMsg struct {
	of      *channel
	channel store.Channel
	err     error
}

func newChannel(a *app, t *theme, id int64) *channel {
	c := &channel{latest: newLatest(a, t), writing: writing{theme: t}, id: id}
	c.load = func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.ChannelPosts(ctx, a.me, id, before, n)
	}
	c.holds = func(e store.Event) bool { return e.Channel == id || e.Channel == 0 }
	c.head = c.purpose
	return c
}

func (c *channel) Where() string { return channelEntry(c.id) }

// Title is the name and what is unusual about the channel for me.
func (c *channel) Title() string {
	if !c.known {
		return ""
	}
	title := "#" + c.is.Name
	if c.is.Private {
		title += " · private"
	}
	if c.is.Archived {
		title += " · archived"
	}
	if c.is.Muted {
		title += " · muted"
	}
	return title
}

// Note is what waits above, or how many people are here.
func (c *channel) Note() string {
	if n := c.note(); n != "" || !c.known {
		return n
	}
	return c.feed.theme.Dim.Render(count(c.is.Members, "person", "people"))
}

// purpose stands above the posts; where there is little room, its beginning.
func (c *channel) purpose(int) []string {
	if c.is.Purpose == "" {
		return nil
	}
	lines, most := words(c.is.Purpose, c.textWidth()), purposeLines
	if c.height < lowFeed {
		most = 1
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = fit(lines[most-1]+" …", c.textWidth())
	}
	for i := range lines {
		lines[i] = " " + c.feed.theme.Dim.Render(lines[i])
	}
	return append(lines, "")
}

func (c *channel) Init() tea.Cmd { return tea.Batch(c.ask(), c.refresh()) }

// ask reads what is known of the channel.
func (c *channel) ask() tea.Cmd {
	if !c.again.begin() {
		return nil
	}
	a, id := c.app, c.id
	return func() tea.Msg {
		ch, err := a.store.ChannelByID(a.ctx, a.me, id)
		return channelMsg{c, ch, err}
	}
}

func (c *channel) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return c.press(msg)
	case tea.PasteMsg:
		return c.writing.update(msg)
	case tea.MouseMsg:
		return c.mouse(msg)
	case channelMsg:
		if msg.of == c {
			return c.learn(msg)
		}
		return nil
	case store.Event:
		cmds := []tea.Cmd{c.latest.update(msg), c.writing.update(msg)}
		if c.holds(msg) && msg.Kind != store.Posted && msg.Kind != store.Changed {
			cmds = append(cmds, c.ask())
		}
		return tea.Batch(cmds...)
	}
	return tea.Batch(c.latest.update(msg), c.writing.update(msg))
}

// learn takes in what is known of the channel now.
func (c *channel) learn(msg channelMsg) tea.Cmd {
	var again tea.Cmd
	if c.again.end() {
		again = c.ask()
	}
	switch {
	case notFound(msg.err):
		c.gone, _ = store.Sentence(msg.err)
		c.posts, c.waiting = nil, nil
		return tea.Batch(again, c.shut(c.app.ctx, ""))
	case msg.err != nil:
		return tea.Batch(again, fail(msg.err))
	}
	c.keep(func() { c.is, c.known, c.gone = msg.channel, true, "" })
	if why := closed(c.is, false); why != "" {
		return tea.Batch(again, c.shut(c.app.ctx, why))
	}
	return tea.Batch(again, c.open(c.app, store.Place{Channel: c.id}, "#"+c.is.Name))
}

// closed says why nothing can be written in a channel; "" where it can.
func closed(c store.Channel, reply bool) string {
	switch {
	case c.Archived:
		return "#" + c.Name + " is archived: it can be read, and nothing is added."
	case !c.Joined:
		return "You are looking in. " + keys.Join.Help().Key + " joins #" + c.Name + " to write here."
	case !reply && !c.MayPost:
		return "Only its stewards post in #" + c.Name + "; everyone may reply."
	}
	return ""
}

func (c *channel) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case c.Editing():
		return c.writing.update(msg)
	case key.Matches(msg, keys.New):
		return c.write()
	case key.Matches(msg, keys.ReadOn):
		return c.readOn()
	case !c.known:
	case key.Matches(msg, keys.Join) && !c.is.Joined:
		return c.app.join(c.is)
	case key.Matches(msg, keys.Part) && c.is.Joined && !c.is.Everyone:
		return c.part()
	case key.Matches(msg, keys.Add) && c.letsIn():
		return push(newLetIn(c.app, c.feed.theme, c.is))
	case key.Matches(msg, keys.Mute) && c.is.Joined:
		return c.app.mute(c.is, !c.is.Muted)
	}
	cmd, _ := c.latest.press(msg)
	return cmd
}

// letsIn says whether I may let people into the channel.
func (c *channel) letsIn() bool { return c.is.Private && c.is.Steward && !c.is.Archived }

// part leaves the channel; a private one only after a question, since there is no way back alone.
func (c *channel) part() tea.Cmd {
	if !c.is.Private {
		return c.app.part(c.is)
	}
	c.writing.ask("Leave #"+c.is.Name+"? A steward has to let you in again.", c.app.part(c.is))
	return nil
}

func (c *channel) readOn() tea.Cmd {
	if !c.unreadBelow() {
		return c.app.next(c, store.Place{Channel: c.id})
	}
	c.pageDown()
	return c.more()
}

// Watch says whether the screen can be seen and has the keys.
func (c *channel) Watch(visible, focused bool) tea.Cmd {
	c.focused = focused && !c.Editing()
	return c.watch(visible)
}

func (c *channel) View() tea.View {
	c.say = ""
	switch {
	case c.gone != "":
		c.say = c.gone + "\n\nEsc goes back."
	case c.problem != "":
		c.say = c.problem + "\n\nEnter tries again."
	case c.ready && c.known && closed(c.is, false) == "":
		c.say = "Nobody has written here yet. Press n to be the first."
	case c.ready && c.known:
		c.say = "Nobody has written here yet."
	}
	return tea.NewView(c.view())
}

func (c *channel) ShortHelp() []key.Binding {
	if c.Editing() {
		return c.hints()
	}
	if c.known && !c.is.Joined {
		return append([]key.Binding{keys.Join}, c.selectedHints()...)
	}
	return c.selectedHints()
}

func (c *channel) FullHelp() [][]key.Binding {
	mute := says(keys.Mute, "mute it")
	if c.is.Muted {
		mute = says(keys.Mute, "no longer mute it")
	}
	own := []key.Binding{heading("This channel"), says(keys.Part, "leave it"), mute}
	if c.letsIn() {
		own = append(own, keys.Add)
	}
	if !c.is.Joined {
		own = []key.Binding{own[0], says(keys.Join, "join it")}
	}
	return [][]key.Binding{helpMoving, {heading("Posts"), keys.Open, keys.Reply, keys.Follow, keys.New, keys.ShowNew}, own, helpWriting}
}
