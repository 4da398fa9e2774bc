package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
)

func values(all ...float64) (pointers []*float64) {
	for _, v := range all {
		pointers = append(pointers, &v)
		if v == none {
			pointers[len(pointers)-1] = nil
		}
	}
	return pointers
}

const none = -1 // among values: not known

// The axis ends at or above all values, with few round steps.
func TestAxis(t *testing.T) {
	for _, x := range []struct {
		share           bool
		most, end, step float64
	}{
		{true, 3, 100, 20},
		{true, 100, 100, 20},
		{false, 0, 1, 1},
		{false, 1, 1, 1},
		{false, 5, 5, 1},
		{false, 6, 6, 2},
		{false, 11, 15, 5},
		{false, 26, 30, 10},
		{false, 100, 100, 20},
		{false, 101, 150, 50},
		{false, 4321, 5000, 1000},
	} {
		c := &Chart{Share: x.share, Series: []Series{{Values: values(none, x.most)}}}
		if end, step := c.axis(); end != x.end || step != x.step {
			t.Errorf("up to %v, share %v: %v in steps of %v, want %v and %v", x.most, x.share, end, step, x.end, x.step)
		}
	}
}

// A name is cut to what is as wide as the room, whichever letters it is written in.
func TestCut(t *testing.T) {
	for name, want := range map[string]string{
		"Finance":                "Finance",
		"Production":             "Producti…",
		"Sales and":              "Sales and",
		"Sale s and":             "Sale s a…",
		"Research & Development": "Research…",
		"経理経理経":                  "経理経理…",
		"":                       "",
	} {
		if got := cut(name, 9); got != want {
			t.Errorf("%q is cut to %q, want %q", name, got, want)
		}
	}
}

// What is not known is a gap, and what is out of bounds is drawn at the edge: nothing is drawn outside.
func TestChartIsDrawnInside(t *testing.T) {
	charts := []*Chart{
		{Title: "Of one week", Labels: []string{"1 Jan"}, Series: []Series{{Name: "a", Values: values(3)}}},
		{Title: "With gaps", Share: true, Labels: strings.Fields("a b c d e"), Series: []Series{{Name: "a", Values: values(1, none, 3, 4, none)}, {Name: "b", Values: values(none, none, 130, -7, 0)}, {Name: "c", Values: values(1, 2, 3, 4, 5)}}},
		{Title: "Of names", Share: true, Bars: true, Labels: []string{"<b>&\"", strings.Repeat("W", 200), strings.Repeat("経", 200)}, Series: []Series{{Name: "a", Values: values(1, none, 130)}, {Name: "b", Values: values(-7, 50, 100)}}},
		{Title: "Of years", Labels: strings.Fields(strings.Repeat("week ", 200)), Series: []Series{{Name: "a", Values: values(make([]float64, 200)...)}}},
	}
	for _, c := range charts {
		var drawn bytes.Buffer
		if err := c.svg(1).Render(&drawn); err != nil {
			t.Fatal(err)
		}
		height := 0.0
		texts := 0
		for d := xml.NewDecoder(&drawn); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", c.Title, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			at := map[string]float64{}
			for _, a := range e.Attr {
				at[a.Name.Local], _ = strconv.ParseFloat(a.Value, 64)
				if a.Name.Local == "viewBox" {
					height, _ = strconv.ParseFloat(strings.Fields(a.Value)[3], 64)
				}
				if a.Name.Local == "d" && strings.Count(a.Value, "M") == 0 {
					t.Errorf("%s: the path %q begins nowhere", c.Title, a.Value)
				}
			}
			if e.Name.Local == "text" {
				texts++
			}
			if at["x"] < 0 || at["x"]+at["width"] > chartWidth || at["y"] < 0 || at["y"]+at["height"] > height || at["width"] < 0 {
				t.Errorf("%s: %s reaches outside: %v", c.Title, e.Name.Local, e.Attr)
			}
		}
		if height == 0 || texts == 0 || texts > 60 {
			t.Errorf("%s: %d texts, %v high", c.Title, texts, height)
		}
	}
	var drawn bytes.Buffer
	if err := charts[1].svg(1).Render(&drawn); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{`d="M113.6 196.3M376.0 192.9L507.2 191.2"`, `d="M376.0 28.0L507.2 198.0L638.4 198.0"`} {
		if !strings.Contains(drawn.String(), path) {
			t.Errorf("no %s in %s", path, drawn.String())
		}
	}
}
