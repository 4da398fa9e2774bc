package tui

import (
	"errors"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newReports is the queue of reported posts, the newest report first.
func newReports(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Reports", store.Reported, store.Changed)
	k.where = entryAdmin
	k.wide = neverWide
	k.read = func() (drawn, error) {
		all, err := a.store.Reports(a.ctx, a.me)
		return func(k *kept) {
			if len(all) == 0 {
				k.text = "No report waits.\n\n" + keys.Report.Help().Key + " on a post tells the admins of it. It stands here until one of them has decided."
			} else {
				k.note = store.Count(len(all), "waits", "wait")
			}
			for _, r := range all {
				more := excerpt(r.Post.Body)
				if r.Post.Deleted {
					more = "deleted by its author"
				}
				k.items = append(k.items, item{name: strconv.FormatInt(r.Post.ID, 10), label: r.Post.Name + " in " + r.Where, more: k.theme.Dim.Render(more),
					end:  k.theme.Dim.Render(store.Count(len(r.Why), "report", "reports") + ", " + ago(r.At, a.now(), a.zone)),
					open: a.opens(func() screen { return newReported(a, k.theme, r.Post.ID) }), keys: []key.Binding{keys.Open}})
			}
		}, err
	}
	return k
}

// newReported is one reported post, why it was reported, and what can be done about it.
func newReported(a *app, t *theme, post int64) screen {
	k := newKept(a, t, "Reports · one of them", store.Reported, store.Changed)
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		r, err := a.store.Report(a.ctx, a.me, post)
		if errors.Is(err, store.ErrNotFound) {
			return func(k *kept) { k.text = "That is decided. Decisions says how, and by whom.\n\nEsc goes back." }, nil
		}
		return func(k *kept) { k.reported(r) }, err
	}
	return k
}

// reported draws a report.
func (k *kept) reported(r store.Report) {
	a, t, p := k.app, k.theme, r.Post
	body := p.Body
	switch {
	case p.Deleted:
		body = "Its author has deleted it meanwhile."
	case p.Hidden:
		body += "\n\nA steward has hidden it meanwhile."
	}
	head := p.Name + ", " + r.Where + ", " + whole(p.At, a.now(), a.zone)
	k.body = func(width int) []string {
		room := min(max(width-2, 1), measure)
		lines := []string{fit(" "+t.Bold.Render(fit(head, room)), width)}
		for _, l := range drawBody(body, room, 0, t) {
			lines = append(lines, fit(" "+l, width))
		}
		for _, y := range r.Why {
			lines = append(lines, "")
			for _, l := range words(y.By+", "+ago(y.At, a.now(), a.zone)+": "+y.Why, room) {
				lines = append(lines, fit(" "+t.Dim.Render(l), width))
			}
		}
		return lines
	}
	k.add("Let it stand", "", "asks why", func() screen { return newLetStand(a, t, p.ID) })
	if !p.Deleted {
		k.add("Hide it", "", "asks why", func() screen { return newHideReported(a, t, r) })
	}
	if p.Author != a.me {
		k.items = append(k.items, item{name: "talk", label: "Talk with " + p.Name, keys: []key.Binding{says(keys.Open, "writes to them")},
			open: func() tea.Cmd { return a.writeTo(t, store.Person{Handle: p.Handle}) }})
	}
	if p.Channel != 0 {
		k.add("See it where it stands", "", "opens it", func() screen { return newThread(a, t, p.ID) })
	}
}

func newLetStand(a *app, t *theme, post int64) *sheet {
	return a.decree(t, "Reports · let it stand", "The post stays as it is. Whoever reported it reads in the inbox that it does, and why under Decisions.", "decides", "", "Decided: it stands.", nil,
		func(_ []string, why string) error { return a.store.KeepPost(a.ctx, a.me, post, why) })
}

func newHideReported(a *app, t *theme, r store.Report) *sheet {
	intro := "What " + r.Post.Name + " wrote can no longer be read; your reason stands in its place."
	if !strings.HasPrefix(r.Where, "#") || r.Post.Channel == 0 {
		intro += " You see this one post because somebody in the channel has shown it to you; only this post is hidden, and those in it read the reason."
	}
	return a.decree(t, "Reports · hide it", intro, "hides it", "", "Hidden. Your reason stands in its place.", nil,
		func(_ []string, why string) error { return a.store.HideReported(a.ctx, a.me, r.Post.ID, why) })
}
