package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"

	"tincan/store"
)

// newToday is what waits for the board; each line opens the place to act.
func newToday(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Today", store.Reported, store.People, store.Trials, store.Changed, store.Posted, store.Decided)
	k.where = entryAdmin
	k.wide = neverWide
	k.read = func() (drawn, error) {
		all, err := a.store.Today(a.ctx, a.me)
		return func(k *kept) {
			if len(all) == 0 {
				k.text = "All is well: nothing waits for the board.\n\nHere stand people who have not come, questions without an answer, reports, and what the board should know of itself."
			}
			for _, w := range all {
				label, more, _ := strings.Cut(w.Sentence(), ". ")
				if more != "" {
					more = k.theme.Dim.Render(more)
				}
				k.items = append(k.items, item{name: w.Kind.String() + " " + w.Name, label: strings.TrimSuffix(label, "."), more: more, open: a.opens(func() screen { return a.waits(k.theme, w) }), keys: []key.Binding{keys.Open}})
			}
		}, err
	}
	return k
}

// waits is where something that waits is dealt with.
func (a *app) waits(t *theme, w store.Wait) screen {
	switch w.Kind {
	case store.SecondAdmin:
		return newSecond(a, t)
	case store.OpenReports:
		return newReports(a, t)
	case store.Overdue:
		if w.Post != 0 {
			return newAudience(a, t, store.Post{ID: w.Post}, true)
		}
		return newMustReads(a, t)
	case store.OpenQuestions:
		return newStale(a, t)
	case store.NoFigure:
		return newAdminTrial(a, t)
	case store.NotCome:
		return newRoll(a, t, store.EntryFilter{Phase: store.PhaseInvited})
	case store.OneDepartment, store.OneAdmin:
		return newRoll(a, t, store.EntryFilter{Phase: store.PhaseCame, Order: store.ByDepartment})
	case store.NoBackup:
		return newNoBackup(t)
	default: // one that failed, or is old
		return newBackup(a, t)
	}
}

// newNoBackup says what a backup is for.
func newNoBackup(t *theme) screen {
	return &page{theme: t, title: "Data · no backups", text: "All that is written here is in one folder on the server. If that machine fails, it is gone.\n\nAsk whoever runs the server to start it with --backup-dir: then a copy is put aside every day, in another folder."}
}

// newStale is the questions of open channels that nobody has answered for days.
func newStale(a *app, t *theme) *shelf {
	s := newShelf(a, t, "Today · questions without an answer", "Every question has an answer, or is younger than three days.", func(context.Context, int64, int) ([]store.Post, error) {
		return a.store.StaleQuestions(a.ctx, a.me)
	})
	s.whole, s.entry = true, entryAdmin
	return s
}
