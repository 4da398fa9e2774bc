package tui

import "charm.land/bubbles/v2/key"

// keyMap is the one table of keys. Hints and the help page are drawn from it,
// so what is said and what works cannot drift apart.
type keyMap struct {
	// Everywhere.
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	Open, Back, Tab, ReadOn, Right          key.Binding
	Help, Quit, Leave, Palette, Search      key.Binding

	// Posts.
	New, Reply, Follow, ShowNew, More, Order   key.Binding
	Quote, React, Keep, UnreadFrom, Copy, Edit key.Binding
	Delete, Versions, Pin, Report, Answer      key.Binding
	Pins, Questions                            key.Binding
	Respond, Understood, Question, Asked       key.Binding
	Announce                                   key.Binding

	// Channels.
	Join, Part, Mute, Create, Charter key.Binding

	// Inbox, people, members.
	AllRead, Write, Pick, Members, Steward key.Binding

	// Admins' people.
	Invite, Letter, Suspend, Restore, Leaver, Import key.Binding

	// Lists and forms.
	Add, Label, Remove, Yes, No                       key.Binding
	NextField, PrevField, Save, Cancel, Other, Filter key.Binding

	// Composer.
	Post, NewLine, Put, Ask key.Binding

	// A list above the composer.
	Complete, Take, Close, ListUp, ListDown key.Binding

	// Text fields: as in a shell.
	CharLeft, CharRight, WordLeft, WordRight       key.Binding
	LineStart, LineEnd, RowUp, RowDown             key.Binding
	RubLeft, RubRight, KillWordLeft, KillWordRight key.Binding
	KillStart, KillEnd, Yank                       key.Binding
}

// keys is read-only after start.
var keys = newKeyMap()

func newKeyMap() keyMap {
	return keyMap{
		Up:       bind("↑ k", "up", "up", "k"),
		Down:     bind("↓ j", "down", "down", "j"),
		PageUp:   bind("PgUp", "a page up", "pgup", "ctrl+b"),
		PageDown: bind("PgDn", "a page down", "pgdown", "ctrl+f"),
		Top:      bind("Home", "to the top", "home"),
		Bottom:   bind("End", "to the end", "end", "G"),
		Open:     bind("Enter", "open", "enter"),
		Back:     bind("Esc ←", "back", "esc", "left", "h"),
		Tab:      bind("Tab", "menu", "tab", "shift+tab"),
		Right:    bind("→", "open", "right", "l"),
		ReadOn:   bind("Space", "reads on", "space"),
		Help:     bind("?", "all keys", "?"),
		Quit:     bind("q", "back, then out", "q"),
		Leave:    bind("Ctrl+C", "out", "ctrl+c"),
		Palette:  bind("g", "go to anything", "g", "ctrl+k"),
		Search:   bind("/", "search", "/"),

		New:     bind("n", "new post", "n"),
		Reply:   bind("r", "reply", "r"),
		Follow:  bind("f", "follow", "f"),
		ShowNew: bind(".", "show what is new", "."),
		More:    bind("o", "more", "o"),
		Order:   bind("t", "the other order", "t"),

		Quote:      bind("R", "reply quoting", "R"),
		React:      bind("+", "react", "+"),
		Keep:       bind("s", "save", "s"),
		UnreadFrom: bind("u", "unread from here", "u"),
		Copy:       bind("y", "copy link", "y"),
		Edit:       bind("e", "edit", "e"),
		Delete:     bind("d", "delete", "d"),
		Versions:   bind("v", "earlier versions", "v"),
		Pin:        bind("p", "pin", "p"),
		Report:     bind("!", "report", "!"),
		Answer:     bind("A", "the answer", "A"),
		Pins:       bind("P", "pinned posts", "P"),
		Questions:  bind("Q", "open questions", "Q"),
		Respond:    bind("a", "answer it", "a"),
		Understood: bind("1", "understood", "1"),
		Question:   bind("2", "I have a question", "2"),
		Asked:      bind("W", "who has answered", "W"),
		Announce:   bind("N", "an announcement", "N"),

		Join:    bind("J", "join", "J"),
		Part:    bind("L", "leave", "L"),
		Mute:    bind("m", "mute", "m"),
		Create:  bind("c", "new channel", "c"),
		Charter: bind("C", "change the channel", "C"),

		AllRead: bind("M", "all read", "M"),
		Write:   bind("w", "write to them", "w"),
		Pick:    bind("Space", "choose several", "space"),
		Members: bind("i", "who is in it", "i"),
		Steward: bind("S", "steward or not", "S"),

		Invite:  bind("i", "invite", "i"),
		Letter:  bind("c", "the letter", "c"),
		Suspend: bind("S", "suspend", "S"),
		Restore: bind("O", "restore", "O"),
		Leaver:  bind("L", "has left", "L"),
		Import:  bind("I", "import a roster", "I"),

		Complete: bind("Tab", "completes @ # :", "tab"),
		Take:     bind("Enter", "takes it", "enter", "tab"),
		Close:    bind("Esc", "closes the list", "esc"),
		ListUp:   bind("↑", "up", "up", "ctrl+p"),
		ListDown: bind("↓", "down", "down", "ctrl+n"),

		Add:       bind("a", "let somebody in", "a"),
		Label:     bind("l", "label", "l"),
		Remove:    bind("x", "remove", "x"),
		Yes:       bind("y", "yes", "y"),
		No:        bind("Esc", "no", "n", "esc"),
		NextField: bind("Tab", "next", "tab", "down"),
		PrevField: bind("Shift+Tab", "previous", "shift+tab", "up"),
		Save:      bind("Enter", "save", "enter"),
		Cancel:    bind("Esc", "cancel", "esc"),
		Other:     bind("← →", "the other", "left", "right", "space"),
		Filter:    bind("/", "filter", "/"),

		Post:    bind("Enter", "posts", "enter"),
		NewLine: bind("Alt+Enter", "new line", "alt+enter", "shift+enter", "ctrl+j"),
		Put:     bind("Esc", "keeps the draft", "esc"),
		Ask:     bind("Ctrl+Q", "asks a question", "ctrl+q", "alt+q"),

		CharLeft:      bind("← Ctrl+B", "a character back", "left", "ctrl+b"),
		CharRight:     bind("→ Ctrl+F", "a character on", "right", "ctrl+f"),
		WordLeft:      bind("Alt+B", "a word back", "alt+b", "alt+left", "ctrl+left"),
		WordRight:     bind("Alt+F", "a word on", "alt+f", "alt+right", "ctrl+right"),
		LineStart:     bind("Ctrl+A", "to the start of the line", "ctrl+a", "home"),
		LineEnd:       bind("Ctrl+E", "to the end of the line", "ctrl+e", "end"),
		RowUp:         bind("↑ Ctrl+P", "a row up", "up", "ctrl+p"),
		RowDown:       bind("↓ Ctrl+N", "a row down", "down", "ctrl+n"),
		RubLeft:       bind("Backspace", "delete the character before", "backspace", "shift+backspace", "ctrl+h"),
		RubRight:      bind("Ctrl+D", "delete the character after", "delete", "ctrl+d"),
		KillWordLeft:  bind("Ctrl+W", "cut the word before", "ctrl+w", "alt+backspace", "ctrl+backspace"),
		KillWordRight: bind("Alt+D", "cut the word after", "alt+d", "alt+delete", "ctrl+delete"),
		KillStart:     bind("Ctrl+U", "cut to the start of the line", "ctrl+u"),
		KillEnd:       bind("Ctrl+K", "cut to the end of the line", "ctrl+k"),
		Yank:          bind("Ctrl+Y", "put back what was cut", "ctrl+y"),
	}
}

// bind is a key of the table. Put into it a hundred times by the compiler, this is 140 KB of the binary.
//
//go:noinline
func bind(shown, does string, k ...string) key.Binding {
	return key.NewBinding(key.WithKeys(k...), key.WithHelp(shown, does))
}

// says is a binding with other words for what it does to the thing selected.
func says(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}

// heading is a line above a group of keys on the help page: a binding without keys.
func heading(text string) key.Binding { return key.NewBinding(key.WithHelp("", text)) }
