package store

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"
)

// Announced is an announcement and what became of it.
type Announced struct {
	At       time.Time
	MustRead bool
	Channel  string
	Title    string // its first line, without handles
	To       string // whom it asked
	Figures  []Figure
}

// areOpen are the announcements from ?1 to ?2 that everybody may know of.
const areOpen = ` FROM announcement a CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id
	WHERE a.published_at >= ?1 AND a.published_at < ?2 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.private = 0`

const toldQuery = `SELECT a.published_at, a.must_read, c.name, p.body, a.members, a.departments` + areOpen + ` ORDER BY a.post_id DESC LIMIT +?3`

// findAnnounced reads the announcements of the window in open channels, and what became of each.
func (t *tx) findAnnounced(f *Findings, is *teller) (err error) {
	from, to := f.bounds()
	f.Announced, err = collect(t, func(r *row) (a Announced, err error) {
		var at int64
		var asked Announcement
		var departments string
		if err = r.Scan(&at, &a.MustRead, &a.Channel, &a.Title, &asked.Members, &departments); err == nil {
			err = json.Unmarshal([]byte(departments), &asked.Departments)
		}
		a.At, a.To, a.Title = fromMS(at), asked.To(a.Channel), unnamed(firstLine(a.Title))
		return a, err
	}, toldQuery, from, to, listedMost)
	figures := is.byAnnouncement()
	slices.Reverse(f.Announced)
	for i := range f.Announced {
		f.Announced[i].Figures = figures[f.Announced[i].At.UnixMilli()]
	}
	return err
}

// byAnnouncement are the figures of each announcement of the window, by when it was published: no two are in the same
// instant. One of too few people shows none, as how many answered can be told from each of them. Between two weeks where
// a window may begin or end, those of which a figure is not shown are groupLeast people together, or the next smallest
// is not shown either: the sum of all is, and can be subtracted from. A figure that tells of too few beside another, of
// any announcement, is shown of none.
func (is *teller) byAnnouncement() map[int64][]Figure {
	if is.first == is.last {
		return nil
	}
	l := is.cut(Window{is.weeks[is.first].From, is.weeks[is.last-1].To})
	groups, asked, all := map[int64]*group{}, map[int64]*crowd{}, map[int64][]Figure{}
	for _, a := range l.asks {
		if groups[a.at] == nil {
			groups[a.at], asked[a.at] = &group{ledger: l}, l.crowd(nil, nil)
		}
		groups[a.at].asks = append(groups[a.at].asks, a)
		asked[a.at].add(a.person)
	}
	for at, g := range groups {
		all[at] = g.reach()
	}
	order := slices.SortedFunc(maps.Keys(all), func(a, b int64) int {
		return cmp.Or(cmp.Compare(asked[a].n, asked[b].n), cmp.Compare(a, b))
	})
	for i, f := range (&group{ledger: l}).reach() {
		pieces := map[int][]int64{}
		for _, at := range order {
			n := is.piece(f.ID, at)
			pieces[n] = append(pieces[n], at)
		}
		gone := map[int64]bool{}
		for _, piece := range pieces {
			for more := true; more; {
				more = false
				left := l.crowd(nil, nil)
				next := int64(0) // the smallest that is shown and of which there is anything to tell
				for _, at := range piece {
					switch f := all[at][i]; {
					case asked[at].n < groupLeast || f.Known && (f.People < groupLeast || gone[at]):
						gone[at] = true
						for p := range f.crowd.all() {
							left.add(p.place)
						}
					case f.Known && next == 0: // what is not known adds nothing to the sum
						next = at
					}
				}
				if left.n > 0 && left.n < groupLeast && next != 0 {
					gone[next], more = true, true
				}
			}
		}
		few := slices.ContainsFunc(order, func(at int64) bool { // beside another figure
			rest := all[at][i].rest
			return rest != nil && rest.n > 0 && rest.n < groupLeast
		})
		for _, at := range order {
			f := &all[at][i]
			if f.crowd, f.rest = nil, nil; gone[at] || few {
				*f = Figure{ID: f.ID, Known: true, Suppressed: true}
			}
		}
	}
	return all
}

// piece is the last week, up to a moment, before which a window may begin or end that a figure of everyone is told of.
func (is *teller) piece(id string, ms int64) int {
	n := len(span(is.weeks, math.MinInt64, ms+1, func(w Window) int64 { return w.From.UnixMilli() })) - 1
	whole := is.week(undivided, n)[everything]
	i := slices.IndexFunc(whole, func(f Figure) bool { return f.ID == id })
	for n > 0 && !is.apart(undivided, []string{everything}, i, n, about) {
		n--
	}
	return n
}
