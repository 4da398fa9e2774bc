package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// partLimit is the most bytes of an answer: more than any of them may have.
	partLimit = 2 << 10
	// longLimit and longRows are the same for an answer of several lines.
	longLimit, longRows = 40 << 10, 8
	// partRows is how many rows of an answer are shown before it scrolls.
	partRows = 3
	// narrowForm is the width below which the answer stands under its label.
	narrowForm = 56
)

// part is one thing that a form asks for: a text, or one of a few answers.
type part struct {
	label   string
	hint    string
	field   *field // nil: a choice
	choices []string
	chosen  int
	shape   func(string) string // what is typed, as it is written
	check   func(string) error  // what is wrong, while it is typed
	wrong   string
	rows    int // shown before it scrolls; partRows when 0
}

// ask is a part that is answered with a text.
func ask(label, text, hint string) *part {
	f := newRow(partLimit)
	f.set(text)
	return &part{label: label, hint: hint, field: f}
}

// askLong is a part that is answered with a text of several lines.
func askLong(label, text, hint string) *part {
	p := ask(label, "", hint)
	p.field, p.rows = newField(longLimit), longRows
	p.field.set(text)
	return p
}

// value is the answer.
func (p *part) value() string {
	switch {
	case p.field == nil:
		return p.choices[p.chosen]
	case p.field.hidden:
		return p.field.text
	case !p.field.oneRow:
		return store.Clean(p.field.text)
	}
	return store.CleanLine(p.field.text)
}

// form is a few things asked for one below the other. Enter goes through them;
// after the last one they are sent.
type form struct {
	app   *app
	theme *theme
	parts []*part
	at    int // the part that has the keys
	busy  bool
	send  func([]string) (then tea.Msg, at int, err error) // runs in a command; at is the part that err is about
	width int
	began []string // the texts that stood in it at first
	sure  bool     // Esc gives up what has been written
}

// formMsg is what came of sending a form.
type formMsg struct {
	of   *form
	then tea.Msg
	at   int
	err  error
}

func (f *form) setWidth(width int) {
	if f.began == nil {
		f.began = f.texts()
	}
	f.width = width
	for _, p := range f.parts {
		if p.field != nil {
			p.field.setSize(min(width-f.indent()-1, measure), max(p.rows, partRows))
		}
	}
}

// texts are what has been written, for each part.
func (f *form) texts() []string {
	list := make([]string, len(f.parts))
	for i, p := range f.parts {
		if p.field != nil {
			list[i] = p.field.text
		}
	}
	return list
}

// values are the answers.
func (f *form) values() []string {
	list := make([]string, len(f.parts))
	for i, p := range f.parts {
		list[i] = p.value()
	}
	return list
}

// noted is what stands in a form, each of one row, as it is kept beside a draft: a line for each answer.
func (f *form) noted(values []string) string {
	var lines []string
	for i, p := range f.parts {
		if values[i] != "" {
			lines = append(lines, p.label+": "+values[i])
		}
	}
	return strings.Join(lines, "\n")
}

// fill answers with what was noted.
func (f *form) fill(noted string) {
	for _, p := range f.parts {
		switch v := noteOf(noted, p.label); {
		case p.field != nil:
			p.field.set(v)
		case v != "":
			p.choose(v)
		}
	}
}

// noteOf is one of the answers that were noted; "" for none.
func noteOf(noted, label string) string {
	for line := range strings.SplitSeq(noted, "\n") {
		if v, ok := strings.CutPrefix(line, label+": "); ok {
			return v
		}
	}
	return ""
}

const givesUp = "Esc again gives up what you have written here."

// leave is Esc. Where something has been written it takes two, as nothing of it is kept.
func (f *form) leave() (sure bool, tell tea.Cmd) {
	if f.sure || slices.Equal(f.began, f.texts()) {
		return true, nil
	}
	f.sure = true
	return false, status(givesUp)
}

// indent is the columns left of an answer.
func (f *form) indent() int {
	if f.width < narrowForm {
		return 3
	}
	n := 0
	for _, p := range f.parts {
		n = max(n, columns(p.label))
	}
	return 1 + min(n, f.width/3) + menuGap
}

// press is a key in a form; Esc is not for it.
func (f *form) press(msg tea.KeyPressMsg) tea.Cmd {
	p := f.parts[f.at]
	switch {
	case f.busy:
	case key.Matches(msg, keys.Save):
		return f.next()
	case p.field != nil && !p.field.oneRow && key.Matches(msg, keys.RowUp, keys.RowDown) && p.field.press(msg):
	case key.Matches(msg, keys.NextField):
		f.at = (f.at + 1) % len(f.parts)
	case key.Matches(msg, keys.PrevField):
		f.at = (f.at + len(f.parts) - 1) % len(f.parts)
	case p.field == nil:
		if key.Matches(msg, keys.Other) {
			p.chosen = (p.chosen + 1) % len(p.choices)
		}
	default:
		if p.shape != nil && msg.Text != "" {
			msg.Text = p.shape(msg.Text)
		}
		before := p.field.text
		if key.Matches(msg, keys.NewLine) && !p.field.oneRow {
			p.field.insert("\n")
		}
		if p.field.press(msg); p.field.text != before {
			p.recheck()
		}
	}
	return nil
}

// paste is a paste into the present part.
func (f *form) paste(text string) tea.Cmd {
	p := f.parts[f.at]
	if p.field == nil || f.busy {
		return nil
	}
	if p.shape != nil {
		text = p.shape(store.CleanLine(text))
	}
	if !p.field.paste(text) {
		return status("That is more than fits here.")
	}
	p.recheck()
	return nil
}

// recheck says what is wrong as soon as something is written.
func (p *part) recheck() {
	p.wrong = ""
	if p.check != nil && p.value() != "" {
		p.fail(p.check(p.value()))
	}
}

func (p *part) fail(err error) {
	p.wrong = ""
	if err != nil {
		p.wrong, _ = sentence(err)
	}
}

// choose takes an answer, also one that is no longer there: what sends the form says so.
func (p *part) choose(answer string) {
	if p.chosen = slices.Index(p.choices, answer); p.chosen < 0 {
		p.choices, p.chosen = append(p.choices, answer), len(p.choices)
	}
}

// partError is an error about one part of a form.
type partError struct {
	at int
	error
}

// wrong is an error that we say ourselves.
type wrong string

func (w wrong) Error() string { return string(w) }

// sentence is what people read of an error; ours is false where it belongs in the log.
func sentence(err error) (text string, ours bool) {
	if w, ok := err.(wrong); ok {
		return w.Error(), true
	}
	return store.Sentence(err)
}

// next goes to the next part, or sends them all.
func (f *form) next() tea.Cmd {
	if p := f.parts[f.at]; p.check != nil {
		if p.fail(p.check(p.value())); p.wrong != "" {
			return nil
		}
	}
	if f.at < len(f.parts)-1 {
		f.at++
		return nil
	}
	values := f.values()
	for i, p := range f.parts {
		if p.check == nil {
			continue
		}
		if p.fail(p.check(values[i])); p.wrong != "" { // it was passed over
			f.at = i
			return nil
		}
	}
	f.busy = true
	send := f.send
	return func() tea.Msg {
		then, at, err := send(values)
		return formMsg{f, then, at, err}
	}
}

// sent takes in what came of sending; done is true where it went well.
func (f *form) sent(msg formMsg) (done bool, cmd tea.Cmd) {
	f.busy = false
	if msg.err == nil {
		return true, func() tea.Msg { return msg.then }
	}
	text, ours := sentence(msg.err)
	f.at = min(max(msg.at, 0), len(f.parts)-1)
	f.parts[f.at].wrong = text
	if !ours {
		return false, fail(msg.err)
	}
	return false, nil
}

// draw is the lines of the form, which of them has the keys, and where the cursor belongs.
func (f *form) draw() (lines []string, at int, cursor *tea.Cursor) {
	for i, p := range f.parts {
		if i > 0 {
			lines = append(lines, "")
		}
		bar, style := " ", &f.theme.Text
		if i == f.at {
			bar, style = f.theme.Accent.Render("▌"), &f.theme.Bold
		}
		label := bar + style.Render(fit(p.label, f.width-2))
		rows := f.answer(p, i == f.at)
		if f.width < narrowForm {
			lines = append(lines, label)
		} else {
			rows[0] = pad(label, f.indent()) + rows[0]
		}
		first := len(lines)
		if i == f.at {
			at = first
		}
		for j, r := range rows {
			if j > 0 || f.width < narrowForm {
				r = pad(bar, f.indent()) + r
			}
			lines = append(lines, fit(r, f.width))
		}
		if i == f.at && p.field != nil {
			x, y := p.field.place()
			cursor, at = caret(x+f.indent(), first+y), first+y
		}
		lines = append(lines, f.below(p, i == f.at)...)
	}
	return lines, at, cursor
}

// answer is the rows of a part's answer.
func (f *form) answer(p *part, focus bool) []string {
	switch {
	case p.field != nil && p.field.text == "" && !focus:
		return []string{f.theme.Dim.Render("–")}
	case p.field != nil:
		return p.field.view()
	case focus:
		return []string{p.choices[p.chosen] + f.theme.Key.Render("  ← →")}
	}
	return []string{p.choices[p.chosen]}
}

// below is what is wrong with an answer, or what it is for.
func (f *form) below(p *part, focus bool) []string {
	text, style := p.wrong, &f.theme.Error
	if text == "" && focus {
		text, style = p.hint, &f.theme.Dim
	}
	if text == "" {
		return nil
	}
	lines := words(text, min(max(f.width-f.indent()-1, 1), measure))
	for i := range lines {
		lines[i] = fit(strings.Repeat(" ", f.indent())+style.Render(lines[i]), f.width)
	}
	return lines
}

// hints are the keys of the present part.
func (f *form) hints(last string) []key.Binding {
	enter := says(keys.Save, "next")
	if f.at == len(f.parts)-1 {
		enter = says(keys.Save, last)
	}
	list := []key.Binding{enter}
	if f.parts[f.at].field == nil {
		list = append(list, keys.Other)
	}
	if len(f.parts) > 1 {
		list = append(list, says(keys.NextField, "next field"))
	}
	return list
}

// sheet is a form as a screen of its own.
type sheet struct {
	form
	title  string
	intro  string
	last   string // what Enter does at the end
	gone   func() // takes back what giving up is to leave as it was; nil: nothing
	height int
}

func (s *sheet) Init() tea.Cmd { return nil }

// Title is the header.
func (s *sheet) Title() string { return s.title }

// Editing is true throughout: every key may be text.
func (s *sheet) Editing() bool { return true }

func (s *sheet) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.height = msg.Height
		s.setWidth(msg.Width)
	case themeMsg:
		s.theme = msg.theme
	case tea.PasteMsg:
		return s.paste(msg.Content)
	case tea.KeyPressMsg:
		if key.Matches(msg, keys.Cancel) {
			if sure, tell := s.leave(); !sure {
				return tell
			}
			if s.gone != nil {
				s.gone()
			}
			return s.app.back()
		}
		s.sure = false
		return s.press(msg)
	case formMsg:
		if msg.of != &s.form {
			return nil
		}
		done, then := s.sent(msg)
		if done {
			s.app.back()
			return then
		}
		return then
	}
	return nil
}

func (s *sheet) View() tea.View {
	var lines []string
	if s.intro != "" {
		lines = append(prose(nil, s.intro, s.width, s.theme.Dim.Render), "")
	}
	parts, at, cursor := s.draw()
	if cursor != nil {
		cursor.Y += len(lines)
	}
	return aroundLine(append(lines, parts...), len(lines)+at, cursor, s.width, s.height)
}

func (s *sheet) ShortHelp() []key.Binding { return append(s.hints(s.last), keys.Cancel) }

func (s *sheet) FullHelp() [][]key.Binding {
	return [][]key.Binding{{keys.Save, keys.NextField, keys.PrevField, keys.Other, keys.Cancel}}
}

// around is a view of as many lines as there is room for, those around the cursor.
func around(lines []string, cursor *tea.Cursor, width, height int) tea.View {
	at := 0
	if cursor != nil {
		at = cursor.Y
	}
	return aroundLine(lines, at, cursor, width, height)
}

// aroundLine is the same around one of the lines.
func aroundLine(lines []string, at int, cursor *tea.Cursor, width, height int) tea.View {
	top := min(max(at-height/2, 0), max(len(lines)-height, 0))
	if cursor != nil {
		cursor.Y -= top
		if cursor.X >= width || cursor.Y >= height {
			cursor = nil
		}
	}
	v := tea.NewView(strings.Join(lines[top:min(top+max(height, 0), len(lines))], "\n"))
	v.Cursor = cursor
	return v
}
