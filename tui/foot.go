package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// writing is the foot of a screen where one may write: its composer, or the
// sentence that says why there is none, or a question that waits for yes or no,
// or what one can react with, or a post of mine that is being written anew.
type writing struct {
	acts     *app // does what is chosen
	theme    *theme
	composer *composer // nil until it is known whether one may write here
	editor   *composer
	picker   *picker
	instead  string
	question string
	yes      tea.Cmd
}

// open makes the composer of a place, once. Where it is known that no draft waits there, none is read.
func (w *writing) open(a *app, at store.Place, label string, draft bool) tea.Cmd {
	w.instead = ""
	if w.composer != nil {
		return w.composer.SetPlace(at, label)
	}
	w.composer = newComposer(a, w.theme, at, label)
	if !draft {
		w.composer.ready = true
		return nil
	}
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
	return w.question != "" || w.picker != nil || w.editor != nil || w.composer != nil && w.composer.Focused()
}

// pen is what is being written with, nil where there is nothing to write.
func (w *writing) pen() *composer {
	if w.editor != nil {
		return w.editor
	}
	return w.composer
}

// Flush saves the draft.
func (w *writing) Flush(ctx context.Context) {
	for _, c := range []*composer{w.composer, w.editor} {
		if c != nil {
			c.Flush(ctx)
		}
	}
}

// reading says whether the text that one is about to go on with is still being read.
func (w *writing) reading() bool { return w.editor != nil && !w.editor.ready }

// update hands a message to the foot; keys only while it is Editing.
func (w *writing) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case themeMsg:
		w.theme = msg.theme
	case footClickMsg:
		switch {
		case w.picker != nil:
			return w.picked(w.picker.click(msg.x))
		case w.editor == nil:
			return w.write()
		}
		return nil
	case askMsg:
		w.ask(msg.question, msg.yes)
		return nil
	case announceMsg:
		if w.composer == nil {
			return nil
		}
		return w.composer.announcing(msg)
	case howMsg:
		if c := w.composer; c != nil && c.at == (store.Place{Channel: msg.channel}) {
			c.note(msg.how)
			return c.arm()
		}
		return nil
	case reactMsg:
		w.picker = newPicker(msg.post)
		return nil
	case editMsg:
		w.editor = newEditor(w.acts, w.theme, msg.post, msg.typo)
		return w.editor.Init()
	case editedMsg:
		if w.editor == nil || w.editor.desk != msg.of {
			return nil
		}
		var drop tea.Cmd
		if msg.gaveUp {
			drop = w.editor.giveUp()
		}
		w.editor = nil
		return drop
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
		switch {
		case w.picker != nil:
			return w.picked(w.picker.press(msg))
		case w.editor != nil && key.Matches(msg, keys.Put):
			return w.putDown()
		case w.editor != nil:
			return w.editor.Update(msg)
		}
	case tea.PasteMsg:
		if w.editor != nil {
			return w.editor.Update(msg)
		}
	}
	var cmd tea.Cmd
	if w.editor != nil {
		cmd = w.editor.Update(msg)
	}
	if w.composer != nil {
		cmd = tea.Batch(cmd, w.composer.Update(msg))
	}
	return cmd
}

// picked puts the chosen reaction on the post, or takes it off.
func (w *writing) picked(r store.Reaction, state picking) tea.Cmd {
	p := w.picker.post
	switch state {
	case stillPicking:
		return nil
	case chosen:
		w.picker = nil
		return w.acts.react(p.ID, r, !p.Reactions.Mine[r])
	}
	w.picker = nil
	return nil
}

// newPost is the key for a new post, where one may write it and none is selected.
func (w *writing) newPost(l *latest) []key.Binding {
	if _, some := l.current(); some || w.composer == nil {
		return nil
	}
	return []key.Binding{keys.New}
}

// putDown leaves a post as it was; what was written meanwhile only after a question.
func (w *writing) putDown() tea.Cmd {
	e := w.editor
	if e.outgoing != "" {
		return nil
	}
	if e.settle(); e.field.text == e.was.Body {
		w.editor = nil
		return nil
	}
	w.ask("Leave the post as it was, and give up what you have written?", said(editedMsg{of: e.desk, gaveUp: true}))
	return nil
}

// Foot draws the composer, or what stands in its place.
func (w *writing) Foot(width int) (string, *tea.Cursor) {
	switch {
	case w.question != "":
		lines := words(w.question, width-2)
		for i := range lines {
			lines[i] = " " + w.theme.Bold.Render(lines[i])
		}
		return strings.Join(lines, "\n"), nil
	case w.picker != nil:
		return w.picker.view(width, w.theme), nil
	case w.pen() == nil && w.instead == "": // its line stands empty until it is known what belongs there
		return " ", nil
	case w.pen() == nil:
		lines := words(w.instead, width-2)
		for i := range lines {
			lines[i] = " " + w.theme.Dim.Render(lines[i])
		}
		return strings.Join(lines, "\n"), nil
	}
	w.pen().SetWidth(width)
	return w.pen().View(), w.pen().Cursor()
}

// hints are the keys while the foot is Editing.
func (w *writing) hints() []key.Binding {
	if w.question != "" {
		return []key.Binding{keys.Yes, keys.No}
	}
	if w.picker != nil {
		return []key.Binding{says(keys.Open, "puts it on or takes it off"), says(keys.Other, "another"), says(keys.Cancel, "none")}
	}
	return w.pen().Hints()
}
