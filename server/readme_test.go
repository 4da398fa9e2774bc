package server

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the README has to say instead of checking it")

const readme = "../README.md"

// The README's table of commands is the table of commands.
func TestReadmeCommands(t *testing.T) {
	var table strings.Builder
	table.WriteString("| command | what it does |\n|---|---|\n")
	for _, c := range commands() {
		fmt.Fprintf(&table, "| `%s` | %s |\n", strings.ReplaceAll(c.usage(), "|", `\|`), c.does)
	}
	checkReadme(t, "commands", table.String())
}

// checkReadme checks what stands in the README between the marks of a part, or writes it.
func checkReadme(t *testing.T, part, want string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	open, end := "<!-- "+part+" -->\n", "<!-- end of "+part+" -->"
	before, rest, ok := strings.Cut(string(text), open)
	got, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		t.Fatalf("the README has no %q", strings.TrimSpace(open))
	case got == want:
	case *update:
		if err := os.WriteFile(readme, []byte(before+open+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the README's %s are not those there are; write them with: go test ./server ./tui -run Readme -update\nthere are\n%s", part, want)
	}
}
