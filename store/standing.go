package store

// stand notes where a person stands now, for the figures and for the audiences that follow the roster: on it or not,
// in which department, a leader or not. Whatever changes one of these calls it in its own transaction; where nothing
// changed, nothing is written.
func (t *tx) stand(person int64) error {
	if err := t.run(standQuery, person, t.ms()); err != nil {
		return err
	}
	return t.readdress(person)
}

// standQuery writes no earlier than the row before, as a clock may be set back.
const standQuery = `INSERT INTO standing
	SELECT p.id, max(?2, coalesce(l.at, 0)), p.state IN (1, 2) AND p.bot = 0, p.department, p.leader
	FROM person p LEFT JOIN (SELECT * FROM standing WHERE person_id = ?1 ORDER BY at DESC LIMIT 1) l
	WHERE p.id = ?1 AND (p.state <> 0 OR l.at IS NOT NULL)
		AND (l.at IS NULL OR (l.on_roster, l.department, l.leader) <> (p.state IN (1, 2) AND p.bot = 0, p.department, p.leader))
	ON CONFLICT DO UPDATE SET on_roster = excluded.on_roster, department = excluded.department, leader = excluded.leader`
