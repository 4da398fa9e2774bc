package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// nasty are texts that some format could take for its own.
var nasty = []string{
	"=cmd|' /C calc'!A0", "+1 from me", "-1 too", "@SUM(A1:A9)", "'=1+1 was meant", "''=1", "＝HYPERLINK(1)", "\"quoted\", and, commas; semicolons",
	"From the start of a line\nFrom the second\n>From quoted\n>>From twice\n\nFrom after an empty one",
	"> a quote\n>> deeper\n\n## Maya (@maya), 2026-01-01 00:00:00 UTC, 5\n\n> text", "*This post was deleted by its author.*", "```\nan open fence", "**bold _and_ `code",
	"<script>alert(1)</script> & <b>bold</b> &amp; &lt;", "</div></article><article id=\"p1\" class=\"root\" data-author=\"maya\">", "<!-- comment", "{{.Title}} {{end}}", "javascript:alert(1) https://example.org/a?b=<c>&d='e'\"f",
	"see https://example.org/(x), and http://example.org/ä?q=1&r=2.", "<@U000000001> <#C1|x> <!here> <https://x.org|x>", "&amp;lt;", "\u2028separator\u2029 and \u00a0space", "  two leading", "tab\there",
	"日本語のテキスト 한국어 ไทย العربية עברית", "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👍🏽", "é vs e\u0301, ﬁ, Å", strings.Repeat("x", 300), strings.Repeat("wide 漢字 ", 110), "line\n\n\n\nline", "trailing space \nand =3D equals = signs=\n.", "null,NULL,\\N", "%d %s %!", "-- \nsignature", ".", "0", "2026-11-22T00:00:00Z", "@maya and #sales and #everyone", strings.Repeat("é", 700) + "\nFrom a long line",
}

// company is a made-up one with everything that a place can hold.
type company struct {
	*office
	secret string // stands in private places alone
}

func newCompany(t *testing.T) *company {
	o := newOffice(t)
	o.set(time.Date(2026, 2, 20, 14, 3, 0, 0, time.UTC))
	c := &company{o, "Kingfisher"}
	sales := o.channel(o.maya, "sales-münchen", false)
	o.must(o.JoinChannel(o.ctx, o.nils, sales))
	o.must(o.JoinChannel(o.ctx, o.pia, sales))
	aux := o.channel(o.nils, "aux", false)
	private := o.channel(o.maya, "board", true)
	direct, err := o.OpenDirect(o.ctx, o.maya, []string{"nils"})
	o.must(err)
	o.write(o.maya, store.Place{Channel: private}, c.secret+" in a private channel")
	o.write(o.nils, store.Place{Channel: direct.ID}, c.secret+" in a direct conversation")
	everyone := int64(1)
	var roots []int64
	for i, text := range nasty {
		o.set(o.at.Add(time.Duration(i%3) * 9 * time.Hour)) // over two months, and sometimes within one millisecond
		root := o.write([]int64{o.maya, o.nils, o.pia}[i%3], store.Place{Channel: []int64{everyone, sales}[i%2]}, text)
		roots = append(roots, root)
		for j := range i % 4 {
			o.write([]int64{o.pia, o.maya, o.nils}[j%3], store.Place{Root: root}, nasty[(i*7+j)%len(nasty)])
		}
	}
	_, err = o.EditPost(o.ctx, o.maya, roots[0], "=edited\nonce")
	o.must(err)
	o.set(o.at.Add(time.Hour))
	_, err = o.EditPost(o.ctx, o.maya, roots[0], "edited twice")
	o.must(err)
	for i, r := range roots {
		o.must(o.React(o.ctx, o.pia, r, store.Reaction(i%store.ReactionKinds), true))
		o.must(o.React(o.ctx, o.nils, r, store.Reaction(i/2%store.ReactionKinds), true))
	}
	gone := o.write(o.maya, store.Place{Channel: everyone}, "Wagtail with a reply")
	o.write(o.nils, store.Place{Root: gone}, "to what is gone")
	o.must(o.DeletePost(o.ctx, o.maya, gone))
	o.must(o.DeletePost(o.ctx, o.nils, o.write(o.nils, store.Place{Channel: everyone}, "Wagtail alone")))
	hidden := o.write(o.nils, store.Place{Channel: everyone}, "Nightjar")
	o.write(o.nils, store.Place{Root: hidden}, "to what is hidden")
	o.must(o.HidePost(o.ctx, o.pia, hidden, "Not kind, =really"))
	o.must(o.PinPost(o.ctx, o.pia, roots[6], true))
	q, err := o.CreatePost(o.ctx, o.maya, store.NewPost{Place: store.Place{Channel: everyone}, Body: "Who knows?", Question: true})
	o.must(err)
	answer := o.write(o.nils, store.Place{Root: q.ID}, "I do")
	o.write(o.pia, store.Place{Root: q.ID}, "me too")
	o.must(o.ResolveQuestion(o.ctx, o.maya, answer, true))
	o.write(o.nils, store.Place{Channel: aux}, "in a channel with an odd name")
	_, err = o.ImportPeople(o.ctx, store.Operator, "old", []store.ImportedPerson{{Key: "1", Handle: "olga", Name: "Olga <O'Neil> *of* \"Ops\"", Email: "olga@example.org", Bot: true}})
	o.must(err)
	_, err = o.ImportChannels(o.ctx, store.Operator, "old", []store.ImportedChannel{{Key: "1", Name: "archived", Purpose: "=Purpose & <more>", Archived: true, Members: []string{"1"}}})
	o.must(err)
	var old []store.ImportedPost
	for i := range 4 { // several in one moment, one very long
		old = append(old, store.ImportedPost{Key: fmt.Sprint(i), Channel: "1", Author: "1", At: time.Date(2012, 2, 29, 23, 59, 59, 0, time.UTC), Body: strings.Repeat(fmt.Sprintf("From %d ", i), 1+i*2000), Edited: i == 1})
	}
	_, err = o.ImportPosts(o.ctx, store.Operator, "old", old)
	o.must(err)
	return c
}

// exported writes an export of everything, private channels too, as a folder.
func (c *company) exported(change func(*archive.ExportOptions)) string {
	c.Helper()
	dir := filepath.Join(c.TempDir(), "out")
	o := archive.ExportOptions{Made: c.at, Program: "v1", Selection: store.Selection{Private: true}}
	if change != nil {
		change(&o)
	}
	if o.Selection.Private {
		o.Code = c.agreed()
	}
	v, err := archive.Export(c.ctx, c.Store, store.Operator, dir, o)
	c.must(err)
	if v.Counts["threads"] == 0 || len(v.Formats) != 5 && o.Formats == nil {
		c.Fatalf("verified: %v", v)
	}
	return dir
}

// agreed is a code by which pia agrees to an export of private channels.
func (c *company) agreed() string {
	c.Helper()
	code, err := c.ConsentCode(c.ctx, c.pia, store.PrivateExport, "For the lawyers.")
	c.must(err)
	return code.Text
}

func extracted(t *testing.T, path string) *store.Extract {
	t.Helper()
	x, err := store.OpenExtract(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// told is everything that an extract says, in the names of people and channels, without what an import leaves behind.
func told(t *testing.T, x *store.Extract, drop func(*store.ExtractPost)) []string {
	t.Helper()
	people, err := x.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	handles := map[int64]string{}
	var lines []string
	for _, p := range people {
		handles[p.ID] = p.Handle
		if p.Handle != "reader" {
			lines = append(lines, fmt.Sprintf("%q %q %q %q %q %v", p.Handle, p.Name, p.Department, p.Title, p.Email, p.Bot))
		}
	}
	named := func(ids []int64) (all []string) {
		for _, id := range ids {
			all = append(all, handles[id])
		}
		slices.Sort(all)
		return all
	}
	channels, err := x.Channels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range channels {
		members, stewards, created := named(c.Members), named(c.Stewards), c.CreatedAt
		if c.Everyone {
			members, stewards, created = nil, nil, time.Time{}
		}
		if c.Direct != nil {
			c.Name = ""
		}
		lines = append(lines, fmt.Sprintf("%q %q %q %v %v %v %v %v %v %v %d %d", c.Name, c.Shown, c.Purpose, c.Private, named(c.Direct), c.StewardsPost, !c.ArchivedAt.IsZero(), created, members, stewards, c.Threads, c.Posts))
	}
	for p, err := range x.Posts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		p.Channel, p.Author, p.Imported = 0, 0, true
		hider := handles[p.HiddenBy]
		p.HiddenBy = 0
		if strings.HasPrefix(p.ChannelName, "direct-") {
			p.ChannelName = ""
		}
		for i := range p.Reactions {
			p.Reactions[i].Person = 0
		}
		slices.SortFunc(p.Reactions, func(a, b store.ExtractReaction) int { return strings.Compare(a.Word+a.Handle, b.Word+b.Handle) })
		if drop != nil {
			drop(&p)
		}
		lines = append(lines, fmt.Sprintf("%+v %s", p, hider))
	}
	return lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("%d missing, such as\n%s", len(want)-len(got), want[i])
		case i >= len(want):
			t.Fatalf("%d too many, such as\n%s", len(got)-len(want), got[i])
		case got[i] != want[i]:
			t.Fatalf("came back as\n%s\nwas\n%s", got[i], want[i])
		}
	}
}

// An export is verified by reading all of it back, comes back into an empty place whole, and from there goes out as it came.
func TestRoundTrip(t *testing.T) {
	c := newCompany(t)
	dir := c.exported(func(o *archive.ExportOptions) { o.BOM = true })
	x := extracted(t, filepath.Join(dir, store.File))
	s, reader := open(t)
	for range 2 { // the second changes nothing
		account, err := archive.ImportTincan(t.Context(), s, store.Operator, x, func(int) {})
		c.must(err)
		counts, err := x.Counts(t.Context())
		c.must(err)
		if account.Messages() != counts["threads"]+counts["replies"] {
			t.Errorf("%v messages of %v", account.Messages(), counts)
		}
	}
	wrong, err := store.Check(t.Context(), s.Dir())
	if err != nil || len(wrong) > 0 {
		t.Errorf("check: %v %v", err, wrong)
	}
	code, err := s.ConsentCode(t.Context(), reader, store.PrivateExport, "To compare.")
	c.must(err)
	c.must(s.TakeConsent(t.Context(), store.Operator, store.PrivateExport, code.Text))
	again, err := s.Extract(t.Context(), store.Operator, store.Selection{Private: true})
	c.must(err)
	defer again.Close()
	same(t, told(t, again, nil), told(t, x, nil))
}

// Our own export for Slack comes back with all that the form has: text, authors, threads, times, edits and reactions.
func TestRoundTripSlack(t *testing.T) {
	c := newCompany(t)
	dir := c.exported(func(o *archive.ExportOptions) { o.Formats, o.Selection.Private = []string{"slack"}, false })
	x := extracted(t, filepath.Join(dir, store.File))
	s, _ := open(t)
	z, err := zip.OpenReader(filepath.Join(dir, "slack-export.zip"))
	c.must(err)
	defer z.Close()
	account := bring(t, s, z)
	if account.Count(archive.Unreadable) > 0 || account.Reactions > 0 || len(account.Broken) > 0 {
		t.Errorf("account:\n%v", account)
	}
	again, err := s.Extract(t.Context(), store.Operator, store.Selection{})
	c.must(err)
	defer again.Close()
	// A deleted or hidden post is a tombstone, and does not come back: its thread hangs on the first reply.
	var gone []int64
	for p, err := range x.Posts(t.Context()) {
		c.must(err)
		if p.State() != "" {
			gone = append(gone, p.ID)
		}
	}
	brief := func(x *store.Extract, drop []int64) (lines []string) {
		for p, err := range x.Posts(t.Context()) {
			c.must(err)
			if slices.Contains(drop, p.ID) {
				continue
			}
			root := ""
			if p.Root != 0 {
				root = p.RootAt.String()
			}
			var reactions []string
			for _, r := range p.Reactions {
				reactions = append(reactions, r.Word+" "+r.Handle)
			}
			slices.Sort(reactions)
			name := strings.TrimSuffix(p.ChannelName, "-imported")
			if slices.Contains(drop, p.Root) {
				root = "?"
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %q root %s edited %v %v", name, p.Handle, p.At, p.Body, root, p.EditedAt, reactions))
		}
		slices.Sort(lines)
		return lines
	}
	hanging := map[string]bool{}
	for _, line := range brief(x, gone) {
		hanging[strings.Split(line, " root ")[0]] = strings.Contains(line, " root ? ")
	}
	unhang := func(lines []string) []string {
		for i, line := range lines {
			if head := strings.Split(line, " root ")[0]; hanging[head] {
				lines[i] = head
			}
		}
		return lines
	}
	same(t, unhang(brief(again, nil)), unhang(brief(x, gone)))
}

// What is private or gone is nowhere, unless it was asked for.
func TestExportHoldsNothingElse(t *testing.T) {
	c := newCompany(t)
	o := c.office
	o.must(o.SaveDraft(o.ctx, o.maya, store.Place{Channel: 1}, store.Draft{Body: "a draft of Wagtail"}))
	for _, private := range []bool{false, true} {
		dir := c.exported(func(o *archive.ExportOptions) { o.Selection.Private = private })
		c.must(filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			for _, word := range []string{"Wagtail", "SHA256:maya", "public maya", "$argon2"} {
				if bytes.Contains(text, []byte(word)) {
					t.Errorf("%s holds %q", name, word)
				}
			}
			if bytes.Contains(text, []byte(c.secret)) && !private {
				t.Errorf("%s holds what is private", name)
			}
			if private && filepath.Base(name) == "board.mbox" != bytes.Contains(text, []byte(c.secret+" in a private channel")) && filepath.Ext(name) == ".mbox" {
				t.Errorf("%s: what is private is not where it belongs", name)
			}
			if bytes.Contains(text, []byte("Nightjar")) != (filepath.Base(name) == store.File) {
				t.Errorf("%s: a hidden text is where it does not belong, or not where it does", name)
			}
			return err
		}))
	}
	_, err := archive.Export(o.ctx, o.Store, o.nils, filepath.Join(t.TempDir(), "x.zip"), archive.ExportOptions{Made: o.at})
	if !errors.Is(err, store.ErrForbidden) {
		t.Errorf("anybody may export: %v", err)
	}
	_, err = archive.Export(o.ctx, o.Store, store.Operator, filepath.Join(t.TempDir(), "x.zip"), archive.ExportOptions{Made: o.at, Selection: store.Selection{Private: true}})
	if !errors.Is(err, store.ErrForbidden) || !strings.Contains(err.Error(), "it takes two admins") {
		t.Errorf("one alone may export what is private: %v", err)
	}
	_, err = archive.Export(o.ctx, o.Store, o.pia, filepath.Join(t.TempDir(), "x.zip"), archive.ExportOptions{Made: o.at, Selection: store.Selection{Channel: "board"}})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an admin may export a private channel: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(o.Dir(), ".tincan-work-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	decisions, err := o.Decisions(o.ctx, o.nils, 0, 3)
	o.must(err)
	var log []string
	for _, d := range decisions {
		log = append(log, d.Name+" "+d.Act+" "+d.About)
	}
	same(t, log, []string{"the operator exported all channels, the private ones too", "The pia gave a code for an export with private channels", "the operator exported all open channels"})
}

// A part comes with whole threads and the people in it.
func TestExportPart(t *testing.T) {
	c := newCompany(t)
	part := func(sel store.Selection) map[string]int {
		v, err := archive.Export(c.ctx, c.Store, c.pia, filepath.Join(t.TempDir(), "x.zip"), archive.ExportOptions{Made: c.at, Selection: sel})
		c.must(err)
		return v.Counts
	}
	if got := part(store.Selection{Channel: "#Archived"}); got["threads"] != 4 || got["people"] != 1 || got["channels"] != 1 {
		t.Errorf("a channel: %v", got)
	}
	whole := part(store.Selection{})
	day := time.Date(2026, 2, 26, 0, 0, 0, 0, time.UTC)
	before, after := part(store.Selection{Until: day}), part(store.Selection{Since: day})
	for _, what := range []string{"threads", "replies", "reactions"} {
		if before[what] == 0 || after[what] == 0 || before[what]+after[what] != whole[what] {
			t.Errorf("%s: %d before and %d after of %d", what, before[what], after[what], whole[what])
		}
	}
}

// Every form is compared: one changed post is found in each.
func TestVerifyFindsDifferences(t *testing.T) {
	c := newCompany(t)
	dir := c.exported(nil)
	if v, err := archive.Verify(t.Context(), dir); err != nil || !strings.HasPrefix(v.String(), "Read back and compared: tincan.sqlite and html, markdown, csv, slack, mbox hold the same: ") {
		t.Errorf("%v %v", v, err)
	}
	for name, change := range map[string][2]string{
		"csv/posts.csv":      {"Who knows?", "Who knew?"},
		"mbox/aux.mbox":      {"odd name", "add name"},
		"mbox/_aux.mbox":     {"odd name", "add name"},
		"site/index.html":    {"Channels", "Chanels"},
		"slack-export.zip":   {"PK", "KP"},
		"tincan.sqlite":      {"Who knows?", "Who knew?!"},
		"manifest.json":      {`"threads": `, `"threads": 1`},
		"mbox/everyone.mbox": {"In-Reply-To: <", "In-Reply-To: <1"},
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) && name == "mbox/aux.mbox" {
			continue
		}
		c.must(err)
		changed := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, text) {
			t.Fatalf("%s has no %q", name, change[0])
		}
		c.must(os.WriteFile(file, changed, 0o600))
		if _, err := archive.Verify(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "export") {
			t.Errorf("%s changed: %v", name, err)
		}
		c.must(os.WriteFile(file, text, 0o600))
	}
}

// Every link of the site leads to a page that is there, and to a place on it; nothing leads out but what people wrote,
// nothing runs.
func TestSiteLinks(t *testing.T) {
	c := newCompany(t)
	site := filepath.Join(c.exported(nil), "site")
	pages := map[string]string{}
	c.must(filepath.WalkDir(site, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(site, name)
		pages[filepath.ToSlash(rel)] = string(text)
		return err
	}))
	attribute := regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	tag := regexp.MustCompile(`<[a-z!/][^>]*>`)
	reached := map[string]bool{"index.html": true}
	for todo := []string{"index.html"}; len(todo) > 0; todo = todo[1:] {
		page := todo[0]
		for _, m := range attribute.FindAllStringSubmatch(pages[page], -1) {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Fatalf("%s: %v", page, err)
			}
			if u.Scheme == "http" || u.Scheme == "https" {
				continue
			}
			to := page
			if u.Path != "" {
				to = path.Join(path.Dir(page), u.Path)
			}
			text, there := pages[to]
			if u.Scheme != "" || u.Host != "" || path.IsAbs(u.Path) || !there || u.Fragment != "" && !strings.Contains(text, `id="`+u.Fragment+`"`) {
				t.Errorf("%s leads to %q", page, m[1])
			}
			if !reached[to] {
				reached[to] = true
				todo = append(todo, to)
			}
		}
		for _, m := range tag.FindAllString(pages[page], -1) {
			if low := strings.ToLower(m); strings.Contains(low, "script") || strings.Contains(low, " on") && !strings.HasPrefix(low, "<!") {
				t.Errorf("%s has %s", page, m)
			}
		}
	}
	for name := range pages {
		if !reached[name] {
			t.Errorf("nothing leads to %s", name)
		}
	}
	if want := len(slices.Collect(maps.Keys(pages))); want < 60 {
		t.Errorf("only %d pages", want)
	}
}

// An export of many threads is written and read back beside people who post.
func BenchmarkExport(b *testing.B) {
	const people, posts = 50, 100_000
	s, err := store.Open(b.Context(), b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var in []store.ImportedPerson
	for i := range people {
		in = append(in, store.ImportedPerson{Key: fmt.Sprint(i), Handle: fmt.Sprintf("person-%d", i), Name: fmt.Sprintf("Person %d", i)})
	}
	if _, err := s.ImportPeople(b.Context(), store.Operator, "b", in); err != nil {
		b.Fatal(err)
	}
	if _, err := s.ImportChannels(b.Context(), store.Operator, "b", []store.ImportedChannel{{Key: "0", Name: "one"}, {Key: "1", Name: "two"}, {Key: "2", Name: "three"}}); err != nil {
		b.Fatal(err)
	}
	start := time.Now().Add(-posts * time.Minute)
	var batch []store.ImportedPost
	for i := range posts {
		p := store.ImportedPost{Key: fmt.Sprint(i), Channel: fmt.Sprint(i / 5 % 3), Author: fmt.Sprint(i * 7 % people), At: start.Add(time.Duration(i) * time.Minute),
			Body: fmt.Sprintf("Post %d says something of the usual length, with a link to https://example.org/%d and then some words.", i, i)}
		if i%5 != 0 {
			p.Root = fmt.Sprint(i / 5 * 5)
		}
		if batch = append(batch, p); len(batch) == 5000 {
			if _, err := s.ImportPosts(b.Context(), store.Operator, "b", batch); err != nil {
				b.Fatal(err)
			}
			batch = nil
		}
	}
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "x.zip")
		began := time.Now()
		x, err := s.Extract(b.Context(), store.Operator, store.Selection{})
		if err != nil {
			b.Fatal(err)
		}
		x.Close()
		b.ReportMetric(time.Since(began).Seconds(), "s/extract")
		if _, err := archive.Export(context.Background(), s, store.Operator, path, archive.ExportOptions{Made: time.Now()}); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB")
		began = time.Now()
		if _, err := archive.Verify(context.Background(), path); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/verify")
		began = time.Now()
		if _, err := archive.Backup(context.Background(), s, store.Operator, filepath.Join(b.TempDir(), "backup.zip"), nil, "", time.Now()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/backup")
	}
}

// A mailbox that we have written comes back as a channel: every mail, its author, time, place in its thread and words. What
// the form is read without is what archives of mailing lists are read without: signatures, and quotes beyond their first lines.
func TestRoundTripMbox(t *testing.T) {
	c := newCompany(t)
	dir := c.exported(func(o *archive.ExportOptions) { o.Formats, o.Selection.Private = []string{"mbox"}, false })
	x := extracted(t, filepath.Join(dir, store.File))
	name := filepath.Join(dir, "mbox", "everyone.mbox")
	file, err := os.Open(name)
	c.must(err)
	defer file.Close()
	info, err := file.Stat()
	c.must(err)
	box, err := archive.ReadMbox(t.Context(), file, info.Size(), name, func(int, float64) {})
	c.must(err)
	s, _ := open(t)
	account, err := box.Import(t.Context(), s, store.Operator, "back", func(int) {})
	c.must(err)
	again, err := s.Extract(t.Context(), store.Operator, store.Selection{})
	c.must(err)
	defer again.Close()
	text := regexp.MustCompile(`\s+`)
	brief := func(x *store.Extract, channel string) (lines []string) {
		at := map[int64]string{}
		for p, err := range x.Posts(t.Context()) {
			c.must(err)
			at[p.ID] = p.At.UTC().Format(time.DateTime)
			if p.ChannelName != channel || p.State() != "" || strings.Contains(p.Body, "This post was ") { // the form says so in words
				continue
			}
			lines = append(lines, fmt.Sprintf("%s %s in the thread of %s: %s", at[p.ID], p.Name, at[p.Root], text.ReplaceAllString(p.Text(), " ")))
		}
		slices.Sort(lines)
		return lines
	}
	if account.Count(archive.Unreadable) > 0 {
		t.Errorf("account:\n%v", account)
	}
	same(t, brief(again, "back"), brief(x, "everyone"))
}
