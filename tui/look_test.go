package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"tincan/store"
)

// windows are the windows that every screen is looked at in.
var windows = [][2]int{{40, 12}, {80, 24}, {150, 45}}

// full is a world with people, channels and posts as a company has them.
func full(t *testing.T) *world {
	w := settled(t)
	maya, ben, tara := w.person("lind", "Maya Lind", "Finance"), w.person("ben", "Ben Brook", "Operations"), w.person("tara", "Tara Vale", "Sales")
	uma := w.person("uma", "Uma West", "Facilities")
	everyone := w.channel("everyone")
	platform := w.found(store.NewChannel{Name: "platform", Purpose: "Builds, releases and what broke. Say it here before you say it in a meeting."}, ben, tara)
	sales := w.found(store.NewChannel{Name: "sales-nord"}, tara, ben)
	closing := w.found(store.NewChannel{Name: "finance-close", Private: true}, maya)
	lunch := w.found(store.NewChannel{Name: "lunch"}, uma)
	w.must(w.store.MuteChannel(w.ctx, w.me, lunch.ID, true))
	w.post(ben, platform, 0, "How we deploy:\n```sh\nmake release VERSION=512 REGION=eu-north-1 && ./bin/deploy --wait --notify '#platform'\n```\nThen watch `deploy.log`. See https://wiki.nordwind.example/deploy?from=platform.")
	w.post(uma, everyone, 0, strings.Repeat("The lift in building 2 is back. Thank you for your patience. ", 8))
	q := w.post(tara, sales, 0, "Question: who has met *Kestrel Ltd* before?")
	w.post(ben, sales, q.ID, "I have, in 2019.")
	w.readAll()
	w.clock.add(5 * 24 * time.Hour)
	w.post(maya, closing, 0, "October is closed. Two entries wait for a receipt.")
	w.post(uma, lunch, 0, "Soup at 12:15")
	w.clock.add(2 * time.Hour)
	build := w.post(ben, platform, 0, "Build 512 is green again. The cause was a clock that ran backwards on one runner.")
	w.post(tara, platform, build.ID, "Thank you!")
	w.post(store.Person{ID: w.me}, platform, build.ID, "How far back?")
	w.post(ben, platform, build.ID, "4 seconds, @maya.lind. See `ntp.log` in #platform.")
	w.clock.add(time.Hour)
	w.post(maya, everyone, 0, "The new expense form is live. Two minutes instead of twenty; tell me what is still missing.")
	w.must(w.store.SaveDraft(w.ctx, w.me, store.Place{Channel: sales.ID}, store.Draft{Body: "Half a thought"}))
	w.clock.add(12 * time.Minute)
	return w
}

// inEverySize compares what a person sees with what they should.
func inEverySize(t *testing.T, world func(*testing.T) *world, keys ...string) {
	for _, size := range windows {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s := world(t).sit(size[0], size[1])
			s.press(keys...)
			fits(t, s.m.View().Content, size[0], size[1])
			golden.RequireEqual(t, s.screen()+"\n")
		})
	}
}

func TestHomeLooks(t *testing.T)      { inEverySize(t, full) }
func TestEmptyHomeLooks(t *testing.T) { inEverySize(t, settled) }
func TestHelpLooks(t *testing.T)      { inEverySize(t, full, "?") }
func TestMenuLooks(t *testing.T)      { inEverySize(t, full, "tab", "down", "down") }

var toPlatform = []string{"to #platform"}

func TestChannelLooks(t *testing.T) { inEverySize(t, full, toPlatform...) }

func TestThreadLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, full, append(slices.Clone(toPlatform), "enter")...)
}

func TestChannelHelpLooks(t *testing.T) {
	t.Parallel()
	inEverySize(t, full, append(slices.Clone(toPlatform), "?")...)
}

func TestEmptyThreadLooks(t *testing.T)  { inEverySize(t, full, "enter") }
func TestReplyLooks(t *testing.T)        { inEverySize(t, full, "r", "H", "i") }
func TestEmptyChannelLooks(t *testing.T) { inEverySize(t, settled, "to #everyone") }

// nasty is a world whose posts have broken other programs.
func nasty(t *testing.T) *world {
	w := settled(t)
	everyone := w.channel("everyone")
	for i, name := range []string{"hindi", "rtl", "chinese", "family", "escapes", "marks", "long"} {
		p := w.person(fmt.Sprint("p", i), ansi.Truncate(cast[name], 30, ""), ansi.Truncate(cast["chinese"], 30, ""))
		root := w.post(p, everyone, 0, cast[name])
		w.post(p, everyone, root.ID, cast[name]+"\n```\n"+cast[name]+"\n")
	}
	return w
}

func TestNastyLooks(t *testing.T)       { inEverySize(t, nasty) }
func TestNastyThreadLooks(t *testing.T) { inEverySize(t, nasty, "down", "down", "enter") }

// TestNothingOverflows walks at random through windows of every size: never a
// line wider than the window, never more lines, never a panic.
func TestNothingOverflows(t *testing.T) {
	t.Parallel()
	w := dayNasty(t)
	p := w.person("zoe", "Zoë \U0001f468\u200d\U0001f469\u200d\U0001f467", "")
	wide := w.found(store.NewChannel{Name: strings.Repeat("w", 30), Purpose: cast["long"][:200]}, p)
	for _, text := range cast {
		w.post(p, wide, 0, text)
	}
	names := []string{"up", "down", "pgup", "pgdown", "home", "end", "enter", "esc", "tab", "space", "n", "r", "f", "m", "J", "?", ".", "a", "backspace",
		"g", "ctrl+k", "/", "w", "M", "i", "S", "x", "t", "@", "#", ":", "b", "y", "o", "+", "s", "u", "e", "d", "v", "R", "p", "P", "Q", "A", "!", "1", "right", "ctrl+q", "to saved", "I", "c", "O", "L"}
	rapid.Check(t, func(r *rapid.T) {
		s := w.sit(rapid.IntRange(0, 200).Draw(r, "width"), rapid.IntRange(0, 60).Draw(r, "height"))
		defer s.m.Close(s.ctx)
		for range rapid.IntRange(1, 25).Draw(r, "acts") {
			switch rapid.IntRange(0, 9).Draw(r, "act") {
			case 0:
				s.send(tea.WindowSizeMsg{Width: rapid.IntRange(0, 200).Draw(r, "width"), Height: rapid.IntRange(0, 60).Draw(r, "height")})
			case 1:
				s.send(tea.MouseClickMsg{X: rapid.IntRange(0, 200).Draw(r, "x"), Y: rapid.IntRange(0, 60).Draw(r, "y"), Button: tea.MouseLeft})
			case 2:
				s.send(tea.MouseWheelMsg{X: rapid.IntRange(0, 200).Draw(r, "x"), Y: 3, Button: rapid.SampledFrom([]tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}).Draw(r, "wheel")})
			case 3:
				w.post(p, wide, 0, "x "+rapid.StringN(1, 300, 2000).Draw(r, "text"))
				s.hear()
			case 4:
				s.wait(1100 * time.Millisecond)
			case 5:
				e := rapid.SampledFrom(s.m.side.entries()).Draw(r, "entry")
				s.run(tea.Batch(s.m.open(e), s.m.arrange())) // as Update does
			default:
				s.press(rapid.SampledFrom(names).Draw(r, "key"))
			}
			s.inside(r)
			s.sameAnew(r)
			if s.left {
				return
			}
		}
	})
}

// forget lets go of how the composer was drawn.
func (w *writing) forget() {
	if w.composer != nil {
		w.composer.drawn = ""
	}
}

// sameAnew fails where the window would look otherwise if nothing of it had been kept: entries, hints, posts as lines.
func (s *sitting) sameAnew(r interface{ Fatalf(string, ...any) }) {
	kept := s.m.View()
	s.m.rows, s.m.joined, s.m.side.list, s.m.side.stale = nil, pieces{}, nil, true
	for _, l := range s.m.stack {
		switch l := l.screen.(type) {
		case *home:
			l.hinted, l.drawn, l.barred = nil, map[int64]*drawnPost{}, barred{}
			l.writing.forget()
		case *channel:
			l.hinted, l.drawn, l.barred = nil, map[int64]*drawnPost{}, barred{}
			l.writing.forget()
		case *shelf:
			l.hinted, l.drawn, l.barred = nil, map[int64]*drawnPost{}, barred{}
		case *thread:
			l.drawn, l.barred = map[int64]*drawnPost{}, barred{}
			l.writing.forget()
		}
	}
	if v := s.m.View(); v.Content != kept.Content {
		r.Fatalf("kept:\n%s\nanew:\n%s", kept.Content, v.Content)
	}
}

// inside fails where something stands outside the window.
func (s *sitting) inside(r interface{ Fatalf(string, ...any) }) {
	v := s.m.View()
	if s.m.width < 1 || s.m.height < 1 {
		if v.Content != "" {
			r.Fatalf("%q in a window of no size", v.Content)
		}
		return
	}
	lines := strings.Split(v.Content, "\n")
	if len(lines) > s.m.height {
		r.Fatalf("%d lines in a window of %d:\n%s", len(lines), s.m.height, ansi.Strip(v.Content))
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n > s.m.width {
			r.Fatalf("%d columns in a window of %d: %q", n, s.m.width, ansi.Strip(l))
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= s.m.width || c.Y >= len(lines)) {
		r.Fatalf("the cursor is at %d,%d in a window of %d×%d", c.X, c.Y, s.m.width, s.m.height)
	}
}
