package server

import (
	"tincan/store/report"
)

// report writes what came of the trial.
func (c *call) report() error {
	format := "md"
	switch {
	case c.has(flagHTML) && c.has(flagCSV):
		return &misuse{"A report is --html or --csv, not both."}
	case c.has(flagHTML):
		if err := c.file("report --html > report.html"); err != nil {
			return err
		}
		format = "html"
	case c.has(flagCSV):
		format = "csv"
	}
	o := report.Options{From: c.flags[flagFrom.name], To: c.flags[flagTo.name], Program: c.Program}
	if !c.session.terminal { // there it would stand in the text
		o.Doing = report.Slowly(c.aside)
	}
	r, err := report.New(c.ctx, c.store, c.me.ID, o)
	if err != nil {
		return err
	}
	return r.Write(c.out, format)
}
