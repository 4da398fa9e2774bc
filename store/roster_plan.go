package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

const (
	// RosterLimit is the most lines of a roster: ten times the largest company that this is made for.
	RosterLimit = 500_000

	manyLeave = 5 // one in so many may leave by a roster without being asked about
)

// RosterFate is what becomes of a line of a roster, or of somebody who is not in it.
type RosterFate int

const (
	RosterBad       RosterFate = iota // cannot be taken over
	RosterAdded                       // is new here
	RosterChanged                     // is here, and something is different
	RosterUnchanged                   // is here as the line says
	RosterLeaves                      // was on the last roster and is not on this one
	RosterStays                       // would leave, and does not
)

func (f RosterFate) String() string {
	return [...]string{"error", "added", "changed", "unchanged", "left", "stays"}[f]
}

// RosterChange is one value that a roster changes.
type RosterChange struct{ Field, Was, Becomes string }

// RosterLine says what becomes of one line.
type RosterLine struct {
	Line    int // 0: somebody who is not in the roster
	Fate    RosterFate
	Handle  string
	Name    string
	Changes []RosterChange
	Text    string // what is wrong, or why somebody stays
}

// RosterPlan is what an import of a roster does, or has done.
type RosterPlan struct {
	Lines []RosterLine // in the order of the roster, and then those who are not in it
	Count [RosterStays + 1]int
	Many  bool // more than a fifth of those on the last roster would leave

	steps []rosterStep
}

// rosterStep is one thing that an import does: was.id is 0 for who is new, leaves says that they go.
type rosterStep struct {
	was, next entryRow
	leaves    bool
	depth     int // managers above them that are new too
}

// PlanRoster says line by line what ImportRoster would do, and changes nothing. ErrForbidden unless me is an admin
// or the Operator.
func (s *Store) PlanRoster(ctx context.Context, me int64, r Roster) (plan RosterPlan, err error) {
	var here []entryRow
	keys := map[string]int64{}
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		if here, err = collect(t, scanEntryRow, `SELECT `+entryColumns+` FROM person`); err != nil {
			return err
		}
		_, err = collect(t, func(r *row) (id int64, err error) {
			var fingerprint string
			err = r.Scan(&fingerprint, &id)
			keys[fingerprint] = id
			return id, err
		}, `SELECT fingerprint, person_id FROM sshkey`)
		return err
	})
	if err != nil {
		return plan, err
	}
	if len(r.Rows) == 0 && len(r.Wrong) == 0 {
		return plan, refuse(ErrInvalid, "There is nobody in that roster. Nothing is changed.")
	}
	if len(r.Rows) > RosterLimit {
		return plan, refuse(ErrLimited, "That roster has %s lines; %s are the most.", Number(len(r.Rows)), Number(RosterLimit))
	}
	return newPlanner(me, here, keys).plan(r), nil
}

// planner compares a roster with who is here.
type planner struct {
	me   int64
	here map[int64]entryRow
	keys map[string]int64 // fingerprint → whose; -1: of a line of this roster

	byEmployee, byEmail, byHandle map[string]int64

	steps   []rosterStep
	lineOf  []int          // of each step
	at      map[int64]int  // person → their step
	numbers map[string]int // employee number → the step of a line
	emails  map[string]int // address → the line that has it
	taken   map[string]int // handle → the line that has it
	seen    map[int64]bool // who is in the roster, also in a line that is wrong
	tried   map[string]int // handle → the last number that was behind it
	wrong   []RosterWrong
}

func newPlanner(me int64, here []entryRow, keys map[string]int64) *planner {
	p := &planner{me: me, keys: keys, here: make(map[int64]entryRow, len(here)),
		byEmployee: map[string]int64{}, byEmail: map[string]int64{}, byHandle: make(map[string]int64, len(here)),
		at: map[int64]int{}, numbers: map[string]int{}, emails: map[string]int{}, taken: map[string]int{}, seen: map[int64]bool{}, tried: map[string]int{}}
	for _, e := range here {
		p.here[e.id] = e
		p.byHandle[e.handle] = e.id
		if e.employee != "" {
			p.byEmployee[e.employee] = e.id
		}
		if e.email != "" {
			p.byEmail[e.email] = e.id
		}
	}
	return p
}

func (p *planner) plan(r Roster) RosterPlan {
	p.wrong = slices.Clone(r.Wrong)
	rows := make([]RosterRow, 0, len(r.Rows))
	for _, row := range r.Rows {
		if err := p.person(row); err != nil {
			p.fail(row.Line, err)
			continue
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		if err := p.manager(i, row); err != nil {
			p.fail(row.Line, err)
		}
	}
	p.circles()
	p.handles()
	return p.result()
}

func (p *planner) fail(line int, err error) {
	text, _ := Sentence(err)
	p.wrong = append(p.wrong, RosterWrong{line, text})
}

// person finds whom a line is about, and what it makes of them.
func (p *planner) person(row RosterRow) error {
	was, err := p.find(row)
	p.seen[was.id] = true
	if err != nil {
		return err
	}
	next := was
	if was.id == 0 {
		next.handle = cleanedHandle(row)
	}
	if err := next.apply(row, false); err != nil {
		return err
	}
	if err := p.alone(row.Line, was, next); err != nil {
		return err
	}
	if was.admin && !next.admin && was.id == p.me {
		return refuse(ErrForbidden, "You cannot take yourself from the admins with a roster; another admin can.")
	}
	if next.state == Staged || next.state == Left {
		next.state = Invited
	}
	next.rostered = true
	if !blank(row.Cells[ColDepartment]) {
		next.vouched = next.department
	}
	for _, k := range row.Keys {
		switch owner, known := p.keys[k.Fingerprint]; {
		case known && owner != was.id || known && was.id == 0:
			return refuse(ErrTaken, "The key %s belongs to somebody else.", k.Fingerprint)
		case !known:
			next.keys = append(next.keys, k)
		}
	}
	for _, k := range next.keys {
		p.keys[k.Fingerprint] = -1
	}
	if was.id != 0 {
		p.at[was.id] = len(p.steps)
	}
	if next.employee != "" {
		p.numbers[next.employee] = len(p.steps)
	}
	p.steps = append(p.steps, rosterStep{was: was, next: next})
	p.lineOf = append(p.lineOf, row.Line)
	return nil
}

func cleanedHandle(row RosterRow) string {
	return strings.ToLower(strings.TrimPrefix(CleanLine(row.Cells[ColHandle]), "@"))
}

// find is the person whom a line is about: by employee number, else by e-mail, else by handle; the zero entryRow
// for somebody new. Where two of them name two people, nothing is guessed.
func (p *planner) find(row RosterRow) (entryRow, error) {
	number, email, handle := CleanLine(row.Cells[ColEmployee]), strings.ToLower(CleanLine(row.Cells[ColEmail])), cleanedHandle(row)
	if number == "" && email == "" && handle == "" || number == EmptyCell || email == EmptyCell || handle == EmptyCell {
		return entryRow{}, refuse(ErrInvalid, "There is nothing to know this person by: it takes an employee_id, an email or a handle.")
	}
	if handle != "" {
		if err := ValidHandle(handle); err != nil {
			return entryRow{}, err
		}
	}
	byNumber, byEmail, byHandle := p.byEmployee[number], p.byEmail[email], p.byHandle[handle]
	id := cmp.Or(byNumber, byEmail, byHandle)
	was := p.here[id]
	if byEmail != 0 && byEmail != id {
		return was, refuse(ErrTaken, "%s is the address of %s, who is somebody else.", email, p.here[byEmail].who())
	}
	if byHandle != 0 && byHandle != id {
		return was, refuse(ErrTaken, "@%s is the handle of %s, who is somebody else.", handle, p.here[byHandle].who())
	}
	if id != 0 && number != "" && was.employee != "" && was.employee != number {
		return was, refuse(ErrTaken, "%s has the employee number %s here, not %s.", was.who(), was.employee, cut(number, employeeLimit))
	}
	if id != 0 && handle != "" && handle != was.handle {
		return was, refuse(ErrInvalid, "%s has the handle @%s here, and handles stay; write that one or none.", was.who(), was.handle)
	}
	return was, nil
}

// alone is an error if an earlier line is about the same person.
func (p *planner) alone(line int, was, next entryRow) error {
	same := func(other int) error {
		return refuse(ErrInvalid, "This is about the same person as line %d.", other)
	}
	if at, ok := p.at[was.id]; ok && was.id != 0 {
		return same(p.lineOf[at])
	}
	if at, ok := p.numbers[next.employee]; ok && next.employee != "" {
		return same(p.lineOf[at])
	}
	if other, ok := p.emails[next.email]; ok && next.email != "" {
		return same(other)
	}
	if other, ok := p.taken[next.handle]; ok && next.handle != "" {
		return same(other)
	}
	if next.email != "" {
		p.emails[next.email] = line
	}
	if next.handle != "" {
		p.taken[next.handle] = line
	}
	return nil
}

// manager finds whom the line of a step names.
func (p *planner) manager(i int, row RosterRow) error {
	number, next := CleanLine(row.Cells[ColManager]), &p.steps[i].next
	switch {
	case number == "":
		return nil
	case number == EmptyCell:
		next.manager = 0
		return nil
	}
	if at, ok := p.numbers[number]; ok {
		boss := p.steps[at].was
		if next.manager = boss.id; boss.id == 0 {
			next.boss = number
		}
		return nil
	}
	id, ok := p.byEmployee[number]
	if !ok || p.here[id].state == Left {
		return refuse(ErrNotFound, "Nobody has the employee number %s, who is to be the manager.", cut(number, employeeLimit))
	}
	next.manager = id
	return nil
}

// rosterPlace is a step of the plan or, with step -1, a person who is not in the roster; {-1, 0} is nobody.
type rosterPlace struct {
	step   int
	person int64
}

func (p *planner) entry(at rosterPlace) entryRow {
	if at.step >= 0 {
		return p.steps[at.step].next
	}
	return p.here[at.person]
}

// above is who manages somebody.
func (p *planner) above(at rosterPlace) rosterPlace {
	is := p.entry(at)
	if is.boss != "" {
		return rosterPlace{step: p.numbers[is.boss]}
	}
	if step, ok := p.at[is.manager]; ok && is.manager != 0 {
		return rosterPlace{step: step}
	}
	return rosterPlace{-1, is.manager}
}

// circles finds those who are managed, through others, by themselves, and how many managers are above each one.
func (p *planner) circles() {
	const walking = -1
	depth := map[rosterPlace]int{{-1, 0}: 0}
	for start := range p.steps {
		var path []rosterPlace
		at := rosterPlace{step: start}
		under, seen := depth[at]
		for ; !seen; under, seen = depth[at] {
			depth[at] = walking
			path = append(path, at)
			at = p.above(at)
		}
		if under == walking {
			p.circle(path[slices.Index(path, at):])
		}
		for _, x := range slices.Backward(path) {
			under = max(under, 0) + 1
			if depth[x] = under; x.step >= 0 {
				p.steps[x.step].depth = under
			}
		}
	}
}

// circle says which managers go round, on the first of their lines.
func (p *planner) circle(round []rosterPlace) {
	line := 0
	var names []string
	for _, x := range slices.Concat(round, round[:1]) {
		names = append(names, cmp.Or(p.entry(x).name, p.entry(x).handle, p.entry(x).email, p.entry(x).employee))
		if x.step >= 0 && (line == 0 || p.lineOf[x.step] < line) {
			line = p.lineOf[x.step]
		}
	}
	const named = 6
	if len(names) > named {
		names = append(names[:named-1], "…", names[len(names)-1])
	}
	p.fail(line, refuse(ErrInvalid, "The managers go round in a circle: %s.", strings.Join(names, " is under ")))
}

// handles makes one for everybody new who has none, of their address or name.
func (p *planner) handles() {
	for i := range p.steps {
		next := &p.steps[i].next
		if next.handle != "" {
			continue
		}
		want := cmp.Or(CleanHandle(local(next.email)), CleanHandle(next.name), "someone")
		next.handle = want
		for n := max(p.tried[want]+1, 2); p.byHandle[next.handle] != 0 || p.taken[next.handle] != 0; n++ {
			next.handle = numbered(want, n)
			p.tried[want] = n
		}
		p.taken[next.handle] = p.lineOf[i]
	}
}

// absent are those of the last roster who are not in this one, in the order of their handles.
func (p *planner) absent() (all []entryRow) {
	for id, e := range p.here {
		if e.rostered && !e.bot && !p.seen[id] && (e.state == Invited || e.state == Active || e.state == Suspended) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b entryRow) int { return strings.Compare(a.handle, b.handle) })
	return all
}

// adminStays is one who is an admin after the steps, and before them too: 0 for none.
func (p *planner) adminStays(leaving []entryRow) int64 {
	runs := map[int64]bool{}
	for id, e := range p.here {
		runs[id] = e.admin && e.state == Active
	}
	for _, st := range p.steps {
		runs[st.was.id] = runs[st.was.id] && st.next.admin
	}
	for _, e := range leaving {
		delete(runs, e.id)
	}
	for id, still := range runs {
		if still {
			return id
		}
	}
	return 0
}

// result puts it all into lines.
func (p *planner) result() RosterPlan {
	leaving := p.absent()
	kept := map[int64]string{}
	for _, e := range leaving {
		if e.id == p.me {
			kept[e.id] = "This is you; another admin can mark you as a leaver."
		}
	}
	if p.hadAdmin() && p.me == Operator && p.adminStays(leaving) == 0 {
		for _, e := range leaving {
			if e.admin && e.state == Active {
				kept[e.id] = "This is the last admin; make somebody else one first."
				break
			}
		}
		if len(kept) == 0 {
			p.lastAdminLine()
		}
	}
	var plan RosterPlan
	bad := map[int]bool{}
	slices.SortStableFunc(p.wrong, func(a, b RosterWrong) int { return a.Line - b.Line })
	for _, w := range p.wrong {
		bad[w.Line] = true
		plan.Lines = append(plan.Lines, RosterLine{Line: w.Line, Fate: RosterBad, Text: w.Text})
	}
	for i := range p.steps {
		if !bad[p.lineOf[i]] {
			plan.Lines = append(plan.Lines, p.line(i))
		}
	}
	slices.SortStableFunc(plan.Lines, func(a, b RosterLine) int { return a.Line - b.Line })
	for _, e := range leaving {
		l := RosterLine{Fate: RosterLeaves, Handle: e.handle, Name: e.name, Text: kept[e.id]}
		if l.Text != "" {
			l.Fate = RosterStays
		} else {
			p.steps = append(p.steps, rosterStep{was: e, leaves: true})
		}
		plan.Lines = append(plan.Lines, l)
	}
	for _, l := range plan.Lines {
		plan.Count[l.Fate]++
	}
	last := 0
	for _, e := range p.here {
		if e.rostered && !e.bot && e.state != Left {
			last++
		}
	}
	plan.Many = plan.Count[RosterLeaves]*manyLeave > last
	slices.SortStableFunc(p.steps, func(a, b rosterStep) int { return cmp.Compare(a.depth, b.depth) }) // managers before those they manage
	plan.steps = p.steps
	return plan
}

func (p *planner) hadAdmin() bool {
	for _, e := range p.here {
		if e.admin && e.state == Active {
			return true
		}
	}
	return false
}

// lastAdminLine says of the first line that takes an admin away that nobody would be left.
func (p *planner) lastAdminLine() {
	for i, st := range p.steps {
		if st.was.admin && st.was.state == Active && !st.next.admin {
			p.fail(p.lineOf[i], refuse(ErrForbidden, "%s is the last admin; make somebody else one first.", st.was.who()))
			return
		}
	}
}

// line says what becomes of a step's line.
func (p *planner) line(i int) RosterLine {
	st := &p.steps[i]
	l := RosterLine{Line: p.lineOf[i], Handle: st.next.handle, Name: st.next.name, Fate: RosterAdded}
	if st.was.id == 0 {
		return l
	}
	l.Changes = st.was.compare(st.next, func(id int64) string { return p.here[id].handle })
	if l.Fate = RosterChanged; len(l.Changes) == 0 {
		l.Fate = RosterUnchanged
	}
	return l
}
