package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// The names of the entries that are no channels.
const (
	entryHome     = "home"
	entryInbox    = "inbox"
	entrySearch   = "search"
	entryChannels = "channels"
	entryPeople   = "people"
	entryTrial    = "trial"
	entryMe       = "me"
)

// ownEntries is how many entries are no channels.
const ownEntries = 10

// channelEntry is the name of a channel's entry.
func channelEntry(id int64) string { return "channel " + strconv.FormatInt(id, 10) }

// entry is one line of the sidebar.
type entry struct {
	name    string
	label   string
	mark    string // before the label: ▪ private
	count   int    // what is new
	note    string // said of it at the right end
	draft   bool   // an unsent text waits there
	dim     bool   // muted
	gap     bool   // a blank line above
	channel int64  // that it stands for; 0 for a page
	page    func(*sidebar) screen

	line string // as it was drawn last; empty if it has changed
}

// like says whether it is drawn as another one is.
func (e *entry) like(other *entry) bool {
	return e.name == other.name && e.label == other.label && e.mark == other.mark && e.count == other.count &&
		e.note == other.note && e.draft == other.draft && e.dim == other.dim
}

// sideLook is what decides how all entries are drawn.
type sideLook struct {
	at, selected string
	width        int
	focused      bool
	theme        *theme
}

// sidebar is where one can go: Home, the joined channels, and the few pages.
// Below wideScreen columns it is a page of its own.
type sidebar struct {
	app      *app
	theme    *theme
	is       *store.Side // as last read; it may be others', too
	stale    bool        // list has not been made of it yet
	look     sideLook    // of their lines
	list     []entry     // made of it, in that minute since 1970, on that day of the trial
	minute   int64
	day      string
	width    int
	height   int
	focused  bool
	at       string // the entry that is open
	selected string // the entry that the keys are on
	top      int
	fresh    refresher
	posted   time.Time // when the first post was written that has not been read yet; zero for none
	searched string    // what was last looked for
	opened   screen    // the page last opened from here, and the entry it was
	openedAs string
}

// sidebarMsg is what the sidebar shows now; it comes to every screen.
type sidebarMsg struct {
	*store.Side           // nil after an error
	posted      time.Time // as in sidebar, of what was asked for
	err         error
}

func newSidebar(a *app, t *theme) *sidebar {
	return &sidebar{app: a, theme: t, is: &store.Side{}, at: entryHome, selected: entryHome, stale: true}
}

// entries are the lines from top to bottom.
func (s *sidebar) entries() []entry {
	if minute := s.app.now().Unix() / 60; s.stale || s.minute != minute { // days begin with a minute, everywhere
		s.day, s.minute, s.stale = trialDay(s.is.Trial, s.app.now()), minute, false
		s.fill()
	}
	return s.list
}

// fill makes the entries of what was last read. Those that stay in their places keep how they were drawn.
func (s *sidebar) fill() {
	was := s.list
	s.list = slices.Grow(was[:0], len(s.is.Channels)+ownEntries)
	add := func(e entry) {
		if i := len(s.list); i < len(was) && e.like(&was[i]) {
			e.line = was[i].line
		}
		s.list = append(s.list, e)
	}
	add(entry{name: entryHome, label: "Home", count: s.unread()})
	add(entry{name: entryInbox, label: "Inbox", count: s.is.Inbox, page: func(s *sidebar) screen { return newInbox(s.app, s.theme) }})
	add(entry{name: entryMustRead, label: "Must read", count: len(s.is.Waiting), page: func(s *sidebar) screen { return newMustRead(s.app, s.theme, 0) }})
	add(entry{name: entrySaved, label: "Saved", page: func(s *sidebar) screen { return newSaved(s.app, s.theme) }})
	add(entry{name: entrySearch, label: "Search", page: func(s *sidebar) screen { return newSearch(s.app, s.theme, s.searched) }})
	for i, c := range s.is.Channels {
		e := entry{channel: c.ID, label: sideName(c), count: c.Unread, draft: c.Draft, dim: c.Muted}
		e.gap = i == 0 || c.Direct != s.is.Channels[i-1].Direct
		if c.Private && !c.Direct {
			e.mark = "▪ "
		}
		if n := len(s.list); n < len(was) && was[n].channel == c.ID {
			e.name = was[n].name
		} else {
			e.name = channelEntry(c.ID)
		}
		add(e)
	}
	add(entry{name: entryChannels, label: "Channels", gap: true, page: func(s *sidebar) screen { return newChannels(s.app, s.theme) }})
	add(entry{name: entryPeople, label: "People", page: func(s *sidebar) screen { return newPeople(s.app, s.theme) }})
	add(entry{name: entryTrial, label: "Trial", note: s.day, page: func(s *sidebar) screen { return newTrial(s.app, s.theme) }})
	if s.is.Me.Admin {
		add(entry{name: entryAdmin, label: "Admin", count: s.is.Waits, page: func(s *sidebar) screen { return newAdmin(s.app, s.theme) }})
	}
	add(entry{name: entryMe, label: "Me", page: func(s *sidebar) screen { return newMe(s.app, s.theme) }})
	clear(was[min(len(s.list), len(was)):])
}

// screen is what an entry opens; nil for Home, which is always there.
func (s *sidebar) screen(e entry) screen {
	switch {
	case e.channel != 0:
		return newChannel(s.app, s.theme, e.channel)
	case e.page != nil:
		return e.page(s)
	}
	return nil
}

// sideName is a channel's name, or the others in a direct conversation: by their first names where
// there are several, as the line is short.
func sideName(c store.Channel) string {
	if !c.Direct {
		return c.Name
	}
	names := strings.Split(c.Name, ", ")
	if len(names) < 2 {
		return alone(c.Name)
	}
	for i, n := range names {
		names[i], _, _ = strings.Cut(n, " ")
	}
	return strings.Join(names, ", ")
}

// alone is the others in a direct conversation, also where all of them have left.
func alone(names string) string {
	if names == "" {
		return "nobody else"
	}
	return names
}

// news is what waits for me in particular: the inbox, what I have to answer, and direct conversations. The other channels
// are Home's business: with them the number would never be nought, and mean nothing.
func (s *sidebar) news() int {
	n := s.is.Inbox + len(s.is.Waiting)
	for _, c := range s.is.Channels {
		if c.Direct && !c.Muted {
			n += c.Unread
		}
	}
	return n
}

// unread is what is new in Home.
func (s *sidebar) unread() (n int) {
	for _, c := range s.is.Channels {
		if !c.Muted {
			n += c.Unread
		}
	}
	return n
}

// refresh reads the channels and their counts again.
func (s *sidebar) refresh() tea.Cmd {
	if !s.fresh.begin() {
		return nil
	}
	a, posted := s.app, s.posted
	s.posted = time.Time{}
	return func() tea.Msg {
		side, err := a.store.Side(a.ctx, a.me)
		return sidebarMsg{side, posted, err}
	}
}

// unreadIn is what is new in all channels.
func unreadIn(side *store.Side) (n int) {
	for _, c := range side.Channels {
		n += c.Unread
	}
	return n
}

func (s *sidebar) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case themeMsg:
		s.theme = msg.theme
	case sidebarMsg:
		var again tea.Cmd
		if s.fresh.end() {
			again = s.refresh()
		}
		if msg.err != nil {
			return tea.Batch(again, fail(msg.err))
		}
		if more := unreadIn(msg.Side) > unreadIn(s.is); more && s.app.heard != nil && !msg.posted.IsZero() {
			s.app.heard(msg.posted)
		}
		s.is, s.stale = msg.Side, true
		return again
	case searchedMsg:
		s.searched = msg.query
	case eventsMsg:
		for _, e := range msg {
			if (e.Kind == store.Posted || e.Kind == store.Reload) && e.By != s.app.me && s.posted.IsZero() {
				s.posted = e.At
			}
		}
		return s.refresh()
	}
	return nil
}

// press moves through the entries; chosen is the one to be opened, and taken is false for a key that does nothing here.
func (s *sidebar) press(msg tea.KeyPressMsg) (chosen *entry, taken bool) {
	list := s.entries()
	i := s.index(list, s.selected)
	switch {
	case key.Matches(msg, keys.Up):
		i--
	case key.Matches(msg, keys.Down):
		i++
	case key.Matches(msg, keys.Top):
		i = 0
	case key.Matches(msg, keys.Bottom):
		i = len(list) - 1
	case key.Matches(msg, keys.PageUp):
		i -= s.height / 2
	case key.Matches(msg, keys.PageDown):
		i += s.height / 2
	case key.Matches(msg, keys.Open, keys.ReadOn, keys.Right):
		return &list[i], true
	default:
		return nil, false
	}
	s.selected = list[min(max(i, 0), len(list)-1)].name
	return nil, true
}

// wheel scrolls; the keys' entry comes along.
func (s *sidebar) wheel(b tea.MouseButton) {
	list := s.entries()
	i := s.index(list, s.selected) + notch(b)
	s.selected = list[min(max(i, 0), len(list)-1)].name
}

// click is the entry in that line, nil if there is none.
func (s *sidebar) click(y int) *entry {
	list := s.entries()
	line := -s.top
	for i := range list {
		if list[i].gap {
			line++
		}
		if line == y {
			return &list[i]
		}
		line++
	}
	return nil
}

func (s *sidebar) index(list []entry, name string) int {
	for i := range list {
		if list[i].name == name {
			return i
		}
	}
	return 0
}

// show makes the keys start at the entry that is open.
func (s *sidebar) show() { s.selected = s.at }

// view draws the entries over the lines that were: exactly height lines of width columns, or empty ones.
func (s *sidebar) view(lines []string) []string {
	list := s.entries()
	if look := (sideLook{s.at, s.selected, s.width, s.focused, s.theme}); s.look != look {
		s.look = look
		for i := range list {
			list[i].line = ""
		}
	}
	lines = lines[:0]
	at := 0
	for i := range list {
		e := &list[i]
		if e.gap {
			lines = append(lines, "")
		}
		if e.name == s.selected && s.focused || e.name == s.at && !s.focused {
			at = len(lines)
		}
		lines = append(lines, s.draw(e))
	}
	all := len(lines)
	first, last := min(at+1, all-1), max(at-1, 0) // a line that says what is hidden stands on no entry that has the keys
	s.top = min(max(s.top, first-s.height+1), last)
	s.top = max(0, min(s.top, all-s.height))
	lines = lines[s.top:min(all, s.top+s.height)]
	if s.height >= cutSidebar {
		if s.top > 0 {
			lines[0] = s.hidden("↑", list, 0, s.top+1)
		}
		if s.top+s.height < all {
			lines[s.height-1] = s.hidden("↓", list, s.top+s.height-1, all)
		}
	}
	for len(lines) < s.height {
		lines = append(lines, "")
	}
	return lines
}

// cutSidebar is the height from which a line is spent on what is hidden.
const cutSidebar = 6

// hidden is the line that stands for the entries from one line to another, which there is no room for.
func (s *sidebar) hidden(arrow string, list []entry, from, to int) string {
	line, n, waiting := 0, 0, 0
	for i := range list {
		if list[i].gap {
			line++
		}
		if line >= from && line < to {
			n++
			if !list[i].dim {
				waiting += list[i].count
			}
		}
		line++
	}
	right := ""
	if waiting > 0 {
		right = s.theme.Bold.Render(capped(waiting))
	}
	return pad(" "+justify(s.theme.Dim.Render(arrow+" "+store.Number(n)+" more"), right, s.width-2)+" ", s.width)
}

// draw is one entry: its label at the left, what is new at the right.
func (s *sidebar) draw(e *entry) string {
	if e.line == "" {
		e.line = s.line(e)
	}
	return e.line
}

// line draws it anew.
func (s *sidebar) line(e *entry) string {
	t := s.theme
	style := &t.Text
	switch {
	case e.dim:
		style = &t.Dim
	case e.count > 0:
		style = &t.Bold
	}
	if e.name == s.at {
		style = &t.Accent
		if e.count > 0 {
			style = &t.Here
		}
	}
	bar := " "
	switch {
	case s.focused && e.name == s.selected:
		bar = t.Accent.Render("▌")
	case e.name == s.at:
		bar = t.Dim.Render("▌")
	}
	var right []string
	if e.note != "" {
		right = append(right, t.Dim.Render(e.note))
	}
	if e.draft {
		right = append(right, t.New.Render("»"))
	}
	if e.count > 0 && e.dim {
		right = append(right, t.Dim.Render(capped(e.count)))
	} else if e.count > 0 {
		right = append(right, t.Bold.Render(capped(e.count)))
	}
	return pad(bar+justify(style.Render(e.mark+e.label), strings.Join(right, " "), s.width-2)+" ", s.width)
}

// hints are the keys while the sidebar has them.
func (s *sidebar) hints() []key.Binding {
	return []key.Binding{keys.Open, says(keys.Back, "back")}
}
