package store

import (
	"cmp"
	"context"
	"strings"
)

// spare is ErrForbidden if p is the last admin who can come in: this place must never be without one.
func (t *tx) spare(p Person, me int64) error {
	if !p.Admin {
		return nil
	}
	other, err := t.has(`SELECT 1 FROM person WHERE admin = 1 AND state = ? AND id <> ?`, Active, p.ID)
	switch {
	case err != nil || other:
		return err
	case p.ID == me:
		return refuse(ErrForbidden, "You are the last admin; make somebody else one first.")
	}
	return refuse(ErrForbidden, "%s is the last admin; make somebody else one first.", p.Display())
}

// about runs an act of an admin on the person of that handle, tells of it and writes its line in the log.
func (s *Store) about(ctx context.Context, me int64, handle, act, why string, do func(*tx, Person, *Decision) error) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		p, err := t.rostered(handle)
		if err != nil {
			return err
		}
		d := Decision{Act: act, About: "@" + p.Handle, Why: why}
		if err := do(t, p, &d); err != nil {
			return err
		}
		t.emit(Event{Kind: People, Person: p.ID, By: me})
		return t.decide(me, d)
	})
}

// rostered is the person of that handle, ErrNotFound for one who has only written in an archive.
func (t *tx) rostered(handle string) (Person, error) {
	p, err := t.personByHandle(handle)
	if err == nil && p.State == Staged {
		err = refuse(ErrNotFound, "%s has only written in an imported archive; invite them first.", p.Display())
	}
	return p, err
}

func (t *tx) setState(person int64, to State) error {
	if err := t.run(`UPDATE person SET state = ? WHERE id = ?`, to, person); err != nil {
		return err
	}
	return t.stand(person)
}

// Suspend keeps the person of that handle out until Restore, and ends what they have open. ErrForbidden unless me
// is an admin or the Operator, for oneself, and for the last admin.
func (s *Store) Suspend(ctx context.Context, me int64, handle, why string) error {
	return s.about(ctx, me, handle, "suspended", why, func(t *tx, p Person, d *Decision) error {
		switch {
		case p.ID == me:
			return refuse(ErrForbidden, "You cannot suspend yourself; another admin can.")
		case p.State == Suspended:
			return refuse(ErrTaken, "%s is suspended already.", p.Display())
		case p.State == Left:
			return refuse(ErrInvalid, "%s has left and has no access.", p.Display())
		}
		if err := t.spare(p, me); err != nil {
			return err
		}
		d.Was, d.Became = p.State.String(), Suspended.String()
		return t.setState(p.ID, Suspended)
	})
}

// Restore lets the person of that handle in again. Who was suspended has their keys and password still; who had
// left is on the roster again and needs an invite.
func (s *Store) Restore(ctx context.Context, me int64, handle, why string) error {
	return s.about(ctx, me, handle, "restored", why, func(t *tx, p Person, d *Decision) error {
		to := Invited
		switch {
		case p.State != Suspended && p.State != Left:
			return refuse(ErrTaken, "%s has access.", p.Display())
		case p.State == Suspended && !p.CameAt.IsZero():
			to = Active
		}
		d.Was, d.Became = p.State.String(), to.String()
		if err := t.joinFounding(p.ID); err != nil {
			return err
		}
		return t.setState(p.ID, to)
	})
}

// Leaver ends the account of the person of that handle: their access is gone, their posts stay. ErrForbidden as
// for Suspend.
func (s *Store) Leaver(ctx context.Context, me int64, handle, why string) error {
	return s.about(ctx, me, handle, "marked as a leaver", why, func(t *tx, p Person, d *Decision) error {
		switch {
		case p.ID == me:
			return refuse(ErrForbidden, "To leave yourself, use Me; or another admin does it.")
		case p.State == Left:
			return refuse(ErrTaken, "%s has left already.", p.Display())
		}
		if err := t.spare(p, me); err != nil {
			return err
		}
		d.Was, d.Became = p.State.String(), Left.String()
		return t.leave(p.ID)
	})
}

// SetAdmin puts the person of that handle on the board, or takes them off it. ErrForbidden for the last admin,
// ErrInvalid for a program and for somebody without access.
func (s *Store) SetAdmin(ctx context.Context, me int64, handle string, on bool, why string) error {
	act := map[bool]string{true: "made an admin", false: "took from the admins"}[on]
	return s.about(ctx, me, handle, act, why, func(t *tx, p Person, d *Decision) error {
		switch {
		case p.Admin == on && on:
			return refuse(ErrTaken, "%s is an admin already.", p.Display())
		case p.Admin == on:
			return refuse(ErrTaken, "%s is no admin.", p.Display())
		case on && p.Bot:
			return refuse(ErrInvalid, "%s is a program; an admin is a person.", p.Display())
		case on && mayComeIn(p) != nil:
			return refuse(ErrInvalid, "%s has no access at present; restore it first.", p.Display())
		}
		if !on {
			if err := t.spare(p, me); err != nil {
				return err
			}
		}
		roles := map[bool]string{true: "admin", false: "staff"}
		d.Was, d.Became = roles[p.Admin], roles[on]
		return t.run(`UPDATE person SET admin = ? WHERE id = ?`, on, p.ID)
	})
}

// SetLeader marks the person of that handle as one of the leaders: the executive and other key people, whose being
// there is counted.
func (s *Store) SetLeader(ctx context.Context, me int64, handle string, on bool, why string) error {
	act := map[bool]string{true: "marked as a leader", false: "no longer marked as a leader"}[on]
	return s.about(ctx, me, handle, act, why, func(t *tx, p Person, d *Decision) error {
		if p.Bot {
			return refuse(ErrInvalid, "%s is a program; a leader is a person.", p.Display())
		}
		is, err := t.has(`SELECT 1 FROM person WHERE id = ? AND leader = 1`, p.ID)
		switch {
		case err != nil:
			return err
		case is && on:
			return refuse(ErrTaken, "%s is marked as a leader already.", p.Display())
		case !is && !on:
			return refuse(ErrTaken, "%s is not marked as a leader.", p.Display())
		}
		if err := t.run(`UPDATE person SET leader = ? WHERE id = ?`, on, p.ID); err != nil {
			return err
		}
		return t.stand(p.ID)
	})
}

// Reset takes every key and the password of the person of that handle away, ends what is open by them, and makes the
// code with which they come in anew. ErrForbidden for oneself: one's own are under Me.
func (s *Store) Reset(ctx context.Context, me int64, handle, why string) (Letter, error) {
	var l Letter
	err := s.about(ctx, me, handle, "reset the keys and password of", why, func(t *tx, p Person, _ *Decision) (err error) {
		if p.ID == me {
			return refuse(ErrForbidden, "Your own keys and password are under Me.")
		}
		if err := mayComeIn(p); err != nil {
			return refuse(ErrInvalid, "%s has no access at present; restore it first.", p.Display())
		}
		for _, q := range []string{`DELETE FROM sshkey WHERE person_id = ?`, `DELETE FROM password WHERE person_id = ?`, `DELETE FROM code WHERE person_id = ? AND used_at = 0`, `UPDATE person SET resets = resets + 1 WHERE id = ?`} {
			if err := t.run(q, p.ID); err != nil {
				return err
			}
		}
		l, err = t.letter(p, me, DefaultInviteValid)
		return err
	})
	return l, err
}

// Details is what the roster says of a person beside who they are.
type Details struct {
	Name, Department, Team, Title string
	Email, Employee               string
	Manager                       string // a handle; "" for nobody
	Start                         string // 2026-11-22; "" for not known
}

// Edit changes what the roster says of the person of that handle. ErrInvalid for what cannot be, ErrTaken for the
// address or employee number of somebody else, ErrNotFound for a manager who is not here.
func (s *Store) Edit(ctx context.Context, me int64, handle string, e Details, why string) error {
	return s.about(ctx, me, handle, "edited the entry of", why, func(t *tx, p Person, d *Decision) error {
		was, err := t.standsNow(p.ID)
		if err != nil {
			return err
		}
		row := RosterRow{Cells: [rosterColumns]string{ColEmployee: e.Employee, ColEmail: e.Email, ColName: e.Name, ColDepartment: e.Department, ColTeam: e.Team, ColTitle: e.Title, ColStart: e.Start}}
		next := was
		if err := next.apply(row, true); err != nil {
			return err
		}
		if next.department != was.department {
			next.vouched = next.department
		}
		if next.manager, err = t.managerOf(p, e.Manager); err != nil {
			return err
		}
		if err := t.nobodyElses(next); err != nil {
			return err
		}
		changes := was.compare(next, func(int64) string { return "" })
		if len(changes) == 0 && next.manager == was.manager {
			return refuse(ErrInvalid, "Nothing is changed.")
		}
		d.Was, d.Became = told(changes, func(c RosterChange) string { return c.Was }), told(changes, func(c RosterChange) string { return c.Becomes })
		return t.writeRoster(next, was)
	})
}

// told is what the log says of changes: values that others see anyway, and of an address, a number or a date that it changed.
func told(changes []RosterChange, value func(RosterChange) string) string {
	var parts []string
	for _, c := range changes {
		switch c.Field {
		case "name", "department", "team", "title":
			parts = append(parts, c.Field+": "+cmp.Or(value(c), "–"))
		default:
			parts = append(parts, c.Field)
		}
	}
	return strings.Join(parts, ", ")
}

// managerOf is who is to manage p, by handle; 0 for nobody. ErrInvalid where that would go round in a circle.
func (t *tx) managerOf(p Person, handle string) (int64, error) {
	if handle = CleanLine(handle); handle == "" {
		return 0, nil
	}
	manager, err := t.rostered(handle)
	if err != nil {
		return 0, err
	}
	at := manager.ID
	for range chainLimit {
		if at == p.ID {
			return 0, refuse(ErrInvalid, "%s cannot be managed by %s: that goes round in a circle.", p.Display(), manager.Display())
		}
		if at == 0 {
			break
		}
		if err := t.get(`SELECT manager_id FROM person WHERE id = ?`, []any{at}, &at); err != nil {
			return 0, err
		}
	}
	return manager.ID, nil
}

// chainLimit is how many managers are looked at above a person: more than any company has levels.
const chainLimit = 1000

// nobodyElses is ErrTaken if the address or number of somebody is another's.
func (t *tx) nobodyElses(p entryRow) error {
	other, err := t.personWhere(`p.email = ? AND p.email <> '' AND p.id <> ?`, p.email, p.id)
	if err == nil {
		return refuse(ErrTaken, "%s is the address of %s (@%s).", p.email, other.Display(), other.Handle)
	}
	if !nothing(err) {
		return err
	}
	other, err = t.personWhere(`p.employee = ? AND p.employee <> '' AND p.id <> ?`, p.employee, p.id)
	if err == nil {
		return refuse(ErrTaken, "%s is the employee number of %s (@%s).", p.employee, other.Display(), other.Handle)
	}
	if nothing(err) {
		return nil
	}
	return err
}
