package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// roster reads lines of name=value cells apart by spaces; _ stands for a space.
func roster(lines ...string) (r store.Roster) {
	for i, line := range lines {
		row := store.RosterRow{Line: i + 2}
		for _, cell := range strings.Fields(line) {
			name, value, _ := strings.Cut(cell, "=")
			for c, column := range store.RosterColumns {
				if column == name {
					row.Cells[c] = strings.ReplaceAll(value, "_", " ")
				}
			}
			if name == "key" {
				row.Keys = append(row.Keys, key(value))
			}
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

// planned is what becomes of each line that is not unchanged.
func planned(p store.RosterPlan) string {
	var all []string
	for _, l := range p.Lines {
		if l.Fate == store.RosterUnchanged {
			continue
		}
		what := row(l.Line, l.Fate, l.Handle)
		for _, c := range l.Changes {
			what += fmt.Sprintf(" %s:%s→%s", c.Field, c.Was, c.Becomes)
		}
		if l.Text != "" {
			what += " " + l.Text
		}
		all = append(all, what)
	}
	return strings.Join(all, "\n")
}

func (w *world) imported(me int64, r store.Roster) string {
	w.t.Helper()
	plan, err := w.PlanRoster(w.ctx, me, r)
	w.must(err)
	done, err := w.ImportRoster(w.ctx, me, r, store.RosterAs{Many: true})
	w.must(err)
	equal(w.t, "what was planned is done", planned(done), planned(plan))
	again, err := w.ImportRoster(w.ctx, me, r, store.RosterAs{})
	w.must(err)
	equal(w.t, "a second time changes nothing", row(again.Count[store.RosterAdded], again.Count[store.RosterChanged], again.Count[store.RosterLeaves]), "0 0 0")
	return planned(done)
}

func TestRoster(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	maya := w.enter(store.Invite{Handle: "maya", Name: "Maya"})
	w.archive("old", 0)
	decisions := func() int64 { return w.number(`SELECT count(*) FROM decision`) }
	before := decisions()

	equal(t, "the first", w.imported(jon, roster(
		"employee_id=3 email=Nils.Oak@Example.com name=Nils_Oak department=Finance manager_id=2 start_date=1.3.2024",
		"employee_id=2 handle=@maya department=Finance manager_id=1 leader=yes key=maya2",
		"employee_id=1 email=petra@example.com name=Petra_Marsh role=admin",
		"employee_id=4 email=nils.oak@example.org name=Nils_Oak",
		"employee_id=5 name=Zoë_Größe role=bot",
		"employee_id=6 name==1+1",
	)), `2 added nils.oak
3 changed maya employee number:→2 department:→Finance manager:→1 leader:no→yes key:→SHA256:maya2
4 added petra
5 added nils.oak-2
6 added zoe.grosse
7 added 11`)
	equal(t, "one line in the log", decisions()-before, 1)
	equal(t, "which says", w.text(`SELECT act || ' ' || about || ': ' || became FROM decision ORDER BY id DESC LIMIT 1`), "imported a roster: 5 added, 1 changed, 0 left; new admins: @petra")
	nils, err := w.Entry(w.ctx, jon, "nils.oak")
	w.must(err)
	equal(t, "an entry", row(nils.Email, nils.Department, nils.Manager, nils.Start, nils.State, nils.InvitedAt.IsZero()), "nils.oak@example.com Finance maya 2024-03-01 invited true")
	equal(t, "above them", w.text(`SELECT b.handle FROM person p JOIN person b ON b.id = p.manager_id WHERE p.id = ?`, maya), "petra")
	equal(t, "a formula is text", w.text(`SELECT name FROM person WHERE employee = '6'`), "=1+1")
	w.healthy()

	w.clock.add(time.Hour)
	equal(t, "a later one", w.imported(jon, roster(
		"employee_id=1 email=petra@example.com name=Petra_Marsh manager_id=-",
		"employee_id=3 email=nils@example.com name=Nils_Oak department=Sales",
		"email=new@example.com",
	)), `3 changed nils.oak e-mail:nils.oak@example.com→nils@example.com department:Finance→Sales
4 added new
0 left 11
0 left maya
0 left nils.oak-2`)
	refused(t, second(w.Me(w.ctx, maya)), store.ErrForbidden, "Your access has ended")
	equal(t, "who was not by a roster stays, and who was a bot", w.text(`SELECT group_concat(handle, ' ') FROM person WHERE state IN (1, 2) AND handle IN ('jon', 'zoe.grosse')`), "jon zoe.grosse")
	equal(t, "where they stood", w.text(`SELECT group_concat(on_roster || department || leader, ' ') FROM (SELECT * FROM standing WHERE person_id = ? ORDER BY at)`, maya), "1Finance1 0Finance1")
	equal(t, "back again", w.imported(jon, roster(
		"employee_id=1", "employee_id=2 name=Maya_Lind", "employee_id=3", "email=new@example.com",
	)), `3 changed maya name:Maya→Maya Lind state:left→invited`)
	w.healthy()
}

func second[T any](_ T, err error) error { return err }

func TestRosterBad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	maya := w.person("maya")
	w.imported(jon, roster("employee_id=1 handle=maya email=maya@example.com", "employee_id=2 email=ben@example.com key=ben", "employee_id=3 handle=eva manager_id=1"))
	before := w.number(`SELECT count(*) FROM person`)*1000 + w.number(`SELECT count(*) FROM decision`)
	for _, c := range []struct {
		name, want string
		r          store.Roster
	}{
		{"nothing to know them by", "There is nothing to know this person by", roster("name=Nobody")},
		{"two lines", "This is about the same person as line 2.", roster("employee_id=9", "employee_id=9 name=Other")},
		{"two lines by other means", "This is about the same person as line 2.", roster("email=ben@example.com", "employee_id=2")},
		{"two lines of somebody new", "This is about the same person as line 2.", roster("employee_id=8 email=x@example.com", "employee_id=9 email=x@example.com")},
		{"the address of another", "ben@example.com is the address of @ben, who is somebody else.", roster("employee_id=1 email=ben@example.com")},
		{"the handle of another", "@maya is the handle of @maya, who is somebody else.", roster("employee_id=2 handle=maya")},
		{"another handle", "has the handle @ben here, and handles stay", roster("employee_id=2 handle=benjamin")},
		{"another number", "@ben has the employee number 2 here, not 7.", roster("employee_id=7 email=ben@example.com")},
		{"no handle", "A handle has 1 to 32", roster("handle=Maya_Lind!")},
		{"no address", "is no e-mail address", roster("email=maya")},
		{"role", `"boss" is no role; there are staff, admin and bot.`, roster("employee_id=1 role=boss")},
		{"leader", `is yes or no, not "perhaps"`, roster("employee_id=1 leader=perhaps")},
		{"day", `"3/4/2024" is no day that can be read for certain`, roster("employee_id=1 start_date=3/4/2024")},
		{"a name too long", "name", roster("employee_id=1 name=" + strings.Repeat("x", 99))},
		{"manager", "Nobody has the employee number 77", roster("employee_id=1 manager_id=77")},
		{"their own manager", "circle: maya is under maya", roster("employee_id=1 manager_id=1")},
		{"a circle", "The managers go round in a circle", roster("employee_id=10 manager_id=11", "employee_id=11 manager_id=12", "employee_id=12 manager_id=10")},
		{"a circle through who is not in it", "circle", roster("employee_id=1 manager_id=3")},
		{"the key of another", "belongs to somebody else", roster("employee_id=1 key=ben")},
		{"the key of two", "belongs to somebody else", roster("employee_id=20 key=k", "employee_id=21 key=k")},
		{"myself off the board", "You cannot take yourself from the admins", roster("handle=jon role=staff")},
		{"what could not be read", "broken", store.Roster{Wrong: []store.RosterWrong{{Line: 2, Text: "broken"}}}},
	} {
		plan, err := w.PlanRoster(w.ctx, jon, c.r)
		w.must(err)
		found := ""
		for _, l := range plan.Lines {
			if l.Fate == store.RosterBad {
				found += fmt.Sprint(l.Line, " ", l.Text, "\n")
			}
		}
		if !strings.Contains(found, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, found, c.want)
		}
		refused(t, second(w.ImportRoster(w.ctx, jon, c.r, store.RosterAs{Many: true})), store.ErrInvalid, "Nothing is changed.")
	}
	refused(t, second(w.PlanRoster(w.ctx, jon, store.Roster{})), store.ErrInvalid, "There is nobody in that roster")
	refused(t, second(w.PlanRoster(w.ctx, maya, roster("employee_id=1"))), store.ErrForbidden, "Only admins")
	refused(t, second(w.ImportRoster(w.ctx, jon, roster("employee_id=1"), store.RosterAs{})), store.ErrLimited, "2 people would leave by this roster")
	equal(t, "nothing is changed by any of it", w.number(`SELECT count(*) FROM person`)*1000+w.number(`SELECT count(*) FROM decision`), before)
}

// TestRosterOfTheLastAdmin keeps one, whoever imports.
func TestRosterOfTheLastAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	w.imported(store.Operator, roster("handle=jon", "handle=maya"))
	plan, err := w.PlanRoster(w.ctx, store.Operator, roster("handle=maya"))
	w.must(err)
	equal(t, "kept", planned(plan), "0 stays jon This is the last admin; make somebody else one first.")
	plan, err = w.PlanRoster(w.ctx, jon, roster("handle=maya"))
	w.must(err)
	equal(t, "the one who imports", planned(plan), "0 stays jon This is you; another admin can mark you as a leaver.")
	plan, err = w.PlanRoster(w.ctx, store.Operator, roster("handle=maya", "handle=jon role=staff"))
	w.must(err)
	equal(t, "no longer an admin", planned(plan), "3 error @jon is the last admin; make somebody else one first.")
	w.admin("petra")
	equal(t, "with another", w.imported(store.Operator, roster("handle=maya")), "0 left jon")
}

// TestRosterBreaksOff imports the same again after a stop in the middle.
func TestRosterBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var lines []string
	for i := range 250 {
		lines = append(lines, fmt.Sprintf("employee_id=%d name=P_%d manager_id=%d", i, i, max(i-1, 1)%250))
	}
	lines[1] = "employee_id=1 name=Boss"
	r := roster(lines...)
	ctx, stop := cancelled(w.ctx)
	_, err := w.ImportRoster(ctx, store.Operator, r, store.RosterAs{Progress: func(done, total int) {
		equal(t, "how many", total, 250)
		stop()
	}})
	if err == nil {
		t.Fatal("it did not stop")
	}
	equal(t, "so far", w.number(`SELECT count(*) FROM person`), 100)
	w.healthy()
	w.imported(store.Operator, r)
	equal(t, "all", w.number(`SELECT count(*) FROM person WHERE manager_id <> 0`), 249)
	w.healthy()
}
