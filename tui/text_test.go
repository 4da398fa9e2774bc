package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"tincan/store"
)

// wrapped is text as it is broken into lines of that width.
func wrapped(text string, width int) []string {
	var out []string
	for _, l := range wrap(spans(text), width, 0) {
		out = append(out, ansi.Strip(paint(l, newTheme(true, colorprofile.ASCII))))
	}
	return out
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"one  two", 4, []string{"one", "two"}},
		{"  indented", 20, []string{"  indented"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"to abcdefghij", 4, []string{"to", "abcd", "efgh", "ij"}},
		{"well-known words", 7, []string{"well-", "known", "words"}},
		{"until 2027-02-28", 11, []string{"until", "2027-02-28"}},
		{"the B52-room", 8, []string{"the B52-", "room"}},
		{"give --flag", 7, []string{"give", "--flag"}},
		{"新しい経費フォーム", 8, []string{"新しい経", "費フォー", "ム"}},
		{"新しい経。費", 8, []string{"新しい", "経。費"}},
		{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 4, []string{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"}},
		{"新", 1, []string{"…"}},
		{"a\x1b[31mb\x07", 20, []string{"a [31mb "}},
	} {
		got := wrapped(c.text, c.width)
		for i := range got {
			if i > 0 || c.text != "a\x1b[31mb\x07" {
				got[i] = strings.TrimRight(got[i], " ")
			}
		}
		if !slices.Equal(got, c.want) && !slices.Equal(got, []string{strings.TrimRight(c.want[0], " ")}) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	th := newTheme(true, colorprofile.ASCII)
	text := strings.TrimSuffix(strings.Repeat("line\n", foldAfter), "\n")
	if got := drawBody(text, 30, foldAfter, th); len(got) != foldAfter || strings.Contains(got[foldAfter-1], "more") {
		t.Errorf("%d lines are folded: %q", foldAfter, got)
	}
	got := drawBody(text+"\nlast", 30, foldAfter, th)
	if len(got) != foldAfter || ansi.Strip(got[foldAfter-1]) != "line …  more" {
		t.Errorf("one line more is not folded: %q", got)
	}
	long := drawBody(strings.Repeat("many words ", 500), 30, foldAfter, th)
	if len(long) != foldAfter || ansi.StringWidth(long[foldAfter-1]) > 30 {
		t.Errorf("a long line is folded to %q", long)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 19, 9, 30, 0, 0, time.UTC) // Thursday
	for _, c := range []struct {
		back              time.Duration
		short, long, here string
	}{
		{-time.Hour, "now", "Thu 19 Nov, 11:30", "11:30"},
		{59 * time.Second, "now", "Thu 19 Nov, 10:29", "10:29"},
		{12 * time.Minute, "12 min", "Thu 19 Nov, 10:18", "10:18"},
		{3 * time.Hour, "3 h", "Thu 19 Nov, 07:30", "07:30"},
		{11 * time.Hour, "11 h", "Wed 18 Nov, 23:30", "yesterday"},
		{72 * time.Hour, "Mon", "Mon 16 Nov, 10:30", "Monday"},
		{38 * 24 * time.Hour, "12 Oct", "Mon 12 Oct, 11:30", "12 October"},
		{403 * 24 * time.Hour, "12 Oct 2025", "Sun 12 Oct 2025, 11:30", "12 October 2025"},
	} {
		at := now.Add(-c.back)
		if got := ago(at, now, berlin); got != c.short {
			t.Errorf("ago(%v) = %q, want %q", c.back, got, c.short)
		}
		if got := whole(at, now, berlin); got != c.long {
			t.Errorf("whole(%v) = %q, want %q", c.back, got, c.long)
		}
		if got := lastHere(at, now, berlin); got != c.here {
			t.Errorf("lastHere(%v) = %q, want %q", c.back, got, c.here)
		}
	}
}

func TestCapped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1", 99: "99", 100: "99+", 4000: "99+"} {
		if got := capped(n); got != want {
			t.Errorf("capped(%d) = %q, want %q", n, got, want)
		}
	}
}

// TestDrawnPostsFit draws any text at any width, cleaned or not.
func TestDrawnPostsFit(t *testing.T) {
	t.Parallel()
	themes := []*theme{newTheme(true, colorprofile.TrueColor), newTheme(false, colorprofile.ANSI), newTheme(true, colorprofile.ASCII)}
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("ab *_~`@#h新👩\u200d\u0301\u202e\n\x1b[0m"))), rapid.SampledFrom(keysOf(cast)))
	rapid.Check(t, func(r *rapid.T) {
		p := store.Post{
			Name: store.CleanLine(text.Draw(r, "name")), Department: store.CleanLine(text.Draw(r, "department")), ChannelName: "everyone",
			Body: text.Draw(r, "body"), At: theDay, Replies: rapid.IntRange(0, 3).Draw(r, "replies"), LastReplyBy: "Ben", LastReplyAt: theDay,
			Unread: rapid.Bool().Draw(r, "unread"), Deleted: rapid.IntRange(0, 9).Draw(r, "deleted") == 0,
		}
		width := rapid.IntRange(1, 120).Draw(r, "width")
		l := look{width: width, theme: themes[rapid.IntRange(0, 2).Draw(r, "theme")], now: theDay, zone: time.UTC, list: rapid.Bool().Draw(r, "list"), channel: rapid.Bool().Draw(r, "channel")}
		lines := drawPost(&p, l)
		for _, line := range lines {
			if n := ansi.StringWidth(line); n > width {
				r.Fatalf("%d columns of %d: %q", n, width, line)
			}
			if strings.ContainsAny(ansi.Strip(line), "\n\x1b\x07") {
				r.Fatalf("a control character is left in %q", line)
			}
		}
		if l.list && len(lines) > foldAfter+3 {
			r.Fatalf("%d lines in a list", len(lines))
		}
	})
}

func keysOf(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// TestWrapLosesNothing puts the lines together again.
func TestWrapLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := strings.ReplaceAll(store.Clean(rapid.String().Draw(r, "text")), "\n", " ")
		width := rapid.IntRange(2, 60).Draw(r, "width")
		var got strings.Builder
		for _, l := range wrap([]span{{text: text}}, width, 0) {
			for _, c := range l {
				got.WriteString(c.text)
			}
		}
		want := strings.ReplaceAll(text, " ", "")
		if have := strings.ReplaceAll(got.String(), " ", ""); have != want {
			r.Fatalf("%q became %q", want, have)
		}
	})
}

func BenchmarkDrawPost(b *testing.B) {
	p := store.Post{Name: "Ben Brook", Department: "Operations", ChannelName: "platform", At: theDay, Body: strings.Repeat("Build *512* is green again, see #platform and @maya. ", 15)}
	l := look{width: 80, theme: newTheme(true, colorprofile.ANSI256), now: theDay, zone: time.UTC, list: true, channel: true}
	for b.Loop() {
		drawPost(&p, l)
	}
}
