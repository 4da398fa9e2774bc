package main

import (
	"testing"
	"time"

	"tincan/store"
)

func TestDemoTime(t *testing.T) {
	k := &clock{}
	began := time.Now()
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{Now: k.now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := newCompany(t.Context(), s, k, demoSeed, time.Now(), demoStaff, trialToday)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.make(); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(began), len(c.acts), len(c.threads))
}
