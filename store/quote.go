package store

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Quote is what somebody wrote in an open channel, without who. Handles in it are replaced.
type Quote struct {
	At         time.Time
	Channel    string
	Text       string
	Department string // of the author then; "a small department" where it has fewer than five people
	Replies    int
}

// aSmallDepartment stands for one with so few people that its name would tell who it was.
const aSmallDepartment = "a small department"

const (
	quoteColumns = `SELECT p.at, c.name, p.body, p.replies, coalesce((SELECT s.department FROM standing s WHERE s.person_id = p.author_id AND s.at <= p.at ORDER BY s.at DESC LIMIT 1), a.department)`
	quotable     = ` CROSS JOIN channel c ON c.id = p.channel_id CROSS JOIN person a ON a.id = p.author_id
		WHERE c.private = 0 AND a.bot = 0 AND p.imported = 0 AND p.hidden_at = 0 AND p.deleted_at = 0 AND p.at >= ?1 AND p.at < ?2`

	openQuestionsQuery = quoteColumns + ` FROM post p` + quotable + ` AND p.question = 1 AND p.answer_id = 0 ORDER BY p.at LIMIT +?3`
	quotedStoriesQuery = quoteColumns + ` FROM tag g CROSS JOIN post p ON p.id = g.post_id` + quotable + ` AND g.name = ?4 ORDER BY p.at LIMIT +?3`
)

// findQuotes reads the open questions and the stories.
func (t *tx) findQuotes(f *Findings) error {
	small := map[string]bool{}
	if _, err := collect(t, func(r *row) (_ struct{}, err error) {
		var department string
		var n int
		err = r.Scan(&department, &n)
		small[department] = n < groupLeast
		return
	}, `SELECT department, count(iif(state IN (1, 2) AND bot = 0, 1, NULL)) FROM person GROUP BY department`); err != nil {
		return err
	}
	from, to := f.bounds()
	quote := func(r *row) (q Quote, err error) {
		var at int64
		err = r.Scan(&at, &q.Channel, &q.Text, &q.Replies, &q.Department)
		q.At, q.Text = fromMS(at), unnamed(q.Text)
		if few, known := small[q.Department]; q.Department != "" && (few || !known) {
			q.Department = aSmallDepartment
		}
		return q, err
	}
	var err error
	if f.Questions, err = collect(t, quote, openQuestionsQuery, from, to, listedMost); err != nil {
		return err
	}
	f.Stories, err = collect(t, quote, quotedStoriesQuery, from, to, listedMost, storyTag)
	return err
}

// unnamed is a text with handles replaced: what is quoted names nobody by their handle.
func unnamed(text string) string {
	var out strings.Builder
	for rest := text; rest != ""; {
		at := strings.IndexByte(rest, '@')
		if at < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:at])
		last, _ := utf8.DecodeLastRuneInString(rest[:at])
		handle := len(rest) - at - 1 - len(strings.TrimLeftFunc(rest[at+1:], inHandle))
		word := rest[at : at+1+handle]
		if handle > 0 && (at == 0 || !inHandle(last)) {
			end := strings.TrimRight(word, "._-")
			word = "@…" + word[len(end):]
		}
		out.WriteString(word)
		rest = rest[at+1+handle:]
	}
	return out.String()
}

// firstLine is the first line of a text that shows anything.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if !blank(line) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
