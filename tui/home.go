package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// home is the newest posts of all channels that I am in and have not muted.
type home struct {
	*latest
	writing
	unread, places int // new posts, and in how many channels
}

func newHome(a *app, t *theme) *home {
	h := &home{latest: newLatest(a, t), writing: writing{theme: t}}
	h.where = true
	h.load = func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.Home(ctx, a.me, before, n)
	}
	h.holds = func(store.Event) bool { return true }
	return h
}

func (h *home) Title() string { return "Home · latest" }
func (h *home) Where() string { return entryHome }

// Note is what waits above, or how much is new since the last time.
func (h *home) Note() string {
	if n := h.note(); n != "" || h.unread == 0 {
		return n
	}
	text := count(h.unread, "new post", "new posts")
	if h.width >= narrowPost {
		text += " in " + count(h.places, "channel", "channels")
		if h.here.ID != 0 {
			text += " since " + lastHere(h.here.At, h.app.now(), h.app.zone)
		}
	}
	return h.feed.theme.Dim.Render(text)
}

func (h *home) Init() tea.Cmd { return h.refresh() }

func (h *home) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return h.press(msg)
	case tea.PasteMsg:
		return h.writing.update(msg)
	case tea.MouseMsg:
		return h.mouse(msg)
	case sidebarMsg:
		if msg.err != nil {
			return nil
		}
		h.tally(msg.channels)
		return h.writeTo(msg.channels)
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
	cmd, _ := h.latest.press(msg)
	return cmd
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

// writeTo opens the composer of the channel that all are in.
func (h *home) writeTo(channels []store.Channel) tea.Cmd {
	for _, c := range channels {
		if c.Everyone && !c.StewardsPost {
			return h.open(h.app, store.Place{Channel: c.ID}, "#"+c.Name)
		}
	}
	return nil
}

// Watch says whether the screen can be seen and has the keys.
func (h *home) Watch(visible, focused bool) tea.Cmd {
	h.focused = focused && !h.Editing()
	return h.watch(visible)
}

func (h *home) View() tea.View {
	h.say = ""
	if h.problem != "" {
		h.say = h.problem + "\n\nEnter tries again."
	} else if h.ready {
		h.say = "Nothing has been written in your channels yet.\n\n" +
			"Home shows what is new in the channels you are in, newest first.\n\n" +
			"n writes to everyone. Tab and then Channels shows what there is to join."
	}
	return tea.NewView(h.view())
}

func (h *home) ShortHelp() []key.Binding {
	if h.Editing() {
		return h.hints()
	}
	return h.selectedHints()
}

func (h *home) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, {heading("Posts"), keys.Open, keys.Reply, keys.Follow, keys.New, keys.ShowNew}, helpWriting}
}
