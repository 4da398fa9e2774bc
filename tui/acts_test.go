package tui

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// talk is a world in which Ben has written a post of which the world's person is a steward.
func talk(t *testing.T) (w *world, ben store.Person, platform store.Channel, post store.Post) {
	w = settled(t)
	ben = w.person("ben", "Ben Brook", "Operations")
	platform = w.found(store.NewChannel{Name: "platform"}, ben)
	return w, ben, platform, w.post(ben, platform, 0, "Build 512 is green")
}

// now is a post as it is in the store now.
func (w *world) now(id int64) store.Post {
	w.t.Helper()
	p, err := w.store.Post(w.ctx, w.me, id)
	w.must(err)
	return p
}

// on opens the channel of a post with the post selected.
func (w *world) on(channel string) *sitting {
	s := w.sit(80, 24)
	s.press("to #" + channel)
	return s
}

func TestReact(t *testing.T) {
	t.Parallel()
	w, ben, _, post := talk(t)
	w.must(w.store.React(w.ctx, ben.ID, post.ID, 1, true))
	s := w.on("platform")
	s.sees("❤ 1")
	for name, keys := range map[string][]string{
		"number": {"+", "5"}, "arrows": {"+", "right", "right", "right", "right", "enter"},
		"back round": {"+", "left", "left", "enter"}, "word": {"+", "e", "y", "enter"}, "word after a slip": {"+", "x", "e", "space"},
	} {
		s.press(keys...)
		if !w.now(post.ID).Reactions.Mine[4] {
			t.Fatalf("by %s: there is no 👀 of mine: %v", name, w.now(post.ID).Reactions)
		}
		s.sees("❤ 1  👀 1")
		s.press("+")
		s.sees(" 5👀✓")
		s.press("5")
		if w.now(post.ID).Reactions.Mine[4] {
			t.Fatalf("by %s: it does not go away", name)
		}
	}
	s.press("+", "esc")
	s.misses("[1👍")
	s.press("+")
	s.send(footClickMsg{})
	s.send(tea.MouseClickMsg{X: 1 + 5*pickWidth, Y: s.row("[1👍"), Button: tea.MouseLeft})
	if !w.now(post.ID).Reactions.Mine[5] {
		t.Error("a click on ✅ does nothing")
	}
}

func TestReactToWhatWasDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w, ben, _, post := talk(t)
	s := w.on("platform")
	s.press("+")
	w.must(w.store.DeletePost(w.ctx, ben.ID, post.ID))
	s.press("1")
	s.sees("That post has been deleted meanwhile.")
	s.press("+", "R", "y")
	s.misses("[1👍", "copied")
}

func TestSave(t *testing.T) {
	t.Parallel()
	w, _, _, post := talk(t)
	s := w.on("platform")
	s.press("s")
	if !w.now(post.ID).Saved {
		t.Fatal("not saved")
	}
	s.sees("Saved: you find it under Saved.", "saved · now")
	s.run(goTo(newSaved(s.m.app, s.m.theme)))
	s.sees("Saved", "Build 512 is green", "#platform")
	if s.m.where() != entrySaved {
		t.Errorf("the sidebar is at %q", s.m.where())
	}
	s.press("enter")
	s.sees("Thread · #platform")
	s.press("esc", "s")
	if w.now(post.ID).Saved {
		t.Error("still saved")
	}
	s.press("x")
	s.sees("Nothing is saved yet.")
}

func TestSavedReadsNothing(t *testing.T) {
	t.Parallel()
	w, _, platform, post := talk(t)
	w.must(w.store.SavePost(w.ctx, w.me, post.ID, true))
	s := w.sit(80, 24)
	s.run(goTo(newSaved(s.m.app, s.m.theme)))
	s.wait(5 * time.Second)
	s.wait(5 * time.Second)
	if n := w.unread(platform); n != 1 {
		t.Errorf("%d are unread, want 1", n)
	}
}

func TestUnreadFromHere(t *testing.T) {
	t.Parallel()
	w, ben, platform, _ := talk(t)
	w.post(ben, platform, 0, "And 513")
	w.readAll()
	s := w.on("platform")
	s.press("down", "u")
	s.sees("•", "it is new again")
	s.wait(2 * time.Second)
	s.wait(2 * time.Second)
	if n := w.unread(platform); n != 2 {
		t.Fatalf("%d are unread while nobody has gone away, want 2", n)
	}
	s.press("esc", "to #platform")
	s.wait(2 * time.Second)
	if n := w.unread(platform); n != 0 {
		t.Errorf("%d are unread after coming back, want 0", n)
	}
	root := w.post(store.Person{ID: w.me}, platform, 0, "Mine")
	w.post(ben, platform, root.ID, "A reply")
	s.run(goTo(newThread(s.m.app, s.m.theme, root.ID)))
	s.wait(2 * time.Second)
	s.press("end", "u")
	s.sees("─ new ─", "•")
	s.wait(2 * time.Second)
	if roots, err := w.store.UnreadThreads(w.ctx, w.me); err != nil || !slices.Equal(roots, []int64{root.ID}) {
		t.Errorf("unread threads: %v, %v", roots, err)
	}
	w.must(w.store.FollowThread(w.ctx, w.me, root.ID, false))
	s.hear()
	s.press("u")
	s.sees("You do not follow this thread")
}

func TestEdit(t *testing.T) {
	t.Parallel()
	w, _, platform, _ := talk(t)
	me := store.Person{ID: w.me}
	mine := w.post(me, platform, 0, "Bild 513")
	w.must(w.store.SaveDraft(w.ctx, w.me, store.Place{Channel: platform.ID}, store.Draft{Body: "my draft"}))
	s := w.on("platform")
	s.press("e")
	s.sees("Edit your post", "Bild 513", "Enter saves")
	s.press("esc")
	s.misses("Edit your post")
	s.press("e")
	s.write(" is red")
	s.press("esc")
	s.sees("give up what you have written?")
	s.press("n")
	s.sees("Bild 513 is red")
	s.press("ctrl+a", "right", "right", "backspace")
	s.write("u")
	s.press("enter")
	s.wait(time.Second)
	if got := w.now(mine.ID); got.Body != "Buld 513 is red" || got.EditedAt.IsZero() {
		t.Fatalf("it is %q, edited %v", got.Body, got.EditedAt)
	}
	s.sees("Buld 513 is red", "edited", "» my draft", "What it said before can still be read.")
	s.press("v")
	s.sees("Earlier versions", "Now, since", "Buld 513 is red", "Before, from", "Bild 513")
	s.press("esc", "e", "ctrl+u")
	s.write("never")
	s.press("esc", "y")
	s.sees("Buld 513 is red")
	if got := w.saved(store.Place{Channel: platform.ID}); got != "my draft" {
		t.Errorf("the draft is %q", got)
	}
}

// An edit that the line drops in is there again, on another screen too, until it is saved or given up.
func TestEditSurvivesADroppedLine(t *testing.T) {
	t.Parallel()
	w, _, platform, _ := talk(t)
	mine := w.post(store.Person{ID: w.me}, platform, 0, "Bild 513")
	at := store.Place{Edit: mine.ID}
	s := w.on("platform")
	s.press("e")
	s.write(" is red")
	s.m.Close(w.ctx)
	if got := w.saved(at); got != "Bild 513 is red" {
		t.Fatalf("kept: %q", got)
	}
	s = w.on("platform")
	s.sees("platform", "»")
	s.press("e")
	s.sees("Bild 513 is red", "This is how far you had come with it.")
	s.write(" again")
	other := w.on("platform") // a window beside it takes up what was saved
	s.wait(time.Second)
	other.press("e")
	other.sees("Bild 513 is red again")
	other.write("!")
	other.wait(time.Second)
	s.hear()
	s.sees("Bild 513 is red again!")
	s.press("esc", "y")
	if got := w.saved(at); got != "" || w.now(mine.ID).Body != "Bild 513" {
		t.Errorf("after giving up: %q, %q", got, w.now(mine.ID).Body)
	}
	s.press("e")
	s.write(" is red")
	s.wait(time.Second)
	s.press("enter")
	s.wait(time.Second)
	if got := w.saved(at); got != "" || w.now(mine.ID).Body != "Bild 513 is red" {
		t.Errorf("after saving: %q, %q", got, w.now(mine.ID).Body)
	}
}

func TestEditOfWhatWasHiddenKeepsTheText(t *testing.T) {
	t.Parallel()
	w, ben, _, post := talk(t)
	steward := w.me
	w.app.me = ben.ID
	w.must(w.store.MarkWelcomed(w.ctx, ben.ID))
	s := w.on("platform")
	s.press("e")
	s.write(" and well")
	w.must(w.store.HidePost(w.ctx, steward, post.ID, "not yours to say"))
	s.hear()
	s.press("enter")
	s.wait(time.Second)
	s.sees("That post has been hidden meanwhile: not yours to say Your text is kept.", "Build 512 is green and well", "Hidden by a steward: not yours to say")
	s.press("esc", "y")
	s.misses("and well")
}

func TestReplyToWhatWasDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w, ben, platform, post := talk(t)
	s := w.on("platform")
	s.press("r")
	s.write("Well done")
	w.must(w.store.DeletePost(w.ctx, ben.ID, post.ID))
	s.hear()
	s.sees("This post was deleted by its author.", "Well done")
	s.press("enter")
	s.wait(time.Second)
	s.sees("Posted in #platform.", "Petra Marsh")
	s.press("r")
	s.write("More")
	w.must(w.store.LeaveChannel(w.ctx, w.me, platform.ID))
	s.hear()
	s.sees("You are looking in.")
	if got := w.saved(store.Place{Channel: platform.ID, Root: post.ID}); got != "More" {
		t.Errorf("the draft is %q", got)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	w, _, platform, post := talk(t)
	mine := w.post(store.Person{ID: w.me}, platform, 0, "Never mind")
	s := w.on("platform")
	s.press("d")
	s.sees("Delete this post?")
	s.press("esc")
	if w.now(mine.ID).Deleted {
		t.Fatal("deleted without a yes")
	}
	s.press("d", "y")
	if !w.now(mine.ID).Deleted {
		t.Fatal("not deleted")
	}
	s.sees("This post was deleted by its author.")
	s.press("down", "d")
	s.misses("Delete this post?")
	if w.now(post.ID).Deleted {
		t.Error("deleted another's post")
	}
}

func TestReplyQuoting(t *testing.T) {
	t.Parallel()
	w, _, _, post := talk(t)
	s := w.on("platform")
	s.press("R")
	s.sees("Thread · #platform", "> Build 512 is green")
	s.write("Since when?")
	s.press("enter")
	s.wait(time.Second)
	th, err := w.store.Thread(w.ctx, w.me, post.ID, 0, 10)
	w.must(err)
	if len(th.Replies) != 1 || th.Replies[0].Body != "> Build 512 is green\n\nSince when?" {
		t.Fatalf("replies: %+v", th.Replies)
	}
	s.sees("│ Build 512 is green", "Since when?")
}

func TestPin(t *testing.T) {
	t.Parallel()
	w, ben, _, post := talk(t)
	s := w.on("platform")
	s.press("p")
	if !w.now(post.ID).Pinned {
		t.Fatal("not pinned")
	}
	s.press("x")
	s.sees("Pinned: Ben Brook, Build 512 is green · P", "pinned · now")
	s.press("P")
	s.sees("Pinned · #platform", "Build 512 is green")
	s.press("esc", "p")
	s.press("x")
	s.misses("Pinned:")
	w.app.me = ben.ID
	w.must(w.store.MarkWelcomed(w.ctx, ben.ID))
	s = w.on("platform")
	s.press("p")
	if w.now(post.ID).Pinned {
		t.Error("pinned by somebody who is no steward")
	}
}

// TestPinsOfAChannelThatIsClosedToMe takes somebody out of a private channel while they read what is pinned there.
func TestPinsOfAChannelThatIsClosedToMe(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	c := w.found(store.NewChannel{Name: "merger", Private: true}, ben)
	p := w.post(store.Person{ID: w.me}, c, 0, "The price is 12")
	w.must(w.store.PinPost(w.ctx, w.me, p.ID, true))
	w.must(w.store.MarkWelcomed(w.ctx, ben.ID))
	maya := w.me
	w.app.me = ben.ID
	s := w.on("merger")
	s.press("P")
	s.sees("Pinned · #merger", "The price is 12")
	w.must(w.store.RemoveMember(w.ctx, maya, c.ID, "ben"))
	s.hear()
	s.sees("No such channel", "Esc goes back.")
	s.misses("merger", "12")
	w.must(w.store.AddMember(w.ctx, maya, c.ID, "ben"))
	s.hear()
	s.sees("Pinned · #merger", "The price is 12")
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	w, ben, platform, _ := talk(t)
	s := w.on("platform")
	s.press("n", "ctrl+q")
	s.sees("Question to #platform", "no question")
	s.write("Who has met Kestrel?")
	s.press("enter")
	s.wait(time.Second)
	s.sees("Question: Who has met Kestrel?", "1 question waits for an answer · Q")
	posts, err := w.store.ChannelPosts(w.ctx, w.me, platform.ID, 0, 1)
	w.must(err)
	q := posts[0]
	if !q.Question {
		t.Fatal("it is no question")
	}
	answer := w.post(ben, platform, q.ID, "I have")
	s.hear()
	s.press("Q")
	s.sees("Open questions", "Who has met Kestrel?")
	s.press("enter", "end")
	s.sees("A the answer")
	s.press("A")
	if w.now(q.ID).Answer != answer.ID {
		t.Fatal("no answer is chosen")
	}
	s.sees("the answer · now", "Answered by Ben Brook")
	s.press("esc")
	s.sees("No question waits")
	s.press("to #platform")
	s.sees("Answered by Ben Brook   1 reply, 1 new")
	s.misses("for an answer")
	s.press("home", "enter", "end", "A")
	if w.now(q.ID).Answer != 0 {
		t.Error("it is still the answer")
	}
}

func TestReportAndHide(t *testing.T) {
	t.Parallel()
	w, _, _, post := talk(t)
	s := w.on("platform")
	s.press("!", "enter")
	s.sees("Say why, in a few words")
	s.write("rude")
	s.press("enter")
	s.sees("Reported.")
	s.choose("Hide it, and say why")
	s.write("rude")
	s.press("enter")
	if p := w.now(post.ID); !p.Hidden || p.HiddenWhy != "rude" {
		t.Fatalf("hidden %v: %q", p.Hidden, p.HiddenWhy)
	}
	s.sees("Hidden by a steward: rude")
	s.choose("Show it again")
	s.sees("Build 512 is green")
}

// choose does an act by the menu of acts.
func (s *sitting) choose(name string) {
	s.t.Helper()
	s.press("o")
	p, ok := s.m.top().screen.(*page)
	if !ok {
		s.t.Fatalf("there is no menu of acts:\n%s", s.screen())
	}
	i := slices.IndexFunc(p.items, func(it item) bool { return it.label == name })
	if i < 0 {
		s.t.Fatalf("%q is not in the menu:\n%s", name, s.screen())
	}
	p.choose(i)
	s.press("enter")
}

func TestMove(t *testing.T) {
	t.Parallel()
	w, ben, _, post := talk(t)
	sales := w.found(store.NewChannel{Name: "sales"}, ben)
	w.found(store.NewChannel{Name: "secret", Private: true}, ben)
	s := w.on("platform")
	s.choose("Move the thread to another channel")
	s.sees("Move a thread · from #platform", "#sales")
	s.misses("#secret", "▌#platform")
	s.press("end", "enter")
	if got := w.now(post.ID).Channel; got != sales.ID {
		t.Fatalf("it is in %d", got)
	}
	s.sees("Moved to #sales.")
}

func TestCopyLink(t *testing.T) {
	t.Parallel()
	w, _, _, post := talk(t)
	s := w.on("platform")
	s.press("y")
	s.sees("ssh social.corp thread ")
	if !strings.Contains(s.screen(), "thread "+strconv.FormatInt(post.ID, 10)) {
		t.Errorf("not the number of the post:\n%s", s.screen())
	}
}

func TestMoreInAThread(t *testing.T) {
	t.Parallel()
	w, _, _, post := talk(t)
	s := w.on("platform")
	s.press("enter", "enter")
	s.sees("What to do", "Reply and quote it")
	s.press("esc")
	s.choose("React to it")
	s.sees("[1👍")
	s.press("1")
	if !w.now(post.ID).Reactions.Mine[0] {
		t.Error("no reaction")
	}
	s.press("o", "s") // the keys that stand in the menu work there, too
	s.sees("Thread · #platform")
	if !w.now(post.ID).Saved {
		t.Error("the key beside an act of the menu did not do it")
	}
}

// TestActsHaveOneKeyEach looks for acts that are in one another's way.
func TestActsHaveOneKeyEach(t *testing.T) {
	t.Parallel()
	w, ben, platform, post := talk(t)
	mine := w.post(store.Person{ID: w.me}, platform, 0, "Mine")
	reply := w.post(ben, platform, mine.ID, "Hm")
	w.must(w.store.MarkQuestion(w.ctx, w.me, mine.ID, true))
	th, err := w.store.Thread(w.ctx, w.me, mine.ID, 0, 10)
	w.must(err)
	now := func(id int64) *store.Post {
		p := w.now(id)
		return &p
	}
	for name, list := range map[string][]postAct{
		"another's": w.postActs(now(post.ID), w.channel("platform")), "mine": w.postActs(now(mine.ID), w.channel("platform")),
		"a reply": w.replyActs(now(reply.ID), th), "unknown place": w.postActs(&post, store.Channel{}),
	} {
		seen := map[string]string{}
		for _, act := range list {
			if seen["name "+act.name] != "" {
				t.Errorf("%s: %q is there twice", name, act.name)
			}
			seen["name "+act.name] = "x"
			for _, k := range act.key.Keys() {
				if seen[k] != "" {
					t.Errorf("%s: %s is for %q and for %q", name, k, act.name, seen[k])
				}
				seen[k] = act.name
			}
		}
	}
}

func TestHomeOrders(t *testing.T) {
	t.Parallel()
	w, ben, platform, post := talk(t)
	w.post(ben, platform, 0, "And 513")
	s := w.sit(80, 24)
	s.press("t")
	s.sees("Home · active")
	if s.row("And 513") > s.row("Build 512") {
		t.Error("the newest is not first")
	}
	w.post(ben, platform, post.ID, "A late reply")
	s.hear()
	s.sees("1 new above ↑")
	if s.row("And 513") > s.row("Build 512") {
		t.Error("what is being read has moved")
	}
	s.press(".")
	if s.row("And 513") < s.row("Build 512") {
		t.Errorf("what was talked about last is not first:\n%s", s.screen())
	}
	for range 3 * pageSize {
		w.post(ben, platform, 0, "Words")
	}
	w.post(ben, platform, post.ID, "A later reply")
	s.hear()
	s.press(".", "end", "end", "end", "end", "end")
	if n := len(s.m.top().screen.(*home).posts); n != 3*pageSize+2 {
		t.Errorf("%d posts, want %d", n, 3*pageSize+2)
	}
	s.sees("And 513")
	s.press("t")
	s.sees("Home · latest")
}

func TestActiveOrderReadsNothingUnseen(t *testing.T) {
	t.Parallel()
	w, ben, platform, post := talk(t)
	for range 3 * pageSize {
		w.post(ben, platform, 0, "Words")
	}
	w.post(ben, platform, post.ID, "A late reply")
	s := w.sit(80, 24)
	s.press("t")
	s.wait(2 * time.Second)
	s.wait(2 * time.Second)
	if n := w.unread(platform); n != 3*pageSize+1 && n != 3*pageSize {
		t.Errorf("%d are unread, want nearly all", n)
	}
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	w, ben, platform, _ := talk(t)
	w.readAll()
	s := w.sit(80, 24)
	s.misses("Since")
	s.m.Close(w.ctx)
	w.clock.add(4 * 24 * time.Hour)
	w.post(ben, platform, 0, "For @maya.lind")
	w.post(ben, w.channel("everyone"), 0, "For all")
	s = w.sit(80, 24)
	s.sees("Since Thursday: 1 mention, 2 posts in 2 channels")
	s.wait(5 * time.Second)
	s.sees("Since Thursday: 1 mention, 2 posts in 2 channels")
	s.m.Close(w.ctx)
	w.clock.add(time.Minute)
	s = w.sit(80, 24)
	s.misses("Since")
}

// In an archived channel nothing is offered that would change it.
func TestArchivedOffersNoChange(t *testing.T) {
	t.Parallel()
	w, ben, platform, post := talk(t)
	c := w.channel("platform")
	mine := func(p store.Post) *store.Post { p.Author = w.me; return &p }
	keysOf := func(c store.Channel) string {
		var out []string
		for _, a := range w.app.postActs(mine(post), c) {
			out = append(out, a.key.Help().Key)
		}
		return strings.Join(out, "")
	}
	_, _ = ben, platform
	c.Steward = true
	for _, k := range []string{"e", "+", "p"} {
		open, archived := c, c
		archived.Archived = true
		if !strings.Contains(keysOf(open), k) || strings.Contains(keysOf(archived), k) {
			t.Errorf("%s: %q where it is open, %q where it is archived", k, keysOf(open), keysOf(archived))
		}
	}
}
