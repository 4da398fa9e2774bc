package store_test

import (
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

func (w *world) direct(me int64, handles ...string) store.Channel {
	w.t.Helper()
	c, err := w.OpenDirect(w.ctx, me, handles)
	w.must(err)
	return c
}

func TestOpenDirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind"}), w.person("ben")
	tara, jon := w.person("tara"), w.admin("jon")
	c := w.direct(maya, "@Ben")
	equal(t, "as maya sees it", row(c.Name, c.Direct, c.Private, c.Joined, c.MayPost, c.Members, c.Steward), "ben true true true true 2 false")
	equal(t, "the same from the other side", row(w.direct(ben, "maya", "ben", "MAYA").ID == c.ID, w.channel(ben, c.ID).Name), "true Maya Lind")
	three := w.direct(ben, "tara", "maya")
	equal(t, "with a third it is another", row(three.ID != c.ID, three.Name), "true Maya Lind, tara")
	equal(t, "the same three", w.direct(tara, "ben", "maya").ID, three.ID)
	list, err := w.Sidebar(w.ctx, maya)
	w.must(err)
	equal(t, "below the channels", names(list), "everyone announcements ben ben, tara")

	for i := range 8 {
		w.person(fmt.Sprint("p", i))
	}
	w.must(w.LeaveForGood(w.ctx, w.person("left")))
	for _, c := range []struct {
		with string
		kind error
		said string
	}{
		{"maya", store.ErrInvalid, "Name somebody else to talk to."},
		{"", store.ErrInvalid, "Name somebody else to talk to."},
		{"ben nobody", store.ErrNotFound, "There is nobody of that name here."},
		{"p0 p1 p2 p3 p4 p5 p6 p7", store.ErrInvalid, "A direct conversation has at most 8 people; open a private channel instead."},
		{"ben left", store.ErrForbidden, "left has no access any more; they would not read it."},
	} {
		_, err := w.OpenDirect(w.ctx, maya, strings.Fields(c.with))
		refused(t, err, c.kind, c.said)
	}
	equal(t, "eight are not too many", w.direct(maya, strings.Fields("p0 p1 p2 p3 p4 p5 p6")...).Members, 8)

	// Invisible to everybody else, an admin too.
	root := w.post(maya, c.ID, "quokka @tara @jon")
	w.indexed()
	for _, who := range []int64{tara, jon} {
		_, err := w.ChannelByID(w.ctx, who, c.ID)
		refused(t, err, store.ErrNotFound, "")
		_, err = w.Channel(w.ctx, who, w.text(`SELECT name FROM channel WHERE id = ?`, c.ID))
		refused(t, err, store.ErrNotFound, "")
		_, err = w.Thread(w.ctx, who, root.ID, 0, 10)
		refused(t, err, store.ErrNotFound, "")
		refused(t, w.JoinChannel(w.ctx, who, c.ID), store.ErrNotFound, "")
		equal(t, "found", w.find(who, "quokka")+w.find(who, "from:maya"), "")
		equal(t, "told", w.inbox(who), "")
		all, err := w.Channels(w.ctx, who)
		w.must(err)
		equal(t, "channels", names(all), "announcements everyone")
	}
	equal(t, "found by the other", w.find(ben, "quokka"), "quokka @tara @jon")
	all, err := w.Channels(w.ctx, maya)
	w.must(err)
	equal(t, "no channel to join", names(all), "announcements everyone")
	refused(t, w.AddMember(w.ctx, maya, c.ID, "tara"), store.ErrForbidden, "")
	equal(t, "new for ben", w.channel(ben, c.ID).Unread, 1)

	// Programs name it by handles.
	for me, other := range map[int64]string{maya: "ben", ben: "maya"} {
		handles, err := w.DirectHandles(w.ctx, me, c.ID)
		w.must(err)
		equal(t, "handles", row(handles), "["+other+"]")
		found, err := w.Store.Direct(w.ctx, me, []string{"@" + other})
		w.must(err)
		equal(t, "found", found.ID, c.ID)
	}
	_, err = w.DirectHandles(w.ctx, tara, c.ID)
	refused(t, err, store.ErrNotFound, "")
	before := w.number(`SELECT count(*) FROM channel`)
	_, err = w.Store.Direct(w.ctx, tara, []string{"ben"})
	refused(t, err, store.ErrNotFound, "Nothing has been said in that conversation yet.")
	equal(t, "looking makes none", w.number(`SELECT count(*) FROM channel`), before)

	// It cannot be left, so it brings nobody back who went.
	refused(t, w.LeaveChannel(w.ctx, ben, c.ID), store.ErrForbidden, "A direct conversation stays with those who talked; you can mute it instead.")

	// Who has left keeps their name in it, and it can still be read.
	w.must(w.LeaveForGood(w.ctx, ben))
	equal(t, "the name stays", row(w.channel(maya, c.ID).Name, w.channel(maya, c.ID).Members, w.get(maya, root.ID).ChannelName), "ben 1 ben")
	_, err = w.OpenDirect(w.ctx, maya, []string{"ben"})
	refused(t, err, store.ErrForbidden, "ben has no access any more")
	old, err := w.Store.Direct(w.ctx, maya, []string{"ben"})
	w.must(err)
	equal(t, "found by who stayed", old.ID, c.ID)
	w.healthy()
}

// Conversations are no channels: opening many keeps nobody from opening a channel.
func TestDirectsAreNoChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for i := range 21 {
		w.person(fmt.Sprint("p", i))
		w.direct(maya, fmt.Sprint("p", i))
	}
	w.open(maya, "sales")
	w.healthy()
}
