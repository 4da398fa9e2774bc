package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// wrote presses keys in a field that starts with a text, the cursor at its end.
func wrote(text string, keys ...string) *field {
	f := newField(1 << 10)
	f.setSize(21, 3)
	f.set(text)
	for _, k := range keys {
		f.press(keyOf(k))
	}
	return f
}

func TestFieldShellKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, keys, want string }{
		{"insert", "helo", "left l", "hell|o"},
		{"line start", "one two", "ctrl+a", "|one two"},
		{"line end", "one two", "ctrl+a ctrl+e", "one two|"},
		{"start of its line only", "one\ntwo", "ctrl+a", "one\n|two"},
		{"cut the word before", "one two", "ctrl+w", "one |"},
		{"cut the word and the space behind it", "one two ", "ctrl+w", "one |"},
		{"cut to the start", "one two", "left ctrl+u", "|o"},
		{"cut to the end", "one two", "ctrl+a right ctrl+k", "o|"},
		{"cut the line break at the end", "one\ntwo", "up ctrl+e ctrl+k", "one|two"},
		{"put back", "one two", "ctrl+u ctrl+y ctrl+y", "one twoone two|"},
		{"delete forward", "abc", "ctrl+a ctrl+d", "|bc"},
		{"delete at the end", "abc", "ctrl+d", "abc|"},
		{"backspace at the start", "abc", "ctrl+a backspace", "|abc"},
		{"a word back", "one two", "alt+b alt+b", "|one two"},
		{"a word on", "one two", "ctrl+a alt+f", "one| two"},
		{"cut a word on", "one two", "ctrl+a alt+d", "| two"},
		{"back and on", "abc", "ctrl+b ctrl+b ctrl+f", "ab|c"},
		{"up a line", "one\ntwo", "up", "one|\ntwo"},
		{"up keeps the column over a short line", "long line\nx\nlong line", "up up", "long line|\nx\nlong line"},
		{"up at the top", "one", "up", "one|"},
		{"up a wrapped row", "nineteen characters and more", "up", "nineteen| characters and more"},
		{"a family is one step", "a👨‍👩‍👧‍👦b", "left left", "a|👨‍👩‍👧‍👦b"},
		{"a family is one character", "a👨‍👩‍👧‍👦", "backspace", "a|"},
		{"a syllable is one step", "क्षि", "left", "|क्षि"},
		{"a flag forward", "🇩🇪🇯🇵", "ctrl+a ctrl+d", "|🇯🇵"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := wrote(c.text, strings.Fields(c.keys)...)
			if got := f.text[:f.pos] + "|" + f.text[f.pos:]; got != c.want {
				t.Errorf("%q then %s: %q, want %q", c.text, c.keys, got, c.want)
			}
		})
	}
}

func TestFieldWraps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"one two", "one two"},
		{"0123456789 0123456789", "0123456789/0123456789"},
		{"0123456789 0123456789            x", "0123456789/0123456789/x"},
		{"0123456789012345678901234", "01234567890123456789/01234"},
		{"日本語日本語日本語日本語", "日本語日本語日本語日/本語"},
		{"a\n\nb", "a//b"},
		{"ends\n", "ends/"},
	} {
		f := wrote("")
		f.setSize(21, 9)
		f.set(c.text)
		got := strings.Split(strings.Join(f.view(), "/"), "/")
		for i := range got {
			got[i] = strings.TrimRight(got[i], " ")
		}
		if s := strings.Join(got, "/"); s != c.want {
			t.Errorf("%q: %q, want %q", c.text, s, c.want)
		}
	}
}

func TestFieldHidesPassword(t *testing.T) {
	t.Parallel()
	f := wrote("sécret👨‍👩‍👧‍👦")
	f.hidden = true
	f.layout()
	if got := strings.Join(f.view(), "/"); got != "•••••••" {
		t.Errorf("shown as %q", got)
	}
}

func TestFieldLimit(t *testing.T) {
	t.Parallel()
	f := newField(8)
	if f.paste("123456789") || f.text != "" {
		t.Errorf("took more than its limit: %q", f.text)
	}
	if !f.paste("1\x1b[31m2") || f.text != "12" {
		t.Errorf("paste is %q", f.text)
	}
	for range 20 {
		f.press(keyOf("ü"))
	}
	if f.text != "12üüü" {
		t.Errorf("grew to %q", f.text)
	}
}

// Whatever is typed, the cursor stands between two graphemes and inside the
// field, and every row fits.
func TestFieldStaysWhole(t *testing.T) {
	t.Parallel()
	names := []string{"left", "right", "up", "down", "home", "end", "backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+y", "alt+b", "alt+f", "alt+d", "ctrl+a", "ctrl+e", "space"}
	var texts []string
	for _, s := range cast {
		texts = append(texts, s)
	}
	texts = append(texts, "\n", "\u200d", "\u0301", "👩", "🇩", "क", "्", "x", "\x1b", "\xff")
	rapid.Check(t, func(t *rapid.T) {
		f := newField(4 << 10)
		f.oneRow = rapid.Bool().Draw(t, "one row")
		f.hidden = rapid.Bool().Draw(t, "hidden")
		width, height := rapid.IntRange(-1, 30).Draw(t, "width"), rapid.IntRange(-1, 5).Draw(t, "height")
		f.setSize(width, height)
		t.Repeat(map[string]func(*rapid.T){
			"key":   func(t *rapid.T) { f.press(keyOf(rapid.SampledFrom(names).Draw(t, "key"))) },
			"paste": func(t *rapid.T) { f.paste(rapid.SampledFrom(texts).Draw(t, "text")) },
			"": func(t *rapid.T) {
				rows := f.view()
				if len(rows) > max(height, 1) {
					t.Fatalf("%d rows in %d", len(rows), height)
				}
				for _, r := range rows {
					if w := ansi.StringWidth(r); w > max(width-1, 1) {
						t.Fatalf("row of %d columns in %d: %q", w, width, r)
					}
				}
				if x, y := f.place(); x < 0 || x > max(width-1, 1) || y < 0 || y >= len(rows) {
					t.Fatalf("cursor at %d, %d of %d rows", x, y, len(rows))
				}
				start, _ := f.lineAround(f.pos)
				for start < f.pos {
					start = f.after(start)
				}
				if start != f.pos {
					t.Fatalf("cursor inside a grapheme: %q|%q", f.text[:f.pos], f.text[f.pos:])
				}
				if f.oneRow && strings.Contains(f.text, "\n") {
					t.Fatalf("a line break in %q", f.text)
				}
			},
		})
	})
}

func BenchmarkFieldKey(b *testing.B) {
	for name, text := range map[string]string{"post": strings.Repeat("hello wörld ", 80), "64 KB": strings.Repeat("hello wörld ", 5000)} {
		b.Run(name, func(b *testing.B) {
			f := newField(64 << 10)
			f.setSize(60, 5)
			f.set(text)
			b.ReportAllocs()
			for b.Loop() {
				f.press(keyOf("a"))
				f.press(keyOf("backspace"))
				f.view()
			}
		})
	}
}
