package store

import (
	"maps"
	"slices"
	"sync"
)

const (
	recallPosts  = 256 // posts that are remembered: more than a storm writes before everybody has read them
	recallOwners = 128 // people of whom a remembered post may have something; with more it is let go
)

// recall remembers what one post makes everyone who is here read: what stands beside their screens, and the post
// itself. Readings of a thousand sessions cost more than all else that a post brings about. It holds only what is told
// to all alike or was read for somebody who is connected, and lets go of what the events of a commit are about, so it is
// as current as they are.
//
// A post is remembered from when it is written. So everybody who has something of their own with it (who wrote, saved,
// follows it, has reacted to it or is named in it) was heard of since: for them it is read from the database.
type recall struct {
	mu    sync.Mutex
	age   int // how often it has let something go
	here  map[int64]*attendee
	seqs  map[int64]int64 // by channel: the position of the newest post that was published
	posts map[int64]*common
	order []int64 // of posts, the oldest first
}

// attendee is what is remembered of somebody who is here.
type attendee struct {
	subscriptions int
	side          *Side // shared and never changed; nil: nothing
	marks         []mark
}

// mark is where somebody stands in a channel, beside each of Side.Channels.
type mark struct{ read, passed int64 } // what follows passed is new, as in conclude

// common is a root as it is for whoever has nothing of their own with it.
type common struct {
	post   Post
	old    bool // it has changed, and was not read since
	owners map[int64]bool
}

func newRecall() recall {
	return recall{here: map[int64]*attendee{}, seqs: map[int64]int64{}, posts: map[int64]*common{}}
}

// now is its age. A transaction asks before it begins: what it reads may only be remembered while that is still the age.
func (r *recall) now() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.age
}

// come notes that somebody listens to events.
func (r *recall) come(person int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.here[person]
	if b == nil {
		b = &attendee{}
		r.here[person] = b
	}
	b.subscriptions++
}

// leave undoes come.
func (r *recall) leave(person int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.here[person]
	if b.subscriptions--; b.subscriptions == 0 {
		delete(r.here, person)
	}
}

// side is what stands beside the screens of somebody, if that is remembered.
func (r *recall) side(me int64) (*Side, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.here[me]
	if b == nil || b.side == nil {
		return nil, false
	}
	shared := true
	for i, c := range b.side.Channels {
		unread := int(r.seqs[c.ID] - b.marks[i].passed)
		if unread <= c.Unread {
			continue
		}
		if shared {
			shared = false
			now := *b.side
			now.Channels = slices.Clone(now.Channels)
			b.side = &now
		}
		b.side.Channels[i].Unread = unread
	}
	return b.side, true
}

// keepSide remembers what was read in a transaction of that age for somebody who is here. What hangs on the
// time of day or changes without an event is left out: what waits for admins, and for an answer.
func (r *recall) keepSide(age int, side *Side, rows []channelRow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.here[side.Me.ID]
	if b == nil || age != r.age || side.Me.Admin || len(side.Waiting) > 0 {
		return
	}
	b.side, b.marks = side, make([]mark, len(rows))
	for i, c := range rows {
		b.marks[i] = mark{c.readSeq, c.readSeq + c.own}
	}
}

// post is a post as somebody sees it who is known to be in its channel, if it is remembered.
func (r *recall) post(me, id int64) (p Post, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known(me, id)
}

// page is what is remembered of posts, in the order of ids, as somebody sees them who is known to be in their channels:
// the zero Post where nothing is, and missing are the ids of those.
func (r *recall) page(me int64, ids []int64) (posts []Post, missing []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	posts = make([]Post, len(ids))
	for i, id := range ids {
		known := false
		if posts[i], known = r.known(me, id); !known {
			missing = append(missing, id)
		}
	}
	return posts, missing
}

func (r *recall) known(me, id int64) (p Post, known bool) {
	b, c := r.here[me], r.posts[id]
	if b == nil || b.side == nil || c == nil || c.old || c.owners[me] {
		return p, false
	}
	p = c.post
	i := slices.IndexFunc(b.side.Channels, func(c Channel) bool { return c.ID == p.Channel })
	if i < 0 {
		return Post{}, false
	}
	p.ChannelName = b.side.Channels[i].Name
	p.Unread = p.Seq > b.marks[i].read && !p.Deleted
	return p, true
}

// keepPost remembers anew a post that has changed, read in a transaction of that age for me, who may see it.
func (r *recall) keepPost(age int, me int64, p Post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.posts[p.ID]; c != nil && age == r.age && !c.owners[me] {
		c.post, c.old = p, false
		c.post.Unread = false
	}
}

// heed lets go of what the events of a commit are about, and remembers the posts that came with them.
func (r *recall) heed(events []delivery) {
	if len(events) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
	for i := range events {
		r.take(&events[i])
	}
	owners := map[int64]bool{}
	for _, e := range events {
		if e.Kind == Inbox {
			maps.Copy(owners, e.to)
		}
		owners[e.By] = true
	}
	for _, e := range events {
		r.owned(e.Post, owners)
		r.owned(e.Root, owners)
	}
}

// take is heed for one event.
func (r *recall) take(e *delivery) {
	switch e.Kind {
	case Posted:
		switch {
		case e.Root != 0:
			r.outdate(e.Root)
		case e.made == nil:
			r.forgetSides()
		default:
			r.add(e.Channel, *e.made)
		}
		r.forgetSide(e.By)
	case Changed:
		r.outdate(e.Post)
		r.outdate(e.Root)
		if !e.slight {
			r.forgetSides()
		}
	case Inbox, Read:
		for person := range e.to {
			r.forgetSide(person)
		}
	case Trials:
		r.forgetSides()
	case Decided, Reported: // for admins, of whom nothing is remembered
	default:
		r.forgetSides()
		clear(r.posts)
		r.order = r.order[:0]
	}
}

// add remembers a post that has just been written.
func (r *recall) add(channel int64, p Post) {
	r.seqs[channel] = max(r.seqs[channel], p.Seq)
	if r.posts[p.ID] != nil { // told of twice, by what was written together
		return
	}
	if len(r.order) == recallPosts {
		delete(r.posts, r.order[0])
		r.order = slices.Delete(r.order, 0, 1)
	}
	p.Following = false // its author does
	r.posts[p.ID] = &common{post: p, owners: map[int64]bool{}}
	r.order = append(r.order, p.ID)
}

func (r *recall) outdate(post int64) {
	if c := r.posts[post]; c != nil {
		c.old = true
	}
}

// owned notes who may have something of their own with a post.
func (r *recall) owned(post int64, people map[int64]bool) {
	c := r.posts[post]
	if c == nil {
		return
	}
	if maps.Copy(c.owners, people); len(c.owners) > recallOwners {
		delete(r.posts, post)
		r.order = slices.DeleteFunc(r.order, func(id int64) bool { return id == post })
	}
}

func (r *recall) forgetSide(person int64) {
	if b := r.here[person]; b != nil {
		b.side, b.marks = nil, nil
	}
}

func (r *recall) forgetSides() {
	clear(r.seqs)
	for _, b := range r.here {
		b.side, b.marks = nil, nil
	}
}
