package archive

import (
	"fmt"
	"io"
	"iter"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// page is what every page of the site has.
type page struct {
	Title, Up   string
	Path        []link // from the front page to here
	Made, Holds string
}

type link struct{ To, Text string }

// overview is a row of a table of pages.
type overview struct {
	To, Name, Says string
	Threads, Posts string
}

// row is a post in a list.
type row struct{ When, To, Text, By string }

// with is the whole page with something on it. All text and every address is escaped by the nodes it is put in; the
// only addresses that are not ours begin with http, as runs finds no others.
func (p page) with(content ...g.Node) g.Node {
	way := g.Group{g.Text("tincan")}
	if p.Up != "" {
		way = g.Group{to(p.Up+"index.html", "All channels, months and people")}
		for _, l := range p.Path {
			way = append(way, g.Text(" › "), to(l.To, l.Text))
		}
	}
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("referrer"), h.Content("no-referrer")),
			h.TitleEl(g.Text(p.Title)),
			h.Link(h.Rel("stylesheet"), h.Href(p.Up+"style.css")),
		),
		h.Body(
			h.Nav(way),
			h.Main(h.H1(g.Text(p.Title)), g.Group(content)),
			h.Footer(g.Textf("Exported on %s: %s. Times are in UTC.", p.Made, p.Holds)),
		)))
}

func to(address, text string) g.Node { return h.A(h.Href(address), g.Text(text)) }

// some is a paragraph, or nothing.
func some(text string) g.Node { return g.If(text != "", h.P(g.Text(text))) }

func by(text string) g.Node { return h.Div(h.Class("by"), g.Text(text)) }

func figure(text string) g.Node { return h.Td(h.Class("n"), g.Text(text)) }

// table is one page in each row, under names; the first is of the pages, the others are of figures.
func table(all []overview, names ...string) g.Node {
	head := g.Group{h.Th(g.Text(names[0]))}
	for _, n := range names[1:] {
		head = append(head, h.Th(h.Class("n"), g.Text(n)))
	}
	return h.Table(line(h.Tr(head)), g.Map(all, func(o overview) g.Node {
		return line(h.Tr(
			h.Td(to(o.To, o.Name), g.If(o.Says != "", by(o.Says))),
			g.If(len(names) > 2, figure(o.Threads)),
			figure(o.Posts),
		))
	}))
}

// line ends one, so that a page can be read and compared by lines too.
func line(n g.Node) g.Node { return g.Group{n, g.Text("\n")} }

// list is posts, one in each row, as they are read.
func list(rows iter.Seq2[row, error]) g.Node {
	return h.Table(h.Class("list"), each(rows, func(r row) g.Node {
		return h.Tr(
			h.Td(h.Class("when"), g.Text(r.When)),
			h.Td(to(r.To, r.Text), by(r.By)),
		)
	}))
}

// each draws things while they are read: a page may have more of them than memory should hold.
func each[T any](all iter.Seq2[T, error], draw func(T) g.Node) g.Node {
	return g.NodeFunc(func(w io.Writer) error {
		for one, err := range all {
			if err != nil {
				return err
			}
			if err := line(draw(one)).Render(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// node is a post on the page of its thread. What is read back of it stands in its attributes and its text.
func (p drawnPost) node() g.Node {
	here := fmt.Sprintf("p%d", p.ID)
	notes := g.Group{g.Text(strings.Join(p.Notes, " · "))}
	if p.Answer != 0 && p.State == "" {
		if len(p.Notes) > 0 {
			notes = append(notes, g.Text(" · "))
		}
		notes = append(notes, to(fmt.Sprintf("#p%d", p.Answer), "answered"))
	}
	return h.Article(h.ID(here), h.Class(p.Class), h.Data("author", p.Handle), h.Data("reply-to", fmt.Sprint(p.Root)), h.Data("state", p.State),
		h.Header(
			h.A(h.Class("who"), h.Href(p.Person), g.Text(p.Name)), g.Text(" "),
			h.Span(h.Class("by"), g.Text("@"+p.Handle)), g.Text(" "),
			h.A(h.Class("by"), h.Href("#"+here), g.Text(p.When)),
		),
		h.Div(h.Class("text"), g.Map(p.Text, run.node)),
		g.If(len(p.Notes) > 0 || len(notes) > 1, h.Footer(notes)),
		g.If(len(p.Earlier) > 0, h.Details(h.Summary(g.Text("What it said before")), g.Map(p.Earlier, func(r row) g.Node {
			return g.Group{by(r.When), h.Div(h.Class("before"), g.Text(r.Text))}
		}))),
	)
}

func (r run) node() g.Node {
	switch {
	case r.To != "":
		return h.A(h.Href(r.To), h.Rel("noreferrer noopener"), g.Text(r.Text))
	case r.Class != "":
		return h.Span(h.Class(r.Class), g.Text(r.Text))
	}
	return g.Text(r.Text)
}
