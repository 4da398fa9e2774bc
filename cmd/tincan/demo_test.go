package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// patience is for anything that has to happen; only a failing test waits that long.
const patience = 30 * time.Second

// A Sunday afternoon, and one of the days that have an hour less.
var (
	demoSunday = time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)
	demoShort  = time.Date(2026, 3, 29, 21, 0, 0, 0, time.UTC)
)

// makeCompany makes a company of so many people a department, some weeks into its trial.
func makeCompany(t *testing.T, seed uint64, now time.Time, most, weeks int) *madeUp {
	t.Helper()
	c, err := companyIn(t.Context(), t.TempDir(), seed, now, most, weeks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.store.Close() })
	return c
}

// companyIn is makeCompany in a folder.
func companyIn(ctx context.Context, dir string, seed uint64, now time.Time, most, weeks int) (*madeUp, error) {
	k := before(now, weeks)
	s, err := store.Open(ctx, dir, store.Options{Now: k.now})
	if err != nil {
		return nil, err
	}
	c, err := newMadeUp(ctx, s, k, seed, now, most, weeks)
	if err == nil {
		err = c.make()
	}
	if err == nil && len(c.refused) > 3 { // such as a heart for a post that was hidden meanwhile
		err = fmt.Errorf("%d acts were refused: %v", len(c.refused), c.refused)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	k.set(now)
	return c, nil
}

// The same seed and day give the same company, in all that leaves it; another seed gives another one.
func TestDemoIsTheSameAgain(t *testing.T) {
	t.Parallel()
	exported := func(seed uint64) string {
		c := makeCompany(t, seed, demoSunday, 1, 1)
		dir := filepath.Join(t.TempDir(), "export")
		_, err := archive.Export(t.Context(), c.store, store.Operator, dir, archive.ExportOptions{Formats: []string{"csv"}, Made: demoSunday})
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		err = filepath.WalkDir(filepath.Join(dir, "csv"), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all.String()
	}
	once, again, another := exported(1), exported(1), exported(2)
	if once != again {
		t.Error("the same seed makes another company")
	}
	if once == another || len(another) < len(once)/2 {
		t.Error("another seed makes the same company, or none")
	}
}

// A company can be made on any day: on a holiday, in the night, when the clocks change.
func TestDemoOnAnyDay(t *testing.T) {
	t.Parallel()
	for i, now := range []time.Time{demoShort, time.Date(2027, 1, 1, 0, 30, 0, 0, time.UTC), time.Date(2028, 2, 29, 7, 0, 0, 0, time.UTC)} {
		weeks := 1 + i
		c := makeCompany(t, uint64(i), now, 1, weeks)
		tr, err := c.store.Trial(t.Context(), c.people[0].id)
		if err != nil {
			t.Fatal(err)
		}
		if day, of := tr.Day(now); day < 7*weeks || day > 7*weeks+6 || of != trialDays {
			t.Errorf("%s is day %d of %d", now, day, of)
		}
	}
}

// What happens in a company looks like one: most on working days, little in the night, and every part of it has something.
func TestDemoLooksAlive(t *testing.T) {
	t.Parallel()
	c := makeCompany(t, demoSeed, demoSunday, 5, 6)
	admin := c.people[0].id
	posts, night, weekend := 0, 0, 0
	channels, err := c.store.Channels(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range channels {
		log, err := c.store.ChannelLog(t.Context(), admin, ch.ID, store.MaxLog)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range log {
			if p.Imported {
				continue
			}
			at := p.At.In(c.zone)
			posts++
			if at.Hour() < 6 || at.Hour() >= 22 {
				night++
			}
			if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
				weekend++
			}
			if at.After(demoSunday) {
				t.Errorf("%q is written at %s, after now", p.Body, at)
			}
			if slot.MatchString(p.Body) && !strings.Contains(p.Body, "```") {
				t.Errorf("a slot stands open in %q", p.Body)
			}
		}
	}
	if posts < 250 || night*50 > posts || weekend*12 > posts {
		t.Errorf("%d posts, %d of them in the night and %d at a weekend", posts, night, weekend)
	}

	w, err := c.store.FigureWindow(t.Context(), admin, 0, "", "")
	if err != nil {
		t.Fatal(err)
	}
	figures, err := c.store.Figures(t.Context(), admin, store.FigureQuery{Window: w})
	if err != nil {
		t.Fatal(err)
	}
	for id, between := range map[string][2]float64{"A1": {60, 100}, "P1": {35, 100}, "C1": {50, 95}, "C4": {40, 100}, "N1": {25, 75}, "R1": {30, 95}, "R2": {30, 95}, "B1.baseline": {5, 12}, "B1.share": {10, 70}} {
		i := slices.IndexFunc(figures, func(f store.Figure) bool { return f.ID == id })
		if i < 0 || !figures[i].Known || figures[i].Value < between[0] || figures[i].Value > between[1] {
			t.Errorf("%s is not between %v: %+v", id, between, figures[max(i, 0)])
		}
	}

	today, err := c.store.Today(t.Context(), admin)
	if err != nil || len(today) == 0 {
		t.Errorf("nothing waits for the board (%v)", err)
	}
	if waiting, err := c.store.MustReads(t.Context(), c.person("gul").id); err != nil || len(waiting) > 1 {
		t.Errorf("%d must-reads wait for a member of the board (%v)", len(waiting), err)
	}
	if decisions, err := c.store.Decisions(t.Context(), admin, 0, store.MaxPage); err != nil || len(decisions) < 15 {
		t.Errorf("the board has decided %d times (%v)", len(decisions), err)
	}
}

// What is said is fit to be stored as it stands, and everybody and every place in it is there.
func TestDemoTexts(t *testing.T) {
	t.Parallel()
	people, err := staff(demoStaff)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 120 {
		t.Errorf("%d people", len(people))
	}
	known := map[string]bool{"*": true, "me": true, "1": true, "2": true, "week": true}
	for _, p := range people {
		known["@"+p.handle], known[p.department], known["@"+p.department] = true, true, true
		if p.name != store.CleanLine(p.name) || p.title == "" || p.called() == "" {
			t.Errorf("%+v", p)
		}
	}
	channels := map[string]bool{"everyone": true, "announcements": true, "mail": true}
	list, err := records("channels.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		channels[r.fields[0]] = true
	}
	values, err := slots()
	if err != nil {
		t.Fatal(err)
	}
	fits := func(where, text string, limit int) {
		t.Helper()
		if text == "" || store.Clean(text) != text || strings.TrimSpace(text) != text || store.Graphemes(text) > limit*9/10 { // slots make it longer
			t.Errorf("%s: %q cannot stand as it is", where, text)
		}
		for _, found := range slot.FindAllStringSubmatch(text, -1) {
			name := found[1]
			plain := values[kind(name)] != nil || known[name] || strings.ContainsAny(name, "|+")
			if !plain && !strings.Contains(text, "```") {
				t.Errorf("%s: nobody knows the slot {%s}", where, name)
			}
		}
	}
	for _, file := range []string{"threads.txt", "announcements.txt", "mails.txt"} {
		all, err := scripts(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) < 7 {
			t.Errorf("%s has %d threads", file, len(all))
		}
		limit := store.PostLimit
		if file != "threads.txt" {
			limit = store.AnnouncementLimit
		}
		for _, s := range all {
			if !channels[s.channel] || !known[s.by] {
				t.Errorf("%s: %q begins in #%s, by %s", file, s.body, s.channel, s.by)
			}
			fits(file, s.body, limit)
			for _, l := range s.lines {
				if !known[l.by] {
					t.Errorf("%s: nobody is %s, who says %q", file, l.by, l.text)
				}
				fits(file, l.text, store.PostLimit)
			}
		}
	}
}

// The people go on, and answer the guest.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	c := makeCompany(t, demoSeed, time.Now(), 1, 1)
	c.clock.at.Store(0)
	code, err := c.welcome()
	if err != nil {
		t.Fatal(err)
	}
	guest, err := c.store.RedeemCode(t.Context(), code.Text, store.Credential{Key: &store.Key{Fingerprint: "SHA256:guest", Kind: "ssh-ed25519", Public: []byte("guest")}})
	if err != nil || !guest.Admin {
		t.Fatal(guest, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	events := c.store.Subscribe(t.Context(), guest.ID)
	ended := make(chan error, 1)
	go func() { ended <- c.goOn(ctx, 0.002) }()

	everyone, err := c.store.Channel(t.Context(), guest.ID, "everyone")
	if err != nil {
		t.Fatal(err)
	}
	var asked store.Post
	answered := false
	started := 0
	deadline := time.After(patience)
	for !answered || started < 3 {
		select {
		case e := <-events:
			if e.Kind != store.Posted || e.By == guest.ID {
				continue
			}
			if e.Root == 0 {
				started++
			}
			if asked.ID == 0 {
				if asked, err = c.store.CreatePost(t.Context(), guest.ID, store.NewPost{Place: store.Place{Channel: everyone.ID}, Body: "What is this?", Question: true}); err != nil {
					t.Fatal(err)
				}
			}
			answered = answered || e.Root == asked.ID
		case <-deadline:
			t.Fatalf("%d threads were begun, and the guest answered: %v", started, answered)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A demo that is stopped while its company is made leaves the folder as it found it.
func TestDemoStoppedHalfWay(t *testing.T) {
	t.Parallel()
	there := t.TempDir()
	if err := os.WriteFile(filepath.Join(there, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(there, folderMode); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(t.TempDir(), "new")
	for _, dir := range []string{made, there} {
		ctx, stop := context.WithCancel(t.Context())
		begun := false
		stderr := writerFunc(func(b []byte) (int, error) {
			begun = true
			stop()
			return len(b), nil
		})
		if status := run(ctx, []string{"demo", "--listen", "127.0.0.1:0", "--data", dir}, nil, io.Discard, stderr); status != 0 || !begun {
			t.Errorf("status %d, begun: %t", status, begun)
		}
	}
	_, err := os.Lstat(made)
	left, _ := os.ReadDir(there)
	if len(left) != 1 || left[0].Name() != "notes" || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// writerFunc is a writer that is one function.
type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(b []byte) (int, error) { return w(b) }
