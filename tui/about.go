package tui

import (
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// newAbout is the form for one thing that I say of myself.
func newAbout(a *app, t *theme, what, now, hint string, put func(*store.Profile, string)) *sheet {
	s := &sheet{title: "Me · " + strings.ToLower(what), last: "saves"}
	s.form = form{app: a, theme: t, parts: []*part{ask(what, now, hint)}}
	s.send = func(values []string) (tea.Msg, int, error) {
		return mineMsg{what + " saved."}, 0, a.change(func(p *store.Profile) { put(p, values[0]) })
	}
	return s
}

// newZone is the form for my time zone.
func newZone(a *app, t *theme, now string) *sheet {
	z := ask("Time zone", now, "Like Europe/Berlin or America/New_York; the name of a big city near you will do.")
	s := &sheet{title: "Me · time zone", last: "saves"}
	s.form = form{app: a, theme: t, parts: []*part{z}}
	s.send = func(values []string) (tea.Msg, int, error) {
		name := zoneNamed(values[0])
		err := a.change(func(p *store.Profile) { p.Zone = name })
		if name == "" {
			name = "UTC"
		}
		return mineMsg{"Times are those of " + name + " now."}, 0, err
	}
	return s
}

// zoneNamed is the time zone that somebody means: by its name, or by its city.
func zoneNamed(typed string) string {
	city := strings.ReplaceAll(typed, " ", "_")
	if !strings.Contains(city, "/") {
		city = capitals(city)
	}
	for _, area := range []string{"", "Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/", "America/Argentina/"} {
		if _, err := time.LoadLocation(area + city); err == nil && city != "" && city != "Local" {
			return area + city
		}
	}
	return typed
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
