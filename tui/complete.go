package tui

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"tincan/store"
)

const (
	// offersMost is how many names are offered: who means another types a letter more.
	offersMost = 8
	// offersShown is how many of them stand above the line at once, and offersNarrow where
	// the composer takes two rows: half of a 12-row window stays for reading.
	offersShown, offersNarrow = 4, 3
)

// offer is one thing that a word may be completed to.
type offer struct{ text, label, more string }

// completion is the list above the line of what the word at the cursor may be meant to be.
type completion struct {
	from   int // where the word begins: its @, # or :
	offers []offer
	at     int
	turn   int // of the last question; answers to others are late
}

// offersMsg is what a word may be completed to.
type offersMsg struct {
	of     *completion
	turn   int
	offers []offer
	err    error
}

// wordStart finds the @, # or : that the word before the cursor begins with.
func wordStart(text string, pos int) (from int, ok bool) {
	from = strings.LastIndexAny(text[:pos], "@#:")
	if from < 0 || strings.ContainsAny(text[from:pos], " \n\t") {
		return 0, false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	return from, !wordRune(before)
}

// complete opens the list for the word at the cursor.
func (c *composer) complete() tea.Cmd {
	from, ok := wordStart(c.field.text, c.field.pos)
	if !ok {
		return nil
	}
	c.completion = &completion{from: from}
	return c.offer()
}

// offer asks what the word may be.
func (c *composer) offer() tea.Cmd {
	l := c.completion
	l.turn++
	word := c.field.text[l.from:c.field.pos]
	kind, begin := word[0], strings.ToLower(word[1:])
	a, turn := c.app, l.turn
	return func() tea.Msg {
		m := offersMsg{of: l, turn: turn}
		switch kind {
		case '@':
			m.offers, m.err = a.offerPeople(begin)
		case '#':
			m.offers, m.err = a.offerChannels(begin)
		default:
			for _, e := range emojisNamed(begin, offersMost) {
				m.offers = append(m.offers, offer{e.text, e.text + "  :" + e.name + ":", ""})
			}
		}
		return m
	}
}

func (a *app) offerPeople(begin string) (offers []offer, err error) {
	var people []store.Person
	if begin == "" {
		people, err = a.store.People(a.ctx, a.me, "", "", offersMost)
	} else {
		people, err = a.store.CompletePerson(a.ctx, a.me, begin)
	}
	for _, p := range people {
		offers = append(offers, offer{"@" + p.Handle, "@" + p.Handle, strings.TrimSuffix(p.Display()+" · "+about(p), " · ")})
	}
	return offers, err
}

// offerChannels are the channels whose name begins so, or has a word that does: those that I am in first.
func (a *app) offerChannels(begin string) (offers []offer, err error) {
	all, err := a.store.Channels(a.ctx, a.me)
	all = slices.DeleteFunc(all, func(c store.Channel) bool { return c.Archived || !beginsWord(c.Name, begin) })
	rank := func(c store.Channel) int {
		n := 0
		if !strings.HasPrefix(c.Name, begin) {
			n += 2
		}
		if !c.Joined {
			n++
		}
		return n
	}
	slices.SortStableFunc(all, func(a, b store.Channel) int { return cmp.Compare(rank(a), rank(b)) })
	for _, c := range all[:min(len(all), offersMost)] {
		offers = append(offers, offer{"#" + c.Name, "#" + c.Name, c.Purpose})
	}
	return offers, err
}

// offered takes in what the word may be. Where it is nothing, the list closes.
func (c *composer) offered(msg offersMsg) tea.Cmd {
	l := c.completion
	if l == nil || msg.of != l || msg.turn != l.turn {
		return nil
	}
	if msg.err != nil || len(msg.offers) == 0 {
		c.completion = nil
		if msg.err != nil {
			return fail(msg.err)
		}
		if l.turn == 1 {
			return status("Nothing here has a name that begins so.")
		}
		return nil
	}
	if l.turn == 1 && len(msg.offers) == 1 { // there is nothing to choose
		return c.take(msg.offers[0].text)
	}
	l.offers, l.at = msg.offers, 0
	return nil
}

// pick is a key while the list is open; used is false for those that are text.
func (c *composer) pick(msg tea.KeyPressMsg) (cmd tea.Cmd, used bool) {
	l := c.completion
	switch n := len(l.offers); {
	case key.Matches(msg, keys.Close):
		c.completion = nil
	case n == 0:
		return nil, false
	case key.Matches(msg, keys.ListUp):
		l.at = (l.at + n - 1) % n
	case key.Matches(msg, keys.ListDown):
		l.at = (l.at + 1) % n
	case key.Matches(msg, keys.Take):
		return c.take(l.offers[l.at].text), true
	default:
		return nil, false
	}
	return nil, true
}

// take writes what is chosen in the word's place.
func (c *composer) take(text string) tea.Cmd {
	from, ok := wordStart(c.field.text, c.field.pos)
	same := ok && from == c.completion.from // another window may have brought another draft
	c.completion = nil
	if !same {
		return nil
	}
	if len(c.field.text)+len(text) > c.field.limit {
		return c.put(false)
	}
	end := c.field.pos
	if !strings.HasPrefix(c.field.text[end:], " ") {
		text += " "
	}
	c.field.replace(from, end, text)
	return c.put(true)
}

// follow asks again after a key has changed the word, and closes the list where the cursor has left it.
func (c *composer) follow() tea.Cmd {
	l := c.completion
	if l == nil {
		return nil
	}
	if from, ok := wordStart(c.field.text, c.field.pos); !ok || from != l.from {
		c.completion = nil
		return nil
	}
	return c.offer()
}

// listed is the list as it stands above the line.
func (c *composer) listed() []string {
	l := c.completion
	if l == nil || len(l.offers) == 0 {
		return nil
	}
	rows := offersShown
	if c.width < composerWide {
		rows = offersNarrow
	}
	top := min(max(l.at-rows+1, 0), max(len(l.offers)-rows, 0))
	wide := 0
	for _, o := range l.offers {
		wide = max(wide, lipgloss.Width(o.label))
	}
	wide = min(wide, c.width/2)
	var lines []string
	for i, o := range l.offers[top:min(top+rows, len(l.offers))] {
		bar, style := "  ", &c.theme.Text
		if top+i == l.at {
			bar, style = c.theme.Accent.Render("▌")+" ", &c.theme.Bold
		}
		line := bar + style.Render(fit(o.label, wide))
		if o.more != "" {
			line = pad(line, wide+2) + "  " + c.theme.Dim.Render(o.more)
		}
		lines = append(lines, fit(line, c.width))
	}
	return lines
}
