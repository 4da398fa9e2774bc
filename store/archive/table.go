package archive

import (
	"encoding/csv"
	"io"
	"strings"
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
		safe[i] = guarded(c)
	}
	t.w.Write(safe)
}

// Close writes what is left.
func (t *Table) Close() error {
	t.w.Flush()
	return t.w.Error()
}

// formula are the characters that make a spreadsheet compute, at the start of a cell.
const formula = "=+-@\t\r"

func guarded(cell string) string {
	if cell != "" && strings.ContainsRune(formula, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// unguarded is a cell as it was before guarded.
func unguarded(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formula, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
