package archive

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// Table writes CSV that spreadsheets take for text throughout: what they would take for a formula stands behind an
// apostrophe (owasp.org/www-community/attacks/CSV_Injection).
type Table struct{ w *csv.Writer }

// NewTable begins a table with the names of its columns.
func NewTable(w io.Writer, columns ...string) *Table {
	t := &Table{csv.NewWriter(w)}
	t.Row(columns...)
	return t
}

// Row adds a line. What goes wrong is told by Close.
func (t *Table) Row(cells ...string) {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Guarded(c)
	}
	t.w.Write(safe)
}

// Close writes what is left.
func (t *Table) Close() error {
	t.w.Flush()
	return t.w.Error()
}

// formula are the characters that make a spreadsheet compute, at the start of a cell; the wide ones where one is set to Japanese.
const formula = "=+-@\t\r＝＋－＠"

// computed reports whether a spreadsheet would take the cell for a formula, but for apostrophes before it.
func computed(cell string) bool {
	rest := strings.TrimLeft(cell, "'")
	first, _ := utf8.DecodeRuneInString(rest)
	return rest != "" && strings.ContainsRune(formula, first)
}

// Guarded is a cell that a spreadsheet takes for text. It also marks what begins with an apostrophe by itself, so that
// unguarded finds every cell as it was.
func Guarded(cell string) string {
	if computed(cell) {
		return "'" + cell
	}
	return cell
}

// unguarded is a cell as it was before Guarded.
func unguarded(cell string) string {
	if strings.HasPrefix(cell, "'") && computed(cell) {
		return cell[1:]
	}
	return cell
}
