package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"tincan/store"
)

// A meter is told of what is read, written and posted while it is there, also of what nobody else may know of.
func TestMeter(t *testing.T) {
	w := newWorld(t)
	maya := w.person("maya")
	secret := w.private(maya, "secret")
	var read, wrote, posted atomic.Int64
	w.Measure(&store.Meter{
		Read:   func(took time.Duration) { read.Add(1) },
		Wrote:  func(took time.Duration) { wrote.Add(1) },
		Posted: func() { posted.Add(1) },
	})
	root := w.post(maya, secret, "root")
	w.reply(maya, root.ID, "reply")
	if _, err := w.Post(w.ctx, maya, root.ID); err != nil {
		t.Fatal(err)
	}
	w.Measure(nil)
	w.post(maya, secret, "afterwards")
	if read.Load() == 0 || wrote.Load() < 2 || posted.Load() != 2 {
		t.Errorf("read %d, wrote %d, posted %d", read.Load(), wrote.Load(), posted.Load())
	}
	if database, log := w.Sizes(); database == 0 || log == 0 {
		t.Errorf("the files take %d and %d bytes", database, log)
	}
}

// What is read before anybody asks for the figures is told to no meter: nobody waits for it.
func TestMeterAside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var read atomic.Int64
	w.Measure(&store.Meter{
		Read:   func(time.Duration) { read.Add(1) },
		Wrote:  func(time.Duration) {},
		Posted: func() {},
	})
	w.must(w.Remember(w.ctx))
	equal(t, "told", read.Load(), 0)
}
