package store_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tincan/store"
)

// The generated company. Its shape is the same at every size; only its past grows.
const (
	genVersion  = 10 // raised when generate writes something else
	genPeople   = 2000
	genChannels = 200
	genFew      = 12             // channels that most people are in
	genMany     = 30             // channels that every tenth person is in
	genReplies  = 200            // replies of the one long thread
	genStart    = 1_640_000_000  // Unix second of the first post
	genStep     = 100            // seconds between posts: a million end before today
	genThread   = genReplies * 5 // the long thread begins so many posts before the newest
	genWords    = 40_000         // words in use
	genInbox    = 100            // entries in everyone's inbox
	genSaved    = 20             // posts that everyone has saved
)

type genPost struct {
	id, root                     int64 // root 0: a root
	channel, author              int
	seq, replies, replySeq, last int64
	to, heard                    int64 // whose post it answers; when somebody else first replied
	repliers                     []int // authors of its replies, in order
}

// late is how many milliseconds after its second it was written: any, as in life.
func (p *genPost) late() int64 { return p.id / genStep % 1000 }

type genMember struct {
	person, channel int
	readSeq, own    int64
}

// company is a generated past before it is written down.
type company struct {
	rng     *rand.Rand
	posts   []*genPost
	long    *genPost // the thread of genReplies replies
	members []genMember
	inside  [][]int      // channel → people in it
	roots   [][]*genPost // channel → its roots
}

// generate writes a database of n posts into dir, straight into the real schema, with every counter right.
func generate(ctx context.Context, dir string, n int) error {
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	// A file that is not kept unless it is whole needs no log, and its indexes grow everywhere at once: at ten million
	// posts they have to fit into memory.
	db, err := rawDB(dir, "&_pragma=synchronous(OFF)&_pragma=journal_mode(OFF)&_pragma=cache_size(-2000000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	c := imagine(n)
	for _, fill := range []func(*sql.Tx) error{c.writePeople, c.writeChannels, c.writePosts, c.writeMembers, c.writeFollows, c.writeInboxes, indexAll} {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := fill(tx); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// imagine makes up who is where and who says what to whom.
func imagine(n int) *company {
	c := &company{
		rng:    rand.New(rand.NewPCG(1, 2)),
		inside: make([][]int, genChannels+1),
		roots:  make([][]*genPost, genChannels+1),
	}
	for person := 1; person <= genPeople; person++ {
		in := genFew
		if person%10 == 0 {
			in = genMany
		}
		channels := []int{1, 2}                                              // #everyone and #announcements
		for at := c.rng.IntN(genChannels - 2); len(channels) < in; at += 7 { // 7 and 198 share no factor
			channels = append(channels, at%(genChannels-2)+3)
		}
		for _, ch := range channels {
			c.inside[ch] = append(c.inside[ch], person)
			c.members = append(c.members, genMember{person: person, channel: ch})
		}
	}
	for i := range n {
		c.say(i, n)
	}
	for i := range c.members {
		c.readSome(&c.members[i])
	}
	return c
}

// say adds the i-th of n posts: a third are roots, the others answer a recent one.
func (c *company) say(i, n int) {
	p := &genPost{id: genStart + int64(i)*genStep, channel: 1 + c.rng.IntN(genChannels)}
	late := i - (n - genThread)
	switch {
	case i%10 == 0:
		p.channel = 1 // #everyone is the liveliest
	}
	switch {
	case late == 0:
		p.channel = 1
		c.long = p
	case late > 0 && late <= genReplies:
		p.channel, p.root = 1, c.long.id
	}
	p.author = c.inside[p.channel][c.rng.IntN(len(c.inside[p.channel]))]
	roots := c.roots[p.channel]
	root := c.long
	if p.root == 0 && p != c.long && len(roots) > 0 && c.rng.IntN(3) > 0 {
		if root = roots[len(roots)-1-c.rng.IntN(min(20, len(roots)))]; root != c.long {
			p.root = root.id
		}
	}
	if p.root == 0 {
		p.seq = int64(len(roots) + 1)
		c.roots[p.channel] = append(roots, p)
	} else {
		root.replies++
		root.replySeq++
		root.last, p.seq = p.id, root.replySeq
		p.to = int64(root.author)
		if root.heard == 0 && root.author != p.author {
			root.heard = p.id*1000 + p.late()
		}
		root.repliers = append(root.repliers, p.author)
	}
	c.posts = append(c.posts, p)
}

// readSome leaves up to forty of the newest roots unread.
func (c *company) readSome(m *genMember) {
	roots := c.roots[m.channel]
	unread := min(len(roots), c.rng.IntN(40))
	m.readSeq = int64(len(roots) - unread)
	for _, p := range roots[m.readSeq:] {
		if p.author == m.person {
			m.own++
		}
	}
}

func (c *company) writePeople(tx *sql.Tx) error {
	return insert(tx, `INSERT INTO person (id, handle, name, department, state, created_at, came_at) VALUES (?, ?, ?, ?, 2, 1, 1)`, genPeople, func(i int) []any {
		return []any{i + 1, genHandle(i + 1), fmt.Sprintf("Person %d", i+1), fmt.Sprintf("Department %d", i%12)}
	})
}

func genHandle(person int) string { return fmt.Sprintf("person%d", person) }

func (c *company) writeChannels(tx *sql.Tx) error {
	err := insert(tx, `INSERT INTO channel (id, name, private, created_at, created_by) VALUES (?, ?, ?, 1, 0)`, genChannels-2, func(i int) []any {
		return []any{i + 3, fmt.Sprintf("channel-%d", i+3), i%10 == 0}
	})
	if err != nil {
		return err
	}
	return insert(tx, `UPDATE channel SET seq = ?, members = ? WHERE id = ?`, genChannels, func(i int) []any {
		return []any{len(c.roots[i+1]), len(c.inside[i+1]), i + 1}
	})
}

func (c *company) writePosts(tx *sql.Tx) error {
	zipf := rand.NewZipf(c.rng, 1.07, 3, genWords-1) // as words are in any language: few are everywhere, most are rare
	return insert(tx, `INSERT INTO post (id, channel_id, root_id, author_id, seq, body, late, replies, reply_seq, last_reply_id, question, to_id, heard_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, len(c.posts), func(i int) []any {
		p := c.posts[i]
		if i%genBatch == 0 { // as the indexer empties it: a queue of all would leave its pages in the file
			if _, err := tx.Exec(`DELETE FROM search_queue`); err != nil {
				panic(err)
			}
		}
		var body []string
		for range 10 + c.rng.IntN(20) {
			body = append(body, genWord(int(zipf.Uint64())))
		}
		switch {
		case i%50 == 0:
			body = append(body, fmt.Sprintf("#topic%d", c.rng.IntN(40)))
		case i%20 == 1:
			body = append(body, fmt.Sprintf("https://example.com/%d", i))
		case i%2000 == 2:
			body = append(body, "the yearly budget of everyone")
		case i%2500 == 3:
			body = append(body, "zanzibar")
		}
		return []any{p.id, p.channel, p.root, p.author, p.seq, strings.Join(body, " "), p.late(), p.replies, p.replySeq, p.last, p.root == 0 && i%100 == 4, p.to, p.heard}
	})
}

// genWord is the n-th most frequent word.
func genWord(n int) string {
	common := strings.Fields("the to of and a in is it you that for on was with as are we this be have not at but or they from will can one all")
	if n < len(common) {
		return common[n]
	}
	syllables := strings.Fields("ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bran cher dorf glen stri")
	var word strings.Builder
	for ; n > 0; n /= len(syllables) {
		word.WriteString(syllables[n%len(syllables)])
	}
	return word.String()
}

func (c *company) writeMembers(tx *sql.Tx) error {
	return insert(tx, `INSERT INTO member (person_id, channel_id, read_seq, own, joined_at) VALUES (?, ?, ?, ?, 1)`, len(c.members), func(i int) []any {
		m := c.members[i]
		return []any{m.person, m.channel, m.readSeq, m.own}
	})
}

// writeFollows lets everyone follow where they take part; one in fifty has read nothing of it.
func (c *company) writeFollows(tx *sql.Tx) error {
	type follow struct {
		person int
		root   *genPost
		own    int64
	}
	var all []follow
	for _, p := range c.posts {
		if p.replies == 0 {
			continue
		}
		own := map[int]int64{p.author: 0}
		for _, r := range p.repliers {
			own[r]++
		}
		for person, n := range own {
			all = append(all, follow{person, p, n})
		}
	}
	slices.SortFunc(all, func(a, b follow) int {
		return cmp.Or(cmp.Compare(a.root.id, b.root.id), cmp.Compare(a.person, b.person))
	})
	return insert(tx, `INSERT INTO follow (person_id, root_id, state, read_seq, own) VALUES (?, ?, ?, ?, ?)`, len(all), func(i int) []any {
		f := all[i]
		if i%50 == 0 {
			state := 1
			if f.root.replySeq > f.own {
				state = 2
			}
			return []any{f.person, f.root.id, state, 0, f.own}
		}
		return []any{f.person, f.root.id, 1, f.root.replySeq, 0}
	})
}

// genBatch is how many posts the store's own indexer takes at once. What it writes of them is a segment of the index, and
// how the segments were merged is half of what searching and indexing cost.
const genBatch = 200

// indexAll does what the indexer does.
func indexAll(tx *sql.Tx) error {
	rows, err := tx.Query(`SELECT p.id, p.body, p.channel_id, p.author_id, c.private, p.question FROM post p JOIN channel c ON c.id = p.channel_id ORDER BY p.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var batches [2][][]any // of open and of private channels
	write := func() error {
		for i, table := range []string{"search", "search_private"} {
			for _, args := range slices.Backward(batches[i]) { // a rowid lower than the last ends a segment
				if _, err := tx.Exec(`INSERT INTO `+table+` (rowid, words) VALUES ((1 << 34) - ?, ?)`, args...); err != nil {
					return err
				}
			}
			batches[i] = batches[i][:0]
			if _, err := tx.Exec(`INSERT INTO ` + table + ` (` + table + `, rank) VALUES ('merge', 128)`); err != nil {
				return err
			}
		}
		return nil
	}
	n := 0
	for rows.Next() {
		var id, channel, author int64
		var body string
		var private, question bool
		if err := rows.Scan(&id, &body, &channel, &author, &private, &question); err != nil {
			return err
		}
		in := &batches[0]
		if private {
			in = &batches[1]
		}
		*in = append(*in, []any{id, store.SearchWords(body, channel, author, private, question)})
		if n++; n%genBatch == 0 {
			if err := write(); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(rows.Err(), write()); err != nil {
		return err
	}
	_, err = tx.Exec(`DELETE FROM search_queue`)
	return err
}

// writeInboxes gives people something of each kind, and something saved, among the newest posts.
func (c *company) writeInboxes(tx *sql.Tx) error {
	people := min(genPeople, len(c.posts)/10)
	newest := func(k int) int64 { return c.posts[max(0, len(c.posts)-1-k*7%len(c.posts))].id }
	if err := insert(tx, `INSERT INTO inbox (person_id, kind, post_id, by_id, at, unread) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, people*genInbox, func(i int) []any {
		person, k := i/genInbox+1, i%genInbox
		return []any{person, k % 4, newest(person + 3*k), (person+k)%genPeople + 1, newest(k) * 1000, k%10 == 0}
	}); err != nil {
		return err
	}
	return insert(tx, `INSERT INTO saved VALUES (?, ?, 1) ON CONFLICT DO NOTHING`, people*genSaved, func(i int) []any {
		return []any{i/genSaved + 1, newest(i/genSaved + i%genSaved)}
	})
}

// insert runs one statement n times.
func insert(tx *sql.Tx, query string, n int, args func(i int) []any) error {
	st, err := tx.Prepare(query)
	if err != nil {
		return err
	}
	defer st.Close()
	for i := range n {
		if _, err := st.Exec(args(i)...); err != nil {
			return err
		}
	}
	return nil
}

// generated is a folder with a database of n posts, made once for this schema and kept for the next run.
// It is only to be read; take a copy to write.
func generated(t testing.TB, n int) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(store.Migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		script, err := store.Migrations.ReadFile(path)
		h.Write(script)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("tincan-bench-%d-%d-%x", genVersion, n, h.Sum(nil)[:6]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	made, err := os.MkdirTemp(os.TempDir(), "tincan-bench-")
	if err != nil {
		t.Fatal(err)
	}
	if err := generate(t.Context(), made, n); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, dir); err != nil { // only what is whole gets the name
		t.Fatal(err)
	}
	return dir
}

// TestGenerated makes sure that what the benchmarks measure is what the store would have written.
func TestGenerated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := generate(t.Context(), dir, 3_000); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dir, store.Options{})
	w.healthy()
	equal(t, "posts", w.number(`SELECT count(*) FROM post`), 3_000)
	long := w.number(`SELECT id FROM post WHERE replies = 200`)
	equal(t, "replies of the long thread", len(w.thread(1, long).Replies), genReplies)
	list, err := w.Sidebar(w.ctx, 10)
	w.must(err)
	equal(t, "channels of person 10", len(list), genMany)
}
