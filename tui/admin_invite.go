package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
	"tincan/store/archive"
)

const (
	// invitePurpose is the usual reason of an invitation.
	invitePurpose = "They are to take part."
	// copyMost is the most letters that go into a clipboard at once: some 40 KB; terminals take up to 75.
	copyMost = 50
	// tableMost is the same for the lines of a table.
	tableMost = 500
)

// door is where people come in, as letters to them say it.
func (a *app) door() archive.Door {
	return archive.Door{SSH: "ssh " + a.typed(), Fingerprint: a.hostKey, Zone: a.zone}
}

// lettering is a decree that ends in letters to be copied.
func (a *app) lettering(t *theme, title, intro, last, why string, parts []*part, do func(values []string, why string) ([]store.Letter, error)) *sheet {
	s := a.decree(t, title, intro, last, why, "", parts, nil)
	s.send = func(values []string) (tea.Msg, int, error) {
		n := len(values) - 1
		letters, err := do(values[:n], values[n])
		if err != nil {
			at := 0
			if values[n] == "" {
				at = n
			}
			return nil, at, err
		}
		return pushMsg{newLetters(a, t, letters)}, 0, nil
	}
	return s
}

// newInvites chooses whom to invite.
func newInvites(a *app, t *theme, c store.RosterCount) screen {
	p := &page{theme: t, title: "Admin · invite people", text: "Whoever is invited gets a code, and you get the letter that brings it to them."}
	line := func(name, label string, do func() screen) item {
		return item{name: name, label: label, open: a.opens(do), keys: []key.Binding{keys.Open}}
	}
	items := []item{
		line("one", "One person", func() screen { return newInviteOne(a, t) }),
		line("many", "Several, by handle or e-mail address", func() screen { return newInviteMany(a, t) }),
	}
	if c.NoCode > 0 {
		items = append(items, line("all", "All "+store.Number(c.NoCode)+" on the roster who have no letter yet", func() screen { return newInviteAll(a, t, c.NoCode) }))
	}
	p.set(items)
	return p
}

func newInviteOne(a *app, t *theme) *sheet {
	handle := ask("Handle", "", "What others call them by, like maya.lind.")
	handle.shape = strings.ToLower
	handle.check = func(s string) error { return store.ValidHandle(strings.TrimPrefix(s, "@")) }
	role := &part{label: "Role", choices: []string{"staff", "admin: runs the trial with you", "a program: posts by itself, and is not counted"}}
	return a.lettering(t, "Admin · invite one person", "", "invites them", invitePurpose, []*part{handle, ask("Name", "", "As others know them. It may stay empty: they are asked."), ask("Department", "", ""), role},
		func(v []string, why string) ([]store.Letter, error) {
			code, err := a.store.CreateInvite(a.ctx, a.me, store.Invite{Handle: v[0], Name: v[1], Department: v[2], Admin: v[3] == role.choices[1], Bot: v[3] == role.choices[2], Why: why})
			if err != nil {
				return nil, err
			}
			p, err := a.store.Person(a.ctx, a.me, code.Handle)
			return []store.Letter{{Person: p, Code: code}}, err
		})
}

func newInviteMany(a *app, t *theme) *sheet {
	who := ask("Who", "", "Handles or e-mail addresses, with spaces or commas between. A column of a spreadsheet can be pasted.")
	who.field.limit = store.InvitedAtOnce * (nameMost + 1)
	return a.lettering(t, "Admin · invite several people", "Who is on the roster is found by either; others come onto it.", "invites them", invitePurpose, []*part{who}, func(v []string, why string) ([]store.Letter, error) {
		return a.store.Letters(a.ctx, a.me, strings.FieldsFunc(v[0], func(r rune) bool { return strings.ContainsRune(" ,;<>", r) }), why)
	})
}

// nameMost is the most characters of an e-mail address in a list.
const nameMost = 60

func newInviteAll(a *app, t *theme, n int) screen {
	if n > tableMost {
		return &page{theme: t, title: "Admin · invite all", text: "For so many, a file is better than a clipboard. This invites all " + store.Number(n) + " and writes a table for a mail merge:\n\n  ssh " + a.typed() + " invite --all --csv > letters.csv"}
	}
	return a.lettering(t, "Admin · invite all", "A letter for each of the "+store.Number(n)+" people on the roster who have none.", "makes the letters", invitePurpose, nil,
		func(_ []string, why string) ([]store.Letter, error) { return a.store.LettersForAll(a.ctx, a.me, why) })
}

// newLetters shows letters to be copied, as they are or for a mail merge.
func newLetters(a *app, t *theme, letters []store.Letter) screen {
	p := &page{theme: t}
	var items []item
	add := func(name, label, does string, do func() tea.Cmd) {
		items = append(items, item{name: name, label: label, open: do, keys: []key.Binding{says(keys.Open, does)}})
	}
	copies := func(text, done string) func() tea.Cmd {
		return func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(text), status(done+", where your terminal allows that."))
		}
	}
	if len(letters) == 1 {
		l := letters[0]
		text := archive.Letter(a.door(), l)
		p.title = "A letter for " + l.Display()
		p.text = flowing(text)
		add("copy", "Copy the letter", "copies it", copies(text, "The letter is copied"))
		add("code", "Copy the code alone", "copies it", copies(l.Code.Text, "The code is copied"))
	} else {
		p.title = "Admin · " + store.Number(len(letters)) + " letters"
		p.text = store.Number(len(letters)) + " people are invited. Copy their letters now: codes are shown once. Whose letter is lost gets another one in the list."
		var table, texts strings.Builder
		if err := archive.Letters(&table, a.door(), letters); err != nil {
			p.text = "The letters cannot be written."
		}
		add("csv", "Copy a table for a mail merge (CSV)", "copies it", copies(table.String(), "The table is copied"))
		if len(letters) <= copyMost {
			for _, l := range letters {
				texts.WriteString(archive.Letter(a.door(), l) + "\n" + strings.Repeat("-", measure) + "\n\n")
			}
			add("texts", "Copy them one below the other", "copies them", copies(texts.String(), "The letters are copied"))
		}
		for _, l := range letters {
			it := item{name: personItem(l.Person), open: a.opens(func() screen { return newLetters(a, t, []store.Letter{l}) }), keys: []key.Binding{keys.Open}}
			it.label, it.value = listed(l.Person, t)
			items = append(items, it)
		}
	}
	p.set(items)
	return p
}

// flowing is a letter whose paragraphs are one line each, to be wrapped for the window.
func flowing(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		if !strings.HasPrefix(p, " ") {
			paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
