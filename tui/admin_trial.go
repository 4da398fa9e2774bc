package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"tincan/store"
)

// newAdminTrial is what the board says of the trial, line by line.
func newAdminTrial(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Trial", store.Trials)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		tr, err := a.store.Trial(a.ctx, a.me)
		return func(k *kept) { k.adminTrial(tr) }, err
	}
	return k
}

func (k *kept) adminTrial(tr store.Trial) {
	a, t := k.app, k.theme
	k.note = trialDay(tr, a.now())
	one := func(label, value, hint, intro string, put func(*store.Trial, string)) {
		k.add(label, orNone(value), "change it", func() screen { return newTrialLine(a, t, label, value, hint, intro, put) })
	}
	k.add("The report", "what came of it, to decide on", "opens", func() screen { return newTrialReport(a, t) })
	one("Name", tr.Name, "Like Nordwind talks.", "", func(tr *store.Trial, v string) { tr.Name = v })
	one("Purpose", tr.Purpose, "One sentence: what is it for?", "", func(tr *store.Trial, v string) { tr.Purpose = v })
	first := "Once that day has come, it stays, and so do the objectives: later changes stand in Decisions with old and new."
	one("First day", tr.First, "Like 2026-12-01: year, month, day.", first, func(tr *store.Trial, v string) { tr.First = v })
	one("Last day", tr.Last, "Like 2027-02-28: year, month, day.", "", func(tr *store.Trial, v string) { tr.Last = v })
	zone := tr.Zone
	if zone == "" {
		zone = "none: UTC counts"
	}
	k.add("Time zone", zone, "change it", func() screen {
		return newTrialLine(a, t, "Time zone", tr.Zone, "Like Europe/Berlin.", "By it a day begins and ends, for everyone; without one, days go by UTC.", func(tr *store.Trial, v string) { tr.Zone = v })
	})
	said := "none: nobody is asked"
	if tr.Terms != "" {
		said = store.Count(store.Graphemes(tr.Terms), "character", "characters") + ", accepted at sign-in"
	}
	k.add("Terms", said, "change them", func() screen { return newTermsForm(a, t, tr.Terms) })
	head := "What it is to reach"
	for _, o := range tr.Objectives {
		value := o.Missing()
		if value == "" {
			m, _ := store.MeasureOf(o.Measure)
			value = m.Figure(o.Baseline) + " → " + m.Figure(o.Target)
		} else {
			value = t.New.Render(value)
		}
		k.items = append(k.items, item{name: o.What, head: head, label: o.What, end: value, keys: []key.Binding{says(keys.Open, "change it")},
			open: a.opens(func() screen { return newObjective(a, t, o, tr) })})
		head = ""
	}
	k.items = append(k.items, item{name: "add an objective", head: head, label: "Add an objective", keys: []key.Binding{says(keys.Open, "opens")},
		open: a.opens(func() screen { return newObjectiveForm(a, t, store.Objective{}) })},
		item{name: "end", head: "When it is over", label: "End the trial", keys: []key.Binding{says(keys.Open, "opens")}, open: a.opens(func() screen { return newEnd(a, t) })})
}

// newTrialLine is the form for one line of the trial. The others stay as they are now, whoever has changed them.
func newTrialLine(a *app, t *theme, label, now, hint, intro string, put func(*store.Trial, string)) *sheet {
	return a.decree(t, "Trial · "+strings.ToLower(label), intro, "saves", "As the board agreed.", "Saved. Everyone sees it under Trial.", []*part{ask(label, now, hint)},
		func(values []string, why string) error {
			tr, err := a.store.Trial(a.ctx, a.me)
			if err != nil {
				return err
			}
			v := values[0]
			if label == "Time zone" {
				if name, ok := zoneNamed(v); ok {
					v = name
				}
			}
			put(&tr, v)
			return a.store.SetTrial(a.ctx, a.me, tr, why)
		})
}

// newTermsForm is the form for what people accept.
func newTermsForm(a *app, t *theme, now string) *sheet {
	text := askLong("Terms", now, "An empty text asks nobody any more. "+keys.NewLine.Help().Key+" makes a new line.")
	return a.decree(t, "Trial · terms", "Everyone is asked to accept this once, when they come in, and again when it changes. It is never in the way of a command.", "saves", "As the board agreed.",
		"Saved. Everyone is asked at the next sign-in.", []*part{text}, func(values []string, why string) error { return a.store.SetTerms(a.ctx, a.me, values[0], why) })
}

// newObjective is one objective and what can be done with it.
func newObjective(a *app, t *theme, o store.Objective, tr store.Trial) screen {
	text := o.What + "\n\n" + objectiveLine(o, tr, a.now())
	if m := o.Missing(); m != "" {
		text += "\n\nIt " + m + " yet: without, nobody can say at the end whether it was reached."
	}
	p := &page{theme: t, title: "Trial · an objective", text: text}
	items := []item{{name: "change", label: "Change it", open: a.opens(func() screen { return newObjectiveForm(a, t, o) }), keys: []key.Binding{says(keys.Open, "opens")}}}
	if !tr.Started(a.now()) {
		items = append(items, item{name: "remove", label: "Take it out", keys: []key.Binding{says(keys.Open, "opens")}, open: a.opens(func() screen {
			return a.decree(t, "Trial · take it out", o.What, "takes it out", "", "Taken out.", nil, func(_ []string, why string) error { return a.store.RemoveObjective(a.ctx, a.me, o.ID, why) })
		})})
	}
	p.set(items)
	return p
}

// newObjectiveForm writes an objective, a new one or another.
func newObjectiveForm(a *app, t *theme, o store.Objective) *sheet {
	measures := store.Measures()
	by := &part{label: "Measured by", choices: []string{"nothing yet"}}
	var unit string
	for i, m := range measures {
		by.choices = append(by.choices, m.Name+" ("+m.ID+")")
		if m.ID == o.Measure {
			by.chosen, unit = i+1, m.Unit
		}
	}
	shown := func(v *float64) string {
		if v == nil {
			return ""
		}
		return store.Measure{Unit: unit}.Figure(v)
	}
	title, why := "Trial · an objective", "As the board agreed."
	parts := []*part{ask("What", o.What, "Like: most of us are in."), by, ask("It is now", shown(o.Baseline), "A number, like 20."), ask("It is to be", shown(o.Target), "A number, like 60."),
		ask("By", o.Due, "A day like 2027-02-28; empty for the last of the trial."), ask("Looked after by", o.OwnerHandle, "A handle, like ben. It may stay empty.")}
	for _, p := range parts[2:4] {
		p.check = func(s string) error { _, err := store.ParseFigure(s); return err }
	}
	parts[4].check = store.ValidDay
	return a.decree(t, title, "", "saves", why, "Saved. Everyone sees it under Trial.", parts, func(values []string, why string) error {
		is := store.Objective{ID: o.ID, What: values[0], Due: values[4]}
		for i, c := range by.choices[1:] {
			if c == values[1] {
				is.Measure = measures[i].ID
			}
		}
		var err error
		if is.Baseline, err = store.ParseFigure(values[2]); err != nil {
			return err
		}
		if is.Target, err = store.ParseFigure(values[3]); err != nil {
			return err
		}
		if owner := values[5]; owner != "" {
			if _, err := a.store.Person(a.ctx, a.me, owner); err != nil {
				return &partError{5, err}
			}
		}
		return a.store.SetObjective(a.ctx, a.me, is, values[5], why)
	})
}
