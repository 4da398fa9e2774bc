package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"zombiezen.com/go/sqlite"
)

const (
	// A sample has from sampleLeast bytes on, so that it is not found by chance, to sampleMost; sampleLetters of them
	// differ, as a row of zeros would be found anywhere.
	sampleLeast, sampleMost, sampleLetters = 12, 32, 6
	// samplesOfColumn is how many of one column are looked at: as many as are asked for in all, as most tables have few.
	samplesOfColumn = 1000
)

// Samples returns up to n pieces of bytes that stand in the database, from every column of every table that has any,
// the search index too: what has to be found in no file once the place is destroyed. Pieces that stand in known, which
// is to stay, are left out. For the Operator.
func (s *Store) Samples(ctx context.Context, me int64, n int, known string) (samples [][]byte, err error) {
	var columns [][][]byte
	err = s.read(ctx, func(t *tx) error {
		if err := mustOperate(me); err != nil {
			return err
		}
		names, err := collect(t, scanPair[string],
			`SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid`)
		if err != nil {
			return err
		}
		for _, c := range names {
			found, err := collect(t, func(r *row) (b []byte, err error) { err = r.Scan(&b); return b, err },
				fmt.Sprintf(`SELECT v FROM (SELECT CAST(%[2]q AS BLOB) AS v FROM %[1]q WHERE typeof(%[2]q) IN ('text', 'blob')) WHERE length(v) >= ? ORDER BY random() LIMIT +?`, c[0], c[1]), sampleLeast, samplesOfColumn)
			if err != nil {
				return err
			}
			var pieces [][]byte
			for _, b := range found {
				if b = piece(b); b != nil && !strings.Contains(known, string(b)) {
					pieces = append(pieces, b)
				}
			}
			columns = append(columns, pieces)
		}
		return nil
	})
	seen := map[string]bool{}
	for i := 0; i < samplesOfColumn && len(samples) < n; i++ { // one of each in turn, so that small tables have their part
		for _, pieces := range columns {
			if i < len(pieces) && len(samples) < n && !seen[string(pieces[i])] {
				seen[string(pieces[i])] = true
				samples = append(samples, pieces[i])
			}
		}
	}
	return samples, err
}

// piece is a part of a value from anywhere, as beginnings are alike; nil for what could be found by chance.
func piece(b []byte) []byte {
	if len(b) > sampleMost {
		from := rand.IntN(len(b) - sampleMost + 1)
		b = b[from : from+sampleMost]
	}
	letters := map[byte]bool{}
	for _, c := range b {
		letters[c] = true
	}
	if len(letters) < sampleLetters {
		return nil
	}
	return b
}

// Holds is nil where an extract holds all that sel names, as it is now: it is compared, row by row, with one that is
// made anew. ErrInvalid with the first difference. The log of decisions goes on meanwhile and is left out.
func (s *Store) Holds(ctx context.Context, me int64, x *Extract, sel Selection) error {
	if err := mustOperate(me); err != nil {
		return err
	}
	now, err := s.newExtract(ctx, sel)
	if err != nil {
		return err
	}
	defer now.Close()
	return inFile(ctx, uri(now.Path), sqlite.OpenReadOnly, nil, func(t *tx) error { return t.same(x.Path) })
}

// same is nil where every table holds what it holds in the extract path.
func (t *tx) same(path string) error {
	if err := t.run(`ATTACH ? AS given`, atRest(path)); err != nil {
		return err
	}
	tables, err := collect(t, scanText,
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('about', 'decision') ORDER BY name`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		for _, side := range [][2]string{{"main", "given"}, {"given", "main"}} {
			var differ int
			q := fmt.Sprintf(`SELECT count(*) FROM (SELECT * FROM %s.%q EXCEPT SELECT * FROM %s.%q)`, side[0], table, side[1], table)
			if err := t.get(q, nil, &differ); err != nil {
				return &sentence{kind: ErrInvalid, cause: err, text: filepath.Base(path) + " of the export has no " + table + " that can be compared."}
			}
			if differ > 0 {
				return refuse(ErrInvalid, "What is here and the export differ: %d of %q. Remove the export and make it anew.", differ, table)
			}
		}
	}
	return nil
}
