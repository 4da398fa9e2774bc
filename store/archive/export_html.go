package archive

import (
	"bufio"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

//go:embed site
var siteFiles embed.FS

// site is the whole web site being written. No page has a script, and every link is relative, so that it works from
// any folder and offline.
type site struct {
	*export
	pages  *template.Template
	months map[time.Time]*store.ExtractMonth
}

// page is what every page has.
type page struct {
	Title, Up   string
	Path        []link // from the front page to here
	Made, Holds string
	Says        string
	Counts      string
	Report      bool // the report of the trial lies beside the site

	Channels, Months, People []overview
	None                     string
}

type link struct{ To, Text string }

// overview is a row of a table of the front page.
type overview struct {
	To, Name, Says string
	Threads, Posts string
}

func (e *export) site() error {
	pages, err := template.ParseFS(siteFiles, "site/pages.html")
	if err != nil {
		return err
	}
	s := &site{e, pages, map[time.Time]*store.ExtractMonth{}}
	style, err := siteFiles.ReadFile("site/style.css")
	if err != nil {
		return err
	}
	if err := e.add("site/style.css", func(w *entries) error { _, err := w.Write(style); return err }); err != nil {
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

// file writes a page with several templates in a row.
func (s *site) file(name string, write func(draw func(template string, data any)) error) error {
	return s.add("site/"+name, func(w *entries) error {
		b := bufio.NewWriter(w)
		var drawn error
		err := write(func(template string, data any) {
			if drawn == nil {
				drawn = s.pages.ExecuteTemplate(b, template, data)
			}
		})
		if err == nil {
			err = drawn
		}
		if err == nil {
			err = b.Flush()
		}
		return err
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
	p := s.page(cmp.Or(tr.Name, "What was said here"), 0)
	p.Says, p.Counts, p.Report = tr.Purpose, said(s.counts)+days(tr)+".", s.options.Report != nil
	for _, c := range s.channels {
		says := c.Purpose
		if !c.ArchivedAt.IsZero() {
			says = strings.TrimSpace(says + " (archived)")
		}
		p.Channels = append(p.Channels, overview{To: channelPage(c.Name), Name: c.Shown, Says: says, Threads: thousands(c.Threads), Posts: thousands(c.Posts)})
	}
	months := slices.SortedFunc(maps.Values(s.months), func(a, b *store.ExtractMonth) int { return b.Month.Compare(a.Month) })
	for _, m := range months {
		p.Months = append(p.Months, overview{To: monthPage(m.Month), Name: m.Month.Format("January 2006"), Threads: thousands(m.Threads), Posts: thousands(m.Posts)})
	}
	for _, h := range s.people {
		says := "@" + h.Handle
		if h.Department != "" {
			says += ", " + h.Department
		}
		p.People = append(p.People, overview{To: personPage(h.Handle), Name: h.Display(), Says: says, Posts: thousands(h.Posts)})
	}
	return s.file("index.html", func(draw func(string, any)) error { draw("index", p); return nil })
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
	p := s.page(c.Shown, 2)
	p.Says = c.Purpose
	for _, m := range months {
		p.Months = append(p.Months, overview{To: month(m.Month) + ".html", Name: m.Month.Format("January 2006"), Threads: thousands(m.Threads), Posts: thousands(m.Posts)})
		sum := s.months[m.Month]
		if sum == nil {
			sum = &store.ExtractMonth{Month: m.Month}
			s.months[m.Month] = sum
		}
		sum.Threads, sum.Posts = sum.Threads+m.Threads, sum.Posts+m.Posts
	}
	if err := s.file(channelPage(c.Name), func(draw func(string, any)) error { draw("channel", p); return nil }); err != nil {
		return err
	}
	for _, m := range months {
		err := s.file(channelMonthPage(c.Name, m.Month), func(draw func(string, any)) error {
			p := s.page(c.Shown+", "+m.Month.Format("January 2006"), 2, link{"index.html", c.Shown})
			draw("list", p)
			for root, err := range s.x.Roots(s.ctx, c.ID, m.Month, m.Month.AddDate(0, 1, 0)) {
				if err != nil {
					return err
				}
				draw("row", s.row(root, 2, root.Name))
			}
			draw("list end", p)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.threads(c, func(root store.ExtractPost) error { return s.thread(c, root) })
}

// month writes the threads of a month in all channels.
func (s *site) month(m store.ExtractMonth) error {
	return s.file(monthPage(m.Month), func(draw func(string, any)) error {
		p := s.page(m.Month.Format("January 2006"), 1)
		draw("list", p)
		for root, err := range s.x.AllRoots(s.ctx, m.Month, m.Month.AddDate(0, 1, 0)) {
			if err != nil {
				return err
			}
			draw("row", s.row(root, 1, root.Name+" in "+root.ChannelShown))
		}
		draw("list end", p)
		return nil
	})
}

func (s *site) person(h store.ExtractPerson) error {
	return s.file(personPage(h.Handle), func(draw func(string, any)) error {
		p := s.page(h.Display(), 1)
		said := []string{"@" + h.Handle}
		for _, part := range []string{h.Title, h.Team, h.Department} {
			if part != "" {
				said = append(said, part)
			}
		}
		p.Says = strings.Join(said, ", ")
		if h.Posts == 0 {
			p.None = "They have written nothing."
		}
		draw("list", p)
		for post, err := range s.x.PostsBy(s.ctx, h.ID) {
			if err != nil {
				return err
			}
			draw("row", s.row(post, 1, "in "+post.ChannelShown))
		}
		draw("list end", p)
		return nil
	})
}

// row is a post in a list.
type row struct{ When, To, Text, By string }

// row is a post by somebody, or in a channel, on a page that lies so many folders deep.
func (s *site) row(p store.ExtractPost, deep int, by string) row {
	to := threadPage(p.ID, p.At)
	switch {
	case p.Root != 0:
		by += ", a reply"
		to = fmt.Sprintf("%s#p%d", threadPage(p.Root, p.RootAt), p.ID)
	case p.Replies > 0:
		by += ", " + many(p.Replies, "reply", "replies")
	}
	return row{moment(p.At), strings.Repeat("../", deep) + to, title(p), by}
}

// moment is a time as people read it.
func moment(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04") }

// drawnPost is a post on the page of its thread.
type drawnPost struct {
	store.ExtractPost
	Class, Person, When, State, Notes string
	Text                              []run
	Earlier                           []row
}

func (s *site) thread(c store.ExtractChannel, root store.ExtractPost) error {
	return s.file(threadPage(root.ID, root.At), func(draw func(string, any)) error {
		p := s.page(title(root), 2, link{"../../" + channelPage(c.Name), c.Shown}, link{"../../" + channelMonthPage(c.Name, root.At), root.At.UTC().Format("January 2006")})
		draw("thread", p)
		for post, err := range s.x.Thread(s.ctx, root.ID) {
			if err != nil {
				return err
			}
			draw("post", drawn(post))
		}
		draw("end", p)
		return nil
	})
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
