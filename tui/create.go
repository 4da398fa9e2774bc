package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newCreate is the form that opens a channel; for an admin who looks after them all, also for somebody else.
func newCreate(a *app, t *theme, board bool) *sheet {
	who := &part{label: "Open to", choices: []string{"everyone: anyone may join and read", "those let in: nobody else sees it"}}
	s := &sheet{title: "New channel", last: "opens the channel"}
	s.intro = "Anyone may open a channel. You will look after this one."
	s.form = form{app: a, theme: t, parts: []*part{channelNamePart(""), ask("Purpose", "", "One sentence that says what belongs here. It may stay empty."), who}}
	if board {
		s.intro = "Whoever it is for looks after it; without a name, you do."
		s.parts = append(s.parts, ask("For", "", "A handle, like ben. It may stay empty."), reasonPart("Asked for."))
	}
	s.send = func(values []string) (tea.Msg, int, error) {
		n := store.NewChannel{Name: values[0], Purpose: values[1], Private: who.choices[1] == values[2]}
		if board {
			n.For, n.Why = values[3], values[4]
		}
		c, err := a.store.CreateChannel(a.ctx, a.me, n)
		if err != nil {
			return nil, createdAt(n, err), err
		}
		say := "#" + c.Name + " is there. People find it under Channels."
		switch {
		case !c.Joined:
			return statusMsg{"#" + c.Name + " is there; " + n.For + " looks after it."}, 0, nil
		case c.Private:
			say = "#" + c.Name + " is there. Under Channels, " + keys.Add.Help().Key + " lets people in."
		}
		return tea.BatchMsg{said(goMsg{newChannel(a, t, c.ID)}), status(say)}, 0, nil
	}
	return s
}

// createdAt is the part of the form that was wrong with a new channel.
func createdAt(n store.NewChannel, err error) int {
	switch {
	case store.ValidChannelName(n.Name) != nil, errors.Is(err, store.ErrTaken), errors.Is(err, store.ErrLimited):
		return 0
	case n.For == "":
		return 1 // then it is the purpose
	case n.Why == "":
		return 4
	}
	return 3
}

// channelNamePart asks for the name of a channel and writes it as it will stand.
func channelNamePart(now string) *part {
	name := ask("Name", now, "Letters, digits and dashes, like sales-nord.")
	name.shape = func(s string) string {
		return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s, "#")), " ", "-")
	}
	name.check = store.ValidChannelName
	return name
}

// newLetIn is the form that lets somebody into a private channel.
func newLetIn(a *app, t *theme, c store.Channel) *sheet {
	return newHandle(a, t, "#"+c.Name+" · let somebody in", "They can read everything that was written here so far.", "lets them in", func(p store.Person) (string, error) {
		return p.Display() + " is in #" + c.Name + " now.", a.store.AddMember(a.ctx, a.me, c.ID, p.Handle)
	})
}

// newHandle is a form that asks for one person and does something with them.
func newHandle(a *app, t *theme, title, intro, last string, do func(store.Person) (done string, err error)) *sheet {
	s := &sheet{title: title, intro: intro, last: last}
	s.form = form{app: a, theme: t, parts: []*part{ask("Handle", "", "Like ben or @ben.")}}
	s.send = func(values []string) (tea.Msg, int, error) {
		p, err := a.store.Person(a.ctx, a.me, values[0])
		if err != nil {
			return nil, 0, err
		}
		done, err := do(p)
		return statusMsg{done}, 0, err
	}
	return s
}
