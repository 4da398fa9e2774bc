package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones have to be known also on a server that has none installed
)

const (
	handleLimit  = 32 // characters of a handle: it must stand in a column and be typed
	nameLimit    = 60 // characters of a name, department or title: one line of a small terminal
	emailLimit   = 254
	purposeLimit = 200 // characters of a channel's purpose
)

// State is where a person stands with this place.
type State int

const (
	Staged    State = iota // the author of imported posts; has no way in
	Invited                // has a code, and has not come yet
	Active                 // has come
	Suspended              // may not come in for now
	Left                   // has left; their posts stay
)

func (s State) String() string {
	return [...]string{"staged", "invited", "active", "suspended", "left"}[s]
}

// Person is somebody on the roster, or the author of something imported.
type Person struct {
	ID         int64
	Handle     string // unique, lower case
	Name       string
	Department string
	Title      string
	Zone       string // IANA time zone; "" for the server's
	Email      string
	Admin, Bot bool
	State      State
	CreatedAt  time.Time
	CameAt     time.Time // zero: never signed in
	Welcomed   bool      // has seen the first screen
	HomeActive bool      // has Home in the order of what was talked about last
	Resets     int       // how often their keys and password were reset: who came in as them before is out
}

// Display is the name to show: the handle where no name is known.
func (p Person) Display() string {
	if p.Name == "" {
		return p.Handle
	}
	return p.Name
}

const personColumns = `p.id, p.handle, p.name, p.department, p.title, p.zone, p.email, p.admin, p.bot, p.state, p.created_at, p.came_at, p.welcomed_at, p.home_active, p.resets`

// fields are where a row of personColumns is scanned to; done turns the times.
func (p *Person) fields(times *[3]int64) []any {
	return []any{&p.ID, &p.Handle, &p.Name, &p.Department, &p.Title, &p.Zone, &p.Email, &p.Admin, &p.Bot, &p.State, &times[0], &times[1], &times[2], &p.HomeActive, &p.Resets}
}

func (p *Person) setTimes(times [3]int64) {
	p.CreatedAt, p.CameAt, p.Welcomed = fromMS(times[0]), fromMS(times[1]), times[2] != 0
}

// fromMS is the time of a stored column; the zero time for 0.
func fromMS(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// personWhere returns the one person that the condition on p finds, or ErrNotFound.
func (t *tx) personWhere(cond string, args ...any) (Person, error) {
	var p Person
	var times [3]int64
	err := t.get(`SELECT `+personColumns+` FROM person p WHERE `+cond, args, p.fields(&times)...)
	if errors.Is(err, errNoRow) {
		return p, refuse(ErrNotFound, "There is nobody of that name here.")
	}
	p.setTimes(times)
	return p, err
}

// viewer is the acting person; ErrForbidden unless they may be here. Whoever writes is looked for in the database.
func (t *tx) viewer(me int64) (Person, error) {
	if !t.writes {
		if p, known := t.bylines.viewer(me); known {
			return p, nil
		}
	}
	p, err := t.freshViewer(me)
	if err == nil && !t.writes {
		t.bylines.rememberViewer(t.age, p)
	}
	return p, err
}

// freshViewer is viewer as the database has them.
func (t *tx) freshViewer(me int64) (Person, error) {
	p, err := t.personWhere(`p.id = ?`, me)
	if errors.Is(err, ErrNotFound) {
		return p, refuse(ErrForbidden, "You are not signed in.")
	}
	if err != nil {
		return p, err
	}
	return p, mayComeIn(p)
}

// mayComeIn is nil, or the sentence that says why p may not.
func mayComeIn(p Person) error {
	switch p.State {
	case Suspended:
		return refuse(ErrForbidden, "Your access is suspended. Ask whoever invited you.")
	case Left:
		return refuse(ErrForbidden, "Your access has ended. Ask whoever invited you if that is not right.")
	}
	return nil
}

// hasAccess is nil, or the sentence that tells others why nothing can be done for p here: they may not come in, or are on the
// roster and nobody has invited them.
func hasAccess(p Person) error {
	if mayComeIn(p) != nil || p.State == Staged {
		return refuse(ErrForbidden, "%s has no access here at present.", p.Display())
	}
	return nil
}

// Me returns the acting person; ErrForbidden once they may not be here any more, also where another process has just
// seen to that.
func (s *Store) Me(ctx context.Context, me int64) (p Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, err = t.freshViewer(me)
		return err
	})
	return p, err
}

// Person returns the person with that handle ("@" optional), or ErrNotFound.
func (s *Store) Person(ctx context.Context, me int64, handle string) (p Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		p, err = t.personByHandle(handle)
		return err
	})
	return p, err
}

func (t *tx) personByHandle(handle string) (Person, error) {
	h := strings.ToLower(strings.TrimPrefix(CleanLine(handle), "@"))
	return t.personWhere(`p.handle = ?`, h)
}

// Profile is what people may say of themselves.
type Profile struct{ Name, Department, Title, Zone string }

// UpdateProfile changes what is known of me. ErrInvalid if a value is too long or the zone is unknown.
func (s *Store) UpdateProfile(ctx context.Context, me int64, p Profile) error {
	if err := cleanNames(&p.Name, &p.Department, &p.Title); err != nil {
		return err
	}
	p.Zone = CleanLine(p.Zone)
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" { // the server's own has no name here
		return refuse(ErrInvalid, "There is no time zone %q. Write it like Europe/Berlin or America/New_York.", p.Zone)
	}
	return s.write(ctx, func(t *tx) error {
		was, err := t.viewer(me)
		if err != nil {
			return err
		}
		if err := t.nameIndex(Person{ID: me, Handle: was.Handle, Name: p.Name}); err != nil {
			return err
		}
		t.emit(Event{Kind: People, Person: me, By: me})
		if err := t.run(`UPDATE person SET name = ?, department = ?, title = ?, zone = ? WHERE id = ?`, p.Name, p.Department, p.Title, p.Zone, me); err != nil {
			return err
		}
		return t.stand(me)
	})
}

// cleanNames cleans what is said of a person, or returns ErrInvalid if something is too long.
func cleanNames(name, department, title *string) (err error) {
	for _, line := range []struct {
		what string
		v    *string
	}{{"name", name}, {"department", department}, {"title", title}} {
		if *line.v, err = shortLine(line.what, *line.v, nameLimit); err != nil {
			return err
		}
	}
	return nil
}

// MarkWelcomed notes that me has seen the first screen.
func (s *Store) MarkWelcomed(ctx context.Context, me int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: People, Person: me, By: me}, me)
		return t.run(`UPDATE person SET welcomed_at = ? WHERE id = ? AND welcomed_at = 0`, t.ms(), me)
	})
}

// SetHomeActive remembers in which order me has Home.
func (s *Store) SetHomeActive(ctx context.Context, me int64, on bool) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: People, Person: me, By: me}, me)
		return t.run(`UPDATE person SET home_active = ? WHERE id = ?`, on, me)
	})
}

// ValidHandle is nil if s can be a handle: 1 to 32 of a–z, 0–9, dot, dash and underscore, the first a letter or digit.
func ValidHandle(s string) error {
	if s == "" || len(s) > handleLimit || s != CleanHandle(s) {
		return refuse(ErrInvalid, "A handle has 1 to %d of the letters a to z, digits, dots and dashes, like maya.lind.", handleLimit)
	}
	return nil
}

// CleanHandle makes a handle of anything that names a person; "" if nothing is left.
func CleanHandle(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(foldLatin(strings.ToLower(CleanLine(s)))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('.')
		}
	}
	h := strings.TrimLeft(b.String(), "._-")
	return strings.TrimRight(h[:min(len(h), handleLimit)], "._-")
}

// freeHandle is want, or want with the first number that makes it nobody's yet.
func (t *tx) freeHandle(want string) (string, error) {
	if want == "" {
		want = "someone"
	}
	for h, n := want, 2; ; n++ {
		taken, err := t.has(`SELECT 1 FROM person WHERE handle = ?`, h)
		if err != nil || !taken {
			return h, err
		}
		h = numbered(want, n)
	}
}

// numbered is a handle with a number behind it.
func numbered(want string, n int) string {
	suffix := fmt.Sprintf("-%d", n)
	return want[:min(len(want), handleLimit-len(suffix))] + suffix
}

// addPerson creates p, with the channels that everyone is in unless they are only staged, and tells of it.
func (t *tx) addPerson(p Person) (Person, error) {
	p.CreatedAt = fromMS(t.ms())
	id, err := t.insertPerson(entryRow{handle: p.Handle, name: p.Name, department: p.Department, title: p.Title, email: p.Email, admin: p.Admin, bot: p.Bot, state: p.State})
	if err != nil {
		return p, err
	}
	p.ID = id
	t.emit(Event{Kind: People, Person: id})
	if p.State == Staged {
		return p, nil
	}
	if err := t.joinFounding(id); err != nil {
		return p, err
	}
	return p, t.stand(id)
}

// insertPerson creates somebody alone, so that they are found by name. Whoever brings them vouches for their department.
func (t *tx) insertPerson(e entryRow) (int64, error) {
	id, err := t.insert(`INSERT INTO person (handle, name, department, title, email, admin, bot, state, employee, team, manager_id, leader, start_date, rostered, vouched, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.handle, e.name, e.department, e.title, e.email, e.admin, e.bot, e.state, e.employee, e.team, e.manager, e.leader, e.start, e.rostered, e.department, t.ms())
	if err != nil {
		return 0, err
	}
	return id, t.addWords(id, e.handle, e.name)
}

// PersonByHandle returns who has that handle, for a door that has other proof of who is there:
// ErrNotFound if nobody, ErrForbidden with a sentence if they may not come in.
func (s *Store) PersonByHandle(ctx context.Context, handle string) (p Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		if p, err = t.personByHandle(handle); err != nil {
			return err
		}
		return mayComeIn(p)
	})
	return p, err
}
