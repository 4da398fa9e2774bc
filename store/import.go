package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ImportedPerson is the author of imported posts. Key is what the archive calls them.
type ImportedPerson struct {
	Key, Handle, Name, Title, Email string
	Department, Team                string
	Bot                             bool
}

// ImportedChannel is a channel of an archive.
type ImportedChannel struct {
	Key, Name, Purpose string
	Archived           bool
	Members            []string // keys of people
	CreatedAt          time.Time

	Private, StewardsPost bool
	Everyone              bool     // one that every place has: it is the same here
	Stewards              []string // keys of those members
	Direct                []string // keys of the people of a direct conversation
}

// ImportedPost is a post of an archive. Channel, Author and Root are keys; Root "" for a root.
type ImportedPost struct {
	Key, Channel, Author, Root string
	At                         time.Time
	Body                       string // up to ImportedPostLimit bytes
	Edited                     bool
	EditedAt                   time.Time // zero where that is not known
	Reactions                  []ImportedReaction

	// What only another place of our own knows.
	Number                        int64 // to have if it is free
	Question, Answers             bool  // asks; is the answer of its thread
	DeletedAt, HiddenAt, PinnedAt time.Time
	HiddenBy, HiddenWhy           string    // HiddenBy is a key
	Versions                      []Version // what it said before
}

// ImportedReaction is one person's reaction to a post. Person is a key.
type ImportedReaction struct {
	Person string
	Kind   Reaction
}

const (
	importedPerson = iota
	importedChannel
	importedPost
)

// ImportPeople stages the people of an archive. Someone with the e-mail address of a person who is
// here already is that person; what was imported before is left alone. Only the Operator and admins
// may. It is one transaction: hand over a few hundred at a time, so that people go on posting.
func (s *Store) ImportPeople(ctx context.Context, me int64, source string, people []ImportedPerson) (added int, err error) {
	return each(ctx, s, me, source, importedPerson, people, func(p ImportedPerson) string { return p.Key }, (*tx).importPerson)
}

// ImportChannels opens the channels of an archive. They keep their names; where one is taken by a
// channel from elsewhere, "-imported" is added. See ImportPeople.
func (s *Store) ImportChannels(ctx context.Context, me int64, source string, channels []ImportedChannel) (added int, err error) {
	return each(ctx, s, me, source, importedChannel, channels, func(c ImportedChannel) string { return c.Key }, func(t *tx, c ImportedChannel) (int64, error) {
		return t.importChannel(source, c)
	})
}

// ImportedNames returns the names that the channels of a kind of archive have here, by their keys; direct conversations have
// none, and of private channels only the Operator learns them. ErrForbidden unless me is that or an admin.
func (s *Store) ImportedNames(ctx context.Context, me int64, source string) (map[string]string, error) {
	names := map[string]string{}
	return names, s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		return t.each(func(r *row) error {
			var key, name string
			err := r.Scan(&key, &name)
			names[key] = name
			return err
		}, `SELECT i.key, c.name FROM imported i JOIN channel c ON c.id = i.id WHERE i.source = ? AND i.kind = ? AND c.direct = '' AND c.private <= ?`,
			source, importedChannel, me == Operator)
	})
}

// ImportPosts writes the posts of an archive at the time they have, never as something new. Their
// people, channels and, of a reply, the root (or another reply) have to be imported before:
// ErrNotFound otherwise, and nothing of the call is kept. See ImportPeople.
func (s *Store) ImportPosts(ctx context.Context, me int64, source string, posts []ImportedPost) (added int, err error) {
	var full run
	return each(ctx, s, me, source, importedPost, posts, func(p ImportedPost) string { return p.Key }, func(t *tx, p ImportedPost) (int64, error) {
		return t.importPost(source, p, &full)
	})
}

// each runs add for what was not imported before, in one transaction, and remembers what it became.
func each[T any](ctx context.Context, s *Store, me int64, source string, kind int, items []T, key func(T) string, add func(*tx, T) (int64, error)) (added int, err error) {
	began := time.Now()
	before, err := s.dataVersion(ctx)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		for _, item := range items {
			_, err := t.importedID(source, kind, key(item))
			if err == nil {
				continue
			}
			if !nothing(err) {
				return err
			}
			id, err := add(t, item)
			if err != nil {
				return err
			}
			if err := t.run(`INSERT INTO imported VALUES (?, ?, ?, ?)`, source, kind, key(item), id); err != nil {
				return err
			}
			added++
		}
		if added > 0 {
			t.emit(Event{Kind: Reload})
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	took := time.Since(began)
	rest(ctx, min(took, restLeast))
	if now, err := s.dataVersion(ctx); err != nil || now != before { // somebody else writes too
		rest(ctx, took-restLeast)
	}
	return added, nil
}

// restLeast is the rest after a piece of an archive where nobody else writes: a process that waits for the lock tries for
// it each busyPoll, so it has its turn then, and is noticed.
const restLeast = 10 * busyPoll

// restAfter is how many times longer than its rest a short piece takes, such as those of a roster or a reminder.
const restAfter = 4

// rest follows each piece of an import, for as long as that took or a part of it. SQLite has no queue: another process that waits for
// the lock would never find it free between the pieces.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// importedID is what a key of an archive became here.
func (t *tx) importedID(source string, kind int, key string) (id int64, err error) {
	err = t.get(`SELECT id FROM imported WHERE source = ? AND kind = ? AND key = ?`, []any{source, kind, key}, &id)
	if errors.Is(err, errNoRow) {
		err = refuse(ErrNotFound, "The archive names %q, which is not in it.", CleanLine(key))
	}
	return id, err
}

func (t *tx) importPerson(in ImportedPerson) (int64, error) {
	email := strings.ToLower(CleanLine(in.Email))
	if len(email) > emailLimit {
		email = ""
	}
	if email != "" {
		p, err := t.personWhere(`p.email = ? AND p.email <> ''`, email) // in the words of its partial index
		if err == nil || !nothing(err) {
			return p.ID, err
		}
	}
	handle, err := t.freeHandle(CleanHandle(in.Handle))
	if err != nil {
		return 0, err
	}
	p, err := t.addPerson(Person{Handle: handle, Name: cut(CleanLine(in.Name), nameLimit), Department: cut(CleanLine(in.Department), nameLimit), Title: cut(CleanLine(in.Title), nameLimit), Email: email, Bot: in.Bot, State: Staged})
	if err == nil && in.Team != "" {
		err = t.run(`UPDATE person SET team = ? WHERE id = ?`, cut(CleanLine(in.Team), nameLimit), p.ID)
	}
	return p.ID, err
}

func (t *tx) importChannel(source string, in ImportedChannel) (int64, error) {
	if in.Everyone {
		var id int64
		err := t.get(`SELECT id FROM channel WHERE everyone = 1 AND name = ?`, []any{channelName(in.Name)}, &id)
		if !errors.Is(err, errNoRow) {
			return id, err
		}
	}
	id, err := t.newImportedChannel(source, in)
	if err != nil {
		return 0, err
	}
	archived := int64(0)
	if in.Archived {
		archived = t.ms()
	}
	created := in.CreatedAt.UnixMilli()
	if in.CreatedAt.IsZero() {
		created = t.ms()
	}
	if err := t.run(`UPDATE channel SET imported = 1, archived_at = ?, created_at = ?, stewards_post = ? WHERE id = ?`, archived, created, in.StewardsPost, id); err != nil {
		return 0, err
	}
	for _, key := range in.Members {
		person, err := t.importedID(source, importedPerson, key)
		if nothing(err) {
			continue // exports list members whom they do not describe
		}
		if err != nil {
			return 0, err
		}
		if err := t.join(person, id, slices.Contains(in.Stewards, key)); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (t *tx) newImportedChannel(source string, in ImportedChannel) (int64, error) {
	if len(in.Direct) > 0 {
		var people []int64
		for _, key := range in.Direct {
			id, err := t.importedID(source, importedPerson, key)
			if err != nil {
				return 0, err
			}
			people = append(people, id)
		}
		slices.Sort(people)
		return t.directChannel(directKey(people), Operator)
	}
	name, err := t.freeChannelName(in.Name)
	if err != nil {
		return 0, err
	}
	return t.addChannel(NewChannel{Name: name, Purpose: cut(CleanLine(in.Purpose), purposeLimit), Private: in.Private}, Operator)
}

// freeChannelName is the archive's name for a channel, made valid, or with "-imported" and a number where it is taken.
func (t *tx) freeChannelName(want string) (string, error) {
	want = strings.ReplaceAll(channelName(want), " ", "-")
	if ValidChannelName(want) != nil {
		want = "imported"
	}
	name := want
	for n := 1; ; n++ {
		err := t.freeName(name, 0)
		if !errors.Is(err, ErrTaken) {
			return name, err
		}
		suffix := "-imported"
		if n > 1 {
			suffix = fmt.Sprintf("-imported-%d", n)
		}
		name = cut(want, channelNameLimit-len(suffix)) + suffix
	}
}

func (t *tx) importPost(source string, in ImportedPost, full *run) (int64, error) {
	body := strings.Trim(Clean(in.Body), "\n")
	if len(body) > ImportedPostLimit {
		return 0, refuse(ErrInvalid, "An imported post may have %s bytes; one has %s.", Number(ImportedPostLimit), Number(len(body)))
	}
	author, err := t.importedID(source, importedPerson, in.Author)
	if err != nil {
		return 0, err
	}
	channel, root, to, err := t.importedPlace(source, in)
	if err != nil {
		return 0, err
	}
	at := min(in.At.UnixMilli(), t.ms()) // a future date would stand above all that is written from now on
	want := in.Number
	if want <= 0 || want > t.at.Unix() {
		want = at / 1000
	}
	id, err := t.freePostID(want, full)
	if err != nil {
		return 0, err
	}
	edited := int64(0)
	if in.Edited {
		edited = max(at, ms(in.EditedAt))
	}
	if err := t.run(`INSERT INTO post (id, channel_id, root_id, author_id, to_id, body, late, edited_at, imported) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`, id, channel, root, author, to, body, late(id, at), edited); err != nil {
		return 0, err
	}
	for _, tag := range Tags(body) {
		if err := t.run(`INSERT INTO tag VALUES (?, ?) ON CONFLICT DO NOTHING`, tag, id); err != nil {
			return 0, err
		}
	}
	if err := t.importMore(source, id, root, in); err != nil {
		return 0, err
	}
	if root != 0 && in.DeletedAt.IsZero() {
		if err := t.run(`UPDATE post SET replies = replies + 1, revision = revision + 1, last_reply_id = max(last_reply_id, ?) WHERE id = ?`, id, root); err != nil {
			return 0, err
		}
	}
	if root != 0 && in.HiddenAt.IsZero() {
		err = t.run(`UPDATE post SET `+hearReply+` WHERE id = ?2`, id, root, author, at)
	}
	return id, err
}

// ms is a time as it is stored, 0 for none.
func ms(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

// importMore adds to an imported post what few archives know.
func (t *tx) importMore(source string, id, root int64, in ImportedPost) error {
	reactions := Reactions{}
	kinds := map[int64]int{}
	for _, r := range in.Reactions {
		person, err := t.importedID(source, importedPerson, r.Person)
		if err != nil {
			return err
		}
		if bit := 1 << r.Kind; kinds[person]&bit == 0 {
			kinds[person] |= bit
			reactions.Count[r.Kind]++
		}
	}
	for person, bits := range kinds {
		if err := t.run(`INSERT INTO reaction VALUES (?, ?, ?)`, id, person, bits); err != nil {
			return err
		}
	}
	for _, v := range in.Versions {
		if err := t.run(`INSERT INTO version (post_id, body, at) VALUES (?, ?, ?)`, id, Clean(v.Body), v.At.UnixMilli()); err != nil {
			return err
		}
	}
	var by int64
	if in.HiddenBy != "" {
		var err error
		if by, err = t.importedID(source, importedPerson, in.HiddenBy); err != nil && !nothing(err) {
			return err
		}
	}
	if in.Answers {
		if err := t.run(`UPDATE post SET answer_id = ? WHERE id = ? AND root_id = 0`, id, root); err != nil {
			return err
		}
	}
	return t.run(`UPDATE post SET reactions = ?, question = ?, deleted_at = ?, pinned_at = ?, hidden_at = ?, hidden_by = ?, hidden_why = ? WHERE id = ?`,
		reactions.String(), in.Question && root == 0, ms(in.DeletedAt), ms(in.PinnedAt), ms(in.HiddenAt), by, cut(CleanLine(in.HiddenWhy), whyLimit), id)
}

// importedPlace is where an imported post stands: a reply in its thread, wherever that is, and whose post it answers.
func (t *tx) importedPlace(source string, in ImportedPost) (channel, root, to int64, err error) {
	channel, err = t.importedID(source, importedChannel, in.Channel)
	if err != nil || in.Root == "" {
		return channel, 0, 0, err
	}
	if root, err = t.importedID(source, importedPost, in.Root); err != nil {
		return 0, 0, 0, err
	}
	err = t.get(`SELECT channel_id, iif(root_id = 0, id, root_id), author_id FROM post WHERE id = ?`, []any{root}, &channel, &root, &to)
	return channel, root, to, err
}

// run is numbers of posts without a gap, from first to last.
type run struct{ first, last int64 }

// freePostID is the first number from second on that no post has. It is looked for behind the last full run that was met:
// in an archive whose clock stood still each post would else be counted past all before it.
func (t *tx) freePostID(second int64, full *run) (id int64, err error) {
	from := max(1, second)
	if full.first <= from && from <= full.last {
		from = full.last
	} else {
		full.first = from
	}
	err = t.get(`SELECT +?1 WHERE NOT EXISTS (SELECT 1 FROM post WHERE id = ?1)
		UNION ALL SELECT id + 1 FROM post AS p WHERE id >= ?1 AND NOT EXISTS (SELECT 1 FROM post WHERE id = p.id + 1) LIMIT 1`, []any{from}, &id)
	full.last = id
	return id, err
}

// cut shortens s to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
