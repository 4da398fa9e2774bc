package server

import (
	"bufio"
	"fmt"
	"strings"

	"tincan/store/archive"
)

// exportMe writes all that is kept about me as a zip. It is not held to the bound of what is printed: it is
// read and sent piece by piece, and everybody is owed the whole of theirs.
func (c *call) exportMe() error {
	if err := c.file("export me > me.zip"); err != nil {
		return err
	}
	w := bufio.NewWriter(c.raw)
	if err := archive.ExportMe(c.ctx, w, c.store, c.me.ID, c.Now()); err != nil {
		return err
	}
	return w.Flush()
}

// exportPlace writes what was said here as a zip, read back before the first byte is sent. For admins; private
// channels and direct conversations come only where a second admin agrees.
func (c *call) exportPlace() error {
	if err := c.file("export > export.zip"); err != nil {
		return err
	}
	o := archive.ExportOptions{Made: c.Now(), Program: c.Program, BOM: c.has(flagBOM), Code: c.flags[flagCode.name]}
	o.Selection.Private = c.has(flagPrivate)
	o.Selection.Channel = c.flags[flagChannel.name]
	var err error
	if o.Selection.Since, o.Selection.Until, err = archive.Days(c.flags[flagFrom.name], c.flags[flagTo.name]); err != nil {
		return &misuse{err.Error()}
	}
	if list := c.flags[flagFormat.name]; list != "" {
		o.Formats = strings.Split(list, ",")
		if err := o.Check(); err != nil {
			return &misuse{"It cannot be exported so: " + err.Error() + "."}
		}
	}
	if !c.exporting.TryLock() {
		return refuse(nil, "Somebody else exports just now. Try again when that is done.")
	}
	defer c.exporting.Unlock()
	w := bufio.NewWriter(c.raw)
	v, err := archive.Stream(c.ctx, c.store, c.me.ID, w, o)
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.aside, v)
	return err
}

// file refuses to write a file onto a terminal.
func (c *call) file(command string) error {
	if c.session.terminal {
		return refuse(nil, "That is a file and cannot be shown here. Write it to one, without -t: %s", c.typed(command))
	}
	return nil
}
