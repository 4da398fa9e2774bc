package store

import (
	"embed"
	"fmt"
	"io/fs"

	"zombiezen.com/go/sqlite/sqlitex"
)

//go:embed migrations/*.sql
var migrations embed.FS

// steps are the names of the migrations, in their order.
func steps() []string {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil { // a pattern that is no pattern
		panic(err)
	}
	return names
}

// Schema is the number of the newest schema that this program knows.
func Schema() int { return len(steps()) }

// migrate brings the database to the newest schema, one transaction a step, forward
// only. PRAGMA user_version holds the number of steps that were taken. A script ends with a statement, not with a comment.
func migrate(c *conn) error {
	names := steps()
	t := &tx{conn: c}
	have, err := t.version()
	if err != nil {
		return err
	}
	if have > len(names) {
		return newer(have)
	}
	for i := have; i < len(names); i++ {
		if err := t.migrate(names[i], i+1); err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
	}
	return nil
}

func (t *tx) version() (v int, err error) {
	err = t.get("PRAGMA user_version", nil, &v)
	return v, err
}

func (t *tx) migrate(name string, version int) error {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	if err := t.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = t.migrateTo(string(script), version)
	if err == nil {
		err = t.run("COMMIT")
	}
	if err != nil {
		t.run("ROLLBACK")
	}
	return err
}

// migrateTo takes a step, unless another process has taken it: two may open a new folder at once.
func (t *tx) migrateTo(script string, version int) error {
	if have, err := t.version(); err != nil || have >= version {
		return err
	}
	if err := sqlitex.ExecScript(t.conn.Conn, script); err != nil {
		return err
	}
	return t.run(fmt.Sprintf("PRAGMA user_version = %d", version))
}
