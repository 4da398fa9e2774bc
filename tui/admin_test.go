package tui

import (
	"testing"

	"tincan/store"
)

func TestAdminLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.portraits(func() screen { return newAdmin(w.app, w.theme) })
}

func TestNoDecisionsLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Options{})
	w.portraits(func() screen { return newDecisions(w.app, w.theme) })
}
