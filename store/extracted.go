package store

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"
)

// ExtractPerson is somebody in an extract.
type ExtractPerson struct {
	Person
	Team  string
	Posts int // that they wrote, in the extract
}

// ExtractChannel is a channel of an extract.
type ExtractChannel struct {
	ID             int64
	Name, Shown    string // Name is direct-ID for a direct conversation, Shown what people read
	Purpose        string
	Private        bool
	Direct         []int64 // the people of a direct conversation
	StewardsPost   bool
	Everyone       bool
	ArchivedAt     time.Time
	CreatedAt      time.Time
	CreatedBy      int64
	Members        []int64
	Stewards       []int64
	Threads, Posts int // Posts counts the replies too
}

// ExtractPost is a post of an extract, with what belongs to it.
type ExtractPost struct {
	ID, Channel, Root, Author int64
	ChannelName, ChannelShown string
	Handle, Name              string // the author's
	Body                      string // of a hidden post too: Text is what may be shown
	At, EditedAt              time.Time
	RootAt                    time.Time // when its thread was begun
	Deleted, Hidden           bool
	DeletedAt                 time.Time
	HiddenAt                  time.Time
	HiddenBy                  int64
	HiddenWhy                 string
	Imported, Question        bool
	PinnedAt                  time.Time
	Answer                    int64
	Replies                   int
	Reactions                 []ExtractReaction
	Versions                  []Version
	Announcement              ExtractAnnouncement
}

// ExtractAnnouncement is what an announcement asked of how many, and how many have answered its current version. It is
// the zero value for every other post.
type ExtractAnnouncement struct {
	For        string // in whose name; "" for the author's own
	MustRead   bool
	DueAt      time.Time
	Asked      int
	Understood int // those whose question is resolved too
	Questions  int // open ones
}

// ExtractReaction is one person's reaction.
type ExtractReaction struct {
	Word   string
	Handle string
	Person int64
}

// State is "" for a post that can be read, "deleted" or "hidden".
func (p ExtractPost) State() string {
	switch {
	case p.Deleted:
		return "deleted"
	case p.Hidden:
		return "hidden"
	}
	return ""
}

// Text is what everybody may read of it: "" if it was deleted or hidden.
func (p ExtractPost) Text() string {
	if p.State() != "" {
		return ""
	}
	return p.Body
}

// eachRow runs a query and yields its rows; an error ends it. Within a walk there may be others, up to readers deep.
func eachRow[T any](ctx context.Context, x *Extract, scan func(*row) (T, error), q string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := x.pool.with(ctx, func(t *tx) error {
			return t.each(func(r *row) error {
				v, err := scan(r)
				if !yield(v, err) || err != nil {
					return errEnough
				}
				return nil
			}, q, args...)
		})
		if err != nil && !errors.Is(err, errEnough) {
			var none T
			yield(none, err)
		}
	}
}

// all gathers what a walk yields.
func all[T any](walk iter.Seq2[T, error]) (list []T, err error) {
	for v, err := range walk {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// People returns everybody in it by handle.
func (x *Extract) People(ctx context.Context) ([]ExtractPerson, error) {
	return all(eachRow(ctx, x, func(r *row) (p ExtractPerson, err error) {
		var created int64
		var state string
		err = r.Scan(&p.ID, &p.Handle, &p.Name, &p.Department, &p.Team, &p.Title, &p.Zone, &p.Email, &p.Bot, &p.Admin, &state, &created, &p.Posts)
		for s := Staged; s <= Left; s++ {
			if s.String() == state {
				p.State = s
			}
		}
		p.CreatedAt = fromMS(created)
		return p, err
	}, `SELECT id, handle, name, department, team, title, zone, email, bot, admin, state, created_at, (SELECT count(*) FROM post WHERE author_id = person.id) FROM person ORDER BY handle`))
}

// Channels returns its channels by name.
func (x *Extract) Channels(ctx context.Context) ([]ExtractChannel, error) {
	return all(eachRow(ctx, x, func(r *row) (c ExtractChannel, err error) {
		var archived, created int64
		var direct, members, stewards string
		err = r.Scan(&c.ID, &c.Name, &c.Shown, &c.Purpose, &c.Private, &direct, &c.StewardsPost, &c.Everyone, &archived, &created, &c.CreatedBy, &members, &stewards, &c.Threads, &c.Posts)
		c.ArchivedAt, c.CreatedAt = fromMS(archived), fromMS(created)
		c.Direct, c.Members, c.Stewards = splitIDs(direct), splitIDs(members), splitIDs(stewards)
		return c, err
	}, `SELECT id, name, shown, purpose, private, direct, stewards_post, everyone, archived_at, created_at, created_by,
		coalesce((SELECT group_concat(person_id) FROM member m WHERE m.channel_id = channel.id), ''), coalesce((SELECT group_concat(person_id) FROM member m WHERE m.channel_id = channel.id AND steward), ''),
		(SELECT count(*) FROM post p WHERE p.channel_id = channel.id AND p.root_id = 0), (SELECT count(*) FROM post p WHERE p.channel_id = channel.id) FROM channel ORDER BY name`))
}

// extractPosts reads posts with what belongs to them; a condition follows.
const extractPosts = `SELECT p.id, p.channel_id, p.root_id, p.author_id, c.name, c.shown, h.handle, h.name, p.body, p.at, p.edited_at, p.deleted_at, p.hidden_at, p.hidden_by, p.hidden_why,
	p.imported, p.question, p.pinned_at, p.answer_id, iif(p.root_id = 0, (SELECT count(*) FROM post r WHERE r.root_id = p.id AND r.root_id <> 0), 0),
	(SELECT json_group_array(json_array(x.reaction, o.handle, o.id)) FROM reaction x JOIN person o ON o.id = x.person_id WHERE x.post_id = p.id),
	coalesce((SELECT at FROM post t WHERE t.id = p.root_id), p.at),
	iif(p.edited_at = 0, '[]', (SELECT json_group_array(json_array(v.body, v.at)) FROM (SELECT body, at FROM version WHERE post_id = p.id ORDER BY id) v)),
	coalesce((SELECT json_array(coalesce(nullif(f.name, ''), f.handle, ''), a.must_read, a.due_at, a.asked,
			(SELECT count(*) FROM answer y WHERE y.post_id = a.post_id AND y.version = a.version AND y.answer <> 'question'), (SELECT count(*) FROM answer y WHERE y.post_id = a.post_id AND y.version = a.version AND y.answer = 'question'))
		FROM announcement a LEFT JOIN person f ON f.id = a.for_id WHERE a.post_id = p.id), '')
	FROM post p JOIN channel c ON c.id = p.channel_id JOIN person h ON h.id = p.author_id WHERE `

func scanExtracted(r *row) (p ExtractPost, err error) {
	var at, edited, deleted, hidden, pinned, rootAt int64
	var reactions, versions, announcement string
	err = r.Scan(&p.ID, &p.Channel, &p.Root, &p.Author, &p.ChannelName, &p.ChannelShown, &p.Handle, &p.Name, &p.Body, &at, &edited, &deleted, &hidden, &p.HiddenBy, &p.HiddenWhy,
		&p.Imported, &p.Question, &pinned, &p.Answer, &p.Replies, &reactions, &rootAt, &versions, &announcement)
	p.RootAt, p.DeletedAt, p.Deleted = fromMS(rootAt), fromMS(deleted), deleted != 0
	p.At, p.EditedAt, p.PinnedAt, p.Hidden, p.HiddenAt = fromMS(at), fromMS(edited), fromMS(pinned), hidden != 0, fromMS(hidden)
	if p.Name == "" {
		p.Name = p.Handle
	}
	if err == nil && reactions != "[]" {
		err = json.Unmarshal([]byte(reactions), &p.Reactions)
	}
	if err == nil && versions != "[]" {
		var all []extractVersion
		err = json.Unmarshal([]byte(versions), &all)
		for _, v := range all {
			p.Versions = append(p.Versions, Version(v))
		}
	}
	if err == nil && announcement != "" {
		err = json.Unmarshal([]byte(announcement), &p.Announcement)
	}
	return p, err
}

// UnmarshalJSON reads the row of a reaction.
func (x *ExtractReaction) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&x.Word, &x.Handle, &x.Person})
}

// UnmarshalJSON reads the row of an announcement.
func (a *ExtractAnnouncement) UnmarshalJSON(text []byte) error {
	var must, due int64
	err := json.Unmarshal(text, &[]any{&a.For, &must, &due, &a.Asked, &a.Understood, &a.Questions})
	a.MustRead, a.DueAt = must != 0, fromMS(due)
	return err
}

type extractVersion Version

func (v *extractVersion) UnmarshalJSON(text []byte) error {
	var ms int64
	err := json.Unmarshal(text, &[]any{&v.Body, &ms})
	v.At = fromMS(ms)
	return err
}

// Posts walks all posts in the order of their numbers.
func (x *Extract) Posts(ctx context.Context) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`1 ORDER BY p.id`)
}

// Starts walks what starts a thread, Replies the replies, each in the order of their numbers.
func (x *Extract) Starts(ctx context.Context) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`p.root_id = 0 ORDER BY p.id`)
}

// Replies walks all replies; see Starts.
func (x *Extract) Replies(ctx context.Context) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`+p.root_id <> 0 ORDER BY p.id`)
}

// Thread walks a post that starts a thread, and its replies.
func (x *Extract) Thread(ctx context.Context, root int64) iter.Seq2[ExtractPost, error] {
	return func(yield func(ExtractPost, error) bool) {
		for _, where := range []string{`p.id = ?`, `p.root_id = ? AND p.root_id <> 0 ORDER BY p.id`} {
			for p, err := range eachRow(ctx, x, scanExtracted, extractPosts+where, root) {
				if !yield(p, err) || err != nil {
					return
				}
			}
		}
	}
}

// ChannelPosts walks the posts and replies of a channel in the order of time.
func (x *Extract) ChannelPosts(ctx context.Context, channel int64) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`p.channel_id = ? ORDER BY p.at, p.id`, channel)
}

// Roots walks what starts a thread in a channel, in the order of time, from since up to before until.
func (x *Extract) Roots(ctx context.Context, channel int64, since, until time.Time) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`p.channel_id = ? AND p.root_id = 0 AND p.at >= ? AND p.at < ? ORDER BY p.at, p.id`, channel, since.UnixMilli(), until.UnixMilli())
}

// AllRoots is Roots in all channels.
func (x *Extract) AllRoots(ctx context.Context, since, until time.Time) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`p.root_id = 0 AND p.at >= ? AND p.at < ? ORDER BY p.at, p.id`, since.UnixMilli(), until.UnixMilli())
}

// PostsBy walks what somebody wrote, newest first.
func (x *Extract) PostsBy(ctx context.Context, person int64) iter.Seq2[ExtractPost, error] {
	return eachRow(ctx, x, scanExtracted, extractPosts+`p.author_id = ? ORDER BY p.id DESC`, person)
}

// Trial returns what was tried out: its name, purpose, first and last day.
func (x *Extract) Trial(ctx context.Context) (tr Trial, err error) {
	err = x.pool.with(ctx, func(t *tx) error {
		return t.get(`SELECT name, purpose, first, last FROM trial`, nil, &tr.Name, &tr.Purpose, &tr.First, &tr.Last)
	})
	if nothing(err) {
		err = nil
	}
	return tr, err
}

// ExtractMonth is a month in which threads were begun.
type ExtractMonth struct {
	Month          time.Time // its first moment in UTC
	Threads, Posts int       // Posts with their replies
}

// Months returns the months of a channel, newest first.
func (x *Extract) Months(ctx context.Context, channel int64) ([]ExtractMonth, error) {
	return all(eachRow(ctx, x, func(r *row) (m ExtractMonth, err error) {
		var month string
		if err = r.Scan(&month, &m.Threads, &m.Posts); err == nil {
			m.Month, err = time.Parse("2006-01", month)
		}
		return m, err
	}, `SELECT strftime('%Y-%m', at / 1000, 'unixepoch') AS month, count(*), count(*) + sum((SELECT count(*) FROM post r WHERE r.root_id = p.id AND r.root_id <> 0))
		FROM post p WHERE channel_id = ? AND root_id = 0 GROUP BY month ORDER BY month DESC`, channel))
}
