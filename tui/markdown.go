package tui

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	more "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads the text of posts: CommonMark without what would hide or change what somebody has
// written. HTML, images and reference definitions stay as they are written, a line of dashes makes
// no heading of the one above it, and indented text is text. Names and bare links are
// read before emphasis, so that an underscore in them stays one.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(indented{parser.NewParagraphParser()}, 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(tokenParser{}, 300),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	),
)

const (
	// nestLimit is how deep quotes and lists may stand in one another and be drawn so.
	nestLimit = 6
	// markLimit, bracketLimit and startLimit are how many marks a text may have, how many brackets, and
	// how many marks of lists and quotes may begin one line, before it is shown as it is written. All
	// are more than anybody means; some of the parser's work grows with their square.
	markLimit, bracketLimit, startLimit = 2000, 400, 30
	// nameReach is how far a mention or a channel is looked for, in bytes: longer than any name.
	nameReach = 256
	// languageLimit is the longest name of a language after ```; what is longer is text.
	languageLimit = 20
)

// indented is the parser of paragraphs where no other one takes what is indented: left out, those lines
// would be lost.
type indented struct{ parser.BlockParser }

func (indented) CanAcceptIndentedLine() bool { return true }

// tokenKind is the kind of tokens.
var tokenKind = ast.NewNodeKind("Token")

// token is a mention or a channel.
type token struct {
	ast.BaseInline
	span
}

func (*token) Kind() ast.NodeKind           { return tokenKind }
func (t *token) Dump(src []byte, level int) { ast.DumpHelper(t, src, level, nil, nil) }

// tokenParser finds tokens.
type tokenParser struct{}

func (tokenParser) Trigger() []byte { return []byte{'@', '#'} }

func (tokenParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	found, ok := readToken(string(line[:min(len(line), nameReach)]), block.PrecendingCharacter())
	if !ok {
		return nil
	}
	block.Advance(len(found.text))
	return &token{span: found}
}

// textLine is one line of a post as it was written, with what stands before it.
type textLine struct {
	lead, hang string // on its first row, and on those that follow: bars of quotes, marks of lists
	spans      []span
	code       bool // never re-flowed
}

// readText reads the marks of a post.
func readText(body string) []textLine {
	body = strings.Trim(body, "\n")
	if tooMany(body) {
		return asWritten(body)
	}
	hidden, links := hideLinks(closedQuotes(body))
	w := &blocks{src: []byte(hidden), links: links}
	w.inside(markdown.Parse(text.NewReader(w.src)), "", "", 0)
	return w.out
}

// tooMany says whether a text has more marks than anybody means.
func tooMany(body string) bool {
	marks, brackets, starts := 0, 0, 0
	atStart, before := true, byte('\n')
	for i := range len(body) {
		switch c := body[i]; c {
		case '\n':
			atStart, starts = true, 0
		case '*', '_', '~', '`', '>':
			marks++
		case '[':
			brackets++
		}
		c := body[i]
		if atStart = atStart && strings.IndexByte("0123456789.)-+*> \n", c) >= 0; atStart && c != ' ' && (before == ' ' || c == '>') {
			starts++
		}
		if before = c; starts > startLimit {
			return true
		}
	}
	return marks > markLimit || brackets > bracketLimit
}

// hiddenLink stands for a bare link while the marks are read, so that a star or an underscore in
// it is none of them. The number of the link follows, in the ten characters after it. All of them
// are characters that no text can have: the store takes them out.
const hiddenLink, hiddenZero, hiddenNine = '\ufdd0', '\ufdd1', '\ufdda'

// hideLinks puts something in the place of every bare link.
func hideLinks(body string) (hidden string, links []string) {
	body = strings.ReplaceAll(body, string(hiddenLink), "")
	if !strings.Contains(body, "://") {
		return body, nil
	}
	var b strings.Builder
	for _, s := range spans(body) {
		if s.link == "" {
			b.WriteString(s.text)
			continue
		}
		b.WriteRune(hiddenLink)
		for _, digit := range strconv.Itoa(len(links)) {
			b.WriteRune(hiddenZero + digit - '0')
		}
		links = append(links, s.link)
	}
	return b.String(), links
}

// shown puts the links back: the text as spans, each link one of its own.
func shown(s string, on mark, links []string) []span {
	var out []span
	for {
		before, rest, found := strings.Cut(s, string(hiddenLink))
		if before != "" {
			out = append(out, span{text: before, mark: on})
		}
		if !found {
			return out
		}
		n := 0
		s = strings.TrimLeftFunc(rest, func(r rune) bool {
			digit := r >= hiddenZero && r <= hiddenNine
			if digit {
				n = min(n*10+int(r-hiddenZero), len(links))
			}
			return digit
		})
		if n < len(links) {
			out = append(out, span{text: links[n], mark: on | markLink, link: links[n]})
		}
	}
}

// plainly is a text with its links put back, as nothing but text.
func plainly(s string, links []string) string {
	var b strings.Builder
	for _, part := range shown(s, 0, links) {
		b.WriteString(part.text)
	}
	return b.String()
}

// asWritten is a text without marks but for names and links.
func asWritten(body string) []textLine {
	var out []textLine
	for line := range strings.SplitSeq(body, "\n") {
		out = append(out, textLine{spans: spans(line)})
	}
	return out
}

// closedQuotes ends a quote where its last > stands: below one, people go on in their own words.
func closedQuotes(body string) string {
	if !strings.Contains(body, ">") {
		return body
	}
	var b strings.Builder
	quoted, fence := 0, ""
	for line := range strings.SplitAfterSeq(body, "\n") {
		bare := strings.TrimLeft(line, " ")
		switch {
		case fence != "":
			if strings.HasPrefix(bare, fence) {
				fence = ""
			}
		case strings.HasPrefix(bare, "```"), strings.HasPrefix(bare, "~~~"):
			fence = bare[:3]
		}
		depth := 0
		for _, r := range bare {
			if r == '>' {
				depth++
			} else if r != ' ' {
				break
			}
		}
		if depth < quoted && strings.TrimSpace(line) != "" {
			b.WriteString(strings.Repeat(">", depth) + "\n")
		}
		if quoted = depth; fence != "" {
			quoted = 0
		}
		b.WriteString(line)
	}
	return b.String()
}

// blocks turns what was parsed into lines.
type blocks struct {
	src   []byte
	links []string
	out   []textLine
}

// inside reads the blocks in one. lead stands before the first line of the first of them, hang before all others.
func (w *blocks) inside(parent ast.Node, lead, hang string, depth int) {
	first := true
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if !first {
			lead = hang
			if w.blankBefore(n) {
				w.out = append(w.out, textLine{lead: hang, hang: hang})
			}
		}
		first = false
		w.block(n, lead, hang, depth)
	}
	if first && lead != hang { // an empty item
		w.out = append(w.out, textLine{lead: lead, hang: hang})
	}
}

// blankBefore says whether a blank line stands before a block. The parser says so of every block that
// follows a fence.
func (w *blocks) blankBefore(n ast.Node) bool {
	if _, fence := n.PreviousSibling().(*ast.FencedCodeBlock); !fence || !n.HasBlankPreviousLines() {
		return n.HasBlankPreviousLines()
	}
	for n.Type() == ast.TypeBlock && n.Lines().Len() == 0 && n.FirstChild() != nil {
		n = n.FirstChild()
	}
	if n.Type() != ast.TypeBlock || n.Lines().Len() == 0 {
		return true
	}
	above := w.src[:bytes.LastIndexByte(w.src[:n.Lines().At(0).Start], '\n')+1]
	above = bytes.TrimSuffix(above, []byte("\n"))
	return len(bytes.Trim(above[bytes.LastIndexByte(above, '\n')+1:], "> ")) == 0
}

func (w *blocks) block(n ast.Node, lead, hang string, depth int) {
	switch n := n.(type) {
	case *ast.Blockquote:
		if depth >= nestLimit {
			w.inside(n, lead, hang, depth)
			return
		}
		w.inside(n, lead+"│ ", hang+"│ ", depth+1)
	case *ast.List:
		w.list(n, lead, hang, depth)
	case *ast.FencedCodeBlock:
		w.code(n, lead, hang)
	case *ast.Heading:
		w.lines(n, lead, hang, markBold)
	case *ast.ThematicBreak:
		w.out = append(w.out, textLine{lead: lead, hang: hang, spans: []span{{text: "───"}}})
	default:
		w.lines(n, lead, hang, 0)
	}
}

func (w *blocks) list(n *ast.List, lead, hang string, depth int) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if item != n.FirstChild() {
			lead = hang
			if w.blankBefore(item) {
				w.out = append(w.out, textLine{lead: hang, hang: hang})
			}
		}
		sign := "• "
		if n.IsOrdered() {
			sign = w.number(item, strconv.Itoa(number)) + string(n.Marker) + " "
			number++
		}
		if depth >= nestLimit {
			w.inside(item, lead+sign, hang, depth)
			continue
		}
		w.inside(item, lead+sign, hang+strings.Repeat(" ", len([]rune(sign))), depth+1)
	}
}

// number is what was written before an item; somebody who counts 3, 5 means that.
func (w *blocks) number(item ast.Node, count string) string {
	first := item.FirstChild()
	if first == nil || first.Type() != ast.TypeBlock || first.Lines().Len() == 0 {
		return count
	}
	before := bytes.TrimRight(w.src[:first.Lines().At(0).Start], " ")
	if len(before) == 0 {
		return count
	}
	before = before[:len(before)-1]
	digits := len(before)
	for digits > 0 && before[digits-1] >= '0' && before[digits-1] <= '9' {
		digits--
	}
	if digits == len(before) {
		return count
	}
	return string(before[digits:])
}

// code is a fenced block. What stands behind the fence is the name of a language, or text.
func (w *blocks) code(n *ast.FencedCodeBlock, lead, hang string) {
	add := func(line string) {
		w.out = append(w.out, textLine{lead: lead, hang: hang, spans: []span{{text: plainly(strings.TrimRight(line, "\n"), w.links), mark: markCode}}, code: true})
		lead = hang
	}
	if n.Info != nil {
		info := string(n.Info.Segment.Value(w.src))
		if n.Lines().Len() == 0 || len(info) > languageLimit || strings.Contains(info, " ") {
			add(info)
		}
	}
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		add(string(line.Value(w.src)))
	}
}

// lines are the lines of a paragraph, broken where its author broke them.
func (w *blocks) lines(n ast.Node, lead, hang string, on mark) {
	in := inline{src: w.src, links: w.links, lines: [][]span{nil}}
	in.walk(n, on)
	for i, s := range in.lines {
		if hang == "" && lead == "" && len(in.lines) == n.Lines().Len() {
			if pre := w.indent(n.Lines().At(i).Start); pre != "" {
				s = append([]span{{text: pre}}, s...)
			}
		}
		w.out = append(w.out, textLine{lead: lead, hang: hang, spans: s})
		lead = hang
	}
}

// indent is the spaces before a place in the text, where nothing else stands before it on its line.
func (w *blocks) indent(at int) string {
	from := at
	for from > 0 && w.src[from-1] == ' ' {
		from--
	}
	if from > 0 && w.src[from-1] != '\n' {
		return ""
	}
	return string(w.src[from:at])
}

// inline reads the marks within a paragraph.
type inline struct {
	src   []byte
	links []string
	lines [][]span
}

func (in *inline) add(s span) {
	for {
		line, rest, more := strings.Cut(s.text, "\n")
		if line != "" {
			last := len(in.lines) - 1
			in.lines[last] = append(in.lines[last], span{line, s.mark, s.link})
		}
		if !more {
			return
		}
		in.lines = append(in.lines, nil)
		s.text = rest
	}
}

func (in *inline) walk(parent ast.Node, on mark) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			in.text(n, on)
		case *token:
			s := n.span
			s.mark |= on
			in.add(s)
		case *ast.CodeSpan:
			in.walk(n, on|markCode)
		case *ast.Emphasis:
			m := markItalic
			if n.Level > 1 {
				m = markBold
			}
			in.walk(n, on|m)
		case *more.Strikethrough:
			in.walk(n, on|markStrike)
		case *ast.Link:
			in.walk(n, on)
			in.target(n.Destination, n.Title, on)
		case *ast.Image:
			in.add(span{text: "!", mark: on})
			in.walk(n, on)
			in.target(n.Destination, n.Title, on)
		default:
			in.walk(n, on)
		}
	}
}

func (in *inline) text(n *ast.Text, on mark) {
	s := string(n.Segment.Value(in.src))
	if on&markCode != 0 {
		in.add(span{text: plainly(s, in.links), mark: on})
	} else {
		for _, part := range shown(unescape(s), on, in.links) {
			in.add(part)
		}
	}
	if (n.SoftLineBreak() || n.HardLineBreak()) && !strings.HasSuffix(s, "\n") {
		in.lines = append(in.lines, nil)
	}
}

// target shows where a link leads: what its author called it may say something else.
func (in *inline) target(to, title []byte, on mark) {
	in.add(span{text: " (", mark: on})
	where := plainly(string(to), in.links)
	if linkLength(where) == len(where) && (strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://")) {
		in.add(span{text: where, mark: on | markLink, link: where})
	} else {
		in.add(span{text: where, mark: on})
	}
	if len(title) > 0 {
		in.add(span{text: ` "` + plainly(string(title), in.links) + `"`, mark: on})
	}
	in.add(span{text: ")", mark: on})
}

// unescape takes the backslash from before a mark; every other one, as in C:\Users, stays.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\*`, "*", `\_`, "_", `\~`, "~", "\\`", "`", `\[`, "[", `\]`, "]").Replace(s)
}
