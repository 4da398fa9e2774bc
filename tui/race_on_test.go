//go:build race

package tui

import "flag"

// Under the race detector a walk takes ten times as long, and fewer find what there is to find.
func init() { flag.Set("rapid.checks", "15") }
