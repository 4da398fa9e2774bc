package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layer is what a package may import. A name stands for itself and, with /… at its end, for all below it.
type layer struct {
	ours    []string // packages of tincan, further right in the arrow
	outside []string
	never   []string // of the standard library
	tests   []string // outside packages for its tests alone
}

// The arrow: cmd → server → tui → store/archive, store/report → store.
var layers = map[string]layer{
	"tincan/cmd/tincan": {
		ours:    []string{"tincan/server", "tincan/tui", "tincan/store", "tincan/store/..."},
		outside: []string{"github.com/spf13/cobra", "github.com/spf13/pflag"},
		tests:   []string{"github.com/rogpeppe/go-internal/testscript", "github.com/creack/pty", "github.com/charmbracelet/x/vt", "golang.org/x/crypto/ssh", "modernc.org/sqlite"},
	},
	"tincan/server": {
		ours:    []string{"tincan/tui", "tincan/store", "tincan/store/..."},
		outside: []string{"charm.land/wish/v2/...", "charm.land/ssh", "golang.org/x/crypto/ssh/...", "github.com/prometheus/procfs", "charm.land/bubbletea/v2", "github.com/charmbracelet/ultraviolet", "github.com/charmbracelet/colorprofile", "github.com/charmbracelet/x/ansi/..."}, // procfs: what Linux tells of this process, in forms of many ages
		tests:   []string{"github.com/charmbracelet/x/vt", "github.com/creack/pty", "github.com/prometheus/client_golang/prometheus/testutil/promlint", "pgregory.net/rapid", "modernc.org/sqlite"},                                                                                     // promlint: Prometheus' own judgement of figures
	},
	"tincan/tui": {
		ours:    []string{"tincan/store", "tincan/store/..."},
		outside: []string{"charm.land/bubbletea/v2", "charm.land/bubbles/v2/...", "charm.land/lipgloss/v2", "github.com/charmbracelet/colorprofile", "github.com/charmbracelet/x/ansi/...", "github.com/clipperhouse/uax29/v2/...", "github.com/yuin/goldmark/..."}, // goldmark: CommonMark has too many rules to be written anew
		never:   []string{"os", "os/...", "database/sql", "net", "net/..."},
		tests:   []string{"github.com/charmbracelet/x/exp/golden", "github.com/charmbracelet/x/vt", "pgregory.net/rapid"},
	},
	"tincan/store/archive": {
		ours:    []string{"tincan/store"},
		outside: []string{"golang.org/x/crypto/ssh", "golang.org/x/text/encoding/...", "github.com/yuin/goldmark/...", "maragu.dev/gomponents/..."}, // the public keys of a roster and the signature of a certificate, the encodings that spreadsheets and mails are written in, the marks in texts, and pages of the web
	},
	"tincan/store/report": {
		ours:    []string{"tincan/store", "tincan/store/archive"}, // there is one way to guard a cell of a table
		outside: []string{"maragu.dev/gomponents/..."},
		never:   []string{"net", "net/...", "database/sql"},
	},
	"tincan/store": {
		outside: []string{"modernc.org/sqlite/lib", "zombiezen.com/go/sqlite/...", "golang.org/x/crypto/...", "golang.org/x/text/...", "github.com/clipperhouse/uax29/v2/graphemes"}, // zombiezen: the same SQLite without what database/sql costs at every value
		never:   []string{"net", "net/...", "database/sql"},
		tests:   []string{"pgregory.net/rapid", "modernc.org/sqlite"},
	},
}

// module is the part of go list's answer that the arrow is about.
type module struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestArrow(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = top
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var m module
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		l, known := layers[m.ImportPath]
		if !known {
			t.Errorf("%s has no place in the arrow; split a package only the day two halves of it share nothing", m.ImportPath)
			continue
		}
		for _, name := range m.Imports {
			if !l.allows(name) {
				t.Errorf("%s may not import %s", m.ImportPath, name)
			}
		}
		l.outside, l.never = append(slices.Clone(l.outside), l.tests...), nil // tests make files and connections
		for _, name := range append(m.TestImports, m.XTestImports...) {
			if name != m.ImportPath && !l.allows(name) {
				t.Errorf("the tests of %s may not import %s", m.ImportPath, name)
			}
		}
	}
	if seen < 4 {
		t.Errorf("go list knows %d packages", seen)
	}
}

func (l layer) allows(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case first == "tincan":
		return within(name, l.ours)
	case strings.Contains(first, "."):
		return within(name, l.outside)
	}
	return !within(name, l.never)
}

func within(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		folder, below := strings.CutSuffix(p, "/...")
		return name == folder || below && strings.HasPrefix(name, folder+"/")
	})
}

// top is the repository, seen from this package.
const top = "../.."

// TestTree keeps the top level to what newcomers expect there.
func TestTree(t *testing.T) {
	want := []string{"CONTRIBUTING.md", "LICENSE", "README.md", "cmd", "go.mod", "go.sum", "server", "store", "tui"}
	out, err := exec.Command("git", "-C", top, "ls-files", "--cached", "--others", "--exclude-standard").Output()
	var names []string
	if err == nil {
		for file := range strings.Lines(string(out)) {
			name, _, _ := strings.Cut(strings.TrimSpace(file), "/")
			names = append(names, name)
		}
	} else { // not a clone, but the source as it was packed
		entries, err := os.ReadDir(top)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, ".") })
	slices.Sort(names)
	if got := slices.Compact(names); !slices.Equal(got, want) {
		t.Errorf("the top level holds %v, want %v", got, want)
	}
}

// TestEnvironmentIsReadHereAlone: elsewhere it would be the server's where the person's is meant.
func TestEnvironmentIsReadHereAlone(t *testing.T) {
	for _, folder := range []string{"server", "tui", "store"} {
		err := filepath.WalkDir(filepath.Join(top, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, call := range []string{"os.Getenv", "os.LookupEnv", "os.Environ"} {
				if strings.Contains(string(text), call) {
					t.Errorf("%s calls %s", path, call)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
