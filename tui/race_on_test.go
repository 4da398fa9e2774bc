//go:build race

package tui

import "flag"

// Under the race detector a walk takes ten times as long, and fewer find what there is to find; pictures of screens are
// drawn by one goroutine, and compared without it.
func init() {
	flag.Set("rapid.checks", "5")
	windows, odd = nil, odd[:1]
}
