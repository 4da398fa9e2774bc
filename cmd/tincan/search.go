package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// searchBlock is how much of a file is read at once.
const searchBlock = 1 << 20

// searched is what a search has found.
type searched struct {
	files int
	found map[int]bool // numbers of samples
	where string       // the first file that holds one
}

// search looks in every file below the folders, those aside, for samples, each of at least eight bytes. A folder that
// is not there, or "", holds nothing.
func search(dirs []string, samples [][]byte, aside ...string) (*searched, error) {
	s := &searched{found: map[int]bool{}}
	n := newNeedles(samples)
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		err := filepath.WalkDir(dir, func(path string, f fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !f.Type().IsRegular() || slices.Contains(aside, path) {
				return err
			}
			s.files++
			before := len(s.found)
			if err := n.in(path, s.found); err != nil {
				return err
			}
			if s.where == "" && len(s.found) > before {
				s.where = path
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// needles are samples by their first eight bytes, behind a filter that most places of a file do not pass.
type needles struct {
	samples [][]byte
	by      map[uint64][]int
	filter  [1 << 16]bool
	longest int
}

func newNeedles(samples [][]byte) *needles {
	n := &needles{samples: samples, by: map[uint64][]int{}}
	for i, b := range samples {
		k := binary.LittleEndian.Uint64(b)
		n.by[k] = append(n.by[k], i)
		n.filter[filterOf(k)] = true
		n.longest = max(n.longest, len(b))
	}
	return n
}

// filterOf spreads keys over the filter: Knuth's multiplicative hash.
func filterOf(k uint64) uint16 { return uint16(k * 0x9e3779b97f4a7c15 >> 48) }

// in notes which samples stand in a file.
func (n *needles) in(path string, found map[int]bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, searchBlock+n.longest)
	for {
		b, err := r.Peek(searchBlock + n.longest)
		if err != nil && err != io.EOF {
			return err
		}
		last := min(len(b)-7, searchBlock) // beyond, the next block looks again
		for i := range max(last, 0) {
			k := binary.LittleEndian.Uint64(b[i:])
			if !n.filter[filterOf(k)] {
				continue
			}
			for _, j := range n.by[k] {
				if s := n.samples[j]; len(b)-i >= len(s) && string(b[i:i+len(s)]) == string(s) {
					found[j] = true
				}
			}
		}
		if err == io.EOF {
			return nil
		}
		if _, err := r.Discard(searchBlock); err != nil {
			return err
		}
	}
}
