package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// terms is what has to be accepted to take part, shown once for each version. Nothing else is reached before.
type terms struct {
	page
	app       *app
	version   int64
	accepting bool // the answer is on its way: one Enter is one
}

// termsMsg is what I am asked to accept; "" for nothing.
type termsMsg struct {
	text    string
	version int64
	err     error
}

// acceptedMsg says what became of accepting; where it failed, with what has to be accepted now.
type acceptedMsg struct {
	of  *terms
	err error
	now termsMsg
}

// askTerms reads whether something has to be accepted.
func (a *app) askTerms() tea.Cmd { return func() tea.Msg { return a.terms() } }

func (a *app) terms() termsMsg {
	text, version, err := a.store.TermsToAccept(a.ctx, a.me)
	return termsMsg{text, version, err}
}

// termsAsked shows what has to be accepted, above all else.
func (m *Model) termsAsked(msg termsMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		m.fail(errMsg{msg.err})
		return nil
	case msg.text == "":
		return nil
	}
	return m.push(newTerms(m.app, m.theme, msg.text, msg.version))
}

func newTerms(a *app, t *theme, text string, version int64) *terms {
	s := &terms{page: page{theme: t}, app: a}
	s.says(text, version)
	s.set([]item{
		{name: "accept", label: "I accept", open: s.accept, keys: []key.Binding{says(keys.Open, "goes on")}},
		{name: "leave", label: "Not now: I would rather leave", open: func() tea.Cmd { return a.push(newNotNow(a, s.theme)) }, keys: []key.Binding{says(keys.Open, "leaves")}},
	})
	return s
}

// says puts the text there that is to be accepted.
func (s *terms) says(text string, version int64) {
	s.text, s.version = "Before you go on: this is what taking part means.\n\n"+text, version
}

func (s *terms) accept() tea.Cmd {
	s.accepting = true
	a, version := s.app, s.version
	return func() tea.Msg {
		m := acceptedMsg{of: s, err: a.store.AcceptTerms(a.ctx, a.me, version)}
		if m.err != nil {
			m.now = a.terms()
		}
		return m
	}
}

func (s *terms) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg, tea.MouseMsg:
		if s.accepting {
			return nil
		}
	case acceptedMsg:
		if msg.of == s {
			return s.accepted(msg)
		}
	}
	return s.page.Update(msg)
}

// accepted goes on; where it failed, it can be tried again, with the text as it is by then.
func (s *terms) accepted(msg acceptedMsg) tea.Cmd {
	s.accepting = false
	switch {
	case msg.err == nil, msg.now.err == nil && msg.now.text == "":
		return s.app.back()
	case msg.now.err == nil && msg.now.version != s.version:
		s.says(msg.now.text, msg.now.version)
		s.shown = 0
		s.arrange()
	}
	return fail(msg.err)
}

// Full is a screen without sidebar and header.
func (s *terms) Full() bool { return true }

func (s *terms) ShortHelp() []key.Binding {
	list := s.page.ShortHelp()
	return list[:len(list)-1] // there is no way back
}

// notNow says goodbye to who does not accept, and lets them go.
type notNow struct{ page }

func newNotNow(a *app, t *theme) *notNow {
	n := &notNow{page{theme: t, text: "That is all right. Nothing is lost: you can come back whenever you like, and will be asked again.\n\nIf something in it is not clear, ask whoever invited you."}}
	n.set([]item{
		{name: "leave", label: "Leave", open: func() tea.Cmd { return tea.Quit }, keys: []key.Binding{says(keys.Open, "leaves")}},
		{name: "back", label: "Read it once more", open: a.back, keys: []key.Binding{says(keys.Open, "goes back")}},
	})
	return n
}

// Full is a screen without sidebar and header.
func (n *notNow) Full() bool { return true }
