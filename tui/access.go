package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// keyPage is one key of mine and what can be done with it.
type keyPage struct {
	page
	app *app
}

func newKeyPage(m *me, k store.Key) *keyPage {
	a, t := m.app, m.theme
	p := &keyPage{page{theme: t, title: "Me · " + k.Label}, a}
	p.text = "A key of kind " + k.Kind + ", added on " + k.AddedAt.In(a.zone).Format("2 January 2006") + ", " + m.used(k) + ".\n\n  " + k.Fingerprint
	p.set([]item{
		{name: "rename", label: "Rename it", open: a.opens(func() screen { return newLabel(a, t, k) }), keys: []key.Binding{keys.Open}},
		{name: "remove", label: "Remove it", open: a.opens(func() screen { return newRemoval(a, t, k) }), keys: []key.Binding{keys.Open}},
	})
	return p
}

// Update leaves the page once something has been done.
func (p *keyPage) Update(msg tea.Msg) tea.Cmd {
	if _, done := msg.(mineMsg); done {
		return p.app.back()
	}
	return p.page.Update(msg)
}

// newLabel is the form for the name of a key.
func newLabel(a *app, t *theme, k store.Key) *sheet {
	s := &sheet{title: "Me · rename a key", last: "saves"}
	s.form = form{app: a, theme: t, parts: []*part{ask("Name", k.Label, "What you call the computer it is on.")}}
	s.send = func(values []string) (tea.Msg, int, error) {
		return mineMsg{"The key is called " + values[0] + " now."}, 0, a.store.LabelKey(a.ctx, a.me, k.ID, values[0])
	}
	return s
}

// newRemoval asks whether a key is to go.
func newRemoval(a *app, t *theme, k store.Key) *page {
	p := &page{theme: t, title: "Me · remove a key"}
	p.text = "Whoever has the key " + k.Label + " (" + kindOf(k) + " " + short(k.Fingerprint) + ") cannot come in with it any more. A window that is open stays open."
	remove := func() tea.Msg {
		if err := a.store.RemoveKey(a.ctx, a.me, k.ID); err != nil {
			return errMsg{err}
		}
		return tea.Sequence(said(popMsg{}), said(mineMsg{"The key " + k.Label + " is removed."}))()
	}
	p.set([]item{
		{name: "keep", label: "Keep it", open: a.back, keys: []key.Binding{says(keys.Open, "keeps it")}},
		{name: "remove", label: "Remove it", open: func() tea.Cmd { return remove }, keys: []key.Binding{says(keys.Open, "removes it")}},
	})
	return p
}

// newPassword is the form for a password. It is asked for twice, as nobody sees it.
func newPassword(a *app, t *theme, change bool) *sheet {
	first := ask("New password", "", "At least 10 characters; a few words are easier to keep in mind.")
	again := ask("The same again", "", "")
	first.field.hidden, again.field.hidden = true, true
	s := &sheet{title: "Me · set a password", last: "saves", intro: "With your handle and a password you can come in from a computer that has no key of yours."}
	if change {
		s.title = "Me · change the password"
	}
	s.form = form{app: a, theme: t, parts: []*part{first, again}}
	s.send = func(values []string) (tea.Msg, int, error) {
		if values[0] != values[1] {
			return nil, 1, wrong("These two are not the same. Type the second again, or go up and type both.")
		}
		return mineMsg{"The password is set."}, 0, a.store.SetPassword(a.ctx, a.me, values[0])
	}
	return s
}

// link is the code that lets me in from one more device.
type link struct {
	page
	app *app
}

// linkMsg is a fresh code.
type linkMsg struct {
	of   *link
	code store.Code
	err  error
}

func newLink(a *app, t *theme) *link {
	return &link{page{theme: t, title: "Me · another device"}, a}
}

// Init makes the code.
func (l *link) Init() tea.Cmd {
	a := l.app
	return func() tea.Msg {
		code, err := a.store.CreateLinkCode(a.ctx, a.me)
		return linkMsg{l, code, err}
	}
}

func (l *link) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case linkMsg:
		switch {
		case msg.of != l:
			return nil
		case msg.err != nil:
			l.text, _ = store.Sentence(msg.err)
			return fail(msg.err)
		}
		l.say(msg.code)
		l.arrange()
		return nil
	case tea.KeyPressMsg:
		if key.Matches(msg, keys.Open) {
			return l.Init()
		}
	}
	return l.page.Update(msg)
}

// say writes what to type on the other device.
func (l *link) say(c store.Code) {
	line := "Start ssh there as you do here."
	if l.app.host != "" {
		line = "Type on the other device:\n\n  ssh " + l.app.host
	}
	minutes := strconv.Itoa(int(store.LinkValid.Minutes()))
	l.text = line + "\n\nWhen it asks for an invite code:\n\n  " + c.Text +
		"\n\nThe code works once, for " + minutes + " minutes: until " + c.Expires.In(l.app.zone).Format("15:04") + ". Whoever has it comes in as you."
}

func (l *link) ShortHelp() []key.Binding {
	return []key.Binding{says(keys.Open, "makes another code"), keys.Back}
}

// said is the command that brings a message.
func said(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
