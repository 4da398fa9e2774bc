package tui

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tincan/store"
)

// BenchmarkArrival is what one post of somebody else costs one person who looks at Home: what is read for it, and what
// is drawn. The post itself is not counted.
func BenchmarkArrival(b *testing.B) {
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
	s := &sitting{world: w}
	s.m = New(w.ctx, w.store, me, Options{Now: w.clock.now, Log: w.log, Drawn: &Drawn{}})
	s.m.app.tick = s.tick
	b.Cleanup(func() { s.m.Close(s.ctx) })
	s.run(s.m.side.refresh())
	for _, l := range s.m.stack {
		s.run(l.Init())
	}
	s.give(tea.ColorProfileMsg{Profile: colorprofile.ANSI256})
	s.give(tea.WindowSizeMsg{Width: 120, Height: 40})
	s.m.View()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		if i%30 == 0 {
			s.give(keyOf(keys.ShowNew.Keys()[0]))
		}
		p := w.post(ben, everyone, 0, "One more thing about the runner.")
		w.clock.add(-time.Minute) // which every post takes
		b.StartTimer()
		s.give(store.Event{Kind: store.Posted, Channel: everyone.ID, Post: p.ID, By: ben.ID})
		s.m.View()
	}
}
