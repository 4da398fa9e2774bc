package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// thread is one post whole and its replies, oldest first. It opens at the first
// reply that is new; earlier ones are loaded when somebody scrolls up to them.
type thread struct {
	*feed
	writing
	id       int64
	is       store.Thread
	ready    bool
	problem  string
	first    int64 // the first new reply when this was opened
	jump     int64 // my own new reply, to be shown at once
	fresh    refresher
	earlier  bool       // earlier replies are on their way
	late     bool       // and something has changed since they were asked for
	deep     bool       // what has changed may be any reply: all of those loaded are read again, however many
	replyNow bool       // write as soon as it is known that one may
	quote    store.Post // what the reply quotes
}

// threadMsg is a thread with its replies before one, or up to the last.
type threadMsg struct {
	of     *thread
	before int64
	thread store.Thread
	err    error
}

func newThread(a *app, t *theme, id int64) *thread {
	f := newFeed(a, t)
	th := &thread{feed: &f, writing: writing{acts: a, theme: t}, id: id}
	th.above = th.ruleAbove
	th.tail = th.noReplies
	return th
}

// replyTo is the thread of a post with its composer at hand.
func replyTo(a *app, t *theme, id int64) *thread {
	th := newThread(a, t, id)
	th.replyNow = true
	return th
}

// quoting is the thread of a post with a reply begun that quotes it.
func quoting(a *app, t *theme, p store.Post) *thread {
	th := replyTo(a, t, p.ID)
	th.quote = p
	return th
}

// Acts are what I can do with the selected post.
func (th *thread) Acts() []postAct {
	if p, some := th.current(); some && th.ready {
		return th.app.replyActs(p, th.is)
	}
	return nil
}

func (th *thread) Title() string {
	if !th.ready || th.problem != "" {
		return "Thread"
	}
	return "Thread · " + called(th.is.Channel)
}

// Note is what waits below, or that I follow.
func (th *thread) Note() string {
	below := 0
	for i, p := range th.posts {
		if first, _ := th.lines(i); p.Root != 0 && p.Unread && first >= th.top+th.height {
			below++
		}
	}
	switch {
	case below > 0 && th.width < narrowPost:
		return th.feed.theme.New.Render(capped(below) + " new ↓")
	case below > 0:
		return th.feed.theme.New.Render(capped(below) + " new below ↓")
	case th.is.Following:
		return th.feed.theme.Dim.Render("following")
	}
	return ""
}

// ruleAbove is the line where the new replies begin, and where earlier ones are missing.
func (th *thread) ruleAbove(p *store.Post) string {
	switch {
	case p.Root == 0:
		return ""
	case p.ID == th.first:
		return "new"
	case th.is.Earlier && len(th.posts) > 1 && p.ID == th.posts[1].ID:
		return store.Count(th.is.Root.Replies-len(th.posts)+1, "earlier reply", "earlier replies") + " ↑"
	}
	return ""
}

// noReplies stands below a post that nobody has answered.
func (th *thread) noReplies(width int) []string {
	if !th.ready || len(th.posts) != 1 {
		return nil
	}
	say := "No replies yet."
	if th.instead == "" {
		say += " r writes the first."
	}
	var out []string
	for _, l := range words(say, width-2) {
		out = append(out, " "+th.feed.theme.Dim.Render(l))
	}
	return out
}

// Pending waits for the thread.
func (th *thread) Pending() bool { return !th.ready && th.problem == "" || th.writing.reading() }

func (th *thread) Init() tea.Cmd { return th.refresh() }

// read asks for n replies before one; 0 up to the last, and at first as many as it takes to show what was asked for.
func (th *thread) read(before int64, n int) tea.Cmd {
	a, id, first := th.app, th.id, !th.ready
	return func() tea.Msg {
		is, err := a.store.Thread(a.ctx, a.me, id, before, min(n, store.MaxPage))
		for err == nil && is.Earlier && len(is.Replies) > 0 && len(is.Replies) < n {
			err = prepend(a, &is, min(n-len(is.Replies), store.MaxPage))
		}
		for first && err == nil && tooLate(is, id) {
			err = prepend(a, &is, store.MaxPage)
		}
		return threadMsg{th, before, is, err}
	}
}

// prepend reads up to n replies before those of a thread.
func prepend(a *app, is *store.Thread, n int) error {
	earlier, err := a.store.Thread(a.ctx, a.me, is.Root.ID, is.Replies[0].ID, n)
	is.Replies, is.Earlier = append(earlier.Replies, is.Replies...), earlier.Earlier
	return err
}

// tooLate says whether the replies begin after the one that was asked for, or (as far as one page goes) after the first new one.
func tooLate(is store.Thread, id int64) bool {
	if !is.Earlier || len(is.Replies) == 0 {
		return false
	}
	oldest := is.Replies[0]
	return id != is.Root.ID && id < oldest.ID || oldest.Unread && len(is.Replies) < store.MaxPage
}

// refresh reads the newest replies again.
func (th *thread) refresh() tea.Cmd {
	if !th.fresh.begin() {
		return nil
	}
	n := pageSize
	if th.ready {
		n = max(len(th.posts), pageSize)
		if !th.deep {
			n = min(n, store.MaxPage)
		}
	}
	th.deep = false
	return th.read(0, n)
}

// loadEarlier asks for earlier replies when scrolling up comes near them.
func (th *thread) loadEarlier() tea.Cmd {
	if !th.is.Earlier || th.earlier || len(th.posts) < 2 || th.starts[1] < th.top-th.height {
		return nil
	}
	th.earlier = true
	return th.read(th.posts[1].ID, pageSize)
}

func (th *thread) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return th.press(msg)
	case tea.PasteMsg:
		return th.writing.update(msg)
	case tea.MouseMsg:
		return th.mouse(msg)
	case tea.WindowSizeMsg:
		th.resize(msg.Width, msg.Height)
	case themeMsg:
		th.keep(func() { th.feed.theme = msg.theme })
	case threadMsg:
		if msg.of == th {
			return th.arrived(msg)
		}
		return nil
	case postedMsg:
		if msg.post.Root == th.is.Root.ID {
			th.jump = msg.post.ID
			return tea.Batch(th.writing.update(msg), th.refresh())
		}
	case seenMsg:
		if msg.of != th.feed {
			break
		}
		if fresh := th.settle(); fresh {
			return tea.Batch(th.app.saw(th.feed), th.app.mark(th.markings()))
		}
		return th.app.saw(th.feed)
	case markedMsg:
		th.marked(msg)
	case heldMsg:
		th.hold(msg)
		if i := slices.IndexFunc(th.posts, func(p *store.Post) bool { return p.Root == msg.at.Root && p.Root != 0 && p.Seq == msg.seq }); i >= 0 {
			th.keep(func() { th.first = th.posts[i].ID })
		}
	case replyMsg:
		th.quote = msg.quote
		return th.reply()
	case store.Event:
		if th.concerns(msg) {
			th.late, th.deep = th.late || th.earlier, th.deep || msg.Kind != store.Posted && msg.Kind != store.Read
			return tea.Batch(th.refresh(), th.writing.update(msg))
		}
	}
	return th.writing.update(msg)
}

// concerns says whether an event may change what is shown.
func (th *thread) concerns(e store.Event) bool {
	switch root := th.is.Root; {
	case !th.ready || e.Channel == 0:
		return true
	case e.Root == root.ID || e.Post == root.ID:
		return true
	default:
		return e.Channel == root.Channel && e.Root == 0 && e.Kind != store.Posted && e.Kind != store.Changed
	}
}

func (th *thread) arrived(msg threadMsg) tea.Cmd {
	var again tea.Cmd
	if msg.before == 0 {
		if th.fresh.end() {
			again = th.refresh()
		}
	} else {
		th.earlier = false
	}
	late := th.late && msg.before != 0
	th.late = th.late && !late
	switch {
	case notFound(msg.err):
		th.problem, _ = store.Sentence(msg.err)
		th.posts = nil
		return tea.Batch(again, th.shut(th.app.ctx, ""))
	case msg.err != nil:
		if !th.ready {
			th.problem, _ = store.Sentence(msg.err)
		}
		return tea.Batch(again, fail(msg.err))
	}
	th.problem = ""
	if late {
		return th.loadEarlier()
	}
	if msg.before != 0 {
		th.prepend(msg)
		return nil
	}
	first := !th.ready
	th.merge(msg.thread)
	if first {
		th.opened()
	}
	return tea.Batch(again, th.place())
}

// prepend adds earlier replies between the root and those already here.
func (th *thread) prepend(msg threadMsg) {
	if len(th.posts) < 2 || th.posts[1].ID != msg.before {
		return
	}
	th.keep(func() {
		th.is.Earlier = msg.thread.Earlier
		th.posts = slices.Concat(th.posts[:1], th.app.drawn.all(msg.thread.Replies), th.posts[1:])
	})
}

// merge brings what is shown up to date; replies before the newest page stay.
func (th *thread) merge(is store.Thread) {
	th.keep(func() {
		posts := []*store.Post{th.app.drawn.alike(is.Root)}
		if len(th.posts) > 1 && is.Earlier && len(is.Replies) > 0 {
			for _, p := range th.posts[1:] {
				if p.ID < is.Replies[0].ID {
					posts = append(posts, p)
				}
			}
			if len(posts) > 1 {
				is.Earlier = th.is.Earlier
			}
		}
		th.posts = append(posts, th.app.drawn.all(is.Replies)...)
		th.is, th.ready, th.answer = is, true, is.Root.Answer
	})
	if i := th.index(th.jump); th.jump != 0 && i >= 0 {
		th.choose(i)
		th.jump = 0
	}
}

// opened goes to the first new reply, and to the one that was asked for.
func (th *thread) opened() {
	at := 0
	for i, p := range th.posts {
		if i > 0 && p.Unread {
			th.keep(func() { th.first = p.ID })
			at = i
			break
		}
	}
	if i := th.index(th.id); i > 0 {
		at = i
	}
	th.selected, th.top = th.posts[at].ID, 0
	if _, end := th.lines(at); end > th.height {
		th.top = th.starts[at]
		th.clamp()
	}
}

// place opens the composer where one may write.
func (th *thread) place() tea.Cmd {
	c := th.is.Channel
	if why := closed(c, true); why != "" {
		return th.shut(th.app.ctx, why)
	}
	cmd := th.open(th.app, store.Place{Channel: c.ID, Root: th.is.Root.ID}, called(c), true)
	if th.replyNow {
		th.replyNow = false
		return tea.Batch(cmd, th.reply())
	}
	return cmd
}

// reply gives the composer the keys, and what is to be quoted.
func (th *thread) reply() tea.Cmd {
	p := th.quote
	th.quote = store.Post{}
	if p.ID == 0 || th.composer == nil {
		return th.write()
	}
	return tea.Batch(th.write(), th.composer.quote(quoted(p)))
}

func (th *thread) press(msg tea.KeyPressMsg) tea.Cmd {
	root := th.is.Root
	switch {
	case th.Editing():
		return th.writing.update(msg)
	case th.problem != "" && key.Matches(msg, keys.Open):
		return th.refresh()
	case !th.ready:
	case key.Matches(msg, keys.Reply, keys.New):
		return th.write()
	case key.Matches(msg, keys.Open, keys.More):
		return th.app.push(newMore(th.app, th.feed.theme, "What to do", th.Acts()))
	case key.Matches(msg, keys.Join) && !th.is.Channel.Joined:
		return th.app.join(th.is.Channel)
	case key.Matches(msg, keys.ReadOn):
		if th.top >= th.bottom() {
			return th.app.next(th, store.Place{Channel: root.Channel, Root: root.ID})
		}
		th.pageDown()
	case key.Matches(msg, keys.ShowNew):
		th.choose(len(th.posts) - 1)
	case th.move(msg):
		if key.Matches(msg, keys.Up, keys.PageUp) {
			return th.loadEarlier()
		}
	default:
		cmd, _ := pressed(th.Acts(), msg, th.feed.theme)
		return cmd
	}
	return nil
}

func (th *thread) mouse(msg tea.MouseMsg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		th.wheel(msg)
		if msg.Button == tea.MouseWheelUp {
			return th.loadEarlier()
		}
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft {
			th.choose(th.at(msg.Y))
		}
	}
	return nil
}

// markings are how far the replies have been read without a gap, and the root
// itself in its channel.
func (th *thread) markings() []marking {
	var out []marking
	root := th.is.Root
	if len(th.posts) == 0 {
		return nil
	}
	if root.Unread && th.seen(root.ID) {
		out = append(out, marking{at: store.Place{Channel: root.Channel}, seq: root.Seq, first: root.ID})
	}
	to, next := int64(0), th.is.ReadSeq+1
	for _, p := range th.posts[1:] {
		if p.Seq < next || !th.is.Following {
			continue
		}
		if p.Seq > next || p.Author != th.app.me && p.Unread && !th.seen(p.ID) {
			break
		}
		if p.Unread {
			to = p.Seq
		}
		next = p.Seq + 1
	}
	if to > 0 {
		out = append(out, marking{at: store.Place{Channel: root.Channel, Root: root.ID}, seq: to})
	}
	return out
}

// marked takes in that something has been read.
func (th *thread) marked(msg markedMsg) {
	th.keep(func() {
		for i := range th.posts {
			p := th.posts[i]
			mine := msg.at.Root == p.Root && (p.Root != 0 && p.Root == th.is.Root.ID || p.Root == 0 && p.Channel == msg.at.Channel)
			if mine && p.Seq <= msg.seq {
				th.setUnread(i, false)
			}
		}
	})
	if msg.at.Root == th.is.Root.ID {
		th.is.ReadSeq = max(th.is.ReadSeq, msg.seq)
	}
}

// Watch says whether the screen can be seen and has the keys.
func (th *thread) Watch(visible, focused bool) tea.Cmd {
	th.focused = focused && !th.Editing()
	return th.watch(visible)
}

func (th *thread) View() tea.View { return tea.NewView(strings.Join(th.Lines(nil), "\n")) }

// Lines are what it looks like.
func (th *thread) Lines(above []string) []string {
	th.say = ""
	if th.problem != "" {
		th.say = th.problem + "\n\nEsc goes back."
	}
	return th.window(above)
}

func (th *thread) ShortHelp() []key.Binding {
	switch {
	case th.Editing():
		return th.hints()
	case !th.ready:
		return []key.Binding{keys.Back}
	case !th.is.Channel.Joined:
		return []key.Binding{keys.Join, keys.ReadOn, keys.Back}
	}
	list := actKeys(th.Acts(), keys.Respond, keys.Reply, keys.React, keys.Keep, keys.Answer, keys.Follow, keys.Edit)
	return append(list, says(keys.Open, "more"), keys.ReadOn, keys.Back)
}

func (th *thread) FullHelp() [][]key.Binding {
	own := slices.Concat([]key.Binding{heading("This post")}, actKeys(th.Acts()), []key.Binding{says(keys.Open, "more"), keys.ShowNew})
	return [][]key.Binding{helpMoving, own, helpWriting}
}
