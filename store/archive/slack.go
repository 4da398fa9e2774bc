package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tincan/store"
)

const (
	// slackSource names what comes from Slack among the store's imported things.
	slackSource = "slack"
	// slackBot is the user that Slack itself writes as; users.json leaves it out.
	slackBot = "USLACKBOT"
	// handleStem is how much of a handle is kept before a number that tells it from another.
	handleStem = 24
	// batchLimit is how many posts are written in one go: some 40 ms, after which people's own get their turn.
	batchLimit = 200
	// fileLimit is the bytes of one JSON file: a day of a very busy channel has some 30 MB, the list of
	// 40,000 people 60 MB, and a small zip that unpacks to more is an attack or a mistake.
	fileLimit = 128 << 20
	// exportLimit is the bytes of all JSON files together; the largest exports known unpack to a few GB.
	exportLimit = 32 << 30
)

// dayFile is the name Slack gives the messages of one day; everything else in a channel's folder is no message.
var dayFile = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}\.json$`)

// Slack is an opened Slack export: its people and its public channels. Messages are read by Import.
type Slack struct {
	fsys     fs.FS
	read     int64 // bytes of JSON so far
	people   []store.ImportedPerson
	handles  map[string]string // person key → handle
	taken    map[string]bool   // handles
	channels []store.ImportedChannel
	names    map[string]string // key of a public channel → name
	folders  map[string]string // name of a public channel's folder → key
	private  map[string]bool   // names and ids of conversations that are not public
}

// ReadSlack opens the Slack export in fsys: an unpacked folder or a zip, with channels.json at
// its top or in the only folder there. It returns an error that is a sentence when fsys is no
// export, or holds more than any export does.
func ReadSlack(fsys fs.FS) (*Slack, error) {
	top, err := slackTop(fsys)
	if err != nil {
		return nil, err
	}
	s := &Slack{
		fsys:    top,
		handles: map[string]string{},
		taken:   map[string]bool{},
		names:   map[string]string{},
		folders: map[string]string{},
		private: map[string]bool{},
	}
	for _, name := range []string{"users.json", "org_users.json"} {
		if err := s.list(name, s.addUser); err != nil {
			return nil, err
		}
	}
	if err := s.list("channels.json", s.addChannel); err != nil {
		return nil, err
	}
	for _, name := range []string{"groups.json", "dms.json", "mpims.json"} {
		if err := s.list(name, s.addPrivate); err != nil {
			return nil, err
		}
	}
	for i, c := range s.channels { // now that all names are known
		s.channels[i].Purpose = s.plain(c.Purpose)
	}
	return s, nil
}

// slackTop finds the folder that holds channels.json: people pack the export's folder rather than what is in it.
func slackTop(fsys fs.FS) (fs.FS, error) {
	found, err := fs.Glob(fsys, "channels.json")
	if err != nil || len(found) == 0 {
		found, err = fs.Glob(fsys, "*/channels.json")
	}
	if err != nil {
		return nil, fmt.Errorf("look for channels.json: %w", err)
	}
	if len(found) != 1 {
		return nil, errors.New("this is no Slack export: it has no channels.json; name the zip that Slack made, or the folder it unpacks to")
	}
	return fs.Sub(fsys, path.Dir(found[0]))
}

// list calls add for each element of an optional list file.
func (s *Slack) list(name string, add func(json.RawMessage) error) error {
	err := s.each(name, add)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s of the Slack export cannot be read (%w); ask Slack for a new export", name, err)
	}
	return nil
}

var errTooLarge = errors.New("it is larger than any Slack export")

// each calls fn for each element of the array in a JSON file, holding one element at a time.
func (s *Slack) each(name string, fn func(json.RawMessage) error) error {
	f, err := s.fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	bounded := &io.LimitedReader{R: f, N: min(fileLimit, exportLimit-s.read)}
	start := bounded.N
	defer func() { s.read += start - bounded.N }()

	err = decodeArray(bounded, fn)
	if bounded.N <= 0 {
		return errTooLarge
	}
	return err
}

func decodeArray(r io.Reader, fn func(json.RawMessage) error) error {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('[') {
		return errors.New("it is not a list")
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if err := fn(raw); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// slackUser is one of users.json. profile.fields is left alone: it is an object, null, or [] where it is empty.
type slackUser struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	RealName string       `json:"real_name"`
	Bot      bool         `json:"is_bot"`
	Profile  slackProfile `json:"profile"`
}

type slackProfile struct {
	Name        string `json:"name"` // only in a message's user_profile
	RealName    string `json:"real_name"`
	DisplayName string `json:"display_name"`
	Title       string `json:"title"`
	Email       string `json:"email"`
}

func (s *Slack) addUser(raw json.RawMessage) error {
	var u slackUser
	if json.Unmarshal(raw, &u) != nil || u.ID == "" || s.handles[u.ID] != "" {
		return nil // whoever wrote something is met again at the message
	}
	s.people = append(s.people, s.person(store.ImportedPerson{
		Key:    u.ID,
		Handle: first(u.Name, u.Profile.DisplayName, u.ID),
		Name:   first(u.Profile.RealName, u.RealName, u.Profile.DisplayName),
		Title:  u.Profile.Title,
		Email:  u.Profile.Email,
		Bot:    u.Bot,
	}))
	return nil
}

// person gives p a handle that nobody else of the export has, and remembers it.
func (s *Slack) person(p store.ImportedPerson) store.ImportedPerson {
	base := first(store.CleanHandle(p.Handle), store.CleanHandle(p.Key), "somebody")
	p.Handle = base
	for n := 2; s.taken[p.Handle]; n++ {
		p.Handle = fmt.Sprintf("%s-%d", base[:min(len(base), handleStem)], n)
	}
	s.taken[p.Handle] = true
	s.handles[p.Key] = p.Handle
	return p
}

type slackChannel struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Created  json.RawMessage `json:"created"` // seconds, as a number or as text
	Archived bool            `json:"is_archived"`
	Members  []string        `json:"members"`
	Topic    slackSetting    `json:"topic"`
	Purpose  slackSetting    `json:"purpose"`
}

type slackSetting struct {
	Value string `json:"value"`
}

func (s *Slack) addChannel(raw json.RawMessage) error {
	var c slackChannel
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	if c.ID == "" || c.Name == "" {
		return errors.New("a channel has no id or no name")
	}
	seconds, _ := strconv.ParseInt(strings.Trim(string(c.Created), `"`), 10, 64)
	s.channels = append(s.channels, store.ImportedChannel{
		Key:       c.ID,
		Name:      c.Name,
		Purpose:   first(c.Purpose.Value, c.Topic.Value),
		Archived:  c.Archived,
		Members:   slices.DeleteFunc(c.Members, func(key string) bool { return s.handles[key] == "" }),
		CreatedAt: time.Unix(seconds, 0),
	})
	s.names[c.ID], s.folders[c.Name] = c.Name, c.ID
	return nil
}

func (s *Slack) addPrivate(raw json.RawMessage) error {
	var c slackChannel
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	s.private[c.ID] = true // a direct conversation's folder is named by its id
	if c.Name != "" {
		s.private[c.Name] = true
	}
	return nil
}

// Import reads every message once, in the order of writing in each channel, and hands people,
// channels and posts to the store on behalf of me (store.Operator or an admin). What an earlier
// import brought is recognised and not added again. With st nil nothing is written and the
// account is the same. progress is called after each channel with the messages read so far.
// An error of the store ends it; what was written until then stays, and importing again goes on.
func (s *Slack) Import(ctx context.Context, st *store.Store, me int64, progress func(channel string, messages int)) (*Account, error) {
	im := &slackImport{Slack: s, ctx: ctx, st: st, me: me, account: &Account{}, met: s.people}
	if err := im.begin(); err != nil {
		return im.account, err
	}
	folders, err := fs.ReadDir(s.fsys, ".")
	if err != nil {
		return im.account, fmt.Errorf("the Slack export cannot be listed (%w)", err)
	}
	for _, d := range folders {
		if !d.IsDir() {
			continue
		}
		if err := im.folder(d.Name()); err != nil {
			return im.account, err
		}
		progress(d.Name(), im.account.Messages())
	}
	return im.account, nil
}

// slackImport is one run of Import.
type slackImport struct {
	*Slack
	ctx     context.Context
	st      *store.Store // nil in a dry run
	me      int64
	account *Account
	met     []store.ImportedPerson // not yet handed over
	posts   []store.ImportedPost   // not yet handed over

	channel string            // key of the channel being read
	threads map[string]string // a message's ts there → key of the post that starts its thread, "" if none does yet
}

// begin hands over people, then channels, whose members they are.
func (im *slackImport) begin() error {
	if err := im.flush(); err != nil || im.st == nil {
		return err
	}
	for batch := range slices.Chunk(im.channels, batchLimit) {
		n, err := im.st.ImportChannels(im.ctx, im.me, slackSource, batch)
		im.account.Channels += n
		if err != nil {
			return err
		}
	}
	return nil
}

// flush hands over the people met and the posts gathered since the last flush.
func (im *slackImport) flush() error {
	defer func() { im.met, im.posts = nil, im.posts[:0] }()
	if err := im.ctx.Err(); err != nil {
		return err
	}
	if im.st == nil {
		return nil
	}
	for batch := range slices.Chunk(im.met, batchLimit) {
		n, err := im.st.ImportPeople(im.ctx, im.me, slackSource, batch)
		im.account.People += n
		if err != nil {
			return err
		}
	}
	if len(im.posts) == 0 {
		return nil
	}
	n, err := im.st.ImportPosts(im.ctx, im.me, slackSource, im.posts)
	im.account.Posts += n
	return err
}

// folder reads the days of one conversation in order.
func (im *slackImport) folder(name string) error {
	entries, err := fs.ReadDir(im.fsys, name)
	if err != nil {
		im.account.Broken = append(im.account.Broken, fmt.Sprintf("%s: %v", name, err))
		return nil
	}
	im.channel = im.folders[name]
	im.threads = map[string]string{}
	take := im.day
	switch {
	case im.private[name]:
		take = im.only(Private)
	case im.channel == "":
		take = im.only(Undescribed)
	}
	for _, d := range entries { // ReadDir sorts by name, which is by date
		if !dayFile.MatchString(d.Name()) {
			continue
		}
		if err := take(name + "/" + d.Name()); err != nil {
			return err
		}
	}
	return im.flush()
}

// only counts the messages of a file under one fate without looking at them.
func (im *slackImport) only(f Fate) func(string) error {
	return func(file string) error {
		im.broken(file, im.each(file, func(json.RawMessage) error { im.account.counts[f]++; return nil }))
		return nil
	}
}

// broken notes a file that could not be read to its end.
func (im *slackImport) broken(file string, err error) {
	if err != nil {
		im.account.Broken = append(im.account.Broken, fmt.Sprintf("%s: %v", file, err))
	}
}

// day takes in the messages of one file in the order of their time.
func (im *slackImport) day(file string) error {
	var messages []slackMessage
	im.broken(file, im.each(file, func(raw json.RawMessage) error {
		var m slackMessage
		if json.Unmarshal(raw, &m) != nil || !m.readTime() {
			im.account.counts[Unreadable]++
			return nil
		}
		messages = append(messages, m)
		return nil
	}))
	slices.SortStableFunc(messages, func(a, b slackMessage) int { return a.at.Compare(b.at) })
	for _, m := range messages {
		fate := im.message(m)
		im.account.counts[fate]++
		if len(im.posts) == batchLimit {
			if err := im.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// message gathers a post where m is one, and says what became of it.
func (im *slackImport) message(m slackMessage) Fate {
	for _, r := range m.Reactions.V { // until it is known that they come with a post
		im.account.Reactions += len(r.Users)
	}
	if f, notice := slackNotices[m.Subtype]; notice {
		return f
	}
	if _, seen := im.threads[m.TS]; seen {
		return Repeated
	}
	im.threads[m.TS] = ""
	author := im.author(m)
	body := im.fit(store.Clean(im.body(m, author)))
	if !strings.ContainsFunc(body, visible) {
		return Empty
	}
	post := store.ImportedPost{
		Key:     im.channel + "/" + m.TS,
		Channel: im.channel,
		Author:  author,
		At:      m.at,
		Body:    body,
		Edited:  m.Edited.V != nil,
	}
	if post.Edited {
		post.EditedAt, _ = readStamp(m.Edited.V.TS)
	}
	post.Reactions = im.reactions(m)
	im.account.Reactions -= len(post.Reactions)
	// A thread whose first message was not imported hangs on the first reply that was.
	fate, thread := Posted, first(m.ThreadTS, m.TS)
	if root := im.threads[thread]; root != "" {
		post.Root, fate = root, Replied
	} else {
		im.threads[thread] = post.Key
	}
	im.threads[m.TS] = first(post.Root, post.Key)
	im.posts = append(im.posts, post)
	return fate
}

// reactions are those of m that there are here too, of people whom the export describes.
func (im *slackImport) reactions(m slackMessage) (all []store.ImportedReaction) {
	for _, r := range m.Reactions.V {
		kind, ours := r.kind()
		for _, user := range r.Users {
			if ours && im.handles[user] != "" {
				all = append(all, store.ImportedReaction{Person: user, Kind: kind})
			}
		}
	}
	return all
}

// author returns the key of who wrote m, whom it makes known to the store if users.json did not.
// Messages of integrations name no user: each name they sign with becomes a bot.
func (im *slackImport) author(m slackMessage) string {
	p := store.ImportedPerson{Key: first(m.User, m.Comment.V.User)}
	switch {
	case p.Key == slackBot:
		p.Handle, p.Name, p.Bot = "slackbot", "Slackbot", true
	case p.Key != "":
		p.Handle = first(m.Profile.V.Name, m.Profile.V.DisplayName, p.Key)
		p.Name = first(m.Profile.V.RealName, m.Profile.V.DisplayName)
		p.Bot = m.BotID != ""
	case m.Subtype == "file_comment" && mentioned(m.Text) != "":
		p.Key = mentioned(m.Text)
	default:
		p.Name = im.plain(first(m.Username, m.BotProfile.V.Name, m.BotID, "Unknown sender"))
		p.Handle, p.Key, p.Bot = p.Name, "bot "+p.Name, true
	}
	if im.handles[p.Key] == "" {
		im.met = append(im.met, im.person(p))
	}
	return p.Key
}

// fit cuts a text to what the store takes, at a character's boundary, and says so in its last line.
func (im *slackImport) fit(body string) string {
	if len(body) <= store.ImportedPostLimit {
		return body
	}
	im.account.Shortened++
	const note = "\n(The rest was too long to import.)"
	return strings.ToValidUTF8(body[:store.ImportedPostLimit-len(note)], "") + note
}

func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// first returns the first of its arguments that is not empty.
func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
