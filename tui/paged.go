package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// paged is a list that the store gives page by page: people, decisions, must reads. Further rows are read as the end comes
// near; what an event may have changed is read again from the first row on.
type paged[T any] struct {
	menu
	app     *app
	theme   *theme
	all     []T
	reads   func() reader[T] // takes what is wanted now along into the command
	list    func()           // makes the menu of all
	ready   bool             // the first answer is here
	problem string           // why there is nothing to show
	ended   bool             // there are no further rows
	further bool             // and they are on their way
	turn    int              // of what is shown, and of the question: further rows of another one are not these rows'
	fresh   refresher
}

// reader reads up to n rows after one, nil: from the first, in a command. learn takes in what else was read; nil: nothing.
type reader[T any] func(after *T, n int) (rows []T, learn func(), err error)

// pagewise reads n rows of a list of which the store gives no more than MaxPage at a time, each page after the last row of the
// one before; nil: from the first.
func pagewise[T any](n int, read func(after *T, n int) ([]T, error)) (rows []T, err error) {
	for after := (*T)(nil); ; after = &rows[len(rows)-1] {
		want := min(n-len(rows), store.MaxPage)
		page, err := read(after, want)
		rows = append(rows, page...)
		if err != nil || len(page) < want || len(rows) == n {
			return rows, err
		}
	}
}

// rowsMsg is a page of rows.
type rowsMsg[T any] struct {
	of      *paged[T]
	turn    int
	further bool // they follow those that are here
	n       int
	rows    []T
	learn   func()
	err     error
}

func newPaged[T any](a *app, t *theme) *paged[T] { return &paged[T]{app: a, theme: t} }

// Pending waits for the list.
func (p *paged[T]) Pending() bool { return !p.ready && p.problem == "" }

func (p *paged[T]) Init() tea.Cmd { return p.refresh() }

// refresh reads again what is here.
func (p *paged[T]) refresh() tea.Cmd {
	if !p.fresh.begin() {
		return nil
	}
	return p.read(nil, min(max(len(p.all), pageSize), store.MaxPage))
}

// another asks anew, as something else is wanted.
func (p *paged[T]) another() tea.Cmd {
	p.turn++
	return p.refresh()
}

// more asks for further rows when the end is near.
func (p *paged[T]) more() tea.Cmd {
	if !p.ready || p.ended || p.further || len(p.all) == 0 || p.index() < len(p.items)-loadAhead {
		return nil
	}
	p.further = true
	last := p.all[len(p.all)-1]
	return p.read(&last, pageSize)
}

func (p *paged[T]) read(after *T, n int) tea.Cmd {
	m, read := rowsMsg[T]{of: p, turn: p.turn, further: after != nil, n: n}, p.reads()
	return func() tea.Msg {
		m.rows, m.learn, m.err = read(after, n)
		return m
	}
}

// learn takes a page in. What was seen before goes only where it may no longer be seen.
func (p *paged[T]) learn(msg rowsMsg[T]) tea.Cmd {
	var again tea.Cmd
	if msg.further {
		p.further = false
	} else if p.fresh.end() {
		again = p.refresh()
	}
	switch {
	case msg.turn != p.turn:
		return tea.Batch(again, p.more())
	case msg.err != nil:
		if !p.ready || lost(msg.err) {
			p.problem, _ = store.Sentence(msg.err)
			p.all = nil
			p.list()
		}
		return tea.Batch(again, fail(msg.err))
	case msg.further:
		p.all = append(p.all, msg.rows...)
	default:
		p.all = msg.rows
		p.turn++
	}
	if msg.learn != nil {
		msg.learn()
	}
	p.ready, p.problem, p.ended = true, "", len(msg.rows) < msg.n
	p.list()
	return tea.Batch(again, p.more())
}

// update is what every such list does with a message.
func (p *paged[T]) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.setSize(msg.Width, msg.Height)
		p.list()
	case themeMsg:
		p.theme = msg.theme
		p.list()
	case tea.KeyPressMsg:
		return p.press(msg)
	case tea.MouseMsg:
		return p.mouse(msg, 0)
	case rowsMsg[T]:
		if msg.of == p {
			return p.learn(msg)
		}
	}
	return nil
}

// press moves in the list, or tries again.
func (p *paged[T]) press(msg tea.KeyPressMsg) tea.Cmd {
	if p.problem != "" && key.Matches(msg, keys.Open) {
		return p.refresh()
	}
	return tea.Batch(p.menu.press(msg), p.more())
}

// mouse moves in the list, which begins below over lines.
func (p *paged[T]) mouse(msg tea.MouseMsg, over int) tea.Cmd {
	return tea.Batch(p.menu.mouse(msg, msg.Mouse().Y-over), p.more())
}
