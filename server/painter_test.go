package server

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"tincan/store"
)

// cast is text that has broken other programs.
var cast = []string{
	"The 👨‍👩‍👧‍👦 family 🧑🏽‍🚀 and 🏳️‍🌈 flags 🇩🇪🇯🇵, keycaps 1️⃣2️⃣",
	"新しい経費フォームができました。二十分ではなく二分です。",
	"नया खर्च फ़ॉर्म चालू है। बीस के बजाय दो मिनट; बताइए क्या कमी है।",
	"שלום לכולם, הטופס החדש מוכן. مرحبا بالجميع، النموذج الجديد جاهز.",
	strings.Repeat("Donaudampfschifffahrts", 14),
	"z" + strings.Repeat("\u0301\u0316", 5) + "algo e\u0301a\u0308o",
	"See https://wiki.nordwind.example/deploy?from=platform, `code` and *bold* @maya #platform",
}

// glass is a terminal: what it shows, and what it was told besides.
type glass struct {
	mu sync.Mutex
	*vt.Emulator
	answered chan struct{}
	modes    map[ansi.Mode]bool
	title    string
	seen     bool // the cursor
	style    string
	bytes    int
	written  bytes.Buffer // since the last look
}

func newGlass(t *testing.T, width, height int) *glass {
	g := &glass{Emulator: vt.NewEmulator(width, height), answered: make(chan struct{}), modes: map[ansi.Mode]bool{}, seen: true, style: "0 true"}
	g.SetCallbacks(vt.Callbacks{
		Title:            func(s string) { g.title = s },
		CursorVisibility: func(on bool) { g.seen = on },
		CursorStyle:      func(s vt.CursorStyle, blink bool) { g.style = fmt.Sprint(s, blink) },
		EnableMode:       func(m ansi.Mode) { g.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { delete(g.modes, m) },
	})
	go func() { // what a terminal answers to questions would be its input
		io.Copy(io.Discard, g.Emulator)
		close(g.answered)
	}()
	t.Cleanup(func() {
		g.InputPipe().(io.Closer).Close()
		<-g.answered
	})
	return g
}

func (g *glass) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.bytes += len(p)
	g.written.Write(p)
	g.Emulator.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))) // as over SSH
	return len(p), nil
}

// took reports whether something has been written that holds text.
func (g *glass) took(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Contains(g.written.String(), text)
}

// cellOf is a cell as it looks: an erased one is a space, and a space has no weight.
func cellOf(c *uv.Cell) uv.Cell {
	if c == nil || c.IsZero() {
		return uv.EmptyCell
	}
	out := *c
	out.Link = uv.Link{} // the stock renderer forgets some
	if out.Content == " " {
		out.Style.Attrs &^= uv.AttrBold | uv.AttrFaint | uv.AttrItalic
		if out.Style.Attrs&uv.AttrReverse == 0 && out.Style.Underline == 0 {
			out.Style.Fg = nil
		}
	}
	return out
}

// same fails where two grids of cells differ.
func same(t *testing.T, what string, width, height int, want, got interface{ CellAt(x, y int) *uv.Cell }) {
	t.Helper()
	for y := range height {
		for x := range width {
			a, b := cellOf(want.CellAt(x, y)), cellOf(got.CellAt(x, y))
			if x > 0 && (a.Width == 0 || b.Width == 0 || cellOf(want.CellAt(x-1, y)).Width == 2) {
				continue // the other half of a wide one
			}
			if !a.Equal(&b) {
				t.Fatalf("%s: line %d, column %d: %q %v, not %q %v\n%s", what, y, x, b.Content, b.Style.String(), a.Content, a.Style.String(), rowOf(got, width, y))
			}
		}
	}
}

func rowOf(s interface{ CellAt(x, y int) *uv.Cell }, width, y int) string {
	var b strings.Builder
	for x := range width {
		c := cellOf(s.CellAt(x, y))
		b.WriteString(c.Content)
	}
	return b.String()
}

// easel is a painter without a program, on a glass.
func easel(g *glass) *painter {
	p := &painter{out: g, profile: colorprofile.TrueColor}
	p.shown.DisableBracketedPasteMode = true
	p.resize(tea.WindowSizeMsg{Width: g.Width(), Height: g.Height()})
	return p
}

// paint draws a view at once, and returns how many bytes that took.
func (p *painter) paint(v tea.View) int {
	p.frame(v, strings.Split(v.Content, "\n"))
	n := len(p.buf)
	p.write(p.buf)
	p.buf = nil
	return n
}

// shot is a view in a window of some size.
type shot struct {
	tea.View
	width, height int
}

// recorder stands around the interface and keeps what it has shown.
type recorder struct {
	tea.Model
	mu    sync.Mutex
	size  tea.WindowSizeMsg
	shots []shot
}

func (r *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		r.size = size
	}
	_, cmd := r.Model.Update(msg)
	return r, cmd
}

func (r *recorder) View() tea.View {
	v := r.Model.View()
	if v.Cursor != nil {
		c := *v.Cursor
		v.Cursor = &c
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shots = append(r.shots, shot{v, r.size.Width, r.size.Height})
	return v
}

// last is what was shown last, and how often something was shown.
func (r *recorder) last() (string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.shots) == 0 {
		return "", 0
	}
	return r.shots[len(r.shots)-1].Content, len(r.shots)
}

// pace is something typed, and what has to be on the screen then.
type pace struct{ keys, shows string }

// goes leads to a place by the palette.
func goes(place, shows string) []pace { return []pace{{"g", "Go to"}, {place, place}, {"\r", shows}} }

// escKey is Escape as new terminals send it: nothing has to be waited for after it.
const escKey = "\x1b[27u"

// walk is every screen, as somebody sees them who presses one key after the other.
var walk = slices.Concat(
	[]pace{{"", "Write to #everyone"}, {"j", ""}, {"j", ""}, {" ", ""}, {"k", ""}, {"?", "All keys"}, {" ", ""}, {escKey, "Home ·"}},
	[]pace{{"\r", "nils"}, {"j", ""}, {"r", "1,0"}, {"half", "half"}, {escKey, ""}, {"q", "Home ·"}},
	[]pace{{"+", "👍"}, {escKey, "Home ·"}, {"o", "What to do"}, {escKey, "Home ·"}, {"t", "active"}, {"t", "latest"}},
	[]pace{{"/", "Search"}, {"form", "form"}, {"\r", ""}, {escKey, ""}, {escKey, ""}},
	goes("Home", "Home ·"), goes("Inbox", "Inbox"), goes("Saved", "Saved"), goes("Channels", "Channels"), goes("People", "People"),
	goes("Trial", "Trial"), goes("Me", "Me"), goes("everyone", "#everyone"), []pace{{"i", ""}, {escKey, ""}}, goes("Home", "Home ·"),
	[]pace{{"\t", ""}, {"\x1b[B", ""}, {escKey, "Home ·"}},
	[]pace{{"n", "1,0"}, {"one\ntwo\nthree", "three"}, {"\x1b[200~" + cast[0] + "\x1b[201~", "family"}, {escKey, "Home ·"}},
)

// tour has somebody walk through every screen, and returns what they saw.
func tour(t *testing.T, width, height int) []shot {
	rec := &recorder{}
	r := start(t, func(c *Config) {
		c.wrap = func(m tea.Model) tea.Model {
			rec.Model = m
			return rec
		}
	})
	maya, key := r.member("maya")
	nils, _ := r.member("nils")
	if err := r.store.MarkWelcomed(t.Context(), maya.ID); err != nil {
		t.Fatal(err)
	}
	everyone, err := r.store.Channel(t.Context(), maya.ID, "everyone")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if _, err := r.store.CreatePost(t.Context(), nils.ID, store.NewPost{Place: store.Place{Channel: everyone.ID}, Body: fmt.Sprintf("%d. %s", i, cast[i%len(cast)])}); err != nil {
			t.Fatal(err)
		}
	}
	screen := r.terminal(r.enter(key), width, height)
	for _, step := range walk {
		_, before := rec.last()
		fmt.Fprint(screen.keys, step.keys)
		if !poll(func() bool {
			text, n := rec.last()
			return n > before && strings.Contains(ansi.Strip(text), step.shows)
		}) {
			text, _ := rec.last()
			t.Fatalf("after %q there is no %q:\n%s", step.keys, step.shows, ansi.Strip(text))
		}
	}
	screen.WindowChange(height-3, width+7)
	r.eventually("it is redrawn", func() bool {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		return rec.shots[len(rec.shots)-1].width == width+7
	})
	fmt.Fprint(screen.keys, "\x03")
	r.wait(screen)
	return rec.shots
}

// player shows the view that it was sent last.
type player struct{ view tea.View }

func (p player) Init() tea.Cmd  { return nil }
func (p player) View() tea.View { return p.view }

func (p player) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if v, ok := msg.(tea.View); ok {
		p.view = v
	}
	return p, nil
}

// stage is Bubble Tea with its own renderer, on a glass.
type stage struct {
	*glass
	program *tea.Program
	ended   chan struct{}
}

func newStage(t *testing.T, width, height int) *stage {
	g := newGlass(t, width, height)
	s := &stage{glass: g, ended: make(chan struct{})}
	r, w := io.Pipe()
	s.program = tea.NewProgram(player{}, tea.WithInput(r), tea.WithOutput(g), tea.WithFPS(120), tea.WithWindowSize(width, height),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "SSH_TTY=ssh"}), tea.WithColorProfile(colorprofile.TrueColor), tea.WithoutSignalHandler())
	go func() {
		defer close(s.ended)
		if _, err := s.program.Run(); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		s.program.Quit()
		<-s.ended
		w.Close()
	})
	s.program.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset}) // measure as we do
	return s
}

// show waits until a view is on the glass. It is known by its title, which is written with it.
func (s *stage) show(t *testing.T, v tea.View) {
	s.mu.Lock()
	s.written.Reset()
	s.mu.Unlock()
	s.program.Send(v)
	if title := ansi.SetWindowTitle(v.WindowTitle); !poll(func() bool { return s.took(title) }) {
		t.Fatalf("%q is not drawn", v.WindowTitle)
	}
}

// Everything looks as Bubble Tea's own renderer would draw it.
func TestPainterDrawsAsStock(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {150, 45}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			shots := tour(t, size[0], size[1])
			stock, ours := newStage(t, size[0], size[1]), newGlass(t, size[0], size[1])
			p := easel(ours)
			for i, s := range shots {
				if s.width == 0 {
					continue
				}
				if s.width != ours.Width() || s.height != ours.Height() {
					stock.resize(s.width, s.height)
					ours.Resize(s.width, s.height)
					p.resize(tea.WindowSizeMsg{Width: s.width, Height: s.height})
				}
				s.WindowTitle = fmt.Sprint("view ", i)
				stock.show(t, s.View)
				p.paint(s.View)
				stock.compare(t, fmt.Sprintf("view %d of %d, %d×%d", i, len(shots), s.width, s.height), ours, s)
			}
			t.Logf("%d views: %d bytes, stock %d", len(shots), ours.bytes, stock.bytes)
			stock.program.Quit()
			<-stock.ended
			p.close()
			delete(ours.modes, ansi.ModeAutoWrap)
			if ours.IsAltScreen() || !ours.seen || ours.title != "" || len(ours.modes) != 1 || fmt.Sprint(ours.modes) != fmt.Sprint(stock.modes) {
				t.Errorf("left behind: %v, cursor %v, title %q", ours.modes, ours.seen, ours.title)
			}
		})
	}
}

// compare fails where ours does not show what the stage shows.
func (s *stage) compare(t *testing.T, what string, ours *glass, view shot) {
	t.Helper()
	s.mu.Lock() // its renderer goes on by itself
	defer s.mu.Unlock()
	same(t, what, view.width, view.height, s, ours)
	if view.Cursor != nil && s.CursorPosition() != ours.CursorPosition() {
		t.Fatalf("%s: the cursor is at %v, not %v", what, ours.CursorPosition(), s.CursorPosition())
	}
	if s.seen != ours.seen || s.title != ours.title || s.style != ours.style || s.IsAltScreen() != ours.IsAltScreen() {
		t.Fatalf("%s: cursor %v %s, title %q, not %v %s %q", what, ours.seen, ours.style, ours.title, s.seen, s.style, s.title)
	}
}

func (s *stage) resize(width, height int) {
	s.mu.Lock()
	s.Emulator.Resize(width, height)
	s.mu.Unlock()
	s.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

// sameLinks fails where something leads elsewhere. The glass has a link's two parts the wrong way round.
func sameLinks(t *testing.T, want uv.ScreenBuffer, got *glass) {
	for y := range got.Height() {
		for x := range got.Width() {
			a, b := want.CellAt(x, y), got.CellAt(x, y)
			if a.Width > 0 && b != nil && a.Content != " " && (a.Link.URL != b.Link.Params || a.Link.Params != b.Link.URL) {
				t.Fatalf("line %d, column %d leads to %v, not %v: %q", y, x, b.Link, a.Link, rowOf(got, got.Width(), y))
			}
		}
	}
}

// scraps are what the lines of random frames are made of.
var scraps = append([]string{
	"", " ", "│", "▌", "a", "\x1b[m", "\x1b[0m", "\x1b[1m", "\x1b[38;5;80m", "\x1b[1;38;5;245mfaint\x1b[m", "\x1b[7m", "\x1b[38;2;1;2;3m",
	"\x1b]8;;https://nordwind.example\x1b\\a link\x1b]8;;\x1b\\", "\x1b]8;id=1;https://nordwind.example\a", "\x1b[39m", "\x1b[22;4m",
	"👍 4", "👨‍👩‍👧‍👦", "中文字", "─────────", "Maya Lind · Finance", "            ", strings.Repeat("x", 40),
	"See https://wiki.nordwind.example/deploy?from=platform, `code` and *bold* @maya #platform",
}, cast[1:5]...) // not those with marks after ASCII, which the glass parts

// scribble changes a frame a little, as numbers tell: a scrap into a line, a line away, lines up or down, another frame.
func scribble(frame []string, op, at, what byte, height int) []string {
	frame = slices.Clone(frame)
	scrap := scraps[int(what)%len(scraps)]
	y := int(at) % max(1, len(frame))
	switch n := int(what)%5 + 1; op % 7 {
	case 0:
		frame = append(frame, scrap)
	case 1:
		frame[y] += scrap
	case 2: // into the line, before a space
		if from := strings.IndexByte(frame[y], ' '); from >= 0 {
			frame[y] = frame[y][:from] + scrap + frame[y][from:]
		}
	case 3:
		frame[y] = scrap
	case 4: // the lines below move down
		frame = slices.Insert(frame, y, slices.Repeat([]string{scrap}, n)...)
	case 5:
		frame = slices.Delete(frame, y, min(len(frame), y+n))
	case 6:
		frame[y] = "\x1b[1mHome" + strings.Repeat(" ", n) + "\x1b[m│ " + scrap
	}
	if len(frame) == 0 {
		frame = []string{""}
	}
	return frame[:min(len(frame), height+2)]
}

// Whatever changes into whatever, the cells are those that Bubble Tea would draw.
func FuzzPainter(f *testing.F) {
	for seed := range byte(20) {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		script := make([]byte, 300)
		for i := range script {
			script[i] = byte(r.Uint32())
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		width, height := 40, 12
		g := newGlass(t, width, height)
		p := easel(g)
		frame := []string{""}
		for i := 0; len(script) >= 3 && i < 200; i++ {
			op, at, what := script[0], script[1], script[2]
			script = script[3:]
			switch {
			case op == 255:
				width, height = int(at)%90+2, int(what)%30+1
				g.Resize(width, height)
				p.resize(tea.WindowSizeMsg{Width: width, Height: height})
			case op == 254:
				p.synced = !p.synced
			default:
				frame = scribble(frame, op, at, what, height)
			}
			v := tea.NewView(strings.Join(frame, "\n"))
			v.AltScreen = op != 253
			if what%2 == 0 {
				v.Cursor = tea.NewCursor(int(at)%width, int(what)%height)
			}
			p.paint(v)
			want := uv.NewScreenBuffer(width, height)
			want.Method = ansi.GraphemeWidth
			uv.NewStyledString(v.Content).Draw(want, want.Bounds())
			same(t, fmt.Sprintf("frame %d, %q", i, v.Content), width, height, want, g)
			sameLinks(t, want, g)
			if v.Cursor != nil && (g.CursorPosition() != uv.Pos(v.Cursor.X, v.Cursor.Y) || !g.seen) || v.Cursor == nil && g.seen {
				t.Fatalf("frame %d: the cursor is at %v, seen %v, and should be at %v", i, g.CursorPosition(), g.seen, v.Cursor)
			}
		}
		p.close()
		if g.IsAltScreen() || !g.seen {
			t.Error("left on the other screen, or without a cursor")
		}
	})
}

// Somebody who types sees the next few frames at once, whatever was drawn just before, and no more than the screen can
// show; what comes by itself is drawn a little later, together.
func TestWhoTypesIsDrawnAtOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		paid  time.Duration // how far what has been drawn is ahead
		typed bool
		drawn bool
	}{
		{"typed, quiet", -time.Minute, true, true},
		{"typed, a frame before", paintEvery, true, true},
		{"typed, too many frames before", time.Hour, true, false},
		{"by itself, quiet", -time.Minute, false, false},
		{"by itself, too many frames before", time.Hour, false, false},
	} {
		g := newProgram(player{tea.NewView("something new")}, easel(newGlass(t, 40, 12)), nil, nil)
		g.paid, g.typed, g.changed, g.due = time.Now().Add(c.paid), c.typed, true, true // on its way already
		if g.show(); (len(g.painter.buf) > 0) != c.drawn {
			t.Errorf("%s: drawn %v", c.name, !c.drawn)
		}
		if g.changed == c.drawn {
			t.Errorf("%s: still to be drawn %v", c.name, g.changed)
		}
	}
}

// BenchmarkPaint is what painting takes where a number in the sidebar and one in the header have changed.
func BenchmarkPaint(b *testing.B) {
	p := &painter{out: io.Discard, profile: colorprofile.ANSI256}
	p.shown.DisableBracketedPasteMode = true
	p.resize(tea.WindowSizeMsg{Width: 120, Height: 40})
	var views [2]tea.View
	for i := range views {
		lines := make([]string, 40)
		for y := range lines {
			right := []string{"\x1b[1mMaya Lind\x1b[m\x1b[38;5;245m · Finance\x1b[m" + strings.Repeat(" ", 50) + "\x1b[38;5;245m1 min\x1b[m", cast[6], ""}[y%3]
			if y == 0 {
				right = "\x1b[1mHome\x1b[m" + strings.Repeat(" ", 60) + fmt.Sprint(10+i, " new above ↑")
			}
			count := ""
			if y == 7 {
				count = fmt.Sprint(20 + i)
			}
			lines[y] = fmt.Sprintf(" channel-%-12d%2s \x1b[38;5;238m│\x1b[m %s", y, count, right)
		}
		views[i] = tea.NewView(strings.Join(lines, "\n"))
		views[i].AltScreen = true
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.paint(views[i%2])
	}
}

// What is written for one key and for one post of somebody else is little.
func TestBytesOfAKeyAndOfAPost(t *testing.T) {
	r := start(t)
	maya, key := r.member("maya")
	nils, _ := r.member("nils")
	if err := r.store.MarkWelcomed(t.Context(), maya.ID); err != nil {
		t.Fatal(err)
	}
	everyone, err := r.store.Channel(t.Context(), maya.ID, "everyone")
	if err != nil {
		t.Fatal(err)
	}
	post := func(body string) {
		if _, err := r.store.CreatePost(t.Context(), nils.ID, store.NewPost{Place: store.Place{Channel: everyone.ID}, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		post(fmt.Sprintf("%d. %s", i, cast[i%len(cast)]))
	}
	screen := r.terminal(r.enter(key), 120, 40)
	r.shows(screen, 120, 40, "29. ")
	grew := func(do func()) int {
		before := len(screen.screen.String())
		do()
		return len(screen.screen.String()) - before
	}
	var posts, keys []int // the middle one counts: in others, a late answer to something else may be drawn too
	for i := range 5 {
		posts = append(posts, grew(func() {
			post("One more")
			r.shows(screen, 120, 40, fmt.Sprint(i+1, " new above"))
		}))
	}
	if n := median(posts); n > 600 {
		t.Errorf("a post took %d bytes: %v", n, posts)
	}
	after := screen.screen.String()
	fmt.Fprint(screen.keys, "\x0c") // Ctrl+L
	r.eventually("everything is drawn anew", func() bool {
		return strings.Contains(screen.screen.String()[len(after):], ansi.EraseEntireScreen) && len(screen.screen.String()) > len(after)+2000
	})
	r.shows(screen, 120, 40, "5 new above")
	fmt.Fprint(screen.keys, "n")
	r.shows(screen, 120, 40, "1,000")
	for i, k := range "somebody types" {
		keys = append(keys, grew(func() {
			fmt.Fprint(screen.keys, string(k))
			r.shows(screen, 120, 40, fmt.Sprint(999-i))
		}))
	}
	if n := median(keys); n > 32 {
		t.Errorf("a key took %d bytes: %v", n, keys)
	}
}

// median is the middle one of some numbers.
func median(n []int) int {
	sorted := slices.Sorted(slices.Values(n))
	return sorted[len(sorted)/2]
}
