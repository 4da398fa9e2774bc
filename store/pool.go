package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"zombiezen.com/go/sqlite"
)

// pool is a fixed set of connections.
type pool struct {
	size int           // connections opened
	turn chan struct{} // holds a token for each that is free
	mu   sync.Mutex
	free []*conn
}

// conn is a connection with the statements it has prepared. It goes past database/sql to SQLite itself: that would
// ask for the name and type of every column at each query, and lock the connection for each value that is read, of which
// a page has a thousand. Whoever has taken a connection from its pool has it alone.
type conn struct {
	*sqlite.Conn
	stmts map[string]*sqlite.Stmt // SQL text → statement; bounded by the queries of this package
}

func openPool(uri string, how sqlite.OpenFlags, pragmas []string, size int) (*pool, error) {
	p := &pool{turn: make(chan struct{}, size)}
	for range size {
		c, err := openConn(uri, how, pragmas)
		if err != nil {
			return p, err
		}
		p.size++
		p.give(c)
	}
	return p, nil
}

// take waits for a connection to be free.
func (p *pool) take() *conn {
	<-p.turn
	return p.last()
}

// last is what whoever has a token takes: the one that was given back last. It has in its memory what is read often,
// and where few read at once, the memory of few is filled.
func (p *pool) last() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free) - 1
	c := p.free[n]
	p.free = p.free[:n]
	return c
}

// give gives a connection back.
func (p *pool) give(c *conn) {
	p.mu.Lock()
	p.free = append(p.free, c)
	p.mu.Unlock()
	p.turn <- struct{}{}
}

// openConn opens a connection and sets it up with pragmas.
func openConn(uri string, how sqlite.OpenFlags, pragmas []string) (*conn, error) {
	opened, err := sqlite.OpenConn(uri, how|sqlite.OpenURI)
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
	if p == nil { // nothing could be opened
		return nil
	}
	for range p.size {
		err = errors.Join(err, p.take().Close())
	}
	return err
}

// setUp runs statements on every connection of a pool that nobody uses yet.
func (p *pool) setUp(statements []string) error {
	for _, c := range p.free {
		for _, q := range statements {
			if err := c.run(q); err != nil {
				return err
			}
		}
	}
	return nil
}

// with runs fn on a connection that is free, in no transaction. ctx interrupts it.
func (p *pool) with(ctx context.Context, fn func(*tx) error) error {
	c := p.take()
	defer p.give(c)
	return c.with(ctx, fn)
}

// with runs fn, which ctx interrupts.
func (c *conn) with(ctx context.Context, fn func(*tx) error) error {
	defer c.SetInterrupt(c.SetInterrupt(ctx.Done()))
	return fn(&tx{conn: c})
}

// inFile runs fn on a connection of its own, in no transaction. ctx interrupts it.
func inFile(ctx context.Context, uri string, how sqlite.OpenFlags, pragmas []string, fn func(*tx) error) error {
	c, err := openConn(uri, how, pragmas)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.with(ctx, fn)
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

// bind gives a statement a parameter: a number, a text, bytes, a truth, or nil.
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

// uri names a file as SQLite's URIs do (sqlite.org/uri.html).
func uri(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

// atRest is uri for a file that nobody changes meanwhile: nothing of it is locked, and nothing written beside it.
func atRest(path string) string { return uri(path) + "?mode=ro&immutable=1" }
