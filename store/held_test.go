package store_test

import (
	"fmt"
	"testing"
	"time"

	"tincan/store"
)

func TestHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	w.must(w.SetPassword(w.ctx, maya, "correct horse battery"))
	secret := w.private(maya, "secret")
	root := w.post(maya, secret, "root")
	w.edit(maya, root.ID, "edited")
	other := w.post(ben, w.everyone(), "other @maya")
	w.reply(maya, other.ID, "reply")
	gone := w.post(maya, w.everyone(), "gone")
	w.must(w.DeletePost(w.ctx, maya, gone.ID))
	w.must(w.React(w.ctx, maya, other.ID, 2, true))
	w.must(w.SavePost(w.ctx, maya, other.ID, true))
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Channel: secret}, store.Draft{Body: "draft", How: "Question"}))
	w.must(w.ReportPost(w.ctx, maya, other.ID, "why"))
	w.understands(maya, w.announce(w.admin("boss"), w.announcements(), "read this", store.NewAnnouncement{}))
	_, err := w.Arrive(w.ctx, maya)
	w.must(err)
	w.must(w.SetTerms(w.ctx, w.admin("chair"), "Be kind.", "As agreed."))
	w.must(w.AcceptTerms(w.ctx, maya, 1))
	h, err := w.Held(w.ctx, maya)
	w.must(err)
	equal(t, "held", row(h.Person.Handle, h.Keys, h.Channels, h.Posts, h.Replies, h.Versions, h.Reactions, h.Saved, h.Followed, h.Drafts, h.Inbox, h.Reports, h.Announcements, h.Password, h.SeenAt.Equal(w.clock.Now())),
		"maya 1 3 1 1 1 1 1 1 1 1 1 1 true true")
	equal(t, "accepted", row(len(h.Accepted), h.Accepted[0].Version, h.Accepted[0].At.Equal(w.clock.Now())), "1 1 true")
	answers, err := w.OwnAnswers(w.ctx, maya)
	w.must(err)
	equal(t, "own answers", row(len(answers), answers[0].Version, answers[0].Answer, answers[0].ReadAt.IsZero()), "1 1 understood false")
	own, err := w.OwnPosts(w.ctx, maya, 0, 10)
	w.must(err)
	equal(t, "own posts, oldest first", bodies(own), "edited reply")
	own, err = w.OwnPosts(w.ctx, maya, root.ID, 1)
	w.must(err)
	equal(t, "the next page", bodies(own), "reply")
	drafts, err := w.Drafts(w.ctx, maya)
	w.must(err)
	equal(t, "drafts", row(len(drafts), drafts[0].Draft, drafts[0].Channel == secret), "1 {draft Question} true")
	versions, err := w.OwnVersions(w.ctx, ben, root.ID)
	w.must(err)
	equal(t, "others' versions", len(versions), 0)
}

// The threads that somebody follows are found whatever made them follow, and gone when they leave.
func TestOwnFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	begun := w.post(maya, w.everyone(), "begun")
	w.reply(ben, begun.ID, "so she follows")
	answered := w.post(ben, w.everyone(), "answered")
	w.reply(maya, answered.ID, "me too")
	called := w.post(ben, w.everyone(), "hello @maya")
	calledLater := w.post(ben, w.everyone(), "later")
	w.reply(ben, calledLater.ID, "@maya, look")
	chosen := w.post(ben, w.everyone(), "chosen")
	w.must(w.FollowThread(w.ctx, maya, chosen.ID, true))
	left := w.post(ben, w.everyone(), "left")
	w.reply(maya, left.ID, "not for me")
	w.must(w.FollowThread(w.ctx, maya, left.ID, false))
	others := w.post(ben, w.everyone(), "others'")
	w.reply(ben, others.ID, "alone")
	marks, err := w.OwnFollows(w.ctx, maya)
	w.must(err)
	var ids []int64
	for _, m := range marks {
		ids = append(ids, m.Post)
	}
	equal(t, "followed", fmt.Sprint(ids), fmt.Sprint([]int64{begun.ID, answered.ID, called.ID, calledLater.ID, chosen.ID}))
	held, err := w.Held(w.ctx, maya)
	w.must(err)
	equal(t, "counted", held.Followed, 5)
	w.must(w.LeaveForGood(w.ctx, maya))
	equal(t, "after leaving", w.number(`SELECT count(*) FROM follow WHERE person_id = ?`, maya), 0)
	equal(t, "of others", w.number(`SELECT count(*) FROM follow WHERE person_id = ?`, ben), 5)
	w.healthy()
}

// Of a channel that somebody has left they have what they wrote, and nothing of what became of it.
func TestOwnPostsOfAChannelThatWasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret", "ben")
	root := w.post(ben, secret, "my words")
	w.reply(maya, root.ID, "an answer")
	w.must(w.React(w.ctx, maya, root.ID, 0, true))
	own := func() store.Post {
		t.Helper()
		posts, err := w.OwnPosts(w.ctx, ben, 0, 10)
		w.must(err)
		equal(t, "own posts", bodies(posts), "my words")
		return posts[0]
	}
	p := own()
	equal(t, "while there", row(p.ChannelName, p.Replies, p.Reactions.Count[0], p.LastReplyBy), "secret 1 1 maya")
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	p = own()
	equal(t, "afterwards", row(p.Replies, p.Reactions.Count[0], p.At.Equal(root.At)), "0 0 true")
	equal(t, "names afterwards", p.ChannelName+p.LastReplyBy, "")
}

func TestNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for _, n := range []store.Notify{store.NotifyBell, store.NotifyBanner, store.NotifyNot} {
		w.must(w.SetNotify(w.ctx, maya, n))
		got, err := w.NotifyHow(w.ctx, maya)
		w.must(err)
		equal(t, "kept", got, n)
	}
	for _, n := range []store.Notify{-1, 3} {
		refused(t, w.SetNotify(w.ctx, maya, n), store.ErrInvalid, "Choose one of these: nothing, bell, notification.")
	}
}

func TestLeaveForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, jon := w.person("maya"), w.admin("jon")
	refused(t, w.LeaveForGood(w.ctx, jon), store.ErrForbidden, "You are the last admin; make somebody else one first.")
	w.must(w.SetPassword(w.ctx, maya, "correct horse battery"))
	sales := w.open(jon, "sales")
	w.join(sales, maya)
	root := w.post(maya, sales, "what I said")
	w.reply(jon, root.ID, "reply")
	w.must(w.SavePost(w.ctx, maya, root.ID, true))
	w.must(w.React(w.ctx, maya, root.ID, 0, true))
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Channel: sales}, store.Draft{Body: "half"}))
	w.must(w.LeaveForGood(w.ctx, maya))

	_, err := w.Me(w.ctx, maya)
	refused(t, err, store.ErrForbidden, "Your access has ended.")
	_, err = w.PersonByKey(w.ctx, key("maya").Fingerprint)
	refused(t, err, store.ErrNotFound, "")
	_, err = w.PersonByPassword(w.ctx, "maya", "correct horse battery")
	if err == nil {
		t.Fatal("the password still opens")
	}
	refused(t, w.LeaveForGood(w.ctx, maya), store.ErrForbidden, "Your access has ended.")
	// No act of theirs is left to them.
	acts := map[string]error{
		"react":   w.React(w.ctx, maya, root.ID, 1, true),
		"delete":  w.DeletePost(w.ctx, maya, root.ID),
		"save":    w.SavePost(w.ctx, maya, root.ID, false),
		"unread":  w.UnreadFrom(w.ctx, maya, root.ID),
		"inbox":   w.MarkInbox(w.ctx, maya, 0),
		"notify":  w.SetNotify(w.ctx, maya, store.NotifyBell),
		"report":  w.ReportPost(w.ctx, maya, root.ID, "x"),
		"hide":    w.HidePost(w.ctx, maya, root.ID, "x"),
		"unhide":  w.UnhidePost(w.ctx, maya, root.ID),
		"move":    w.MoveThread(w.ctx, maya, root.ID, w.everyone()),
		"resolve": w.ResolveQuestion(w.ctx, maya, root.ID, true),
		"ask":     w.MarkQuestion(w.ctx, maya, root.ID, true),
		"pin":     w.PinPost(w.ctx, maya, root.ID, true),
	}
	_, acts["edit"] = w.EditPost(w.ctx, maya, root.ID, "x")
	_, acts["versions"] = w.Versions(w.ctx, maya, root.ID)
	_, acts["search"] = w.Search(w.ctx, maya, "said", store.Newest, 0, 10)
	_, acts["direct"] = w.OpenDirect(w.ctx, maya, []string{"jon"})
	_, acts["people"] = w.People(w.ctx, maya, "", "", 10)
	_, acts["complete"] = w.CompletePerson(w.ctx, maya, "jon")
	_, acts["posts of"] = w.PersonPosts(w.ctx, maya, jon, 0, 10)
	_, acts["inbox"] = w.Inbox(w.ctx, maya, nil, 10)
	_, acts["side"] = w.Side(w.ctx, maya)
	_, acts["saved"] = w.Saved(w.ctx, maya, 0, 10)
	_, acts["pinned"] = w.Pinned(w.ctx, maya, sales)
	_, acts["unanswered"] = w.Unanswered(w.ctx, maya)
	_, acts["arrive"] = w.Arrive(w.ctx, maya)
	_, acts["held"] = w.Held(w.ctx, maya)
	_, acts["own posts"] = w.OwnPosts(w.ctx, maya, 0, 10)
	_, acts["own versions"] = w.OwnVersions(w.ctx, maya, root.ID)
	_, acts["drafts"] = w.Drafts(w.ctx, maya)
	_, acts["notify how"] = w.NotifyHow(w.ctx, maya)
	_, _, acts["active"] = w.HomeActive(w.ctx, maya, 0, 10)
	for what, err := range acts {
		if err == nil {
			t.Errorf("%s is still open", what)
		}
		refused(t, err, store.ErrForbidden, "Your access has ended.")
	}

	p := w.get(jon, root.ID)
	equal(t, "what they said stays", row(p.Body, p.Name, p.Reactions.Count[0]), "what I said maya 1")
	equal(t, "members", w.channel(jon, sales).Members, 1)
	for _, table := range []string{"saved", "draft", "member", "follow", "inbox", "sshkey", "password"} {
		equal(t, table, w.number(`SELECT count(*) FROM `+table+` WHERE person_id = ?`, maya), 0)
	}
	second := w.admin("second")
	w.must(w.LeaveForGood(w.ctx, jon))
	refused(t, w.LeaveForGood(w.ctx, second), store.ErrForbidden, "You are the last admin")
	w.healthy()
}

func TestCatchUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales, muted, secret := w.open(ben, "sales"), w.open(ben, "muted"), w.private(ben, "secret", "maya")
	w.join(sales, maya)
	w.join(muted, maya)
	w.must(w.MuteChannel(w.ctx, maya, muted, true))
	arrive := func() store.CatchUp {
		t.Helper()
		c, err := w.Arrive(w.ctx, maya)
		w.must(err)
		return c
	}
	equal(t, "the first time", arrive(), store.CatchUp{})
	w.clock.add(time.Hour)
	w.must(w.Depart(w.ctx, maya))
	left := w.clock.Now()
	w.clock.add(48 * time.Hour)
	w.post(ben, sales, "one @maya")
	w.post(ben, sales, "two")
	w.post(ben, w.everyone(), "three")
	w.post(ben, muted, "four")
	w.post(ben, secret, "five @maya")
	w.post(maya, sales, "own")
	c := arrive()
	equal(t, "since", c.Since.Equal(left), true)
	equal(t, "what has come", row(c.Mentions, c.Posts, c.Channels), "2 4 3")
	w.must(w.RemoveMember(w.ctx, ben, secret, "maya"))
	c = arrive()
	equal(t, "nothing of what may not be seen", row(c.Mentions, c.Posts, c.Channels), "1 3 2")
}

func TestHomeActive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	muted, other := w.open(ben, "muted"), w.open(ben, "other")
	w.join(muted, maya)
	w.must(w.MuteChannel(w.ctx, maya, muted, true))
	var roots []store.Post
	for _, body := range []string{"0", "1", "2", "3"} {
		roots = append(roots, w.post(ben, w.everyone(), body))
	}
	w.post(ben, muted, "muted")
	w.post(ben, other, "not joined")
	r := w.reply(ben, roots[1].ID, "x")
	last := w.reply(ben, roots[0].ID, "x")
	page := func(before int64, n int) (string, int64) {
		t.Helper()
		posts, next, err := w.HomeActive(w.ctx, maya, before, n)
		w.must(err)
		return bodies(posts), next
	}
	all, _ := page(0, 10)
	equal(t, "in the order of what was talked about", all, "0 1 3 2")
	first, next := page(0, 2)
	rest, _ := page(next, 2)
	equal(t, "in pages", first+"|"+rest, "0 1|3 2")
	end, next := page(roots[2].ID, 2)
	equal(t, "past the end", row(end, next), "0")
	w.must(w.DeletePost(w.ctx, ben, last.ID))
	w.must(w.DeletePost(w.ctx, ben, r.ID))
	all, _ = page(0, 10)
	equal(t, "deleted replies bring nothing up", all, "3 2 1 0")
}

// Channels do not stay without anybody who looks after them, and a private one that nobody reads is closed.
func TestLeavingPassesChannelsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	w.admin("jon")
	open, shared, alone := w.open(maya, "open"), w.private(maya, "shared", "tara"), w.private(maya, "alone")
	w.join(open, tara)
	w.join(open, ben)
	w.must(w.LeaveForGood(w.ctx, maya))
	equal(t, "stewards", row(w.channel(tara, open).Steward, w.channel(ben, open).Steward, w.channel(tara, shared).Steward), "false true true") // of those who came at the same moment, the first
	equal(t, "archived", w.text(`SELECT group_concat(name) FROM channel WHERE archived_at > 0`), "alone")
	equal(t, "members of it", w.number(`SELECT members FROM channel WHERE id = ?`, alone), 0)
	w.healthy()
}
