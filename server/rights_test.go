package server

import (
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

// Over a real line: whoever is taken out of a private channel while it is on the screen sees it go, and gets no byte of
// what is written there from then on, nor when they come back to where it was.
func TestNothingIsSentOfAChannelThatIsClosed(t *testing.T) {
	r := start(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	maya, _ := r.member("maya")
	ben, key := r.member("ben")
	must(r.store.MarkWelcomed(ctx, ben.ID))
	c, err := r.store.CreateChannel(ctx, maya.ID, store.NewChannel{Name: "secret", Private: true})
	must(err)
	must(r.store.AddMember(ctx, maya.ID, c.ID, "ben"))
	say := func(body string) {
		t.Helper()
		_, err := r.store.CreatePost(ctx, maya.ID, store.NewPost{Place: store.Place{Channel: c.ID}, Body: body})
		must(err)
	}
	say("between us")
	line := r.enter(key)
	home, thread := r.terminal(line, 120, 40), r.terminal(line, 120, 40)
	for _, s := range []*terminal{home, thread} {
		r.shows(s, 120, 40, "between us")
	}
	fmt.Fprint(thread.keys, "\r")
	r.shows(thread, 120, 40, "No replies yet.")

	must(r.store.RemoveMember(ctx, maya.ID, c.ID, "ben"))
	for _, s := range []*terminal{home, thread} {
		r.eventually("it is gone", func() bool {
			return !s.shows(120, 40, "between us") && !s.shows(120, 40, "▪ secret") && !s.shows(120, 40, "#secret")
		})
	}
	say("after you, @ben")
	_, err = r.store.CreatePost(ctx, maya.ID, store.NewPost{Place: store.Place{Channel: 1}, Body: "to all of us"})
	must(err)
	fmt.Fprint(thread.keys, "\x1b")
	r.shows(home, 120, 40, "to all of us")
	r.shows(thread, 120, 40, "to all of us")
	for _, s := range []*terminal{home, thread} {
		if strings.Contains(s.screen.String(), "after you") || s.shows(120, 40, "between us") {
			t.Error("what is none of theirs was sent")
		}
	}
}
