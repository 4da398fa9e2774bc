package archive

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	more "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads the marks that a page shows as such. HTML, images and links by another name stay as they were written.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	),
)

// marksMost is how many marks a text may have before it is shown as it was written: the parser's work grows with their
// square, and nobody means so many.
const marksMost = 2000

// How a byte of a text is drawn; the names are classes of the style sheet.
const (
	bold uint8 = 1 << iota
	italic
	struck
	code
	fenced
	quoted
	hidden // a mark, which is in the page and not seen: whoever reads the page back finds the text as it was written
)

var classes = [...]string{"b", "i", "s", "c", "f", "q", "m"}

// run is a piece of a text that is drawn alike. Together they are the text, byte by byte.
type run struct{ Text, Class, To string }

// runs cuts a text where it is drawn otherwise.
func runs(body string) (all []run) {
	m := &marked{src: []byte(body), as: make([]uint8, len(body)), links: bareLink.FindAllStringIndex(body, -1)}
	if strings.Count(body, "*")+strings.Count(body, "_")+strings.Count(body, "~")+strings.Count(body, "`")+strings.Count(body, ">") <= marksMost {
		m.walk(markdown.Parse(text.NewReader(m.src)), 0)
	}
	links := m.links
	for _, l := range links {
		clear(m.as[l[0]:l[1]])
	}
	for at := 0; at < len(body); {
		end, to := at+1, ""
		if len(links) > 0 && links[0][0] == at {
			end, to, links = links[0][1], body[at:links[0][1]], links[1:]
		} else {
			for end < len(body) && m.as[end] == m.as[at] && (len(links) == 0 || end < links[0][0]) {
				end++
			}
		}
		all = append(all, run{body[at:end], class(m.as[at]), to})
		at = end
	}
	return all
}

func class(as uint8) string {
	var names []string
	for i, name := range classes {
		if as&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// marked is a text and how its bytes are drawn.
type marked struct {
	src   []byte
	as    []uint8
	links [][]int // from and to of addresses, in which a star or an underscore is no mark
}

func (m *marked) inLink(at int) bool {
	return slices.ContainsFunc(m.links, func(l []int) bool { return l[0] <= at && at < l[1] })
}

func (m *marked) draw(from, to int, as uint8) {
	for i := max(from, 0); i < min(to, len(m.as)); i++ {
		m.as[i] |= as
	}
}

// walk draws what is in a node, and returns from where to where that stands with its marks; from is -1 for nothing.
func (m *marked) walk(parent ast.Node, as uint8) (from, to int) {
	from = -1
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		a, b := m.node(n, as)
		if a < 0 {
			continue
		}
		if from < 0 {
			from = a
		}
		to = b
	}
	return from, to
}

func (m *marked) node(n ast.Node, as uint8) (from, to int) {
	switch n := n.(type) {
	case *ast.Text:
		m.draw(n.Segment.Start, n.Segment.Stop, as)
		return n.Segment.Start, n.Segment.Stop
	case *ast.Emphasis:
		style := italic
		if n.Level > 1 {
			style = bold
		}
		from, to = m.walk(n, as|style)
		return m.around(from, to, n.Level, "*_")
	case *more.Strikethrough:
		from, to = m.walk(n, as|struck)
		wide := 1
		if from > 1 && m.src[from-2] == '~' {
			wide = 2
		}
		return m.around(from, to, wide, "~")
	case *ast.CodeSpan:
		from, to = m.walk(n, as|code)
		wide := 0
		for wide < from && strings.IndexByte(" `", m.src[from-wide-1]) >= 0 && (wide > 0 || m.src[from-1] == '`' || from > 1 && m.src[from-2] == '`') && (wide == 0 || m.src[from-wide-1] == '`') {
			wide++
		}
		return m.around(from, to, wide, " `")
	case *ast.FencedCodeBlock:
		m.fence(n, as)
		return -1, -1
	case *ast.Blockquote:
		return m.walk(n, as|quoted)
	}
	return m.walk(n, as)
}

// around hides the marks on both sides of what stands from … to, where that is what they are.
func (m *marked) around(from, to, wide int, marks string) (int, int) {
	if from < wide || to+wide > len(m.src) || m.inLink(from-1) || m.inLink(to) {
		return from, to
	}
	for _, side := range [][]byte{m.src[from-wide : from], m.src[to : to+wide]} {
		if strings.Trim(string(side), marks) != "" {
			return from, to
		}
	}
	m.draw(from-wide, from, hidden)
	m.draw(to, to+wide, hidden)
	return from - wide, to + wide
}

// fence draws a block of code, and hides the lines that fence it.
func (m *marked) fence(n *ast.FencedCodeBlock, as uint8) {
	lines := n.Lines()
	if lines.Len() == 0 {
		return
	}
	first, last := lines.At(0).Start, lines.At(lines.Len()-1).Stop
	for i := range lines.Len() {
		m.draw(lines.At(i).Start, lines.At(i).Stop, as|fenced)
	}
	if open := strings.LastIndexByte(string(m.src[:max(first-1, 0)]), '\n') + 1; fences(m.src[open:first]) {
		m.draw(open, first, hidden)
	}
	end := len(m.src)
	if i := strings.IndexByte(string(m.src[last:]), '\n'); i >= 0 {
		end = last + i + 1
	}
	if fences(m.src[last:end]) {
		m.draw(last, end, hidden)
	}
}

func fences(line []byte) bool {
	bare := strings.TrimLeft(string(line), " ")
	return strings.HasPrefix(bare, "```") || strings.HasPrefix(bare, "~~~")
}
