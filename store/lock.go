package store

import (
	"context"
	"database/sql"
	"path/filepath"
)

// lockFile is held by the one server of a data folder.
const lockFile = "serve.lock"

// Lock makes this process the only one that serves the folder dir, until unlock or its end.
// ErrTaken if another does. It is a SQLite lock on a file of its own, so that it works alike on
// every system and is gone with the process, however that ends.
func Lock(dir string) (unlock func() error, err error) {
	path := filepath.Join(dir, lockFile)
	db, err := sql.Open("sqlite", "file:"+uriPath(path)+"?_pragma=busy_timeout(0)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err != nil {
		db.Close()
		if busy(err) {
			return nil, &sentence{kind: ErrTaken, cause: err, text: "Another tincan serves " + dir + " already. Stop it first, or choose another folder with --data."}
		}
		return nil, openError(path, err)
	}
	return db.Close, nil
}
