package store_test

import (
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

// A hidden text is seen by nobody, whichever way they come.
func TestHidePost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.admin("jon")
	root := w.post(maya, w.everyone(), "before @ben")
	w.edit(maya, root.ID, "rude @ben")
	reply := w.reply(maya, root.ID, "ruder @ben")
	w.must(w.SavePost(w.ctx, ben, root.ID, true))
	w.must(w.PinPost(w.ctx, jon, root.ID, true))
	w.indexed()
	refused(t, w.HidePost(w.ctx, ben, root.ID, "x"), store.ErrForbidden, "Only the stewards of #everyone can do that. Ask one of them.")
	refused(t, w.HidePost(w.ctx, jon, root.ID, " \n"), store.ErrInvalid, "Say why, in a few words: everyone can read it.")
	refused(t, w.HidePost(w.ctx, jon, root.ID, strings.Repeat("x", 301)), store.ErrInvalid, "That reason is 301 characters; it may have 300.")
	refused(t, w.HidePost(w.ctx, jon, 7, "x"), store.ErrNotFound, "")
	w.must(w.HidePost(w.ctx, jon, root.ID, "not\nkind"))
	w.must(w.HidePost(w.ctx, jon, reply.ID, "nor that"))
	why := "That post has been hidden meanwhile: not kind"
	refused(t, w.HidePost(w.ctx, jon, root.ID, "x"), store.ErrForbidden, why)

	for _, me := range []int64{maya, ben, jon} {
		var seen []store.Post
		add := func(posts []store.Post, err error) {
			t.Helper()
			w.must(err)
			if len(posts) == 0 {
				t.Fatalf("nothing came")
			}
			seen = append(seen, posts...)
		}
		add(w.Home(w.ctx, me, 0, 10))
		add(w.HomeSince(w.ctx, me, noon, 10))
		add(w.ChannelPosts(w.ctx, me, w.everyone(), 0, 10))
		add(w.ChannelLog(w.ctx, me, w.everyone(), 10))
		add(w.PersonPosts(w.ctx, me, maya, 0, 10))
		active, _, err := w.HomeActive(w.ctx, me, 0, 10)
		add(active, err)
		th := w.thread(me, root.ID)
		add(append(th.Replies, th.Root), nil)
		add([]store.Post{w.get(me, root.ID), w.get(me, reply.ID)}, nil)
		if me == ben {
			add(w.Saved(w.ctx, me, 0, 10))
			items, err := w.Inbox(w.ctx, me, nil, 10)
			w.must(err)
			add([]store.Post{items[0].Post, items[1].Post}, nil)
		}
		for _, p := range seen {
			equal(t, "hidden", row(p.Hidden, p.Body == "", p.HiddenWhy != ""), "true true true")
		}
		pinned, err := w.Pinned(w.ctx, me, w.everyone())
		w.must(err)
		equal(t, "pinned", len(pinned), 0)
		for _, q := range []string{"rude", "ruder", "before", "from:maya", "rude*", "since:1d"} {
			equal(t, q, w.find(me, q), "")
		}
		_, err = w.Versions(w.ctx, me, root.ID)
		refused(t, err, store.ErrForbidden, why)
		refused(t, w.React(w.ctx, me, root.ID, 0, true), store.ErrForbidden, why)
		refused(t, w.SavePost(w.ctx, me, root.ID, true), store.ErrForbidden, why)
	}
	_, err := w.EditPost(w.ctx, maya, root.ID, "x")
	refused(t, err, store.ErrForbidden, why)
	w.indexed()
	equal(t, "nor in the index", w.number(inIndex), 0)

	refused(t, w.UnhidePost(w.ctx, ben, root.ID), store.ErrForbidden, "Only the stewards of #everyone")
	w.must(w.UnhidePost(w.ctx, jon, root.ID))
	p := w.get(ben, root.ID)
	equal(t, "back as it was", row(p.Body, p.Hidden, p.HiddenWhy == "", p.Pinned, p.Saved), "rude @ben false true true true")
	equal(t, "its versions too", w.said(ben, root.ID), "before @ben")
	w.indexed()
	equal(t, "found again", w.find(ben, "rude"), "rude @ben")
	w.healthy()
}

func TestPinPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	ch := w.open(maya, "sales")
	first, second := w.post(maya, ch, "first"), w.post(maya, ch, "second")
	pinned := func() string {
		t.Helper()
		posts, err := w.Pinned(w.ctx, ben, ch)
		w.must(err)
		return bodies(posts)
	}
	equal(t, "none", pinned(), "")
	refused(t, w.PinPost(w.ctx, ben, first.ID, true), store.ErrForbidden, "Only the stewards of #sales")
	w.must(w.PinPost(w.ctx, maya, second.ID, true))
	w.reply(maya, first.ID, "a second later")
	w.must(w.PinPost(w.ctx, maya, first.ID, true))
	equal(t, "newest pin first", pinned(), "first second")
	refused(t, w.PinPost(w.ctx, maya, w.reply(maya, first.ID, "x").ID, true), store.ErrInvalid, "A reply cannot be pinned")
	w.must(w.PinPost(w.ctx, maya, first.ID, false))
	w.must(w.PinPost(w.ctx, maya, first.ID, false))
	equal(t, "one down", pinned(), "second")
	w.must(w.DeletePost(w.ctx, maya, second.ID))
	equal(t, "a deleted one is down", pinned(), "")
}

func TestMoveThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.admin("jon")
	from, to := w.open(jon, "from"), w.open(jon, "to")
	w.join(from, maya, ben)
	w.join(to, maya, ben)
	w.post(jon, from, "one")
	root := w.post(maya, from, "root")
	w.post(jon, from, "two")
	r := w.reply(ben, root.ID, "reply")
	w.post(jon, to, "there already")
	w.must(w.SaveDraft(w.ctx, ben, store.Place{Root: root.ID}, store.Draft{Body: "half a reply"}))
	w.must(w.PinPost(w.ctx, jon, root.ID, true))
	counts := func() string {
		t.Helper()
		var all []any
		for _, me := range []int64{maya, ben, jon} {
			all = append(all, w.unread(me, from), w.unread(me, to))
		}
		return row(all...)
	}
	equal(t, "before", counts(), "2 1 3 1 1 0")

	refused(t, w.MoveThread(w.ctx, maya, root.ID, to), store.ErrForbidden, "Only the stewards of #from")
	refused(t, w.MoveThread(w.ctx, jon, r.ID, to), store.ErrInvalid, "A reply cannot be moved; move its first post.")
	refused(t, w.MoveThread(w.ctx, jon, root.ID, 12345), store.ErrNotFound, "There is no channel of that name here.")
	refused(t, w.MoveThread(w.ctx, jon, root.ID, w.private(jon, "secret")), store.ErrForbidden, "A thread moves between open channels only")
	secret := w.private(jon, "inner")
	inner := w.post(jon, secret, "among us")
	for _, other := range []int64{w.everyone(), w.private(jon, "other-inner"), w.direct(jon, "ben").ID} {
		refused(t, w.MoveThread(w.ctx, jon, inner.ID, other), store.ErrForbidden, "A thread moves between open channels only")
	}
	refused(t, w.MoveThread(w.ctx, jon, root.ID, w.private(maya, "mine")), store.ErrNotFound, "")
	refused(t, w.MoveThread(w.ctx, jon, root.ID, w.open(maya, "not-joined")), store.ErrForbidden, "You are not in #not-joined; join it first.")
	w.must(w.MoveThread(w.ctx, jon, root.ID, from))
	equal(t, "where it is: nothing", counts(), "2 1 3 1 1 0")

	w.must(w.MoveThread(w.ctx, jon, root.ID, to))
	equal(t, "after: new there, except for who wrote it", counts(), "2 1 2 2 0 1")
	th := w.thread(ben, r.ID)
	equal(t, "where it is", row(th.Root.ChannelName, th.Channel.Name, th.Replies[0].Channel == to, th.Root.Pinned), "to to true false")
	equal(t, "its replies are as new as before", w.news(maya, root.ID), 1)
	equal(t, "the draft came along", row(w.draft(ben, store.Place{Root: root.ID}), w.channel(ben, to).Draft, w.channel(ben, from).Draft), "half a reply true false")
	there, err := w.ChannelPosts(w.ctx, ben, to, 0, 10)
	w.must(err)
	equal(t, "in the order of writing", bodies(there), "there already root")
	w.indexed()
	equal(t, "found there", w.find(ben, "in:to"), "there already reply root")
	equal(t, "and not here", w.find(ben, "in:from"), "two one")

	// Reading on and back, over the gap and the late comer, keeps every count right.
	for seq := range int64(4) {
		w.must(w.MarkRead(w.ctx, ben, from, seq))
		w.must(w.MarkRead(w.ctx, ben, to, seq))
		counts()
	}
	equal(t, "all read", row(w.unread(ben, from), w.unread(ben, to)), "0 0")
	w.must(w.UnreadFrom(w.ctx, ben, root.ID))
	equal(t, "unread from the late comer", w.unread(ben, to), 1)
	w.post(ben, to, "own")
	w.must(w.UnreadFrom(w.ctx, ben, there[0].ID))
	equal(t, "unread from before it", w.unread(ben, to), 2)
	w.must(w.UnreadFrom(w.ctx, ben, w.number(`SELECT id FROM post WHERE body = 'one'`)))
	equal(t, "over the gap", w.unread(ben, from), 2)
	w.must(w.MoveThread(w.ctx, jon, root.ID, from)) // and back
	counts()
	w.healthy()
}

func TestReportPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	p := w.post(maya, w.everyone(), "x")
	w.must(w.ReportPost(w.ctx, ben, p.ID, "rude"))
	w.must(w.ReportPost(w.ctx, ben, p.ID, "very\nrude"))
	equal(t, "one report a person", row(w.number(`SELECT count(*) FROM report`), w.text(`SELECT why FROM report`)), "1 very rude")
	refused(t, w.ReportPost(w.ctx, ben, p.ID, ""), store.ErrInvalid, "Say why")
	refused(t, w.ReportPost(w.ctx, ben, w.post(maya, w.private(maya, "secret"), "x").ID, "x"), store.ErrNotFound, "")
}

func TestMembersAndStewards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	secret, open := w.private(maya, "secret", "ben"), w.open(maya, "open")
	w.join(open, ben)
	refused(t, w.RemoveMember(w.ctx, ben, secret, "maya"), store.ErrForbidden, "Only the stewards of #secret")
	refused(t, w.RemoveMember(w.ctx, maya, secret, "maya"), store.ErrInvalid, "To go yourself, leave the channel.")
	refused(t, w.RemoveMember(w.ctx, maya, secret, "tara"), store.ErrNotFound, "tara is not in #secret.")
	refused(t, w.RemoveMember(w.ctx, maya, secret, "nobody"), store.ErrNotFound, "There is nobody of that name here.")
	refused(t, w.RemoveMember(w.ctx, maya, open, "ben"), store.ErrForbidden, "#open is open; everyone may be in it.")
	refused(t, w.RemoveMember(w.ctx, tara, secret, "ben"), store.ErrNotFound, "There is no channel")
	refused(t, w.SetSteward(w.ctx, maya, secret, "maya", false, "why"), store.ErrForbidden, "#secret needs a steward")
	refused(t, w.SetSteward(w.ctx, ben, secret, "ben", true, "why"), store.ErrForbidden, "Only the stewards of #secret")
	equal(t, "nothing has changed", row(w.channel(maya, secret).Steward, w.channel(ben, secret).Steward), "true false")
	w.must(w.SetSteward(w.ctx, maya, secret, "@ben", true, "why"))
	w.must(w.SetSteward(w.ctx, ben, secret, "maya", false, "why"))
	equal(t, "handed over", row(w.channel(maya, secret).Steward, w.channel(ben, secret).Steward), "false true")
	p := w.post(maya, secret, "x")
	w.must(w.RemoveMember(w.ctx, ben, secret, "maya"))
	_, err := w.Post(w.ctx, maya, p.ID)
	refused(t, err, store.ErrNotFound, "")
	equal(t, "members", w.channel(ben, secret).Members, 1)
	w.healthy()
}

func TestSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	saved := func(me, before int64, n int) string {
		t.Helper()
		posts, err := w.Saved(w.ctx, me, before, n)
		w.must(err)
		return bodies(posts)
	}
	secret := w.private(maya, "secret", "ben")
	var posts []store.Post
	for i := range 3 {
		posts = append(posts, w.post(maya, w.everyone(), fmt.Sprint(i)))
		w.must(w.SavePost(w.ctx, ben, posts[i].ID, true))
	}
	hidden := w.post(maya, secret, "secret")
	w.must(w.SavePost(w.ctx, ben, hidden.ID, true))
	w.must(w.SavePost(w.ctx, ben, hidden.ID, true))
	equal(t, "newest first", saved(ben, 0, 10), "secret 2 1 0")
	equal(t, "a page", saved(ben, posts[2].ID, 1), "1")
	equal(t, "nobody else's", saved(maya, 0, 10), "")
	equal(t, "marked", row(w.get(ben, posts[0].ID).Saved, w.get(maya, posts[0].ID).Saved), "true false")
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	equal(t, "not what I may not see", saved(ben, 0, 10), "2 1 0")
	refused(t, w.SavePost(w.ctx, ben, hidden.ID, true), store.ErrNotFound, "")
	w.must(w.SavePost(w.ctx, ben, hidden.ID, false)) // out of one's own list, always
	w.must(w.SavePost(w.ctx, ben, posts[1].ID, false))
	w.must(w.SavePost(w.ctx, ben, posts[1].ID, false))
	equal(t, "taken out", saved(ben, 0, 10), "2 0")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO post (id, channel_id, author_id, body, late) SELECT i, 1, ?, 'x', 1 FROM n`, maya)
	w.raw(`INSERT INTO saved SELECT ?, id, 1 FROM post WHERE id < 5000`, ben)
	refused(t, w.SavePost(w.ctx, ben, posts[1].ID, true), store.ErrLimited, "You have saved 5,001 posts; take some out first.")
}
