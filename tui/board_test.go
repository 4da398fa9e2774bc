package tui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// boardroom is a world with channels, reports and a trial under way.
func boardroom(t *testing.T) (w *world, platform, closing store.Channel, bad, secret store.Post) {
	w = settled(t)
	ben, tara := w.person("ben", "Ben Brook", "Operations"), w.person("tara", "Tara Vale", "Sales")
	uma := w.person("uma", "Uma West", "Facilities")
	platform = w.found(store.NewChannel{Name: "platform", Purpose: "Builds, releases and what broke. Say it here before you say it in a meeting."}, ben, tara)
	w.must(w.store.RenameChannel(w.ctx, w.me, platform.ID, "building", "Shorter."))
	w.must(w.store.SetDepartment(w.ctx, w.me, platform.ID, "Operations", true, "It is theirs."))
	w.must(w.store.SetSteward(w.ctx, w.me, platform.ID, "ben", true, "He does it already."))
	c, err := w.store.CreateChannel(w.ctx, ben.ID, store.NewChannel{Name: "finance-close", Private: true})
	w.must(err)
	closing = c
	w.must(w.store.AddMember(w.ctx, ben.ID, c.ID, "uma"))
	old := w.found(store.NewChannel{Name: "old-office"})
	w.must(w.store.ArchiveChannel(w.ctx, w.me, old.ID, true, "We have moved."))
	bad = w.post(ben, platform, 0, "Whoever broke build 512 should be ashamed.\n\nI have said so *three* times.")
	secret = w.post(ben, closing, 0, "Nobody will notice two entries.")
	w.must(w.store.ReportPost(w.ctx, tara.ID, bad.ID, "Rude to a person who can be guessed."))
	w.clock.add(time.Hour)
	w.must(w.store.ReportPost(w.ctx, uma.ID, bad.ID, "Not how we talk."))
	w.must(w.store.ReportPost(w.ctx, uma.ID, secret.ID, "Somebody should know."))
	w.must(w.store.SetTrial(w.ctx, w.me, store.Trial{Name: "Nordwind talks", Purpose: "Less mail to all, more answers in the open.", First: "2026-10-17", Last: "2027-01-14", Zone: "Europe/Berlin"}, "As agreed."))
	twenty, sixty := 20.0, 60.0
	w.must(w.store.SetObjective(w.ctx, w.me, store.Objective{What: "Most of us write now and then", Measure: "P1", Baseline: &twenty, Target: &sixty, Due: "2026-12-31"}, "ben", "As agreed."))
	w.must(w.store.SetObjective(w.ctx, w.me, store.Objective{What: "Fewer mails to all"}, "", "As agreed."))
	w.must(w.store.SetTerms(w.ctx, w.me, "You take part because you want to.\n\nWhat is counted is written under Me. The trial ends in January, and what you wrote can be taken along.", "Legal asked."))
	w.clock.add(12 * time.Minute)
	return w, platform, closing, bad, secret
}

func TestBoardLooks(t *testing.T) {
	t.Parallel()
	w, platform, _, bad, secret := boardroom(t)
	is := func(name string) store.Channel { return w.channel(name) }
	for name, make := range map[string]func() screen{
		"channels":    func() screen { return newAdminChannels(w.app, w.theme) },
		"charter":     func() screen { return newCharter(w.app, w.theme, platform.ID) },
		"everyone":    func() screen { return newCharter(w.app, w.theme, is("everyone").ID) },
		"create":      func() screen { return newCreate(w.app, w.theme, true) },
		"rename":      func() screen { return newRename(w.app, w.theme, is("building")) },
		"purpose":     func() screen { return newPurpose(w.app, w.theme, is("building")) },
		"posting":     func() screen { return newPosting(w.app, w.theme, is("building")) },
		"close":       func() screen { return newClosing(w.app, w.theme, is("building")) },
		"archive":     func() screen { return newArchiving(w.app, w.theme, is("building")) },
		"take up":     func() screen { return newArchiving(w.app, w.theme, is("old-office")) },
		"departments": func() screen { return newDepartments(w.app, w.theme, is("building")) },
		"department":  func() screen { return newDepartment(w.app, w.theme, is("building"), "Sales", true) },
		"stewards":    func() screen { return newStewards(w.app, w.theme, is("building")) },
		"steward":     func() screen { return newSteward(w.app, w.theme, is("building"), "", true) },
		"no steward":  func() screen { return newSteward(w.app, w.theme, is("building"), "@ben", false) },
		"reports":     func() screen { return newReports(w.app, w.theme) },
		"report":      func() screen { return newReported(w.app, w.theme, bad.ID) },
		"private":     func() screen { return newReported(w.app, w.theme, secret.ID) },
		"stand":       func() screen { return newLetStand(w.app, w.theme, bad.ID) },
		"hide":        func() screen { return newHideReported(w.app, w.theme, w.report(secret.ID)) },
		"trial":       func() screen { return newTrial(w.app, w.theme) },
		"admin trial": func() screen { return newAdminTrial(w.app, w.theme) },
		"outcome":     func() screen { return newTrialReport(w.app, w.theme) },
		"section":     func() screen { return w.second(newTrialReport(w.app, w.theme), "down", "enter") },
		"as a file":   func() screen { return newReportFile(w.app, w.theme) },
		"first day":   func() screen { return w.second(newAdminTrial(w.app, w.theme), "down", "down", "down", "enter") },
		"objective":   func() screen { return newObjective(w.app, w.theme, w.trial().Objectives[1], w.trial()) },
		"objectives":  func() screen { return newObjectiveForm(w.app, w.theme, w.trial().Objectives[0]) },
		"terms":       func() screen { return newTermsForm(w.app, w.theme, w.trial().Terms) },
		"asked":       func() screen { return newTerms(w.app, w.theme, w.trial().Terms, 1) },
		"not now":     func() screen { return newNotNow(w.app, w.theme) },
		"today":       func() screen { return newToday(w.app, w.theme) },
		"no backup":   func() screen { return newNoBackup(w.theme) },
		"first": func() screen {
			return newFirst(w.app, w.theme, store.Person{Handle: "petra", Name: "Petra Marsh", Department: "Management"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := *w
			in.t = t
			in.portraits(make)
		})
	}
}

func TestEmptyBoardLooks(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.person("ben", "Ben Brook", "Operations")
	w.must(w.store.SetAdmin(w.ctx, w.me, "ben", true, "why"))
	w.must(w.store.NoteBackup(w.ctx, "x.zip", 1, ""))
	for name, make := range map[string]func() screen{
		"channels":    func() screen { return newAdminChannels(w.app, w.theme) },
		"departments": func() screen { return newDepartments(w.app, w.theme, w.channel("everyone")) },
		"reports":     func() screen { return newReports(w.app, w.theme) },
		"decided":     func() screen { return newReported(w.app, w.theme, 1) },
		"trial":       func() screen { return newTrial(w.app, w.theme) },
		"admin trial": func() screen { return newAdminTrial(w.app, w.theme) },
		"today":       func() screen { return newToday(w.app, w.theme) },
		"questions":   func() screen { return newStale(w.app, w.theme) },
	} {
		t.Run(name, func(t *testing.T) {
			in := *w
			in.t = t
			in.portraits(make)
		})
	}
}

// report is one reported post.
func (w *world) report(post int64) store.Report {
	w.t.Helper()
	r, err := w.store.Report(w.ctx, w.me, post)
	w.must(err)
	return r
}

// trial is what is said of the trial now.
func (w *world) trial() store.Trial {
	w.t.Helper()
	tr, err := w.store.Trial(w.ctx, w.me)
	w.must(err)
	return tr
}

// second is the screen to which keys lead from another.
func (w *world) second(s screen, keys ...string) screen {
	w.t.Helper()
	h := w.show(s, 80, 24)
	h.press(keys...)
	if len(h.pushed) == 0 {
		w.t.Fatal("the keys lead nowhere")
	}
	return h.pushed[len(h.pushed)-1]
}

// TestCharterByArrowsAndEnter renames, archives and hands over a channel with arrows, Enter and letters alone.
func TestCharterByArrowsAndEnter(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.found(store.NewChannel{Name: "sales"}, ben)
	s := w.sit(80, 24)
	s.run(goTo(newAdmin(s.m.app, s.m.theme)))
	s.go1("Channels", "#sales")
	s.sees("#sales · what it is", "everyone: anyone may join and read")
	s.go1("Name")
	for range len("sales") {
		s.press("backspace")
	}
	s.write("sales-nord")
	s.press("enter")
	s.press("enter")
	s.sees("Say why, in a few words: everyone can read it.")
	s.write("There are two of them.")
	s.press("enter")
	s.sees("Renamed. The old name leads here too.", "#sales-nord · what it is", "Once called #sales")
	s.go1("Departments", "  Operations")
	s.write("It is theirs.")
	s.press("enter")
	s.sees("Operations is in #sales-nord now.", "✓ Operations")
	s.press("esc")
	s.go1("Stewards", "Name a steward")
	s.write("ben")
	s.press("enter", "enter")
	s.sees("Named. They see it now.", "@ben")
	s.press("esc")
	s.go1("Who posts")
	s.press("enter")
	s.write("News only.")
	s.press("enter")
	s.sees("its stewards; everyone may reply")
	s.go1("Archive it")
	s.write("It is over.")
	s.press("enter")
	s.sees("#sales-nord is archived.", "Take it up again")
	if c := w.channel("sales"); !c.Archived || c.Name != "sales-nord" || !c.StewardsPost {
		t.Errorf("it is %+v", c)
	}
	list, err := w.store.Decisions(w.ctx, w.me, 0, 10)
	w.must(err)
	var acts []string
	for _, d := range list[:5] {
		acts = append(acts, d.Act)
	}
	if got := strings.Join(acts, ", "); got != "archived, changed who posts in, changed the stewards of, changed the departments of, renamed" {
		t.Error(got)
	}
}

// go1 chooses items of the present menus by what they are called, with arrows and Enter.
func (s *sitting) go1(labels ...string) {
	s.t.Helper()
	for _, label := range labels {
		s.press("home")
		for i := 0; !strings.Contains(s.line("▌"), label); i++ {
			if i > 40 {
				s.t.Fatalf("there is no %q in\n%s", label, s.screen())
			}
			s.press("down")
		}
		s.press("enter")
	}
}

// line is the line of the content in which a text stands.
func (s *sitting) line(text string) string {
	for _, l := range strings.Split(s.screen(), "\n") {
		if _, content, ok := strings.Cut(l, "│"); ok && strings.Contains(content, text) {
			return content
		}
	}
	return ""
}

// TestReportsByArrowsAndEnter decides on two reports; the reporter reads what came of them.
func TestReportsByArrowsAndEnter(t *testing.T) {
	t.Parallel()
	w, _, _, bad, secret := boardroom(t)
	w.must(w.store.AcceptTerms(w.ctx, w.me, 1))
	s := w.sit(80, 24)
	s.run(goTo(newAdmin(s.m.app, s.m.theme)))
	s.go1("Reports")
	s.sees("Ben Brook in #building", "2 reports", "Ben Brook in a private channel")
	s.go1("Ben Brook in #building")
	s.sees("Whoever broke build 512", "Tara Vale, 1 h: Rude to a person")
	s.go1("Hide it")
	s.write("Say it to the person.")
	s.press("enter")
	s.sees("Hidden. Your reason stands in its place.", "That is decided.")
	s.press("esc")
	s.go1("a private channel", "Let it stand")
	s.write("It is for those in it.")
	s.press("enter")
	s.press("esc")
	s.sees("No report waits.")
	if p := w.now(bad.ID); !p.Hidden || p.HiddenWhy != "Say it to the person." {
		t.Errorf("it is %+v", p)
	}
	if _, err := w.store.Post(w.ctx, w.me, secret.ID); err == nil {
		t.Error("the private one can be read")
	}
	uma, err := w.store.Person(w.ctx, w.me, "uma")
	w.must(err)
	items, err := w.store.Inbox(w.ctx, uma.ID, nil, 10)
	w.must(err)
	var heads []string
	for _, i := range items {
		heads = append(heads, inboxHead(i, uma.ID))
	}
	if got := strings.Join(heads, ", "); got != "The post that you reported stands as it is, The post that you reported was hidden" {
		t.Error(got)
	}
}

// TestTrialByArrowsAndEnter writes the trial, an objective and terms, which are then asked for.
func TestTrialByArrowsAndEnter(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := w.sit(80, 24)
	s.run(goTo(newAdmin(s.m.app, s.m.theme)))
	s.go1("Trial")
	for _, line := range [][2]string{{"Purpose", "Less mail to all."}, {"First day", "2026-11-01"}, {"Last day", "2027-01-29"}} {
		s.go1(line[0])
		s.write(line[1])
		s.press("enter", "enter")
		s.sees("Saved. Everyone sees it under Trial.", line[1])
	}
	s.sees("day 19/90")
	s.go1("First day")
	s.press("backspace")
	s.write("2")
	s.press("enter", "enter")
	s.sees("The trial has started on 2026-11-01; that")
	s.press("esc")
	s.sees("Esc again gives up what you have written here.")
	s.press("esc")
	s.go1("Add an objective")
	s.write("Most of us are in")
	s.press("enter", "right", "enter")
	s.write("twenty")
	s.press("enter")
	s.sees("A figure is a number")
	for range len("twenty") {
		s.press("backspace")
	}
	s.press("enter")
	s.write("80")
	s.press("enter", "enter", "enter", "enter")
	s.sees("Saved. Everyone sees it under Trial.", "has no baseline")
	s.go1("Terms")
	s.write("Be kind.")
	s.press("alt+enter")
	s.write("It ends in January.")
	s.press("enter", "enter")
	s.sees("Everyone is asked at the next sign-in.")

	again := w.sit(80, 24)
	again.sees("Before you go on", "Be kind.", "It ends in January.", "I accept")
	again.press("g", "tab", "esc", "q")
	again.sees("I accept")
	again.press("down", "enter")
	again.sees("That is all right.")
	again.press("down", "enter")
	again.press("home", "enter")
	again.misses("I accept")
	again.sees("Home")
	w.sit(80, 24).misses("I accept")
	other := w.sit(40, 12)
	other.misses("I accept")

	ben := *w
	ben.app = &app{}
	*ben.app = *w.app
	ben.me = w.person("ben", "Ben Brook", "Operations").ID
	leaver := ben.sit(80, 24)
	leaver.sees("I accept")
	leaver.press("down", "enter", "enter")
	if !leaver.left {
		t.Error("who does not accept is still there")
	}
}

// TestTermsTakeOneEnter accepts with a finger that hits Enter twice, and after the text has changed on the way.
func TestTermsTakeOneEnter(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.must(w.store.SetTerms(w.ctx, w.me, "Be kind.", "Legal asked."))
	s := w.sit(80, 24)
	s.run(s.m.push(newSaved(s.m.app, s.m.theme))) // what is below stays
	s.run(s.m.push(newTerms(s.m.app, s.m.theme, "Be kind.", 1)))
	w.must(w.store.SetTerms(w.ctx, w.me, "Be kind and brief.", "Legal asked again."))
	s.press("enter")
	s.sees("The text has changed meanwhile. Read it again, then accept it.", "Be kind and brief.", "I accept")
	_, once := s.m.Update(keyOf("enter"))
	_, twice := s.m.Update(keyOf("enter"))
	s.run(once)
	s.run(twice)
	s.sees("Saved", "Nothing is saved yet.")
	w.sit(80, 24).misses("I accept")
}

// TestDemotedInAMenu takes the board's rights from an admin who is in its menu: the next act is refused in words, and Admin goes.
func TestDemotedInAMenu(t *testing.T) {
	t.Parallel()
	w := settled(t)
	jon := w.person("jon", "Jon Reed", "IT")
	w.must(w.store.SetAdmin(w.ctx, w.me, "jon", true, "why"))
	s := w.sit(80, 24)
	s.run(goTo(newAdmin(s.m.app, s.m.theme)))
	s.go1("Trial", "Purpose")
	s.write("Less mail")
	s.press("enter")
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	w.must(w.store.SetAdmin(w.ctx, jon.ID, me.Handle, false, "why"))
	s.press("enter")
	s.sees("Only admins can do that. Ask one of them.")
	s.hear()
	if strings.Contains(s.screen(), "Admin ") {
		t.Error("Admin is still there")
	}
	s.press("esc")
	if tr := w.trial(); tr.Purpose != "" {
		t.Error("it was done all the same")
	}
}

// TestTodayOpensThePlace opens each line.
func TestTodayOpensThePlace(t *testing.T) {
	t.Parallel()
	w, _, _, _, _ := boardroom(t)
	for _, line := range []store.WaitKind{store.SecondAdmin, store.OpenReports, store.Overdue, store.OpenQuestions, store.NotCome, store.NoFigure, store.OneDepartment, store.OneAdmin, store.BackupFailed, store.BackupOld, store.NoBackup} {
		s := w.waits(w.theme, store.Wait{Kind: line, Count: 1})
		h := w.show(s, 57, 20)
		fits(t, s.View().Content, 57, 20)
		if len(h.said) > 0 {
			t.Error(line, h.said)
		}
	}
}

// TestBoardNeverOverflows draws what was said by people who break programs, in windows of every size.
func TestBoardNeverOverflows(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.nasty()
	everyone := w.channel("everyone")
	for _, text := range cast {
		p := w.person("x"+filepath.Base(t.TempDir()), beginning(text, 50), beginning(text, 30))
		post := w.post(p, everyone, 0, text)
		w.must(w.store.ReportPost(w.ctx, p.ID, post.ID, beginning(text, 200)))
		w.must(w.store.SetObjective(w.ctx, w.me, store.Objective{What: beginning(text, 200), Measure: "A1"}, "", beginning(text, 200)))
	}
	w.must(w.store.SetTrial(w.ctx, w.me, store.Trial{Name: beginning(cast["hindi"], 40), Purpose: beginning(cast["long"], 200)}, "why"))
	list, err := w.store.Reports(w.ctx, w.me)
	w.must(err)
	for _, make := range []func() screen{
		func() screen { return newAdminChannels(w.app, w.theme) },
		func() screen { return newCharter(w.app, w.theme, everyone.ID) },
		func() screen { return newDepartments(w.app, w.theme, everyone) },
		func() screen { return newReports(w.app, w.theme) },
		func() screen { return newReported(w.app, w.theme, list[0].Post.ID) },
		func() screen { return newReported(w.app, w.theme, list[3].Post.ID) },
		func() screen { return newHideReported(w.app, w.theme, list[2]) },
		func() screen { return newTrial(w.app, w.theme) },
		func() screen { return newAdminTrial(w.app, w.theme) },
		func() screen { return newObjectiveForm(w.app, w.theme, w.trial().Objectives[0]) },
		func() screen { return newTerms(w.app, w.theme, cast["chinese"], 1) },
		func() screen { return newToday(w.app, w.theme) },
	} {
		for _, size := range [][2]int{{1, 1}, {8, 3}, {28, 6}, {40, 9}, {57, 20}, {125, 41}} {
			s := make()
			h := w.show(s, size[0], size[1])
			for _, k := range []string{"", "down", "pgdown", "end", "up", "pgup", "home"} {
				if k != "" {
					h.press(k)
				}
				fits(t, s.View().Content, size[0], size[1])
			}
			h.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
			fits(t, s.View().Content, size[0], size[1])
		}
	}
}
