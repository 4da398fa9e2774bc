package tui

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newHeld says what is held about me: all of it, in words and numbers.
func newHeld(a *app, t *theme) screen {
	k := newKept(a, t, "Me · what is held about me")
	k.read = func() (drawn, error) {
		is, err := a.store.Held(a.ctx, a.me)
		return func(k *kept) { k.text = heldText(is, a.zone) }, err
	}
	return k
}

// heldText is everything that is held, with who can see it.
func heldText(h store.Held, in *time.Location) string {
	p := h.Person
	is := []string{"@" + p.Handle}
	for _, s := range []string{p.Name, p.Title, p.Department, p.Zone} {
		if s != "" {
			is = append(is, s)
		}
	}
	mail := "No mail address of yours is held."
	if p.Email != "" {
		mail = "Your mail address is held, from an imported archive: " + p.Email + "."
	}
	password := "no password"
	if h.Password {
		password = "a scrambled form of your password, from which it cannot be read"
	}
	day := func(t time.Time, none string) string {
		if t.IsZero() {
			return none
		}
		return t.In(in).Format("2 January 2006")
	}
	parts := []string{
		"Who you are: " + strings.Join(is, ", ") + ". Everyone here can see that. " + mail,
		"Your ways in: " + howMany(h.Keys, "key", "keys") + " (the public half, its name, when it was last used) and " + password + ". Only you see them.",
		"What you wrote: " + howMany(h.Posts, "post", "posts") + " and " + howMany(h.Replies, "reply", "replies") + ", and " + howMany(h.Versions, "earlier version", "earlier versions") +
			" of them, for those who may read the channel. Search looks in them. " + capital(howMany(h.Drafts, "draft", "drafts")) + ", for you alone.",
		"What you did: your reactions stand at " + howMany(h.Reactions, "post", "posts") + ", for those who may read them. " + capital(howMany(h.Reports, "report", "reports")) + " to the admins, seen by them. " + capital(howMany(h.Announcements, "announcement", "announcements")) + " that you were asked about and had on your screen, with your answer; the stewards and admins see it, and your manager whether you have answered.",
		"For you alone: " + howMany(h.Saved, "saved post", "saved posts") + ", " + howMany(h.Followed, "thread", "threads") + " that you follow, " + howMany(h.Inbox, "entry", "entries") + " of your inbox, reminders among them, whether and how you want to be told of something new.",
		"Where you are: in " + howMany(h.Channels, "channel or conversation", "channels and conversations") + ", as their members see, which of them you have muted, and how far you have read in each, which nobody else sees.",
		"When: you first came on " + day(p.CameAt, "a day that was not noted") + " and were last here on " + day(h.SeenAt, "a day that was not noted") + ". Whoever runs the server can see in its log when you come and go, and from which address.",
		"For the figures of the trial: " + howMany(h.Visits, "day", "days") + " on which you were here and pressed a key, who replied to whom, and of announcements when you had read them. Figures are of five people or more and never of you alone.",
		"Terms of the trial that you have accepted: " + acceptedText(h.Accepted, in) + ".",
		"Nothing else is counted about you.",
	}
	return strings.Join(parts, "\n\n")
}

// acceptedText is the versions that somebody has accepted, with when.
func acceptedText(all []store.Acceptance, in *time.Location) string {
	list := make([]string, len(all))
	for i, a := range all {
		list[i] = "version " + strconv.FormatInt(a.Version, 10) + " on " + a.At.In(in).Format("2 January 2006 at 15:04")
	}
	return cmp.Or(strings.Join(list, ", "), "none so far")
}

// howMany is a number of something; none is said as a word.
func howMany(n int, one, many string) string {
	if n == 0 {
		return "no " + many
	}
	return store.Count(n, one, many)
}

// capital writes the first letter of an English sentence large.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// newTake says how to take all of it along.
func newTake(a *app, t *theme) *page {
	text := "Type this on your own computer, in a terminal as the one you came in by:\n\n  ssh " + a.typed() + " export me > me.zip\n\n" +
		"The file has all that is held about you: what you wrote, with its earlier versions and drafts, what you saved, follow, reacted to and reported, and who you are, to be read by people and by programs."
	return &page{theme: t, title: "Me · take it with me", text: text}
}

// newLeave says what becomes of what is mine, and asks whether to leave for good.
func newLeave(a *app, t *theme) *page {
	p := &page{theme: t, title: "Me · leave for good", text: "What you wrote stays, under your name. Delete before what should not.\n\n" +
		"All else of yours goes, for good: keys, password, drafts, saved posts, inbox."}
	p.set([]item{
		{name: "stay", label: "Stay", open: a.back, keys: []key.Binding{says(keys.Open, "stays")}},
		{name: "leave", label: "Leave for good", open: a.opens(func() screen { return newFarewell(a, p.theme) }), keys: []key.Binding{says(keys.Open, "asks once more")}},
	})
	return p
}

// newFarewell asks once more, and leaves.
func newFarewell(a *app, t *theme) *page {
	p := &page{theme: t, title: "Me · leave for good", text: "Once more: you come in again only if an admin invites you."}
	leave := func() tea.Msg {
		if err := a.store.LeaveForGood(a.ctx, a.me); err != nil {
			return tea.Sequence(said(popMsg{}), fail(err))()
		}
		return tea.QuitMsg{}
	}
	p.set([]item{
		{name: "stay", label: "Stay after all", open: func() tea.Cmd { a.back(); return a.back() }, keys: []key.Binding{says(keys.Open, "stays")}},
		{name: "leave", label: "Leave, for good, now", open: func() tea.Cmd { return leave }, keys: []key.Binding{says(keys.Open, "leaves")}},
	})
	return p
}
