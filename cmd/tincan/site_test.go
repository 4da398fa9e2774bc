//go:build unix

package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// siteOf exports the whole company as a web site, as somebody gets it on a stick, with the report beside it.
func siteOf(t *testing.T) (root string) {
	t.Helper()
	s, err := store.Open(t.Context(), wholeCompany(t), store.Options{Now: func() time.Time { return demoSunday }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	root = filepath.Join(t.TempDir(), "stick")
	e := &ending{program: &program{}, ctx: t.Context(), out: t.Output()}
	_, err = archive.Export(t.Context(), s, store.Operator, root, archive.ExportOptions{Made: demoSunday, Formats: []string{"html"}, Report: func(w io.Writer) error { return e.report(s, w) }})
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestSite follows every link of the demo's site, and opens a page of each kind in a browser without a network, on a wide
// screen and on a narrow one: its style is there, and nothing of it is wider than the screen.
func TestSite(t *testing.T) {
	root := siteOf(t)
	pages := crawl(t, root)
	of := func(pattern string) string {
		t.Helper()
		longest := ""
		for name, text := range pages {
			if regexp.MustCompile(pattern).MatchString(name) && (longest == "" || len(text) > len(pages[longest]) || len(text) == len(pages[longest]) && name < longest) {
				longest = name
			}
		}
		if longest == "" {
			t.Fatalf("no page is a %s", pattern)
		}
		return longest
	}
	index := pages["site/index.html"]
	for _, want := range []string{"One place to talk", "21 September 2026 to 19 December 2026", `<a href="../report.html">`, "#ask-it", "The move of line 2 into the new hall (archived)", "Gül Aydın", "@gul, Production"} {
		if !strings.Contains(index, want) {
			t.Errorf("the front page lacks %q", want)
		}
	}
	opens(t, root, []string{"site/index.html", of(`^site/channel/sales/index`), of(`^site/channel/everyone/2`), of(`^site/month/`), of(`^site/person/`), of(`^site/thread/`), "report.html"})
}

// crawl follows every link from the front page on, and returns all pages by their names.
func crawl(t *testing.T, root string) map[string]string {
	t.Helper()
	pages, reached := map[string]string{}, map[string]bool{}
	link := regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	for todo := []string{"site/index.html"}; len(todo) > 0; todo = todo[1:] {
		from := todo[0]
		for _, m := range link.FindAllStringSubmatch(read(t, root, pages, from), -1) {
			u, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Fatalf("%s: %v", from, err)
			}
			if u.Scheme == "https" || u.Scheme == "data" { // written by people, or a picture in the page
				continue
			}
			to := from
			if u.Path != "" {
				to = path.Join(path.Dir(from), u.Path)
			}
			if text := read(t, root, pages, to); u.Fragment != "" && !strings.Contains(text, `id="`+u.Fragment+`"`) {
				t.Errorf("%s leads to a place on %s that is not there: %s", from, to, u.Fragment)
			}
			if !reached[to] && path.Ext(to) == ".html" {
				reached[to] = true
				todo = append(todo, to)
			}
		}
	}
	err := fs.WalkDir(os.DirFS(root), "site", func(name string, f fs.DirEntry, err error) error {
		if err == nil && !f.IsDir() && pages[name] == "" {
			t.Errorf("nothing leads to %s", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return pages
}

// read is a page, which has to be there.
func read(t *testing.T, root string, pages map[string]string, name string) string {
	t.Helper()
	if pages[name] == "" {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(text)
	}
	return pages[name]
}

// opens shows pages in frames of a page that measures them once they are there.
func opens(t *testing.T, root string, names []string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("this test needs chromium; install Debian's package chromium")
	} else if err != nil {
		t.Skip("chromium is not on this machine; Debian's package chromium has it, and .ci/run installs it")
	}
	var page strings.Builder
	page.WriteString("<!DOCTYPE html><body>")
	shown := 0
	for _, name := range names {
		for _, width := range []int{360, 1100} {
			shown++
			fmt.Fprintf(&page, `<iframe src="%s" width="%d" height="600" onload="const d = this.contentDocument, w = d.documentElement; this.insertAdjacentHTML('afterend', '<p>%s at %d: ' + w.scrollWidth + ' ' + (getComputedStyle(d.body).maxWidth != 'none') + '</p>')"></iframe>`, name, width, name, width)
		}
	}
	file := filepath.Join(root, "measured.html")
	if err := os.WriteFile(file, []byte(page.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--allow-file-access-from-files", "--user-data-dir="+filepath.Join(t.TempDir(), "browser"),
		"--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", file)
	cmd.WaitDelay = time.Second // what it has started may hold the pipe
	dom, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	measured := regexp.MustCompile(`<p>(\S+) at (\d+): (\d+) (\S+)</p>`).FindAllStringSubmatch(string(dom), -1)
	if len(measured) != shown {
		t.Errorf("the browser has opened %d pages of %d", len(measured), shown)
	}
	for _, m := range measured {
		if m[2] != m[3] || m[4] != "true" {
			t.Errorf("%s at %s columns of pixels is %s wide, with its style: %s", m[1], m[2], m[3], m[4])
		}
	}
}
