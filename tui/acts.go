package tui

import (
	"errors"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// notFound says whether something is not there, or not for me.
func notFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// lost says whether something may no longer be seen.
func lost(err error) bool { return notFound(err) || errors.Is(err, store.ErrForbidden) }

// postAct is one thing that one person can do with one post now. What a key does, the
// hints, the help page, the menu of acts and the palette are all made of these.
type postAct struct {
	name string      // in words: "Save it"
	key  key.Binding // the zero Binding where it has none; its words are short, for the hints
	do   func(*theme) tea.Cmd
}

type (
	// askMsg has the screen that has the keys ask before something is done.
	askMsg struct {
		question string
		yes      tea.Cmd
	}
	// reactMsg has it show what one can react with.
	reactMsg struct{ post store.Post }
	// editMsg has it write a post anew.
	editMsg struct {
		post store.Post
		typo bool // of an announcement: it means the same
	}
	// replyMsg has a thread write a reply, which may quote one of its posts.
	replyMsg struct{ quote store.Post }
	// heldMsg says that from a post on everything at its place is new again.
	heldMsg struct {
		at  store.Place
		seq int64
	}
)

// postActs are the things that I can do with a post of a channel, the most used first.
func (a *app) postActs(p *store.Post, c store.Channel) []postAct {
	mine := p.Author == a.me
	alive := !p.Deleted && !p.Hidden
	fresh := alive && !c.Closed() // may still be changed
	root := p.Root == 0
	open := c.Joined && !c.Closed()
	list := make([]postAct, 0, 16) // as many as most have: it is made whenever a screen is drawn
	add := func(when bool, name string, k key.Binding, do func(*theme) tea.Cmd) {
		if when {
			list = append(list, postAct{name, k, do})
		}
	}

	an := p.Announcement
	announced := an != nil && alive
	respond := func(t *theme) tea.Cmd { return a.push(newMustRead(a, t, p.ID)) }
	waits := announced && an.Asked && !c.Closed()
	add(waits && an.Answer == store.Pending, "Answer it: understood, or I have a question", keys.Respond, respond)
	add(waits && an.Answer != store.Pending, "Your answer to it", says(keys.Respond, "your answer"), respond)
	add(announced && (c.Steward || an.Team), "Who has answered", keys.Asked, func(t *theme) tea.Cmd { return a.push(newAudience(a, t, *p, c.Steward)) })
	add(open, "Reply", keys.Reply, func(t *theme) tea.Cmd { return a.push(replyTo(a, t, p.ID)) })
	add(open && alive, "Reply and quote it", keys.Quote, func(t *theme) tea.Cmd { return a.push(quoting(a, t, *p)) })
	add(fresh, "React to it", keys.React, func(*theme) tea.Cmd { return a.step(reactMsg{*p}) })
	add(alive && !p.Saved, "Save it for later", says(keys.Keep, "save"), func(*theme) tea.Cmd { return a.save(p.ID, true) })
	add(p.Saved, "Take it out of Saved", says(keys.Keep, "unsave"), func(*theme) tea.Cmd { return a.save(p.ID, false) })
	add(root && !p.Following, "Follow the thread", says(keys.Follow, "follow"), func(*theme) tea.Cmd { return a.follow(p.ID, true) })
	add(root && p.Following, "No longer follow the thread", says(keys.Follow, "unfollow"), func(*theme) tea.Cmd { return a.follow(p.ID, false) })
	add(c.Joined && !p.Imported, "Unread from here", keys.UnreadFrom, func(*theme) tea.Cmd { return a.unreadFrom(p) })
	add(alive, "Copy what opens it", keys.Copy, func(*theme) tea.Cmd { return a.copyLink(p.ID) })
	add(mine && fresh && !p.Imported && an == nil, "Edit it", keys.Edit, func(*theme) tea.Cmd { return a.step(editMsg{post: *p}) })
	add(mine && announced && fresh, "Edit it: everyone answers again", keys.Edit, func(*theme) tea.Cmd { return a.step(editMsg{post: *p}) })
	add(mine && announced && fresh, "Fix a typo in it: nobody is asked again", key.Binding{}, func(*theme) tea.Cmd { return a.step(editMsg{*p, true}) })
	add(!p.EditedAt.IsZero() && alive, "What it said before", keys.Versions, func(t *theme) tea.Cmd { return a.push(newVersions(a, t, *p)) })
	add(mine && !p.Deleted && !p.Imported && !c.Frozen, "Delete it", keys.Delete, func(*theme) tea.Cmd {
		return a.step(askMsg{"Delete this post? It cannot be brought back.", a.deletePost(p.ID)})
	})
	add(mine && fresh && root && !p.Question, "Make it a question", key.Binding{}, func(*theme) tea.Cmd { return a.markQuestion(p.ID, true) })
	add(mine && fresh && root && p.Question, "Make it an ordinary post", key.Binding{}, func(*theme) tea.Cmd { return a.markQuestion(p.ID, false) })
	add(c.Steward && fresh && root && !p.Pinned, "Pin it to the top of the channel", says(keys.Pin, "pin"), func(*theme) tea.Cmd { return a.pin(p.ID, true) })
	add(c.Steward && p.Pinned && !c.Closed(), "Unpin it", says(keys.Pin, "unpin"), func(*theme) tea.Cmd { return a.pin(p.ID, false) })
	add(c.Steward && fresh && root && !c.Private, "Move the thread to another channel", key.Binding{}, func(t *theme) tea.Cmd { return a.push(newMove(a, t, *p, c)) })
	add(c.Steward && alive && !mine && !c.Frozen, "Hide it, and say why", key.Binding{}, func(t *theme) tea.Cmd { return a.push(newHide(a, t, *p)) })
	add(c.Steward && p.Hidden && !c.Frozen, "Show it again", key.Binding{}, func(*theme) tea.Cmd { return a.unhide(p.ID) })
	add(alive && !mine && !c.Frozen, "Report it to the admins", keys.Report, func(t *theme) tea.Cmd { return a.push(newReport(a, t, *p)) })
	add(c.Joined && !c.Muted && !c.Frozen, "Mute "+called(c), says(keys.Mute, "mute"), func(*theme) tea.Cmd { return a.mute(c, true) })
	add(c.Joined && c.Muted && !c.Frozen, "No longer mute "+called(c), says(keys.Mute, "unmute"), func(*theme) tea.Cmd { return a.mute(c, false) })
	return list
}

// replyActs are the acts on a post where it stands in its thread: replies are written right
// there, the thread is followed from each of them, and one may answer the question.
func (a *app) replyActs(p *store.Post, th store.Thread) []postAct {
	root, alive := th.Root, !p.Deleted && !p.Hidden
	var list []postAct
	if p.Root != 0 && alive && root.Question && !th.Channel.Closed() && (root.Author == a.me || th.Channel.Steward) {
		on, name, k := true, "It answers the question", keys.Answer
		if root.Answer == p.ID {
			on, name, k = false, "It does not answer the question after all", says(keys.Answer, "not the answer")
		}
		list = append(list, postAct{name, k, func(*theme) tea.Cmd { return a.resolve(p.ID, on) }})
	}
	for _, act := range a.postActs(p, th.Channel) {
		switch act.key.Help().Key {
		case keys.Reply.Help().Key:
			act.do = func(*theme) tea.Cmd { return a.step(replyMsg{}) }
		case keys.Quote.Help().Key:
			act.do = func(*theme) tea.Cmd { return a.step(replyMsg{*p}) }
		}
		list = append(list, act)
	}
	if p.Root == 0 {
		return list
	}
	on, name, word := true, "Follow the thread", "follow"
	if th.Following {
		on, name, word = false, "No longer follow the thread", "unfollow"
	}
	return append(list, postAct{name, says(keys.Follow, word), func(*theme) tea.Cmd { return a.follow(root.ID, on) }})
}

// pressed is the act that a key stands for, done; used is false for other keys.
func pressed(list []postAct, msg tea.KeyPressMsg, t *theme) (cmd tea.Cmd, used bool) {
	for _, act := range list {
		if key.Matches(msg, act.key) {
			return act.do(t), true
		}
	}
	return nil, false
}

// actKeys are the keys of acts, for the hints and the help page.
func actKeys(list []postAct, only ...key.Binding) []key.Binding {
	var out []key.Binding
	for _, act := range list {
		wanted := len(only) == 0
		for _, o := range only {
			wanted = wanted || o.Help().Key == act.key.Help().Key
		}
		if wanted && act.key.Enabled() {
			out = append(out, act.key)
		}
	}
	return out
}

// called is a channel as it is spoken of: #platform, or the people of a direct conversation.
func called(c store.Channel) string { return placeName(c.Name, c.Direct) }

func placeName(name string, direct bool) string {
	if direct {
		return alone(name)
	}
	return "#" + name
}

// act runs what one key does and says what happened.
func act(do func() error, said string) tea.Cmd {
	return func() tea.Msg {
		if err := do(); err != nil {
			return errMsg{err}
		}
		return statusMsg{said}
	}
}

func (a *app) join(c store.Channel) tea.Cmd {
	return act(func() error { return a.store.JoinChannel(a.ctx, a.me, c.ID) },
		"You are in "+called(c)+" now. What is new there comes to Home.")
}

// part leaves a channel; a private one can no longer be looked at, so it leads home.
func (a *app) part(c store.Channel) tea.Cmd {
	return func() tea.Msg {
		if err := a.store.LeaveChannel(a.ctx, a.me, c.ID); err != nil {
			return errMsg{err}
		}
		if c.Private {
			return tea.BatchMsg{said(goMsg{}), status("You have left " + called(c) + ".")}
		}
		return statusMsg{"You have left " + called(c) + ". " + keys.Join.Help().Key + " joins again."}
	}
}

func (a *app) mute(c store.Channel, on bool) tea.Cmd {
	said := called(c) + " is muted: it stays out of Home and of what counts as new."
	if !on {
		said = called(c) + " is back in Home."
	}
	return act(func() error { return a.store.MuteChannel(a.ctx, a.me, c.ID, on) }, said)
}

func (a *app) follow(root int64, on bool) tea.Cmd {
	said := "You follow this thread: new replies count as new."
	if !on {
		said = "You no longer follow this thread."
	}
	return act(func() error { return a.store.FollowThread(a.ctx, a.me, root, on) }, said)
}

func (a *app) save(id int64, on bool) tea.Cmd {
	said := "Saved: you find it under Saved. Nobody else sees that."
	if !on {
		said = "Taken out of Saved."
	}
	return act(func() error { return a.store.SavePost(a.ctx, a.me, id, on) }, said)
}

func (a *app) react(id int64, r store.Reaction, on bool) tea.Cmd {
	said := reactionSign(r) + " is on it."
	if !on {
		said = reactionSign(r) + " is taken off."
	}
	return act(func() error { return a.store.React(a.ctx, a.me, id, r, on) }, said)
}

// unreadFrom makes a post and what follows it new again. The screens that show them are told,
// so that they do not count as read at once because they are being looked at.
func (a *app) unreadFrom(p *store.Post) tea.Cmd {
	return func() tea.Msg {
		if err := a.store.UnreadFrom(a.ctx, a.me, p.ID); err != nil {
			return errMsg{err}
		}
		held := said(heldMsg{store.Place{Channel: p.Channel, Root: p.Root}, p.Seq})
		return tea.BatchMsg{held, status("From here on it is new again, until you come back to it.")}
	}
}

func (a *app) copyLink(id int64) tea.Cmd {
	link := a.command("thread " + strconv.FormatInt(id, 10))
	return tea.Batch(tea.SetClipboard(link), status(link+" · copied, where your terminal allows that. It shows the post."))
}

func (a *app) deletePost(id int64) tea.Cmd {
	return act(func() error { return a.store.DeletePost(a.ctx, a.me, id) }, "Deleted. That there was a post can still be seen.")
}

func (a *app) markQuestion(id int64, on bool) tea.Cmd {
	said := "It is a question now. You and the stewards can choose the reply that answers it."
	if !on {
		said = "It is an ordinary post now."
	}
	return act(func() error { return a.store.MarkQuestion(a.ctx, a.me, id, on) }, said)
}

func (a *app) resolve(reply int64, on bool) tea.Cmd {
	said := "That is the answer now."
	if !on {
		said = "The question is open again."
	}
	return act(func() error { return a.store.ResolveQuestion(a.ctx, a.me, reply, on) }, said)
}

func (a *app) pin(id int64, on bool) tea.Cmd {
	said := "Pinned: it stands on top of its channel."
	if !on {
		said = "No longer pinned."
	}
	return act(func() error { return a.store.PinPost(a.ctx, a.me, id, on) }, said)
}

func (a *app) unhide(id int64) tea.Cmd {
	return act(func() error { return a.store.UnhidePost(a.ctx, a.me, id) }, "It can be read again.")
}

const (
	// quoteLines and quoteWidth are how many lines of a post, and columns of each, a reply
	// quotes: enough to say what is meant, and most of the reply is left for its own words.
	quoteLines, quoteWidth = 4, 200
)

// quoted is a post as a reply quotes it, with a blank line to go on below.
func quoted(p store.Post) string {
	lines := strings.Split(p.Body, "\n")
	more := len(lines) > quoteLines
	lines = lines[:min(len(lines), quoteLines)]
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+ansi.Truncate(l, quoteWidth, " …"), " ")
	}
	if more {
		lines = append(lines, "> …")
	}
	return strings.Join(lines, "\n") + "\n\n"
}

// nextMsg is the next place with something new, asked for from a screen.
type nextMsg struct {
	from screen
	next store.Place
	ok   bool
}

// next looks for the next place with something new after the one that a screen shows.
func (a *app) next(from screen, after store.Place) tea.Cmd {
	return func() tea.Msg {
		next, ok, err := a.store.NextUnread(a.ctx, a.me, after)
		if err != nil {
			return errMsg{err}
		}
		return nextMsg{from, next, ok}
	}
}
