package tui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

const (
	// enterDelay is how long Enter waits for a key after it; see settle.
	enterDelay = 50 * time.Millisecond
	// composerRows is how many rows of text are shown before it scrolls: enough
	// for most posts, and half of a 12-row terminal stays for reading.
	composerRows = 5
	// composerWide is the width from which label and counter stand beside the
	// text; below it they have a row of their own.
	composerWide = 60
	// counterWidth keeps a place for "1,000" and "99 over", so that the text
	// does not wrap anew while somebody types.
	counterWidth = 7
	// labelWidth is the most columns of a label beside the text.
	labelWidth = 24
	// announceWidth is that of an announcement's, which says whom it asks.
	announceWidth = 34
)

var tooLong = fmt.Sprintf("That is more than fits here (%d KB). What you wrote before is kept.", store.DraftLimit>>10)

// composer is the line, or the few, where a post or a reply is written. The text
// is its place's draft: kept in the store soon after each key, taken up again on
// any screen or machine, and gone in the same transaction that makes it a post.
type composer struct {
	app         *app
	theme       *theme
	at          store.Place
	label       string
	width       int
	focus       bool
	placeholder string         // shown while there is no text
	completion  *completion    // nil while no list is open
	was         store.Post     // the post that is being written anew; the zero Post: a new one
	typo        bool           // written anew without another meaning: nobody is asked again
	about       store.Post     // the announcement that this is a question about; the zero Post: none
	settled     announceMsg    // how it is announced, once its form was gone through; void when the form has changed
	setUp       func() tea.Cmd // opens that form again; nil where nothing can be announced
	as          composerLook   // how it was drawn last
	drawn       string
	draft
}

// composerLook is all that decides how a composer without an open list is drawn.
type composerLook struct {
	theme              *theme
	at                 store.Place
	label, placeholder string
	how, text          string
	width, top, left   int
	focus, out         bool
}

type (
	// postedMsg says that a post has been written here.
	postedMsg struct{ post store.Post }

	// editedMsg says that a post of mine is no longer being written anew: it was saved, or (gaveUp) stays as it was.
	editedMsg struct {
		of     *desk
		gaveUp bool
	}

	enterMsg struct {
		of      *desk
		presses int
	}
)

// newComposer makes the composer of a place. label names the place: #everyone.
func newComposer(a *app, t *theme, at store.Place, label string) *composer {
	return &composer{app: a, theme: t, at: at, label: label, width: 1, draft: newDraft()}
}

// newEditor makes a composer with the text of a post of mine in it. What is written there is a draft of its own.
func newEditor(a *app, t *theme, p store.Post, typo bool) *composer {
	c := newComposer(a, t, store.Place{Channel: p.Channel, Root: p.Root, Edit: p.ID}, "Edit your post")
	switch {
	case typo:
		c.label = "Fix a typo"
	case p.Announcement != nil:
		c.label = "Edit; all answer again"
	}
	c.was, c.typo, c.focus = p, typo, true
	c.field.set(p.Body)
	c.fit()
	return c
}

// Init reads the draft.
func (c *composer) Init() tea.Cmd { return c.load() }

// Focused reports whether keys are text.
func (c *composer) Focused() bool { return c.focus }

// Focus makes keys text.
func (c *composer) Focus() tea.Cmd {
	c.focus = true
	return nil
}

// quote begins with what somebody has written, below what is already there.
func (c *composer) quote(text string) tea.Cmd {
	c.settle()
	c.field.set(joined(strings.TrimRight(c.field.text, "\n"), text))
	c.changed()
	return c.arm()
}

// Blur leaves the text; the command saves it.
func (c *composer) Blur() tea.Cmd {
	c.settle()
	c.focus, c.burst, c.completion = false, false, nil
	return c.save()
}

// SetWidth says how many columns there are.
func (c *composer) SetWidth(width int) {
	if width = max(width, 1); width != c.width {
		c.width = width
		c.fit()
	}
}

// SetPlace moves to another place and takes up its draft; the present one is saved.
func (c *composer) SetPlace(at store.Place, label string) tea.Cmd {
	if at == c.at {
		if label != c.label {
			c.label = label
			c.fit()
		}
		return nil
	}
	c.label = label
	c.settle()
	c.completion = nil
	ctx, leave := c.app.ctx, c.leave()
	c.at, c.draft, c.settled = at, newDraft(), announceMsg{}
	c.fit()
	return tea.Sequence(func() tea.Msg { return failed(leave(ctx)) }, c.load())
}

// Update takes keys and pastes while it has the focus, and every other message always.
func (c *composer) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		if c.focus {
			return c.write(msg)
		}
	case themeMsg:
		c.theme = msg.theme
	case store.Event:
		mine := msg.Kind == store.Read && (msg.Channel == 0 || msg.Channel == c.at.Channel)
		if (mine || msg.Kind == store.Reload) && c.edits == c.saved && !c.busy {
			return c.load()
		}
	case draftMsg:
		if msg.of == c.desk {
			return c.loaded(msg)
		}
	case savedMsg:
		if msg.of == c.desk {
			return c.kept(msg)
		}
	case sentMsg:
		if msg.of == c.desk {
			return c.sent(msg)
		}
	case draftDueMsg:
		if msg.of == c.desk {
			c.armed = false
			return c.save()
		}
	case offersMsg:
		return c.offered(msg)
	case enterMsg:
		if msg.of == c.desk && msg.presses == c.presses {
			return c.quiet()
		}
	}
	return nil
}

// write is a key or a paste in the text.
func (c *composer) write(msg tea.Msg) tea.Cmd {
	c.presses++
	var cmd, hush tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = c.press(msg)
	case tea.PasteMsg:
		c.settle()
		c.completion = nil
		cmd = c.put(c.field.paste(msg.Content))
	}
	if c.entered || c.burst {
		hush = c.app.after(enterDelay, enterMsg{c.desk, c.presses})
	}
	return tea.Batch(cmd, hush, c.arm())
}

func (c *composer) press(msg tea.KeyPressMsg) tea.Cmd {
	if c.completion != nil {
		if cmd, used := c.pick(msg); used {
			return cmd
		}
	}
	switch {
	case key.Matches(msg, keys.Complete):
		c.settle()
		return c.complete()
	case key.Matches(msg, keys.Post):
		c.settle()
		c.entered = true
		return nil
	case key.Matches(msg, keys.Put):
		return c.Blur()
	case key.Matches(msg, keys.Ask):
		c.settle()
		switch {
		case c.how != "":
			c.note("")
		case c.asks():
			c.note(asQuestion)
		}
		return nil
	case key.Matches(msg, keys.NewLine):
		// The lines of a paste may end in two characters: Enter, then ctrl+J.
		if c.settle() && msg.String() == "ctrl+j" {
			return nil
		}
		return c.put(c.field.insert("\n"))
	}
	c.settle()
	before := c.field.text
	c.field.press(msg)
	if c.field.text == before && msg.Text == "" {
		return c.follow()
	}
	return tea.Batch(c.put(c.field.text != before), c.follow())
}

// put follows what was to change the text; it did not fit where ok is false.
func (c *composer) put(ok bool) tea.Cmd {
	if !ok {
		return status(tooLong)
	}
	c.changed()
	return nil
}

// settle makes a new line of an Enter that still waits; false when none does.
//
// Enter waits for a moment before it posts. Some terminals do not mark a paste:
// its lines come as keys with Enter between them. But those come at once, and no
// fingers follow Enter with a key within enterDelay. So an Enter that another key
// follows is a line of text, and so is the Enter that ends such a burst. The
// limits: where the line stalls and then delivers what was typed meanwhile in one
// go, Enter may become a new line (nothing is lost, and Enter again posts); and an
// unmarked paste that stalls right after its first line posts that line.
func (c *composer) settle() bool {
	if !c.entered {
		return false
	}
	c.entered, c.burst = false, true
	c.field.insert("\n")
	c.changed()
	return true
}

// quiet ends a burst of keys, or posts after an Enter on its own.
func (c *composer) quiet() tea.Cmd {
	alone := c.entered && !c.burst
	if alone {
		c.entered = false
		return c.post()
	}
	c.settle()
	c.burst = false
	return c.arm()
}

// note says how the text is to go out.
func (c *composer) note(how string) {
	if how != c.how {
		c.how = how
		c.changed()
	}
}

// announcing goes on to the text of an announcement.
func (c *composer) announcing(msg announceMsg) tea.Cmd {
	c.settled = msg
	c.note(msg.how)
	return tea.Batch(c.arm(), c.Focus())
}

// changed follows every change of what somebody has typed.
func (c *composer) changed() {
	c.edits++
	c.fit()
}

// arm sees to it that the draft is saved soon.
func (c *composer) arm() tea.Cmd {
	if c.armed || c.edits == c.saved {
		return nil
	}
	c.armed = true
	return c.app.after(draftDelay, draftDueMsg{c.desk})
}

// post takes the text out of the field and sends it. While one is on its way,
// another Enter does nothing.
func (c *composer) post() tea.Cmd {
	switch {
	case c.outgoing != "":
		return nil
	case announces(c.how) && c.settled.how != c.how: // set up in another window, or before the line dropped
		if c.setUp == nil {
			return status("Everyone posts here now, so nothing can be announced. " + keys.Ask.Help().Key + " makes an ordinary post of it.")
		}
		return c.setUp()
	case strings.TrimSpace(c.field.text) == "":
		return status("Nothing to post yet: write a few words, or press Esc to leave.")
	}
	c.outgoing = c.field.text
	c.field.set("")
	c.changed()
	return c.work()
}

// fit gives the text the room beside the label and the counter, or all of it.
func (c *composer) fit() {
	c.left = c.limit() - store.Graphemes(c.field.text)
	width := c.width - c.indent() - 1
	if c.width >= composerWide {
		width -= 1 + max(counterWidth, columns(c.counter()))
	}
	c.field.setSize(min(width, measure), composerRows)
}

// limit is how many graphemes the text may have.
func (c *composer) limit() int {
	if announces(c.how) || c.was.Announcement != nil {
		return store.AnnouncementLimit
	}
	return store.PostLimit
}

// indent is the columns left of the text.
func (c *composer) indent() int {
	if c.width < composerWide {
		return 1
	}
	return 1 + columns(c.name()) + 2
}

// name is the label as it stands left of the text.
func (c *composer) name() string {
	switch {
	case announces(c.how):
		return ansi.Truncate(published(c.how), announceWidth, "…")
	case c.how == asQuestion:
		return ansi.Truncate("Question to "+c.label, labelWidth, "…")
	}
	return ansi.Truncate(c.label, labelWidth, "…")
}

// asks says whether what is written may become a question: a new post, and no reply.
func (c *composer) asks() bool { return c.at.Root == 0 && c.was.ID == 0 }

// counter says how much may still be written, or how much is too much.
func (c *composer) counter() string {
	switch {
	case c.outgoing != "":
		return c.theme.Dim.Render("posting")
	case c.left < 0:
		return c.theme.Error.Render(store.Number(-c.left) + " over")
	}
	return c.theme.Dim.Render(store.Number(c.left))
}

// Height is the lines of View.
func (c *composer) Height() int {
	switch n := len(c.listed()) + len(c.field.view()); {
	case !c.focus:
		return 1
	case c.width < composerWide:
		return 1 + n
	default:
		return n
	}
}

// View draws the text with the place it goes to, or the one line that invites to write. A draft is drawn once, as it
// stands below every frame of every window of its author.
func (c *composer) View() string {
	if c.completion != nil {
		return c.draw()
	}
	as := composerLook{c.theme, c.at, c.label, c.placeholder, c.how, c.field.text, c.width, c.field.top, c.left, c.focus, c.outgoing != ""}
	if c.drawn == "" || as != c.as {
		c.as, c.drawn = as, c.draw()
	}
	return c.drawn
}

func (c *composer) draw() string {
	if !c.focus {
		return c.invitation()
	}
	rows := c.field.view()
	if c.field.text == "" && c.placeholder != "" {
		rows = []string{c.theme.Dim.Render(fit(c.placeholder, c.field.width))}
	}
	name := " " + c.theme.Accent.Render(c.name())
	lines := c.listed()
	if c.width < composerWide {
		lines = append(lines, justify(name, c.counter()+" ", c.width))
		for _, r := range rows {
			lines = append(lines, ansi.Truncate(" "+r, c.width, ""))
		}
		return strings.Join(lines, "\n")
	}
	lines = append(lines, justify(name+"  "+rows[0], c.counter()+" ", c.width))
	indent := strings.Repeat(" ", c.indent())
	for _, r := range rows[1:] {
		lines = append(lines, ansi.Truncate(indent+r, c.width, ""))
	}
	return strings.Join(lines, "\n")
}

// invitation is the line shown while the composer has not the focus.
func (c *composer) invitation() string {
	k, does := keys.New.Help().Key, "Write to "+c.label
	if c.at.Root != 0 {
		k, does = keys.Reply.Help().Key, "Reply in "+c.label
	}
	if text := strings.TrimSpace(c.field.text); text != "" {
		line, _, _ := strings.Cut(text, "\n")
		does = "» " + line
	} else if announces(c.how) {
		k, does = keys.Announce.Help().Key, "» "+published(c.how)
	}
	return fit(" "+c.theme.Key.Render(k)+"  "+c.theme.Dim.Render(does), c.width)
}

// Cursor is where the terminal's cursor belongs in View; nil without the focus.
func (c *composer) Cursor() *tea.Cursor {
	if !c.focus {
		return nil
	}
	x, y := c.field.place()
	x += c.indent()
	if c.width < composerWide {
		y++
	}
	return caret(min(x, c.width-1), y+len(c.listed()))
}

// Hints says what the keys do here.
func (c *composer) Hints() []key.Binding {
	if !c.focus {
		return nil
	}
	switch {
	case len(c.listed()) > 0:
		return []key.Binding{keys.Take, says(keys.ListDown, "next"), keys.Close}
	case c.was.ID != 0:
		return []key.Binding{says(keys.Post, "saves"), keys.NewLine, says(keys.Put, "keeps it as it was")}
	case announces(c.how) && c.settled.how != c.how:
		return []key.Binding{says(keys.Post, "opens its form"), says(keys.Ask, "an ordinary post"), keys.Put}
	case announces(c.how):
		return []key.Binding{says(keys.Post, "publishes"), keys.NewLine, says(keys.Ask, "an ordinary post"), keys.Put}
	case c.how == asQuestion:
		return []key.Binding{keys.Post, says(keys.Ask, "no question"), keys.NewLine, keys.Put}
	case c.asks():
		return []key.Binding{keys.Post, keys.NewLine, keys.Ask, keys.Put}
	}
	return []key.Binding{keys.Post, keys.NewLine, keys.Put}
}
