package tui

import (
	"slices"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// Where the line below an announcement is too long for the window, each thing that it says has a line of its own.
func TestAnnouncedFootFits(t *testing.T) {
	t.Parallel()
	an := &store.Announcement{MustRead: true, Asked: true}
	an.Counts[store.Pending], an.Counts[store.Understood] = 86, 34
	for width, want := range map[int][]string{
		60: {"34 of 120 have answered · it waits for your answer"},
		36: {"34 of 120 have answered", "it waits for your answer"},
	} {
		var got []string
		for _, line := range postFoot(&store.Post{Announcement: an}, look{width: width, theme: newTheme(true, colorprofile.ASCII)}) {
			got = append(got, ansi.Strip(line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("at %d columns: %q", width, got)
		}
	}
}
