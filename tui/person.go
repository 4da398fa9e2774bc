package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// person is somebody's profile and, below it, what they have written that I may read.
type person struct {
	*shelf
	is store.Person
}

// profileMsg is what is known of a person now.
type profileMsg struct {
	of     *person
	person store.Person
	err    error
}

func newPerson(a *app, t *theme, is store.Person) *person {
	p := &person{is: is}
	none := is.Display() + " has written nothing yet that you may read."
	p.shelf = newShelf(a, t, is.Display(), none, func(ctx context.Context, before int64, n int) ([]store.Post, error) {
		return a.store.PersonPosts(ctx, a.me, is.ID, before, n)
	})
	p.entry = entryPeople
	p.head = p.profile
	return p
}

// Title is the header.
func (p *person) Title() string {
	if p.is.Name == "" {
		return "@" + p.is.Handle
	}
	return p.is.Name + " · @" + p.is.Handle
}

// Note is the time where they are.
func (p *person) Note() string {
	if p.is.Zone == "" {
		return ""
	}
	return p.theme.Dim.Render(p.app.now().In(zone(p.is.Zone)).Format("15:04") + " there")
}

// profile stands above the posts.
func (p *person) profile(width int) []string {
	text := about(p.is)
	if text == "" {
		text = "They have not said yet what they do."
	}
	var lines []string
	for _, l := range words(text, p.textWidth()) {
		lines = append(lines, " "+p.theme.Dim.Render(l))
	}
	if p.mayWrite() {
		k := keys.Write.Help()
		lines = append(lines, fit(" "+p.theme.Key.Render(k.Key)+"  "+p.theme.Dim.Render("Write to "+p.is.Display()), width))
	}
	return append(lines, "")
}

// mayWrite says whether a direct conversation with them can be had.
func (p *person) mayWrite() bool {
	return p.is.ID != p.app.me && (p.is.State == store.Active || p.is.State == store.Invited)
}

func (p *person) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, keys.Write) && p.mayWrite() && !p.Editing() {
			return p.app.writeTo(p.theme, p.is)
		}
	case profileMsg:
		if msg.of != p {
			return nil
		}
		if msg.err != nil {
			return fail(msg.err)
		}
		p.keep(func() { p.is = msg.person })
		return nil
	case store.Event:
		if msg.Kind == store.People || msg.Kind == store.Reload {
			return tea.Batch(p.ask(), p.shelf.Update(msg))
		}
	}
	return p.shelf.Update(msg)
}

// ask reads the profile again.
func (p *person) ask() tea.Cmd {
	a, handle := p.app, p.is.Handle
	return func() tea.Msg {
		is, err := a.store.Person(a.ctx, a.me, handle)
		return profileMsg{p, is, err}
	}
}

func (p *person) ShortHelp() []key.Binding {
	if p.mayWrite() && !p.Editing() {
		return append([]key.Binding{keys.Write}, p.shelf.ShortHelp()...)
	}
	return p.shelf.ShortHelp()
}

func (p *person) FullHelp() [][]key.Binding {
	own := []key.Binding{heading(p.is.Display()), keys.Write}
	return append([][]key.Binding{own}, p.shelf.FullHelp()...)
}

// writeTo opens the direct conversation with people, to be written in.
func (a *app) writeTo(t *theme, to ...store.Person) tea.Cmd {
	handles := make([]string, len(to))
	for i, p := range to {
		handles[i] = p.Handle
	}
	return func() tea.Msg {
		c, err := a.store.OpenDirect(a.ctx, a.me, handles)
		if err != nil {
			return errMsg{err}
		}
		to := newChannel(a, t, c.ID)
		to.writes = true
		return goMsg{to}
	}
}
