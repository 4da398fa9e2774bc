package server

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The shell itself says how it splits a line of letters, blanks, quotes and backslashes.
func TestSplitLikeTheShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal("this test needs a POSIX shell as sh")
	}
	lines := []string{`a b`, ` a	'b c' "d \" e" `, `don\'t`, `a''b`, `'' "" x`, `"a\$b\q\\"`, "a\\\nb \\\n c", "'a\nb'", ``}
	random := rapid.StringOfN(rapid.SampledFrom([]rune(`ab '"\	`)), 0, 12, -1)
	for seed := range 300 {
		lines = append(lines, random.Example(seed))
	}
	compared := 0
	for _, line := range lines {
		words, whole := split(line)
		if !whole {
			continue // the shell would ask for more
		}
		compared++
		var got []string
		for _, w := range words {
			got = append(got, w.text)
			if w.at > 0 && !isBlank(line[w.at-1]) && !strings.HasPrefix(line[w.at-1:], "\n") {
				t.Errorf("%q: %q does not start at %d", line, w.text, w.at)
			}
		}
		out, err := exec.Command(sh, "-c", `each() { for w; do printf '%s\0' "$w"; done; }; each `+line).Output()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		want := strings.Split(string(out), "\x00")
		if want = want[:len(want)-1]; !slices.Equal(got, want) {
			t.Errorf("%q: %q, and the shell says %q", line, got, want)
		}
	}
	if compared < 60 {
		t.Errorf("only %d lines were whole", compared)
	}
}

func TestSplitOpenQuotes(t *testing.T) {
	for line, want := range map[string]string{
		`post '#x' don't worry`:         `don't worry`,
		`post "#x" it's "so" so`:        `it's "so" so`,
		`post #x --json   I  don't`:     `I  don't`,
		`post #x ends in a backslash \`: `ends in a backslash \`,
	} {
		words, whole := split(line)
		c := &call{Server: &Server{commands: commands()}, flags: map[string]string{}}
		cmd, err := c.parse(line)
		if whole || err != nil || cmd.name != "post" || c.args[0] != "#x" || c.args[1] != want {
			t.Errorf("%s: %v %v %q %v", line, words, whole, c.args, err)
		}
		if c.has(flagJSON) != strings.Contains(line, "--json") {
			t.Errorf("%s: flags %v", line, c.flags)
		}
	}
}
