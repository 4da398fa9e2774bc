package tui

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

// screens is every screen that there is, by its constructor, in a world with what has broken other programs in every
// place where people may write.
func screens(w *world) map[string]func(*app, *theme) screen {
	w.t.Helper()
	a := w.app
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	keyList, err := w.store.Keys(w.ctx, w.me)
	w.must(err)
	everyone := w.channel("everyone")
	posts, err := w.store.ChannelPosts(w.ctx, w.me, everyone.ID, 0, 10)
	w.must(err)
	p := posts[len(posts)-1]
	author, err := w.store.Person(w.ctx, w.me, p.Handle)
	w.must(err)
	closing, err := w.store.CreateChannel(w.ctx, w.me, store.NewChannel{Name: "closing", Purpose: beginning(cast["rtl"], 60), Private: true})
	w.must(err)
	w.must(w.store.AddMember(w.ctx, w.me, closing.ID, author.Handle))
	w.must(w.store.ReportPost(w.ctx, author.ID, posts[0].ID, cast["hindi"]))
	edit := w.post(store.Person{ID: w.me}, everyone, 0, cast["family"])
	_, err = w.store.EditPost(w.ctx, w.me, edit.ID, cast["chinese"])
	w.must(err)
	edit.EditedAt = a.now()
	entry, err := w.store.Entry(w.ctx, w.me, author.Handle)
	w.must(err)
	w.must(w.store.SetAdmin(w.ctx, w.me, author.Handle, true, "to announce"))
	must := w.announce(author, cast["long"]+"\n"+cast["rtl"]+"\n"+cast["marks"], store.NewAnnouncement{MustRead: true})
	must, err = w.store.Post(w.ctx, w.me, must.ID)
	w.must(err)
	by, err := w.store.AudienceByDepartment(w.ctx, w.me, must.ID)
	w.must(err)
	unknown := me
	unknown.Name, unknown.Department = "", ""
	no := func(*store.Profile, string) {}
	return map[string]func(*app, *theme) screen{
		"newAbout": func(a *app, t *theme) screen {
			return newAbout(a, t, "Name", cast["chinese"], "As colleagues know you.", no)
		},
		"newAdmin":         func(a *app, t *theme) screen { return newAdmin(a, t) },
		"newAdminChannels": func(a *app, t *theme) screen { return newAdminChannels(a, t) },
		"newAdminTrial":    func(a *app, t *theme) screen { return newAdminTrial(a, t) },
		"newAnnounce":      func(a *app, t *theme) screen { return newAnnounce(a, t, w.channel("announcements"), "") },
		"newArrival":       func(a *app, t *theme) screen { return newArrival(a, t, []store.Post{must}) },
		"newAudience":      func(a *app, t *theme) screen { return newAudience(a, t, must, true) },
		"newByDepartment":  func(a *app, t *theme) screen { return newByDepartment(a, t, must, by) },
		"newMustRead":      func(a *app, t *theme) screen { return newMustRead(a, t, 0) },
		"newMustReads":     func(a *app, t *theme) screen { return newMustReads(a, t) },
		"newRemind":        func(a *app, t *theme) screen { return newRemind(a, t, must) },
		"newArchiving":     func(a *app, t *theme) screen { return newArchiving(a, t, closing) },
		"newChannel":       func(a *app, t *theme) screen { return newChannel(a, t, everyone.ID) },
		"newChannels":      func(a *app, t *theme) screen { return newChannels(a, t) },
		"newCharter":       func(a *app, t *theme) screen { return newCharter(a, t, everyone.ID) },
		"newClosing":       func(a *app, t *theme) screen { return newClosing(a, t, closing) },
		"newCreate":        func(a *app, t *theme) screen { return newCreate(a, t, false) },
		"newDecision": func(a *app, t *theme) screen {
			return newDecision(a, t, store.Decision{Name: cast["rtl"], Act: "said", About: "@x", Why: cast["long"]})
		},
		"newDecisions":   func(a *app, t *theme) screen { return newDecisions(a, t) },
		"newDepartment":  func(a *app, t *theme) screen { return newDepartment(a, t, closing, cast["chinese"], true) },
		"newDepartments": func(a *app, t *theme) screen { return newDepartments(a, t, closing) },
		"newFarewell":    func(a *app, t *theme) screen { return newFarewell(a, t) },
		"newFigures":     func(a *app, t *theme) screen { return newFigures(a, t) },
		"newFigure": func(a *app, t *theme) screen {
			return newFigure(t, store.Figure{ID: "N2"}, store.FigureSheet{Weeks: []store.FigurePart{{}}, Departments: []store.FigurePart{{Name: cast["hindi"], Figures: []store.Figure{{ID: "N2", Known: true, Value: -0.5}}}, {Name: cast["long"], Figures: []store.Figure{{ID: "N2"}}}}})
		},
		"newFirst":        func(a *app, t *theme) screen { return newFirst(a, t, unknown) },
		"newHeld":         func(a *app, t *theme) screen { return newHeld(a, t) },
		"newHide":         func(a *app, t *theme) screen { return newHide(a, t, p) },
		"newHideReported": func(a *app, t *theme) screen { return newHideReported(a, t, store.Report{Post: p, Where: "#everyone"}) },
		"newHome":         func(a *app, t *theme) screen { return newHome(a, t, true) },
		"newInbox":        func(a *app, t *theme) screen { return newInbox(a, t) },
		"newKeyPage":      func(a *app, t *theme) screen { return newKeyPage(newMe(a, t).(*meScreen), keyList[0]) },
		"newLabel":        func(a *app, t *theme) screen { return newLabel(a, t, keyList[0]) },
		"newLeave":        func(a *app, t *theme) screen { return newLeave(a, t) },
		"newLetIn":        func(a *app, t *theme) screen { return newLetIn(a, t, closing) },
		"newLetStand":     func(a *app, t *theme) screen { return newLetStand(a, t, p.ID) },
		"newLink":         func(a *app, t *theme) screen { return newLink(a, t) },
		"newMe":           func(a *app, t *theme) screen { return newMe(a, t) },
		"newMembers":      func(a *app, t *theme) screen { return newMembers(a, t, everyone.ID) },
		"newMore":         func(a *app, t *theme) screen { return newMore(a, t, "What to do", a.postActs(&p, everyone)) },
		"newMove":         func(a *app, t *theme) screen { return newMove(a, t, p, everyone) },
		"newNoBackup":     func(a *app, t *theme) screen { return newNoBackup(t) },
		"newNotNow":       func(a *app, t *theme) screen { return newNotNow(a, t) },
		"newObjective": func(a *app, t *theme) screen {
			return newObjective(a, t, store.Objective{What: cast["hindi"]}, store.Trial{})
		},
		"newObjectiveForm": func(a *app, t *theme) screen { return newObjectiveForm(a, t, store.Objective{What: cast["hindi"]}) },
		"newPassword":      func(a *app, t *theme) screen { return newPassword(a, t, true) },
		"newPeople":        func(a *app, t *theme) screen { return newPeople(a, t) },
		"newPerson":        func(a *app, t *theme) screen { return newPerson(a, t, author) },
		"newPins":          func(a *app, t *theme) screen { return newPins(a, t, everyone) },
		"newPosting":       func(a *app, t *theme) screen { return newPosting(a, t, closing) },
		"newPurpose":       func(a *app, t *theme) screen { return newPurpose(a, t, closing) },
		"newQuestions":     func(a *app, t *theme) screen { return newQuestions(a, t) },
		"newRemoval":       func(a *app, t *theme) screen { return newRemoval(a, t, keyList[0]) },
		"newRename":        func(a *app, t *theme) screen { return newRename(a, t, closing) },
		"newReport":        func(a *app, t *theme) screen { return newReport(a, t, p) },
		"newReported":      func(a *app, t *theme) screen { return newReported(a, t, posts[0].ID) },
		"newReports":       func(a *app, t *theme) screen { return newReports(a, t) },
		"newSaved":         func(a *app, t *theme) screen { return newSaved(a, t) },
		"newSearch":        func(a *app, t *theme) screen { return newSearch(a, t, "*") },
		"newStale":         func(a *app, t *theme) screen { return newStale(a, t) },
		"newSteward":       func(a *app, t *theme) screen { return newSteward(a, t, closing, author.Handle, true) },
		"newStewards":      func(a *app, t *theme) screen { return newStewards(a, t, closing) },
		"newTake":          func(a *app, t *theme) screen { return newTake(a, t) },
		"newTakeOut":       func(a *app, t *theme) screen { return newTakeOut(a, t, closing) },
		"newTelling":       func(a *app, t *theme) screen { return newTelling(a, t, store.NotifyBell) },
		"newTeamWaits":     func(a *app, t *theme) screen { return newTeamWaits(a, t, []store.TeamWait{{Post: must, Pending: 3}}) },
		"newTerms":         func(a *app, t *theme) screen { return newTerms(a, t, cast["long"]+"\n\n"+cast["rtl"], 1) },
		"newTermsForm":     func(a *app, t *theme) screen { return newTermsForm(a, t, cast["long"]) },
		"newThread":        func(a *app, t *theme) screen { return newThread(a, t, p.ID) },
		"newToday":         func(a *app, t *theme) screen { return newToday(a, t) },
		"newTrial":         func(a *app, t *theme) screen { return newTrial(a, t) },
		"newTrialLine": func(a *app, t *theme) screen {
			return newTrialLine(a, t, "Purpose", cast["chinese"], "One sentence.", cast["rtl"], func(*store.Trial, string) {})
		},
		"newVersions":   func(a *app, t *theme) screen { return newVersions(a, t, edit) },
		"newRoll":       func(a *app, t *theme) screen { return newRoll(a, t, store.EntryFilter{}) },
		"newWhich":      func(a *app, t *theme) screen { return newWhich(newRoll(a, t, store.EntryFilter{}).(*roll)) },
		"newEntry":      func(a *app, t *theme) screen { return newEntry(a, t, author.Handle) },
		"newSuspend":    func(a *app, t *theme) screen { return newSuspend(a, t, entry) },
		"newRestore":    func(a *app, t *theme) screen { return newRestore(a, t, entry) },
		"newLeaver":     func(a *app, t *theme) screen { return newLeaver(a, t, entry) },
		"newRole":       func(a *app, t *theme) screen { return newRole(a, t, entry, true) },
		"newLeaderMark": func(a *app, t *theme) screen { return newLeaderMark(a, t, entry, true) },
		"newReset":      func(a *app, t *theme) screen { return newReset(a, t, entry) },
		"newLetter":     func(a *app, t *theme) screen { return newLetter(a, t, entry) },
		"newEdit":       func(a *app, t *theme) screen { return newEdit(a, t, entry) },
		"newInvites":    func(a *app, t *theme) screen { return newInvites(a, t, store.RosterCount{NoCode: 3}) },
		"newInviteOne":  func(a *app, t *theme) screen { return newInviteOne(a, t) },
		"newInviteMany": func(a *app, t *theme) screen { return newInviteMany(a, t) },
		"newInviteAll":  func(a *app, t *theme) screen { return newInviteAll(a, t, 50_000) },
		"newLetters":    func(a *app, t *theme) screen { return newLetters(a, t, []store.Letter{{Person: author}, {Person: me}}) },
		"newRoster":     func(a *app, t *theme) screen { return newRoster(a, t) },
		"newSecond":     func(a *app, t *theme) screen { return newSecond(a, t) },
		"newEnd":        func(a *app, t *theme) screen { return newEnd(a, t) },
		"newEndPlan":    func(a *app, t *theme) screen { return newEndPlan(a, t, store.Ending{}, store.Trial{}) },
		"newFreeze":     func(a *app, t *theme) screen { return newFreeze(a, t) },
		"newCallOff":    func(a *app, t *theme) screen { return newCallOff(a, t) },
		"newReceipt":    func(a *app, t *theme) screen { return newReceipt(a, t) },
		"newData":       func(a *app, t *theme) screen { return newData(a, t) },
		"newBackup":     func(a *app, t *theme) screen { return newBackup(a, t) },
		"newWantBackup": func(a *app, t *theme) screen { return newWantBackup(a, t) },
		"newExport":     func(a *app, t *theme) screen { return newExport(a, t) },
		"newImport":     func(a *app, t *theme) screen { return newImport(t) },
		"newAnswer": func(a *app, t *theme) screen {
			return newAnswer(a, t, store.Consent{Kind: store.EndOfTrial, AskedBy: cast["rtl"], Why: cast["long"]})
		},
		"newAsking":      func(a *app, t *theme) screen { return newAsking(a, t, store.EndOfTrial) },
		"newConsentCode": func(a *app, t *theme) screen { return newConsentCode(a, t) },
		"newTakeConsent": func(a *app, t *theme) screen { return newTakeConsent(a, t) },
		"newZone":        func(a *app, t *theme) screen { return newZone(a, t, "Europe/Berlin") },
	}
}

// meScreen is the type of the screen Me, where a variable has its name.
type meScreen = me

// odd are windows of every kind.
var odd = [][2]int{{80, 24}, {40, 12}, {150, 45}, {30, 8}, {69, 9}, {70, 60}, {149, 11}, {300, 8}, {29, 7}, {1, 1}}

// TestEveryScreenFits opens every screen in windows of every kind and walks through it: never a line wider than the
// window, never more lines.
func TestEveryScreenFits(t *testing.T) {
	t.Parallel()
	w := dayNasty(t)
	all := screens(w)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			s := w.sit(80, 24)
			s.run(push(all[name](s.m.app, s.m.theme)))
			for _, size := range odd {
				s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				for _, k := range []string{"down", "pgdown", "end", "home"} {
					s.press(k)
					s.inside(t)
				}
			}
		})
	}
}

// aCode is a link code, which is another one each time.
var aCode = regexp.MustCompile(`\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b`)

// The screens that no other test compares with a picture of them.
func TestScreensLook(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"newAbout", "newFarewell", "newHide", "newKeyPage", "newLabel", "newLetIn", "newLink", "newPassword", "newRemoval", "newTake", "newTelling", "newVersions", "newZone"} {
		for _, size := range windows {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				w := full(t)
				s := w.sit(size[0], size[1])
				s.run(push(screens(w)[name](s.m.app, s.m.theme)))
				fits(t, s.m.View().Content, size[0], size[1])
				golden.RequireEqual(t, aCode.ReplaceAllString(s.screen(), "code-code-code")+"\n")
			})
		}
	}
}
