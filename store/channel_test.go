package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func names(list []store.Channel) string {
	var all []string
	for _, c := range list {
		all = append(all, c.Name)
	}
	return strings.Join(all, " ")
}

func TestFoundingChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	list, err := w.Sidebar(w.ctx, maya)
	w.must(err)
	equal(t, "sidebar", names(list), "everyone announcements")
	for i, c := range list {
		equal(t, c.Name+" joined", c.Joined && c.Everyone, true)
		equal(t, c.Name+" members", c.Members, 2)
		equal(t, c.Name+" may post", c.MayPost, i == 0)
		equal(t, c.Name+" steward", c.Steward, false)
		refused(t, w.LeaveChannel(w.ctx, maya, c.ID), store.ErrForbidden, "you can mute it instead")
	}
	as := w.channel(jon, w.announcements())
	equal(t, "an admin looks after #announcements", as.Steward && as.MayPost, true)
	equal(t, "an admin looks after #everyone", w.channel(jon, w.everyone()).Steward, true)
	w.must(w.MuteChannel(w.ctx, maya, w.everyone(), true))
	equal(t, "muted", w.channel(maya, w.everyone()).Muted, true)
	w.must(w.MuteChannel(w.ctx, maya, w.everyone(), false))
	equal(t, "muted again", w.channel(maya, w.everyone()).Muted, false)
}

func TestCreateChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	c, err := w.CreateChannel(w.ctx, maya, store.NewChannel{Name: "#Sales-Nord", Purpose: "What\nwe sell"})
	w.must(err)
	equal(t, "name", c.Name, "sales-nord")
	equal(t, "purpose", c.Purpose, "What we sell")
	equal(t, "mine", c.Joined && c.Steward && c.MayPost, true)
	equal(t, "members", c.Members, 1)
	equal(t, "created", w.number(`SELECT created_at FROM channel WHERE id = ?`, c.ID), noon.UnixMilli())
	for _, name := range []string{"sales-nord", "#SALES-NORD", "everyone", " Announcements "} {
		_, err = w.CreateChannel(w.ctx, ben, store.NewChannel{Name: name})
		refused(t, err, store.ErrTaken, "is taken; choose another")
	}
	_, err = w.CreateChannel(w.ctx, ben, store.NewChannel{Name: "new", Purpose: strings.Repeat("x", 201)})
	refused(t, err, store.ErrInvalid, "That purpose is 201 characters; it may have 200.")
	_, err = w.CreateChannel(w.ctx, ben, store.NewChannel{Name: "new", Purpose: heavy})
	refused(t, err, store.ErrInvalid, "That purpose is too large")
	got, err := w.Channel(w.ctx, ben, "#sales-NORD")
	w.must(err)
	equal(t, "found by name", got.ID, c.ID)
	equal(t, "not joined", got.Joined || got.MayPost || got.Steward, false)
}

func TestChannelNames(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "sales-nord", "q3_2025", "#Größe", "経理", "बिक्री", "it-поддержка", strings.Repeat("a", 32)} {
		if err := store.ValidChannelName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, said := range map[string]string{
		"":                      "needs a name",
		"#":                     "needs a name",
		"\x1b[31m":              "needs a name",
		"two words":             "letters, digits and dashes only",
		"a/b":                   "letters, digits and dashes only",
		"##a":                   "letters, digits and dashes only",
		"a🙂":                    "letters, digits and dashes only",
		"a\u200db":              "letters, digits and dashes only",
		"announcements\u034f":   "letters, digits and dashes only", // looks like the one that everybody knows,
		"announcements\ufe0f":   "letters, digits and dashes only", // and so does this,
		"\u0430nnouncements":    "of one alphabet",                 // which begins with a Cyrillic letter,
		"announcement\u03c2-hr": "of one alphabet",
		"\u3164":                "letters, digits and dashes only", // and this like none
		"2025":                  "at least one letter",
		"-":                     "at least one letter",
		strings.Repeat("a", 33): "at most 32 characters",
	} {
		refused(t, store.ValidChannelName(bad), store.ErrInvalid, said)
	}
}

func TestChannelsADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	for i := range 20 {
		w.open(maya, fmt.Sprintf("channel-%d", i))
	}
	_, err := w.CreateChannel(w.ctx, maya, store.NewChannel{Name: "one-more"})
	refused(t, err, store.ErrLimited, "You have opened 20 channels in a day; go on tomorrow.")
	w.open(ben, "another")
	w.clock.add(24 * time.Hour)
	w.open(maya, "one-more")
}

// What may not be seen does not exist: every way to it answers as if it were not there.
func TestPrivateChannelIsInvisible(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.admin("jon")
	secret := w.private(maya, "secret", "ben")
	root := w.post(maya, secret, "the numbers")
	reply := w.reply(ben, root.ID, "thanks")
	const nowhere = 12345

	for _, who := range []int64{jon, w.person("tara")} { // being an admin opens no door
		list, err := w.Channels(w.ctx, who)
		w.must(err)
		equal(t, "channels", names(list), "announcements everyone")
		list, err = w.Sidebar(w.ctx, who)
		w.must(err)
		equal(t, "sidebar", names(list), "everyone announcements")
		home, err := w.Home(w.ctx, who, 0, 10)
		w.must(err)
		equal(t, "home", bodies(home), "")

		alike := func(what string, missing, hidden error) {
			t.Helper()
			refused(t, hidden, store.ErrNotFound, "")
			equal(t, what, hidden.Error(), missing.Error())
		}
		pair := func(what string, act func(channel, post int64) error) {
			t.Helper()
			alike(what, act(nowhere, nowhere), act(secret, root.ID))
			alike(what+" (reply)", act(nowhere, nowhere), act(secret, reply.ID))
		}
		_, missing := w.Channel(w.ctx, who, "nothing")
		_, hidden := w.Channel(w.ctx, who, "secret")
		alike("Channel", missing, hidden)
		pair("ChannelByID", func(c, p int64) error { _, err := w.ChannelByID(w.ctx, who, c); return err })
		pair("JoinChannel", func(c, p int64) error { return w.JoinChannel(w.ctx, who, c) })
		pair("LeaveChannel", func(c, p int64) error { return w.LeaveChannel(w.ctx, who, c) })
		pair("MuteChannel", func(c, p int64) error { return w.MuteChannel(w.ctx, who, c, true) })
		pair("AddMember", func(c, p int64) error { return w.AddMember(w.ctx, who, c, "jon") })
		pair("Members", func(c, p int64) error { _, err := w.Members(w.ctx, who, c, "", 10); return err })
		pair("ChannelPosts", func(c, p int64) error { _, err := w.ChannelPosts(w.ctx, who, c, 0, 10); return err })
		pair("ChannelLog", func(c, p int64) error { _, err := w.ChannelLog(w.ctx, who, c, 10); return err })
		pair("Post", func(c, p int64) error { _, err := w.Post(w.ctx, who, p); return err })
		pair("Thread", func(c, p int64) error { _, err := w.Thread(w.ctx, who, p, 0, 10); return err })
		pair("FollowThread", func(c, p int64) error { return w.FollowThread(w.ctx, who, p, true) })
		pair("MarkRead", func(c, p int64) error { return w.MarkRead(w.ctx, who, c, 1) })
		pair("MarkThreadRead", func(c, p int64) error { return w.MarkThreadRead(w.ctx, who, p, 1) })
		for _, at := range []func(c, p int64) store.Place{
			func(c, p int64) store.Place { return store.Place{Channel: c} },
			func(c, p int64) store.Place { return store.Place{Root: p} },
			func(c, p int64) store.Place { return store.Place{Channel: w.everyone(), Root: p} },
		} {
			pair("CreatePost", func(c, p int64) error {
				_, err := w.CreatePost(w.ctx, who, store.NewPost{Place: at(c, p), Body: "x"})
				if err == nil || at(c, p).Channel == w.everyone() && at(c, p).Root == 0 {
					t.Fatalf("posted at %v", at(c, p))
				}
				return err
			})
			pair("SaveDraft", func(c, p int64) error { return w.SaveDraft(w.ctx, who, at(c, p), store.Draft{Body: "x"}) })
			pair("Draft", func(c, p int64) error { _, err := w.Draft(w.ctx, who, at(c, p)); return err })
		}
	}
	equal(t, "posts", w.number(`SELECT count(*) FROM post`), 2)
}

func TestPrivateChannelMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	secret := w.private(maya, "secret")
	refused(t, w.AddMember(w.ctx, maya, secret, "nobody"), store.ErrNotFound, "There is nobody of that name here.")
	w.must(w.AddMember(w.ctx, maya, secret, "@Ben"))
	w.must(w.AddMember(w.ctx, maya, secret, "ben")) // twice changes nothing
	equal(t, "members", w.channel(ben, secret).Members, 2)
	refused(t, w.AddMember(w.ctx, ben, secret, "tara"), store.ErrForbidden, "Only the stewards of #secret let people in.")
	for _, state := range []store.State{store.Staged, store.Left} {
		w.setState(tara, state)
		refused(t, w.AddMember(w.ctx, maya, secret, "tara"), store.ErrForbidden, "tara has no access here at present.")
	}

	refused(t, w.LeaveChannel(w.ctx, maya, secret), store.ErrForbidden, "You are the only steward of #secret")
	root := w.post(ben, secret, "hi @maya")
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	_, err := w.Post(w.ctx, ben, root.ID) // not even what they wrote themselves
	refused(t, err, store.ErrNotFound, "")
	equal(t, "members after", w.channel(maya, secret).Members, 1)
	refused(t, w.LeaveChannel(w.ctx, maya, secret), store.ErrForbidden, "You are the last one in #secret, and nobody could ever read it again.")
	w.healthy()
}

func TestJoinAndLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	ch := w.open(maya, "sales")
	w.post(maya, ch, "before ben")
	refused(t, w.LeaveChannel(w.ctx, ben, ch), store.ErrInvalid, "You are not in #sales.")
	refused(t, w.MuteChannel(w.ctx, ben, ch, true), store.ErrInvalid, "You are not in #sales.")
	w.join(ch, ben, ben)
	c := w.channel(ben, ch)
	equal(t, "members", c.Members, 2)
	equal(t, "unread of what was before", c.Unread, 0)
	w.post(maya, ch, "after")
	equal(t, "unread", w.channel(ben, ch).Unread, 1)
	w.must(w.LeaveChannel(w.ctx, maya, ch)) // an open channel needs no steward
	w.must(w.LeaveChannel(w.ctx, ben, ch))
	c = w.channel(ben, ch)
	equal(t, "after leaving", row(c.Members, c.Joined, c.Unread, c.MayPost), "0 false 0 false")
	w.healthy()
}

func TestSidebarOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for _, name := range []string{"zebra", "ångström", "apple", "old"} {
		w.open(maya, name)
	}
	w.private(maya, "mine")
	w.open(w.person("ben"), "not-joined")
	w.raw(`UPDATE channel SET archived_at = 1 WHERE name = 'old'`)
	list, err := w.Sidebar(w.ctx, maya)
	w.must(err)
	equal(t, "sidebar", names(list), "everyone announcements apple mine zebra ångström")
	list, err = w.Channels(w.ctx, maya)
	w.must(err)
	equal(t, "channels", names(list), "announcements apple everyone mine not-joined old zebra ångström")
}

func TestMembersByHandle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	ch := w.open(maya, "sales")
	for _, h := range []string{"ben", "tara", "adam"} {
		w.join(ch, w.person(h))
	}
	handles := func(after string, n int) string {
		list, err := w.Members(w.ctx, maya, ch, after, n)
		w.must(err)
		var all []string
		for _, m := range list {
			all = append(all, row(m.Handle, m.Steward))
		}
		return strings.Join(all, " ")
	}
	equal(t, "first two", handles("", 2), "adam false ben false")
	equal(t, "the rest", handles("ben", 200), "maya true tara false")
	equal(t, "past the end", handles("tara", 200), "")
	equal(t, "none asked for", handles("", 0)+handles("", -1), "")
}

// A page never holds more members than its limit, however many are asked for.
func TestMembersPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
		INSERT INTO person (handle, state, created_at) SELECT printf('p%03d', i), 2, 1 FROM n`)
	w.raw(`INSERT INTO member (person_id, channel_id, joined_at) SELECT id, 1, 1 FROM person WHERE handle LIKE 'p%'`)
	list, err := w.Members(w.ctx, maya, w.everyone(), "", 1000)
	w.must(err)
	equal(t, "page", len(list), 200)
}
