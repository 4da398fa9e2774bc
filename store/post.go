package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// PostLimit is the length of a post in graphemes: enough to say one thing well.
	PostLimit = 1000
	// ImportedPostLimit is the size of an imported post in bytes: archives hold longer texts than people may write here.
	ImportedPostLimit = 64 << 10
	// MaxPage is how many posts one page holds at most.
	MaxPage = 200
	// MaxLog is how many posts ChannelLog returns at most.
	MaxLog = 10_000

	branches = 100 // channels in one UNION ALL; SQLite takes 500 (sqlite.org/limits.html)
)

// Place is where something is written: a channel (Root 0), or a thread in it. As the place of a draft it may be
// a post of mine that I am writing anew: Edit, and then the other two follow from it.
type Place struct{ Channel, Root, Edit int64 }

// Post is a root post or a reply, as one person sees it.
type Post struct {
	ID          int64 // Unix second of writing, or the next free one: order, page cursor and the number people type
	Channel     int64
	ChannelName string
	Direct      bool  // in a direct conversation: ChannelName is then the others' names
	Root        int64 // 0 for a root
	Author      int64
	Handle      string // the author's, as the next three
	Name        string // display name
	Department  string
	Bot         bool
	Body        string
	At          time.Time
	EditedAt    time.Time // zero: never
	Imported    bool
	Deleted     bool
	Seq         int64 // position in its channel (roots) or thread (replies); 0 if imported, and then never unread
	Revision    int64 // changes whenever what is drawn of it changes

	Replies     int // of a root
	LastReplyAt time.Time
	LastReplyBy string // display name
	LastReply   int64  // its ID, 0 for none: what orders HomeActive

	Reactions Reactions
	Question  bool   // asks something
	Answer    int64  // the reply that answers it, 0 while none does
	AnswerBy  string // display name of who wrote that reply
	Pinned    bool   // kept on top of its channel by a steward
	Hidden    bool   // by a steward; Body is then empty
	HiddenWhy string // their reason

	Saved      bool // by me
	Unread     bool // for me
	Following  bool // a root whose thread I follow
	NewReplies int  // replies not yet read in a thread I follow

	Announcement *Announcement // what makes it one; nil for other posts

	replySeq, lastReplier, answerer int64
}

// postColumns are what has to be read of every post p, as person ?1 sees it. Flags share a column: what a page
// costs is its columns. SQLite gives | and << one precedence, hence the outer brackets.
const postColumns = `p.id, p.author_id, p.body, p.at, p.edited_at, p.seq, p.revision,
	p.imported | ((p.deleted_at <> 0) << 1) | (p.question << 2) | ((p.pinned_at <> 0) << 3) | ((p.hidden_at <> 0) << 4) |
		(EXISTS (SELECT 1 FROM saved s WHERE s.person_id = ?1 AND s.post_id = p.id) << 5) | (p.announced << 6),
	p.reactions, CASE p.reactions WHEN '' THEN 0 ELSE coalesce((SELECT x.kinds FROM reaction x WHERE x.post_id = p.id AND x.person_id = ?1), 0) END`

// anyColumns are those of any post in any place; the joins are all by primary key.
const anyColumns = postColumns + `, p.channel_id, ` + channelShown + `, c.direct <> '', p.root_id, p.answer_id, p.replies, p.reply_seq, p.last_reply_id, coalesce(l.at, 0), coalesce(l.author_id, 0),
	coalesce(p.root_id = 0 AND p.author_id <> ?1 AND p.seq > m.read_seq AND p.deleted_at = 0, 0), coalesce(f.state > 0, 0), coalesce((f.state > 0) * max(0, p.reply_seq - f.read_seq - f.own), 0)`

const anyJoins = `
	JOIN channel c ON c.id = p.channel_id LEFT JOIN post l ON l.id = p.last_reply_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = p.channel_id
	LEFT JOIN follow f ON f.person_id = ?1 AND f.root_id = p.id`

// scan reads postColumns, and whatever columns follow them into more.
func (p *Post) scan(r *row, more ...any) error {
	var at, edited, flags int64
	var counts string
	var mine int
	err := r.Scan(append([]any{&p.ID, &p.Author, &p.Body, &at, &edited, &p.Seq, &p.Revision, &flags, &counts, &mine}, more...)...)
	p.At, p.EditedAt = fromMS(at), fromMS(edited)
	p.Imported, p.Deleted, p.Question = flags&1 != 0, flags&2 != 0, flags&4 != 0
	p.Pinned, p.Hidden, p.Saved = flags&8 != 0, flags&16 != 0, flags&32 != 0
	if flags&64 != 0 {
		p.Announcement = &Announcement{}
	}
	p.Reactions = parseReactions(counts, mine)
	if p.Hidden {
		p.Body = ""
	}
	return err
}

// scanAny reads anyColumns.
func scanAny(r *row) (p Post, err error) {
	var last int64
	err = p.scan(r, &p.Channel, &p.ChannelName, &p.Direct, &p.Root, &p.Answer, &p.Replies, &p.replySeq, &p.LastReply, &last, &p.lastReplier, &p.Unread, &p.Following, &p.NewReplies)
	p.LastReplyAt = fromMS(last)
	return p, err
}

// posts reads a query of posts, with who wrote them. Its first parameter is me.
func (t *tx) posts(me int64, scan func(*row) (Post, error), q string, args ...any) ([]Post, error) {
	list, err := collect(t, scan, q, append([]any{me}, args...)...)
	if err != nil {
		return nil, err
	}
	for i := range list { // hidden and answered posts are too few to carry reasons and answers in every page
		p := &list[i]
		if p.Hidden {
			if err := t.get(`SELECT hidden_why FROM post WHERE id = ?`, []any{p.ID}, &p.HiddenWhy); err != nil {
				return nil, err
			}
		}
		if p.Answer != 0 {
			if err := t.get(`SELECT author_id FROM post WHERE id = ?`, []any{p.Answer}, &p.answerer); err != nil {
				return nil, err
			}
		}
	}
	if err := t.announcements(me, list); err != nil {
		return nil, err
	}
	return list, t.sign(list)
}

// postsByID reads posts in the order of ids. The rights to see them are the caller's business.
func (t *tx) postsByID(me int64, ids []int64) ([]Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return t.posts(me, scanAny, postsByIDQuery, string(list))
}

const postsByIDQuery = `SELECT ` + anyColumns + ` FROM json_each(?2) j CROSS JOIN post p ON p.id = j.value` + anyJoins

// Home returns roots of the channels that I am in and have not muted, newest first: up to n
// (at most 200) before the post before, or from the newest where before is 0.
func (s *Store) Home(ctx context.Context, me, before int64, n int) ([]Post, error) {
	return s.home(ctx, me, before, time.Time{}, page(n, MaxPage))
}

// HomeSince is Home from the newest back to since; n may be up to 10,000.
func (s *Store) HomeSince(ctx context.Context, me int64, since time.Time, n int) ([]Post, error) {
	return s.home(ctx, me, 0, since, page(n, MaxLog))
}

func (s *Store) home(ctx context.Context, me, before int64, since time.Time, n int) (posts []Post, err error) {
	floor := int64(0)
	if !since.IsZero() {
		floor = since.Unix()
	}
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		channels, err := collect(t, scanID, homeChannelsQuery, me)
		if err != nil {
			return err
		}
		ids, err := t.newestRoots(channels, top(before), floor, n)
		if err != nil {
			return err
		}
		posts, err = t.recalled(me, ids)
		return err
	})
	return posts, err
}

// recalled is postsByID that asks only for what is not remembered: who has just come reads what everybody has read.
func (t *tx) recalled(me int64, ids []int64) ([]Post, error) {
	posts, missing := t.recall.page(me, ids)
	read, err := t.postsByID(me, missing)
	for i := range posts {
		if posts[i].ID == 0 && len(read) > 0 {
			posts[i], read = read[0], read[1:]
			t.recall.keepPost(t.seen, me, posts[i])
		}
	}
	return posts, err
}

const homeChannelsQuery = `SELECT channel_id FROM member WHERE person_id = ? AND muted = 0`

// top is the cursor before which a page ends: everything where none is given.
func top(before int64) int64 {
	if before <= 0 {
		return 1<<63 - 1
	}
	return before
}

// page is how many posts to read where n were asked for. In the queries a + stands before such a
// parameter: SQLite plans a statement anew at each run if it could use the value of a bare one.
func page(n, most int) int { return min(max(n, 0), most) }

// newestRoots merges the roots of channels, newest first, between floor (inclusive) and before.
// One branch a channel reads the index backwards: `channel_id IN (…) ORDER BY id` would sort all of history.
func (t *tx) newestRoots(channels []int64, before, floor int64, n int) ([]int64, error) {
	var all []int64
	for part := range slices.Chunk(channels, branches) {
		args := []any{before, floor, n}
		for _, c := range part {
			args = append(args, c)
		}
		ids, err := collect(t, scanID, newestRootsQuery(len(part)), args...)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	if len(channels) > branches {
		slices.Sort(all)
		slices.Reverse(all)
	}
	return all[:min(n, len(all))], nil
}

// newestRootsQuery has one branch for each of k channels, as SQLite merges ordered branches without sorting.
func newestRootsQuery(k int) string {
	const before, after, between, last = "SELECT id FROM post WHERE channel_id = ?", " AND root_id = 0 AND id < ?1 AND id >= ?2", " UNION ALL ", " ORDER BY id DESC LIMIT +?3"
	q := make([]byte, 0, k*(len(between)+len(before)+len("999")+len(after))+len(last))
	for i := range k {
		if i > 0 {
			q = append(q, between...)
		}
		q = strconv.AppendInt(append(q, before...), int64(i+4), 10)
		q = append(q, after...)
	}
	return string(append(q, last...))
}

// ChannelPosts returns roots of a channel that me may see, newest first: up to n (at most 200)
// before the post before, or from the newest where before is 0. It does not need membership.
func (s *Store) ChannelPosts(ctx context.Context, me, channel, before int64, n int) (posts []Post, err error) {
	err = s.inChannel(ctx, me, channel, func(t *tx, c channelRow) error {
		posts, err = t.posts(me, scanAny, channelPostsQuery, channel, top(before), page(n, MaxPage))
		return err
	})
	return posts, err
}

const channelPostsQuery = `SELECT ` + anyColumns + ` FROM post p` + anyJoins + `
	WHERE p.channel_id = ?2 AND p.root_id = 0 AND p.id < ?3 ORDER BY p.id DESC LIMIT +?4`

// ChannelLog returns the newest n (at most 10,000) roots and replies of a channel that me may see, oldest first.
func (s *Store) ChannelLog(ctx context.Context, me, channel int64, n int) (posts []Post, err error) {
	err = s.inChannel(ctx, me, channel, func(t *tx, c channelRow) error {
		ids, err := collect(t, scanID, channelLogQuery, channel, page(n, MaxLog))
		if err != nil {
			return err
		}
		slices.Reverse(ids)
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}

// channelLogQuery looks in the n threads that were written in last, as no other can have one of the newest n posts; of
// those that were deleted since, some may be missing.
const channelLogQuery = `WITH live AS MATERIALIZED (SELECT id FROM post WHERE channel_id = ?1 AND root_id = 0 ORDER BY max(id, last_reply_id) DESC LIMIT +?2)
	SELECT id FROM live UNION ALL SELECT r.id FROM live CROSS JOIN post r ON r.root_id = live.id AND r.root_id <> 0 ORDER BY 1 DESC LIMIT +?2`

// inChannel reads in a channel that me may see.
func (s *Store) inChannel(ctx context.Context, me, channel int64, fn func(*tx, channelRow) error) error {
	return s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err := t.channel(me, channel)
		if err != nil {
			return err
		}
		return fn(t, c)
	})
}

// Post returns one post that me may see, or ErrNotFound.
func (s *Store) Post(ctx context.Context, me, id int64) (p Post, err error) {
	if p, known := s.recall.post(me, id); known {
		return p, nil
	}
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if p, _, err = t.post(me, id); err == nil {
			t.recall.keepPost(t.seen, me, p)
		}
		return err
	})
	return p, err
}

// post returns a post in a channel that me may see, and the channel, or ErrNotFound.
func (t *tx) post(me, id int64) (Post, channelRow, error) {
	found, err := t.postsByID(me, []int64{id})
	if err != nil {
		return Post{}, channelRow{}, err
	}
	if len(found) == 1 {
		c, err := t.channel(me, found[0].Channel)
		if !nothing(err) {
			return found[0], c, err
		}
	}
	return Post{}, channelRow{}, refuse(ErrNotFound, "There is no post of that number here.")
}

// NewPost is something to be written.
type NewPost struct {
	Place            // Root may name a reply too: the text goes to its thread
	Body      string // cleaned and trimmed on the way in
	Question  bool   // a root that asks; replies do not
	FromDraft bool   // the draft of the place goes in the same transaction, so that nothing is sent twice

	Announce *NewAnnouncement // makes it an announcement; nil for other posts
}

// CreatePost writes a root post or a reply. It is refused with a sentence if the text is empty or
// too long (ErrInvalid), the place is not there for me (ErrNotFound), I have not joined it or may not
// post in it (ErrForbidden), or I have written too often (ErrLimited). Once it returns, the post
// survives a power cut.
func (s *Store) CreatePost(ctx context.Context, me int64, n NewPost) (Post, error) {
	limit := PostLimit
	if n.Announce != nil {
		limit = AnnouncementLimit
	}
	body := trimmed(n.Body)
	if err := fits(body, limit); err != nil {
		return Post{}, err
	}
	var made Post
	err := s.write(ctx, func(t *tx) error {
		author, err := t.viewer(me)
		if err != nil {
			return err
		}
		place, c, err := t.writable(me, n.Place)
		if err != nil {
			return err
		}
		if err := s.limit.check(author, t.at); err != nil {
			return err
		}
		question := n.Question && place.Root == 0
		id, seq, err := t.addPost(c, place.Root, me, body, question)
		if err != nil {
			return err
		}
		// What was just written, as reading it would find it: nobody can have answered yet.
		made = Post{ID: id, Channel: c.ID, ChannelName: c.Name, Direct: c.Direct, Root: place.Root, Author: me, Handle: author.Handle, Name: author.Display(),
			Department: author.Department, Bot: author.Bot, Body: body, At: fromMS(t.ms()), Seq: seq, Question: question}
		if n.Root != place.Root { // it answers a reply
			if err := t.run(`UPDATE post SET to_id = (SELECT author_id FROM post WHERE id = ?) WHERE id = ?`, n.Root, id); err != nil {
				return err
			}
		}
		if n.Announce != nil {
			if place.Root != 0 {
				return refuse(ErrInvalid, "A reply is no announcement; only a post of its own can be. Your text is kept.")
			}
			if err := t.announce(c, me, id, *n.Announce); err != nil {
				return err
			}
			made.Announcement = &Announcement{}
			if err := t.announcements(me, []Post{made}); err != nil {
				return err
			}
		}
		if n.FromDraft {
			if err := t.dropDraft(me, place); err != nil {
				return err
			}
		}
		s.limit.count(me, t.at) // still inside, so that what is sent at the same moment counts too
		if err := t.emitIn(c, Event{Kind: Posted, Root: place.Root, Post: id, By: me}); err != nil {
			return err
		}
		if place.Root == 0 && n.Announce == nil {
			root := made
			t.events[len(t.events)-1].made = &root
		}
		return nil
	})
	return made, err
}

// CleanBody is body as it will be stored, or ErrInvalid with the sentence that says why it cannot be posted.
func CleanBody(body string) (string, error) {
	body = trimmed(body)
	if err := fits(body, PostLimit); err != nil {
		return "", err
	}
	return body, nil
}

// trimmed is a text as it will be stored.
func trimmed(body string) string { return strings.Trim(Clean(body), " \n") }

// fits is nil if a text is one, of no more than limit graphemes.
func fits(body string, limit int) error {
	kind := "a post"
	if limit == AnnouncementLimit {
		kind = "an announcement"
	}
	if blank(body) {
		return refuse(ErrInvalid, "There is nothing to post yet; write something first.")
	}
	if n := Graphemes(body); n > limit {
		return refuse(ErrInvalid, "Your text has %s characters; %s holds %s. Shorten it or split it.", Number(n), kind, Number(limit))
	}
	if len(body) > limit*graphemeBytes {
		return refuse(ErrInvalid, "Your text is too large for %s, though it has few characters. Simplify it.", kind)
	}
	return nil
}

// writable resolves the place of a new post and checks that me may write there.
func (t *tx) writable(me int64, at Place) (Place, channelRow, error) {
	at, c, err := t.place(me, at)
	if err != nil {
		return at, c, err
	}
	switch {
	case c.Archived:
		return at, c, archived(c)
	case !c.Joined:
		return at, c, refuse(ErrForbidden, "You are not in #%s; join it first.", c.Name)
	case !c.MayPost && at.Root == 0:
		return at, c, refuse(ErrForbidden, "Only its stewards post in #%s; everyone may reply.", c.Name)
	}
	return at, c, nil
}

func archived(c channelRow) error {
	return refuse(ErrForbidden, "#%s is archived; it can be read, and nothing is written there any more.", c.Name)
}

// place finds where something is to be written: the thread of a reply, the channel of a thread.
func (t *tx) place(me int64, at Place) (Place, channelRow, error) {
	if at.Root == 0 {
		c, err := t.channel(me, at.Channel)
		return at, c, err
	}
	p, c, err := t.post(me, at.Root)
	at.Channel = p.Channel
	if p.Root != 0 {
		at.Root = p.Root
	}
	return at, c, err
}

// addPost inserts the post and keeps every counter that depends on it. It returns its number and position.
func (t *tx) addPost(c channelRow, root, author int64, body string, question bool) (id, seq int64, err error) {
	if id, err = t.nextPostID(); err != nil {
		return 0, 0, err
	}
	var to int64
	if root == 0 {
		err = t.get(`UPDATE channel SET seq = seq + 1 WHERE id = ? RETURNING seq`, []any{c.ID}, &seq)
	} else {
		err = t.get(`UPDATE post SET replies = replies + 1, reply_seq = reply_seq + 1, last_reply_id = ?1, revision = revision + 1, `+hearReply+` WHERE id = ?2 RETURNING reply_seq, author_id`, []any{id, root, author, t.ms()}, &seq, &to)
	}
	if err != nil {
		return 0, 0, err
	}
	if err := t.run(`INSERT INTO post (id, channel_id, root_id, author_id, seq, body, late, question, to_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, c.ID, root, author, seq, body, late(id, t.ms()), question, to); err != nil {
		return 0, 0, err
	}
	if root == 0 {
		err = t.ownRoot(c, author, seq)
	} else {
		err = t.ownReply(root, author, seq)
	}
	if err != nil {
		return 0, 0, err
	}
	return id, seq, t.index(c, id, root, author, seq, body)
}

// hearReply notes on a root that ?3 replied at ?4, if nobody else had before.
const hearReply = `heard_at = CASE WHEN author_id = ?3 OR heard_at BETWEEN 1 AND ?4 OR (SELECT bot FROM person WHERE id = ?3) THEN heard_at ELSE ?4 END`

// nextPostID is the present second, or the next number after the newest post's. Numbers that
// follow the clock let an archive's posts stand where they belong among the others, and tell
// nobody how many posts they may not see.
func (t *tx) nextPostID() (int64, error) {
	var last int64
	err := t.get(`SELECT coalesce(max(id), 0) FROM post`, nil, &last)
	return max(last+1, t.at.Unix()), err
}

// late is how many milliseconds after the second that is its number a post was written.
func late(id, at int64) int64 { return at - id*1000 }

// index notes the mentions and tags of a post. Who is mentioned and may see it follows its thread.
func (t *tx) index(c channelRow, id, root, author, seq int64, body string) error {
	for _, tag := range Tags(body) {
		if err := t.run(`INSERT INTO tag VALUES (?, ?) ON CONFLICT DO NOTHING`, tag, id); err != nil {
			return err
		}
	}
	for _, handle := range Mentions(body) {
		p, err := t.personByHandle(handle)
		if nothing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := t.mention(c, p, id, root, author, seq); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) mention(c channelRow, p Person, id, root, author, seq int64) error {
	if p.ID == author || p.State == Left {
		return nil
	}
	if c.Private {
		member, err := t.has(`SELECT 1 FROM member WHERE person_id = ? AND channel_id = ?`, p.ID, c.ID)
		if err != nil || !member {
			return err
		}
	}
	n, err := t.exec(`INSERT INTO mention VALUES (?, ?) ON CONFLICT DO NOTHING`, p.ID, id)
	if err != nil || n == 0 { // an edit that still names them
		return err
	}
	if err := t.notify(p.ID, Mentioned, id, author); err != nil {
		return err
	}
	if root == 0 {
		return t.run(`INSERT INTO follow (person_id, root_id, read_seq, apart) SELECT ?1, id, reply_seq, 1 FROM post WHERE id = ?2 ON CONFLICT DO NOTHING`, p.ID, id)
	}
	return t.run(`INSERT INTO follow (person_id, root_id, state, read_seq, own, apart) VALUES (?1, ?2, 2, ?3,
		(SELECT count(*) FROM post WHERE root_id = +?2 AND root_id <> 0 AND seq > ?3 AND (deleted_at > 0 OR author_id = ?1)), 1) ON CONFLICT DO NOTHING`, p.ID, root, seq-1)
}
