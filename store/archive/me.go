package archive

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"tincan/store"
)

// meFormat names the bundle of one person's own data.
const meFormat = "tincan person 1"

// ExportMe writes what is kept about one person as a zip: their profile, public keys, posts with what these
// said before, drafts, saved posts, reactions, followed threads, reports, channels, accepted terms and inbox, each explained in README.txt and counted in
// manifest.json. It never holds a password or a code, nor the words of others. What stands in a channel that
// they can no longer see is theirs, and comes without the channel's name and what became of it there.
//
// The zip is written as it is read from s; after an error it is torn and cannot be opened. The error is that
// of the store or of w.
func ExportMe(ctx context.Context, w io.Writer, s *store.Store, me int64, made time.Time) error {
	held, err := s.Held(ctx, me)
	if err != nil {
		return err
	}
	x := &meExport{ctx: ctx, store: s, me: me, held: held, channels: map[int64]string{}}
	b := newBundle(w, meFormat, made)
	for _, f := range meFiles() {
		if err := b.add(f.name, func(e *entries) error { return f.write(x, e) }); err != nil {
			return err
		}
	}
	return b.close()
}

// meExport is one export of one person's data.
type meExport struct {
	ctx      context.Context
	store    *store.Store
	me       int64
	held     store.Held
	channels map[int64]string // names of those looked up; "" for one that I cannot see
}

// meFile is a file of the export, and what README.txt says of it.
type meFile struct {
	name, says string
	write      func(*meExport, *entries) error
}

func meFiles() []meFile {
	return []meFile{
		{"README.txt", "this text", (*meExport).readme},
		{"profile.json", "who you are here: names, time zone, rights, when you came and were last here, and whether you have a password (never the password)", (*meExport).profile},
		{"keys.json", "the public keys that let you in, one a line", (*meExport).keys},
		{"posts.jsonl", "what you wrote and did not delete, oldest first: posts and replies, what each said before it was edited, and how many reactions it got", (*meExport).posts},
		{"drafts.jsonl", "what you began to write and did not send, and how it is to go out", (*meExport).drafts},
		{"saved.jsonl", "which posts you keep in your own list; their words are their authors'", (*meExport).saved},
		{"reactions.jsonl", "what you reacted to, and how", (*meExport).reactions},
		{"follows.jsonl", "the threads that you follow, by the post that starts each", (*meExport).follows},
		{"reports.jsonl", "which posts you reported to the admins, and why", (*meExport).reports},
		{"channels.json", "the channels and direct conversations that you are in, one a line", (*meExport).joined},
		{"answers.jsonl", "which announcements you were asked about and had on your screen, when you had read all of it, and what you answered", (*meExport).answers},
		{"terms.jsonl", "the terms of the trial that you accepted, by version, and when", (*meExport).terms},
		{"visits.jsonl", "the days on which you were here, which are counted for the figures", (*meExport).visits},
		{"inbox.jsonl", "what you were told: who mentioned you, replied, reacted or chose an answer, in which post", (*meExport).inbox},
	}
}

func (x *meExport) readme(e *entries) error {
	fmt.Fprintf(e, "This is what is kept about %s (%s).\n\n", x.held.Person.Display(), x.held.Person.Handle)
	for _, f := range meFiles() {
		fmt.Fprintf(e, "%-15s %s\n", f.name, f.says)
	}
	fmt.Fprintf(e, "%-15s how many entries each of these files has, its bytes and its SHA-256 checksum\n\n", manifestFile)
	_, err := io.WriteString(e, "Files that end in .json or .jsonl hold one JSON object a line, in UTF-8. Times are in UTC.\n"+
		"Posts are named by their numbers. reply_to is 0 for a post that starts a thread. A channel without a name\n"+
		"is one that you can no longer see; of your posts there, only what you wrote is here.\n")
	return err
}

func (x *meExport) profile(e *entries) error {
	notify, err := x.store.NotifyHow(x.ctx, x.me)
	if err != nil {
		return err
	}
	p := x.held.Person
	return e.put(struct {
		Handle     string     `json:"handle"`
		Name       string     `json:"name"`
		Department string     `json:"department"`
		Title      string     `json:"title"`
		Zone       string     `json:"zone"`
		Email      string     `json:"email"`
		Admin      bool       `json:"admin"`
		Bot        bool       `json:"bot"`
		State      string     `json:"state"`
		Notify     string     `json:"notify"`
		Password   bool       `json:"has_password"`
		Created    *time.Time `json:"created"`
		Came       *time.Time `json:"came"`
		Seen       *time.Time `json:"seen"`
	}{p.Handle, p.Name, p.Department, p.Title, p.Zone, p.Email, p.Admin, p.Bot, p.State.String(),
		[...]string{store.NotifyNot: "nothing", store.NotifyBell: "bell", store.NotifyBanner: "notification"}[notify],
		x.held.Password, at(p.CreatedAt), at(p.CameAt), at(x.held.SeenAt)})
}

// at is a time as it is exported: null for none.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (x *meExport) keys(e *entries) error {
	keys, err := x.store.Keys(x.ctx, x.me)
	for _, k := range keys {
		if err == nil {
			err = e.put(struct {
				Fingerprint string     `json:"fingerprint"`
				Kind        string     `json:"kind"`
				Label       string     `json:"label"`
				Public      string     `json:"public"` // as in an authorized_keys file
				Added       *time.Time `json:"added"`
				Used        *time.Time `json:"used"`
			}{k.Fingerprint, k.Kind, k.Label, k.Kind + " " + base64.StdEncoding.EncodeToString(k.Public), at(k.AddedAt), at(k.UsedAt)})
		}
	}
	return err
}

// mePost is a post of the person's own.
type mePost struct {
	ID        int64          `json:"id"`
	Channel   string         `json:"channel"`
	At        *time.Time     `json:"at"`
	Body      string         `json:"body"`
	ReplyTo   int64          `json:"reply_to"`
	Edited    *time.Time     `json:"edited"`
	Earlier   []meVersion    `json:"earlier"` // what it said before, oldest first
	Imported  bool           `json:"imported"`
	Question  bool           `json:"question"`
	Answer    int64          `json:"answer"` // the reply that answers it, 0 for none
	Hidden    string         `json:"hidden"` // why a steward has hidden it; "" if nobody has
	Replies   int            `json:"replies"`
	Reactions map[string]int `json:"reactions"`
}

type meVersion struct {
	Body string     `json:"body"`
	At   *time.Time `json:"at"`
}

func (x *meExport) posts(e *entries) error {
	for after := int64(0); ; {
		page, err := x.store.OwnPosts(x.ctx, x.me, after, store.MaxPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if err := x.post(e, p); err != nil {
				return err
			}
			after = p.ID
		}
	}
}

func (x *meExport) post(e *entries, p store.Post) error {
	channel, err := x.channel(p.Channel)
	if err != nil {
		return err
	}
	out := mePost{ID: p.ID, Channel: channel, At: at(p.At), Body: p.Body, ReplyTo: p.Root, Edited: at(p.EditedAt),
		Earlier: []meVersion{}, Imported: p.Imported, Question: p.Question, Answer: p.Answer, Hidden: p.HiddenWhy, Replies: p.Replies, Reactions: map[string]int{}}
	if !p.EditedAt.IsZero() {
		before, err := x.store.OwnVersions(x.ctx, x.me, p.ID)
		if err != nil {
			return err
		}
		for _, v := range before {
			out.Earlier = append(out.Earlier, meVersion{v.Body, at(v.At)})
		}
	}
	for i, n := range p.Reactions.Count {
		if n > 0 {
			out.Reactions[store.Reaction(i).Word()] = n
		}
	}
	return e.put(out)
}

// channel is the name of a channel, "" if the person can no longer see it.
func (x *meExport) channel(id int64) (string, error) {
	name, known := x.channels[id]
	if known {
		return name, nil
	}
	c, err := x.store.ChannelByID(x.ctx, x.me, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return "", err
	case c.Direct:
		name = "with " + c.Name
	default:
		name = c.Name
	}
	x.channels[id] = name
	return name, nil
}

func (x *meExport) drafts(e *entries) error {
	drafts, err := x.store.Drafts(x.ctx, x.me)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		channel, err := x.channel(d.Channel)
		if err != nil {
			return err
		}
		if err := e.put(struct {
			Channel string     `json:"channel"`
			ReplyTo int64      `json:"reply_to"`
			Edits   int64      `json:"edits"` // the post that it was to change; 0 for a new one
			Body    string     `json:"body"`
			How     string     `json:"how"` // it is to go out: a question, or what its form says; "" as an ordinary post
			Saved   *time.Time `json:"saved"`
		}{channel, d.Root, d.Edit, d.Body, d.How, at(d.SavedAt)}); err != nil {
			return err
		}
	}
	return nil
}

// mePlace is a post of somebody's, without its words.
type mePlace struct {
	ID      int64      `json:"id"`
	Channel string     `json:"channel"`
	Author  string     `json:"author"` // a handle
	At      *time.Time `json:"at"`
}

func (x *meExport) where(p store.Post) (mePlace, error) {
	channel, err := x.channel(p.Channel)
	return mePlace{p.ID, channel, p.Handle, at(p.At)}, err
}

func (x *meExport) saved(e *entries) error {
	for before := int64(0); ; {
		page, err := x.store.Saved(x.ctx, x.me, before, store.MaxPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			place, err := x.where(p)
			if err != nil {
				return err
			}
			if err := e.put(place); err != nil {
				return err
			}
			before = p.ID
		}
	}
}

func (x *meExport) reactions(e *entries) error {
	marks, err := x.store.OwnReactions(x.ctx, x.me)
	return x.marks(marks, err, func(m store.Mark, channel string) error {
		var words []string
		for _, r := range m.Reactions {
			words = append(words, r.Word())
		}
		return e.put(struct {
			Post      int64    `json:"post"`
			Channel   string   `json:"channel"`
			Reactions []string `json:"reactions"`
		}{m.Post, channel, words})
	})
}

func (x *meExport) follows(e *entries) error {
	marks, err := x.store.OwnFollows(x.ctx, x.me)
	return x.marks(marks, err, func(m store.Mark, channel string) error {
		return e.put(struct {
			Post    int64  `json:"post"`
			Channel string `json:"channel"`
		}{m.Post, channel})
	})
}

func (x *meExport) reports(e *entries) error {
	marks, err := x.store.OwnReports(x.ctx, x.me)
	return x.marks(marks, err, func(m store.Mark, channel string) error {
		return e.put(struct {
			Post    int64      `json:"post"`
			Channel string     `json:"channel"`
			Why     string     `json:"why"`
			At      *time.Time `json:"at"`
		}{m.Post, channel, m.Why, at(m.At)})
	})
}

func (x *meExport) answers(e *entries) error {
	all, err := x.store.OwnAnswers(x.ctx, x.me)
	for _, a := range all {
		if err != nil {
			break
		}
		var channel string
		if channel, err = x.channel(a.Channel); err == nil {
			err = e.put(struct {
				Post     int64      `json:"post"`
				Channel  string     `json:"channel"`
				Version  int        `json:"version"`
				Read     *time.Time `json:"read"`
				Answer   string     `json:"answer"` // pending, understood, question or resolved
				Answered *time.Time `json:"answered"`
			}{a.Post, channel, a.Version, at(a.ReadAt), a.Answer.String(), at(a.At)})
		}
	}
	return err
}

// marks writes each of what the store returned, with the name of its channel.
func (x *meExport) marks(all []store.Mark, err error, put func(store.Mark, string) error) error {
	for _, m := range all {
		if err != nil {
			break
		}
		var channel string
		if channel, err = x.channel(m.Channel); err == nil {
			err = put(m, channel)
		}
	}
	return err
}

// joined writes the channels that the person is in: those on the list of channels, archived ones too, and direct conversations.
func (x *meExport) joined(e *entries) error {
	all, err := x.store.Channels(x.ctx, x.me)
	if err != nil {
		return err
	}
	mine, err := x.store.Sidebar(x.ctx, x.me)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c store.Channel) bool { return !c.Joined })
	mine = slices.DeleteFunc(mine, func(c store.Channel) bool { return !c.Direct })
	for _, c := range append(all, mine...) {
		name, err := x.channel(c.ID)
		if err != nil {
			return err
		}
		if err := e.put(struct {
			Channel string `json:"channel"`
			Private bool   `json:"private"`
			Direct  bool   `json:"direct"`
			Steward bool   `json:"steward"`
			Muted   bool   `json:"muted"`
		}{name, c.Private, c.Direct, c.Steward, c.Muted}); err != nil {
			return err
		}
	}
	return nil
}

func (x *meExport) inbox(e *entries) error {
	for before := (*store.InboxItem)(nil); ; {
		page, err := x.store.Inbox(x.ctx, x.me, before, store.MaxPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, i := range page {
			place, err := x.where(i.Post)
			if err != nil {
				return err
			}
			if err := e.put(struct {
				Kind   string     `json:"kind"`
				At     *time.Time `json:"at"`
				By     string     `json:"by"` // a handle
				Count  int        `json:"count"`
				Unread bool       `json:"unread"`
				Post   mePlace    `json:"post"`
			}{i.Kind.String(), at(i.At), i.ByHandle, i.Count, i.Unread, place}); err != nil {
				return err
			}
		}
		before = &page[len(page)-1]
	}
}

func (x *meExport) terms(e *entries) error {
	for _, a := range x.held.Accepted {
		if err := e.put(struct {
			Version  int64      `json:"version"`
			Accepted *time.Time `json:"accepted"`
		}{a.Version, at(a.At)}); err != nil {
			return err
		}
	}
	return nil
}

func (x *meExport) visits(e *entries) error {
	days, err := x.store.Visits(x.ctx, x.me)
	for _, d := range days {
		if err == nil {
			err = e.put(struct {
				Day string `json:"day"`
			}{d.Format(time.DateOnly)})
		}
	}
	return err
}
