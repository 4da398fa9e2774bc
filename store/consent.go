package store

import (
	"context"
	"errors"
	"time"
)

// ConsentValid is how long a second admin's yes, a code or a question waits: until the next working morning.
const ConsentValid = 24 * time.Hour

// ConsentKind is an act that takes two admins.
type ConsentKind int

const (
	EndOfTrial    ConsentKind = iota + 1 // freezing, handing over and destroying
	PrivateExport                        // an export that holds private channels
)

func (k ConsentKind) String() string {
	return map[ConsentKind]string{EndOfTrial: "the end of the trial", PrivateExport: "an export with private channels"}[k]
}

// Consent is a question to the other admins, or what one of them said.
type Consent struct {
	ID      int64
	Kind    ConsentKind
	AskedBy string // display name of who asks; "" where a code was given and not yet used
	Mine    bool   // I am the one who asks
	Why     string
	At      time.Time
	Yes, No bool   // neither: it waits
	By      string // display name of the second admin
}

// errSecond is what an act says that lacks the second admin.
func errSecond(k ConsentKind) error {
	return refuse(ErrForbidden, "For %s it takes two admins. Ask the others under Admin → Second admin, or have one of them make a code there.", k)
}

// AskSecond asks the other admins for their yes to an act of me, in the place of an earlier question of that kind.
// ErrForbidden unless me is an admin or the Operator, ErrInvalid where nobody else is one.
func (s *Store) AskSecond(ctx context.Context, me int64, kind ConsentKind, why string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		if kind.String() == "" {
			return refuse(ErrInvalid, "That needs no second admin.")
		}
		other, err := t.has(`SELECT 1 FROM person WHERE admin = 1 AND state = ? AND id <> ?`, Active, me)
		if err != nil {
			return err
		}
		if !other {
			return refuse(ErrInvalid, "There is no other admin to ask; make somebody one first.")
		}
		if why, err = reason(why); err != nil {
			return err
		}
		if err := t.run(`DELETE FROM consent WHERE kind = ? AND asked_by = ? AND used_at = 0`, kind, me); err != nil {
			return err
		}
		if err := t.run(`INSERT INTO consent (kind, asked_by, why, at) VALUES (?, ?, ?, ?)`, kind, me, why, t.ms()); err != nil {
			return err
		}
		return t.decide(me, Decision{Act: "asked for a second admin for", About: kind.String(), Why: why})
	})
}

// Consents returns the questions and answers that are still good, newest first. ErrForbidden unless me is an admin.
func (s *Store) Consents(ctx context.Context, me int64) (list []Consent, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		list, err = collect(t, func(r *row) (c Consent, err error) {
			var at int64
			var answer int
			err = r.Scan(&c.ID, &c.Kind, &c.AskedBy, &c.Mine, &c.Why, &at, &answer, &c.By)
			c.At, c.Yes, c.No = fromMS(at), answer == 1, answer == 2
			return c, err
		}, `SELECT c.id, c.kind, CASE WHEN c.asked_by = 0 THEN 'the operator' ELSE coalesce(nullif(a.name, ''), a.handle, '') END, coalesce(c.asked_by = ?1, 0), c.why, c.at, c.answer, coalesce(nullif(b.name, ''), b.handle, '')
			FROM consent c LEFT JOIN person a ON a.id = c.asked_by LEFT JOIN person b ON b.id = c.by_id
			WHERE c.used_at = 0 AND c.at > ?2 ORDER BY c.at DESC, c.id DESC LIMIT +?3`, me, t.at.Add(-ConsentValid).UnixMilli(), MaxPage)
		return err
	})
	return list, err
}

// Confirm answers the question of another admin. ErrNotFound once it has expired or was answered, ErrForbidden for
// one's own.
func (s *Store) Confirm(ctx context.Context, me, id int64, yes bool, why string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		var kind ConsentKind
		var asked int64
		err := t.get(`SELECT kind, asked_by FROM consent WHERE id = ? AND answer = 0 AND at > ?`, []any{id, t.at.Add(-ConsentValid).UnixMilli()}, &kind, &asked)
		switch {
		case errors.Is(err, errNoRow):
			return refuse(ErrNotFound, "That question is no longer open.")
		case err != nil:
			return err
		case asked == me || me == Operator:
			return refuse(ErrForbidden, "That was asked of the other admins.")
		}
		answer, act := 2, "said no to"
		if yes {
			answer, act = 1, "said yes to"
		}
		if err := t.run(`UPDATE consent SET answer = ?, by_id = ? WHERE id = ?`, answer, me, id); err != nil {
			return err
		}
		return t.decide(me, Decision{Act: act, About: kind.String(), Why: why})
	})
}

// ConsentCode makes a code by which me says yes to one act of the admin to whom it is read out. It works once.
func (s *Store) ConsentCode(ctx context.Context, me int64, kind ConsentKind, why string) (Code, error) {
	var code Code
	err := s.writeAlways(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		if err := t.mustRun(me); err != nil {
			return err
		}
		if kind.String() == "" {
			return refuse(ErrInvalid, "That needs no second admin.")
		}
		if why, err = reason(why); err != nil {
			return err
		}
		code = Code{Text: randomCode(), Handle: p.Handle, Expires: t.at.Add(ConsentValid)}
		if err := t.run(`INSERT INTO consent (kind, why, at, answer, by_id, hash) VALUES (?, ?, ?, 1, ?, ?)`, kind, why, t.ms(), me, hashCode(code.Text)); err != nil {
			return err
		}
		return t.decide(me, Decision{Act: "gave a code for", About: kind.String(), Why: why})
	})
	return code, err
}

// TakeConsent makes the yes behind a code one to an act of me. ErrNotFound for a code that is not good, ErrForbidden
// for one's own.
func (s *Store) TakeConsent(ctx context.Context, me int64, kind ConsentKind, code string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		var id, by int64
		err := t.get(`SELECT id, by_id FROM consent WHERE hash = ? AND kind = ? AND asked_by IS NULL AND used_at = 0 AND at > ?`, []any{hashCode(code), kind, t.at.Add(-ConsentValid).UnixMilli()}, &id, &by)
		switch {
		case errors.Is(err, errNoRow):
			return refuse(ErrNotFound, "That code is not known, has been used, or is for something else. Ask the other admin for a new one.")
		case err != nil:
			return err
		case by == me:
			return refuse(ErrForbidden, "That is your own code; it takes another admin's.")
		}
		t.emit(Event{Kind: Decided, By: me})
		return t.run(`UPDATE consent SET asked_by = ? WHERE id = ?`, me, id)
	})
}

// consent uses up a second admin's yes to an act of me, in the transaction of the act. ErrForbidden where there is
// none that is still good; who gave it has to be an admin still.
func (t *tx) consent(me int64, kind ConsentKind) error {
	var id int64
	err := t.get(`SELECT c.id FROM consent c JOIN person b ON b.id = c.by_id AND b.admin = 1 AND b.state = 2
		WHERE c.kind = ? AND c.asked_by = ? AND c.answer = 1 AND c.by_id <> c.asked_by AND c.used_at = 0 AND c.at > ? ORDER BY c.id LIMIT +1`,
		[]any{kind, me, t.at.Add(-ConsentValid).UnixMilli()}, &id)
	if errors.Is(err, errNoRow) {
		return errSecond(kind)
	}
	if err != nil {
		return err
	}
	return t.run(`UPDATE consent SET used_at = ? WHERE id = ?`, t.ms(), id)
}
