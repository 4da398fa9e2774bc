package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"slices"
)

//go:embed page.html
var pageHTML string

// html writes the report as one file that needs nothing beside it: no network, no script, no font.
func (r *Report) html(w io.Writer) error {
	charts := 0
	page, err := template.New("page").Funcs(template.FuncMap{
		"add": func(a, b int) int { return a + b },
		"draw": func(c *Chart) (template.HTML, error) {
			charts++
			return c.svg(charts)
		},
		"known": func(c *Chart) bool { return c.known() },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	var whole bytes.Buffer // nothing is written of a report that fails halfway
	if err := page.Execute(&whole, r); err != nil {
		return err
	}
	_, err = whole.WriteTo(w)
	return err
}

// Class is the style of a cell: figures stand at the right, and days are not broken.
func (t *Table) Class(column int) string {
	switch {
	case column >= len(t.Columns)-t.Right:
		return "n"
	case slices.Contains([]string{"Day", "Week", "Week of", "By"}, t.Columns[column]):
		return "d"
	}
	return ""
}
