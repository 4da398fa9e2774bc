package tui

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
)

const readme = "../README.md"

// elsewhere are the keys that the README leaves to the hints: those of forms, lists and text fields, which say
// so themselves or do as in any shell.
var elsewhere = strings.Fields(`Right Yes No NextField PrevField Save Cancel Other Filter Take Close ListUp ListDown Pick Label Remove
	CharLeft CharRight WordLeft WordRight LineStart LineEnd RowUp RowDown RubLeft RubRight KillWordLeft KillWordRight KillStart KillEnd Yank`)

// The README's table of keys is the table of keys, but for those that are explained where they are.
func TestReadmeKeys(t *testing.T) {
	t.Parallel()
	left := map[string]bool{}
	for _, name := range elsewhere {
		left[name] = true
	}
	const pairs = 3 // keys in a row of the table
	var table strings.Builder
	table.WriteString(strings.Repeat("| key | what it does ", pairs) + "|\n" + strings.Repeat("|---|---", pairs) + "|\n")
	var cells []string
	all := reflect.ValueOf(keys)
	for i := range all.NumField() {
		name := all.Type().Field(i).Name
		if left[name] {
			delete(left, name)
			continue
		}
		h := all.Field(i).Interface().(key.Binding).Help()
		cells = append(cells, fmt.Sprintf("| %s | %s ", strings.ReplaceAll(h.Key, "|", `\|`), h.Desc))
	}
	for len(cells)%pairs > 0 {
		cells = append(cells, "| | ")
	}
	for row := range slices.Chunk(cells, pairs) {
		table.WriteString(strings.Join(row, "") + "|\n")
	}
	for name := range left {
		t.Errorf("there is no key %s any more", name)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	const open, end = "<!-- keys -->\n", "<!-- end of keys -->"
	before, rest, ok := strings.Cut(string(text), open)
	got, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		t.Fatalf("the README has no %q", strings.TrimSpace(open))
	case got == table.String():
	case flag.Lookup("update").Value.String() == "true": // the flag of the goldens
		if err := os.WriteFile(readme, []byte(before+open+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the README's keys are not those there are; write them with: go test ./tui -run Readme -update\nthere are\n%s", table.String())
	}
}
