package tui

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// draftDelay is how long after a key the draft is saved. With the writing itself
// it stays within a second.
const draftDelay = 800 * time.Millisecond

// asQuestion is how a draft is to go out that asks something.
const asQuestion = "Question"

// draft is what a composer knows of the text of one place.
type draft struct {
	field    *field
	left     int    // how many graphemes may still be written
	ready    bool   // what the store has was read
	edits    int    // how often the text has changed
	saved    int    // edits when it last was what the store has
	armed    bool   // a save is due when draftDelay is over
	due      bool   // a save is due now
	busy     bool   // the store is at work for us
	outgoing string // the text on its way to become a post
	turns    int    // commands given to the desk
	sending  int    // the turn of the one that makes the post
	how      string // it is to go out, as store.Draft has it: asQuestion, or what is noted of an announcement's form
	desk     *desk

	presses int  // counts keys
	entered bool // Enter was the last key, and waits
	burst   bool // the keys come too fast for fingers
}

func newDraft() draft {
	return draft{field: newField(store.DraftLimit), left: store.PostLimit, desk: &desk{}}
}

type (
	draftMsg struct {
		of    *desk
		edits int
		draft store.Draft
		err   error
	}
	savedMsg struct {
		of    *desk
		edits int
		err   error
	}
	sentMsg struct {
		of   *desk
		text string
		post store.Post
		err  error
	}
	draftDueMsg struct{ of *desk }
)

func (c *composer) save() tea.Cmd {
	c.due = true
	return c.work()
}

// work starts what the store has to do next: one thing at a time, so that no
// draft arrives after the post that was made of it.
func (c *composer) work() tea.Cmd {
	switch {
	case c.busy || !c.ready:
		return nil
	case c.outgoing != "":
		c.busy = true
		c.turns++
		c.sending = c.turns
		return c.submit(c.turns, c.outgoing)
	case c.due && c.edits != c.saved:
		c.busy, c.due = true, false
		c.turns++
		return c.keep(c.turns, c.edits, c.unsent(c.field.text, c.how))
	}
	c.due = false
	return nil
}

func (c *composer) submit(turn int, text string) tea.Cmd {
	a, d, was, typo, about := c.app, c.desk, c.was.ID, c.typo, c.about
	post := store.NewPost{Place: c.at, Body: text, Question: c.how == asQuestion, FromDraft: true}
	if settled := c.settled.is; announces(c.how) {
		post.Announce = &settled
	}
	return func() tea.Msg {
		m := sentMsg{of: d, text: text}
		m.err = d.do(turn, func() (err error) {
			switch {
			case was != 0 && typo:
				m.post, err = a.store.FixTypo(a.ctx, a.me, was, text)
			case was != 0:
				m.post, err = a.store.EditPost(a.ctx, a.me, was, text)
			case about.ID != 0:
				m.post, err = a.store.AnswerAnnouncement(a.ctx, a.me, about.ID, about.Announcement.Version, text)
			default:
				m.post, err = a.store.CreatePost(a.ctx, a.me, post)
			}
			return err
		})
		return m
	}
}

func (c *composer) sent(msg sentMsg) tea.Cmd {
	c.busy, c.outgoing = false, ""
	if msg.err != nil {
		c.field.set(joined(msg.text, c.field.text))
		c.changed()
		return tea.Batch(fail(keptError{msg.err}), c.arm(), c.work())
	}
	if c.field.text == "" {
		c.saved = c.edits
	}
	if c.was.ID != 0 {
		saved := "Saved. What it said before can still be read."
		if c.was.Announcement != nil && !c.typo {
			saved = "Saved. Everyone is asked again, as it says something else now."
		}
		return tea.Batch(said(editedMsg{of: c.desk}), status(saved))
	}
	c.how = ""
	c.fit()
	post := msg.post
	text := "Posted in " + placeName(post.ChannelName, post.Direct) + "."
	switch an := post.Announcement; {
	case post.Direct:
		text = "Sent to " + post.ChannelName + "."
	case c.about.ID != 0:
		text = "Asked: your question stands below the announcement, and " + c.about.Name + " is told."
	case an != nil:
		text = "Published to " + an.To(post.ChannelName) + ": " + store.Count(an.Size(), "person is", "people are") + " asked."
	}
	return tea.Batch(func() tea.Msg { return postedMsg{post} }, status(text), c.work())
}

func (c *composer) keep(turn, edits int, now store.Draft) tea.Cmd {
	a, d, at := c.app, c.desk, c.at
	return func() tea.Msg {
		err := d.do(turn, func() error { return a.store.SaveDraft(a.ctx, a.me, at, now) })
		return savedMsg{of: d, edits: edits, err: err}
	}
}

func (c *composer) kept(msg savedMsg) tea.Cmd {
	c.busy = false
	if msg.err != nil {
		return tea.Batch(fail(msg.err), c.work())
	}
	c.saved = msg.edits
	return c.work()
}

// load reads the draft of the place.
func (c *composer) load() tea.Cmd {
	a, d, at, edits := c.app, c.desk, c.at, c.edits
	return func() tea.Msg {
		found, err := a.store.Draft(a.ctx, a.me, at)
		return draftMsg{of: d, edits: edits, draft: found, err: err}
	}
}

// loaded takes up the draft. At first, what has been typed before it came stays
// behind it; later, when another window has saved it, it is taken only where
// nothing has been typed since. Where a post is written anew and there is no draft, it begins as it is.
func (c *composer) loaded(msg draftMsg) tea.Cmd {
	first, editor, now := !c.ready, c.was.ID != 0, c.unsent(c.field.text, c.how)
	c.ready = true
	var tell tea.Cmd
	switch {
	case msg.err != nil:
		return tea.Batch(fail(msg.err), c.work())
	case c.edits == c.saved && c.edits == msg.edits && now != msg.draft:
		if now.Body != msg.draft.Body {
			c.field.set(cmp.Or(msg.draft.Body, c.was.Body))
		}
		c.how = msg.draft.How
		if first && editor {
			tell = status("This is how far you had come with it.")
		}
	case first && !editor && c.edits != c.saved && msg.draft != store.Draft{}:
		c.field.set(joined(msg.draft.Body, c.field.text))
		c.how = cmp.Or(c.how, msg.draft.How)
		c.edits++
	}
	c.fit()
	return tea.Batch(tell, c.work())
}

// Flush saves at once what is not yet in the store. A command of ours that has
// not begun will not begin any more; one at work is waited for.
func (c *composer) Flush(ctx context.Context) {
	c.settle()
	if err := c.leave()(ctx); err != nil {
		c.app.log.Error("draft not saved", "err", err)
		return
	}
	c.saved = c.edits
}

// leave returns what saves all text of the present place that is no post yet.
func (c *composer) leave() func(context.Context) error {
	a, at, now := c.app, c.at, c.draft
	text, how, unsent := now.field.text, now.how, c.unsent
	return func(ctx context.Context) error {
		sent := now.desk.stop(now.turns, now.sending)
		switch {
		case now.outgoing != "" && !sent:
			text = joined(now.outgoing, text)
		case now.outgoing != "":
			how = "" // it went with the post
		case now.edits == now.saved:
			return nil
		}
		if !now.ready {
			before, err := a.store.Draft(ctx, a.me, at)
			if err != nil {
				return err
			}
			text, how = joined(before.Body, text), cmp.Or(how, before.How)
		}
		return a.store.SaveDraft(ctx, a.me, at, unsent(text, how))
	}
}

// unsent is what of a text has to be kept: nothing where it says what the post says already, or asks nothing yet.
func (c *composer) unsent(text, how string) store.Draft {
	if text = asKept(text); text == c.was.Body {
		text = ""
	}
	if text == "" && how == asQuestion {
		how = ""
	}
	return store.Draft{Body: text, How: how}
}

// giveUp leaves the post as it was: the draft of the edit goes, if it has not gone with the post.
func (c *composer) giveUp() tea.Cmd {
	c.field.set(c.was.Body)
	c.changed()
	ctx, leave := c.app.ctx, c.leave()
	return func() tea.Msg {
		if err := leave(ctx); !errors.Is(err, store.ErrForbidden) {
			return failed(err)
		}
		return nil
	}
}

// asKept is a draft as the store has it; nothing but spaces is none.
func asKept(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return store.Clean(text)
}

// joined is two texts, one under the other.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// fail tells the person about an error, if there is one.
func fail(err error) tea.Cmd { return func() tea.Msg { return failed(err) } }

// failed is the message of an error, none for none.
func failed(err error) tea.Msg {
	if err == nil {
		return nil
	}
	return errMsg{err}
}

// desk is where a composer's commands take their turn, and what says whose they
// are. Flush needs it: it may run while a command is at work or has not begun.
type desk struct {
	mu   sync.Mutex
	void int // turns up to this one may not begin any more
	done int // the last turn that went well
}

// do runs f, unless the desk was closed to its turn.
func (d *desk) do(turn int, f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if turn <= d.void {
		return context.Canceled
	}
	err := f()
	if err == nil {
		d.done = turn
	}
	return err
}

// stop waits for the turn at work, closes the desk to those up to last, and
// reports whether the one asked for went well.
func (d *desk) stop(last, turn int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.void = last
	return turn != 0 && turn == d.done
}
