package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// firstIndent is the air left of the first screen, where there is room for it.
	firstIndent = 3
	// firstWidth is the widest line of the first screen: a page, not a window.
	firstWidth = 70
	// roomyHeight is the height from which all of it is said; below it, only what
	// this is.
	roomyHeight = 16
	// firstChannels is how many channels are named; the rest is counted.
	firstChannels = 4
)

// first is the screen of the first sign-in: what this is, who I am where nobody
// has said it yet, and a first post. Nothing on it has to be answered.
type first struct {
	app      *app
	theme    *theme
	person   store.Person
	channels []store.Channel
	trial    store.Trial
	asking   *form // nil once the answers are given, or not wanted
	composer *composer
	width    int
	height   int
}

// firstMsg is the channels that I am in from the start.
type firstMsg struct {
	of       *first
	channels []store.Channel
	trial    store.Trial
	err      error
}

func newFirst(a *app, t *theme, me store.Person) screen {
	f := &first{app: a, theme: t, person: me}
	if me.Name == "" || me.Department == "" {
		f.asking = f.questions()
	}
	return f
}

// questions are what the invite did not say.
func (f *first) questions() *form {
	a, p := f.app, f.person
	var parts []*part
	var put []func(*store.Profile, string)
	if p.Name == "" {
		parts = append(parts, ask("Your name", guess(p.Handle), ""))
		put = append(put, func(q *store.Profile, v string) { q.Name = v })
	}
	if p.Department == "" {
		parts = append(parts, ask("Department", "", "Like Finance. It may stay empty."))
		put = append(put, func(q *store.Profile, v string) { q.Department = v })
	}
	ask := &form{app: a, theme: f.theme, parts: parts}
	ask.send = func(values []string) (tea.Msg, int, error) {
		err := a.change(func(q *store.Profile) {
			for i, v := range values {
				put[i](q, v)
			}
		})
		if err != nil {
			return nil, 0, err
		}
		p, err := a.store.Me(a.ctx, a.me)
		return personMsg{p}, 0, err
	}
	return ask
}

// guess is a name made of a handle: maya.lind is Maya Lind.
func guess(handle string) string {
	words := strings.FieldsFunc(handle, func(r rune) bool { return strings.ContainsRune("._-", r) })
	return capitals(strings.Join(words, " "))
}

// Full is a screen without sidebar and header.
func (f *first) Full() bool { return true }

// Editing reports whether keys are text.
func (f *first) Editing() bool { return f.asking != nil || f.composer != nil && f.composer.Focused() }

// Flush saves what has been begun.
func (f *first) Flush(ctx context.Context) {
	if f.composer != nil {
		f.composer.Flush(ctx)
	}
}

// Pending waits for where to write.
func (f *first) Pending() bool { return f.asking == nil && f.composer == nil && f.channels == nil }

// Init reads the channels and notes that this has been seen: it comes once, also
// when the line drops.
func (f *first) Init() tea.Cmd {
	a := f.app
	return tea.Batch(func() tea.Msg {
		m := firstMsg{of: f}
		if m.channels, m.err = a.store.Sidebar(a.ctx, a.me); m.err == nil {
			m.trial, m.err = a.store.TrialDays(a.ctx, a.me)
		}
		return m
	}, func() tea.Msg { return failed(a.store.MarkWelcomed(a.ctx, a.me)) })
}

func (f *first) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		f.width, f.height = msg.Width, msg.Height
		f.resize()
		return nil
	case themeMsg:
		f.theme = msg.theme
		if f.asking != nil {
			f.asking.theme = msg.theme
		}
	case tea.KeyPressMsg:
		return f.press(msg)
	case tea.PasteMsg:
		if f.asking != nil {
			return f.asking.paste(msg.Content)
		}
	case firstMsg:
		if msg.of == f {
			return f.learn(msg)
		}
	case formMsg:
		if f.asking == nil || msg.of != f.asking {
			return nil
		}
		done, cmd := f.asking.sent(msg)
		if done {
			f.asking = nil
			return tea.Batch(cmd, f.begin())
		}
		return cmd
	case personMsg:
		f.person = msg.person
	case postedMsg:
		if f.composer != nil && msg.post.Channel == f.composer.at.Channel {
			return f.app.back()
		}
	}
	if f.composer == nil {
		return nil
	}
	return f.composer.Update(msg)
}

// learn opens the composer of the channel that everyone is in.
func (f *first) learn(msg firstMsg) tea.Cmd {
	if msg.err != nil {
		f.app.back()
		return fail(msg.err)
	}
	f.channels, f.trial = msg.channels, msg.trial
	if f.trial.Frozen() != "" { // a name would not be kept any more
		f.asking = nil
	}
	for _, c := range msg.channels {
		if c.Everyone && c.MayPost && f.composer == nil {
			f.composer = newComposer(f.app, f.theme, store.Place{Channel: c.ID}, "#"+c.Name)
			f.composer.placeholder = "Say hello to #" + c.Name
			f.resize()
			return tea.Batch(f.composer.Init(), f.begin())
		}
	}
	return nil
}

// begin gives the keys to the composer once nothing is asked any more.
func (f *first) begin() tea.Cmd {
	if f.composer == nil || f.asking != nil {
		return nil
	}
	return f.composer.Focus()
}

func (f *first) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case f.asking != nil && key.Matches(msg, keys.Cancel):
		f.asking = nil
		return f.begin()
	case f.asking != nil:
		return f.asking.press(msg)
	case key.Matches(msg, keys.Cancel):
		if f.composer == nil {
			return f.app.back()
		}
		return tea.Sequence(f.composer.Blur(), f.app.back())
	case f.composer == nil:
		return nil
	}
	return f.composer.Update(msg)
}

// indent is the air at the left.
func (f *first) indent() int {
	if f.width < wideMenu {
		return 1
	}
	return firstIndent
}

func (f *first) resize() {
	width := max(min(f.width-2*f.indent(), firstWidth), 1)
	if f.asking != nil {
		f.asking.setWidth(width)
	}
	if f.composer != nil {
		f.composer.SetWidth(width + 1)
	}
}

func (f *first) View() tea.View {
	width := max(min(f.width-2*f.indent(), firstWidth), 1)
	lines := f.welcome(width)
	var below []string
	var cursor *tea.Cursor
	shift := 0
	switch {
	case f.asking != nil:
		below, _, cursor = f.asking.draw()
		shift = -1
	case f.composer != nil:
		below, cursor = strings.Split(f.composer.View(), "\n"), f.composer.Cursor()
		shift = -1
	}
	left := max(f.indent()+shift, 0)
	for i := range lines {
		lines[i] = strings.Repeat(" ", f.indent()) + lines[i]
	}
	for _, l := range below {
		lines = append(lines, strings.Repeat(" ", left)+l)
	}
	for i := range lines {
		lines[i] = fit(lines[i], f.width)
	}
	if cursor != nil {
		cursor.X += left
		cursor.Y += len(lines) - len(below)
	}
	return around(lines, cursor, f.width, f.height)
}

// welcome is what stands above the questions or the composer.
func (f *first) welcome(width int) []string {
	name := f.person.Name
	if name == "" {
		name = guess(f.person.Handle)
	}
	name, _, _ = strings.Cut(name, " ")
	lines := []string{f.theme.Bold.Render(fit("Welcome, "+name+".", width)), ""}
	say := func(text string) {
		lines = append(append(lines, words(text, width)...), "")
	}
	roomy := f.height >= roomyHeight
	if roomy || f.asking == nil {
		text := "This is where all of us can read along and join in, instead of mail to all."
		if f.trial.Purpose != "" {
			text += " " + f.trial.Purpose
		}
		if last := longDay(f.trial.Last); last != "" {
			text += " The trial runs until " + last + "."
		}
		if roomy {
			text += " What is held about you is written under Me."
		}
		say(text)
	}
	if over := f.trial.TellsEnd(); over != "" {
		say(over)
	}
	if in := f.in(); roomy && in != "" {
		say(in)
	}
	switch {
	case f.asking != nil:
		say("Who are you? Enter goes on, Esc leaves it for later.")
	case f.composer != nil && roomy:
		say("Say hello, if you like:")
	}
	if roomy {
		lines = append([]string{""}, lines...)
	}
	return lines
}

// in says which channels I am in.
func (f *first) in() string {
	var names []string
	for i, c := range f.channels {
		name := "#" + c.Name + "\u00a0(" + store.Number(c.Members) + ")"
		if i == 0 {
			name = "#" + c.Name + "\u00a0(" + store.Count(c.Members, "person", "people") + ")"
		}
		names = append(names, name)
	}
	if more := len(names) - firstChannels; more > 0 {
		names = append(names[:firstChannels], store.Count(more, "more", "more"))
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return "You are in " + names[0] + "."
	default:
		return "You are in " + strings.Join(names[:n-1], ", ") + " and " + names[n-1] + "."
	}
}

func (f *first) ShortHelp() []key.Binding {
	switch {
	case f.asking != nil:
		return append(f.asking.hints("goes on"), says(keys.Cancel, "later"))
	case f.composer != nil:
		return []key.Binding{keys.Post, keys.NewLine, says(keys.Put, "looks around first")}
	}
	return []key.Binding{says(keys.Back, "looks around first")}
}

func (f *first) FullHelp() [][]key.Binding { return [][]key.Binding{helpWriting} }
