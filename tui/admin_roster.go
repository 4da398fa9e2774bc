package tui

import (
	"cmp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
	"tincan/store/archive"
)

const (
	// rosterMost is the bytes of a roster that can be typed or pasted: what the server takes of one paste.
	rosterMost = 1 << 20
	// rosterLines is the lines of a dry run that are shown; a larger roster is a matter for the command.
	rosterLines = 2000
	// rosterRows is the lines of a text that stand below what it is for at least: fewer show nobody what was pasted.
	rosterRows = 4
	// rosterEvery is how often an import that is under way says how far it is.
	rosterEvery = 500 * time.Millisecond
)

// roster takes a roster in: it is pasted or typed, looked at line by line, and taken over once that was agreed to.
type roster struct {
	menu
	app    *app
	theme  *theme
	text   string // as it was pasted: cells may stand apart by tabs, which no field keeps
	height int
	busy   string // what is under way; "" for nothing
	roster store.Roster
	notes  []string
	plan   *store.RosterPlan // what it would do; nil while it is being pasted
	done   bool              // it has been taken over
	wrong  string            // why it cannot be read or taken over
	at     *progress
	sure   bool // Esc gives up what has been written
}

// progress is how far an import is; the command that runs it writes it and the screen reads it.
type progress struct{ done, all atomic.Int64 }

type (
	// plannedMsg is what a roster would do, or has done.
	plannedMsg struct {
		of     *roster
		roster store.Roster
		notes  []string
		plan   store.RosterPlan
		done   bool
		err    error
	}
	// takeMsg says that a roster is to be taken over.
	takeMsg struct {
		of  *roster
		why string
	}
	// farMsg looks how far an import is.
	farMsg struct{ of *roster }
)

func newRoster(a *app, t *theme) screen {
	return &roster{app: a, theme: t, menu: menu{wide: neverWide}}
}

// Title is the header.
func (r *roster) Title() string { return "Admin · import a roster" }

// Where is the entry in the sidebar.
func (r *roster) Where() string { return entryAdmin }

// Note is what is under way.
func (r *roster) Note() string { return r.theme.New.Render(r.busy) }

// Editing reports whether keys are text: until it has been looked at.
func (r *roster) Editing() bool { return r.plan == nil }

// Holds says that Esc goes back to the text from what it would do.
func (r *roster) Holds() bool { return r.plan != nil && !r.done && r.busy == "" }

func (r *roster) Init() tea.Cmd { return nil }

func (r *roster) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.width, r.height = msg.Width, msg.Height
		r.list()
	case themeMsg:
		r.theme = msg.theme
		r.list()
	case tea.PasteMsg:
		if r.plan == nil && r.busy == "" {
			return r.put(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(msg.Content))
		}
	case tea.KeyPressMsg:
		return r.press(msg)
	case tea.MouseMsg:
		if r.plan != nil {
			return r.menu.mouse(msg, msg.Mouse().Y-r.over())
		}
	case plannedMsg:
		if msg.of == r {
			return r.learn(msg)
		}
	case takeMsg:
		if msg.of == r {
			return r.take(msg.why)
		}
	case farMsg:
		if msg.of == r && r.at != nil {
			r.busy = store.Number(int(r.at.done.Load())) + " of " + store.Number(int(r.at.all.Load()))
			return r.app.after(rosterEvery, farMsg{r})
		}
	}
	return nil
}

func (r *roster) press(msg tea.KeyPressMsg) tea.Cmd {
	leaves := r.sure || r.text == ""
	r.sure = key.Matches(msg, keys.Cancel)
	switch {
	case r.plan != nil && r.Holds() && key.Matches(msg, keys.Cancel):
		r.plan, r.wrong = nil, ""
		return nil
	case r.plan != nil:
		return r.menu.press(msg)
	case key.Matches(msg, keys.Cancel) && !leaves:
		return status(givesUp)
	case key.Matches(msg, keys.Cancel):
		return r.app.back()
	case r.busy != "":
		return nil
	case key.Matches(msg, keys.Save) && r.text != "" && strings.HasSuffix(r.text, "\n"):
		return r.look()
	case key.Matches(msg, keys.Save):
		return r.put("\n")
	case key.Matches(msg, keys.RubLeft) && r.text != "":
		last := []rune(r.text)
		r.text = string(last[:len(last)-1])
	case key.Matches(msg, keys.KillStart):
		r.text = ""
	case msg.Text != "":
		return r.put(msg.Text)
	}
	return nil
}

// put adds to the text.
func (r *roster) put(text string) tea.Cmd {
	if len(r.text)+len(text) > rosterMost {
		return status("That is more than fits here. Send it as a file: ssh " + r.app.typed() + " people import - < roster.csv")
	}
	r.text += text
	r.wrong = ""
	return nil
}

// look asks what the roster would do.
func (r *roster) look() tea.Cmd {
	r.busy, r.wrong = "looking at it", ""
	a, text := r.app, r.text
	return func() tea.Msg {
		m := plannedMsg{of: r}
		var err error
		if m.roster, m.notes, err = archive.ReadRoster(strings.NewReader(text)); err != nil {
			m.err = wrong("That is no roster: " + err.Error() + ".")
			return m
		}
		m.plan, m.err = a.store.PlanRoster(a.ctx, a.me, m.roster)
		return m
	}
}

// take begins to take it over; it goes on if the screen is left.
func (r *roster) take(why string) tea.Cmd {
	r.at = &progress{}
	r.busy = "taking it over"
	a, in, at := r.app, r.roster, r.at
	do := func() tea.Msg {
		m := plannedMsg{of: r, roster: in, done: true}
		m.plan, m.err = a.store.ImportRoster(a.ctx, a.me, in, store.RosterAs{Why: why, Many: true, Progress: func(done, all int) {
			at.done.Store(int64(done))
			at.all.Store(int64(all))
		}})
		return m
	}
	return tea.Batch(do, r.app.after(rosterEvery, farMsg{r}))
}

// learn takes in what it would do, or has done.
func (r *roster) learn(msg plannedMsg) tea.Cmd {
	r.busy, r.at = "", nil
	if msg.err != nil {
		text, ours := sentence(msg.err)
		r.wrong = text
		r.list()
		if !ours {
			return fail(msg.err)
		}
		return nil
	}
	r.roster, r.notes, r.plan, r.done, r.wrong = msg.roster, msg.notes, &msg.plan, msg.done, ""
	r.chosen = ""
	r.list()
	return nil
}

// fateOrder is the order in which the lines of a dry run are shown: what needs an eye first.
var fateOrder = []struct {
	fate store.RosterFate
	head string
}{
	{store.RosterBad, "Wrong: to be put right first"},
	{store.RosterLeaves, "Not in it any more: they leave"},
	{store.RosterStays, "Not in it, and stay"},
	{store.RosterChanged, "Changed"},
	{store.RosterAdded, "New"},
}

// list makes the menu of what it does.
func (r *roster) list() {
	if r.plan == nil {
		return
	}
	t := r.theme
	var items []item
	act := func(name, label, does string, open func() tea.Cmd) {
		items = append(items, item{name: name, label: label, open: open, keys: []key.Binding{says(keys.Open, does)}})
	}
	changes := r.plan.Count[store.RosterAdded] + r.plan.Count[store.RosterChanged] + r.plan.Count[store.RosterLeaves]
	switch {
	case r.done:
		act("people", "See the people", "shows them", func() tea.Cmd {
			r.app.back()
			return r.app.push(newRoll(r.app, r.theme, store.EntryFilter{Phase: store.PhaseNeverCame}))
		})
	case r.plan.Count[store.RosterBad] == 0 && changes > 0:
		act("take", "Take it over", "asks why", r.app.opens(func() screen { return r.agree() }))
	}
	if !r.done {
		act("back", "Paste another one", "starts anew", func() tea.Cmd {
			r.plan, r.text = nil, ""
			return nil
		})
	}
	shown := 0
	for _, f := range fateOrder {
		head := f.head
		for _, l := range r.plan.Lines {
			if l.Fate != f.fate || shown >= rosterLines {
				continue
			}
			items = append(items, r.line(t, l, head, len(items)))
			head = ""
			shown++
		}
	}
	r.set(items)
	r.setSize(r.width, max(r.height-r.over(), 0))
}

// line is one line of what it does.
func (r *roster) line(t *theme, l store.RosterLine, head string, n int) item {
	label := cmp.Or(l.Name, l.Handle)
	if l.Handle != "" && l.Name != "" {
		label += " @" + l.Handle
	}
	if label == "" {
		label = "Line " + strconv.Itoa(l.Line)
	}
	it := item{name: "line " + strconv.Itoa(n), head: head, label: label}
	if l.Line > 0 && l.Fate != store.RosterBad {
		it.end = t.Dim.Render("line " + strconv.Itoa(l.Line))
	}
	var parts []string
	for _, c := range l.Changes {
		parts = append(parts, c.Field+": "+cmp.Or(c.Was, "–")+" → "+cmp.Or(c.Becomes, "–"))
	}
	if l.Text != "" {
		parts = append(parts, l.Text)
	}
	it.open = r.app.opens(func() screen {
		return &page{theme: r.theme, title: "Admin · a line of the roster", text: strings.ReplaceAll(archive.RosterLine(l), " · ", "\n\n")}
	})
	it.keys = []key.Binding{keys.Open}
	if len(parts) > 0 {
		it.more = t.Dim.Render(strings.Join(parts, " · "))
	}
	return it
}

// agree asks why, and says how many leave.
func (r *roster) agree() screen {
	intro := archive.RosterSum(*r.plan) + "."
	if n := r.plan.Count[store.RosterLeaves]; n > 0 {
		intro += " " + store.Count(n, "person leaves", "people leave") + ": their access ends at once, what they wrote stays."
	}
	if r.plan.Many {
		intro += " That is more than a fifth of those on the last roster."
	}
	s := r.app.decree(r.theme, "Admin · take the roster over", intro, "takes it over", "The roster says so.", "", nil, nil)
	s.send = func(values []string) (tea.Msg, int, error) {
		if values[0] == "" {
			return nil, 0, wrong("Say why, in a few words: everyone can read it.")
		}
		return takeMsg{r, values[0]}, 0, nil
	}
	return s
}

// head is what stands above the lines: the sum, and what was decided while reading.
func (r *roster) head() []string {
	sum := archive.RosterSum(*r.plan) + "."
	switch {
	case r.done:
		sum = "Done: " + sum
	case r.plan.Count[store.RosterAdded]+r.plan.Count[store.RosterChanged]+r.plan.Count[store.RosterLeaves]+r.plan.Count[store.RosterBad] == 0:
		sum += " Everything is here already as the roster says; there is nothing to take over."
	}
	lines := words(sum, max(r.width-2, 1))
	if shown := len(r.plan.Lines) - r.plan.Count[store.RosterUnchanged]; shown > rosterLines {
		lines = append(lines, words("The first "+store.Number(rosterLines)+" lines are shown; ssh "+r.app.typed()+" people import - --dry-run < roster.csv prints all.", max(r.width-2, 1))...)
	}
	for _, n := range append([]string{r.wrong}, r.notes...) {
		if n != "" {
			lines = append(lines, words(n, max(r.width-2, 1))...)
		}
	}
	return append(lines, "")
}

// over is the lines above the menu.
func (r *roster) over() int {
	if r.plan == nil {
		return 0
	}
	return len(r.head())
}

func (r *roster) View() tea.View {
	if r.plan == nil {
		return r.pasting()
	}
	var lines []string
	for _, l := range r.head() {
		lines = append(lines, fit(" "+r.theme.Text.Render(l), r.width))
	}
	return around(append(lines, r.menu.view(r.theme)...), nil, r.width, r.height)
}

// pasting shows the text so far: its end, below what it is for. Where a low window has no room for both, what it is for
// is cut at its end as long as nothing is written, and gives way to the text then.
func (r *roster) pasting() tea.View {
	var lines []string
	say := func(style func(string) string, text string) { lines = prose(lines, text, r.width, style) }
	air := func() {
		if r.height >= airyHeight {
			lines = append(lines, "")
		}
	}
	say(r.theme.Text.Render, "Paste the roster here, its first line with the names of the columns:")
	say(r.theme.Accent.Render, strings.Join(store.RosterColumns[:], " "))
	air()
	say(r.theme.Dim.Render, "One of the first three is needed, the others may be missing. An empty cell changes nothing, a dash takes away what is there. Enter on an empty line shows what it would do; nothing is changed before you agree.")
	air()
	say(r.theme.Dim.Render, "A file comes by itself: ssh "+r.app.typed()+" people import - < roster.csv")
	purpose := lines
	lines = nil
	if r.wrong != "" {
		lines = append(lines, "")
		say(r.theme.Error.Render, r.wrong)
	}
	lines = append(lines, "")
	all := strings.Split(r.text, "\n")
	room := r.height - len(lines) // for the text, and what it is for
	if left := max(room-min(len(all), rosterRows), 0); r.text == "" || len(purpose) <= left {
		lines = append(purpose[:min(len(purpose), left)], lines...)
	} else {
		lines = lines[1:] // no air below nothing
	}
	room = max(r.height-len(lines), 1)
	for _, l := range all[max(len(all)-room, 0):] {
		lines = append(lines, fit(" "+store.Clean(strings.ReplaceAll(l, "\t", "  ")), r.width))
	}
	last := lines[len(lines)-1]
	cursor := caret(max(min(ansi.StringWidth(last), r.width-1), 1), len(lines)-1)
	return around(lines, cursor, r.width, r.height)
}

func (r *roster) ShortHelp() []key.Binding {
	switch {
	case r.plan == nil && strings.HasSuffix(r.text, "\n"):
		return []key.Binding{says(keys.Save, "shows what it does"), keys.Cancel}
	case r.plan == nil:
		return []key.Binding{says(keys.Save, "next line"), keys.Cancel}
	}
	return append(r.current().keys, keys.Back)
}

func (r *roster) FullHelp() [][]key.Binding {
	return [][]key.Binding{{heading("Import a roster"), keys.Up, keys.Down, keys.Open, keys.Back}}
}
