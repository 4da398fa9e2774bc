package tui

import (
	"math"
	"strings"
)

// Charts are drawn here: of the libraries made for the terminal one needs an older Bubble Tea, and the other draws
// curves, which say something of the days between two weeks and nothing of a week that stands alone.

const (
	barMost    = 40        // columns of a bar: longer ones are not read any better
	sparkSteps = "▁▂▃▄▅▆▇" // not the whole block, which would touch the line above
)

// bar is how much of something there is, 0 to 1, as a line of so many columns: heavy for what is, thin for what is not.
func bar(part float64, width int, t *theme) string {
	width = max(width, 0)
	n := int(math.Round(min(max(part, 0), 1) * float64(width)))
	return t.Accent.Render(strings.Repeat("━", n)) + t.Line.Render(strings.Repeat("─", width-n))
}

// spark is a row of values as a row of blocks, from nothing up to most; a dot for one that is not known.
func spark(values []float64, most float64) string {
	steps := []rune(sparkSteps)
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteRune('·')
		case most <= 0:
			b.WriteRune(steps[0])
		default:
			b.WriteRune(steps[min(max(int(v/most*float64(len(steps))), 0), len(steps)-1)])
		}
	}
	return b.String()
}

// highest is the largest of the values that are known, 0 for none.
func highest(values []float64) (most float64) {
	for _, v := range values {
		if v > most { // NaN is not
			most = v
		}
	}
	return most
}
