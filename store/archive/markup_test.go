package archive

import (
	"fmt"
	"strings"
	"testing"
)

// TestRuns says how marks are drawn: as {class text}, those that are hidden as {m …}.
func TestRuns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                           "plain",
		"a **bold** word":                 "a {m **}{b bold}{m **} word",
		"*both __of__ them*":              "{m *}{i both }{m __}{b i of}{m __}{i  them}{m *}",
		"~~gone~~ and ~so~":               "{m ~~}{s gone}{m ~~} and {m ~}{s so}{m ~}",
		"`a*b*`":                          "{m `}{c a*b*}{m `}",
		"`` a`b ``":                       "{m `` }{c a`b}{m  ``}",
		"snake_case_name 2*3*4 **open":    "snake_case_name 2{m *}{i 3}{m *}4 **open",
		"```go\nx := 1\n\ny\n```\nafter":  "{m ```go\n}{f x := 1\n\ny\n}{m ```\n}after",
		"before\n```\nopen":               "before\n{m ```\n}{f open}",
		"> said\n\nI say":                 "> {q said}\n\nI say",
		"- one\n- **two**":                "- one\n- {m **}{b two}{m **}",
		"https://example.org/a_b_*c* *x*": "<https://example.org/a_b_*c>* {m *}{i x}{m *}",
		"<b>no</b> [x](javascript:y)":     "<b>no</b> [x](javascript:y)",
		"":                                "",
	} {
		var got strings.Builder
		for _, r := range runs(text) {
			switch {
			case r.To != "":
				fmt.Fprintf(&got, "<%s>", r.Text)
			case r.Class != "":
				fmt.Fprintf(&got, "{%s %s}", r.Class, r.Text)
			default:
				got.WriteString(r.Text)
			}
		}
		if got.String() != want {
			t.Errorf("%q is drawn as\n%q, want\n%q", text, got.String(), want)
		}
	}
}

// FuzzRuns cuts any text into pieces that are the text.
func FuzzRuns(f *testing.F) {
	f.Add("a **b** `c` ~~d~~\n```\ne\n```\n> f https://g.org/h_i_")
	f.Add("``` x\n```")
	f.Add(strings.Repeat("*_`~", 700))
	f.Fuzz(func(t *testing.T, text string) {
		var whole strings.Builder
		for _, r := range runs(text) {
			whole.WriteString(r.Text)
		}
		if whole.String() != text {
			t.Errorf("%q became %q", text, whole.String())
		}
	})
}
