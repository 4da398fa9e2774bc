package tui

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// pageSize is how many posts are asked for at once: a few screens.
	pageSize = 50
	// loadAhead is how many posts from the end the next page is asked for.
	loadAhead = 15
)

// latest is a feed of posts, newest or most recently active first: Home, a channel,
// what I have saved. Older posts are loaded when the end comes near. Newer ones wait
// above until they are asked for, so that nothing moves under the reader's eyes.
type latest struct {
	feed
	load     func(ctx context.Context, before int64, n int) ([]store.Post, error)
	holds    func(store.Event) bool // an event that may concern what is shown
	here     func() []postAct       // what can be done besides, for the menu; nil: nothing
	channels []store.Channel        // mine, as the sidebar has read them

	active bool // in the order of what was talked about last
	whole  bool // a page is all there is, in an order of its own
	live   bool // what is newer comes in at once

	ready   bool          // the first answer is here
	problem string        // why there is nothing to show
	ended   bool          // there are no older posts
	moved   bool          // I have joined or left: older posts may be others now
	waiting []*store.Post // newer than the first one shown
	gap     bool          // more are new than one page holds
	unseen  int           // and newer ones still, which were not read as nobody looks at them
	heard   int64         // the newest of those
	toTop   bool          // what waits is to be shown once that has been done
	jump    int64         // my own new post, to be shown at once
	was     store.Post    // the newest post that was not new when this was opened
	newest  int64         // the order key of the first post when it was put there
	cursor  int64         // the order key before which the next page ends
	seeking bool          // all that is loaded is new: the line comes with an older page
	fresh   refresher
	hinted  *hinted // nil: nothing has been hinted yet
	older   bool    // the next page is on its way
	late    bool    // and something has changed since it was asked for
	deep    bool    // I may no longer see what is loaded: all of it is read again, however much that is
}

// pageMsg is a page of posts before one, or from the top.
type pageMsg struct {
	of     *latest
	before int64
	n      int
	posts  []*store.Post
	err    error
}

// onePostMsg is one post read again; gone says that it is no longer there.
type onePostMsg struct {
	of   *latest
	id   int64
	post *store.Post
	gone bool
}

// placesMsg is my channels, as the acts on their posts need them.
type placesMsg struct {
	of       *latest
	channels []store.Channel
	err      error
}

// refresher lets one reading be under way at a time and remembers that another is due.
type refresher struct{ busy, again bool }

// begin says whether to read now.
func (r *refresher) begin() bool {
	if r.busy {
		r.again = true
		return false
	}
	r.busy = true
	return true
}

// end says whether to read once more.
func (r *refresher) end() bool {
	again := r.again
	r.busy, r.again = false, false
	return again
}

func newLatest(a *app, t *theme) *latest {
	l := &latest{feed: newFeed(a, t)}
	l.list = true
	l.above = func(p *store.Post) string {
		if p.ID != l.was.ID {
			return ""
		}
		return "you were here " + lastHere(p.At, a.now(), a.zone)
	}
	return l
}

// cursorOf is where a post stands in the order of when it was written, or when it was last talked about.
func cursorOf(p *store.Post, active bool) int64 {
	if active {
		return max(p.ID, p.LastReply)
	}
	return p.ID
}

// askChannels reads my channels.
func (l *latest) askChannels() tea.Cmd {
	a := l.app
	return func() tea.Msg {
		channels, err := a.store.Sidebar(a.ctx, a.me)
		return placesMsg{l, channels, err}
	}
}

// Acts are what I can do with the selected post.
func (l *latest) Acts() []postAct {
	p, some := l.current()
	if !some {
		return nil
	}
	return l.app.postActs(p, l.channelOf(p))
}

// channelOf is the channel of a post, as far as it is known.
func (l *latest) channelOf(p *store.Post) store.Channel {
	if c, known := l.mine(p.Channel); known {
		return c
	}
	return store.Channel{ID: p.Channel, Name: p.ChannelName, Direct: p.Direct}
}

// mine is one of my channels; there are too few for more than a look at each.
func (l *latest) mine(id int64) (c store.Channel, known bool) {
	for i := range l.channels {
		if l.channels[i].ID == id {
			return l.channels[i], true
		}
	}
	return c, false
}

// menu shows everything that can be done here.
func (l *latest) menu() tea.Cmd {
	groups := [][]postAct{l.Acts(), l.besides()}
	return l.app.push(newMore(l.app, l.theme, "What to do", groups...))
}

// read asks for n posts before one; 0 from the top.
func (l *latest) read(before int64, n int) tea.Cmd {
	ctx, load, active := l.app.ctx, l.load, l.active
	return func() tea.Msg {
		posts, err := pagewise(n, func(after *store.Post, n int) ([]store.Post, error) {
			if after != nil {
				return load(ctx, cursorOf(after, active), n)
			}
			return load(ctx, before, n)
		})
		return pageMsg{l, before, n, l.app.drawn.all(posts), err}
	}
}

// refresh reads the newest posts again.
func (l *latest) refresh() tea.Cmd {
	if !l.fresh.begin() {
		return nil
	}
	n := max(len(l.posts), pageSize)
	if !l.deep {
		n = min(n, store.MaxPage)
	}
	l.deep = false
	return l.read(0, n)
}

// more loads older posts when the end is near.
func (l *latest) more() tea.Cmd {
	if !l.ready || l.ended || l.older || len(l.posts) == 0 {
		return nil
	}
	ahead := l.posts[max(0, len(l.posts)-loadAhead)].ID
	if first, _ := l.lines(l.index(ahead)); first >= l.top+l.height {
		return nil
	}
	l.older = true
	return l.read(l.cursor, pageSize)
}

// update handles every message but keys and mouse.
func (l *latest) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		l.resize(msg.Width, msg.Height)
	case themeMsg:
		l.keep(func() { l.theme = msg.theme })
	case pageMsg:
		if msg.of == l {
			return l.arrived(msg)
		}
	case onePostMsg:
		if msg.of == l {
			l.replace(msg)
		}
	case sidebarMsg:
		if msg.err == nil {
			l.channels = msg.Channels
		}
	case placesMsg:
		if msg.of == l && msg.err == nil {
			l.channels = msg.channels
		}
	case heldMsg:
		l.hold(msg)
	case store.Event:
		return l.event(msg)
	case postedMsg:
		if msg.post.Root == 0 && l.holds(store.Event{Kind: store.Posted, Channel: msg.post.Channel}) {
			l.jump = msg.post.ID
			return l.refresh()
		}
	case headClickMsg:
		return tea.Batch(l.show(), l.more())
	case seenMsg:
		if msg.of != &l.feed {
			break
		}
		if fresh := l.settle(); fresh {
			return tea.Batch(l.app.saw(&l.feed), l.app.mark(l.markings()))
		}
		return l.app.saw(&l.feed)
	case markedMsg:
		l.marked(msg)
	}
	return l.more()
}

// event reads again what an event may have changed.
func (l *latest) event(e store.Event) tea.Cmd {
	if !l.holds(e) {
		return nil
	}
	l.moved = l.moved || e.Kind == store.Channels && e.By == l.app.me
	l.deep = l.deep || e.Kind == store.Channels || e.Kind == store.Reload
	l.late = l.late || l.older && e.Kind != store.Read && (e.Kind != store.Posted || e.Root != 0)
	id := e.Root
	if id == 0 && e.Kind == store.Changed {
		id = e.Post
	}
	if e.Kind == store.Posted && e.Root == 0 && e.Post != 0 && l.ready && !l.whole && !l.active && !l.live && len(l.posts) > 0 && l.jump == 0 && !l.fresh.busy {
		if e.Post > max(l.newestKnown(), l.heard) {
			l.unseen++
			l.heard = e.Post
		}
		return nil
	}
	if (e.Kind != store.Posted && e.Kind != store.Changed) || id == 0 || l.whole || l.active && e.Kind == store.Posted || l.fresh.busy {
		return l.refresh() // also where what is on its way may be as it was
	}
	if l.index(id) < 0 {
		return nil
	}
	a := l.app
	return func() tea.Msg {
		p, err := a.store.Post(a.ctx, a.me, id)
		if notFound(err) {
			return onePostMsg{of: l, id: id, gone: true}
		}
		if err != nil {
			return errMsg{err}
		}
		return onePostMsg{of: l, id: id, post: a.drawn.alike(p)}
	}
}

// newestKnown is the order key of the newest post that is shown or waits.
func (l *latest) newestKnown() int64 {
	if len(l.waiting) > 0 {
		return cursorOf(l.waiting[0], l.active)
	}
	return l.newest
}

func (l *latest) replace(msg onePostMsg) {
	i := l.index(msg.id)
	switch {
	case i < 0:
	case msg.gone:
		l.keep(func() { l.posts = append(l.posts[:i:i], l.posts[i+1:]...) })
	default:
		l.keep(func() { l.posts[i] = msg.post })
	}
}

// arrived takes a page in.
func (l *latest) arrived(msg pageMsg) tea.Cmd {
	if msg.before != 0 {
		late := l.late
		l.older, l.late = false, false
		if notFound(msg.err) {
			return nil
		}
		if msg.err != nil {
			return fail(msg.err)
		}
		if msg.before == l.cursor && !late {
			l.keep(func() {
				for _, p := range msg.posts {
					if l.index(p.ID) < 0 {
						l.posts = append(l.posts, p)
					}
				}
			})
			l.ended = len(msg.posts) < msg.n
			l.setCursor(msg.posts)
			l.wasHere(msg.posts)
		}
		return l.more()
	}
	var again tea.Cmd
	if l.fresh.end() {
		again = l.refresh()
	}
	if notFound(msg.err) { // what has gone is said by whose posts these were
		l.keep(func() { l.posts, l.waiting, l.unseen = nil, nil, 0 })
		return again
	}
	if msg.err != nil {
		if !l.ready {
			l.problem, _ = store.Sentence(msg.err)
		}
		return tea.Batch(again, fail(msg.err))
	}
	l.problem = ""
	l.merge(msg)
	return tea.Batch(again, l.more())
}

// setCursor notes where the page after this one begins.
func (l *latest) setCursor(page []*store.Post) {
	if len(page) > 0 {
		l.cursor = cursorOf(page[len(page)-1], l.active)
	}
}

// merge brings what is shown up to date with the newest posts: those above the
// first one shown wait, the others replace their like, and what is no longer
// among them goes.
func (l *latest) merge(msg pageMsg) {
	fresh := 0
	if len(l.posts) > 0 && !l.live {
		for fresh < len(msg.posts) && cursorOf(msg.posts[fresh], l.active) > l.newest {
			fresh++
		}
	}
	short := len(msg.posts) < msg.n || l.whole
	l.gap = fresh == len(msg.posts) && !short && fresh > 0
	l.keep(func() {
		if !l.gap {
			l.bring(msg.posts, fresh, short)
		}
		if l.waiting = nil; fresh > 0 { // what is empty would hold on to the page
			l.waiting = msg.posts[:fresh:fresh]
		}
	})
	l.moved, l.unseen = false, 0
	switch {
	case !l.ready:
		l.ready = true
		l.opened()
	case l.jump != 0 && slices.ContainsFunc(msg.posts, func(p *store.Post) bool { return p.ID == l.jump }):
		l.show()
		l.choose(l.index(l.jump))
		l.jump = 0
	case len(l.posts) == 0, l.toTop:
		l.show()
	}
	l.toTop = false
}

// bring puts the posts of a page from the top where they belong, but for the fresh ones.
func (l *latest) bring(page []*store.Post, fresh int, short bool) {
	var older []*store.Post
	if !l.whole && !l.moved {
		older = l.posts[l.reach(page, short):]
	}
	switch {
	case l.active && len(l.posts) > 0 && !l.moved:
		l.posts = l.inPlace(page, short)
	default:
		l.posts = append(page[fresh:len(page):len(page)], older...)
	}
	if len(l.posts) > 0 && (l.newest == 0 || !l.active || l.moved) {
		l.newest = cursorOf(l.posts[0], l.active)
	}
	if len(older) == 0 {
		l.ended = short
		l.setCursor(page)
	}
}

// inPlace is what is shown, in the order in which it is shown, with what the page says of it. What has been
// answered meanwhile stands higher in the page; here it stays where somebody may be reading it.
func (l *latest) inPlace(page []*store.Post, short bool) []*store.Post {
	now := map[int64]*store.Post{}
	for _, p := range page {
		now[p.ID] = p
	}
	var out []*store.Post
	for _, p := range l.posts {
		if q, ok := now[p.ID]; ok {
			out = append(out, q)
		} else if !short && cursorOf(p, l.active) < cursorOf(page[len(page)-1], l.active) {
			out = append(out, p)
		}
	}
	return out
}

// reach is how many of the posts shown a page from the top covers.
func (l *latest) reach(page []*store.Post, short bool) int {
	if short {
		return len(l.posts)
	}
	n := 0
	for last := cursorOf(page[len(page)-1], l.active); n < len(l.posts) && cursorOf(l.posts[n], l.active) >= last; {
		n++
	}
	return n
}

// opened notes where the person was: a line below what is new at that moment.
func (l *latest) opened() {
	l.choose(0)
	if l.active || l.live { // what is new stands anywhere
		return
	}
	if l.seeking = slices.ContainsFunc(l.posts, isUnread); l.seeking {
		l.wasHere(l.posts)
	}
}

func isUnread(p *store.Post) bool { return p.Unread }

// wasHere puts the line below the last of posts that is new; where none follows
// it, an older page has to tell.
func (l *latest) wasHere(posts []*store.Post) {
	below := len(posts)
	for below > 0 && !posts[below-1].Unread {
		below--
	}
	if !l.seeking || below == len(posts) {
		return
	}
	l.seeking = false
	if p := posts[below]; !p.Imported && !p.At.Before(l.app.came) { // before, I was not here
		l.keep(func() { l.was = *p })
	}
}

// show brings in the posts that wait above and goes to them, once those have been read that there was no need to.
func (l *latest) show() tea.Cmd {
	switch {
	case l.newer() == 0:
		return nil
	case l.unseen > 0:
		l.toTop = true
		return l.refresh()
	}
	if l.gap {
		l.posts, l.ended = nil, false
		l.setCursor(l.waiting)
	}
	l.keep(func() {
		posts := slices.Clone(l.waiting)
		for _, p := range l.posts {
			if !slices.ContainsFunc(l.waiting, func(w *store.Post) bool { return w.ID == p.ID }) {
				posts = append(posts, p)
			}
		}
		l.posts = posts
	})
	l.newest = cursorOf(l.waiting[0], l.active)
	l.waiting, l.gap = nil, false
	l.choose(0)
	return nil
}

// newer is how many posts wait above, as far as is known.
func (l *latest) newer() int { return len(l.waiting) + l.unseen }

// note says how many posts wait above.
func (l *latest) note() string {
	if l.newer() == 0 {
		return ""
	}
	n := strconv.Itoa(min(l.newer(), pageSize))
	if l.gap || l.newer() > pageSize {
		n += "+"
	}
	if l.width < narrowPost {
		return l.theme.New.Render(n + " new ↑")
	}
	return l.theme.New.Render(n + " new above ↑")
}

// press handles the keys of a list.
func (l *latest) press(msg tea.KeyPressMsg) tea.Cmd {
	p, some := l.current()
	switch {
	case l.problem != "" && key.Matches(msg, keys.Open):
		return l.refresh()
	case key.Matches(msg, keys.ShowNew),
		l.newer() > 0 && l.top == 0 && (key.Matches(msg, keys.Top) || key.Matches(msg, keys.Up) && l.index(l.selected) == 0):
		return tea.Batch(l.show(), l.more())
	case some && key.Matches(msg, keys.Open):
		return l.app.push(newThread(l.app, l.theme, p.ID))
	case key.Matches(msg, keys.More), !some && l.problem == "" && key.Matches(msg, keys.Open):
		return l.menu()
	case !l.move(msg):
		if cmd, used := pressed(append(l.Acts(), l.besides()...), msg, l.theme); used {
			return cmd
		}
	}
	return l.more()
}

// besides is what can be done here besides what is done with a post.
func (l *latest) besides() []postAct {
	if l.here == nil {
		return nil
	}
	return l.here()
}

// actHelp is the part of the help page about the selected post.
func (l *latest) actHelp() []key.Binding {
	return slices.Concat([]key.Binding{heading("This post"), keys.Open}, actKeys(l.Acts()), []key.Binding{keys.More, keys.New, keys.ShowNew})
}

// hinted are the hints about a post, kept as long as the post, its channel and what comes first stay the same.
type hinted struct {
	post    *store.Post
	channel store.Channel
	newer   bool
	first   []key.Binding
	keys    []key.Binding
}

// selectedHints speaks about the selected post, after what comes first.
func (l *latest) selectedHints(first ...key.Binding) []key.Binding {
	p, some := l.current()
	if !some {
		return append(slices.Clip(first), keys.ReadOn, keys.Tab)
	}
	c, newer := l.channelOf(p), l.newer() > 0
	if h := l.hinted; h == nil || h.post != p || h.channel != c || h.newer != newer || !slices.EqualFunc(h.first, first, sameHelp) {
		out := slices.Clone(first)
		if newer {
			out = append(out, keys.ShowNew)
		}
		out = append(append(out, keys.Open), actKeys(l.Acts(), keys.Respond, keys.Reply, keys.React)...)
		out = append(append(out, keys.ReadOn), actKeys(l.Acts(), keys.Keep)...)
		l.hinted = &hinted{p, c, newer, first, append(out, keys.More, keys.Tab, keys.Help)} // Help: as it is what is mostly added
	}
	return l.hinted.keys[:len(l.hinted.keys)-1]
}

func sameHelp(a, b key.Binding) bool { return a.Help() == b.Help() }

// mouse scrolls with the wheel and opens what is clicked.
func (l *latest) mouse(msg tea.MouseMsg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		l.wheel(msg)
	case tea.MouseClickMsg:
		if i := l.at(msg.Y); i >= 0 && msg.Button == tea.MouseLeft {
			l.choose(i)
			return l.app.push(newThread(l.app, l.theme, l.posts[i].ID))
		}
	}
	return l.more()
}

// unreadBelow says whether something new stands below the window.
func (l *latest) unreadBelow() bool {
	for i := range l.posts {
		if _, end := l.lines(i); l.posts[i].Unread && end > l.top+l.height {
			return true
		}
	}
	return false
}

// markings are the positions that what has been seen allows: in each channel up
// to the last post before the first one not seen.
func (l *latest) markings() []marking {
	type run struct {
		marking
		last   int64
		broken bool
	}
	posts := slices.Clone(l.posts)
	slices.SortStableFunc(posts, func(a, b *store.Post) int { return cmp.Compare(a.Seq, b.Seq) }) // a thread that was moved here is new, and has an old number
	runs := map[int64]*run{}
	var order []int64
	for _, p := range posts {
		if p.Seq == 0 || p.Author == l.app.me && !l.active {
			continue
		}
		r := runs[p.Channel]
		if r == nil {
			r = &run{marking: marking{at: store.Place{Channel: p.Channel}}}
			if p.Unread && !l.ended {
				r.first = p.ID
			}
			runs[p.Channel] = r
			order = append(order, p.Channel)
		} else if l.active && !l.ended && p.Unread && p.Seq > r.last+1 {
			r.broken = true // what stands between may be further down
		}
		r.last = p.Seq
		switch {
		case !p.Unread || r.broken:
		case l.seen(p.ID):
			r.seq = p.Seq
		default:
			r.broken = true
		}
	}
	var out []marking
	for _, c := range order {
		if r := runs[c]; r.seq > 0 {
			out = append(out, r.marking)
		}
	}
	return out
}

// marked takes in that posts have been read, here or on another screen.
func (l *latest) marked(msg markedMsg) {
	if msg.at.Root != 0 {
		return
	}
	l.keep(func() {
		for i := range l.posts {
			if p := l.posts[i]; p.Channel == msg.at.Channel && p.Seq <= msg.seq {
				l.setUnread(i, false)
			}
		}
	})
}
