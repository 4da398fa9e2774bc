package store

import "context"

// LeaveForGood ends my own account: my ways in are gone, my posts stay. ErrForbidden for the last admin. Open
// sessions end by the event.
func (s *Store) LeaveForGood(ctx context.Context, me int64) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		if err := t.spare(p, me); err != nil {
			return err
		}
		t.emit(Event{Kind: People, Person: me, By: me})
		return t.leave(me)
	})
}

// passOn makes whoever has been in it longest the steward of each channel that me alone looks after. A private one
// without anybody else is archived: nothing of it is lost, and nobody reads it.
func (t *tx) passOn(me int64) error {
	alone, err := collect(t, scanID, `SELECT m.channel_id FROM member m JOIN channel c ON c.id = m.channel_id WHERE m.person_id = ?1 AND m.steward = 1 AND c.everyone = 0
		AND NOT EXISTS (SELECT 1 FROM member o WHERE o.channel_id = m.channel_id AND o.steward = 1 AND o.person_id <> ?1)`, me)
	if err != nil {
		return err
	}
	for _, channel := range alone {
		if err := t.run(`UPDATE member SET steward = 1 WHERE channel_id = ?1 AND person_id = (
			SELECT m.person_id FROM member m JOIN person p ON p.id = m.person_id WHERE m.channel_id = ?1 AND m.person_id <> ?2 AND p.state = ?3 AND p.bot = 0
			ORDER BY m.joined_at, m.person_id LIMIT 1)`, channel, me, Active); err != nil {
			return err
		}
		if err := t.run(`UPDATE channel SET archived_at = ? WHERE id = ? AND private = 1 AND members = 1 AND archived_at = 0`, t.ms(), channel); err != nil {
			return err
		}
	}
	return nil
}

// leave ends an account: the ways in and what nobody else sees are gone, the posts stay.
func (t *tx) leave(person int64) error {
	if err := t.passOn(person); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM sshkey WHERE person_id = ?`, `DELETE FROM password WHERE person_id = ?`, `DELETE FROM code WHERE person_id = ? AND used_at = 0`,
		`DELETE FROM draft WHERE person_id = ?`, `DELETE FROM saved WHERE person_id = ?`, `DELETE FROM inbox WHERE person_id = ?`, `DELETE FROM follow WHERE person_id = ?1 AND root_id IN ` + threadsOf,
		`UPDATE channel SET members = members - 1 WHERE id IN (SELECT channel_id FROM member WHERE person_id = ?)`, `DELETE FROM member WHERE person_id = ?`,
		`UPDATE person SET admin = 0, state = 4 WHERE id = ?`,
	} {
		if err := t.run(q, person); err != nil {
			return err
		}
	}
	return t.stand(person)
}
