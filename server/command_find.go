package server

import (
	"fmt"
	"slices"
	"strings"

	"tincan/store"
)

// joinQuery makes a search of the words of a command line: one that was quoted is a phrase, unless it
// is a whole search itself.
func joinQuery(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		whole := strings.ContainsAny(w, `"*`) || slices.ContainsFunc([]string{"from:", "in:", "tag:", "since:", "has:"}, func(f string) bool { return strings.Contains(w, f) })
		if strings.Contains(w, " ") && !whole {
			words[i] = `"` + w + `"`
		}
	}
	return strings.Join(words, " ")
}

// search prints the posts that have all the words, newest or best first.
func (c *call) search() error {
	n, err := c.number(usualPage)
	if err != nil {
		return err
	}
	order := store.Newest
	if c.has(flagBest) {
		order = store.Best
	}
	var posts []store.Post
	for before := int64(0); len(posts) < n; {
		found, err := c.store.Search(c.ctx, c.me.ID, c.args[0], order, before, min(n-len(posts), store.MaxPage))
		if err != nil {
			return err
		}
		posts = append(posts, found.Posts...)
		if before = found.Next; before == 0 {
			break
		}
	}
	return c.posts(posts...)
}

// saved prints my own list.
func (c *call) saved() error {
	n, err := c.number(usualPage)
	if err != nil {
		return err
	}
	var posts []store.Post
	for before := int64(0); len(posts) < n; {
		page, err := c.store.Saved(c.ctx, c.me.ID, before, min(n-len(posts), store.MaxPage))
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		posts = append(posts, page...)
		before = page[len(page)-1].ID
	}
	return c.posts(posts...)
}

// personLine is a person as --json prints them.
type personLine struct {
	Handle     string `json:"handle"`
	Name       string `json:"name"`
	Department string `json:"department"`
	Title      string `json:"title"`
	State      string `json:"state"` // invited, active or suspended
}

// people prints the roster, or those of it who are called something.
func (c *call) people() error {
	find := strings.Join(c.args, " ")
	for after := ""; ; {
		page, err := c.store.People(c.ctx, c.me.ID, find, after, store.MaxPage)
		if err != nil {
			return err
		}
		for _, p := range page {
			if err := c.person(p); err != nil {
				return err
			}
			after = p.Handle
		}
		if len(page) < store.MaxPage {
			return nil
		}
	}
}

func (c *call) person(p store.Person) error {
	if c.has(flagJSON) {
		return c.object(personLine{p.Handle, p.Name, p.Department, p.Title, p.State.String()})
	}
	parts := []string{p.Handle, p.Name, p.Department, p.Title}
	switch p.State {
	case store.Invited:
		parts = append(parts, "has not come yet")
	case store.Suspended:
		parts = append(parts, "suspended")
	}
	return c.say("%s", strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · "))
}

// inboxLine is an entry of the inbox as --json prints it.
type inboxLine struct {
	ID     int64    `json:"id"`
	Kind   string   `json:"kind"` // mention, reply, reaction, answer, report, reminder or question
	At     string   `json:"at"`   // RFC 3339, UTC
	By     string   `json:"by"`   // the handle of who did it last
	Count  int      `json:"count"`
	Unread bool     `json:"unread"`
	Post   postLine `json:"post"` // the place it opens
}

// inbox prints what concerns me, newest first. It marks read what it printed only if it was asked to.
func (c *call) inbox() error {
	n, err := c.number(usualPage)
	if err != nil {
		return err
	}
	items, err := c.inboxItems(n)
	if err != nil {
		return err
	}
	for i, item := range items {
		if c.has(flagJSON) {
			var post postLine
			if post, err = c.asLine(item.Post); err == nil {
				err = c.object(inboxLine{item.ID, item.Kind.String(), stamp(item.At), item.ByHandle, item.Count, item.Unread, post})
			}
		} else {
			if i > 0 {
				c.say("")
			}
			err = c.inboxItem(item)
		}
		if err != nil {
			return err
		}
	}
	if !c.has(flagRead) {
		return nil
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	for _, item := range items {
		if item.Unread {
			if err := c.store.MarkInbox(c.ctx, c.me.ID, item.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// inboxItems are the newest n entries of my inbox.
func (c *call) inboxItems(n int) (items []store.InboxItem, err error) {
	var before *store.InboxItem
	for len(items) < n {
		page, err := c.store.Inbox(c.ctx, c.me.ID, before, min(n-len(items), store.MaxPage))
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		items = append(items, page...)
		before = &items[len(items)-1]
	}
	return items, nil
}

// inboxItem prints one entry for people: the number of the post it opens, what happened, and the post's text.
func (c *call) inboxItem(i store.InboxItem) error {
	head := []string{fmt.Sprint(i.Post.ID), place(i.Post), happened(i), c.when(i.At)}
	if i.Unread {
		head = append(head, "new")
	}
	return c.say("%s\n  %s", strings.Join(head, "  "), strings.ReplaceAll(shownBody(i.Post), "\n", "\n  "))
}

// happened says in words what an entry of the inbox is about.
func happened(i store.InboxItem) string {
	switch {
	case i.Kind == store.Mentioned:
		return i.By + " mentioned you"
	case i.Kind == store.Answered:
		return i.By + " chose the answer"
	case i.Kind == store.Reminded:
		return i.By + " reminds you to answer"
	case i.Kind == store.Asked:
		return i.By + " has a question about your announcement"
	case i.Kind == store.LetStand:
		return "the post that you reported stands as it is"
	case i.Kind == store.WasHidden:
		return "the post that you reported was hidden"
	case i.Kind == store.Reacted && i.Count > 1:
		return fmt.Sprintf("%d people reacted, last %s", i.Count, i.By)
	case i.Kind == store.Reacted:
		return i.By + " reacted"
	case i.Count > 1:
		return fmt.Sprintf("%d replies, last by %s", i.Count, i.By)
	}
	return i.By + " replied"
}
