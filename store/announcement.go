package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	// AnnouncementLimit is the length of an announcement in graphemes: a page, instead of a mail with an attachment.
	AnnouncementLimit = 5000
	// MustReadsAWeek is how many there may be for the whole company: what comes more often is not read.
	MustReadsAWeek = 2
	// MustReadDue is the time people have for a must read unless something else is said.
	MustReadDue = 3 * 24 * time.Hour
	// Postponements is how often a must read may be put off.
	Postponements = 3

	// announcedFor is how far ahead the due time may lie, and how long an audience follows the roster: a trial's
	// length. Who joins later starts with what is new, not with all that ever had to be read.
	announcedFor = 90 * 24 * time.Hour

	// PublishWhy is the reason that stands in the log of decisions where no other is given.
	PublishWhy = "Those whom it concerns should know it."
)

// NewAnnouncement makes an announcement of a post. The zero value is for everyone where all are members, as in
// #announcements, else for the channel's members, and follows the roster.
type NewAnnouncement struct {
	For         string   // handle of the person in whose name it is; "" for the author's own
	Everyone    bool     // all on the roster, also where only some are in the channel
	Departments []string // only these, upper or lower case
	Fixed       bool     // who joins later is not asked, who leaves still is
	MustRead    bool
	Due         time.Time // of a must read; MustReadDue from now where it is zero
	Why         string    // for the log of decisions; PublishWhy where it is empty
}

// Announcement is what makes a post one, as one person sees it.
type Announcement struct {
	Version     int    // changes with every edit that asks again
	ForHandle   string // in whose name it is; "" for the author's own
	ForName     string // display name
	Departments []string
	Members     bool // only those of its channel are asked
	Follows     bool // who joins is asked, who leaves is not
	MustRead    bool
	Due         time.Time // zero: none
	RemindedAt  time.Time // zero: never

	Counts [4]int // those asked, by Answer

	Asked     bool // I am one of them
	Answer    Answer
	Read      bool   // every line of this version was on my screen
	Seen      []Part // what of it was
	Postponed int    // how often I have put it off
	Team      bool   // I manage people: I may see who of them has not answered
}

// Size is how many are asked.
func (a *Announcement) Size() int { return a.Answered() + a.Counts[Pending] }

// Answered is how many of them have answered.
func (a *Announcement) Answered() int {
	return a.Counts[Understood] + a.Counts[HasQuestion] + a.Counts[Resolved]
}

// Waits reports whether I have to answer a must read.
func (a *Announcement) Waits() bool {
	return a != nil && a.MustRead && a.Asked && a.Answer == Pending
}

// To is the audience in words; channel is where it stands.
func (a *Announcement) To(channel string) string {
	in := ""
	if a.Members {
		in = " in #" + channel
	}
	if len(a.Departments) > 0 {
		return listed(a.Departments) + in
	}
	return "everyone" + in
}

// listed is "Finance, IT and Sales".
func listed(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// belongs says whether person p is asked by announcement a, which is post w. Nobody asks themselves.
const belongs = `p.state IN (1, 2) AND p.bot = 0 AND p.id <> w.author_id AND p.id <> a.for_id
	AND (a.departments = '[]' OR p.department IN (SELECT value FROM json_each(a.departments)))
	AND (a.members = 0 OR EXISTS (SELECT 1 FROM member m WHERE m.person_id = p.id AND m.channel_id = w.channel_id))`

// announce makes an announcement of the post that has just been written.
func (t *tx) announce(c channelRow, me, id int64, n NewAnnouncement) error {
	if !c.StewardsPost {
		return refuse(ErrInvalid, "An announcement goes where only stewards post, like #%s; in #%s everyone does.", announceName, c.Name)
	}
	speaks, err := t.spokenFor(me, n.For)
	if err != nil {
		return err
	}
	departments, err := t.departments(n.Departments)
	if err != nil {
		return err
	}
	due, err := t.dueAt(n)
	if err != nil {
		return err
	}
	until := int64(0)
	switch {
	case c.Private: // who leaves may not see it, however long ago it was
		until = math.MaxInt64
	case !n.Fixed:
		until = t.at.Add(announcedFor).UnixMilli()
	}
	members := c.Private || !c.Everyone && !n.Everyone && len(n.Departments) == 0
	list, err := json.Marshal(departments)
	if err != nil {
		return err
	}
	if err := t.run(`INSERT INTO announcement (post_id, for_id, departments, members, follows, until, must_read, due_at, published_at, version_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?9, ?9)`, id, speaks.ID, string(list), members, !n.Fixed, until, n.MustRead, due, t.ms()); err != nil {
		return err
	}
	if err := t.run(`UPDATE post SET announced = 1 WHERE id = ?`, id); err != nil {
		return err
	}
	size, err := t.exec(`INSERT INTO audience (post_id, person_id, handle, department, published, waits)
		SELECT a.post_id, p.id, p.handle, p.department, 1, a.must_read FROM announcement a JOIN post w ON w.id = a.post_id CROSS JOIN person p WHERE a.post_id = ? AND `+belongs, id)
	if err != nil {
		return err
	}
	if size == 0 {
		return refuse(ErrInvalid, "Nobody but you would be asked; choose others.")
	}
	if err := t.run(`UPDATE announcement SET pending = ? WHERE post_id = ?`, size, id); err != nil {
		return err
	}
	return t.logAnnouncement(c, me, id, n.Why, "published")
}

// logAnnouncement writes what was done with an announcement into the log of decisions.
func (t *tx) logAnnouncement(c channelRow, me, id int64, why, did string) error {
	p, _, err := t.post(me, id)
	if err != nil {
		return err
	}
	a := p.Announcement
	became := fmt.Sprintf("To %s: %s", a.To(c.Name), Count(a.Size(), "person", "people"))
	if a.ForName != "" {
		became += ", for " + a.ForName
	}
	if a.MustRead {
		zone, err := t.zone()
		if err != nil {
			return err
		}
		became += ", must read, due " + a.Due.In(zone).Format("Mon 2 Jan 15:04")
	}
	if strings.TrimSpace(why) == "" {
		why = PublishWhy
	}
	return t.decide(me, Decision{Act: did, About: fmt.Sprintf(anAnnouncement, id, c.Name), Why: why, Became: became + ".", channel: c.ID})
}

// spokenFor is the person in whose name me writes; the zero Person for nobody else.
func (t *tx) spokenFor(me int64, handle string) (Person, error) {
	if blank(CleanLine(handle)) {
		return Person{}, nil
	}
	p, err := t.personByHandle(handle)
	switch {
	case err != nil:
		return p, err
	case p.ID == me:
		return p, refuse(ErrInvalid, "You write in your own name already; name somebody else, or nobody.")
	case p.State != Active && p.State != Invited:
		return p, refuse(ErrInvalid, "%s is not on the roster, so nobody speaks for them.", p.Display())
	}
	return p, nil
}

// departments finds the departments of these names, as the roster writes them.
func (t *tx) departments(names []string) ([]string, error) {
	found := []string{}
	if len(names) == 0 {
		return found, nil
	}
	all, err := collect(t, scanText, departmentsQuery, departmentsMost)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		name = CleanLine(name)
		known := false
		for _, d := range all { // two that differ in case only are both meant
			if strings.EqualFold(d, name) {
				known = true
				if !slices.Contains(found, d) {
					found = append(found, d)
				}
			}
		}
		if !known {
			return nil, refuse(ErrInvalid, "Nobody on the roster is in the department %q. There are: %s.", name, listed(all))
		}
	}
	return found, nil
}

// dueAt is when a new announcement is due, 0 for never.
func (t *tx) dueAt(n NewAnnouncement) (int64, error) {
	switch {
	case !n.MustRead && !n.Due.IsZero():
		return 0, refuse(ErrInvalid, "Only what must be read has a time by which it is due.")
	case !n.MustRead:
		return 0, nil
	case n.Due.IsZero():
		n.Due = t.at.Add(MustReadDue)
	case !n.Due.After(t.at):
		return 0, refuse(ErrInvalid, "The due time has passed already; choose one that lies ahead.")
	case n.Due.After(t.at.Add(announcedFor)):
		return 0, refuse(ErrInvalid, "The due time lies more than %d days ahead; nobody would hurry.", int(announcedFor.Hours()/24))
	}
	return n.Due.UnixMilli(), t.mayAskAll()
}

// ParseDue reads a due time as people write it: so long from now (12h, 3d, 2w), or the end of a day (2026-11-27) in
// now's zone. ErrInvalid for anything else.
func ParseDue(text string, now time.Time) (time.Time, error) {
	text = strings.ToLower(CleanLine(text))
	if day, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Minute), nil
	}
	var n int
	var unit rune
	if _, err := fmt.Sscanf(text, "%d%c", &n, &unit); err == nil && n > 0 && n < 10_000 && text == fmt.Sprintf("%d%c", n, unit) {
		switch unit {
		case 'h':
			return now.Add(time.Duration(n) * time.Hour), nil
		case 'd':
			return now.AddDate(0, 0, n), nil
		case 'w':
			return now.AddDate(0, 0, 7*n), nil
		}
	}
	return time.Time{}, refuse(ErrInvalid, "Write the due time like 12h, 3d or 2w, or as a day like %s.", now.AddDate(0, 0, 3).Format(time.DateOnly))
}

// mayAskAll is nil while this week may have one more must read.
func (t *tx) mayAskAll() error {
	zone, err := t.zone()
	if err != nil {
		return err
	}
	var n int
	monday := weekStart(t.at.In(zone))
	if err := t.get(mustReadsQuery, []any{monday.UnixMilli()}, &n); err != nil {
		return err
	}
	if n >= MustReadsAWeek {
		return refuse(ErrLimited, "%d must-reads have gone out this week, the most that a company reads; the next may go on %s. Without must read it can go now.",
			n, monday.AddDate(0, 0, 7).Format("Monday 2 January"))
	}
	return nil
}

const mustReadsQuery = `SELECT count(*) FROM announcement WHERE must_read = 1 AND published_at >= ?`

// weekStart is the Monday on which the ISO week of at begins.
func weekStart(at time.Time) time.Time {
	back := (int(at.Weekday()) + 6) % 7
	return time.Date(at.Year(), at.Month(), at.Day()-back, 0, 0, 0, 0, at.Location())
}

// zone is the organisation's time zone, which the trial says: by it days and weeks begin.
func (t *tx) zone() (*time.Location, error) {
	var name string
	if err := t.get(`SELECT zone FROM trial WHERE id = 1`, nil, &name); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil { // a server that knows fewer zones than the one before
		return time.UTC, nil
	}
	return zone, nil
}

// announcements fills in what makes announcements of those posts that are.
func (t *tx) announcements(me int64, posts []Post) error {
	at := map[int64]*Post{}
	var ids []int64
	for i := range posts {
		if p := &posts[i]; p.Announcement != nil {
			at[p.ID] = p
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = collect(t, func(r *row) (id int64, err error) {
		var a Announcement
		var departments, parts string
		var due, reminded int64
		err = r.Scan(&id, &a.Version, &a.ForHandle, &a.ForName, &departments, &a.Members, &a.Follows, &a.MustRead, &due, &reminded,
			&a.Counts[Pending], &a.Counts[Understood], &a.Counts[HasQuestion], &a.Counts[Resolved], &a.Asked, &a.Answer, &a.Postponed, &parts, &a.Read, &a.Team)
		if err == nil {
			err = json.Unmarshal([]byte(departments), &a.Departments)
		}
		a.Due, a.RemindedAt, a.Seen = fromMS(due), fromMS(reminded), parseParts(parts)
		*at[id].Announcement = a
		return id, err
	}, announcementsQuery, me, string(list))
	return err
}

const announcementsQuery = `SELECT a.post_id, a.version, coalesce(f.handle, ''), coalesce(nullif(f.name, ''), f.handle, ''), a.departments, a.members, a.follows, a.must_read, a.due_at, a.reminded_at,
	a.pending, a.understood, a.questions, a.resolved, coalesce(u.inside, 0), coalesce(u.answer, 0), coalesce(u.postponed, 0), coalesce(s.parts, ''), coalesce(s.read_at, 0) <> 0,
	EXISTS (SELECT 1 FROM person p WHERE ` + inTeam + `)
	FROM json_each(?2) j CROSS JOIN announcement a ON a.post_id = j.value LEFT JOIN person f ON f.id = a.for_id
	LEFT JOIN audience u ON u.post_id = a.post_id AND u.person_id = ?1
	LEFT JOIN sight s ON s.post_id = a.post_id AND s.version = a.version AND s.person_id = ?1`

// announced is a live announcement that me may see.
func (t *tx) announced(me, id int64) (Post, channelRow, error) {
	p, c, err := t.alive(me, id)
	if err == nil && p.Announcement == nil {
		err = refuse(ErrInvalid, "That post is no announcement, so it asks for no answer.")
	}
	return p, c, err
}

// askAgain makes a new version of an announcement, which everyone has yet to answer.
func (t *tx) askAgain(id int64) error {
	if err := t.run(`UPDATE announcement SET version = version + 1, version_at = ?2,
		pending = pending + understood + questions + resolved, understood = 0, questions = 0, resolved = 0 WHERE post_id = ?1`, id, t.ms()); err != nil {
		return err
	}
	return t.run(`UPDATE audience SET answer = 0, postponed = 0, waits = inside * (SELECT must_read FROM announcement WHERE post_id = ?1) WHERE post_id = ?1`, id)
}

// Announcements returns the must-reads that me may see, newest first: up to n (at most 200) before the post
// before, or from the newest where before is 0. Admins may ask.
func (s *Store) Announcements(ctx context.Context, me, before int64, n int) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		ids, err := collect(t, scanID, mustReadListQuery, me, top(before), page(n, MaxPage))
		if err != nil {
			return err
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}

const mustReadListQuery = `SELECT a.post_id FROM announcement a JOIN post p ON p.id = a.post_id JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE a.must_read = 1 AND a.post_id < ?2 AND (c.private = 0 OR m.person_id IS NOT NULL) ORDER BY a.post_id DESC LIMIT +?3`
