package tui

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// theme holds every colour and style. There is one accent; the rest is the
// terminal's own foreground, bold for what is unread and grey for what is
// secondary. Without colour, bold, faint and underline say the same.
type theme struct {
	Text   lipgloss.Style // the terminal's own foreground
	Bold   lipgloss.Style // what is unread, titles
	Dim    lipgloss.Style // secondary: times, counts, departments
	Line   lipgloss.Style // the thin lines
	Accent lipgloss.Style // mentions, channels, the selected post's bar
	New    lipgloss.Style // where new posts begin, how many wait
	Key    lipgloss.Style // a key in a hint
	Code   lipgloss.Style // `code`
	Link   lipgloss.Style // a bare link
	Error  lipgloss.Style // something failed
	Lit    lipgloss.Style // a word that was looked for
}

// newTheme makes the styles for a dark or light background and the colours
// that the terminal has.
func newTheme(dark bool, profile colorprofile.Profile) *theme {
	plain := lipgloss.NewStyle()
	t := &theme{
		Text: plain, Bold: plain.Bold(true), Dim: plain.Faint(true), Line: plain.Faint(true),
		Accent: plain.Bold(true), New: plain.Bold(true), Key: plain.Bold(true), Code: plain,
		Link: plain.Underline(true), Error: plain.Bold(true), Lit: plain.Reverse(true),
	}
	pick := func(onDark, onLight string) lipgloss.Style {
		if dark {
			return plain.Foreground(lipgloss.Color(onDark))
		}
		return plain.Foreground(lipgloss.Color(onLight))
	}
	switch {
	case profile <= colorprofile.ASCII:
	case profile == colorprofile.ANSI:
		t.Accent, t.New, t.Key = pick("6", "4"), pick("3", "5").Bold(true), pick("6", "4")
		t.Code, t.Error = pick("3", "5"), pick("1", "1").Bold(true)
	default:
		t.Dim, t.Line = pick("245", "242"), pick("238", "250")
		t.Accent, t.New, t.Key = pick("80", "30"), pick("222", "130"), pick("80", "30")
		t.Code, t.Error = pick("180", "94"), pick("210", "160")
	}
	return t
}
