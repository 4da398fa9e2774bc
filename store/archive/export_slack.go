package archive

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

const slackExport = "slack-export.zip"

// slackNames are what Slack calls our reactions, in their order.
var slackNames = [...]string{"+1", "heart", "tada", "smile", "eyes", "white_check_mark"}

// slackClock gives the posts of a channel, in the order of time, each a name of its own: its time in microseconds,
// one more for each that has the same.
type slackClock struct {
	last  time.Time
	twins int
}

func (c *slackClock) stamp(p store.ExtractPost) string {
	if p.At.Equal(c.last) {
		c.twins++
	} else {
		c.last, c.twins = p.At, 0
	}
	return fmt.Sprintf("%d.%06d", p.At.Unix(), p.At.Nanosecond()/1000+c.twins)
}

func slackPerson(id int64) string { return fmt.Sprintf("U%09d", id) }
func slackRoom(id int64) string   { return fmt.Sprintf("C%09d", id) }

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackZip is the zip in the zip.
type slackZip struct {
	*export
	zip *zip.Writer
	out *entries
}

func (e *export) slack() error {
	return e.add(slackExport, func(w *entries) error {
		s := &slackZip{e, zip.NewWriter(w), w}
		if err := s.lists(); err != nil {
			return err
		}
		for _, c := range e.channels {
			if err := s.channel(c); err != nil {
				return err
			}
		}
		return s.zip.Close()
	})
}

func (s *slackZip) create(name string) (io.Writer, error) {
	return s.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.manifest.Made})
}

// list writes an array of values.
func (s *slackZip) list(name string, values []any) error {
	w, err := s.create(name)
	if err != nil {
		return err
	}
	j := json.NewEncoder(w)
	j.SetIndent("", " ")
	return j.Encode(append([]any{}, values...))
}

type object = map[string]any

// lists writes who and what there is. Slack tells four kinds of conversations apart.
func (s *slackZip) lists() error {
	var users, open, private, pairs, groups []any
	for _, p := range s.people {
		users = append(users, object{"id": slackPerson(p.ID), "name": p.Handle, "deleted": p.State == store.Left, "real_name": p.Name, "tz": p.Zone, "is_bot": p.Bot, "is_admin": p.Admin,
			"profile": object{"real_name": p.Name, "display_name": p.Handle, "title": p.Title, "email": p.Email}})
	}
	for _, c := range s.channels {
		members := []string{}
		for _, id := range c.Members {
			members = append(members, slackPerson(id))
		}
		value := object{"id": slackRoom(c.ID), "created": c.CreatedAt.Unix(), "members": members}
		if len(c.Direct) != 2 {
			value["name"], value["is_archived"], value["is_general"] = c.Name, !c.ArchivedAt.IsZero(), c.Everyone && c.Name == "everyone"
			value["creator"] = ""
			if c.CreatedBy != 0 {
				value["creator"] = slackPerson(c.CreatedBy)
			}
			value["purpose"] = object{"value": slackEscapes.Replace(c.Purpose), "creator": "", "last_set": 0}
			value["topic"] = object{"value": "", "creator": "", "last_set": 0}
		}
		switch {
		case len(c.Direct) == 2:
			pairs = append(pairs, value)
		case len(c.Direct) > 0:
			groups = append(groups, value)
		case c.Private:
			private = append(private, value)
		default:
			open = append(open, value)
		}
	}
	for _, f := range []struct {
		name   string
		values []any
	}{{"users.json", users}, {"channels.json", open}, {"groups.json", private}, {"dms.json", pairs}, {"mpims.json", groups}} {
		if f.name != "users.json" && f.name != "channels.json" && len(f.values) == 0 {
			continue
		}
		if err := s.list(f.name, f.values); err != nil {
			return err
		}
	}
	return nil
}

// slackFolder is the folder of a conversation: its name, of one between two its id.
func slackFolder(c store.ExtractChannel) string {
	if len(c.Direct) == 2 {
		return slackRoom(c.ID)
	}
	return c.Name
}

// channel writes a file for each day.
func (s *slackZip) channel(c store.ExtractChannel) error {
	stamps, err := s.rootStamps(c)
	if err != nil {
		return err
	}
	var times slackClock
	var w io.Writer
	day := ""
	for p, err := range s.x.ChannelPosts(s.ctx, c.ID) {
		if err != nil {
			return err
		}
		between := ",\n"
		if d := p.At.UTC().Format(time.DateOnly); d != day {
			if w != nil {
				io.WriteString(w, "\n]\n")
			}
			if w, err = s.create(slackFolder(c) + "/" + d + ".json"); err != nil {
				return err
			}
			day, between = d, "[\n"
		}
		text, err := json.Marshal(s.message(p, times.stamp(p), stamps))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s %s", between, text); err != nil {
			return err
		}
		s.out.Entries++
	}
	if w != nil {
		_, err = io.WriteString(w, "\n]\n")
	}
	return err
}

// slackThread is how Slack names a post that has replies.
type slackThread struct {
	stamp  string
	author int64
}

// rootStamps names the threads of a channel, which their replies refer to.
func (s *slackZip) rootStamps(c store.ExtractChannel) (map[int64]slackThread, error) {
	roots := map[int64]slackThread{}
	var times slackClock
	for p, err := range s.x.ChannelPosts(s.ctx, c.ID) {
		if err != nil {
			return nil, err
		}
		if stamp := times.stamp(p); p.Replies > 0 {
			roots[p.ID] = slackThread{stamp, p.Author}
		}
	}
	return roots, nil
}

func (s *slackZip) message(p store.ExtractPost, stamp string, roots map[int64]slackThread) object {
	m := object{"type": "message", "user": slackPerson(p.Author), "text": slackEscapes.Replace(p.Body), "ts": stamp}
	if root, is := roots[p.ID]; is {
		m["thread_ts"], m["reply_count"] = root.stamp, p.Replies
	}
	if root, is := roots[p.Root]; is {
		m["thread_ts"], m["parent_user_id"] = root.stamp, slackPerson(root.author)
	}
	if !p.EditedAt.IsZero() && p.State() == "" {
		m["edited"] = object{"user": slackPerson(p.Author), "ts": fmt.Sprintf("%d.%06d", p.EditedAt.Unix(), p.EditedAt.Nanosecond()/1000)}
	}
	if p.State() != "" {
		m["subtype"], m["text"] = "tombstone", instead(p)
		return m
	}
	var reactions []object
	for _, t := range tally(p) {
		kind, _ := store.ParseReaction(t.Word)
		users := []string{}
		for _, id := range t.people {
			users = append(users, slackPerson(id))
		}
		reactions = append(reactions, object{"name": slackNames[kind], "users": users, "count": len(users)})
	}
	if reactions != nil {
		m["reactions"] = reactions
	}
	return m
}

// slack reads the posts back.
func (v *reading) slack() error {
	file, err := v.onDisk(slackExport)
	if err != nil {
		return err
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer z.Close()
	handles := map[string]string{}
	folders := map[string]string{}
	for _, c := range v.channels {
		folders[slackFolder(c)] = c.Name
	}
	for _, f := range z.File { // users.json is the first
		r, err := f.Open()
		if err != nil {
			return err
		}
		channel := folders[path.Dir(f.Name)]
		switch {
		case f.Name == "users.json":
			err = decodeArray(r, func(raw json.RawMessage) error {
				var u slackUser
				err := json.Unmarshal(raw, &u)
				handles[u.ID] = u.Name
				return err
			})
		case channel != "":
			err = decodeArray(r, func(raw json.RawMessage) error {
				var m slackMessage
				if err := json.Unmarshal(raw, &m); err != nil {
					return err
				}
				return v.found(v.slackFact(m, channel, handles))
			})
		case !slices.Contains([]string{"channels.json", "groups.json", "dms.json", "mpims.json"}, f.Name):
			err = fmt.Errorf("%s is of no channel", f.Name)
		}
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *reading) slackFact(m slackMessage, channel string, handles map[string]string) fact {
	f := fact{id: v.byStamp[channel+"/"+m.TS], channel: channel, author: handles[m.User], text: slackEntities.Replace(m.Text)}
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		f.root = v.byStamp[channel+"/"+m.ThreadTS]
	}
	if m.Subtype == "tombstone" {
		f.state, f.text = "deleted", ""
		if strings.HasPrefix(m.Text, "This post was hidden") {
			f.state = "hidden"
		}
	}
	return f
}
