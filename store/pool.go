package store

import (
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
)

// pool is a fixed set of connections.
type pool struct {
	size int // connections opened
	free chan *conn
}

// conn is a connection with the statements it has prepared. It goes past database/sql to SQLite itself: that asks for
// the name and type of every column at each query, and locks the connection for each value that is read, of which a
// page has a thousand. Whoever has taken a connection from its pool has it alone.
type conn struct {
	*sqlite.Conn
	stmts map[string]*sqlite.Stmt // SQL text → statement; bounded by the queries of this package
}

func openPool(path string, how sqlite.OpenFlags, pragmas []string, size int) (pool, error) {
	p := pool{free: make(chan *conn, size)}
	for range size {
		c, err := openConn(path, how, pragmas)
		if err != nil {
			return p, err
		}
		p.size++
		p.free <- c
	}
	return p, nil
}

// openConn opens a connection and sets it up with pragmas.
func openConn(path string, how sqlite.OpenFlags, pragmas []string) (*conn, error) {
	opened, err := sqlite.OpenConn("file:"+uriPath(path), how|sqlite.OpenURI)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: opened, stmts: map[string]*sqlite.Stmt{}}
	c.SetBusyTimeout(busyWait) // first, so that what the pragmas need waits its turn too
	for _, p := range pragmas {
		if err := c.run("PRAGMA " + p); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// close waits for every connection to come back, then closes them.
func (p *pool) close() (err error) {
	for range p.size {
		if closed := (<-p.free).Close(); err == nil {
			err = closed
		}
	}
	return err
}

// query begins a query; whoever has read its rows resets it.
func (c *conn) query(q string, args []any) (*sqlite.Stmt, error) {
	st, err := c.stmt(q)
	if err != nil {
		return nil, err
	}
	if n := st.BindParamCount(); n != len(args) {
		return nil, fmt.Errorf("%d parameters given for the %d of %q", len(args), n, q)
	}
	for i, a := range args {
		if err := bind(st, i+1, a); err != nil {
			return nil, fmt.Errorf("parameter %d of %q: %w", i+1, q, err)
		}
	}
	return st, nil
}

// run runs a statement to its end.
func (c *conn) run(q string, args ...any) error {
	st, err := c.query(q, args)
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		more, err = st.Step()
	}
	st.Reset() // what it says is what Step has said
	return err
}

func (c *conn) stmt(query string) (*sqlite.Stmt, error) {
	if st, ok := c.stmts[query]; ok {
		return st, nil
	}
	st, err := c.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = st
	return st, nil
}

// bind gives a statement a parameter: a number, a text, bytes, a truth, nil, or what database/sql takes for one of them.
func bind(st *sqlite.Stmt, n int, v any) error {
	switch v := v.(type) {
	case nil:
		st.BindNull(n)
	case int64:
		st.BindInt64(n, v)
	case int:
		st.BindInt64(n, int64(v))
	case bool:
		st.BindBool(n, v)
	case string:
		st.BindText(n, v)
	case []byte:
		st.BindBytes(n, v)
	case driver.Valuer:
		is, err := v.Value()
		if err != nil {
			return err
		}
		return bind(st, n, is)
	default: // a type of its own, or a pointer, which is NULL where it is nil
		switch is := reflect.ValueOf(v); is.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			st.BindInt64(n, is.Int())
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			st.BindInt64(n, int64(is.Uint()))
		case reflect.Float64:
			st.BindFloat(n, is.Float())
		case reflect.String:
			st.BindText(n, is.String())
		case reflect.Bool:
			st.BindBool(n, is.Bool())
		case reflect.Pointer:
			if is.IsNil() {
				st.BindNull(n)
				return nil
			}
			return bind(st, n, is.Elem().Interface())
		default:
			return fmt.Errorf("a %T cannot be stored", v)
		}
	}
	return nil
}

// dsn names a file for database/sql, with its pragmas; busy_timeout comes first so that the others wait their turn too.
func dsn(path, params string) string {
	return fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)%s", uriPath(path), busyWait/time.Millisecond, params)
}

// uriPath is a path in SQLite's URI syntax (sqlite.org/uri.html).
func uriPath(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

// readerDSN is for reading beside the store.
func readerDSN(path string) string {
	return dsn(path, "&mode=ro&_pragma=query_only(1)")
}
