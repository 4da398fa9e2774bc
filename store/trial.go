package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	trialNameLimit = 60 // characters: a line of the sidebar's neighbour
	trialLimit     = 300
	acceptLimit    = 5000 // characters, as an announcement: what is longer nobody accepts knowingly
	objectivesMost = 12   // more are no objectives
)

// Trial is what everyone is told of the trial.
type Trial struct {
	Name, Purpose string
	First, Last   string // its days where the organisation is, 2026-11-22; "" for not set
	Zone          string // the organisation's, like Europe/Berlin; "" for UTC
	Terms         string // what people accept to take part; "" for nothing
	TermsVersion  int64
	Objectives    []Objective
	Board         []Person  // the admins who have come
	Ends          string    // the last day on which people write, as announced; "" for not announced
	FrozenAt      time.Time // since when nothing is written any more; zero: people write
}

// Objective is something that the trial is to reach.
type Objective struct {
	ID               int64
	What             string   // in words
	Measure          string   // its id in Measures; "" while nobody has said how it is measured
	Baseline, Target *float64 // figures of the measure; nil while not known
	Now              *float64 // the figure since the start, to a tenth; nil: not enough yet, or too few people
	Due              string   // a day; "" for the last of the trial
	Owner            int64
	OwnerName        string
	OwnerHandle      string
	ChangedAt        time.Time // after the start; zero for as it was agreed
}

// Measure is something that is measured. Unit follows its figures: " %", " h" or nothing.
type Measure struct{ ID, Name, Unit string }

// Measures are what an objective can be measured by, in the order of the report.
func Measures() []Measure {
	return []Measure{
		{"A1", "people who have come", " %"},
		{"A2", "hours from the invitation to the first visit", " h"},
		{"A3", "people who come in a week", ""},
		{"A4", "people of a month who come on a day", " %"},
		{"A6", "people of the first weeks who still come at the end", " %"},
		{"P1", "people who write", " %"},
		{"P4", "departments in which a quarter writes", " %"},
		{"P5", "weeks in which leaders write", " %"},
		{"C1", "posts that somebody answers within three days", " %"},
		{"C3", "hours to the first reply", " h"},
		{"C4", "questions resolved within a week", " %"},
		{"N1", "replies across departments", " %"},
		{"N4", "pairs who answer each other", " %"},
		{"R1", "people who read an announcement", " %"},
		{"R2", "people who answer it in time", " %"},
		{"R3", "hours to that answer", " h"},
		{"R4", "people who have understood it", " %"},
		{"B1", "mails to all in a week", ""},
		{"B2", "stories of having been helped", ""},
	}
}

// MeasureOf is the measure of that id, in any case.
func MeasureOf(id string) (Measure, bool) {
	all := Measures()
	i := slices.IndexFunc(all, func(m Measure) bool { return strings.EqualFold(m.ID, id) })
	if i < 0 {
		return Measure{}, false
	}
	return all[i], true
}

// Figure writes a figure of a measure, "–" for one that is not known.
func (m Measure) Figure(v *float64) string {
	if v == nil {
		return "–"
	}
	return strconv.FormatFloat(*v, 'f', -1, 64) + m.Unit
}

// ParseFigure reads a figure as people write it: 60, 60 %, 2.5 h. Nothing is nil.
func ParseFigure(s string) (*float64, error) {
	s = strings.TrimSpace(strings.TrimRight(CleanLine(s), "%h "))
	if s == "" || s == "–" {
		return nil, nil
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || !(v >= 0 && v <= 1e9) { // NaN is neither
		return nil, refuse(ErrInvalid, "A figure is a number, like 60 or 2.5; the unit comes from the measure.")
	}
	return &v, nil
}

// Missing says what an objective lacks to be measured; "" where it can be.
func (o Objective) Missing() string {
	switch {
	case o.Measure == "":
		return "has no measure"
	case o.Target == nil:
		return "has no target"
	case o.Baseline == nil:
		return "has no baseline"
	}
	return ""
}

// Way is how much of the way from the baseline to the target is behind us: 0 for nothing, 1 for all of it and more.
// It is not known before all three figures are.
func (o Objective) Way() (part float64, known bool) {
	if o.Baseline == nil || o.Target == nil || o.Now == nil {
		return 0, false
	}
	all, done := *o.Target-*o.Baseline, *o.Now-*o.Baseline
	if all == 0 { // it is to stay as good as it was
		all, done = 1, 1
		if *o.Now < *o.Target {
			done = 0
		}
	}
	return min(max(done/all, 0), 1), true
}

// Day is the day of the trial that now is, from 1, and how many it has: 0 of 0 while its days are not set. Before
// the start it is 0 or less, after the end more than of.
func (tr Trial) Day(now time.Time) (day, of int) {
	if tr.First == "" || tr.Last == "" {
		return 0, 0
	}
	first, err1 := time.Parse(time.DateOnly, tr.First)
	last, err2 := time.Parse(time.DateOnly, tr.Last)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	today, _ := time.Parse(time.DateOnly, tr.today(now))
	const whole = 24 * time.Hour
	return int(today.Sub(first)/whole) + 1, int(last.Sub(first)/whole) + 1
}

// Started reports whether the first day has come.
func (tr Trial) Started(now time.Time) bool {
	return tr.First != "" && tr.today(now) >= tr.First
}

// Frozen says why nothing is written any more; "" while people write.
func (tr Trial) Frozen() string {
	if tr.FrozenAt.IsZero() {
		return ""
	}
	return frozen(tr.FrozenAt, tr.location())
}

// Ended is Frozen without what that means, for where it is said already.
func (tr Trial) Ended() string {
	if tr.FrozenAt.IsZero() {
		return ""
	}
	return endedOn(tr.FrozenAt, tr.location()) + ". " + takeYours
}

// TellsEnd is what everyone is told of the end when they come in; "" while none is announced.
func (tr Trial) TellsEnd() string {
	if over := tr.Frozen(); over != "" || tr.Ends == "" {
		return over
	}
	day, err := time.Parse(time.DateOnly, tr.Ends)
	if err != nil {
		return ""
	}
	return "The trial ends on " + day.Format("2 January 2006") + ": after that day nothing is written any more."
}

func (tr Trial) location() *time.Location {
	zone, err := time.LoadLocation(tr.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// today is the present day where the organisation is.
func (tr Trial) today(now time.Time) string {
	return now.In(tr.location()).Format(time.DateOnly)
}

// Trial returns what is said of the trial. Everyone may read it.
func (s *Store) Trial(ctx context.Context, me int64) (tr Trial, err error) {
	var at time.Time
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if tr, err = t.trial(); err != nil {
			return err
		}
		if tr.Objectives, err = t.objectives(); err != nil {
			return err
		}
		at = t.at
		tr.Board, err = t.board()
		return err
	})
	if err == nil {
		err = s.measureObjectives(ctx, tr, at)
	}
	return tr, err
}

// TrialDays returns the name and the days of the trial alone, for every screen.
func (s *Store) TrialDays(ctx context.Context, me int64) (tr Trial, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		tr, err = t.trial()
		return err
	})
	return tr, err
}

func (t *tx) trial() (tr Trial, err error) {
	var frozen int64
	err = t.get(`SELECT t.name, t.purpose, t.first, t.last, t.zone, t.ends, coalesce((`+frozenQuery+`), 0), coalesce(x.text, ''), coalesce(x.version, 0) FROM trial t
		LEFT JOIN terms x ON x.version = (SELECT max(version) FROM terms) WHERE t.id = 1`, nil, &tr.Name, &tr.Purpose, &tr.First, &tr.Last, &tr.Zone, &tr.Ends, &frozen, &tr.Terms, &tr.TermsVersion)
	tr.FrozenAt = fromMS(frozen)
	return tr, err
}

func (t *tx) objectives() ([]Objective, error) {
	return collect(t, func(r *row) (o Objective, err error) {
		var changed int64
		err = r.Scan(&o.ID, &o.What, &o.Measure, &o.Baseline, &o.Target, &o.Due, &o.Owner, &o.OwnerName, &o.OwnerHandle, &changed)
		o.ChangedAt = fromMS(changed)
		return o, err
	}, `SELECT o.id, o.what, o.measure, o.baseline, o.target, o.due, o.owner_id, coalesce(nullif(p.name, ''), p.handle, ''), coalesce(p.handle, ''), o.changed_at
		FROM objective o LEFT JOIN person p ON p.id = o.owner_id ORDER BY o.id`)
}

// board is the admins who have come and are not suspended.
func (t *tx) board() ([]Person, error) {
	return collect(t, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.admin = 1 AND p.state = ? ORDER BY p.id`, Active)
}

// changeTrial runs an admin's act on the trial and writes what it returns to the log.
func (s *Store) changeTrial(ctx context.Context, me int64, why string, act func(*tx, Trial) (Decision, error)) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil {
			return err
		}
		d, err := act(t, tr)
		if err != nil {
			return err
		}
		d.Why = why
		t.emit(Event{Kind: Trials, By: me})
		return t.decide(me, d)
	})
}

// SetTrial says what the trial is: name, purpose, days and zone; the rest of tr is left alone. The first day stands
// once it has come. ErrInvalid for a day that is none, an end before the start, or a zone that nobody knows.
func (s *Store) SetTrial(ctx context.Context, me int64, tr Trial, why string) error {
	for _, line := range []struct {
		what  string
		v     *string
		limit int
	}{{"name", &tr.Name, trialNameLimit}, {"purpose", &tr.Purpose, trialLimit}} {
		var err error
		if *line.v, err = shortLine(line.what, *line.v, line.limit); err != nil {
			return err
		}
	}
	for _, day := range []*string{&tr.First, &tr.Last} {
		*day = CleanLine(*day)
		if err := ValidDay(*day); err != nil {
			return err
		}
	}
	tr.Zone = CleanLine(tr.Zone)
	if _, err := time.LoadLocation(tr.Zone); err != nil || tr.Zone == "Local" {
		return refuse(ErrInvalid, "There is no time zone %q. Write it like Europe/Berlin or America/New_York.", tr.Zone)
	}
	if tr.First != "" && tr.Last != "" && tr.Last < tr.First {
		return refuse(ErrInvalid, "The trial would end before it starts: %s is before %s.", tr.Last, tr.First)
	}
	return s.changeTrial(ctx, me, why, func(t *tx, was Trial) (d Decision, err error) {
		if was.Started(t.at) && tr.First != was.First {
			return d, refuse(ErrForbidden, "The trial has started on %s; that day stays. Its last day can be another.", was.First)
		}
		before, after := was.described(tr), tr.described(was)
		if after == "" && before == "" {
			return d, refuse(ErrInvalid, "That is how it stands already.")
		}
		return Decision{Act: "changed", About: "the trial", Was: before, Became: after},
			t.run(`UPDATE trial SET name = ?, purpose = ?, first = ?, last = ?, zone = ? WHERE id = 1`, tr.Name, tr.Purpose, tr.First, tr.Last, tr.Zone)
	})
}

// described says what of a trial is not as in another.
func (tr Trial) described(other Trial) string {
	var parts []string
	for _, f := range [][3]string{{"name", tr.Name, other.Name}, {"purpose", tr.Purpose, other.Purpose}, {"first day", tr.First, other.First}, {"last day", tr.Last, other.Last}, {"time zone", tr.Zone, other.Zone}} {
		if f[1] != f[2] {
			parts = append(parts, f[0]+": "+orNone(f[1]))
		}
	}
	return strings.Join(parts, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// ValidDay is nil if s is a day like 2026-11-22, or nothing.
func ValidDay(s string) error {
	if s == "" {
		return nil
	}
	if d, err := time.Parse(time.DateOnly, s); err != nil || d.Year() < 2000 || d.Year() > 2100 {
		return refuse(ErrInvalid, "%q is no day. Write it like 2026-11-22: year, month, day.", s)
	}
	return nil
}

// SetTerms says what people accept to take part: they are asked at their next sign-in, and again whenever the text
// changes. "" asks nobody any more. It never stands in the way of a command.
func (s *Store) SetTerms(ctx context.Context, me int64, text, why string) error {
	text = strings.Trim(Clean(text), " \n")
	if n := Graphemes(text); n > acceptLimit {
		return refuse(ErrInvalid, "The terms have %s characters; they may have %s.", Number(n), Number(acceptLimit))
	}
	return s.changeTrial(ctx, me, why, func(t *tx, was Trial) (d Decision, err error) {
		if text == was.Terms {
			return d, refuse(ErrInvalid, "The terms are these already.")
		}
		version := func(n int64, text string) string {
			if text == "" {
				return "none"
			}
			return fmt.Sprintf("version %d, %s characters", n, Number(Graphemes(text)))
		}
		return Decision{Act: "changed", About: "the terms of the trial", Was: version(was.TermsVersion, was.Terms), Became: version(was.TermsVersion+1, text)},
			t.run(`INSERT INTO terms VALUES (?, ?, ?)`, was.TermsVersion+1, text, t.ms())
	})
}

// TermsToAccept returns the terms that me has not accepted yet, and their version; "" where nothing is asked.
func (s *Store) TermsToAccept(ctx context.Context, me int64) (text string, version int64, err error) {
	if side, known := s.recall.side(me); known && side.Trial.Terms == "" {
		return "", 0, nil
	}
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil || tr.Terms == "" {
			return err
		}
		done, err := t.has(`SELECT 1 FROM accepted WHERE person_id = ? AND version = ?`, me, tr.TermsVersion)
		if err == nil && !done {
			text, version = tr.Terms, tr.TermsVersion
		}
		return err
	})
	return text, version, err
}

// AcceptTerms notes that me has accepted that version. ErrInvalid if the text is another one meanwhile.
func (s *Store) AcceptTerms(ctx context.Context, me, version int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil {
			return err
		}
		if version != tr.TermsVersion {
			return refuse(ErrInvalid, "The text has changed meanwhile. Read it again, then accept it.")
		}
		return t.run(`INSERT INTO accepted VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, me, version, t.ms())
	})
}

// SetObjective writes an objective: a new one where its ID is 0. Until the trial starts it is being agreed; what is
// changed later stands in the log with old and new, and says on the page that it was. The owner is given by handle.
func (s *Store) SetObjective(ctx context.Context, me int64, o Objective, owner, why string) error {
	what, err := shortLine("objective", o.What, trialLimit)
	if err != nil {
		return err
	}
	if o.What = what; what == "" {
		return refuse(ErrInvalid, "Say in a few words what is to be reached.")
	}
	if o.Measure = CleanLine(o.Measure); o.Measure != "" {
		m, ok := MeasureOf(o.Measure)
		if !ok {
			return refuse(ErrInvalid, "There is no measure %q. Choose one of the list.", o.Measure)
		}
		o.Measure = m.ID
	}
	if o.Due = CleanLine(o.Due); ValidDay(o.Due) != nil {
		return ValidDay(o.Due)
	}
	return s.changeTrial(ctx, me, why, func(t *tx, tr Trial) (d Decision, err error) {
		o.Owner, o.OwnerName = 0, ""
		if owner = CleanLine(owner); owner != "" {
			p, err := t.personByHandle(owner)
			if err != nil {
				return d, err
			}
			o.Owner, o.OwnerName = p.ID, p.Display()
		}
		all, err := t.objectives()
		if err != nil {
			return d, err
		}
		changed := int64(0)
		if tr.Started(t.at) {
			changed = t.ms()
		}
		if o.ID == 0 {
			if len(all) >= objectivesMost {
				return d, refuse(ErrLimited, "There are %d objectives; more would say nothing. Change one of them.", len(all))
			}
			return Decision{Act: "added", About: "an objective", Became: o.described()},
				t.run(`INSERT INTO objective (what, measure, baseline, target, due, owner_id, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`, o.What, o.Measure, o.Baseline, o.Target, o.Due, o.Owner, changed)
		}
		i := slices.IndexFunc(all, func(x Objective) bool { return x.ID == o.ID })
		switch {
		case i < 0:
			return d, refuse(ErrNotFound, "That objective is gone.")
		case all[i].described() == o.described():
			return d, refuse(ErrInvalid, "That is how it stands already.")
		}
		return Decision{Act: "changed", About: "an objective", Was: all[i].described(), Became: o.described()},
			t.run(`UPDATE objective SET what = ?, measure = ?, baseline = ?, target = ?, due = ?, owner_id = ?, changed_at = ? WHERE id = ?`, o.What, o.Measure, o.Baseline, o.Target, o.Due, o.Owner, changed, o.ID)
	})
}

// RemoveObjective takes an objective out before the trial starts. ErrForbidden afterwards: what was agreed stays.
func (s *Store) RemoveObjective(ctx context.Context, me, id int64, why string) error {
	return s.changeTrial(ctx, me, why, func(t *tx, tr Trial) (d Decision, err error) {
		if tr.Started(t.at) {
			return d, refuse(ErrForbidden, "The trial has started; what was agreed stays. Change its target, and say why.")
		}
		all, err := t.objectives()
		if err != nil {
			return d, err
		}
		i := slices.IndexFunc(all, func(x Objective) bool { return x.ID == id })
		if i < 0 {
			return d, refuse(ErrNotFound, "That objective is gone.")
		}
		return Decision{Act: "took out", About: "an objective", Was: all[i].described()}, t.run(`DELETE FROM objective WHERE id = ?`, id)
	})
}

// ownedBy stands before who looks after an objective.
const ownedBy = "; looked after by "

// described is an objective in one line of the log.
func (o Objective) described() string {
	m, _ := MeasureOf(o.Measure)
	parts := []string{o.What, "measure " + orNone(o.Measure), m.Figure(o.Baseline) + " → " + m.Figure(o.Target)}
	if o.Due != "" {
		parts = append(parts, "by "+o.Due)
	}
	if o.OwnerName != "" {
		return strings.Join(parts, "; ") + ownedBy + o.OwnerName
	}
	return strings.Join(parts, "; ")
}

// withoutOwner is a described objective without who looks after it.
func withoutOwner(described string) string {
	before, _, _ := strings.Cut(described, ownedBy)
	return before
}
