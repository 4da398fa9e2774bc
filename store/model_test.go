package store_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tincan/store"
)

// Every check is a world of its own on a real disk: fewer and longer ones than rapid's, unless asked for.
func init() {
	flag.Set("rapid.checks", "20")
	flag.Set("rapid.steps", "60")
	flag.Set("rapid.nofailfile", "true") // the seed that it prints does
}

// model is what the store should know, kept in the simplest way: lists that are walked from end to end.
type model struct {
	*world
	people   []*modelPerson
	channels []*modelChannel
	roots    []*modelPost
}

type modelPerson struct {
	id     int64
	handle string
	admin  bool
	in     string // their department
	events <-chan store.Event
	drafts map[store.Place]store.Draft
}

type modelChannel struct {
	id       int64
	name     string
	private  bool
	everyone bool
	stewards bool // only they post
	archived bool
	of       map[string]bool               // the departments that it belongs to
	parting  map[*modelPerson]*modelMember // who was in it before the act that is looked at
	members  map[*modelPerson]*modelMember
	roots    []*modelPost
}

type modelMember struct {
	steward, muted bool
	placed         bool // by their department
	read           int  // roots up to which all was read
}

// modelPost is a root or a reply.
type modelPost struct {
	id      int64
	channel *modelChannel
	root    *modelPost // nil for a root
	author  *modelPerson
	body    string
	replies []*modelPost
	follows map[*modelPerson]*modelFollow
}

type modelFollow struct {
	on   bool
	read int // replies up to which all was read
}

func TestModel(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(folder, "")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := openWorld(t, dir, store.Options{PostsPerMinute: 1 << 20})
		defer w.Close()
		m := newModel(w.in(rt))
		act := func(fn func(*rapid.T)) func(*rapid.T) {
			return func(rt *rapid.T) {
				m.clock.add(time.Duration(rapid.SampledFrom([]int{0, 1, 1000, 5000, -3000}).Draw(rt, "ms")) * time.Millisecond)
				fn(rt)
				m.remembers()
				m.listen()
				if rapid.IntRange(0, 3).Draw(rt, "look") == 0 {
					m.sees(m.person(rt))
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create":  act(m.create),
			"join":    act(m.join),
			"leave":   act(m.leave),
			"add":     act(m.add),
			"mute":    act(m.mute),
			"post":    act(m.post),
			"post2":   act(m.post), // posting and replying are what people do most
			"reply":   act(m.reply),
			"reply2":  act(m.reply),
			"read":    act(m.read),
			"readThr": act(m.readThread),
			"follow":  act(m.follow),
			"draft":   act(m.draft),
			"archive": act(m.archive),
			"steward": act(m.steward),
			"belong":  act(m.belong),
			"move":    act(m.move),
		})
		for _, me := range m.people {
			m.sees(me)
		}
		m.healthy()
	})
}

func newModel(w *world) *model {
	m := &model{world: w}
	for i, handle := range []string{"ada", "ben", "cho"} {
		p := &modelPerson{handle: handle, admin: i == 0, drafts: map[store.Place]store.Draft{}}
		p.id = w.enter(store.Invite{Handle: handle, Admin: p.admin})
		p.events = w.Subscribe(context.Background(), p.id)
		m.people = append(m.people, p)
	}
	for _, name := range []string{"everyone", "announcements"} {
		c := &modelChannel{id: w.number(`SELECT id FROM channel WHERE name = ?`, name), name: name, everyone: true, stewards: name == "announcements", members: map[*modelPerson]*modelMember{}}
		for _, p := range m.people {
			c.members[p] = &modelMember{}
		}
		m.channels = append(m.channels, c)
	}
	ada, ben := m.people[0], m.people[1]
	open := m.found(ada, store.NewChannel{Name: "open"})
	w.join(open.id, ben.id)
	open.enter(ben)
	private := m.found(ada, store.NewChannel{Name: "private", Private: true})
	w.must(w.AddMember(w.ctx, ada.id, private.id, ben.handle))
	private.enter(ben)
	m.listen()
	return m
}

// ---- what may be seen

func (c *modelChannel) seenBy(p *modelPerson) bool { return !c.private || c.members[p] != nil }

func (c *modelChannel) stewardedBy(p *modelPerson) bool {
	member := c.members[p]
	return member != nil && (member.steward || c.everyone && p.admin)
}

func (c *modelChannel) unread(p *modelPerson) (n int) {
	member := c.members[p]
	if member == nil {
		return 0
	}
	for i, r := range c.roots {
		if i >= member.read && r.author != p {
			n++
		}
	}
	return n
}

func (r *modelPost) unread(p *modelPerson) (n int) {
	for i := range r.replies {
		if r.newReply(p, i) {
			n++
		}
	}
	return n
}

// newReply reports whether the i-th reply is new for p.
func (r *modelPost) newReply(p *modelPerson, i int) bool {
	f := r.follows[p]
	return f != nil && f.on && i >= f.read && r.replies[i].author != p
}

// ---- acts

func (m *model) person(rt *rapid.T) *modelPerson {
	return rapid.SampledFrom(m.people).Draw(rt, "person")
}

// anyChannel draws a channel, more often one that me is in.
func (m *model) anyChannel(rt *rapid.T, me *modelPerson) *modelChannel {
	var mine []*modelChannel
	for _, c := range m.channels {
		if c.members[me] != nil {
			mine = append(mine, c)
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "any channel") > 0 {
		return rapid.SampledFrom(mine).Draw(rt, "my channel")
	}
	return rapid.SampledFrom(m.channels).Draw(rt, "channel")
}

// anyRoot draws a root, which there has to be, more often a late one.
func (m *model) anyRoot(rt *rapid.T) *modelPost {
	if len(m.roots) == 0 {
		rt.Skip("no post yet")
	}
	some := m.roots
	if rapid.Bool().Draw(rt, "late") {
		some = some[max(0, len(some)-3):]
	}
	return rapid.SampledFrom(some).Draw(rt, "root")
}

// agree fails unless the store did what the model expects: nil, or an error of that kind.
func (m *model) agree(what string, err, want error) bool {
	m.t.Helper()
	if want == nil {
		if err != nil {
			m.t.Fatalf("%s: %v", what, err)
		}
		return true
	}
	refused(m.t, wrap(what, err), want, "")
	return false
}

func (m *model) create(rt *rapid.T) {
	if len(m.channels) > 6 {
		rt.Skip("enough channels")
	}
	m.found(m.person(rt), store.NewChannel{Name: fmt.Sprintf("c%d", len(m.channels)), Private: rapid.Bool().Draw(rt, "private")})
}

func (m *model) found(me *modelPerson, n store.NewChannel) *modelChannel {
	made, err := m.CreateChannel(m.ctx, me.id, n)
	m.must(err)
	c := &modelChannel{id: made.ID, name: n.Name, private: n.Private, members: map[*modelPerson]*modelMember{me: {steward: true}}}
	m.channels = append(m.channels, c)
	return c
}

func (m *model) join(rt *rapid.T) {
	me := m.person(rt)
	c := rapid.SampledFrom(m.channels).Draw(rt, "channel")
	var want error
	if !c.seenBy(me) {
		want = store.ErrNotFound
	}
	if m.agree("join", m.JoinChannel(m.ctx, me.id, c.id), want) {
		c.enter(me)
	}
}

func (c *modelChannel) enter(p *modelPerson) {
	if c.members[p] == nil {
		c.members[p] = &modelMember{read: len(c.roots)}
	}
}

func (m *model) leave(rt *rapid.T) {
	me := m.person(rt)
	c := m.anyChannel(rt, me)
	var want error
	switch {
	case !c.seenBy(me):
		want = store.ErrNotFound
	case c.everyone:
		want = store.ErrForbidden
	case c.members[me] == nil:
		want = store.ErrInvalid
	case c.private && (c.members[me].steward && c.stewardsNow() == 1 || len(c.members) == 1), c.of[me.in]:
		want = store.ErrForbidden
	}
	if m.agree("leave", m.LeaveChannel(m.ctx, me.id, c.id), want) {
		delete(c.members, me)
	}
}

func (m *model) add(rt *rapid.T) {
	me, other := m.person(rt), m.person(rt)
	c := m.anyChannel(rt, me)
	var want error
	switch {
	case !c.seenBy(me):
		want = store.ErrNotFound
	case !c.stewardedBy(me):
		want = store.ErrForbidden
	}
	if m.agree("add", m.AddMember(m.ctx, me.id, c.id, other.handle), want) {
		c.enter(other)
	}
}

func (m *model) mute(rt *rapid.T) {
	me, on := m.person(rt), rapid.Bool().Draw(rt, "on")
	c := m.anyChannel(rt, me)
	var want error
	switch {
	case !c.seenBy(me):
		want = store.ErrNotFound
	case c.members[me] == nil:
		want = store.ErrInvalid
	}
	if m.agree("mute", m.MuteChannel(m.ctx, me.id, c.id, on), want) {
		c.members[me].muted = on
	}
}

func (m *model) body(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"hello", "@ada look", "@ben and @cho", "@cho @nobody #tag"}).Draw(rt, "body")
}

func (m *model) post(rt *rapid.T) {
	me, body := m.person(rt), m.body(rt)
	c := m.anyChannel(rt, me)
	var want error
	switch {
	case !c.seenBy(me):
		want = store.ErrNotFound
	case c.archived, c.members[me] == nil, c.stewards && !c.stewardedBy(me):
		want = store.ErrForbidden
	}
	p := &modelPost{channel: c, author: me, body: body, follows: map[*modelPerson]*modelFollow{}}
	if m.write(rt, p, store.Place{Channel: c.id}, store.Place{Channel: c.id}, want) {
		c.roots = append(c.roots, p)
		m.roots = append(m.roots, p)
		for _, who := range m.mentioned(p) {
			p.follows[who] = &modelFollow{on: true}
		}
	}
}

func (m *model) reply(rt *rapid.T) {
	me, root, body := m.person(rt), m.anyRoot(rt), m.body(rt)
	c := root.channel
	to := root
	if len(root.replies) > 0 && rapid.Bool().Draw(rt, "to a reply") {
		to = rapid.SampledFrom(root.replies).Draw(rt, "reply")
	}
	var want error
	switch {
	case !c.seenBy(me):
		want = store.ErrNotFound
	case c.archived, c.members[me] == nil:
		want = store.ErrForbidden
	}
	p := &modelPost{channel: c, root: root, author: me, body: body}
	if !m.write(rt, p, store.Place{Root: to.id}, store.Place{Channel: c.id, Root: root.id}, want) {
		return
	}
	before := len(root.replies)
	root.replies = append(root.replies, p)
	if f := root.follows[root.author]; f == nil && root.author != me {
		root.follows[root.author] = &modelFollow{on: true, read: before}
	}
	if f := root.follows[me]; f == nil || !f.on {
		root.follows[me] = &modelFollow{on: true, read: before + 1}
	}
	for _, who := range m.mentioned(p) {
		if root.follows[who] == nil {
			root.follows[who] = &modelFollow{on: true, read: before}
		}
	}
}

// write posts at a place, from the draft there or beside it.
func (m *model) write(rt *rapid.T, p *modelPost, at, kept store.Place, want error) bool {
	m.t.Helper()
	fromDraft := rapid.Bool().Draw(rt, "from draft")
	made, err := m.CreatePost(m.ctx, p.author.id, store.NewPost{Place: at, Body: p.body, FromDraft: fromDraft})
	if !m.agree("write", err, want) {
		return false
	}
	for _, r := range m.roots {
		equal(m.t, "the newest number", made.ID > r.id && (len(r.replies) == 0 || made.ID > r.replies[len(r.replies)-1].id), true)
	}
	p.id = made.ID
	if fromDraft {
		delete(p.author.drafts, kept)
	}
	return true
}

// mentioned are the people whom a post names and who may see it, its author aside.
func (m *model) mentioned(p *modelPost) (all []*modelPerson) {
	for _, who := range m.people {
		if strings.Contains(p.body, "@"+who.handle) && who != p.author && p.channel.seenBy(who) {
			all = append(all, who)
		}
	}
	return all
}

func (m *model) read(rt *rapid.T) {
	me := m.person(rt)
	c := m.anyChannel(rt, me)
	seq := rapid.IntRange(-1, len(c.roots)+1).Draw(rt, "seq")
	var want error
	if !c.seenBy(me) {
		want = store.ErrNotFound
	}
	if m.agree("read", m.MarkRead(m.ctx, me.id, c.id, int64(seq)), want) && c.members[me] != nil {
		c.members[me].read = max(c.members[me].read, min(seq, len(c.roots)))
	}
}

func (m *model) readThread(rt *rapid.T) {
	me, root := m.person(rt), m.anyRoot(rt)
	seq := rapid.IntRange(-1, len(root.replies)+1).Draw(rt, "seq")
	var want error
	if !root.channel.seenBy(me) {
		want = store.ErrNotFound
	}
	if m.agree("read a thread", m.MarkThreadRead(m.ctx, me.id, root.id, int64(seq)), want) {
		if f := root.follows[me]; f != nil && f.on {
			f.read = max(f.read, min(seq, len(root.replies)))
		}
	}
}

func (m *model) follow(rt *rapid.T) {
	me, root, on := m.person(rt), m.anyRoot(rt), rapid.Bool().Draw(rt, "on")
	var want error
	if !root.channel.seenBy(me) {
		want = store.ErrNotFound
	}
	if m.agree("follow", m.FollowThread(m.ctx, me.id, root.id, on), want) {
		root.follows[me] = &modelFollow{on: on, read: len(root.replies)}
	}
}

func (m *model) draft(rt *rapid.T) {
	me := m.person(rt)
	c := m.anyChannel(rt, me)
	at := store.Place{Channel: c.id}
	if len(c.roots) > 0 && rapid.Bool().Draw(rt, "in a thread") {
		at.Root = rapid.SampledFrom(c.roots).Draw(rt, "root").id
	}
	draft := store.Draft{Body: rapid.SampledFrom([]string{"", "begun", "more"}).Draw(rt, "body"), How: rapid.SampledFrom([]string{"", "Question"}).Draw(rt, "how")}
	var want error
	if !c.seenBy(me) {
		want = store.ErrNotFound
	}
	if !m.agree("draft", m.SaveDraft(m.ctx, me.id, at, draft), want) {
		return
	}
	if draft == (store.Draft{}) {
		delete(me.drafts, at)
	} else {
		me.drafts[at] = draft
	}
}

func (c *modelChannel) stewardsNow() (n int) {
	for _, m := range c.members {
		n += b2i(m.steward)
	}
	return n
}

// charter is what the store should say to somebody who changes what a channel is.
func (c *modelChannel) charter(me *modelPerson) error {
	switch {
	case !c.seenBy(me):
		return store.ErrNotFound
	case !c.stewardedBy(me) && (c.private || !me.admin):
		return store.ErrForbidden
	}
	return nil
}

// logged is agree for an act that stands in the log: with one line where it was done, with none where not.
func (m *model) logged(what string, do func() error, want error) bool {
	m.t.Helper()
	before := m.decided()
	done := m.agree(what, do(), want)
	equal(m.t, "lines in the log after "+what, m.decided(), before+int64(b2i(done)))
	return done
}

func (m *model) archive(rt *rapid.T) {
	me, on := m.person(rt), rapid.IntRange(0, 2).Draw(rt, "on") == 0
	c := m.anyChannel(rt, me)
	want := c.charter(me)
	switch {
	case want != nil:
	case c.everyone:
		want = store.ErrForbidden
	case on == c.archived:
		want = store.ErrInvalid
	}
	if m.logged("archive", func() error { return m.ArchiveChannel(m.ctx, me.id, c.id, on, "why") }, want) {
		c.archived = on
	}
}

func (m *model) steward(rt *rapid.T) {
	me, other, on := m.person(rt), m.person(rt), rapid.Bool().Draw(rt, "on")
	c := m.anyChannel(rt, me)
	want := c.charter(me)
	member := c.members[other]
	switch {
	case want != nil:
	case member == nil && (c.private || !on):
		want = store.ErrNotFound
	case member != nil && member.steward == on:
		want = store.ErrInvalid
	case !on && c.stewardsNow() == 1 && !c.everyone:
		want = store.ErrForbidden
	}
	if m.logged("name a steward", func() error { return m.SetSteward(m.ctx, me.id, c.id, other.handle, on, "why") }, want) {
		c.enter(other)
		c.members[other].steward = on
		c.members[other].placed = c.members[other].placed && !on
	}
}

// belong gives a channel to a department, or takes it back.
func (m *model) belong(rt *rapid.T) {
	me, on, name := m.person(rt), rapid.Bool().Draw(rt, "on"), rapid.SampledFrom(modelDepartments).Draw(rt, "department")
	c := m.anyChannel(rt, me)
	want := c.charter(me)
	known := false
	for _, p := range m.people {
		known = known || p.in == name
	}
	switch {
	case want != nil:
	case c.everyone:
		want = store.ErrForbidden
	case on == c.of[name]:
		want = store.ErrInvalid
	case on && !known:
		want = store.ErrNotFound
	}
	c.parting = maps.Clone(c.members) // those who go with their department are told too
	if m.logged("give to a department", func() error { return m.SetDepartment(m.ctx, me.id, c.id, name, on, "why") }, want) {
		if c.of == nil {
			c.of = map[string]bool{}
		}
		c.of[name] = on
		were := maps.Clone(c.members)
		m.settle()
		for p := range were {
			for c.members[p] == nil && len(p.events) > 0 { // whoever goes is told that they went, and nothing more
				if e := <-p.events; e.Kind != store.Channels && e.Channel == c.id {
					m.t.Fatalf("%s is told of #%s: %+v", p.handle, c.name, e)
				}
			}
		}
	}
}

var modelDepartments = []string{"north", "south"}

// move puts somebody into a department, as the roster does.
func (m *model) move(rt *rapid.T) {
	p, name := m.person(rt), rapid.SampledFrom(modelDepartments).Draw(rt, "department")
	_, err := m.CreateInvite(m.ctx, store.Operator, store.Invite{Handle: p.handle, Department: name})
	m.must(err)
	p.in = name
	m.settle()
}

// settle has everybody where their department is, and nowhere because of one that is not theirs.
func (m *model) settle() {
	for _, c := range m.channels {
		for _, p := range m.people {
			switch member := c.members[p]; {
			case member != nil && member.placed && !c.of[p.in]:
				delete(c.members, p)
			case member == nil && c.of[p.in]:
				c.enter(p)
				c.members[p].placed = true
			}
		}
	}
}

// listen takes what everybody was told: of a private channel its members only, and one's own reading oneself only.
func (m *model) listen() {
	m.t.Helper()
	for _, p := range m.people {
		for len(p.events) > 0 {
			e := <-p.events
			if e.Kind == store.Read && e.By != p.id {
				m.t.Fatalf("%s is told what another reads: %+v", p.handle, e)
			}
			for _, c := range m.channels {
				if _, parts := c.parting[p]; c.id == e.Channel && !c.seenBy(p) && e.By != p.id && !(parts && e.Kind == store.Channels) {
					m.t.Fatalf("%s is told of #%s: %+v", p.handle, c.name, e)
				}
			}
		}
	}
	for _, c := range m.channels {
		c.parting = nil
	}
}

// ---- what everybody sees, by every way of reading

func (m *model) sees(me *modelPerson) {
	m.t.Helper()
	m.seesChannels(me)
	for _, c := range m.channels {
		if c.seenBy(me) {
			m.seesChannel(me, c)
		} else {
			m.seesNothingOf(me, c)
		}
	}
	m.seesHome(me)
	m.seesWhatIsNew(me)
}

// describe is a channel as the model has it and as the store tells it.
func (c *modelChannel) describe(p *modelPerson) string {
	member := c.members[p]
	draft := false
	for at := range p.drafts {
		draft = draft || at.Channel == c.id
	}
	steward := c.stewardedBy(p)
	return row(c.id, c.name, c.private, c.everyone, len(c.members), member != nil, steward, member != nil && member.muted,
		member != nil && !c.archived && (!c.stewards || steward), c.unread(p), draft, c.archived)
}

func describe(c store.Channel) string {
	return row(c.ID, c.Name, c.Private, c.Everyone, c.Members, c.Joined, c.Steward, c.Muted, c.MayPost, c.Unread, c.Draft, c.Archived)
}

func describeAll(list []store.Channel) string {
	var all []string
	for _, c := range list {
		all = append(all, describe(c))
	}
	return strings.Join(all, "\n")
}

func (m *model) seesChannels(me *modelPerson) {
	m.t.Helper()
	var all, joined []*modelChannel
	for _, c := range m.channels {
		if c.seenBy(me) {
			all = append(all, c)
		}
		if c.members[me] != nil && !c.archived {
			joined = append(joined, c)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].name < all[j].name })
	sort.SliceStable(joined, func(i, j int) bool {
		a, b := joined[i], joined[j]
		return a.everyone && !b.everyone || !a.everyone && !b.everyone && a.name < b.name
	})
	told := func(list []*modelChannel) string {
		var lines []string
		for _, c := range list {
			lines = append(lines, c.describe(me))
		}
		return strings.Join(lines, "\n")
	}
	list, err := m.Channels(m.ctx, me.id)
	m.must(err)
	equal(m.t, "Channels of "+me.handle, describeAll(list), told(all))
	list, err = m.Sidebar(m.ctx, me.id)
	m.must(err)
	equal(m.t, "Sidebar of "+me.handle, describeAll(list), told(joined))
}

func (m *model) seesChannel(me *modelPerson, c *modelChannel) {
	m.t.Helper()
	got, err := m.ChannelByID(m.ctx, me.id, c.id)
	m.must(err)
	equal(m.t, "ChannelByID for "+me.handle, describe(got), c.describe(me))
	got, err = m.Channel(m.ctx, me.id, c.name)
	m.must(err)
	equal(m.t, "Channel for "+me.handle, describe(got), c.describe(me))

	var want []string
	for _, p := range m.people { // they are in the order of their handles
		if member := c.members[p]; member != nil {
			want = append(want, row(p.handle, member.steward))
		}
	}
	list, err := m.Members(m.ctx, me.id, c.id, "", 100)
	m.must(err)
	var handles []string
	for _, p := range list {
		handles = append(handles, row(p.Handle, p.Steward))
	}
	equal(m.t, "Members for "+me.handle, strings.Join(handles, "\n"), strings.Join(want, "\n"))

	var roots, log []*modelPost
	for _, r := range c.roots {
		roots = append(roots, r)
		log = append(append(log, r), r.replies...)
	}
	slices.Reverse(roots)
	posts, err := m.ChannelPosts(m.ctx, me.id, c.id, 0, store.MaxPage)
	m.must(err)
	m.same("ChannelPosts for "+me.handle, me, posts, roots)
	slices.SortFunc(log, func(a, b *modelPost) int { return int(a.id - b.id) })
	posts, err = m.ChannelLog(m.ctx, me.id, c.id, store.MaxLog)
	m.must(err)
	m.same("ChannelLog for "+me.handle, me, posts, log)

	equal(m.t, "Draft of "+me.handle, m.begun(me.id, store.Place{Channel: c.id}), me.drafts[store.Place{Channel: c.id}])
	for _, r := range c.roots {
		m.seesThread(me, r)
	}
}

// describe is a post as the model has it, seen by p.
func (r *modelPost) describe(p *modelPerson) string {
	root, follow, position := int64(0), r.follows[p], 0
	unread := false
	if r.root != nil {
		root = r.root.id
	} else {
		position = slices.Index(r.channel.roots, r)
		member := r.channel.members[p]
		unread = member != nil && position >= member.read && r.author != p && r.channel.unread(p) > 0
	}
	last := ""
	if n := len(r.replies); n > 0 {
		last = r.replies[n-1].author.handle
	}
	return row(r.id, r.channel.name, root, r.author.handle, r.body, len(r.replies), last, unread, follow != nil && follow.on, r.unread(p))
}

func (m *model) same(what string, me *modelPerson, got []store.Post, want []*modelPost) {
	m.t.Helper()
	var a, b []string
	for _, p := range got {
		a = append(a, row(p.ID, p.ChannelName, p.Root, p.Handle, p.Body, p.Replies, p.LastReplyBy, p.Unread, p.Following, p.NewReplies))
	}
	for _, p := range want {
		b = append(b, p.describe(me))
	}
	equal(m.t, what, strings.Join(a, "\n"), strings.Join(b, "\n"))
}

func (m *model) seesThread(me *modelPerson, r *modelPost) {
	m.t.Helper()
	for _, p := range append([]*modelPost{r}, r.replies...) {
		got, err := m.Post(m.ctx, me.id, p.id)
		m.must(err)
		m.same("Post for "+me.handle, me, []store.Post{got}, []*modelPost{p})
		th := m.world.thread(me.id, p.id)
		m.same("Thread root for "+me.handle, me, []store.Post{th.Root}, []*modelPost{r})
		equal(m.t, "Thread channel for "+me.handle, describe(th.Channel), r.channel.describe(me))
		for i := range th.Replies {
			equal(m.t, "new reply for "+me.handle, th.Replies[i].Unread, r.newReply(me, i))
			th.Replies[i].Unread = false
		}
		m.same("Thread replies for "+me.handle, me, th.Replies, r.replies)
	}
	at := store.Place{Channel: r.channel.id, Root: r.id}
	equal(m.t, "Draft of "+me.handle, m.begun(me.id, at), me.drafts[at])
}

// seesNothingOf tries every door.
func (m *model) seesNothingOf(me *modelPerson, c *modelChannel) {
	m.t.Helper()
	closed := func(what string, err error) {
		m.t.Helper()
		refused(m.t, wrap(what+" for "+me.handle, err), store.ErrNotFound, "")
	}
	_, err := m.ChannelByID(m.ctx, me.id, c.id)
	closed("ChannelByID", err)
	_, err = m.Channel(m.ctx, me.id, c.name)
	closed("Channel", err)
	_, err = m.Members(m.ctx, me.id, c.id, "", 100)
	closed("Members", err)
	_, err = m.ChannelPosts(m.ctx, me.id, c.id, 0, 100)
	closed("ChannelPosts", err)
	_, err = m.ChannelLog(m.ctx, me.id, c.id, 100)
	closed("ChannelLog", err)
	_, err = m.Draft(m.ctx, me.id, store.Place{Channel: c.id})
	closed("Draft", err)
	for _, r := range c.roots {
		for _, p := range append([]*modelPost{r}, r.replies...) {
			_, err = m.Post(m.ctx, me.id, p.id)
			closed("Post", err)
			_, err = m.Thread(m.ctx, me.id, p.id, 0, 100)
			closed("Thread", err)
			_, err = m.Draft(m.ctx, me.id, store.Place{Root: p.id})
			closed("Draft", err)
		}
	}
}

func (m *model) seesHome(me *modelPerson) {
	m.t.Helper()
	var want []*modelPost
	for _, r := range m.roots {
		if member := r.channel.members[me]; member != nil && !member.muted {
			want = append(want, r)
		}
	}
	slices.Reverse(want)
	posts, err := m.Home(m.ctx, me.id, 0, store.MaxPage)
	m.must(err)
	m.same("Home of "+me.handle, me, posts, want)
	half := len(want) / 2
	if half == 0 {
		return
	}
	posts, err = m.Home(m.ctx, me.id, want[half-1].id, store.MaxPage)
	m.must(err)
	m.same("second page of "+me.handle, me, posts, want[half:])
	posts, err = m.HomeSince(m.ctx, me.id, time.Unix(want[half].id, 0), store.MaxPage)
	m.must(err)
	m.same("HomeSince of "+me.handle, me, posts, want[:half+1])
}

func (m *model) seesWhatIsNew(me *modelPerson) {
	m.t.Helper()
	var channels []*modelChannel
	for _, c := range m.channels {
		if member := c.members[me]; member != nil && !member.muted && !c.archived && c.unread(me) > 0 {
			channels = append(channels, c)
		}
	}
	sort.SliceStable(channels, func(i, j int) bool {
		a, b := channels[i], channels[j]
		return a.everyone && !b.everyone || !a.everyone && !b.everyone && a.name < b.name
	})
	var places, threads []string
	for _, c := range channels {
		places = append(places, row(store.Place{Channel: c.id}))
	}
	for _, r := range m.roots {
		member := r.channel.members[me]
		if r.unread(me) > 0 && r.channel.seenBy(me) && !r.channel.archived && (member == nil || !member.muted) {
			places = append(places, row(store.Place{Channel: r.channel.id, Root: r.id}))
			threads = append(threads, row(r.id))
		}
	}
	ids, err := m.UnreadThreads(m.ctx, me.id)
	m.must(err)
	var waiting []string
	for _, id := range ids {
		waiting = append(waiting, row(id))
	}
	equal(m.t, "UnreadThreads of "+me.handle, strings.Join(waiting, " "), strings.Join(threads, " "))

	var walked []string
	at := store.Place{}
	for range places {
		next, ok, err := m.NextUnread(m.ctx, me.id, at)
		m.must(err)
		equal(m.t, "NextUnread has more for "+me.handle, ok, true)
		walked = append(walked, row(next))
		at = next
	}
	equal(m.t, "NextUnread of "+me.handle, strings.Join(walked, "\n"), strings.Join(places, "\n"))
	next, ok, err := m.NextUnread(m.ctx, me.id, at)
	m.must(err)
	equal(m.t, "NextUnread after the last of "+me.handle, ok, len(places) > 1)
	if ok {
		equal(m.t, "and round again", row(next), places[0])
	}
	if len(places) == 0 {
		equal(m.t, "nothing new for "+me.handle, ok, false)
	}
}
