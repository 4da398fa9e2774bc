package server

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// scribe is a model that notes what it is told.
type scribe struct {
	begin tea.Cmd
	told  []string
}

func (s *scribe) Init() tea.Cmd { return s.begin }

func (s *scribe) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if text, ok := msg.(string); ok {
		s.told = append(s.told, text)
	}
	return s, nil
}

func (s *scribe) View() tea.View { return tea.NewView(strings.Join(s.told, "\n")) }

func says(text string) tea.Cmd { return func() tea.Msg { return text } }

// playing is a program without a session around it.
func playing(t *testing.T, s *scribe) *program {
	return newProgram(s, easel(newGlass(t, 40, 12)), func(run func()) { go run() }, func(*program) {})
}

// Commands that run in order do so, also where some of them are several; once the model has quit, it is told nothing.
func TestProgram(t *testing.T) {
	s := &scribe{begin: tea.Sequence(says("one"), tea.Batch(says("two"), says("three")), nil, tea.Sequence(says("four"), says("five")), tea.Quit, says("six"))}
	g := playing(t, s)
	ctx, end := context.WithCancel(t.Context())
	if err := g.run(ctx, end, func() {}); err != nil {
		t.Error(err)
	}
	g.bring("seven")
	if want := []string{"one", "two", "three", "four", "five"}; !slices.Equal(s.told, want) {
		t.Errorf("%q, not %q", s.told, want)
	}
}

// A program ends with its session, whatever the commands beside it still wait for.
func TestProgramEndsWithItsSession(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &scribe{begin: tea.Batch(says("one"), func() tea.Msg {
		cancel()
		<-t.Context().Done()
		return "two"
	})}
	if err := playing(t, s).run(ctx, cancel, func() {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What a command says of having been interrupted by the session's end is not drawn: it looks like a failure.
func TestProgramIsToldNothingAfterItsSession(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &scribe{begin: func() tea.Msg { cancel(); return "interrupted" }}
	if err := playing(t, s).run(ctx, cancel, func() {}); !errors.Is(err, context.Canceled) || len(s.told) > 0 {
		t.Errorf("%v, told %q", err, s.told)
	}
}

// tardy is a model all of whose keys bring about a command that lasts until it is let go on.
type tardy struct {
	scribe
	keys int
	goOn chan struct{}
}

func (s *tardy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, key := msg.(tea.KeyPressMsg); !key {
		return s, nil
	}
	s.keys++
	return s, func() tea.Msg { <-s.goOn; return nil }
}

// What is typed waits while much is under way that came of it, and no longer than the session.
func TestWhoTypesFasterThanTheStore(t *testing.T) {
	for _, end := range []string{"it goes on", "the session ends"} {
		t.Run(end, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &tardy{goOn: make(chan struct{})}
			g := newProgram(s, easel(newGlass(t, 40, 12)), func(run func()) { go run() }, func(*program) {})
			const keys = 3 * underWay
			typed := make(chan struct{})
			ended := make(chan error, 1)
			go func() {
				ended <- g.run(ctx, cancel, func() {
					defer close(typed)
					for range keys {
						g.typing(tea.KeyPressMsg{Code: 'f'})
					}
				})
			}()
			taken := func() int {
				g.mu.Lock()
				defer g.mu.Unlock()
				return s.keys
			}
			if !poll(func() bool { return taken() == underWay }) {
				t.Fatalf("%d keys taken", taken())
			}
			if end == "the session ends" {
				cancel()
				<-typed
				if n := taken(); n != underWay {
					t.Errorf("%d keys taken after the end", n)
				}
				close(s.goOn)
				<-ended
				return
			}
			for range underWay {
				s.goOn <- struct{}{}
			}
			if !poll(func() bool { return taken() == 2*underWay }) || g.busy.Load() != underWay {
				t.Errorf("%d keys taken, %d under way", taken(), g.busy.Load())
			}
			close(s.goOn)
			<-typed
			if n := taken(); n != keys {
				t.Errorf("%d keys taken", n)
			}
		})
	}
}
