package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

const (
	plainNew  = 100 // new posts read at once: half an hour for a voice
	plainHome = 10  // posts of Home where nothing is new
)

// newPlace is a place with something new in it: a channel, or a thread that I follow.
type newPlace struct {
	title string
	posts []store.Post // oldest first
}

// readNew is what is new, for a terminal that cannot draw: often a screen reader's. One fact a line, in
// full words, nothing drawn. Who reads it says when it counts as read, because nobody here can see how far they came.
func (c *call) readNew() error {
	places, err := c.newPlaces()
	if err != nil {
		return err
	}
	c.say("You are signed in as %s.", c.me.Display())
	trial, err := c.store.TrialDays(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	if end := trial.TellsEnd(); end != "" {
		c.say("%s", end)
	}
	if err := c.readWaiting(); err != nil {
		return err
	}
	if err := c.readInbox(); err != nil {
		return err
	}
	shown, last := oldest(places, plainNew)
	switch total := countPosts(places); {
	case total == 0:
		if err := c.readHome(); err != nil {
			return err
		}
	default:
		c.say("New for you: %s.", store.Count(total, "post", "posts"))
		if total > plainNew {
			c.say("Here are the oldest %d of them.", plainNew)
		}
		for _, p := range shown {
			c.readPlace(p)
		}
		c.say("\nTo count these as read, type: %s", c.typed(fmt.Sprint("seen ", last)))
	}
	if trial.Frozen() == "" {
		c.say("To write, type: %s", c.typed(`"post '#everyone' 'Your text'"`))
	}
	return c.say("For everything else, type: %s", c.typed("help"))
}

// readInbox says how much of the inbox is not read, kind by kind.
func (c *call) readInbox() error {
	items, err := c.inboxItems(store.MaxPage)
	if err != nil {
		return err
	}
	of := map[store.InboxKind]int{}
	for _, i := range items {
		if i.Unread {
			of[i.Kind] += i.Count
		}
	}
	var parts []string
	for _, k := range []struct {
		kind      store.InboxKind
		one, more string
	}{
		{store.Mentioned, "mention", "mentions"},
		{store.Replied, "reply", "replies"},
		{store.Reacted, "reaction", "reactions"},
		{store.Answered, "answer", "answers"},
		{store.LetStand, "post that you reported stands", "posts that you reported stand"},
		{store.WasHidden, "post that you reported was hidden", "posts that you reported were hidden"},
		{store.Reminded, "reminder", "reminders"},
		{store.Asked, "question about an announcement of yours", "questions about announcements of yours"},
	} {
		if n := of[k.kind]; n > 0 {
			parts = append(parts, store.Count(n, k.one, k.more))
		}
	}
	if len(parts) == 0 {
		return c.say("Nothing in your inbox is new.")
	}
	c.say("New in your inbox: %s.", strings.Join(parts, ", "))
	return c.say("To read the inbox, type: %s", c.typed("inbox --read"))
}

// readHome reads the newest of Home.
func (c *call) readHome() error {
	posts, err := c.store.Home(c.ctx, c.me.ID, 0, plainHome)
	if err != nil {
		return err
	}
	if len(posts) == 0 {
		return c.say("Nobody has written here yet.")
	}
	c.say("No post is new. Here is the newest of Home, newest first.")
	for _, p := range posts {
		c.say("")
		c.readPost(p)
	}
	return c.say("")
}

func (c *call) readPlace(p newPlace) {
	c.say("\n%s: %s.", p.title, store.Count(len(p.posts), "new post", "new posts"))
	for _, post := range p.posts {
		c.say("")
		c.readPost(post)
	}
}

// readPost reads one post. The text is set in, so that no text can pass for a fact about a post.
func (c *call) readPost(p store.Post) {
	kind := "Post"
	if p.Root != 0 {
		kind = fmt.Sprintf("Reply to %d, number", p.Root)
	} else if p.Question {
		kind = "Question"
	}
	where := p.ChannelName
	if p.Direct {
		where = "your conversation " + place(p)
	}
	c.say("%s %d in %s.", kind, p.ID, where)
	from := "From " + p.Name
	if p.Department != "" {
		from += ", " + p.Department
	}
	c.say("%s.", from)
	c.say("%s.", c.inFull(p.At))
	if p.Announcement != nil {
		c.readAnnounced(p)
	}
	if !p.EditedAt.IsZero() {
		c.say("Edited.")
	}
	c.say("  %s", strings.ReplaceAll(shownBody(p), "\n", "\n  "))
	for i, n := range p.Reactions.Count {
		if n > 0 {
			c.say("%s.", store.Count(n, "person reacted with ", "people reacted with ")+store.Reaction(i).Word())
		}
	}
	if p.Answer != 0 {
		c.say("Answered by %d.", p.Answer)
	}
	if p.Replies > 0 {
		c.say("%s.", store.Count(p.Replies, "reply", "replies"))
	}
}

// inFull is a time with nothing left out.
func (c *call) inFull(t time.Time) string {
	return t.In(c.zone()).Format("Monday 2 January 2006 at 15:04")
}

// newPlaces are the places with something new for me: channels that I have not muted, then threads that I follow.
func (c *call) newPlaces() ([]newPlace, error) {
	channels, err := c.store.Sidebar(c.ctx, c.me.ID)
	if err != nil {
		return nil, err
	}
	var places []newPlace
	for _, ch := range channels {
		if ch.Muted || ch.Unread == 0 {
			continue
		}
		posts, err := c.newRoots(ch)
		if err != nil {
			return nil, err
		}
		title := "In the channel " + ch.Name
		if ch.Direct {
			title = "In your conversation with " + ch.Name
		}
		places = append(places, newPlace{title, posts})
	}
	threads, err := c.store.UnreadThreads(c.ctx, c.me.ID)
	if err != nil {
		return nil, err
	}
	for _, root := range threads {
		replies, err := c.newReplies(root)
		if err != nil {
			return nil, err
		}
		places = append(places, newPlace{fmt.Sprintf("In the thread of post %d", root), replies})
	}
	return places, nil
}

// newRoots are the posts of a channel that are new for me, oldest first.
func (c *call) newRoots(ch store.Channel) (posts []store.Post, err error) {
	for before, looked := int64(0), 0; len(posts) < ch.Unread && looked < store.MaxLog; {
		page, err := c.store.ChannelPosts(c.ctx, c.me.ID, ch.ID, before, store.MaxPage)
		if err != nil || len(page) == 0 {
			slices.Reverse(posts)
			return posts, err
		}
		for _, p := range page {
			if p.Unread && !p.Deleted {
				posts = append(posts, p)
			}
		}
		looked += len(page)
		before = page[len(page)-1].ID
	}
	slices.Reverse(posts)
	return posts, nil
}

// newReplies are the replies of a thread that are new for me, oldest first.
func (c *call) newReplies(root int64) (posts []store.Post, err error) {
	for before, more := int64(0), true; more && len(posts) < store.MaxLog; {
		th, err := c.store.Thread(c.ctx, c.me.ID, root, before, store.MaxPage)
		if errors.Is(err, store.ErrNotFound) { // gone meanwhile
			return posts, nil
		}
		if err != nil {
			return nil, err
		}
		page := slices.DeleteFunc(th.Replies, func(p store.Post) bool { return !p.Unread || p.Deleted })
		more = th.Earlier && len(page) > 0
		posts = append(page, posts...)
		if more {
			before = page[0].ID
		}
	}
	return posts, nil
}

func countPosts(places []newPlace) (n int) {
	for _, p := range places {
		n += len(p.posts)
	}
	return n
}

// oldest are the oldest n posts of the places, and the number of the last of them: whatever has a higher
// number has not been read out in any place.
func oldest(places []newPlace, n int) (shown []newPlace, last int64) {
	var ids []int64
	for _, place := range places {
		for _, p := range place.posts {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil, 0
	}
	slices.Sort(ids)
	last = ids[min(n, len(ids))-1]
	for _, place := range places {
		place.posts = slices.DeleteFunc(slices.Clone(place.posts), func(p store.Post) bool { return p.ID > last })
		if len(place.posts) > 0 {
			shown = append(shown, place)
		}
	}
	return shown, last
}

// seen moves my place in everything that has something new for me forward to a post: it and what is older counts as read.
func (c *call) seen() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	if _, err := c.store.Post(c.ctx, c.me.ID, id); err != nil {
		return err
	}
	places, err := c.newPlaces()
	if err != nil {
		return err
	}
	n := 0
	for _, place := range places {
		read := slices.IndexFunc(place.posts, func(p store.Post) bool { return p.ID > id })
		if read < 0 {
			read = len(place.posts)
		}
		if read == 0 {
			continue
		}
		n += read
		switch p := place.posts[read-1]; p.Root {
		case 0:
			err = c.store.MarkRead(c.ctx, c.me.ID, p.Channel, p.Seq)
		default:
			err = c.store.MarkThreadRead(c.ctx, c.me.ID, p.Root, p.Seq)
		}
		if err != nil {
			return err
		}
	}
	if n == 0 {
		return c.say("Nothing up to that post is new any more. For what is new, type: %s", c.typed("home"))
	}
	return c.say("%s now read.", store.Count(n, "post is", "posts are"))
}
