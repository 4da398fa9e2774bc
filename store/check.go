package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
)

// Check reads the whole database in dir and returns what is wrong with it, a sentence each; none
// where it is sound. It changes nothing and works beside a running server. The error is for a
// file that cannot be read at all.
func Check(ctx context.Context, dir string) ([]string, error) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err != nil {
		return nil, refuse(ErrNotFound, "There is no tincan data in %s: %s is missing. Start it once with tincan serve, or name the right folder with --data.", dir, File)
	}
	db, err := sql.Open("sqlite", readerDSN(path))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var wrong []string
	for _, c := range checks {
		found, err := c.run(ctx, db)
		if err != nil { // a damaged file may stop any query
			return append(wrong, fmt.Sprintf("%s cannot be read while looking at its %s: %v. Restore the newest backup.", path, c.what, err)), nil
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

// check is a query whose every row is something wrong. Its columns fill in the sentence.
type check struct {
	what     string
	query    string
	sentence string
}

var checks = []check{
	{"structure", `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
		"The database is damaged: %v. Stop the server, keep a copy of the folder and restore the newest backup."},
	{"references", `SELECT "table", "parent" FROM pragma_foreign_key_check`,
		"A row of %v names a row of %v that is not there. Keep a copy of the folder and restore the newest backup."},
	{"channels", `SELECT c.name, c.seq, coalesce(max(p.seq), 0) FROM channel c LEFT JOIN post p ON p.channel_id = c.id AND p.root_id = 0 GROUP BY c.id HAVING c.seq <> coalesce(max(p.seq), 0)`,
		"Channel #%v counts %v posts where %v were written; unread counts are off there."},
	{"members", `SELECT c.name, c.members, count(m.person_id) FROM channel c LEFT JOIN member m ON m.channel_id = c.id GROUP BY c.id HAVING c.members <> count(m.person_id)`,
		"Channel #%v counts %v members where it has %v."},
	{"threads", `SELECT p.id, p.replies, (SELECT count(*) FROM post r WHERE r.root_id = p.id AND r.root_id <> 0 AND r.deleted_at = 0) AS n FROM post p WHERE p.root_id = 0 AND p.replies <> n`,
		"Post %v counts %v replies where it has %v."},
	{"replies", `SELECT r.id, r.root_id FROM post r LEFT JOIN post p ON p.id = r.root_id AND p.root_id = 0 AND p.channel_id = r.channel_id WHERE r.root_id <> 0 AND p.id IS NULL`,
		"Reply %v belongs to thread %v, which is not in its channel."},
}

func (c check) run(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, c.query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var found []string
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		found = append(found, fmt.Sprintf(c.sentence, values...))
	}
	return found, rows.Err()
}
