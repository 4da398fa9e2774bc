package store

import "context"

// inTeam is the condition on person p of being in the team of manager ?1: those whose manager they are
// themselves, and not the teams of those. Who has left is in nobody's.
const inTeam = `p.manager_id = ?1 AND p.manager_id <> 0 AND p.state IN (1, 2, 3)`

// Team returns up to n (at most 200) people of my own team after the person after, in the order of their ids.
// Who manages nobody has none.
func (s *Store) Team(ctx context.Context, me, after int64, n int) (team []Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		team, err = collect(t, scanPerson, `SELECT `+personColumns+` FROM person p WHERE `+inTeam+` AND p.id > ?2 ORDER BY p.id LIMIT +?3`, me, after, page(n, MaxPage))
		return err
	})
	return team, err
}
