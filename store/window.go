package store

import (
	"context"
	"time"
)

// Window is the time that figures are about, [From, To).
type Window struct{ From, To time.Time }

// String is the days of a window, the last one included.
func (w Window) String() string {
	return w.From.Format("2 Jan 2006") + " to " + w.To.Add(-time.Millisecond).Format("2 Jan 2006")
}

// usualWeeks is how long a window is where nobody says from when.
const usualWeeks = 12

// FigureWindow is the time from one date to another, where the organisation is, in whole weeks: from the Monday of the
// first to the Sunday of the last, or to today. Without the last date it ends today, without the first it begins
// usualWeeks weeks before; on a channel whose posts were imported it is the time that they are of. ErrInvalid for what
// is no date, or ends before it begins.
func (s *Store) FigureWindow(ctx context.Context, me, channel int64, first, last string) (w Window, err error) {
	err = s.read(ctx, func(t *tx) error {
		zone, begin, end, err := t.usualTime(me)
		if err != nil {
			return err
		}
		if channel != 0 {
			if _, err := t.channel(me, channel); err != nil {
				return err
			}
			var from, to *int64
			if err := t.get(`SELECT (SELECT min(at) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1), (SELECT max(at) FROM post WHERE imported = 1 AND hidden_at = 0 AND channel_id = ?1)`, []any{channel}, &from, &to); err != nil {
				return err
			}
			if from != nil {
				begin, end = dayOf(fromMS(*from), zone), dayOf(fromMS(*to), zone)
			}
		}
		for _, d := range []struct {
			is   *day
			text string
		}{{&begin, first}, {&end, last}} {
			if d.text == "" {
				continue
			}
			at, err := time.Parse(time.DateOnly, CleanLine(d.text))
			if err != nil {
				return refuse(ErrInvalid, "%q is no date. Write it like 2026-11-22.", CleanLine(d.text))
			}
			*d.is = dayOf(at, time.UTC)
		}
		if first == "" && last != "" && begin > end {
			begin = end.monday() - (usualWeeks-1)*weekDays
		}
		if begin > end {
			return refuse(ErrInvalid, "The first day has to be before the last one.")
		}
		if sunday := end.monday() + weekDays - 1; sunday <= dayOf(t.at, zone) || end > dayOf(t.at, zone) {
			end = sunday
		} else {
			end = dayOf(t.at, zone)
		}
		w = Window{begin.monday().start(zone), (end + 1).start(zone)}
		return nil
	})
	return w, err
}

// usualTime is where the organisation is, and the first and the last day of the time that figures are asked for where
// nobody says which; for whoever may see any.
func (t *tx) usualTime(me int64) (zone *time.Location, begin, end day, err error) {
	if err := t.mustRun(me); err != nil {
		return nil, 0, 0, err
	}
	zone, err = t.zone()
	end = dayOf(t.at, zone)
	return zone, end.monday() - (usualWeeks-1)*weekDays, end, err
}

// FigureSpan is a time that figures are usually asked for, up to now.
type FigureSpan int

const (
	SpanQuarter FigureSpan = iota // twelve weeks
	SpanMonth                     // four weeks
	SpanTrial                     // since the first day of the trial
	SpanAll                       // since anybody was on the roster
)

// FigureSpanWindow is when a span begins and ends. ErrNotFound for the trial while it has not begun.
func (s *Store) FigureSpanWindow(ctx context.Context, me int64, span FigureSpan) (w Window, err error) {
	err = s.read(ctx, func(t *tx) error {
		zone, begin, end, err := t.usualTime(me)
		if err != nil {
			return err
		}
		switch span {
		case SpanMonth:
			begin = end.monday() - (monthDays - weekDays)
		case SpanTrial:
			tr, err := t.trial()
			if err != nil {
				return err
			}
			if !tr.Started(t.at) {
				return refuse(ErrNotFound, "The trial has not begun. Its first day is set under Admin → Trial.")
			}
			first, err := time.Parse(time.DateOnly, tr.First)
			if err != nil {
				return err
			}
			begin = dayOf(first, time.UTC)
		case SpanAll:
			var at int64
			if err := t.get(`SELECT coalesce(min(at), ?) FROM standing`, []any{t.ms()}, &at); err != nil {
				return err
			}
			begin = min(dayOf(fromMS(at), zone), end)
		}
		w = Window{begin.monday().start(zone), (end + 1).start(zone)}
		return nil
	})
	return w, err
}

// day is a local calendar day, counted from 1 January 1970 whatever the zone. Two neighbours are one apart, also
// where a clock change makes the hours between them 23 or 25.
type day int

// dayOf is the day that a moment belongs to in a zone.
func dayOf(at time.Time, zone *time.Location) day {
	y, m, d := at.In(zone).Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// date is the day as a date, at midnight UTC.
func (d day) date() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// start is when the day begins in a zone. Where a clock change leaves out midnight it is the first moment there is.
func (d day) start(zone *time.Location) time.Time {
	y, m, n := d.date().Date()
	return time.Date(y, m, n, 0, 0, 0, 0, zone)
}

// monday is the first day of the ISO week that d is in.
func (d day) monday() day { return d - day((int(d.date().Weekday())+6)%7) }

// working reports whether d is none of the weekend's.
func (d day) working() bool {
	return d.date().Weekday() != time.Saturday && d.date().Weekday() != time.Sunday
}

// month and bit are where the day's visits stand in their table.
func (d day) month() int64 {
	y, m, _ := d.date().Date()
	return int64(y)*12 + int64(m) - 1
}

// monthStart is the first day of a month.
func monthStart(month int64) day {
	return dayOf(time.Date(int(month/12), time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC), time.UTC)
}

func (d day) bit() int64 { return 1 << d.date().Day() }
