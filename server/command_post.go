package server

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"tincan/store"
)

const usualPage = 50 // posts printed where no number was asked for

// postLine is a post as --json prints it.
type postLine struct {
	ID      int64  `json:"id"`
	Channel string `json:"channel"` // without #; of a direct conversation the others' handles, "@ben,@tara", as read and post take them
	Author  string `json:"author"`
	At      string `json:"at"` // RFC 3339, UTC
	Body    string `json:"body"`
	ReplyTo int64  `json:"reply_to"` // 0 for a root
	Replies int    `json:"replies"`
	Edited  bool   `json:"edited"`
	Unread  bool   `json:"unread"`

	Announcement *announcedLine `json:"announcement,omitempty"` // only of one
}

func (c *call) asLine(p store.Post) (postLine, error) {
	channel := p.ChannelName
	if p.Direct {
		var err error
		if channel, err = c.directName(p.Channel); err != nil {
			return postLine{}, err
		}
	}
	return postLine{p.ID, channel, p.Handle, stamp(p.At), p.Body, p.Root, p.Replies, !p.EditedAt.IsZero(), p.Unread, asAnnounced(p.Announcement)}, nil
}

// directName is what names a direct conversation on a command line: its people's handles. A name that is shown may be two people's.
func (c *call) directName(channel int64) (string, error) {
	if name, known := c.directs[channel]; known {
		return name, nil
	}
	handles, err := c.store.DirectHandles(c.ctx, c.me.ID, channel)
	if err != nil {
		return "", err
	}
	for i, h := range handles {
		handles[i] = "@" + h
	}
	c.directs[channel] = strings.Join(handles, ",")
	return c.directs[channel], nil
}

// posts prints posts, for people with a blank line between them.
func (c *call) posts(posts ...store.Post) error {
	for i, p := range posts {
		if c.has(flagJSON) {
			line, err := c.asLine(p)
			if err == nil {
				err = c.object(line)
			}
			if err != nil {
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
	head := []string{fmt.Sprint(p.ID), place(p)}
	if p.Root != 0 {
		head = append(head, fmt.Sprintf("reply to %d", p.Root))
	}
	head = append(append(head, byline(p), c.when(p.At)), c.announcedWords(p)...)
	for _, is := range []struct {
		on   bool
		text string
	}{
		{p.Question && p.Answer == 0, "question"},
		{p.Question && p.Answer != 0, fmt.Sprintf("question, answered by %d", p.Answer)},
		{p.Pinned, "pinned"},
		{p.Saved, "saved"},
		{!p.EditedAt.IsZero(), "edited"},
		{p.Unread, "new"},
	} {
		if is.on {
			head = append(head, is.text)
		}
	}
	c.say("%s\n  %s", strings.Join(head, "  "), strings.ReplaceAll(shownBody(p), "\n", "\n  "))
	var foot []string
	for i, n := range p.Reactions.Count {
		if n > 0 {
			foot = append(foot, fmt.Sprintf("%s %d", store.Reaction(i).Emoji(), n))
		}
	}
	if a := p.Announcement; a != nil && !p.Deleted && !p.Hidden {
		foot = append(foot, fmt.Sprintf("%d of %d have answered", a.Answered(), a.Size()))
	}
	if p.Replies > 0 {
		foot = append(foot, store.Count(p.Replies, "reply", "replies"))
	}
	if len(foot) == 0 {
		return nil
	}
	return c.say("  %s", strings.Join(foot, "  "))
}

// byline is who wrote a post.
func byline(p store.Post) string {
	if p.Department != "" {
		return p.Name + " · " + p.Department
	}
	return p.Name
}

// shownBody is what is to be read of a post.
func shownBody(p store.Post) string {
	switch {
	case p.Deleted:
		return "This post was deleted."
	case p.Hidden:
		return "This post was hidden: " + p.HiddenWhy
	}
	return p.Body
}

// place is where a post stands: a channel with its #, or the names of those in a direct conversation.
func place(p store.Post) string {
	if p.Direct {
		return "with " + cmp.Or(p.ChannelName, "nobody else")
	}
	return "#" + p.ChannelName
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
	n, err := c.number(usual)
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

// read prints the newest of a channel, without joining it and without moving my place in it.
func (c *call) read() error {
	n, err := c.number(usualPage)
	if err != nil {
		return err
	}
	ch, err := c.place(c.args[0])
	if err != nil {
		return err
	}
	posts, err := c.store.ChannelLog(c.ctx, c.me.ID, ch.ID, n)
	if err := c.list(posts, err); err != nil {
		return err
	}
	return c.shown(posts)
}

// place is the channel of an argument, or the direct conversation with @ben,@tara.
func (c *call) place(arg string) (store.Channel, error) {
	if strings.HasPrefix(arg, "@") {
		return c.store.Direct(c.ctx, c.me.ID, strings.Split(arg, ","))
	}
	return c.store.Channel(c.ctx, c.me.ID, arg)
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
	if err := c.posts(append([]store.Post{th.Root}, replies...)...); err != nil {
		return err
	}
	return c.shown([]store.Post{th.Root})
}

// post writes to a channel, or as message to people alone.
func (c *call) post() error {
	if strings.HasPrefix(c.args[0], "@") {
		return c.message()
	}
	ch, err := c.store.Channel(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	return c.write(store.Place{Channel: ch.ID}, c.args[1])
}

// reply writes to the thread of a post.
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

// message writes to one person alone, or to several. Nothing is begun with them before there is something to say.
func (c *call) message() error {
	body, err := c.body(c.args[1])
	if err != nil {
		return err
	}
	if _, err := store.CleanBody(body); err != nil {
		return err
	}
	announce, err := c.announceOf()
	if err != nil {
		return err
	}
	if announce != nil {
		return &misuse{"People alone get no announcement. Publish it in a channel where only stewards post, such as #announcements."}
	}
	ch, err := c.store.OpenDirect(c.ctx, c.me.ID, strings.Split(c.args[0], ","))
	if err != nil {
		return err
	}
	return c.create(store.NewPost{Place: store.Place{Channel: ch.ID}, Body: body, Question: c.has(flagQuestion)})
}

// write makes a post of TEXT.
func (c *call) write(at store.Place, text string) error {
	body, err := c.body(text)
	if err != nil {
		return err
	}
	n := store.NewPost{Place: at, Body: body, Question: c.has(flagQuestion)}
	if at.Root == 0 {
		if n.Announce, err = c.announceOf(); err != nil {
			return err
		}
	}
	return c.create(n)
}

// create makes a post and says where it went.
func (c *call) create(n store.NewPost) error {
	p, err := c.store.CreatePost(c.ctx, c.me.ID, n)
	if err != nil {
		return err
	}
	if c.has(flagJSON) {
		return c.posts(p)
	}
	if a := p.Announcement; a != nil {
		return c.say("Published in %s as %d to %s: %s asked.", place(p), p.ID, a.To(p.ChannelName), store.Count(a.Size(), "person is", "people are"))
	}
	where := "in " + place(p)
	if p.Direct {
		where = "to your conversation " + place(p)
	}
	if p.Root != 0 {
		return c.say("Posted %s as %d, a reply to %d.", where, p.ID, p.Root)
	}
	return c.say("Posted %s as %d.", where, p.ID)
}
