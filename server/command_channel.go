package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tincan/store"
)

// channelLine is a channel as --json prints it.
type channelLine struct {
	Channel string `json:"channel"`
	Purpose string `json:"purpose"`
	Private bool   `json:"private"`
	Members int    `json:"members"`
	Joined  bool   `json:"joined"`
	Steward bool   `json:"steward"`
	Muted   bool   `json:"muted"`
	Unread  int    `json:"unread"`
}

func (c *call) channelObject(ch store.Channel) error {
	return c.object(channelLine{ch.Name, ch.Purpose, ch.Private, ch.Members, ch.Joined, ch.Steward, ch.Muted, ch.Unread})
}

// channels lists all that I can see.
func (c *call) channels() error {
	all, err := c.store.Channels(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	for _, ch := range all {
		if c.has(flagJSON) {
			err = c.channelObject(ch)
		} else {
			err = c.say("%s", describe(ch))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// describe is a channel in one line for people.
func describe(ch store.Channel) string {
	people := "people"
	if ch.Members == 1 {
		people = "person"
	}
	parts := []string{"#" + ch.Name, fmt.Sprintf("%d %s", ch.Members, people)}
	for _, s := range []struct {
		on   bool
		text string
	}{
		{ch.Private, "private"},
		{ch.Archived, "archived"},
		{!ch.Joined, "not joined"},
		{ch.Muted, "muted"},
		{ch.Unread > 0, fmt.Sprintf("%d new", ch.Unread)},
		{ch.Purpose != "", ch.Purpose},
	} {
		if s.on {
			parts = append(parts, s.text)
		}
	}
	return strings.Join(parts, " · ")
}

// channelCreate opens a channel.
func (c *call) channelCreate() error {
	n := store.NewChannel{Name: strings.TrimPrefix(c.args[0], "#"), Purpose: c.flags[flagPurpose.name], Private: c.has(flagPrivate), For: c.flags[flagFor.name], Why: c.why("Asked for.")}
	ch, err := c.store.CreateChannel(c.ctx, c.me.ID, n)
	switch {
	case err != nil:
		return err
	case c.has(flagJSON):
		return c.channelObject(ch)
	case n.For != "":
		return c.say("#%s is there; %s looks after it.", ch.Name, strings.TrimPrefix(n.For, "@"))
	case ch.Private:
		return c.say("#%s is open, for those whom you add. You are its steward.", ch.Name)
	}
	return c.say("#%s is open to everyone. You are its steward.", ch.Name)
}

// join makes me a member.
func (c *call) join() error {
	return c.membership(c.store.JoinChannel, "You are in #%s.")
}

// leave undoes join.
func (c *call) leave() error {
	return c.membership(c.store.LeaveChannel, "You have left #%s.")
}

func (c *call) membership(change func(ctx context.Context, me, id int64) error, done string) error {
	ch, err := c.store.Channel(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	if err := change(c.ctx, c.me.ID, ch.ID); err != nil {
		return err
	}
	if !c.has(flagJSON) {
		return c.say(done, ch.Name)
	}
	now, err := c.store.ChannelByID(c.ctx, c.me.ID, ch.ID)
	if errors.Is(err, store.ErrNotFound) { // a private one that I have left
		ch.Joined = false
		return c.channelObject(ch)
	}
	if err != nil {
		return err
	}
	return c.channelObject(now)
}
