package report

import (
	"fmt"
	"math"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Chart is figures side by side. What it shows stands in a table too.
type Chart struct {
	Title  string
	Says   string // what can be seen, for those who hear it
	Labels []string
	Series []Series
	Bars   bool // lying bars, for names; else lines, for weeks
	Share  bool // in percent, from 0 to 100
}

// Series is a row of values; nil is none.
type Series struct {
	Name   string
	Values []*float64
}

// known reports whether there is anything to draw.
func (c *Chart) known() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != nil {
				return true
			}
		}
	}
	return false
}

// Sizes in the pixels of a screen.
const (
	chartWidth = 720 // as wide as the text of the page
	linesHigh  = 170 // from nought to the top
	barHigh    = 14
	barApart   = 3   // between the bars of one name
	namesApart = 12  // between the bars of two names
	keyHigh    = 28  // the names of what is drawn, above it
	axisHigh   = 26  // the text below
	axisWide   = 48  // the values beside lines
	linesRight = 16  // half of the text below the last week
	barsRight  = 48  // the value of a bar that is as long as can be
	lineWide   = 2   // of a line
	symbolWide = 7   // of what stands on it
	letterWide = 6.6 // of the widest usual font, on average
	middle     = 4   // from the middle of a letter to the line that it stands on
	nameMost   = 40  // letters of a name; the table has all of them
	weeksMost  = 13  // labels that fit under a chart
	stepsMost  = 5   // of the axis of values
)

// inks are the colours of what is drawn first, second and third: as dark as text to as light as still shows, so that
// they differ on a printer without colours too.
var inks = [...]string{"#1f4e8c", "#d68126", "#86a8a0"}

// symbols stand on lines; as letters, in the key.
var symbols = [...]string{"●", "■", "◆"}

// svg draws the chart. number makes the names inside it its own on the page.
func (c *Chart) svg(number int) g.Node {
	var d drawing
	top := 8.0
	if len(c.Series) > 1 {
		c.key(&d)
		top = keyHigh
	}
	bottom := 0.0
	if c.Bars {
		bottom = c.bars(&d, top)
	} else {
		bottom = c.lines(&d, top)
	}
	title, says := fmt.Sprintf("chart%d-title", number), fmt.Sprintf("chart%d-says", number)
	return h.SVG(g.Attr("xmlns", "http://www.w3.org/2000/svg"), h.Role("img"), g.Attr("viewBox", fmt.Sprintf("0 0 %d %.0f", chartWidth, bottom)), h.Aria("labelledby", title+" "+says),
		h.TitleEl(h.ID(title), g.Text(c.Title)),
		g.El("desc", h.ID(says), g.Text(c.Says)),
		g.Group(d),
	)
}

// key names what is drawn, in one line of text, which finds its own room.
func (c *Chart) key(d *drawing) {
	var parts g.Group
	for i, s := range c.Series {
		symbol := symbols[1]
		if !c.Bars {
			symbol = symbols[i]
		}
		parts = append(parts, g.El("tspan", g.If(i > 0, g.Attr("dx", "18")), g.Attr("fill", inks[i]), g.Text(symbol)), g.Text(" "+s.Name))
	}
	d.add("text", parts, "x", 0, "y", 12)
}

// axis is where the values of a chart end, and how far its steps are apart. What is no share is a number of things.
func (c *Chart) axis() (end, step float64) {
	if c.Share {
		return 100, 20
	}
	most := 1.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != nil {
				most = max(most, *v)
			}
		}
	}
	step = 1
	for i := 0; most > stepsMost*step; i++ {
		step *= [...]float64{2, 2.5, 2}[i%3] // 1, 2, 5, 10 and so on
	}
	return step * math.Ceil(most/step), step
}

// text is a value on an axis or a bar.
func (c *Chart) text(v float64) string {
	if c.Share {
		return fmt.Sprintf("%.0f %%", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// lines draws values by week, and returns where it ends below.
func (c *Chart) lines(d *drawing, top float64) (bottom float64) {
	end, step := c.axis()
	floor := top + linesHigh
	for v := 0.0; v <= end; v += step {
		y := floor - v/end*linesHigh
		d.line(v == 0, axisWide, y, chartWidth, y)
		d.text("end", axisWide-8, y+middle, c.text(v))
	}
	wide := float64(chartWidth-axisWide-linesRight) / float64(len(c.Labels))
	every := (len(c.Labels) + weeksMost - 1) / weeksMost
	for i, label := range c.Labels {
		if i%every == 0 {
			d.text("middle", axisWide+(float64(i)+0.5)*wide, floor+axisHigh-8, label)
		}
	}
	for i, s := range c.Series {
		var line, marks strings.Builder
		pen := "M" // up, until there is a value
		for j, v := range s.Values {
			if v == nil {
				pen = "M"
				continue
			}
			x, y := axisWide+(float64(j)+0.5)*wide, floor-min(max(*v/end, 0), 1)*linesHigh
			fmt.Fprintf(&line, "%s%.1f %.1f", pen, x, y)
			pen = "L"
			marks.WriteString(mark(i, x, y))
		}
		d.add("path", g.Group{g.Attr("fill", "none"), g.Attr("stroke", inks[i])}, "stroke-width", lineWide, "d", line.String())
		d.add("path", g.Attr("fill", inks[i]), "d", marks.String())
	}
	return floor + axisHigh
}

// mark is the path of a symbol around a point.
func mark(series int, x, y float64) string {
	const r = symbolWide / 2.0
	switch symbols[series] {
	case "●":
		return fmt.Sprintf("M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0z", x-r, y, r, r, 2*r, r, r, -2*r)
	case "■":
		return fmt.Sprintf("M%.1f %.1fh%.1fv%.1fh%.1fz", x-r, y-r, 2*r, 2*r, -2*r)
	}
	return fmt.Sprintf("M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz", x-r, y, r, -r, r, r, -r, r)
}

// bars draws lying bars by name, and returns where it ends below.
func (c *Chart) bars(d *drawing, top float64) (bottom float64) {
	names := make([]string, len(c.Labels))
	widest := 0
	for i, label := range c.Labels {
		names[i] = cut(label, nameMost)
		widest = max(widest, letters(names[i]))
	}
	left := letterWide*float64(widest) + 12
	wide := chartWidth - barsRight - left
	each := float64(len(c.Series)*(barHigh+barApart) - barApart + namesApart)
	floor := top + each*float64(len(names))
	end, step := c.axis()
	for v := 0.0; v <= end; v += step {
		x := left + v/end*wide
		d.line(v == 0, x, top, x, floor)
		d.text("middle", x, floor+axisHigh-10, c.text(v))
	}
	for i, name := range names {
		y := top + each*float64(i) + namesApart/2
		d.text("end", left-8, y+(each-namesApart)/2+middle, name)
		for j, s := range c.Series {
			if v := s.Values[i]; v != nil {
				long := min(max(*v/end, 0), 1) * wide
				d.add("rect", g.Attr("fill", inks[j]), "x", left, "y", y, "width", long, "height", barHigh)
				d.text("start", left+long+6, y+barHigh/2+middle, c.text(*v))
			}
			y += barHigh + barApart
		}
	}
	return floor + axisHigh
}

// letters is how many letters of Latin a text is as wide as. From Korean on they are as wide as two, or little less.
func letters(s string) (n int) {
	for _, r := range s {
		n += 1 + min(int(r/0x1100), 1)
	}
	return n
}

// cut is as much of a text as is no wider than so many letters.
func cut(s string, most int) string {
	if letters(s) <= most {
		return s
	}
	runes := []rune(s)
	for letters(string(runes)) > most-1 {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// drawing is what is inside an SVG, counted from the upper left.
type drawing g.Group

// add draws an element with what is in it, and attributes by name and value.
func (d *drawing) add(element string, in g.Node, attributes ...any) {
	all := g.Group{}
	for i := 0; i < len(attributes); i += 2 {
		value := fmt.Sprint(attributes[i+1])
		if v, ok := attributes[i+1].(float64); ok {
			value = fmt.Sprintf("%.1f", v)
		}
		all = append(all, g.Attr(attributes[i].(string), value))
	}
	*d = append(*d, g.El(element, all, in))
}

// line draws one of the grid, or the axis.
func (d *drawing) line(axis bool, x1, y1, x2, y2 float64) {
	class := "grid"
	if axis {
		class = "axis"
	}
	d.add("line", h.Class(class), "x1", x1, "y1", y1, "x2", x2, "y2", y2)
}

// text writes to the start, the middle or the end that x is.
func (d *drawing) text(anchor string, x, y float64, s string) {
	d.add("text", g.Group{g.Attr("text-anchor", anchor), g.Text(s)}, "x", x, "y", y)
}
