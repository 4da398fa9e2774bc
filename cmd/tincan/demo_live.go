package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tincan/store"
)

// How the made-up people go on, in real time.
const (
	lively    = 3 * time.Minute  // at first somebody does something every few seconds, so that it is seen
	busy      = 20 * time.Minute // then as on a working day, and after that more rarely: threads would come again
	answersAt = 5 * time.Second  // how soon the guest is answered, about
)

// life is the company while it is looked at: some people who write, like, and answer the guest.
type life struct {
	*madeUp
	ctx    context.Context
	pace   float64 // 1 for people; tests have no time
	began  time.Time
	guest  store.Person
	soon   []act
	turn   []*script
	recent []int64 // what was written last, to be liked
	words  map[string][]string
}

// goOn lets some people go on until its context ends. What the store refuses them, as the guest may have suspended
// somebody or closed a channel, does not happen.
func (c *madeUp) goOn(ctx context.Context, pace float64) error {
	l := &life{madeUp: c, ctx: ctx, pace: pace, began: time.Now(), words: map[string][]string{}}
	var err error
	if l.guest, err = c.store.PersonByHandle(ctx, demoGuest); err != nil {
		return err
	}
	answers, err := records("live.txt")
	if err != nil {
		return err
	}
	for _, r := range answers {
		l.words[r.heading] = append(l.words[r.heading], strings.Join(r.fields, "; "))
	}
	events := c.store.Subscribe(ctx, l.guest.ID)
	l.in(6*time.Second, l.beat)
	for {
		slices.SortStableFunc(l.soon, func(a, b act) int { return a.at.Compare(b.at) })
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-events:
			if !open {
				return nil
			}
			l.hear(e)
		case <-time.After(time.Until(l.soon[0].at)): // the next beat at least
			next := l.soon[0]
			l.soon = l.soon[1:]
			_ = next.do()
		}
	}
}

// in does something after a time.
func (l *life) in(after time.Duration, do func() error) {
	l.soon = append(l.soon, act{time.Now().Add(time.Duration(float64(after) * l.pace)), do})
}

// beat lets one person do one thing, and somebody another one after a while.
func (l *life) beat() error {
	var rest time.Duration
	switch age := time.Duration(float64(time.Since(l.began)) / l.pace); {
	case age < lively:
		rest = 6*time.Second + time.Duration(l.rnd.IntN(10))*time.Second
	case age < busy:
		rest = 10*time.Second + time.Duration(l.rnd.IntN(30))*time.Second
	default:
		rest = 40*time.Second + time.Duration(l.rnd.IntN(80))*time.Second
	}
	l.in(rest, l.beat)
	switch x := l.rnd.Float64(); {
	case x < 0.55 || len(l.recent) == 0:
		return l.start()
	case x < 0.85:
		return l.applaud(one(l.rnd, l.recent))
	}
	return l.understand()
}

// start begins the next thread in turn, whose replies follow within a minute or two.
func (l *life) start() error {
	if len(l.turn) == 0 {
		l.turn = slices.DeleteFunc(slices.Clone(l.threads), func(s *script) bool {
			return !s.repeats() || l.private[s.channel] != nil || s.channel == "new-hall"
		})
		l.rnd.Shuffle(len(l.turn), func(i, j int) { l.turn[i], l.turn[j] = l.turn[j], l.turn[i] })
		slices.SortStableFunc(l.turn, func(a, b *script) int { return cmp.Compare(l.last[a]/7, l.last[b]/7) })
	}
	i := slices.IndexFunc(l.turn, func(s *script) bool { return s.channel == "everyone" || slices.Contains(guestsChannels(), s.channel) })
	if i < 0 || l.chance(0.3) { // most where the guest is
		i = 0
	}
	s := l.turn[i]
	l.turn = slices.Delete(l.turn, i, i+1)
	k := &cast{named: map[string]*colleague{}, slots: map[string]string{}}
	at := l.now.AddDate(0, 0, 1) // everybody who came has been here for a day
	if k.me = l.player(s.by, k, at); k.me == nil {
		return nil
	}
	root := &said{channel: s.channel, by: k.me, text: l.fill(s.body, k, at)}
	if err := l.speak(root, nil, s.has("ask")); err != nil {
		return err
	}
	after := time.Duration(0)
	for _, line := range s.lines {
		if line.mark != ">" && line.mark != ">!" {
			continue
		}
		p := l.player(line.by, k, at)
		if p == nil {
			break
		}
		if p != k.me && !slices.Contains(k.told, p) {
			k.told = append(k.told, p)
		}
		after += 12*time.Second + time.Duration(l.rnd.IntN(35))*time.Second
		reply := &said{channel: s.channel, by: p, text: l.fill(line.text, k, at)}
		l.in(after, func() error {
			err := l.speak(reply, root, false)
			if err == nil && line.mark == ">!" {
				l.in(9*time.Second, func() error { return l.store.ResolveQuestion(l.ctx, k.me.id, reply.id, true) })
			}
			return err
		})
	}
	return nil
}

// speak writes a post now.
func (l *life) speak(p, to *said, question bool) error {
	if err := l.write(p, to, question); err != nil {
		return err
	}
	l.recent = append(l.recent, p.id)
	l.recent = l.recent[max(0, len(l.recent)-12):]
	return nil
}

// applaud lets somebody put something on a post.
func (l *life) applaud(post int64) error {
	p := l.somebody("*", l.now.AddDate(0, 0, 1))
	if p == nil {
		return nil
	}
	return l.store.React(l.ctx, p.id, post, store.Reaction(l.rnd.IntN(store.ReactionKinds)), true)
}

// understand lets somebody read what waits for them, and say so.
func (l *life) understand() error {
	p := one(l.rnd, l.people)
	if !l.stays(p, l.days) {
		return nil
	}
	waiting, err := l.store.MustReads(l.ctx, p.id)
	if err != nil || len(waiting) == 0 {
		return err
	}
	a := waiting[0]
	if _, err := l.store.MarkSeen(l.ctx, p.id, a.ID, a.Announcement.Version, store.Part{To: store.WholeText}); err != nil {
		return err
	}
	_, err = l.store.AnswerAnnouncement(l.ctx, p.id, a.ID, a.Announcement.Version, "")
	return err
}

// hear answers the guest: whoever was asked, or wrote before, or just somebody.
func (l *life) hear(e store.Event) {
	switch {
	case e.Kind == store.People && e.Person == l.guest.ID && l.guest.CameAt.IsZero():
		l.meet()
	case e.Kind == store.Posted && e.By == l.guest.ID:
		if p, err := l.store.Post(l.ctx, l.guest.ID, e.Post); err == nil {
			l.reply(p)
		}
	}
}

// meet greets the guest once they have come.
func (l *life) meet() {
	p, err := l.store.PersonByHandle(l.ctx, demoGuest)
	host := l.person("gul")
	if err != nil || p.CameAt.IsZero() || host == nil {
		return
	}
	l.guest = p
	l.in(40*time.Second, func() error {
		c, err := l.store.OpenDirect(l.ctx, host.id, []string{demoGuest})
		if err != nil {
			return err
		}
		_, err = l.store.CreatePost(l.ctx, host.id, store.NewPost{Place: store.Place{Channel: c.ID}, Body: l.answer("welcome")})
		return err
	})
}

// answer is something to say on an occasion.
func (l *life) answer(occasion string) string {
	name := demoGuest
	if p, err := l.store.PersonByHandle(l.ctx, demoGuest); err == nil {
		name, _, _ = strings.Cut(p.Display(), " ")
	}
	return strings.ReplaceAll(one(l.rnd, l.words[occasion]), "{guest}", name)
}

// reply plans what comes back on a post of the guest.
func (l *life) reply(p store.Post) {
	who, occasion := l.addressee(p)
	if who == nil {
		return
	}
	root := p.Root
	if root == 0 && !p.Direct {
		root = p.ID
	}
	l.in(answersAt+time.Duration(l.rnd.IntN(5))*time.Second, func() error {
		if !p.Direct && !l.channels[p.ChannelName].Private { // refused where they are in it already, or need not be
			_ = l.store.JoinChannel(l.ctx, who.id, p.Channel)
		}
		_, err := l.store.CreatePost(l.ctx, who.id, store.NewPost{Place: store.Place{Channel: p.Channel, Root: root}, Body: l.answer(occasion)})
		return err
	})
	l.in(3*time.Second, func() error { return l.applaud(p.ID) })
}

// addressee is who answers a post, and as what.
func (l *life) addressee(p store.Post) (*colleague, string) {
	if p.Direct {
		handles, err := l.store.DirectHandles(l.ctx, l.guest.ID, p.Channel)
		if err != nil || len(handles) == 0 {
			return nil, ""
		}
		return l.person(strings.TrimPrefix(handles[0], "@")), "direct"
	}
	for _, handle := range store.Mentions(p.Body) {
		if who := l.person(handle); who != nil {
			return who, "mention"
		}
	}
	if p.Root != 0 {
		root, err := l.store.Post(l.ctx, l.guest.ID, p.Root)
		if who := l.person(root.Handle); err == nil && who != nil {
			return who, "reply"
		}
	}
	if members := l.private[p.ChannelName]; len(members) > 0 {
		return l.person(one(l.rnd, members)), "post"
	}
	occasion := "post"
	switch {
	case p.Question || strings.HasSuffix(p.Body, "?"):
		occasion = "question"
	case p.ChannelName == "everyone":
		occasion = "hello"
	}
	return l.somebody("*", l.now.AddDate(0, 0, 1)), occasion
}
