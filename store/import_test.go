package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := noon.Add(-2 * 365 * 24 * time.Hour).Truncate(time.Second)
	people := []store.ImportedPerson{
		{Key: "U1", Handle: "Maya Lind", Name: "Maya Lind", Title: "Controller", Email: "Maya@Example.com"},
		{Key: "B1", Handle: "ci", Bot: true},
		{Key: "U1", Handle: "twice"},
	}
	channels := []store.ImportedChannel{{Key: "C1", Name: "General Talk", Purpose: "Old\ntalk", Members: []string{"U1", "U9"}, CreatedAt: long}}
	posts := []store.ImportedPost{
		{Key: "1", Channel: "C1", Author: "U1", At: long.Add(time.Minute + 250*time.Millisecond), Body: "\nfirst #Tag\x1b[2J @ci\n", Edited: true},
		{Key: "2", Channel: "C1", Author: "B1", Root: "1", At: long.Add(2 * time.Minute), Body: "answer"},
		{Key: "3", Channel: "C1", Author: "B1", At: long.Add(time.Minute), Body: "the same second"},
		{Key: "4", Channel: "C1", Author: "B1", At: long.Add(time.Minute), Body: ""},
		{Key: "5", Channel: "C1", Author: "U1", Root: "2", At: long.Add(3 * time.Minute), Body: "answers an answer"},
	}
	all := func() string {
		t.Helper()
		p, err := w.ImportPeople(w.ctx, store.Operator, "slack", people)
		w.must(err)
		c, err := w.ImportChannels(w.ctx, store.Operator, "slack", channels)
		w.must(err)
		m, err := w.ImportPosts(w.ctx, store.Operator, "slack", posts)
		w.must(err)
		return row(p, c, m)
	}
	equal(t, "added", all(), "2 1 5")
	equal(t, "added the second time", all(), "0 0 0")
	w.healthy()

	ben := w.person("ben")
	maya, err := w.Person(w.ctx, ben, "maya.lind")
	w.must(err)
	equal(t, "a person", row(maya.Name, maya.Title, maya.Email, maya.State), "Maya Lind Controller maya@example.com staged")
	ch, err := w.Channel(w.ctx, ben, "general-talk")
	w.must(err)
	equal(t, "the channel", row(ch.Purpose, ch.Imported, ch.Members, w.number(`SELECT created_at FROM channel WHERE id = ?`, ch.ID) == long.UnixMilli(), ch.Private, ch.Archived), "Old talk true 1 true false false")

	log, err := w.ChannelLog(w.ctx, ben, ch.ID, 10)
	w.must(err)
	first := log[0]
	equal(t, "a post", row(first.Body, first.Imported, first.Deleted, first.Seq, first.At.Equal(posts[0].At), first.EditedAt.Equal(first.At), first.Handle, first.Bot), "first #Tag @ci true false 0 true true maya.lind false")
	equal(t, "its number", first.ID, posts[0].At.Unix())
	equal(t, "of the same second", row(log[1].ID-first.ID, log[2].ID-first.ID, log[1].Bot), "1 2 true")
	equal(t, "a thread", row(bodies(w.thread(ben, first.ID).Replies), w.thread(ben, log[4].ID).Root.ID == first.ID), "answer answers an answer true")
	equal(t, "counters", row(w.thread(ben, first.ID).Root.Replies, w.thread(ben, first.ID).Root.LastReplyBy), "2 Maya Lind")
	equal(t, "tags", w.text(`SELECT group_concat(name) FROM tag`), "tag")
	equal(t, "nobody is told of old mentions", w.number(`SELECT count(*) FROM mention`)+w.number(`SELECT count(*) FROM follow`), 0)
}

// Nothing imported is ever new to anybody, in any order with what is written live.
func TestImportedIsNeverUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	w.archive("old", 3)
	ch := w.number(`SELECT id FROM channel WHERE name = 'old'`)
	w.join(ch, maya, ben)
	equal(t, "unread", w.unread(maya, ch), 0)
	root := w.post(ben, ch, "live")
	w.archive("old", 9)
	equal(t, "the live one only", w.unread(maya, ch), 1)

	// A live answer to an imported post is new for who follows; the imported author does not.
	oldest := w.number(`SELECT min(id) FROM post`)
	w.must(w.FollowThread(w.ctx, maya, oldest, true))
	w.reply(ben, oldest, "still true?")
	equal(t, "new in the old thread", w.news(maya, oldest), 1)
	equal(t, "followers", w.number(`SELECT count(*) FROM follow WHERE root_id = ?`, oldest), 2)
	equal(t, "seq of the live root", root.Seq, 1)
	w.healthy()
}

func TestWhoMayImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	_, err := w.ImportPeople(w.ctx, maya, "s", []store.ImportedPerson{{Key: "1", Handle: "x"}})
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
	_, err = w.ImportChannels(w.ctx, maya, "s", nil)
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
	_, err = w.ImportPosts(w.ctx, maya, "s", nil)
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
	n, err := w.ImportPeople(w.ctx, jon, "s", []store.ImportedPerson{{Key: "1", Handle: "x"}})
	w.must(err)
	equal(t, "added", n, 1)
}

func TestImportCollisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.open(maya, "sales")
	secret := w.private(maya, "secret")
	w.raw(`UPDATE person SET email = 'maya@example.com' WHERE id = ?`, maya)
	long := strings.Repeat("n", 40)

	_, err := w.ImportPeople(w.ctx, store.Operator, "a", []store.ImportedPerson{
		{Key: "same e-mail", Handle: "somebody", Name: "Not Maya", Email: " MAYA@example.com"},
		{Key: "same handle", Handle: "maya", Email: "other@example.com"},
		{Key: "third", Handle: "maya"},
		{Key: "nameless", Handle: "!!!", Name: strings.Repeat("N", 100)},
		{Key: "long", Handle: long},
		{Key: "long too", Handle: long, Email: strings.Repeat("e", 300)},
	})
	w.must(err)
	equal(t, "handles", w.text(`SELECT group_concat(handle, ' ') FROM (SELECT handle FROM person ORDER BY id)`),
		"maya maya-2 maya-3 someone "+long[:32]+" "+long[:30]+"-2")
	equal(t, "by e-mail", w.number(`SELECT id FROM imported WHERE key = 'same e-mail'`), maya)
	equal(t, "whose name stays", w.text(`SELECT name FROM person WHERE id = ?`, maya), "")
	equal(t, "a long name is cut", w.number(`SELECT length(name) FROM person WHERE handle = 'someone'`), 60)

	_, err = w.ImportChannels(w.ctx, store.Operator, "a", []store.ImportedChannel{
		{Key: "1", Name: "#Sales"}, {Key: "2", Name: "sales"}, {Key: "3", Name: "secret"}, {Key: "4", Name: "everyone"},
		{Key: "5", Name: "!?"}, {Key: "6", Name: ""}, {Key: "7", Name: "old", Archived: true}, {Key: "8", Name: strings.Repeat("c", 32)}, {Key: "9", Name: strings.Repeat("c", 32)},
	})
	w.must(err)
	equal(t, "channels", w.text(`SELECT group_concat(name, ' ') FROM (SELECT name FROM channel WHERE imported = 1 ORDER BY id)`),
		"sales-imported sales-imported-2 secret-imported everyone-imported imported imported-imported old "+strings.Repeat("c", 32)+" "+strings.Repeat("c", 23)+"-imported")
	_, err = w.ImportChannels(w.ctx, store.Operator, "a", []store.ImportedChannel{{Key: "in", Name: "hidden", Private: true}, {Key: "direct", Direct: []string{"same e-mail", "third"}}})
	w.must(err)
	for me, want := range map[int64]string{store.Operator: "hidden", w.admin("ada"): ""} {
		names, err := w.ImportedNames(w.ctx, me, "a")
		w.must(err)
		equal(t, "taken", names["1"]+" "+names["3"], "sales-imported secret-imported")
		equal(t, "free", names["7"], "old")
		equal(t, "a private one", names["in"], want)
		_, named := names["direct"]
		equal(t, "a direct conversation", named, false)
	}
	_, err = w.ImportedNames(w.ctx, maya, "a")
	refused(t, err, store.ErrForbidden, "Only admins can do that. Ask one of them.")
	equal(t, "the private one is untouched", w.channel(maya, secret).Imported, false)
	old, err := w.Channel(w.ctx, maya, "old")
	w.must(err)
	equal(t, "archived", old.Archived, true)

	// The same keys of another archive are other things.
	n, err := w.ImportChannels(w.ctx, store.Operator, "b", []store.ImportedChannel{{Key: "1", Name: "other"}})
	w.must(err)
	equal(t, "added from another archive", n, 1)
}

// An archive from a machine whose clock was wrong must not stand above all that is written from now on.
func TestImportedDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.archive("old", 0)
	ch := w.number(`SELECT id FROM channel WHERE name = 'old'`)
	w.join(ch, maya)
	live := w.post(maya, ch, "live")
	w.clock.add(time.Hour)
	posts := []store.ImportedPost{
		{Key: "future", At: noon.Add(1000 * time.Hour), Body: "future"},
		{Key: "between", At: live.At.Add(time.Minute), Body: "between"},
		{Key: "before", At: live.At.Add(-time.Minute), Body: "before"},
		{Key: "same", At: live.At, Body: "same"},
		{Key: "1905", At: time.Date(1905, 1, 1, 0, 0, 0, 0, time.UTC), Body: "1905"},
		{Key: "never", Body: "never"},
	}
	for i := range posts {
		posts[i].Channel, posts[i].Author = "C1", "U1"
	}
	_, err := w.ImportPosts(w.ctx, store.Operator, "old", posts)
	w.must(err)
	log, err := w.ChannelLog(w.ctx, maya, ch, 10)
	w.must(err)
	equal(t, "order", bodies(log), "1905 never before live same between future")
	equal(t, "the future is now", log[6].At, w.clock.Now())
	next := w.post(maya, ch, "next")
	equal(t, "what comes after", next.ID > log[6].ID, true)
	for _, p := range log {
		equal(t, "number of "+p.Body, p.ID > 0, true)
	}
	w.healthy()
}

// Each second has one number. Where an archive has more posts than that, they take the next ones that are free.
func TestImportedInOneSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.archive("old", 0)
	at := noon.Add(-time.Hour)
	var posts []store.ImportedPost
	for i, second := range []int{0, 5, 0, 0, 1, 0, 0, 0, 9, 4, 0} {
		posts = append(posts, store.ImportedPost{Key: fmt.Sprint(i), Channel: "C1", Author: "U1", At: at.Add(time.Duration(second) * time.Second), Body: "x"})
	}
	for _, half := range [][]store.ImportedPost{posts[:4], posts[4:]} {
		_, err := w.ImportPosts(w.ctx, store.Operator, "old", half)
		w.must(err)
	}
	equal(t, "seconds", w.text(`SELECT group_concat(id - ?, ' ') FROM (SELECT id FROM imported WHERE kind = 2 ORDER BY CAST(key AS INTEGER))`, at.Unix()), "0 5 1 2 3 4 6 7 9 8 10")
}

// What refers to nothing is refused whole, and can be imported once it is mended.
func TestImportMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.archive("old", 1)
	good := store.ImportedPost{Key: "good", Channel: "C1", Author: "U1", Body: "good"}
	for _, bad := range []store.ImportedPost{
		{Key: "bad", Channel: "C9", Author: "U1"},
		{Key: "bad", Channel: "C1", Author: "U9"},
		{Key: "bad", Channel: "C1", Author: "U1", Root: "99"},
	} {
		n, err := w.ImportPosts(w.ctx, store.Operator, "old", []store.ImportedPost{good, bad})
		refused(t, err, store.ErrNotFound, "which is not in it")
		equal(t, "added", n, 0)
	}
	bad := good
	bad.Key, bad.Body = "long", strings.Repeat("x", store.ImportedPostLimit+1)
	_, err := w.ImportPosts(w.ctx, store.Operator, "old", []store.ImportedPost{good, bad})
	refused(t, err, store.ErrInvalid, "An imported post may have 65,536 bytes; one has 65,537.")
	bad.Body = bad.Body[1:]
	n, err := w.ImportPosts(w.ctx, store.Operator, "old", []store.ImportedPost{good, bad})
	w.must(err)
	equal(t, "added", n, 2)
}

// A reply that an archive puts into another channel than its thread stands with its thread.
func TestImportedReplyStandsInItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.archive("old", 1)
	_, err := w.ImportChannels(w.ctx, store.Operator, "old", []store.ImportedChannel{{Key: "C2", Name: "other"}})
	w.must(err)
	_, err = w.ImportPosts(w.ctx, store.Operator, "old", []store.ImportedPost{{Key: "r", Channel: "C2", Author: "U1", Root: "0", Body: "reply"}})
	w.must(err)
	equal(t, "channel", w.text(`SELECT c.name FROM post p JOIN channel c ON c.id = p.channel_id WHERE p.body = 'reply'`), "old")
	w.healthy()
}

// Posting goes on beside an import that is done in small pieces.
func TestPostingBesideAnImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	other := openWorld(t, w.dir, store.Options{Now: w.clock.Now})
	const pieces = 5
	done := make(chan error, 1)
	go func() {
		_, err := other.ImportPeople(w.ctx, store.Operator, "big", []store.ImportedPerson{{Key: "U", Handle: "u"}})
		if err == nil {
			_, err = other.ImportChannels(w.ctx, store.Operator, "big", []store.ImportedChannel{{Key: "C", Name: "big"}})
		}
		for piece := 0; piece < pieces && err == nil; piece++ {
			var posts []store.ImportedPost
			for i := range 200 {
				posts = append(posts, store.ImportedPost{Key: fmt.Sprint(piece, i), Channel: "C", Author: "U", At: noon.Add(-time.Duration(piece*200+i) * time.Hour), Body: "x"})
			}
			_, err = other.ImportPosts(w.ctx, store.Operator, "big", posts)
		}
		done <- err
	}()
	for posted := 0; ; posted++ {
		select {
		case err := <-done:
			w.must(err)
			equal(t, "imported", w.number(`SELECT count(*) FROM post WHERE imported = 1`), pieces*200)
			equal(t, "posted meanwhile", w.number(`SELECT count(*) FROM post WHERE imported = 0`), int64(posted))
			w.healthy()
			return
		default:
			w.post(maya, w.everyone(), "x")
		}
	}
}
