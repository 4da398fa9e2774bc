package tui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// me is what I say of myself and my ways in: a menu.
type me struct {
	menu
	app      *app
	theme    *theme
	person   store.Person
	keys     []store.Key
	password bool
	notify   store.Notify
	ready    bool
	problem  string
	fresh    refresher
}

type (
	// meMsg is what is known of me now.
	meMsg struct {
		of       *me
		person   store.Person
		keys     []store.Key
		password bool
		notify   store.Notify
		err      error
	}
	// mineMsg says that something about me has changed, and what.
	mineMsg struct{ said string }
)

// wideMe is the width from which a key stands on one line.
const wideMe = 52

func newMe(a *app, t *theme) screen { return &me{menu: menu{wide: wideMe}, app: a, theme: t} }

// Title is the header.
func (m *me) Title() string {
	if !m.ready {
		return "Me"
	}
	return "Me · @" + m.person.Handle
}

// Where is the entry in the sidebar.
func (m *me) Where() string { return entryMe }

// Pending waits for what is known of me.
func (m *me) Pending() bool { return !m.ready && m.problem == "" }

func (m *me) Init() tea.Cmd { return m.refresh() }

// refresh reads again what is known of me.
func (m *me) refresh() tea.Cmd {
	if !m.fresh.begin() {
		return nil
	}
	a := m.app
	return func() tea.Msg {
		r := meMsg{of: m}
		if r.person, r.err = a.store.Me(a.ctx, a.me); r.err == nil {
			r.keys, r.err = a.store.Keys(a.ctx, a.me)
		}
		if r.err == nil {
			r.password, r.err = a.store.HasPassword(a.ctx, a.me)
		}
		if r.err == nil {
			r.notify, r.err = a.store.NotifyHow(a.ctx, a.me)
		}
		return r
	}
}

func (m *me) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.setSize(msg.Width, msg.Height)
	case themeMsg:
		m.theme = msg.theme
		m.set(m.list())
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.MouseMsg:
		return m.menu.mouse(msg, msg.Mouse().Y)
	case meMsg:
		if msg.of == m {
			return m.learn(msg)
		}
	case mineMsg:
		return tea.Batch(status(msg.said), m.refresh())
	case store.Event:
		if msg.Kind == store.Reload || (msg.Kind == store.People || msg.Kind == store.Read) && msg.By == m.app.me {
			return m.refresh()
		}
	}
	return nil
}

// learn takes in what is known of me, and tells the root of a new name or zone.
func (m *me) learn(msg meMsg) tea.Cmd {
	var again tea.Cmd
	if m.fresh.end() {
		again = m.refresh()
	}
	if msg.err != nil {
		m.problem, _ = store.Sentence(msg.err)
		return tea.Batch(again, fail(msg.err))
	}
	changed := m.ready && msg.person != m.person
	m.person, m.keys, m.password, m.notify, m.ready, m.problem = msg.person, msg.keys, msg.password, msg.notify, true, ""
	m.set(m.list())
	if changed {
		p := msg.person
		return tea.Batch(again, func() tea.Msg { return personMsg{p} })
	}
	return again
}

func (m *me) press(msg tea.KeyPressMsg) tea.Cmd {
	if m.problem != "" && key.Matches(msg, keys.Open) {
		return m.refresh()
	}
	if k, ok := m.key(m.chosen); ok {
		switch {
		case key.Matches(msg, keys.Label):
			return m.app.push(newLabel(m.app, m.theme, k))
		case key.Matches(msg, keys.Remove):
			return m.app.push(newRemoval(m.app, m.theme, k))
		}
	}
	return m.menu.press(msg)
}

// key is the key of a menu item.
func (m *me) key(name string) (store.Key, bool) {
	for _, k := range m.keys {
		if keyItem(k) == name {
			return k, true
		}
	}
	return store.Key{}, false
}

func keyItem(k store.Key) string { return fmt.Sprint("key ", k.ID) }

// list is the menu as it is now.
func (m *me) list() []item {
	a, t, p := m.app, m.theme, m.person
	edit := []key.Binding{says(keys.Open, "change")}
	say := func(v, none string) string {
		if v == "" {
			return t.Dim.Render(none)
		}
		return v
	}
	about := func(what, now, hint string, put func(*store.Profile, string)) func() tea.Cmd {
		return a.opens(func() screen { return newAbout(a, t, what, now, hint, put) })
	}
	department := func() tea.Cmd { return status("Your department comes from the roster. An admin can change it.") }
	if p.Department == "" {
		department = about("Department", p.Department, "Where you work, like Finance.", func(q *store.Profile, v string) { q.Department = v })
	}
	list := []item{
		{name: "name", head: "About me", label: partName, value: say(p.Name, "not said yet"), open: about(partName, p.Name, "As colleagues know you.", func(q *store.Profile, v string) { q.Name = v }), keys: edit},
		{name: "title", label: "Title", value: say(p.Title, "not said yet"), open: about("Title", p.Title, "What you do, like Controller.", func(q *store.Profile, v string) { q.Title = v }), keys: edit},
		{name: "department", label: "Department", value: say(p.Department, "not said yet"), open: department, keys: edit},
		{name: "zone", label: "Time zone", value: say(p.Zone, "not said yet: UTC"), more: t.Dim.Render(a.now().In(zone(p.Zone)).Format("15:04") + " there now"), open: a.opens(func() screen { return newZone(a, t, p.Zone) }), keys: edit},
		{name: "notify", label: "Be told", value: tellings[m.notify], open: a.opens(func() screen { return newTelling(a, t, m.notify) }), keys: edit},
	}
	head := "Ways in"
	if a.offer != nil && !m.holds(a.offer.Fingerprint) {
		list = append(list, item{name: "offer", head: head, label: "Sign in with this computer's key from now on", open: m.accept, keys: []key.Binding{says(keys.Open, "adds the key")}})
		head = ""
	}
	for i, k := range m.keys {
		it := item{name: keyItem(k), label: k.Label, value: t.Dim.Render(kindOf(k) + " " + short(k.Fingerprint)), more: t.Dim.Render(m.used(k)), open: a.opens(func() screen { return newKeyPage(m, k) }),
			keys: []key.Binding{keys.Open, says(keys.Label, "rename"), keys.Remove}}
		if i == 0 {
			it.head = head
		}
		list = append(list, it)
	}
	secret := item{name: "password", label: "Set a password", open: a.opens(func() screen { return newPassword(a, t, m.password) }), keys: []key.Binding{says(keys.Open, "sets one")}}
	if m.password {
		secret.label, secret.keys = "Change the password", edit
	}
	if len(m.keys) == 0 && head != "" {
		secret.head = head
	}
	return append(list, secret,
		item{name: "code", label: "A code for another device", open: a.opens(func() screen { return newLink(a, t) }), keys: []key.Binding{says(keys.Open, "makes one")}},
		item{name: "held", head: "My data", label: "What is held about me", open: a.opens(func() screen { return newHeld(a, t) }), keys: []key.Binding{keys.Open}},
		item{name: "take", label: "Take it with me", open: a.opens(func() screen { return newTake(a, t) }), keys: []key.Binding{says(keys.Open, "says how")}},
		item{name: "leave", label: "Leave for good", open: a.opens(func() screen { return newLeave(a, t) }), keys: []key.Binding{says(keys.Open, "asks first")}})
}

// holds reports whether a key lets me in.
func (m *me) holds(fingerprint string) bool {
	for _, k := range m.keys {
		if k.Fingerprint == fingerprint {
			return true
		}
	}
	return false
}

// accept binds the key that was shown at sign-in.
func (m *me) accept() tea.Cmd {
	a := m.app
	return mine("This computer signs in with its key from now on.", func() error {
		k := *a.offer
		if k.Label == "" {
			k.Label = "this computer"
		}
		_, err := a.store.AddKey(a.ctx, a.me, k)
		return err
	})
}

// mine does something about me and says so.
func mine(said string, do func() error) tea.Cmd {
	return func() tea.Msg {
		if err := do(); err != nil {
			return errMsg{err}
		}
		return mineMsg{said}
	}
}

// used is when a key last let me in.
func (m *me) used(k store.Key) string {
	if k.UsedAt.IsZero() {
		return "never used"
	}
	return "used " + recently(k.UsedAt, m.app.now(), m.app.zone)
}

// recently is a past time in the middle of a sentence.
func recently(at, now time.Time, zone *time.Location) string {
	switch text := ago(at, now, zone); {
	case text == "now":
		return "just now"
	case strings.HasSuffix(text, "min"), strings.HasSuffix(text, "h"):
		return text + " ago"
	default:
		return text
	}
}

// kindOf is the kind of a key without what every kind begins with.
func kindOf(k store.Key) string { return strings.TrimPrefix(k.Kind, "ssh-") }

// short is a fingerprint that can be told from the others of one person.
func short(fingerprint string) string {
	const shown = 8
	sum := strings.TrimPrefix(fingerprint, "SHA256:")
	return sum[:min(shown, len(sum))] + "…"
}

func (m *me) View() tea.View {
	switch {
	case m.problem != "":
		return tea.NewView(strings.Join(paragraphs(m.problem+"\n\nEnter tries again.", m.width, m.height), "\n"))
	case !m.ready:
		return tea.NewView("")
	}
	return tea.NewView(strings.Join(m.view(m.theme), "\n"))
}

func (m *me) ShortHelp() []key.Binding { return append(m.current().keys, keys.Back) }

func (m *me) FullHelp() [][]key.Binding {
	return [][]key.Binding{{keys.Up, keys.Down, says(keys.Open, "change or open"), says(keys.Label, "rename the key"), says(keys.Remove, "remove the key")}}
}
