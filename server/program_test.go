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
