package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func (w *world) edit(me, id int64, body string) store.Post {
	w.t.Helper()
	w.clock.add(time.Second)
	p, err := w.EditPost(w.ctx, me, id, body)
	w.must(err)
	return p
}

func (w *world) get(me, id int64) store.Post {
	w.t.Helper()
	p, err := w.Post(w.ctx, me, id)
	w.must(err)
	return p
}

// said is what a post has said before, oldest first.
func (w *world) said(me, id int64) string {
	w.t.Helper()
	all, err := w.Versions(w.ctx, me, id)
	w.must(err)
	var said []string
	for _, v := range all {
		said = append(said, v.Body)
	}
	return strings.Join(said, "|")
}

func TestEditPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	p := w.post(maya, w.everyone(), "first #old")
	equal(t, "versions of what was never edited", w.said(ben, p.ID), "")
	again := w.edit(maya, p.ID, "first #old")
	equal(t, "the same text is no edit", row(again.EditedAt.IsZero(), again.Revision == p.Revision), "true true")
	second := w.edit(maya, p.ID, " second\x1b[2J #new \n")
	equal(t, "cleaned", second.Body, "second #new")
	equal(t, "edited", row(second.EditedAt.Equal(w.clock.Now()), second.Revision != p.Revision, second.At.Equal(p.At)), "true true true")
	w.edit(maya, p.ID, "third")
	equal(t, "earlier versions", w.said(ben, p.ID), "first #old|second #new")
	all, err := w.Versions(w.ctx, ben, p.ID)
	w.must(err)
	equal(t, "when they were written", row(all[0].At.Equal(p.At), all[1].At.Equal(second.EditedAt)), "true true")
	equal(t, "tags follow", w.number(`SELECT count(*) FROM tag`), 0)

	_, err = w.EditPost(w.ctx, ben, p.ID, "mine now")
	refused(t, err, store.ErrForbidden, "That post is maya's; you can change your own only.")
	_, err = w.EditPost(w.ctx, maya, p.ID, " \n ")
	refused(t, err, store.ErrInvalid, "There is nothing to post yet")
	_, err = w.EditPost(w.ctx, maya, p.ID, strings.Repeat("x", 1001))
	refused(t, err, store.ErrInvalid, "Your text has 1,001 characters")
	_, err = w.EditPost(w.ctx, maya, 7, "x")
	refused(t, err, store.ErrNotFound, "")
	for i := range 48 {
		w.edit(maya, p.ID, fmt.Sprint(i))
	}
	_, err = w.EditPost(w.ctx, maya, p.ID, "once more")
	refused(t, err, store.ErrLimited, "edited 50 times; write a reply instead.")
	w.healthy()
}

// An edit tells those whom it newly names, and nobody twice.
func TestEditMentions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	p := w.post(maya, w.everyone(), "ask @ben")
	equal(t, "ben was told", w.inbox(ben), "mention maya 1 new")
	w.must(w.MarkInbox(w.ctx, ben, 0))
	w.edit(maya, p.ID, "please ask @ben or @tara")
	equal(t, "ben is not told again", w.inbox(ben), "mention maya 1")
	equal(t, "tara is", w.inbox(tara), "mention maya 1 new")
	w.edit(maya, p.ID, "ask @tara")
	equal(t, "mentions", w.number(`SELECT count(*) FROM mention WHERE person_id = ?`, ben), 0)
	equal(t, "who was told stays told", w.inbox(ben), "mention maya 1")
}

func TestDeletePost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	root := w.post(maya, w.everyone(), "root @tara #tag")
	w.edit(maya, root.ID, "root, edited @tara #tag")
	first := w.reply(ben, root.ID, "first")
	last := w.reply(ben, root.ID, "last")
	w.must(w.React(w.ctx, ben, root.ID, 0, true))
	refused(t, w.DeletePost(w.ctx, ben, root.ID), store.ErrForbidden, "That post is maya's")
	refused(t, w.DeletePost(w.ctx, ben, 7), store.ErrNotFound, "")

	equal(t, "new for maya", w.news(maya, root.ID), 2)
	w.must(w.DeletePost(w.ctx, ben, last.ID))
	th := w.thread(tara, root.ID)
	equal(t, "the thread", row(th.Root.Replies, th.Root.LastReplyAt.Equal(first.At), len(th.Replies), th.Replies[1].Deleted, th.Replies[1].Body == ""), "1 true 2 true true")
	equal(t, "new for maya", w.news(maya, root.ID), 1)
	equal(t, "told", w.inbox(maya), "reaction ben 1 new, reply ben 1 new")
	w.must(w.DeletePost(w.ctx, ben, first.ID))
	equal(t, "nothing is new any more", w.news(maya, root.ID), 0)
	equal(t, "nor in the inbox", w.inbox(maya), "reaction ben 1 new, reply ben 1")
	equal(t, "no reply is the last", w.get(maya, root.ID).LastReplyBy, "")
	w.reply(ben, root.ID, "again")
	equal(t, "then one is new again", w.news(maya, root.ID), 1)

	equal(t, "unread", w.unread(ben, w.everyone()), 1)
	w.must(w.DeletePost(w.ctx, maya, root.ID))
	equal(t, "unread after", w.unread(ben, w.everyone()), 0)
	equal(t, "a stub keeps the thread", row(w.get(ben, root.ID).Deleted, w.get(ben, root.ID).Body == "", len(w.thread(ben, root.ID).Replies)), "true true 3")
	equal(t, "tara's mention is gone", w.inbox(tara), "reply ben 1 new")
	for _, table := range []string{"version", "reaction", "mention", "tag"} {
		equal(t, table, w.number(`SELECT count(*) FROM `+table), 0)
	}
	gone := "That post has been deleted meanwhile."
	_, err := w.EditPost(w.ctx, maya, root.ID, "x")
	refused(t, err, store.ErrForbidden, gone)
	_, err = w.Versions(w.ctx, maya, root.ID)
	refused(t, err, store.ErrForbidden, gone)
	refused(t, w.DeletePost(w.ctx, maya, root.ID), store.ErrForbidden, gone)
	refused(t, w.React(w.ctx, ben, root.ID, 0, true), store.ErrForbidden, gone)
	refused(t, w.SavePost(w.ctx, ben, root.ID, true), store.ErrForbidden, gone)
	refused(t, w.ReportPost(w.ctx, ben, root.ID, "x"), store.ErrForbidden, gone)
	w.reply(ben, root.ID, "a reply still finds its thread")
	w.healthy()
}

// What was read, deleted or written by oneself keeps its place in the counts, in whatever order it happens.
func TestUnreadOverDeletions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	ch := w.everyone()
	var posts []store.Post
	for range 5 {
		posts = append(posts, w.post(ben, ch, "x"))
	}
	w.must(w.DeletePost(w.ctx, ben, posts[1].ID))
	w.must(w.DeletePost(w.ctx, ben, posts[4].ID))
	equal(t, "unread", w.unread(maya, ch), 3)
	w.must(w.MarkRead(w.ctx, maya, ch, posts[2].Seq))
	equal(t, "one left", w.unread(maya, ch), 1)
	w.post(maya, ch, "own")
	equal(t, "one left still", w.unread(maya, ch), 1)
	w.must(w.MarkRead(w.ctx, maya, ch, 1<<40))
	w.must(w.DeletePost(w.ctx, ben, posts[3].ID)) // after it was read
	equal(t, "none", w.unread(maya, ch), 0)
	w.must(w.UnreadFrom(w.ctx, maya, posts[0].ID))
	equal(t, "those that are left", w.unread(maya, ch), 2)
	w.healthy()
}

// An archived channel can be read and nothing in it changes, but for what its authors and stewards take away.
func TestArchivedIsReadOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	old, other := w.open(maya, "old"), w.open(maya, "other")
	w.join(old, ben)
	asked := w.ask(ben, old, "who?")
	reply := w.reply(maya, asked.ID, "me")
	w.raw(`UPDATE channel SET archived_at = 1 WHERE id = ?`, old)
	_, edited := w.EditPost(w.ctx, ben, asked.ID, "whom?")
	for what, err := range map[string]error{
		"edit":     edited,
		"react":    w.React(w.ctx, maya, asked.ID, 0, true),
		"resolve":  w.ResolveQuestion(w.ctx, ben, reply.ID, true),
		"question": w.MarkQuestion(w.ctx, ben, asked.ID, false),
		"pin":      w.PinPost(w.ctx, maya, asked.ID, true),
		"move":     w.MoveThread(w.ctx, maya, asked.ID, other),
	} {
		t.Run(what, func(t *testing.T) {
			refused(t, err, store.ErrForbidden, "#old is archived; it can be read, and nothing is written there any more.")
		})
	}
	w.must(w.SavePost(w.ctx, maya, asked.ID, true))
	w.must(w.HidePost(w.ctx, maya, asked.ID, "a name in it"))
	w.must(w.DeletePost(w.ctx, ben, asked.ID))
	equal(t, "deleted, also while hidden", row(w.get(maya, asked.ID).Deleted, w.get(maya, asked.ID).Hidden), "true false")
	w.healthy()
}

// A hidden post is still its author's to delete, and then nothing of it is left.
func TestDeleteHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	p := w.post(ben, sales, "@maya a #secret slip")
	w.must(w.HidePost(w.ctx, maya, p.ID, "a slip"))
	refused(t, w.DeletePost(w.ctx, maya, p.ID), store.ErrForbidden, "That post is ben's")
	w.must(w.DeletePost(w.ctx, ben, p.ID))
	equal(t, "what is left", w.number(`SELECT (SELECT count(*) FROM tag) + (SELECT count(*) FROM mention) + (SELECT count(*) FROM post WHERE body <> '' OR hidden_why <> '')`), 0)
	refused(t, w.UnhidePost(w.ctx, ben, p.ID), store.ErrForbidden, "Only the stewards")
	w.healthy()
}
