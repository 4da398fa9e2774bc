package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

const (
	// mboxSource names what comes from a mailing list among the store's imported things.
	mboxSource = "mbox"
	// mailLimit is the bytes of one mail with all its files; few servers carry more than 25 MB.
	mailLimit = 32 << 20
	// headLimit is the bytes of one mail's head; no mail program writes as much.
	headLimit = 256 << 10
	// lineLimit is how much of one line is looked at in one go, whatever its length.
	lineLimit = 64 << 10
	// dateSlack is how far the date in a mail may be from when it was delivered: a moderator may take weeks.
	dateSlack = 31 * 24 * time.Hour
	// dateOff is how far a date may be from those of its neighbours in the file.
	dateOff = 366 * 24 * time.Hour
	// around is how many neighbours before and after a mail say what its date should be.
	around = 4
	// subjectAge is how long a subject stays that of one thread after it was last used.
	subjectAge = 90 * 24 * time.Hour
	// namedMost is how many mails an account names.
	namedMost = 20
	// readEvery is how many mails are read between two reports of progress.
	readEvery = 1000
)

// Mbox is an opened archive of a mailing list: where each mail stands, whose it is, when it was written and
// what it answers. What the mails say is read by Import, one at a time.
type Mbox struct {
	file   io.ReaderAt
	list   string // the list's name
	mails  []posted
	people []store.ImportedPerson
	known  map[string]int            // key of a person → index in people
	names  map[string]map[string]int // key of a person → name → how many mails
}

// posted is one mail as the first reading knows it.
type posted struct {
	head, end int64 // where its head begins and where it ends in the file
	at        time.Time
	off       bool // its date was wrong
	id        string
	hash      [sha256.Size]byte
	author    string // key of the person
	answers   string // id of the mail that its head names
	parent    int    // what it answers, -1 for nothing
	subject   string // folded, without marks
	reply     bool   // the subject has a mark of an answer
	fate      Fate   // Posted, until something else is known
	key       string
	called    string // for the account, of one that is too large
}

// ReadMbox reads through the size bytes of an mbox file once, and finds every mail in it. name is what the list
// is called where no mail says it. progress is called now and then with the mails so far and the share of the
// file. The errors are sentences: for a file that is no mbox, or that cannot be read.
//
// A mail begins with a line of From, an address and a date, at the beginning of the file or after an empty line,
// with a head below it; a line like that inside a mail that has no head below is text. The people of a list are
// told apart by their addresses alone: one who wrote from two is two, as a name is not enough to know somebody by.
func ReadMbox(ctx context.Context, file io.ReaderAt, size int64, name string, progress func(mails int, share float64)) (*Mbox, error) {
	m := &Mbox{file: file, list: name, known: map[string]int{}, names: map[string]map[string]int{}}
	lists := map[string]int{}
	s := &scanner{r: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), lineLimit)}
	if err := s.begin(); err != nil {
		return nil, err
	}
	for s.more {
		mail, h, err := s.mail()
		if err != nil {
			return nil, fmt.Errorf("the archive cannot be read (%w)", err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if id := listName(h["list-id"]); id != "" {
			lists[id]++
		}
		m.add(mail, h)
		if len(m.mails)%readEvery == 0 {
			progress(len(m.mails), float64(s.at)/float64(max(1, size)))
		}
	}
	m.list = first(most(lists), name)
	m.redate()
	slices.SortStableFunc(m.mails, func(a, b posted) int { return a.at.Compare(b.at) })
	m.thread()
	for i := range m.people {
		m.people[i].Name = most(m.names[m.people[i].Key])
	}
	return m, nil
}

// List is the name of the list, as its mails give it.
func (m *Mbox) List() string { return m.list }

// Mails is how many mails the archive holds.
func (m *Mbox) Mails() int { return len(m.mails) }

// People is how many authors it has.
func (m *Mbox) People() int { return len(m.people) }

// Span is when the first and the last mail were written.
func (m *Mbox) Span() (from, to time.Time) {
	if len(m.mails) == 0 {
		return from, to
	}
	return m.mails[0].at, m.mails[len(m.mails)-1].at
}

// listName is the name of a list in its List-Id, "Talk of all <talk.example.com>".
func listName(id string) string {
	_, id, _ = strings.Cut(id, "<")
	id, _, _ = strings.Cut(id, ".")
	return strings.Trim(id, "<> ")
}

// most is what was counted most often, the first in order among equals; "" for nothing.
func most(counted map[string]int) (best string) {
	for s, n := range counted {
		if s != "" && (best == "" || n > counted[best] || n == counted[best] && s < best) {
			best = s
		}
	}
	return best
}

// separator matches the line between mails: an address (or the - of some programs) and a date as asctime writes it.
var separator = regexp.MustCompile(`^From (\S+(?: at \S+)?)\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)(?:\s+[[:alpha:]]{1,5}|\s+[+-]\d{4})?\s+(\d{4})(?:\s+([+-]\d{4}|[[:alpha:]]{1,5}))?\s*$`)

// separatorDate is the date of a separator; its zone is hardly ever said, and taken for UTC.
func separatorDate(m []string) time.Time {
	clock := m[4]
	if len(clock) < len("15:04:05") && strings.Count(clock, ":") == 1 {
		clock += ":00"
	}
	t, err := time.Parse("2 Jan 2006 15:04:05", m[3]+" "+m[2]+" "+m[5]+" "+clock)
	if err != nil {
		return time.Time{}
	}
	return t
}

// scanner reads an mbox line by line.
type scanner struct {
	r       *bufio.Reader
	at      int64
	more    bool   // a separator has been read
	address string // of that separator
	date    time.Time
}

// line reads one line, or the first lineLimit of it, with where it begins. whole is false for a piece of a longer one.
func (s *scanner) line() (line []byte, at int64, whole bool, err error) {
	at = s.at
	line, err = s.r.ReadSlice('\n')
	s.at += int64(len(line))
	if errors.Is(err, bufio.ErrBufferFull) {
		return line, at, false, nil
	}
	if len(line) > 0 {
		err = nil
	}
	return line, at, true, err
}

// begin finds the first separator.
func (s *scanner) begin() error {
	no := errors.New("this is no mbox: it does not begin with a line of From, an address and a date; name the file that the list's archive or a mail program keeps, unpacked")
	for {
		line, _, _, err := s.line()
		switch {
		case errors.Is(err, io.EOF) && s.at == 0:
			return errors.New("this file is empty; name the file that the list's archive or a mail program keeps")
		case errors.Is(err, io.EOF):
			return no
		case err != nil:
			return fmt.Errorf("the archive cannot be read (%w)", err)
		case s.separates(line):
			return nil
		case len(bytes.TrimSpace(line)) > 0:
			return no
		}
	}
}

// separates says whether line is between mails, and takes what it says.
func (s *scanner) separates(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	m := separator.FindStringSubmatch(strings.TrimRight(decodeText(line, ""), "\r\n"))
	if m == nil {
		return false
	}
	next, _ := s.r.Peek(128) // it may be the end of the file
	if !headField.Match(next) && !bytes.HasPrefix(next, []byte(">From ")) {
		return false
	}
	s.more, s.address, s.date = true, strings.ToLower(mailAddress.FindString(unmask(m[1]))), separatorDate(m)
	return true
}

// mail reads the mail after a separator up to the next one, which s then knows.
func (s *scanner) mail() (p posted, h mailHead, err error) {
	p, h = posted{head: s.at, parent: -1, at: s.date, author: s.address}, mailHead{}
	s.more = false
	sum := sha256.New()
	last, inHead, blank, size := "", true, false, 0
	for start := true; ; { // start: what comes next begins a line
		line, at, whole, err := s.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return p, h, err
		}
		bare := bytes.TrimRight(line, "\r\n")
		if err != nil || start && blank && s.separates(line) {
			p.end = at
			break
		}
		switch {
		case inHead && start && len(bare) == 0:
			inHead = false
		case inHead && size < headLimit:
			size += len(line)
			last = h.add(bare, last)
		}
		if len(bare) > 0 {
			sum.Write(bare)
			sum.Write([]byte{'\n'})
		}
		blank = start && whole && len(bare) == 0
		start = whole
	}
	sum.Sum(p.hash[:0])
	if t := h.date(); !t.IsZero() && (p.at.IsZero() || t.Sub(p.at).Abs() <= dateSlack) {
		p.at = t
	}
	return p, h, nil
}

// add takes a mail in, p.author being the address of the line before it.
func (m *Mbox) add(p posted, h mailHead) {
	address, name := h.from()
	address = first(address, p.author)
	p.id, p.answers = messageID.FindString(h["message-id"]), h.answers()
	p.subject, p.reply = h.subject(first(listName(h["list-id"]), m.list))
	p.subject = strings.ToLower(p.subject)
	robot, away := h.robot(address)
	who := author(address, name, robot)
	p.author = who.Key
	switch {
	case h["from"] == "" && h["date"] == "" && h["subject"] == "":
		p.fate = Unreadable
	case away:
		p.fate = Automatic
	case p.end-p.head > mailLimit:
		p.fate = Oversized
		p.called = fmt.Sprintf("%q of %s, %s, %d MB", store.CleanLine(h.word("subject")), store.CleanLine(who.Key), p.at.Format("2 Jan 2006"), (p.end-p.head)>>20)
	default:
		m.meet(who, name)
	}
	m.mails = append(m.mails, p)
}

// author is who writes from an address, or under a name alone. What a machine sends from a person's address is not theirs.
func author(address, name string, robot bool) store.ImportedPerson {
	local, _, _ := strings.Cut(address, "@")
	switch {
	case address == "":
		return store.ImportedPerson{Key: "name " + strings.ToLower(name), Handle: name, Bot: robot}
	case robot:
		return store.ImportedPerson{Key: "machine " + address, Handle: local + "-robot", Bot: true}
	}
	return store.ImportedPerson{Key: address, Handle: local, Email: address}
}

// meet notes an author, and one more mail under that name.
func (m *Mbox) meet(who store.ImportedPerson, name string) {
	if _, ok := m.known[who.Key]; !ok {
		m.known[who.Key] = len(m.people)
		m.people = append(m.people, who)
		m.names[who.Key] = map[string]int{}
	}
	m.names[who.Key][name]++
}

// redate puts mails whose date is years from those around them in the file, or that have none, between their neighbours.
func (m *Mbox) redate() {
	given := make([]time.Time, len(m.mails))
	for i, p := range m.mails {
		given[i] = p.at
	}
	last := time.Time{} // of the newest mail that stands where it says
	for i := range m.mails {
		p := &m.mails[i]
		near := slices.Concat(given[max(0, i-around):i], given[min(i+1, len(given)):min(i+1+around, len(given))])
		near = slices.DeleteFunc(near, time.Time.IsZero)
		slices.SortFunc(near, time.Time.Compare)
		if len(near) == 0 {
			continue
		}
		middle := near[len(near)/2]
		agree := 0
		for _, t := range near {
			if t.Sub(middle).Abs() <= dateOff {
				agree++
			}
		}
		wrong := p.at.Sub(middle).Abs() > dateOff && 4*agree >= 3*len(near) && len(near) > 1
		if !wrong && !p.at.IsZero() {
			last = p.at
			continue
		}
		p.off = true
		if p.at = last; last.IsZero() || last.Sub(middle).Abs() > dateOff {
			p.at = middle
		}
	}
}

// thread finds what each mail answers: the mail that its head names, else the first of its subject if its own
// is marked as an answer. Only what was written before can be answered.
func (m *Mbox) thread() {
	type talk struct {
		first int
		last  time.Time
	}
	byID, bySubject, keys := map[string]int{}, map[string]talk{}, map[string]bool{}
	for i := range m.mails {
		p := &m.mails[i]
		if earlier, ok := byID[p.id]; ok && p.id != "" {
			if q := m.mails[earlier]; p.fate == Posted && q.author == p.author && q.at.Equal(p.at) {
				p.fate = Repeated
			}
		}
		p.key = p.id
		if p.key == "" || keys[p.key] {
			p.key = fmt.Sprintf("%s%x", p.id, p.hash[:12])
			if keys[p.key] && p.fate == Posted { // word for word
				p.fate = Repeated
			}
		}
		keys[p.key] = true
		subject, known := bySubject[p.subject]
		known = known && p.at.Sub(subject.last) <= subjectAge
		if parent, ok := byID[p.answers]; ok && p.answers != "" && p.answers != p.id {
			p.parent = parent
		} else if known && p.reply {
			p.parent = subject.first
		}
		if !known {
			subject.first = i
		}
		subject.last = p.at
		if p.subject != "" {
			bySubject[p.subject] = subject
		}
		if _, ok := byID[p.id]; !ok && p.id != "" {
			byID[p.id] = i
		}
	}
}

// Import reads every mail once, in the order of time, and hands people, the channel and posts to the store on
// behalf of me (store.Operator or an admin). The channel is an archive: it can be read and not written to.
// What an earlier import of the list brought is recognised and not added again. With st nil nothing is written
// and the account is the same. progress is called now and then with the mails so far. An error of the store ends
// it; what was written until then stays, and importing again goes on to the same end.
func (m *Mbox) Import(ctx context.Context, st *store.Store, me int64, channel string, progress func(mails int)) (*Account, error) {
	im := &mboxImport{Mbox: m, channel: channel, stands: make([]string, len(m.mails)), lines: bufio.NewReaderSize(nil, lineLimit),
		carrier: carrier{ctx: ctx, st: st, me: me, source: mboxSource, account: &Account{of: "archive"}, met: m.people}}
	from, to := m.Span()
	years := fmt.Sprint(from.Year())
	if to.Year() != from.Year() {
		years += fmt.Sprintf(" to %d", to.Year())
	}
	purpose := fmt.Sprintf("The archive of the mailing list %s, %s", m.list, years)
	err := im.open([]store.ImportedChannel{{Key: channel, Name: channel, Purpose: purpose, Archived: true, CreatedAt: from}})
	for i := range m.mails {
		if err != nil {
			return im.account, err
		}
		fate := im.mail(i)
		im.account.counts[fate]++
		if (i+1)%readEvery == 0 {
			progress(i + 1)
		}
		err = im.flushFull()
	}
	return im.account, cmp.Or(err, im.flush())
}

// mboxImport is one run of Import.
type mboxImport struct {
	*Mbox
	carrier
	channel string
	lines   *bufio.Reader
	stands  []string // what an answer to each mail hangs on: its key, or of one that was left out what it answers itself
}

// mail gathers the post of a mail, and says what became of it.
func (im *mboxImport) mail(i int) Fate {
	p := im.mails[i]
	root := ""
	if p.parent >= 0 {
		root = im.stands[p.parent]
	}
	im.stands[i] = root
	if p.fate != Posted {
		if p.fate == Oversized && len(im.account.Named) < namedMost {
			im.account.Named = append(im.account.Named, p.called)
		}
		return p.fate
	}
	body := im.account.fit(im.body(p, root == ""))
	if !strings.ContainsFunc(body, visible) {
		return Empty
	}
	post := store.ImportedPost{Key: im.channel + "/" + p.key, Channel: im.channel, Author: p.author, Root: root, At: p.at, Body: body}
	im.posts = append(im.posts, post)
	im.stands[i] = post.Key
	if root != "" {
		return Replied
	}
	if p.parent >= 0 { // what it answers was left out: others that answer it come to this thread
		im.stands[p.parent] = post.Key
	}
	return Posted
}

// head reads the head of a mail and leaves im.lines at its body.
func (im *mboxImport) head(p posted) mailHead {
	im.lines.Reset(io.NewSectionReader(im.file, p.head, p.end-p.head))
	h, last := mailHead{}, ""
	for size := 0; ; {
		line, err := im.lines.ReadSlice('\n')
		bare := bytes.TrimRight(line, "\r\n")
		if len(bare) == 0 && !errors.Is(err, bufio.ErrBufferFull) {
			return h
		}
		if size += len(line); size < headLimit {
			last = h.add(bare, last)
		}
	}
}

// begins reports whether a text begins with a subject anyway, as the mails of our own exports do.
func begins(text, subject string) bool {
	line := strings.Join(strings.Fields(text), " ")
	return strings.HasPrefix(line, strings.TrimSpace(strings.TrimSuffix(subject, "…")))
}

// body is the text of a post made of a mail: the subject above the first of a thread, what its author wrote,
// and lines that say what was left out.
func (im *mboxImport) body(p posted, root bool) string {
	h := im.head(p)
	var l letter
	l.read(h, &unescaped{r: im.lines}, 0)
	if len(l.plain)+len(l.html)+len(l.attached) == 0 { // parts that are not: what is there is better than nothing
		im.head(p)
		l.read(mailHead{}, &unescaped{r: im.lines}, 0)
	}
	text, folded := fold(store.Clean(l.text()))
	if folded {
		im.account.Folded++
	}
	var parts []string
	if subject, _ := h.subject(im.list); root && subject != "" && !begins(text, subject) {
		parts = append(parts, store.CleanLine(subject))
	}
	if text = strings.Trim(text, "\n "); text != "" {
		parts = append(parts, text)
	}
	if len(l.attached) > 0 {
		im.account.Attached += len(l.attached)
		parts = append(parts, "(Attached, and not imported: "+store.CleanLine(strings.Join(l.attached, ", "))+")")
	}
	if p.off && len(parts) > 0 {
		im.account.Redated++
		parts = append(parts, "(The date of this mail was wrong; it stands where it came.)")
	}
	return strings.Join(parts, "\n\n")
}
