package server

import (
	"errors"
	"strings"

	"tincan/store"
)

// reactionWords are the reactions that there are, as react takes them.
func reactionWords() string {
	var words []string
	for r := range store.Reaction(store.ReactionKinds) {
		words = append(words, r.Word())
	}
	return strings.Join(words, ", ")
}

// changed says what was done with a post, or prints the post as it is now. One that I may no longer see is not printed.
func (c *call) changed(id int64, format string, args ...any) error {
	if !c.has(flagJSON) {
		return c.say(format, args...)
	}
	p, err := c.store.Post(c.ctx, c.me.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.posts(p)
}

// edit changes the text of a post of mine.
func (c *call) edit() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	body, err := c.body(c.args[1])
	if err != nil {
		return err
	}
	change := c.store.EditPost
	if c.has(flagTypo) {
		change = c.store.FixTypo
	}
	if _, err := change(c.ctx, c.me.ID, id, body); err != nil {
		return err
	}
	return c.changed(id, "Changed %d.", id)
}

// remove deletes a post of mine.
func (c *call) remove() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	if err := c.store.DeletePost(c.ctx, c.me.ID, id); err != nil {
		return err
	}
	return c.changed(id, "Deleted %d.", id)
}

// mark does or undoes something with the post of the first argument, and says which.
func (c *call) mark(do func(id int64, on bool) error, done, undone string) error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	on := !c.has(flagOff)
	if err := do(id, on); err != nil {
		return err
	}
	if !on {
		done = undone
	}
	return c.changed(id, done, id)
}

// react puts a reaction on a post.
func (c *call) react() error {
	r, err := store.ParseReaction(c.args[1])
	if err != nil {
		return err
	}
	return c.mark(func(id int64, on bool) error {
		return c.store.React(c.ctx, c.me.ID, id, r, on)
	}, "Your "+r.Word()+" is on %d.", "Your "+r.Word()+" is off %d.")
}

// answer chooses the reply that answers a question.
func (c *call) answer() error {
	return c.mark(func(id int64, on bool) error {
		return c.store.ResolveQuestion(c.ctx, c.me.ID, id, on)
	}, "%d is the answer.", "%d is not the answer any more.")
}

// save keeps a post in my own list.
func (c *call) save() error {
	return c.mark(func(id int64, on bool) error {
		return c.store.SavePost(c.ctx, c.me.ID, id, on)
	}, "Saved %d.", "%d is not in your list.")
}

// follow asks to be told of the replies in a post's thread.
func (c *call) follow() error {
	return c.mark(func(id int64, on bool) error {
		return c.store.FollowThread(c.ctx, c.me.ID, id, on)
	}, "You follow the thread of %d: new replies count as new.", "You no longer follow the thread of %d.")
}
