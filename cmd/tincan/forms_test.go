//go:build unix

package main

import (
	"database/sql"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// TestFormsSayTheSame compares what the forms that are not read in again say besides the texts, authors and threads that
// every export compares itself: the tables of the CSV row by row with tincan.sqlite, and what stands under the posts of the
// site and of Markdown by its sums.
func TestFormsSayTheSame(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), wholeCompany(t), store.Options{Now: func() time.Time { return demoSunday }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "export")
	if _, err := archive.Export(t.Context(), s, store.Operator, dir, archive.ExportOptions{Made: demoSunday, Formats: []string{"html", "markdown", "csv"}}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const stamp = `iif(%s = 0, '', strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', %s / 1000.0, 'unixepoch'))`
	at := func(column string) string {
		return strings.ReplaceAll(strings.ReplaceAll(stamp, "%s", column), "%%", "%")
	}
	for name, query := range map[string]string{
		"posts": `SELECT p.id, c.name, h.handle, h.name, ` + at("p.at") + `, p.root_id, iif(p.deleted_at > 0, 'deleted', iif(p.hidden_at > 0, 'hidden', '')), p.hidden_why, ` + at("p.edited_at") + `, iif(p.imported, 'yes', ''), iif(p.question, 'yes', ''), iif(p.answer_id > 0, p.answer_id, ''), ` + at("p.pinned_at") + `,
			iif(p.root_id = 0, (SELECT count(*) FROM post r WHERE r.root_id = p.id), 0), (SELECT count(*) FROM reaction r WHERE r.post_id = p.id), iif(p.hidden_at > 0, '', p.body) FROM post p JOIN channel c ON c.id = p.channel_id JOIN person h ON h.id = p.author_id`,
		"versions":  `SELECT v.post_id, ` + at("v.at") + `, v.body FROM version v JOIN post p ON p.id = v.post_id WHERE p.hidden_at = 0`,
		"reactions": `SELECT r.post_id, h.handle, r.reaction FROM reaction r JOIN person h ON h.id = r.person_id`,
		"people":    `SELECT handle, name, department, team, title, iif(bot, 'yes', ''), state, (SELECT count(*) FROM post WHERE author_id = person.id) FROM person`,
		"channels": `SELECT name, shown, purpose, iif(private, 'yes', ''), ` + at("archived_at") + `, ` + at("created_at") + `, (SELECT count(*) FROM post WHERE channel_id = channel.id AND root_id = 0), (SELECT count(*) FROM post WHERE channel_id = channel.id),
			coalesce((SELECT group_concat(h.handle, ' ' ORDER BY h.id) FROM member m JOIN person h ON h.id = m.person_id WHERE m.channel_id = channel.id), ''),
			coalesce((SELECT group_concat(h.handle, ' ' ORDER BY h.id) FROM member m JOIN person h ON h.id = m.person_id WHERE m.channel_id = channel.id AND m.steward), '') FROM channel`,
	} {
		want, got := selected(t, db, query), table(t, filepath.Join(dir, "csv", name+".csv"))
		slices.Sort(want)
		slices.Sort(got)
		for i := range max(len(want), len(got)) {
			if i >= len(want) || i >= len(got) || want[i] != got[i] {
				t.Errorf("%s.csv has %d rows, want %d; the first that differs is\n%q\nwant\n%q", name, len(got), len(want), got[min(i, len(got)-1)], want[min(i, len(want)-1)])
				break
			}
		}
	}

	sum := func(query string) int {
		t.Helper()
		n, err := strconv.Atoi(strings.TrimSpace(selected(t, db, `SELECT coalesce(sum(n), 0) FROM (`+query+`)`)[0]))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for form, note := range map[string]*regexp.Regexp{
		"markdown":    regexp.MustCompile(`(?m)^\*(.*)\*$`),
		"site/thread": regexp.MustCompile(`</div><footer>(.*?)</footer>`),
	} {
		var notes strings.Builder
		all := ""
		err := fs.WalkDir(os.DirFS(dir), form, func(name string, f fs.DirEntry, err error) error {
			if err != nil || f.IsDir() {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			for _, m := range note.FindAllStringSubmatch(string(text), -1) {
				notes.WriteString(m[1] + "\n")
			}
			all += string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for said, query := range map[string]string{
			`\bedited \d`:                  `SELECT edited_at > 0 AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`,
			`\ba question\b`:               `SELECT question AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`,
			`\banswered(?: by \d+|</a>)`:   `SELECT answer_id > 0 AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`,
			`\bpinned\b`:                   `SELECT pinned_at > 0 AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`,
			`\bimported\b`:                 `SELECT imported AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`,
			`\bmust read by \d`:            `SELECT must_read AS n FROM announcement`,
			`(\d+) of \d+ have understood`: `SELECT answer <> 'question' AS n FROM answer`,
			`(\d+) open questions?`:        `SELECT answer = 'question' AS n FROM answer`,
			`[👍❤🎉😄👀✅]\x{fe0f}? (\d+)`:      `SELECT p.hidden_at = 0 AND p.deleted_at = 0 AS n FROM reaction r JOIN post p ON p.id = r.post_id`,
		} {
			got := 0
			for _, m := range regexp.MustCompile(said).FindAllStringSubmatch(notes.String(), -1) {
				n := 1
				if len(m) > 1 {
					n, _ = strconv.Atoi(m[1])
				}
				got += n
			}
			if want := sum(query); got != want || want == 0 && !strings.Contains(said, "open question") {
				t.Errorf("%s says %q %d times, want %d", form, said, got, want)
			}
		}
		if got, want := strings.Count(all, "<summary>What it said before</summary>"), sum(`SELECT edited_at > 0 AND hidden_at = 0 AND deleted_at = 0 AS n FROM post`); form != "markdown" && got != want {
			t.Errorf("%d posts of the site say what they said before, want %d", got, want)
		}
	}
}

// selected are the rows of a query, their cells with tabs between.
func selected(t *testing.T, db *sql.DB, query string) (lines []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, into := make([]string, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Join(cells, "\t"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// table are the rows of a CSV file below its names, without the mark before what a spreadsheet would compute.
func table(t *testing.T, path string) (lines []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range rows[1:] {
		for i, cell := range cells {
			cells[i] = strings.TrimPrefix(cell, "'")
		}
		lines = append(lines, strings.Join(cells, "\t"))
	}
	return lines
}
