package store_test

import (
	"fmt"
	"testing"

	"tincan/store"
)

func TestThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	root := w.post(maya, sales, "root")
	var ids []int64
	for i := range 5 {
		ids = append(ids, w.reply(ben, root.ID, fmt.Sprint(i)).ID)
	}
	w.reply(maya, ids[3], "5") // a reply to a reply is one in the thread

	page := func(id, before int64, n int) string {
		th, err := w.Thread(w.ctx, tara, id, before, n) // open: no need to join
		w.must(err)
		equal(t, "root", th.Root.ID, root.ID)
		equal(t, "channel", th.Channel.Name, "sales")
		return row(bodies(th.Replies), th.Earlier)
	}
	equal(t, "all", page(root.ID, 0, 200), "0 1 2 3 4 5 false")
	equal(t, "found by a reply", page(ids[2], 0, 200), "0 1 2 3 4 5 false")
	equal(t, "exactly all", page(root.ID, 0, 6), "0 1 2 3 4 5 false")
	equal(t, "the newest", page(root.ID, 0, 2), "4 5 true")
	equal(t, "those before", page(root.ID, ids[4], 3), "1 2 3 true")
	equal(t, "the first", page(root.ID, ids[1], 3), "0 false")
	equal(t, "none", page(root.ID, ids[0], 3), "false")
	equal(t, "no page", page(root.ID, 0, 0), "true")
	equal(t, "no page of a negative size", page(root.ID, 0, -7), "true")

	th := w.thread(tara, root.ID)
	equal(t, "counters", row(th.Root.Replies, th.Root.LastReplyBy, th.Following, th.ReadSeq), "6 maya false 0")
	r := th.Replies[0]
	equal(t, "a reply", row(r.Channel == sales, r.ChannelName, r.Root == root.ID, r.Handle, r.Seq, r.Unread), "true sales true ben 1 false")
	_, err := w.Thread(w.ctx, tara, 12345, 0, 10)
	refused(t, err, store.ErrNotFound, "There is no post of that number here.")
	w.healthy()
}

// news is what a thread has that is new for me, by every way of asking.
func (w *world) news(me, root int64) int {
	w.t.Helper()
	p, err := w.Post(w.ctx, me, root)
	w.must(err)
	th := w.thread(me, root)
	marked := 0
	for _, r := range th.Replies {
		if r.Unread {
			marked++
		}
	}
	equal(w.t, "new replies marked in the thread", marked, p.NewReplies)
	equal(w.t, "new replies of the thread", th.Root.NewReplies, p.NewReplies)
	waiting, err := w.UnreadThreads(w.ctx, me)
	w.must(err)
	listed := false
	for _, id := range waiting {
		listed = listed || id == root
	}
	equal(w.t, "listed among unread threads", listed, p.NewReplies > 0)
	return p.NewReplies
}

func TestWhoFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara, uma, jon := w.person("maya"), w.person("ben"), w.person("tara"), w.person("uma"), w.person("jon")
	following := func(me, root int64) bool { return w.thread(me, root).Following }
	root := w.post(maya, w.everyone(), "what do you think, @tara?")
	equal(t, "who wrote a root alone does not follow yet", following(maya, root.ID), false)
	equal(t, "who was mentioned in it", following(tara, root.ID), true)
	equal(t, "nothing is new yet", w.news(tara, root.ID), 0)

	first := w.reply(ben, root.ID, "much")
	equal(t, "who replied", following(ben, root.ID), true)
	equal(t, "their own is not new", w.news(ben, root.ID), 0)
	equal(t, "who wrote the root", following(maya, root.ID), true)
	equal(t, "new for the author", w.news(maya, root.ID), 1)
	equal(t, "new for who was mentioned", w.news(tara, root.ID), 1)
	equal(t, "new for somebody else", w.news(jon, root.ID), 0)

	w.reply(ben, first.ID, "and @uma knows more")
	equal(t, "mentioned in a reply: that one is new, the earlier are not", w.news(uma, root.ID), 1)
	equal(t, "new for the author", w.news(maya, root.ID), 2)

	// Whoever has chosen not to follow stays away however often they are mentioned …
	w.must(w.FollowThread(w.ctx, uma, first.ID, false))
	w.reply(ben, root.ID, "@uma? @maya?")
	equal(t, "unfollowed", following(uma, root.ID), false)
	equal(t, "new for who unfollowed", w.news(uma, root.ID), 0)
	// … until they follow again, from then on, or write themselves.
	w.must(w.FollowThread(w.ctx, uma, root.ID, true))
	equal(t, "followed again", w.news(uma, root.ID), 0)
	w.reply(ben, root.ID, "so?")
	equal(t, "new after following again", w.news(uma, root.ID), 1)
	w.must(w.FollowThread(w.ctx, uma, root.ID, false))
	w.reply(uma, root.ID, "well")
	equal(t, "follows by replying", following(uma, root.ID), true)
	equal(t, "what was before is not new", w.news(uma, root.ID), 0)

	w.must(w.FollowThread(w.ctx, jon, root.ID, true))
	equal(t, "what was before is not new for jon", w.news(jon, root.ID), 0)
	w.reply(ben, root.ID, "enough")
	equal(t, "new for jon", w.news(jon, root.ID), 1)
	w.healthy()
}

func TestMarkThreadRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	root := w.post(maya, w.everyone(), "root")
	for range 4 {
		w.reply(ben, root.ID, "x")
	}
	equal(t, "new", w.news(maya, root.ID), 4)
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 2))
	equal(t, "half read", w.news(maya, root.ID), 2)
	equal(t, "position", w.thread(maya, root.ID).ReadSeq, 2)
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 1)) // never back
	equal(t, "not back", w.news(maya, root.ID), 2)

	w.reply(maya, root.ID, "own") // what was not read stays unread
	equal(t, "own reply among unread ones", w.news(maya, root.ID), 2)
	w.reply(ben, root.ID, "x")
	equal(t, "and another", w.news(maya, root.ID), 3)
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 4))
	equal(t, "read up to the own one", w.news(maya, root.ID), 1)
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 1<<40)) // not past the end
	equal(t, "all read", w.news(maya, root.ID), 0)
	w.reply(ben, root.ID, "x")
	equal(t, "what comes then is new", w.news(maya, root.ID), 1)

	other := w.post(maya, w.everyone(), "another")
	w.reply(ben, other.ID, "x")
	w.reply(maya, other.ID, "own, after what was not read")
	w.must(w.MarkThreadRead(w.ctx, maya, other.ID, 1))
	equal(t, "only the own one left", w.news(maya, other.ID), 0)

	// Reading what one does not follow notes nothing.
	w.must(w.MarkThreadRead(w.ctx, tara, root.ID, 3))
	equal(t, "not following", w.thread(tara, root.ID).Following, false)
	refused(t, w.MarkThreadRead(w.ctx, tara, 12345, 1), store.ErrNotFound, "There is no post of that number here.")
	w.healthy()
}

// What I may not see any more is not waiting for me.
func TestThreadOfAChannelThatILeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret", "ben")
	root := w.post(ben, secret, "root")
	w.reply(maya, root.ID, "reply")
	equal(t, "new", w.news(ben, root.ID), 1)
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	waiting, err := w.UnreadThreads(w.ctx, ben)
	w.must(err)
	equal(t, "waiting", len(waiting), 0)
	_, ok, err := w.NextUnread(w.ctx, ben, store.Place{})
	w.must(err)
	equal(t, "anything next", ok, false)
	w.must(w.AddMember(w.ctx, maya, secret, "ben"))
	equal(t, "let in again", w.news(ben, root.ID), 1)
}

// A muted channel is quiet, its threads too.
func TestThreadOfAMutedChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	root := w.post(ben, w.everyone(), "root")
	w.reply(maya, root.ID, "reply")
	w.must(w.MuteChannel(w.ctx, ben, w.everyone(), true))
	waiting, err := w.UnreadThreads(w.ctx, ben)
	w.must(err)
	equal(t, "waiting", len(waiting), 0)
}
