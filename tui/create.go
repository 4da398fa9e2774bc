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
		return goMsg{newChannel(a, t, c.ID)}, 0, nil
	}
	return s
}
