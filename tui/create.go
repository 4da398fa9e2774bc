package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newCreate is the form that opens a channel.
func newCreate(a *app, t *theme) *sheet {
	name := ask("Name", "", "Letters, digits and dashes, like sales-nord.")
	name.shape = func(s string) string {
		return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s, "#")), " ", "-")
	}
	name.check = store.ValidChannelName
	who := &part{label: "Open to", choices: []string{"everyone: anyone may join and read", "those let in: nobody else sees it"}}
	s := &sheet{title: "New channel", last: "opens the channel"}
	s.intro = "Anyone may open a channel. You will look after this one."
	s.form = form{app: a, theme: t, parts: []*part{name, ask("Purpose", "", "One sentence that says what belongs here. It may stay empty."), who}}
	s.send = func(values []string) (tea.Msg, int, error) {
		c, err := a.store.CreateChannel(a.ctx, a.me, store.NewChannel{Name: values[0], Purpose: values[1], Private: who.choices[1] == values[2]})
		if err != nil {
			at := 0
			if errors.Is(err, store.ErrInvalid) && store.ValidChannelName(values[0]) == nil {
				at = 1 // then it is the purpose
			}
			return nil, at, err
		}
		say := "#" + c.Name + " is there. People find it under Channels."
		if c.Private {
			say = "#" + c.Name + " is there. Under Channels, " + keys.Add.Help().Key + " lets people in."
		}
		return tea.BatchMsg{goTo(newChannel(a, t, c.ID)), status(say)}, 0, nil
	}
	return s
}

// newLetIn is the form that lets somebody into a private channel.
func newLetIn(a *app, t *theme, c store.Channel) *sheet {
	s := &sheet{title: "#" + c.Name + " · let somebody in", last: "lets them in", intro: "They can read everything that was written here so far."}
	s.form = form{app: a, theme: t, parts: []*part{ask("Handle", "", "Like ben or @ben.")}}
	s.send = func(values []string) (tea.Msg, int, error) {
		p, err := a.store.Person(a.ctx, a.me, values[0])
		if err != nil {
			return nil, 0, err
		}
		return statusMsg{p.Display() + " is in #" + c.Name + " now."}, 0, a.store.AddMember(a.ctx, a.me, c.ID, p.Handle)
	}
	return s
}
