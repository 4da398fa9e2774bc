package store

import "context"

// inTeam is the condition on person p of being in the team of manager ?1: those whose manager they are
// themselves, and not the teams of those. Who has left is in nobody's.
const inTeam = `p.manager_id = ?1 AND p.manager_id <> 0 AND p.state IN (1, 2, 3)`

// TeamWait is a must read that people of my own team have not answered.
type TeamWait struct {
	Post    Post
	Pending int // how many of them
}

// TeamWaits returns the must-reads that my own team has not answered, newest first; none for who manages nobody.
func (s *Store) TeamWaits(ctx context.Context, me int64) (list []TeamWait, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		pending := map[int64]int{}
		ids, err := collect(t, func(r *row) (id int64, err error) {
			var n int
			err = r.Scan(&id, &n)
			pending[id] = n
			return id, err
		}, teamWaitsQuery, me)
		if err != nil {
			return err
		}
		posts, err := t.postsByID(me, ids)
		for _, p := range posts {
			list = append(list, TeamWait{p, pending[p.ID]})
		}
		return err
	})
	return list, err
}

// teamWaitsQuery groups what the few people of one manager are waited for.
const teamWaitsQuery = `SELECT u.post_id, count(*) FROM person p INDEXED BY person_manager CROSS JOIN audience u INDEXED BY audience_waits ON u.person_id = p.id AND u.waits = 1
	CROSS JOIN post w ON w.id = u.post_id JOIN channel c ON c.id = w.channel_id LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE ` + inTeam + ` AND w.deleted_at = 0 AND w.hidden_at = 0 AND c.archived_at = 0 AND (c.private = 0 OR m.person_id IS NOT NULL) GROUP BY u.post_id ORDER BY u.post_id DESC`
