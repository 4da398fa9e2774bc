package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

const usedSentence = "That code has been used. Ask the person who invited you for a new one."

func TestInviteLetsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.invite(store.Invite{Handle: "@Maya.Lind", Name: " Maya\nLind ", Department: "Finance", Title: "Controller"})
	equal(t, "handle", code.Handle, "maya.lind")
	equal(t, "form", strings.Count(code.Text, "-"), 2)
	equal(t, "expires", code.Expires, noon.Add(store.DefaultInviteValid))

	invited, err := w.Person(w.ctx, w.person("ben"), "maya.lind")
	w.must(err)
	equal(t, "state before", invited.State, store.Invited)
	equal(t, "came before", invited.CameAt.IsZero(), true)

	w.must(w.CheckCode(w.ctx, code.Text))
	k := key("maya")
	p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k})
	w.must(err)
	equal(t, "state", p.State, store.Active)
	equal(t, "name", p.Display(), "Maya Lind")
	equal(t, "department", p.Department, "Finance")
	equal(t, "title", p.Title, "Controller")
	equal(t, "came", p.CameAt, noon)
	equal(t, "welcomed", p.Welcomed, false)

	again, err := w.PersonByKey(w.ctx, k.Fingerprint)
	w.must(err)
	equal(t, "person by key", again.ID, p.ID)

	other := key("other")
	_, err = w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &other})
	refused(t, err, store.ErrForbidden, usedSentence)
	refused(t, w.CheckCode(w.ctx, code.Text), store.ErrForbidden, usedSentence)
}

func TestCodeAsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.invite(store.Invite{Handle: "maya"}).Text
	for _, typed := range []string{
		strings.ToUpper(code),
		strings.ReplaceAll(code, "-", ""),
		strings.ReplaceAll(code, "-", " "),
		strings.ReplaceAll(code, "-", "–"), // as a mail program mends it
		"  " + code + ". \r\n",
		"“" + code + "”",
		strings.NewReplacer("0", "O", "1", "l").Replace(code),
		strings.NewReplacer("0", "o", "1", "I").Replace(code),
	} {
		if err := w.CheckCode(w.ctx, typed); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", "-", code[1:], code + "x", "k7mq-2fdx-9wtr", strings.Repeat(code, 1000)} {
		refused(t, w.CheckCode(w.ctx, typed), store.ErrNotFound, "That code is not known.")
	}
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.invite(store.Invite{Handle: "maya", Valid: time.Hour})
	equal(t, "expires", code.Expires, noon.Add(time.Hour))
	w.clock.add(time.Hour - time.Millisecond)
	w.must(w.CheckCode(w.ctx, code.Text))
	w.clock.add(time.Millisecond)
	refused(t, w.CheckCode(w.ctx, code.Text), store.ErrForbidden, "That code has expired.")
	k := key("maya")
	_, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k})
	refused(t, err, store.ErrForbidden, "That code has expired.")
	_, err = w.PersonByKey(w.ctx, k.Fingerprint)
	refused(t, err, store.ErrNotFound, "")
}

func TestNewInviteVoidsTheEarlier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.invite(store.Invite{Handle: "maya", Name: "Maya Lind", Department: "Finance"})
	second := w.invite(store.Invite{Handle: "maya", Title: "Controller"})
	refused(t, w.CheckCode(w.ctx, first.Text), store.ErrNotFound, "the newest one counts")
	k := key("maya")
	p, err := w.RedeemCode(w.ctx, second.Text, store.Credential{Key: &k})
	w.must(err)
	equal(t, "what both invites said", p.Name+p.Department+p.Title, "Maya LindFinanceController")
}

func TestWhoMayInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	_, err := w.CreateInvite(w.ctx, maya, store.Invite{Handle: "ben"})
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
	_, err = w.CreateInvite(w.ctx, 12345, store.Invite{Handle: "ben"})
	refused(t, err, store.ErrForbidden, "You are not signed in.")
	_, err = w.CreateInvite(w.ctx, jon, store.Invite{Handle: "ben", Admin: true})
	w.must(err)

	_, err = w.CreateInvite(w.ctx, jon, store.Invite{Handle: "maya"})
	refused(t, err, store.ErrTaken, "maya is in already.")

	w.setState(maya, store.Suspended)
	for _, me := range []int64{jon, store.Operator} {
		_, err = w.CreateInvite(w.ctx, me, store.Invite{Handle: "maya"})
		refused(t, err, store.ErrForbidden, "The access of maya is suspended or has ended; restore it first.")
	}
}

// The operator owns the machine: whoever has lost their key gets in by a new code, and keeps everything.
func TestOperatorMakesANewWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.post(maya, w.everyone(), "mine")
	code := w.invite(store.Invite{Handle: "maya"})
	k := key("new laptop")
	p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k})
	w.must(err)
	equal(t, "person", p.ID, maya)
	equal(t, "came", p.CameAt, noon) // not a second first time
	keys, err := w.Keys(w.ctx, maya)
	w.must(err)
	equal(t, "keys", len(keys), 2)
}

func TestInviteIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("é", 61)
	for name, c := range map[string]struct {
		in   store.Invite
		said string
	}{
		"no handle":       {store.Invite{}, "A handle has 1 to 32"},
		"a bad handle":    {store.Invite{Handle: "maya lind"}, "A handle has 1 to 32"},
		"a long handle":   {store.Invite{Handle: strings.Repeat("a", 33)}, "A handle has 1 to 32"},
		"a long name":     {store.Invite{Handle: "maya", Name: long}, "is 61 characters"},
		"long department": {store.Invite{Handle: "maya", Department: long}, "is 61 characters"},
		"a long title":    {store.Invite{Handle: "maya", Title: long}, "is 61 characters"},
		"a heavy name":    {store.Invite{Handle: "maya", Name: heavy}, "too large"},
		"a past":          {store.Invite{Handle: "maya", Valid: -1}, "valid for up to a year"},
		"two years":       {store.Invite{Handle: "maya", Valid: 2 * 365 * 24 * time.Hour}, "valid for up to a year"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreateInvite(w.ctx, store.Operator, c.in)
			refused(t, err, store.ErrInvalid, c.said)
		})
	}
	equal(t, "people", w.number(`SELECT count(*) FROM person`), 0)
}

// heavy is one character to the eye, and a burden to everybody who has to draw it.
var heavy = "a" + strings.Repeat("\U0001f3fd", 2000)

func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, err := w.FirstAdminCode(w.ctx)
	w.must(err)
	equal(t, "handle", first.Handle, "")
	second, err := w.FirstAdminCode(w.ctx) // the program was started again
	w.must(err)
	refused(t, w.CheckCode(w.ctx, first.Text), store.ErrNotFound, "That code is not known.")

	k := key("jon")
	jon, err := w.RedeemCode(w.ctx, second.Text, store.Credential{Key: &k, User: "Jon Réed"})
	w.must(err)
	equal(t, "handle", jon.Handle, "jon.reed")
	equal(t, "admin", jon.Admin, true)
	equal(t, "state", jon.State, store.Active)
	_, err = w.CreateInvite(w.ctx, jon.ID, store.Invite{Handle: "maya"})
	w.must(err)

	none, err := w.FirstAdminCode(w.ctx)
	w.must(err)
	equal(t, "code once an admin has come", none.Text, "")
	refused(t, w.CheckCode(w.ctx, second.Text), store.ErrForbidden, usedSentence)
}

func TestFirstAdminTakesAFreeHandle(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{"": "someone", "!?": "someone", "maya": "maya-2", "ben": "ben"} {
		t.Run(user, func(t *testing.T) {
			w := newWorld(t)
			w.person("maya")                         // has come, and is somebody else
			w.invite(store.Invite{Handle: "ben"})    // has not come: it is them
			w.invite(store.Invite{Handle: "others"}) // must not be touched
			code, err := w.FirstAdminCode(w.ctx)
			w.must(err)
			k := key("new")
			p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k, User: user})
			w.must(err)
			equal(t, "handle", p.Handle, want)
			equal(t, "admin", p.Admin, true)
			equal(t, "admins", w.number(`SELECT count(*) FROM person WHERE admin = 1`), 1)
		})
	}
}

// A first admin's code that still stands in some log must not make another admin later.
func TestFirstAdminCodeIsVoidOnceAnAdminCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code, err := w.FirstAdminCode(w.ctx)
	w.must(err)
	w.admin("jon") // came by an invite of the operator
	refused(t, w.CheckCode(w.ctx, code.Text), store.ErrForbidden, usedSentence)
	k := key("thief")
	_, err = w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k, User: "thief"})
	refused(t, err, store.ErrForbidden, usedSentence)
}

func TestLinkCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	code, err := w.CreateLinkCode(w.ctx, maya)
	w.must(err)
	equal(t, "handle", code.Handle, "maya")
	equal(t, "expires", code.Expires, noon.Add(store.LinkValid))

	// A key of somebody else is refused and the code stays good.
	theirs := key("ben")
	_, err = w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &theirs})
	refused(t, err, store.ErrTaken, "belongs to another account")
	phone := key("phone")
	p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &phone})
	w.must(err)
	equal(t, "person", p.ID, maya)

	// A key that lets them in already uses the code up and changes nothing.
	code, err = w.CreateLinkCode(w.ctx, maya)
	w.must(err)
	_, err = w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &phone})
	w.must(err)
	refused(t, w.CheckCode(w.ctx, code.Text), store.ErrForbidden, usedSentence)

	code, err = w.CreateLinkCode(w.ctx, ben)
	w.must(err)
	newer, err := w.CreateLinkCode(w.ctx, ben)
	w.must(err)
	refused(t, w.CheckCode(w.ctx, code.Text), store.ErrNotFound, "")
	w.setState(ben, store.Suspended)
	_, err = w.RedeemCode(w.ctx, newer.Text, store.Credential{Key: &phone})
	refused(t, err, store.ErrForbidden, "Your access is suspended.")
	_, err = w.CreateLinkCode(w.ctx, ben)
	refused(t, err, store.ErrForbidden, "Your access is suspended.")
}

// A code is used once however many try it at the same moment.
func TestCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.invite(store.Invite{Handle: "maya"}).Text
	results := make([]error, 8)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			k := key(string(rune('a' + i)))
			_, results[i] = w.RedeemCode(w.ctx, code, store.Credential{Key: &k})
		})
	}
	all.Wait()
	good := 0
	for _, err := range results {
		if err == nil {
			good++
		} else if !errors.Is(err, store.ErrForbidden) {
			t.Error(err)
		}
	}
	equal(t, "times it let somebody in", good, 1)
	equal(t, "keys", w.number(`SELECT count(*) FROM sshkey`), 1)
}

// An author of imported posts becomes the person who is invited under that handle.
func TestStagedIsInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.ImportPeople(w.ctx, store.Operator, "old", []store.ImportedPerson{{Key: "U1", Handle: "maya", Name: "Maya Lind"}})
	w.must(err)
	staged := w.number(`SELECT id FROM person WHERE handle = 'maya' AND state = ?`, int(store.Staged))
	equal(t, "channels of a staged person", w.number(`SELECT count(*) FROM member`), 0)
	code := w.invite(store.Invite{Handle: "maya"})
	k := key("maya")
	p, err := w.RedeemCode(w.ctx, code.Text, store.Credential{Key: &k})
	w.must(err)
	equal(t, "person", p.ID, staged)
	equal(t, "name", p.Name, "Maya Lind")
	list, err := w.Sidebar(w.ctx, p.ID)
	w.must(err)
	equal(t, "channels", len(list), 2)
	w.healthy()
}

// A code for one more device is for a key, or for a first password: it never replaces one.
func TestLinkCodeReplacesNoPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	link := func() string {
		code, err := w.CreateLinkCode(w.ctx, maya)
		w.must(err)
		return code.Text
	}
	w.must(w.CheckCode(w.ctx, link()))
	_, err := w.RedeemCode(w.ctx, link(), store.Credential{Password: "the first password"})
	w.must(err)
	code := link()
	const has = "You have a password already; press Enter and sign in with it."
	refused(t, w.CheckCode(w.ctx, code), store.ErrForbidden, has)
	_, err = w.RedeemCode(w.ctx, code, store.Credential{Password: "another password"})
	refused(t, err, store.ErrForbidden, has)
	_, err = w.PersonByPassword(w.ctx, "maya", "the first password")
	w.must(err)
	k := key("phone")
	_, err = w.RedeemCode(w.ctx, code, store.Credential{Key: &k}) // it stayed good
	w.must(err)
	again := w.invite(store.Invite{Handle: "maya"}) // the operator's own code is how a lost password is replaced
	_, err = w.RedeemCode(w.ctx, again.Text, store.Credential{Password: "another password"})
	w.must(err)
}
