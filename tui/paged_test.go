package tui

import (
	"slices"
	"strconv"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// tens is a list of numbers that end in a digit, page by page.
func tens(w *world, digit *int) *paged[int] {
	p := newPaged[int](w.app, w.theme)
	p.reads = func() reader[int] {
		digit := *digit
		return func(after *int, n int) (rows []int, _ func(), err error) {
			next := digit
			if after != nil {
				next = *after + 10
			}
			for ; len(rows) < n && next < 20*pageSize; next += 10 {
				rows = append(rows, next)
			}
			return rows, nil, nil
		}
	}
	p.list = func() {
		var items []item
		for _, n := range p.all {
			items = append(items, item{name: strconv.Itoa(n)})
		}
		p.set(items)
	}
	return p
}

// A page that was on its way when something else was asked for, or when what is here was read again, is not taken for a
// part of it, and is asked for again.
func TestPageOfAnotherQuestionIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(p *paged[int], digit *int) tea.Cmd{
		"another question": func(p *paged[int], digit *int) tea.Cmd { *digit = 7; return p.another() },
		"read again":       func(p *paged[int], _ *int) tea.Cmd { return p.refresh() },
	} {
		t.Run(name, func(t *testing.T) {
			w, digit := newWorld(t, store.Options{}), 3
			p := tens(w, &digit)
			h := w.attend(p.update)
			h.send(tea.WindowSizeMsg{Width: 80, Height: 24})
			h.run(p.Init())
			p.choose(len(p.all) - 1)
			late := answersOf(p.more())
			h.run(meanwhile(p, &digit))
			for _, m := range late {
				h.send(m)
			}
			for !p.ended {
				h.press("end")
			}
			var want []int
			for n := digit; n < 20*pageSize; n += 10 {
				want = append(want, n)
			}
			if !slices.Equal(p.all, want) {
				t.Errorf("%v", p.all)
			}
		})
	}
}

// Where a question is under way, the next one follows it, and its answer is what is shown.
func TestQuestionsFollowEachOther(t *testing.T) {
	t.Parallel()
	w, digit := newWorld(t, store.Options{}), 3
	p := tens(w, &digit)
	h := w.attend(p.update)
	first := answersOf(p.Init())
	digit = 7
	if cmd := p.another(); cmd != nil {
		t.Error("both are asked at once")
	}
	for _, m := range first {
		h.send(m)
	}
	if len(p.all) != pageSize || p.all[0] != 7 {
		t.Errorf("%v", p.all)
	}
}
