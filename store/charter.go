package store

import (
	"context"
	"slices"
	"strings"
)

// departmentsMost is how many departments are listed: more than any company has.
const departmentsMost = 500

// change runs act on a channel whose charter me may change: its stewards, and of an open one the admins. What act
// returns is written to the log with the reason, in the same transaction. What act makes of the row says who is told.
func (s *Store) change(ctx context.Context, me, id int64, why string, act func(*tx, *channelRow) (Decision, error)) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		c, err := t.channel(me, id)
		if err != nil {
			return err
		}
		switch {
		case c.Direct:
			return refuse(ErrInvalid, "A conversation is only its people; open a channel for more.")
		case !c.MayChange && c.Private:
			return refuse(ErrForbidden, "Only the stewards of #%s can do that. Ask one of them.", c.Name)
		case !c.MayChange:
			return refuse(ErrForbidden, "Only the stewards of #%s and the admins can do that. Ask one of them.", c.Name)
		}
		d, err := act(t, &c)
		if err != nil {
			return err
		}
		d.About, d.Why, d.channel = "#"+c.Name, why, id
		if err := t.decide(me, d); err != nil {
			return err
		}
		return t.emitIn(c, Event{Kind: Channels, By: me})
	})
}

// RenameChannel gives a channel another name. The old one leads there too and is never free again. ErrTaken for a
// name that is or was another channel's, also one that me may not see.
func (s *Store) RenameChannel(ctx context.Context, me, id int64, name, why string) error {
	if err := ValidChannelName(name); err != nil {
		return err
	}
	name = channelName(name)
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		switch {
		case c.Everyone:
			return d, refuse(ErrForbidden, "#%s keeps its name: everyone knows it.", c.Name)
		case name == c.Name:
			return d, refuse(ErrInvalid, "It is called #%s already.", name)
		}
		if err := t.freeName(name, id); err != nil {
			return d, err
		}
		if err := t.run(`DELETE FROM former WHERE name = ?`, name); err != nil {
			return d, err
		}
		if err := t.run(`INSERT INTO former VALUES (?, ?)`, c.Name, id); err != nil {
			return d, err
		}
		return Decision{Act: "renamed", Was: "#" + c.Name, Became: "#" + name}, t.run(`UPDATE channel SET name = ? WHERE id = ?`, name, id)
	})
}

// freeName is nil if the name is no other channel's and never was.
func (t *tx) freeName(name string, id int64) error {
	taken, err := t.has(`SELECT 1 FROM channel WHERE name = ?1 AND id <> ?2 UNION ALL SELECT 1 FROM former WHERE name = ?1 AND channel_id <> ?2`, name, id)
	if err == nil && taken {
		err = refuse(ErrTaken, "The name #%s is taken; choose another.", name)
	}
	return err
}

// SetPurpose says what belongs in a channel; "" says nothing.
func (s *Store) SetPurpose(ctx context.Context, me, id int64, purpose, why string) error {
	purpose, err := shortLine("purpose", purpose, purposeLimit)
	if err != nil {
		return err
	}
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		if purpose == c.Purpose {
			return d, refuse(ErrInvalid, "That is its purpose already.")
		}
		return Decision{Act: "changed the purpose of", Was: c.Purpose, Became: purpose}, t.run(`UPDATE channel SET purpose = ? WHERE id = ?`, purpose, id)
	})
}

// SetStewardsPost says who posts in a channel: on, only its stewards; everyone may reply all the same.
func (s *Store) SetStewardsPost(ctx context.Context, me, id int64, on bool, why string) error {
	who := map[bool]string{false: "everyone in it posts", true: "only its stewards post"}
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		switch {
		case c.Everyone:
			return d, refuse(ErrForbidden, "Who posts in #%s stays as it is: one channel for all of us, and one for what all should know.", c.Name)
		case on == c.StewardsPost:
			return d, refuse(ErrInvalid, "It is so already: %s in #%s.", who[on], c.Name)
		}
		return Decision{Act: "changed who posts in", Was: who[!on], Became: who[on]}, t.run(`UPDATE channel SET stewards_post = ? WHERE id = ?`, on, id)
	})
}

// MakePrivate closes an open channel: those in it stay, and nobody else finds or reads it any more. There is no
// way back: what is said in a private channel is said to those in it. ErrForbidden where no steward is in it.
func (s *Store) MakePrivate(ctx context.Context, me, id int64, why string) error {
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		switch {
		case c.Everyone:
			return d, refuse(ErrForbidden, "#%s is for everyone.", c.Name)
		case c.Private:
			return d, refuse(ErrInvalid, "#%s is private already, and stays so: what was said in it was said to those in it.", c.Name)
		}
		led, err := t.has(`SELECT 1 FROM member WHERE channel_id = ? AND steward = 1`, id)
		if err == nil && !led {
			err = refuse(ErrForbidden, "#%s has no steward. Name one first: in a private channel only they let people in.", c.Name)
		}
		if err != nil {
			return d, err
		}
		c.Private = true
		if err := t.run(`UPDATE channel SET private = 1 WHERE id = ?`, id); err != nil {
			return d, err
		}
		if err := t.settleChannel(id); err != nil { // a private one goes by the roster's word alone
			return d, err
		}
		if err := t.enclose(id); err != nil {
			return d, err
		}
		t.emit(Event{Kind: Reload}) // those who no longer see it learn that much and no more
		return Decision{Act: "closed to others", Was: "open to everyone", Became: "for those in it"}, nil
	})
}

// ArchiveChannel ends the use of a channel: it can be read, nothing is added, and it is quiet. Without on it is
// taken up again.
func (s *Store) ArchiveChannel(ctx context.Context, me, id int64, on bool, why string) error {
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		switch {
		case c.Everyone:
			return d, refuse(ErrForbidden, "#%s stays: everyone is in it.", c.Name)
		case on && c.Archived:
			return d, refuse(ErrInvalid, "#%s is archived already.", c.Name)
		case !on && !c.Archived:
			return d, refuse(ErrInvalid, "#%s is in use already.", c.Name)
		case on:
			return Decision{Act: "archived"}, t.run(`UPDATE channel SET archived_at = ? WHERE id = ?`, t.ms(), id)
		}
		return Decision{Act: "took up again"}, t.run(`UPDATE channel SET archived_at = 0 WHERE id = ?`, id)
	})
}

// SetSteward makes the person of that handle a steward of a channel, or an ordinary member again. Into an open
// channel they come by that; in a private one they have to be. ErrForbidden where it would be left without a steward.
func (s *Store) SetSteward(ctx context.Context, me, id int64, handle string, on bool, why string) error {
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		p, err := t.personByHandle(handle)
		if err != nil {
			return d, err
		}
		if on && !c.Private && hasAccess(p) == nil {
			if err := t.join(p.ID, id, false); err != nil {
				return d, err
			}
		}
		before, err := t.stewards(id)
		if err != nil {
			return d, err
		}
		var in, is bool
		err = t.get(`SELECT 1, steward FROM member WHERE person_id = ? AND channel_id = ?`, []any{p.ID, id}, &in, &is)
		switch {
		case nothing(err):
			return d, refuse(ErrNotFound, "%s is not in #%s.", p.Display(), c.Name)
		case err != nil:
			return d, err
		case on == is && on:
			return d, refuse(ErrInvalid, "%s is a steward of #%s already.", p.Display(), c.Name)
		case on == is:
			return d, refuse(ErrInvalid, "%s is no steward of #%s.", p.Display(), c.Name)
		case !on && len(before) == 1 && !c.Everyone:
			return d, refuse(ErrForbidden, "#%s needs a steward; make somebody else one first.", c.Name)
		}
		if err := t.run(`UPDATE member SET steward = ?1, placed = placed * (1 - ?1) WHERE person_id = ?2 AND channel_id = ?3`, on, p.ID, id); err != nil {
			return d, err
		}
		after, err := t.stewards(id)
		t.emitTo(Event{Kind: Channels, Channel: id, By: me}, p.ID)
		return Decision{Act: "changed the stewards of", Was: strings.Join(before, ", "), Became: strings.Join(after, ", ")}, err
	})
}

// stewards are the handles of those who look after a channel, with an @.
func (t *tx) stewards(channel int64) ([]string, error) {
	return collect(t, scanText, `SELECT '@' || p.handle FROM member m JOIN person p ON p.id = m.person_id WHERE m.channel_id = ? AND m.steward = 1 ORDER BY p.handle`, channel)
}

func scanText(r *row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// SetDepartment gives a channel to a department, or takes it from one. Its people are then members by themselves,
// also those who come later: into a private channel those whom an admin or the roster put into the department, not
// those who only say so. ErrNotFound for a department in which nobody is.
func (s *Store) SetDepartment(ctx context.Context, me, id int64, department string, on bool, why string) error {
	department = CleanLine(department)
	return s.change(ctx, me, id, why, func(t *tx, c *channelRow) (d Decision, err error) {
		if c.Everyone {
			return d, refuse(ErrForbidden, "Everyone is in #%s, whatever their department.", c.Name)
		}
		before, err := t.departmentsOf(id)
		if err != nil {
			return d, err
		}
		has := slices.Contains(before, department)
		switch {
		case on && has:
			return d, refuse(ErrInvalid, "#%s belongs to %s already.", c.Name, department)
		case !on && !has:
			return d, refuse(ErrInvalid, "#%s does not belong to %s.", c.Name, department)
		case on:
			some, err := t.has(`SELECT 1 FROM person WHERE department = ? AND department <> ''`, department)
			if err == nil && !some {
				err = refuse(ErrNotFound, "Nobody is in a department called %q. Write it as it stands in People.", department)
			}
			if err == nil {
				err = t.run(`INSERT INTO belongs VALUES (?, ?)`, department, id)
			}
			if err != nil {
				return d, err
			}
		default:
			if err := t.run(`DELETE FROM belongs WHERE department = ? AND channel_id = ?`, department, id); err != nil {
				return d, err
			}
		}
		if err := t.emitIn(*c, Event{Kind: Channels, By: me}); err != nil { // also to those who go now
			return d, err
		}
		if err := t.settleChannel(id); err != nil {
			return d, err
		}
		after, err := t.departmentsOf(id)
		return Decision{Act: "changed the departments of", Was: strings.Join(before, ", "), Became: strings.Join(after, ", ")}, err
	})
}

func (t *tx) departmentsOf(channel int64) ([]string, error) {
	return collect(t, scanText, `SELECT department FROM belongs WHERE channel_id = ? ORDER BY department`, channel)
}

// ChannelDepartments returns the departments that a channel belongs to, by name.
func (s *Store) ChannelDepartments(ctx context.Context, me, id int64) (names []string, err error) {
	err = s.inChannel(ctx, me, id, func(t *tx, c channelRow) error {
		names, err = t.departmentsOf(id)
		return err
	})
	return names, err
}

// Stewards returns the handles of those who look after a channel, with an @.
func (s *Store) Stewards(ctx context.Context, me, id int64) (handles []string, err error) {
	err = s.inChannel(ctx, me, id, func(t *tx, c channelRow) error {
		handles, err = t.stewards(id)
		return err
	})
	return handles, err
}

// Departments returns the names of all departments, in order.
func (s *Store) Departments(ctx context.Context, me int64) (names []string, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		names, err = collect(t, scanText, departmentsQuery, departmentsMost)
		return err
	})
	return names, err
}

// departmentsQuery goes from one department to the next in the index, so that it does not read 50,000 people.
const departmentsQuery = `WITH RECURSIVE d (name) AS (SELECT min(department) FROM person WHERE department > ''
	UNION ALL SELECT (SELECT min(department) FROM person WHERE department > d.name) FROM d WHERE d.name IS NOT NULL)
	SELECT name FROM d WHERE name IS NOT NULL LIMIT +?`

// entitled joins the people of departments with the channels of these. A private channel goes by what an admin or
// the roster says of a person: what people say of themselves opens no door. The + keeps
// SQLite from walking through everybody who is on the roster.
const entitled = `belongs b JOIN person p ON p.department = b.department AND +p.state IN (1, 2, 3) AND +p.bot = 0
	JOIN channel c ON c.id = b.channel_id AND (c.private = 0 OR p.vouched = p.department)`

// vouch is for every act by which an admin or the roster puts a person into a department; stand follows it.
func (t *tx) vouch(person int64) error {
	return t.run(`UPDATE person SET vouched = department WHERE id = ?`, person)
}

// settlePerson brings the memberships of a person in line with where they stand: they leave what they were in because
// of a department and join what they should be in. What they joined by themselves stays.
func (t *tx) settlePerson(person int64) error {
	gone, err := collect(t, scanID, `DELETE FROM member WHERE person_id = ?1 AND placed = 1
		AND channel_id NOT IN (SELECT c.id FROM `+entitled+` WHERE p.id = ?1) RETURNING channel_id`, person)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := t.run(`UPDATE channel SET members = members - 1 WHERE id = ?`, id); err != nil {
			return err
		}
	}
	in, err := collect(t, scanID, `SELECT c.id FROM `+entitled+` WHERE p.id = ?1
		AND NOT EXISTS (SELECT 1 FROM member m WHERE m.person_id = ?1 AND m.channel_id = c.id)`, person)
	if err != nil {
		return err
	}
	for _, id := range in {
		if err := t.join(person, id, false); err != nil {
			return err
		}
		if err := t.run(`UPDATE member SET placed = 1 WHERE person_id = ? AND channel_id = ?`, person, id); err != nil {
			return err
		}
	}
	if len(gone)+len(in) > 0 {
		t.emitTo(Event{Kind: Channels, By: person}, person)
	}
	return nil
}

// settleChannel brings the members of a channel in line with the departments that it belongs to.
func (t *tx) settleChannel(id int64) error {
	for _, q := range []string{
		`DELETE FROM member WHERE channel_id = ?1 AND placed = 1 AND person_id NOT IN (SELECT p.id FROM ` + entitled + ` WHERE c.id = ?1)`,
		`INSERT INTO member (person_id, channel_id, read_seq, joined_at, placed) SELECT p.id, c.id, c.seq, ?2, 1 FROM ` + entitled + ` WHERE c.id = ?1 ON CONFLICT DO NOTHING`,
		`UPDATE channel SET members = (SELECT count(*) FROM member WHERE channel_id = ?1) WHERE id = ?1`,
	} {
		args := []any{id}
		if strings.Contains(q, "?2") {
			args = append(args, t.ms())
		}
		if err := t.run(q, args...); err != nil {
			return err
		}
	}
	return t.readdressChannel(id)
}

// placed reports whether a person is in a channel because of their department.
func (t *tx) placed(person, channel int64) (bool, error) {
	return t.has(`SELECT 1 FROM `+entitled+` WHERE p.id = ? AND c.id = ?`, person, channel)
}
