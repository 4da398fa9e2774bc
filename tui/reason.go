package tui

import (
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newReport is the form that tells the admins of a post.
func newReport(a *app, t *theme, p store.Post) *sheet {
	return newReason(a, t, "Report a post", "Only the admins read this. They may hide the post, or talk with "+p.Name+".", "reports it",
		"Reported. The admins see it now.", func(why string) error { return a.store.ReportPost(a.ctx, a.me, p.ID, why) })
}

// newHide is the form that takes a post out of sight.
func newHide(a *app, t *theme, p store.Post) *sheet {
	return newReason(a, t, "Hide a post", "What "+p.Name+" wrote can no longer be read; your reason stands in its place. You can show it again.", "hides it",
		"Hidden. Your reason stands in its place.", func(why string) error { return a.store.HidePost(a.ctx, a.me, p.ID, why) })
}

// newReason is a form that asks why.
func newReason(a *app, t *theme, title, intro, last, done string, do func(why string) error) *sheet {
	s := &sheet{title: title, intro: intro, last: last}
	s.form = form{app: a, theme: t, parts: []*part{ask("Why", "", "A few words will do.")}}
	s.send = func(values []string) (tea.Msg, int, error) { return statusMsg{done}, 0, do(values[0]) }
	return s
}
