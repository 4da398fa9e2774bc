package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

//go:embed page.css
var style string

// html writes the report as one file that needs nothing beside it: no network, no script, no font.
func (r *Report) html(w io.Writer) error {
	charts := 0
	var list, sections g.Group
	for i, s := range r.Sections {
		here := fmt.Sprintf("s%d", i+1)
		list = append(list, h.Li(h.A(h.Href("#"+here), g.Text(s.Title))))
		section := g.Group{h.ID(here), h.H2(g.Textf("%d. %s", i+1, s.Title))}
		for _, p := range s.Parts {
			switch {
			case p.Text != "":
				section = append(section, h.P(g.Text(p.Text)))
			case p.Chart != nil && p.Chart.known():
				charts++
				section = append(section, h.Figure(h.FigCaption(g.Text(p.Chart.Title)), p.Chart.svg(charts)))
			case p.Table != nil && len(p.Table.Rows) > 0:
				section = append(section, h.H3(g.Text(p.Table.Title)), p.Table.node())
			}
			section = append(section, g.Text("\n"))
		}
		sections = append(sections, h.Section(section), g.Text("\n"))
	}
	page := h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(g.Text(r.Title())),
			h.StyleEl(g.Raw(style)),
		),
		h.Body(
			h.H1(g.Text(r.Title())),
			h.P(h.Class("made"), g.Text(r.Made())),
			h.Nav(h.Aria("label", "Sections"), h.Ol(list)),
			sections,
		)))
	var whole bytes.Buffer // nothing is written of a report that fails halfway
	if err := page.Render(&whole); err != nil {
		return err
	}
	_, err := whole.WriteTo(w)
	return err
}

func (t *Table) node() g.Node {
	row := func(cells []string, cell func(class g.Node, text g.Node) g.Node) g.Node {
		tr := make(g.Group, len(cells))
		for i, c := range cells {
			class := t.class(i)
			tr[i] = cell(g.If(class != "", h.Class(class)), g.Text(c))
		}
		return g.Group{h.Tr(tr), g.Text("\n")}
	}
	return h.Table(
		h.THead(row(t.Columns, func(class, text g.Node) g.Node { return h.Th(h.Scope("col"), class, text) })),
		h.TBody(g.Map(t.Rows, func(cells []string) g.Node {
			return row(cells, func(class, text g.Node) g.Node { return h.Td(class, text) })
		})))
}

// class is the style of a cell: figures stand at the right, and days are not broken.
func (t *Table) class(column int) string {
	switch {
	case column >= len(t.Columns)-t.Right:
		return "n"
	case slices.Contains([]string{"Day", "Week", "Week of", "By"}, t.Columns[column]):
		return "d"
	}
	return ""
}
