package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// dwell is how long a line has to stay on the screen to count as read: shorter
// is passing over it, longer and quick readers would be asked to wait.
const dwell = time.Second

// reading notes which lines of unread posts have been on the screen for dwell.
// A post has been seen when all of its lines have, at once or bit by bit.
type reading struct {
	sights  map[int64]*sight
	held    map[int64]bool // made new again: they do not count as read while they stay on the screen
	ticking bool
}

// sight is what has been seen of one post as it is drawn now.
type sight struct {
	since []time.Time // when each line came onto the screen; zero: it is not there
	done  []bool
	left  int // lines not yet done
	told  int // lines left when the store was told of those of an announcement
}

// seenMsg comes when the oldest line on the screen may have been there for dwell.
type seenMsg struct{ of *feed }

func newReading() reading { return reading{sights: map[int64]*sight{}, held: map[int64]bool{}} }

// hold makes what stands at a place from a post on new again, until somebody comes back to it.
func (f *feed) hold(msg heldMsg) {
	f.keep(func() {
		for i := range f.posts {
			p := f.posts[i]
			if (store.Place{Channel: p.Channel, Root: p.Root}) == msg.at && p.Seq >= msg.seq && p.Author != f.app.me {
				f.reading.held[p.ID] = true
				f.setUnread(i, true)
			}
		}
	})
}

// setUnread puts a post in the place of one that others may have, too.
func (f *feed) setUnread(i int, unread bool) {
	if f.posts[i].Unread != unread {
		p := *f.posts[i]
		p.Unread = unread
		f.posts[i] = f.app.drawn.alike(p)
	}
}

// watch looks at what is on the screen now. It starts the one tick that is
// needed if there is something to wait for, and none otherwise.
func (f *feed) watch(visible bool) tea.Cmd {
	now, oldest := f.app.now(), time.Time{}
	if !visible {
		for _, s := range f.reading.sights {
			clear(s.since)
		}
		clear(f.reading.held)
		return nil
	}
	from, to := f.visible()
	if len(f.reading.sights) > 0 { // of what has gone from the screen, too
		from, to = 0, len(f.posts)
	}
	for i := from; i < to; i++ {
		first, end := f.lines(i)
		if away := end <= f.top || first >= f.top+f.height; away && f.reading.sights[f.posts[i].ID] == nil {
			continue
		}
		if s := f.sight(i, end-first); s != nil {
			s.look(f.top-first, f.top+f.height-first, now)
			if at := s.oldest(); !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
				oldest = at
			}
		}
	}
	if oldest.IsZero() || f.reading.ticking {
		return nil
	}
	f.reading.ticking = true
	return f.app.after(max(oldest.Add(dwell).Sub(now), time.Millisecond), seenMsg{f})
}

// sight is what is known of post i; nil once it need not be watched.
func (f *feed) sight(i, height int) *sight {
	p := f.posts[i]
	if (!p.Unread || f.reading.held[p.ID]) && !toRead(p) {
		delete(f.reading.sights, p.ID)
		return nil
	}
	s := f.reading.sights[p.ID]
	if s == nil || len(s.since) != height { // new, or re-flowed by another width
		s = &sight{since: make([]time.Time, height), done: make([]bool, height), left: height, told: height}
		f.reading.sights[p.ID] = s
	}
	return s
}

// look says which lines of the post are on the screen: from to end.
func (s *sight) look(from, end int, now time.Time) {
	for i := range s.since {
		switch on := i >= from && i < end; {
		case !on:
			s.since[i] = time.Time{}
		case s.since[i].IsZero() && !s.done[i]:
			s.since[i] = now
		}
	}
}

// oldest is when the first of the lines that are being waited for came.
func (s *sight) oldest() (at time.Time) {
	for i, t := range s.since {
		if !s.done[i] && !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// settle counts the lines that have been there long enough, and says whether
// that made a post seen.
func (f *feed) settle() (fresh bool) {
	f.reading.ticking = false
	now := f.app.now()
	for _, s := range f.reading.sights {
		was := s.left
		for i, t := range s.since {
			if !s.done[i] && !t.IsZero() && now.Sub(t) >= dwell {
				s.done[i] = true
				s.left--
			}
		}
		fresh = fresh || was > 0 && s.left == 0
	}
	return fresh
}

// seen says whether all of an unread post has been on the screen.
func (f *feed) seen(id int64) bool {
	s := f.reading.sights[id]
	return s != nil && s.left == 0 && !f.reading.held[id]
}

// toRead says whether the store wants to know what I have seen of a post, because it asks me whether I understand it.
func toRead(p *store.Post) bool {
	an := p.Announcement
	return an != nil && an.Asked && !an.Read && !p.Deleted && !p.Hidden
}

// saw tells the store what has been on the screen of announcements since it was last told.
func (a *app) saw(f *feed) tea.Cmd {
	var cmds []tea.Cmd
	for i := range f.posts {
		p := f.posts[i]
		s := f.reading.sights[p.ID]
		if s == nil || s.left == s.told || !toRead(p) {
			continue
		}
		s.told = s.left
		id, version, parts := p.ID, p.Announcement.Version, s.parts(textOf(p, f.look(p)))
		cmds = append(cmds, func() tea.Msg {
			_, err := a.store.MarkSeen(a.ctx, a.me, id, version, parts...)
			if err != nil && !notFound(err) {
				return errMsg{err}
			}
			return nil
		})
	}
	return tea.Batch(cmds...)
}

// parts are what has been seen of a text that begins at a line of the post and has come so far with each of its lines.
func (s *sight) parts(first int, upTo []int) (parts []store.Part) {
	from := 0
	for i, to := range upTo {
		if at := first + i; at < len(s.done) && s.done[at] {
			parts = append(parts, store.Part{From: from, To: to})
		}
		from = to
	}
	return parts
}

// marking is a position to be moved forward in a channel or a thread.
type marking struct {
	at  store.Place
	seq int64
	// first is the oldest post of what was seen, where it is not known whether
	// those before it have been read; 0 where it is.
	first int64
}

// markedMsg says that everything up to seq has been read at a place.
type markedMsg struct {
	at  store.Place
	seq int64
}

// mark moves the positions.
func (a *app) mark(all []marking) tea.Cmd {
	var cmds []tea.Cmd
	for _, m := range all {
		cmds = append(cmds, func() tea.Msg {
			done, err := a.markOne(m)
			if err != nil {
				return errMsg{err}
			}
			if !done {
				return nil
			}
			return markedMsg{m.at, m.seq}
		})
	}
	return tea.Batch(cmds...)
}

func (a *app) markOne(m marking) (bool, error) {
	if m.at.Root != 0 {
		return true, a.store.MarkThreadRead(a.ctx, a.me, m.at.Root, m.seq)
	}
	if m.first != 0 {
		ok, err := a.readBefore(m.at.Channel, m.first)
		if !ok || err != nil {
			return false, err
		}
	}
	return true, a.store.MarkRead(a.ctx, a.me, m.at.Channel, m.seq)
}

// readBefore says whether the posts of a channel before one have been read. My
// own do not tell; imported ones are never unread.
func (a *app) readBefore(channel, id int64) (bool, error) {
	for {
		posts, err := a.store.ChannelPosts(a.ctx, a.me, channel, id, pageSize)
		if err != nil {
			return false, err
		}
		for _, p := range posts {
			if p.Author != a.me && p.Seq > 0 {
				return !p.Unread, nil
			}
			id = p.ID
		}
		if len(posts) < pageSize {
			return true, nil
		}
	}
}
