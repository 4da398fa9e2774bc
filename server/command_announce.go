package server

import (
	"errors"
	"fmt"
	"strings"

	"tincan/store"
	"tincan/store/archive"
)

// announcedLine is what --json says of a post that is an announcement.
type announcedLine struct {
	Version  int      `json:"version"`
	For      string   `json:"for"`     // the handle of the person in whose name it is, "" for nobody else
	To       []string `json:"to"`      // departments, empty for all
	Members  bool     `json:"members"` // only those in its channel
	Follows  bool     `json:"follows"` // who joins later is asked too
	MustRead bool     `json:"must_read"`
	Due      string   `json:"due"` // RFC 3339, UTC; "" for none

	Asked  bool   `json:"asked"`  // I am
	Answer string `json:"answer"` // mine: pending, understood, question or resolved
	Read   bool   `json:"read"`   // I have had all of it on the screen

	Pending    int `json:"pending"`
	Understood int `json:"understood"`
	Questions  int `json:"questions"`
	Resolved   int `json:"resolved"`
}

func asAnnounced(a *store.Announcement) *announcedLine {
	if a == nil {
		return nil
	}
	c := a.Counts
	return &announcedLine{a.Version, a.ForHandle, a.Departments, a.Members, a.Follows, a.MustRead, stamp(a.Due),
		a.Asked, a.Answer.String(), a.Read, c[store.Pending], c[store.Understood], c[store.HasQuestion], c[store.Resolved]}
}

// announceOf is how the flags say that a post is announced; nil for a post that is not.
func (c *call) announceOf() (*store.NewAnnouncement, error) {
	if !c.has(flagAnnounce) {
		for _, f := range []option{flagMustRead, flagDue, flagFor, flagAudience, flagFixed, flagWhy} {
			if c.has(f) {
				return nil, &misuse{f.name + " goes with " + flagAnnounce.name + "."}
			}
		}
		return nil, nil
	}
	if c.has(flagQuestion) {
		return nil, &misuse{"An announcement asks whether it is understood; it cannot be a question too."}
	}
	n := &store.NewAnnouncement{For: c.flags[flagFor.name], Fixed: c.has(flagFixed), MustRead: c.has(flagMustRead), Why: c.flags[flagWhy.name]}
	if to := strings.TrimSpace(c.flags[flagAudience.name]); strings.EqualFold(to, "everyone") {
		n.Everyone = true
	} else {
		n.Departments = strings.FieldsFunc(to, func(r rune) bool { return r == ',' })
	}
	if c.has(flagDue) {
		var err error
		if n.Due, err = store.ParseDue(c.flags[flagDue.name], c.Now().In(c.zone())); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// shown notes that I have had announcements whole before me: what was printed is out, and can be read.
func (c *call) shown(posts []store.Post) error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	for _, p := range posts {
		a := p.Announcement
		if a == nil || !a.Asked || a.Read || p.Deleted || p.Hidden {
			continue
		}
		_, err := c.store.MarkSeen(c.ctx, c.me.ID, p.ID, a.Version, store.Part{To: store.WholeText})
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrForbidden) { // gone meanwhile
			return err
		}
	}
	return nil
}

// announcedWords is what there is to know of an announcement besides its text.
func (c *call) announcedWords(p store.Post) []string {
	a := p.Announcement
	if a == nil {
		return nil
	}
	var words []string
	if a.ForName != "" {
		words = append(words, "for "+a.ForName)
	}
	if a.MustRead {
		words = append(words, "must read", "due "+c.when(a.Due))
	} else {
		words = append(words, "announcement")
	}
	words = append(words, "to "+a.To(p.ChannelName))
	switch {
	case a.Waits():
		words = append(words, "waits for your answer")
	case a.Answer != store.Pending:
		words = append(words, "you answered: "+a.Answer.String())
	}
	return words
}

// ack answers an announcement.
func (c *call) ack() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	question, asks := c.flags[flagAsk.name]
	if asks {
		if question, err = c.body(question); err != nil {
			return err
		}
		if _, err := store.CleanBody(question); err != nil {
			return err
		}
	}
	reply, err := c.store.AnswerAnnouncement(c.ctx, c.me.ID, id, 0, question)
	if errors.Is(err, store.ErrForbidden) {
		if p, _ := c.store.Post(c.ctx, c.me.ID, id); p.Announcement != nil && p.Announcement.Asked && !p.Announcement.Read {
			return refuse(err, "Read it first, then answer. Type: %s", c.typed(fmt.Sprint("thread ", id)))
		}
	}
	if err != nil {
		return err
	}
	if asks {
		return c.changed(id, "Asked as %d. When it is clear, type: %s", reply.ID, c.typed(fmt.Sprint("ack ", id)))
	}
	return c.changed(id, "Noted: you have understood %d.", id)
}

// addresseeLine is somebody whom an announcement asks, as --json prints them.
type addresseeLine struct {
	Handle     string `json:"handle"`
	Name       string `json:"name"`
	Department string `json:"department"`
	Answer     string `json:"answer"`   // pending, understood, question or resolved
	At         string `json:"at"`       // when they answered first, RFC 3339, UTC; "" for not yet
	Read       string `json:"read"`     // when they had had all of it on the screen
	Question   int64  `json:"question"` // the reply that asks, 0 for none
	Gone       bool   `json:"gone"`     // no longer on the roster
}

// pending prints whom an announcement still waits for, or with --all everyone whom it asks.
func (c *call) pending() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	those := store.ThosePending
	if c.has(flagAll) {
		those = store.AllAsked
	}
	p, err := c.store.Post(c.ctx, c.me.ID, id)
	if err != nil {
		return err
	}
	if p.Announcement == nil { // the store says so in its own words
		_, err := c.store.Audience(c.ctx, c.me.ID, id, those, "", nil, 1)
		return err
	}
	print := c.addressee
	var table *archive.Table
	if c.has(flagCSV) {
		table = archive.NewTable(c.out, "handle", "name", "department", "answer", "at", "read", "due", "question")
		print = func(a store.Addressee) error {
			table.Row(a.Handle, a.Name, a.Department, a.Answer.String(), stamp(a.At), stamp(a.ReadAt), stamp(p.Announcement.Due), questionOf(a))
			return nil
		}
	}
	for after := (*store.Addressee)(nil); ; {
		list, err := c.store.Audience(c.ctx, c.me.ID, id, those, c.flags[flagAudience.name], after, store.MaxPage)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := print(a); err != nil {
				return err
			}
		}
		if len(list) < store.MaxPage {
			break
		}
		after = &list[len(list)-1]
	}
	if table == nil {
		return nil
	}
	return table.Close()
}

// questionOf is the number of the reply that asks, "" for none.
func questionOf(a store.Addressee) string {
	if a.Question == 0 {
		return ""
	}
	return fmt.Sprint(a.Question)
}

// addressee prints one person a line, the handle first.
func (c *call) addressee(a store.Addressee) error {
	if c.has(flagJSON) {
		return c.object(addresseeLine{a.Handle, a.Name, a.Department, a.Answer.String(), stamp(a.At), stamp(a.ReadAt), a.Question, a.Gone})
	}
	parts := []string{a.Handle, a.Name}
	if a.Department != "" {
		parts = append(parts, a.Department)
	}
	switch {
	case a.Answer != store.Pending:
		parts = append(parts, a.Answer.String()+", "+c.when(a.At))
	case a.Gone:
		parts = append(parts, "no longer here")
	case !a.ReadAt.IsZero():
		parts = append(parts, "has read it")
	}
	return c.say("%s", strings.Join(parts, " · "))
}

// remind tells those who have not answered.
func (c *call) remind() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	n, err := c.store.Remind(c.ctx, c.me.ID, id, c.flags[flagWhy.name])
	if err != nil {
		return err
	}
	return c.changed(id, "Reminded %s.", store.Count(n, "person", "people"))
}

// mustRead prints the announcements that wait for my answer, in full, and so counts them as read.
func (c *call) mustRead() error {
	posts, err := c.store.MustReads(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	if err := c.posts(posts...); err != nil {
		return err
	}
	return c.shown(posts)
}

// readWaiting reads what waits for my answer out, for a terminal that cannot draw.
func (c *call) readWaiting() error {
	posts, err := c.store.MustReads(c.ctx, c.me.ID)
	if err != nil || len(posts) == 0 {
		return err
	}
	c.say("You must read and answer: %s.", store.Count(len(posts), "announcement", "announcements"))
	for _, p := range posts {
		c.say("")
		c.readPost(p)
		c.say("If you have understood it, type: %s", c.typed(fmt.Sprint("ack ", p.ID)))
		c.say("If you have a question, type: %s", c.typed(fmt.Sprintf("\"ack %d --question 'Your question'\"", p.ID)))
	}
	c.say("")
	return c.shown(posts)
}

// readAnnounced reads what makes a post an announcement.
func (c *call) readAnnounced(p store.Post) {
	a := p.Announcement
	if a.ForName != "" {
		c.say("For %s.", a.ForName)
	}
	c.say("An announcement to %s.", a.To(p.ChannelName))
	if a.MustRead {
		c.say("It must be read, and answered by %s.", c.inFull(a.Due))
	}
	if a.Answer != store.Pending {
		c.say("Your answer: %s.", a.Answer)
	}
}
