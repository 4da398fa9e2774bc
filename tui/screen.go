package tui

import (
	"context"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// screen is one thing a person can be at: Home, a channel, a thread, Me.
//
// A screen is told its size by a tea.WindowSizeMsg that the chrome has already
// reduced, and its View().Content fits exactly that: no line wider, no more
// lines. The cursor of its view, if any, is relative to the screen; so is every
// mouse message. Keys, paste and mouse come only to the screen that has the
// focus; every other message (answers, store.Event, themeMsg) comes to every
// screen on the stack.
type screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	View() tea.View
	help.KeyMap
}

// editing is a screen that may want every key for itself: while a text field
// has the focus or a question waits for its answer. Only ctrl+C stays the root's.
type editing interface{ Editing() bool }

// drafting is a screen with text that may not be in the store yet. Flush saves
// it at once; it is called when the screen goes and when the line drops.
type drafting interface{ Flush(context.Context) }

// titled is a screen with a header line, drawn by the root above it. What
// follows the first " · " is drawn dim.
type titled interface{ Title() string }

// lined is a screen that gives its lines one by one, below others: what has been drawn before is not copied once more.
type lined interface {
	Lines(above []string) []string
}

// noted is a titled screen that has a few words, styled, at the right end of its
// header. A click on the header reaches it as headClickMsg.
type noted interface{ Note() string }

// located is a screen that may have an entry of its own in the sidebar.
type located interface{ Where() string }

// watching is a screen that notes what has been read. It is told after every
// message whether it can be seen and whether the keys are its own.
type watching interface {
	Watch(visible, focused bool) tea.Cmd
}

// footed is a screen whose lowest part, usually the composer, stands under the
// long line and runs through the whole width. The cursor is relative to it.
// Mouse messages on it reach the screen as footClickMsg.
type footed interface {
	Foot(width int) (lines string, cursor *tea.Cursor)
}

// finding is a screen on which the key of Search looks for something of its own.
type finding interface{ Finds() }

// pending is a screen that may still wait for its first answer. Keys wait as long: what somebody types in the first
// instant means on the screen what they meant.
type pending interface{ Pending() bool }

// holding is a screen that may want Esc for itself.
type holding interface{ Holds() bool }

// fullscreen is a screen without sidebar and header: the first one.
type fullscreen interface{ Full() bool }

type (
	// pushMsg puts a screen on top of the others, popMsg takes the top one away,
	// goMsg shows one directly above Home and drops what was there.
	pushMsg struct{ s screen }
	popMsg  struct{}
	goMsg   struct{ s screen }

	// statusMsg is shown above the hints until the next key.
	statusMsg struct{ text string }
	// errMsg is a failure, told in the sentence of the store.
	errMsg struct{ err error }

	// themeMsg brings new colours: the terminal has told its background.
	themeMsg struct{ theme *theme }
	// personMsg says that I have changed: my name, my time zone.
	personMsg struct{ person store.Person }
	// footClickMsg is a click on the foot of the screen.
	footClickMsg struct{ x, y int }
	// headClickMsg is a click on the header of the screen.
	headClickMsg struct{}
)

// step has the root do something as soon as it has the present message behind it, before any other: what leads to
// another screen must not be overtaken by the next key. It is for Update alone; a command answers with the message.
func (a *app) step(msg tea.Msg) tea.Cmd {
	a.steps = append(a.steps, msg)
	return nil
}

// push shows a screen on top of the present one.
func (a *app) push(s screen) tea.Cmd { return a.step(pushMsg{s}) }

// opens is push of a screen that is made when it is asked for.
func (a *app) opens(make func() screen) func() tea.Cmd {
	return func() tea.Cmd { return a.push(make()) }
}

// goTo shows a screen directly above Home.
func (a *app) goTo(s screen) tea.Cmd { return a.step(goMsg{s}) }

// back leaves the screen on top.
func (a *app) back() tea.Cmd { return a.step(popMsg{}) }

// status shows one sentence until the next key.
func status(text string) tea.Cmd { return func() tea.Msg { return statusMsg{text} } }
