package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// writing is the foot of a screen where one may write: its composer, or the
// sentence that says why there is none, or a question that waits for yes or no.
type writing struct {
	theme    *theme
	composer *composer // nil until it is known whether one may write here
	instead  string
	question string
	yes      tea.Cmd
}

// open makes the composer of a place, once.
func (w *writing) open(a *app, at store.Place, label string) tea.Cmd {
	w.instead = ""
	if w.composer != nil {
		return w.composer.SetPlace(at, label)
	}
	w.composer = newComposer(a, w.theme, at, label)
	return w.composer.Init()
}

// shut takes the composer away and says why; what was written stays a draft.
func (w *writing) shut(ctx context.Context, why string) tea.Cmd {
	w.instead = why
	c := w.composer
	w.composer = nil
	if c == nil {
		return nil
	}
	return func() tea.Msg {
		c.Flush(ctx)
		return nil
	}
}

// ask waits for yes or no.
func (w *writing) ask(question string, yes tea.Cmd) { w.question, w.yes = question, yes }

// write gives the composer the keys.
func (w *writing) write() tea.Cmd {
	if w.composer == nil {
		return nil
	}
	return w.composer.Focus()
}

// Editing reports whether every key belongs to the foot.
func (w *writing) Editing() bool {
	return w.question != "" || w.composer != nil && w.composer.Focused()
}

// Flush saves the draft.
func (w *writing) Flush(ctx context.Context) {
	if w.composer != nil {
		w.composer.Flush(ctx)
	}
}

// update hands a message to the foot; keys only while it is Editing.
func (w *writing) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case themeMsg:
		w.theme = msg.theme
	case footClickMsg:
		return w.write()
	case postedMsg: // written: back to reading
		if c := w.composer; c != nil && c.at == (store.Place{Channel: msg.post.Channel, Root: msg.post.Root}) {
			return c.Blur()
		}
	case tea.KeyPressMsg:
		if w.question != "" {
			yes := w.yes
			w.question, w.yes = "", nil
			if key.Matches(msg, keys.Yes) {
				return yes
			}
			return nil
		}
	}
	if w.composer == nil {
		return nil
	}
	return w.composer.Update(msg)
}

// Foot draws the composer, or what stands in its place.
func (w *writing) Foot(width int) (string, *tea.Cursor) {
	switch {
	case w.question != "":
		return " " + w.theme.Bold.Render(fit(w.question, width-2)), nil
	case w.composer == nil:
		return " " + w.theme.Dim.Render(fit(w.instead, width-2)), nil
	}
	w.composer.SetWidth(width)
	return w.composer.View(), w.composer.Cursor()
}

// hints are the keys while the foot is Editing.
func (w *writing) hints() []key.Binding {
	if w.question != "" {
		return []key.Binding{keys.Yes, keys.No}
	}
	return w.composer.Hints()
}
