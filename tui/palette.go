package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// recentKept is how many of the last choices of the palette stand first: those that one goes back and forth between.
	recentKept = 6
	// paletteMost is how many choices are listed: nobody reads more, they type another letter.
	paletteMost = 100
)

// acting is a screen with things to do with what is selected on it.
type acting interface{ Acts() []postAct }

// placed is a screen with things to do besides, such as leaving its channel.
type placed interface{ besides() []postAct }

// choice is one thing that the palette leads to.
type choice struct {
	name  string // what it is known by
	label string
	more  string
	key   string // that does the same
	do    func() tea.Cmd
}

// palette is a field and everything that has what is typed in its name: screens, channels, people,
// and what can be done with the selected post and its place. It lies over the screens.
//
// Names are compared by the beginnings of their words, as those of people are in the store: a fuzzy
// match of loose letters would put a thousand people above the one that is meant.
type palette struct {
	menu
	app    *app
	theme  *theme
	field  *field
	fixed  []choice // screens and acts
	places []choice // channels
	people []choice
	turn   int  // of the last question for people; answers to others are late
	moved  bool // the choice was moved since the field changed, and stays where it is when more comes
	recent []string
	height int
}

type (
	// goalsMsg is the channels that I may see.
	goalsMsg struct {
		of  *palette
		all []store.Channel
		err error
	}
	// namedMsg is the people whom the typed words may mean.
	namedMsg struct {
		of   *palette
		turn int
		all  []store.Person
		err  error
	}
)

// newPalette makes the palette over a screen.
func (m *Model) newPalette(over screen) *palette {
	p := &palette{app: m.app, theme: m.theme, field: newRow(filterLimit), recent: m.recent}
	t := m.theme
	for _, e := range m.side.entries() {
		if strings.HasPrefix(e.name, "channel ") {
			continue
		}
		p.fixed = append(p.fixed, choice{name: e.name, label: e.label, do: func() tea.Cmd { return m.open(e) }})
	}
	p.fixed = append(p.fixed,
		choice{name: "create", label: "New channel", do: m.app.opens(func() screen { return newCreate(m.app, t, false) })},
		choice{name: "keys", label: "All keys", key: keys.Help.Help().Key, do: func() tea.Cmd {
			m.help = newHelp(m.theme, over)
			return nil
		}})
	if s, ok := over.(acting); ok {
		p.acts(s.Acts())
	}
	if s, ok := over.(placed); ok {
		p.acts(s.besides())
	}
	lead := func(label, more string, open func(*app, *theme) screen) {
		p.fixed = append(p.fixed, choice{name: "page " + label, label: label, more: more, do: func() tea.Cmd { return m.app.goTo(open(m.app, t)) }})
	}
	if m.side.is.Me.Admin {
		for _, o := range offices {
			lead("Admin · "+o.label, o.does, o.open)
		}
	} else {
		lead("Decisions", "what was decided, and why", newDecisions)
	}
	for _, c := range m.side.is.Channels {
		if c.Direct {
			p.places = append(p.places, p.place(c))
		}
	}
	p.list()
	return p
}

// acts are choices too.
func (p *palette) acts(acts []postAct) {
	for _, act := range acts {
		p.fixed = append(p.fixed, choice{name: "act " + act.name, label: act.name, key: act.key.Help().Key, do: func() tea.Cmd { return act.do(p.theme) }})
	}
}

// place is the choice of a channel.
func (p *palette) place(c store.Channel) choice {
	a, t := p.app, p.theme
	ch := choice{name: channelEntry(c.ID), label: called(c), more: c.Purpose}
	if c.Former != "" { // it is found by the names that it had
		ch.more = strings.TrimSuffix("once #"+strings.ReplaceAll(c.Former, " ", ", #")+" · "+c.Purpose, " · ")
	}
	if !c.Joined {
		ch.more = strings.TrimSuffix("not joined · "+ch.more, " · ")
	}
	ch.do = func() tea.Cmd { return a.goTo(newChannel(a, t, c.ID)) }
	return ch
}

// Init reads the channels that I may see.
func (p *palette) Init() tea.Cmd {
	a := p.app
	return func() tea.Msg {
		all, err := a.store.Channels(a.ctx, a.me)
		return goalsMsg{p, all, err}
	}
}

func (p *palette) update(msg tea.Msg) {
	switch msg := msg.(type) {
	case themeMsg:
		p.theme = msg.theme
	case goalsMsg:
		if msg.of != p || msg.err != nil {
			return
		}
		for _, c := range msg.all {
			p.places = append(p.places, p.place(c))
		}
	case namedMsg:
		if msg.of != p || msg.turn != p.turn || msg.err != nil {
			return
		}
		p.people = p.people[:0]
		for _, q := range msg.all {
			a, t := p.app, p.theme
			label, more := q.Name, "@"+q.Handle+" · "+about(q)
			if label == "" {
				label, more = "@"+q.Handle, about(q)
			}
			p.people = append(p.people, choice{name: personItem(q), label: label, more: strings.TrimSuffix(more, " · "),
				do: a.opens(func() screen { return newPerson(a, t, q) })})
		}
	default:
		return
	}
	if p.list(); !p.moved {
		p.choose(0)
	}
}

// ask looks for people.
func (p *palette) ask() tea.Cmd {
	p.turn++
	a, find, turn := p.app, store.CleanLine(p.field.text), p.turn
	if find == "" {
		p.people = nil
		return nil
	}
	return func() tea.Msg {
		all, err := a.store.CompletePerson(a.ctx, a.me, strings.TrimPrefix(find, "@"))
		return namedMsg{p, turn, all, err}
	}
}

// press is a key in the palette; done closes it, and cmd is what was chosen.
func (p *palette) press(msg tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	switch {
	case key.Matches(msg, keys.Cancel):
		return nil, true
	case key.Matches(msg, keys.Take):
		if p.index() < 0 {
			return nil, false
		}
		return p.menu.open(p.index()), true
	case key.Matches(msg, keys.RowUp, keys.RowDown, keys.PageUp, keys.PageDown):
		p.turnTo(msg)
		return nil, false
	}
	before := p.field.text
	if p.field.press(msg); p.field.text == before {
		return nil, false
	}
	return p.typed(), false
}

// turnTo moves the choice: as a text is being typed, only by keys that are no letters.
func (p *palette) turnTo(msg tea.KeyPressMsg) {
	p.moved = true
	switch {
	case key.Matches(msg, keys.RowUp):
		p.choose(p.index() - 1)
	case key.Matches(msg, keys.RowDown):
		p.choose(p.index() + 1)
	default:
		p.menu.press(msg)
	}
}

// typed follows a change of the field: the best is chosen anew.
func (p *palette) typed() tea.Cmd {
	cmd := p.ask()
	p.list()
	p.choose(0)
	p.moved = false
	return cmd
}

// resize fits the palette into the window.
func (p *palette) resize(width, height int) {
	p.height = height
	p.field.setSize(min(width-3, measure), 1)
	p.setSize(width, max(height-p.over(), 0))
}

// over is the lines above the choices.
func (p *palette) over() int {
	if p.height < airyHeight {
		return 1
	}
	return 2
}

// list makes the menu of what has the typed words in its name: the closest first, and among
// equals what was chosen lately, then what has the shortest name. After # these are channels alone, after @ people.
func (p *palette) list() {
	typed := strings.ToLower(store.CleanLine(p.field.text))
	type ranked struct {
		choice
		rank int
	}
	var found []ranked
	groups := [][]choice{p.fixed, p.places, p.people}
	switch {
	case strings.HasPrefix(typed, "#"):
		groups = [][]choice{p.places}
	case strings.HasPrefix(typed, "@"):
		groups = [][]choice{p.people}
	}
	for _, group := range groups {
		for _, c := range group {
			if r := closeness(strings.ToLower(c.label), strings.ToLower(c.more), typed); r >= 0 {
				if i := slices.Index(p.recent, c.name); i >= 0 {
					r = r*(recentKept+1) + i
				} else {
					r = r*(recentKept+1) + recentKept
				}
				found = append(found, ranked{c, r})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		if a.rank == b.rank && typed != "" {
			return len(a.label) - len(b.label)
		}
		return a.rank - b.rank
	})
	var items []item
	for _, f := range found[:min(len(found), paletteMost)] {
		it := item{name: f.name, label: f.label, open: f.do}
		if f.more != "" {
			it.label += " · " + f.more
		}
		if f.key != "" {
			it.end = p.theme.Dim.Render(f.key)
		}
		items = append(items, it)
	}
	p.set(items)
}

// closeness is how well a name fits what is typed, 0 the best, -1 not at all: it begins so, each typed
// word begins one of its words, its words and what is said of it, or each is a part of the name.
func closeness(label, more, typed string) int {
	label = strings.TrimLeft(label, "#@")
	words := strings.Fields(strings.TrimLeft(typed, "#@"))
	all := func(has func(word string) bool) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !has(w) })
	}
	switch {
	case strings.HasPrefix(label, strings.Join(words, " ")):
		return 0
	case all(func(w string) bool { return beginsWord(label, w) }):
		return 1
	case all(func(w string) bool { return beginsWord(label, w) || beginsWord(more, w) }):
		return 2
	case all(func(w string) bool { return strings.Contains(label, w) }):
		return 3
	}
	return -1
}

// beginsWord reports whether a word of text begins with w.
func beginsWord(text, w string) bool {
	for i := 0; ; {
		j := strings.Index(text[i:], w)
		if j < 0 {
			return false
		}
		if i+j == 0 || strings.IndexByte(" -_.#@,", text[i+j-1]) >= 0 {
			return true
		}
		i += j + 1
		if i > len(text) {
			return false
		}
	}
}

// view draws the field and the choices, and where the cursor is.
func (p *palette) view() ([]string, *tea.Cursor) {
	lines := []string{fit(" "+p.theme.Accent.Render("›")+" "+p.field.view()[0], p.width)}
	lines = append(lines, make([]string, p.over()-1)...)
	if len(p.items) == 0 {
		lines = append(lines, paragraphs("Nothing here has that in its name.\n\nThis finds channels, people and what can be done. What is written in posts is found by Search.", p.width, p.height)...)
	}
	lines = append(lines, p.menu.view(p.theme)...)
	x, _ := p.field.place()
	cursor := caret(min(x+3, max(p.width-1, 0)), 0)
	return lines[:min(len(lines), max(p.height, 0))], cursor
}

// pressPalette gives the palette a key, and does what was chosen.
func (m *Model) pressPalette(msg tea.KeyPressMsg) tea.Cmd {
	cmd, done := m.palette.press(msg)
	if done {
		if key.Matches(msg, keys.Take) {
			m.remember(m.palette.chosen)
		}
		m.palette = nil
	}
	return cmd
}

// remember puts a choice first among the recent ones.
func (m *Model) remember(name string) {
	m.recent = slices.DeleteFunc(slices.Clone(m.recent), func(s string) bool { return s == name })
	m.recent = append([]string{name}, m.recent...)
	m.recent = m.recent[:min(len(m.recent), recentKept)]
}
