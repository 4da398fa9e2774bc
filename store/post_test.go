package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tincan/store"
)

func TestPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind", Department: "Finance"}), w.enter(store.Invite{Handle: "ci", Bot: true})
	p := w.post(maya, w.everyone(), "  \nThe new form\x1b[2J is live. \n\n")
	equal(t, "body", p.Body, "The new form is live.")
	equal(t, "number", p.ID, noon.Unix()+1)
	equal(t, "at", p.At, noon.Add(time.Second))
	equal(t, "place", row(p.ChannelName, p.Root), "everyone 0")
	equal(t, "author", strings.Join([]string{p.Handle, p.Name, p.Department}, "|"), "maya|Maya Lind|Finance")
	equal(t, "flags", row(p.Bot, p.Imported, p.Deleted, p.Unread, p.Following), "false false false false false")

	seen, err := w.Post(w.ctx, ben, p.ID)
	w.must(err)
	equal(t, "unread for others", seen.Unread, true)
	seen.Unread = false
	equal(t, "seen", seen, p)

	r := w.reply(ben, p.ID, "Where?")
	equal(t, "reply", row(r.Root == p.ID, r.Channel == p.Channel, r.ChannelName, r.Seq, r.Bot), "true true everyone 1 true")
	root, err := w.Post(w.ctx, maya, p.ID)
	w.must(err)
	equal(t, "counters", row(root.Replies, root.LastReplyBy, root.LastReplyAt.Equal(r.At), root.NewReplies, root.Following), "1 ci true 1 true")
	equal(t, "revision changed", root.Revision != p.Revision, true)

	_, err = w.Post(w.ctx, maya, 7)
	refused(t, err, store.ErrNotFound, "There is no post of that number here.")
	w.healthy()
}

// What whoever posts gets back is what they read of it after, wherever it was posted and whatever it is.
func TestPostAsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind", Department: "Finance", Admin: true}), w.person("ben")
	theirs := w.post(ben, w.everyone(), "Hello @maya")
	answer := w.reply(ben, theirs.ID, "And a reply to it")
	for _, n := range []store.NewPost{
		{Place: store.Place{Channel: w.everyone()}, Body: " With #tags for @ben and @maya\n"},
		{Place: store.Place{Channel: w.everyone()}, Body: "Who knows?", Question: true},
		{Place: store.Place{Channel: w.everyone()}, Body: "Sent", FromDraft: true},
		{Place: store.Place{Root: theirs.ID}, Body: "A reply, which asks nothing", Question: true},
		{Place: store.Place{Root: answer.ID}, Body: "A reply to a reply"},
		{Place: store.Place{Channel: w.direct(maya, "ben").ID}, Body: "Between us"},
		{Place: store.Place{Channel: w.announcements()}, Body: "To everyone", Announce: &store.NewAnnouncement{MustRead: true}},
	} {
		made, err := w.CreatePost(w.ctx, maya, n)
		w.must(err)
		read, err := w.Post(w.ctx, maya, made.ID)
		w.must(err)
		if !reflect.DeepEqual(made, read) {
			t.Errorf("%q: got %+v, and it reads %+v", n.Body, made, read)
		}
	}
}

// The number of a post is the second in which it was written, and always larger than the one before.
func TestPostNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	at := func(d time.Duration) int64 {
		w.clock.add(d)
		p, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: w.everyone()}, Body: "x"})
		w.must(err)
		return p.ID - noon.Unix()
	}
	equal(t, "the second", at(0), 0)
	equal(t, "the same second", at(0), 1)
	equal(t, "and again", at(999*time.Millisecond), 2)
	equal(t, "an hour later", at(time.Hour), 3600)
	equal(t, "the clock went back a day", at(-24*time.Hour), 3601)
	equal(t, "it is on time again", at(25*time.Hour), 7200)
	log, err := w.ChannelLog(w.ctx, maya, w.everyone(), 10)
	w.must(err)
	for i := 1; i < len(log); i++ {
		equal(t, "in order", log[i-1].ID < log[i].ID && log[i].Seq == log[i-1].Seq+1, true)
	}
}

func TestPostLimits(t *testing.T) {
	t.Parallel()
	w := newLimitedWorld(t)
	maya, ben, bot := w.person("maya"), w.person("ben"), w.enter(store.Invite{Handle: "ci", Bot: true})
	everyone := store.Place{Channel: w.everyone()}
	post := func(me int64) error {
		_, err := w.CreatePost(w.ctx, me, store.NewPost{Place: everyone, Body: "x"})
		return err
	}
	for range store.DefaultPostsPerMinute {
		w.must(post(maya))
	}
	refused(t, post(maya), store.ErrLimited, "You have written 20 times in a minute; wait 60 seconds.")
	w.clock.add(48 * time.Second)
	refused(t, post(maya), store.ErrLimited, "wait 12 seconds")
	w.must(post(ben)) // one person's limit is nobody else's
	w.clock.add(11*time.Second + 500*time.Millisecond)
	refused(t, post(maya), store.ErrLimited, "wait 1 second.")
	w.clock.add(500 * time.Millisecond)
	w.must(post(maya))
	equal(t, "what was refused is not there", w.number(`SELECT count(*) FROM post WHERE author_id = ?`, maya), store.DefaultPostsPerMinute+1)

	for range store.DefaultBotPostsPerMinute {
		w.must(post(bot))
	}
	refused(t, post(bot), store.ErrLimited, "You have written 60 times in a minute")

	// A clock that is put back must not silence anybody until it has caught up.
	w.clock.add(-24 * time.Hour)
	w.must(post(bot))
}

// What was refused for another reason is not counted.
func TestPostLimitCountsPostsOnly(t *testing.T) {
	t.Parallel()
	w := newLimitedWorld(t)
	maya := w.person("maya")
	for range 2 * store.DefaultPostsPerMinute {
		_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: w.announcements()}, Body: "x"})
		refused(t, err, store.ErrForbidden, "")
	}
	w.post(maya, w.everyone(), "x")
}

// The limit holds whatever a person sends at the same moment.
func TestPostLimitAtOnce(t *testing.T) {
	t.Parallel()
	w := newLimitedWorld(t)
	maya, everyone := w.person("maya"), w.everyone()
	var posted atomic.Int64
	var all sync.WaitGroup
	for range 2 * store.DefaultPostsPerMinute {
		all.Go(func() {
			_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: store.Place{Channel: everyone}, Body: "x"})
			switch {
			case err == nil:
				posted.Add(1)
			case !errors.Is(err, store.ErrLimited):
				t.Error(err)
			}
		})
	}
	all.Wait()
	equal(t, "posted", posted.Load(), store.DefaultPostsPerMinute)
}

func TestPostBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	everyone := store.Place{Channel: w.everyone()}
	family := "👩‍👩‍👧"
	for name, body := range map[string]string{
		"as long as may be":       strings.Repeat("x", store.PostLimit),
		"long, of another script": strings.Repeat("नि", store.PostLimit),
		"flags":                   strings.Repeat("🇩🇪", store.PostLimit),
		"long, then trimmed":      strings.Repeat("x", store.PostLimit) + strings.Repeat("\n", 5000),
		"a zero":                  "a\x00b",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: everyone, Body: body})
			w.must(err)
		})
	}
	for name, c := range map[string]struct{ body, said string }{
		"too long":            {strings.Repeat("x", store.PostLimit+1), "Your text has 1,001 characters; a post holds 1,000. Shorten it or split it."},
		"a pasted megabyte":   {strings.Repeat("x", 1<<20), "Your text has 1,048,576 characters"},
		"families":            {strings.Repeat(family, store.PostLimit), "too large"},
		"a heap of modifiers": {strings.Repeat(heavy, 5), "too large"},
		"nothing":             {"", "There is nothing to post yet"},
		"spaces":              {" \n\t\u00a0\u3000\n", "There is nothing to post yet"},
		"controls":            {"\x00\x07\x1b[31m\u202e\u2066", "There is nothing to post yet"},
		"invisible letters":   {"\u200b\u200d\u2060\u00ad\ufe0f\u3164\uffa0\u115f\u2800", "There is nothing to post yet"},
		"marks on nothing":    {" \u0301\u0302", "There is nothing to post yet"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: everyone, Body: c.body})
			refused(t, err, store.ErrInvalid, c.said)
			_, err = store.CleanBody(c.body)
			refused(t, err, store.ErrInvalid, c.said)
		})
	}
}

func TestWhereOneMayPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	root := w.post(maya, sales, "who has met them?")
	try := func(me int64, at store.Place) error {
		_, err := w.CreatePost(w.ctx, me, store.NewPost{Place: at, Body: "x"})
		return err
	}
	refused(t, try(ben, store.Place{Channel: sales}), store.ErrForbidden, "You are not in #sales; join it first.")
	refused(t, try(ben, store.Place{Root: root.ID}), store.ErrForbidden, "You are not in #sales; join it first.")
	refused(t, try(ben, store.Place{Channel: 12345}), store.ErrNotFound, "There is no channel of that name here.")
	refused(t, try(ben, store.Place{}), store.ErrNotFound, "There is no channel of that name here.")
	refused(t, try(ben, store.Place{Channel: sales, Root: 12345}), store.ErrNotFound, "There is no post of that number here.")
	refused(t, try(ben, store.Place{Root: -1}), store.ErrNotFound, "There is no post of that number here.")

	// Only stewards announce; everybody may answer.
	refused(t, try(maya, store.Place{Channel: w.announcements()}), store.ErrForbidden, "Only its stewards post in #announcements; everyone may reply.")
	news := w.post(jon, w.announcements(), "from Monday")
	w.reply(maya, news.ID, "why?")

	w.raw(`UPDATE channel SET archived_at = 1 WHERE id = ?`, sales)
	refused(t, try(maya, store.Place{Channel: sales}), store.ErrForbidden, "#sales is archived")
	refused(t, try(maya, store.Place{Root: root.ID}), store.ErrForbidden, "#sales is archived")
	equal(t, "may post", w.channel(maya, sales).MayPost, false)
	posts, err := w.ChannelPosts(w.ctx, ben, sales, 0, 10) // and it can be read
	w.must(err)
	equal(t, "posts", bodies(posts), "who has met them?")
	w.healthy()
}

// The channel that a caller names for a reply does not matter: a reply stands where its thread is.
func TestReplyStandsInItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	sales, other := w.open(maya, "sales"), w.open(maya, "other")
	root := w.post(maya, sales, "root")
	r := w.write(maya, store.Place{Channel: other, Root: root.ID}, "reply")
	equal(t, "channel", r.Channel, sales)
	again := w.write(maya, store.Place{Channel: sales, Root: r.ID}, "to the reply")
	equal(t, "thread", again.Root, root.ID)
	w.healthy()
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	a, b := w.open(maya, "a"), w.open(maya, "b")
	muted := w.open(maya, "muted")
	w.must(w.MuteChannel(w.ctx, maya, muted, true))
	var ids []int64
	for i := range 6 {
		p := w.post(maya, []int64{a, b}[i%2], fmt.Sprint(i))
		ids = append(ids, p.ID)
	}
	w.reply(maya, ids[0], "reply")
	w.post(maya, muted, "muted")
	elsewhere := w.open(ben, "elsewhere")
	w.post(ben, elsewhere, "elsewhere")

	page := func(before int64, n int) string {
		posts, err := w.Home(w.ctx, maya, before, n)
		w.must(err)
		return bodies(posts)
	}
	equal(t, "home", page(0, 50), "5 4 3 2 1 0")
	equal(t, "first page", page(0, 4), "5 4 3 2")
	equal(t, "second page", page(ids[2], 4), "1 0")
	equal(t, "past the end", page(ids[0], 4), "")
	equal(t, "no page", page(0, 0)+page(0, -1), "")

	since, err := w.HomeSince(w.ctx, maya, time.Unix(ids[4], 0), 50)
	w.must(err)
	equal(t, "since", bodies(since), "5 4")
	since, err = w.HomeSince(w.ctx, maya, time.Unix(ids[0], 0), 2)
	w.must(err)
	equal(t, "the newest of them", bodies(since), "5 4")

	posts, err := w.ChannelPosts(w.ctx, ben, a, 0, 50) // open: no need to join
	w.must(err)
	equal(t, "channel", bodies(posts), "4 2 0")
	posts, err = w.ChannelPosts(w.ctx, ben, a, ids[4], 1)
	w.must(err)
	equal(t, "channel, second page", bodies(posts), "2")
	posts, err = w.ChannelPosts(w.ctx, ben, a, 0, -1)
	w.must(err)
	equal(t, "channel, no page", bodies(posts), "")

	log, err := w.ChannelLog(w.ctx, ben, a, 50)
	w.must(err)
	equal(t, "log", bodies(log), "0 2 4 reply")
	log, err = w.ChannelLog(w.ctx, ben, a, 2)
	w.must(err)
	equal(t, "the newest of the log", bodies(log), "4 reply")
	log, err = w.ChannelLog(w.ctx, ben, a, -1)
	w.must(err)
	equal(t, "no log", bodies(log), "")
}

// Home is merged in parts where somebody is in more channels than one query takes.
func TestHomeOfManyChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 252)
		INSERT INTO channel (id, name, members, created_at, created_by) SELECT i, 'c' || i, 1, 1, 0 FROM n`)
	w.raw(`INSERT INTO member (person_id, channel_id, joined_at) SELECT ?, id, 1 FROM channel WHERE id > 2`, maya)
	var want []string
	for i := range 30 {
		w.post(maya, int64(3+(i*37)%250), fmt.Sprint(i))
		want = append([]string{fmt.Sprint(i)}, want...)
	}
	posts, err := w.Home(w.ctx, maya, 0, 25)
	w.must(err)
	equal(t, "home", bodies(posts), strings.Join(want[:25], " "))
	posts, err = w.Home(w.ctx, maya, posts[24].ID, 25)
	w.must(err)
	equal(t, "the next page", bodies(posts), strings.Join(want[25:], " "))
	w.healthy()
}

// No page is larger than its limit, however much is asked for.
func TestPageLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	root := w.post(maya, w.everyone(), "root")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
		INSERT INTO post (id, channel_id, root_id, author_id, seq, body, late) SELECT i, 1, 0, ?, 0, 'x', 1 FROM n`, maya)
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
		INSERT INTO post (id, channel_id, root_id, author_id, seq, body, late) SELECT ?1 + i, 1, ?1, ?2, i, 'x', 1 FROM n`, root.ID, maya)
	count := func(posts []store.Post, err error) int {
		w.must(err)
		return len(posts)
	}
	equal(t, "Home", count(w.Home(w.ctx, maya, 0, 1<<20)), store.MaxPage)
	equal(t, "ChannelPosts", count(w.ChannelPosts(w.ctx, maya, 1, 0, 1<<20)), store.MaxPage)
	equal(t, "HomeSince", count(w.HomeSince(w.ctx, maya, time.Unix(0, 0), 1<<20)), store.MaxLog)
	equal(t, "ChannelLog", count(w.ChannelLog(w.ctx, maya, 1, 1<<20)), store.MaxLog)
	th, err := w.Thread(w.ctx, maya, root.ID, 0, 1<<20)
	w.must(err)
	equal(t, "Thread", len(th.Replies), store.MaxPage)
	equal(t, "Thread has earlier ones", th.Earlier, true)
}

func TestTagsAndMentionsAreNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret")
	w.post(maya, w.everyone(), "@ben @Ben @maya @nobody #Q3 #q3 #größe #2025")
	w.post(maya, secret, "@ben cannot see this")
	equal(t, "tags", w.text(`SELECT group_concat(name, ' ') FROM tag`), "größe q3")
	equal(t, "mentions", w.number(`SELECT count(*) FROM mention`), 1)
	equal(t, "whom", w.number(`SELECT person_id FROM mention`), ben)
}
