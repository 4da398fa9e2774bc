package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

const entryMustRead = "must read"

// mustRead is one announcement at a time with what can be answered to it: those that wait for me, the one that is due
// first before the others, or the one that was asked for. The answers light up when every line was on the screen.
type mustRead struct {
	*feed
	only     int64 // the one that was asked for; 0: all that wait
	arriving bool  // it is what one meets at sign-in: there may be no way around it
	waiting  []store.Post
	team     []store.TeamWait // what my own team has not answered
	done     map[int64]bool   // answered or put off here: not shown again, though it may wait on
	ready    bool
	problem  string
	question *composer // being written; nil: none
	fresh    refresher
}

type (
	// mustReadMsg is what waits, or the one that was asked for.
	mustReadMsg struct {
		of    *mustRead
		posts []store.Post
		team  []store.TeamWait
		err   error
	}
	// answeredMsg says that an announcement has been answered or put off here.
	answeredMsg struct {
		of *mustRead
		id int64
	}
	// waitingMsg is what waits for my answer when I come.
	waitingMsg struct {
		posts []store.Post
		err   error
	}
)

func newMustRead(a *app, t *theme, only int64) *mustRead {
	f := newFeed(a, t)
	f.bare = true
	m := &mustRead{feed: &f, only: only, done: map[int64]bool{}}
	m.head = m.title
	return m
}

// newArrival is what stands before Home as long as something has to be read.
func newArrival(a *app, t *theme, waiting []store.Post) *mustRead {
	m := newMustRead(a, t, 0)
	m.arriving = true
	m.learn(waiting)
	return m
}

// arrival asks what waits.
func (a *app) arrival() tea.Msg {
	posts, err := a.store.MustReads(a.ctx, a.me)
	return waitingMsg{posts, err}
}

// Title is the header.
func (m *mustRead) Title() string {
	switch {
	case !m.ready:
		return "Must read"
	case m.only != 0:
		return "Announcement"
	case len(m.waiting) == 0:
		return "Must read"
	}
	return "Must read · " + store.Count(len(m.waiting), "waits", "wait") + " for you"
}

// title is the header where there is none above the screen.
func (m *mustRead) title(width int) []string {
	if !m.arriving {
		return nil
	}
	title, more, _ := strings.Cut(m.Title(), " · ")
	return []string{" " + m.theme.Bold.Render(title) + m.theme.Dim.Render(" · "+more), ""}
}

// Where is the entry in the sidebar.
func (m *mustRead) Where() string {
	if m.only != 0 {
		return ""
	}
	return entryMustRead
}

// Full is true at sign-in: what must be read comes before everything else.
func (m *mustRead) Full() bool { return m.arriving }

// Editing reports whether keys are text.
func (m *mustRead) Editing() bool { return m.question != nil }

// Flush saves the question that has been begun.
func (m *mustRead) Flush(ctx context.Context) {
	if m.question != nil {
		m.question.Flush(ctx)
	}
}

func (m *mustRead) Init() tea.Cmd { return m.refresh() }

func (m *mustRead) refresh() tea.Cmd {
	if !m.fresh.begin() {
		return nil
	}
	a, is, only, arriving := m.app, mustReadMsg{of: m}, m.only, m.arriving
	return func() tea.Msg {
		if only != 0 {
			is.posts = make([]store.Post, 1)
			is.posts[0], is.err = a.store.Post(a.ctx, a.me, only)
			return is
		}
		is.posts, is.err = a.store.MustReads(a.ctx, a.me)
		if is.err == nil && !arriving {
			is.team, is.err = a.store.TeamWaits(a.ctx, a.me)
		}
		return is
	}
}

// learn takes in what waits; what is being read stays as long as it waits.
func (m *mustRead) learn(posts []store.Post) {
	if m.arriving {
		posts = slices.DeleteFunc(slices.Clone(posts), func(p store.Post) bool { return m.done[p.ID] })
	}
	now, some := m.current()
	m.keep(func() {
		m.ready, m.waiting, m.posts = true, posts, nil
		for i := range posts {
			if p := &posts[i]; i == 0 || some && p.ID == now.ID {
				m.posts = []*store.Post{p}
			}
		}
	})
	if shown, still := m.current(); !some || !still || shown.ID != now.ID {
		m.top = 0
	}
}

// turn shows the next one that waits.
func (m *mustRead) turn() {
	for i, p := range m.waiting {
		if p.ID == m.selected && len(m.waiting) > 1 {
			m.posts = []*store.Post{&m.waiting[(i+1)%len(m.waiting)]}
			m.selected, m.top = m.posts[0].ID, 0
			m.measure()
			return
		}
	}
}

func (m *mustRead) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		return nil
	case themeMsg:
		m.keep(func() { m.theme = msg.theme })
	case mustReadMsg:
		if msg.of == m {
			return m.arrived(msg)
		}
	case answeredMsg:
		if msg.of == m {
			return m.answered(msg.id)
		}
	case postedMsg:
		if m.question != nil && msg.post.Root == m.question.about.ID {
			m.question = nil
			return m.answered(msg.post.Root)
		}
	case seenMsg:
		if msg.of == m.feed {
			m.settle()
			return m.app.saw(m.feed)
		}
	case store.Event:
		if msg.Post == 0 || msg.Root == 0 && msg.Kind != store.Inbox {
			return m.refresh()
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.MouseWheelMsg:
		m.wheel(msg)
		return nil
	case footClickMsg:
		if m.question == nil {
			return m.choices()
		}
	}
	if m.question != nil {
		return m.question.Update(msg)
	}
	return nil
}

func (m *mustRead) arrived(msg mustReadMsg) tea.Cmd {
	var again tea.Cmd
	if m.fresh.end() {
		again = m.refresh()
	}
	if msg.err != nil {
		m.problem, _ = store.Sentence(msg.err)
		m.posts, m.waiting = nil, nil
		return tea.Batch(again, fail(msg.err))
	}
	m.problem, m.team = "", msg.team
	m.learn(msg.posts)
	if m.arriving && len(m.waiting) == 0 {
		return tea.Batch(again, m.app.back())
	}
	return again
}

// answered goes on to the next one, or back to where this was opened.
func (m *mustRead) answered(id int64) tea.Cmd {
	if m.only != 0 {
		return m.app.back()
	}
	m.done[id] = true
	if !m.arriving {
		return m.refresh()
	}
	if m.learn(m.waiting); len(m.waiting) == 0 {
		return m.app.back()
	}
	return m.refresh()
}

func (m *mustRead) press(msg tea.KeyPressMsg) tea.Cmd {
	if m.question != nil {
		if key.Matches(msg, keys.Put) && m.question.completion == nil {
			q := m.question
			m.question = nil
			return q.Blur()
		}
		return m.question.Update(msg)
	}
	switch {
	case m.problem != "" && key.Matches(msg, keys.Open):
		return m.refresh()
	case key.Matches(msg, keys.Open):
		return m.choices()
	case key.Matches(msg, keys.Asked) && len(m.team) > 0:
		return m.teamWaits()
	case key.Matches(msg, keys.ReadOn):
		m.pageDown()
		return nil
	case key.Matches(msg, keys.Right):
		m.turn()
		return nil
	case m.move(msg):
		return nil
	}
	cmd, _ := pressed(m.acts(), msg, m.theme)
	return cmd
}

// acts are what can be answered.
func (m *mustRead) acts() []postAct {
	p, some := m.current()
	if !some || p.Announcement == nil {
		return m.teamAct()
	}
	an, a := p.Announcement, m.app
	cmd := func(c tea.Cmd) func(*theme) tea.Cmd { return func(*theme) tea.Cmd { return c } }
	var list []postAct
	switch {
	case !an.Asked:
	case an.Answer == store.Pending:
		list = append(list, postAct{"Understood", keys.Understood, cmd(m.understood(p, "Thank you; it is noted that you have understood."))})
	case an.Answer == store.HasQuestion:
		list = append(list, postAct{"My question is resolved", says(keys.Understood, "my question is resolved"), cmd(m.understood(p, "Your question counts as resolved, and you have understood."))})
	}
	if an.Asked {
		list = append(list, postAct{"I have a question", keys.Question, func(*theme) tea.Cmd { return m.ask(p) }})
	}
	if m.arriving && an.Postponed < store.Postponements {
		left := strconv.Itoa(store.Postponements-an.Postponed) + " left"
		list = append(list, postAct{"Later (" + left + ")", says(keys.Cancel, "later ("+left+")"), cmd(m.later(p))})
	}
	if !m.arriving {
		list = append(list, postAct{"Read what others ask", key.Binding{}, func(t *theme) tea.Cmd { return a.push(newThread(a, t, p.ID)) }})
	}
	return append(list, m.teamAct()...)
}

// teamAct leads a manager to whom of their team is waited for.
func (m *mustRead) teamAct() []postAct {
	n := 0
	for _, w := range m.team {
		n += w.Pending
	}
	if n == 0 {
		return nil
	}
	return []postAct{{"Your team: " + store.Count(n, "answer is missing", "answers are missing"), says(keys.Asked, "your team"), func(*theme) tea.Cmd { return m.teamWaits() }}}
}

// teamWaits opens the list of the only announcement that my team has not answered, or all of them to choose from.
func (m *mustRead) teamWaits() tea.Cmd {
	a, t := m.app, m.theme
	if len(m.team) == 1 {
		return m.app.push(newAudience(a, t, m.team[0].Post, false))
	}
	return m.app.push(newTeamWaits(a, t, m.team))
}

// newTeamWaits is what a manager's team has not answered.
func newTeamWaits(a *app, t *theme, all []store.TeamWait) *page {
	p := &page{theme: t, title: "Must read · your team", text: "What people of your team have not answered."}
	var items []item
	for _, w := range all {
		items = append(items, item{name: strconv.FormatInt(w.Post.ID, 10), label: subject(&w.Post), end: t.Dim.Render(store.Count(w.Pending, "person", "people")),
			open: a.opens(func() screen { return newAudience(a, p.theme, w.Post, false) }), keys: []key.Binding{says(keys.Open, "who")}})
	}
	p.set(items)
	return p
}

// answerPage is the menu of the answers at sign-in, around which nothing is either.
type answerPage struct {
	*page
	app *app
}

// Full is true: there is no way around it.
func (answerPage) Full() bool { return true }

// Update leads back, which nothing else does around it.
func (p answerPage) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, keys.Back, keys.Quit) {
		return p.app.back()
	}
	return p.page.Update(msg)
}

// choices is the menu of the answers.
func (m *mustRead) choices() tea.Cmd {
	if len(m.posts) == 0 && len(m.team) > 0 {
		return m.teamWaits()
	}
	if list := m.acts(); len(list) > 0 {
		page := newMore(m.app, m.theme, "Your answer", list)
		if m.arriving { // without a header
			if p, some := m.current(); some {
				page.text = "Your answer to: " + subject(p)
			}
			return m.app.push(answerPage{page, m.app})
		}
		return m.app.push(page)
	}
	return nil
}

// understood says so.
func (m *mustRead) understood(p *store.Post, said string) tea.Cmd {
	a := m.app
	return func() tea.Msg {
		if _, err := a.store.AnswerAnnouncement(a.ctx, a.me, p.ID, p.Announcement.Version, ""); err != nil {
			return errMsg{err}
		}
		return tea.BatchMsg{func() tea.Msg { return answeredMsg{m, p.ID} }, status(said)}
	}
}

// later puts it off until I come again.
func (m *mustRead) later(p *store.Post) tea.Cmd {
	a := m.app
	return func() tea.Msg {
		if err := a.store.PostponeAnnouncement(a.ctx, a.me, p.ID); err != nil {
			return errMsg{err}
		}
		return tea.BatchMsg{func() tea.Msg { return answeredMsg{m, p.ID} }, status("Put off. It waits under Must read.")}
	}
}

// ask opens a line for the question.
func (m *mustRead) ask(p *store.Post) tea.Cmd {
	if !p.Announcement.Read {
		return status("Not yet: some of it has not been on your screen for a second.")
	}
	m.question = newComposer(m.app, m.theme, store.Place{Channel: p.Channel, Root: p.ID}, "Your question")
	m.question.about = *p
	return tea.Batch(m.question.Init(), m.question.Focus())
}

// reason says why an answer is not possible yet, or what stands in its place.
func (m *mustRead) reason(p *store.Post) string {
	switch an := p.Announcement; {
	case !an.Asked:
		return "You are not asked for an answer: this is to " + an.To(p.ChannelName) + "."
	case an.Answer == store.Understood || an.Answer == store.Resolved:
		return "You have answered that you have understood."
	case an.Answer == store.HasQuestion:
		return "You have asked. Once that is clear, 1 says that your question is resolved."
	case an.Read:
		return ""
	case m.top+m.height < m.total:
		return "Read it to its end: you can answer once every line has been on the screen. ↓ goes on."
	}
	return "You can answer once every line has been on the screen for a second."
}

// Watch says whether the screen can be seen and has the keys.
func (m *mustRead) Watch(visible, focused bool) tea.Cmd {
	m.focused = focused && !m.Editing()
	return m.watch(visible)
}

// Foot is the answers, or the question that is being written.
func (m *mustRead) Foot(width int) (string, *tea.Cursor) {
	if m.question != nil {
		m.question.SetWidth(width)
		return m.question.View(), m.question.Cursor()
	}
	p, some := m.current()
	if !some || p.Announcement == nil {
		return "", nil
	}
	t, an := m.theme, p.Announcement
	var lines []string
	if m.arriving {
		lines = append(lines, "")
	}
	row := ""
	for _, act := range m.acts() {
		if !act.key.Enabled() {
			continue
		}
		name := t.Bold.Render(act.name)
		if k := act.key.Help().Key; !an.Read && (k == keys.Understood.Help().Key || k == keys.Question.Help().Key) {
			name = t.Dim.Render(act.name)
		}
		one := t.Key.Render(act.key.Help().Key) + "  " + name
		if row != "" && ansi.StringWidth(row)+3+ansi.StringWidth(one) > width-2 {
			lines = append(lines, " "+row)
			row = ""
		}
		if row != "" {
			row += "   "
		}
		row += one
	}
	if row != "" {
		lines = append(lines, " "+row)
	}
	for _, l := range words(m.reason(p), max(width-2, 1)) {
		if l != "" {
			lines = append(lines, " "+t.Dim.Render(l))
		}
	}
	if asked := questions(an); asked != "" { // how many have answered stands below the text
		lines = append(lines, " "+t.Dim.Render(fit("Asked so far: "+asked, max(width-2, 1))))
	}
	return strings.Join(lines, "\n"), nil
}

func (m *mustRead) View() tea.View {
	m.say = ""
	switch {
	case m.problem != "":
		m.say = m.problem + "\n\nEnter tries again."
	case m.ready && len(m.posts) == 0:
		m.say = "Nothing waits for your answer.\n\nHere stand announcements that everyone they concern must read, until you have answered: understood, or I have a question."
		if act := m.teamAct(); act != nil {
			m.say += "\n\n" + act[0].name + ". Enter shows whose."
		}
		m.say += "\n\nEsc goes back."
	}
	return tea.NewView(m.view())
}

func (m *mustRead) ShortHelp() []key.Binding {
	if m.question != nil {
		return []key.Binding{says(keys.Post, "asks"), keys.NewLine, keys.Put}
	}
	list := actKeys(m.acts())
	if len(list) > 0 && len(m.posts) > 0 {
		list = append([]key.Binding{says(keys.Open, "answer")}, list...)
	}
	if len(m.waiting) > 1 {
		list = append(list, says(keys.Right, "the next one"))
	}
	if m.total > m.height {
		list = append(list, says(keys.Down, "down"))
	}
	if !m.arriving {
		list = append(list, keys.Back)
	}
	return list
}

func (m *mustRead) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, append([]key.Binding{heading("Must read")}, m.ShortHelp()...)}
}
