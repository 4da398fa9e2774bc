package tui

import (
	"context"
	"strconv"
	"strings"

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
	id     int64
	is     store.Channel
	known  bool
	writes bool   // it was opened to be written in
	sets   bool   // an announcement is to be set up as soon as its draft is here
	told   bool   // what is known of it is here, or could not be read
	gone   string // why it can no longer be seen
	again  refresher

	pins  []store.Post
	asked int // questions that nobody has answered, for its stewards
}

// channelMsg is what is known of a channel now.
type channelMsg struct {
	of      *channel
	channel store.Channel
	pins    []store.Post
	asked   int
	err     error
}

func newChannel(a *app, t *theme, id int64) *channel {
	c := &channel{latest: newLatest(a, t), writing: writing{acts: a, theme: t}, id: id}
	c.load = func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.ChannelPosts(ctx, a.me, id, before, n)
	}
	c.holds = func(e store.Event) bool { return e.Channel == id || e.Channel == 0 }
	c.head, c.latest.here = c.overview, c.hereActs
	return c
}

func (c *channel) Where() string { return channelEntry(c.id) }

// noChannel is the header of what was about a channel that is not to be seen any more: its name is not either.
const noChannel = "No such channel"

// Title is the name and what is unusual about the channel for me.
func (c *channel) Title() string {
	switch {
	case c.gone != "":
		return noChannel
	case !c.known:
		return ""
	}
	title := called(c.is)
	if c.is.Private && !c.is.Direct {
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
	return c.latest.theme.Dim.Render(store.Count(c.is.Members, "person", "people"))
}

// overview stands above the posts: what the channel is for, what is pinned, and what waits for its stewards.
func (c *channel) overview(width int) []string {
	out := c.purpose(width)
	t, room := c.latest.theme, c.textWidth()
	line := func(text string, k key.Binding) {
		hint := t.Dim.Render(" · ") + t.Key.Render(k.Help().Key)
		out = append(out, " "+fit(text, max(1, room-columns(hint)))+hint)
	}
	if n := len(c.pins); n > 0 {
		first, _, _ := strings.Cut(c.pins[0].Body, "\n")
		head := "Pinned: "
		if n > 1 {
			head = strconv.Itoa(n) + " pinned: "
		}
		line(t.Dim.Render(head+c.pins[0].Name+", "+first), keys.Pins)
	}
	if c.asked > 0 {
		line(t.New.Render(store.Count(c.asked, "question waits", "questions wait")+" for an answer"), keys.Questions)
	}
	if c.pins != nil || c.asked > 0 {
		out = append(out, "")
	}
	return out
}

// hereActs are the acts on the channel itself.
func (c *channel) hereActs() []postAct {
	if !c.known {
		return nil
	}
	a := c.app
	var list []postAct
	add := func(when bool, name string, k key.Binding, do func(*theme) tea.Cmd) {
		if when {
			list = append(list, postAct{name, k, do})
		}
	}
	add(!c.is.Joined && !c.is.Direct, "Join "+called(c.is), keys.Join, func(*theme) tea.Cmd { return a.join(c.is) })
	add(len(c.pins) > 0, "What is pinned", keys.Pins, func(t *theme) tea.Cmd { return a.push(newPins(a, t, c.is)) })
	add(c.is.Steward, "Questions that wait for an answer", keys.Questions, func(t *theme) tea.Cmd { return a.push(newQuestions(a, t)) })
	add(true, "Who is in it", keys.Members, func(t *theme) tea.Cmd { return a.push(newMembers(a, t, c.id)) })
	add(c.is.StewardsPost && c.is.MayPost, "Make an announcement", keys.Announce, func(*theme) tea.Cmd { return c.setUp() })
	add(c.is.MayChange, "Change what it is", keys.Charter, func(t *theme) tea.Cmd { return a.push(newCharter(a, t, c.id)) })
	add(c.letsIn(), "Let somebody in", keys.Add, func(t *theme) tea.Cmd { return a.push(newLetIn(a, t, c.is)) })
	if _, some := c.current(); !some {
		add(c.is.Joined && !c.is.Muted, "Mute "+called(c.is), says(keys.Mute, "mute"), func(*theme) tea.Cmd { return a.mute(c.is, true) })
		add(c.is.Joined && c.is.Muted, "No longer mute "+called(c.is), says(keys.Mute, "unmute"), func(*theme) tea.Cmd { return a.mute(c.is, false) })
	}
	add(c.is.Joined && !c.is.Everyone && !c.is.Direct, "Leave "+called(c.is), keys.Part, func(*theme) tea.Cmd { return c.part() })
	return list
}

// setUp opens the form of an announcement, as it was left, once the draft is here that says so.
func (c *channel) setUp() tea.Cmd {
	if c.composer == nil {
		return status(closed(c.is, false))
	}
	if c.sets = !c.composer.ready; c.sets {
		return nil
	}
	return c.app.push(newAnnounce(c.app, c.latest.theme, c.is, c.composer.how))
}

// setUpAgain opens the form with what was set up earlier: Enter at its end goes back to the text.
func (c *channel) setUpAgain() tea.Cmd {
	s := newAnnounce(c.app, c.latest.theme, c.is, c.composer.how)
	s.intro, s.at = onceMore, len(s.parts)-1
	return c.app.push(s)
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
		lines[i] = " " + c.latest.theme.Dim.Render(lines[i])
	}
	return append(lines, "")
}

// Pending waits for the posts, and for what may be written.
func (c *channel) Pending() bool {
	return c.gone == "" && c.problem == "" && (!c.ready || !c.told || c.sets) || c.writing.reading()
}

func (c *channel) Init() tea.Cmd { return tea.Batch(c.ask(), c.refresh()) }

// ask reads what is known of the channel.
func (c *channel) ask() tea.Cmd {
	if !c.again.begin() {
		return nil
	}
	a, id := c.app, c.id
	return func() tea.Msg {
		m := channelMsg{of: c}
		if m.channel, m.err = a.store.ChannelByID(a.ctx, a.me, id); m.err != nil {
			return m
		}
		if m.pins, m.err = a.store.Pinned(a.ctx, a.me, id); m.err != nil || !m.channel.Steward {
			return m
		}
		var open []store.Post
		open, m.err = a.store.Unanswered(a.ctx, a.me)
		for _, p := range open {
			if p.Channel == id {
				m.asked++
			}
		}
		return m
	}
}

func (c *channel) Update(msg tea.Msg) tea.Cmd {
	cmd := c.take(msg)
	if c.sets && c.composer != nil {
		return tea.Batch(cmd, c.setUp())
	}
	return cmd
}

func (c *channel) take(msg tea.Msg) tea.Cmd {
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
	case sidebarMsg: // it knows its own channel, also where I have not joined it
		return c.writing.update(msg)
	case store.Event:
		cmds := []tea.Cmd{c.latest.update(msg), c.writing.update(msg)}
		if c.holds(msg) && (msg.Kind != store.Posted || c.is.Steward) {
			cmds = append(cmds, c.ask())
		}
		return tea.Batch(cmds...)
	}
	return tea.Batch(c.latest.update(msg), c.writing.update(msg))
}

// learn takes in what is known of the channel now.
func (c *channel) learn(msg channelMsg) tea.Cmd {
	c.told = true
	var again tea.Cmd
	if c.again.end() {
		again = c.ask()
	}
	switch {
	case notFound(msg.err):
		c.gone, _ = store.Sentence(msg.err)
		c.keep(func() {
			c.posts, c.waiting, c.unseen, c.pins, c.asked, c.is, c.known = nil, nil, 0, nil, 0, store.Channel{}, false
		})
		return tea.Batch(again, c.shut(c.app.ctx, ""))
	case msg.err != nil:
		c.sets = false
		return tea.Batch(again, fail(msg.err))
	}
	c.keep(func() { c.is, c.known, c.gone, c.pins, c.asked = msg.channel, true, "", msg.pins, msg.asked })
	c.channels = []store.Channel{c.is}
	if why := closed(c.is, false); why != "" {
		c.sets = false
		return tea.Batch(again, c.shut(c.app.ctx, why))
	}
	open := c.open(c.app, store.Place{Channel: c.id}, called(c.is), c.is.Draft)
	c.composer.setUp = nil
	if c.is.StewardsPost {
		c.composer.setUp = c.setUpAgain
	}
	if c.writes {
		c.writes = false
		return tea.Batch(again, open, c.write())
	}
	return tea.Batch(again, open)
}

// closed says why nothing can be written in a channel; "" where it can.
func closed(c store.Channel, reply bool) string {
	switch {
	case c.Frozen:
		return "The trial is over: all can be read, and nothing is written any more."
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
	}
	return c.latest.press(msg)
}

// letsIn says whether I may let people into the channel.
func (c *channel) letsIn() bool { return c.is.Private && c.is.Steward && !c.is.Closed() }

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

func (c *channel) View() tea.View { return tea.NewView(strings.Join(c.Lines(nil), "\n")) }

// Lines are what it looks like.
func (c *channel) Lines(above []string) []string {
	c.say = ""
	switch {
	case c.gone != "":
		c.say = c.gone + "\n\nEsc goes back."
	case c.problem != "":
		c.say = c.problem + "\n\nEnter tries again."
	case c.ready && c.known && closed(c.is, false) == "" && !c.Editing():
		c.say = "Nobody has written here yet. Press n to be the first."
	case c.ready && c.known:
		c.say = "Nobody has written here yet."
	}
	return c.window(above)
}

func (c *channel) ShortHelp() []key.Binding {
	if c.Editing() {
		return c.hints()
	}
	if c.known && !c.is.Joined {
		return c.selectedHints(keys.Join)
	}
	first := c.newPost(c.latest)
	if c.is.StewardsPost && c.is.MayPost {
		first = append([]key.Binding{keys.Announce}, first...)
	}
	return c.selectedHints(first...)
}

func (c *channel) FullHelp() [][]key.Binding {
	own := append([]key.Binding{heading("This channel")}, actKeys(c.hereActs())...)
	return [][]key.Binding{helpMoving, c.actHelp(), own, helpWriting}
}
