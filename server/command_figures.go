package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// figureLine is a figure as --json prints it. What is not known or not shown is null.
type figureLine struct {
	ID          string   `json:"id"`
	Value       *float64 `json:"value"` // in percent, hours, or a number
	Numerator   *int     `json:"numerator"`
	Denominator *int     `json:"denominator"`
	People      *int     `json:"people"` // in the group that it is about; 0 for none
	Suppressed  bool     `json:"suppressed"`
}

// figures prints every measure of a time: of everyone, of a department, or of a channel.
func (c *call) figures() error {
	q := store.FigureQuery{Department: c.flags[flagDepartment.name]}
	if name, given := c.flags[flagChannel.name]; given {
		ch, err := c.store.Channel(c.ctx, c.me.ID, name)
		if err != nil {
			return err
		}
		q.Channel = ch.ID
	}
	var err error
	if q.Window, err = c.store.FigureWindow(c.ctx, c.me.ID, q.Channel, c.flags[flagFrom.name], c.flags[flagTo.name]); err != nil {
		return err
	}
	if c.has(flagCSV) {
		return c.figureTable(q)
	}
	figures, err := c.store.Figures(c.ctx, c.me.ID, q)
	if err != nil {
		return err
	}
	if !c.has(flagJSON) {
		c.say("%s\n", q.Window)
	}
	for _, f := range figures {
		if c.has(flagJSON) {
			err = c.object(asFigure(f))
		} else {
			err = c.say("%s\n%13s%s", strings.TrimRight(fmt.Sprintf("%-12s %-36s %16s  %s", f.ID, f.Name(), f.Text(), parts(f)), " "), "", f.Says())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// figureTable prints the figures of a time, of each of its weeks, and of each department.
func (c *call) figureTable(q store.FigureQuery) error {
	sheet, err := c.store.FigureSheet(c.ctx, c.me.ID, q)
	if err != nil {
		return err
	}
	t := archive.NewTable(c.out, "of", "name", "from", "to", "id", "figure", "value", "unit", "numerator", "denominator", "people", "suppressed")
	rows := func(of, name string, w store.Window, figures []store.Figure) {
		for _, f := range figures {
			cells := []string{of, name, w.From.Format(time.DateOnly), w.To.Add(-time.Millisecond).Format(time.DateOnly), f.ID, f.Name(), "", f.Unit(), "", "", "", strconv.FormatBool(f.Suppressed)}
			if !f.Suppressed {
				cells[8], cells[9], cells[10] = strconv.Itoa(f.Numerator), strconv.Itoa(f.Denominator), strconv.Itoa(f.People)
				if f.Known {
					cells[6] = strconv.FormatFloat(f.Value, 'f', -1, 64)
				}
			}
			t.Row(cells...)
		}
	}
	of, name := "all", ""
	switch {
	case q.Department != "":
		of, name = "department", q.Department
	case q.Channel != 0:
		of, name = "channel", c.flags[flagChannel.name]
	}
	rows(of, name, sheet.Window, sheet.Whole)
	for _, w := range sheet.Weeks {
		rows("week", name, w.Window, w.Figures)
	}
	for _, d := range sheet.Departments {
		rows("department", d.Name, d.Window, d.Figures)
	}
	return t.Close()
}

func asFigure(f store.Figure) figureLine {
	line := figureLine{ID: f.ID, Suppressed: f.Suppressed}
	if !f.Suppressed {
		line.Numerator, line.Denominator, line.People = &f.Numerator, &f.Denominator, &f.People
		if f.Known {
			line.Value = &f.Value
		}
	}
	return line
}

// parts says what a figure was made of.
func parts(f store.Figure) string {
	switch {
	case f.Suppressed || !f.Known:
		return ""
	case f.ID == "B2" || f.ID == "S1.refused":
		return ""
	case f.Unit() == "%" || f.Unit() == "n":
		return fmt.Sprintf("%d of %d", f.Numerator, f.Denominator)
	}
	return fmt.Sprintf("of %d", f.Denominator)
}
