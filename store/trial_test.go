package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func figure(v float64) *float64 { return &v }

// trial is what is said of the trial now.
func (w *world) trial(me int64) store.Trial {
	w.t.Helper()
	tr, err := w.Trial(w.ctx, me)
	w.must(err)
	return tr
}

func TestTrial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.enter(store.Invite{Handle: "jon", Admin: true, Department: "IT"}), w.person("maya")
	before := w.decided()
	day, of := w.trial(maya).Day(noon)
	equal(t, "no days yet", row(day, of), "0 0")
	is := store.Trial{Name: "Nordwind talks", Purpose: "Less mail to all.", First: "2025-11-21", Last: "2026-02-18", Zone: "Pacific/Auckland"}
	refused(t, w.SetTrial(w.ctx, maya, is, "why"), store.ErrForbidden, "Only admins")
	for say, change := range map[string]func(*store.Trial){
		`"tomorrow" is no day`:          func(tr *store.Trial) { tr.First = "tomorrow" },
		`"2026-02-30" is no day`:        func(tr *store.Trial) { tr.Last = "2026-02-30" },
		"would end before it starts":    func(tr *store.Trial) { tr.Last = "2025-11-20" },
		`There is no time zone "Berlin`: func(tr *store.Trial) { tr.Zone = "Berlin" },
		"300":                           func(tr *store.Trial) { tr.Purpose = strings.Repeat("x", 301) },
	} {
		bad := is
		change(&bad)
		refused(t, w.SetTrial(w.ctx, jon, bad, "why"), store.ErrInvalid, say)
	}
	equal(t, "nothing half done", w.decided(), before)
	w.must(w.SetTrial(w.ctx, jon, is, "The board agreed."))
	refused(t, w.SetTrial(w.ctx, jon, is, "why"), store.ErrInvalid, "how it stands already")
	equal(t, "the log", w.lastDecision(maya), "jon|changed|the trial|name: none; purpose: none; first day: none; last day: none; time zone: none|"+
		"name: Nordwind talks; purpose: Less mail to all.; first day: 2025-11-21; last day: 2026-02-18; time zone: Pacific/Auckland|The board agreed.")
	tr := w.trial(maya)
	equal(t, "the board", row(len(tr.Board), tr.Board[0].Handle, tr.Board[0].Department), "1 jon IT")
	day, of = tr.Day(noon) // in Auckland it is one in the morning of the next day
	equal(t, "the first day", row(day, of, tr.Started(noon), tr.Started(noon.Add(-2*time.Hour))), "1 90 true false")
	day, _ = tr.Day(noon.Add(90 * 24 * time.Hour))
	equal(t, "after the last", day, 91)
	is.First = "2025-11-25"
	refused(t, w.SetTrial(w.ctx, jon, is, "why"), store.ErrForbidden, "has started on 2025-11-21")
	is.First, is.Last = "2025-11-21", "2026-03-18"
	w.must(w.SetTrial(w.ctx, jon, is, "A month more."))
	equal(t, "the log", w.lastDecision(maya), "jon|changed|the trial|last day: 2026-02-18|last day: 2026-03-18|A month more.")
}

func TestObjectives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	o := store.Objective{What: "Most of us are in", Measure: "a1", Baseline: figure(0), Target: figure(80), Due: "2026-01-31"}
	refused(t, w.SetObjective(w.ctx, maya, o, "", "why"), store.ErrForbidden, "Only admins")
	refused(t, w.SetObjective(w.ctx, jon, store.Objective{}, "", "why"), store.ErrInvalid, "what is to be reached")
	refused(t, w.SetObjective(w.ctx, jon, store.Objective{What: "x", Measure: "Z9"}, "", "why"), store.ErrInvalid, `no measure "Z9"`)
	refused(t, w.SetObjective(w.ctx, jon, store.Objective{What: "x", Due: "soon"}, "", "why"), store.ErrInvalid, "no day")
	refused(t, w.SetObjective(w.ctx, jon, o, "nobody", "why"), store.ErrNotFound, "nobody of that name")
	w.must(w.SetObjective(w.ctx, jon, o, "@maya", "Agreed."))
	w.must(w.SetObjective(w.ctx, jon, store.Objective{What: "Fewer mails"}, "", "Agreed."))
	all := w.trial(maya).Objectives
	equal(t, "objectives", row(len(all), all[0].Measure, all[0].OwnerName, all[0].Missing(), all[1].Missing(), all[0].ChangedAt.IsZero()), "2 A1 maya  has no measure true")
	w.must(w.RemoveObjective(w.ctx, jon, all[1].ID, "One is enough."))
	refused(t, w.RemoveObjective(w.ctx, jon, all[1].ID, "why"), store.ErrNotFound, "is gone")
	equal(t, "the log", w.lastDecision(maya), "jon|took out|an objective|Fewer mails; measure none; – → –||One is enough.")

	w.must(w.SetTrial(w.ctx, jon, store.Trial{First: "2025-11-20", Last: "2026-02-17"}, "why"))
	refused(t, w.RemoveObjective(w.ctx, jon, all[0].ID, "why"), store.ErrForbidden, "what was agreed stays")
	o = all[0]
	refused(t, w.SetObjective(w.ctx, jon, o, "maya", "why"), store.ErrInvalid, "how it stands already")
	o.Target = figure(60)
	w.must(w.SetObjective(w.ctx, jon, o, "maya", "Half the roster has no terminal."))
	equal(t, "old and new", w.lastDecision(maya), "jon|changed|an objective|Most of us are in; measure A1; 0 % → 80 %; by 2026-01-31; looked after by maya|"+
		"Most of us are in; measure A1; 0 % → 60 %; by 2026-01-31; looked after by maya|Half the roster has no terminal.")
	equal(t, "it says so", w.trial(maya).Objectives[0].ChangedAt.IsZero(), false)
	for range 11 {
		w.must(w.SetObjective(w.ctx, jon, store.Objective{What: "x"}, "", "why"))
	}
	refused(t, w.SetObjective(w.ctx, jon, store.Objective{What: "x"}, "", "why"), store.ErrLimited, "12 objectives")
}

func TestParseFigure(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "–", "–": "–", " 60 % ": "60 %", "2,5": "2.5 %", "0": "0 %"} {
		v, err := store.ParseFigure(in)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, in, store.Measure{Unit: " %"}.Figure(v), want)
	}
	for _, in := range []string{"many", "-1", "1e12", "NaN", "Inf"} {
		_, err := store.ParseFigure(in)
		refused(t, err, store.ErrInvalid, "A figure is a number")
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	asked := func(want string) int64 {
		t.Helper()
		text, version, err := w.TermsToAccept(w.ctx, maya)
		w.must(err)
		equal(t, "asked", text, want)
		return version
	}
	asked("")
	refused(t, w.SetTerms(w.ctx, maya, "Be kind.", "why"), store.ErrForbidden, "Only admins")
	refused(t, w.SetTerms(w.ctx, jon, strings.Repeat("x", 5001), "why"), store.ErrInvalid, "5,001 characters")
	w.must(w.SetTerms(w.ctx, jon, "Be kind.\n\nIt ends in spring.\n", "Legal asked."))
	equal(t, "the log has no text", w.lastDecision(maya), "jon|changed|the terms of the trial|none|version 1, 28 characters|Legal asked.")
	v := asked("Be kind.\n\nIt ends in spring.")
	w.must(w.AcceptTerms(w.ctx, maya, v))
	w.must(w.AcceptTerms(w.ctx, maya, v))
	asked("")
	w.must(w.SetTerms(w.ctx, jon, "Be kinder.", "why"))
	refused(t, w.AcceptTerms(w.ctx, maya, v), store.ErrInvalid, "changed meanwhile")
	w.post(maya, w.everyone(), "never in the way")
	asked("Be kinder.")
	w.must(w.SetTerms(w.ctx, jon, "", "No more."))
	asked("")
	equal(t, "which were accepted stays known", w.number(`SELECT count(*) FROM accepted`), 1)
}

// today is what waits for the board, in words.
func (w *world) today(me int64) string {
	w.t.Helper()
	list, err := w.Today(w.ctx, me)
	w.must(err)
	var all []string
	for _, l := range list {
		all = append(all, strings.TrimSpace(row(int(l.Kind), l.Count, l.Name)))
	}
	return strings.Join(all, ", ")
}

func TestToday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, ben := w.enter(store.Invite{Handle: "jon", Admin: true, Department: "IT"}), w.person("ben")
	_, err := w.Today(w.ctx, ben)
	refused(t, err, store.ErrForbidden, "Only admins")
	_, err = w.StaleQuestions(w.ctx, ben)
	refused(t, err, store.ErrForbidden, "Only admins")
	line := func(kinds ...string) string { return strings.Join(kinds, ", ") }
	alone, none := row(int(store.OneAdmin), 1, "jon"), row(int(store.NoBackup), 1)
	equal(t, "at first", w.today(jon), line(alone, none))
	w.must(w.NoteBackup(w.ctx, "", 0, "the disk is full"))
	equal(t, "after a failure", w.today(jon), line(alone, row(int(store.BackupFailed), 1, "the disk is full")))
	w.must(w.NoteBackup(w.ctx, "x.zip", 1, ""))
	equal(t, "after a backup", w.today(jon), line(alone))
	w.enter(store.Invite{Handle: "maya", Admin: true, Department: "IT"})
	equal(t, "two of one department", w.today(jon), row(int(store.OneDepartment), 1, "IT"))
	w.enter(store.Invite{Handle: "tara", Admin: true, Department: "Sales"})
	equal(t, "all is well", w.today(jon), "")

	w.must(w.AskSecond(w.ctx, jon, store.EndOfTrial, "It is over."))
	equal(t, "not of me", w.today(jon), "")
	tara, err := w.Person(w.ctx, jon, "tara")
	w.must(err)
	equal(t, "of another", w.today(tara.ID), row(int(store.SecondAdmin), 1, "the end of the trial"))

	w.invite(store.Invite{Handle: "late"})
	w.raw(`UPDATE person SET invited_at = ? WHERE handle = 'late'`, w.clock.Now().UnixMilli())
	secret := w.private(ben, "secret")
	asked, closed := w.ask(ben, w.everyone(), "who?"), w.ask(ben, secret, "whom?")
	w.clock.add(71 * time.Hour)
	equal(t, "within three days", w.today(jon), "")
	w.clock.add(2 * time.Hour)
	w.must(w.SetObjective(w.ctx, jon, store.Objective{What: "x"}, "", "why"))
	w.must(w.ReportPost(w.ctx, ben, w.post(jon, w.everyone(), "bad").ID, "why"))
	equal(t, "afterwards", w.today(jon), line(row(int(store.OpenReports), 1), row(int(store.OpenQuestions), 1), row(int(store.NotCome), 1), row(int(store.NoFigure), 1)))
	posts, err := w.StaleQuestions(w.ctx, jon)
	w.must(err)
	equal(t, "the open one", row(len(posts), posts[0].ID == asked.ID, closed.ID != 0), "1 true true")
	must := w.mustRead(jon, "Read this")
	first := row(int(store.Overdue), w.number(`SELECT pending FROM announcement`))
	equal(t, "before it is due", strings.Contains(w.today(jon), first), false)
	w.clock.add(5 * 24 * time.Hour)
	equal(t, "when it was due", strings.Contains(w.today(jon), first), true)
	list, err := w.Today(w.ctx, jon)
	w.must(err)
	at := slices.IndexFunc(list, func(l store.Wait) bool { return l.Kind == store.Overdue })
	equal(t, "the one that is overdue", list[at].Post, must.ID)
	w.must(w.DeletePost(w.ctx, jon, must.ID))
	equal(t, "once it is deleted", strings.Contains(w.today(jon), first), false)
	equal(t, "after a week", strings.HasSuffix(w.today(jon), row(int(store.BackupOld), 1)), true)
}
