package server

import (
	"fmt"
	"slices"
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
			case tea.KeyPressMsg:
				got = append(got, m.String())
			case tea.PasteMsg:
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
		{"the colour of the background", []string{"\x1b]11;rgb:ffff/ff", "ff/ffff\x1b\\"}, "tea.BackgroundColorMsg"},
		{"a mouse wheel", []string{"\x1b[<64;1;1M"}, "tea.MouseWheelMsg"},
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
	if len(msgs) != 2 || len(msgs[0].(tea.PasteMsg).Content) != maxPaste {
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
			if _, size := m.(tea.WindowSizeMsg); size {
				t.Errorf("%q gives the window a size", s)
			}
		}
		if !in.pasting && len(in.rest) > 0 {
			t.Errorf("%q leaves %q", s, in.rest)
		}
	})
}

// stockTyped is what Bubble Tea's own input makes of bytes, without what never reaches an interface.
func stockTyped(t *testing.T, term, keys string) (got []string) {
	events := make(chan uv.Event, 100)
	if err := uv.NewTerminalReader(strings.NewReader(keys), term).StreamEvents(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	close(events)
	for e := range events {
		if _, start := e.(uv.PasteStartEvent); !start {
			got = append(got, described(said(nil, e))...)
		}
	}
	return got
}

func described(msgs []tea.Msg) (out []string) {
	for _, m := range msgs {
		if s, ok := m.(fmt.Stringer); ok {
			out = append(out, fmt.Sprintf("%T %s", m, s))
		} else {
			out = append(out, fmt.Sprintf("%T %v", m, m))
		}
	}
	return out
}

// Keys, pastes and mouse reports mean what they mean to Bubble Tea's own input, however they are cut.
func TestInputAsStock(t *testing.T) {
	keys := []string{
		"a", "Z", "é", "ß", "日", "👍", " ", "\r", "\n", "\t", "\x7f", "\x08", "\x00", "\x1b", "\x1b\x1b", "\x1b[27u",
		"\x1ba", "\x1b\r", "\x1b\x7f", "\x1bé", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1bOA", "\x1bOB", "\x1bOP", "\x1bOS", "\x1b[H", "\x1b[F", "\x1bOH",
		"\x1b[1~", "\x1b[2~", "\x1b[3~", "\x1b[4~", "\x1b[5~", "\x1b[6~", "\x1b[7~", "\x1b[8~", "\x1b[11~", "\x1b[15~", "\x1b[24~", "\x1b[Z",
		"\x1b[1;2A", "\x1b[1;3B", "\x1b[1;5C", "\x1b[1;6D", "\x1b[3;5~", "\x1b[5;3~", "\x1b[97;5u", "\x1b[13;2u", "\x1b[27;2;13~", "\x1b[97;1:2u", "\x1b[97;1:3u", "\x1b[?1u",
		"\x1b[200~one\rtwo\nthree\x1b[201~", "\x1b[200~\x1b[201~", "a\x1b[200~x\x1b[Ay\x1b[201~b", "\x1b[200~日本\x1b[201~",
		"\x1b[<0;1;1M", "\x1b[<0;10;20m", "\x1b[<2;3;4M", "\x1b[<32;5;6M", "\x1b[<35;5;6M", "\x1b[<64;1;2M", "\x1b[<65;1;2M", "\x1b[<4;7;8M", "\x1b[<16;7;8M", "\x1b[M !!", "\x1b[M`!!",
		"\x1b[I", "\x1b[O", "\x1b[?2026;2$y", "\x1b[?2027;0$y", "\x1b]11;rgb:1111/2222/3333\a", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b[?1;2c", "\x1b[12;40R",
	}
	for b := byte(1); b < 0x20; b++ {
		keys = append(keys, string(b), "\x1b"+string(b))
	}
	for _, k := range keys {
		want := stockTyped(t, "xterm-256color", k)
		for at := range len(k) {
			var in input
			msgs := slices.Concat(in.feed([]byte(k[:at])), in.feed([]byte(k[at:])), in.decode(true))
			if got := described(msgs); !slices.Equal(got, want) {
				t.Errorf("%q, cut after %d: %q, not %q", k, at, got, want)
				break
			}
		}
	}
}
