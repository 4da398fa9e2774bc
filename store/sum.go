package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
)

// sum hashes the rows that the figures of a window are counted from, with no text in them, so that whoever restores a
// backup can tell that a report was written from the same data.
func (t *tx) sum(f *Findings) error {
	from, to := f.bounds()
	first, last := dayOf(f.From, f.Zone).month(), dayOf(f.To, f.Zone).month()
	h := sha256.New()
	w := bufio.NewWriter(h)
	for d := from / dayMS; d*dayMS < to; d++ {
		if err := t.write(w, `SELECT at, author_id, to_id, root_id, channel_id, heard_at`+ofDay+` AND at >= ? AND at < ?
			AND channel_id NOT IN (SELECT id FROM channel WHERE private = 1) ORDER BY at, author_id, to_id, root_id, channel_id, heard_at`, d, from, to); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		query string
		args  []any
	}{
		{`SELECT month, person_id, days FROM visit WHERE month >= ? AND month <= ? ORDER BY month, person_id`, []any{first, last}},
		{`SELECT person_id, at, on_roster, department, leader FROM standing WHERE at < ? ORDER BY person_id, at`, []any{to}},
		{`SELECT w.post_id, w.version, w.person_id, w.answer, w.at FROM answer w WHERE w.post_id IN (SELECT a.post_id` + areOpen + `) ORDER BY 1, 2, 3`, []any{from, to}},
		{mailTimesQuery, []any{from, to}},
	} {
		if err := t.write(w, part.query, part.args...); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	f.Sum = hex.EncodeToString(h.Sum(nil))
	return nil
}

// write writes the rows of a query, a line each.
func (t *tx) write(w io.Writer, query string, args ...any) error {
	var line []byte
	return t.each(func(r *row) error {
		line = line[:0]
		for _, v := range r.values() {
			if n, ok := v.(int64); ok {
				line = strconv.AppendInt(line, n, 10)
			} else {
				line = fmt.Appendf(line, "%q", v)
			}
			line = append(line, ' ')
		}
		_, err := w.Write(append(line, '\n'))
		return err
	}, query, args...)
}
