package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// newMore is the menu of what can be done with a post, and with its channel. What
// is chosen is done on the screen from which the menu was opened.
func newMore(a *app, t *theme, title string, groups ...[]postAct) *page {
	p := &page{theme: t, title: title}
	heads := []string{"This post", "Here"}
	var items []item
	for g, acts := range groups {
		for i, act := range acts {
			it := item{name: strconv.Itoa(g) + " " + act.name, label: act.name, key: act.key, keys: []key.Binding{says(keys.Open, "does it")}}
			if k := act.key.Help().Key; k != "" && k != keys.Cancel.Help().Key { // which leaves the menu
				it.end = t.Key.Render(k)
			}
			if i == 0 && len(groups) > 1 {
				it.head = heads[min(g, len(heads)-1)]
			}
			it.open = func() tea.Cmd { a.back(); return act.do(p.theme) }
			items = append(items, it)
		}
	}
	p.set(items)
	return p
}
