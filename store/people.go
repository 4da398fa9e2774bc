package store

import (
	"context"
	"slices"
	"strings"
)

// completions is how many names a completion offers: what fits above a composer.
const completions = 8

// lastRune comes after every character: what starts with s is from s to s+lastRune.
const lastRune = "\U0010ffff"

// People returns up to n (at most 200) people on the roster, by handle, after the handle after. With find,
// those with a name or handle each of whose words starts with a word of it.
func (s *Store) People(ctx context.Context, me int64, find, after string, n int) (people []Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		words := nameWords(find)
		if len(words) == 0 {
			people, err = collect(t, scanPerson, `SELECT `+personColumns+` FROM person p WHERE p.state IN (1, 2, 3) AND p.handle > ? ORDER BY p.handle LIMIT +?`, after, page(n, MaxPage))
			return err
		}
		people, err = t.peopleNamed(words, after, page(n, MaxPage))
		return err
	})
	return people, err
}

// peopleNamed walks the handles and takes those that have all of the words. The + keeps SQLite from going the
// other way, by the word, which sorts everybody of it: a first letter is that of thousands.
func (t *tx) peopleNamed(words []string, after string, n int) ([]Person, error) {
	q := `SELECT ` + personColumns + ` FROM person p WHERE p.state IN (1, 2, 3) AND p.handle > ?1`
	args := []any{after}
	for _, w := range words {
		args = append(args, w, w+lastRune)
		q += ` AND +p.id IN (SELECT person_id FROM person_word WHERE word >= ? AND word < ?)`
	}
	args = append(args, n)
	return collect(t, scanPerson, q+` ORDER BY p.handle LIMIT +?`, args...)
}

func scanPerson(r *row) (p Person, err error) {
	var times [3]int64
	err = r.Scan(p.fields(&times)...)
	p.setTimes(times)
	return p, err
}

// CompletePerson returns the few people whom the beginning of a handle or name most likely means: handles that
// start with it first, people who are in before those who have not come.
func (s *Store) CompletePerson(ctx context.Context, me int64, prefix string) (people []Person, err error) {
	words := nameWords(prefix)
	if len(words) == 0 {
		return nil, nil
	}
	handle := strings.ToLower(strings.TrimPrefix(CleanLine(prefix), "@"))
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		people, err = collect(t, scanPerson, handlesQuery, handle, handle+lastRune, MaxPage)
		if err != nil || len(people) >= completions {
			return err
		}
		named, err := t.peopleNamed(words, "", MaxPage)
		for _, p := range named {
			if !strings.HasPrefix(p.Handle, handle) {
				people = append(people, p)
			}
		}
		return err
	})
	slices.SortStableFunc(people, func(a, b Person) int { return completionRank(a, handle) - completionRank(b, handle) })
	return people[:min(completions, len(people))], err
}

// handlesQuery is apart from the names', so that a hundred of a name do not keep out a handle that starts as typed.
const handlesQuery = `SELECT ` + personColumns + ` FROM person p WHERE p.state IN (1, 2, 3) AND p.handle >= ?1 AND p.handle < ?2 ORDER BY p.handle LIMIT +?3`

func completionRank(p Person, handle string) int {
	rank := 0
	if !strings.HasPrefix(p.Handle, handle) {
		rank += 2
	}
	if p.State != Active {
		rank++
	}
	return rank
}

// nameWords are the folded words of a name or handle.
func nameWords(s string) []string {
	var words []string
	for _, w := range foldedWords(CleanLine(s)) {
		if !slices.Contains(words, w.text) {
			words = append(words, w.text)
		}
	}
	return words
}

// nameIndex brings the words by which a person is found up to date.
func (t *tx) nameIndex(p Person) error {
	if err := t.run(`DELETE FROM person_word WHERE person_id = ?`, p.ID); err != nil {
		return err
	}
	return t.addWords(p.ID, p.Handle, p.Name)
}

// addWords makes somebody who is new known by the words of their handle and name.
func (t *tx) addWords(person int64, handle, name string) error {
	for _, w := range nameWords(handle + " " + name) {
		if err := t.run(`INSERT INTO person_word VALUES (?, ?)`, w, person); err != nil {
			return err
		}
	}
	return nil
}

// indexNames makes the words of people who have none, as after an upgrade.
func indexNames(t *tx) error {
	known, err := t.has(`SELECT 1 FROM person_word LIMIT 1`)
	if err != nil || known {
		return err
	}
	people, err := collect(t, scanPerson, `SELECT `+personColumns+` FROM person p WHERE NOT EXISTS (SELECT 1 FROM person_word w WHERE w.person_id = p.id)`)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := t.nameIndex(p); err != nil {
			return err
		}
	}
	return nil
}

// PersonPosts returns the roots and replies of one person that me may see, newest first: up to n (at most 200)
// before the post before.
func (s *Store) PersonPosts(ctx context.Context, me, person, before int64, n int) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		ids, err := collect(t, scanID, personPostsQuery, me, person, top(before), page(n, MaxPage))
		if err != nil {
			return err
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}

const personPostsQuery = `SELECT p.id FROM post p JOIN channel c ON c.id = p.channel_id LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE p.author_id = ?2 AND p.id < ?3 AND p.deleted_at = 0 AND (c.private = 0 OR m.person_id IS NOT NULL) ORDER BY p.id DESC LIMIT +?4`
