package tui

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tincan/store"
)

// crowded is somebody who looks at Home, in a company in which posts come: one more in everyone, of somebody else, is
// what post writes.
func crowded(b *testing.B) (s *sitting, post func() store.Post) {
	w := newWorld(b, store.Options{PostsPerMinute: 1 << 20})
	ben := w.person("ben", "Ben Brook", "Operations")
	everyone := w.channel("everyone")
	pia := w.person("pia", "Pia Quill", "Finance")
	for i := range 10 {
		w.found(store.NewChannel{Name: fmt.Sprint("place-", i)}, ben, pia)
	}
	for i := range 50 {
		w.post(ben, everyone, 0, fmt.Sprintf("Build %d is green again. The cause was a clock that ran backwards on one runner.", i))
	}
	w.me = pia.ID
	w.must(w.store.MarkWelcomed(w.ctx, w.me))
	me, err := w.store.Me(w.ctx, w.me)
	w.must(err)
	s = &sitting{world: w}
	s.m = New(w.ctx, w.store, me, Options{Now: w.clock.now, Log: w.log, Drawn: w.drawn})
	s.m.app.tick = s.tick
	s.m.events = s.m.app.listen() // as what is read for those who are here is remembered
	s.events = reflect.ValueOf(s.m.events.next).Pointer()
	b.Cleanup(func() { s.m.Close(s.ctx) })
	s.run(s.m.side.refresh())
	for _, l := range s.m.stack {
		s.run(l.Init())
	}
	s.give(tea.ColorProfileMsg{Profile: colorprofile.ANSI256})
	s.give(tea.WindowSizeMsg{Width: 120, Height: 40})
	s.m.View()
	return s, func() store.Post {
		p := w.post(ben, everyone, 0, "One more thing about the runner.")
		w.clock.add(-time.Minute) // which every post takes
		return p
	}
}

// BenchmarkArrival is what one post of somebody else costs one person who looks at Home: what is read for it, and what
// is drawn. The post itself is not counted.
func BenchmarkArrival(b *testing.B) {
	s, post := crowded(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		if i%30 == 0 {
			s.give(keyOf(keys.ShowNew.Keys()[0]))
		}
		p := post()
		b.StartTimer()
		s.give(eventsMsg{{Kind: store.Posted, Channel: p.Channel, Post: p.ID, By: p.Author}})
		s.m.Rows()
	}
}

// BenchmarkFrame is what it costs to take in a message whose answer is there already, and to draw what came of it.
func BenchmarkFrame(b *testing.B) {
	s, post := crowded(b)
	side, err := s.store.Side(s.ctx, s.m.app.me)
	s.must(err)
	first := s.m.top().screen.(*home).latest
	fresh := post()
	down, up := keyOf("down"), keyOf("up")
	for _, of := range []struct {
		name string
		msg  func(i int) tea.Msg
	}{
		{"nothing has changed", func(int) tea.Msg { return leftMsg{} }},
		{"a channel has something new", func(i int) tea.Msg {
			more := *side
			more.Channels = slices.Clone(side.Channels)
			more.Channels[3].Unread = i % 90
			return sidebarMsg{Side: &more}
		}},
		{"a post waits above", func(i int) tea.Msg {
			first.unseen = i % 40
			fresh.ID++
			return store.Event{Kind: store.Posted, Channel: fresh.Channel, Post: fresh.ID}
		}},
		{"the next post is chosen", func(i int) tea.Msg {
			if i%16 < 8 {
				return down
			}
			return up
		}},
		{"a letter is typed", func(i int) tea.Msg {
			if i == 0 {
				s.m.Update(keyOf("n"))
			}
			if i%200 == 0 {
				s.m.Update(keyOf("ctrl+u"))
			}
			return keyOf("e")
		}},
	} {
		b.Run(of.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				msg := of.msg(i)
				b.StartTimer()
				s.m.Update(msg)
				s.m.Rows()
			}
		})
	}
}
