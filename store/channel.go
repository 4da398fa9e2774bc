package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	channelNameLimit = 32  // characters: it stands in a sidebar of 20 to 24 columns, cut only at the extreme
	channelsADay     = 20  // channels one person may open in a day, so that a list stays a list
	membersPage      = 200 // members listed at once
	everyoneName     = "everyone"
	announceName     = "announcements"
)

// Channel is a channel as one person sees it.
type Channel struct {
	ID           int64
	Name         string // without the #
	Former       string // the names that it had before, with spaces between; they lead to it still. Sidebar leaves it out
	Purpose      string
	Private      bool // invisible to others
	StewardsPost bool // only stewards post
	Archived     bool // read-only
	Frozen       bool // so is everything: the trial is over
	Everyone     bool // everyone is in it and nobody leaves
	Imported     bool
	Direct       bool // a direct conversation: Name is then the others' names
	Members      int

	Joined, Steward, Muted, MayPost bool // as for me
	MayChange                       bool // its name, purpose and so on: a steward, or of an open channel an admin
	Unread                          int  // roots not yet read, own ones aside; 0 if not joined
	Draft                           bool // something unsent of mine waits there
}

// Closed reports whether nothing is written in it any more.
func (c Channel) Closed() bool { return c.Archived || c.Frozen }

// channelRow is a Channel with what only the store needs.
type channelRow struct {
	Channel
	seq, readSeq, own int64
}

// channelShown is a channel's name, of a direct conversation the others' names, also of those who have left.
const channelShown = `CASE c.direct WHEN '' THEN c.name ELSE (SELECT group_concat(coalesce(nullif(o.name, ''), o.handle), ', ')
		FROM json_each('[' || c.direct || ']') j CROSS JOIN person o ON o.id = j.value WHERE o.id <> ?1) END`

// channelSelect reads channels as person ?1 sees them; a private one only for its members.
const channelSelect = `SELECT c.id, ` + channelShown + `, c.direct <> '', c.purpose, c.private, c.stewards_post, c.archived_at <> 0, c.everyone, c.imported, c.members, c.seq,
	m.person_id IS NOT NULL, coalesce(m.steward, 0), coalesce(m.muted, 0), coalesce(m.read_seq, 0), coalesce(m.own, 0),
	(SELECT admin FROM person WHERE id = ?1), coalesce((SELECT group_concat(name, ' ') FROM former WHERE channel_id = c.id), ''),
	EXISTS (SELECT 1 FROM draft d WHERE d.person_id = ?1 AND d.channel_id = c.id), EXISTS (` + frozenQuery + `)
	FROM channel c LEFT JOIN member m ON m.channel_id = c.id AND m.person_id = ?1
	WHERE (c.private = 0 OR m.person_id IS NOT NULL)`

// sidebarSelect is channelSelect the other way round, from the person's memberships. It is asked for after every post,
// so flags share a column, as in postColumns.
const sidebarSelect = `SELECT c.id, ` + channelShown + `, c.purpose, c.members, c.seq, m.read_seq, m.own,
	(c.direct <> '') | (c.private << 1) | (c.stewards_post << 2) | (c.everyone << 3) | (c.imported << 4) | (m.steward << 5) | (m.muted << 6) |
		(EXISTS (SELECT 1 FROM draft d WHERE d.person_id = ?1 AND d.channel_id = c.id) << 7) | (EXISTS (` + frozenQuery + `) << 8)
	FROM member m CROSS JOIN channel c ON c.id = m.channel_id WHERE m.person_id = ?1 AND c.archived_at = 0`

func scanSidebar(r *row) (c channelRow, err error) {
	var flags int64
	err = r.Scan(&c.ID, &c.Name, &c.Purpose, &c.Members, &c.seq, &c.readSeq, &c.own, &flags)
	c.Joined = true
	c.Direct, c.Private, c.StewardsPost, c.Everyone = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0
	c.Imported, c.Steward, c.Muted, c.Draft, c.Frozen = flags&16 != 0, flags&32 != 0, flags&64 != 0, flags&128 != 0, flags&256 != 0
	return c, err
}

func scanChannel(r *row) (c channelRow, err error) {
	var admin bool
	err = r.Scan(&c.ID, &c.Name, &c.Direct, &c.Purpose, &c.Private, &c.StewardsPost, &c.Archived, &c.Everyone, &c.Imported, &c.Members, &c.seq,
		&c.Joined, &c.Steward, &c.Muted, &c.readSeq, &c.own, &admin, &c.Former, &c.Draft, &c.Frozen)
	c.conclude(admin)
	return c, err
}

// conclude fills in what follows from the rest, for an admin or another.
func (c *channelRow) conclude(admin bool) {
	if c.Everyone && admin { // admins look after #everyone and #announcements
		c.Steward = true
	}
	c.MayChange = !c.Direct && !c.Frozen && (c.Steward || admin && !c.Private)
	c.MayPost = c.Joined && !c.Archived && !c.Frozen && (!c.StewardsPost || c.Steward)
	if c.Joined {
		c.Unread = int(max(0, c.seq-c.readSeq-c.own))
	}
}

// channelWhere returns the one channel that me may see and the condition on c finds, or ErrNotFound.
func (t *tx) channelWhere(me int64, cond string, arg any) (channelRow, error) {
	found, err := collect(t, scanChannel, channelSelect+` AND `+cond, me, arg)
	if err != nil {
		return channelRow{}, err
	}
	if len(found) == 0 {
		return channelRow{}, refuse(ErrNotFound, "There is no channel of that name here.")
	}
	return found[0], nil
}

func (t *tx) channel(me, id int64) (channelRow, error) {
	return t.channelWhere(me, `c.id = ?2`, id)
}

// Sidebar returns the channels that I have joined: #everyone and #announcements first, then by
// name; archived ones left out.
func (s *Store) Sidebar(ctx context.Context, me int64) ([]Channel, error) {
	var list []Channel
	err := s.read(ctx, func(t *tx) error {
		rows, err := t.sidebar(me)
		list = plain(rows)
		return err
	})
	return list, err
}

func (t *tx) sidebar(me int64) ([]channelRow, error) {
	p, err := t.viewer(me)
	if err != nil {
		return nil, err
	}
	return t.sidebarOf(p)
}

// sidebarOf is sidebar for somebody who may be here.
func (t *tx) sidebarOf(p Person) ([]channelRow, error) {
	rows, err := collect(t, scanSidebar, sidebarSelect, p.ID)
	for i := range rows {
		rows[i].conclude(p.Admin)
	}
	slices.SortFunc(rows, func(a, b channelRow) int {
		if a.Everyone != b.Everyone {
			if a.Everyone {
				return -1
			}
			return 1
		}
		if a.Everyone {
			return int(a.ID - b.ID)
		}
		if a.Direct != b.Direct { // conversations below the channels
			if b.Direct {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return rows, err
}

func plain(rows []channelRow) []Channel {
	list := make([]Channel, len(rows))
	for i, r := range rows {
		list[i] = r.Channel
	}
	return list
}

// Channels returns every channel that me may see, by name.
func (s *Store) Channels(ctx context.Context, me int64) ([]Channel, error) {
	var list []Channel
	err := s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		rows, err := collect(t, scanChannel, channelSelect+` AND c.direct = '' ORDER BY c.name`, me)
		list = plain(rows)
		return err
	})
	return list, err
}

// named finds a channel by the name that it has or had before.
const named = `c.id = coalesce((SELECT id FROM channel WHERE name = ?2), (SELECT channel_id FROM former WHERE name = ?2))`

// Channel returns the channel that has or had that name ("#" optional). ErrNotFound if there is none that me may see.
func (s *Store) Channel(ctx context.Context, me int64, name string) (Channel, error) {
	return s.oneChannel(ctx, me, named, channelName(name))
}

// ChannelByID is Channel by id.
func (s *Store) ChannelByID(ctx context.Context, me, id int64) (Channel, error) {
	return s.oneChannel(ctx, me, `c.id = ?2`, id)
}

func (s *Store) oneChannel(ctx context.Context, me int64, cond string, arg any) (Channel, error) {
	var c channelRow
	err := s.read(ctx, func(t *tx) (err error) {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err = t.channelWhere(me, cond, arg)
		return err
	})
	return c.Channel, err
}

// channelName is the form in which a name is kept.
func channelName(typed string) string {
	return strings.ToLower(strings.TrimPrefix(CleanLine(typed), "#"))
}

// ValidChannelName is nil if s can name a channel: 1 to 32 letters of any script, digits,
// dashes and underscores, with at least one letter, and each word of one alphabet. It says what is wrong otherwise.
func ValidChannelName(s string) error {
	name := channelName(s)
	bad := strings.IndexFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-' && r != '_' ||
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) // they show nothing: two names would look the same
	})
	switch {
	case name == "":
		return refuse(ErrInvalid, "A channel needs a name, like sales-nord.")
	case utf8.RuneCountInString(name) > channelNameLimit:
		return refuse(ErrInvalid, "A channel's name has at most %d characters.", channelNameLimit)
	case bad >= 0:
		return refuse(ErrInvalid, "A channel's name has letters, digits and dashes only, like sales-nord.")
	case strings.IndexFunc(name, unicode.IsLetter) < 0:
		return refuse(ErrInvalid, "A channel's name has at least one letter.")
	case slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }), twoAlphabets):
		return refuse(ErrInvalid, "A word of a channel's name is of one alphabet; this one mixes two that look alike.")
	}
	return nil
}

// twoAlphabets reports whether a word mixes Latin letters with those that look like them: it could pass for another word.
func twoAlphabets(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) &&
		strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) })
}

// NewChannel is a channel to be opened.
type NewChannel struct {
	Name, Purpose string
	Private       bool
	For           string // the handle of who is to look after it, where an admin opens it for somebody
	Why           string // the reason that the log gives for that
}

// CreateChannel opens a channel; me is its first steward and member, or the one for whom an admin opens it. ErrInvalid for a name that
// cannot be one, ErrTaken if the name is in use, also by a channel that me may not see: names are
// one space, as two channels of one name would be worse.
func (s *Store) CreateChannel(ctx context.Context, me int64, c NewChannel) (Channel, error) {
	if err := ValidChannelName(c.Name); err != nil {
		return Channel{}, err
	}
	purpose, err := shortLine("purpose", c.Purpose, purposeLimit)
	if err != nil {
		return Channel{}, err
	}
	c.Name, c.Purpose = channelName(c.Name), purpose
	var made channelRow
	err = s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if err := t.mayOpen(me, c.Name); err != nil {
			return err
		}
		id, err := t.addChannel(c, me)
		if err != nil {
			return err
		}
		steward, err := t.openedFor(me, id, c)
		if err != nil {
			return err
		}
		if made, err = t.channel(steward, id); err != nil {
			return err
		}
		if steward != me {
			made.Joined, made.Steward, made.MayPost, made.MayChange = false, false, false, !made.Private
		}
		return t.emitIn(made, Event{Kind: Channels, By: me})
	})
	return made.Channel, err
}

// openedFor makes whoever a new channel is for its first steward and member.
func (t *tx) openedFor(me, id int64, c NewChannel) (steward int64, err error) {
	if c.For == "" {
		return me, t.join(me, id, true)
	}
	if err := t.mustRun(me); err != nil {
		return 0, err
	}
	p, err := t.personByHandle(c.For)
	if err != nil {
		return 0, err
	}
	if err := hasAccess(p); err != nil {
		return 0, err
	}
	if err := t.join(p.ID, id, true); err != nil {
		return 0, err
	}
	return p.ID, t.decide(me, Decision{Act: "opened", About: "#" + c.Name, Why: c.Why, Became: "@" + p.Handle + " looks after it", channel: id})
}

// mayOpen is nil if me may open a channel of that name now.
func (t *tx) mayOpen(me int64, name string) error {
	if err := t.freeName(name, 0); err != nil {
		return err
	}
	var opened int
	day := t.at.Add(-24 * time.Hour).UnixMilli()
	if err := t.get(`SELECT count(*) FROM channel WHERE created_by = ? AND created_at > ? AND direct = ''`, []any{me, day}, &opened); err != nil {
		return err
	}
	if opened >= channelsADay {
		return refuse(ErrLimited, "You have opened %d channels in a day; go on tomorrow.", opened)
	}
	return nil
}

func (t *tx) addChannel(c NewChannel, by int64) (int64, error) {
	return t.insert(`INSERT INTO channel (name, purpose, private, created_at, created_by) VALUES (?, ?, ?, ?, ?)`, c.Name, c.Purpose, c.Private, t.ms(), by)
}

// foundChannels makes the two channels that exist from the start.
func foundChannels(t *tx) error {
	founded, err := t.has(`SELECT 1 FROM channel WHERE everyone = 1`)
	if err != nil || founded {
		return err
	}
	for _, c := range []struct {
		name, purpose string
		stewards      bool
	}{
		{everyoneName, "For all of us.", false},
		{announceName, "What everyone should know, instead of mail to all.", true},
	} {
		if err := t.run(`INSERT INTO channel (name, purpose, everyone, stewards_post, created_at, created_by) VALUES (?, ?, 1, ?, ?, 0)`, c.name, c.purpose, c.stewards, t.ms()); err != nil {
			return err
		}
	}
	return nil
}

// join makes person a member, with all that was written so far behind them. Joining twice changes nothing.
func (t *tx) join(person, channel int64, steward bool) error {
	n, err := t.exec(`INSERT INTO member (person_id, channel_id, steward, read_seq, joined_at)
		SELECT ?, id, ?, seq, ? FROM channel WHERE id = ? ON CONFLICT DO NOTHING`, person, steward, t.ms(), channel)
	if err != nil || n == 0 {
		return err
	}
	if err := t.run(`UPDATE channel SET members = members + 1 WHERE id = ?`, channel); err != nil {
		return err
	}
	return t.readdress(person)
}

// joinFounding makes person a member of the channels that everyone is in.
func (t *tx) joinFounding(person int64) error {
	ids, err := collect(t, scanID, `SELECT id FROM channel WHERE everyone = 1`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.join(person, id, false); err != nil {
			return err
		}
	}
	return nil
}

func scanID(r *row) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}

// changeMembership runs act in a channel that me may see and tells me's own sessions.
func (s *Store) changeMembership(ctx context.Context, me, id int64, act func(*tx, channelRow) error) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err := t.channel(me, id)
		if err != nil {
			return err
		}
		t.emitTo(Event{Kind: Channels, Channel: id, By: me}, me)
		return act(t, c)
	})
}

// JoinChannel makes me a member of an open channel. What was written so far counts as read.
func (s *Store) JoinChannel(ctx context.Context, me, id int64) error {
	return s.changeMembership(ctx, me, id, func(t *tx, c channelRow) error {
		return t.join(me, c.ID, false)
	})
}

// LeaveChannel ends my membership. ErrForbidden for a channel that everyone is in, for a direct conversation, and for
// the last steward or the last member of a private one: nobody could ever read it again.
func (s *Store) LeaveChannel(ctx context.Context, me, id int64) error {
	return s.changeMembership(ctx, me, id, func(t *tx, c channelRow) error {
		switch {
		case c.Everyone:
			return refuse(ErrForbidden, "Everyone is in #%s; you can mute it instead.", c.Name)
		case c.Direct:
			return refuse(ErrForbidden, "A direct conversation stays with those who talked; you can mute it instead.")
		case !c.Joined:
			return refuse(ErrInvalid, "You are not in #%s.", c.Name)
		case c.Private && c.Members == 1:
			return refuse(ErrForbidden, "You are the last one in #%s, and nobody could ever read it again. Let somebody in first, or mute it.", c.Name)
		}
		if c.Private && c.Steward {
			other, err := t.has(`SELECT 1 FROM member WHERE channel_id = ? AND steward = 1 AND person_id <> ?`, id, me)
			if err != nil {
				return err
			}
			if !other {
				return refuse(ErrForbidden, "You are the only steward of #%s; make somebody else one first.", c.Name)
			}
		}
		placed, err := t.placed(me, id)
		if err != nil {
			return err
		}
		if placed {
			return refuse(ErrForbidden, "Your department is in #%s; you can mute it instead.", c.Name)
		}
		if err := t.run(`DELETE FROM member WHERE person_id = ? AND channel_id = ?`, me, id); err != nil {
			return err
		}
		if err := t.run(`UPDATE channel SET members = members - 1 WHERE id = ?`, id); err != nil {
			return err
		}
		return t.readdress(me)
	})
}

// MuteChannel takes a channel of mine out of Home and of what counts as new, or puts it back.
func (s *Store) MuteChannel(ctx context.Context, me, id int64, on bool) error {
	return s.changeMembership(ctx, me, id, func(t *tx, c channelRow) error {
		if !c.Joined {
			return refuse(ErrInvalid, "You are not in #%s.", c.Name)
		}
		return t.run(`UPDATE member SET muted = ? WHERE person_id = ? AND channel_id = ?`, on, me, id)
	})
}

// AddMember lets the person of that handle into a private channel that me looks after.
// ErrForbidden unless me is its steward, ErrNotFound if there is no such person.
func (s *Store) AddMember(ctx context.Context, me, id int64, handle string) error {
	return s.changeMembership(ctx, me, id, func(t *tx, c channelRow) error {
		if !c.Steward {
			return refuse(ErrForbidden, "Only the stewards of #%s let people in. Ask one of them.", c.Name)
		}
		p, err := t.personByHandle(handle)
		if err != nil {
			return err
		}
		if err := hasAccess(p); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Channels, Channel: id, By: me}, p.ID)
		return t.join(p.ID, id, false)
	})
}

// RemoveMember ends the membership of the person of that handle in a private channel that me looks after.
func (s *Store) RemoveMember(ctx context.Context, me, id int64, handle string) error {
	return s.steward(ctx, me, id, handle, func(t *tx, c channelRow, p Person) error {
		if p.ID == me {
			return refuse(ErrInvalid, "To go yourself, leave the channel.")
		}
		if !c.Private {
			return refuse(ErrForbidden, "#%s is open; everyone may be in it.", c.Name)
		}
		placed, err := t.placed(p.ID, id)
		if err != nil {
			return err
		}
		if placed {
			return refuse(ErrForbidden, "%s is in #%s with their department; take it from the department first.", p.Display(), c.Name)
		}
		if err := t.run(`DELETE FROM member WHERE person_id = ? AND channel_id = ?`, p.ID, id); err != nil {
			return err
		}
		if err := t.run(`UPDATE channel SET members = members - 1 WHERE id = ?`, id); err != nil {
			return err
		}
		return t.readdress(p.ID)
	})
}

// steward runs act on a member of a channel that me looks after, and tells both.
func (s *Store) steward(ctx context.Context, me, id int64, handle string, act func(*tx, channelRow, Person) error) error {
	return s.changeMembership(ctx, me, id, func(t *tx, c channelRow) error {
		if !c.Steward {
			return refuse(ErrForbidden, "Only the stewards of #%s can do that. Ask one of them.", c.Name)
		}
		p, err := t.personByHandle(handle)
		if err != nil {
			return err
		}
		in, err := t.has(`SELECT 1 FROM member WHERE person_id = ? AND channel_id = ?`, p.ID, id)
		if err != nil {
			return err
		}
		if !in {
			return refuse(ErrNotFound, "%s is not in #%s.", p.Display(), c.Name)
		}
		t.emitTo(Event{Kind: Channels, Channel: id, By: me}, p.ID)
		return act(t, c, p)
	})
}

// Member is a person in a channel.
type Member struct {
	Person
	Steward bool
}

// Members returns up to n (at most 200) members of a channel that me may see, by handle, after the handle after.
func (s *Store) Members(ctx context.Context, me, id int64, after string, n int) ([]Member, error) {
	var list []Member
	err := s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		if _, err := t.channel(me, id); err != nil {
			return err
		}
		var err error
		list, err = collect(t, scanMember, `SELECT `+personColumns+`, m.steward FROM person p JOIN member m ON m.person_id = p.id AND m.channel_id = ?
			WHERE p.handle > ? ORDER BY p.handle LIMIT +?`, id, after, page(n, membersPage))
		return err
	})
	return list, err
}

func scanMember(r *row) (m Member, err error) {
	var times [3]int64
	err = r.Scan(append(m.fields(&times), &m.Steward)...)
	m.setTimes(times)
	return m, err
}

// nothing reports whether err says that a query found nothing.
func nothing(err error) bool { return errors.Is(err, errNoRow) || errors.Is(err, ErrNotFound) }
