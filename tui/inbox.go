package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// inbox is what concerns me, newest first: each entry opens its place.
type inbox struct {
	menu
	app     *app
	theme   *theme
	all     []store.InboxItem
	ready   bool
	ended   bool // there are no older entries
	older   bool // the next page is on its way
	late    bool // and something has changed since it was asked for
	deep    bool // I may no longer see what is loaded: all of it is read again, however much that is
	problem string
	fresh   refresher
}

// inboxMsg is a page of entries before one, or from the newest.
type inboxMsg struct {
	of     *inbox
	before int64 // its id; 0: from the newest
	n      int
	items  []store.InboxItem
	err    error
}

func newInbox(a *app, t *theme) screen {
	return &inbox{menu: menu{wide: neverWide}, app: a, theme: t}
}

// Title is the header.
func (b *inbox) Title() string { return "Inbox" }

// Where is the entry in the sidebar.
func (b *inbox) Where() string { return entryInbox }

// Note says how many are not read.
func (b *inbox) Note() string {
	if n := b.unread(); n > 0 {
		return b.theme.New.Render(capped(n) + " new")
	}
	return ""
}

func (b *inbox) unread() (n int) {
	for _, i := range b.all {
		if i.Unread {
			n++
		}
	}
	return n
}

// Pending waits for the list.
func (b *inbox) Pending() bool { return !b.ready && b.problem == "" }

func (b *inbox) Init() tea.Cmd { return b.refresh() }

// refresh reads the newest entries again.
func (b *inbox) refresh() tea.Cmd {
	if !b.fresh.begin() {
		return nil
	}
	n := max(len(b.all), pageSize)
	if !b.deep {
		n = min(n, store.MaxPage)
	}
	b.deep = false
	return b.read(nil, n)
}

func (b *inbox) read(before *store.InboxItem, n int) tea.Cmd {
	a := b.app
	return func() tea.Msg {
		m := inboxMsg{of: b, n: n}
		if before != nil {
			m.before = before.ID
		}
		m.items, m.err = pagewise(n, func(after *store.InboxItem, n int) ([]store.InboxItem, error) {
			return a.store.Inbox(a.ctx, a.me, cmp.Or(after, before), n)
		})
		return m
	}
}

// more loads older entries when the end is near.
func (b *inbox) more() tea.Cmd {
	if !b.ready || b.ended || b.older || len(b.all) == 0 || b.index() < len(b.all)-loadAhead {
		return nil
	}
	b.older = true
	last := b.all[len(b.all)-1]
	return b.read(&last, pageSize)
}

func (b *inbox) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		b.setSize(msg.Width, msg.Height)
		b.list()
	case themeMsg:
		b.theme = msg.theme
		b.list()
	case tea.KeyPressMsg:
		return b.press(msg)
	case tea.MouseMsg:
		return tea.Batch(b.menu.mouse(msg, msg.Mouse().Y), b.more())
	case inboxMsg:
		if msg.of == b {
			return b.learn(msg)
		}
	case store.Event:
		return b.event(msg)
	}
	return nil
}

// event reads again what an event may have changed: also what I may see no more, where I was.
func (b *inbox) event(e store.Event) tea.Cmd {
	switch e.Kind {
	case store.Inbox, store.Read:
	case store.Reload, store.Channels:
		b.deep = true
	case store.Changed:
		if !b.has(e.Post) && !b.fresh.busy && !b.older {
			return nil
		}
	default:
		return nil
	}
	b.late = b.older
	return b.refresh()
}

// has says whether an entry is about a post.
func (b *inbox) has(post int64) bool {
	for _, i := range b.all {
		if i.Post.ID == post {
			return true
		}
	}
	return false
}

// learn takes a page in. Entries that come again stand on top; the chosen one stays chosen.
func (b *inbox) learn(msg inboxMsg) tea.Cmd {
	var again tea.Cmd
	late := b.late
	if msg.before != 0 {
		b.older, b.late = false, false
	} else if b.fresh.end() {
		again = b.refresh()
	}
	if msg.err != nil {
		if !b.ready {
			b.problem, _ = store.Sentence(msg.err)
		}
		return tea.Batch(again, fail(msg.err))
	}
	switch {
	case msg.before == 0:
		b.merge(msg)
	case !late && len(b.all) > 0 && b.all[len(b.all)-1].ID == msg.before:
		b.all = append(b.all, msg.items...)
		b.ended = len(msg.items) < msg.n
	}
	b.list()
	return tea.Batch(again, b.more())
}

// merge replaces the newest entries; those older than the page stay as they are.
func (b *inbox) merge(msg inboxMsg) {
	b.ready, b.problem = true, ""
	all := msg.items
	if len(msg.items) < msg.n {
		b.ended = true
	} else {
		seen := map[int64]bool{}
		for _, i := range all {
			seen[i.ID] = true
		}
		last := all[len(all)-1]
		for _, i := range b.all {
			if !seen[i.ID] && (i.At.Before(last.At) || i.At.Equal(last.At) && i.ID < last.ID) {
				all = append(all, i)
			}
		}
	}
	b.all = all
}

func (b *inbox) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case b.problem != "" && key.Matches(msg, keys.Open):
		return b.refresh()
	case key.Matches(msg, keys.AllRead):
		if b.unread() == 0 {
			return nil
		}
		a := b.app
		return act(func() error { return a.store.MarkInbox(a.ctx, a.me, 0) }, "All of the inbox is read.")
	case key.Matches(msg, keys.ReadOn):
		return b.app.next(b, store.Place{})
	}
	return tea.Batch(b.menu.press(msg), b.more())
}

// inboxItem is the name of an entry in the menu.
func inboxItem(i store.InboxItem) string { return "inbox " + strconv.FormatInt(i.ID, 10) }

// list makes the menu of the entries.
func (b *inbox) list() {
	a, t := b.app, b.theme
	items := make([]item, 0, len(b.all))
	for _, i := range b.all {
		it := item{name: inboxItem(i), label: inboxHead(i, a.me), bold: i.Unread, end: t.Dim.Render(ago(i.At, a.now(), a.zone))}
		if i.Unread {
			it.end += t.New.Render(" •")
		}
		it.more = t.Dim.Render(inboxAbout(i))
		it.open = func() tea.Cmd { return b.open(i) }
		it.keys = []key.Binding{keys.Open}
		items = append(items, it)
	}
	b.set(items)
}

// open shows the place of an entry and marks the entry read.
func (b *inbox) open(i store.InboxItem) tea.Cmd {
	a := b.app
	if i.Kind == store.Reminded {
		a.push(newMustRead(a, b.theme, i.Post.ID))
	} else {
		a.push(newThread(a, b.theme, i.Post.ID))
	}
	if !i.Unread {
		return nil
	}
	return func() tea.Msg {
		if err := a.store.MarkInbox(a.ctx, a.me, i.ID); err != nil {
			return errMsg{err}
		}
		return nil
	}
}

// byMost is the most columns of a name in an entry: what was done has to stand beside it in a narrow window.
const byMost = 20

// inboxHead says in words what happened.
func inboxHead(i store.InboxItem, me int64) string {
	i.By = fit(i.By, byMost)
	mine := i.Post.Author == me
	switch i.Kind {
	case store.Mentioned:
		return i.By + " mentioned you"
	case store.Replied:
		if n := i.Post.NewReplies; n > 1 {
			return store.Count(n, "new reply", "new replies") + ", last by " + fit(i.Post.LastReplyBy, byMost)
		}
		if mine {
			return i.By + " replied to you"
		}
		return i.By + " replied"
	case store.Reacted:
		return i.By + others(i.Count-1) + " reacted to your post"
	case store.Reminded:
		return i.By + " reminds you to answer"
	case store.Asked:
		return i.By + " has a question about your announcement"
	case store.LetStand:
		return "The post that you reported stands as it is"
	case store.WasHidden:
		return "The post that you reported was hidden"
	default: // Answered
		if mine {
			return i.By + " chose your reply as the answer"
		}
		return i.By + " chose an answer to your question"
	}
}

// others is " and 2 others", or nothing.
func others(n int) string {
	if n < 1 {
		return ""
	}
	return " and " + store.Count(n, "other", "others")
}

// inboxAbout is where it happened and the beginning of the post.
func inboxAbout(i store.InboxItem) string {
	p := i.Post
	where := placeName(p.ChannelName, p.Direct)
	switch {
	case p.Deleted:
		return where + " · deleted by its author"
	case p.Hidden:
		return where + " · hidden by a steward"
	}
	return where + " · " + excerpt(p.Body)
}

// excerptMost is the most bytes of a post that a line of it is made of: more than fits a line.
const excerptMost = 600

// excerpt is the beginning of a post on one line.
func excerpt(body string) string {
	body = body[:min(len(body), excerptMost)]
	return strings.Join(strings.Fields(store.CleanLine(body)), " ")
}

// inboxLine is an entry on one line.
func inboxLine(i store.InboxItem, me int64) string { return inboxHead(i, me) + ": " + inboxAbout(i) }

func (b *inbox) View() tea.View {
	say := ""
	switch {
	case b.problem != "":
		say = b.problem + "\n\nEnter tries again."
	case b.ready && len(b.all) == 0:
		say = "Nothing has come yet.\n\nHere stands what concerns you: mentions, replies in threads that you follow, reactions, answers and reminders.\n\nn in Home writes something that people can answer."
	}
	if say != "" {
		lines := paragraphs(say, b.width, b.height)
		for i := max(slices.Index(lines, " "), 0); i < len(lines) && b.problem == ""; i++ {
			lines[i] = b.theme.Dim.Render(lines[i]) // as in a list of posts: what it is comes first, what to do about it below
		}
		return tea.NewView(strings.Join(lines, "\n"))
	}
	return tea.NewView(strings.Join(b.view(b.theme), "\n"))
}

func (b *inbox) ShortHelp() []key.Binding {
	list := append([]key.Binding{}, b.current().keys...)
	if b.unread() > 0 {
		list = append(list, keys.AllRead)
	}
	return append(list, keys.ReadOn, keys.Back)
}

func (b *inbox) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, {heading("Inbox"), says(keys.Open, "open and mark read"), keys.AllRead}}
}
