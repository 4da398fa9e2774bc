package store_test

import (
	"strings"
	"testing"

	"tincan/store"
)

const fullSentence = "Nothing can be saved just now: the server's disk is full. Whoever runs it has to make room."

// fill posts until the disk is full and returns what was acknowledged.
func (w *world) fill(me, channel int64) (posted []int64) {
	w.t.Helper()
	body := strings.Repeat("text to fill the disk ", 40)
	for range 1 << 14 {
		p, err := w.CreatePost(w.ctx, me, store.NewPost{Place: store.Place{Channel: channel}, Body: body, FromDraft: true})
		if err != nil {
			refused(w.t, err, store.ErrReadOnly, fullSentence)
			return posted
		}
		posted = append(posted, p.ID)
	}
	w.t.Fatalf("the disk is never full")
	return nil
}

// holds fails unless exactly these posts are there, each once, and nothing is damaged.
func (w *world) holds(me, channel int64, posted []int64) {
	w.t.Helper()
	log, err := w.ChannelLog(w.ctx, me, channel, store.MaxLog)
	w.must(err)
	equal(w.t, "posts", len(log), len(posted))
	for i, p := range log {
		equal(w.t, "post", p.ID, posted[i])
	}
	w.healthy()
}

// SQLite's own limit on pages is met just where a full disk is.
func TestFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	ch := store.Place{Channel: w.everyone()}
	w.must(w.SaveDraft(w.ctx, maya, ch, store.Draft{Body: "begun"}))
	pages, err := w.LimitPages(w.ctx, 0)
	w.must(err)
	_, err = w.LimitPages(w.ctx, pages+20)
	w.must(err)
	posted := w.fill(maya, ch.Channel)
	equal(t, "some fitted", len(posted) > 5, true)
	w.holds(maya, ch.Channel, posted)

	// Reading goes on, and writing once there is room again.
	equal(t, "unread", w.unread(ben, ch.Channel), len(posted))
	_, err = w.LimitPages(w.ctx, 0)
	w.must(err)
	w.must(w.SaveDraft(w.ctx, maya, ch, store.Draft{Body: "begun again"}))
	posted = append(posted, w.post(maya, ch.Channel, "there is room").ID)
	w.holds(maya, ch.Channel, posted)
}
