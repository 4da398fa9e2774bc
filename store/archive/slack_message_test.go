package archive

import (
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	s := &Slack{
		handles: map[string]string{"U1": "maya", "UBEN": "ben.brook"},
		names:   map[string]string{"C1": "general"},
		private: map[string]bool{"G1": true},
	}
	for text, want := range map[string]string{
		"":                                      "",
		"plain words":                           "plain words",
		"a &lt;b&gt; &amp;amp;":                 "a <b> &amp;",
		"<@U1>":                                 "@maya",
		"<@U1|old>":                             "@maya",
		"<@U1>'s and <@UBEN>.":                  "@maya's and @ben.brook.",
		"x<@U1>y":                               "x @maya y",
		"<@U9|Gina G>":                          "@gina.g",
		"<@U9>":                                 "@u9",
		"<#C1|renamed> <#C9|x>":                 "#general #x",
		"in <#G1|layoffs>":                      "in a private channel",
		"<#C9>":                                 "#C9",
		"<!here> <!channel>":                    "@here @channel",
		"<!everyone|everyone>":                  "@everyone",
		"<!subteam^S1>":                         "@subteam",
		"<!subteam^S1|@board>":                  "@board",
		"<!date^1^{date}|1 May>":                "1 May",
		"<https://a.example/?x=1&amp;y=2>":      "https://a.example/?x=1&y=2",
		"<https://a.example|the list>":          "the list (https://a.example)",
		"<https://a.example|https://a.example>": "https://a.example",
		"<http://a.example/|a.example>":         "http://a.example/",
		"<mailto:m@a.example|m@a.example>":      "m@a.example",
		"<tel:+4912|+49 12>":                    "+49 12 (+4912)",
		"<javascript:alert(1)|https://a.example/>": "https://a.example/ (javascript:alert(1))",
		"<>":                "<>",
		"a < b and a <b c>": "a < b and a <b c>",
		"never <closed":     "never <closed",
		"<|>":               "<|>",
		"<!>":               "@",
	} {
		if got := s.plain(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// FuzzPlain: what somebody typed, escaped as Slack does, comes through as it was.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"", "a < b > c & d", "&lt;", "<@U1>", "<https://a.example|b>", "\x00\xff<"} {
		f.Add(seed)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	s := &Slack{}
	f.Fuzz(func(t *testing.T, typed string) {
		if got := s.plain(escape.Replace(typed)); got != typed {
			t.Errorf("%q comes through as %q", typed, got)
		}
		s.plain(typed) // and nothing that Slack never writes stops the import
	})
}
