package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	rosterAPiece = 100 // people written before others may write: some 20 ms
	adminsTold   = 10  // new admins whom the log names
)

// RosterAs is how a roster is to be taken over.
type RosterAs struct {
	Why      string                // for the log; a usual reason when ""
	Many     bool                  // also if more than a fifth of the last roster's people leave by it
	Progress func(done, total int) // told after each piece; may be nil
}

// ImportRoster makes the people here those of a roster: who is new is added without a code, who is here is changed,
// who was on the last roster and is not on this one becomes Left; nobody is deleted, and bots, authors of archives
// and those who were invited by hand stay. All of it is looked at first: ErrInvalid if any line is wrong, ErrLimited if more
// than a fifth would leave and that was not said to be meant; then nothing is changed. It is written in pieces, so
// that others go on; one that breaks off is completed by importing the same roster again. An import that changes
// nothing leaves no line in the log. The plan is empty where the writing failed before anything was changed.
func (s *Store) ImportRoster(ctx context.Context, me int64, r Roster, as RosterAs) (RosterPlan, error) {
	if !s.roster.TryLock() {
		return RosterPlan{}, refuse(ErrLimited, "Another roster is being imported just now; wait until it is done.")
	}
	defer s.roster.Unlock()
	plan, err := s.PlanRoster(ctx, me, r)
	if err != nil {
		return plan, err
	}
	if n := plan.Count[RosterBad]; n > 0 {
		return plan, refuse(ErrInvalid, "%s of the roster cannot be taken over. Nothing is changed.", Count(n, "line", "lines"))
	}
	if plan.Many && !as.Many {
		return plan, refuse(ErrLimited, "%s would leave by this roster, more than a fifth of those on the last one. Nothing is changed; if they are meant to, add --many.", Count(plan.Count[RosterLeaves], "person", "people"))
	}
	steps := slices.DeleteFunc(slices.Clone(plan.steps), func(st rosterStep) bool { return st.idle() })
	im := rosterImport{me: me, why: as.Why, plan: plan, ids: map[string]int64{}}
	if blank(im.why) {
		im.why = "The roster says so."
	}
	for done := 0; done < len(steps); {
		piece := steps[done:min(done+rosterAPiece, len(steps))]
		began := time.Now()
		if err := s.write(ctx, func(t *tx) error { return im.piece(t, piece) }); err != nil {
			if done == 0 {
				plan = RosterPlan{} // nothing of it has come about
			}
			return plan, err
		}
		done += len(piece)
		if as.Progress != nil {
			as.Progress(done, len(steps))
		}
		if rest(ctx, time.Since(began)/restAfter); ctx.Err() != nil {
			return plan, ctx.Err()
		}
	}
	return plan, nil
}

// idle says that there is nothing to write.
func (st rosterStep) idle() bool {
	return !st.leaves && st.was.id != 0 && st.was.rostered && st.was.vouched == st.next.vouched && len(st.was.compare(st.next, func(id int64) string { return fmt.Sprint(id) })) == 0
}

// rosterImport is an import under way.
type rosterImport struct {
	me     int64
	why    string
	plan   RosterPlan
	ids    map[string]int64 // employee number → the person that a line has become
	logged bool
}

// piece writes some of the steps.
func (im *rosterImport) piece(t *tx, steps []rosterStep) error {
	if err := t.mustRun(im.me); err != nil {
		return err
	}
	if err := im.log(t); err != nil {
		return err
	}
	added := 0
	ids := maps.Clone(im.ids)
	for _, st := range steps {
		if st.next.boss != "" {
			st.next.manager = ids[st.next.boss]
		}
		id, err := t.rosterStep(st)
		if err != nil {
			return err
		}
		if st.was.id == 0 {
			added++
		}
		if st.next.employee != "" {
			ids[st.next.employee] = id
		}
	}
	if err := t.run(`UPDATE channel SET members = members + ? WHERE everyone = 1`, added); err != nil {
		return err
	}
	im.ids, im.logged = ids, true
	t.emit(Event{Kind: People, By: im.me})
	return nil
}

// log writes the one line of an import with its first piece.
func (im *rosterImport) log(t *tx) error {
	if im.logged {
		return nil
	}
	count := im.plan.Count
	did := fmt.Sprintf("%s added, %s changed, %s left", Number(count[RosterAdded]), Number(count[RosterChanged]), Number(count[RosterLeaves]))
	var admins []string
	for _, st := range im.plan.steps {
		if st.next.admin && !st.was.admin && len(admins) <= adminsTold {
			admins = append(admins, "@"+st.next.handle)
		}
	}
	if len(admins) > adminsTold {
		admins[adminsTold] = "others"
	}
	if len(admins) > 0 {
		did += "; new admins: " + strings.Join(admins, ", ")
	}
	return t.decide(im.me, Decision{Act: "imported", About: "a roster", Why: im.why, Became: did})
}

// rosterStep writes one step and returns whose it was. Who is new is put into the founding channels, whose members
// are counted by the caller.
func (t *tx) rosterStep(st rosterStep) (int64, error) {
	if st.leaves {
		p, err := t.personWhere(`p.id = ?`, st.was.id)
		if err != nil || p.State == Left {
			return p.ID, err
		}
		if err := t.spare(p, Operator); err != nil {
			return p.ID, err
		}
		return p.ID, t.leave(p.ID)
	}
	if st.was.id != 0 {
		return st.was.id, t.writeRoster(st.next, st.was)
	}
	id, err := t.insertPerson(st.next)
	if err != nil {
		return 0, err
	}
	if err := t.run(`INSERT INTO member (person_id, channel_id, read_seq, joined_at) SELECT ?, id, seq, ? FROM channel WHERE everyone = 1`, id, t.ms()); err != nil {
		return 0, err
	}
	if err := t.addKeys(id, st.next.keys); err != nil {
		return 0, err
	}
	return id, t.stand(id)
}

func (t *tx) addKeys(person int64, keys []Key) error {
	for _, k := range keys {
		if _, err := t.addKey(person, k); err != nil {
			return err
		}
	}
	return nil
}

// writeRoster writes what is different in next.
func (t *tx) writeRoster(next, was entryRow) error {
	if next.name != was.name {
		if err := t.nameIndex(Person{ID: next.id, Handle: next.handle, Name: next.name}); err != nil {
			return err
		}
	}
	if err := t.run(`UPDATE person SET name = ?, email = ?, employee = ?, department = ?, team = ?, title = ?, manager_id = ?, leader = ?, start_date = ?, rostered = ?, vouched = ? WHERE id = ?`,
		next.name, next.email, next.employee, next.department, next.team, next.title, next.manager, next.leader, next.start, next.rostered, next.vouched, next.id); err != nil {
		return err
	}
	if next.role() != was.role() {
		if was.admin {
			if err := t.spare(Person{ID: was.id, Handle: was.handle, Name: was.name, Admin: true}, Operator); err != nil {
				return err
			}
		}
		if err := t.run(`UPDATE person SET admin = ?, bot = ? WHERE id = ?`, next.admin, next.bot, next.id); err != nil {
			return err
		}
	}
	if next.state != was.state {
		if err := t.run(`UPDATE person SET state = ? WHERE id = ? AND state = ?`, next.state, next.id, was.state); err != nil {
			return err
		}
		if err := t.joinFounding(next.id); err != nil {
			return err
		}
	}
	if err := t.addKeys(next.id, next.keys); err != nil {
		return err
	}
	return t.stand(next.id)
}
