package server

import (
	"bufio"

	"tincan/store/archive"
)

// exportMe writes all that is kept about me as a zip. It is not held to the bound of what is printed: it is
// read and sent piece by piece, and everybody is owed the whole of theirs.
func (c *call) exportMe() error {
	if c.session.terminal {
		return refuse(nil, "That is a file and cannot be shown here. Write it to one, without -t: %s", c.typed("export me > me.zip"))
	}
	w := bufio.NewWriter(c.raw)
	if err := archive.ExportMe(c.ctx, w, c.store, c.me.ID, c.Now()); err != nil {
		return err
	}
	return w.Flush()
}
