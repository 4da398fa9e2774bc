package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
)

// pool is a fixed set of connections, each with the statements it has prepared. database/sql's
// own pool cannot prepare a statement for the one writer while that is inside a transaction.
type pool struct {
	db   *sql.DB
	size int // connections opened
	free chan *conn
}

type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt // SQL text → statement; bounded by the queries of this package
}

func openPool(ctx context.Context, dsn string, size int) (pool, error) {
	p := pool{free: make(chan *conn, size)}
	var err error
	if p.db, err = sql.Open("sqlite", dsn); err != nil {
		return p, err
	}
	for range size {
		c, err := p.db.Conn(ctx)
		if err != nil {
			return p, err
		}
		p.size++
		p.free <- &conn{Conn: c, stmts: map[string]*sql.Stmt{}}
	}
	return p, nil
}

// waitOurselves turns SQLite's own waiting for a lock off: begin does it.
func (p *pool) waitOurselves(ctx context.Context) error {
	c := <-p.free
	defer func() { p.free <- c }()
	_, err := c.ExecContext(ctx, "PRAGMA busy_timeout = 0")
	return err
}

// close waits for every connection to come back, then closes them.
func (p *pool) close() error {
	if p.db == nil {
		return nil
	}
	for range p.size {
		c := <-p.free
		for _, st := range c.stmts {
			st.Close()
		}
		c.Close()
	}
	return p.db.Close()
}

func (c *conn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := c.stmts[query]; ok {
		return st, nil
	}
	st, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	c.stmts[query] = st
	return st, nil
}

// dsn names a file for SQLite's URI syntax (sqlite.org/uri.html), with its pragmas; busy_timeout
// comes first so that the others wait their turn too.
func dsn(path, params string) string {
	return "file:" + uriPath(path) + "?_pragma=busy_timeout(5000)" + params
}

func uriPath(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

func writerDSN(path string) string {
	return dsn(path, "&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(0)")
}

func readerDSN(path string) string {
	return dsn(path, "&mode=ro&_pragma=query_only(1)")
}
