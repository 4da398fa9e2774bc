package store

import (
	"time"
)

// mailWeeksBefore is how far back from a window mails are counted week by week: as long as the usual trial.
const mailWeeksBefore = 12

// MailWeek is how many mails the imported lists had in a week.
type MailWeek struct {
	Monday time.Time
	Before bool // the week ends before the window, or with its first day
	Mails  int
}

// mailTimesQuery finds when the mails of the imported lists were written.
const mailTimesQuery = `SELECT p.at FROM imported i CROSS JOIN post p WHERE i.source = 'mbox' AND i.kind = 1
	AND p.imported = 1 AND p.hidden_at = 0 AND p.channel_id = i.id AND p.at >= ? AND p.at < ? ORDER BY p.at`

// findMails counts the mails of the imported lists week by week, from some weeks before the window on.
func (t *tx) findMails(f *Findings) error {
	first := dayOf(f.From, f.Zone).monday() - mailWeeksBefore*weekDays
	var oldest, newest *int64
	if err := t.get(`SELECT min(p.at), max(p.at) FROM imported i CROSS JOIN post p WHERE i.source = 'mbox' AND i.kind = 1
		AND p.imported = 1 AND p.hidden_at = 0 AND p.channel_id = i.id`, nil, &oldest, &newest); err != nil || oldest == nil {
		return err
	}
	f.LastMail = fromMS(*newest)
	end := min(f.To.UnixMilli(), t.ms(), *newest+1) // nobody can tell whether a list was silent, or not imported again
	first = max(first, dayOf(fromMS(*oldest), f.Zone).monday())
	for monday := first; monday.start(f.Zone).UnixMilli() < end; monday += weekDays {
		f.Mails = append(f.Mails, MailWeek{Monday: monday.start(f.Zone), Before: !(monday + weekDays).start(f.Zone).After(f.From)})
	}
	_, err := collect(t, func(r *row) (_ struct{}, err error) {
		var at int64
		if err = r.Scan(&at); err == nil {
			f.Mails[(dayOf(fromMS(at), f.Zone)-first)/weekDays].Mails++
		}
		return
	}, mailTimesQuery, first.start(f.Zone).UnixMilli(), end)
	return err
}
