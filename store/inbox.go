package store

import (
	"context"
	"time"
)

// InboxKind is why something stands in a person's inbox.
type InboxKind int

const (
	Mentioned InboxKind = iota // somebody named me
	Replied                    // new replies in a thread that I follow
	Reacted                    // reactions to a post of mine
	Answered                   // a question of mine has an answer, or a reply of mine is one
	LetStand                   // a post that I reported stands as it is
	WasHidden                  // a post that I reported was hidden
	Reminded                   // an announcement waits for my answer
	Asked                      // somebody has a question about an announcement of mine
)

func (k InboxKind) String() string {
	return [...]string{"mention", "reply", "reaction", "answer", "report", "report", "reminder", "question"}[k]
}

// inboxKept is how many entries of one person are kept: what is older than a thousand is history.
const inboxKept = 1000

// inboxPrune is how many entries are written, by anyone, for one look whether somebody has too many.
const inboxPrune = 64

// unreadMost is the highest count shown; beyond it screens say "99+".
const unreadMost = 100

// InboxItem is something that concerns me.
type InboxItem struct {
	ID       int64
	Kind     InboxKind
	Post     Post   // the place it opens
	By       string // display name of who did it last
	ByHandle string
	Count    int // how many times since I read it
	At       time.Time
	Unread   bool
}

// notify puts something into a person's inbox, or brings it up again.
func (t *tx) notify(person int64, kind InboxKind, post, by int64) error {
	var id int64
	if err := t.get(`INSERT INTO inbox (person_id, kind, post_id, by_id, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
		n = CASE unread WHEN 1 THEN n + 1 ELSE 1 END, by_id = ?4, at = ?5, unread = 1 RETURNING id`, []any{person, kind, post, by, t.ms()}, &id); err != nil {
		return err
	}
	if id%inboxPrune == 0 {
		if err := t.pruneInbox(person); err != nil {
			return err
		}
	}
	return t.emitSeen(Event{Kind: Inbox, Post: post, By: by}, person)
}

// pruneInbox forgets a person's oldest entries.
func (t *tx) pruneInbox(person int64) error {
	return t.run(`DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE person_id = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)`, person, inboxKept)
}

// inboxVisible keeps out what I may no longer see.
const inboxVisible = `JOIN post p ON p.id = i.post_id JOIN channel c ON c.id = p.channel_id LEFT JOIN member m ON m.person_id = i.person_id AND m.channel_id = c.id
	WHERE i.person_id = ?1 AND (c.private = 0 OR m.person_id IS NOT NULL)`

// Inbox returns up to n (at most 200) entries of mine, newest first, older than the entry before (nil: from the newest).
func (s *Store) Inbox(ctx context.Context, me int64, before *InboxItem, n int) (items []InboxItem, err error) {
	at, id := int64(1)<<62, int64(1)<<62
	if before != nil {
		at, id = before.At.UnixMilli(), before.ID
	}
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		items, err = collect(t, scanInbox, inboxQuery, me, at, id, page(n, MaxPage))
		if err != nil {
			return err
		}
		ids := make([]int64, len(items))
		for i, item := range items {
			ids[i] = item.Post.ID
		}
		posts, err := t.postsByID(me, ids)
		for i, p := range posts { // all of them are there, in this order
			items[i].Post = p
		}
		return err
	})
	return items, err
}

const inboxQuery = `SELECT i.id, i.kind, i.post_id, coalesce(nullif(b.name, ''), b.handle), b.handle, i.n, i.at, i.unread FROM inbox i JOIN person b ON b.id = i.by_id ` +
	inboxVisible + ` AND (i.at, i.id) < (?2, ?3) ORDER BY i.at DESC, i.id DESC LIMIT +?4`

func scanInbox(r *row) (i InboxItem, err error) {
	var at int64
	err = r.Scan(&i.ID, &i.Kind, &i.Post.ID, &i.By, &i.ByHandle, &i.Count, &at, &i.Unread)
	i.At = fromMS(at)
	return i, err
}

// inboxUnreadQuery is how many entries of ?1 are not read, counted up to ?2.
const inboxUnreadQuery = `SELECT count(*) FROM (SELECT 1 FROM inbox i INDEXED BY inbox_unread ` + inboxVisible + ` AND i.unread = 1 LIMIT +?2)`

// MarkInbox marks an entry of mine read, or every one where id is 0.
func (s *Store) MarkInbox(ctx context.Context, me, id int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Inbox, By: me}, me)
		return t.run(`UPDATE inbox SET unread = 0 WHERE person_id = ?1 AND unread = 1 AND (?2 = 0 OR id = ?2)`, me, id)
	})
}

// readInbox marks what concerns posts that me has just read: of a thread (root > 0) the replies up to seq,
// of a channel the roots up to seq. A reminder asks for an answer, so reading is not enough for it. My other sessions hear
// of it also where my reading position stays.
func (t *tx) readInbox(me, channel, root, seq int64) error {
	n, err := t.exec(`UPDATE inbox SET unread = 0 WHERE person_id = ?1 AND unread = 1 AND (
		?3 > 0 AND kind = 1 AND post_id = ?3 AND (SELECT reply_seq FROM post WHERE id = ?3) <= ?4 OR
		kind NOT IN (2, 4, 5, 6) AND post_id IN (SELECT id FROM post WHERE id = inbox.post_id AND channel_id = ?2 AND root_id = +?3 AND seq <= ?4 AND kind <> 1))`,
		me, channel, root, seq)
	if n > 0 {
		t.emitTo(Event{Kind: Inbox, By: me}, me)
	}
	return err
}
