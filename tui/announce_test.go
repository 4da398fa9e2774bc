package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"tincan/store"
)

// halfway is a board, and an announcement of which the form is half filled in when the window is lost.
func halfway(t *testing.T) *world {
	w, _ := board(t)
	s := w.on("announcements")
	s.press("N", "enter")
	s.write("Facilities, Finance")
	s.press("enter", "right", "enter", "backspace", "backspace")
	s.write("2")
	s.m.Close(s.ctx)
	return w
}

// written is halfway, gone to its end and on to the text in a second window, which is lost too.
func written(t *testing.T) *world {
	w := halfway(t)
	s := w.on("announcements")
	s.press("N", "tab", "tab", "tab")
	s.write("w")
	s.press("enter")
	s.write("petra")
	s.press("enter", "enter", "enter")
	s.write("From Monday")
	s.m.Close(s.ctx)
	return w
}

// how is what is kept of how the draft in #announcements is to go out.
func (w *world) how() string {
	w.t.Helper()
	d, err := w.store.Draft(w.ctx, w.me, store.Place{Channel: w.channel("announcements").ID})
	w.must(err)
	return d.How
}

// TestAnnounceAgainLooks comes to the form by Enter on its text. One world does for every size.
func TestAnnounceAgainLooks(t *testing.T) {
	t.Parallel()
	s := written(t).on("announcements")
	s.press("n", "enter")
	s.wait(enterDelay)
	for _, size := range windows {
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			fits(t, s.m.View().Content, size[0], size[1])
			golden.RequireEqual(t, s.screen()+"\n")
		})
	}
}

// TestAHalfFilledFormIsKept loses the window in the middle of a word and finds all of it in the next one.
func TestAHalfFilledFormIsKept(t *testing.T) {
	t.Parallel()
	w := halfway(t)
	if got, want := w.how(), "To: several departments\nDepartments: Facilities, Finance\nMust read: yes\nDue: 2\nWho joins later: is asked too\nWhy: "+store.PublishWhy; got != want {
		t.Errorf("kept is %q", got)
	}
	s := w.on("announcements")
	s.sees("announcements     »", "N  » Must read to Facilities, Finance")
	s.press("N")
	s.sees("several departments", "Facilities, Finance", "yes")
	s.send(tea.WindowSizeMsg{Width: 40, Height: 12}) // where it has to be seen, too, what a choice has come to
	s.press("tab", "tab")
	s.sees("▌Must read", "▌  yes  ← →")
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.press("tab", "enter")
	s.sees("Write the due time like 12h")
	s.write("w")
	s.press("enter", "enter", "enter", "enter")
	s.sees("Must read to Facilities, Finance", "Enter publishes", "5,000")
	s.write("From Monday")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Published to Facilities and Finance: 3 people are asked.", "due 3 Dec")
	if got := w.how(); got != "" {
		t.Errorf("still kept: %q", got)
	}
}

// TestAnAnnouncementIsLookedAtOnceMore goes on with its text in another window: nothing goes out before the form has
// been seen there, and whoever leaves it there has it as it was.
func TestAnAnnouncementIsLookedAtOnceMore(t *testing.T) {
	t.Parallel()
	w := written(t)
	s := w.on("announcements")
	s.sees("n  » From Monday")
	s.press("n")
	s.sees("Must read to Facilities, Finance", "From Monday", "Enter opens its form · Ctrl+Q an ordinary post · Esc keeps the draft")
	s.press("enter")
	s.wait(enterDelay)
	s.sees("Announcement · #announcements", "You set this up earlier.", "petra")
	s.press("enter")
	s.sees("From Monday", "Enter publishes")

	s.press("esc", "N")
	s.press("right", "esc") // a choice is no writing
	s.press("n")
	s.sees("Must read to Facilities, Finance", "Enter publishes")
	s.press("ctrl+q")
	s.sees("#announcements  From Monday", "Enter posts")
	s.wait(draftDelay)
	if got := w.how(); got != "" {
		t.Errorf("an ordinary post is kept as %q", got)
	}
}

// TestGivingUpAForm asks as ever, and keeps nothing of a form that was new.
func TestGivingUpAForm(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	s := w.on("announcements")
	s.press("N", "enter")
	s.write("Finance")
	s.wait(draftDelay)
	if got := w.how(); !strings.Contains(got, "Departments: Finance") {
		t.Errorf("kept is %q", got)
	}
	s.press("esc")
	s.sees(givesUp)
	s.press("esc")
	s.wait(draftDelay)
	if got := w.how(); got != "" {
		t.Errorf("given up, and kept as %q", got)
	}
	s.press("N")
	s.misses("Finance")
}

// TestWhatHasChangedMeanwhile is refused in the form as if it were typed now, and the rest of it stands.
func TestWhatHasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	begin := func(channel, how, body string) {
		w.must(w.store.SaveDraft(w.ctx, w.me, store.Place{Channel: w.channel(channel).ID}, store.Draft{Body: body, How: how}))
	}
	through := func(channel string) *sitting {
		s := w.on(channel)
		s.press("N", "tab", "tab", "tab", "tab", "tab", "tab", "enter")
		return s
	}
	w.must(w.store.Edit(w.ctx, w.me, "petra", store.Details{Name: "Petra Marsh", Department: "Direction"}, "Renamed."))
	begin("announcements", "To: Board\nDue: 3d\nIn the name of: petra", "")
	s := through("announcements")
	s.sees("▌To                Board", "Nobody on the roster is in the", "department Board.", "petra")
	s.press("right", "shift+tab", "enter")
	s.sees("Announcement to everyone", "Enter publishes")
	s.m.Close(s.ctx)
	begin("announcements", "To: several departments\nDepartments: Finance, Board\nIn the name of: petra", "")
	s = through("announcements")
	s.sees("▌Departments       Finance, Board", "Nobody on the roster is in the", "department Board.", "petra")
	s.m.Close(s.ctx)

	news := w.found(store.NewChannel{Name: "news"})
	w.must(w.store.SetStewardsPost(w.ctx, w.me, news.ID, true, "News."))
	begin("news", "To: those in #news", "")
	w.must(w.store.RenameChannel(w.ctx, w.me, news.ID, "tidings", "Nicer."))
	s = through("tidings")
	s.sees("Announcement to those in #tidings", "Enter publishes")
	s.m.Close(s.ctx)
	begin("tidings", "To: everyone", "Hear")
	w.must(w.store.MakePrivate(w.ctx, w.me, news.ID, "For us alone."))
	s = through("tidings")
	s.sees("#tidings is private now")
	s.m.Close(s.ctx)
	w.must(w.store.SetStewardsPost(w.ctx, w.me, news.ID, false, "All may."))
	s = w.on("tidings")
	s.press("n", "enter")
	s.wait(enterDelay)
	s.sees("Announcement to everyone  Hear", "Everyone posts here now, so nothing can be announced. Ctrl+Q makes an ordinary")
	s.press("ctrl+q", "enter")
	s.wait(enterDelay)
	s.sees("Posted in #tidings.")
}

// TestAFormInTwoWindows has what one window says of the text in the other.
func TestAFormInTwoWindows(t *testing.T) {
	t.Parallel()
	w, _ := board(t)
	one, other := w.on("announcements"), w.on("announcements")
	one.press("N", "right", "enter", "enter", "enter", "enter", "enter", "enter", "enter")
	one.write("From Monday")
	one.wait(draftDelay)
	other.hear()
	other.sees("» From Monday")
	other.press("n")
	other.sees("Announcement to Board  From Monday", "Enter opens its form")
	one.press("enter")
	one.wait(enterDelay)
	one.sees("Published to Board: 1 person is asked.")
	other.hear()
	other.sees("#announcements  ", "1,000")
	other.misses("Announcement to Board")
}

// TestAQuestionIsKept says in the next window that the text asks something; without a text nothing is kept.
func TestAQuestionIsKept(t *testing.T) {
	t.Parallel()
	w := settled(t)
	at := store.Place{Channel: w.channel("everyone").ID}
	s := w.on("everyone")
	s.press("n", "ctrl+q")
	s.wait(draftDelay)
	if s.channel("everyone").Draft {
		t.Error("a question without a text is kept")
	}
	s.sees("Question to #everyone")
	s.write("Who has a key?")
	s.m.Close(s.ctx)
	if d, err := w.store.Draft(w.ctx, w.me, at); err != nil || d.How != asQuestion {
		t.Errorf("kept is %+v, %v", d, err)
	}
	s = w.on("everyone")
	s.press("n")
	s.sees("Question to #everyone  Who has a key?")
	s.press("enter")
	s.wait(enterDelay)
	posts, err := w.store.ChannelPosts(w.ctx, w.me, at.Channel, 0, 1)
	w.must(err)
	if len(posts) != 1 || !posts[0].Question {
		t.Errorf("it became %+v", posts)
	}
}
