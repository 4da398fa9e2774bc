package server

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// typed is what an input makes of chunks, as text.
func typed(in *input, chunks ...string) string {
	var got []string
	note := func(msgs []tea.Msg) {
		for _, m := range msgs {
			switch m := m.(type) {
			case uv.KeyPressEvent:
				got = append(got, m.String())
			case uv.PasteEvent:
				got = append(got, fmt.Sprintf("paste %q", m.Content))
			default:
				got = append(got, fmt.Sprintf("%T", m))
			}
		}
	}
	for _, c := range chunks {
		note(in.feed([]byte(c)))
	}
	note(in.decode(true))
	return strings.Join(got, " ")
}

func TestInput(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string
		want   string
	}{
		{"keys", []string{"a\rB\x03"}, "a enter B ctrl+c"},
		{"an arrow", []string{"\x1b[A"}, "up"},
		{"an arrow in three pieces", []string{"\x1b", "[", "A"}, "up"},
		{"escape alone", []string{"\x1b"}, "esc"},
		{"alt and a letter", []string{"\x1bb"}, "alt+b"},
		{"a letter of two bytes in pieces", []string{"\xc3", "\xbc"}, "ü"},
		{"a family", []string{"👨‍👩‍👧"}, "👨‍👩‍👧"},
		{"a paste", []string{"x\x1b[200~two\rlines\x1b[201~y"}, `x paste "two\rlines" y`},
		{"a paste in pieces", []string{"\x1b[20", "0~two", " pieces\x1b[2", "01~"}, `paste "two pieces"`},
		{"an empty paste", []string{"\x1b[200~\x1b[201~"}, `paste ""`},
		{"escapes in a paste", []string{"\x1b[200~a\x1b[31mb\x1b[201~"}, `paste "a\x1b[31mb"`},
		{"broken text in a paste", []string{"\x1b[200~a\xffb\x1b[201~"}, `paste "ab"`},
		{"a paste without an end", []string{"\x1b[200~never"}, ""},
		{"the colour of the background", []string{"\x1b]11;rgb:ffff/ff", "ff/ffff\x1b\\"}, "uv.BackgroundColorEvent"},
		{"a mouse wheel", []string{"\x1b[<64;1;1M"}, "uv.MouseWheelEvent"},
		{"broken bytes", []string{"\xff\xfe", "a"}, "a"},
		{"a size in characters", []string{"\x1b[8;4000;4000t", "a"}, "a"},
		{"a size by itself", []string{"\x1b[48;4000;4000;9;9t", "a"}, "a"},
	} {
		if got := typed(&input{}, c.chunks...); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

func TestInputIsBounded(t *testing.T) {
	var in input
	in.feed([]byte("\x1b[200~"))
	for range 300 {
		in.feed([]byte(strings.Repeat("x", 10_000)))
	}
	if len(in.paste) != maxPaste || len(in.rest) > len(pasteEnd) {
		t.Errorf("an unended paste holds %d and %d bytes", len(in.paste), len(in.rest))
	}
	msgs := in.feed([]byte(pasteEnd + "q"))
	if len(msgs) != 2 || len(msgs[0].(uv.PasteEvent).Content) != maxPaste {
		t.Errorf("%d messages after it", len(msgs))
	}
	for _, start := range []string{"\x1b]", "\x1bP", "\x1b[", "\x1b_", "\x1bX"} {
		in := input{}
		in.feed([]byte(start))
		for range 300 {
			in.feed([]byte(strings.Repeat("1", 100)))
		}
		if len(in.rest) > maxSequence+100 {
			t.Errorf("an unended %q holds %d bytes", start, len(in.rest))
		}
	}
}

func FuzzInput(f *testing.F) {
	f.Add("a\x1b[200~b\x1b[201~", 3)
	f.Add("\x1b[8;4000;4000t\x1b]11;rgb:1/2/3\a", 5)
	f.Fuzz(func(t *testing.T, s string, at int) {
		at = min(max(at, 0), len(s))
		var in input
		msgs := in.feed([]byte(s[:at]))
		msgs = append(msgs, in.feed([]byte(s[at:]))...)
		msgs = append(msgs, in.decode(true)...)
		for _, m := range msgs {
			if _, size := m.(uv.WindowSizeEvent); size {
				t.Errorf("%q gives the window a size", s)
			}
		}
		if !in.pasting && len(in.rest) > 0 {
			t.Errorf("%q leaves %q", s, in.rest)
		}
	})
}
