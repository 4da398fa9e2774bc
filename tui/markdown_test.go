package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

// marked is a text as it is read: each mark before what it marks.
func marked(text string) string {
	show := []struct {
		mark mark
		as   string
	}{{markBold, "b"}, {markItalic, "i"}, {markStrike, "s"}, {markCode, "c"}, {markAccent, "@"}, {markLink, "l"}}
	var b strings.Builder
	for i, line := range readText(text) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line.lead)
		for _, s := range line.spans {
			as := ""
			for _, m := range show {
				if s.mark&m.mark != 0 {
					as += m.as
				}
			}
			if as == "" {
				b.WriteString(s.text)
			} else {
				b.WriteString(as + "(" + s.text + ")")
			}
		}
	}
	return b.String()
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                                             "plain",
		"*it* and _it_ and **bold**":                        "i(it) and i(it) and b(bold)",
		"~no~ ~~no~~":                                       "s(no) s(no)",
		"***both***":                                        "bi(both)",
		"`a *b* @c`":                                        "c(a *b* @c)",
		"snake_case_name 2*3 a * b":                         "snake_case_name 2*3 a * b",
		"*open":                                             "*open",
		`\*no\* C:\Users\new \`:                             `*no* C:\Users\new \`,
		"hello @maya.lind, see #sales-n.":                   "hello @(@maya.lind), see @(#sales-n).",
		"@a_b_c and _@ben_":                                 "@(@a_b_c) and i@(@ben)",
		"me@example.com C#":                                 "me@example.com C#",
		"#1 #größe @":                                       "@(#1) @(#größe) @",
		"see https://x.example/a_b_(c).":                    "see l(https://x.example/a_b_(c)).",
		"(http://x.example/?q=*1*, ok)":                     "(l(http://x.example/?q=*1)*, ok)",
		"https:// javascript:alert(1)":                      "https:// javascript:alert(1)",
		"xhttps://x.example":                                "xhttps://x.example",
		"[here](https://x.example/a)":                       "here (l(https://x.example/a))",
		"[https://good.example](https://bad.example)":       "l(https://good.example) (l(https://bad.example))",
		"[x](javascript:alert)":                             "x (javascript:alert)",
		`[x](http://x.example "title")`:                     `x (l(http://x.example) "title")`,
		"![x](http://x.example)":                            "!x (l(http://x.example))",
		"<b>bold</b> <!-- no --> &amp; <https://x.example>": "<b>bold</b> <!-- no --> &amp; <l(https://x.example)>",
		"[a]: http://x.example":                             "[a]: l(http://x.example)",
		"one\ntwo\n\nthree":                                 "one\ntwo\n\nthree",
		"  indented\n      more":                            "  indented\n      more",
		"     far in\n\n      more":                         "     far in\n\n      more",
		"-     far in":                                      "• far in",
		"title\n---":                                        "title\n───",
		"# Title":                                           "b(Title)",
		"#tag":                                              "@(#tag)",
		"> said\nanswered":                                  "│ said\n\nanswered",
		"> one\n> > two\n> three":                           "│ one\n│ │ two\n│ \n│ three",
		"- a\n- b\n  more":                                  "• a\n• b\n  more",
		"3. a\n5. b":                                        "3. a\n5. b",
		"1) a\n   - b":                                      "1) a\n   • b",
		"a\n```go\nx  :=  *1*\n```\nb":                      "a\nc(x  :=  *1*)\nb",
		"```one line``` b":                                  "c(one line) b",
		"```first line\nsecond":                             "c(first line)\nc(second)",
		"```hello":                                          "c(hello)",
		"> ```\n> a\n> ```":                                 "│ c(a)",
	} {
		if got := marked(text); got != want {
			t.Errorf("%q is read as\n%q, want\n%q", text, got, want)
		}
	}
}

func TestQuotesAndLists(t *testing.T) {
	t.Parallel()
	th := newTheme(true, colorprofile.ASCII)
	for text, want := range map[string]string{
		"> many words that go on":                "│ many words\n│ that go on",
		"- many words that go on":                "• many words\n  that go on",
		"10. many words":                         "10. many\n    words",
		"```\nx    never re-flowed and too long": "  x    never\n↳  re-flowed\n↳  and too l\n↳ ong",
		"> ```\n> go build ./...":                "│   go build\n│ ↳  ./...",
	} {
		if got := ansi.Strip(strings.Join(drawBody(text, 12, 0, th), "\n")); got != want {
			t.Errorf("%q is drawn as %q, want %q", text, got, want)
		}
	}
	for width, want := range map[int]string{12: "  x    neve…", 9: "  x    n…"} { // cut in a list
		if got := ansi.Strip(strings.Join(drawBody("```\nx    never re-flowed and too long", width, foldAfter, th), "\n")); got != want {
			t.Errorf("in a list it is %q, want %q", got, want)
		}
	}
	for _, deep := range []string{strings.Repeat(">", 900) + " deep", strings.Repeat("- ", 500) + "deep", strings.Repeat("1. ", 300) + "deep"} {
		lines := drawBody(deep, 20, 0, th)
		if !strings.Contains(ansi.Strip(strings.Join(lines, "")), "deep") {
			t.Errorf("what stands deep within is not drawn: %.40q", ansi.Strip(strings.Join(lines, "|")))
		}
	}
}

// TestAQuoteQuotes reads what a reply quotes as a quote.
func TestAQuoteQuotes(t *testing.T) {
	t.Parallel()
	q := quoted(store.Post{Body: "one\n\nthree\nfour\nfive"})
	if q != "> one\n>\n> three\n> four\n> …\n\n" {
		t.Errorf("quoted as %q", q)
	}
	if got := marked(q + "mine"); !strings.HasSuffix(got, "│ …\n\nmine") {
		t.Errorf("read as %q", got)
	}
}

// BenchmarkReading reads what is made to be slow: the largest post of nothing but marks.
func BenchmarkReading(b *testing.B) {
	for _, unit := range []string{"*", "[", "![", "`", "` ``", "_a", "**a", "~", ">", "> ", "- ", "1. ", "[a](", "[[](", "<", "@", "h", "#", "http://", "a*b_", "*a _b ", "&", "\\[", "```\n", "> a\nb\n", " * a\n", "\n"} {
		for _, times := range []int{10_000, markLimit / 2, bracketLimit, startLimit} {
			b.Run(fmt.Sprintf("%q×%d", unit, times), func(b *testing.B) {
				text := strings.Repeat(unit, times)
				for b.Loop() {
					readText(text)
				}
			})
		}
	}
}

// FuzzMarkdown draws any text: no panic, no line too wide, and every letter that was written.
func FuzzMarkdown(f *testing.F) {
	for _, text := range cast {
		f.Add(text, 20)
	}
	for _, text := range []string{"> a\n- b\n  1. c", "```go\nx", "[a](http://b \"c\")", "*a **b** c*", "~~~\na\n~~~ b", "- > ```\n  > a", "| a |\n|---|", "# a #", "<p>a</p>", "![a](b)", "[a][b]\n\n[b]: c", "1. a\n\n\n2. b\n   c", "- - - a", "***", "a  \nb\\\nc", "&#65;", "`0`000", "0. 000)", "0)     b", "     b"} {
		f.Add(text, 40)
	}
	th := newTheme(true, colorprofile.ASCII)
	f.Fuzz(func(t *testing.T, text string, width int) {
		text = strings.Trim(store.Clean(text), " \n")
		if len(text) > 4000 {
			return
		}
		width = 1 + max(width, -width)%120
		for _, line := range drawBody(text, max(width, 1), 0, th) {
			if n := ansi.StringWidth(line); n > max(width, 1) {
				t.Fatalf("%d columns of %d: %q", n, width, line)
			}
		}
		var all strings.Builder
		for _, line := range readText(text) {
			all.WriteString(line.lead)
			for _, s := range line.spans {
				all.WriteString(s.text)
			}
			all.WriteByte('\n')
		}
		drawn, named := lettersOf(all.String()), lettersOf(languages(text))
		for r, n := range lettersOf(text) {
			if drawn[r]+named[r] < n {
				t.Fatalf("%q is lost from %q, drawn as %q", r, text, all.String())
			}
		}
	})
}

// lettersOf counts each letter. Words would not do: marks between two of them join what stood apart. Digits
// would not either: an item of a list that is empty is counted anew.
func lettersOf(text string) map[rune]int {
	n := make(map[rune]int)
	for _, r := range text {
		if unicode.IsLetter(r) {
			n[r]++
		}
	}
	return n
}

// languages is what stands behind fences, where the name of a language is not shown.
func languages(text string) string {
	var all strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		for _, fence := range []string{"```", "~~~"} {
			if _, info, ok := strings.Cut(line, fence); ok {
				all.WriteString(info)
			}
		}
	}
	return all.String()
}

func BenchmarkReadText(b *testing.B) {
	body := strings.Repeat("Build **512** is green again, see #platform and @maya. ", 15)
	for b.Loop() {
		readText(body)
	}
}
