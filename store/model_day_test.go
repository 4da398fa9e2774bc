package store_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tincan/store"
)

// Every check is a world of its own on a real disk.
func init() { flag.Set("rapid.checks", "20") }

// day is a naive model of who may see what: people, where they are, and what stands where.
type day struct {
	*world
	people   []int64
	handles  []string
	channels []*dayChannel
	posts    []*dayPost
	events   []<-chan store.Event
}

type dayChannel struct {
	id      int64
	private bool
	members map[int64]bool
}

type dayPost struct {
	id, root, author int64
	in               *dayChannel
	body             string // "" once deleted
	hidden           bool
}

func (d *day) sees(me int64, p *dayPost) bool { return !p.in.private || p.in.members[me] }

// TestModelOfADay lets four people do at random all that can be done to a post, in open and private channels and
// direct conversations, and looks after each act whether anybody comes to see what they may not, by any door.
func TestModelOfADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{t: rt, ctx: t.Context(), dir: t.TempDir(), clock: &clock{at: noon}}
		s, err := store.Open(w.ctx, w.dir, store.Options{Now: w.clock.Now, PostsPerMinute: 1 << 20})
		w.must(err)
		defer s.Close()
		w.Store = s
		d := &day{world: w}
		open, secret := &dayChannel{members: map[int64]bool{}}, &dayChannel{private: true, members: map[int64]bool{}}
		for _, h := range []string{"ann", "ben", "cid", "dee"} {
			d.handles = append(d.handles, h)
			d.people = append(d.people, w.person(h))
		}
		open.id, secret.id = w.open(d.people[0], "open"), w.private(d.people[0], "secret", "ben")
		for i, p := range d.people {
			if i > 0 {
				w.join(open.id, p)
			}
			open.members[p] = true
			secret.members[p] = i < 2
			d.events = append(d.events, w.Subscribe(t.Context(), p))
		}
		d.channels = []*dayChannel{open, secret}
		for range rapid.IntRange(5, 25).Draw(rt, "acts") {
			for _, ch := range d.events { // what happened before is not this act's
				drain(ch)
			}
			acts := []func(*rapid.T){d.write, d.write, d.write, d.change, d.change, d.remove, d.hide, d.mark, d.mark, d.talk, d.comeAndGo}
			rapid.SampledFrom(acts).Draw(rt, "act")(rt)
			w.remembers()
		}
		w.indexed()
		for _, me := range d.people {
			d.look(me)
		}
		w.healthy()
	})
}

func drain(ch <-chan store.Event) (all []store.Event) {
	for {
		select {
		case e := <-ch:
			all = append(all, e)
		default:
			return all
		}
	}
}

func (d *day) somebody(rt *rapid.T) int64 { return rapid.SampledFrom(d.people).Draw(rt, "person") }

// any is a post, nil while there is none.
func (d *day) any(rt *rapid.T) *dayPost {
	if len(d.posts) == 0 {
		return nil
	}
	return rapid.SampledFrom(d.posts).Draw(rt, "post")
}

// may checks that an act of me on p was refused as if it were not there where me may not see it.
func (d *day) may(me int64, p *dayPost, err error) bool {
	if !d.sees(me, p) {
		refused(d.t, err, store.ErrNotFound, "There is no post of that number here.")
		return false
	}
	if err != nil {
		refused(d.t, err, store.ErrForbidden, "")
	}
	return err == nil
}

func (d *day) write(rt *rapid.T) {
	me, c := d.somebody(rt), rapid.SampledFrom(d.channels).Draw(rt, "channel")
	at := store.Place{Channel: c.id}
	p := &dayPost{author: me, in: c, body: fmt.Sprintf("word%d @%s", len(d.posts), rapid.SampledFrom(d.handles).Draw(rt, "named"))}
	if to := d.any(rt); to != nil && rapid.Bool().Draw(rt, "reply") {
		at = store.Place{Root: to.id}
		p.in, p.root = to.in, to.id
		if to.root != 0 {
			p.root = to.root
		}
	}
	made, err := d.CreatePost(d.ctx, me, store.NewPost{Place: at, Body: p.body, Question: true})
	if !p.in.members[me] {
		if err == nil {
			d.t.Fatalf("%d wrote where they are not", me)
		}
		return
	}
	d.must(err)
	p.id = made.ID
	d.posts = append(d.posts, p)
	for i, ch := range d.events {
		for _, e := range drain(ch) {
			if e.Post == p.id && !d.sees(d.people[i], p) {
				d.t.Fatalf("%d hears of %d: %+v", d.people[i], p.id, e)
			}
		}
	}
}

func (d *day) change(rt *rapid.T) {
	me, p := d.somebody(rt), d.any(rt)
	if p == nil {
		return
	}
	body := fmt.Sprintf("word%d changed%d @%s", slices.Index(d.posts, p), rapid.IntRange(0, 3).Draw(rt, "to"), rapid.SampledFrom(d.handles).Draw(rt, "named"))
	_, err := d.EditPost(d.ctx, me, p.id, body)
	if d.may(me, p, err) {
		p.body = body
	}
}

func (d *day) remove(rt *rapid.T) {
	if me, p := d.somebody(rt), d.any(rt); p != nil && d.may(me, p, d.DeletePost(d.ctx, me, p.id)) {
		p.body = ""
	}
}

func (d *day) hide(rt *rapid.T) {
	me, p := d.people[0], d.any(rt)
	if p == nil {
		return
	}
	if p.hidden {
		p.hidden = !d.may(me, p, d.UnhidePost(d.ctx, me, p.id))
	} else {
		p.hidden = d.may(me, p, d.HidePost(d.ctx, me, p.id, "why"))
	}
}

// mark is what changes nothing that others may read.
func (d *day) mark(rt *rapid.T) {
	me, p := d.somebody(rt), d.any(rt)
	if p == nil {
		return
	}
	on := rapid.Bool().Draw(rt, "on")
	switch rapid.IntRange(0, 7).Draw(rt, "mark") {
	case 0:
		d.may(me, p, d.React(d.ctx, me, p.id, store.Reaction(rapid.IntRange(0, 5).Draw(rt, "reaction")), on))
	case 1:
		d.may(me, p, d.SavePost(d.ctx, me, p.id, true))
	case 2:
		if p.root == 0 {
			d.may(me, p, d.PinPost(d.ctx, me, p.id, on))
		}
	case 3:
		err := d.UnreadFrom(d.ctx, me, p.id)
		if !d.sees(me, p) {
			d.may(me, p, err)
		}
	case 4:
		if p.root != 0 {
			err := d.ResolveQuestion(d.ctx, me, p.id, on)
			if !d.sees(me, p) {
				d.may(me, p, err)
			}
		}
	case 5:
		if p.root != 0 {
			d.may(me, p, d.MarkThreadRead(d.ctx, me, p.root, int64(rapid.IntRange(1, 5).Draw(rt, "seq"))))
		}
	case 6:
		if p.in.members[me] {
			d.must(d.MarkRead(d.ctx, me, p.in.id, int64(rapid.IntRange(1, 5).Draw(rt, "seq"))))
		}
	case 7:
		d.may(me, p, d.ReportPost(d.ctx, me, p.id, "why"))
	}
}

// talk opens a direct conversation of two or three.
func (d *day) talk(rt *rapid.T) {
	me, with := d.somebody(rt), rapid.SliceOfNDistinct(rapid.SampledFrom(d.handles), 1, 2, func(s string) string { return s }).Draw(rt, "with")
	c, err := d.OpenDirect(d.ctx, me, with)
	people := map[int64]bool{me: true}
	for _, h := range with {
		people[d.people[slices.Index(d.handles, h)]] = true
	}
	if len(people) < 2 {
		refused(d.t, err, store.ErrInvalid, "Name somebody else")
		return
	}
	d.must(err)
	equal(d.t, "people of the conversation", c.Members, len(people))
	if !slices.ContainsFunc(d.channels, func(x *dayChannel) bool { return x.id == c.ID }) {
		d.channels = append(d.channels, &dayChannel{id: c.ID, private: true, members: people})
	}
}

func (d *day) comeAndGo(rt *rapid.T) {
	i := rapid.IntRange(1, 3).Draw(rt, "who")
	me, secret := d.people[i], d.channels[1]
	if secret.members[me] {
		d.must(d.LeaveChannel(d.ctx, me, secret.id))
	} else {
		d.must(d.AddMember(d.ctx, d.people[0], secret.id, d.handles[i]))
	}
	secret.members[me] = !secret.members[me]
}

// look goes through every door and compares what is there with what should be.
func (d *day) look(me int64) {
	var mine []*dayPost // what me may see, newest first
	for _, p := range slices.Backward(d.posts) {
		if d.sees(me, p) {
			mine = append(mine, p)
		}
	}
	want := func(keep func(*dayPost) bool) string {
		var ids []string
		for _, p := range mine {
			if keep(p) {
				ids = append(ids, fmt.Sprint(p.id))
			}
		}
		return strings.Join(ids, " ")
	}
	got := func(posts []store.Post, err error) string {
		d.t.Helper()
		d.must(err)
		var ids []string
		for _, p := range posts {
			ids = append(ids, fmt.Sprint(p.ID))
			d.check(me, p)
		}
		return strings.Join(ids, " ")
	}
	// Searches, each in both orders.
	search := func(q string, keep func(*dayPost) bool) {
		d.t.Helper()
		f, err := d.Search(d.ctx, me, q, store.Newest, 0, store.MaxPage)
		if strings.HasPrefix(q, "in:") && errors.Is(err, store.ErrNotFound) { // and nothing of it is found
			err = nil
		}
		equal(d.t, q, got(f.Posts, err), want(func(p *dayPost) bool { return p.body != "" && !p.hidden && keep(p) }))
		var pages []store.Post
		for before, turn := int64(0), 0; err == nil && (before > 0 || turn == 0); turn++ {
			page, again := d.Search(d.ctx, me, q, store.Newest, before, 2)
			if pages, before, err = append(pages, page.Posts...), page.Next, again; turn > len(f.Posts) {
				d.t.Fatalf("%s: its pages do not end", q)
			}
		}
		if strings.HasPrefix(q, "in:") && errors.Is(err, store.ErrNotFound) {
			return
		}
		equal(d.t, q+", by pages", got(pages, err), got(f.Posts, nil))
		best, err := d.Search(d.ctx, me, q, store.Best, 0, store.MaxPage)
		got(best.Posts, err)
		equal(d.t, q+", best first", len(best.Posts), len(f.Posts))
	}
	search("since:2025-01-01", func(*dayPost) bool { return true })
	search("word*", func(*dayPost) bool { return true })
	search("changed1", func(p *dayPost) bool { return strings.Contains(p.body, "changed1") })
	search("in:secret", func(p *dayPost) bool { return p.in == d.channels[1] })
	search("in:secret word*", func(p *dayPost) bool { return p.in == d.channels[1] && strings.Contains(p.body, "word") })
	search("from:"+d.handles[0]+" word*", func(p *dayPost) bool { return p.author == d.people[0] && strings.Contains(p.body, "word") })
	for i, h := range d.handles {
		search("from:"+h, func(p *dayPost) bool { return p.author == d.people[i] })
		search("in:secret from:"+h, func(p *dayPost) bool { return p.in == d.channels[1] && p.author == d.people[i] })
		posts, err := d.PersonPosts(d.ctx, me, d.people[i], 0, store.MaxPage)
		equal(d.t, "posts of "+h, got(posts, err), want(func(p *dayPost) bool { return p.author == d.people[i] && p.body != "" }))
	}
	for i, p := range d.posts {
		search(fmt.Sprint("word", i), func(x *dayPost) bool { return x == p })
		_, err := d.Versions(d.ctx, me, p.id)
		d.may(me, p, err)
		_, err = d.Post(d.ctx, me, p.id)
		d.may(me, p, err)
		_, err = d.Thread(d.ctx, me, p.id, 0, 10)
		d.may(me, p, err)
	}
	// Lists of all kinds.
	posts, err := d.Saved(d.ctx, me, 0, store.MaxPage)
	got(posts, err)
	posts, err = d.Unanswered(d.ctx, me)
	got(posts, err)
	posts, _, err = d.HomeActive(d.ctx, me, 0, store.MaxPage)
	atHome := want(func(p *dayPost) bool { return p.root == 0 && p.in.members[me] })
	equal(d.t, "posts at Home", len(posts), len(strings.Fields(atHome)))
	got(posts, err)
	items, err := d.Inbox(d.ctx, me, nil, store.MaxPage)
	d.must(err)
	mentions, unread := 0, 0
	for _, i := range items {
		got([]store.Post{i.Post}, nil)
		if i.Unread {
			unread++
			mentions += b2i(i.Kind == store.Mentioned)
		}
	}
	side, err := d.Side(d.ctx, me)
	d.must(err)
	equal(d.t, "unread entries", side.Inbox, unread)
	// Counts.
	list, err := d.Sidebar(d.ctx, me)
	d.must(err)
	roots, in := 0, 0
	for _, c := range list {
		equal(d.t, "unread", d.unread(me, c.ID), c.Unread)
		roots += c.Unread
		in += b2i(c.Unread > 0)
		posts, err := d.Pinned(d.ctx, me, c.ID)
		got(posts, err)
	}
	joined := 2 // #everyone and #announcements
	for _, c := range d.channels {
		joined += b2i(c.members[me])
	}
	equal(d.t, "channels", len(list), joined)
	for _, c := range d.channels {
		_, err := d.ChannelByID(d.ctx, me, c.id)
		if c.private && !c.members[me] {
			refused(d.t, err, store.ErrNotFound, "")
			_, err = d.Pinned(d.ctx, me, c.id)
			refused(d.t, err, store.ErrNotFound, "")
		}
	}
	up, err := d.Arrive(d.ctx, me)
	d.must(err)
	equal(d.t, "catching up", row(up.Mentions, up.Posts, up.Channels), row(mentions, roots, in))
	people, err := d.CompletePerson(d.ctx, me, "a")
	d.must(err)
	equal(d.t, "completion", handles(people), "ann")
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// check compares one post that came through some door with what me should see of it.
func (d *day) check(me int64, got store.Post) {
	d.t.Helper()
	for _, p := range d.posts {
		if p.id != got.ID {
			continue
		}
		if !d.sees(me, p) {
			d.t.Fatalf("%d sees %d, which is not for them", me, p.id)
		}
		body := p.body
		if p.hidden {
			body = ""
		}
		equal(d.t, "text", got.Body, body)
		return
	}
	d.t.Fatalf("there is no post %d", got.ID)
}
