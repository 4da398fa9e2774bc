package report_test

import (
	"context"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browserTime is how long a browser may take on a machine with much else to do.
const browserTime = time.Minute

// browsers are the names of Chromium on Debian, and of what GitHub's machines have.
var browsers = []string{"chromium", "google-chrome"}

// findBrowser is a browser on this machine. Whoever has just cloned this need not have one; in CI it is installed.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("this test needs chromium; install Debian's package chromium")
	}
	t.Skip("chromium is not on this machine; Debian's package chromium has it, and .ci/run installs it")
	return ""
}

// opensInABrowser opens a report in Chromium, which finds no other machine, and looks for every chart: that it is
// there, and that it was painted.
func opensInABrowser(t *testing.T, html string) {
	browser, dir := findBrowser(t), t.TempDir()
	page := filepath.Join(dir, "report.html")
	if err := os.WriteFile(page, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(flags ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), browserTime)
		defer cancel()
		cmd := exec.CommandContext(ctx, browser, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=" + filepath.Join(dir, "browser"),
			"--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1000,12000"}, append(flags, page)...)...)
		cmd.WaitDelay = time.Second // what it has started may hold the pipe
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", flags, err)
		}
		return string(out)
	}
	dom := run("--dump-dom")
	if n := strings.Count(dom, "<svg "); n != allCharts {
		t.Errorf("the browser sees %d charts, want %d", n, allCharts)
	}
	if n := strings.Count(dom, "<section "); n != 10 {
		t.Errorf("the browser sees %d sections", n)
	}
	picture := filepath.Join(dir, "page.png")
	run("--screenshot="+picture, "--hide-scrollbars")
	if n := painted(t, picture); n != allCharts {
		t.Errorf("the browser has painted %d charts, want %d", n, allCharts)
	}
}

// painted is how many stretches of a picture, from above to below, have the first colour of the charts in them.
func painted(t *testing.T, path string) (n int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	const apart = 120 // rows of pixels without it between two charts; within one there are fewer
	ink := color.RGBA{R: 31, G: 78, B: 140, A: 255}
	b := picture.Bounds()
	for y, last := b.Min.Y, -apart-1; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x += 4 { // no line is as steep as that

			if color.RGBAModel.Convert(picture.At(x, y)) == ink {
				if y-last > apart {
					n++
				}
				last = y
				break
			}
		}
	}
	return n
}
