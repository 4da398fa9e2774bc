package tui

import (
	"fmt"
	"math"
	"testing"
	"time"

	"tincan/store"
)

// measured is a world in which sixteen people have been here for five weeks of a trial.
func measured(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, store.Options{})
	w.clock.add(-36 * 24 * time.Hour) // a Wednesday
	w.must(w.store.SetTrial(w.ctx, w.me, store.Trial{Name: "Nordwind talks", First: "2026-10-15", Last: "2027-01-14"}, "As agreed."))
	w.must(w.store.UpdateProfile(w.ctx, w.me, store.Profile{Name: "Maya Lind", Department: "Finance"}))
	people := []store.Person{{ID: w.me}}
	for i, department := range []string{"Finance", "Finance", "Finance", "Finance", "Finance", "Sales", "Sales", "Sales", "Sales", "Sales", "Sales", "Legal", "Legal", "Operations", "Operations"} {
		people = append(people, w.person(fmt.Sprint("person", i), fmt.Sprint("Person ", i), department))
	}
	everyone := w.channel("everyone")
	for day := range 36 {
		w.clock.add(24 * time.Hour)
		for i, p := range people {
			if (day*day+i*i)%5 > day/9 || i == 3 {
				continue
			}
			w.must(w.store.Visit(w.ctx, p.ID))
			root := w.post(p, everyone, 0, "x")
			if i%3 == 0 {
				w.clock.add(time.Minute)
				w.post(people[(i+7)%len(people)], everyone, root.ID, "y")
				w.clock.add(-time.Minute)
			}
		}
	}
	ten, sixty := 10.0, 80.0
	w.must(w.store.SetObjective(w.ctx, w.me, store.Objective{What: "Most of us write now and then", Measure: "P1", Baseline: &ten, Target: &sixty}, "", "Agreed late."))
	return w
}

// sheet is all figures of a span.
func (w *world) sheet(span store.FigureSpan) store.FigureSheet {
	w.t.Helper()
	window, err := w.store.FigureSpanWindow(w.ctx, w.me, span)
	w.must(err)
	s, err := w.store.FigureSheet(w.ctx, w.me, store.FigureQuery{Window: window})
	w.must(err)
	return s
}

func TestFigureLooks(t *testing.T) {
	t.Parallel()
	w := measured(t)
	sheet := w.sheet(store.SpanTrial)
	one := func(id string) func() screen {
		fig, ok := figureOf(id, sheet.Whole)
		if !ok {
			t.Fatalf("there is no %s", id)
		}
		return func() screen { return newFigure(w.theme, fig, sheet) }
	}
	for name, make := range map[string]func() screen{
		"all":        func() screen { return newFigures(w.app, w.theme) },
		"share":      one("P1"),
		"hours":      one("C3.median"),
		"ratio":      one("N2"),
		"number":     one("A3.week"),
		"suppressed": one("P3.top1"),
		"not yet":    one("A6"),
		"trial":      func() screen { return newTrial(w.app, w.theme) },
	} {
		t.Run(name, func(t *testing.T) {
			in := *w
			in.t = t
			in.portraits(make)
		})
	}
	in := *w
	t.Run("answers", func(t *testing.T) {
		in.t = t
		in.portraits(func() screen { return newFigures(w.app, w.theme) }, "t", "end")
	})
}

// In the usual window every figure stands with its whole name, and with as many weeks as there are in the end.
func TestFigureNamesFit(t *testing.T) {
	t.Parallel()
	w := measured(t)
	sheet := w.sheet(store.SpanTrial)
	for len(sheet.Weeks) < sparkMost {
		sheet.Weeks = append(sheet.Weeks, sheet.Weeks[0])
	}
	f := newFigures(w.app, w.theme).(*figures)
	f.kept.read = func() (drawn, error) {
		return func(*kept) { f.list(sheet, store.SpanTrial) }, nil
	}
	s := w.sit(80, 24)
	s.run(push(f))
	for range f.items {
		s.misses("…")
		s.press("down")
	}
	s.sees("Failed sign-ins")
}

// Before there is anything the figures say what they wait for.
func TestEmptyFigureLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.portraits(func() screen { return newFigures(w.app, w.theme) })
}

// Another time is one key away, and says so where it has not begun.
func TestFiguresByArrowsAndEnter(t *testing.T) {
	t.Parallel()
	w := settled(t)
	for i := range 6 {
		w.person(fmt.Sprint("person", i), "", "Sales")
	}
	s := w.sit(80, 24)
	s.run(push(newAdmin(s.m.app, s.m.theme)))
	s.go1("Figures")
	s.sees("the last twelve weeks", "Activation", "14.3 %", "Who comes")
	s.press("enter")
	s.sees("the last four weeks")
	s.press("t")
	s.sees("the trial", "The trial has not begun. Its first day is set under")
	s.press("t")
	s.sees("all the time", "Activation")
	s.press("down", "enter")
	s.sees("figures --from", "CSV")
	s.go1("Activation")
	s.sees("Of those on the roster, the share that has been here in", "1 of 7", "By week", "By department", "Sales")
	s.press("esc", "esc")
	s.sees("who comes, writes and is answered")
}

func TestSpark(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{nil, ""},
		{[]float64{0, 0}, "▁▁"},
		{[]float64{nan, nan}, "··"},
		{[]float64{0, 1, nan, 4, 8}, "▁▁·▄▇"},
		{[]float64{-1, 1}, "▁▇"},
	} {
		if got := spark(c.values, highest(c.values)); got != c.want {
			t.Errorf("%v: %s, want %s", c.values, got, c.want)
		}
	}
	if got := columns(plain(bar(1.7, 5, newWorld(t, store.Options{}).theme))); got != 5 {
		t.Errorf("a bar of 5 columns has %d", got)
	}
}
