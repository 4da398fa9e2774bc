package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode"
)

const (
	// DefaultInviteValid is how long an invite code works unless said otherwise.
	DefaultInviteValid = 14 * 24 * time.Hour
	// LinkValid is how long a code for one more device works: the time to walk to it.
	LinkValid = 10 * time.Minute

	inviteValidMost = 365 * 24 * time.Hour

	// Twelve characters of 32 are 60 random bits: with the limits on wrong answers, nobody guesses one.
	codeLength   = 12
	codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32: no letter looks like a digit
)

const (
	inviteCode = iota
	linkCode
	firstAdminCode
)

// Invite is who is to be let in.
type Invite struct {
	Handle, Name, Department, Title string
	Admin, Bot                      bool
	Valid                           time.Duration // DefaultInviteValid when 0; at most a year
	Why                             string        // for the log; a usual reason when ""

	email string // of somebody who is new
}

// Code is an invite or link code, shown once: only its hash is kept.
type Code struct {
	Text    string // like "k7mq-2fdx-9wtr"
	Handle  string // "" for the first admin's
	Expires time.Time
}

// CreateInvite puts somebody on the roster, or finds them there, and makes the code that lets
// them in; an earlier code of theirs stops working. ErrForbidden unless me is an admin or the
// Operator, ErrInvalid for a handle that cannot be one, ErrTaken if they are in already: only the
// Operator may make a new way in for those, as they own the machine.
func (s *Store) CreateInvite(ctx context.Context, me int64, in Invite) (Code, error) {
	if err := in.clean(); err != nil {
		return Code{}, err
	}
	var code Code
	err := s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		p, err := t.invited(in)
		if err != nil {
			return err
		}
		if err := invitable(p); err != nil && (me != Operator || p.State != Active) {
			return err
		}
		l, err := t.letter(p, me, in.Valid)
		if err != nil {
			return err
		}
		code = l.Code
		return t.decideInvites(me, []Letter{l}, 1, in.Why)
	})
	return code, err
}

func (in *Invite) clean() error {
	in.Handle = strings.ToLower(strings.TrimPrefix(CleanLine(in.Handle), "@"))
	if err := ValidHandle(in.Handle); err != nil {
		return err
	}
	if err := cleanNames(&in.Name, &in.Department, &in.Title); err != nil {
		return err
	}
	switch {
	case in.Valid == 0:
		in.Valid = DefaultInviteValid
	case in.Valid < 0 || in.Valid > inviteValidMost:
		return refuse(ErrInvalid, "A code can be valid for up to a year.")
	}
	return nil
}

// mustRun is ErrForbidden unless me is an admin or the Operator.
func (t *tx) mustRun(me int64) error {
	if me == Operator {
		return nil
	}
	p, err := t.viewer(me)
	if err == nil && !p.Admin {
		err = refuse(ErrForbidden, "Only admins can do that. Ask one of them.")
	}
	return err
}

// mustOperate is ErrForbidden unless me is the Operator.
func mustOperate(me int64) error {
	if me != Operator {
		return refuse(ErrForbidden, "Whoever runs the server does that.")
	}
	return nil
}

// mustBeHere is ErrForbidden unless me may be here or is the Operator.
func (t *tx) mustBeHere(me int64) error {
	if me == Operator {
		return nil
	}
	_, err := t.viewer(me)
	return err
}

// invited finds or makes the person of an invite. What the invite says of them is taken over;
// what it leaves out stays.
func (t *tx) invited(in Invite) (Person, error) {
	p, err := t.personByHandle(in.Handle)
	if errors.Is(err, ErrNotFound) {
		return t.addPerson(Person{Handle: in.Handle, Name: in.Name, Department: in.Department, Title: in.Title, Email: in.email, Admin: in.Admin, Bot: in.Bot, State: Invited})
	}
	if err != nil {
		return p, err
	}
	if p.State == Staged {
		p.State = Invited
		if err := t.joinFounding(p.ID); err != nil {
			return p, err
		}
	}
	if in.Name != "" {
		if err := t.nameIndex(Person{ID: p.ID, Handle: p.Handle, Name: in.Name}); err != nil {
			return p, err
		}
	}
	t.emit(Event{Kind: People, Person: p.ID})
	err = t.run(`UPDATE person SET state = ?, admin = max(admin, ?), bot = max(bot, ?),
		name = coalesce(nullif(?, ''), name), department = coalesce(nullif(?, ''), department), title = coalesce(nullif(?, ''), title)
		WHERE id = ?`, p.State, in.Admin, in.Bot, in.Name, in.Department, in.Title, p.ID)
	if err == nil && in.Department != "" {
		err = t.vouch(p.ID)
	}
	if err != nil {
		return p, err
	}
	return p, t.stand(p.ID)
}

// CreateLinkCode makes a code that lets me in from one more device, for ten minutes.
func (s *Store) CreateLinkCode(ctx context.Context, me int64) (Code, error) {
	var code Code
	err := s.writeAlways(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		code, err = t.newCode(linkCode, me, me, LinkValid)
		code.Handle = p.Handle
		return err
	})
	return code, err
}

// FirstAdminCode makes the code for whoever is to run this place, in the place of any earlier
// one. Its Text is "" once an admin has come.
func (s *Store) FirstAdminCode(ctx context.Context) (Code, error) {
	var code Code
	err := s.writeAlways(ctx, func(t *tx) error {
		var come bool
		err := t.get(`SELECT `+adminCame, nil, &come)
		if err != nil || come {
			return err
		}
		code, err = t.newCode(firstAdminCode, 0, Operator, DefaultInviteValid)
		return err
	})
	return code, err
}

// adminCame voids the first admin's code: whoever finds it in a log must not become another one.
const adminCame = `EXISTS (SELECT 1 FROM person WHERE admin = 1 AND came_at > 0)`

// newCode makes a code for person (0 for the first admin), voiding their unused ones of that kind.
func (t *tx) newCode(kind int, person, by int64, valid time.Duration) (Code, error) {
	var owner *int64
	if person != 0 {
		owner = &person
	}
	if err := t.run(`DELETE FROM code WHERE kind = ? AND person_id IS ? AND used_at = 0`, kind, owner); err != nil {
		return Code{}, err
	}
	if err := t.run(`UPDATE person SET invited_at = ? WHERE id = ? AND invited_at = 0`, t.ms(), person); err != nil {
		return Code{}, err
	}
	text := randomCode()
	expires := t.at.Add(valid)
	err := t.run(`INSERT INTO code (hash, kind, person_id, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
		hashCode(text), kind, owner, t.ms(), by, expires.UnixMilli())
	return Code{Text: text, Expires: fromMS(expires.UnixMilli())}, err
}

func randomCode() string {
	random := make([]byte, codeLength)
	rand.Read(random)
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[r%32])
	}
	return b.String()
}

// hashCode hashes a code as it may have been typed: any case, o for 0, i and l for 1, and whatever dashes,
// spaces or quotes came along. SHA-256 is enough for 60 random bits that expire.
func hashCode(typed string) []byte {
	s := strings.Map(func(r rune) rune {
		switch {
		case r == 'o':
			return '0'
		case r == 'i', r == 'l':
			return '1'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return -1
	}, strings.ToLower(typed))
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

type codeRow struct {
	id, person int64
	kind       int
}

// goodCode is the row of a code that may be used, or the sentence that says why not.
func (t *tx) goodCode(typed string) (codeRow, error) {
	var c codeRow
	var expires int64
	var used bool
	err := t.get(`SELECT id, kind, person_id, expires_at, used_at <> 0 OR kind = ? AND `+adminCame+` FROM code WHERE hash = ?`,
		[]any{firstAdminCode, hashCode(typed)}, &c.id, &c.kind, &c.person, &expires, &used)
	switch {
	case errors.Is(err, errNoRow):
		return c, refuse(ErrNotFound, "That code is not known. Check it against the invitation; the newest one counts.")
	case err != nil:
		return c, err
	case used:
		return c, refuse(ErrForbidden, "That code has been used. Ask the person who invited you for a new one.")
	case expires <= t.ms():
		return c, refuse(ErrForbidden, "That code has expired. Ask the person who invited you for a new one.")
	}
	return c, nil
}

// CheckCode is nil if the code may be used to set a password now, or the sentence that says why not. It changes nothing.
func (s *Store) CheckCode(ctx context.Context, code string) error {
	return s.read(ctx, func(t *tx) error {
		c, err := t.goodCode(code)
		if err != nil {
			return err
		}
		return t.setsPassword(c)
	})
}

// Credential is the way in that a code is exchanged for: a key that was proven, or a password.
type Credential struct {
	Key      *Key
	Password string // used when Key is nil
	User     string // the SSH user name: the handle to be for a code that has none
}

// RedeemCode uses up the code and binds the key or sets the password of its person, who is
// Active from then on. Unknown, used and expired codes are refused with a sentence each, a
// key of somebody else with ErrTaken, a link code that would replace a password with ErrForbidden; the code stays good.
func (s *Store) RedeemCode(ctx context.Context, code string, c Credential) (Person, error) {
	var hash string
	if c.Key == nil {
		var err error
		if hash, err = s.hashPassword(ctx, c.Password); err != nil {
			return Person{}, err
		}
	}
	var p Person
	err := s.writeAlways(ctx, func(t *tx) error {
		row, err := t.goodCode(code)
		if err != nil {
			return err
		}
		if c.Key == nil {
			if err := t.setsPassword(row); err != nil {
				return err
			}
		}
		if p, err = t.codeOwner(row, c.User); err != nil {
			return err
		}
		if err := t.bind(p.ID, c.Key, hash); err != nil {
			return err
		}
		if p.State != Active || p.CameAt.IsZero() {
			if err := t.activate(p); err != nil {
				return err
			}
		}
		if err := t.run(`UPDATE code SET used_at = ?, person_id = ? WHERE id = ?`, t.ms(), p.ID, row.id); err != nil {
			return err
		}
		p, err = t.viewer(p.ID)
		return err
	})
	return p, err
}

// setsPassword is nil if the code may set a password: a link code is for one more way in, and replaces none.
func (t *tx) setsPassword(c codeRow) error {
	if c.kind != linkCode {
		return nil
	}
	has, err := t.has(`SELECT 1 FROM password WHERE person_id = ?`, c.person)
	if err == nil && has {
		err = refuse(ErrForbidden, "You have a password already; press Enter and sign in with it. That code is for a device with a key.")
	}
	return err
}

func (t *tx) bind(person int64, k *Key, hash string) error {
	if k == nil {
		return t.setPassword(person, hash)
	}
	mine, err := t.has(`SELECT 1 FROM sshkey WHERE fingerprint = ? AND person_id = ?`, k.Fingerprint, person)
	if err != nil || mine {
		return err
	}
	_, err = t.addKey(person, *k)
	return err
}

// codeOwner is who a code lets in; the first admin is made now, named as their SSH client says.
func (t *tx) codeOwner(c codeRow, user string) (Person, error) {
	if c.kind != firstAdminCode {
		p, err := t.personWhere(`p.id = ?`, c.person)
		if err != nil {
			return p, err
		}
		return p, mayComeIn(p)
	}
	want := CleanHandle(user)
	p, err := t.personByHandle(want)
	if err == nil && (p.State == Staged || p.State == Invited) {
		p, err = t.invited(Invite{Handle: want, Admin: true})
		return p, err
	}
	if want, err = t.freeHandle(want); err != nil {
		return p, err
	}
	return t.addPerson(Person{Handle: want, Admin: true, State: Invited})
}
