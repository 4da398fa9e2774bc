package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// entryActs are what an admin can do about a person now, the most used first. The list, the page of the person and
// the hints are made of these.
func (a *app) entryActs(e store.Entry) []postAct {
	var list []postAct
	add := func(when bool, name string, k key.Binding, open func(*theme) screen) {
		if when {
			list = append(list, postAct{name, k, func(t *theme) tea.Cmd { return a.push(open(t)) }})
		}
	}
	in := e.State == store.Active || e.State == store.Invited
	mine := e.ID == a.me
	letter := "Make a letter with a code"
	if !e.InvitedAt.IsZero() {
		letter = "Make the letter again"
	}
	add(e.State == store.Invited, letter, keys.Letter, func(t *theme) screen { return newLetter(a, t, e) })
	add(e.State != store.Staged, "Edit", keys.Edit, func(t *theme) screen { return newEdit(a, t, e) })
	add(in && !e.Admin && !e.Bot, "Make an admin", key.Binding{}, func(t *theme) screen { return newRole(a, t, e, true) })
	add(e.Admin, "No longer an admin", key.Binding{}, func(t *theme) screen { return newRole(a, t, e, false) })
	add(!e.Leader && !e.Bot, "Mark as a leader", key.Binding{}, func(t *theme) screen { return newLeaderMark(a, t, e, true) })
	add(e.Leader, "No longer mark as a leader", key.Binding{}, func(t *theme) screen { return newLeaderMark(a, t, e, false) })
	add(e.State == store.Active && !mine, "Reset keys and password", key.Binding{}, func(t *theme) screen { return newReset(a, t, e) })
	add(in && !mine, "Suspend", keys.Suspend, func(t *theme) screen { return newSuspend(a, t, e) })
	add(!in, "Restore", keys.Restore, func(t *theme) screen { return newRestore(a, t, e) })
	add(e.State != store.Left && !mine, "Has left", keys.Leaver, func(t *theme) screen { return newLeaver(a, t, e) })
	add(true, "See what they write", key.Binding{}, func(t *theme) screen { return newPerson(a, t, e.Person) })
	return list
}

// newEntry is one person and what can be done about them.
func newEntry(a *app, t *theme, handle string) screen {
	k := newKept(a, t, "Admin · @"+handle, store.People)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		e, err := a.store.Entry(a.ctx, a.me, handle)
		return func(k *kept) {
			k.title = "Admin · " + e.Display()
			k.note = "@" + e.Handle
			k.text = a.described(e)
			for _, act := range a.entryActs(e) {
				keys := []key.Binding{keys.Open}
				if act.key.Enabled() {
					keys = append(keys, act.key)
				}
				k.items = append(k.items, item{name: act.name, label: act.name, keys: keys, open: func() tea.Cmd { return act.do(k.theme) }})
			}
		}, err
	}
	return &entryPage{k}
}

// entryPage is the page of a person, on which the keys of their list work too.
type entryPage struct{ *kept }

func (p *entryPage) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		for _, it := range p.items {
			for _, k := range it.keys {
				if k.Help().Key != keys.Open.Help().Key && key.Matches(press, k) {
					return it.open()
				}
			}
		}
	}
	return p.kept.Update(msg)
}

// described is what is known of a person, in a few lines.
func (a *app) described(e store.Entry) string {
	join := func(parts ...string) string {
		var some []string
		for _, p := range parts {
			if p != "" {
				some = append(some, p)
			}
		}
		return strings.Join(some, " · ")
	}
	named := func(what, value string) string {
		if value == "" {
			return ""
		}
		return what + " " + value
	}
	leader := ""
	if e.Leader {
		leader = "leader"
	}
	role := map[bool]string{true: "admin"}[e.Admin]
	if e.Bot {
		role = "a program"
	}
	lines := []string{
		join(e.Department, e.Team, e.Title),
		join(e.Email, named("number", e.Employee), named("manager", at(e.Manager)), named("since", e.Start)),
		join(role, leader, a.standsNow(e), waysIn(e)),
	}
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// at is a handle as it is written; "" for none.
func at(handle string) string {
	if handle == "" {
		return ""
	}
	return "@" + handle
}

// waysIn says how somebody may come in.
func waysIn(e store.Entry) string {
	switch {
	case e.State == store.Left:
		return ""
	case e.WaysIn == 0:
		return "no key or password"
	}
	return store.Count(e.WaysIn, "way in", "ways in")
}

func newSuspend(a *app, t *theme, e store.Entry) *sheet {
	return a.decree(t, "Suspend "+e.Display(), e.Display()+" (@"+e.Handle+") is out at once, in every window that is open. What they wrote stays, and so do their keys and password: Restore lets them in again.",
		"suspends them", "", e.Display()+" has no access from now on.", nil, func(_ []string, why string) error { return a.store.Suspend(a.ctx, a.me, e.Handle, why) })
}

func newRestore(a *app, t *theme, e store.Entry) *sheet {
	intro := e.Display() + " (@" + e.Handle + ") may come in again, with the keys and the password they had."
	if e.State == store.Left {
		intro = e.Display() + " (@" + e.Handle + ") is on the roster again. Their keys and password are gone; they need a letter with a code."
	}
	return a.decree(t, "Restore "+e.Display(), intro, "restores them", "", e.Display()+" may come in again.", nil, func(_ []string, why string) error { return a.store.Restore(a.ctx, a.me, e.Handle, why) })
}

func newLeaver(a *app, t *theme, e store.Entry) *sheet {
	return a.decree(t, "End the access of "+e.Display(), e.Display()+" (@"+e.Handle+") is out at once and for good: keys, password, drafts and saved posts are gone. What they wrote stays, under their name.",
		"ends their access", "", e.Display()+" has left. What they wrote stays.", nil, func(_ []string, why string) error { return a.store.Leaver(a.ctx, a.me, e.Handle, why) })
}

func newRole(a *app, t *theme, e store.Entry, on bool) *sheet {
	title, intro, last, done := "Make "+e.Display()+" an admin", "Admins run the trial from these menus, together: whatever one does stands under Decisions, for everyone.", "makes them one", e.Display()+" is an admin now."
	if !on {
		title, intro, last, done = e.Display()+" no longer an admin", "They stay here as before, without the menus under Admin.", "takes it from them", e.Display()+" is no admin any more."
	}
	return a.decree(t, title, intro, last, "", done, nil, func(_ []string, why string) error { return a.store.SetAdmin(a.ctx, a.me, e.Handle, on, why) })
}

func newLeaderMark(a *app, t *theme, e store.Entry, on bool) *sheet {
	title, last, done := "Mark "+e.Display()+" as a leader", "marks them", e.Display()+" is marked as a leader."
	if !on {
		title, last, done = "No longer mark "+e.Display()+" as a leader", "takes it off", e.Display()+" is no longer marked as a leader."
	}
	return a.decree(t, title, "Leaders are the executive and other key people. Whether they take part is one of the figures; it changes nothing else.", last, "", done, nil,
		func(_ []string, why string) error { return a.store.SetLeader(a.ctx, a.me, e.Handle, on, why) })
}

func newReset(a *app, t *theme, e store.Entry) *sheet {
	return a.lettering(t, "Reset keys and password of "+e.Display(), "None of their keys lets them in any more, and no password; every window that is open is closed. A letter with a new code is made.",
		"resets them", "", nil, func(_ []string, why string) ([]store.Letter, error) {
			l, err := a.store.Reset(a.ctx, a.me, e.Handle, why)
			return []store.Letter{l}, err
		})
}

// newLetter makes the letter of somebody who has not come.
func newLetter(a *app, t *theme, e store.Entry) *sheet {
	intro := "A letter that you copy into a mail: where to go, what to type, and a code that lets them in."
	if !e.InvitedAt.IsZero() {
		intro = "Codes are shown once, so the letter gets a new one; the code they have stops working."
	}
	return a.lettering(t, "A letter for "+e.Display(), intro, "makes it", invitePurpose, nil, func(_ []string, why string) ([]store.Letter, error) {
		return a.store.Letters(a.ctx, a.me, []string{"@" + e.Handle}, why)
	})
}

// newEdit changes what the roster says of somebody.
func newEdit(a *app, t *theme, e store.Entry) *sheet {
	parts := []*part{
		ask("Name", e.Name, ""), ask("Department", e.Department, "Channels of a department follow it."), ask("Team", e.Team, ""), ask("Title", e.Title, ""),
		ask("E-mail", e.Email, "Only admins see it."), ask("Number", e.Employee, "Their employee number in the roster, if there is one."),
		ask("Manager", at(e.Manager), "A handle, like @petra. Managers see what is pending in their own team."), ask("Since", e.Start, "Their first day in the company, like 2026-11-22."),
	}
	return a.decree(t, "Edit "+e.Display(), "", "saves", "Corrected.", "Saved.", parts, func(v []string, why string) error {
		return a.store.Edit(a.ctx, a.me, e.Handle, store.Details{Name: v[0], Department: v[1], Team: v[2], Title: v[3], Email: v[4], Employee: v[5], Manager: v[6], Start: v[7]}, why)
	})
}
