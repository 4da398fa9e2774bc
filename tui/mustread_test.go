package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

const expenses = "Expenses from Monday\n\nFrom Monday every expense goes through the new form. Paper is accepted until the end of the month. Nothing changes for travel already booked."

// board is a company in which Jon, the other admin, may announce.
func board(t *testing.T) (*world, store.Person) {
	w := settled(t)
	code, err := w.store.CreateInvite(w.ctx, w.me, store.Invite{Handle: "jon", Name: "Jon Reed", Department: "IT", Admin: true})
	w.must(err)
	jon, err := w.store.RedeemCode(w.ctx, code.Text, store.Credential{Key: testKey("jon")})
	w.must(err)
	w.person("petra", "Petra Marsh", "Board")
	for _, p := range [][3]string{{"ben", "Ben Brook", "Operations"}, {"tara", "Tara Vale", "Sales"}, {"uma", "Uma West", "Facilities"}, {"nils", "Nils Oak", "Finance"}, {"pia", "Pia Quill", "Finance"}} {
		w.person(p[0], p[1], p[2])
	}
	return w, jon
}

func (w *world) announce(by store.Person, text string, n store.NewAnnouncement) store.Post {
	w.t.Helper()
	p, err := w.store.CreatePost(w.ctx, by.ID, store.NewPost{Place: store.Place{Channel: w.channel("announcements").ID}, Body: text, Announce: &n})
	w.must(err)
	return p
}

// answer has somebody read an announcement and answer it.
func (w *world) answer(handle string, p store.Post, question string) {
	w.t.Helper()
	who, err := w.store.Person(w.ctx, w.me, handle)
	w.must(err)
	_, err = w.store.MarkSeen(w.ctx, who.ID, p.ID, 1, store.Part{To: store.WholeText})
	w.must(err)
	_, err = w.store.AnswerAnnouncement(w.ctx, who.ID, p.ID, 0, question)
	w.must(err)
}

// waiting is a company in which something must be read, and some have answered.
func waiting(t *testing.T) *world {
	w, jon := board(t)
	p := w.announce(jon, expenses, store.NewAnnouncement{For: "petra", MustRead: true, Due: theDay.Add(26 * time.Hour)})
	w.answer("ben", p, "")
	w.answer("tara", p, "Does this hold for taxis?")
	w.answer("uma", p, "And for the canteen?")
	w.answer("uma", p, "")
	w.clock.add(12 * time.Minute)
	return w
}

// late is waiting, after it was due.
func late(t *testing.T) *world {
	w := waiting(t)
	w.clock.add(50 * time.Hour)
	return w
}

// lengthy has a text that is longer than a screen.
func lengthy(t *testing.T) *world {
	w, jon := board(t)
	var lines []string
	for i := range 24 {
		lines = append(lines, fmt.Sprintf("%d. What has to be known about expenses, number %d of many.", i+1, i+1))
	}
	w.announce(jon, strings.Join(lines, "\n"), store.NewAnnouncement{MustRead: true})
	w.announce(jon, "Two of a week, and the last.", store.NewAnnouncement{MustRead: true, Departments: []string{"Finance"}, Due: theDay.Add(time.Hour)})
	return w
}

// looks draws what steps lead to, in every size.
func looks(t *testing.T, world func(*testing.T) *world, steps func(*sitting)) {
	t.Helper()
	for _, size := range windows {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s := world(t).sit(size[0], size[1])
			steps(s)
			fits(t, s.m.View().Content, size[0], size[1])
			golden.RequireEqual(t, s.screen()+"\n")
		})
	}
}

// past is beyond the must-reads at sign-in, which wait.
func past(keys ...string) func(*sitting) {
	return func(s *sitting) {
		for range s.m.side.is.Waiting {
			s.press("esc")
		}
		s.press(keys...)
	}
}

// boarding leads to the announcements among the admins' menus.
func boarding(keys ...string) func(*sitting) {
	return func(s *sitting) {
		past(fromEnd(1)...)(s)
		m := s.m.top().screen.(*admin)
		m.choose(slices.IndexFunc(m.items, func(it item) bool { return it.label == "Announcements" }))
		s.press("enter")
		s.press(keys...)
	}
}

func nothing(*sitting) {}

func read(s *sitting) { s.wait(2 * dwell) }

func TestMustReadLooks(t *testing.T)      { looks(t, waiting, nothing) }
func TestMustReadReadLooks(t *testing.T)  { looks(t, waiting, read) }
func TestMustReadLongLooks(t *testing.T)  { looks(t, lengthy, read) }
func TestMustReadLateLooks(t *testing.T)  { looks(t, late, read) }
func TestEmptyMustReadLooks(t *testing.T) { inEverySize(t, settled, to(2)...) }
func TestMustReadAskingLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, func(s *sitting) {
		read(s)
		s.press("2")
		s.write("Does it hold for taxis too?")
	})
}
func TestMustReadAnswersLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, func(s *sitting) {
		read(s)
		s.press("enter")
	})
}
func TestMustReadAnsweredLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, func(s *sitting) {
		read(s)
		s.press("1", "tab", "home", "down", "down", "enter")
	})
}
func TestMustReadAtHomeLooks(t *testing.T) { looks(t, waiting, past()) }
func TestAnnouncementLooks(t *testing.T)   { looks(t, waiting, past("to #announcements")) }
func TestAnnouncementThreadLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, past("to #announcements", "enter"))
}
func TestAnnouncingLooks(t *testing.T) { looks(t, waiting, past("to #announcements", "N")) }
func TestAnnouncementTextLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, func(s *sitting) {
		past("to #announcements", "N")(s)
		for range partWhy + 1 {
			s.press("enter")
		}
		s.write("From Monday")
	})
}
func TestMustReadsLooks(t *testing.T) {
	t.Parallel()
	looks(t, late, boarding())
}
func TestNoMustReadsLooks(t *testing.T) { looks(t, settled, boarding()) }
func TestAudienceLooks(t *testing.T)    { looks(t, late, boarding("down", "enter")) }
func TestAudienceOfAllLooks(t *testing.T) {
	t.Parallel()
	looks(t, late, boarding("down", "enter", "enter"))
}
func TestByDepartmentLooks(t *testing.T) {
	t.Parallel()
	looks(t, late, boarding("down", "enter", "down", "down", "enter"))
}
func TestRemindLooks(t *testing.T) {
	t.Parallel()
	looks(t, late, boarding("down", "enter", "down", "down", "down", "enter"))
}

// asked is late, when the other admin asks for a second one.
func asked(t *testing.T) *world {
	w := late(t)
	jon, err := w.store.Person(w.ctx, w.me, "jon")
	w.must(err)
	w.must(w.store.AskSecond(w.ctx, jon.ID, store.EndOfTrial, "All of it is answered."))
	return w
}

func TestTodayLooks(t *testing.T) { looks(t, asked, past(append(fromEnd(1), "enter")...)) }

// TestASecondAdminIsAskedOnToday goes from what waits for the board to the question of the other admin.
func TestASecondAdminIsAskedOnToday(t *testing.T) {
	t.Parallel()
	s := asked(t).sit(80, 24)
	s.run(goTo(newToday(s.m.app, s.m.theme)))
	s.go1("A second admin is asked for")
	s.sees("Admin · Second admin", "Jon Reed asks you for the end of the trial")
}

// TestOverdueAnswersLeadToTheirList goes from what waits for the board to those who have not answered.
func TestOverdueAnswersLeadToTheirList(t *testing.T) {
	t.Parallel()
	s := late(t).sit(80, 24)
	s.run(goTo(newToday(s.m.app, s.m.theme)))
	s.sees("3 answers are overdue", "A must-read was due, and not everyone has answered.")
	s.go1("3 answers")
	s.sees("Who has answered · Expenses", "not answered · 3 people")
}

// TestADecisionLeadsToItsAnnouncement opens a line of the log, and from it what was published.
func TestADecisionLeadsToItsAnnouncement(t *testing.T) {
	t.Parallel()
	s := waiting(t).sit(80, 24)
	s.run(goTo(newDecisions(s.m.app, s.m.theme)))
	s.go1("Jon Reed published an announcement in #anno")
	s.sees("Jon Reed published an announcement in #announcements,", "To everyone: 6 people, for Petra Marsh, must read")
	s.press("enter")
	s.sees("Expenses from Monday")
}

// TestAMustReadSaysWhatIsToBeDone asks for what is below as long as something is below.
func TestAMustReadSaysWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	s := lengthy(t).sit(80, 24)
	s.sees("Read it to its end")
	s.press("end")
	s.sees("once every line has been on the screen for a second")
	s.misses("Read it to its end")
}

// TestAnnounceFromTheMenu goes from the list of must-reads to the text of another one, with Enter alone, and back.
func TestAnnounceFromTheMenu(t *testing.T) {
	t.Parallel()
	s := late(t).sit(80, 24)
	s.run(goTo(newMustReads(s.m.app, s.m.theme)))
	s.go1("New announcement")
	s.sees("Announcement · #announcements", "Who is asked")
	for range partWhy + 1 {
		s.press("enter")
	}
	s.write("From Monday")
	s.sees("Announcement to everyone  From Monday")
	s.press("esc", "left")
	s.sees("Admin · Announcements")
}

func TestTeamLooks(t *testing.T) {
	t.Parallel()
	looks(t, waiting, func(s *sitting) {
		past()(s)
		s.run(push(newAudience(s.m.app, s.m.theme, s.m.side.is.Waiting[0], false)))
	})
}

// leading is late, and Maya manages Nils and Pia, who have not answered.
func leading(t *testing.T) *world {
	w := late(t)
	for handle, name := range map[string]string{"nils": "Nils Oak", "pia": "Pia Quill"} {
		w.must(w.store.Edit(w.ctx, w.me, handle, store.Details{Name: name, Department: "Finance", Manager: "maya.lind"}, "She leads them."))
	}
	return w
}

// TestTeamFromMustRead takes a manager from Must read to whom of their team is waited for, before and after they have
// answered themselves.
func TestTeamFromMustRead(t *testing.T) {
	t.Parallel()
	s := leading(t).sit(80, 24)
	past()(s)
	s.run(goTo(newMustRead(s.m.app, s.m.theme, 0)))
	s.wait(2 * dwell)
	s.sees("W  Your team: 2 answers are missing")
	s.press("W")
	s.sees("Not answered yet · your team", "Nils Oak", "Pia Quill")
	s.press("esc", "1")
	s.sees("Nothing waits for your answer", "Your team: 2 answers are missing. Enter shows whose.")
	s.press("enter")
	s.sees("Not answered yet · your team")
}

// TestTeamWaitsLook draws the choice of a manager whose team has not answered several.
func TestTeamWaitsLook(t *testing.T) {
	t.Parallel()
	looks(t, func(t *testing.T) *world {
		w := leading(t)
		jon, err := w.store.Person(w.ctx, w.me, "jon")
		w.must(err)
		w.clock.add(7 * 24 * time.Hour)
		w.announce(jon, "The canteen is closed next week", store.NewAnnouncement{MustRead: true})
		return w
	}, func(s *sitting) {
		past()(s)
		s.run(goTo(newMustRead(s.m.app, s.m.theme, 0)))
		s.wait(2 * dwell)
		s.press("W")
	})
}

// TestADepartmentOpensItsList goes from the numbers of a department to those of it who have not answered.
func TestADepartmentOpensItsList(t *testing.T) {
	t.Parallel()
	s := late(t).sit(80, 24)
	boarding("down", "enter", "down", "down", "enter", "down", "enter")(s)
	s.sees("Who has answered · Expenses", "Department", "Finance", "not answered · 2 people", "Nils Oak", "Pia Quill")
	s.misses("@maya.lind")
}

// TestMustReadAtSignIn goes through what waits when one comes: nothing is around it, and it may be put off three times.
func TestMustReadAtSignIn(t *testing.T) {
	t.Parallel()
	w := waiting(t)
	for left := 3; left > 0; left-- {
		s := w.sit(80, 24)
		s.sees("Must read · 1 waits for you", "Jon Reed for Petra Marsh", fmt.Sprintf("Later (%d left)", left), "3 of 6 have answered")
		s.press("q", "tab", "g")
		s.misses("Inbox", "Go to")
		s.press("esc")
		s.sees("Home · latest", "Must read         1", "Must read, due")
	}
	s := w.sit(80, 24)
	s.misses("Later (")
	s.press("esc")
	s.sees("Must read · 1 waits for you")
	s.press("1")
	s.sees("Not yet: some of it has not been on your screen")
	s.wait(2 * dwell)
	s.press("1")
	s.sees("Home · latest", "it is noted that you have understood")
	s.misses("Must read, due", "Must read         1")
	s.press("to #announcements", "enter")
	s.sees("you have understood", "a your answer")
	if s := w.sit(80, 24); len(s.m.stack) != 1 {
		t.Error("it is shown again")
	}
}

// TestTwoMustReadsAtSignIn puts one after the other off, once each.
func TestTwoMustReadsAtSignIn(t *testing.T) {
	t.Parallel()
	w := lengthy(t)
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Department: "Finance"}))
	s := w.sit(80, 24)
	s.sees("Must read · 2 wait for you", "Two of a week, and the last.")
	s.press("enter")
	s.sees("▌Understood")
	s.press("esc")
	s.sees("Must read · 2 wait for you")
	s.press("esc")
	s.sees("Must read · 1 waits for you", "number 1 of many", "Later (3 left)")
	s.press("esc")
	s.sees("Home · latest", "Must read         2")
}

// TestMustReadBitByBit reads a long text to its end before it can be answered.
func TestMustReadBitByBit(t *testing.T) {
	t.Parallel()
	w := lengthy(t)
	s := w.sit(80, 12)
	for range 3 {
		s.press("2")
		s.sees("Read it to its end", "Not yet: some of it")
		s.wait(2 * dwell)
		s.press("pgdown")
	}
	for range 5 {
		s.wait(2 * dwell)
		s.press("pgdown")
	}
	s.press("2")
	s.write("Why 24?")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Home · latest", "Asked: your question stands below the announcement, and Jon Reed is told.")
	if n := len(s.m.side.is.Waiting); n != 0 {
		t.Errorf("%d wait", n)
	}
}

// TestAnnounce makes one by arrows, Enter and text alone.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	s := w.sit(80, 24)
	s.press("to #announcements", "enter")
	s.choose2("Make an announcement")
	s.press("right", "enter", "enter", "right", "enter")
	for range 2 {
		s.press("backspace")
	}
	s.write("no")
	s.press("enter")
	s.sees("Write the due time like 12h")
	s.press("backspace", "backspace")
	s.write("2d")
	s.press("enter")
	s.write("petra")
	s.press("enter", "enter", "enter")
	s.sees("Must read to Board")
	s.write("Read this")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Nobody but you would be asked")
	s.press("esc")
	s.press("N")
	s.sees("Board", "yes", "petra")
	s.press("right", "enter", "enter", "enter", "enter", "enter", "enter", "enter")
	s.sees("Must read to Facilities", "Read this")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Published to Facilities: 1 person is asked.", "Must read · due Sat · to Facilities", "0 of 1 have answered")
}

// TestAnnounceToSeveral names departments, of which one is not there, and somebody who is not there either.
func TestAnnounceToSeveral(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	s := w.sit(80, 24)
	s.press("to #announcements", "N", "enter")
	s.write("facilities, Nowhere")
	s.sees("several departments")
	s.press("enter", "enter", "enter")
	s.write("nobody")
	s.press("enter", "enter", "enter")
	s.sees("Nobody on the roster is in the", "department Nowhere.")
	for range len(", Nowhere") {
		s.press("backspace")
	}
	s.press("enter", "enter", "enter", "enter", "enter", "enter")
	s.sees("There is nobody of that name")
	for range len("nobody") {
		s.press("backspace")
	}
	s.press("enter", "enter", "enter")
	s.sees("Announcement to Facilities")
	s.press("esc", "N", "left")
	s.misses("several departments")
}

// choose2 opens the menu that is shown already, at an act.
func (s *sitting) choose2(name string) {
	s.t.Helper()
	p, ok := s.m.top().screen.(*page)
	if !ok {
		s.t.Fatalf("there is no menu of acts:\n%s", s.screen())
	}
	for i, it := range p.items {
		if it.label == name {
			p.choose(i)
			s.press("enter")
			return
		}
	}
	s.t.Fatalf("%q is not in the menu", name)
}

// TestAudienceTurns looks at everyone, at one department, and reminds.
func TestAudienceTurns(t *testing.T) {
	t.Parallel()
	w := late(t)
	s := w.sit(80, 45)
	boarding("down", "enter")(s)
	s.sees("Show", "not answered · 3 people", "@maya.lind", "Nils Oak")
	s.press("enter")
	s.sees("all · 6 people", "Ben Brook", "understood · Thu")
	s.press("enter", "enter")
	s.sees("a question · 1 person", "Tara Vale", "question")
	s.press("enter", "down", "enter")
	s.press("enter")
	s.sees("not answered")
	s.press("down", "down", "enter", "enter")
	s.sees("Reminded 3 people.")
	items, err := w.store.Inbox(w.ctx, w.me, nil, 10)
	w.must(err)
	if len(items) == 0 || items[0].Kind != store.Reminded {
		t.Errorf("the inbox has %+v", items)
	}
}

// TestEditAnnouncement asks again, or does not.
func TestEditAnnouncement(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	p := w.announce(me, "From Munday", store.NewAnnouncement{})
	w.answer("ben", p, "")
	s := w.sit(80, 24)
	s.press("to #announcements")
	s.choose("Fix a typo in it: nobody is asked again")
	s.sees("Fix a typo")
	s.press("backspace")
	s.write("y.")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("1 of 7 has answered")
	s.press("e")
	s.sees("Edit; all answer again", "4,9")
	s.write(" Or Tuesday.")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Everyone is asked again", "0 of 7 have answered")
}

// TestNastyMustReadLooks announces in the names of everyone with a difficult one.
func TestNastyMustReadLooks(t *testing.T) {
	t.Parallel()
	looks(t, nastyBoard, nothing)
}
func TestNastyAudienceLooks(t *testing.T) {
	t.Parallel()
	looks(t, nastyBoard, boarding("down", "enter"))
}
func TestNastyMustReadsLooks(t *testing.T) {
	t.Parallel()
	looks(t, nastyBoard, boarding())
}

func nastyBoard(t *testing.T) *world {
	w := nasty(t)
	code, err := w.store.CreateInvite(w.ctx, w.me, store.Invite{Handle: "jon", Name: cast["hindi"][:60], Department: "Ü", Admin: true})
	w.must(err)
	jon, err := w.store.RedeemCode(w.ctx, code.Text, store.Credential{Key: testKey("jon")})
	w.must(err)
	w.announce(jon, cast["long"]+"\n"+cast["rtl"]+"\n```\n"+cast["family"]+"\n```\n"+cast["marks"], store.NewAnnouncement{For: "p3", MustRead: true})
	w.announce(jon, cast["escapes"]+"\n"+cast["chinese"], store.NewAnnouncement{For: "p6", MustRead: true})
	return w
}
