package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// consentKinds are the acts that take two admins, in the order of the screen.
var consentKinds = []store.ConsentKind{store.PrivateExport, store.EndOfTrial}

// newSecond is what needs two admins: what the others ask of me, and what I ask of them.
func newSecond(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Second admin", store.Decided, store.People)
	k.where, k.wide = entryAdmin, neverWide
	k.read = func() (drawn, error) {
		list, err := a.store.Consents(a.ctx, a.me)
		return func(k *kept) {
			k.text = "The end of the trial and an export with private channels take two admins. Ask the others here, or let one of them make a code and read it out to you. A yes is good for a day, and once."
			for _, c := range list {
				k.items = append(k.items, a.consentItem(k.theme, c))
			}
			for _, kind := range consentKinds {
				k.add("Ask the others for "+kind.String(), "", "asks them", func() screen { return newAsking(a, k.theme, kind) })
			}
			k.add("Make a code to be read out", "", "makes one", func() screen { return newConsentCode(a, k.theme) })
			k.add("Type in a code of another admin", "", "takes it", func() screen { return newTakeConsent(a, k.theme) })
		}, err
	}
	return k
}

// consentItem is a question or an answer in the list.
func (a *app) consentItem(t *theme, c store.Consent) item {
	it := item{name: "consent " + strconv.FormatInt(c.ID, 10), end: t.Dim.Render(ago(c.At, a.now(), a.zone)), more: t.Dim.Render(c.Why)}
	switch {
	case c.AskedBy == "":
		it.label = c.By + " made a code for " + c.Kind.String()
	case c.Yes:
		it.label = c.By + " said yes to " + c.Kind.String() + " by " + c.AskedBy
	case c.No:
		it.label = c.By + " said no to " + c.Kind.String() + " by " + c.AskedBy
	case c.Mine:
		it.label = "You ask for " + c.Kind.String()
	default:
		it.label, it.bold = c.AskedBy+" asks you for "+c.Kind.String(), true
		it.open = a.opens(func() screen { return newAnswer(a, t, c) })
		it.keys = []key.Binding{says(keys.Open, "answer")}
	}
	return it
}

// newAnswer asks for a yes or a no.
func newAnswer(a *app, t *theme, c store.Consent) *sheet {
	answer := &part{label: "Answer", choices: []string{"no", "yes"}}
	return a.decree(t, "Admin · "+c.Kind.String(), c.AskedBy+" asks: "+c.Why, "answers", "", "Answered. It stands under Decisions.", []*part{answer},
		func(v []string, why string) error { return a.store.Confirm(a.ctx, a.me, c.ID, v[0] == "yes", why) })
}

func newAsking(a *app, t *theme, kind store.ConsentKind) *sheet {
	return a.decree(t, "Admin · ask for "+kind.String(), "Every other admin can say yes, under Admin → Second admin.", "asks them", "", "Asked. The others see it under Admin.", nil,
		func(_ []string, why string) error { return a.store.AskSecond(a.ctx, a.me, kind, why) })
}

// kindPart chooses an act that takes two.
func kindPart() *part {
	p := &part{label: "For"}
	for _, k := range consentKinds {
		p.choices = append(p.choices, k.String())
	}
	return p
}

// chosenKind is the act that was chosen.
func chosenKind(choice string) store.ConsentKind {
	for _, k := range consentKinds {
		if k.String() == choice {
			return k
		}
	}
	return 0
}

func newConsentCode(a *app, t *theme) *sheet {
	s := a.decree(t, "Admin · a code to be read out", "Whoever you read it out to may do it once, within a day.", "makes it", "", "", []*part{kindPart()}, nil)
	s.send = func(v []string) (tea.Msg, int, error) {
		code, err := a.store.ConsentCode(a.ctx, a.me, chosenKind(v[0]), v[1])
		if err != nil {
			return nil, 1, err
		}
		return pushMsg{&page{theme: t, title: "Admin · a code to be read out", text: "Read this out to the other admin:\n\n  " + code.Text + "\n\nIt is for " + v[0] + ", works once, until " + whole(code.Expires, a.now(), a.zone) + ", and is shown only now."}}, 0, nil
	}
	return s
}

func newTakeConsent(a *app, t *theme) *sheet {
	s := &sheet{title: "Admin · a code of another admin", last: "takes it", intro: "It is theirs for one thing, and works once."}
	s.form = form{app: a, theme: t, parts: []*part{kindPart(), ask("Code", "", "Like k7mq-2fdx-9wtr.")}}
	s.send = func(v []string) (tea.Msg, int, error) {
		return statusMsg{"Taken: you may go on with " + v[0] + " within a day."}, 1, a.store.TakeConsent(a.ctx, a.me, chosenKind(v[0]), v[1])
	}
	return s
}
