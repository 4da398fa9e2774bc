package store

import (
	"context"
	"strconv"
	"time"
)

const (
	notComeAfter    = 3 * 24 * time.Hour // how long after the invitation somebody is missed
	unansweredAfter = 3 * 24 * time.Hour // how long a question may wait before the board hears of it
	backupEvery     = 7 * 24 * time.Hour // how old the last backup may be

	// overdueFor is how long after the due time answers are missed: whoever is silent for longer has said enough.
	overdueFor = 28 * 24 * time.Hour
)

// WaitKind is what waits for the board.
type WaitKind int

const (
	SecondAdmin   WaitKind = iota // another admin asks for a second one
	NotCome                       // people who were invited and have not come
	OpenReports                   // reported posts
	Overdue                       // answers to must-reads whose due time has passed
	OpenQuestions                 // questions that nobody has answered for days
	NoFigure                      // objectives that cannot be measured as they are
	OneDepartment                 // everybody on the board is from one department
	OneAdmin                      // one admin is left
	BackupFailed                  // the last backup failed
	BackupOld                     // the last one is more than a week old
	NoBackup                      // there is none
)

func (k WaitKind) String() string {
	return [...]string{"second-admin", "not-come", "reports", "overdue-answers", "questions", "no-figure", "one-department", "one-admin", "backup-failed", "backup-old", "no-backup"}[k]
}

// Wait is one thing that waits for the board.
type Wait struct {
	Kind  WaitKind
	Count int    // how many, up to 100; 1 where it is no matter of number
	Name  string // the act, the department, the admin, why the backup failed
	Post  int64  // the announcement, where answers to only one are overdue
}

// Sentence is what waits in words.
func (w Wait) Sentence() string {
	many := func(one, more string) string {
		switch {
		case w.Count == 1:
			return "1 " + one
		case w.Count >= unreadMost:
			return strconv.Itoa(unreadMost-1) + "+ " + more
		}
		return strconv.Itoa(w.Count) + " " + more
	}
	switch w.Kind {
	case SecondAdmin:
		return "A second admin is asked for. It is for " + w.Name + "."
	case OpenReports:
		return many("reported post waits", "reported posts wait") + " for a decision"
	case Overdue:
		return many("answer is overdue.", "answers are overdue.") + " A must-read was due, and not everyone has answered."
	case OpenQuestions:
		return many("question has no answer.", "questions have no answer.") + " They wait for more than three days."
	case NotCome:
		return many("person has not come.", "people have not come.") + " They were invited more than three days ago."
	case NoFigure:
		return many("objective", "objectives") + " cannot be measured yet"
	case OneDepartment:
		return "Everybody on the board is from " + w.Name + ". Ask a second department onto the board."
	case OneAdmin:
		return w.Name + " is the only admin. Ask somebody from another department onto the board."
	case BackupFailed:
		return "The last backup failed. " + w.Name
	case BackupOld:
		return "The last backup is more than a week old"
	}
	return "No backup yet"
}

// Today returns what waits for the board, what people wait for first.
func (s *Store) Today(ctx context.Context, me int64) (list []Wait, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		list, err = t.today(me)
		return err
	})
	return list, err
}

func (t *tx) today(me int64) (list []Wait, err error) {
	asked, err := collect(t, scanID, askedQuery, t.at.Add(-ConsentValid).UnixMilli(), me)
	if err != nil {
		return nil, err
	}
	for _, kind := range asked {
		list = append(list, Wait{Kind: SecondAdmin, Count: 1, Name: ConsentKind(kind).String()})
	}
	for _, part := range []func() ([]Wait, error){t.countsOfToday, func() ([]Wait, error) { return t.overdueToday(me) }, t.boardToday, t.backupToday} {
		more, err := part()
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// askedQuery finds what other admins ask a second one for.
const askedQuery = `SELECT kind FROM consent WHERE used_at = 0 AND at > ? AND answer = 0 AND asked_by <> ? ORDER BY at`

// countsOfToday are the things that are counted, up to 100.
func (t *tx) countsOfToday() (list []Wait, err error) {
	for _, q := range []struct {
		kind  WaitKind
		query string
		args  []any
	}{
		{OpenReports, reportsOpenQuery, []any{unreadMost}},
		{OpenQuestions, `SELECT count(*) FROM (` + staleQuery + `)`, []any{t.at.Add(-unansweredAfter).Unix(), unreadMost}},
		{NotCome, notComeQuery, []any{t.at.Add(-notComeAfter).UnixMilli(), unreadMost}},
		{NoFigure, `SELECT count(*) FROM objective WHERE measure = '' OR baseline IS NULL OR target IS NULL`, nil},
	} {
		var n int
		if err := t.get(q.query, q.args, &n); err != nil {
			return nil, err
		}
		if n > 0 {
			list = append(list, Wait{Kind: q.kind, Count: n})
		}
	}
	return list, nil
}

// overdueToday counts the answers that are missing to must-reads which me may see.
func (t *tx) overdueToday(me int64) ([]Wait, error) {
	var w Wait
	var posts int
	err := t.get(overdueQuery, []any{me, t.at.Add(-overdueFor - announcedFor).UnixMilli(), t.at.Add(-overdueFor).UnixMilli(), t.ms()}, &w.Count, &posts, &w.Post)
	if err != nil || w.Count == 0 {
		return nil, err
	}
	w.Kind, w.Count = Overdue, min(w.Count, unreadMost)
	if posts > 1 {
		w.Post = 0
	}
	return []Wait{w}, nil
}

// overdueQuery reads the few must-reads that were published since ?2 and were due between ?3 and ?4.
const overdueQuery = `SELECT coalesce(sum(a.pending), 0), count(*), coalesce(max(a.post_id), 0) FROM announcement a INDEXED BY announcement_must
	CROSS JOIN post p ON p.id = a.post_id CROSS JOIN channel c ON c.id = p.channel_id LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE a.must_read = 1 AND a.published_at > ?2 AND a.due_at > ?3 AND a.due_at < ?4 AND a.pending > 0
	AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.archived_at = 0 AND (c.private = 0 OR m.person_id IS NOT NULL)`

const notComeQuery = `SELECT count(*) FROM (SELECT 1 FROM person WHERE state = 1 AND bot = 0 AND invited_at > 0 AND invited_at < ? LIMIT +?)`

// staleQuery finds the questions of open channels that nobody has answered, older than ?, one channel after the other.
const staleQuery = `SELECT p.id FROM channel c CROSS JOIN post p WHERE c.private = 0 AND c.archived_at = 0
	AND p.channel_id = c.id AND p.question = 1 AND p.answer_id = 0 AND p.deleted_at = 0 AND p.hidden_at = 0 AND p.id < ? LIMIT +?`

// boardToday says where the board is too few, or all from one place.
func (t *tx) boardToday() ([]Wait, error) {
	board, err := t.board()
	if err != nil || len(board) == 0 {
		return nil, err
	}
	if len(board) == 1 {
		return []Wait{{Kind: OneAdmin, Count: 1, Name: board[0].Display()}}, nil
	}
	for _, p := range board {
		if p.Department == "" || p.Department != board[0].Department {
			return nil, nil
		}
	}
	return []Wait{{Kind: OneDepartment, Count: 1, Name: board[0].Department}}, nil
}

// backupToday says what is wrong with the backups.
func (t *tx) backupToday() ([]Wait, error) {
	b, err := t.backup()
	switch {
	case err != nil:
		return nil, err
	case b.Failed != "":
		return []Wait{{Kind: BackupFailed, Count: 1, Name: b.Failed}}, nil
	case b.At.IsZero():
		return []Wait{{Kind: NoBackup, Count: 1}}, nil
	case t.at.Sub(b.At) > backupEvery:
		return []Wait{{Kind: BackupOld, Count: 1}}, nil
	}
	return nil, nil
}

// StaleQuestions returns up to 200 questions of open channels that nobody has answered for days.
func (s *Store) StaleQuestions(ctx context.Context, me int64) (posts []Post, err error) {
	err = s.read(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		ids, err := collect(t, scanID, staleQuery, t.at.Add(-unansweredAfter).Unix(), MaxPage)
		if err != nil {
			return err
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, err
}
