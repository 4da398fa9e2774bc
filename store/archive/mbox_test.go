package archive_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tincan/store"
	"tincan/store/archive"
)

var update = flag.Bool("update", false, "write the goldens anew")

// readMbox opens an mbox whose list is called "talk" where it does not say.
func readMbox(t *testing.T, text string) *archive.Mbox {
	t.Helper()
	m, err := archive.ReadMbox(t.Context(), strings.NewReader(text), int64(len(text)), "talk", func(int, float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bringMbox imports m as #talk, or runs dry where s is nil.
func bringMbox(t *testing.T, s *store.Store, m *archive.Mbox) *archive.Account {
	t.Helper()
	account, err := m.Import(t.Context(), s, store.Operator, "talk", func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// TestReferenceList compares the measures of a real list with what was computed from it elsewhere.
//
// One figure differs, by one rule: nine mails of the archive stand in it twice. A second copy of a mail (the same
// Message-ID, author and date) is not imported, so that 972 of the 981 mails are; eight of the nine copies are of
// the busiest tenth, who wrote 654 of 972 (67.3 %) where with the copies it is 662 of 981 (67.5 %).
func TestReferenceList(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "mbox", "goodies-dev.mbox")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skip("the reference archive is not here")
	}
	s, me := open(t)
	account := bringMbox(t, s, readMbox(t, string(text)))
	if got := fmt.Sprint(account.Messages(), account.Count(archive.Posted), account.Count(archive.Replied), account.Count(archive.Repeated)); got != "981 455 517 9" {
		t.Errorf("messages, posts, replies, repeated: %s, want 981 455 517 9", got)
	}
	c, err := s.Channel(t.Context(), me, "talk")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Archived || !c.Imported {
		t.Errorf("#talk is %+v, want a read-only archive", c)
	}
	w, err := s.FigureWindow(t.Context(), me, c.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	figures, err := s.Figures(t.Context(), me, store.FigureQuery{Window: w, Channel: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]store.Figure{}
	for _, f := range figures {
		got[f.ID] = f
	}
	for _, want := range []struct {
		id        string
		value     float64
		precision float64
		n, of     int
	}{
		{"C1.ever", 21.3, 0.05, 97, 455},
		{"C1.day", 17.1, 0.05, 78, 455},
		{"C3.median", 2.90, 0.005, 97, 97},
		{"C3.p90", 57.7, 0.05, 97, 97},
		{"P3.top10", 67.3, 0.05, 654, 972},
		{"N3", 0.0259, 0.00005, 155, 110 * 109 / 2},
		{"N4", 43.9, 0.05, 68, 155},
	} {
		f := got[want.id]
		if math.Abs(f.Value-want.value) > want.precision || f.Numerator != want.n || f.Denominator != want.of || !f.Known || f.Suppressed || f.People > 110 {
			t.Errorf("%s is %+v, want %v from %d of %d", want.id, f, want.value, want.n, want.of)
		}
	}
	if n := got["N3"].People; n != 110 {
		t.Errorf("%d people wrote, want 110", n)
	}
}

const pitfallsAccount = `        7  imported as posts
        3  imported as replies
        1  skipped: there is nothing in it to show
        1  skipped: a second copy of the same message
        1  skipped: it cannot be read as a message
        1  skipped: an automatic reply, or a report that mail could not be delivered
---------
       14  messages in the archive
        2  texts had long quotes or a signature, which are shortened
        1  had a date years off and stand where they came
        1  attached files are not imported; their names are
`

func pitfalls(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/mbox/pitfalls.mbox")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMboxPitfalls(t *testing.T) {
	s, me := open(t)
	dry := bringMbox(t, nil, readMbox(t, pitfalls(t)))
	if dry.String() != pitfallsAccount || dry.Posts != 0 {
		t.Errorf("dry run:\n%s\nwant:\n%s", dry, pitfallsAccount)
	}
	m := readMbox(t, pitfalls(t))
	if m.List() != "talk" || m.Mails() != 14 || m.People() != 9 {
		t.Errorf("#%s has %d mails of %d people", m.List(), m.Mails(), m.People())
	}
	account := bringMbox(t, s, m)
	if account.String() != pitfallsAccount || account.Posts != 10 || account.People != 9 || account.Channels != 1 {
		t.Errorf("import, which added %d posts, %d people and %d channels:\n%s", account.Posts, account.People, account.Channels, account)
	}
	got := transcript(t, s, me, "talk")
	want, err := os.ReadFile("testdata/mbox/pitfalls.golden")
	if *update {
		err = os.WriteFile("testdata/mbox/pitfalls.golden", []byte(got), 0o644)
		want = []byte(got)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("#talk reads\n%s\nwant\n%s", got, want)
	}
	again := bringMbox(t, s, readMbox(t, pitfalls(t)))
	if again.Posts+again.People+again.Channels != 0 || again.String() != pitfallsAccount {
		t.Errorf("a second import added %d posts, %d people, %d channels:\n%s", again.Posts, again.People, again.Channels, again)
	}
	for handle, want := range map[string]string{"ben": "staged, bot false, Ben Brook", "ben.brook": "staged, bot false, Ben", "eve": "staged, bot false, ", "eve-robot": "staged, bot true, ", "cat": "staged, bot false, Cät"} {
		p, err := s.Person(t.Context(), me, handle)
		if got := fmt.Sprintf("%v, bot %v, %s", p.State, p.Bot, p.Name); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", handle, got, err, want)
		}
	}
}

// A list whose name a channel has already comes in beside it, and the account says by which name.
func TestMboxNameTaken(t *testing.T) {
	s, me := open(t)
	if _, err := s.CreateChannel(t.Context(), me, store.NewChannel{Name: "talk"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second import adds nothing, and says so again
		account := bringMbox(t, s, readMbox(t, mailOf(1, "", "hello")))
		if want := "By another name here: #talk is #talk-imported\n"; !strings.HasSuffix(account.String(), want) {
			t.Errorf("%s\nwant at the end: %s", account, want)
		}
	}
}

func TestNoMbox(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "this file is empty",
		"\n\n":                      "this is no mbox",
		"PK\x03\x04 a zip":          "this is no mbox",
		"From me to you\n\nwords\n": "this is no mbox",
		"From a@b Mon Mar  4 09:00:00 2024\n\nno head\n": "this is no mbox",
	} {
		_, err := archive.ReadMbox(t.Context(), strings.NewReader(text), int64(len(text)), "talk", func(int, float64) {})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// mailOf is a mail of an archive, with CRLF as some programs write.
func mailOf(n int, more, body string) string {
	return strings.ReplaceAll(fmt.Sprintf("From p%d@example.org Mon Mar  4 %02d:%02d:00 2024\nFrom: p%d@example.org\nSubject: s%d\nMessage-ID: <%d@x>\n%s\n%s\n\n", n%7, 1+n/60, n%60, n%7, n, n, more, body), "\n", "\r\n")
}

// A mail of 40 MB is counted and named, and never held in memory; those around it come in.
func TestMboxTooLarge(t *testing.T) {
	text := mailOf(1, "", "before") + mailOf(2, "Content-Type: application/zip\n", strings.Repeat("A", 40<<20)) + mailOf(3, "In-Reply-To: <2@x>\n", "after") + mailOf(4, "In-Reply-To: <2@x>\n", "too")
	account := bringMbox(t, nil, readMbox(t, text))
	want := `        2  imported as posts
        1  imported as replies
        1  skipped: it is larger than 32 MB
---------
        4  messages in the archive
Too large: "s2" of p2@example.org, 4 Mar 2024, 40 MB
`
	if account.String() != want {
		t.Errorf("%s\nwant\n%s", account, want)
	}
}

// TestMboxStopped ends an import between any two of its pieces, begins it again, and looks for the same end.
func TestMboxStopped(t *testing.T) {
	var text strings.Builder
	for n := range 450 {
		more := ""
		if n%3 > 0 {
			more = fmt.Sprintf("In-Reply-To: <%d@x>\n", n-1)
		}
		text.WriteString(mailOf(n, more, fmt.Sprint("body ", n)))
	}
	whole, me := open(t)
	bringMbox(t, whole, readMbox(t, text.String()))
	want := transcript(t, whole, me, "talk")
	s, me := open(t)
	added := 0
	for pieces := 1; ; pieces++ {
		ctx := &stopping{Context: t.Context()}
		ctx.left.Store(int64(pieces))
		account, err := readMbox(t, text.String()).Import(ctx, s, store.Operator, "talk", func(int) {})
		added += account.Posts
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "context canceled") || pieces > 20 {
			t.Fatal(err)
		}
	}
	if got := transcript(t, s, me, "talk"); got != want || added != 450 {
		t.Errorf("after %d posts in pieces #talk reads differently", added)
	}
}

// stopping is a context that is cancelled after it was asked a number of times, by whomever.
type stopping struct {
	context.Context
	left atomic.Int64
}

func (s *stopping) Err() error {
	if s.left.Add(-1) < 0 {
		return context.Canceled
	}
	return s.Context.Err()
}

// FuzzMbox reads anything as an archive: no panic, and every mail has a fate.
func FuzzMbox(f *testing.F) {
	text, err := os.ReadFile("testdata/mbox/pitfalls.mbox")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	for mail := range strings.SplitSeq(string(text), "\nFrom ") {
		f.Add("From " + strings.TrimPrefix(mail, "From "))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := archive.ReadMbox(t.Context(), strings.NewReader(text), int64(len(text)), "talk", func(int, float64) {})
		if err != nil {
			return
		}
		account, err := m.Import(t.Context(), nil, store.Operator, "talk", func(int) {})
		if err != nil || account.Messages() != m.Mails() {
			t.Errorf("%d of %d mails have a fate (%v)", account.Messages(), m.Mails(), err)
		}
	})
}
