package store

import (
	"os"
	"time"
)

// Meter is told of what the store does, as it happens, and nothing of who does it or where. Its functions are called by
// many goroutines at once and must not wait.
type Meter struct {
	Read   func(took time.Duration) // something was read from the file; took includes waiting for a turn
	Wrote  func(took time.Duration) // the same of writing, until it is on the disk
	Posted func()                   // a post or a reply was written by this process
}

// Measure has m told from now on; nil tells nobody.
func (s *Store) Measure(m *Meter) { s.meter.Store(m) }

// meterStart is when something begins that will be measured; without a meter nobody looks at a clock.
func (s *Store) meterStart() (m *Meter, began time.Time) {
	if m = s.meter.Load(); m != nil {
		began = time.Now()
	}
	return m, began
}

// posted tells the meter of the posts among events.
func (m *Meter) posted(events []delivery) {
	if m == nil {
		return
	}
	for _, e := range events {
		if e.Kind == Posted {
			m.Posted()
		}
	}
}

// Sizes are the bytes of the database's file and of its write-ahead log; 0 for what is not there.
func (s *Store) Sizes() (database, log int64) {
	size := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	return size(s.path), size(s.path + "-wal")
}
