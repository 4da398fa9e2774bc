package store_test

import (
	"testing"
	"time"

	"tincan/store"
)

func TestTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	petra, jon, maya := w.person("petra"), w.person("jon"), w.person("maya")
	nils, gone := w.person("nils"), w.person("gone")
	for person, manager := range map[int64]int64{jon: petra, maya: jon, nils: jon, gone: jon} {
		w.raw(`UPDATE person SET manager_id = ? WHERE id = ?`, manager, person)
	}
	w.mustRead(w.admin("eva"), "read this")
	w.must(w.LeaveForGood(w.ctx, gone))
	waits := func(me int64) (pending []int) {
		t.Helper()
		list, err := w.TeamWaits(w.ctx, me)
		w.must(err)
		for _, is := range list {
			pending = append(pending, is.Pending)
		}
		return pending
	}
	equal(t, "of jon, without who has left", row(waits(jon)), "[2]")
	equal(t, "of petra, without the teams below", row(waits(petra)), "[1]")
	equal(t, "of who manages nobody", row(waits(maya)), "[]")
}

// TestStanding writes a row for each change that counts, and none for others.
func TestStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := func(person int64) string {
		return w.text(`SELECT group_concat(on_roster || ' ' || department || ' ' || leader, ', ') FROM (SELECT * FROM standing WHERE person_id = ? ORDER BY at)`, person)
	}
	w.invite(store.Invite{Handle: "maya", Department: "Sales"})
	w.clock.add(time.Hour)
	maya := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind"})
	equal(t, "invited and come", rows(maya), "1 Sales 0")
	w.clock.add(time.Hour)
	w.must(w.UpdateProfile(w.ctx, maya, store.Profile{Name: "Maya", Department: "Sales"}))
	equal(t, "another name", rows(maya), "1 Sales 0")
	w.must(w.UpdateProfile(w.ctx, maya, store.Profile{Name: "Maya", Department: "Finance"}))
	w.clock.add(-time.Minute) // a clock set back
	w.must(w.LeaveForGood(w.ctx, maya))
	equal(t, "left, by a clock set back", rows(maya), "1 Sales 0, 0 Finance 0")
	w.archive("old", 0)
	equal(t, "who is only in an archive", w.number(`SELECT count(*) FROM standing s JOIN person p ON p.id = s.person_id WHERE p.state = 0`), 0)
	bot := w.enter(store.Invite{Handle: "build", Bot: true})
	equal(t, "a program", rows(bot), "0  0")
}
