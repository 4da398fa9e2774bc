package server

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

func TestSearchCommand(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	r.play(people, []step{
		{who: "maya", line: "post everyone Die Größe der Halle", out: "Posted in #everyone as $1.\n"},
		{who: "maya", line: "post everyone 日本語の本", out: "Posted in #everyone as $2.\n"},
		{who: "nils", line: "post everyone the budget of the hall, the hall itself", out: "Posted in #everyone as $3.\n"},
		{who: "nils", line: "post everyone a hall and nothing about the budget at all, in very many words that say little of it", out: "Posted in #everyone as $4.\n"},
	})
	found := func(who, line string) (bodies []string) {
		t.Helper()
		out, errs, status := r.run(people[who], line+" --json", "")
		if status != 0 {
			t.Errorf("%s: %d %s", line, status, errs)
		}
		for _, l := range strings.Split(out, "\n") {
			if _, body, ok := strings.Cut(l, `"body":"`); ok {
				bodies = append(bodies, body[:min(6, len(body))])
			}
		}
		return bodies
	}
	r.eventually("all is indexed", func() bool {
		return len(found("pia", "search from:maya")) == 2 && len(found("pia", "search hall")) == 2
	})
	for _, c := range []struct {
		line string
		want []string
	}{
		{"search grosse", []string{"Die Gr"}},
		{"search 日本", []string{"日本"}},
		{"search hall budget", []string{"a hall", "the bu"}},
		{"search hall budget -n 1", []string{"a hall"}},
		{"search hall --best", []string{"the bu", "a hall"}},
		{`search "budget of"`, []string{"the bu"}},
		{`search 'hall "budget of"'`, []string{"the bu"}},
		{"search 'from:nils hall itself'", []string{"the bu"}},
		{"search budget of -n 5", []string{"a hall", "the bu"}},
		{"search hall*", []string{"a hall", "Die Gr", "the bu"}},
		{"search -x", nil},
		{"search AND", []string{"a hall"}},
		{"search doesn't", nil},
	} {
		got := found("pia", c.line)
		if c.line == "search hall*" { // of the same second in any order
			if len(got) != 3 {
				t.Errorf("%s: %q", c.line, got)
			}
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %q", c.line, got)
		}
	}
	r.play(people, []step{
		{who: "pia", line: "search itself", out: "$1  #everyone  nils  Fri 20 Nov 14:03  new\n  the budget of the hall, the hall itself\n"},
		{who: "pia", line: "search", status: 2, errs: "usage: search WORDS [--best] [-n N] [--json]\n"},
		{who: "pia", line: "search --best", status: 2, errs: "usage: search"},
		{who: "pia", line: `search '"'`, status: 1, errs: "Nothing to look for yet."},
		{who: "pia", line: "search ''", status: 1, errs: "Nothing to look for yet."},
		{who: "pia", line: "search from:nobody hall", status: 1, errs: "There is nobody called @nobody here.\n"},
		{who: "pia", line: "search in:nowhere hall", status: 1, errs: "There is no channel #nowhere here that you may read.\n"},
		{who: "pia", line: "search has:money", status: 1, errs: "has: takes link, code or question."},
		{who: "pia", line: "search since:never", status: 1, errs: `"never" is no time to go back to.`},
		{who: "pia", line: "search x*", status: 1, errs: "A beginning needs at least 4 letters"},
		{who: "pia", line: "search " + strings.Repeat("x", 10_000), status: 1, errs: "That search has 10,000 characters; it may have 200."},
		{who: "pia", line: "search hall -n 0", status: 2, errs: "-n takes a number from 1 to 10000."},
	})
}

// More than a page comes whole, in order, and each once.
func TestLongLists(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	nils, err := r.store.Person(t.Context(), 1, "nils")
	if err != nil {
		t.Fatal(err)
	}
	const n = store.MaxPage + 30
	for i := range n {
		p, err := r.store.CreatePost(t.Context(), 1, store.NewPost{Place: store.Place{Channel: 1}, Body: fmt.Sprintf("word %d @nils", i)})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.store.SavePost(t.Context(), nils.ID, p.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	r.eventually("all is indexed", func() bool {
		out, _, _ := r.run(people["nils"], fmt.Sprintf("search 'word %d'", n-1), "")
		return out != ""
	})
	for _, line := range []string{"search word -n 1000", "saved -n 1000", "inbox -n 1000", "search word -n 201", "saved -n 201", "inbox -n 201"} {
		want := n
		if strings.HasSuffix(line, "201") {
			want = 201
		}
		out, _, _ := r.run(people["nils"], line+" --json", "")
		seen := map[string]bool{}
		for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
			seen[l] = true
		}
		if len(seen) != want || strings.Count(out, "\n") != want {
			t.Errorf("%s: %d lines, %d different", line, strings.Count(out, "\n"), len(seen))
		}
	}
}

func TestPeopleCommand(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	if _, err := r.store.CreateInvite(t.Context(), store.Operator, store.Invite{Handle: "zoe.maier", Name: "Zoë Größe", Department: "Sales"}); err != nil {
		t.Fatal(err)
	}
	r.play(people, []step{
		{who: "pia", line: "people", out: "maya · Maya Lind · Finance · Controller\nnils\npia\nzoe.maier · Zoë Größe · Sales · has not come yet\n"},
		{who: "pia", line: "people lind", out: "maya · Maya Lind · Finance · Controller\n"},
		{who: "pia", line: "people zoe gross --json", out: `{"handle":"zoe.maier","name":"Zoë Größe","department":"Sales","title":"","state":"invited"}` + "\n"},
		{who: "pia", line: "people nobody"},
		{who: "pia", line: "people --nobody"},
	})
}

// Text after a flag arrives without its quotes, because the client has removed them.
func TestTextOfAFlag(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	purpose := func(name, purpose string, private bool) string {
		return fmt.Sprintf(`{"channel":"%s","purpose":"%s","private":%v,"members":1,"joined":true,"steward":true,"muted":false,"unread":0}`+"\n", name, purpose, private)
	}
	r.play(people, []step{
		{who: "maya", line: "channel create north --purpose The northern customers --json", out: purpose("north", "The northern customers", false)},
		{who: "maya", line: "channel create south --json --purpose The southern  customers", out: purpose("south", "The southern customers", false)},
		{who: "maya", line: "channel create east --purpose=Those in the east --private --json", out: purpose("east", "Those in the east", true)},
		{who: "maya", line: "channel create --json west --purpose What doesn't fit elsewhere", out: purpose("west", "What doesn't fit elsewhere", false)},
		{who: "maya", line: "channel create --json west-2 --purpose=What doesn't fit", out: purpose("west-2", "What doesn't fit", false)},
		{who: "maya", line: "channel create --json --purpose 'Up there' up", out: purpose("up", "Up there", false)},
		{who: "maya", line: "channel create --json down --purpose -x is no flag", out: purpose("down", "-x is no flag", false)},
		{who: "maya", line: "channel create none --purpose '' --json", out: purpose("none", "", false)},
		{who: "maya", line: "channel create --purpose Up there up", status: 2, errs: "usage: channel create NAME"},
		{who: "maya", line: "channel create a b --purpose c", status: 2, errs: "usage: channel create NAME"},
		{who: "maya", line: "channel create a --purpose", status: 2, errs: "usage: channel create NAME"},
		{who: "maya", line: "channel create a --purpose b -- c", status: 2, errs: "usage: channel create NAME"},
	})
}

// What became of a report is said by what it is, and by nobody's name.
func TestInboxOfReports(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	r.play(people, []step{
		{who: "nils", line: "post everyone One", out: "Posted in #everyone as $1.\n"},
		{who: "nils", line: "post everyone Two", out: "Posted in #everyone as $2.\n"},
	})
	if err := r.store.SetAdmin(t.Context(), store.Operator, "maya", true, "She looks after it."); err != nil {
		t.Fatal(err)
	}
	pia, err := r.store.PersonByHandle(t.Context(), "pia")
	posts, errHome := r.store.Home(t.Context(), pia.ID, 0, 2)
	for _, p := range posts {
		err = errors.Join(err, r.store.ReportPost(t.Context(), pia.ID, p.ID, "It is rude."))
	}
	if err := errors.Join(err, errHome); err != nil || len(posts) != 2 {
		t.Fatal(posts, err)
	}
	one, two := fmt.Sprint(posts[1].ID), fmt.Sprint(posts[0].ID)
	r.play(people, []step{
		{who: "maya", line: "reports keep " + one + " --why 'It is not.'", out: one + " stands as it is.\n"},
		{who: "maya", line: "reports hide " + two + " --why 'It is.'", out: two + " is hidden; your reason stands in its place.\n"},
	})
	if got := r.plain(people["pia"], "dumb"); !strings.Contains(got, "New in your inbox: 1 post that you reported stands, 1 post that you reported was hidden.\n") {
		t.Errorf("read line by line:\n%s", got)
	}
	r.play(people, []step{
		{who: "pia", line: "inbox --read", out: two + "  #everyone  the post that you reported was hidden  Fri 20 Nov 14:03  new\n  This post was hidden: It is.\n\n" +
			one + "  #everyone  the post that you reported stands as it is  Fri 20 Nov 14:03  new\n  One\n"},
	})
}
