package store

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Announced is an announcement and what became of it.
type Announced struct {
	At, Due  time.Time // Due is zero for none
	MustRead bool
	Channel  string
	Title    string // its first line, without handles
	To       string // whom it asked
	Figures  []Figure
}

const announcedQuery = `SELECT a.published_at, a.due_at, a.must_read, c.name, p.body, a.members, a.departments
	FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id` + areOpen + ` ORDER BY a.post_id DESC LIMIT +?3`

// findAnnounced reads the announcements of the window in open channels, and what became of each. One of which a figure
// would tell of too few people, also where the others are subtracted from all, shows none: how many answered can be
// told from each of them.
func (t *tx) findAnnounced(f *Findings, l *ledger) (err error) {
	from, to := f.bounds()
	f.Announced, err = collect(t, func(r *sql.Rows) (a Announced, err error) {
		var at, due int64
		var asked Announcement
		var departments string
		if err = r.Scan(&at, &due, &a.MustRead, &a.Channel, &a.Title, &asked.Members, &departments); err == nil {
			err = json.Unmarshal([]byte(departments), &asked.Departments)
		}
		a.At, a.Due, a.To, a.Title = fromMS(at), fromMS(due), asked.To(a.Channel), unnamed(firstLine(a.Title))
		return a, err
	}, announcedQuery, from, to, listedMost)
	parts := map[int64]*group{} // by when they were published: no two are in the same instant
	for _, a := range l.asks {
		g := parts[a.at]
		if g == nil {
			g = &group{ledger: l}
			parts[a.at] = g
		}
		g.asks = append(g.asks, a)
	}
	figures := withhold(parts, 0)
	slices.Reverse(f.Announced)
	for i := range f.Announced {
		a := &f.Announced[i]
		a.Figures = slices.DeleteFunc(figures[a.At.UnixMilli()], func(f Figure) bool { return !strings.HasPrefix(f.ID, "R") })
		if slices.ContainsFunc(a.Figures, func(f Figure) bool { return f.Suppressed }) {
			for i := range a.Figures {
				a.Figures[i].Suppressed = true
			}
			hide(a.Figures)
		}
	}
	return err
}
