package tui

import (
	"testing"
	"time"

	"tincan/store"
)

// day is the full world after a day of work on its posts: reactions, a question with an answer and one
// without, pinned, saved, edited, hidden and deleted posts, and every mark that a text may have.
func day(t *testing.T) *world {
	w := full(t)
	me, platform, everyone := store.Person{ID: w.me}, w.channel("platform"), w.channel("everyone")
	someone := func(handle string) store.Person {
		p, err := w.store.Person(w.ctx, w.me, handle)
		w.must(err)
		return p
	}
	ben, tara, maya := someone("ben"), someone("tara"), someone("lind")
	posts, err := w.store.ChannelPosts(w.ctx, w.me, platform.ID, 0, 10)
	w.must(err)
	build, deploy := posts[0], posts[len(posts)-1]
	for i, p := range []store.Person{ben, tara, maya, me} {
		w.must(w.store.React(w.ctx, p.ID, build.ID, store.Reaction(i%2), true))
	}
	w.must(w.store.PinPost(w.ctx, w.me, deploy.ID, true))
	w.must(w.store.SavePost(w.ctx, w.me, deploy.ID, true))
	w.must(w.store.SavePost(w.ctx, w.me, build.ID, true))
	ask := func(body string) store.Post {
		w.clock.add(time.Minute)
		p, err := w.store.CreatePost(w.ctx, tara.ID, store.NewPost{Place: store.Place{Channel: platform.ID}, Body: body, Question: true})
		w.must(err)
		return p
	}
	answered := ask("Which runner has the clock?")
	answer := w.post(ben, platform, answered.ID, "> Which runner has the clock?\n\n`eu-north-1`, the **third** one.")
	w.must(w.store.ResolveQuestion(w.ctx, tara.ID, answer.ID, true))
	ask("Who owns the ~~old~~ wiki?")
	edited := w.post(me, platform, 0, "The plan:\n1. *freeze*\n2. release, and tell [everyone](https://wiki.nordwind.example/plan)\n   - mail\n   - #everyone\n\n> Never on a Friday.")
	for _, text := range []string{"The plan, again", edited.Body} {
		w.clock.add(time.Minute)
		_, err := w.store.EditPost(w.ctx, w.me, edited.ID, text)
		w.must(err)
	}
	hidden := w.post(tara, platform, 0, "Not to be read")
	w.must(w.store.HidePost(w.ctx, w.me, hidden.ID, "names a customer"))
	gone := w.post(ben, everyone, 0, "Not to be read either")
	w.must(w.store.DeletePost(w.ctx, ben.ID, gone.ID))
	return w
}

// dayNasty is the nasty world with everything saved, pinned, asked and reacted to.
func dayNasty(t *testing.T) *world {
	w := nasty(t)
	posts, err := w.store.ChannelPosts(w.ctx, w.me, w.channel("everyone").ID, 0, 20)
	w.must(err)
	for i, p := range posts {
		w.must(w.store.SavePost(w.ctx, w.me, p.ID, true))
		w.must(w.store.PinPost(w.ctx, w.me, p.ID, true))
		for r := range store.Reaction(store.ReactionKinds) {
			w.must(w.store.React(w.ctx, w.me, p.ID, r, true))
		}
		if i%2 == 0 {
			w.must(w.store.MarkQuestion(w.ctx, p.Author, p.ID, true))
		}
	}
	return w
}

// away is the day of somebody who comes back after it.
func away(t *testing.T) *world {
	w := day(t)
	_, err := w.store.Arrive(w.ctx, w.me)
	w.must(err)
	w.must(w.store.Depart(w.ctx, w.me))
	w.clock.add(3 * 24 * time.Hour)
	return w
}

func TestDayLooks(t *testing.T)      { inEverySize(t, day, "to #platform") }
func TestDayBelowLooks(t *testing.T) { inEverySize(t, day, "to #platform", "end") }
func TestDayHelpLooks(t *testing.T)  { inEverySize(t, day, "to #platform", "down", "?") }
func TestAwayLooks(t *testing.T)     { inEverySize(t, away) }
func TestActiveLooks(t *testing.T)   { inEverySize(t, day, "t") }
func TestReactingLooks(t *testing.T) { inEverySize(t, day, "to #platform", "end", "up", "+", "right") }
func TestEditingLooks(t *testing.T)  { inEverySize(t, day, "to #platform", "down", "e") }
func TestVersionsLooks(t *testing.T) { inEverySize(t, day, "to #platform", "down", "v") }
func TestMoreLooks(t *testing.T)     { inEverySize(t, day, "to #platform", "down", "o") }
func TestMoreInThreadLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, day, "to #platform", "down", "down", "down", "enter", "end", "enter")
}
func TestAnswerLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, day, "to #platform", "down", "down", "down", "enter", "end")
}
func TestReportLooks(t *testing.T)        { inEverySize(t, day, "to #platform", "end", "!") }
func TestDeletingLooks(t *testing.T)      { inEverySize(t, day, "to #platform", "down", "d") }
func TestQuotingLooks(t *testing.T)       { inEverySize(t, day, "to #platform", "end", "R") }
func TestAskingLooks(t *testing.T)        { inEverySize(t, day, "to #platform", "n", "ctrl+q", "W", "h", "o") }
func TestPinsLooks(t *testing.T)          { inEverySize(t, day, "to #platform", "P") }
func TestQuestionsLooks(t *testing.T)     { inEverySize(t, day, "to #platform", "Q") }
func TestNoQuestionsLooks(t *testing.T)   { inEverySize(t, full, "to #platform", "Q") }
func TestSavedLooks(t *testing.T)         { inEverySize(t, day, "to saved") }
func TestNothingSavedLooks(t *testing.T)  { inEverySize(t, settled, "to saved") }
func TestNastyDayLooks(t *testing.T)      { inEverySize(t, dayNasty, "to #everyone") }
func TestNastySavedLooks(t *testing.T)    { inEverySize(t, dayNasty, "to saved") }
func TestNastyQuestionLooks(t *testing.T) { inEverySize(t, dayNasty, "to #everyone", "R") }
func TestEmptyMoreLooks(t *testing.T)     { inEverySize(t, settled, "to #everyone", "enter") }

func TestMoveLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, func(t *testing.T) *world {
		w := day(t)
		w.found(store.NewChannel{Name: "alpha"})
		return w
	}, "to #platform", "down", "to move")
}
