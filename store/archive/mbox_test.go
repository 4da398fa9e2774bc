package archive_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tincan/store"
	"tincan/store/archive"
)

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
