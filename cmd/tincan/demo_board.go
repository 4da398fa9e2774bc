package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// decide plans what the board does beside announcing: people who go and come, and a target that moves.
func (c *madeUp) decide() {
	helle, gul, amira := c.people[0], c.person("gul"), c.person("amira")
	if gul == nil || amira == nil {
		return
	}
	for _, p := range c.people {
		switch p.takes {
		case left:
			c.plan(c.at(c.days-24, 16.1), func() error {
				return c.store.Leaver(c.ctx, gul.id, p.handle, "Has found work closer to home. All the best.")
			})
		case suspended:
			c.plan(c.at(c.days-3, 8.4), func() error {
				return c.store.Suspend(c.ctx, gul.id, p.handle, "The laptop was left on a train; until it is found or wiped.")
			})
		}
	}
	c.plan(c.at(c.trial+15, 11.3), func() error {
		return c.store.RenameChannel(c.ctx, c.keeps["help-it"].id, c.channels["help-it"].ID, "ask-it", "Everybody typed that one anyway.")
	})
	c.plan(c.at(c.trial+9, 9.2), func() error {
		return c.store.SetPurpose(c.ctx, gul.id, c.channels["production"].ID, "Lines 1 and 2, shifts, material. Faults go to #quality", "Two people looked for faults here.")
	})
	c.plan(c.at(c.trial+30, 14.6), func() error {
		tr, err := c.store.Trial(c.ctx, helle.id)
		if err != nil {
			return err
		}
		for _, o := range tr.Objectives {
			if o.Measure != "A1" {
				continue
			}
			better := 85.0
			o.Target = &better
			return c.store.SetObjective(c.ctx, helle.id, o, o.OwnerHandle, "Four of five had come after two weeks; we want the others too.")
		}
		return nil
	})
}

// announce plans the announcements, who reads and answers them when, and who is reminded.
func (c *madeUp) announce() error {
	list, err := scripts("announcements.txt")
	if err != nil {
		return err
	}
	for _, s := range list {
		day := c.trial + 7*(s.number("week", 1)-1) + s.number("day", 1) - 1
		if s.has("ago") { // the one that is under way
			day = c.days - 1 - s.number("ago", 2)
		}
		if by := c.person(strings.TrimPrefix(s.by, "@")); by == nil || day < c.trial || day >= c.days {
			continue
		}
		c.announcement(s, day)
	}
	return nil
}

func (c *madeUp) announcement(s *script, day int) {
	k := &cast{me: c.person(strings.TrimPrefix(s.by, "@")), named: map[string]*colleague{}, slots: map[string]string{}}
	at := c.at(day, 9.4+float64(s.number("day", 1))/7)
	root := &said{channel: s.channel, by: k.me, at: at, text: c.fill(s.body, k, at)}
	due := c.at(c.nextWorking(day+s.number("due", 3)), 16)
	n := store.NewAnnouncement{MustRead: s.has("must"), Fixed: !s.has("ago"), Why: strings.ReplaceAll(s.words["why"], "_", " ")}
	if n.MustRead {
		n.Due = due
	}
	if to := s.words["to"]; to != "" {
		n.Departments = strings.Split(to, ",")
	}
	if p := c.person(s.words["for"]); p != nil && p != k.me {
		n.For = p.handle
	}
	c.plan(at, func() error {
		made, err := c.store.CreatePost(c.ctx, k.me.id, store.NewPost{Place: store.Place{Channel: c.channels[s.channel].ID}, Body: root.text, Announce: &n})
		root.id = made.ID
		return err
	})
	c.like(root, s.has("liked"))
	c.replies(s, k, root)
	asks := slices.DeleteFunc(slices.Clone(s.lines), func(l line) bool { return l.mark != "?" })
	reminded := due.Add(time.Duration(s.number("remind", 1)) * 24 * time.Hour)
	if s.has("remind") {
		c.plan(reminded, func() error {
			p, err := c.store.Post(c.ctx, c.people[0].id, root.id)
			if err == nil && p.Announcement.Counts[store.Pending] > 0 {
				_, err = c.store.Remind(c.ctx, c.people[0].id, root.id, "A few answers are missing.")
			}
			return err
		})
	}
	for _, p := range c.people {
		if p == k.me || p.handle == n.For || len(n.Departments) > 0 && !slices.Contains(n.Departments, p.department) {
			continue
		}
		i := slices.IndexFunc(asks, func(l line) bool { return l.by == p.department && weight(p) > 0 && p.takes != little })
		read := c.reads(p, at, reminded)
		if read.IsZero() {
			continue
		}
		var question, reply string
		if i >= 0 {
			question, reply, _ = strings.Cut(asks[i].text, "\n")
			asks = slices.Delete(asks, i, i+1)
		}
		c.answer(root, k, p, read, n.MustRead, question, reply)
	}
}

// reads is when somebody reads a must-read to its end, on one of their days; the zero time for never so far.
func (c *madeUp) reads(p *colleague, from, reminded time.Time) time.Time {
	willing := map[level]float64{often: 0.8, some: 0.62, little: 0.5, reads: 0.4, left: 0.3, suspended: 0.3}[p.takes]
	if p.admin { // the board reads what it asks others to read
		willing = 1
	}
	for day := max(c.dayOf(from), p.first); day < min(c.days, c.dayOf(from)+16); day++ {
		if !p.here[day] || !c.stays(p, day) {
			continue
		}
		at := c.moment(day, p.department)
		if !at.After(from) {
			at = from.Add(c.spread(40*time.Minute, 1))
		}
		more := 1.0
		if at.After(reminded) {
			more = 1.5
		}
		if c.chance(willing * more) {
			return at
		}
		willing *= 0.7 // what was put off once is put off again
	}
	return time.Time{}
}

// answer plans that somebody reads an announcement, and says so or asks; of what they asked they hear later.
func (c *madeUp) answer(root *said, k *cast, p *colleague, at time.Time, must bool, question, reply string) {
	read := func() error {
		_, err := c.store.MarkSeen(c.ctx, p.id, root.id, 1, store.Part{From: 0, To: store.WholeText})
		return err
	}
	if question == "" {
		late := !must || !p.admin && c.chance(0.07) // read, and put off
		c.plan(at, func() error {
			if err := read(); err != nil || late {
				return err
			}
			_, err := c.store.AnswerAnnouncement(c.ctx, p.id, root.id, 1, "")
			return err
		})
		return
	}
	c.plan(at, read)
	at = at.Add(c.spread(80*time.Second, 0.6))
	asked := &said{by: p, at: at}
	c.plan(at, func() error {
		made, err := c.store.AnswerAnnouncement(c.ctx, p.id, root.id, 1, question)
		asked.id = made.ID
		return err
	})
	if reply == "" {
		return
	}
	at = c.later(at, c.spread(70*time.Minute, 0.8))
	c.plan(at, func() error {
		_, err := c.store.CreatePost(c.ctx, k.me.id, store.NewPost{Place: store.Place{Root: asked.id}, Body: reply})
		return err
	})
	c.plan(c.later(at, c.spread(40*time.Minute, 1)), func() error {
		_, err := c.store.AnswerAnnouncement(c.ctx, p.id, root.id, 1, "")
		return err
	})
}

// The mails to all that there were a week before the trial, and that there are still.
const (
	mailsBefore = 9
	mailsNow    = 3
	mailWeeks   = 10 // of the archive before the trial
)

// mails brings in the archive of the mailing list, against which the trial is measured.
func (c *madeUp) mails() error {
	list, err := scripts("mails.txt")
	if err != nil {
		return err
	}
	c.clock.set(c.at(c.days-1, 5)) // in the night, with the backup
	box := &mailbox{company: c}
	last := map[*script]int{}
	next := 0
	for week := -mailWeeks; c.trial+7*week < c.days-1; week++ {
		n := mailsBefore - 1 + c.rnd.IntN(3)
		if week >= 0 {
			n = mailsNow - 1 + c.rnd.IntN(2) - min(1, week/6)
		}
		for sent := 0; sent < n; {
			s := list[next%len(list)]
			next++
			day := c.trial + 7*week + c.rnd.IntN(5)
			if before, came := last[s]; came && day-before < 20 {
				break
			}
			last[s] = day
			if day >= c.days-1 {
				break
			}
			sent += box.thread(s, day, n-sent)
		}
	}
	m, err := archive.ReadMbox(c.ctx, bytes.NewReader(box.text.Bytes()), int64(box.text.Len()), "all-staff", func(int, float64) {})
	if err != nil {
		return err
	}
	_, err = m.Import(c.ctx, c.store, store.Operator, "all-staff-mail", func(int) {})
	return err
}

// mailbox is the archive of a mailing list, as mail programs keep it (mboxrd).
type mailbox struct {
	company *madeUp
	text    bytes.Buffer
	sent    int
}

// thread writes a mail and answers to it, so many at most, and returns how many there were.
func (b *mailbox) thread(s *script, day, most int) int {
	c := b.company
	k := &cast{named: map[string]*colleague{}, slots: map[string]string{}}
	who := func() *colleague { return one(c.rnd, c.people) }
	department := func(name string) *colleague {
		for range 200 {
			if p := who(); (name == "*" || p.department == name) && p != k.me && !slices.Contains(k.told, p) && p.takes != left {
				return p
			}
		}
		return c.people[0]
	}
	if k.me = c.person(strings.TrimPrefix(s.by, "@")); k.me == nil {
		k.me = department(s.by)
	}
	at := c.moment(day, k.me.department)
	subject, body, _ := strings.Cut(c.fill(s.body, k, at), "\n")
	root := b.mail(k.me, at, subject, body, "")
	n := 1
	for _, l := range s.lines {
		if n >= most || c.chance(0.45) {
			break
		}
		p := department(l.by)
		k.told = append(k.told, p)
		at = c.later(at, c.spread(3*time.Hour, 0.9))
		b.mail(p, at, "Re: "+subject, c.fill(l.text, k, at), root)
		n++
	}
	return n
}

// mail writes one mail and returns its number.
func (b *mailbox) mail(p *colleague, at time.Time, subject, body, answers string) string {
	b.sent++
	id := fmt.Sprintf("<%d.%d@%s>", at.Unix(), b.sent, demoMail)
	w := &b.text
	fmt.Fprintf(w, "From %s@%s %s\n", p.handle, demoMail, at.UTC().Format(time.ANSIC))
	fmt.Fprintf(w, "From: %s <%s@%s>\nTo: all-staff@%s\nDate: %s\nSubject: %s\nMessage-ID: %s\nList-Id: All staff <all-staff.%s>\n", p.name, p.handle, demoMail, demoMail, at.Format(time.RFC1123Z), subject, id, demoMail)
	if answers != "" {
		fmt.Fprintf(w, "In-Reply-To: %s\n", answers)
	}
	fmt.Fprintf(w, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n\n", body)
	return id
}
