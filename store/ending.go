package store

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"
)

// EndStep is a step towards the end of the trial. What destroys comes after the last of them and is no business of
// the store, which is what is destroyed.
type EndStep int

const (
	EndAnnounced EndStep = iota + 1 // everyone has been told the day
	EndFrozen                       // nothing is written any more
	EndExported                     // the export has been written
	EndCompared                     // the export has been found to hold what is here
	EndReceived                     // one of the two who keep the export holds it
)

func (s EndStep) String() string {
	return [...]string{"", "announced", "frozen", "exported", "compared", "received"}[s]
}

// ReceiptLength is how many characters of the export's SHA-256 those who keep it type: they stand in its file's name.
const ReceiptLength = 8

// Ending is how the trial ends, and how far that has come.
type Ending struct {
	Trial   string // its name
	Day     string // the last on which people write; "" while none is announced
	Private bool   // the export holds private channels and direct conversations too
	Keepers []Person
	File    string // name of the export's file; "" while there is none
	SHA256  string // of that file, in hexadecimal
	Steps   []EndTaken
}

// EndTaken is a step that was taken.
type EndTaken struct {
	Step EndStep
	At   time.Time
	By   int64  // Operator for whoever runs the server
	Name string // display name, "the operator"
}

// Took is the step of that kind, by whomever; nil where it was not taken.
func (e Ending) Took(step EndStep) *EndTaken {
	for i := range e.Steps {
		if e.Steps[i].Step == step {
			return &e.Steps[i]
		}
	}
	return nil
}

// Waiting are the keepers who have not said that they hold the export.
func (e Ending) Waiting() (list []Person) {
	for _, p := range e.Keepers {
		if !e.received(p.ID) {
			list = append(list, p)
		}
	}
	return list
}

func (e Ending) received(person int64) bool {
	for _, s := range e.Steps {
		if s.Step == EndReceived && s.By == person {
			return true
		}
	}
	return false
}

// Keeps reports whether the person gets the export and has not said yet that they hold it.
func (e Ending) Keeps(person int64) bool {
	for _, p := range e.Waiting() {
		if p.ID == person {
			return true
		}
	}
	return false
}

// Holds says what the export holds, in words.
func (e Ending) Holds() string { return Selection{Private: e.Private}.String() }

// Done reports whether the export is compared and both keepers hold it, so that what is here may be destroyed.
func (e Ending) Done() bool {
	return e.Took(EndCompared) != nil && len(e.Keepers) == 2 && len(e.Waiting()) == 0
}

// Ending returns how the trial ends. Everyone may read it.
func (s *Store) Ending(ctx context.Context, me int64) (e Ending, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustBeHere(me); err != nil {
			return err
		}
		e, err = t.ending()
		return err
	})
	return e, err
}

func (t *tx) ending() (e Ending, err error) {
	var keepers [2]int64
	err = t.get(`SELECT name, ends, ends_all, keeper_1, keeper_2, export, export_sum FROM trial WHERE id = 1`, nil, &e.Trial, &e.Day, &e.Private, &keepers[0], &keepers[1], &e.File, &e.SHA256)
	if err != nil || e.Day == "" {
		return e, err
	}
	for _, id := range keepers {
		found, err := collect(t, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.id = ?`, id)
		if err != nil {
			return e, err
		}
		e.Keepers = append(e.Keepers, found...)
	}
	e.Steps, err = collect(t, func(r *row) (s EndTaken, err error) {
		var at int64
		err = r.Scan(&s.Step, &at, &s.By, &s.Name)
		s.At = fromMS(at)
		return s, err
	}, `SELECT e.step, e.at, e.by_id, coalesce(nullif(p.name, ''), p.handle, 'the operator') FROM ending e LEFT JOIN person p ON p.id = e.by_id ORDER BY e.step, e.at`)
	return e, err
}

// step notes that a step was taken, in the place of an earlier time.
func (t *tx) step(me int64, step EndStep) error {
	t.emit(Event{Kind: Reload})
	if step != EndReceived {
		if err := t.run(`DELETE FROM ending WHERE step >= ?`, step); err != nil {
			return err
		}
	}
	return t.run(`INSERT INTO ending VALUES (?, ?, ?)`, step, me, t.ms())
}

// frozenQuery asks, before everything that is written, whether the trial is over.
const frozenQuery = `SELECT at FROM ending WHERE step = 2`

// mustBeOpen is ErrReadOnly once the trial is frozen.
func (t *tx) mustBeOpen() error {
	var at int64
	err := t.get(frozenQuery, nil, &at)
	if nothing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	zone, err := t.zone()
	if err != nil {
		return err
	}
	return refuse(ErrReadOnly, "%s", frozen(fromMS(at), zone))
}

// frozen says why nothing is written any more.
func frozen(at time.Time, zone *time.Location) string {
	return endedOn(at, zone) + ": all can be read, and nothing is written any more. " + takeYours
}

// endedOn is the day since which nothing is written.
func endedOn(at time.Time, zone *time.Location) string {
	return "The trial ended on " + at.In(zone).Format("2 January 2006")
}

// takeYours is what people can do yet.
const takeYours = "Take what is yours under Me, What is held about me."

// EndPlan is how an admin announces the end of the trial.
type EndPlan struct {
	Day     string    // the last on which people write
	Private bool      // the export holds private channels and direct conversations too
	Keepers [2]string // handles of the two who get the export
}

// AnnounceEnd tells everyone, in #announcements and in the name of me, when the trial ends, what is kept of it and
// who gets that. Once more with another plan before it is frozen. ErrForbidden unless me is an admin: whoever runs
// the server is nobody who could tell people.
func (s *Store) AnnounceEnd(ctx context.Context, me int64, plan EndPlan, why string) error {
	if me == Operator {
		return refuse(ErrForbidden, "An admin announces the end: under Admin, Trial, End the trial.")
	}
	if plan.Day = CleanLine(plan.Day); plan.Day == "" {
		return refuse(ErrInvalid, "Say the last day on which people write.")
	}
	if err := ValidDay(plan.Day); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil {
			return err
		}
		if plan.Day < tr.today(t.at) {
			return refuse(ErrInvalid, "%s is over. Name today or a later day, so that people know it before.", plan.Day)
		}
		var keepers []Person
		for _, handle := range plan.Keepers {
			p, err := t.rostered(handle)
			if err != nil {
				return err
			}
			if p.State != Active || p.Bot {
				return refuse(ErrInvalid, "%s has no access; name somebody who can come in and say that they hold the export.", p.Display())
			}
			keepers = append(keepers, p)
		}
		if keepers[0].ID == keepers[1].ID {
			return refuse(ErrInvalid, "Name two people, so that the export is not lost with one of them.")
		}
		d := Decision{Act: "announced", About: EndOfTrial.String(), Why: why, Became: fmt.Sprintf("%s; kept of it: %s, by %s and %s", plan.Day, Selection{Private: plan.Private}, keepers[0].Display(), keepers[1].Display())}
		if err := t.decide(me, d); err != nil {
			return err
		}
		if err := t.run(`UPDATE trial SET ends = ?, ends_all = ?, keeper_1 = ?, keeper_2 = ? WHERE id = 1`, plan.Day, plan.Private, keepers[0].ID, keepers[1].ID); err != nil {
			return err
		}
		if err := t.step(me, EndAnnounced); err != nil {
			return err
		}
		t.emit(Event{Kind: Trials, By: me})
		return t.tellEnd(me, plan, keepers)
	})
}

// tellEnd writes the announcement of the end.
func (t *tx) tellEnd(me int64, plan EndPlan, keepers []Person) error {
	c, err := t.channelWhere(me, `c.name = ?2`, announceName)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, plan.Day)
	if err != nil {
		return err
	}
	what := "what was said in open channels, without private channels and direct conversations"
	if plan.Private {
		what = "everything that was said, in private channels and direct conversations too"
	}
	body := fmt.Sprintf(`The trial ends on %s.

Until then all goes on as usual. After that day it can be read for a while, and nothing is written any more. Then %s is exported and handed over to %s and %s, and all that is on the server is destroyed.

What is yours you can take with you before: Me, What is held about me. What you delete before that day is not exported.`, day.Format("Monday, 2 January 2006"), what, keepers[0].Display(), keepers[1].Display())
	id, _, err := t.addPost(c, 0, me, body, false)
	if err != nil {
		return err
	}
	if err := t.announce(c, me, id, NewAnnouncement{}); err != nil {
		return err
	}
	return t.emitIn(c, Event{Kind: Posted, Post: id, By: me})
}

// FreezeTrial makes everything read-only, once the announced day has come and a second admin agrees; their yes is
// used up. ErrInvalid before, ErrForbidden without a second admin.
func (s *Store) FreezeTrial(ctx context.Context, me int64, why string) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		e, err := t.ending()
		if err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil {
			return err
		}
		switch {
		case e.Day == "":
			return refuse(ErrInvalid, "Announce the end first, so that everyone knows of it.")
		case tr.today(t.at) < e.Day:
			return refuse(ErrInvalid, "Everyone was told that they can write until %s. On that day it can be frozen, or you announce another.", e.Day)
		}
		if err := t.consent(me, EndOfTrial); err != nil {
			return err
		}
		if err := t.decide(me, Decision{Act: "froze", About: "the trial", Why: why}); err != nil {
			return err
		}
		t.emit(Event{Kind: Trials, By: me})
		return t.step(me, EndFrozen)
	})
}

// CallOffEnd takes the end back, at any step until the data is destroyed: people write again.
func (s *Store) CallOffEnd(ctx context.Context, me int64, why string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		e, err := t.ending()
		if err != nil {
			return err
		}
		if e.Day == "" {
			return refuse(ErrInvalid, "No end is announced.")
		}
		if err := t.run(`UPDATE trial SET ends = '', ends_all = 0, keeper_1 = 0, keeper_2 = 0, export = '', export_sum = '' WHERE id = 1`); err != nil {
			return err
		}
		if err := t.run(`DELETE FROM ending`); err != nil {
			return err
		}
		t.emit(Event{Kind: Trials, By: me})
		t.emit(Event{Kind: Reload})
		return t.decide(me, Decision{Act: "called off", About: EndOfTrial.String(), Why: why})
	})
}

// NoteEndExport keeps the name and SHA-256 of the export of the end, before the file gets that name. For the Operator.
func (s *Store) NoteEndExport(ctx context.Context, me int64, file, sum string) error {
	return s.endStep(ctx, me, EndFrozen, EndExported, func(t *tx) error {
		return t.run(`UPDATE trial SET export = ?, export_sum = ? WHERE id = 1`, file, sum)
	})
}

// NoteEndCompared keeps that the export holds what is here. For the Operator.
func (s *Store) NoteEndCompared(ctx context.Context, me int64) error {
	return s.endStep(ctx, me, EndExported, EndCompared, func(*tx) error { return nil })
}

// endStep takes a step of the Operator's after another.
func (s *Store) endStep(ctx context.Context, me int64, after, step EndStep, act func(*tx) error) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := mustOperate(me); err != nil {
			return err
		}
		e, err := t.ending()
		if err != nil {
			return err
		}
		if e.Took(after) == nil {
			return refuse(ErrInvalid, "That comes later: the trial is not %s yet.", after)
		}
		if err := act(t); err != nil {
			return err
		}
		return t.step(me, step)
	})
}

// ReceiveExport notes that me holds the export of the end, which they show by the first characters of its SHA-256, or by
// the name of the file, which ends in them.
// ErrForbidden unless me is one of the two who get it, ErrInvalid where there is none yet or the characters are of another.
func (s *Store) ReceiveExport(ctx context.Context, me int64, sum string) error {
	sum = strings.TrimSuffix(strings.ToLower(CleanLine(sum)), ".zip")
	sum = sum[strings.LastIndex(sum, "-")+1:]
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		e, err := t.ending()
		switch {
		case err != nil:
			return err
		case e.received(me):
			return nil
		case !e.Keeps(me):
			return refuse(ErrForbidden, "The export is handed over to others.")
		case e.Took(EndCompared) == nil:
			return refuse(ErrInvalid, "There is no export yet. Whoever runs the server hands it to you.")
		case len(sum) < ReceiptLength || len(sum) > len(e.SHA256) || subtle.ConstantTimeCompare([]byte(sum), []byte(e.SHA256[:len(sum)])) == 0:
			return refuse(ErrInvalid, "That is not of this export. Type the %d characters at the end of its name, before .zip.", ReceiptLength)
		}
		return t.step(me, EndReceived)
	})
}
