package store_test

import (
	"strings"
	"testing"

	"tincan/store"
)

func (w *world) begun(me int64, at store.Place) store.Draft {
	w.t.Helper()
	d, err := w.Draft(w.ctx, me, at)
	w.must(err)
	return d
}

func (w *world) draft(me int64, at store.Place) string {
	w.t.Helper()
	return w.begun(me, at).Body
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	root := w.post(maya, sales, "root")
	reply := w.reply(maya, root.ID, "reply")
	at, in := store.Place{Channel: sales}, store.Place{Channel: sales, Root: root.ID}

	equal(t, "none yet", w.draft(maya, at), "")
	equal(t, "flag", w.channel(maya, sales).Draft, false)
	w.must(w.SaveDraft(w.ctx, maya, at, store.Draft{Body: "a root\n\n  with room \x1b[31m"}))
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Root: reply.ID}, store.Draft{Body: "an answer"}))
	equal(t, "root", w.draft(maya, at), "a root\n\n  with room ")
	equal(t, "reply, found by its thread", w.draft(maya, in), "an answer")
	equal(t, "reply, found by a reply", w.draft(maya, store.Place{Root: reply.ID}), "an answer")
	equal(t, "flag", w.channel(maya, sales).Draft, true)

	// Another session writes over it, nobody else sees it.
	w.must(w.SaveDraft(w.ctx, maya, at, store.Draft{Body: "newer"}))
	equal(t, "the last one counts", w.draft(maya, at), "newer")
	equal(t, "ben's", w.draft(ben, at)+w.draft(ben, in), "")
	equal(t, "ben's flag", w.channel(ben, sales).Draft, false)

	// How it is to go out goes with it, and may be there before it.
	how := store.Draft{How: "To: Finance\nDue: 3d \x1b[31m"}
	w.must(w.SaveDraft(w.ctx, maya, at, how))
	equal(t, "no text yet", row(w.begun(maya, at), w.channel(maya, sales).Draft), "{ To: Finance\nDue: 3d } true")
	how.Body = "newer"
	w.must(w.SaveDraft(w.ctx, maya, at, how))
	equal(t, "with a text", row(w.begun(maya, at), w.begun(ben, at)), "{newer To: Finance\nDue: 3d } { }")
	w.must(w.SaveDraft(w.ctx, maya, at, store.Draft{Body: "newer"}))
	equal(t, "as an ordinary post after all", row(w.begun(maya, at)), "{newer }")

	w.must(w.SaveDraft(w.ctx, maya, in, store.Draft{}))
	equal(t, "emptied", w.draft(maya, in), "")
	equal(t, "rows", w.number(`SELECT count(*) FROM draft`), 1)

	// A place where one may not post may still hold what one has begun.
	w.must(w.SaveDraft(w.ctx, ben, at, store.Draft{Body: "before joining"}))
	_, err := w.CreatePost(w.ctx, ben, store.NewPost{Place: at, Body: "before joining", FromDraft: true})
	refused(t, err, store.ErrForbidden, "join it first")
	equal(t, "kept", w.draft(ben, at), "before joining")
	refused(t, w.SaveDraft(w.ctx, ben, store.Place{Channel: 12345}, store.Draft{Body: "x"}), store.ErrNotFound, "There is no channel of that name here.")
	refused(t, w.SaveDraft(w.ctx, ben, store.Place{Root: 12345}, store.Draft{Body: "x"}), store.ErrNotFound, "There is no post of that number here.")
}

// The draft goes with the post that it became, and with no other.
func TestPostFromDraft(t *testing.T) {
	t.Parallel()
	w := newLimitedWorld(t)
	maya := w.person("maya")
	at := store.Place{Channel: w.everyone()}
	root := w.post(maya, w.everyone(), "root")
	in := store.Place{Channel: w.everyone(), Root: root.ID}
	w.must(w.SaveDraft(w.ctx, maya, at, store.Draft{Body: "a root"}))
	w.must(w.SaveDraft(w.ctx, maya, in, store.Draft{Body: "an answer"}))

	w.write(maya, at, "something else")
	equal(t, "kept beside another post", w.draft(maya, at), "a root")
	heard := w.listen(maya)
	reply, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: in, Body: "an answer", FromDraft: true})
	w.must(err)
	// Her other windows show the draft too, and are told that it is gone.
	heard.expect(store.Event{Kind: store.Read, Channel: in.Channel, Root: root.ID, By: maya}, store.Event{Kind: store.Posted, Channel: in.Channel, Root: root.ID, Post: reply.ID, By: maya})
	heard.stop()
	equal(t, "gone with its post", w.draft(maya, in), "")
	equal(t, "the other is kept", w.draft(maya, at), "a root")

	w.must(w.SaveDraft(w.ctx, maya, in, store.Draft{Body: "another answer", How: "Question"}))
	_, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Root: reply.ID}, Body: "another answer", FromDraft: true})
	w.must(err)
	equal(t, "gone, though a reply was answered", w.begun(maya, in), store.Draft{})

	for err = nil; err == nil; { // until it is too often
		_, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: in, Body: "x"})
	}
	for body, kind := range map[string]error{"": store.ErrInvalid, strings.Repeat("x", store.PostLimit+1): store.ErrInvalid, "too often": store.ErrLimited} {
		_, err = w.CreatePost(w.ctx, maya, store.NewPost{Place: at, Body: body, FromDraft: true})
		refused(t, err, kind, "")
		equal(t, "kept when refused", w.draft(maya, at), "a root")
	}
}

func TestDraftLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	at := store.Place{Channel: w.everyone()}
	most := strings.Repeat("x", store.DraftLimit)
	w.must(w.SaveDraft(w.ctx, maya, at, store.Draft{Body: most})) // far too long to post, and kept
	for _, d := range []store.Draft{{Body: most + "x"}, {Body: "short", How: most + "x"}} {
		refused(t, w.SaveDraft(w.ctx, maya, at, d), store.ErrInvalid, "That is too much text to keep: 65,537 bytes of 65,536.")
	}
	equal(t, "what was there before", len(w.draft(maya, at)), store.DraftLimit)

	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
		INSERT INTO draft (person_id, channel_id, root_id, body, saved_at) SELECT ?, 1, i, 'x', 1 FROM n`, ben)
	refused(t, w.SaveDraft(w.ctx, ben, at, store.Draft{Body: "one more"}), store.ErrLimited, "You have 500 unsent texts; send or empty one of them first.")
	equal(t, "not kept", w.draft(ben, at), "")
	w.raw(`UPDATE draft SET root_id = 0 WHERE person_id = ? AND root_id = 1`, ben)
	w.must(w.SaveDraft(w.ctx, ben, at, store.Draft{Body: "changing one is not one more"}))
}

// What one writes in the place of a post of one's own is a draft too, beside that of a new post there.
func TestDraftOfAnEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	root := w.post(maya, sales, "root")
	reply := w.reply(maya, root.ID, "reply")
	edit := func(p store.Post) store.Place { return store.Place{Edit: p.ID} }
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Channel: sales}, store.Draft{Body: "a new one"}))
	w.must(w.SaveDraft(w.ctx, maya, edit(root), store.Draft{Body: "root, better"}))
	w.must(w.SaveDraft(w.ctx, maya, edit(reply), store.Draft{Body: "reply, better"}))
	equal(t, "each its own", row(w.draft(maya, store.Place{Channel: sales}), w.draft(maya, edit(root)), w.draft(maya, edit(reply))),
		"a new one root, better reply, better")
	refused(t, w.SaveDraft(w.ctx, ben, edit(root), store.Draft{Body: "x"}), store.ErrForbidden, "That post is maya's")
	refused(t, w.SaveDraft(w.ctx, maya, edit(store.Post{ID: 12345}), store.Draft{Body: "x"}), store.ErrNotFound, "There is no post of that number here.")

	w.edit(maya, root.ID, "root, better")
	equal(t, "an edit that was made", row(w.draft(maya, edit(root)), w.draft(maya, edit(reply)), w.draft(maya, store.Place{Channel: sales})), "reply, better a new one")

	// Hidden meanwhile, it is kept; moved, it comes along; deleted, it goes.
	w.must(w.HidePost(w.ctx, maya, reply.ID, "for a while"))
	w.must(w.SaveDraft(w.ctx, maya, edit(reply), store.Draft{Body: "reply, later"}))
	w.must(w.SaveDraft(w.ctx, maya, edit(root), store.Draft{Body: "root, later"}))
	other := w.open(maya, "other")
	w.must(w.MoveThread(w.ctx, maya, root.ID, other))
	equal(t, "moved", row(w.draft(maya, edit(root)), w.draft(maya, edit(reply)), w.channel(maya, other).Draft), "root, later reply, later true")
	w.must(w.DeletePost(w.ctx, maya, reply.ID))
	w.must(w.DeletePost(w.ctx, maya, root.ID))
	equal(t, "drafts left", w.number(`SELECT count(*) FROM draft`), 1)
	refused(t, w.SaveDraft(w.ctx, maya, edit(root), store.Draft{Body: "x"}), store.ErrForbidden, "That post has been deleted meanwhile.")
	w.healthy()
}
