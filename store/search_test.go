package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tincan/store"
)

// indexed waits until the index is up with the posts.
func (w *world) indexed() {
	w.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for w.number(`SELECT count(*) FROM search_queue`) > 0 {
		if time.Now().After(deadline) {
			w.t.Fatalf("the index does not catch up")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Each time that something is indexed is a piece of the index, and they are merged, so that a search has few to look through.
func TestIndexIsMerged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	const pieces = `SELECT count(DISTINCT segid) FROM search_idx`
	for i := range 12 {
		w.post(maya, w.everyone(), fmt.Sprintf("piece%d of all", i))
		w.indexed()
	}
	for deadline := time.Now().Add(30 * time.Second); w.number(pieces) >= 8; time.Sleep(5 * time.Millisecond) { // as the migration has it
		if time.Now().After(deadline) {
			t.Fatalf("the index has %d pieces", w.number(pieces))
		}
	}
	equal(t, "all are found", w.number(inIndex), 12)
	w.healthy()
}

// inIndex is how many posts the index holds.
const inIndex = `SELECT count(*) FROM search WHERE search MATCH '"=post"'`

// find is what a search finds, in both orders alike.
func (w *world) find(me int64, query string) string {
	w.t.Helper()
	newest, err := w.Search(w.ctx, me, query, store.Newest, 0, store.MaxPage)
	w.must(err)
	best, err := w.Search(w.ctx, me, query, store.Best, 0, store.MaxPage)
	w.must(err)
	equal(w.t, query+": as many in either order", len(best.Posts), len(newest.Posts))
	for _, p := range newest.Posts {
		for _, term := range newest.Terms {
			if len(store.Matches(p.Body, []store.Term{term})) == 0 {
				w.t.Fatalf("%q found %q and would light nothing of %v", query, p.Body, term)
			}
		}
	}
	return bodies(newest.Posts)
}

func TestSearchWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	for _, c := range []struct {
		body  string
		by    []string // finds it
		notBy []string
	}{
		{"Zoë's Größe", []string{"zoe", "ZOË", "grosse", "GROẞE", "größe", "gros*", `"zoe s grosse"`}, []string{"groesse", "zo", "groß"}},
		{"日本語を学ぶ", []string{"日本", "日", "本", "語", "日本語", "本語を", "ぶ", "日本*", `"日本語"`}, []string{"日語", "本日"}},
		{"第3回目の会議", []string{"第3回", "3回目", "回", "第3回目の会議"}, []string{"第4回"}},
		{"नमस्ते दुनिया", []string{"नमस्ते", "दुनिया", "दुनि*"}, []string{"नम"}},
		{"ภาษาไทยง่าย", []string{"ภาษา", "ไทย", "ง่าย"}, []string{"ยาก"}},
		{"مُحَمَّد كتب", []string{"محمد", "مُحَمَّد", "كتب"}, []string{"كت"}},
		{"שָׁלוֹם לכם", []string{"שלום", "לכם"}, []string{"של"}},
		{"한국어를 배운다", []string{"한국어", "한국", "배운"}, []string{"국한"}},
		{"party🎉tonight 👍🏽 ❤️ok", []string{"party", "tonight", "ok", `"party tonight ok"`}, []string{"partytonight"}},
		{"the ﬁrst ＡＢＣ №5", []string{"first", "ﬁrst", "abc", "ＡＢＣ", "no5"}, []string{"st"}},
		{"run `go test ./store` at C++ for $100, don't", []string{"go", "store", `"go test store at"`, "c++", "100", "$100", "don't", "`go`"}, []string{"gotest"}},
		{"Donau\u00addampf \u200fright\u200f", []string{"donaudampf", "right"}, []string{"dampf"}},
		{"ΣΊΣΥΦΟΣ Ёлка İstanbul", []string{"σισυφος", "σίσυφοσ", "елка", "istanbul"}, nil},
		{"a and b or not c near d", []string{"AND", "OR", "NOT", "NEAR", `"and b or"`, "near*"}, []string{"xor"}},
	} {
		p := w.post(maya, w.everyone(), c.body)
		w.indexed()
		for _, q := range c.by {
			if got := w.find(maya, q); got != p.Body {
				t.Errorf("%q finds %q, want %q", q, got, p.Body)
			}
		}
		for _, q := range c.notBy {
			if got := w.find(maya, q); got != "" {
				t.Errorf("%q finds %q", q, got)
			}
		}
		w.must(w.DeletePost(w.ctx, maya, p.ID))
		w.indexed()
		for _, q := range c.by {
			equal(t, q+" after it was deleted", w.find(maya, q), "")
		}
	}
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	secret := w.private(maya, "secret")
	w.post(maya, w.everyone(), "one word")
	w.clock.add(72 * time.Hour)
	w.post(ben, w.everyone(), "two word #Größe")
	w.post(maya, sales, "three word https://example.com")
	w.ask(maya, sales, "four word `x`")
	w.post(maya, secret, "five word")
	w.indexed()
	for q, want := range map[string]string{
		"word":                             "four word `x` three word https://example.com two word #Größe one word",
		"from:ben":                         "two word #Größe",
		"from:@Ben word":                   "two word #Größe",
		"FROM:ben one":                     "",
		"from:ben from:maya":               "",
		"in:sales":                         "four word `x` three word https://example.com",
		"in:#Sales word from:maya":         "four word `x` three word https://example.com",
		"tag:größe":                        "two word #Größe",
		"tag:#GRÖSSE":                      "",
		"tag:none":                         "",
		"has:link":                         "three word https://example.com",
		"has:code":                         "four word `x`",
		"has:question":                     "four word `x`",
		"has:code has:link":                "",
		"since:2d":                         "four word `x` three word https://example.com two word #Größe",
		"since:2025-11-23 -word":           "four word `x` three word https://example.com two word #Größe",
		"since:2d since:2025-11-01 three":  "three word https://example.com",
		"word from: in:":                   "",
		"https://example.com":              "three word https://example.com",
		"open":                             "", // the words by which the index is filtered cannot be looked for
		"closed":                           "",
		fmt.Sprint("c", sales):             "",
		fmt.Sprint("p", maya):              "",
		fmt.Sprint("c", secret, "p", maya): "",
		"hlink":                            "",
	} {
		equal(t, q, w.find(ben, q), want)
	}
	for q, said := range map[string]string{ // what is private reads as what is not there
		"from:nobody word":    "There is nobody called @nobody here.",
		"from:@nobody":        "There is nobody called @nobody here.",
		"in:nowhere word":     "There is no channel #nowhere here that you may read.",
		"in:#secret word":     "There is no channel #secret here that you may read.",
		"in:sales in:secret":  "There is no channel #secret here that you may read.",
		"in:secret from:none": "There is nobody called @none here.",
	} {
		_, err := w.Search(w.ctx, ben, q, store.Newest, 0, 10)
		refused(t, err, store.ErrNotFound, said)
	}
	equal(t, "a member", w.find(maya, "in:secret word"), "five word")
	equal(t, "a member, everywhere", w.find(maya, "word since:1h"), "five word four word `x` three word https://example.com two word #Größe")
	w.must(w.AddMember(w.ctx, maya, secret, "ben"))
	equal(t, "let in", w.find(ben, "five"), "five word")
	w.post(ben, secret, "six word")
	w.indexed()
	for q, want := range map[string]string{
		"in:secret":                    "six word five word",
		"in:secret from:ben":           "six word",
		"in:secret from:ben from:maya": "",
		"in:secret in:sales":           "",
		"from:ben word":                "six word two word #Größe",
	} {
		equal(t, q+", let in", w.find(maya, q), want)
	}
	w.must(w.LeaveChannel(w.ctx, ben, secret))
	equal(t, "out again", w.find(ben, "five"), "")
	equal(t, "what I wrote there", w.find(ben, "from:ben"), "two word #Größe")

	page, err := w.Search(w.ctx, ben, "word", store.Newest, 0, 2)
	w.must(err)
	equal(t, "a page", row(bodies(page.Posts), page.Next > 0), "four word `x` three word https://example.com true")
	page, err = w.Search(w.ctx, ben, "word", store.Newest, page.Next, 2)
	w.must(err)
	equal(t, "the next", row(bodies(page.Posts), page.Next > 0), "two word #Größe one word false")
}

// A phrase that hardly any post has, of words that all have, is looked for in parts; what few words begin with is
// found wherever it stands.
func TestSearchInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	const posts = 20_100 // more than one part
	w.raw(fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i - 1 FROM n WHERE i > 1)
			SELECT i, CASE i WHEN 7 THEN 'beta alpha' WHEN 9 THEN 'gammadelta' WHEN %[1]d THEN 'gamma' ELSE 'alpha beta' END AS body FROM n;
		INSERT INTO post (id, channel_id, author_id, body, late) SELECT i, 1, %d, body, 1 FROM n;
		INSERT INTO search (rowid, words) SELECT (1 << 34) - i, body || ' =post' FROM n;
		DELETE FROM search_queue;
		COMMIT`, posts, maya))
	for query, want := range map[string]string{
		`"beta alpha"`:       "2: beta alpha",
		"gamm*":              "1: gamma gammadelta",
		"gammad*":            "1: gammadelta",
		`"beta alpha" alph*`: "2: beta alpha",
		`"beta beta"`:        "2: ",
	} {
		for _, order := range []store.SearchOrder{store.Newest, store.Best} {
			parts, all := 0, []store.Post(nil)
			for before := int64(0); parts == 0 || before > 0; parts++ {
				found, err := w.Search(w.ctx, maya, query, order, before, 10)
				w.must(err)
				all, before = append(all, found.Posts...), found.Next
			}
			equal(t, query, fmt.Sprintf("%d: %s", parts, bodies(all)), want)
		}
	}
}

// What words begin with is found whether they are few enough to be looked for one by one or not, and of private channels
// by those who are in them.
func TestSearchBeginnings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret")
	const posts = 1500
	w.raw(fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i - 1 FROM n WHERE i > 1)
			SELECT i, CASE WHEN i <= 16 THEN 'delta' || i WHEN i = 17 THEN 'deltas secret' WHEN i <= 51 THEN 'gamma' || i ELSE 'alpha' END AS body,
				iif(i %% 17, 1, %[2]d) AS channel FROM n;
		INSERT INTO post (id, channel_id, author_id, body, late) SELECT i, channel, %[3]d, body, 0 FROM n;
		INSERT INTO search (rowid, words) SELECT (1 << 34) - i, body || ' =post' FROM n WHERE channel = 1;
		INSERT INTO search_private (rowid, words) SELECT (1 << 34) - i, body || ' =post =c' || channel FROM n WHERE channel <> 1;
		DELETE FROM search_queue;
		COMMIT`, posts, secret, maya))
	numbered := func(word string, from, to int) string {
		var all []string
		for i := from; i >= to; i-- {
			all = append(all, fmt.Sprintf("%s%d", word, i))
		}
		return strings.Join(all, " ")
	}
	without := func(all string) string { return strings.ReplaceAll(all, " gamma34", "") }
	for query, want := range map[string][2]string{ // to somebody in the private channel, and to everybody else
		"delta*":        {"deltas secret " + numbered("delta", 16, 1), numbered("delta", 16, 1)},
		"gamma*":        {numbered("gamma", 51, 18), without(numbered("gamma", 50, 18))},
		"gamma3* gamm*": {numbered("gamma", 39, 30), without(numbered("gamma", 39, 30))},
		"delt* secret":  {"deltas secret", ""},
		"epsilon*":      {"", ""},
	} {
		for i, person := range []int64{maya, ben} {
			found, err := w.Search(w.ctx, person, query, store.Newest, 0, 50)
			w.must(err)
			equal(t, query, fmt.Sprintf("%s %d", bodies(found.Posts), found.Next), want[i]+" 0")
		}
	}
}

// A page that is partly full ends as it is after a while, and the next ones go on from there, whether what is found stands
// in open channels, in private ones, or in both.
func TestSearchPartPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	secret := w.private(maya, "secret")
	const posts = 3000
	w.raw(fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i - 1 FROM n WHERE i > 1)
			SELECT i, CASE WHEN i %% 60 < 2 THEN 'alpha beta' ELSE 'beta alpha' END AS body, iif(i %% 2, %[2]d, 1) AS channel FROM n;
		INSERT INTO post (id, channel_id, author_id, body, late) SELECT i, channel, %[3]d, body, 0 FROM n;
		INSERT INTO search (rowid, words) SELECT (1 << 34) - i, body || ' =post' FROM n WHERE channel = 1;
		INSERT INTO search_private (rowid, words) SELECT (1 << 34) - i, body || ' =post =c' || channel FROM n WHERE channel <> 1;
		DELETE FROM search_queue;
		COMMIT`, posts, secret, maya))
	parts := 0
	for person, want := range map[int64]func(i int64) bool{
		maya: func(i int64) bool { return i%60 < 2 },
		ben:  func(i int64) bool { return i%60 == 0 },
	} {
		var found, all []int64
		for before := int64(0); before > 0 || found == nil; {
			page, err := w.Search(w.ctx, person, `"alpha beta"`, store.Newest, before, 10)
			w.must(err)
			for _, p := range page.Posts {
				found = append(found, p.ID)
			}
			if before = page.Next; len(page.Posts) < 10 && before > 0 {
				parts++
			}
		}
		for i := int64(posts); i > 0; i-- {
			if want(i) {
				all = append(all, i)
			}
		}
		equal(t, "found", fmt.Sprint(found), fmt.Sprint(all))
	}
	equal(t, "pages were partly full", parts > 0, true)
}

func TestSearchBest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.post(maya, w.everyone(), "budget, budget, budget: all about the budget")
	w.post(maya, w.everyone(), "something else "+strings.Repeat("entirely ", 40)+"budget")
	w.post(maya, w.everyone(), "the budget")
	w.indexed()
	best, err := w.Search(w.ctx, maya, "budget", store.Best, 0, 2)
	w.must(err)
	equal(t, "best first", row(bodies(best.Posts), best.Next > 0), "budget, budget, budget: all about the budget the budget false")
}

func TestSearchBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.post(maya, w.everyone(), "x and y")
	w.indexed()
	for q, said := range map[string]string{
		"":                           "Nothing to look for yet.",
		" \x00\x1b[31m":              "Nothing to look for yet.",
		`"`:                          "Nothing to look for yet.",
		`""`:                         "Nothing to look for yet.",
		`"""" "`:                     "Nothing to look for yet.",
		"🎉 + - * ( ) : ^ { } ;":      "Nothing to look for yet.",
		"';":                         "Nothing to look for yet.",
		"x:*":                        "A beginning needs at least 4 letters before the *.",
		"*":                          "Nothing to look for yet.",
		"x*":                         "A beginning needs at least 4 letters before the *.",
		"foo-x*":                     "A beginning needs at least 4 letters",
		strings.Repeat("x", 201):     "That search has 201 characters; it may have 200.",
		strings.Repeat("x ", 5000):   "That search has 9,999 characters",
		strings.Repeat("x ", 17):     "That search has 17 words; it may have 16.",
		"has:nothing":                "has: takes link, code or question.",
		"since:yesterday":            `"yesterday" is no time to go back to.`,
		"since:-3d":                  `"-3d" is no time`,
		"since:99999d":               "is no time",
		"since:2025-13-01":           "is no time",
		"since:d":                    "is no time",
		"since:٣d":                   "is no time",
		"since:\"; DROP TABLE post;": "is no time",
	} {
		_, err := w.Search(w.ctx, maya, q, store.Newest, 0, 10)
		refused(t, err, store.ErrInvalid, said)
	}
	for _, q := range []string{"AND", "-x", "NOT", "x AND y", "x OR", "NEAR(x y)", "{text}: x", "text:x", "meta : x", "x^2", "(x", `x"`, `"x`, `x" AND "y`, "*x", "rank", "\\x", "x\x00y", "a:b:c", "from:\"", "in:*", "in:direct:1,2", "tag:a\"b", "from:%"} {
		if _, err := w.Search(w.ctx, maya, q, store.Newest, 0, 10); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", q, err)
		}
	}
	equal(t, "a quote ends where the text does", w.find(maya, `"x and`), "x and y")
	equal(t, "a minus is no operator", w.find(maya, "-x"), "x and y")
	for _, n := range []int{0, -5} {
		found, err := w.Search(w.ctx, maya, "x", store.Newest, 0, n)
		w.must(err)
		equal(t, "no page", len(found.Posts), 0)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	lit := func(query, body string) string {
		t.Helper()
		found, err := w.Search(w.ctx, maya, query, store.Newest, 0, 1)
		w.must(err)
		var all []string
		last := 0
		for _, m := range store.Matches(body, found.Terms) {
			if m[0] < last || m[1] <= m[0] || m[1] > len(body) {
				t.Fatalf("%q in %q: range %v after %d", query, body, m, last)
			}
			last = m[1]
			all = append(all, body[m[0]:m[1]])
		}
		return strings.Join(all, "|")
	}
	equal(t, "words", lit("zoe GROSSE", "Zoë, Größe, zoes"), "Zoë|Größe")
	equal(t, "a phrase", lit(`"of the"`, "the of the, of… the"), "of the|of… the")
	equal(t, "a beginning", lit("gros*", "Größe große ungroß"), "Größe|große")
	equal(t, "characters", lit("日本", "日本語と日本"), "日本|日本")
	equal(t, "the longer one", lit(`a "a b"`, "a b a"), "a b|a")
	equal(t, "nothing", lit("from:maya", "maya"), "")
	equal(t, "no terms", len(store.Matches("x", nil)), 0)
}

// The index follows what becomes of a post, within half a second.
func TestSearchFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, jon := w.person("maya"), w.admin("jon")
	sales, other := w.open(jon, "sales"), w.open(jon, "other")
	w.join(sales, maya)
	becomes := func(query, want string) {
		t.Helper()
		var got string
		for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
			found, err := w.Search(w.ctx, maya, query, store.Newest, 0, 10)
			w.must(err)
			if got = bodies(found.Posts); got == want {
				return
			}
		}
		t.Fatalf("%s finds %q, want %q", query, got, want)
	}
	root := w.post(maya, sales, "alpha")
	becomes("alpha", "alpha")
	w.reply(maya, root.ID, "alpha too")
	becomes("alpha", "alpha too alpha")
	w.edit(maya, root.ID, "beta")
	becomes("alpha", "alpha too")
	becomes("beta", "beta")
	w.must(w.HidePost(w.ctx, jon, root.ID, "why not"))
	equal(t, "hidden at once", w.find(maya, "beta"), "")
	becomes("beta", "")
	w.must(w.UnhidePost(w.ctx, jon, root.ID))
	becomes("beta", "beta")
	w.must(w.MoveThread(w.ctx, jon, root.ID, other))
	becomes("in:other", "alpha too beta")
	becomes("in:sales", "")
	w.must(w.DeletePost(w.ctx, maya, root.ID))
	equal(t, "deleted at once", w.find(maya, "beta"), "")
	gamma := w.post(maya, sales, "gamma")
	becomes("gamma", "gamma")
	w.must(w.MarkQuestion(w.ctx, maya, gamma.ID, true))
	becomes("gamma has:question", "gamma")
	w.must(w.MarkQuestion(w.ctx, maya, gamma.ID, false))
	becomes("gamma has:question", "")
	w.indexed()
	w.healthy()
}

// Whatever changes a channel or a post, by whatever way: the index is told, of each what it last knew.
func TestIndexIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	root := w.post(maya, sales, "alpha")
	w.reply(maya, root.ID, "alpha too")
	w.indexed()
	for _, closed := range []bool{true, false} {
		w.raw(`UPDATE channel SET private = ? WHERE id = ?`, closed, sales)
		w.must(w.SetAddress(w.ctx, "x")) // any write wakes the indexer
		w.indexed()
		want := "alpha too alpha"
		equal(t, "for a member", w.find(maya, "alpha"), want)
		if closed {
			want = ""
		}
		equal(t, "for others", w.find(ben, "alpha"), want)
		equal(t, "in the index of private channels", w.number(`SELECT count(*) FROM search_private WHERE search_private MATCH '"=post"'`), map[bool]int64{true: 2}[closed])
	}
	w.edit(maya, root.ID, "beta")
	w.edit(maya, root.ID, "gamma") // before the index is told of either
	w.raw(`UPDATE post SET author_id = ? WHERE id = ?`, ben, root.ID)
	w.must(w.SetAddress(w.ctx, "x"))
	w.indexed()
	equal(t, "its author", w.find(maya, "from:ben"), "gamma")
	equal(t, "its old text", row(w.find(maya, "beta"), w.find(ben, "alpha")), "alpha too")
	w.raw(`DELETE FROM mention`)
	w.raw(`DELETE FROM follow`)
	w.raw(`DELETE FROM inbox`)
	w.raw(`DELETE FROM post`)
	w.must(w.SetAddress(w.ctx, "x"))
	w.indexed()
	equal(t, "words left", w.number(`SELECT (SELECT count(*) FROM search WHERE search MATCH ?1) + (SELECT count(*) FROM search_private WHERE search_private MATCH ?1)`, `alpha OR gamma OR "=post"`), 0)
}

// What is forgotten, changed and new at the same moment is indexed as if it had been one after the other.
func TestIndexAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	var posts []store.Post
	for i := range 60 {
		posts = append(posts, w.post(maya, w.everyone(), fmt.Sprintf("word%d", i%3)))
	}
	w.indexed()
	at := func(round string, acts string) {
		w.raw("BEGIN IMMEDIATE;\n" + acts + "COMMIT")
		w.must(w.SetAddress(w.ctx, "x")) // any write wakes the indexer
		w.indexed()
		for _, word := range []string{"word0", "word1", "word2"} {
			equal(t, word+" after "+round, w.number(`SELECT count(*) FROM search WHERE search MATCH ?`, word),
				w.number(`SELECT count(*) FROM post WHERE body = ? AND hidden_at = 0`, word))
		}
		equal(t, "all after "+round, w.number(inIndex), w.number(`SELECT count(*) FROM post WHERE hidden_at = 0`))
	}
	for round := range 6 {
		var acts strings.Builder
		for i, p := range posts {
			switch (i*7 + round*5) % 11 {
			case 0, 1, 2:
				fmt.Fprintf(&acts, "UPDATE post SET body = 'word%d' WHERE id = %d;\n", (i+round)%3, p.ID)
			case 3, 4:
				fmt.Fprintf(&acts, "UPDATE post SET hidden_at = iif(hidden_at = 0, 1, 0) WHERE id = %d;\n", p.ID)
			}
		}
		at(fmt.Sprint("round ", round), acts.String())
	}
	newest := posts[len(posts)-1].ID
	at("hiding all but the newest", fmt.Sprintf("UPDATE post SET hidden_at = id <> %d;\n", newest))
	at("changing it while the others come back", fmt.Sprintf("UPDATE post SET body = 'word0' WHERE id = %d;\nUPDATE post SET hidden_at = 0;\n", newest))
}

// A program that folds in another way than the one before it begins a new index.
func TestIndexAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	p := w.post(maya, w.everyone(), "alpha")
	w.indexed()
	w.must(w.Close())
	w.raw(`INSERT INTO search (search, rowid, words) VALUES ('delete', (1 << 34) - ?1, 'alpha =post')`, p.ID)
	w.raw(`INSERT INTO search (rowid, words) VALUES ((1 << 34) - ?1, 'alfa =post')`, p.ID)
	w.raw(`UPDATE setting SET value = 'otherwise' WHERE name = 'fold'`)
	again := openWorld(t, w.dir, store.Options{})
	again.indexed()
	equal(t, "found", again.find(maya, "alpha"), "alpha")
	equal(t, "the other way", again.number(`SELECT count(*) FROM search WHERE search MATCH 'alfa'`), 0)
	equal(t, "posts", again.number(inIndex), 1)
}

// Nothing of a deleted text is left in any file.
func TestDeletedTextIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	for i := range 30 {
		w.post(ben, w.everyone(), fmt.Sprint("around it ", i))
	}
	p := w.post(maya, w.everyone(), "xylophonist quetzalcoatl")
	secret := w.private(maya, "secret")
	w.post(maya, secret, "around it, too")
	private := w.post(maya, secret, "hieroglyphist wyverns")
	w.indexed()
	w.edit(maya, p.ID, "zymurgist now")
	w.indexed()
	equal(t, "a version is kept", w.said(ben, p.ID), "xylophonist quetzalcoatl")
	w.must(w.DeletePost(w.ctx, maya, p.ID))
	w.must(w.DeletePost(w.ctx, maya, private.ID))
	w.indexed()
	w.raw(`PRAGMA wal_checkpoint(TRUNCATE)`)
	files, err := filepath.Glob(filepath.Join(w.dir, "*"))
	w.must(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		w.must(err)
		for _, word := range []string{"xylophon", "quetzal", "zymurg", "hieroglyph", "wyvern"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s still holds %s", filepath.Base(file), word)
			}
		}
	}
}

// A server that is killed while it indexes goes on where it stopped.
func TestIndexAfterKill(t *testing.T) {
	dir := os.Getenv("TINCAN_TEST_INDEX_IN")
	if dir != "" { // this is the server to be killed
		w := openWorld(t, dir, store.Options{PostsPerMinute: 1 << 20})
		maya := w.person("maya")
		for i := range 1 << 20 {
			w.post(maya, w.everyone(), fmt.Sprint("kept ", i))
			fmt.Println("posted", i)
		}
		return
	}
	t.Parallel()
	dir = t.TempDir()
	var out bytes.Buffer
	server := exec.Command(os.Args[0], "-test.run=^TestIndexAfterKill$", "-test.v")
	server.Env = append(os.Environ(), "TINCAN_TEST_INDEX_IN="+dir)
	lines := &lineCounter{until: 600, done: make(chan struct{})}
	server.Stdout = lines
	server.Stderr = &out
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lines.done:
	case <-time.After(60 * time.Second):
	}
	server.Process.Kill()
	server.Wait()
	w := openWorld(t, dir, store.Options{})
	posts := w.number(`SELECT count(*) FROM post`)
	if posts < 500 {
		t.Fatalf("only %d posts: %s", posts, out.String())
	}
	w.indexed()
	equal(t, "indexed", w.number(inIndex), posts)
	w.raw(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`) // fails where index and texts differ
	w.healthy()
}

type lineCounter struct {
	until int
	done  chan struct{}
}

func (l *lineCounter) Write(p []byte) (int, error) {
	was := l.until
	l.until -= bytes.Count(p, []byte("\n"))
	if was > 0 && l.until <= 0 {
		close(l.done)
	}
	return len(p), nil
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Time{
		"30m": noon.Add(-30 * time.Minute), "12h": noon.Add(-12 * time.Hour), "3d": noon.AddDate(0, 0, -3), "2w": noon.AddDate(0, 0, -14),
		"0d": noon, "9999w": noon.Add(-9999 * 7 * 24 * time.Hour), "2025-11-01": time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC),
	} {
		at, err := store.ParseSince(in, noon)
		if err != nil || !at.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", in, at, err, want)
		}
	}
}

// FuzzSearch looks for anything: it is found, not found, or refused with a sentence.
func FuzzSearch(f *testing.F) {
	w := newWorld(f)
	maya := w.person("maya")
	for _, body := range []string{"Zoë's Größe", "日本語を学ぶ", "party🎉tonight", "AND OR NOT", "`code` https://example.com #tag"} {
		w.post(maya, w.everyone(), body)
	}
	w.indexed()
	for _, q := range []string{"zoe", `"`, `"a b" c*`, "from:maya in:everyone tag:tag has:link since:3d", "日", "-x", "AND", "\x00", "a:b", "�*"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		for _, order := range []store.SearchOrder{store.Newest, store.Best} {
			found, err := w.Search(w.ctx, maya, q, order, 0, 10)
			if text, ours := store.Sentence(err); err != nil && !ours {
				t.Fatalf("%q: %v (%s)", q, err, text)
			}
			for _, p := range found.Posts {
				store.Matches(p.Body, found.Terms)
			}
		}
	})
}

// FuzzFold makes sure that a text finds itself and that what is lit is whole.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"Größe ZOË", "日本語", "ﬁ ＡＢＣ ½ ①", "c\u0327\u0301 \u1100\u1161\u11a8", "ΐ ŉ ǰ ᾳ", "ｶﾞ゛か\u3099", "\u0345\u0345a", "a\u200db\u00adc", "run `go test ./store` at C++ for $100, DON'T\t_x_", "~{}|^[]@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = store.Clean(s)
		once := store.Fold(s)
		if slowly := store.FoldSlowly(s); slowly != once {
			t.Fatalf("%q folds to %q, and slowly to %q", s, once, slowly)
		}
		if strings.ContainsAny(once, "\"*\n") || !utf8.ValidString(once) || strings.Join(strings.Fields(once), " ") != once {
			t.Fatalf("%q folds to %q", s, once)
		}
		for _, m := range store.Matches(s, store.Terms(s)) {
			if m[0] < 0 || m[1] > len(s) || m[0] >= m[1] || !utf8.ValidString(s[m[0]:m[1]]) {
				t.Fatalf("%q: lit %v", s, m)
			}
		}
		if once != "" && len(store.Matches(s, store.Terms(s))) == 0 {
			t.Fatalf("%q does not match itself", s)
		}
		for _, term := range store.Terms(s) {
			if !store.Stands(term, once) {
				t.Fatalf("%q: the index of %q has not %+v", s, once, term)
			}
		}
	})
}
