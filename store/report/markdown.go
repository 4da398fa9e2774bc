package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// markdown writes the report as Markdown, with tables as GitHub reads them (github.github.com/gfm/#tables-extension-).
// What the charts show stands in the tables.
func (r *Report) markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n%s\n", plain(r.Title()), plain(r.Made()))
	for i, s := range r.Sections {
		fmt.Fprintf(out, "\n## %d. %s\n", i+1, s.Title)
		for _, p := range s.Parts {
			switch {
			case p.Text != "":
				fmt.Fprintf(out, "\n%s\n", plain(p.Text))
			case p.Table != nil && len(p.Table.Rows) > 0:
				p.Table.markdown(out)
			}
		}
	}
	return out.Flush()
}

func (t *Table) markdown(w io.Writer) {
	fmt.Fprintf(w, "\n**%s**\n\n", plain(t.Title))
	row := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(w, "| %s ", plain(line(c)))
		}
		fmt.Fprintln(w, "|")
	}
	row(t.Columns)
	for i := range t.Columns {
		if i >= len(t.Columns)-t.Right {
			fmt.Fprint(w, "|---:")
		} else {
			fmt.Fprint(w, "|---")
		}
	}
	fmt.Fprintln(w, "|")
	for _, cells := range t.Rows {
		row(cells)
	}
}

// plain is a text in which nothing is Markdown's but its code marks.
func plain(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "&", "&amp;", "[", `\[`, "#", `\#`).Replace(s)
}
