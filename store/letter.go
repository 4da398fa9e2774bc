package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	// InvitedAtOnce is the most names of one list: what somebody pastes. Everybody without a code has no bound.
	InvitedAtOnce = 500
	// lettersAPiece is how many codes are made before others may write.
	lettersAPiece = 200
	// inviteReason stands in the log where no other was given.
	inviteReason = "They are to take part."
)

// Letter is what somebody needs to come in: who they are, and the code.
type Letter struct {
	Person
	Code Code
}

// letter makes the invite code of p, in the place of an earlier one.
func (t *tx) letter(p Person, by int64, valid time.Duration) (Letter, error) {
	code, err := t.newCode(inviteCode, p.ID, by, valid)
	code.Handle = p.Handle
	return Letter{p, code}, err
}

// Letters invites everybody of a list of handles and e-mail addresses, at most 500, and returns a letter for each;
// an earlier code of theirs stops working. A handle or address that is not known yet is put on the roster. Nobody
// is invited if one of them cannot be: ErrInvalid for what is no handle or address, ErrTaken for who is in already,
// ErrForbidden for who has no access and unless me is an admin or the Operator.
func (s *Store) Letters(ctx context.Context, me int64, names []string, why string) (letters []Letter, err error) {
	if len(names) == 0 {
		return nil, refuse(ErrInvalid, "Name somebody: a handle or an e-mail address.")
	}
	if len(names) > InvitedAtOnce {
		return nil, refuse(ErrLimited, "That is %d names; %d at once will do. For more, import a roster.", len(names), InvitedAtOnce)
	}
	err = s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		seen := map[int64]bool{}
		for _, name := range names {
			p, err := t.named(name)
			if err != nil {
				return err
			}
			if seen[p.ID] {
				continue
			}
			seen[p.ID] = true
			l, err := t.letter(p, me, DefaultInviteValid)
			if err != nil {
				return err
			}
			letters = append(letters, l)
		}
		t.emit(Event{Kind: People, By: me})
		return t.decideInvites(me, letters, len(letters), why)
	})
	return letters, err
}

// named finds or makes the person of a handle or an e-mail address, who has to be one that can be invited.
func (t *tx) named(name string) (Person, error) {
	name = CleanLine(name)
	in := Invite{Handle: name}
	if !strings.HasPrefix(name, "@") && strings.Contains(name, "@") {
		email, err := cleanEmail(name)
		if err != nil {
			return Person{}, err
		}
		p, err := t.personWhere(`p.email = ? AND p.email <> ''`, email)
		switch {
		case err == nil:
			in.Handle = p.Handle
		case !nothing(err):
			return p, err
		default:
			if in.Handle, err = t.freeHandle(CleanHandle(local(email))); err != nil {
				return p, err
			}
			in.email = email
		}
	}
	if err := in.clean(); err != nil {
		return Person{}, err
	}
	p, err := t.invited(in)
	if err != nil {
		return p, err
	}
	return p, invitable(p)
}

// invitable is nil if a code can be made for p, who is not in yet.
func invitable(p Person) error {
	switch p.State {
	case Suspended, Left:
		return refuse(ErrForbidden, "The access of %s is suspended or has ended; restore it first.", p.Handle)
	case Active:
		return refuse(ErrTaken, "%s is in already.", p.Handle)
	}
	return nil
}

// LettersForAll makes a letter for everybody on the roster who has no code so far, in pieces between which others
// write; the line in the log is written with the first. Where it breaks off, those who have theirs keep it, and
// calling it again invites the others.
func (s *Store) LettersForAll(ctx context.Context, me int64, why string) (letters []Letter, err error) {
	for {
		var piece []Letter
		err := s.write(ctx, func(t *tx) error {
			piece = nil
			if err := t.mustRun(me); err != nil {
				return err
			}
			if len(letters) == 0 {
				var waiting int
				if err := t.get(rosterCountQuery+`state = 1 AND bot = 0 AND invited_at = 0`, nil, &waiting); err != nil {
					return err
				}
				if waiting == 0 {
					return refuse(ErrInvalid, "Everybody on the roster has got a code.")
				}
				if err := t.decideInvites(me, nil, waiting, why); err != nil {
					return err
				}
			}
			people, err := collect(t, scanPerson, withoutCode, lettersAPiece)
			if err != nil {
				return err
			}
			for _, p := range people {
				l, err := t.letter(p, me, DefaultInviteValid)
				if err != nil {
					return err
				}
				piece = append(piece, l)
			}
			t.emit(Event{Kind: People, By: me})
			return nil
		})
		if err != nil || len(piece) == 0 {
			return letters, err
		}
		letters = append(letters, piece...)
	}
}

const withoutCode = `SELECT ` + personColumns + ` FROM person p WHERE p.phase = 1 AND p.bot = 0 ORDER BY p.called, p.id LIMIT +?`

// decideInvites writes the line in the log for n letters: whom, if they are few.
func (t *tx) decideInvites(me int64, letters []Letter, n int, why string) error {
	if blank(why) {
		why = inviteReason
	}
	const named = 5
	d := Decision{Act: "invited", About: fmt.Sprintf("%s people", Number(n)), Why: why}
	if n == 1 {
		d.About = "one person"
	}
	if n <= named && len(letters) == n {
		var handles []string
		for _, l := range letters {
			handles = append(handles, "@"+l.Handle)
		}
		d.About = strings.Join(handles, ", ")
	}
	return t.decide(me, d)
}

// cleanEmail is an address as it is kept, or ErrInvalid for what cannot be one.
func cleanEmail(s string) (string, error) {
	s = strings.ToLower(CleanLine(s))
	name, host, ok := strings.Cut(s, "@")
	if !ok || name == "" || host == "" || len(s) > emailLimit || strings.ContainsAny(host, "@ ") || strings.Contains(name, " ") {
		return "", refuse(ErrInvalid, "%q is no e-mail address. It looks like maya.lind@example.com.", cut(s, nameLimit))
	}
	return s, nil
}

// local is what stands before the @ of an address.
func local(email string) string {
	name, _, _ := strings.Cut(email, "@")
	return name
}
