package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// terms is what has to be accepted to take part, shown once for each version. Nothing else is reached before.
type terms struct {
	page
	app *app
}

// termsMsg is what I am asked to accept; "" for nothing.
type termsMsg struct {
	text    string
	version int64
	err     error
}

// askTerms reads whether something has to be accepted.
func (a *app) askTerms() tea.Cmd {
	return func() tea.Msg {
		text, version, err := a.store.TermsToAccept(a.ctx, a.me)
		return termsMsg{text, version, err}
	}
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
	s := &terms{page: page{theme: t, text: "Before you go on: this is what taking part means.\n\n" + text}, app: a}
	accept := func() tea.Msg {
		if err := a.store.AcceptTerms(a.ctx, a.me, version); err != nil {
			return tea.BatchMsg{said(popMsg{}), fail(err), a.askTerms()}
		}
		return popMsg{}
	}
	s.set([]item{
		{name: "accept", label: "I accept", open: func() tea.Cmd { return accept }, keys: []key.Binding{says(keys.Open, "goes on")}},
		{name: "leave", label: "Not now: I would rather leave", open: func() tea.Cmd { return a.push(newNotNow(a, t)) }, keys: []key.Binding{says(keys.Open, "leaves")}},
	})
	return s
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
