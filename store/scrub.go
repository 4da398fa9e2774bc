package store

import (
	"context"
	"encoding/binary"
	"slices"
	"time"
)

// A page of a SQLite file may hold bytes of a row that was moved to another page, in the gap between the page's list
// of cells and the cells: secure_delete zeroes what is deleted, and not what has moved. So after posts were deleted the
// gaps of all pages are zeroed, through SQLite's own table of pages (sqlite.org/dbpage.html), which keeps them in the
// order of transactions and in the write-ahead log.

const (
	scrubAtOnce = 256 // pages read in one transaction: a megabyte
	scrubWrite  = 32  // pages zeroed in one act, so that nobody waits for it
	// scrubRest is how many times as long as the last scrub took there is none: it may take one part of that of a core.
	scrubRest = 20
	// scrubMost is the number of pages from which the first byte of an overflow page, which is of a page number, may
	// look like that of a tree's page: 128 GB. A file of that size is left alone.
	scrubMost = 1 << 25
)

// erased notes that something was deleted that should be gone from the files too.
func (t *tx) erased() error {
	t.erases = true
	return t.run(`INSERT INTO setting VALUES ('erased', '1') ON CONFLICT DO UPDATE SET value = value + 1`)
}

// scrubber zeroes the gaps after deletions, and rests in between.
type scrubber struct{ next time.Time }

// run zeroes what has to be zeroed, if it is time; done is false where more is to be done later. erased says that
// the write-ahead log holds pages as they were before.
func (c *scrubber) run(ctx context.Context, s *Store) (erased, done bool, err error) {
	began := time.Now()
	if began.Before(c.next) {
		return false, false, nil
	}
	var upTo string
	if upTo, err = s.setting(ctx, "erased"); err != nil {
		return false, false, err
	}
	was, err := s.setting(ctx, "scrubbed")
	if err != nil || upTo == was {
		return false, err == nil, err
	}
	erased, err = s.scrub(ctx)
	c.next = time.Now().Add(scrubRest * time.Since(began))
	if err == nil {
		err = s.writeAlways(ctx, func(t *tx) error { return t.set("scrubbed", upTo) })
	}
	return erased, false, err // something may have been deleted meanwhile
}

// scrub zeroes the gaps of all pages; some reports whether there was anything in one.
func (s *Store) scrub(ctx context.Context) (some bool, err error) {
	for from, pages := int64(1), int64(1); from <= pages; from += scrubAtOnce {
		var full []int64
		err := s.read(ctx, func(t *tx) error {
			if err := t.get(`PRAGMA page_count`, nil, &pages); err != nil || pages >= scrubMost {
				pages = 0
				return err
			}
			full, err = collect(t, scanGap, `SELECT pgno, data FROM sqlite_dbpage WHERE pgno BETWEEN ? AND ?`, from, min(from+scrubAtOnce-1, pages))
			return err
		})
		if err != nil {
			return some, err
		}
		full = slices.DeleteFunc(full, func(pgno int64) bool { return pgno == 0 })
		for len(full) > 0 {
			n := min(len(full), scrubWrite)
			if err := s.writeAlways(ctx, func(t *tx) error { return t.zeroGaps(full[:n]) }); err != nil {
				return some, err
			}
			some, full = true, full[n:]
		}
		if ctx.Err() != nil {
			return some, ctx.Err()
		}
	}
	return some, nil
}

// scanGap is the number of a page that has something in a gap, 0 for any other.
func scanGap(r *row) (pgno int64, err error) {
	var page []byte
	if err := r.Scan(&pgno, &page); err != nil {
		return 0, err
	}
	for _, g := range gaps(page, pgno == 1) {
		for _, b := range page[g[0]:g[1]] {
			if b != 0 {
				return pgno, nil
			}
		}
	}
	return 0, nil
}

// zeroGaps zeroes the gaps of pages, as they are by now.
func (t *tx) zeroGaps(pages []int64) error {
	for _, pgno := range pages {
		var page []byte
		if err := t.get(`SELECT data FROM sqlite_dbpage WHERE pgno = ?`, []any{pgno}, &page); err != nil {
			return err
		}
		found := gaps(page, pgno == 1)
		if len(found) == 0 {
			continue
		}
		for _, g := range found {
			clear(page[g[0]:g[1]])
		}
		if err := t.run(`UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?`, page, pgno); err != nil {
			return err
		}
	}
	return nil
}

// gaps are the parts of a page that hold nothing, as from and to: between the list of cells and the cells, and in the
// free blocks. None for a page that is of no tree, or not understood. The layout is that of
// sqlite.org/fileformat2.html#b_tree_pages.
func gaps(page []byte, first bool) (all [][2]int) {
	head := 0
	if first {
		head = 100
	}
	if len(page) < 512 {
		return nil
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(page[at:])) }
	list := head + 8
	switch page[head] {
	case 2, 5: // inside a tree
		list += 4
	case 10, 13: // its leaves
	default:
		return nil
	}
	from, to := list+2*u16(head+3), u16(head+5)
	if to == 0 {
		to = 1 << 16
	}
	if from > to || to > len(page) {
		return nil
	}
	all = append(all, [2]int{from, to})
	const blockHead = 4 // where the next one is, and how long this is
	for at, last := u16(head+1), to-1; at != 0; last, at = at, u16(at) {
		if at <= last || at+blockHead > len(page) || at+u16(at+2) > len(page) || u16(at+2) < blockHead {
			return nil
		}
		all = append(all, [2]int{at + blockHead, at + u16(at+2)})
	}
	return all
}
