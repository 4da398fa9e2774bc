package store_test

import (
	"testing"

	"tincan/store"
)

func TestParseReaction(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]store.Reaction{"👍": 0, "+1": 0, ":thumbsup:": 0, "YES": 0, "❤️": 1, "❤": 1, "heart": 1, " tada ": 2, "👀": 4, "done": 5, "✅": 5} {
		r, err := store.ParseReaction(in)
		if err != nil || r != want {
			t.Errorf("%q: %v, %v; want %v", in, r, err, want)
		}
	}
	for _, in := range []string{"", "::", "shrug", "👎", "0", "\x00"} {
		_, err := store.ParseReaction(in)
		refused(t, err, store.ErrInvalid, "There is no such reaction. There are: thumbsup, heart, tada, smile, eyes, check.")
	}
	for r := range store.Reaction(store.ReactionKinds) {
		for _, s := range []string{r.Emoji(), r.Word()} {
			if got, err := store.ParseReaction(s); err != nil || got != r {
				t.Errorf("%q: %v, %v", s, got, err)
			}
		}
	}
}

func TestReact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	p := w.post(maya, w.everyone(), "x")
	react := func(me int64, r store.Reaction, on bool) { t.Helper(); w.must(w.React(w.ctx, me, p.ID, r, on)) }
	seen := func(me int64) string { t.Helper(); r := w.get(me, p.ID).Reactions; return row(r.Count, r.Mine) }
	react(ben, 0, true)
	react(ben, 0, true)
	react(ben, 3, true)
	react(tara, 0, true)
	equal(t, "ben", seen(ben), "[2 0 0 1 0 0] [true false false true false false]")
	equal(t, "tara", seen(tara), "[2 0 0 1 0 0] [true false false false false false]")
	equal(t, "maya", seen(maya), "[2 0 0 1 0 0] [false false false false false false]")
	equal(t, "in a page", w.thread(ben, p.ID).Root.Reactions, w.get(ben, p.ID).Reactions)
	was := w.get(ben, p.ID).Revision
	react(maya, 1, false) // what is not there cannot go
	equal(t, "nothing changed", w.get(ben, p.ID).Revision, was)
	react(ben, 0, false)
	react(ben, 0, false)
	equal(t, "one less", seen(ben), "[1 0 0 1 0 0] [false false false true false false]")
	react(ben, 3, false)
	react(tara, 0, false)
	equal(t, "none", seen(tara), "[0 0 0 0 0 0] [false false false false false false]")
	equal(t, "as if there had been none", w.text(`SELECT reactions FROM post WHERE id = ?`, p.ID), "")
	for _, r := range []store.Reaction{-1, store.Reaction(store.ReactionKinds), 1 << 40} {
		refused(t, w.React(w.ctx, ben, p.ID, r, true), store.ErrInvalid, "There is no such reaction.")
	}
	refused(t, w.React(w.ctx, ben, 7, 0, true), store.ErrNotFound, "")
	w.healthy()
}
