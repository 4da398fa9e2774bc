package store

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

const (
	// marksLimit is how many combining marks may follow one base character: more than any
	// living script stacks, and few enough that no text climbs over its neighbours' lines.
	marksLimit = 6
	// tabStop is how many spaces a tab becomes; tabs have no width of their own in a terminal's cell.
	tabStop = 4
	// graphemeBytes is how many bytes a character may have on average: enough for any script, and no heap of
	// joiners and modifiers that counts as one character.
	graphemeBytes = 16
	// brailleBlank counts as a symbol and shows nothing.
	brailleBlank = '\u2800'
	// tagLimit is the longest tag or mention, in characters; what is longer is no word.
	tagLimit = 64
)

// Clean makes text from outside fit to be stored and shown to anyone: valid UTF-8 in NFC
// without escape sequences, control characters other than newline, bidirectional
// embeddings, overrides and isolates, or heaps of combining marks. Joiners and variation
// selectors stay, so that emoji and every script stay whole. Cleaning twice changes nothing.
func Clean(s string) string {
	s = stripControls(s)
	s = capMarks(s)
	s = norm.NFC.String(s)
	return capMarks(s) // NFC takes a few precomposed letters apart
}

// CleanLine is Clean for names and other single lines: newlines become spaces, the ends are trimmed.
func CleanLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// stripControls removes escape sequences whole (ECMA-48 §5 and §8.3), then every control
// character but newline, and the invisible characters that reorder or hide text.
func stripControls(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for i := 0; i < len(s); {
		if n := escapeLen(s[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		next := i + n
		switch {
		case r == '\r':
			if next < len(s) && s[next] == '\n' {
				next++
			}
			r = '\n'
			b.WriteByte('\n')
		case r == '\u0085', r == '\u2028', r == '\u2029':
			r = '\n'
			b.WriteByte('\n')
		case r == '\t':
			b.WriteString(strings.Repeat(" ", tabStop))
		case r == utf8.RuneError && n == 1:
			if c := s[i]; c < 0x80 || c > 0x9f { // a raw C1 byte is a control; any other is a broken letter
				b.WriteRune(utf8.RuneError)
			}
		case r == '\n':
			b.WriteByte('\n')
		case hidden(r, last):
			i = next
			continue
		default:
			b.WriteRune(r)
		}
		last, i = r, next
	}
	return b.String()
}

// hidden reports whether r is removed: a control, a bidirectional embedding, override or
// isolate (UAX #9), a byte order mark, an annotation or noncharacter, or a tag character
// outside a flag.
func hidden(r, last rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return last != 0x1f3f4 && (last < 0xe0000 || last > 0xe007f)
	}
	return false
}

// escapeLen is the length of the escape sequence that s starts with, 0 if there is none.
// A string sequence that never ends is only its introducer: what follows it is text.
func escapeLen(s string) int {
	kind, n := introducer(s)
	switch kind {
	case '[': // CSI: parameters, intermediates, one final
		i := n
		for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3f {
			i++
		}
		if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
			i++
		}
		return i
	case ']', 'P', 'X', '^', '_': // OSC, DCS, SOS, PM, APC: to BEL or ST
		if end := stringEnd(s[n:]); end > 0 {
			return n + end
		}
		return n
	case 0x1b: // a plain escape: intermediates and one final
		i := n
		for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
			i++
		}
		if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7e {
			i++
		}
		return i
	}
	return 0
}

// stringEnd is the length of a string sequence's text with its end, 0 if it has none: any other
// control breaks it off, so that no text is looked through twice.
func stringEnd(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 && s[i] <= 0x9f { // a raw C1 byte
			r = rune(s[i])
		}
		i += n
		switch {
		case r == 0x07, r == 0x9c:
			return i
		case r == 0x1b && i < len(s) && s[i] == '\\':
			return i + 1
		case unicode.IsControl(r):
			return 0
		}
	}
	return 0
}

// introducer recognises the start of an escape sequence in its 7-bit form, its C1 form
// and its raw 8-bit form. kind is the 7-bit letter, or ESC for a plain escape, 0 for none.
func introducer(s string) (kind byte, n int) {
	c1 := byte(0)
	switch {
	case s[0] == 0x1b:
		if len(s) > 1 && strings.IndexByte("[]PX^_", s[1]) >= 0 {
			return s[1], 2
		}
		return 0x1b, 1
	case s[0] == 0xc2 && len(s) > 1:
		c1, n = s[1], 2
	case s[0] >= 0x80 && s[0] <= 0x9f:
		c1, n = s[0], 1
	}
	switch c1 {
	case 0x9b, 0x9d, 0x90, 0x98, 0x9e, 0x9f:
		return c1 - 0x40, n
	}
	return 0, 0
}

// firstMark is the lowest combining mark.
const firstMark = 0x300

// capMarks drops the combining marks beyond marksLimit after one base character.
func capMarks(s string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r < firstMark:
			marks = 0
		case r >= 0xfe00 && r <= 0xfe0f: // variation selectors say how the base looks
			return r
		case unicode.In(r, unicode.Mn, unicode.Me), unicode.Is(unicode.Mc, r) && norm.NFC.PropertiesString(string(r)).CCC() != 0:
			if marks++; marks > marksLimit {
				return -1
			}
		default:
			marks = 0
		}
		return r
	}, s)
}

// Graphemes is the length of s as people count it: user-perceived characters (UAX #29).
func Graphemes(s string) int {
	n := 0
	for g := graphemes.FromString(s); g.Next(); {
		n++
	}
	return n
}

// shortLine is v cleaned to one line, "" if nothing of it can be seen, or ErrInvalid if it is longer than limit characters.
// what names it: "name".
func shortLine(what, v string, limit int) (string, error) {
	v = CleanLine(v)
	switch n := Graphemes(v); {
	case blank(v): // who calls themselves that would write as nobody
		return "", nil
	case n > limit:
		return v, refuse(ErrInvalid, "That %s is %d characters; it may have %d.", what, n, limit)
	case len(v) > limit*graphemeBytes:
		return v, refuse(ErrInvalid, "That %s is too large, though it has few characters. Simplify it.", what)
	}
	return v, nil
}

// blank reports whether nothing of s can be seen.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && r != brailleBlank && !unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Other_Default_Ignorable_Code_Point)
	}) < 0
}

// Mentions returns the handles that s names with @, lower case, each once, in order.
func Mentions(s string) []string {
	return words(s, '@', inHandle)
}

// inHandle reports whether a handle may have r in it.
func inHandle(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-'
}

// Tags returns the words that s marks with #, lower case, each once, in order. A number is no tag.
func Tags(s string) []string {
	all := words(s, '#', func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '-'
	})
	var tags []string
	for _, w := range all {
		if strings.IndexFunc(w, unicode.IsLetter) >= 0 {
			tags = append(tags, w)
		}
	}
	return tags
}

// words finds what follows each mark that stands at the start of a word.
func words(s string, mark rune, in func(rune) bool) []string {
	var found []string
	seen := map[string]bool{}
	last := ' '
	for i, r := range s {
		if r == mark && !in(last) && last != mark && last != '/' {
			w := s[i+1:]
			if end := strings.IndexFunc(w, func(r rune) bool { return !in(r) }); end >= 0 {
				w = w[:end]
			}
			w = strings.ToLower(strings.TrimRight(w, "._-"))
			if w != "" && utf8.RuneCountInString(w) <= tagLimit && !seen[w] {
				seen[w] = true
				found = append(found, w)
			}
		}
		last = r
	}
	return found
}

// foldLatin takes the diacritics off letters, so that Zoë can have a handle.
func foldLatin(s string) string {
	s = strings.NewReplacer("ß", "ss", "æ", "ae", "ø", "o", "œ", "oe", "ł", "l", "đ", "d", "þ", "th").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

// Number writes n with commas: 1,234.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count says how many of something: "1 reply", "1,234 replies".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}
