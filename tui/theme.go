package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// style is one way to draw. Lip Gloss works it out once: what it writes around a line is kept.
type style struct {
	lipgloss.Style
	open, end string
	simple    bool // it writes nothing within a line
}

func styled(s lipgloss.Style) style {
	const line = "a line"
	open, end, simple := strings.Cut(s.Render(line), line)
	return style{s, open, end, simple}
}

// Render draws text.
func (s *style) Render(text string) string {
	if !s.simple || !oneLine(text) {
		return s.Style.Render(text)
	}
	return s.open + text + s.end
}

// oneLine says whether text is one line and no more: nothing of it is moved or left out when it is drawn.
func oneLine(text string) bool {
	for i := range len(text) {
		if c := text[i]; c == '\n' || c == '\r' || c == '\t' {
			return false
		}
	}
	return text != ""
}

// put adds text, drawn, to what has been drawn before it.
func (s *style) put(buf []byte, text string) []byte {
	if !s.simple || !oneLine(text) {
		return append(buf, s.Style.Render(text)...)
	}
	return append(append(append(buf, s.open...), text...), s.end...)
}

// theme holds every colour and style. There is one accent; the rest is the
// terminal's own foreground, bold for what is unread and grey for what is
// secondary. Without colour, bold, faint and underline say the same.
type theme struct {
	Text   style // the terminal's own foreground
	Bold   style // what is unread, titles
	Dim    style // secondary: times, counts, departments
	Line   style // the thin lines
	Accent style // mentions, channels, the selected post's bar
	New    style // where new posts begin, how many wait
	Key    style // a key in a hint
	Code   style // `code`
	Link   style // a bare link
	Error  style // something failed
	Lit    style // a word that was looked for
	Here   style // Accent where something is new
}

// themes are all there are, by what decides them; read-only after start. Everybody whose terminal is
// alike has the same one, so that what is drawn with it can be shared.
var themes = func() map[themeKey]*theme {
	all := map[themeKey]*theme{}
	for _, dark := range []bool{false, true} {
		for _, p := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256} {
			all[themeKey{dark, p}] = makeTheme(dark, p)
		}
	}
	return all
}()

type themeKey struct {
	dark    bool
	profile colorprofile.Profile
}

// newTheme is the theme for a dark or light background and the colours that the terminal has.
func newTheme(dark bool, profile colorprofile.Profile) *theme {
	return themes[themeKey{dark, min(max(profile, colorprofile.ASCII), colorprofile.ANSI256)}]
}

func makeTheme(dark bool, profile colorprofile.Profile) *theme {
	plain := lipgloss.NewStyle()
	pick := func(onDark, onLight string) lipgloss.Style {
		if dark {
			return plain.Foreground(lipgloss.Color(onDark))
		}
		return plain.Foreground(lipgloss.Color(onLight))
	}
	dim, line, accent, fresh, key, code, failed := plain.Faint(true), plain.Faint(true), plain.Bold(true), plain.Bold(true), plain.Bold(true), plain, plain.Bold(true)
	switch profile {
	case colorprofile.ASCII:
	case colorprofile.ANSI:
		accent, fresh, key = pick("6", "4"), pick("3", "5").Bold(true), pick("6", "4")
		code, failed = pick("3", "5"), pick("1", "1").Bold(true)
	default:
		dim, line = pick("246", "242"), pick("238", "250")
		accent, fresh, key = pick("80", "24"), pick("222", "130"), pick("80", "24")
		code, failed = pick("180", "94"), pick("210", "160")
	}
	return &theme{
		Text: styled(plain), Bold: styled(plain.Bold(true)), Dim: styled(dim), Line: styled(line), Accent: styled(accent), New: styled(fresh),
		Key: styled(key), Code: styled(code), Link: styled(plain.Underline(true)), Error: styled(failed), Lit: styled(plain.Reverse(true)),
		Here: styled(accent.Bold(true)),
	}
}

// does adds a key and what it does.
func (t *theme) does(buf []byte, b key.Binding) []byte {
	h := b.Help()
	buf = t.Key.put(buf, h.Key)
	if !t.Dim.simple || !oneLine(h.Desc) {
		return t.Dim.put(buf, " "+h.Desc)
	}
	return append(append(append(append(buf, t.Dim.open...), ' '), h.Desc...), t.Dim.end...)
}
