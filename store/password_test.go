package store_test

import (
	"context"
	"strings"
	"testing"

	"tincan/store"
)

func TestPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	has, err := w.HasPassword(w.ctx, maya)
	w.must(err)
	equal(t, "has one", has, false)
	w.must(w.SetPassword(w.ctx, maya, "correct horse"))
	has, err = w.HasPassword(w.ctx, maya)
	w.must(err)
	equal(t, "has one after", has, true)

	for _, handle := range []string{"maya", "MAYA", " @maya "} {
		p, err := w.PersonByPassword(w.ctx, handle, "correct horse")
		w.must(err)
		equal(t, "person", p.ID, maya)
	}

	// Whatever is wrong reads alike.
	var said []string
	for _, try := range [][2]string{
		{"maya", "wrong horse"}, {"maya", ""}, {"maya", strings.Repeat("x", 1<<20)},
		{"ben", ""}, {"ben", "correct horse"}, // has no password
		{"nobody", "correct horse"}, {"", "correct horse"}, {"\x1b[31m", "\x00"},
	} {
		_, err := w.PersonByPassword(w.ctx, try[0], try[1])
		refused(t, err, store.ErrNotFound, "do not belong together")
		said = append(said, err.Error())
	}
	for _, s := range said {
		equal(t, "sentence", s, said[0])
	}

	w.must(w.SetPassword(w.ctx, maya, "another horse"))
	_, err = w.PersonByPassword(w.ctx, "maya", "correct horse")
	refused(t, err, store.ErrNotFound, "do not belong together")

	// Only who knows the password learns that they are suspended.
	w.setState(maya, store.Suspended)
	_, err = w.PersonByPassword(w.ctx, "maya", "another horse")
	refused(t, err, store.ErrForbidden, "Your access is suspended.")
	_, err = w.PersonByPassword(w.ctx, "maya", "guess")
	equal(t, "sentence of a suspended person", err.Error(), said[0])
	refused(t, w.SetPassword(w.ctx, maya, "a third horse"), store.ErrForbidden, "Your access is suspended.")
	_ = ben
}

func TestPasswordForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for _, p := range []string{"", "123456789", strings.Repeat("👩‍👩‍👧", 9)} {
		refused(t, w.SetPassword(w.ctx, maya, p), store.ErrInvalid, "at least 10 characters")
	}
	refused(t, w.SetPassword(w.ctx, maya, strings.Repeat("x", 257)), store.ErrInvalid, "too long; 256 bytes will do")
	_, err := w.RedeemCode(w.ctx, w.invite(store.Invite{Handle: "ben"}).Text, store.Credential{Password: "short"})
	refused(t, err, store.ErrInvalid, "at least 10 characters")
	equal(t, "passwords", w.number(`SELECT count(*) FROM password`), 0)
}

func TestPasswordByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.invite(store.Invite{Handle: "maya"})
	p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Password: "correct horse"})
	w.must(err)
	again, err := w.PersonByPassword(w.ctx, "maya", "correct horse")
	w.must(err)
	equal(t, "person", again.ID, p.ID)
	equal(t, "kept as", strings.HasPrefix(w.text(`SELECT hash FROM password`), "$argon2id$v=19$m=19456,t=2,p=1$"), true)
}

// Somebody who gives up waiting for a slot leaves the queue.
func TestPasswordWaitEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	release := w.HoldPasswords()
	defer release()
	if _, err := w.PersonByPassword(ctx, "maya", "correct horse"); err != context.Canceled {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
}
