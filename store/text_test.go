package store_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tincan/store"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, in, want string }{
		{"plain", "hello\nworld", "hello\nworld"},
		{"line ends", "a\r\nb\rc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"},
		{"tab", "a\tb", "a    b"},
		{"controls", "a\x00b\x07c\x7fd\u0080e", "abcde"},
		{"colour", "a\x1b[1;31mb\x1b[0mc", "abc"},
		{"colour, with colons", "a\x1b[38:2::1:2:3mb", "ab"},
		{"C1 control sequence", "a\u009b31mb", "ab"},
		{"raw C1 byte", "a\x9b31mb", "ab"},
		{"title", "a\x1b]0;title\x07b", "ab"},
		{"title, ended otherwise", "a\x1b]0;title\x1b\\b", "ab"},
		{"title, C1", "a\u009d0;title\u009cb", "ab"},
		{"link", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"device control", "a\x1bPq#0;2\x1b\\b", "ab"},
		{"never ended", "a\x1b]0;rest of the text", "a0;rest of the text"},
		{"never ended on its line", "a\x1b]0;title\nnext\x07", "a0;title\nnext"},
		{"a string within a string", "a\x1b]0;b\x1b]0;c\x07d", "a0;bd"},
		{"a string ended by a raw byte", "a\x9d0;b\x9cc", "ac"},
		{"full reset", "a\x1bcb", "ab"},
		{"character set", "a\x1b(0b", "ab"},
		{"escape at the end", "a\x1b", "a"},
		{"escape before an escape", "a\x1b\x1b[31mb", "ab"},
		{"escape put together by removing one", "\x1b\x1b[[31m", "31m"},
		{"invalid UTF-8", "a\xffb\xe2\x28c", "a\ufffdb\ufffd(c"},
		{"overlong", "\xc0\xaf", "\ufffd\ufffd"},
		{"surrogate", "\xed\xa0\x80", "\ufffd\ufffd"},
		{"override", "\u202egnp.exe\u202c", "gnp.exe"},
		{"isolates", "a\u2066b\u2069c", "abc"},
		{"marks of direction stay", "a\u200fb\u200e", "a\u200fb\u200e"},
		{"byte order mark", "\ufeffa", "a"},
		{"noncharacters", "a\ufffe\uffff\ufdd0\U0001ffffb", "ab"},
		{"NFC", "e\u0301", "é"},
		{"Hangul", "\u1112\u1161\u11ab", "한"},
		{"stacked marks", "a" + strings.Repeat("\u0335", 1000), "a" + strings.Repeat("\u0335", 6)},
		{"stacked marks of other kinds", "a" + strings.Repeat("\u20dd", 1000), "a" + strings.Repeat("\u20dd", 6)},
		{"stacked notes", "a" + strings.Repeat("\U0001d165", 1000), "a" + strings.Repeat("\U0001d165", 6)},
		{"family", "👩‍👩‍👧", "👩‍👩‍👧"},
		{"flag", "🇩🇪🏴\U000e0067\U000e0062\U000e007f", "🇩🇪🏴\U000e0067\U000e0062\U000e007f"},
		{"tags hidden in text", "a\U000e0067\U000e0062b", "ab"},
		{"heart", "❤\ufe0f", "❤\ufe0f"},
		{"Hindi", "नमस्ते", "नमस्ते"},
		{"Arabic", "مرحبا", "مرحبا"},
		{"Thai", "ก็ได้", "ก็ได้"},
		{"Tibetan", "བསྒྲུབས", "བསྒྲུབས"},
		{"Vietnamese", "Tiếng Việt", "Tiếng Việt"},
	} {
		if got := store.Clean(c.in); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.what, c.in, got, c.want)
		}
	}
	equal(t, "a line", store.CleanLine(" a\r\n\tb \u00a0 c\x1b[0m "), "a b c")
}

// BenchmarkClean takes in a pasted megabyte of the worst: none of it may cost more than in proportion.
func BenchmarkClean(b *testing.B) {
	for _, piece := range []string{"x", "\x1b]", "\x1bP", "\x1b[1;", "\u009d", "\x9b", "\u0301", "\U0001d165", "\U000e0067", "\xff", "\u202e", "👩‍", "@a", "#a"} {
		b.Run(fmt.Sprintf("%+q", piece), func(b *testing.B) {
			text := strings.Repeat(piece, 1<<20/len(piece))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				store.Clean(text)
				store.Mentions(text)
				store.Tags(text)
				store.Graphemes(text)
			}
		})
	}
}

func TestGraphemes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "👩‍👩‍👧": 1, "🇩🇪🇫🇷": 2, "नमस्ते": 3, "한국": 2, "a\nb": 3} {
		equal(t, s, store.Graphemes(s), want)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"@maya":                        "maya",
		"hi @Maya, @ben.":              "maya ben",
		"(@maya.lind)":                 "maya.lind",
		"@maya @MAYA":                  "maya",
		"@maya-2_x's":                  "maya-2_x",
		"maya@example.com":             "",
		"@@maya":                       "",
		"https://social.corp/@maya":    "",
		"@":                            "",
		"@ maya":                       "",
		"@…":                           "",
		"\n@maya\n@ben":                "maya ben",
		"@" + strings.Repeat("a", 65):  "",
		"请@maya看一下":                    "maya",
		"Danke,@maya":                  "maya",
		"@maya@example.com":            "maya",
		"`@maya` is a mention as well": "maya",
	} {
		equal(t, s, strings.Join(store.Mentions(s), " "), want)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"#Q3":                         "q3",
		"see #sales-nord, #größe.":    "sales-nord größe",
		"#1":                          "",
		"#2025 #q3_2025":              "q3_2025",
		"a#b":                         "",
		"##a":                         "",
		"https://x/#a":                "",
		"#日本語 #हिन्दी":                "日本語 हिन्दी",
		"#a #A":                       "a",
		"#" + strings.Repeat("a", 65): "",
		"#":                           "",
	} {
		equal(t, s, strings.Join(store.Tags(s), " "), want)
	}
}

func TestHandles(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"maya":                  "maya",
		"Maya Lind":             "maya.lind",
		"@maya!":                "maya",
		"Zoë Ångström-Öz":       "zoe.angstrom-oz",
		"Straße Ørsted Łódź":    "strasse.orsted.lodz",
		"..maya--":              "maya",
		"日本":                    "",
		"":                      "",
		"Ｆｕｌｌ":                  "full",
		"𝐁𝐨𝐥𝐝":                  "bold",
		strings.Repeat("a", 40): strings.Repeat("a", 32),
	} {
		got := store.CleanHandle(in)
		equal(t, in, got, want)
		if got != "" {
			if err := store.ValidHandle(got); err != nil {
				t.Errorf("%q: %v", got, err)
			}
		}
	}
	for _, bad := range []string{"", "Maya", "maya lind", "-maya", ".maya", "maya.", "mäya", "@maya", strings.Repeat("a", 33), "may\u200da", "a\x00"} {
		refused(t, store.ValidHandle(bad), store.ErrInvalid, "A handle has 1 to 32")
	}
}

// nasty is what people and their programs paste.
var nasty = []string{
	"", "hello\nworld", "\x00\x01\x1b", "\x1b[31mred\x1b[0m", "\x1b]8;;http://x\x07y\x1b]8;;\x07", "\u009b31m", "\x9b31m\xff\xfe",
	"\u202e\u2066\u2069\u202a", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "\u1112\u1161\u11ab", "👩‍👩‍👧‍👦🏽", "🏴\U000e0067\U000e0062\U000e007f",
	"\u0958\u0958", "\u0344\u0344\u0344\u0344", "\u0f73\u0f75\u0f81", "\U0001d15e\U0001d165\U0001d165\U0001d165", "a\u0315\u0300\u05ae\u0300\u0062",
	"\u09c7\u0301\u09be", "\u1100\u0301\u1161", strings.Repeat("\u302e", 40), "\r\n\u2028\u0085\t", "\ufeff\ufffe\ufdd0", "\xed\xa0\x80\xc0\xaf",
	"@maya #q3 @@x ##y @ma-ya. http://x/#y", "\x1bP\x1b]\x1b[\x1b^", "ﷺ\ufdfa", "İıſK\u212a", "K7MQ-2fdx-9wtr", "o0il1",
}

func FuzzClean(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := store.Clean(s)
		if again := store.Clean(clean); again != clean {
			t.Fatalf("%q became %q and then %q", s, clean, again)
		}
		if !utf8.ValidString(clean) {
			t.Fatalf("%q is not UTF-8", clean)
		}
		if !norm.NFC.IsNormalString(clean) {
			t.Fatalf("%q is not NFC", clean)
		}
		for _, r := range clean {
			switch {
			case r == '\n':
			case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == '\u2028', r == '\u2029', r == '\ufeff':
				t.Fatalf("%q has %U", clean, r)
			}
		}
		if heap := longestHeap(clean); heap > 20 {
			t.Fatalf("%q piles up %d marks", clean, heap)
		}
		line := store.CleanLine(s)
		if strings.ContainsAny(line, "\n\t") || line != strings.TrimSpace(line) || store.CleanLine(line) != line {
			t.Fatalf("%q is no clean line", line)
		}
		if n := store.Graphemes(clean); n > utf8.RuneCountInString(clean) || (n == 0) != (clean == "") {
			t.Fatalf("%q has %d graphemes", clean, n)
		}
		if body, err := store.CleanBody(s); err == nil {
			if again, err := store.CleanBody(body); err != nil || again != body {
				t.Fatalf("%q became %q, %v", body, again, err)
			}
		} else if _, ours := store.Sentence(err); !ours {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// longestHeap is how many combining marks stand on one character at most.
func longestHeap(s string) (most int) {
	n := 0
	for _, r := range s {
		if unicode.In(r, unicode.Mn, unicode.Me) || norm.NFC.PropertiesString(string(r)).CCC() != 0 {
			n++
			most = max(most, n)
		} else {
			n = 0
		}
	}
	return most
}

func FuzzHandle(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := store.CleanHandle(s)
		if h != "" {
			if err := store.ValidHandle(h); err != nil {
				t.Fatalf("CleanHandle(%q) = %q: %v", s, h, err)
			}
		}
		if store.ValidHandle(s) == nil {
			if h != s {
				t.Fatalf("valid %q became %q", s, h)
			}
			if got := store.Mentions("@" + s); len(got) != 1 || got[0] != s {
				t.Fatalf("@%s mentions %q", s, got)
			}
		}
		if store.ValidChannelName(s) == nil && strings.ContainsFunc(store.CleanLine(s), func(r rune) bool { return r == ' ' || unicode.IsControl(r) }) {
			t.Fatalf("%q may name a channel", s)
		}
	})
}

func FuzzMentionsTags(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = store.Clean(s)
		for mark, words := range map[string][]string{"@": store.Mentions(s), "#": store.Tags(s)} {
			seen := map[string]bool{}
			for _, w := range words {
				if w == "" || seen[w] || w != strings.ToLower(w) || utf8.RuneCountInString(w) > 64 || strings.ContainsAny(w, " \n@#") {
					t.Fatalf("%q: %s%q", s, mark, w)
				}
				seen[w] = true
				if !strings.Contains(s, mark) {
					t.Fatalf("%q has no %s, and %q", s, mark, w)
				}
			}
		}
	})
}

func FuzzCode(f *testing.F) {
	w := newWorld(f)
	code := w.invite(store.Invite{Handle: "maya"}).Text
	for _, s := range nasty {
		f.Add(s)
	}
	f.Add(code)
	f.Add(strings.ToUpper(code))
	f.Fuzz(func(t *testing.T, s string) {
		err := w.CheckCode(w.ctx, s)
		if err != nil {
			refused(t, err, store.ErrNotFound, "That code is not known.")
		}
		if dashed := w.CheckCode(w.ctx, " "+s+"-\n"); (dashed == nil) != (err == nil) {
			t.Fatalf("%q: %v, with a dash: %v", s, err, dashed)
		}
	})
}

// Whatever is stored is what comes back.
func FuzzPost(f *testing.F) {
	w := newWorld(f)
	maya := w.person("maya")
	at := store.Place{Channel: w.everyone()}
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := w.in(t)
		if err := w.SaveDraft(w.ctx, maya, at, store.Draft{Body: s}); err == nil {
			equal(t, "draft", w.draft(maya, at), store.Clean(s))
		}
		p, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: at, Body: s, FromDraft: true})
		if err != nil {
			refused(t, err, store.ErrInvalid, "")
			return
		}
		got, err := w.Post(w.ctx, maya, p.ID)
		w.must(err)
		want, err := store.CleanBody(s)
		w.must(err)
		equal(t, "body", got.Body, want)
		equal(t, "draft after", w.draft(maya, at), "")
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 12: "12", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -5: "-5", -123: "-123", -1234: "-1,234", -123456: "-123,456"} {
		equal(t, "a number", store.Number(n), want)
	}
	equal(t, "one", store.Count(1, "reply", "replies"), "1 reply")
	equal(t, "many", store.Count(1000, "reply", "replies"), "1,000 replies")
}
