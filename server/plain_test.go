package server

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// plain is what somebody reads without a terminal (""), or with one of that name.
func (r *rig) plain(c *gossh.Client, term string) string {
	r.Helper()
	s, err := c.NewSession()
	if err != nil {
		r.Fatal(err)
	}
	defer s.Close()
	if term != "" {
		if err := s.RequestPty(term, 24, 80, nil); err != nil {
			r.Fatal(err)
		}
	}
	var out, errs buffer
	s.Stdout, s.Stderr = &out, &errs
	if err := s.Shell(); err != nil {
		r.Fatal(err)
	}
	if status := exitStatus(r, s.Wait()); status != 0 || errs.String() != "" {
		r.Errorf("%q: exit status %d, told %s", term, status, &errs)
	}
	got := out.String()
	if inRaw := strings.Count(got, "\n") == strings.Count(got, "\r\n"); inRaw != (term != "") {
		r.Errorf("%q: line ends of %q", term, got)
	}
	return strings.ReplaceAll(got, "\r\n", "\n")
}

const plainEnd = `To write, type: ssh social.corp "post '#everyone' 'Your text'"
For everything else, type: ssh social.corp help
`

// Without a terminal, or with one that cannot draw, what is new is read line by line.
func TestPlainReading(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	if got, want := r.plain(people["nils"], "dumb"), "You are signed in as nils.\nNothing in your inbox is new.\nNobody has written here yet.\n"+plainEnd; got != want {
		t.Errorf("where nothing is:\n%s", got)
	}
	r.play(people, []step{
		{who: "maya", line: "channel create north", out: "#north is open to everyone. You are its steward.\n"},
		{who: "nils", line: "join north", out: "You are in #north.\n"},
		{who: "nils", line: "post everyone Mine", out: "Posted in #everyone as $1.\n"},
		{who: "maya", line: "post everyone @nils who has the keys? --question", out: "Posted in #everyone as $2.\n"},
		{who: "maya", line: "post north -", stdin: "Two lines\nFrom nobody.", out: "Posted in #north as $3.\n"},
		{who: "pia", line: "react $3 👍", out: "Your thumbsup is on $3.\n"},
		{who: "pia", line: "react $3 heart", out: "Your heart is on $3.\n"},
		{who: "maya", line: "react $3 heart", out: "Your heart is on $3.\n"},
		{who: "maya", line: "edit $3 -", stdin: "Three lines\n\nFrom nobody.", out: "Changed $3.\n"},
		{who: "pia", line: "reply $1 Yours?", out: "Posted in #everyone as $4, a reply to $1.\n"},
		{who: "maya", line: "message nils Lunch?", out: "Posted to your conversation with nils as $5.\n"},
		{who: "maya", line: "post everyone A mistake", out: "Posted in #everyone as $6.\n"},
		{who: "maya", line: "delete $6", out: "Deleted $6.\n"},
	})
	want := `You are signed in as nils.
New in your inbox: 1 mention, 1 reply.
To read the inbox, type: ssh social.corp inbox --read
New for you: 4 posts.

In the channel everyone: 1 new post.

Question 1 in everyone.
From Maya Lind, Finance.
Friday 20 November 2026 at 14:03.
  @nils who has the keys?

In the channel north: 1 new post.

Post 2 in north.
From Maya Lind, Finance.
Friday 20 November 2026 at 14:03.
Edited.
  Three lines
  
  From nobody.
1 person reacted with thumbsup.
2 people reacted with heart.

In your conversation with Maya Lind: 1 new post.

Post 4 in your conversation with Maya Lind.
From Maya Lind, Finance.
Friday 20 November 2026 at 14:03.
  Lunch?

In the thread of post 0: 1 new post.

Reply to 0, number 3 in everyone.
From pia.
Friday 20 November 2026 at 14:03.
  Yours?

To count these as read, type: ssh social.corp seen 4
` + plainEnd
	// Numbers of posts are counted from the first.
	first := 1795183380
	number := regexp.MustCompile(`17951833\d\d`)
	got := number.ReplaceAllStringFunc(r.plain(people["nils"], "dumb"), func(n string) string {
		i, _ := strconv.Atoi(n)
		return strconv.Itoa(i - first)
	})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := r.plain(people["nils"], ""); !strings.Contains(again, "New for you: 4 posts.") {
		t.Errorf("reading it once counted as read:\n%s", again)
	}
	for _, line := range strings.Split(got, "\n") {
		if strings.ContainsAny(line, "\x1b\a\b·─│▌»▪—") {
			t.Errorf("drawn: %q", line)
		}
	}
	seen := func(n int, out string) step { return step{who: "nils", line: fmt.Sprint("seen ", n), out: out} }
	r.play(people, []step{
		seen(first, "Nothing up to that post is new any more. For what is new, type: ssh social.corp home\n"),
		seen(first+2, "2 posts are now read.\n"),
		{who: "nils", line: "seen", status: 2, errs: "usage: seen ID\n"},
		{who: "nils", line: "seen all", status: 2, errs: `"all" is no number of a post.`},
		{who: "nils", line: "channels", out: "#announcements · 3 people · What everyone should know, instead of mail to all.\n#everyone · 3 people · For all of us.\n#north · 2 people\n"},
		{who: "nils", line: fmt.Sprint("seen ", first+100), status: 1, errs: "There is no post of that number here.\n"},
		seen(first+4, "2 posts are now read.\n"),
		seen(first+4, "Nothing up to that post is new any more. For what is new, type: ssh social.corp home\n"),
	})
	if got := r.plain(people["nils"], ""); !strings.Contains(got, "Nothing in your inbox is new.\nNo post is new. Here is the newest of Home, newest first.\n\nPost ") ||
		!strings.Contains(got, "  This post was deleted.\n") || !strings.Contains(got, "\n1 reply.\n") || !strings.HasSuffix(got, "\n\n"+plainEnd) {
		t.Errorf("where nothing is new:\n%s", got)
	}
}

// After a long absence the oldest come first, wherever they stand, and what is counted as read is what was read.
func TestPlainReadingOfMuch(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	north, err := r.store.CreateChannel(t.Context(), 1, store.NewChannel{Name: "north"})
	if err != nil {
		t.Fatal(err)
	}
	r.run(people["nils"], "join north", "")
	for i := range 2*plainNew + 50 {
		if _, err := r.store.CreatePost(t.Context(), 1, store.NewPost{Place: store.Place{Channel: []int64{1, north.ID}[i%2]}, Body: fmt.Sprintf("number %03d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	next := regexp.MustCompile(`seen (\d+)`)
	for part, n := range []int{plainNew, plainNew, 50} {
		got := r.plain(people["nils"], "dumb")
		for i := range 2*plainNew + 50 {
			inPart := i/plainNew == part
			if strings.Contains(got, fmt.Sprintf("  number %03d\n", i)) != inPart {
				t.Fatalf("part %d, number %d:\n%s", part, i, got)
			}
		}
		if out, _, status := r.run(people["nils"], "seen "+next.FindStringSubmatch(got)[1], ""); status != 0 || out != fmt.Sprintf("%d posts are now read.\n", n) {
			t.Errorf("part %d: %q", part, out)
		}
	}
}

// Nothing of a channel that was muted or left is read out, and nothing of one that is private.
func TestPlainReadingKeepsOut(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	r.play(people, []step{
		{who: "maya", line: "channel create secret --private", out: "#secret is open, for those whom you add. You are its steward.\n"},
		{who: "maya", line: "post secret @nils the word", out: "Posted in #secret as $1.\n"},
		{who: "maya", line: "channel create loud", out: "#loud is open to everyone. You are its steward.\n"},
		{who: "nils", line: "join loud", out: "You are in #loud.\n"},
		{who: "maya", line: "post loud noise", out: "Posted in #loud as $2.\n"},
	})
	nils, err := r.store.Person(t.Context(), 1, "nils")
	if err != nil {
		t.Fatal(err)
	}
	loud, err := r.store.Channel(t.Context(), nils.ID, "loud")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.MuteChannel(t.Context(), nils.ID, loud.ID, true); err != nil {
		t.Fatal(err)
	}
	if got := r.plain(people["nils"], ""); strings.Contains(got, "noise") || strings.Contains(got, "secret") || strings.Contains(got, "the word") {
		t.Errorf("read out:\n%s", got)
	}
}

// The stock client says with -o SetEnv=NO_COLOR=1 that it wants no colours, and then the screens send none.
func TestStockNoColor(t *testing.T) {
	r := start(t)
	s := newStock(r)
	file, key, _ := s.identity("id")
	me, err := r.store.RedeemCode(t.Context(), r.invite("maya"), store.Credential{Key: newKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.MarkWelcomed(t.Context(), me.ID); err != nil {
		t.Fatal(err)
	}
	_, nils := r.member("nils")
	if _, errs, status := r.run(r.enter(nils), "post '#everyone' '@maya have a look at #this'", ""); status != 0 {
		t.Fatal(errs)
	}
	s.env = append(s.env, "COLORTERM=truecolor")
	for _, c := range []struct {
		options  []string
		coloured bool
	}{
		{[]string{"-o", "SetEnv=NO_COLOR=1"}, false},
		{[]string{"-o", "SetEnv=NO_COLOR=1 COLORTERM=truecolor"}, false},
		{nil, true}, // so that the pattern is known to find some
	} {
		p := s.ssh(append([]string{"-i", file, "-o", onlyFiles}, c.options...))
		p.sees(drawn)
		p.sees("have a")
		p.types("?").sees("All keys")
		seen := p.types("\x03").ends(0)
		if got := colour.MatchString(seen); got != c.coloured {
			t.Errorf("%v: coloured %v: %q", c.options, got, colour.FindAllString(seen, 5))
		}
	}
}

func TestExportCommand(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	r.run(people["maya"], "post everyone hello", "")
	out, errs, status := r.run(people["maya"], "export me", "")
	if status != 0 || errs != "" || !strings.HasPrefix(out, "PK\x03\x04") {
		t.Errorf("status %d, told %q, %d bytes", status, errs, len(out))
	}
	if out, errs, status := r.run(people["maya"], "export everyone", ""); status != 2 || out != "" || !strings.HasPrefix(errs, "usage: export > export.zip ") {
		t.Errorf("%d %q %q", status, out, errs)
	}
	if out, errs, status := r.run(people["maya"], "export me all", ""); status != 2 || out != "" || errs != "usage: export me > me.zip\n" {
		t.Errorf("%d %q %q", status, out, errs)
	}
	s, err := people["maya"].NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	var shown, told buffer
	s.Stdout, s.Stderr = &shown, &told
	if status := exitStatus(t, s.Run("export me")); status != 1 || shown.String() != "" ||
		told.String() != "That is a file and cannot be shown here. Write it to one, without -t: ssh social.corp export me > me.zip\r\n" {
		t.Errorf("status %d, shown %q, told %q", status, &shown, &told)
	}
}
