package tui

import (
	"slices"

	"tincan/store"
)

// newVersions is what a post said before it was edited, the newest first.
func newVersions(a *app, t *theme, p store.Post) screen {
	k := newKept(a, t, "Earlier versions · "+p.Name)
	k.heeds = func(e store.Event) bool {
		return e.Post == p.ID || e.Kind == store.Reload || e.Kind == store.Channels && (e.Channel == p.Channel || e.Channel == 0)
	}
	k.read = func() (drawn, error) {
		now, err := a.store.Post(a.ctx, a.me, p.ID)
		if err != nil {
			return nil, err
		}
		old, err := a.store.Versions(a.ctx, a.me, p.ID)
		return func(k *kept) {
			if len(old) > 0 {
				k.body = func(width int) []string { return k.versions(now, old, width) }
			}
		}, err
	}
	return k
}

// versions are what a post says and what it said, each under the time it was written.
func (k *kept) versions(p store.Post, old []store.Version, width int) []string {
	room, now := max(min(measure, width-2), 1), k.app.now()
	out := []string{k.theme.Dim.Render("Now, since " + whole(p.EditedAt, now, k.app.zone))}
	out = append(out, drawBody(p.Body, room, 0, k.theme)...)
	for _, v := range slices.Backward(old) {
		out = append(out, "", k.theme.Dim.Render("Before, from "+whole(v.At, now, k.app.zone)))
		out = append(out, drawBody(v.Body, room, 0, k.theme)...)
	}
	for i := range out {
		out[i] = fit(" "+out[i], width)
	}
	return out
}
