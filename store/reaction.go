package store

import (
	"context"
	"strconv"
	"strings"
)

// Reaction is one of the few that can be put on a post.
type Reaction int

// reactions in the order in which they are shown: how each looks, and its words.
var reactions = [...]struct {
	emoji string
	words []string
}{
	{"👍", []string{"thumbsup", "+1", "yes"}},
	{"❤️", []string{"heart", "love"}},
	{"🎉", []string{"tada", "party"}},
	{"😄", []string{"smile", "laugh"}},
	{"👀", []string{"eyes", "looking"}},
	{"✅", []string{"check", "done"}},
}

// ReactionKinds is how many reactions there are: Reaction goes from 0 to ReactionKinds-1.
const ReactionKinds = len(reactions)

// Emoji is how r looks.
func (r Reaction) Emoji() string { return reactions[r].emoji }

// Word is r's first word, as `react` takes it.
func (r Reaction) Word() string { return reactions[r].words[0] }

// ParseReaction finds a reaction by its emoji or one of its words, colons optional. ErrInvalid names those there are.
func ParseReaction(s string) (Reaction, error) {
	const selector = "\ufe0f" // some keyboards leave the emoji selector out
	want := strings.TrimSuffix(strings.ToLower(strings.Trim(CleanLine(s), ":")), selector)
	var words []string
	for i, r := range reactions {
		if strings.TrimSuffix(r.emoji, selector) == want {
			return Reaction(i), nil
		}
		for _, w := range r.words {
			if w == want {
				return Reaction(i), nil
			}
		}
		words = append(words, r.words[0])
	}
	return 0, refuse(ErrInvalid, "There is no such reaction. There are: %s.", strings.Join(words, ", "))
}

// Reactions is what was put on a post.
type Reactions struct {
	Count [ReactionKinds]int
	Mine  [ReactionKinds]bool
}

// parseReactions reads the stored counts ("4.2.0.0.0.0", "" for none) and the bits of mine.
func parseReactions(counts string, mine int) (r Reactions) {
	if counts == "" {
		return r
	}
	for i, n := range strings.SplitN(counts, ".", ReactionKinds) {
		r.Count[i], _ = strconv.Atoi(n)
		r.Mine[i] = mine&(1<<i) != 0
	}
	return r
}

func (r Reactions) String() string {
	var parts []string
	any := false
	for _, n := range r.Count {
		parts = append(parts, strconv.Itoa(n))
		any = any || n > 0
	}
	if !any {
		return ""
	}
	return strings.Join(parts, ".")
}

// React puts a reaction of mine on a post, or takes it off. Doing it twice changes nothing.
// ErrNotFound if me may not see the post, ErrForbidden if it was deleted or hidden or its channel is archived.
func (s *Store) React(ctx context.Context, me, id int64, r Reaction, on bool) error {
	if r < 0 || int(r) >= ReactionKinds {
		return refuse(ErrInvalid, "There is no such reaction.")
	}
	return s.write(ctx, func(t *tx) error {
		p, c, err := t.changeable(me, id)
		if err != nil || p.Reactions.Mine[r] == on {
			return err
		}
		bits := 0
		for i, set := range p.Reactions.Mine {
			if set != (Reaction(i) == r) { // r is flipped, the others stay
				bits |= 1 << i
			}
		}
		if on {
			p.Reactions.Count[r]++
		} else {
			p.Reactions.Count[r]--
		}
		if err := t.run(`INSERT INTO reaction VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET kinds = ?3`, id, me, bits); err != nil {
			return err
		}
		if err := t.run(`UPDATE post SET reactions = ?, revision = revision + 1 WHERE id = ?`, p.Reactions.String(), id); err != nil {
			return err
		}
		if on && p.Author != me && p.Reactions.Mine == [ReactionKinds]bool{} { // told once of each person
			if err := t.notify(p.Author, Reacted, id, me); err != nil {
				return err
			}
		}
		if err := t.emitIn(c, Event{Kind: Changed, Root: p.Root, Post: id, By: me}); err != nil {
			return err
		}
		t.events[len(t.events)-1].slight = true
		return nil
	})
}

// alive is a post that me may see and act on, and its channel.
func (t *tx) alive(me, id int64) (Post, channelRow, error) {
	if _, err := t.viewer(me); err != nil {
		return Post{}, channelRow{}, err
	}
	p, c, err := t.post(me, id)
	if err != nil {
		return p, c, err
	}
	switch {
	case p.Deleted:
		return p, c, deletedMeanwhile()
	case p.Hidden:
		return p, c, refuse(ErrForbidden, "That post has been hidden meanwhile: %s", p.HiddenWhy)
	}
	return p, c, nil
}

func deletedMeanwhile() error { return refuse(ErrForbidden, "That post has been deleted meanwhile.") }

// changeable is alive where something may still be changed: not in an archived channel.
func (t *tx) changeable(me, id int64) (Post, channelRow, error) {
	p, c, err := t.alive(me, id)
	if err == nil && c.Archived {
		err = archived(c)
	}
	return p, c, err
}
