package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2id with 19 MiB and two passes is what OWASP's password storage cheat sheet asks for at least.
const (
	argonMemory  = 19 << 10 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonKey     = 32 // bytes
	saltSize     = 16 // bytes, RFC 9106 §3.1
	hashesAtOnce = 4  // passwords hashed at the same time: bounds memory at 76 MiB whoever knocks

	passwordLeast = 10  // characters: long enough that a limit on guesses protects it
	passwordMost  = 256 // bytes: a sentence fits, a file does not
)

// SetPassword lets me in with that password from now on, instead of any earlier one.
// ErrInvalid if it has fewer than 10 characters or more than 256 bytes.
func (s *Store) SetPassword(ctx context.Context, me int64, password string) error {
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		return t.setPassword(me, hash)
	})
}

func (t *tx) setPassword(person int64, hash string) error {
	return t.run(`INSERT INTO password VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET hash = ?2, set_at = ?3`, person, hash, t.ms())
}

// HasPassword reports whether me can sign in with a password.
func (s *Store) HasPassword(ctx context.Context, me int64) (has bool, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		has, err = t.has(`SELECT 1 FROM password WHERE person_id = ?`, me)
		return err
	})
	return has, err
}

// PersonByPassword returns who signs in with that handle and password. Whatever is wrong
// reads alike and costs the same time; only who knew the password learns that they are suspended.
func (s *Store) PersonByPassword(ctx context.Context, handle, password string) (Person, error) {
	var p Person
	hash := decoy
	err := s.read(ctx, func(t *tx) error {
		found, err := t.personByHandle(handle)
		if err != nil {
			return err
		}
		p = found
		return t.get(`SELECT hash FROM password WHERE person_id = ?`, []any{p.ID}, &hash)
	})
	if err != nil && !nothing(err) {
		return Person{}, err
	}
	ok, err := s.checkPassword(ctx, hash, password)
	if err != nil {
		return Person{}, err
	}
	if !ok || p.ID == 0 {
		return Person{}, refuse(ErrNotFound, "That handle and password do not belong together. Try again, or ask for a new invite code.")
	}
	return p, mayComeIn(p)
}

// decoy is what a handle without a password is checked against: nobody's, at the same cost.
var decoy = encodeHash(make([]byte, saltSize), make([]byte, argonKey))

func (s *Store) hashPassword(ctx context.Context, password string) (string, error) {
	if n := Graphemes(password); n < passwordLeast {
		return "", refuse(ErrInvalid, "A password has at least %d characters; that one has %d.", passwordLeast, n)
	}
	if len(password) > passwordMost {
		return "", refuse(ErrInvalid, "That password is too long; %d bytes will do.", passwordMost)
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	key, err := s.derive(ctx, password, salt)
	return encodeHash(salt, key), err
}

func (s *Store) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	if len(password) > passwordMost {
		password = "" // no password is that long; hashing it would be work for the asking
	}
	got, err := s.derive(ctx, password, salt)
	return subtle.ConstantTimeCompare(got, want) == 1, err
}

// derive waits for a free slot, or for ctx to end.
func (s *Store) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case s.argon <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.argon }()
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey), nil
}

// encodeHash writes the PHC string format (github.com/P-H-C/phc-string-format).
func encodeHash(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads, b.EncodeToString(salt), b.EncodeToString(key))
}

func decodeHash(hash string) (salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", argonMemory, argonPasses, argonThreads) {
		return nil, nil, errors.New("store: a stored password has an unknown form")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, err
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	return salt, key, err
}
