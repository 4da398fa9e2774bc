package tui

import (
	"context"
	"strconv"

	"charm.land/bubbles/v2/key"

	"tincan/store"
)

// newToday is what waits for the board; each line opens the place to act.
func newToday(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Today", nil, store.Reported, store.People, store.Trials, store.Changed, store.Posted, store.Decided)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		all, err := a.store.Today(a.ctx, a.me)
		return func(k *kept) {
			if len(all) == 0 {
				k.text = "All is well: nothing waits for the board.\n\nHere stand people who have not come, questions without an answer, reports, and what the board should know of itself."
			}
			for _, w := range all {
				label, open := a.waits(k.theme, w)
				k.items = append(k.items, item{name: strconv.Itoa(int(w.Kind)), label: label, open: opens(open), keys: []key.Binding{keys.Open}})
			}
		}, err
	}
	return k
}

// waits says what waits, and where it is dealt with.
func (a *app) waits(t *theme, w store.Wait) (label string, open func() screen) {
	switch w.Kind {
	case store.OpenReports:
		return count(w.Count, "report waits", "reports wait") + " for a decision", func() screen { return newReports(a, t) }
	case store.OpenQuestions:
		return count(w.Count, "question has", "questions have") + " had no answer for three days", func() screen { return newStale(a, t) }
	case store.NotCome:
		return count(w.Count, "person was", "people were") + " invited more than three days ago and have not come", func() screen { return newRoll(a, t, store.EntryFilter{Phase: store.PhaseInvited}) }
	case store.NoFigure:
		return count(w.Count, "objective", "objectives") + " cannot be measured yet", func() screen { return newAdminTrial(a, t) }
	case store.OneDepartment:
		return "Everybody on the board is from " + w.Name + ". Ask a second department onto the board.", func() screen {
			return newRoll(a, t, store.EntryFilter{Phase: store.PhaseCame, Order: store.ByDepartment})
		}
	case store.OneAdmin:
		return w.Name + " is the only admin. Ask somebody from another department onto the board.", func() screen {
			return newRoll(a, t, store.EntryFilter{Phase: store.PhaseCame, Order: store.ByDepartment})
		}
	case store.BackupWaits:
		return "The last backup is of " + whole(w.At, a.now(), a.zone), func() screen { return newNoBackup(t) }
	}
	return "No backup yet", func() screen { return newNoBackup(t) }
}

// newNoBackup says what a backup is for.
func newNoBackup(t *theme) screen {
	return &page{theme: t, title: "Today · no backup", text: "All that is written here is in one folder on the server. If that machine fails, it is gone.\n\nAsk whoever runs the server to put a copy of the folder aside, at least once a week."}
}

// newStale is the questions of open channels that nobody has answered for days.
func newStale(a *app, t *theme) *shelf {
	s := newShelf(a, t, "Today · questions without an answer", "Every question has an answer, or is younger than three days.", func(context.Context, int64, int) ([]store.Post, error) {
		return a.store.StaleQuestions(a.ctx, a.me)
	})
	s.whole, s.entry = true, entryAdmin
	return s
}
