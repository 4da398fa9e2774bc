package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	queryLimit  = 200                    // characters of a search: nobody means more, and each word costs
	termsLimit  = 16                     // words and phrases of a search
	bestOf      = 200                    // newest matches among which the best are chosen: a common word has half a million
	indexBatch  = 200                    // posts indexed in one transaction, so that those who write wait little
	mergePages  = 128                    // pages of the index (of 1000 bytes) merged in one transaction, for the same reason
	indexEvery  = 100 * time.Millisecond // how long writes gather before they are indexed together
	prefixLeast = 4                      // letters before the * of a prefix: three begin a tenth of all words
	// looseFirst is how many posts are looked at for words that the index is not asked for, and looseMost how many for each
	// that is wanted, while that promises a full page. Reading so many is quicker than having the index walk through all posts
	// that have a common word, or put together those that have any of the words with one beginning. looseWorded is of how many
	// one has all the words where the index would not leave out enough of them.
	looseFirst  = 100
	looseMost   = 100
	looseWorded = 16
	// beginMost is how many words with one beginning are looked for one by one: finding each takes a twentieth of a millisecond.
	beginMost = 16
	// readSome is how many posts are looked at for each of a least page, and leastPage which part of a page that is of the
	// newest: what fits on a screen is there then, and the rest is looked for when it is asked for. Reading a post that stands
	// alone in its part of the file takes one to three microseconds.
	readSome  = 32
	leastPage = 4
	// leastBest is the part of bestOf that is enough to choose from.
	leastBest = 2
	// readMost is how many posts are looked at for a phrase before a page ends as it is: a tenth of a second.
	readMost = 20_000
)

// Found is a page of what a search found.
type Found struct {
	Posts []Post
	Terms []Term // what to light, with Matches
	Next  int64  // the post before which to look for more, 0 where there is none
}

// SearchOrder says which matches come first.
type SearchOrder int

const (
	Newest SearchOrder = iota
	Best               // those that say most about the words, among the newest few hundred; one page of them
)

// Search finds the posts that have all the words of query and that me may see: up to n (at most 200),
// in order, before the post before (0: from the newest). There may be fewer, and even none, though Next says that
// there is more: looking for a phrase of words that many posts have, and hardly any beside each other, is done in parts.
//
// Words are matched whole whatever their case and diacritics, "in quotes" as a phrase, with a * at the
// end as a beginning. from:handle, in:channel, tag:name, since:2026-11-01 (or since:3d) and
// has:link|code|question narrow it down. Anything else is a word. ErrInvalid for a query that is too long,
// has nothing to look for, or has a filter that cannot be; ErrNotFound for one that names a person or channel who is not
// there, or that me may not see.
func (s *Store) Search(ctx context.Context, me int64, query string, order SearchOrder, before int64, n int) (Found, error) {
	q, err := s.parseQuery(query)
	if err != nil {
		return Found{}, err
	}
	n = page(n, MaxPage)
	var found Found
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		sources, err := t.sources(me, q)
		if err != nil {
			return err
		}
		least, want := max(n/leastPage, 1), n
		if order == Best {
			least, want = bestOf/leastBest, bestOf
		}
		var ids []int64
		if ids, found.Next, err = t.newest(sources, before, q.since, least, want); err != nil {
			return err
		}
		if order == Best && len(ids) > 0 {
			found.Next = 0
		}
		if ids, err = t.present(me, ids); err != nil {
			return err
		}
		if order == Best {
			if ids, err = t.best(ids, q.terms); err != nil {
				return err
			}
		}
		found.Posts, err = t.postsByID(me, ids[:min(n, len(ids))])
		return err
	})
	found.Terms = q.terms
	return found, err
}

// source is an index to look in, what it is asked for the channels and people, and the ways to find there what was looked for.
type source struct {
	in      *index
	within  []string
	lookups []lookup
}

// lookup is one way to find what was looked for: what the index is asked, and what has to stand in a post beside that.
type lookup struct {
	match  []string
	begins []string // tokens that words begin with
	stands []Term
	loose  bool // the index is asked for less than it could be
}

// tally is what came of the posts that were looked at in one way: how many they were, had all the words, and were found.
type tally struct{ seen, worded, found int }

// enough reports whether a page of at least so many ends as it is.
func (n tally) enough(page, least, want int) bool {
	return n.seen >= readSome*least && page < want && page >= least
}

// hopeless reports whether another way is to be tried. Where many have the words, though not as a phrase, the index would
// hardly leave out more of them, and would be long in putting together two lists of most posts.
func (l lookup) hopeless(n tally, want int) bool {
	if !l.loose {
		return n.seen >= readMost
	}
	few := n.found*looseMost < n.seen && n.worded*looseWorded < n.seen
	return n.seen >= looseMost*want || n.seen >= looseFirst && few
}

// errEnough ends a reading that has found what it wanted.
var errEnough = errors.New("store: enough was found")

// newest returns the newest that are found in sources before a post, up to want, or least where there is much to look at,
// and the post before which there may be more. Where one has been looked at only down to some post, the others are no
// further.
func (t *tx) newest(sources []source, before, since int64, least, want int) (ids []int64, next int64, err error) {
	for _, p := range sources {
		found, down, err := t.newestIn(p, before, max(since, next), least, want)
		if err != nil {
			return nil, 0, err
		}
		ids, next = append(ids, found...), max(next, down)
	}
	if len(sources) > 1 {
		slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
		for len(ids) > want || len(ids) > 0 && ids[len(ids)-1] < next {
			ids = ids[:len(ids)-1]
			if len(ids) == want {
				next = ids[want-1]
			}
		}
	}
	return ids, next, nil
}

// newestIn is newest for one source. Each of its lookups goes on where the one before it has stopped. Of what me may not
// see only entries of the index are passed over, a fraction of a microsecond each, and no text is read: how long it takes
// tells as little as it did of words alone.
func (t *tx) newestIn(p source, before, since int64, least, want int) (ids []int64, next int64, err error) {
	var body []byte
	for _, l := range p.lookups {
		query, n, had, last, ends := p.in.find, tally{}, len(ids), before, false
		if len(l.stands) > 0 {
			query = p.in.read
		}
		stand := newSieve(l.stands)
		match, err := t.matching(p.in, l)
		if err != nil {
			return nil, 0, err
		}
		err = t.each(func(r *row) error {
			if ends = n.enough(len(ids), least, want); ends || l.hopeless(n, want-had) {
				return errEnough
			}
			n.seen++
			id, stands, worded := r.int64(0), true, true
			if len(l.stands) > 0 {
				body = r.appendText(body[:0], 1)
				stands, worded = stand.passes(body)
			}
			if worded {
				n.worded++
			}
			if stands {
				if ends = len(ids) == want; ends {
					return errEnough
				}
				ids = append(ids, id)
				n.found++
			}
			last = id
			return nil
		}, query, match, top(before), since)
		switch {
		case err == nil:
			return ids, 0, nil
		case !errors.Is(err, errEnough):
			return nil, 0, err
		case ends:
			return ids, last, nil
		}
		before = last
	}
	return ids, before, nil
}

// present leaves out what has been deleted, hidden or moved out of my sight since it was indexed.
func (t *tx) present(me int64, ids []int64) ([]int64, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return collect(t, scanID, presentQuery, me, string(list))
}

const presentQuery = `SELECT p.id FROM json_each(?2) j CROSS JOIN post p ON p.id = j.value JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE p.deleted_at = 0 AND p.hidden_at = 0 AND (c.private = 0 OR m.person_id IS NOT NULL)`

// searchFor is a query taken apart.
type searchFor struct {
	terms         []Term
	from, in, tag []string
	has           []string
	since         int64 // Unix second
}

func (s *Store) parseQuery(query string) (q searchFor, err error) {
	query = CleanLine(query)
	if n := utf8.RuneCountInString(query); n > queryLimit {
		return q, refuse(ErrInvalid, "That search has %s characters; it may have %d. Look for fewer words.", Number(n), queryLimit)
	}
	for rest := query; rest != ""; {
		var word string
		var phrase bool
		word, phrase, rest = nextWord(rest)
		if !phrase {
			if taken, err := q.filter(word, s.now()); err != nil {
				return q, err
			} else if taken {
				continue
			}
		}
		prefix := !phrase && strings.HasSuffix(word, "*")
		term, ok := newTerm(word, prefix)
		if !ok {
			continue
		}
		if last := term.words[len(term.words)-1]; prefix && utf8.RuneCountInString(last) < prefixLeast && !unspaced([]rune(last)[0]) {
			return q, refuse(ErrInvalid, "A beginning needs at least %d letters before the *.", prefixLeast)
		}
		q.terms = append(q.terms, term)
	}
	if len(q.terms) > termsLimit {
		return q, refuse(ErrInvalid, "That search has %d words; it may have %d.", len(q.terms), termsLimit)
	}
	if len(q.terms)+len(q.from)+len(q.in)+len(q.tag)+len(q.has) == 0 && q.since == 0 {
		return q, refuse(ErrInvalid, "Nothing to look for yet. Type a word, or from: in: tag: since: has:")
	}
	return q, nil
}

// nextWord takes a word or a quoted phrase off the front. A quote that is not closed goes on to the end.
func nextWord(s string) (word string, phrase bool, rest string) {
	s = strings.TrimLeft(s, " ")
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		word, rest, _ = strings.Cut(inner, `"`)
		return word, true, strings.TrimLeft(rest, " ")
	}
	word, rest, _ = strings.Cut(s, " ")
	return word, false, strings.TrimLeft(rest, " ")
}

// filter takes a word of the form name:value.
func (q *searchFor) filter(word string, now time.Time) (bool, error) {
	name, value, ok := strings.Cut(word, ":")
	if !ok || value == "" {
		return false, nil
	}
	switch strings.ToLower(name) {
	case "from":
		q.from = append(q.from, value)
	case "in":
		q.in = append(q.in, value)
	case "tag":
		q.tag = append(q.tag, strings.ToLower(strings.TrimPrefix(value, "#")))
	case "has":
		value = strings.ToLower(value)
		if !slices.Contains([]string{"link", "code", "question"}, value) {
			return true, refuse(ErrInvalid, "has: takes link, code or question.")
		}
		q.has = append(q.has, value)
	case "since":
		at, err := ParseSince(value, now)
		if err != nil {
			return true, err
		}
		q.since = max(q.since, at.Unix())
	default:
		return false, nil
	}
	return true, nil
}

// ParseSince reads how far back to go: 30m, 12h, 3d, 2w, or a date like 2026-11-20 (UTC).
func ParseSince(s string, now time.Time) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, nil
	}
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	var n int
	if len(s) > 1 {
		if unit, ok := units[s[len(s)-1]]; ok && strings.IndexFunc(s[:len(s)-1], func(r rune) bool { return r < '0' || r > '9' }) < 0 && len(s) < 6 {
			fmt.Sscan(s[:len(s)-1], &n)
			return now.Add(-time.Duration(n) * unit), nil
		}
	}
	return time.Time{}, refuse(ErrInvalid, "%q is no time to go back to. Write 30m, 12h, 3d, 2w or a date like 2026-11-20.", s)
}

// sources are where to look for q, and how, narrowed to what me may see. ErrNotFound if a filter names what is not there
// for me. Every word is folded and quoted.
func (t *tx) sources(me int64, q searchFor) ([]source, error) {
	var tags, words, begins, many []string // FTS5 asks for the next only where those before have led it: what is rarest comes first
	for _, tag := range q.tag {
		tags = append(tags, marked(tagMark(tag)))
	}
	var authors []int64
	for _, handle := range q.from {
		p, err := t.personByHandle(handle)
		if nothing(err) {
			return nil, refuse(ErrNotFound, "There is nobody called @%s here.", strings.TrimPrefix(handle, "@"))
		}
		if err != nil {
			return nil, err
		}
		authors = append(authors, p.ID)
	}
	sources, err := t.within(me, q.in, authors)
	if err != nil {
		return nil, err
	}
	for _, has := range q.has {
		many = append(many, marked("h"+has))
	}
	var phrases []Term
	for _, term := range q.terms {
		for i, token := range term.tokens {
			if i == len(term.tokens)-1 && term.begins {
				begins = append(begins, token)
				continue
			}
			words = append(words, `"`+token+`"`)
		}
		if len(term.tokens) > 1 {
			phrases = append(phrases, term)
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // short ones are common, in any language
	narrowed := len(q.tag)+len(q.from)+len(q.in)+len(q.has) > 0
	for i, in := range sources {
		few := slices.Concat(tags, in.within)
		all := []lookup{{match: slices.Concat(few, words, many), begins: begins, stands: phrases}}
		if len(phrases) == 0 && len(words) > 0 && len(words)+len(begins) > 1 {
			all = append(all, lookup{match: slices.Concat(few, words[:1], many), stands: q.terms, loose: true})
		}
		if narrowed && len(q.terms) > 0 || len(words) == 0 && len(begins) > 0 {
			all = append(all, lookup{match: slices.Concat(few, many), stands: q.terms, loose: true})
		}
		slices.Reverse(all)
		sources[i].lookups = all
	}
	return sources, nil
}

// within are the indexes that may have posts of authors, or of anybody where there are none, in the named channels, or in any
// that me may see where none is named.
func (t *tx) within(me int64, names []string, authors []int64) ([]source, error) {
	open, private := source{in: openIndex}, source{in: privateIndex}
	for _, author := range authors {
		open.within = append(open.within, marked(authorMark(author)))
	}
	if len(names) == 0 {
		mine, err := collect(t, scanID, `SELECT c.id FROM member m JOIN channel c ON c.id = m.channel_id WHERE m.person_id = ? AND c.private = 1`, me)
		if err != nil || len(mine) == 0 {
			return []source{open}, err
		}
		var either []string
		for _, id := range mine {
			either = append(either, inChannel(id, authors))
		}
		private.within = []string{"(" + strings.Join(either, " OR ") + ")"}
		return []source{open, private}, nil
	}
	allOpen, allPrivate := true, true
	for _, name := range names {
		c, err := t.channelWhere(me, named, channelName(name))
		if nothing(err) { // it may be there, for others
			return nil, refuse(ErrNotFound, "There is no channel #%s here that you may read.", strings.TrimPrefix(name, "#"))
		}
		if err != nil {
			return nil, err
		}
		allOpen, allPrivate = allOpen && !c.Private, allPrivate && c.Private
		open.within = append(open.within, marked(channelMark(c.ID)))
		private.within = append(private.within, inChannel(c.ID, authors))
	}
	switch {
	case allOpen:
		return []source{open}, nil
	case allPrivate:
		return []source{private}, nil
	}
	return nil, nil // no post is in two channels
}

// inChannel asks for what authors, or anybody where there are none, wrote in a private channel.
func inChannel(channel int64, authors []int64) string {
	if len(authors) == 0 {
		return marked(channelMark(channel))
	}
	all := make([]string, len(authors))
	for i, author := range authors {
		all[i] = marked(channelMark(channel) + authorMark(author))
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

// matching is what FTS5 is asked in an index for posts that have all that l looks for.
func (t *tx) matching(in *index, l lookup) (string, error) {
	all := slices.Clone(l.match)
	for _, begin := range l.begins {
		words, err := t.beginning(in, begin)
		if err != nil {
			return "", err
		}
		all = append(all, words)
	}
	if len(all) == 0 {
		all = append(all, marked("post"))
	}
	return strings.Join(all, " AND "), nil
}

// beginning is what FTS5 is asked for posts that have a word with a beginning: the words themselves where they are few.
// Asked for a beginning, it puts together all posts that have any of them before it gives the first.
func (t *tx) beginning(in *index, begin string) (string, error) {
	asked := `"` + begin + `"*`
	if in.word == "" {
		return asked, nil
	}
	var words []string
	for from := begin; ; {
		var word string
		err := t.get(in.word, []any{from, begin + lastRune}, &word)
		switch {
		case nothing(err) && len(words) > 0:
			return "(" + strings.Join(words, " OR ") + ")", nil
		case nothing(err), err == nil && len(words) == beginMost:
			return asked, nil
		case err != nil:
			return "", err
		}
		words = append(words, `"`+word+`"`)
		from = word + firstRune
	}
}

// firstRune is below every character of a word.
const firstRune = "\x01"

// best orders the newest matches by how much they say about the terms: how often they name them for
// their length, the newer first among equals. FTS5's own ranking reads every post that has a word.
func (t *tx) best(ids []int64, terms []Term) ([]int64, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	score := make(map[int64]float64, len(ids))
	_, err = collect(t, func(r *row) (id int64, err error) {
		var body string
		err = r.Scan(&id, &body)
		words, hits := strings.Fields(fold(body)), 0
		for _, term := range terms {
			hits += term.count(words)
		}
		score[id] = float64(hits) / float64(len(words)+20) // a word or two do not beat a whole text about it
		return id, err
	}, bestQuery, string(list))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(ids, func(a, b int64) int { return cmp.Compare(score[b], score[a]) })
	return ids, nil
}

const bestQuery = `SELECT p.id, p.body FROM json_each(?1) j CROSS JOIN post p ON p.id = j.value`

// searchEnd is above every number of a post, which reach it in the year 2514. A post's rowid in the index is how far it is
// from there, so that the newest come first, and not its negative, which takes nine bytes instead of five.
const searchEnd = `(1 << 34)`

// index is one of the two tables that say which posts have a word. It holds what it is asked and told.
type index struct {
	find, read, learn, forget, merge, empty string
	word                                    string // the first of its words within bounds; none where it has words of private channels
}

// Most people are in few private channels, and look through what stands in open ones as if there were no others. Both are
// read forwards, which costs FTS5 a fraction of reading backwards: that is what rowids are turned round for. Whoever runs
// find or read stops when there is enough.
var openIndex, privateIndex = indexIn("search", openWord), indexIn("search_private", "")

// listWords gives a connection that reads a list of the words of the open index. It is a way to look at the index, and
// holds nothing.
var listWords = []string{
	`PRAGMA query_only(0)`,
	`CREATE VIRTUAL TABLE temp.search_word USING fts5vocab(main, search, instance)`,
	`PRAGMA query_only(1)`,
}

const openWord = `SELECT term FROM temp.search_word WHERE term >= ? AND term <= ?`

func indexIn(table, word string) *index {
	const where = ` MATCH ?1 AND s.rowid > ` + searchEnd + ` - ?2 AND s.rowid <= ` + searchEnd + ` - ?3 ORDER BY s.rowid`
	return &index{
		find:   `SELECT ` + searchEnd + ` - s.rowid FROM ` + table + ` s WHERE s.` + table + where,
		read:   `SELECT p.id, p.body FROM ` + table + ` s CROSS JOIN post p ON p.id = ` + searchEnd + ` - s.rowid WHERE s.` + table + where,
		learn:  `INSERT INTO ` + table + ` (rowid, words) VALUES (` + searchEnd + ` - ?, ?)`,
		forget: `INSERT INTO ` + table + ` (` + table + `, rowid, words) VALUES ('delete', ` + searchEnd + ` - ?, ?)`,
		merge:  `INSERT INTO ` + table + ` (` + table + `, rank) VALUES ('merge', ?)`,
		empty:  `INSERT INTO ` + table + ` (` + table + `) VALUES ('delete-all')`,
		word:   word,
	}
}

// indexer keeps the search index up with the posts, in batches behind their own transactions, and merges what it has
// written, as a search looks through each piece of the index. What waits stands in the file, so a crash loses none of it.
func (s *Store) indexer(ctx context.Context) {
	for {
		for merging := false; ; {
			n, err := s.indexSome(ctx)
			if err != nil || n == 0 && !merging {
				break // a full disk: tried again after the next write
			}
			if merging, err = s.mergeSome(ctx); err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.written:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(indexEvery):
		}
	}
}

// wakeIndexer says that something was written. It never waits: one token is enough for any number of posts.
func (s *Store) wakeIndexer() {
	select {
	case s.written <- struct{}{}:
	default:
	}
}

// indexSome indexes one batch and returns how many posts it had.
func (s *Store) indexSome(ctx context.Context) (n int, err error) {
	waiting, err := s.searchWaits(ctx)
	if err != nil || !waiting {
		return 0, err
	}
	err = s.writeAlways(ctx, func(t *tx) error {
		batch, err := collect(t, scanIndexed, indexQuery, indexBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := t.reindex(batch); err != nil {
			return err
		}
		n = len(batch)
		return t.run(`DELETE FROM search_queue WHERE post_id <= ?`, batch[n-1].id) // the batch is the first of them
	})
	return n, err
}

// mergeSome merges a piece of the index; more says whether there was something to merge.
func (s *Store) mergeSome(ctx context.Context) (more bool, err error) {
	err = s.writeAlways(ctx, func(t *tx) error {
		var before, after int // sqlite.org/fts5.html#the_merge_command says how to tell
		if err := t.get(`SELECT total_changes()`, nil, &before); err != nil {
			return err
		}
		for _, in := range []*index{openIndex, privateIndex} {
			if err := t.run(in.merge, mergePages); err != nil {
				return err
			}
		}
		err := t.get(`SELECT total_changes()`, nil, &after)
		more = after-before >= 3 // one for each that was told
		return err
	})
	return more, err
}

// indexed is what the search index holds of a post, and what it should hold.
type indexed struct {
	id       int64
	was, now findable
}

// findable is what a post is found by.
type findable struct {
	body              *string // nil: nothing finds it
	channel, author   int64
	private, question bool
}

const indexQuery = `SELECT q.post_id, q.body, q.channel_id, q.author_id, q.private, q.question,
	iif(p.deleted_at = 0 AND p.hidden_at = 0, p.body, NULL), coalesce(p.channel_id, 0), coalesce(p.author_id, 0), coalesce(c.private, 0), coalesce(p.question, 0)
	FROM search_queue q LEFT JOIN post p ON p.id = q.post_id LEFT JOIN channel c ON c.id = p.channel_id ORDER BY q.post_id LIMIT +?`

func scanIndexed(r *row) (i indexed, err error) {
	err = r.Scan(&i.id, &i.was.body, &i.was.channel, &i.was.author, &i.was.private, &i.was.question,
		&i.now.body, &i.now.channel, &i.now.author, &i.now.private, &i.now.question)
	return i, err
}

func (s *Store) searchWaits(ctx context.Context) (waits bool, err error) {
	err = s.readUnmeasured(ctx, func(t *tx) error {
		waits, err = t.has(`SELECT 1 FROM search_queue LIMIT 1`)
		return err
	})
	return waits, err
}

// reindex takes the old words of posts out of the index and puts their present ones in. The posts are in the order of
// their numbers; rowids that do not rise make FTS5 write a segment of its own for each, and so does an INSERT … SELECT.
func (t *tx) reindex(batch []indexed) error {
	forgot := false
	for _, p := range slices.Backward(batch) {
		if p.was.body != nil {
			forgot = true
			if err := t.run(p.was.index().forget, p.id, p.was.words()); err != nil {
				return err
			}
		}
	}
	if forgot {
		// Without the places of words FTS5 forgets nothing that it is told after a post that it forgets and learns anew,
		// unless it has written in between, as it does at a savepoint.
		for _, q := range []string{`SAVEPOINT forgot`, `RELEASE forgot`} {
			if err := t.run(q); err != nil {
				return err
			}
		}
	}
	for _, p := range slices.Backward(batch) {
		var err error
		if p.now.body != nil {
			err = t.run(p.now.index().learn, p.id, p.now.words())
		} else {
			err = t.erased() // the last of a deleted post
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// index is where a post is found.
func (f findable) index() *index {
	if f.private {
		return privateIndex
	}
	return openIndex
}

// indexAnew empties the index and has every post indexed again.
var indexAnew = []string{
	openIndex.empty,
	privateIndex.empty,
	`DELETE FROM search_queue`,
	`INSERT INTO search_queue (post_id) SELECT id FROM post`,
}

// indexThisWay begins a new index where the one there was folded in another way than this program's: what it is
// told to forget would not be what it holds.
func indexThisWay(t *tx) error {
	way := fmt.Sprintf("%d %s %s", foldVersion, unicode.Version, norm.Version)
	same, err := t.has(`SELECT 1 FROM setting WHERE name = 'fold' AND value = ?`, way)
	if err != nil || same {
		return err
	}
	for _, q := range indexAnew {
		if err := t.run(q); err != nil {
			return err
		}
	}
	return t.run(`INSERT INTO setting VALUES ('fold', ?) ON CONFLICT DO UPDATE SET value = excluded.value`, way)
}

// words is what a post is found by: its words, and marks. Who wrote it is one mark with the channel where that is private:
// nobody is looked for there but in channels that whoever searches is in.
func (f findable) words() string {
	body, channel, author := *f.body, channelMark(f.channel), authorMark(f.author)
	if f.private {
		author = channel + author
	}
	words := []string{fold(body), "=post", "=" + channel, "=" + author}
	for _, tag := range Tags(body) {
		words = append(words, "="+tagMark(tag))
	}
	if strings.Contains(body, "://") {
		words = append(words, "=hlink")
	}
	if strings.Contains(body, "`") {
		words = append(words, "=hcode")
	}
	if f.question {
		words = append(words, "=hquestion")
	}
	return strings.Join(words, " ")
}

// marked asks for a mark: a word of the index that cannot be typed into a search, as no folded word has a sign.
func marked(is string) string { return `"=` + is + `"` }

func channelMark(id int64) string { return fmt.Sprintf("c%d", id) }

func authorMark(id int64) string { return fmt.Sprintf("p%d", id) }

// tagMark is a tag as one word, whatever characters it has.
func tagMark(tag string) string {
	h := fnv.New64a()
	h.Write([]byte(strings.TrimFunc(tag, unicode.IsSpace)))
	return fmt.Sprintf("t%x", h.Sum64())
}
