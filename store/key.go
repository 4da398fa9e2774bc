package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const keysLimit = 50 // keys of one person: more than anyone's machines, few enough to list

// Key is a public key that lets a person in.
type Key struct {
	ID          int64
	Fingerprint string // "SHA256:…", as ssh-keygen -l prints it
	Kind        string // "ssh-ed25519"
	Label       string // what its owner calls it
	Public      []byte // SSH wire form
	AddedAt     time.Time
	UsedAt      time.Time // zero: never
}

// PersonByKey returns whose key has that fingerprint: ErrNotFound if nobody's,
// ErrForbidden with a sentence if its owner may not come in. The caller has to have
// proof that the key was used, not only offered.
func (s *Store) PersonByKey(ctx context.Context, fingerprint string) (p Person, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, err = t.personWhere(`p.id = (SELECT person_id FROM sshkey WHERE fingerprint = ?)`, fingerprint)
		if err != nil {
			return err
		}
		return mayComeIn(p)
	})
	return p, err
}

// SignedIn notes that me came in, with the key of that fingerprint or ("") a password.
func (s *Store) SignedIn(ctx context.Context, me int64, fingerprint string) error {
	return s.writeAlways(ctx, func(t *tx) error {
		p, err := t.viewer(me)
		if err != nil {
			return err
		}
		if err := t.run(`UPDATE sshkey SET used_at = ? WHERE person_id = ? AND fingerprint = ?`, t.ms(), me, fingerprint); err != nil {
			return err
		}
		if p.State == Active && !p.CameAt.IsZero() {
			return nil
		}
		return t.activate(p)
	})
}

// activate notes that p has come in, when it was the first time, and puts everything written so far behind them.
func (t *tx) activate(p Person) error {
	if err := t.joinFounding(p.ID); err != nil {
		return err
	}
	if err := t.run(`UPDATE member SET own = 0, read_seq = (SELECT seq FROM channel WHERE id = channel_id) WHERE person_id = ?`, p.ID); err != nil {
		return err
	}
	t.emit(Event{Kind: People, Person: p.ID, By: p.ID})
	if err := t.run(`UPDATE person SET state = ?, came_at = iif(came_at = 0, ?, came_at) WHERE id = ?`, Active, t.ms(), p.ID); err != nil {
		return err
	}
	return t.stand(p.ID)
}

// Keys returns the keys that let me in, oldest first.
func (s *Store) Keys(ctx context.Context, me int64) (keys []Key, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		keys, err = collect(t, scanKey, keySelect+` WHERE person_id = ? ORDER BY id`, me)
		return err
	})
	return keys, err
}

const keySelect = `SELECT id, fingerprint, kind, label, public, added_at, used_at FROM sshkey`

func scanKey(r *row) (k Key, err error) {
	var added, used int64
	err = r.Scan(&k.ID, &k.Fingerprint, &k.Kind, &k.Label, &k.Public, &added, &used)
	k.AddedAt, k.UsedAt = fromMS(added), fromMS(used)
	return k, err
}

// AddKey lets me in with k from now on. ErrTaken if it is somebody's already, ErrLimited past 50 keys.
func (s *Store) AddKey(ctx context.Context, me int64, k Key) (Key, error) {
	err := s.writeAlways(ctx, func(t *tx) (err error) {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		k, err = t.addKey(me, k)
		return err
	})
	return k, err
}

func (t *tx) addKey(person int64, k Key) (Key, error) {
	if k.Fingerprint == "" || len(k.Public) == 0 {
		return k, refuse(ErrInvalid, "That is no public key. It is one line that starts like: ssh-ed25519 AAAA…")
	}
	var owner int64
	err := t.get(`SELECT person_id FROM sshkey WHERE fingerprint = ?`, []any{k.Fingerprint}, &owner)
	switch {
	case err == nil && owner == person:
		return k, refuse(ErrTaken, "That key lets you in already.")
	case err == nil:
		return k, refuse(ErrTaken, "That key belongs to another account. Use another key.")
	case !errors.Is(err, errNoRow):
		return k, err
	}
	var have int
	if err := t.get(`SELECT count(*) FROM sshkey WHERE person_id = ?`, []any{person}, &have); err != nil {
		return k, err
	}
	if have >= keysLimit {
		return k, refuse(ErrLimited, "You have %d keys; remove one first.", have)
	}
	if k.Label, err = shortLine("label", k.Label, nameLimit); err != nil {
		return k, err
	}
	if k.Label == "" {
		k.Label = fmt.Sprintf("key %d", have+1)
	}
	k.AddedAt = fromMS(t.ms())
	k.ID, err = t.insert(`INSERT INTO sshkey (person_id, fingerprint, kind, label, public, added_at) VALUES (?, ?, ?, ?, ?, ?)`,
		person, k.Fingerprint, CleanLine(k.Kind), k.Label, k.Public, t.ms())
	return k, err
}

// LabelKey renames a key of mine. ErrNotFound if it is not mine, ErrInvalid if the label is empty or too long.
func (s *Store) LabelKey(ctx context.Context, me, id int64, label string) error {
	label, err := shortLine("label", label, nameLimit)
	if err != nil {
		return err
	}
	if label == "" {
		return refuse(ErrInvalid, "A label needs at least one character.")
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE sshkey SET label = ? WHERE id = ? AND person_id = ?`, label, id, me)
		return touched(n, err, "You have no such key.")
	})
}

// RemoveKey takes a key of mine away. ErrNotFound if it is not mine, ErrForbidden if it is my last way in.
func (s *Store) RemoveKey(ctx context.Context, me, id int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		n, err := t.exec(`DELETE FROM sshkey WHERE id = ? AND person_id = ?`, id, me)
		if err := touched(n, err, "You have no such key."); err != nil {
			return err
		}
		left, err := t.has(`SELECT 1 FROM sshkey WHERE person_id = ?1 UNION ALL SELECT 1 FROM password WHERE person_id = ?1`, me)
		if err == nil && !left {
			err = refuse(ErrForbidden, "That is your last way in. Add another key or set a password first.")
		}
		return err
	})
}

// touched is ErrNotFound with the sentence if a statement changed nothing.
func touched(rows int, err error, text string) error {
	if err == nil && rows == 0 {
		return refuse(ErrNotFound, "%s", text)
	}
	return err
}
