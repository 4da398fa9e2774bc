package store_test

import (
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func handles(people []store.Person) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Handle)
	}
	return strings.Join(all, " ")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.enter(store.Invite{Handle: "maya", Name: "Maya Lind"})
	zoe := w.enter(store.Invite{Handle: "zoe", Name: "Zoë Größe"})
	w.enter(store.Invite{Handle: "tanaka", Name: "田中 太郎"})
	w.invite(store.Invite{Handle: "lindsay", Name: "Lindsay May"})
	left := w.person("lindgren")
	w.archive("old", 0)
	find := func(q, after string, n int) string {
		t.Helper()
		people, err := w.People(w.ctx, maya, q, after, n)
		w.must(err)
		return handles(people)
	}
	zoes := w.text(`SELECT handle FROM person WHERE id = ?`, zoe)
	for q, want := range map[string]string{
		"":         "lindgren lindsay maya tanaka " + zoes,
		"lind":     "lindgren lindsay maya",
		"lind may": "lindsay maya",
		"May Lind": "lindsay maya",
		"grosse":   zoes,
		"ZOË":      zoes,
		"田":        "tanaka",
		"ind":      "",
		"old":      "", // who has only written in an archive is not on the roster
		"%":        "lindgren lindsay maya tanaka " + zoes,
		"nobody":   "",
	} {
		equal(t, q, find(q, "", 10), want)
	}
	equal(t, "a page", find("", "lindgren", 2), "lindsay maya")
	equal(t, "a page of those found", find("lind", "lindgren", 1), "lindsay")
	w.must(w.UpdateProfile(w.ctx, zoe, store.Profile{Name: "Zora Klein"}))
	equal(t, "by the new name", find("klein", "", 10), zoes)
	equal(t, "not by the old", find("grosse", "", 10), "")
	w.must(w.LeaveForGood(w.ctx, left))
	equal(t, "who has left is off", find("lindg", "", 10), "")

	complete := func(q string) string {
		t.Helper()
		people, err := w.CompletePerson(w.ctx, maya, q)
		w.must(err)
		return handles(people)
	}
	equal(t, "handles first, those who came before those who have not", complete("may"), "maya lindsay")
	equal(t, "by name", complete("@LIND"), "lindsay maya")
	equal(t, "nothing typed", complete("")+complete("@"), "")
	equal(t, "nobody", complete("xyz"), "")
}

// Of five thousand the right eight are offered at once.
func TestPeopleOfFiveThousand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.raw(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO person (handle, name, state, created_at) SELECT printf('a%04d', i), 'Pia ' || i, 2, 1 FROM n`)
	w.raw(`INSERT INTO person_word SELECT handle, id FROM person WHERE name <> '' UNION ALL SELECT 'pia', id FROM person WHERE name <> '' UNION ALL SELECT substr(name, 5), id FROM person WHERE name <> ''`)
	w.person("pia")
	w.person("pianist")
	for _, q := range []string{"p", "pi", "pia", "a", "a0", "pia 4999", "4", "m"} {
		start := time.Now()
		people, err := w.CompletePerson(w.ctx, maya, q)
		w.must(err)
		t.Logf("%q: %d in %v", q, len(people), time.Since(start))
	}
	people, err := w.CompletePerson(w.ctx, maya, "pi")
	w.must(err)
	equal(t, "handles that start so", row(handles(people[:2]), len(people)), "pia pianist 8")
	people, err = w.CompletePerson(w.ctx, maya, "pia 4999")
	w.must(err)
	equal(t, "the one", handles(people), "a4999")
	last := ""
	for n := 0; ; n++ { // all of them, page by page
		people, err = w.People(w.ctx, maya, "pia", last, 200)
		w.must(err)
		if len(people) == 0 {
			equal(t, "pages", n, 26)
			break
		}
		last = people[len(people)-1].Handle
	}
}

func TestPersonPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben, jon := w.person("maya"), w.person("ben"), w.person("jon")
	secret := w.private(maya, "secret", "ben")
	root := w.post(maya, w.everyone(), "root")
	w.post(maya, secret, "secret")
	gone := w.post(maya, w.everyone(), "gone")
	w.reply(maya, root.ID, "reply")
	w.must(w.DeletePost(w.ctx, maya, gone.ID))
	posts := func(me, before int64, n int) string {
		t.Helper()
		all, err := w.PersonPosts(w.ctx, me, maya, before, n)
		w.must(err)
		return bodies(all)
	}
	equal(t, "a member", posts(ben, 0, 10), "reply secret root")
	equal(t, "a stranger", posts(jon, 0, 10), "reply root")
	equal(t, "a page", posts(jon, 0, 1), "reply")
	equal(t, "the next", posts(jon, gone.ID, 1), "root")
	all, err := w.PersonPosts(w.ctx, jon, 12345, 0, 10)
	w.must(err)
	equal(t, "nobody", len(all), 0)
}
