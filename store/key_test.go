package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	w.clock.add(time.Hour)

	laptop, err := w.AddKey(w.ctx, maya, store.Key{Fingerprint: "SHA256:laptop", Kind: "ssh-rsa", Label: " my\tlaptop ", Public: []byte{1, 2}})
	w.must(err)
	keys, err := w.Keys(w.ctx, maya)
	w.must(err)
	equal(t, "keys", len(keys), 2)
	equal(t, "label of the first", keys[0].Label, "key 1")
	equal(t, "label", keys[1].Label, "my laptop")
	equal(t, "kind", keys[1].Kind, "ssh-rsa")
	equal(t, "public", string(keys[1].Public), "\x01\x02")
	equal(t, "added", keys[1].AddedAt, noon.Add(time.Hour))
	equal(t, "used", keys[1].UsedAt.IsZero(), true)

	w.must(w.SignedIn(w.ctx, maya, laptop.Fingerprint))
	keys, err = w.Keys(w.ctx, maya)
	w.must(err)
	equal(t, "used after", keys[1].UsedAt, noon.Add(time.Hour))
	equal(t, "the other", keys[0].UsedAt.IsZero(), true)

	_, err = w.AddKey(w.ctx, maya, laptop)
	refused(t, err, store.ErrTaken, "lets you in already")
	_, err = w.AddKey(w.ctx, ben, laptop)
	refused(t, err, store.ErrTaken, "belongs to another account")
	for _, k := range []store.Key{{}, {Fingerprint: "SHA256:x"}, {Public: []byte{1}}} {
		_, err = w.AddKey(w.ctx, ben, k)
		refused(t, err, store.ErrInvalid, "That is no public key.")
	}
	k := key("long label")
	k.Label = strings.Repeat("x", 61)
	_, err = w.AddKey(w.ctx, ben, k)
	refused(t, err, store.ErrInvalid, "That label is 61 characters; it may have 60.")
}

func TestLabelKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	keys, err := w.Keys(w.ctx, maya)
	w.must(err)
	id := keys[0].ID
	w.must(w.LabelKey(w.ctx, maya, id, "at\nhome"))
	keys, err = w.Keys(w.ctx, maya)
	w.must(err)
	equal(t, "label", keys[0].Label, "at home")
	for label, said := range map[string]string{
		"":                      "at least one character",
		"\x1b[31m":              "at least one character",
		strings.Repeat("x", 61): "That label is 61 characters; it may have 60.",
		heavy:                   "too large",
	} {
		refused(t, w.LabelKey(w.ctx, maya, id, label), store.ErrInvalid, said)
	}
	refused(t, w.LabelKey(w.ctx, ben, id, "mine"), store.ErrNotFound, "You have no such key.")
	refused(t, w.LabelKey(w.ctx, maya, 12345, "mine"), store.ErrNotFound, "You have no such key.")
}

func TestLastWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	keys, err := w.Keys(w.ctx, maya)
	w.must(err)
	first := keys[0].ID
	refused(t, w.RemoveKey(w.ctx, maya, first), store.ErrForbidden, "That is your last way in.")
	refused(t, w.RemoveKey(w.ctx, ben, first), store.ErrNotFound, "You have no such key.")
	second, err := w.AddKey(w.ctx, maya, key("second"))
	w.must(err)
	w.must(w.RemoveKey(w.ctx, maya, first))
	_, err = w.PersonByKey(w.ctx, "SHA256:maya")
	refused(t, err, store.ErrNotFound, "")
	refused(t, w.RemoveKey(w.ctx, maya, second.ID), store.ErrForbidden, "That is your last way in.")
	w.must(w.SetPassword(w.ctx, maya, "correct horse"))
	w.must(w.RemoveKey(w.ctx, maya, second.ID))
	equal(t, "keys left", w.number(`SELECT count(*) FROM sshkey WHERE person_id = ?`, maya), 0)
}

func TestTooManyKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for i := range 49 {
		_, err := w.AddKey(w.ctx, maya, key(fmt.Sprint(i)))
		w.must(err)
	}
	_, err := w.AddKey(w.ctx, maya, key("one more"))
	refused(t, err, store.ErrLimited, "You have 50 keys; remove one first.")
}

func TestPersonByKeyWhoMayNotComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	_, err := w.PersonByKey(w.ctx, "SHA256:unknown")
	refused(t, err, store.ErrNotFound, "")
	w.setState(maya, store.Suspended)
	_, err = w.PersonByKey(w.ctx, "SHA256:maya")
	refused(t, err, store.ErrForbidden, "Your access is suspended.")
	refused(t, w.SignedIn(w.ctx, maya, "SHA256:maya"), store.ErrForbidden, "Your access is suspended.")
	w.setState(maya, store.Left)
	_, err = w.PersonByKey(w.ctx, "SHA256:maya")
	refused(t, err, store.ErrForbidden, "Your access has ended.")
}

func TestSignedInFirstTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.raw(`UPDATE person SET came_at = 0`)
	ben := w.person("ben")
	w.post(ben, w.everyone(), "before maya came")
	w.must(w.SignedIn(w.ctx, maya, "SHA256:maya"))
	me, err := w.Me(w.ctx, maya)
	w.must(err)
	equal(t, "came", me.CameAt, w.clock.Now())
	equal(t, "unread of what was before", w.channel(maya, w.everyone()).Unread, 0)
	w.clock.add(time.Hour)
	w.must(w.SignedIn(w.ctx, maya, ""))
	me, err = w.Me(w.ctx, maya)
	w.must(err)
	equal(t, "came, the second time", me.CameAt, w.clock.Now().Add(-time.Hour))
}
