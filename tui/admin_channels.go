package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"tincan/store"
)

// newAdminChannels is every channel that I may see; each opens what can be changed of it.
func newAdminChannels(a *app, t *theme) screen {
	c := newChannels(a, t).(*channels)
	c.board = true
	return c
}

// newCharter is what a channel is, line by line, for its stewards and the admins.
func newCharter(a *app, t *theme, id int64) screen {
	k := newKept(a, t, "Channel", store.Channels, store.People)
	k.read = func() (drawn, error) {
		c, err := a.store.ChannelByID(a.ctx, a.me, id)
		if err != nil {
			return nil, err
		}
		departments, err := a.store.ChannelDepartments(a.ctx, a.me, id)
		if err != nil {
			return nil, err
		}
		stewards, err := a.store.Stewards(a.ctx, a.me, id)
		return func(k *kept) { k.charter(c, departments, stewards) }, err
	}
	return k
}

// charter draws what a channel is.
func (k *kept) charter(c store.Channel, departments, stewards []string) {
	a, t := k.app, k.theme
	k.title = "#" + c.Name + " · what it is"
	k.note = store.Count(c.Members, "person", "people")
	if c.Former != "" {
		k.text = "Once called #" + strings.Join(strings.Fields(c.Former), " and #") + ": that leads here still."
	}
	change := func(label, value string, open func() screen) {
		if !c.MayChange {
			open = nil
		}
		k.add(label, value, "change it", open)
	}
	if !c.Everyone {
		change("Name", "#"+c.Name, func() screen { return newRename(a, t, c) })
	}
	change("Purpose", orNone(c.Purpose), func() screen { return newPurpose(a, t, c) })
	sees, closing := "everyone: anyone may join and read", func() screen { return newClosing(a, t, c) }
	if c.Private {
		sees, closing = "those in it, for good", nil
	}
	posts, posting := "everyone in it", func() screen { return newPosting(a, t, c) }
	if c.StewardsPost {
		posts = "its stewards; everyone may reply"
	}
	if c.Everyone {
		posting, closing = nil, nil
	}
	change("Who sees it", sees, closing)
	change("Who posts", posts, posting)
	if !c.Everyone {
		change("Departments", orNone(strings.Join(departments, ", ")), func() screen { return newDepartments(a, t, c) })
	}
	change("Stewards", orNone(strings.Join(stewards, ", ")), func() screen { return newStewards(a, t, c) })
	k.add("People", store.Count(c.Members, "person is in it", "people are in it"), "see who", func() screen { return newMembers(a, t, c.ID) })
	if c.Private && c.Steward {
		k.add("Let somebody in", "", "opens", func() screen { return newLetIn(a, t, c) })
		k.add("Take somebody out", "", "opens", func() screen { return newTakeOut(a, t, c) })
	}
	switch {
	case c.Everyone:
	case c.Archived:
		change("Take it up again", "it is archived", func() screen { return newArchiving(a, t, c) })
	default:
		change("Archive it", "it can be read, and nothing is added", func() screen { return newArchiving(a, t, c) })
	}
	k.add("Read it", "", "opens it", func() screen { return newChannel(a, t, c.ID) })
	for i := range k.items {
		k.items[i].more, k.items[i].value = k.items[i].value, ""
	}
	k.wide = wideMenu
	for i, it := range k.items { // beside the label where there is room, below it in a narrow window
		if it.more != "" && k.width >= wideCharter {
			k.items[i].value, k.items[i].more = it.more, ""
		}
	}
}

// wideCharter is the width from which what a thing is stands beside its name.
const wideCharter = 50

// orNone is what stands where nothing has been said.
func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func newRename(a *app, t *theme, c store.Channel) *sheet {
	return a.decree(t, "#"+c.Name+" · another name", "The old name keeps leading here, and nobody else can take it.", "renames it", "", "Renamed. The old name leads here too.",
		[]*part{channelNamePart(c.Name)}, func(values []string, why string) error {
			return a.store.RenameChannel(a.ctx, a.me, c.ID, values[0], why)
		})
}

func newPurpose(a *app, t *theme, c store.Channel) *sheet {
	return a.decree(t, "#"+c.Name+" · purpose", "One sentence that says what belongs here.", "saves", "So that everyone knows what belongs here.", "It stands above its posts now.",
		[]*part{ask("Purpose", c.Purpose, "It may stay empty.")}, func(values []string, why string) error { return a.store.SetPurpose(a.ctx, a.me, c.ID, values[0], why) })
}

func newPosting(a *app, t *theme, c store.Channel) *sheet {
	who := &part{label: "Who posts", choices: []string{"everyone in it", "its stewards; everyone may reply"}, chosen: 1}
	if c.StewardsPost {
		who.chosen = 0
	}
	return a.decree(t, "#"+c.Name+" · who posts", "", "saves", "", "Saved: it is so from now on.", []*part{who}, func(values []string, why string) error {
		return a.store.SetStewardsPost(a.ctx, a.me, c.ID, values[0] == who.choices[1], why)
	})
}

// newClosing says what it means to make a channel private, and does it.
func newClosing(a *app, t *theme, c store.Channel) *sheet {
	intro := "Only those who are in #" + c.Name + " now, " + store.Count(c.Members, "person", "people") + ", will see it and all that was written in it. Its stewards let others in. It cannot be opened again."
	if !c.Joined {
		intro += " You are not in it: you will not see it any more."
	}
	return a.decree(t, "#"+c.Name+" · make it private", intro, "makes it private", "", "#"+c.Name+" is private now.", nil,
		func(_ []string, why string) error { return a.store.MakePrivate(a.ctx, a.me, c.ID, why) })
}

func newArchiving(a *app, t *theme, c store.Channel) *sheet {
	on, title, last, done := true, "archive it", "archives it", "#"+c.Name+" is archived."
	intro := "It stands under Channels, can be read and searched, and nothing is added. It can be taken up again."
	if c.Archived {
		on, title, last, done, intro = false, "take it up again", "takes it up", "#"+c.Name+" is in use again.", "It comes back to those who are in it, and they may write again."
	}
	return a.decree(t, "#"+c.Name+" · "+title, intro, last, "", done, nil,
		func(_ []string, why string) error { return a.store.ArchiveChannel(a.ctx, a.me, c.ID, on, why) })
}

// newDepartments is every department; Enter gives the channel to it, or takes it back.
func newDepartments(a *app, t *theme, c store.Channel) screen {
	k := newKept(a, t, "#"+c.Name+" · departments", store.Channels, store.People)
	k.read = func() (drawn, error) {
		has, err := a.store.ChannelDepartments(a.ctx, a.me, c.ID)
		if err != nil {
			return nil, err
		}
		all, err := a.store.Departments(a.ctx, a.me)
		return func(k *kept) {
			k.text = "The people of a department that is chosen are members by themselves, also those who come later."
			if len(all) == 0 {
				k.text = "No department is known yet. They come with the roster, with an invitation, or with what people say of themselves under Me."
			}
			for _, name := range all {
				on, mark, does := true, "  ", "chooses it"
				if slices.Contains(has, name) {
					on, mark, does = false, "✓ ", "takes it off"
				}
				k.items = append(k.items, item{name: name, label: mark + name, keys: []key.Binding{says(keys.Open, does)},
					open: a.opens(func() screen { return newDepartment(a, k.theme, c, name, on) })})
			}
		}, err
	}
	return k
}

func newDepartment(a *app, t *theme, c store.Channel, name string, on bool) *sheet {
	intro, last, done := "Everybody in "+name+" is in #"+c.Name+" from now on, and can mute it. Who changes to another department leaves it.", "chooses it", name+" is in #"+c.Name+" now."
	if c.Private {
		intro += " They read all that was written in it. Of those who only say themselves that they are in " + name + ", nobody comes in."
	}
	if !on {
		intro, last, done = "The people of "+name+" leave #"+c.Name+", but for those who came by themselves.", "takes it off", name+" is no longer in #"+c.Name+"."
	}
	return a.decree(t, "#"+c.Name+" · "+name, intro, last, "", done, nil,
		func(_ []string, why string) error { return a.store.SetDepartment(a.ctx, a.me, c.ID, name, on, why) })
}

// newStewards is who looks after a channel; Enter takes that from them.
func newStewards(a *app, t *theme, c store.Channel) screen {
	k := newKept(a, t, "#"+c.Name+" · stewards", store.Channels, store.People)
	k.read = func() (drawn, error) {
		all, err := a.store.Stewards(a.ctx, a.me, c.ID)
		return func(k *kept) {
			k.text = "Stewards pin, hide and move posts, answer what waits, and say what the channel is."
			k.add("Name a steward", "", "opens", func() screen { return newSteward(a, k.theme, c, "", true) })
			for _, handle := range all {
				k.add(handle, "", "no longer a steward", func() screen { return newSteward(a, k.theme, c, handle, false) })
			}
		}, err
	}
	return k
}

// newSteward names a steward, or takes it from one.
func newSteward(a *app, t *theme, c store.Channel, handle string, on bool) *sheet {
	if !on {
		return a.decree(t, "#"+c.Name+" · "+handle, handle+" stays in #"+c.Name+" as an ordinary member.", "takes it from them", "", handle+" is an ordinary member now.", nil,
			func(_ []string, why string) error { return a.store.SetSteward(a.ctx, a.me, c.ID, handle, false, why) })
	}
	return a.decree(t, "#"+c.Name+" · a steward", "", "names them", "Looks after it from now on.", "Named. They see it now.", []*part{ask("Handle", "", "Like ben or @ben.")},
		func(values []string, why string) error {
			return a.store.SetSteward(a.ctx, a.me, c.ID, values[0], true, why)
		})
}

// newTakeOut takes somebody out of a private channel.
func newTakeOut(a *app, t *theme, c store.Channel) *sheet {
	return newHandle(a, t, "#"+c.Name+" · take somebody out", "They will no longer see #"+c.Name+". What they wrote stays.", "takes them out", func(p store.Person) (string, error) {
		return p.Display() + " is no longer in #" + c.Name + ".", a.store.RemoveMember(a.ctx, a.me, c.ID, p.Handle)
	})
}
