package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tincan/store"
)

// Each week has the figures that its own window has, and each department those that it has when asked for alone.
func TestParts(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann sales", "bob sales", "cat sales", "dan sales", "eve sales",
		"gus finance", "hal finance", "ida finance", "jon finance", "kim finance", "leo finance", "max legal", "ned legal", "uma legal", "vic legal", "wim legal")
	everyone := store.Place{Channel: s.everyone()}
	for day := range 20 {
		if day == 8 { // somebody goes
			s.raw(`INSERT INTO standing VALUES (?, ?, 0, 'legal', 0)`, s.id["wim"], firstMonday.AddDate(0, 0, 8).UnixMilli())
		}
		for i, who := range []string{"ann", "bob", "cat", "dan", "eve", "gus", "hal", "ida", "jon", "kim", "max", "ned", "uma", "vic"} {
			if (day+i)%3 == 0 {
				continue
			}
			s.at(day, 9+float64(i)/10)
			p := s.say(who, everyone, "x?")
			s.must(s.Visit(s.ctx, s.id[who]))
			if i%2 == 0 {
				s.at(day, 12+float64(i))
				s.say("ann", store.Place{Root: p.ID}, "y #helped")
				s.say("kim", store.Place{Root: p.ID}, "y")
			}
		}
	}
	s.at(1, 23)
	s.announce(s.admin, s.announcements(), "x", store.NewAnnouncement{})
	s.at(18, 12)
	window := store.Window{From: firstMonday, To: firstMonday.AddDate(0, 0, 40)}
	sheet, err := s.FigureSheet(s.ctx, s.admin, store.FigureQuery{Window: window})
	s.must(err)
	weeks, departments := sheet.Weeks, sheet.Departments
	equal(t, "weeks", len(weeks), 3)
	for i, w := range []store.Window{{window.From, firstMonday.AddDate(0, 0, 7)}, {firstMonday.AddDate(0, 0, 7), firstMonday.AddDate(0, 0, 14)}, {firstMonday.AddDate(0, 0, 14), firstMonday.AddDate(0, 0, 18).Add(12 * time.Hour).Add(time.Millisecond)}} {
		equal(t, "window", weeks[i].Window.String(), w.String())
		alone, err := s.Figures(s.ctx, s.admin, store.FigureQuery{Window: w})
		s.must(err)
		same(t, w.String(), weeks[i].Figures, alone)
	}
	equal(t, "departments", len(departments), 3)
	for _, d := range departments {
		alone, err := s.Figures(s.ctx, s.admin, store.FigureQuery{Window: window, Department: d.Name})
		s.must(err)
		same(t, d.Name, d.Figures, alone)
	}
	_, err = s.FigureSheet(s.ctx, s.admin, store.FigureQuery{Window: window, Department: "legal", Channel: s.everyone()})
	refused(t, err, store.ErrInvalid, "Ask for a department or for a channel")
	_, err = s.FigureSheet(s.ctx, s.id["ann"], store.FigureQuery{Window: window})
	refused(t, err, store.ErrForbidden, "Only admins can do that.")
}

// same compares figures one by one.
func same(t *testing.T, of string, got, want []store.Figure) {
	t.Helper()
	if len(got) != len(want) || len(got) < 20 {
		t.Fatalf("%s: %d figures, want %d", of, len(got), len(want))
	}
	for i := range got {
		equal(t, of+", "+want[i].ID, got[i].ID+" "+shown(got[i]), want[i].ID+" "+shown(want[i]))
	}
}

// Everyone sees the same figures of the objectives, counted again when they are a minute old.
func TestObjectivesNow(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x", "bob x", "cat x", "dan x", "eve x", "fay x", "gus x", "hal x")
	s.at(-3, 9)
	s.say("ann", store.Place{Channel: s.everyone()}, "before the start")
	for _, m := range []string{"P1", "C3", "P5", ""} {
		s.must(s.SetObjective(s.ctx, s.admin, store.Objective{What: "To reach by " + m, Measure: m}, "", "why"))
	}
	s.must(s.SetTrial(s.ctx, s.admin, store.Trial{First: firstMonday.Format(time.DateOnly), Last: "2025-12-01"}, "why"))
	now := func() string {
		t.Helper()
		var all []any
		for _, o := range s.trial(s.id["hal"]).Objectives {
			if o.Now == nil {
				all = append(all, "none")
			} else {
				all = append(all, *o.Now)
			}
		}
		return row(all...)
	}
	equal(t, "before the start", now(), "none none none none")
	s.at(0, 9)
	var roots []store.Post
	for _, who := range []string{"ann", "bob", "cat", "dan", "eve"} {
		roots = append(roots, s.say(who, store.Place{Channel: s.everyone()}, "x"))
	}
	s.at(0, 11)
	s.say("ann", store.Place{Root: roots[1].ID}, "y")
	s.at(0, 12)
	equal(t, "too early for replies", now(), "62.5 none none none") // 5 of 8
	s.say("fay", store.Place{Root: roots[2].ID}, "y")
	equal(t, "counted already", now(), "62.5 none none none")
	s.at(0, 12.02)
	equal(t, "counted again", now(), "75 none none none")
	s.at(7, 0)
	equal(t, "a week later", now(), "75 2.5 none none") // after 2 and 3 hours
}

// While somebody counts where the trial stands, whoever opens its page for the first time waits, and holds up nobody;
// whoever could be told what was counted a while ago is told that.
func TestObjectivesAreCountedOnce(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x", "bob x", "cat x", "dan x", "eve x")
	s.must(s.SetObjective(s.ctx, s.admin, store.Objective{What: "Everyone writes", Measure: "P1"}, "", "why"))
	s.must(s.SetTrial(s.ctx, s.admin, store.Trial{First: firstMonday.Format(time.DateOnly)}, "why"))
	s.at(0, 9)
	s.say("ann", store.Place{Channel: s.everyone()}, "x")
	s.at(0, 10)
	now := func() float64 {
		tr, err := s.Trial(s.ctx, s.admin)
		if err != nil {
			t.Error(err)
			return -1
		}
		return *tr.Objectives[0].Now
	}

	release := s.HoldProgress()
	told := make(chan float64)
	const many = 20 // more than may read at once
	for range many {
		go func() { told <- now() }()
	}
	for range many {
		_, err := s.Sidebar(s.ctx, s.id["ann"]) // others read on
		s.must(err)
	}
	select {
	case v := <-told:
		t.Errorf("told %v before it was counted", v)
	default:
	}
	release()
	for range many {
		equal(t, "counted once somebody may", <-told, 20)
	}

	s.say("bob", store.Place{Channel: s.everyone()}, "x")
	s.at(0, 11)
	release = s.HoldProgress()
	equal(t, "of an hour ago, while it is counted", now(), 20)
	release()
	equal(t, "counted", now(), 40)
}

// One report is read at a time.
func TestReportsWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := newStaff(t, "ann x")
	s.at(1, 9)
	window := store.Window{From: firstMonday, To: firstMonday.AddDate(0, 0, 7)}
	release := s.HoldReport()
	gone, leave := context.WithCancel(s.ctx)
	leave()
	_, err := s.Findings(gone, s.admin, window, func(what string) { t.Error("reads", what) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("whoever has gone waits on: %v", err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Findings(s.ctx, s.admin, window, func(string) {})
		done <- err
	}()
	select {
	case err := <-done:
		t.Error("two are read at once:", err)
	default:
	}
	release()
	s.must(<-done)
}
