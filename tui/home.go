package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// awayFor is how long one has to be away for Home to say what has come meanwhile: a line that
// dropped is no absence.
const awayFor = time.Hour

// home is the posts of all channels that I am in and have not muted, in one of two orders.
type home struct {
	*latest
	writing
	other          *latest // the other order
	told           bool    // my channels are known, or could not be read
	unread, places int     // new posts, and in how many channels
	away           store.CatchUp
	waiting        []store.Post // announcements that wait for my answer
	ending         string       // what there is to know of the end of the trial
}

// awayMsg is what has come since the last time.
type awayMsg struct {
	of   *home
	away store.CatchUp
	err  error
}

// newHome is Home in the order in which the person left it.
func newHome(a *app, t *theme, active bool) *home {
	h := &home{latest: newLatest(a, t), other: newLatest(a, t), writing: writing{acts: a, theme: t}}
	h.latest.load = func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.Home(ctx, a.me, before, n)
	}
	h.other.active = true
	h.other.load = func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		posts, _, err := a.store.HomeActive(ctx, a.me, before, n)
		return posts, err
	}
	for _, l := range []*latest{h.latest, h.other} {
		l.where, l.head, l.here = true, h.above, h.hereActs
		l.holds = h.concerns
	}
	if active {
		h.latest, h.other = h.other, h.latest
	}
	return h
}

// concerns says whether an event may change what stands here: what is written where I am not, or have muted, does not.
func (h *home) concerns(e store.Event) bool {
	if e.Kind != store.Posted || e.Channel == 0 || !h.told {
		return true
	}
	c, mine := h.mine(e.Channel)
	return mine && !c.Muted
}

// Title says which order it is in.
func (h *home) Title() string {
	if h.active {
		return "Home · active"
	}
	return "Home · latest"
}

func (h *home) Where() string { return entryHome }

// hereActs are what can be done with Home itself.
func (h *home) hereActs() []postAct {
	turn := postAct{"What was talked about last first", keys.Order, func(*theme) tea.Cmd { return said(turnMsg{}) }}
	if h.active {
		turn.name = "The newest posts first"
	}
	if len(h.waiting) > 0 {
		return []postAct{{"Answer what you must read", keys.Respond, func(t *theme) tea.Cmd { return h.app.push(newMustRead(h.app, t, 0)) }}, turn}
	}
	return []postAct{turn}
}

// turnMsg changes Home's order.
type turnMsg struct{}

// turn shows the other order, now and the next time; each keeps its place.
func (h *home) turn() tea.Cmd {
	was := h.latest
	h.latest, h.other = h.other, was
	h.channels = was.channels
	h.keep(func() { h.latest.theme = was.theme })
	h.resize(was.width, was.height)
	a, active := h.app, h.active
	return tea.Batch(h.refresh(), func() tea.Msg { return failed(a.store.SetHomeActive(a.ctx, a.me, active)) })
}

// opened is what says that something waits, in a line or two, and at their end the key that opens it: posts have room
// below two of them in a low window.
func (t *theme) opened(text string, room int) []string {
	const between = " · "
	hint := string(t.does(nil, says(keys.Respond, "opens it")))
	left := room - columns(hint) - columns(between)
	if columns(text) <= left {
		return []string{t.New.Render(text) + t.Dim.Render(between) + hint}
	}
	rows := words(text, room)
	first, rest := t.New.Render(rows[0]), strings.Join(rows[1:], " ")
	if rest == "" {
		return []string{first, hint}
	}
	return []string{first, t.New.Render(fit(rest, max(1, left))) + t.Dim.Render(between) + hint}
}

// above stands over the posts: what must be read, and after an absence what has come.
func (h *home) above(width int) []string {
	var out []string
	t, room := h.latest.theme, min(measure, max(1, width-2))
	if h.ending != "" {
		for _, l := range words(h.ending, room) {
			out = append(out, " "+t.New.Render(l))
		}
	}
	for _, p := range h.waiting {
		for _, l := range t.opened(waitingLine(&p, h.app.now(), h.app.zone), room) {
			out = append(out, " "+l)
		}
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	return append(out, h.catchUp(width)...)
}

// tell changes what stands over the posts. Whoever is at the top reads it from its first line, and what they have
// selected stays in sight.
func (h *home) tell(change func()) {
	top := h.top == 0
	h.keep(change)
	if i := h.index(h.selected); top && (i < 0 || h.spans[i].first < h.height) {
		h.top = 0
	}
}

// catchUp is what has come since the last time.
func (h *home) catchUp(width int) []string {
	a := h.away
	if a.Since.IsZero() || a.MustRead+a.Mentions+a.Posts == 0 {
		return nil
	}
	var parts []string
	if a.MustRead > 0 {
		parts = append(parts, store.Count(a.MustRead, "must-read", "must-reads"))
	}
	if a.Mentions > 0 {
		parts = append(parts, store.Count(a.Mentions, "mention", "mentions"))
	}
	if a.Posts > 0 {
		parts = append(parts, store.Count(a.Posts, "post", "posts")+" in "+store.Count(a.Channels, "channel", "channels"))
	}
	var out []string
	for _, l := range words("Since "+lastHere(a.Since, h.app.now(), h.app.zone)+": "+strings.Join(parts, ", "), min(measure, max(1, width-2))) {
		out = append(out, " "+h.latest.theme.New.Render(l))
	}
	return append(out, "")
}

// Note is what waits above, or how much is new since the last time.
func (h *home) Note() string {
	if n := h.note(); n != "" || h.unread == 0 || len(h.catchUp(h.width)) > 0 {
		return n
	}
	text := store.Count(h.unread, "new post", "new posts")
	if h.width >= narrowPost {
		text += " in " + store.Count(h.places, "channel", "channels")
		if h.was.ID != 0 {
			text += " since " + lastHere(h.was.At, h.app.now(), h.app.zone)
		}
	}
	return h.feed.theme.Dim.Render(text)
}

// Pending waits for the posts, and for where one writes.
func (h *home) Pending() bool { return h.problem == "" && (!h.ready || !h.told) || h.writing.reading() }

func (h *home) Init() tea.Cmd { return tea.Batch(h.arrive(), h.refresh()) }

// arrive notes that I am here and asks what has come since the last time.
func (h *home) arrive() tea.Cmd {
	a := h.app
	return func() tea.Msg {
		away, err := a.store.Arrive(a.ctx, a.me)
		return awayMsg{h, away, err}
	}
}

func (h *home) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return h.press(msg)
	case tea.PasteMsg:
		return h.writing.update(msg)
	case tea.MouseMsg:
		return h.mouse(msg)
	case awayMsg:
		switch {
		case msg.of != h:
		case msg.err != nil:
			return fail(msg.err)
		case h.app.now().Sub(msg.away.Since) >= awayFor:
			h.tell(func() { h.away = msg.away })
		}
		return nil
	case turnMsg:
		return h.turn()
	case pageMsg, onePostMsg, markedMsg, heldMsg: // an answer may be to the order that is not shown
		return tea.Batch(h.latest.update(msg), h.other.update(msg), h.writing.update(msg))
	case sidebarMsg:
		h.told = true
		if msg.err != nil {
			return nil
		}
		h.channels = msg.Channels
		h.tally(msg.Channels)
		if !slices.EqualFunc(h.waiting, msg.Waiting, sameWaiting) {
			h.tell(func() { h.waiting = msg.Waiting })
		}
		if said := cmp.Or(msg.Trial.Ended(), msg.Trial.TellsEnd()); said != h.ending { // what it means stands below, where one wrote
			h.tell(func() { h.ending = said })
		}
		return h.writeTo(msg.Channels)
	case nextMsg: // nothing new is left anywhere: Space is a pager
		h.pageDown()
		return h.more()
	}
	return tea.Batch(h.latest.update(msg), h.writing.update(msg))
}

func (h *home) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case h.Editing():
		return h.writing.update(msg)
	case key.Matches(msg, keys.New):
		return h.write()
	case key.Matches(msg, keys.ReadOn):
		return h.readOn()
	}
	return h.latest.press(msg)
}

// readOn pages down while something new is below, then looks for the next place.
func (h *home) readOn() tea.Cmd {
	if !h.unreadBelow() {
		return h.app.next(h, store.Place{})
	}
	h.pageDown()
	return h.more()
}

// tally counts what is new.
func (h *home) tally(channels []store.Channel) {
	h.unread, h.places = 0, 0
	for _, c := range channels {
		if !c.Muted && c.Unread > 0 {
			h.unread += c.Unread
			h.places++
		}
	}
}

// sameWaiting says whether two announcements read the same above Home.
func sameWaiting(a, b store.Post) bool {
	return a.ID == b.ID && a.Revision == b.Revision
}

// writeTo opens the composer of the channel that all are in.
func (h *home) writeTo(channels []store.Channel) tea.Cmd {
	for _, c := range channels {
		if c.Everyone && !c.StewardsPost && c.Frozen {
			return h.shut(h.app.ctx, closed(c, false))
		}
		if c.Everyone && !c.StewardsPost {
			return h.open(h.app, store.Place{Channel: c.ID}, "#"+c.Name, c.Draft)
		}
	}
	return nil
}

// Watch says whether the screen can be seen and has the keys.
func (h *home) Watch(visible, focused bool) tea.Cmd {
	h.focused = focused && !h.Editing()
	return h.watch(visible)
}

func (h *home) View() tea.View { return tea.NewView(strings.Join(h.Lines(nil), "\n")) }

// Lines are what it looks like.
func (h *home) Lines(above []string) []string {
	h.say = ""
	if h.problem != "" {
		h.say = h.problem + "\n\nEnter tries again."
	} else if h.ready {
		h.say = "Nothing has been written in your channels yet. What is new there comes here, newest first.\n\n" +
			"n writes to everyone. Tab and then Channels shows what there is to join."
	}
	return h.window(above)
}

func (h *home) ShortHelp() []key.Binding {
	if h.Editing() {
		return h.hints()
	}
	return h.selectedHints(h.newPost(h.latest)...)
}

func (h *home) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, h.actHelp(), append([]key.Binding{heading("Home")}, actKeys(h.besides())...), helpWriting}
}
