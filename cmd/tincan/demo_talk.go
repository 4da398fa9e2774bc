package main

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tincan/store"
)

const (
	// silent and unanswered are how often nobody answers: a remark, and a question. Nobody's company answers everything.
	silent     = 0.2
	unanswered = 0.04
	// again is how many days pass at least before a thread with slots comes again, as another one, and before
	// anybody says the same as somebody else; sayable are the letters up to which everybody does, such as thank you.
	again   = 18
	sayable = 20
)

// threadsIn is how many threads begin in a week, counted from the first of the pilot.
func (c *madeUp) threadsIn(week int) int {
	share := float64(len(c.people)) / 120
	switch {
	case week < pilotDays/7:
		return int(math.Ceil(share * float64(9+2*week)))
	case week == pilotDays/7:
		return int(share * rootsAWeek * 1.15)
	}
	return int(math.Ceil(share * rootsAWeek * (0.9 + 0.2*c.rnd.Float64())))
}

// talk plans all threads: those that belong to a week in theirs, the others in turn, so that none comes again soon.
func (c *madeUp) talk() {
	turn := slices.DeleteFunc(slices.Clone(c.threads), func(s *script) bool { return s.has("week") })
	c.rnd.Shuffle(len(turn), func(i, j int) { turn[i], turn[j] = turn[j], turn[i] })
	next := 0
	for week := 0; week*7 < c.days; week++ {
		for _, s := range c.threads {
			if s.number("week", math.MinInt) == week-pilotDays/7+1 { // weeks are those of the trial
				c.thread(s, c.nextWorking(7*week+s.number("day", 1+c.rnd.IntN(5))-1))
			}
		}
		for range c.threadsIn(week) {
			day := c.weekday(week)
			if day == 0 || day >= c.days { // on the first one the channels are opened
				continue
			}
			for range turn { // the next in turn that may come
				s := turn[next%len(turn)]
				next++
				before, came := c.last[s]
				if came && (!s.repeats() || day-before < again) || c.private[s.channel] != nil && week < pilotDays/7 {
					continue
				}
				c.last[s] = day
				c.thread(s, day)
				break
			}
		}
	}
}

// weekday is a day of a week on which somebody writes: most on Tuesday, fewest at the weekend.
func (c *madeUp) weekday(week int) int {
	weights := [7]float64{19, 23, 21, 19, 15, 1.6, 1.4}
	x := 100 * c.rnd.Float64()
	for d, w := range weights {
		if x -= w; x < 0 {
			return 7*week + d
		}
	}
	return 7*week + 2
}

// repeats reports whether a thread says something else each time.
func (s *script) repeats() bool {
	return !s.has("once") && !s.has("open") && slot.MatchString(s.body)
}

// knows is the department that answers a question.
func (s *script) knows() string {
	for _, l := range s.lines {
		if l.mark == ">!" {
			return l.by
		}
	}
	return ""
}

// cast is who plays in a thread, and what stands in its slots.
type cast struct {
	me    *colleague
	told  []*colleague          // in the order in which they speak
	named map[string]*colleague // by the department of {@Department}
	slots map[string]string
}

// weight is how much of what is written somebody writes.
func weight(p *colleague) float64 {
	w := map[level]float64{often: 6, some: 1.3, little: 0.02, left: 1, suspended: 1}[p.takes]
	if p.leader { // they say little, and are quoted for it
		w /= 3
	}
	return w * (0.5 + float64(len(p.name)*7%10)/10) // no two of a kind are alike
}

// somebody is one of a department ("*": of any) who writes and is there on that day, and none of those; nil for nobody.
func (c *madeUp) somebody(department string, at time.Time, but ...*colleague) *colleague {
	day := c.dayOf(at)
	var sum float64
	var who []*colleague
	for _, p := range c.people {
		if (department == "*" || p.department == department) && weight(p) > 0 && c.stays(p, day) && (day > p.first || at.In(c.zone).Hour() >= 10) && !slices.Contains(but, p) {
			who = append(who, p)
			sum += weight(p)
		}
	}
	x := sum * c.rnd.Float64()
	for _, p := range who {
		if x -= weight(p); x < 0 {
			return p
		}
	}
	return nil
}

// player is who a line of a script names; nil for nobody.
func (c *madeUp) player(by string, k *cast, at time.Time) *colleague {
	if handle, ok := strings.CutPrefix(by, "@"); ok {
		if p := k.named[handle]; p != nil {
			return p
		}
		if p := c.person(handle); p != nil && c.stays(p, c.dayOf(at)) && (c.dayOf(at) > p.first || at.In(c.zone).Hour() >= 10) {
			return p
		}
		return nil
	}
	if by == "me" {
		return k.me
	}
	if n, err := strconv.Atoi(by); err == nil {
		if n < 1 || n > len(k.told) {
			return nil
		}
		return k.told[n-1]
	}
	but := append([]*colleague{k.me}, k.told...)
	if by == "*" && k.me != nil && c.chance(0.6) {
		if p := c.somebody(k.me.department, at, but...); p != nil {
			return p
		}
	}
	return c.somebody(by, at, but...)
}

// fill puts into a text what its slots stand for, those within others first.
func (c *madeUp) fill(text string, k *cast, at time.Time) string {
	for {
		filled := c.fillInner(text, k, at)
		if filled == text {
			return sentences.ReplaceAllStringFunc(text, strings.ToUpper)
		}
		text = filled
	}
}

// sentences are the beginnings of those that a slot may have begun in small letters.
var sentences = regexp.MustCompile(`^\p{Ll}|[.?!] \p{Ll}`)

// newly fills a text so that nobody has said it for a while; fresh is false where that cannot be.
func (c *madeUp) newly(text string, k *cast, at time.Time) (filled string, fresh bool) {
	day := c.dayOf(at)
	before := maps.Clone(k.slots)
	for range 5 {
		filled = c.fill(text, k, at)
		last, said := c.heard[filled]
		if !said || utf8.RuneCountInString(filled) <= sayable || max(day-last, last-day) >= again {
			c.heard[filled] = day
			return filled, true
		}
		k.slots = maps.Clone(before)
	}
	return "", false
}

// kind is what a slot is of: {n2} is another {n}.
func kind(name string) string { return strings.TrimRight(name, "23456789") }

// fillInner fills the slots that have none within them. The same slot is the same throughout a thread.
func (c *madeUp) fillInner(text string, k *cast, at time.Time) string {
	return slot.ReplaceAllStringFunc(text, func(whole string) string {
		name := whole[1 : len(whole)-1]
		if was, ok := k.slots[name]; ok {
			return was
		}
		value := whole
		department, mention := strings.CutPrefix(name, "@")
		n, err := strconv.Atoi(name)
		switch {
		case name == "me":
			return k.me.called()
		case name == "week": // some weeks ahead, by its number
			_, week := at.In(c.zone).AddDate(0, 0, 21).ISOWeek()
			value = strconv.Itoa(week)
		case strings.HasPrefix(name, "="): // which one is the same in all such slots of a thread
			list := strings.Split(name[1:], "|")
			if k.slots["="] == "" {
				k.slots["="] = strconv.Itoa(c.rnd.IntN(len(list)))
			}
			which, _ := strconv.Atoi(k.slots["="])
			value = list[which%len(list)]
		case strings.HasPrefix(name, "+") && err == nil:
			value = at.In(c.zone).AddDate(0, 0, n).Format("Monday 2 January")
		case err == nil && n > 0 && n <= len(k.told):
			return k.told[n-1].called()
		case mention:
			if p := c.player(department, k, at); p != nil {
				k.named[department] = p
				value = "@" + p.handle
			} else {
				value = "everyone" // in a company too small for anybody to ask
			}
		case strings.Contains(name, "|"):
			value = one(c.rnd, strings.Split(name, "|"))
		case c.slots[kind(name)] != nil:
			value = one(c.rnd, c.slots[kind(name)])
		default:
			return whole
		}
		k.slots[name] = value
		return value
	})
}

// said is a post of the company, from when it is planned on. Its number is known once it is written.
type said struct {
	channel string
	by      *colleague
	at      time.Time
	id      int64
	text    string
}

// thread plans a thread on a day: who begins it, who answers and when, and who likes it.
func (c *madeUp) thread(s *script, day int) {
	if c.threadless(s) {
		return
	}
	k := &cast{named: map[string]*colleague{}, slots: map[string]string{}}
	department := s.by
	if p := c.person(strings.TrimPrefix(s.by, "@")); p != nil {
		department = p.department
	}
	at := c.moment(day, department)
	for range 9 { // nobody asks those who know it
		if k.me = c.player(s.by, k, at); k.me == nil || s.by != "*" || !s.has("ask") || k.me.department != s.knows() {
			break
		}
	}
	if k.me == nil {
		return
	}
	text, fresh := c.newly(s.body, k, at)
	if !fresh {
		return
	}
	root := &said{channel: s.channel, by: k.me, at: at, text: text}
	c.plan(at, func() error {
		return c.write(root, nil, s.has("ask"))
	})
	c.like(root, s.has("liked"))
	heard := c.replies(s, k, root)
	if s.has("pin") {
		c.plan(at.Add(time.Hour), func() error {
			return c.store.PinPost(c.ctx, c.keeps[s.channel].id, root.id, true)
		})
	}
	c.aftermath(s, k, root, heard)
}

// threadless reports whether a thread has no place in this company: nobody is in its private channel who could begin it.
func (c *madeUp) threadless(s *script) bool {
	members := c.private[s.channel]
	return members != nil && !slices.Contains(members, strings.TrimPrefix(s.by, "@"))
}

// replies plans as many of a script's replies as there are this time, and returns when the last is written.
func (c *madeUp) replies(s *script, k *cast, root *said) time.Time {
	at := root.at
	lines := slices.DeleteFunc(slices.Clone(s.lines), func(l line) bool { return l.mark != ">" && l.mark != ">!" })
	quiet := silent
	if s.has("ask") {
		quiet = unanswered
	}
	switch {
	case s.has("week") || len(lines) == 0:
	case s.has("open"), c.chance(quiet):
		return at
	case !s.has("ask") && c.chance(0.15), c.chance(0.03): // it stops earlier than it could
		lines = lines[:1+c.rnd.IntN(len(lines))]
	}
	median, wide := 50*time.Minute, 1.7
	posts := []*said{}
	for _, l := range lines {
		at = c.later(at, c.spread(median, wide))
		median, wide = 18*time.Minute, 1.1 // once they talk, they talk
		p := c.player(l.by, k, at)
		if p == nil {
			return at
		}
		if p != k.me && !slices.Contains(k.told, p) {
			k.told = append(k.told, p)
		}
		text, fresh := c.newly(l.text, k, at)
		if !fresh {
			return at
		}
		reply := &said{channel: s.channel, by: p, at: at, text: text}
		to := root
		if n, err := strconv.Atoi(l.by); (err == nil && n > 0 || l.by == "me") && len(posts) > 0 {
			to = posts[len(posts)-1] // they answer whoever spoke last
		}
		posts = append(posts, reply)
		c.plan(at, func() error { return c.write(reply, to, false) })
		c.like(reply, false)
		if l.mark == ">!" {
			c.plan(c.later(at, c.spread(30*time.Minute, 1)), func() error { return c.store.ResolveQuestion(c.ctx, k.me.id, reply.id, true) })
		}
	}
	return at
}

// write writes a post as a member of its channel: a reply to another, or (nil) the first of a thread.
func (c *madeUp) write(p, to *said, question bool) (err error) {
	place := store.Place{}
	if to != nil {
		if place.Root = to.id; to.id == 0 {
			return nil // there is nothing to reply to
		}
	}
	if err := c.join(p.by, p.channel); err != nil {
		return err
	}
	place.Channel = c.channels[p.channel].ID
	made, err := c.store.CreatePost(c.ctx, p.by.id, store.NewPost{Place: place, Body: p.text, Question: question})
	p.id = made.ID
	return err
}

// like plans who puts what on a post.
func (c *madeUp) like(p *said, much bool) {
	mean := 1.9
	if much {
		mean = 6.5
	}
	n := int(mean * c.rnd.ExpFloat64())
	readers := c.people
	if members := c.private[p.channel]; members != nil {
		readers = slices.DeleteFunc(slices.Clone(readers), func(q *colleague) bool { return !slices.Contains(members, q.handle) })
	}
	kinds := "👍👍👍👍👍👍❤️😄😄👀✅"
	if much {
		kinds = "👍👍👍❤️❤️❤️🎉🎉🎉😄"
	}
	kinds = strings.ReplaceAll(kinds, "❤️", "❤")
	var done []*colleague
	for range min(n, len(c.people)/5) {
		at := c.later(p.at, c.spread(2*time.Hour, 1.2))
		who := one(c.rnd, readers)
		day := c.dayOf(at)
		if who == p.by || slices.Contains(done, who) || !who.here[day] || !c.stays(who, day) || day == who.first {
			continue
		}
		done = append(done, who)
		kind, err := store.ParseReaction(string(one(c.rnd, []rune(kinds))))
		c.plan(at, func() error {
			if err != nil {
				return err
			}
			return c.store.React(c.ctx, who.id, p.id, kind, true)
		})
	}
}

// aftermath plans what else a script says of its first post: that it is edited, deleted, reported, and what becomes of that.
func (c *madeUp) aftermath(s *script, k *cast, root *said, heard time.Time) {
	at, edited := heard, root.at
	for _, l := range s.lines {
		switch l.mark {
		case "~":
			better := c.fill(l.text, k, root.at)
			edited = edited.Add(c.spread(7*time.Minute, 0.5))
			c.plan(edited, func() error {
				_, err := c.store.EditPost(c.ctx, k.me.id, root.id, better)
				return err
			})
		case "gone":
			c.plan(c.later(heard, time.Hour), func() error { return c.store.DeletePost(c.ctx, k.me.id, root.id) })
		case "!":
			at = c.later(at, 2*time.Hour)
			if p := c.player(l.by, k, at); p != nil {
				c.plan(at, func() error { return c.store.ReportPost(c.ctx, p.id, root.id, l.text) })
			}
		case "keep", "hide":
			at = c.later(at, 3*time.Hour)
			decide := c.store.KeepPost
			if l.mark == "hide" {
				decide = c.store.HideReported
			}
			if p := c.player(l.by, k, at); p != nil {
				c.plan(at, func() error { return decide(c.ctx, p.id, root.id, l.text) })
			}
		}
	}
}
