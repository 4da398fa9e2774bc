package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func cancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	maya := w.person("maya")
	w.invite(store.Invite{Handle: "nils"})
	w.archive("old", 0)
	entry := func(handle string) string {
		t.Helper()
		e, err := w.Entry(w.ctx, jon, handle)
		w.must(err)
		return row(e.State, e.Admin, e.Leader, e.WaysIn)
	}
	said := func(want string) {
		t.Helper()
		list, err := w.Decisions(w.ctx, maya, 0, 1)
		if err != nil {
			list, err = w.Decisions(w.ctx, jon, 0, 1)
		}
		w.must(err)
		d := list[0]
		equal(t, "the log", strings.TrimSpace(row(d.Act, d.About, d.Why, d.Was, d.Became)), want)
	}
	const why = "Because."
	for name, act := range map[string]func(me int64, handle, why string) error{
		"suspend": func(me int64, h, why string) error { return w.Suspend(w.ctx, me, h, why) },
		"restore": func(me int64, h, why string) error { return w.Restore(w.ctx, me, h, why) },
		"leaver":  func(me int64, h, why string) error { return w.Leaver(w.ctx, me, h, why) },
		"role":    func(me int64, h, why string) error { return w.SetAdmin(w.ctx, me, h, true, why) },
		"leader":  func(me int64, h, why string) error { return w.SetLeader(w.ctx, me, h, true, why) },
		"reset":   func(me int64, h, why string) error { return second(w.Reset(w.ctx, me, h, why)) },
		"edit":    func(me int64, h, why string) error { return w.Edit(w.ctx, me, h, store.Details{Name: "X"}, why) },
	} {
		refused(t, act(maya, "nils", why), store.ErrForbidden, "Only admins")
		refused(t, act(jon, "nobody", why), store.ErrNotFound, "There is nobody of that name")
		if name != "restore" {
			refused(t, act(jon, "maya", " "), store.ErrInvalid, "Say why")
		}
	}
	equal(t, "nothing came of these", entry("maya"), "active false false 1")

	w.must(w.Suspend(w.ctx, jon, "@maya", why))
	said("suspended @maya Because. active suspended")
	equal(t, "suspended", entry("maya"), "suspended false false 1")
	refused(t, second(w.Me(w.ctx, maya)), store.ErrForbidden, "Your access is suspended")
	refused(t, w.Suspend(w.ctx, jon, "maya", why), store.ErrTaken, "suspended already")
	refused(t, w.SetAdmin(w.ctx, jon, "maya", true, why), store.ErrInvalid, "no access at present")
	refused(t, second(w.Reset(w.ctx, jon, "maya", why)), store.ErrInvalid, "no access at present")
	w.must(w.Restore(w.ctx, jon, "maya", why))
	said("restored @maya Because. suspended active")
	refused(t, w.Restore(w.ctx, jon, "maya", why), store.ErrTaken, "has access")

	refused(t, w.Suspend(w.ctx, jon, "jon", why), store.ErrForbidden, "You cannot suspend yourself")
	refused(t, w.Leaver(w.ctx, jon, "jon", why), store.ErrForbidden, "To leave yourself")
	refused(t, w.SetAdmin(w.ctx, jon, "jon", false, why), store.ErrForbidden, "You are the last admin")
	refused(t, w.Suspend(w.ctx, store.Operator, "jon", why), store.ErrForbidden, "jon is the last admin")
	refused(t, w.Leaver(w.ctx, store.Operator, "jon", why), store.ErrForbidden, "jon is the last admin")
	w.must(w.SetAdmin(w.ctx, jon, "maya", true, why))
	said("made an admin @maya Because. staff admin")
	refused(t, w.SetAdmin(w.ctx, jon, "maya", true, why), store.ErrTaken, "an admin already")
	w.must(w.SetAdmin(w.ctx, maya, "jon", false, why))
	refused(t, w.SetAdmin(w.ctx, maya, "jon", false, why), store.ErrTaken, "is no admin")
	refused(t, w.Suspend(w.ctx, jon, "maya", why), store.ErrForbidden, "Only admins")
	w.must(w.SetAdmin(w.ctx, maya, "jon", true, why))
	bot := w.enter(store.Invite{Handle: "build", Bot: true})
	refused(t, w.SetAdmin(w.ctx, jon, "build", true, why), store.ErrInvalid, "is a program")
	refused(t, w.SetLeader(w.ctx, jon, "build", true, why), store.ErrInvalid, "is a program")
	_ = bot

	w.must(w.SetLeader(w.ctx, jon, "maya", true, why))
	refused(t, w.SetLeader(w.ctx, jon, "maya", true, why), store.ErrTaken, "already")
	refused(t, w.SetLeader(w.ctx, jon, "nils", false, why), store.ErrTaken, "is not marked")
	equal(t, "a leader", entry("maya"), "active true true 1")

	post := w.post(maya, w.everyone(), "stays")
	l, err := w.Reset(w.ctx, jon, "maya", why)
	w.must(err)
	equal(t, "reset", entry("maya"), "active true true 0")
	refused(t, second(w.Reset(w.ctx, jon, "jon", why)), store.ErrForbidden, "under Me")
	k := key("maya-new")
	_, err = w.RedeemCode(w.ctx, l.Code.Text, store.Credential{Key: &k})
	w.must(err)
	equal(t, "in again", entry("maya"), "active true true 1")

	w.clock.add(time.Hour)
	w.must(w.Leaver(w.ctx, jon, "maya", why))
	equal(t, "left", entry("maya"), "left false true 0")
	refused(t, second(w.Me(w.ctx, maya)), store.ErrForbidden, "Your access has ended")
	refused(t, w.Leaver(w.ctx, jon, "maya", why), store.ErrTaken, "has left already")
	refused(t, w.Suspend(w.ctx, jon, "maya", why), store.ErrInvalid, "has left")
	equal(t, "what they wrote", w.thread(jon, post.ID).Root.Body, "stays")
	w.must(w.Restore(w.ctx, jon, "maya", why))
	equal(t, "back, without a way in", entry("maya"), "invited false true 0")
	w.must(w.Suspend(w.ctx, jon, "nils", why))
	w.must(w.Restore(w.ctx, jon, "nils", why))
	equal(t, "who has not come stays invited", entry("nils"), "invited false false 0")
	w.healthy()
}

func TestEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	w.imported(jon, roster("employee_id=1 handle=maya email=maya@example.com", "employee_id=2 handle=ben manager_id=1 department=Sales"))
	edit := func(handle string, d store.Details) error { return w.Edit(w.ctx, jon, handle, d, "Better so.") }
	w.must(edit("ben", store.Details{Name: "Ben Brook", Department: "Finance", Email: "Ben@Example.com", Employee: "2", Manager: "maya"}))
	e, err := w.Entry(w.ctx, jon, "ben")
	w.must(err)
	equal(t, "ben", row(e.Name, e.Department, e.Email, e.Manager), "Ben Brook Finance ben@example.com maya")
	equal(t, "the log, without the address", w.text(`SELECT was || ' | ' || became FROM decision ORDER BY id DESC LIMIT 1`), "e-mail, name: –, department: Sales | e-mail, name: Ben Brook, department: Finance")
	refused(t, edit("ben", store.Details{Name: "Ben Brook", Department: "Finance", Email: "ben@example.com", Employee: "2", Manager: "maya"}), store.ErrInvalid, "Nothing is changed")
	refused(t, edit("ben", store.Details{Email: "maya@example.com"}), store.ErrTaken, "is the address of")
	refused(t, edit("ben", store.Details{Employee: "1"}), store.ErrTaken, "is the employee number of")
	refused(t, edit("maya", store.Details{Manager: "ben"}), store.ErrInvalid, "goes round in a circle")
	refused(t, edit("maya", store.Details{Manager: "nobody"}), store.ErrNotFound, "There is nobody")
	refused(t, edit("maya", store.Details{Start: "soon"}), store.ErrInvalid, "is no day")
}

func TestLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	w.imported(jon, roster("employee_id=1 handle=ben email=ben@example.com", "employee_id=2 handle=eva"))
	letters, err := w.Letters(w.ctx, jon, []string{"@nils", "Ben@example.com", "new.one@example.com", "ben"}, "")
	w.must(err)
	var got []string
	for _, l := range letters {
		got = append(got, row(l.Handle, l.Email, l.Code.Text != ""))
	}
	equal(t, "letters", strings.Join(got, ", "), "nils  true, ben ben@example.com true, new.one new.one@example.com true")
	equal(t, "the log", w.text(`SELECT act || ' ' || about FROM decision ORDER BY id DESC LIMIT 1`), "invited @nils, @ben, @new.one")
	all, err := w.LettersForAll(w.ctx, jon, "")
	w.must(err)
	equal(t, "who had none so far", row(len(all), all[0].Handle), "1 eva")
	refused(t, second(w.LettersForAll(w.ctx, jon, "")), store.ErrInvalid, "Everybody on the roster has got a code")
	refused(t, second(w.Letters(w.ctx, jon, []string{"fresh", "maya"}, "")), store.ErrTaken, "maya is in already")
	equal(t, "none of them", w.number(`SELECT count(*) FROM person WHERE handle = 'fresh'`), 0)
	refused(t, second(w.Letters(w.ctx, jon, []string{"what is that"}, "")), store.ErrInvalid, "A handle has")
	refused(t, second(w.Letters(w.ctx, jon, nil, "")), store.ErrInvalid, "Name somebody")
	refused(t, second(w.Letters(w.ctx, jon, make([]string, 501), "")), store.ErrLimited, "501 names")
	refused(t, second(w.Letters(w.ctx, maya, []string{"x"}, "")), store.ErrForbidden, "Only admins")
	refused(t, second(w.LettersForAll(w.ctx, maya, "")), store.ErrForbidden, "Only admins")
}

func TestEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	w.must(w.UpdateProfile(w.ctx, jon, store.Profile{Name: "jon Reed", Department: "Sales"}))
	w.clock.add(time.Minute)
	maya := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind", Department: "Finance"})
	w.clock.add(time.Minute)
	second(w.Arrive(w.ctx, maya))
	w.invite(store.Invite{Handle: "nils", Name: "Nils Oak", Department: "Finance"})
	w.imported(store.Operator, roster("handle=eva name=Eva department=Sales", "handle=gone", "handle=kept name=Kept", "handle=a", "handle=b", "handle=c"))
	w.must(w.Leaver(w.ctx, jon, "gone", "x"))
	w.must(w.Suspend(w.ctx, jon, "kept", "x"))
	w.enter(store.Invite{Handle: "build", Bot: true})
	list := func(f store.EntryFilter) string {
		t.Helper()
		var all []store.Entry
		for { // two at a time
			var after *store.Entry
			if len(all) > 0 {
				after = &all[len(all)-1]
			}
			page, err := w.Entries(w.ctx, jon, f, after, 2)
			w.must(err)
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
		}
		var names []string
		for _, e := range all {
			names = append(names, e.Handle)
		}
		return strings.Join(names, " ")
	}
	for _, c := range []struct {
		f    store.EntryFilter
		want string
	}{
		{store.EntryFilter{}, "a b build c eva gone jon kept maya nils"},
		{store.EntryFilter{Phase: store.PhaseCame}, "build jon maya"},
		{store.EntryFilter{Phase: store.PhaseInvited}, "nils"},
		{store.EntryFilter{Phase: store.PhaseNeverCame}, "a b c eva nils"},
		{store.EntryFilter{Phase: store.PhaseSuspended}, "kept"},
		{store.EntryFilter{Phase: store.PhaseLeft}, "gone"},
		{store.EntryFilter{Order: store.ByDepartment}, "a b build c gone kept maya nils eva jon"},
		{store.EntryFilter{Department: "Finance"}, "maya nils"},
		{store.EntryFilter{Department: "Sales", Order: store.BySeen}, "eva jon"},
		{store.EntryFilter{Order: store.BySeen, Phase: store.PhaseCame}, "maya build jon"},
		{store.EntryFilter{Find: "lind"}, "maya"},
		{store.EntryFilter{Find: "n", Order: store.ByDepartment, Phase: store.PhaseNeverCame}, "nils"},
		{store.EntryFilter{Find: "nobody"}, ""},
	} {
		equal(t, row(c.f), list(c.f), c.want)
	}
	count, err := w.RosterCount(w.ctx, maya)
	w.must(err)
	equal(t, "count", row(count), "{7 5 4}")
	departments, err := w.Departments(w.ctx, maya)
	w.must(err)
	equal(t, "departments", strings.Join(departments, " "), "Finance Sales")
	refused(t, second(w.Entries(w.ctx, maya, store.EntryFilter{}, nil, 10)), store.ErrForbidden, "Only admins")
	refused(t, second(w.Entry(w.ctx, maya, "jon")), store.ErrForbidden, "Only admins")
}

func TestConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	const kind = store.PrivateExport
	refused(t, w.AskSecond(w.ctx, jon, kind, "The lawyers ask."), store.ErrInvalid, "There is no other admin")
	petra := w.admin("petra")
	refused(t, w.Consent(w.ctx, jon, kind), store.ErrForbidden, "it takes two admins")
	w.must(w.AskSecond(w.ctx, jon, kind, "The lawyers ask."))
	refused(t, w.Consent(w.ctx, jon, kind), store.ErrForbidden, "it takes two admins")
	open := func(me int64) store.Consent {
		t.Helper()
		list, err := w.Consents(w.ctx, me)
		w.must(err)
		if len(list) == 0 {
			return store.Consent{}
		}
		return list[0]
	}
	c := open(petra)
	equal(t, "asked", row(c.Kind, c.AskedBy, c.Mine, c.Why, c.Yes, c.No), "an export with private channels jon false The lawyers ask. false false")
	refused(t, w.Confirm(w.ctx, jon, c.ID, true, "Me."), store.ErrForbidden, "asked of the other admins")
	refused(t, w.Confirm(w.ctx, maya, c.ID, true, "Me."), store.ErrForbidden, "Only admins")
	w.must(w.Confirm(w.ctx, petra, c.ID, true, "I have seen the letter."))
	refused(t, w.Confirm(w.ctx, petra, c.ID, false, "No."), store.ErrNotFound, "no longer open")
	refused(t, w.Consent(w.ctx, petra, kind), store.ErrForbidden, "it takes two admins")
	refused(t, w.Consent(w.ctx, jon, store.EndOfTrial), store.ErrForbidden, "it takes two admins")
	w.must(w.Consent(w.ctx, jon, kind))
	refused(t, w.Consent(w.ctx, jon, kind), store.ErrForbidden, "it takes two admins")

	w.must(w.AskSecond(w.ctx, jon, kind, "Again."))
	w.must(w.Confirm(w.ctx, petra, open(petra).ID, false, "Once is enough."))
	refused(t, w.Consent(w.ctx, jon, kind), store.ErrForbidden, "it takes two admins")
	w.must(w.AskSecond(w.ctx, jon, kind, "Again."))
	w.clock.add(store.ConsentValid)
	refused(t, w.Confirm(w.ctx, petra, open(petra).ID, true, "Late."), store.ErrNotFound, "no longer open")

	code, err := w.ConsentCode(w.ctx, petra, kind, "On the phone.")
	w.must(err)
	refused(t, w.TakeConsent(w.ctx, petra, kind, code.Text), store.ErrForbidden, "your own code")
	refused(t, w.TakeConsent(w.ctx, jon, store.EndOfTrial, code.Text), store.ErrNotFound, "not known")
	w.must(w.TakeConsent(w.ctx, jon, kind, strings.ToUpper(code.Text)))
	refused(t, w.TakeConsent(w.ctx, jon, kind, code.Text), store.ErrNotFound, "not known")
	w.must(w.SetAdmin(w.ctx, jon, "petra", false, "A change."))
	refused(t, w.Consent(w.ctx, jon, kind), store.ErrForbidden, "it takes two admins")
	w.must(w.SetAdmin(w.ctx, jon, "petra", true, "And back."))
	w.must(w.Consent(w.ctx, jon, kind))
}
