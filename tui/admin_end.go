package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newEnd is how the trial ends, how far that has come, and the next step.
func newEnd(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · end of the trial", store.Trials)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		e, err := a.store.Ending(a.ctx, a.me)
		if err != nil {
			return nil, err
		}
		tr, err := a.store.TrialDays(a.ctx, a.me)
		return func(k *kept) { k.ending(e, tr) }, err
	}
	return k
}

// ending draws the end of the trial for the admins.
func (k *kept) ending(e store.Ending, tr store.Trial) {
	a, t := k.app, k.theme
	next, command := k.nextStep(e)
	k.body = func(width int) []string {
		room := min(max(width-2, 1), measure)
		var lines []string
		say := func(mark, text string, style style) {
			for i, l := range words(text, max(room-columns(mark), 1)) {
				if i > 0 {
					mark = strings.Repeat(" ", columns(mark))
				}
				lines = append(lines, fit(" "+style.Render(mark+l), width))
			}
		}
		say("", next, t.Text)
		if command != "" {
			lines = append(lines, "")
			say("  ", command, t.Accent)
		}
		if e.Day == "" {
			return lines
		}
		lines = append(lines, "")
		for _, s := range endLines(e, a.now(), a.zone) {
			if s.taken {
				say("✓ ", s.text, t.Text)
			} else {
				say("· ", s.text, t.Dim)
			}
		}
		return lines
	}
	switch {
	case e.Day == "":
		k.add("Announce the end", "", "asks how", func() screen { return newEndPlan(a, t, e, tr) })
	case e.Took(store.EndFrozen) == nil:
		k.add("Freeze it", "", "asks why", func() screen { return newFreeze(a, t) })
		k.add("Ask another admin for their yes", "", "asks them", func() screen { return newAsking(a, t, store.EndOfTrial) })
		k.add("Announce another plan", "", "asks how", func() screen { return newEndPlan(a, t, e, tr) })
	}
	if e.Keeps(a.me) && e.Took(store.EndCompared) != nil {
		k.add("I hold the export", "", "asks for its name", func() screen { return newReceipt(a, t) })
	}
	if e.Day != "" {
		k.add("Call the end off", "", "asks why", func() screen { return newCallOff(a, t) })
	}
}

// nextStep says what comes next, and the command for it where that is not for the menu.
func (k *kept) nextStep(e store.Ending) (say, command string) {
	names := personNames(e.Keepers)
	switch {
	case e.Day == "":
		return "When the trial is to end, announce it: everyone is told the last day on which they write, what is kept, and which two people get it. On that day two admins freeze everything; then it is exported, compared, handed over and destroyed. Until the very last step you can call it off.", ""
	case e.Took(store.EndFrozen) == nil:
		return "People write until " + longDay(e.Day) + ". On that day, freeze it: all can be read, and nothing is written any more. It takes another admin's yes.", ""
	case e.Took(store.EndCompared) == nil:
		return "Whoever runs the server now exports everything into a folder, on another disk at best:", "tincan end-trial FOLDER"
	case !e.Done():
		return "Whoever runs the server hands " + e.File + " over to " + names + ". Each of them says under Trial that they hold it.", ""
	}
	return "Both hold the export. The last step has no way back: whoever runs the server stops it, and destroys what is on it:", "tincan end-trial FOLDER --destroy"
}

// endLine is a step of the end.
type endLine struct {
	text  string
	taken bool
}

// endLines are the steps of the end, those taken with when and by whom.
func endLines(e store.Ending, now time.Time, zone *time.Location) []endLine {
	var lines []endLine
	step := func(step store.EndStep, is, will string) {
		if s := e.Took(step); s != nil {
			lines = append(lines, endLine{is + " by " + s.Name + ", " + whole(s.At, now, zone), true})
			return
		}
		lines = append(lines, endLine{will, false})
	}
	step(store.EndAnnounced, "Announced", "Announce it")
	step(store.EndFrozen, "Frozen", "Freeze it")
	step(store.EndExported, "Exported", "Export "+e.Holds())
	step(store.EndCompared, "Compared with what is here", "Compare that with what is here")
	waiting := map[int64]bool{}
	for _, p := range e.Waiting() {
		waiting[p.ID] = true
	}
	for _, p := range e.Keepers {
		if waiting[p.ID] {
			lines = append(lines, endLine{"Hand it over to " + p.Display(), false})
		} else {
			lines = append(lines, endLine{p.Display() + " holds it", true})
		}
	}
	return append(lines, endLine{"Destroy what is here", false})
}

// personNames is "Maya Lind and Ben Brook".
func personNames(people []store.Person) string {
	var names []string
	for _, p := range people {
		names = append(names, p.Display())
	}
	return strings.Join(names, " and ")
}

// newEndPlan is the form that announces the end.
func newEndPlan(a *app, t *theme, e store.Ending, tr store.Trial) *sheet {
	day, kept := tr.Last, &part{label: "Kept", hint: "Everyone is told. Without private channels, nobody gets what was said there.", choices: []string{"open channels", "private ones too"}}
	var keepers [2]string
	if e.Day != "" {
		day = e.Day
		for i, p := range e.Keepers {
			keepers[i] = p.Handle
		}
	}
	if e.Private {
		kept.chosen = 1
	}
	last := ask("Last day", day, "On which people write, like 2027-02-28.")
	last.check = store.ValidDay
	parts := []*part{last, kept, ask("One who gets it", keepers[0], "A handle, like maya."), ask("The other", keepers[1], "Somebody else, so that it is not lost with one of them.")}
	return a.decree(t, "End · announce it", "An announcement to everyone, in your name, says when the trial ends, what is kept of it and who gets that.", "announces it", "As the board agreed.", "Announced. Everyone reads it in #announcements.", parts,
		func(v []string, why string) error {
			const first = 2 // of the two who get it
			var two [2]store.Person
			about := 0 // what is refused below
			for i, handle := range v[first : first+2] {
				var err error
				if two[i], err = a.store.Person(a.ctx, a.me, handle); err != nil {
					return &partError{first + i, err}
				}
				if about == 0 && (two[i].State != store.Active || two[i].Bot || i == 1 && two[0].ID == two[1].ID) {
					about = first + i
				}
			}
			err := a.store.AnnounceEnd(a.ctx, a.me, store.EndPlan{Day: v[0], Private: v[1] == kept.choices[1], Keepers: [2]string{v[2], v[3]}}, why)
			if err != nil && about > 0 {
				return &partError{about, err}
			}
			return err
		})
}

func newFreeze(a *app, t *theme) *sheet {
	return a.decree(t, "End · freeze it", "From now on all can be read, and nobody writes. Everyone is told why. It uses up another admin's yes, and can be called off.", "freezes it", "The day has come.", "Frozen. Nothing is written any more.", nil,
		func(_ []string, why string) error { return a.store.FreezeTrial(a.ctx, a.me, why) })
}

func newCallOff(a *app, t *theme) *sheet {
	return a.decree(t, "End · call it off", "People write again, as before. An export that was made stays with whoever has it.", "calls it off", "", "Called off. Tell everyone why in #announcements.", nil,
		func(_ []string, why string) error { return a.store.CallOffEnd(a.ctx, a.me, why) })
}

// newReceipt is where one of the two says that they hold the export.
func newReceipt(a *app, t *theme) *sheet {
	s := &sheet{title: "End · I hold the export", last: "confirms it", intro: "With this you say that the file is in your hands. Once both of you have said so, what is on the server is destroyed."}
	s.form = form{app: a, theme: t, parts: []*part{ask("Its name", "", "The last 8 characters before .zip, like 3f9a2c17 in tincan-export-3f9a2c17.zip.")}}
	s.send = func(v []string) (tea.Msg, int, error) {
		return statusMsg{"Confirmed. It stands under Trial."}, 0, a.store.ReceiveExport(a.ctx, a.me, v[0])
	}
	return s
}
