package store_test

import (
	"testing"
	"time"

	"tincan/store"
)

func (w *world) ask(me, channel int64, body string) store.Post {
	w.t.Helper()
	w.clock.add(time.Second)
	p, err := w.CreatePost(w.ctx, me, store.NewPost{Place: store.Place{Channel: channel}, Body: body, Question: true})
	w.must(err)
	return p
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara, jon := w.person("maya"), w.person("ben"), w.person("tara"), w.admin("jon")
	open := func(me int64) string {
		t.Helper()
		posts, err := w.Unanswered(w.ctx, me)
		w.must(err)
		return bodies(posts)
	}
	q := w.ask(maya, w.everyone(), "why?")
	w.ask(maya, w.everyone(), "how?")
	equal(t, "a question", q.Question && q.Answer == 0, true)
	equal(t, "listed for stewards, oldest first", open(jon), "why? how?")
	equal(t, "and for nobody else", open(maya), "")

	r := w.reply(ben, q.ID, "because")
	second := w.reply(maya, q.ID, "therefore")
	elsewhere := w.reply(ben, w.post(ben, w.everyone(), "no question").ID, "x")
	refused(t, w.ResolveQuestion(w.ctx, tara, r.ID, true), store.ErrForbidden, "Only maya, who asked, or a steward of #everyone can choose the answer.")
	refused(t, w.ResolveQuestion(w.ctx, ben, r.ID, true), store.ErrForbidden, "Only maya, who asked")
	refused(t, w.ResolveQuestion(w.ctx, maya, q.ID, true), store.ErrInvalid, "Choose the reply that answers the question.")
	refused(t, w.ResolveQuestion(w.ctx, ben, elsewhere.ID, true), store.ErrInvalid, "That thread does not start with a question.")
	refused(t, w.ResolveQuestion(w.ctx, maya, 7, true), store.ErrNotFound, "")

	w.must(w.ResolveQuestion(w.ctx, maya, r.ID, true))
	w.must(w.ResolveQuestion(w.ctx, maya, r.ID, true))
	equal(t, "answered", w.get(tara, q.ID).Answer, r.ID)
	equal(t, "who answered is told once", w.inbox(ben), "answer maya 1 new, reply maya 1 new")
	equal(t, "not open", open(jon), "how?")
	w.must(w.ResolveQuestion(w.ctx, maya, second.ID, false)) // was not chosen
	equal(t, "still answered", w.get(tara, q.ID).Answer, r.ID)
	w.must(w.ResolveQuestion(w.ctx, jon, second.ID, true)) // a steward knows better
	equal(t, "answered by another", w.get(tara, q.ID).Answer, second.ID)
	equal(t, "who asked and answered is told once", w.inbox(maya), "answer jon 1 new, reply ben 1 new")
	w.must(w.ResolveQuestion(w.ctx, jon, second.ID, false))
	equal(t, "open again", open(jon), "why? how?")

	w.must(w.ResolveQuestion(w.ctx, maya, r.ID, true))
	w.must(w.DeletePost(w.ctx, ben, r.ID))
	equal(t, "an answer that is deleted answers nothing", open(jon), "why? how?")
	w.must(w.ResolveQuestion(w.ctx, maya, second.ID, true))
	w.must(w.MarkQuestion(w.ctx, maya, q.ID, true))
	equal(t, "marking it again forgets nothing", w.get(maya, q.ID).Answer, second.ID)
	w.must(w.MarkQuestion(w.ctx, maya, q.ID, false))
	equal(t, "no question", row(w.get(maya, q.ID).Question, w.get(maya, q.ID).Answer), "false 0")
	w.must(w.MarkQuestion(w.ctx, maya, q.ID, true))
	equal(t, "one again", open(jon), "why? how?")
	w.must(w.HidePost(w.ctx, jon, q.ID, "rude"))
	equal(t, "a hidden one waits for no answer", open(jon), "how?")
	refused(t, w.MarkQuestion(w.ctx, ben, q.ID, true), store.ErrForbidden, "hidden meanwhile: rude")
	refused(t, w.MarkQuestion(w.ctx, maya, second.ID, true), store.ErrInvalid, "Only the first post of a thread can be a question.")
	refused(t, w.MarkQuestion(w.ctx, jon, elsewhere.ID, true), store.ErrForbidden, "you can change your own only")
	made, err := w.CreatePost(w.ctx, ben, store.NewPost{Place: store.Place{Root: q.ID}, Body: "x?", Question: true})
	w.must(err)
	equal(t, "a reply asks nothing", made.Question, false)
	w.healthy()
}
