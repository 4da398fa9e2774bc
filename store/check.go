package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"zombiezen.com/go/sqlite"
)

// Check reads the whole database in dir and returns what is wrong with it, a sentence each; none
// where it is sound. It changes nothing and works beside a running server. The error is for a
// file that cannot be read at all.
func Check(ctx context.Context, dir string) ([]string, error) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err != nil {
		return nil, refuse(ErrNotFound, "There is no tincan data in %s: %s is missing. Start it once with tincan serve, or name the right folder with --data.", dir, File)
	}
	var structure, rest []string // the one takes as long as all the others, so they go side by side
	var both sync.WaitGroup
	both.Go(func() { structure = look(ctx, path, checks[:1]) })
	if rest = otherVersion(ctx, path); rest == nil {
		both.Go(func() { rest = look(ctx, path, checks[1:]) })
	}
	both.Wait()
	return append(structure, rest...), nil
}

// otherVersion is a sentence about data that another version of the program has written last, of which only the structure
// can be looked at.
func otherVersion(ctx context.Context, path string) []string {
	var have int
	err := inFile(ctx, uri(path), sqlite.OpenReadOnly, nil, func(t *tx) (err error) {
		have, err = t.version()
		return err
	})
	switch {
	case err == nil && have > 0 && have < Schema(): // 0 is that of a file that was never begun
		return []string{"The data is of an older tincan. tincan serve brings it up to date when it starts, and tincan doctor --repair does too. Then look again."}
	case err == nil && have > Schema():
		return []string{newer(have).Error()}
	}
	return nil // whoever looks at a file that cannot be read will say so
}

// checkPragmas give each of the two connections 64 MB: every row is looked for in every index of its table.
var checkPragmas = append(readerPragmas[:1:1], "cache_size(-65536)")

// look runs checks one after the other. A damaged file may stop any of them.
func look(ctx context.Context, path string, checks []check) (wrong []string) {
	what := checks[0].what
	err := inFile(ctx, uri(path), sqlite.OpenReadOnly, checkPragmas, func(t *tx) error {
		for _, c := range checks {
			what = c.what
			found, err := c.run(t)
			if err != nil {
				return err
			}
			wrong = append(wrong, found...)
		}
		return nil
	})
	switch {
	case errors.Is(mapError(err), ErrReadOnly) && !damaged(err):
		wrong = append(wrong, fmt.Sprintf("%s cannot be looked at: %v. Its folder has to be one that can be written to.", path, err))
	case err != nil:
		wrong = append(wrong, fmt.Sprintf("%s cannot be read while looking at its %s: %v. Restore the newest backup.", path, what, err))
	}
	return wrong
}

// check is a query whose every row is something wrong. Its columns fill in the sentence. repair, if there is one,
// makes it right from what cannot be wrong: the rows that are counted.
type check struct {
	what     string
	query    string
	sentence string
	repair   []string
}

var checks = []check{
	{"structure", `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
		"The database is damaged: %v. Stop the server, keep a copy of the folder and restore the newest backup.", nil},
	{"references", `SELECT "table", "parent" FROM pragma_foreign_key_check`,
		"A row of %v names a row of %v that is not there. Keep a copy of the folder and restore the newest backup.", nil},
	{"channels", `SELECT c.name, c.seq, max(p.seq) FROM channel c JOIN post p ON p.channel_id = c.id AND p.root_id = 0 GROUP BY c.id HAVING c.seq < max(p.seq)`, // its last may have been moved away
		"Channel #%v counts %v posts where %v were written; unread counts are off there.",
		[]string{
			`UPDATE channel SET seq = max(seq, coalesce((SELECT max(p.seq) FROM post p WHERE p.channel_id = channel.id AND p.root_id = 0), 0))`,
		}},
	{"members", `SELECT c.name, c.members, count(m.person_id) FROM channel c LEFT JOIN member m ON m.channel_id = c.id GROUP BY c.id HAVING c.members <> count(m.person_id)`,
		"Channel #%v counts %v members where it has %v.",
		[]string{
			`UPDATE channel SET members = (SELECT count(*) FROM member m WHERE m.channel_id = channel.id)`,
		}},
	{"threads", `WITH thread AS MATERIALIZED (SELECT root_id, sum(deleted_at = 0) AS n, max(seq) AS seq, max(CASE deleted_at WHEN 0 THEN id END) AS last FROM post WHERE root_id <> 0 GROUP BY root_id)
		SELECT p.id, p.replies, p.reply_seq, p.last_reply_id, coalesce(t.n, 0), coalesce(t.seq, 0), coalesce(t.last, 0) FROM post p LEFT JOIN thread t ON t.root_id = p.id
		WHERE p.root_id = 0 AND (p.replies <> coalesce(t.n, 0) OR p.reply_seq <> coalesce(t.seq, 0) OR p.last_reply_id <> coalesce(t.last, 0))`,
		"Post %v counts %v replies up to number %v, the last one %v, where it has %v up to number %v, the last one %v.",
		[]string{
			`UPDATE post SET revision = revision + 1, (replies, reply_seq, last_reply_id) =
				(SELECT coalesce(sum(r.deleted_at = 0), 0), coalesce(max(r.seq), 0), coalesce(max(CASE r.deleted_at WHEN 0 THEN r.id END), 0) FROM post r WHERE r.root_id = post.id AND r.root_id <> 0)
				WHERE root_id = 0`,
		}},
	{"first replies", `SELECT p.id, p.heard_at, n FROM (SELECT p.id, p.heard_at, coalesce((SELECT min(r.at) FROM post r JOIN person a ON a.id = r.author_id
			WHERE r.root_id = p.id AND r.root_id <> 0 AND r.author_id <> p.author_id AND r.hidden_at = 0 AND a.bot = 0), 0) AS n
			FROM post p WHERE p.root_id = 0 AND (p.reply_seq > 0 OR p.last_reply_id > 0 OR p.heard_at > 0)) p WHERE p.heard_at <> n`,
		"Post %v was first answered by another at %v where that was at %v; the figures are off.",
		[]string{
			`UPDATE post SET heard_at = coalesce((SELECT min(r.at) FROM post r JOIN person a ON a.id = r.author_id
				WHERE r.root_id = post.id AND r.root_id <> 0 AND r.author_id <> post.author_id AND r.hidden_at = 0 AND a.bot = 0), 0) WHERE root_id = 0`,
		}},
	{"reading positions", `SELECT p.handle, c.name, c.seq - m.read_seq - m.own,
			(SELECT count(*) FROM post r INDEXED BY post_position WHERE r.channel_id = m.channel_id AND r.root_id = 0 AND r.seq > m.read_seq AND r.author_id <> m.person_id AND r.deleted_at = 0) AS n
		FROM member m JOIN person p ON p.id = m.person_id JOIN channel c ON c.id = m.channel_id WHERE c.seq - m.read_seq - m.own <> n OR m.read_seq > c.seq`,
		"%v's reading position in #%v is off: %v posts count as new where %v are.",
		[]string{
			`UPDATE member SET read_seq = min(read_seq, (SELECT seq FROM channel c WHERE c.id = member.channel_id))`,
			`UPDATE member SET own = (SELECT seq FROM channel c WHERE c.id = member.channel_id) - read_seq -
				(SELECT count(*) FROM post r INDEXED BY post_position WHERE r.channel_id = member.channel_id AND r.root_id = 0 AND r.seq > member.read_seq AND r.author_id <> member.person_id AND r.deleted_at = 0)`,
		}},
	{"followed threads", `SELECT h.handle, f.root_id FROM follow f JOIN person h ON h.id = f.person_id JOIN post p ON p.id = f.root_id
		WHERE f.read_seq > p.reply_seq OR f.state > 0 AND (f.state = 2) <> (p.reply_seq - f.read_seq - f.own > 0) OR f.state > 0 AND
			p.reply_seq - f.read_seq - f.own <> CASE f.read_seq WHEN p.reply_seq THEN 0 ELSE
				(SELECT count(*) FROM post r WHERE r.root_id = f.root_id AND r.root_id <> 0 AND r.seq > f.read_seq AND r.author_id <> f.person_id AND r.deleted_at = 0) END`,
		"%v's reading position in thread %v is off.",
		[]string{
			`UPDATE follow SET read_seq = min(read_seq, (SELECT reply_seq FROM post p WHERE p.id = follow.root_id))`,
			`UPDATE follow SET own = (SELECT reply_seq FROM post p WHERE p.id = follow.root_id) - read_seq -
				(SELECT count(*) FROM post r WHERE r.root_id = follow.root_id AND r.root_id <> 0 AND r.seq > follow.read_seq AND r.author_id <> follow.person_id AND r.deleted_at = 0) WHERE state > 0`,
			`UPDATE follow SET state = 1 + ((SELECT reply_seq FROM post p WHERE p.id = follow.root_id) - read_seq - own > 0) WHERE state > 0`,
		}},
	{"reactions", `WITH put AS MATERIALIZED (SELECT post_id, sum(kinds & 1) || '.' || sum(kinds >> 1 & 1) || '.' || sum(kinds >> 2 & 1) || '.' || sum(kinds >> 3 & 1) || '.' || sum(kinds >> 4 & 1) || '.' || sum(kinds >> 5 & 1) AS n
			FROM reaction WHERE kinds <> 0 GROUP BY post_id)
		SELECT p.id, p.reactions, coalesce(n, '') FROM post p LEFT JOIN put ON put.post_id = p.id WHERE p.reactions <> coalesce(n, '')`,
		"Post %v counts the reactions %q where it has %q.",
		[]string{
			`UPDATE post SET revision = revision + 1, reactions = coalesce((SELECT sum(kinds & 1) || '.' || sum(kinds >> 1 & 1) || '.' || sum(kinds >> 2 & 1) || '.' || sum(kinds >> 3 & 1) || '.' || sum(kinds >> 4 & 1) || '.' || sum(kinds >> 5 & 1)
				FROM reaction x WHERE x.post_id = post.id AND x.kinds <> 0), '')`,
		}},
	{"search index", `WITH n AS MATERIALIZED (SELECT (SELECT count(*) FROM search WHERE search MATCH '"=post"') + (SELECT count(*) FROM search_private WHERE search_private MATCH '"=post"') AS has,
			(SELECT count(*) FROM post WHERE deleted_at = 0 AND hidden_at = 0) AS posts,
			(SELECT count(*) FROM search_queue q WHERE q.body IS NOT NULL) AS old,
			(SELECT count(*) FROM search_queue q JOIN post p ON p.id = q.post_id WHERE p.deleted_at = 0 AND p.hidden_at = 0) AS new)
		SELECT has, posts - new + old FROM n WHERE has <> posts - new + old`,
		"Search knows %v posts where it should know %v.",
		indexAnew},
	{"days of posts", `SELECT p.id FROM post p WHERE p.imported = 0 AND p.at / 86400000 IS NOT (SELECT day FROM written WHERE first <= p.id ORDER BY first DESC LIMIT 1) LIMIT 1`,
		"Post %v counts for another day than it was written on; the figures are off.",
		[]string{
			`DELETE FROM written`,
			`INSERT INTO written SELECT id, day FROM (SELECT id, at / 86400000 AS day, lag(at / 86400000) OVER (ORDER BY id) AS before FROM post WHERE imported = 0) WHERE day IS NOT before`,
		}},
	{"announcements", `SELECT a.post_id FROM announcement a LEFT JOIN audience u ON u.post_id = a.post_id AND u.inside = 1 GROUP BY a.post_id
		HAVING a.pending <> count(CASE u.answer WHEN 0 THEN 1 END) OR a.understood <> count(CASE u.answer WHEN 1 THEN 1 END) OR a.questions <> count(CASE u.answer WHEN 2 THEN 1 END) OR a.resolved <> count(CASE u.answer WHEN 3 THEN 1 END)`,
		"Announcement %v counts its answers wrongly.",
		[]string{
			`UPDATE announcement SET (pending, understood, questions, resolved) = (SELECT coalesce(sum(answer = 0), 0), coalesce(sum(answer = 1), 0), coalesce(sum(answer = 2), 0), coalesce(sum(answer = 3), 0) FROM audience u WHERE u.post_id = announcement.post_id AND u.inside = 1)`,
		}},
	{"must-reads", `SELECT p.handle, u.post_id FROM audience u JOIN announcement a ON a.post_id = u.post_id JOIN person p ON p.id = u.person_id WHERE u.waits <> (a.must_read = 1 AND u.inside = 1 AND u.answer = 0)`,
		"What %v has to read is off: announcement %v.",
		[]string{
			`UPDATE audience SET waits = inside * (answer = 0) * (SELECT must_read FROM announcement a WHERE a.post_id = audience.post_id)`,
		}},
	{"replies", `SELECT r.id, r.root_id FROM post r LEFT JOIN post p ON p.id = r.root_id AND p.root_id = 0 AND p.channel_id = r.channel_id WHERE r.root_id <> 0 AND p.id IS NULL`,
		"Reply %v belongs to thread %v, which is not in its channel.", nil},
}

// Repair rebuilds the counters and the search index where Check finds them wrong; what else Check finds needs a
// backup. Each kind is one transaction, and posts written meanwhile wait for it: some seconds for a million of
// them. The index is refilled behind it, and search finds little until that is done. For the Operator and admins.
func (s *Store) Repair(ctx context.Context, me int64) error {
	for _, c := range checks {
		if c.repair == nil {
			continue
		}
		err := s.writeAlways(ctx, func(t *tx) error {
			if err := t.mustRun(me); err != nil {
				return err
			}
			wrong, err := t.has(c.query)
			if err != nil || !wrong {
				return err
			}
			for _, q := range c.repair {
				if err := t.run(q); err != nil {
					return err
				}
			}
			t.emit(Event{Kind: Reload})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c check) run(t *tx) ([]string, error) {
	return collect(t, func(r *row) (string, error) { return fmt.Sprintf(c.sentence, r.values()...), nil }, c.query)
}
