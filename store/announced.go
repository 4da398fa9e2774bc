package store

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
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

// areOpen are the announcements from ?1 to ?2 that everybody may know of.
const areOpen = ` FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id
	WHERE a.published_at >= ?1 AND a.published_at < ?2 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.private = 0`

const toldQuery = `SELECT a.published_at, a.due_at, a.must_read, c.name, p.body, a.members, a.departments` + areOpen + ` ORDER BY a.post_id DESC LIMIT +?3`

// findAnnounced reads the announcements of the window in open channels, and what became of each.
func (t *tx) findAnnounced(f *Findings, l *ledger) (err error) {
	from, to := f.bounds()
	f.Announced, err = collect(t, func(r *row) (a Announced, err error) {
		var at, due int64
		var asked Announcement
		var departments string
		if err = r.Scan(&at, &due, &a.MustRead, &a.Channel, &a.Title, &asked.Members, &departments); err == nil {
			err = json.Unmarshal([]byte(departments), &asked.Departments)
		}
		a.At, a.Due, a.To, a.Title = fromMS(at), fromMS(due), asked.To(a.Channel), unnamed(firstLine(a.Title))
		return a, err
	}, toldQuery, from, to, listedMost)
	figures := l.cut(f.Window).byAnnouncement()
	slices.Reverse(f.Announced)
	for i := range f.Announced {
		f.Announced[i].Figures = figures[f.Announced[i].At.UnixMilli()]
	}
	return err
}

// byAnnouncement are the figures of each announcement, by when it was published: no two are in the same instant. One
// of too few people shows none, as how many answered can be told from each of them; nor does the next smallest, until
// those that show none asked groupLeast people together: all announcements are shown in sum, and can be subtracted from.
func (l *ledger) byAnnouncement() map[int64][]Figure {
	groups, all := map[int64]*group{}, map[int64][]Figure{}
	for _, a := range l.asks {
		g := groups[a.at]
		if g == nil {
			g = &group{ledger: l}
			groups[a.at] = g
		}
		g.asks = append(g.asks, a)
	}
	for at, g := range groups {
		all[at] = g.reach()
	}
	order := slices.SortedFunc(maps.Keys(all), func(a, b int64) int {
		return cmp.Or(cmp.Compare(all[a][0].People, all[b][0].People), cmp.Compare(a, b))
	})
	gone := map[int64]bool{}
	for more := true; more; {
		more = false
		for i := range len((&group{ledger: l}).reach()) {
			left := l.crowd(nil, nil)
			next := int64(0) // the smallest that is shown and of which there is anything to tell
			for _, at := range order {
				switch f := all[at][i]; {
				case !f.Known: // it adds nothing to the sum
				case f.People < groupLeast || gone[at]:
					gone[at] = true
					for p := range f.crowd.all() {
						left.add(p.place)
					}
				case next == 0:
					next = at
				}
			}
			if left.n > 0 && left.n < groupLeast && next != 0 {
				gone[next], more = true, true
			}
		}
	}
	for at := range gone {
		for i := range all[at] {
			all[at][i] = Figure{ID: all[at][i].ID, Known: true, Suppressed: true}
		}
	}
	return all
}
