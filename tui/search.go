package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// searchLimit is the most bytes of a search in its field: more than the store takes, so that it can say what is too long.
const searchLimit = 16 << 10

// searchHints say what narrows a search down, what is used most first.
const searchHints = `from:ben  in:platform  tag:lift  since:3d  has:link  "as it stands"  beginn*`

// search is a field and the posts that have its words, which are lit in them.
type search struct {
	feed
	field   *field
	typing  bool // keys are text
	anew    bool // and the words that stand there give way to the first of them
	going   bool // Enter was the last of them: what is found gets the keys
	query   string
	order   store.SearchOrder
	turn    int // of the last question; answers to others are late
	terms   []store.Term
	ready   bool  // an answer to query is here
	next    int64 // where older ones go on, 0 after the last
	older   bool  // a page is on its way
	late    bool  // and something has changed since it was asked for
	problem string
	rows    int // the lines of the screen
}

type (
	// searchMsg is a page of what was found, before one post or from the top.
	searchMsg struct {
		of     *search
		turn   int
		before int64
		found  store.Found
		err    error
	}
	// foundMsg is some of the posts found, read again: as they are, nil where they are gone.
	foundMsg struct {
		of  *search
		now map[int64]*store.Post
	}
	// searchedMsg tells the root what has been looked for, to be kept for the next time.
	searchedMsg struct{ query string }
)

// newSearch looks for query at once, and waits for one to be typed: the keys are the field's until Enter, however soon
// there is something to show.
func newSearch(a *app, t *theme, query string) screen {
	s := &search{feed: newFeed(a, t), field: newRow(searchLimit), typing: true, anew: query != "", query: query}
	s.field.set(query)
	s.list, s.where = true, true
	s.light = s.lit
	return s
}

// Title is the header.
func (s *search) Title() string { return "Search" }

// Where is the entry in the sidebar.
func (s *search) Where() string { return entrySearch }

// Note says in what order they stand.
func (s *search) Note() string {
	switch {
	case !s.ready || len(s.posts) == 0:
		return ""
	case s.order == store.Best:
		return s.theme.Dim.Render("best first")
	}
	return s.theme.Dim.Render("newest first")
}

// Editing reports whether keys are text.
func (s *search) Editing() bool { return s.typing }

// Finds says that the key of Search looks for something here.
func (s *search) Finds() {}

// Pending waits for what was found.
func (s *search) Pending() bool { return !s.typing && !s.ready && s.problem == "" }

func (s *search) Init() tea.Cmd {
	if s.query == "" {
		return nil
	}
	return s.ask()
}

// ask looks for what stands in the field, from the top.
func (s *search) ask() tea.Cmd {
	s.query = store.CleanLine(s.field.text)
	s.turn++
	s.older = true
	query := s.query
	return tea.Batch(s.read(0), func() tea.Msg { return searchedMsg{query} })
}

func (s *search) read(before int64) tea.Cmd {
	a, query, order, turn := s.app, s.query, s.order, s.turn
	return func() tea.Msg {
		found, err := a.store.Search(a.ctx, a.me, query, order, before, pageSize)
		return searchMsg{s, turn, before, found, err}
	}
}

// more loads older posts when the end is near.
func (s *search) more() tea.Cmd {
	if !s.ready || s.next == 0 || s.older || len(s.posts) > 0 && s.index(s.selected) < len(s.posts)-loadAhead {
		return nil
	}
	s.older = true
	return s.read(s.next)
}

func (s *search) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.rows = msg.Height
		s.field.setSize(min(msg.Width-3, measure), 1)
		s.resize(msg.Width, max(msg.Height-s.over(), 0))
	case themeMsg:
		s.keep(func() { s.theme = msg.theme })
	case tea.KeyPressMsg:
		return s.press(msg)
	case tea.PasteMsg:
		if s.typing {
			return s.paste(msg.Content)
		}
	case tea.MouseMsg:
		return s.mouse(msg)
	case searchMsg:
		if msg.of == s && msg.turn == s.turn {
			return s.learn(msg)
		}
	case foundMsg:
		if msg.of == s {
			s.replace(msg)
		}
	case store.Event:
		return s.event(msg)
	}
	return nil
}

// learn takes a page in.
func (s *search) learn(msg searchMsg) tea.Cmd {
	late := s.late
	s.older, s.late = late, false
	switch {
	case late:
		return s.read(msg.before)
	case msg.err != nil && msg.before == 0:
		s.ready, s.posts, s.typing = false, nil, true
		text, ours := store.Sentence(msg.err)
		if s.problem = text; !ours {
			return fail(msg.err)
		}
	case msg.err != nil:
		return fail(msg.err)
	case msg.before == 0:
		s.ready, s.problem, s.next = true, "", msg.found.Next
		s.terms, s.drawn = msg.found.Terms, map[int64]*drawnPost{}
		s.typing = s.typing && !(s.going && len(msg.found.Posts) > 0)
		s.keep(func() { s.posts, s.selected = s.app.drawn.all(msg.found.Posts), 0 })
		s.top = 0
		s.choose(0)
		return s.more()
	case msg.before == s.next:
		none := len(s.posts) == 0
		s.keep(func() { s.posts = append(s.posts, s.app.drawn.all(msg.found.Posts)...) })
		s.next = msg.found.Next
		if none && len(s.posts) > 0 {
			s.typing = s.typing && !s.going
			s.choose(0)
		}
		return s.more()
	}
	return nil
}

// event reads the posts again that it may be about: also whether I may see them still.
func (s *search) event(e store.Event) tea.Cmd {
	about := func(p *store.Post) bool { return p.ID == e.Post }
	switch e.Kind {
	case store.Changed, store.Read:
	case store.Posted: // one more reply
		about = func(p *store.Post) bool { return p.ID == e.Root }
	case store.Channels, store.Reload:
		about = func(p *store.Post) bool { return e.Channel == 0 || p.Channel == e.Channel }
	default:
		return nil
	}
	s.late = s.late || s.older && e.Kind != store.Posted && e.Kind != store.Read
	var ids []int64
	for _, p := range s.posts {
		if about(p) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	a := s.app
	return func() tea.Msg {
		now := map[int64]*store.Post{}
		for _, id := range ids {
			p, err := a.store.Post(a.ctx, a.me, id)
			switch {
			case err == nil:
				now[id] = &p
			case notFound(err):
				now[id] = nil
			default:
				return errMsg{err}
			}
		}
		return foundMsg{s, now}
	}
}

func (s *search) replace(msg foundMsg) {
	s.keep(func() {
		var posts []*store.Post
		for _, p := range s.posts {
			now, read := msg.now[p.ID]
			switch {
			case !read:
				posts = append(posts, p)
			case now != nil:
				posts = append(posts, s.app.drawn.alike(*now))
			}
		}
		s.posts = posts
	})
}

func (s *search) press(msg tea.KeyPressMsg) tea.Cmd {
	if s.typing {
		return s.typed(msg)
	}
	p, some := s.current()
	switch {
	case key.Matches(msg, keys.Search, keys.New):
		s.typing, s.anew, s.going = true, true, false
	case key.Matches(msg, keys.Up) && s.index(s.selected) <= 0 && s.top == 0:
		s.typing, s.anew, s.going = true, false, false
	case key.Matches(msg, keys.Order):
		return s.turnRound()
	case some && key.Matches(msg, keys.Open):
		return s.app.push(newThread(s.app, s.theme, p.ID))
	case some && key.Matches(msg, keys.Reply):
		return s.app.push(replyTo(s.app, s.theme, p.ID))
	case some && key.Matches(msg, keys.Keep):
		return s.app.save(p.ID, !p.Saved)
	case some && p.Root == 0 && key.Matches(msg, keys.Follow):
		return s.app.follow(p.ID, !p.Following)
	case some && key.Matches(msg, keys.Copy):
		return s.app.copyLink(p.ID)
	case key.Matches(msg, keys.ReadOn):
		s.pageDown()
	default:
		s.move(msg)
	}
	return s.more()
}

// turnRound shows the best first instead of the newest, or the other way round.
func (s *search) turnRound() tea.Cmd {
	if s.order == store.Newest {
		s.order = store.Best
	} else {
		s.order = store.Newest
	}
	return s.ask()
}

// typed is a key in the field.
func (s *search) typed(msg tea.KeyPressMsg) tea.Cmd {
	anew := s.anew
	s.anew, s.going = false, key.Matches(msg, keys.Save)
	switch {
	case key.Matches(msg, keys.Cancel):
		if len(s.posts) == 0 {
			return s.app.back()
		}
		s.typing = false
	case key.Matches(msg, keys.RowDown) && len(s.posts) > 0:
		s.typing = false
	case s.going:
		return s.ask()
	default:
		before := s.field.text
		if anew && (msg.Text != "" || key.Matches(msg, keys.RubLeft, keys.RubRight)) {
			s.field.set("")
		}
		if s.field.press(msg); s.field.text != before {
			s.problem = ""
		}
	}
	return nil
}

// paste puts words into the field, or in the place of those that stand there.
func (s *search) paste(words string) tea.Cmd {
	before := s.field.text
	if s.anew {
		s.field.set("")
	}
	if !s.field.paste(words) {
		s.field.set(before)
		return status("That is more than fits here.")
	}
	s.anew, s.going, s.problem = false, false, ""
	return nil
}

func (s *search) mouse(msg tea.MouseMsg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		s.wheel(msg)
	case tea.MouseClickMsg:
		if msg.Y < s.over() {
			s.typing, s.anew, s.going = true, false, false
			return nil
		}
		if i := s.at(msg.Y - s.over()); i >= 0 && msg.Button == tea.MouseLeft {
			s.typing = false
			s.choose(i)
			return s.app.push(newThread(s.app, s.theme, s.posts[i].ID))
		}
	}
	return s.more()
}

// over is the lines over the posts: the field, what it may hold, and air.
func (s *search) over() int {
	if s.rows < airyHeight {
		return 2
	}
	return 3
}

// lit lights the words that were looked for in one drawn line.
func (s *search) lit(line string) string {
	bare := ansi.Strip(line)
	var ranges []lipgloss.Range
	for _, m := range store.Matches(bare, s.terms) {
		from := columns(bare[:m[0]])
		ranges = append(ranges, lipgloss.NewRange(from, from+columns(bare[m[0]:m[1]]), s.theme.Lit.Style))
	}
	return lipgloss.StyleRanges(line, ranges...)
}

// Watch says whether the posts have the keys. What is found is not read by being found.
func (s *search) Watch(_, focused bool) tea.Cmd {
	s.focused = focused && !s.typing
	return nil
}

func (s *search) View() tea.View {
	t := s.theme
	text := s.field.view()[0]
	if s.typing && s.anew {
		text = t.Lit.Render(text)
	}
	lines := []string{fit(" "+t.Accent.Render("/")+" "+text, s.width)}
	under := narrowing(s.width - 2)
	if !s.typing {
		under = s.tells()
	}
	lines = append(lines, " "+t.Dim.Render(fit(under, s.width-2)))
	for len(lines) < s.over() {
		lines = append(lines, "")
	}
	s.say = s.emptiness()
	lines = append(lines, strings.Split(s.view(), "\n")...)
	var cursor *tea.Cursor
	if s.typing {
		x, _ := s.field.place()
		cursor = caret(x+3, 0)
	}
	return around(lines, cursor, s.width, s.rows)
}

// narrowing is as many whole searchHints as there is room for.
func narrowing(width int) string {
	hints := searchHints
	for columns(hints) > width {
		i := strings.LastIndex(hints, "  ")
		if i < 0 {
			break
		}
		hints = hints[:i]
	}
	return hints
}

// tells is how much was found.
func (s *search) tells() string {
	if s.next == 0 {
		return store.Count(len(s.posts), "post", "posts")
	}
	return store.Count(len(s.posts), "post", "posts") + " and more"
}

// emptiness is what stands where there is no post.
func (s *search) emptiness() string {
	switch {
	case s.problem != "":
		return s.problem
	case s.query != "" && !s.ready:
		return ""
	case s.ready && s.next != 0:
		return "Nothing among the newest; looking through what is older."
	case s.ready:
		return "Nothing was found that you may read.\n\nWords are found whole: a * at the end finds all that begin so, as in expens*."
	}
	return "Type what you look for, and Enter.\n\nEvery word has to be in the post, in any case, with or without accents. What the line above shows narrows it down."
}

func (s *search) ShortHelp() []key.Binding {
	if s.typing {
		leave := says(keys.Cancel, "back")
		if len(s.posts) > 0 {
			leave = says(keys.Cancel, "to what was found")
		}
		return []key.Binding{says(keys.Save, "searches"), leave}
	}
	order := says(keys.Order, "best first")
	if s.order == store.Best {
		order = says(keys.Order, "newest first")
	}
	return []key.Binding{keys.Open, keys.Reply, order, says(keys.Search, "other words"), says(keys.Keep, "save"), keys.Back}
}

func (s *search) FullHelp() [][]key.Binding {
	return [][]key.Binding{helpMoving, {heading("Search"), keys.Open, keys.Reply, keys.Keep, keys.Follow, keys.Copy, says(keys.Order, "best or newest first"), says(keys.Search, "other words")}}
}
