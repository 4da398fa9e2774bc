//go:build race

package tui

import "flag"

// Under the race detector a walk takes ten times as long, and fewer find what there is to find; screens are drawn by
// one goroutine, whatever the window.
func init() {
	flag.Set("rapid.checks", "15")
	windows, odd = windows[1:2], odd[:2]
}
