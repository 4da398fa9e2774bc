package server

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// The kinds of figures that are one number.
const (
	counter = "counter" // from nought upward, for as long as the process lives
	gauge   = "gauge"   // up and down
)

// scrapeType is how HTTP calls the format of a scrape.
const scrapeType = "text/plain; version=0.0.4; charset=utf-8"

// scrape is what Prometheus is answered: figures as text, in version 0.0.4 of its format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Its library for Go goes by way of Protocol Buffers, and
// with them was 2.1 MB of the program.
type scrape struct{ bytes.Buffer }

// about begins a figure. The help has no line break and no backslash, which would have to be written otherwise.
func (s *scrape) about(name, kind, help string) {
	fmt.Fprintf(s, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// value is a line of the figure that has begun, under its name with what is added to it.
func (s *scrape) value(name string, v float64) {
	s.WriteString(name)
	s.WriteByte(' ')
	s.Write(strconv.AppendFloat(s.AvailableBuffer(), v, 'g', -1, 64))
	s.WriteByte('\n')
}

// figure is one of a single line.
func (s *scrape) figure(name, kind, help string, v float64) {
	s.about(name, kind, help)
	s.value(name, v)
}

// histogram is one whose lines say how much took no longer than each step.
func (s *scrape) histogram(name, help string, h *histogram) {
	s.about(name, "histogram", help)
	sum := h.sum.Load() // before what it is the sum of, so that what comes in meanwhile does not make things look slower
	n := int64(0)
	for i, step := range h.steps {
		n += h.counts[i].Load()
		s.value(fmt.Sprintf(`%s_bucket{le="%g"}`, name, float64(step)/1e9), float64(n)) // Seconds rounds twice
	}
	n += h.counts[len(h.steps)].Load()
	s.value(name+`_bucket{le="+Inf"}`, float64(n))
	s.value(name+"_sum", time.Duration(sum).Seconds())
	s.value(name+"_count", float64(n))
}

// histogram counts times by the step that they just do not pass. Whoever counts never waits for another, or for a scrape.
type histogram struct {
	steps  []time.Duration // rising
	counts []atomic.Int64  // one more than steps, for what passes them all
	sum    atomic.Int64    // of all times, in nanoseconds
}

func newHistogram(steps []time.Duration) *histogram {
	return &histogram{steps: steps, counts: make([]atomic.Int64, len(steps)+1)}
}

func (h *histogram) observe(took time.Duration) {
	step, _ := slices.BinarySearch(h.steps, took)
	h.counts[step].Add(1)
	h.sum.Add(int64(took))
}
