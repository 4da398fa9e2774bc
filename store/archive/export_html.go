package archive

import (
	"bufio"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"io"
	"iter"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"tincan/store"
)

//go:embed site.css
var siteStyle []byte

// site is the whole web site being written. No page has a script, and every link is relative, so that it works from
// any folder and offline.
type site struct {
	*export
	months map[time.Time]*store.ExtractMonth
}

func (e *export) site() error {
	s := &site{e, map[time.Time]*store.ExtractMonth{}}
	if err := e.add("site/style.css", func(w *entries) error { _, err := w.Write(siteStyle); return err }); err != nil {
		return err
	}
	for _, c := range e.channels {
		if err := s.channel(c); err != nil {
			return err
		}
	}
	for _, m := range s.months {
		if err := s.month(*m); err != nil {
			return err
		}
	}
	for _, p := range e.people {
		if err := s.person(p); err != nil {
			return err
		}
	}
	return s.index()
}

// page begins a page that lies so many folders deep.
func (s *site) page(title string, deep int, path ...link) page {
	return page{Title: title, Up: strings.Repeat("../", deep), Path: path, Made: s.options.Made.UTC().Format("2 January 2006"), Holds: s.options.Selection.String()}
}

// file writes a page.
func (s *site) file(name string, whole g.Node) error {
	return s.add("site/"+name, func(w *entries) error {
		b := bufio.NewWriter(w)
		if err := whole.Render(b); err != nil {
			return err
		}
		return b.Flush()
	})
}

// The names of pages, seen from the top.
func channelPage(c string) string { return "channel/" + fileName(c) + "/index.html" }
func channelMonthPage(c string, at time.Time) string {
	return "channel/" + fileName(c) + "/" + month(at) + ".html"
}
func monthPage(at time.Time) string   { return "month/" + month(at) + ".html" }
func personPage(handle string) string { return "person/" + fileName(handle) + ".html" }
func threadPage(root int64, at time.Time) string {
	return fmt.Sprintf("thread/%s/%d.html", month(at), root)
}

func (s *site) index() error {
	tr, err := s.x.Trial(s.ctx)
	if err != nil {
		return err
	}
	var channels, months, people []overview
	for _, c := range s.channels {
		says := c.Purpose
		if !c.ArchivedAt.IsZero() {
			says = strings.TrimSpace(says + " (archived)")
		}
		channels = append(channels, overview{To: channelPage(c.Name), Name: c.Shown, Says: says, Threads: store.Number(c.Threads), Posts: store.Number(c.Posts)})
	}
	for _, m := range slices.SortedFunc(maps.Values(s.months), func(a, b *store.ExtractMonth) int { return b.Month.Compare(a.Month) }) {
		months = append(months, overview{To: monthPage(m.Month), Name: m.Month.Format("January 2006"), Threads: store.Number(m.Threads), Posts: store.Number(m.Posts)})
	}
	for _, p := range s.people {
		says := "@" + p.Handle
		if p.Department != "" {
			says += ", " + p.Department
		}
		people = append(people, overview{To: personPage(p.Handle), Name: p.Display(), Says: says, Posts: store.Number(p.Posts)})
	}
	p := s.page(cmp.Or(tr.Name, "What was said here"), 0)
	return s.file("index.html", p.with(
		some(tr.Purpose),
		some(said(s.counts)+days(tr)+"."),
		g.If(s.options.Report != nil, h.P(to("../report.html", "What came of it: the report"))),
		h.Section(h.H2(g.Text("Channels")), table(channels, "Channel", "Threads", "Posts")),
		h.Section(h.H2(g.Text("Months")), table(months, "Month", "Threads", "Posts")),
		h.Section(h.H2(g.Text("People")), table(people, "Name", "Posts")),
	))
}

// days is when a trial began and ended, to follow a sentence; "" where it has no days.
func days(tr store.Trial) string {
	first, err := time.Parse(time.DateOnly, tr.First)
	last, err2 := time.Parse(time.DateOnly, tr.Last)
	if err != nil || err2 != nil {
		return ""
	}
	return ", in a trial from " + first.Format("2 January 2006") + " to " + last.Format("2 January 2006")
}

// channel writes the page of a channel, one for each of its months, and one for each of its threads.
func (s *site) channel(c store.ExtractChannel) error {
	months, err := s.x.Months(s.ctx, c.ID)
	if err != nil {
		return err
	}
	var listed []overview
	for _, m := range months {
		listed = append(listed, overview{To: month(m.Month) + ".html", Name: m.Month.Format("January 2006"), Threads: store.Number(m.Threads), Posts: store.Number(m.Posts)})
		sum := s.months[m.Month]
		if sum == nil {
			sum = &store.ExtractMonth{Month: m.Month}
			s.months[m.Month] = sum
		}
		sum.Threads, sum.Posts = sum.Threads+m.Threads, sum.Posts+m.Posts
	}
	written := table(listed, "Month", "Threads", "Posts")
	if len(listed) == 0 {
		written = h.P(h.Class("none"), g.Text("Nobody has written here."))
	}
	if err := s.file(channelPage(c.Name), s.page(c.Shown, 2).with(some(c.Purpose), written)); err != nil {
		return err
	}
	for _, m := range months {
		p := s.page(c.Shown+", "+m.Month.Format("January 2006"), 2, link{"index.html", c.Shown})
		roots := s.x.Roots(s.ctx, c.ID, m.Month, m.Month.AddDate(0, 1, 0))
		if err := s.file(channelMonthPage(c.Name, m.Month), p.with(list(rows(roots, 2, func(p store.ExtractPost) string { return p.Name })))); err != nil {
			return err
		}
	}
	return s.threads(c, func(root store.ExtractPost) error { return s.thread(c, root) })
}

// month writes the threads of a month in all channels.
func (s *site) month(m store.ExtractMonth) error {
	roots := s.x.AllRoots(s.ctx, m.Month, m.Month.AddDate(0, 1, 0))
	return s.file(monthPage(m.Month), s.page(m.Month.Format("January 2006"), 1).with(list(rows(roots, 1, func(p store.ExtractPost) string {
		return p.Name + " in " + p.ChannelShown
	}))))
}

func (s *site) person(who store.ExtractPerson) error {
	about := []string{"@" + who.Handle}
	for _, part := range []string{who.Title, who.Team, who.Department} {
		if part != "" {
			about = append(about, part)
		}
	}
	posts := s.x.PostsBy(s.ctx, who.ID)
	return s.file(personPage(who.Handle), s.page(who.Display(), 1).with(
		some(strings.Join(about, ", ")),
		list(rows(posts, 1, func(p store.ExtractPost) string { return "in " + p.ChannelShown })),
		g.If(who.Posts == 0, h.P(h.Class("none"), g.Text("They have written nothing."))),
	))
}

// rows are posts in a list on a page that lies so many folders deep; by says of each by whom or where it is.
func rows(posts iter.Seq2[store.ExtractPost, error], deep int, by func(store.ExtractPost) string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for p, err := range posts {
			if !yield(listed(p, deep, by(p)), err) {
				return
			}
		}
	}
}

// listed is a post by somebody, or in a channel, on a page that lies so many folders deep.
func listed(p store.ExtractPost, deep int, by string) row {
	to := threadPage(p.ID, p.At)
	switch {
	case p.Root != 0:
		by += ", a reply"
		to = fmt.Sprintf("%s#p%d", threadPage(p.Root, p.RootAt), p.ID)
	case p.Replies > 0:
		by += ", " + store.Count(p.Replies, "reply", "replies")
	}
	return row{moment(p.At), strings.Repeat("../", deep) + to, title(p), by}
}

// moment is a time as people read it.
func moment(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04") }

// drawnPost is a post on the page of its thread.
type drawnPost struct {
	store.ExtractPost
	Class, Person, When, State string
	Text                       []run
	Notes                      []string
	Earlier                    []row
}

func (s *site) thread(c store.ExtractChannel, root store.ExtractPost) error {
	p := s.page(title(root), 2, link{"../../" + channelPage(c.Name), c.Shown}, link{"../../" + channelMonthPage(c.Name, root.At), root.At.UTC().Format("January 2006")})
	return s.file(threadPage(root.ID, root.At), p.with(each(s.x.Thread(s.ctx, root.ID), func(post store.ExtractPost) g.Node { return drawn(post).node() })))
}

func drawn(p store.ExtractPost) drawnPost {
	d := drawnPost{ExtractPost: p, Class: "root", Person: "../../" + personPage(p.Handle), When: moment(p.At), State: p.State(), Text: runs(p.Text())}
	if p.Root != 0 {
		d.Class = "reply"
	}
	if d.State != "" {
		d.Class += " gone"
		d.Text = []run{{Text: instead(p)}}
		return d
	}
	d.Notes = notes(p)
	for _, v := range p.Versions {
		d.Earlier = append(d.Earlier, row{When: moment(v.At), Text: v.Body})
	}
	return d
}

// bareLink is an address in a text, without what usually ends a sentence.
var bareLink = regexp.MustCompile(`https?://[^\s<>"'|\\^` + "`" + `]*[^\s<>"'|\\^` + "`" + `.,;:!?)\]}*_~]`)

var (
	sitePost    = regexp.MustCompile(`(?s)<article id="p(\d+)" class="[a-z ]*" data-author="([^"]*)" data-reply-to="(\d+)" data-state="([a-z]*)">.*?<div class="text">(.*?)</div>`)
	siteChannel = regexp.MustCompile(`› <a href="\.\./\.\./channel/([^"/]*)/index\.html">`)
	siteTag     = regexp.MustCompile(`<[^>]*>`)
)

// site reads the posts back from the pages of the threads.
func (v *reading) site() error {
	channels := v.folders()
	return v.files("site/thread/", func(_ string, r io.Reader) error {
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		channel := siteChannel.FindSubmatch(text)
		if channel == nil {
			return errors.New("a thread is in no channel")
		}
		name, err := url.PathUnescape(html.UnescapeString(string(channel[1])))
		if err != nil {
			return err
		}
		for _, m := range sitePost.FindAllSubmatch(text, -1) {
			f := fact{channel: channels[name], author: string(m[2]), state: string(m[4])}
			fmt.Sscan(string(m[1]), &f.id)
			fmt.Sscan(string(m[3]), &f.root)
			if f.state == "" {
				f.text = html.UnescapeString(siteTag.ReplaceAllString(string(m[5]), ""))
			}
			if err := v.found(f); err != nil {
				return err
			}
		}
		return nil
	})
}
