package store

import (
	"path/filepath"

	"zombiezen.com/go/sqlite"
)

// lockFile is held by the one server of a data folder.
const lockFile = "serve.lock"

// Lock makes this process the only one that serves the folder dir, until unlock or its end.
// ErrTaken if another does. It is a SQLite lock on a file of its own, so that it works alike on
// every system and is gone with the process, however that ends.
func Lock(dir string) (unlock func() error, err error) {
	path := filepath.Join(dir, lockFile)
	c, err := openConn(uri(path), sqlite.OpenReadWrite|sqlite.OpenCreate, nil)
	if err != nil {
		return nil, openError(path, err)
	}
	c.SetBusyTimeout(0) // whoever serves does so for weeks
	if err := c.run("BEGIN EXCLUSIVE"); err != nil {
		c.Close()
		if busy(err) {
			return nil, &sentence{kind: ErrTaken, cause: err, text: "Another tincan serves " + dir + " already. Stop it first, or choose another folder with --data."}
		}
		return nil, openError(path, err)
	}
	return c.Close, nil
}
