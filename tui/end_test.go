package tui

import (
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// plan announces the end of the trial for today; ben and uma keep the export.
func (w *world) plan(private bool) {
	w.t.Helper()
	w.must(w.store.AnnounceEnd(w.ctx, w.me, store.EndPlan{Day: w.clock.now().Format(time.DateOnly), Private: private, Keepers: [2]string{"ben", "uma"}}, "As the board agreed."))
}

// freeze makes everything read-only, with ben's yes.
func (w *world) freeze() {
	w.t.Helper()
	ben, err := w.store.Person(w.ctx, w.me, "ben")
	w.must(err)
	w.must(w.store.SetAdmin(w.ctx, w.me, "ben", true, "why"))
	code, err := w.store.ConsentCode(w.ctx, ben.ID, store.EndOfTrial, "Agreed.")
	w.must(err)
	w.must(w.store.TakeConsent(w.ctx, w.me, store.EndOfTrial, code.Text))
	w.must(w.store.FreezeTrial(w.ctx, w.me, "The day has come."))
}

// TestEndLooks draws the end of a trial at each of its steps, and Data.
func TestEndLooks(t *testing.T) {
	t.Parallel()
	const sum = "3f9a2c17e1b0"
	steps := []struct {
		name string
		take func(w *world)
	}{
		{"nothing", func(*world) {}},
		{"backups", func(w *world) {
			w.must(w.store.SetBackupDir(w.ctx, store.Operator, "/srv/backups"))
			w.must(w.store.NoteBackup(w.ctx, "/srv/backups/tincan-2026-11-20.zip", 12<<20, ""))
		}},
		{"announced", func(w *world) { w.plan(true) }},
		{"frozen", (*world).freeze},
		{"compared", func(w *world) {
			w.must(w.store.NoteEndExport(w.ctx, store.Operator, "tincan-export-3f9a2c17.zip", sum))
			w.must(w.store.NoteEndCompared(w.ctx, store.Operator))
		}},
		{"handed over", func(w *world) {
			for _, handle := range []string{"ben", "uma"} {
				p, err := w.store.Person(w.ctx, w.me, handle)
				w.must(err)
				w.must(w.store.ReceiveExport(w.ctx, p.ID, sum))
			}
		}},
	}
	w, _, _, _, _ := boardroom(t)
	w.must(w.store.SetTrial(w.ctx, w.me, store.Trial{Name: "Nordwind talks", Purpose: "Less mail to all.", First: "2026-10-17", Last: "2026-12-14"}, "In UTC."))
	for _, step := range steps {
		step.take(w)
		for name, make := range map[string]func() screen{
			"end":   func() screen { return newEnd(w.app, w.theme) },
			"trial": func() screen { return newTrial(w.app, w.theme) },
			"data":  func() screen { return newData(w.app, w.theme) },
		} {
			t.Run(step.name+"/"+name, func(t *testing.T) {
				in := *w
				in.t = t
				in.portraits(make)
			})
		}
	}
	for name, make := range map[string]func() screen{
		"home":    func() screen { return newHome(w.app, w.theme, false) },
		"channel": func() screen { return newChannel(w.app, w.theme, w.channel("everyone").ID) },
		"first":   func() screen { return newFirst(w.app, w.theme, store.Person{Handle: "petra"}) },
		"plan":    func() screen { return newEndPlan(w.app, w.theme, w.ending(), w.trial()) },
		"freeze":  func() screen { return newFreeze(w.app, w.theme) },
		"off":     func() screen { return newCallOff(w.app, w.theme) },
		"receipt": func() screen { return newReceipt(w.app, w.theme) },
		"backup":  func() screen { return newBackup(w.app, w.theme) },
		"want":    func() screen { return newWantBackup(w.app, w.theme) },
		"export":  func() screen { return newExport(w.app, w.theme) },
		"import":  func() screen { return newImport(w.theme) },
	} {
		t.Run(name, func(t *testing.T) {
			in := *w
			in.t = t
			in.portraits(make)
		})
	}
}

// ending is how the trial ends.
func (w *world) ending() store.Ending {
	w.t.Helper()
	e, err := w.store.Ending(w.ctx, w.me)
	w.must(err)
	return e
}

// What is wrong with one of the two who get the export stands with them, and not below the day.
func TestEndNamesWhoIsWrong(t *testing.T) {
	t.Parallel()
	w, _, _, _, _ := boardroom(t)
	w.must(w.store.Suspend(w.ctx, w.me, "uma", "Lost the computer."))
	day := w.clock.now().Format(time.DateOnly)
	for _, c := range []struct {
		day, one, other string
		at              int
		says            string
	}{
		{"2020-01-01", "ben", "tara", 0, "2020-01-01 is over."},
		{day, "nobody", "ben", 2, "There is nobody of that name here."},
		{day, "ben", "nobody", 3, "There is nobody of that name here."},
		{day, "ben", "uma", 3, "has no access"},
		{day, "uma", "ben", 2, "has no access"},
		{day, "ben", "@ben", 3, "Name two people"},
	} {
		s := newEndPlan(w.app, w.theme, store.Ending{}, store.Trial{})
		_, at, err := s.send([]string{c.day, "open channels", c.one, c.other, "As the board agreed."})
		if err == nil || at != c.at || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, %s and %s: %v at %d, want %q at %d", c.day, c.one, c.other, err, at, c.says, c.at)
		}
	}
}

// TestEndByMenu announces, freezes and calls off the end with the keys alone.
func TestEndByMenu(t *testing.T) {
	t.Parallel()
	w, _, _, _, _ := boardroom(t)
	s := w.sit(80, 24)
	s.run(push(newEnd(s.m.app, s.m.theme)))
	s.sees("Announce the end")
	s.press("enter")
	s.sees("Last day")
	s.press("ctrl+u")
	s.write(w.clock.now().Format(time.DateOnly))
	s.press("enter", "enter")
	s.write("ben")
	s.press("enter")
	s.write("@uma")
	s.press("enter", "enter")
	s.sees("Announced by Petra Marsh")
	s.press("enter", "enter")
	s.sees("it takes two admins")
	s.press("esc")
	ben, err := w.store.Person(w.ctx, w.me, "ben")
	w.must(err)
	w.must(w.store.SetAdmin(w.ctx, w.me, "ben", true, "why"))
	code, err := w.store.ConsentCode(w.ctx, ben.ID, store.EndOfTrial, "Agreed.")
	w.must(err)
	w.must(w.store.TakeConsent(w.ctx, w.me, store.EndOfTrial, code.Text))
	s.press("enter", "enter")
	s.sees("Frozen. Nothing is written any more.")
	s.sees("tincan end-trial FOLDER")
	if w.trial().Frozen() == "" {
		t.Error("it is not frozen")
	}
	s.run(push(newChannel(s.m.app, s.m.theme, w.channel("everyone").ID)))
	s.sees("The trial is over: all can be read, and nothing is written any more.")
	s.run(push(newEnd(s.m.app, s.m.theme)))
	s.press("enter")
	s.write("It goes on.")
	s.press("enter")
	s.sees("Called off")
	if w.trial().Frozen() != "" {
		t.Error("it is frozen still")
	}
}

// The notice of a frozen trial that comes while Home is looked at is seen from its first line, and moves nobody who reads further down.
func TestFrozenWhileHomeIsRead(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.person("uma", "Uma West", "Facilities")
	for range 20 {
		w.post(ben, w.channel("everyone"), 0, "One of many.\nIt has two lines.")
	}
	w.readAll()
	w.plan(false)
	above, below := w.sit(80, 24), w.sit(80, 24)
	below.press("end")
	was := below.screen()
	w.freeze()
	above.hear()
	below.hear()
	above.wait(time.Minute)
	below.wait(time.Minute)
	above.sees("The trial ended on")
	above.press("end", "home")
	above.sees("The trial ended on")
	if n := strings.Count(above.screen(), "all can be read"); n != 1 {
		t.Errorf("said %d times that all can be read:\n%s", n, above.screen())
	}
	if is := below.screen(); strings.Split(is, "\n")[20] != strings.Split(was, "\n")[20] {
		t.Errorf("moved:\n%s\nwas:\n%s", is, was)
	}
}
