package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// notFound says whether something is not there, or not for me.
func notFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// act runs what one key does and says what happened.
func act(do func() error, said string) tea.Cmd {
	return func() tea.Msg {
		if err := do(); err != nil {
			return errMsg{err}
		}
		return statusMsg{said}
	}
}

func (a *app) join(c store.Channel) tea.Cmd {
	return act(func() error { return a.store.JoinChannel(a.ctx, a.me, c.ID) },
		"You are in #"+c.Name+" now. What is new there comes to Home.")
}

// part leaves a channel; a private one can no longer be looked at, so it leads home.
func (a *app) part(c store.Channel) tea.Cmd {
	return func() tea.Msg {
		if err := a.store.LeaveChannel(a.ctx, a.me, c.ID); err != nil {
			return errMsg{err}
		}
		if c.Private {
			return tea.BatchMsg{goTo(nil), status("You have left #" + c.Name + ".")}
		}
		return statusMsg{"You have left #" + c.Name + ". " + keys.Join.Help().Key + " joins again."}
	}
}

func (a *app) mute(c store.Channel, on bool) tea.Cmd {
	said := "#" + c.Name + " is muted: it stays out of Home and of what counts as new."
	if !on {
		said = "#" + c.Name + " is back in Home."
	}
	return act(func() error { return a.store.MuteChannel(a.ctx, a.me, c.ID, on) }, said)
}

func (a *app) follow(root int64, on bool) tea.Cmd {
	said := "You follow this thread: new replies count as new."
	if !on {
		said = "You no longer follow this thread."
	}
	return act(func() error { return a.store.FollowThread(a.ctx, a.me, root, on) }, said)
}

// nextMsg is the next place with something new, asked for from a screen.
type nextMsg struct {
	from screen
	next store.Unread
	ok   bool
}

// next looks for the next place with something new after the one that a screen shows.
func (a *app) next(from screen, after store.Place) tea.Cmd {
	return func() tea.Msg {
		next, ok, err := a.store.NextUnread(a.ctx, a.me, after)
		if err != nil {
			return errMsg{err}
		}
		return nextMsg{from, next, ok}
	}
}
