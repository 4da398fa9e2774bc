package tui

import (
	"slices"
	"sort"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// wheelLines is how far one notch of the wheel scrolls.
	wheelLines = 3
	// pageOverlap is how many lines of a page stay on the next one, to find one's place.
	pageOverlap = 2
)

// feed is a column of posts with a selected one: the body of Home, of a channel
// and of a thread. Selection and scroll are kept by post id: whatever is added,
// removed or redrawn, the selected post (or the first one visible) stays in the
// line where it is.
type feed struct {
	app   *app
	theme *theme
	posts []*store.Post // from top to bottom; others may have the same ones: nobody changes them
	list  bool          // fold long posts, show counts of replies
	where bool          // show the channel of each post
	bare  bool          // no bar at the selected one: there is nothing else

	above      func(*store.Post) string // what a thin line above a post says; "" for no line
	head, tail func(width int) []string // lines above the first and below the last post
	light      func(string) string      // lights what was looked for in a line of a post's text; nil: nothing
	say        string                   // what stands here while there is no post

	answer        int64 // the reply that answers the question of the thread
	selected      int64
	top           int // line at the top of the window
	width, height int
	focused       bool

	drawn   map[int64]*drawnPost
	barred  barred
	starts  []int    // first line of each post's block
	spans   []extent // where each post itself stands
	total   int      // lines in all
	reading reading
}

// extent is the lines from first to the one before end.
type extent struct{ first, end int }

func newFeed(a *app, t *theme) feed {
	none := func(int) []string { return nil }
	return feed{
		app: a, theme: t, head: none, tail: none, above: func(*store.Post) string { return "" },
		drawn: map[int64]*drawnPost{}, reading: newReading(),
	}
}

// resize makes the feed fit a window. What is read from its very top stays so, with what stands above the first post,
// unless the selected one would be left behind; that one is never out of the window afterwards.
func (f *feed) resize(width, height int) {
	fromTop := f.top == 0
	f.keep(func() { f.width, f.height = width, height })
	i := f.index(f.selected)
	if i < 0 {
		return
	}
	switch first, end := f.lines(i); {
	case fromTop && (i == 0 || end <= height):
		f.top = 0
	case first >= f.top+height || end <= f.top:
		f.reveal(i)
	}
}

// textWidth is the columns of a post: one of air at each side, and no line too long to read.
func (f *feed) textWidth() int { return max(1, min(measure, f.width-2)) }

func (f *feed) look(p *store.Post) look {
	return look{
		width: f.textWidth(), theme: f.theme, now: f.app.now(), zone: f.app.zone,
		list: f.list, channel: f.where, full: !f.list && p.Root == 0, answer: p.Root != 0 && p.ID == f.answer,
	}
}

// aired puts the column of air before lines in which the bar of the selected post stands.
func aired(lines []string) []string {
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// draw returns the lines of post i, with air at their left.
func (f *feed) draw(i int) []string {
	p := f.posts[i]
	l := f.look(p)
	as := drawingOf(p, l)
	if d, ok := f.drawn[p.ID]; ok && d.as == as {
		return d.lines
	}
	drawn := f.app.drawn.post(as, func() []string { return aired(drawPost(p, l)) })
	if f.light != nil {
		drawn = &drawnPost{as, slices.Clone(drawn.lines)}
		for i := len(postHead(p, l)); i < len(drawn.lines); i++ {
			drawn.lines[i] = f.light(drawn.lines[i])
		}
	}
	f.drawn[p.ID] = drawn
	return drawn.lines
}

// ruleLines is the line above post i with the blank one below it.
func (f *feed) ruleLines(i int) []string {
	text := f.above(f.posts[i])
	if text == "" {
		return nil
	}
	w := f.textWidth()
	return []string{f.theme.New.Render(centred(" "+fit(text, max(0, w-4))+" ", w)), ""}
}

// centred is text in the middle of a line of ─.
func centred(text string, width int) string {
	room := max(0, width-columns(text))
	return strings.Repeat("─", room/2) + text + strings.Repeat("─", room-room/2)
}

// measure finds where every post stands.
func (f *feed) measure() {
	f.starts, f.spans = f.starts[:0], f.spans[:0]
	at := len(f.head(f.width))
	for i := range f.posts {
		f.starts = append(f.starts, at)
		first := at + len(f.ruleLines(i))
		at = first + f.tall(i)
		f.spans = append(f.spans, extent{first, at})
		at++
	}
	if n := len(f.tail(f.width)); n > 0 {
		at += n
	} else if len(f.posts) > 0 {
		at-- // no blank line after the last post
	}
	f.total = at
}

// tall is how many lines post i takes. What was drawn of it a while ago will do: time changes what is said in a line.
func (f *feed) tall(i int) int {
	p := f.posts[i]
	if d, ok := f.drawn[p.ID]; ok && d.as.shape == shapeOf(p, f.look(p)) {
		return len(d.lines)
	}
	return len(f.draw(i))
}

// lines are the lines of post i as last measured: first and the one after the last.
func (f *feed) lines(i int) (first, end int) { return f.spans[i].first, f.spans[i].end }

// index is where the post of that id stands, -1 if it is not here.
func (f *feed) index(id int64) int {
	for i := range f.posts {
		if f.posts[i].ID == id {
			return i
		}
	}
	return -1
}

// current is the selected post; nil if there is none.
func (f *feed) current() (p *store.Post, some bool) {
	if i := f.index(f.selected); i >= 0 {
		return f.posts[i], true
	}
	return nil, false
}

// keep changes what is shown without moving what is being read.
func (f *feed) keep(change func()) {
	type place struct {
		id  int64
		row int
	}
	var stay []place
	at := f.index(f.selected)
	for i := range f.posts {
		if first, end := f.lines(i); end > f.top && first < f.top+f.height {
			stay = append(stay, place{f.posts[i].ID, first - f.top})
		}
	}
	sort.SliceStable(stay, func(i, j int) bool { return stay[i].id == f.selected && stay[j].id != f.selected })
	change()
	f.measure()
	if f.index(f.selected) < 0 {
		f.selected = 0
		if len(f.posts) > 0 {
			f.selected = f.posts[min(max(at, 0), len(f.posts)-1)].ID
		}
	}
	for _, p := range stay {
		if i := f.index(p.id); i >= 0 {
			first, _ := f.lines(i)
			f.top = first - p.row
			break
		}
	}
	f.clamp()
}

func (f *feed) bottom() int { return max(0, f.total-f.height) }

func (f *feed) clamp() { f.top = min(max(f.top, 0), f.bottom()) }

// reveal scrolls as little as possible so that post i is on the screen; of one
// that is taller than the screen, its beginning.
func (f *feed) reveal(i int) {
	_, end := f.lines(i)
	first := f.starts[i] // with the line above it
	if i == 0 {
		first = 0 // and what the channel is for
	}
	if end > f.top+f.height {
		f.top = end - f.height
	}
	if first < f.top {
		f.top = first
	}
	f.clamp()
}

// choose selects post i and shows it.
func (f *feed) choose(i int) {
	if i >= 0 && i < len(f.posts) {
		f.selected = f.posts[i].ID
		f.reveal(i)
	}
}

// move handles the keys that select and scroll. used is false for others.
// A post that is taller than the screen is scrolled through before the next one.
func (f *feed) move(msg tea.KeyPressMsg) (used bool) {
	switch {
	case key.Matches(msg, keys.Down):
		f.down()
	case key.Matches(msg, keys.Up):
		f.up()
	case key.Matches(msg, keys.PageDown):
		f.pageDown()
	case key.Matches(msg, keys.PageUp):
		f.scroll(-max(1, f.height-pageOverlap))
	case key.Matches(msg, keys.Top):
		f.choose(0)
	case key.Matches(msg, keys.Bottom):
		f.choose(len(f.posts) - 1)
		f.top = f.bottom()
	default:
		return false
	}
	return true
}

func (f *feed) down() {
	i := f.index(f.selected)
	if i < 0 {
		f.choose(0)
		return
	}
	_, end := f.lines(i)
	switch below := end - f.top - f.height; {
	case below > 0:
		f.top += min(below, max(1, f.height-pageOverlap))
	case i == len(f.posts)-1:
		f.top = f.bottom()
	default:
		f.choose(i + 1)
	}
}

func (f *feed) up() {
	i := f.index(f.selected)
	if i < 0 {
		f.choose(0)
		return
	}
	first, _ := f.lines(i)
	switch above := f.top - first; {
	case above > 0:
		f.top -= min(above, max(1, f.height-pageOverlap))
	case i == 0:
		f.top = 0
	default:
		f.selected = f.posts[i-1].ID
		f.reveal(i - 1)
		if first, end := f.lines(i - 1); end-first > f.height {
			f.top = end - f.height // a tall one is entered from its end
		}
	}
}

// pageDown goes on to the first post that is not whole on the screen, or by a
// page where that is too little.
func (f *feed) pageDown() {
	next := f.top + max(1, f.height-pageOverlap)
	for i := range f.posts {
		if _, end := f.lines(i); end > f.top+f.height {
			if start := f.starts[i]; start > f.top+f.height/2 {
				next = min(next, start)
			}
			break
		}
	}
	atEnd := f.top >= f.bottom()
	f.scroll(next - f.top)
	if atEnd {
		f.selected = f.lastID()
	}
}

func (f *feed) lastID() int64 {
	if len(f.posts) == 0 {
		return 0
	}
	return f.posts[len(f.posts)-1].ID
}

// scroll moves the window by lines; a selection that would leave it comes along.
func (f *feed) scroll(lines int) {
	f.top += lines
	f.clamp()
	if i := f.index(f.selected); i >= 0 && f.begins(i) {
		return
	}
	best := -1
	for i := range f.posts {
		first, end := f.lines(i)
		if end <= f.top || first >= f.top+f.height {
			continue
		}
		// The first post that begins on the screen when going down, the last when
		// going up; else the one that fills it.
		if best < 0 || f.begins(i) && (lines < 0 || !f.begins(best)) {
			best = i
		}
	}
	if best >= 0 {
		f.selected = f.posts[best].ID
	}
}

// begins says whether the first line of post i is on the screen.
func (f *feed) begins(i int) bool {
	first, _ := f.lines(i)
	return first >= f.top && first < f.top+f.height
}

// wheel scrolls by a notch.
func (f *feed) wheel(msg tea.MouseWheelMsg) {
	if by := notch(msg.Button); by != 0 {
		f.scroll(by * wheelLines)
	}
}

// notch is where the wheel has been turned to: 1 down, -1 up, 0 for what is no wheel or turns sideways.
func notch(b tea.MouseButton) int {
	switch b {
	case tea.MouseWheelDown:
		return 1
	case tea.MouseWheelUp:
		return -1
	}
	return 0
}

// at is the post in that line of the window, -1 if there is none.
func (f *feed) at(y int) int {
	for i := range f.posts {
		if first, end := f.lines(i); y+f.top >= first && y+f.top < end {
			return i
		}
	}
	return -1
}

// view draws the window: exactly height lines.
func (f *feed) view() string { return strings.Join(f.window(nil), "\n") }

// visible are the posts that have a line in the window, as last measured: some may have gone since.
func (f *feed) visible() (from, to int) {
	return max(0, sort.SearchInts(f.starts, f.top+1)-1), min(sort.SearchInts(f.starts, f.top+f.height), len(f.posts))
}

// window draws the window below other lines.
func (f *feed) window(above []string) []string {
	out := slices.Grow(above, f.height)
	end := len(above) + f.height
	add := func(line int, text string) {
		if line >= f.top && len(out) < end {
			out = append(out, text)
		}
	}
	head := f.head(f.width)
	for n, l := range head {
		add(n, fit(l, f.width))
	}
	from, to := f.visible()
	for i := from; i < to; i++ {
		line := f.starts[i]
		for _, l := range f.ruleLines(i) {
			add(line, " "+l)
			line++
		}
		lines := f.draw(i)
		if first, end := f.lines(i); end-first != len(lines) { // the time has grown too long for its line
			f.keep(func() {})
			return f.window(above)
		}
		if bar := f.bar(f.posts[i].ID); bar != "" {
			lines = f.barred.with(bar, lines)
		}
		for _, l := range lines {
			add(line, l)
			line++
		}
		add(line, "")
	}
	if len(f.posts) == 0 && f.say != "" {
		style := &f.theme.Text
		for n, l := range words(f.say, f.textWidth()) {
			if l == "" {
				style = &f.theme.Dim // what it is comes first, what to do about it below
			}
			add(len(head)+n, " "+style.Render(l))
		}
	}
	tail := f.tail(f.width)
	for n, l := range tail {
		add(f.total-len(tail)+n, fit(l, f.width))
	}
	for len(out) < end {
		out = append(out, "")
	}
	return out
}

// barred is a post's lines with a bar before them, kept while they stay the same.
type barred struct {
	bar   string
	of    *string // the first of the lines
	lines []string
}

// with puts a bar into the column of air before lines.
func (b *barred) with(bar string, lines []string) []string {
	switch {
	case len(lines) == 0:
		return nil
	case b.of == &lines[0] && b.bar == bar:
		return b.lines
	}
	*b = barred{bar, &lines[0], make([]string, len(lines))}
	for i, l := range lines {
		b.lines[i] = bar + l[1:]
	}
	return b.lines
}

// bar marks the selected post at its left edge; "" for the others.
func (f *feed) bar(id int64) string {
	switch {
	case id != f.selected, f.bare:
		return ""
	case f.focused:
		return f.theme.Accent.Render("▌")
	}
	return f.theme.Dim.Render("▌")
}
