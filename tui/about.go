package tui

import (
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// partName is the label of what nobody can be without once they have said it.
const partName = "Name"

// newAbout is the form for one thing that I say of myself.
func newAbout(a *app, t *theme, what, now, hint string, put func(*store.Profile, string)) *sheet {
	s := &sheet{title: "Me · " + strings.ToLower(what), last: "saves"}
	s.form = form{app: a, theme: t, parts: []*part{ask(what, now, hint)}}
	s.send = func(values []string) (tea.Msg, int, error) {
		if what == partName && values[0] == "" {
			return nil, 0, wrong("Write your name: it stands beside what you say.")
		}
		return mineMsg{what + " saved."}, 0, a.change(func(p *store.Profile) { put(p, values[0]) })
	}
	return s
}

// newZone is the form for my time zone.
func newZone(a *app, t *theme, now string) *sheet {
	s := &sheet{title: "Me · time zone", last: "saves"}
	s.form = form{app: a, theme: t, parts: []*part{ask("Time zone", now, "Like Europe/Berlin or America/New_York; the name of a big city near you will do.")}}
	s.send = func(values []string) (tea.Msg, int, error) {
		name, ok := zoneNamed(values[0])
		if !ok {
			return nil, 0, wrong("There is no time zone of that name. Write it like Europe/Berlin or America/New_York.")
		}
		say := "Times are those of " + name + " now."
		if name == "" {
			say = "Times are in UTC now."
		}
		return mineMsg{say}, 0, a.change(func(p *store.Profile) { p.Zone = name })
	}
	return s
}

// zoneNamed is the time zone that somebody means: by its name in any case, or by
// its city. Nothing is UTC. The server's own zone has no name here.
func zoneNamed(typed string) (name string, ok bool) {
	if typed == "" {
		return "", true
	}
	city := strings.ReplaceAll(typed, " ", "_")
	for _, name := range []string{typed, strings.ToUpper(typed), capitals(city)} {
		for _, area := range []string{"", "Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/", "America/Argentina/"} {
			if _, err := time.LoadLocation(area + name); err == nil && name != "Local" {
				return area + name, true
			}
		}
	}
	return "", false
}

// profile is what a person says of themselves.
func profile(p store.Person) store.Profile {
	return store.Profile{Name: p.Name, Department: p.Department, Title: p.Title, Zone: p.Zone}
}

// change changes a part of my profile; the rest is as it is now, also when
// another window has changed it meanwhile.
func (a *app) change(what func(*store.Profile)) error {
	now, err := a.store.Me(a.ctx, a.me)
	if err != nil {
		return err
	}
	p := profile(now)
	what(&p)
	return a.store.UpdateProfile(a.ctx, a.me, p)
}

// capitals writes each word with a capital: new_york, maya lind.
func capitals(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		if start {
			r = unicode.ToTitle(r)
		}
		start = !unicode.IsLetter(r) && !unicode.IsMark(r)
		return r
	}, s)
}
