package tui

import (
	"image/color"
	"math"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// Whatever carries text stands out from its background by 4.5 to 1, as WCAG 2.1 §1.4.3 asks of text: on white, and on the
// lighter of the dark backgrounds that terminals come with. The thin lines carry none.
func TestContrast(t *testing.T) {
	t.Parallel()
	for dark, ground := range map[bool]color.Color{false: color.White, true: color.RGBA{40, 44, 52, 255}} {
		is := newTheme(dark, colorprofile.ANSI256)
		for name, s := range map[string]style{"Dim": is.Dim, "Accent": is.Accent, "New": is.New, "Key": is.Key, "Code": is.Code, "Error": is.Error, "Here": is.Here} {
			if ratio := contrast(s.GetForeground(), ground); ratio < 4.5 {
				t.Errorf("dark %v: %s has %.2f to 1", dark, name, ratio)
			}
		}
	}
}

// contrast is the contrast ratio of two colours, 1 to 21: w3.org/TR/WCAG21/#dfn-contrast-ratio.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is how bright a colour is, 0 to 1: w3.org/TR/WCAG21/#dfn-relative-luminance.
func luminance(c color.Color) float64 {
	linear := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
