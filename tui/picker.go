package tui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// pickWidth is the columns of one reaction with its number; pickRoomy is the width of the
	// window from which its word has room at the end of the line.
	pickWidth, pickRoomy = 6, 60
	// pickLast is the number of the last reaction.
	pickLast = store.Reaction(store.ReactionKinds)
)

// picker is the line of what one can react with: by arrows, by number, or by the first letters of its word.
type picker struct {
	post  store.Post
	at    store.Reaction
	typed string
}

// picking is what a key has made of a picker.
type picking int

const (
	stillPicking picking = iota
	chosen
	givenUp
)

func newPicker(p store.Post) *picker { return &picker{post: p} }

func (k *picker) press(msg tea.KeyPressMsg) (store.Reaction, picking) {
	switch n, err := strconv.Atoi(msg.Text); {
	case err == nil && n >= 1 && n <= int(pickLast):
		return store.Reaction(n - 1), chosen
	case key.Matches(msg, keys.Cancel):
		return 0, givenUp
	case key.Matches(msg, keys.Open, keys.ReadOn):
		return k.at, chosen
	case msg.Code == tea.KeyRight, key.Matches(msg, keys.Tab):
		k.at, k.typed = (k.at+1)%pickLast, ""
	case msg.Code == tea.KeyLeft:
		k.at, k.typed = (k.at+pickLast-1)%pickLast, ""
	case msg.Text != "":
		k.find(k.typed + msg.Text)
	}
	return 0, stillPicking
}

// find goes to the reaction whose word starts so; letters that lead nowhere start anew.
func (k *picker) find(typed string) {
	for _, want := range []string{typed, typed[len(k.typed):]} {
		if r, err := store.ParseReaction(want); err == nil {
			k.at, k.typed = r, want
			return
		}
		for r := range pickLast {
			if strings.HasPrefix(r.Word(), strings.ToLower(want)) {
				k.at, k.typed = r, want
				return
			}
		}
	}
	k.typed = ""
}

// click is a click in the line.
func (k *picker) click(x int) (store.Reaction, picking) {
	if i := (x - 1) / pickWidth; x >= 1 && i < int(pickLast) {
		return store.Reaction(i), chosen
	}
	return 0, stillPicking
}

// view is the line: the one that Enter takes stands in brackets, mine have a tick.
func (k *picker) view(width int, t *theme) string {
	var b strings.Builder
	b.WriteByte(' ')
	for r := range pickLast {
		left, right, mine := " ", " ", " "
		if k.post.Reactions.Mine[r] {
			mine = "✓"
		}
		style := &t.Text
		if r == k.at {
			left, right, style = "[", "]", &t.Accent
		}
		b.WriteString(style.Render(left) + t.Key.Render(strconv.Itoa(int(r)+1)) + pad(reactionSign(r), 2) + t.Bold.Render(mine) + style.Render(right))
	}
	if width >= pickRoomy {
		b.WriteString("  " + t.Dim.Render(k.at.Word()))
	}
	return fit(b.String(), width)
}
