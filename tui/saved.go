package tui

import (
	"context"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// entrySaved is the name of Saved in the sidebar.
const entrySaved = "saved"

// shelf is a list of posts that somebody has put together: what I have saved, what is pinned
// in a channel, the questions that nobody has answered. Nothing counts as read here, since
// the posts around them are not shown.
type shelf struct {
	*latest
	writing
	title, entry string
	none         string // what stands here while there is nothing
	gone         string // why there is no such channel for me any more
}

func newShelf(a *app, t *theme, title, none string, load func(ctx context.Context, before int64, n int) ([]store.Post, error)) *shelf {
	s := &shelf{latest: newLatest(a, t), writing: writing{acts: a, theme: t}, title: title, none: none}
	s.where, s.live = true, true
	s.load = load
	s.holds = func(store.Event) bool { return true }
	return s
}

// newSaved is what I have saved.
func newSaved(a *app, t *theme) screen {
	s := newShelf(a, t, "Saved", "Nothing is saved yet.\n\nSaved keeps posts that you want to come back to. Nobody else sees what you save.\n\n"+
		keys.Keep.Help().Key+" on a post saves it.", func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.Saved(ctx, a.me, before, n)
	})
	s.entry = entrySaved
	return s
}

// newPins is what is pinned in a channel.
func newPins(a *app, t *theme, c store.Channel) *shelf {
	s := newShelf(a, t, "Pinned · "+called(c), "Nothing is pinned in "+called(c)+".\n\nIts stewards pin what everyone should find again.", func(ctx context.Context, _ int64, _ int) ([]store.Post, error) {
		return a.store.Pinned(ctx, a.me, c.ID)
	})
	s.whole, s.where = true, false
	return s
}

// newQuestions is the questions that wait in the channels that I look after.
func newQuestions(a *app, t *theme) *shelf {
	s := newShelf(a, t, "Open questions", "No question waits for an answer in the channels that you look after.", func(ctx context.Context, _ int64, _ int) ([]store.Post, error) {
		return a.store.Unanswered(ctx, a.me)
	})
	s.whole = true
	return s
}

// Title is the header.
func (s *shelf) Title() string {
	if s.gone != "" {
		return noChannel
	}
	return s.title
}

// Where is the entry in the sidebar, if it has one.
func (s *shelf) Where() string { return s.entry }

// Pending waits for the posts.
func (s *shelf) Pending() bool {
	return !s.ready && s.problem == "" && s.gone == "" || s.writing.reading()
}

func (s *shelf) Init() tea.Cmd { return tea.Batch(s.refresh(), s.askChannels()) }

func (s *shelf) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if s.Editing() {
			return s.writing.update(msg)
		}
		if key.Matches(msg, keys.ReadOn) {
			s.pageDown()
			return s.more()
		}
		return s.latest.press(msg)
	case tea.PasteMsg:
		return s.writing.update(msg)
	case tea.MouseMsg:
		return s.mouse(msg)
	case pageMsg:
		if msg.of != s.latest {
			return nil
		}
		if s.gone = ""; notFound(msg.err) { // nor is it for me to know what the channel is called
			s.gone, _ = store.Sentence(msg.err)
		}
	}
	return tea.Batch(s.latest.update(msg), s.writing.update(msg))
}

// Foot is empty while nothing is asked: nothing is written here.
func (s *shelf) Foot(width int) (string, *tea.Cursor) {
	if !s.Editing() {
		return "", nil
	}
	return s.writing.Foot(width)
}

// Watch says whether the screen has the keys.
func (s *shelf) Watch(_, focused bool) tea.Cmd {
	s.focused = focused && !s.Editing()
	return nil
}

func (s *shelf) View() tea.View {
	s.say = ""
	switch {
	case s.gone != "":
		s.say = s.gone + "\n\nEsc goes back."
	case s.problem != "":
		s.say = s.problem + "\n\nEnter tries again."
	case s.ready:
		s.say = s.none
	}
	return tea.NewView(s.view())
}

func (s *shelf) ShortHelp() []key.Binding {
	if s.Editing() {
		return s.hints()
	}
	if _, some := s.current(); !some {
		return []key.Binding{keys.Back}
	}
	return slices.Concat([]key.Binding{keys.Open}, actKeys(s.Acts(), keys.Reply, keys.React, keys.Keep), []key.Binding{keys.More, keys.Back})
}

func (s *shelf) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, append([]key.Binding{heading("This post"), keys.Open}, actKeys(s.Acts())...)}
}
