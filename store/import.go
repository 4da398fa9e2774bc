package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ImportedPerson is the author of imported posts. Key is what the archive calls them.
type ImportedPerson struct {
	Key, Handle, Name, Title, Email string
	Bot                             bool
}

// ImportedChannel is a channel of an archive.
type ImportedChannel struct {
	Key, Name, Purpose string
	Archived           bool
	Members            []string // keys of people
	CreatedAt          time.Time
}

// ImportedPost is a post of an archive. Channel, Author and Root are keys; Root "" for a root.
type ImportedPost struct {
	Key, Channel, Author, Root string
	At                         time.Time
	Body                       string // up to ImportedPostLimit bytes
	Edited                     bool
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

// ImportPosts writes the posts of an archive at the time they have, never as something new. Their
// people, channels and, of a reply, the root (or another reply) have to be imported before:
// ErrNotFound otherwise, and nothing of the call is kept. See ImportPeople.
func (s *Store) ImportPosts(ctx context.Context, me int64, source string, posts []ImportedPost) (added int, err error) {
	return each(ctx, s, me, source, importedPost, posts, func(p ImportedPost) string { return p.Key }, func(t *tx, p ImportedPost) (int64, error) {
		return t.importPost(source, p)
	})
}

// each runs add for what was not imported before, in one transaction, and remembers what it became.
func each[T any](ctx context.Context, s *Store, me int64, source string, kind int, items []T, key func(T) string, add func(*tx, T) (int64, error)) (added int, err error) {
	began := time.Now()
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
	rest(ctx, time.Since(began))
	return added, nil
}

// rest follows each piece of an import for as long as it took. SQLite has no queue: another process that waits for
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
	if errors.Is(err, sql.ErrNoRows) {
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
	p, err := t.addPerson(Person{Handle: handle, Name: cut(CleanLine(in.Name), nameLimit), Title: cut(CleanLine(in.Title), nameLimit), Email: email, Bot: in.Bot, State: Staged})
	return p.ID, err
}

func (t *tx) importChannel(source string, in ImportedChannel) (int64, error) {
	name, err := t.freeChannelName(in.Name)
	if err != nil {
		return 0, err
	}
	id, err := t.addChannel(NewChannel{Name: name, Purpose: cut(CleanLine(in.Purpose), purposeLimit)}, Operator)
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
	if err := t.run(`UPDATE channel SET imported = 1, archived_at = ?, created_at = ? WHERE id = ?`, archived, created, id); err != nil {
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
		if err := t.join(person, id, false); err != nil {
			return 0, err
		}
	}
	return id, nil
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

func (t *tx) importPost(source string, in ImportedPost) (int64, error) {
	body := strings.Trim(Clean(in.Body), "\n")
	if len(body) > ImportedPostLimit {
		return 0, refuse(ErrInvalid, "An imported post may have %s bytes; one has %s.", thousands(ImportedPostLimit), thousands(len(body)))
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
	id, err := t.freePostID(at / 1000)
	if err != nil {
		return 0, err
	}
	edited := int64(0)
	if in.Edited {
		edited = at
	}
	if err := t.run(`INSERT INTO post (id, channel_id, root_id, author_id, to_id, body, at, edited_at, imported) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`, id, channel, root, author, to, body, at, edited); err != nil {
		return 0, err
	}
	for _, tag := range Tags(body) {
		if err := t.run(`INSERT INTO tag VALUES (?, ?) ON CONFLICT DO NOTHING`, tag, id); err != nil {
			return 0, err
		}
	}
	if err := t.enqueue(id); err != nil {
		return 0, err
	}
	if root != 0 {
		err = t.run(`UPDATE post SET replies = replies + 1, revision = revision + 1, last_reply_id = max(last_reply_id, ?1), `+hearReply+` WHERE id = ?2`, id, root, author, at)
	}
	return id, err
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

// freePostID is the first number from second on that no post has.
func (t *tx) freePostID(second int64) (int64, error) {
	for id := max(1, second); ; id++ {
		taken, err := t.has(`SELECT 1 FROM post WHERE id = ?`, id)
		if err != nil || !taken {
			return id, err
		}
	}
}

// cut shortens s to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
