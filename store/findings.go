package store

import (
	"context"
	"slices"
	"time"
)

const (
	// listedMost is how many open questions, stories and announcements a report lists: nobody reads more of them.
	listedMost = 200
	// decisionsMost is how many decisions a report holds: those of a year of a busy board.
	decisionsMost = 2000
)

// Findings are all that the report of a trial is written from, as it was at one moment. Nothing is of a private
// channel, and nobody's name is in it but in the decisions.
type Findings struct {
	Window
	At          time.Time
	Zone        *time.Location
	Trial       Trial    // without the people of the board
	Board       []string // their departments, each once
	Criteria    []Criterion
	Changes     []Decision // of what was to be reached, since the start, oldest first
	Figures     []Figure   // of everyone
	Weeks       []FigurePart
	Departments []FigurePart
	Announced   []Announced // oldest first
	Mails       []MailWeek  // none where no list was imported
	LastMail    time.Time   // of the lists
	Questions   []Quote     // without an answer, oldest first
	Stories     []Quote     // oldest first
	Moderation  Moderation
	Decisions   []Decision // oldest first
	Earlier     int        // how many decisions of the window are left out, the oldest
	Sum         string     // SHA-256 of the rows that were counted, in hexadecimal
}

// Criterion is an objective and what was agreed of it before the trial began.
type Criterion struct {
	Objective
	Result Figure // by which it is measured, in the window; without ID where nobody has said how
	Agreed string // as the log of decisions has it; "" where it came later, or is as it was agreed
	Later  bool   // it came after the start
}

// Moderation is what had to be looked after in open channels.
type Moderation struct {
	Reported, Kept, HiddenReported, Waiting int // posts that were reported, and what became of them
	Hidden                                  int // posts hidden by a steward, or after a report
	Suspended, Restored                     int // decisions to keep somebody out, and to let somebody in again
}

// TrialWindow is the time of the report where no dates are given: the trial from its first day to its last one or
// today. Where it has no first day, or that has not come, it is that of FigureWindow.
func (s *Store) TrialWindow(ctx context.Context, me int64, first, last string) (Window, error) {
	err := s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		tr, err := t.trial()
		if err != nil || first != "" || !tr.Started(t.at) || last != "" && last < tr.First {
			return err
		}
		if first = tr.First; last == "" && tr.Last != "" && tr.Last < tr.today(t.at) {
			last = tr.Last
		}
		return nil
	})
	if err != nil {
		return Window{}, err
	}
	return s.FigureWindow(ctx, me, 0, first, last)
}

// Findings reads what the report of a window is written from. Only admins and the Operator may. doing is told what
// is being read, as it may take seconds; so one is read at a time, and who comes second waits.
func (s *Store) Findings(ctx context.Context, me int64, w Window, doing func(what string)) (f Findings, err error) {
	select {
	case s.finding <- struct{}{}:
		defer func() { <-s.finding }()
	case <-ctx.Done():
		return f, ctx.Err()
	}
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		f, err = t.findings(ctx, w, doing)
		return err
	})
	return f, err
}

func (t *tx) findings(ctx context.Context, w Window, doing func(string)) (f Findings, err error) {
	f = Findings{Window: w, At: t.at}
	if f.Zone, err = t.zone(); err != nil {
		return f, err
	}
	var is *teller
	for _, part := range []struct {
		what string
		read func() error
	}{
		{"who came, who wrote and who answered", func() (err error) {
			if is, err = t.tell(w, nil); err == nil {
				f.Window = is.asked
			}
			return err
		}},
		{"the figures", func() error { f.Figures = is.figures("", is.first, is.last); return nil }},
		{"the trial and what it is to reach", func() error { return t.findTrial(&f) }},
		{"the figures of each week", func() error { f.Weeks = is.byWeek(""); return nil }},
		{"the figures of each department", func() error { f.Departments = is.byDepartment(); return nil }},
		{"the announcements", func() error { return t.findAnnounced(&f, is) }},
		{"the mails", func() error { return t.findMails(&f) }},
		{"questions and stories", func() error { return t.findQuotes(&f) }},
		{"what was reported", func() error { return t.findModeration(&f) }},
		{"the decisions", func() error { return t.findDecisions(&f) }},
		{"the sum of all", func() error { return t.sum(&f) }},
	} {
		if err := ctx.Err(); err != nil { // whoever asked has gone
			return f, err
		}
		doing(part.what)
		if err := part.read(); err != nil {
			return f, err
		}
	}
	return f, nil
}

// bounds are a window as it is asked of the database.
func (w Window) bounds() (from, to int64) { return w.From.UnixMilli(), w.To.UnixMilli() }

// nobody is who reads the log of decisions for a report: whoever gets the report may be in no private channel.
const nobody = 0

// findTrial reads the trial, what was agreed before it began and what was changed since.
func (t *tx) findTrial(f *Findings) (err error) {
	if f.Trial, err = t.trial(); err != nil {
		return err
	}
	if f.Trial.Objectives, err = t.objectives(); err != nil {
		return err
	}
	board, err := t.board()
	if err != nil {
		return err
	}
	for _, p := range board {
		f.Board = append(f.Board, p.Department)
	}
	slices.Sort(f.Board)
	f.Board = slices.DeleteFunc(slices.Compact(f.Board), func(d string) bool { return d == "" })
	if first, err := time.ParseInLocation(time.DateOnly, f.Trial.First, f.Zone); err == nil {
		if f.Changes, err = collect(t, scanDecision, objectiveChangesQuery, nobody, first.UnixMilli()); err != nil {
			return err
		}
	}
	for i := range f.Changes {
		d := &f.Changes[i]
		d.Was, d.Became = withoutOwner(d.Was), withoutOwner(d.Became)
	}
	for _, o := range f.Trial.Objectives {
		c := agreed(o, f.Changes)
		if c.Result = o.in(f.Figures); o.Measure != "" && c.Result.ID == "" { // like mails, where no list was imported
			c.Result.ID = o.Measure
		}
		c.Now = c.Result.shown()
		f.Criteria = append(f.Criteria, c)
	}
	return nil
}

// agreed goes back from what an objective is to what it was when the trial began.
func agreed(o Objective, changes []Decision) Criterion {
	c := Criterion{Objective: o}
	if o.ChangedAt.IsZero() {
		return c
	}
	is := withoutOwner(o.described())
	for _, d := range slices.Backward(changes) {
		if d.Became != is {
			continue
		}
		if is = d.Was; is == "" {
			c.Later = true
			return c
		}
	}
	c.Agreed = is
	return c
}

const (
	objectiveChangesQuery = decisionColumns + `WHERE d.about = 'an objective' AND d.at >= ?2 ORDER BY d.id`
	windowDecisionsQuery  = decisionColumns + `WHERE d.at >= ?2 AND d.at < ?3 ORDER BY d.id DESC LIMIT +?4`
)

// findDecisions reads the log of the window as somebody sees it who is in no private channel.
func (t *tx) findDecisions(f *Findings) error {
	from, to := f.bounds()
	var err error
	if f.Decisions, err = collect(t, scanDecision, windowDecisionsQuery, nobody, from, to, decisionsMost); err != nil {
		return err
	}
	slices.Reverse(f.Decisions)
	if err := t.get(`SELECT count(*) FROM decision WHERE at >= ? AND at < ?`, []any{from, to}, &f.Earlier); err != nil {
		return err
	}
	f.Earlier -= len(f.Decisions)
	return nil
}

// findModeration counts what was reported and hidden in open channels, and who was kept out.
func (t *tx) findModeration(f *Findings) error {
	m := &f.Moderation
	from, to := f.bounds()
	if err := t.get(`SELECT count(DISTINCT r.post_id), count(DISTINCT iif(r.outcome = 1, r.post_id, NULL)), count(DISTINCT iif(r.outcome = 2, r.post_id, NULL)), count(DISTINCT iif(r.closed_at = 0, r.post_id, NULL))
		FROM report r JOIN post p ON p.id = r.post_id JOIN channel c ON c.id = p.channel_id WHERE c.private = 0 AND r.at >= ? AND r.at < ?`, []any{from, to},
		&m.Reported, &m.Kept, &m.HiddenReported, &m.Waiting); err != nil {
		return err
	}
	if err := t.get(`SELECT count(*) FROM post p JOIN channel c ON c.id = p.channel_id WHERE c.private = 0 AND p.hidden_at >= ? AND p.hidden_at < ?`, []any{from, to}, &m.Hidden); err != nil {
		return err
	}
	return t.get(`SELECT count(iif(act = 'suspended', 1, NULL)), count(iif(act = 'restored', 1, NULL)) FROM decision WHERE at >= ? AND at < ?`, []any{from, to}, &m.Suspended, &m.Restored)
}
