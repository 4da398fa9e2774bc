//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// companyFolder is where the one whole company of a run of the tests is made.
func companyFolder() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("tincan-company-%d", os.Getpid()))
}

// madeOnce makes the company that tincan demo shows, when a test first asks for it.
var madeOnce = sync.OnceValue(func() error {
	if err := os.Mkdir(companyFolder(), 0o700); err != nil {
		return err
	}
	c, err := companyIn(context.Background(), companyFolder(), demoSeed, demoSunday, demoStaff, trialToday/7+1)
	if err != nil {
		return err
	}
	return c.store.Close()
})

// wholeCompany is a data folder of a test's own that holds the company that tincan demo shows.
func wholeCompany(t *testing.T) string {
	t.Helper()
	if err := madeOnce(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(companyFolder())); err != nil {
		t.Fatal(err)
	}
	return dir
}
