package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// staff fills the world with a roster of which some have come, one is suspended and one has left.
func (w *world) staff() {
	w.t.Helper()
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Name: "Maya Lind", Department: "Finance"}))
	w.takeOver("employee_id;email;name;department;team;title;manager_id;leader;start_date;handle\n" +
		"1;maya@example.com;Maya Lind;Finance;Closing;Controller;;;;maya.lind\n" +
		"2;petra@example.com;Petra Marsh;Board;;Managing director;;yes;2015-01-01;petra\n" +
		"3;nils@example.com;Nils Oak;Finance;Closing;Clerk;1;;2024-03-01;nils\n" +
		"4;quin@example.com;Quin Stone;Sales;;;2;;;quin\n" +
		"5;uma@example.com;Uma West;Facilities;;;2;;;uma\n" +
		"6;zoe@example.com;Zoë Größe-Hartmannsweiler von der Heide;Operations;;;2;;;zoe\n")
	w.clock.add(-6 * 24 * time.Hour)
	w.must(second(w.store.CreateInvite(w.ctx, w.me, store.Invite{Handle: "nils"})))
	w.clock.add(6 * 24 * time.Hour)
	w.person("ben", "Ben Brook", "Operations")
	w.must(w.store.Leaver(w.ctx, w.me, "quin", "Has another job."))
	w.must(w.store.Suspend(w.ctx, w.me, "uma", "Lost the computer."))
}

// takeOver imports a roster through its screen.
func (w *world) takeOver(text string) {
	w.t.Helper()
	r := newRoster(w.app, w.theme).(*roster)
	h := w.show(r, 80, 24)
	h.send(tea.PasteMsg{Content: text})
	h.press("enter")
	h.send(takeMsg{r, "The roster says so."})
	if !r.done {
		w.t.Fatalf("the roster is not taken over: %s", plain(r.View().Content))
	}
}

func TestRollLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	w.portraits(func() screen { return newRoll(w.app, w.theme, store.EntryFilter{}) }, "down", "down", "down", "down", "down")
}

func TestRollOfNobodyLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.portraits(func() screen { return newRoll(w.app, w.theme, store.EntryFilter{Phase: store.PhaseLeft}) })
}

// Two who are called alike stand with their handles, and nobody else does.
func TestRollOfNamesakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.person("ben", "Ben Brook", "Operations")
	w.person("ben.brook", "Ben Brook", "Operations")
	w.person("tara", "Tara Vale", "Operations")
	s := w.sit(80, 24)
	s.run(goTo(newRoll(s.m.app, s.m.theme, store.EntryFilter{})))
	s.sees("@ben · ", "@ben.brook · ", "Tara Vale")
	s.misses("@tara")
}

// A long note leaves the title whole where the window is narrow.
func TestRollOnAPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	s := w.sit(40, 12)
	s.run(goTo(newRoll(s.m.app, s.m.theme, store.EntryFilter{})))
	s.sees("‹ Admin · People       5 on the roster")
}

func TestRollFilterLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	w.portraits(func() screen { return newRoll(w.app, w.theme, store.EntryFilter{}) }, "/", "o", "a")
}

func TestWhichLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	w.portraits(func() screen { return newWhich(newRoll(w.app, w.theme, store.EntryFilter{}).(*roll)) })
}

func TestEntryLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	for _, handle := range []string{"nils", "ben", "uma", "maya.lind"} {
		t.Run(handle, func(t *testing.T) {
			w.t = t
			w.portraits(func() screen { return newEntry(w.app, w.theme, handle) })
		})
	}
}

// TestAdminFormLooks draws every form of the people's menus.
func TestAdminFormLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	e := func(handle string) store.Entry {
		e, err := w.store.Entry(w.ctx, w.me, handle)
		w.must(err)
		return e
	}
	nils, ben, quin := e("nils"), e("ben"), e("quin")
	for name, open := range map[string]func() screen{
		"suspend": func() screen { return newSuspend(w.app, w.theme, ben) },
		"restore": func() screen { return newRestore(w.app, w.theme, quin) },
		"leaver":  func() screen { return newLeaver(w.app, w.theme, ben) },
		"role":    func() screen { return newRole(w.app, w.theme, ben, true) },
		"leader":  func() screen { return newLeaderMark(w.app, w.theme, ben, true) },
		"reset":   func() screen { return newReset(w.app, w.theme, ben) },
		"letter":  func() screen { return newLetter(w.app, w.theme, nils) },
		"edit":    func() screen { return newEdit(w.app, w.theme, nils) },
		"invites": func() screen {
			return newInvites(w.app, w.theme, store.RosterCount{People: 118, NeverCame: 9, NoCode: 4})
		},
		"one":      func() screen { return newInviteOne(w.app, w.theme) },
		"many":     func() screen { return newInviteMany(w.app, w.theme) },
		"all":      func() screen { return newInviteAll(w.app, w.theme, 4) },
		"too many": func() screen { return newInviteAll(w.app, w.theme, 50_000) },
		"second":   func() screen { return newSecond(w.app, w.theme) },
		"asking":   func() screen { return newAsking(w.app, w.theme, store.EndOfTrial) },
		"code":     func() screen { return newConsentCode(w.app, w.theme) },
		"take":     func() screen { return newTakeConsent(w.app, w.theme) },
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.portraits(open)
		})
	}
}

// sampleLetters have codes that stay the same.
func sampleLetters() []store.Letter {
	code := store.Code{Text: "k7mq-2fdx-9wtr", Handle: "nils", Expires: theDay.Add(store.DefaultInviteValid)}
	return []store.Letter{{Person: store.Person{Handle: "nils", Name: "Nils Oak", Email: "nils@example.com"}, Code: code}, {Person: store.Person{Handle: "pia"}, Code: code}}
}

func TestLettersLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.app.hostKey = "SHA256:KudvB7itczFm9U8J9d6dudtViQyk4UjWarvfCyrOrcI"
	t.Run("one", func(t *testing.T) {
		w.t = t
		w.portraits(func() screen { return newLetters(w.app, w.theme, sampleLetters()[:1]) })
	})
	t.Run("several", func(t *testing.T) {
		w.t = t
		w.portraits(func() screen { return newLetters(w.app, w.theme, sampleLetters()) })
	})
}

// pasted is the roster screen with a text that was looked at.
func (w *world) pasted(text string, look bool) func() screen {
	return func() screen {
		r := newRoster(w.app, w.theme).(*roster)
		h := w.show(r, 57, 20)
		h.send(tea.PasteMsg{Content: text})
		if look {
			h.press("enter")
		}
		return r
	}
}

// Somebody whose name is not known stands there with their handle once.
func TestHandleForNameOnce(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.must(second(w.store.CreateInvite(w.ctx, w.me, store.Invite{Handle: "pia"})))
	s := w.sit(80, 24)
	once := func(text string) {
		t.Helper()
		s.sees(text)
		s.misses("pia · @pia", "pia   @pia")
	}
	s.press("g")
	s.write("pia")
	once("▌@pia · has not come yet")
	s.press("enter")
	once("Write to pia")
	s.run(push(newPeople(s.m.app, s.m.theme)))
	once("@pia")
	s.run(push(newMembers(s.m.app, s.m.theme, w.channel("everyone").ID)))
	once("@pia")
}

func TestRosterLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	const changed = "employee_id\tname\tdepartment\tmanager_id\n1\tMaya Lind\tFinance\t\n2\tPetra Marsh\tBoard\t\n3\tNils Oak\tSales\t2\n7\tPia Quill\tFinance\t1\n"
	for name, s := range map[string]func() screen{
		"empty":     w.pasted("", false),
		"pasted":    w.pasted(changed, false),
		"plan":      w.pasted(changed, true),
		"wrong":     w.pasted("employee_id,role,manager_id\n1,boss,\n2,,3\n3,,2\n3,,\n", true),
		"same":      w.pasted("employee_id\n1\n2\n3\n6\n", true),
		"no roster": w.pasted("name\nMaya\n", true),
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			w.t = t
			w.portraits(s)
		})
	}
	t.Run("agree", func(t *testing.T) {
		w.t = t
		w.portraits(func() screen { return w.pasted(changed, true)().(*roster).agree() })
	})
}

// TestRosterTyped takes a roster over that was typed, with Enter and arrows only.
func TestRosterTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	r := newRoster(w.app, w.theme).(*roster)
	h := w.show(r, 80, 24)
	h.onPush = func(s screen) {
		sheet, ok := s.(*sheet)
		if !ok {
			return
		}
		f := &heard{t: t, app: w.app, update: func(m tea.Msg) tea.Cmd {
			if _, is := m.(formMsg); is {
				return tea.Batch(sheet.Update(m))
			}
			return tea.Batch(sheet.Update(m), r.Update(m))
		}}
		f.press("enter")
	}
	h.write("email,name")
	h.press("enter")
	h.write("nils@example.com,Nils Oak")
	h.press("enter", "enter", "enter")
	if !r.done || !strings.Contains(plain(r.View().Content), "Done: 1 added") {
		t.Errorf("after all of it:\n%s", plain(r.View().Content))
	}
	people, err := w.store.People(w.ctx, w.me, "nils", "", 10)
	w.must(err)
	if len(people) != 1 {
		t.Error("nobody is called nils")
	}
}

// TestRollKeys does what the keys of the list stand for, and what the page of a person offers.
func TestRollKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.staff()
	r := newRoll(w.app, w.theme, store.EntryFilter{}).(*roll)
	h := w.show(r, 80, 24)
	title := func() string {
		if len(h.pushed) == 0 {
			return "nothing"
		}
		return h.pushed[len(h.pushed)-1].(titled).Title()
	}
	r.chosen = "person ben"
	for k, want := range map[string]string{"i": "Admin · invite people", "I": "Admin · import a roster", "e": "Edit Ben Brook", "S": "Suspend Ben Brook", "L": "End the access of Ben Brook", "enter": "Admin · @ben"} {
		h.pushed = nil
		h.press(k)
		if title() != want {
			t.Errorf("%s opens %q, not %q", k, title(), want)
		}
	}
	r.chosen = "person nils"
	h.press("c")
	if title() != "A letter for Nils Oak" {
		t.Errorf("c opens %q", title())
	}
	r.chosen, h.pushed = "person uma", nil
	h.press("c", "S", "O")
	if len(h.pushed) != 1 || title() != "Restore Uma West" {
		t.Errorf("of somebody suspended: %d, %q", len(h.pushed), title())
	}
	// An admin demoted while in the menu: the next look is refused with a sentence.
	w.must(second(w.store.CreateInvite(w.ctx, store.Operator, store.Invite{Handle: "ben", Admin: true})))
	w.must(w.store.SetAdmin(w.ctx, store.Operator, "maya.lind", false, "A change."))
	h.send(store.Event{Kind: store.People})
	if !slices.Contains(h.said, "Only admins can do that. Ask one of them.") || !strings.Contains(plain(r.View().Content), "Only admins can do that.") {
		t.Errorf("said %q", h.said)
	}
}

// TestSecondAdmin asks and answers on the screens of two admins.
// TestInviteSaysAtOnceWhatIsNoHandle types a name where a handle belongs: it is told there, not after all that follows.
func TestInviteSaysAtOnceWhatIsNoHandle(t *testing.T) {
	t.Parallel()
	s := settled(t).sit(80, 24)
	s.run(goTo(newInviteOne(s.m.app, s.m.theme)))
	s.write("Ines Kraft")
	s.press("enter")
	s.sees("▌Handle", "A handle has 1 to 32")
	s.press("ctrl+u")
	s.write("@Ines")
	s.press("enter")
	s.sees("▌Name", "@ines")
	s.misses("A handle has 1 to 32")
	s.write("Ines Kraft")
	s.press("enter", "enter", "enter", "enter")
	s.sees("A letter for Ines Kraft")
}

func TestSecondAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	ben := w.person("ben", "Ben Brook", "Operations")
	w.must(w.store.SetAdmin(w.ctx, w.me, "ben", true, "The board."))
	w.must(w.store.AskSecond(w.ctx, ben.ID, store.PrivateExport, "The lawyers ask."))
	w.portraits(func() screen { return newSecond(w.app, w.theme) })
	s := newSecond(w.app, w.theme)
	h := w.show(s, 80, 24)
	h.press("enter")
	form := h.pushed[0].(*sheet)
	f := w.show(form, 80, 24)
	f.press("right", "enter")
	f.write("I have seen the letter.")
	f.press("enter")
	list, err := w.store.Consents(w.ctx, w.me)
	w.must(err)
	if len(list) != 1 || !list[0].Yes {
		t.Errorf("after the answer: %+v; said %q", list, f.said)
	}
}
