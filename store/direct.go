package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// directMost is how many people a direct conversation has at most, me included: beyond that it is a channel.
const directMost = 8

// OpenDirect returns the direct conversation of me and the people of those handles, which is made the first
// time. ErrInvalid for fewer than two or more than eight people, ErrForbidden if one of them has no access.
func (s *Store) OpenDirect(ctx context.Context, me int64, handles []string) (Channel, error) {
	var c channelRow
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		people, err := t.directPeople(me, handles, true)
		if err != nil {
			return err
		}
		id, err := t.directChannel(directKey(people), me)
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := t.join(p, id, false); err != nil {
				return err
			}
		}
		t.emitTo(Event{Kind: Channels, Channel: id, By: me}, people...)
		c, err = t.channel(me, id)
		return err
	})
	return c.Channel, err
}

// Direct returns the direct conversation of me and the people of those handles, also of some who have left.
// ErrNotFound where there is none yet, ErrInvalid as OpenDirect.
func (s *Store) Direct(ctx context.Context, me int64, handles []string) (Channel, error) {
	var c channelRow
	err := s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		people, err := t.directPeople(me, handles, false)
		if err != nil {
			return err
		}
		if c, err = t.channelWhere(me, `c.direct = ?2`, directKey(people)); nothing(err) {
			err = refuse(ErrNotFound, "Nothing has been said in that conversation yet.")
		}
		return err
	})
	return c.Channel, err
}

// DirectHandles returns the handles of the others in a direct conversation of mine, in order, also of those who have left.
func (s *Store) DirectHandles(ctx context.Context, me, channel int64) (handles []string, err error) {
	err = s.inChannel(ctx, me, channel, func(t *tx, c channelRow) error {
		handles, err = collect(t, scanText, `SELECT p.handle FROM channel c CROSS JOIN json_each('[' || c.direct || ']') j CROSS JOIN person p ON p.id = j.value WHERE c.id = ? AND p.id <> ? ORDER BY p.handle`, channel, me)
		return err
	})
	return handles, err
}

// directKey names a group of people, in the order of their ids.
func directKey(people []int64) string {
	var key []string
	for _, id := range people {
		key = append(key, fmt.Sprint(id))
	}
	return strings.Join(key, ",")
}

// directPeople are the ids of me and the others, in order, each once; present refuses those who would not read it.
func (t *tx) directPeople(me int64, handles []string, present bool) ([]int64, error) {
	people := []int64{me}
	for _, h := range handles {
		p, err := t.personByHandle(h)
		if err != nil {
			return nil, err
		}
		if present && p.State != Active && p.State != Invited {
			return nil, refuse(ErrForbidden, "%s has no access any more; they would not read it.", p.Display())
		}
		people = append(people, p.ID)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	switch {
	case len(people) < 2:
		return nil, refuse(ErrInvalid, "Name somebody else to talk to.")
	case len(people) > directMost:
		return nil, refuse(ErrInvalid, "A direct conversation has at most %d people; open a private channel instead.", directMost)
	}
	return people, nil
}

// directChannel finds or makes the channel of a direct conversation. Its name has a colon, which nobody can type for a channel.
func (t *tx) directChannel(key string, by int64) (int64, error) {
	var id int64
	err := t.get(`SELECT id FROM channel WHERE direct = ?`, []any{key}, &id)
	if !nothing(err) {
		return id, err
	}
	if id, err = t.addChannel(NewChannel{Name: "direct:" + key, Private: true}, by); err != nil {
		return 0, err
	}
	return id, t.run(`UPDATE channel SET direct = ? WHERE id = ?`, key, id)
}
