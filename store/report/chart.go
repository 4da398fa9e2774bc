package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-analyze/charts"
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

const (
	chartWidth  = 720 // as wide as the text of the page, in the pixels of a screen
	lineHeight  = 240
	barHeight   = 22 // for each bar
	barsPadding = 15
	barsRight   = 45 // for the value of a bar that is as long as can be
	barsAround  = 70 // above and below them, for legend and axis
	labelSize   = 10 // of the text, in points; the page draws it smaller, as not every font is as narrow as the one it is measured by
	shareUnit   = 20 // percent from one line to the next
	labelLength = 28 // characters of a name; the table has all of them
	weeksMost   = 13 // labels that fit under a chart
)

// The colours of what is drawn first, second and third: as dark as text to as light as still shows, so that they
// differ on a printer without colours too.
func palette() []charts.Color {
	return []charts.Color{{R: 31, G: 78, B: 140, A: 255}, {R: 214, G: 129, B: 38, A: 255}, {R: 134, G: 168, B: 160, A: 255}}
}

func symbols() []charts.SymbolShape {
	return []charts.SymbolShape{charts.SymbolDot, charts.SymbolSquare, charts.SymbolDiamond}
}

// svg draws the chart. number makes the names inside it its own on the page.
func (c *Chart) svg(number int) (g.Node, error) {
	height := lineHeight
	if c.Bars {
		height = barsAround + barHeight*len(c.Labels)*len(c.Series)
	}
	ink, line := charts.Color{R: 40, G: 40, B: 44, A: 255}, charts.Color{R: 222, G: 222, B: 226, A: 255}
	theme := charts.MakeTheme(charts.ThemeOption{AxisStrokeColor: charts.Color{R: 120, G: 120, B: 126, A: 255}, AxisSplitLineColor: line, BackgroundColor: charts.ColorWhite, TextColor: ink, SeriesColors: palette()})
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: height, Theme: theme})
	draw := c.lines
	if c.Bars {
		draw = c.bars
	}
	if err := draw(p, theme); err != nil {
		return nil, fmt.Errorf("draw %q: %w", c.Title, err)
	}
	drawn, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw %q: %w", c.Title, err)
	}
	_, inside, ok := bytes.Cut(drawn, []byte(">"))
	if !ok {
		return nil, fmt.Errorf("draw %q: no picture", c.Title)
	}
	title, says := fmt.Sprintf("chart%d-title", number), fmt.Sprintf("chart%d-says", number)
	return h.SVG(g.Attr("xmlns", "http://www.w3.org/2000/svg"), h.Role("img"), g.Attr("viewBox", fmt.Sprintf("0 0 %d %d", chartWidth, height)), h.Aria("labelledby", title+" "+says),
		h.TitleEl(h.ID(title), g.Text(c.Title)),
		g.El("desc", h.ID(says), g.Text(c.Says)),
		g.Raw(strings.TrimSuffix(strings.TrimSpace(string(inside)), "</svg>")),
	), nil
}

// names are those of the series, where there is more than one to tell apart.
func (c *Chart) names() (names []string) {
	if len(c.Series) > 1 {
		for _, s := range c.Series {
			names = append(names, s.Name)
		}
	}
	return names
}

// values are the series as they are drawn, with gaps for what is not known.
func (c *Chart) values(gap float64) (all [][]float64) {
	for _, s := range c.Series {
		row := make([]float64, len(s.Values))
		for i, v := range s.Values {
			if row[i] = gap; v != nil {
				row[i] = *v
			}
		}
		all = append(all, row)
	}
	return all
}

// top is the end of the axis of values; nil where the values say it.
func (c *Chart) top() *float64 {
	if c.Share {
		return charts.Ptr(100.0)
	}
	return nil
}

// text is a value on an axis or a bar.
func (c *Chart) text(v float64) string {
	if c.Share {
		return fmt.Sprintf("%.0f %%", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func (c *Chart) lines(p *charts.Painter, theme charts.ColorPalette) error {
	o := charts.NewLineChartOptionWithData(c.values(charts.GetNullValue()))
	o.Theme, o.ValueFormatter, o.LineStrokeWidth = theme, c.text, 2
	for i := range o.SeriesList {
		o.SeriesList[i].Symbol.Shape = symbols()[i%len(symbols())]
	}
	o.XAxis.Labels = nil
	every := (len(c.Labels) + weeksMost - 1) / weeksMost
	for i, l := range c.Labels {
		if i%every > 0 {
			l = ""
		}
		o.XAxis.Labels = append(o.XAxis.Labels, l)
	}
	o.XAxis.LabelCount, o.XAxis.LabelFontStyle = len(c.Labels), charts.NewFontStyleWithSize(labelSize)
	o.YAxis = []charts.YAxisOption{{Min: charts.Ptr(0.0), Max: c.top(), LabelFontStyle: charts.NewFontStyleWithSize(labelSize), SpineLineShow: charts.Ptr(false)}}
	if c.Share {
		o.YAxis[0].Unit = shareUnit
	}
	o.Legend = charts.LegendOption{SeriesNames: c.names(), FontStyle: charts.NewFontStyleWithSize(labelSize)}
	return p.LineChart(o)
}

func (c *Chart) bars(p *charts.Painter, theme charts.ColorPalette) error {
	values := c.values(charts.GetNullValue())
	for _, row := range values { // bars are drawn from below
		slices.Reverse(row)
	}
	o := charts.NewBarChartOptionWithData(values)
	o.Theme, o.Horizontal, o.ValueFormatter = theme, true, c.text
	for i := range o.SeriesList {
		o.SeriesList[i].Label = charts.SeriesLabel{Show: charts.Ptr(true), ValueFormatter: c.text, FontStyle: charts.NewFontStyleWithSize(labelSize)}
	}
	o.CategoryAxis.Labels, o.Padding = nil, charts.NewBox(barsPadding, barsPadding, barsRight, barsPadding)
	for _, l := range c.Labels {
		if r := []rune(l); len(r) > labelLength {
			l = strings.TrimSpace(string(r[:labelLength-1])) + "…"
		}
		o.CategoryAxis.Labels = append(o.CategoryAxis.Labels, l)
	}
	slices.Reverse(o.CategoryAxis.Labels)
	o.CategoryAxis.LabelFontStyle = charts.NewFontStyleWithSize(labelSize)
	o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), Max: c.top(), LabelFontStyle: charts.NewFontStyleWithSize(labelSize)}}
	if c.Share {
		o.ValueAxis[0].Unit = shareUnit
	}
	o.Legend = charts.LegendOption{SeriesNames: c.names(), FontStyle: charts.NewFontStyleWithSize(labelSize)}
	return p.BarChart(o)
}
