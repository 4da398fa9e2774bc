package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// versions is what a post said before it was edited, the newest first.
type versions struct {
	app           *app
	theme         *theme
	post          store.Post
	old           []store.Version
	problem       string
	fresh         refresher
	top           int
	width, height int
}

type versionsMsg struct {
	of   *versions
	post store.Post
	old  []store.Version
	err  error
}

func newVersions(a *app, t *theme, p store.Post) *versions {
	return &versions{app: a, theme: t, post: p}
}

// Title is the header.
func (v *versions) Title() string { return "Earlier versions · " + v.post.Name }

func (v *versions) Init() tea.Cmd {
	if !v.fresh.begin() {
		return nil
	}
	a, id := v.app, v.post.ID
	return func() tea.Msg {
		p, err := a.store.Post(a.ctx, a.me, id)
		if err != nil {
			return versionsMsg{of: v, err: err}
		}
		old, err := a.store.Versions(a.ctx, a.me, id)
		return versionsMsg{v, p, old, err}
	}
}

func (v *versions) Update(msg tea.Msg) (again tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		v.width, v.height = msg.Width, msg.Height
	case themeMsg:
		v.theme = msg.theme
	case store.Event:
		if msg.Post == v.post.ID || msg.Kind == store.Reload || msg.Kind == store.Channels && (msg.Channel == v.post.Channel || msg.Channel == 0) {
			return v.Init()
		}
	case versionsMsg:
		if msg.of != v {
			return nil
		}
		if v.fresh.end() {
			again = v.Init()
		}
		switch {
		case msg.err != nil:
			v.old = nil
			v.problem, _ = store.Sentence(msg.err)
		default:
			v.post, v.old, v.problem = msg.post, msg.old, ""
		}
	case tea.KeyPressMsg:
		v.press(msg)
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			v.top -= wheelLines
		case tea.MouseWheelDown:
			v.top += wheelLines
		}
	}
	v.top = max(min(v.top, len(v.lines())-v.height), 0)
	return again
}

func (v *versions) press(msg tea.KeyPressMsg) {
	page := max(v.height-pageOverlap, 1)
	switch {
	case key.Matches(msg, keys.Up):
		v.top--
	case key.Matches(msg, keys.Down):
		v.top++
	case key.Matches(msg, keys.PageUp):
		v.top -= page
	case key.Matches(msg, keys.PageDown, keys.ReadOn):
		v.top += page
	case key.Matches(msg, keys.Top):
		v.top = 0
	case key.Matches(msg, keys.Bottom):
		v.top += len(v.lines())
	}
}

// lines are the versions, each under the time it was written.
func (v *versions) lines() []string {
	if v.problem != "" {
		return words(v.problem, max(v.width-2, 1))
	}
	if len(v.old) == 0 {
		return nil
	}
	width, now := max(min(measure, v.width-2), 1), v.app.now()
	out := []string{v.theme.Dim.Render("Now, since " + whole(v.post.EditedAt, now, v.app.zone))}
	out = append(out, drawBody(v.post.Body, width, 0, v.theme)...)
	for i := len(v.old) - 1; i >= 0; i-- {
		out = append(out, "", v.theme.Dim.Render("Before, from "+whole(v.old[i].At, now, v.app.zone)))
		out = append(out, drawBody(v.old[i].Body, width, 0, v.theme)...)
	}
	return out
}

func (v *versions) View() tea.View {
	lines := v.lines()
	lines = lines[min(v.top, len(lines)):min(v.top+v.height, len(lines))]
	for i := range lines {
		lines[i] = fit(" "+lines[i], v.width)
	}
	return tea.NewView(strings.Join(lines, "\n"))
}

func (v *versions) ShortHelp() []key.Binding {
	if len(v.lines()) > v.height {
		return []key.Binding{says(keys.Down, "down"), keys.Back}
	}
	return []key.Binding{keys.Back}
}

func (v *versions) FullHelp() [][]key.Binding { return [][]key.Binding{helpMoving} }
