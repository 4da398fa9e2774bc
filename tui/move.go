package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newMove is the open channels in which I may post, to move a thread to.
func newMove(a *app, t *theme, p store.Post, from store.Channel) screen {
	k := newKept(a, t, "Move a thread · from #"+from.Name, store.Channels)
	k.read = func() (drawn, error) {
		channels, err := a.store.Sidebar(a.ctx, a.me)
		return func(k *kept) {
			for _, c := range channels {
				if c.ID == from.ID || !c.MayPost || c.Private {
					continue
				}
				do := act(func() error { return a.store.MoveThread(a.ctx, a.me, p.ID, c.ID) }, "Moved to #"+c.Name+". There it is new.")
				k.items = append(k.items, item{name: channelEntry(c.ID), label: "#" + c.Name, open: func() tea.Cmd { a.back(); return do }, keys: []key.Binding{says(keys.Open, "moves it there")}})
			}
			k.text = "The post and all its replies go to the channel that you choose, and are new for the people there."
			if len(k.items) == 0 {
				k.text = "There is no channel to which it could go: it has to be open to everyone, and you have to be in it."
			}
		}, err
	}
	return k
}
