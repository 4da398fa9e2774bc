package tui

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// closed is a private channel of Ben's, in which Maya is, with one post that is pinned, edited, saved and names her.
func (w *world) closed() (store.Person, store.Channel, store.Post) {
	w.t.Helper()
	ben := w.person("ben", "Ben Brook", "Operations")
	c, err := w.store.CreateChannel(w.ctx, ben.ID, store.NewChannel{Name: "secret", Purpose: "what is between us", Private: true})
	w.must(err)
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	w.must(w.store.AddMember(w.ctx, ben.ID, c.ID, me.Handle))
	p := w.post(ben, c, 0, "between us")
	_, err = w.store.EditPost(w.ctx, ben.ID, p.ID, "between us, @"+me.Handle)
	w.must(err)
	w.must(w.store.PinPost(w.ctx, ben.ID, p.ID, true))
	w.must(w.store.SavePost(w.ctx, w.me, p.ID, true))
	w.finds("between", 1)
	return ben, c, p
}

// finds waits until the search finds as many posts with a word.
func (w *world) finds(word string, n int) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		found, err := w.store.Search(w.ctx, w.me, word, store.Newest, 0, store.MaxPage)
		w.must(err)
		if len(found.Posts) == n {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%d of %d are found", len(found.Posts), n)
		}
	}
}

// Whoever is taken out of a private channel sees nothing of it any more, whatever screen it stood on.
func TestNothingStaysOfAChannelThatIsClosedToMe(t *testing.T) {
	t.Parallel()
	screens := map[string]func(*world, store.Person, store.Channel, store.Post) screen{
		"home": func(w *world, _ store.Person, _ store.Channel, _ store.Post) screen {
			return newHome(w.app, w.theme, false)
		},
		"channel": func(w *world, _ store.Person, c store.Channel, _ store.Post) screen {
			return newChannel(w.app, w.theme, c.ID)
		},
		"pins": func(w *world, _ store.Person, c store.Channel, _ store.Post) screen {
			return newPins(w.app, w.theme, c)
		},
		"thread": func(w *world, _ store.Person, _ store.Channel, p store.Post) screen {
			return newThread(w.app, w.theme, p.ID)
		},
		"versions": func(w *world, _ store.Person, _ store.Channel, p store.Post) screen {
			return newVersions(w.app, w.theme, p)
		},
		"inbox": func(w *world, _ store.Person, _ store.Channel, _ store.Post) screen { return newInbox(w.app, w.theme) },
		"saved": func(w *world, _ store.Person, _ store.Channel, _ store.Post) screen { return newSaved(w.app, w.theme) },
		"person": func(w *world, ben store.Person, _ store.Channel, _ store.Post) screen {
			return newPerson(w.app, w.theme, ben)
		},
		"search": func(w *world, _ store.Person, _ store.Channel, _ store.Post) screen {
			return newSearch(w.app, w.theme, "between")
		},
	}
	for name, open := range screens {
		t.Run(name, func(t *testing.T) {
			w := settled(t)
			ben, c, p := w.closed()
			s := open(w, ben, c, p)
			h := w.show(s, 80, 24)
			if text := plain(s.View().Content); !strings.Contains(text, "between us") {
				t.Fatalf("not there at first:\n%s", text)
			}
			me, err := w.store.Me(w.ctx, w.me)
			w.must(err)
			w.must(w.store.RemoveMember(w.ctx, ben.ID, c.ID, me.Handle))
			h.send(store.Event{Kind: store.Channels, Channel: c.ID, By: ben.ID})
			if text := plain(s.View().Content); strings.Contains(text, "between us") {
				t.Errorf("still there:\n%s", text)
			}
			if s, is := s.(*channel); is && strings.Contains(s.Title(), c.Name) {
				t.Errorf("still called %q", s.Title())
			}
		})
	}
}

// A page that was asked for before a post was hidden, and comes after everybody was told, does not bring it back.
func TestWhatIsOnItsWayIsNotShownAsItWas(t *testing.T) {
	t.Parallel()
	const many = 3 * pageSize
	for _, place := range []string{"the first page", "an older page", "the first page of a search", "a thread", "earlier replies"} {
		t.Run(place, func(t *testing.T) {
			w := settled(t)
			ben := w.person("ben", "Ben Brook", "Operations")
			everyone := w.channel("everyone")
			root, threaded := w.post(ben, everyone, 0, "words"), strings.Contains(place, "thread") || strings.Contains(place, "replies")
			hidden := root
			for i := range many {
				in := int64(0)
				if threaded {
					in = root.ID
				}
				if p := w.post(ben, everyone, in, fmt.Sprint("words ", i)); i == many/2 {
					hidden = p
				}
			}
			var s screen
			var feed *feed
			switch {
			case threaded:
				th := newThread(w.app, w.theme, root.ID)
				s, feed = th, th.feed
			case strings.Contains(place, "search"):
				hidden = w.post(ben, everyone, 0, "words of now")
				w.finds("words", many+2)
				found := newSearch(w.app, w.theme, "words").(*search)
				s, feed = found, &found.feed
			default:
				c := newChannel(w.app, w.theme, everyone.ID)
				s, feed = c, &c.feed
			}
			h := w.show(s, 80, 24)
			late := func(ask func() tea.Cmd) {
				t.Helper()
				cmd := ask()
				if cmd == nil {
					t.Fatal("nothing is asked for")
				}
				answer := answersOf(cmd)
				w.must(w.store.HidePost(w.ctx, w.me, hidden.ID, "because"))
				h.send(store.Event{Kind: store.Changed, Channel: everyone.ID, Root: hidden.Root, Post: hidden.ID, By: w.me})
				for _, a := range answer {
					h.send(a)
				}
			}
			switch s := s.(type) {
			case *channel:
				if place == "the first page" {
					hidden = w.post(ben, everyone, 0, "words of now")
					late(s.latest.refresh)
				} else {
					feed.top = feed.starts[len(feed.posts)-1]
					late(s.latest.more)
				}
			case *search:
				late(s.ask)
			case *thread:
				if place == "a thread" {
					hidden = w.post(ben, everyone, root.ID, "words of now")
					late(s.refresh)
				} else {
					feed.top = 0
					late(s.loadEarlier)
				}
			}
			for n := 0; n < 10 && feed.index(hidden.ID) < 0; n++ { // until it is loaded
				feed.top = 0
				if !threaded {
					feed.top = feed.starts[len(feed.posts)-1]
				}
				switch s := s.(type) {
				case *channel:
					h.run(tea.Batch(s.latest.more(), s.latest.show()))
				case *search:
					feed.selected = feed.posts[len(feed.posts)-1].ID
					h.run(s.more())
				case *thread:
					h.run(s.loadEarlier())
				}
			}
			i := feed.index(hidden.ID)
			switch {
			case i < 0 && place == "the first page of a search": // which does not find what is hidden
			case i < 0:
				t.Error("it is not loaded")
			case !feed.posts[i].Hidden:
				t.Errorf("it is shown as it was: %q", feed.posts[i].Body)
			}
		})
	}
}

// answersOf are the answers of a command, and of those that it consists of.
func answersOf(cmd tea.Cmd) (all []tea.Msg) {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			all = append(all, answersOf(c)...)
		}
	default:
		all = append(all, msg)
	}
	return all
}

// Of more than one page, what was loaded is read again whole where it may have changed.
func TestWhatIsLoadedIsReadAgainHoweverMuch(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben, secret, private := w.closed()
	everyone := w.channel("everyone")
	root := w.post(ben, everyone, 0, "the root")
	early := w.post(ben, everyone, root.ID, "an early reply")
	for i := range store.MaxPage + 20 {
		w.post(ben, everyone, root.ID, fmt.Sprint("reply ", i))
		w.post(ben, everyone, 0, fmt.Sprint("post ", i))
	}
	th, home := newThread(w.app, w.theme, root.ID), newHome(w.app, w.theme, false)
	thread, list := w.show(th, 80, 24), w.show(home, 80, 24)
	for n := 0; n < 10 && th.index(early.ID) < 0; n++ {
		th.top = 0
		thread.run(th.loadEarlier())
	}
	for n := 0; n < 10 && home.index(private.ID) < 0; n++ {
		home.top = home.starts[len(home.feed.posts)-1]
		list.run(home.more())
	}
	if th.index(early.ID) < 0 || home.index(private.ID) < 0 {
		t.Fatal("not loaded")
	}
	w.must(w.store.HidePost(w.ctx, w.me, early.ID, "because"))
	thread.send(store.Event{Kind: store.Changed, Channel: everyone.ID, Root: root.ID, Post: early.ID, By: w.me})
	if i := th.index(early.ID); i < 0 || !th.posts[i].Hidden {
		t.Error("an early reply that is hidden is shown")
	}
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	w.must(w.store.RemoveMember(w.ctx, ben.ID, secret.ID, me.Handle))
	list.send(store.Event{Kind: store.Channels, Channel: secret.ID, By: ben.ID})
	if home.index(private.ID) >= 0 {
		t.Error("an early post of a channel that is closed to me is shown")
	}
	if n := len(home.feed.posts); n < store.MaxPage {
		t.Errorf("%d posts are left of Home", n)
	}
}
