package store

// stand notes where a person stands now, for the figures: on the roster or not, in which department, a leader or
// not. The channels of their department follow, and so do the audiences of announcements. Whatever changes one of
// these calls it in its own transaction; where nothing changed, nothing is written.
func (t *tx) stand(person int64) error {
	if err := t.run(standQuery, person, t.ms()); err != nil {
		return err
	}
	if err := t.settlePerson(person); err != nil {
		return err
	}
	return t.readdress(person)
}

// standQuery writes no earlier than the row before, as a clock may be set back.
const standQuery = `INSERT INTO standing
	SELECT p.id, max(?2, coalesce((SELECT max(at) FROM standing WHERE person_id = ?1), 0)), p.state IN (1, 2) AND p.bot = 0, p.department, p.leader
	FROM person p WHERE p.id = ?1 AND (p.state <> 0 OR EXISTS (SELECT 1 FROM standing WHERE person_id = ?1))
		AND NOT EXISTS (SELECT 1 FROM standing l WHERE l.person_id = ?1 AND l.at = (SELECT max(at) FROM standing WHERE person_id = ?1)
			AND l.on_roster = (p.state IN (1, 2) AND p.bot = 0) AND l.department = p.department AND l.leader = p.leader)
	ON CONFLICT DO UPDATE SET on_roster = excluded.on_roster, department = excluded.department, leader = excluded.leader`
