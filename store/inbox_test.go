package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// inbox is what stands in me's inbox, newest first.
func (w *world) inbox(me int64) string {
	w.t.Helper()
	items, err := w.Inbox(w.ctx, me, nil, store.MaxPage)
	w.must(err)
	var all []string
	unread := 0
	for _, i := range items {
		s := row(i.Kind, i.By, i.Count)
		if i.Unread {
			s += " new"
			unread++
		}
		all = append(all, s)
	}
	side, err := w.Side(w.ctx, me)
	w.must(err)
	equal(w.t, "unread entries", side.Inbox, unread)
	return strings.Join(all, ", ")
}

func TestInbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, tara := w.person("maya"), w.person("ben"), w.person("tara")
	equal(t, "nothing yet", w.inbox(maya), "")
	root := w.post(maya, w.everyone(), "root, says @maya")
	equal(t, "nobody tells themselves", w.inbox(maya), "")

	w.reply(ben, root.ID, "one")
	w.reply(tara, root.ID, "two")
	equal(t, "told once until it is read", w.inbox(maya), "reply ben 1 new")
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 1))
	equal(t, "half read is not read", w.inbox(maya), "reply ben 1 new")
	w.must(w.MarkThreadRead(w.ctx, maya, root.ID, 2))
	equal(t, "read by reading the thread", w.inbox(maya), "reply ben 1")
	w.reply(tara, root.ID, "three")
	equal(t, "and told again", w.inbox(maya), "reply tara 1 new")

	w.clock.add(time.Second)
	w.must(w.React(w.ctx, ben, root.ID, 0, true))
	w.must(w.React(w.ctx, tara, root.ID, 1, true))
	w.must(w.React(w.ctx, maya, root.ID, 1, true))
	equal(t, "reactions are one entry", w.inbox(maya), "reaction tara 2 new, reply tara 1 new")
	items, err := w.Inbox(w.ctx, maya, nil, 10)
	w.must(err)
	equal(t, "what it opens", items[0].Post.ID, root.ID)
	w.must(w.MarkInbox(w.ctx, maya, items[0].ID))
	equal(t, "one read", w.inbox(maya), "reaction tara 2, reply tara 1 new")
	w.must(w.MarkInbox(w.ctx, ben, items[1].ID)) // not ben's
	equal(t, "others' entries are not mine to mark", w.inbox(maya), "reaction tara 2, reply tara 1 new")
	w.must(w.MarkInbox(w.ctx, maya, 0))
	equal(t, "all read", w.inbox(maya), "reaction tara 2, reply tara 1")

	older, err := w.Inbox(w.ctx, maya, &items[0], 10)
	w.must(err)
	equal(t, "the page before", row(len(older), older[0].Kind), "1 reply")
	w.healthy()
}

func TestInboxMentions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	p := w.post(maya, w.everyone(), "@ben")
	w.must(w.MarkRead(w.ctx, ben, w.everyone(), p.Seq))
	equal(t, "read by reading the channel", w.inbox(ben), "mention maya 1")
	p = w.post(maya, sales, "@ben, look in here")
	equal(t, "in a channel that ben is not in", w.inbox(ben), "mention maya 1 new, mention maya 1")
	w.must(w.MarkRead(w.ctx, ben, sales, p.Seq))
	equal(t, "read there too", w.inbox(ben), "mention maya 1, mention maya 1")
	r := w.reply(maya, p.ID, "@ben?")
	equal(t, "in a reply of a thread that ben follows", strings.HasPrefix(w.inbox(ben), "mention maya 1 new, reply maya 1 new"), true)
	w.must(w.FollowThread(w.ctx, ben, p.ID, false))
	w.must(w.MarkThreadRead(w.ctx, ben, p.ID, r.Seq))
	equal(t, "read in a thread that ben left", strings.Contains(w.inbox(ben), "new"), false)

	secret := w.private(maya, "secret")
	w.post(maya, secret, "@ben must not know")
	equal(t, "not told of what ben may not see", w.number(`SELECT count(*) FROM inbox i JOIN post p ON p.id = i.post_id WHERE p.channel_id = ?`, secret), 0)
	w.must(w.AddMember(w.ctx, maya, secret, "ben"))
	w.post(maya, secret, "@ben may")
	before := w.inbox(ben)
	equal(t, "told", strings.HasPrefix(before, "mention maya 1 new"), true)
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	equal(t, "gone with the channel", w.inbox(ben), strings.TrimPrefix(before, "mention maya 1 new, "))
	w.must(w.AddMember(w.ctx, maya, secret, "ben"))
	equal(t, "and there again", w.inbox(ben), before)

	left := w.person("left")
	w.must(w.LeaveForGood(w.ctx, left))
	w.post(maya, w.everyone(), "@left is gone")
	equal(t, "nobody tells who has left", w.number(`SELECT count(*) FROM inbox WHERE person_id = ?`, left), 0)
	w.healthy()
}

// An inbox keeps the newest thousand.
func TestInboxPrune(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	p := w.post(maya, w.everyone(), "x")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
		INSERT INTO post (id, channel_id, author_id, body, late) SELECT i, 1, ?, 'x', 1 FROM n`, maya)
	w.raw(`INSERT INTO inbox (person_id, kind, post_id, by_id, at) SELECT ?, 0, id, ?, id FROM post WHERE id <= 1100`, ben, maya)
	for i := range 64 {
		w.must(w.React(w.ctx, maya, p.ID, 0, i%2 == 0)) // entries of others do not count
		w.post(maya, w.everyone(), fmt.Sprint(i, " @ben"))
	}
	equal(t, "kept", w.number(`SELECT count(*) FROM inbox WHERE person_id = ?`, ben) < 1064, true)
	equal(t, "the newest", w.number(`SELECT count(*) FROM inbox WHERE person_id = ? AND at > 1100`, ben), 64)
	side, err := w.Side(w.ctx, ben)
	w.must(err)
	equal(t, "counted up to", side.Inbox, 100)
}
