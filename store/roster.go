package store

import (
	"cmp"
	"strings"
	"time"
)

// RosterColumn is one of the columns that a roster may have.
type RosterColumn int

const (
	ColEmployee RosterColumn = iota
	ColEmail
	ColHandle
	ColName
	ColDepartment
	ColTeam
	ColTitle
	ColManager // the employee number of the manager
	ColRole    // staff, admin or bot
	ColLeader  // yes or no
	ColStart   // 2026-11-22 or 22.11.2026
	ColKeys
	rosterColumns
)

// RosterColumns are the names of the columns, in their order. A roster needs one of the first three, to know people
// by; what it lacks beside that stays as it is.
var RosterColumns = [rosterColumns]string{"employee_id", "email", "handle", "name", "department", "team", "title", "manager_id", "role", "leader", "start_date", "ssh_keys"}

const (
	// EmptyCell in a roster takes a value away; a cell that is empty leaves it as it is.
	EmptyCell = "-"

	teamLimit     = nameLimit
	employeeLimit = 40
)

// RosterRow is one line of a roster.
type RosterRow struct {
	Line  int
	Cells [rosterColumns]string
	Keys  []Key // of ColKeys, read
}

// RosterWrong is a line that cannot be taken over, and why.
type RosterWrong struct {
	Line int
	Text string
}

// Roster is who is in the company, as another program lists them.
type Roster struct {
	Rows  []RosterRow
	Wrong []RosterWrong // what could not even be read
}

// entryRow is what a roster can say of a person, as it is kept.
type entryRow struct {
	id                      int64
	handle, name, email     string
	employee                string
	department, team, title string
	manager                 int64
	leader, admin, bot      bool
	start                   string
	state                   State
	rostered                bool
	vouched                 string // the department that an admin or a roster has given them

	boss string // the employee number of a manager who is new too
	keys []Key  // to be added
}

const entryColumns = `id, handle, name, email, employee, department, team, title, manager_id, leader, admin, bot, start_date, state, rostered, vouched`

func scanEntryRow(r *row) (e entryRow, err error) {
	err = r.Scan(&e.id, &e.handle, &e.name, &e.email, &e.employee, &e.department, &e.team, &e.title, &e.manager, &e.leader, &e.admin, &e.bot, &e.start, &e.state, &e.rostered, &e.vouched)
	return e, err
}

// standsNow is what is kept of a person.
func (t *tx) standsNow(id int64) (entryRow, error) {
	found, err := collect(t, scanEntryRow, `SELECT `+entryColumns+` FROM person WHERE id = ?`, id)
	if err == nil && len(found) == 0 {
		err = refuse(ErrNotFound, "There is nobody of that name here.")
	}
	if err != nil {
		return entryRow{}, err
	}
	return found[0], nil
}

// apply takes the cells of a row over; empty ones leave what is there, unless all are meant.
func (e *entryRow) apply(row RosterRow, all bool) (err error) {
	take := func(c RosterColumn, to *string, limit int) {
		v := row.Cells[c]
		if err != nil || blank(v) && !all {
			return
		}
		if v == EmptyCell {
			v = ""
		}
		*to, err = shortLine(strings.ReplaceAll(RosterColumns[c], "_", " "), v, limit)
	}
	take(ColEmployee, &e.employee, employeeLimit)
	take(ColName, &e.name, nameLimit)
	take(ColDepartment, &e.department, nameLimit)
	take(ColTeam, &e.team, teamLimit)
	take(ColTitle, &e.title, nameLimit)
	take(ColStart, &e.start, nameLimit)
	take(ColEmail, &e.email, emailLimit)
	if err != nil {
		return err
	}
	if e.email != "" {
		if e.email, err = cleanEmail(e.email); err != nil {
			return err
		}
	}
	if e.start, err = cleanDate(e.start); err != nil {
		return err
	}
	return e.mark(row)
}

// mark takes the role and the mark of a leader over.
func (e *entryRow) mark(row RosterRow) error {
	switch role := strings.ToLower(CleanLine(row.Cells[ColRole])); role {
	case "":
	case "staff", "admin", "bot":
		e.admin, e.bot = role == "admin", role == "bot"
	default:
		return refuse(ErrInvalid, "%q is no role; there are staff, admin and bot.", cut(role, nameLimit))
	}
	switch leader := strings.ToLower(CleanLine(row.Cells[ColLeader])); leader {
	case "":
	case "yes", "true", "1", "y":
		e.leader = true
	case "no", "false", "0", "n", EmptyCell:
		e.leader = false
	default:
		return refuse(ErrInvalid, "Whether somebody is a leader is yes or no, not %q.", cut(leader, nameLimit))
	}
	return nil
}

// cleanDate is a day as it is kept, or ErrInvalid for what is none.
func cleanDate(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	for _, form := range []string{time.DateOnly, "2.1.2006"} {
		if day, err := time.Parse(form, s); err == nil {
			return day.Format(time.DateOnly), nil
		}
	}
	return "", refuse(ErrInvalid, "%q is no day that can be read for certain; write it like 2026-11-22.", cut(s, nameLimit))
}

// compare lists what is different in next. called is how a manager is shown.
func (e entryRow) compare(next entryRow, called func(int64) string) (changes []RosterChange) {
	differs := func(field, was, becomes string) {
		if was != becomes {
			changes = append(changes, RosterChange{field, was, becomes})
		}
	}
	yes := map[bool]string{true: "yes", false: "no"}
	differs("employee number", e.employee, next.employee)
	differs("e-mail", e.email, next.email)
	differs("name", e.name, next.name)
	differs("department", e.department, next.department)
	differs("team", e.team, next.team)
	differs("title", e.title, next.title)
	if e.manager != next.manager || next.boss != "" {
		differs("manager", called(e.manager), cmp.Or(next.boss, called(next.manager)))
	}
	differs("role", e.role(), next.role())
	differs("leader", yes[e.leader], yes[next.leader])
	differs("start", e.start, next.start)
	differs("state", e.state.String(), next.state.String())
	for _, k := range next.keys {
		differs("key", "", k.Fingerprint)
	}
	return changes
}

func (e entryRow) role() string {
	switch {
	case e.admin:
		return "admin"
	case e.bot:
		return "bot"
	}
	return "staff"
}

// who is how a person is spoken of in a sentence.
func (e entryRow) who() string {
	if e.name == "" {
		return "@" + e.handle
	}
	return e.name + " (@" + e.handle + ")"
}
