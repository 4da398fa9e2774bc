package server

import (
	"fmt"
	"strings"
	"time"

	"tincan/store"
)

const (
	usualPage = 50 // posts printed where no number was asked for
	plainPage = 20 // posts for a terminal that cannot draw: two or three of its windows
)

// postLine is a post as --json prints it.
type postLine struct {
	ID      int64  `json:"id"`
	Channel string `json:"channel"`
	Author  string `json:"author"`
	At      string `json:"at"` // RFC 3339, UTC
	Body    string `json:"body"`
	ReplyTo int64  `json:"reply_to"` // 0 for a root
	Replies int    `json:"replies"`
	Edited  bool   `json:"edited"`
	Unread  bool   `json:"unread"`
}

// posts prints posts, for people with a blank line between them.
func (c *call) posts(posts ...store.Post) error {
	for i, p := range posts {
		if c.has(flagJSON) {
			line := postLine{p.ID, p.ChannelName, p.Handle, stamp(p.At), p.Body, p.Root, p.Replies, !p.EditedAt.IsZero(), p.Unread}
			if err := c.object(line); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			c.say("")
		}
		if err := c.onePost(p); err != nil {
			return err
		}
	}
	return nil
}

// onePost prints a post for people: its number and whose it is, and the text set in below,
// so that no text can pass for the head of another post.
func (c *call) onePost(p store.Post) error {
	head := []string{fmt.Sprint(p.ID), "#" + p.ChannelName}
	if p.Root != 0 {
		head = append(head, fmt.Sprintf("reply to %d", p.Root))
	}
	name := p.Name
	if name == "" {
		name = p.Handle
	}
	if p.Department != "" {
		name += " · " + p.Department
	}
	head = append(head, name, c.when(p.At))
	if !p.EditedAt.IsZero() {
		head = append(head, "edited")
	}
	if p.Unread {
		head = append(head, "new")
	}
	body := p.Body
	if p.Deleted {
		body = "This post was deleted."
	}
	c.say("%s\n  %s", strings.Join(head, "  "), strings.ReplaceAll(body, "\n", "\n  "))
	if p.Replies == 0 {
		return nil
	}
	replies := "replies"
	if p.Replies == 1 {
		replies = "reply"
	}
	return c.say("  %d %s", p.Replies, replies)
}

// stamp is a time as programs read it; "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// when is a time as I read it where I am; the year is left out if it is this one.
func (c *call) when(t time.Time) string {
	t, now := t.In(c.zone()), c.Now().In(c.zone())
	if t.Year() == now.Year() {
		return t.Format("Mon 2 Jan 15:04")
	}
	return t.Format("2 Jan 2006 15:04")
}

// home prints the newest roots of my channels, or all since a moment.
func (c *call) home() error {
	since, usual := time.Time{}, usualPage
	if c.has(flagSince) {
		var err error
		if since, err = c.since(); err != nil {
			return err
		}
		usual = store.MaxLog
	}
	n, err := c.number(usual, store.MaxLog)
	if err != nil {
		return err
	}
	return c.list(c.store.HomeSince(c.ctx, c.me.ID, since, n))
}

// list prints what the store found.
func (c *call) list(posts []store.Post, err error) error {
	if err != nil {
		return err
	}
	return c.posts(posts...)
}

// readHome is Home for a terminal that cannot draw.
func (c *call) readHome() error {
	posts, err := c.store.Home(c.ctx, c.me.ID, 0, plainPage)
	if err != nil {
		return err
	}
	c.say("You are signed in as %s. This terminal cannot show the screens, so here is the newest of Home.", c.me.Display())
	c.say("What else there is: %s\n", c.typed("help"))
	if len(posts) == 0 {
		return c.say("Nobody has written here yet.")
	}
	return c.posts(posts...)
}

// read prints the newest of a channel, without joining it and without moving my place in it.
func (c *call) read() error {
	n, err := c.number(usualPage, store.MaxLog)
	if err != nil {
		return err
	}
	ch, err := c.store.Channel(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	return c.list(c.store.ChannelLog(c.ctx, c.me.ID, ch.ID, n))
}

// thread prints a root and all its replies.
func (c *call) thread() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	th, err := c.store.Thread(c.ctx, c.me.ID, id, 0, store.MaxPage)
	if err != nil {
		return err
	}
	replies := th.Replies
	for earlier := th.Earlier; earlier && len(replies) < store.MaxLog; {
		page, err := c.store.Thread(c.ctx, c.me.ID, th.Root.ID, replies[0].ID, store.MaxPage)
		if err != nil {
			return err
		}
		earlier = page.Earlier
		replies = append(page.Replies, replies...)
	}
	return c.posts(append([]store.Post{th.Root}, replies...)...)
}

// post writes to a channel.
func (c *call) post() error {
	ch, err := c.store.Channel(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	return c.write(store.Place{Channel: ch.ID}, c.args[1])
}

// reply answers a post.
func (c *call) reply() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	to, err := c.store.Post(c.ctx, c.me.ID, id)
	if err != nil {
		return err
	}
	return c.write(store.Place{Channel: to.Channel, Root: id}, c.args[1])
}

// write makes a post of TEXT and says where it went.
func (c *call) write(at store.Place, text string) error {
	body, err := c.body(text)
	if err != nil {
		return err
	}
	p, err := c.store.CreatePost(c.ctx, c.me.ID, store.NewPost{Place: at, Body: body})
	switch {
	case err != nil:
		return err
	case c.has(flagJSON):
		return c.posts(p)
	case p.Root != 0:
		return c.say("Posted in #%s as %d, a reply to %d.", p.ChannelName, p.ID, p.Root)
	}
	return c.say("Posted in #%s as %d.", p.ChannelName, p.ID)
}
