package store_test

import (
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

func (w *world) unread(me, channel int64) int {
	w.t.Helper()
	c := w.channel(me, channel)
	posts, err := w.ChannelPosts(w.ctx, me, channel, 0, store.MaxPage)
	w.must(err)
	marked := 0
	for _, p := range posts {
		if p.Unread {
			marked++
		}
	}
	equal(w.t, "posts marked unread", marked, c.Unread)
	return c.Unread
}

func TestUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	ch := w.everyone()
	var seqs []int64
	for range 3 {
		seqs = append(seqs, w.post(ben, ch, "x").Seq)
	}
	equal(t, "unread", w.unread(maya, ch), 3)
	equal(t, "unread for the author", w.unread(ben, ch), 0)
	w.must(w.MarkRead(w.ctx, maya, ch, seqs[0]))
	equal(t, "one read", w.unread(maya, ch), 2)

	w.post(maya, ch, "own, among unread ones")
	equal(t, "own posts are not new", w.unread(maya, ch), 2)
	last := w.post(ben, ch, "x").Seq
	w.post(maya, ch, "own again")
	equal(t, "unread", w.unread(maya, ch), 3)
	equal(t, "unread for ben", w.unread(ben, ch), 2)
	w.must(w.MarkRead(w.ctx, maya, ch, seqs[2]))
	equal(t, "own ones skipped", w.unread(maya, ch), 1)
	w.must(w.MarkRead(w.ctx, maya, ch, seqs[1])) // never back
	equal(t, "not back", w.unread(maya, ch), 1)
	w.must(w.MarkRead(w.ctx, maya, ch, last))
	equal(t, "only own ones left", w.unread(maya, ch), 0)
	w.must(w.MarkRead(w.ctx, maya, ch, 1<<40)) // not past the end
	w.post(ben, ch, "x")
	equal(t, "what comes then is new", w.unread(maya, ch), 1)
	w.reply(ben, w.post(maya, ch, "root").ID, "replies are not counted")
	equal(t, "unread", w.unread(maya, ch), 1)

	tara := w.person("tara")
	other := w.open(maya, "other")
	w.post(maya, other, "x")
	equal(t, "not joined", w.unread(tara, other), 0)
	w.must(w.MarkRead(w.ctx, tara, other, 1))
	refused(t, w.MarkRead(w.ctx, tara, 12345, 1), store.ErrNotFound, "There is no channel of that name here.")
	w.healthy()
}

// Posts of an archive that stand among live ones do not disturb what counts as read.
func TestUnreadAmongImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	w.archive("old", 0)
	ch := w.number(`SELECT id FROM channel WHERE name = 'old'`)
	w.join(ch, maya, ben)
	first := w.post(ben, ch, "1").Seq
	w.post(maya, ch, "own")
	w.post(ben, ch, "2")
	w.archive("old", 20) // dated between and after them
	w.post(ben, ch, "3")
	w.archive("old", 40)
	equal(t, "unread", w.unread(maya, ch), 3)
	w.must(w.MarkRead(w.ctx, maya, ch, first))
	equal(t, "after one was read", w.unread(maya, ch), 2)
	w.healthy()
}

// archive imports the first n posts of an archive of one channel and one person.
func (w *world) archive(name string, n int) {
	w.t.Helper()
	_, err := w.ImportPeople(w.ctx, store.Operator, name, []store.ImportedPerson{{Key: "U1", Handle: name + "-author", Name: "Olda"}})
	w.must(err)
	_, err = w.ImportChannels(w.ctx, store.Operator, name, []store.ImportedChannel{{Key: "C1", Name: name}})
	w.must(err)
	var posts []store.ImportedPost
	for i := range n {
		posts = append(posts, store.ImportedPost{Key: fmt.Sprint(i), Channel: "C1", Author: "U1", At: w.clock.Now(), Body: row(name, i)})
	}
	_, err = w.ImportPosts(w.ctx, store.Operator, name, posts)
	w.must(err)
}

// walk follows NextUnread from the beginning, reading each place if read, until it ends or has made n steps.
func (w *world) walk(me int64, read bool, n int) string {
	w.t.Helper()
	var all []string
	at := store.Place{}
	for range n {
		next, ok, err := w.NextUnread(w.ctx, me, at)
		w.must(err)
		if !ok {
			return strings.Join(append(all, "end"), " ")
		}
		name := w.channel(me, next.Channel).Name
		if next.Root != 0 {
			p, err := w.Post(w.ctx, me, next.Root)
			w.must(err)
			equal(w.t, "new in the thread", p.NewReplies > 0, true)
			name = p.Body
		} else {
			equal(w.t, "new in "+name, w.channel(me, next.Channel).Unread > 0, true)
		}
		all = append(all, name)
		at = next
		if read && next.Root != 0 {
			w.must(w.MarkThreadRead(w.ctx, me, next.Root, 1<<40))
		} else if read {
			w.must(w.MarkRead(w.ctx, me, next.Channel, 1<<40))
		}
	}
	return strings.Join(all, " ")
}

func TestNextUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	equal(t, "nothing yet", w.walk(maya, false, 3), "end")
	b, a, quiet, muted := w.open(ben, "b"), w.open(ben, "a"), w.open(ben, "quiet"), w.open(ben, "muted")
	for _, ch := range []int64{b, a, quiet, muted} {
		w.join(ch, maya)
	}
	w.must(w.MuteChannel(w.ctx, maya, muted, true))
	for i := range 3 {
		root := w.post(maya, quiet, fmt.Sprintf("thread%d", i))
		w.reply(ben, root.ID, "x")
	}
	for _, ch := range []int64{b, a, muted, w.everyone()} {
		w.post(ben, ch, "x")
	}
	all := "everyone a b thread0 thread1 thread2"
	equal(t, "in the order of the sidebar, and round again", w.walk(maya, false, 7), all+" everyone")

	// A place that is not new itself is where the walk goes on from.
	next, ok, err := w.NextUnread(w.ctx, maya, store.Place{Channel: quiet})
	w.must(err)
	equal(t, "after a quiet channel", row(next.Root != 0, ok), "true true")
	next, _, err = w.NextUnread(w.ctx, maya, store.Place{Channel: a})
	w.must(err)
	equal(t, "after a", next.Channel, b)

	equal(t, "each once, and then the end", w.walk(maya, true, 10), all+" end")
	w.healthy()
}

// A thread that has been read has left the list, and still is where the walk goes on from: what one
// passes over comes again only after the rest.
func TestNextUnreadAfterAReadThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	var roots []int64
	for i := range 3 {
		root := w.post(maya, w.everyone(), fmt.Sprint(i))
		w.reply(ben, root.ID, "x")
		roots = append(roots, root.ID)
	}
	w.post(ben, w.everyone(), "passed over")
	at := store.Place{Channel: w.everyone(), Root: roots[0]}
	w.must(w.MarkThreadRead(w.ctx, maya, roots[0], 1))
	next, ok, err := w.NextUnread(w.ctx, maya, at)
	w.must(err)
	equal(t, "next, after the first was read", row(ok, next.Root), row(true, roots[1]))
	at = next
	w.must(w.MarkThreadRead(w.ctx, maya, roots[1], 1))
	next, ok, err = w.NextUnread(w.ctx, maya, at)
	w.must(err)
	equal(t, "next", row(ok, next.Root), row(true, roots[2]))
	w.must(w.MarkThreadRead(w.ctx, maya, roots[2], 1))
	next, ok, err = w.NextUnread(w.ctx, maya, store.Place{Channel: w.everyone(), Root: roots[2]})
	w.must(err)
	equal(t, "and round again", row(ok, next), row(true, store.Place{Channel: w.everyone()}))

	// The only new place is not after itself.
	w.must(w.MarkRead(w.ctx, maya, w.everyone(), 1<<40))
	_, ok, err = w.NextUnread(w.ctx, maya, store.Place{Channel: w.everyone(), Root: roots[0]})
	w.must(err)
	equal(t, "nothing else", ok, false)
}
