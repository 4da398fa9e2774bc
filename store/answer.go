package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Answer is what a person has said to the present version of an announcement.
type Answer int

const (
	Pending     Answer = iota // nothing yet
	Understood                // I have understood it
	HasQuestion               // I have a question
	Resolved                  // my question is resolved, so I have understood it
)

func (a Answer) String() string {
	return [...]string{"pending", "understood", "question", "resolved"}[a]
}

// answerColumns count the people of an announcement by their answer.
var answerColumns = [...]string{"pending", "understood", "questions", "resolved"}

// tally counts so many people more, or fewer, under an answer.
func (t *tx) tally(id int64, a Answer, by int) error {
	column := answerColumns[a]
	return t.run(`UPDATE announcement SET `+column+` = `+column+` + ? WHERE post_id = ?`, by, id)
}

// WholeText is the end of every announcement's text: a Part is measured in so many of it.
const WholeText = 10_000

// Part is what lies between two places of a text, counted in its ten-thousandths, so that what was seen in a
// narrow window counts in a wide one.
type Part struct{ From, To int }

// parseParts reads "0-1200 3400-10000".
func parseParts(text string) (parts []Part) {
	for word := range strings.FieldsSeq(text) {
		var p Part
		if _, err := fmt.Sscanf(word, "%d-%d", &p.From, &p.To); err == nil {
			parts = append(parts, p)
		}
	}
	return parts
}

// joinParts is the parts in order, those that touch made one, and nothing beyond the text.
func joinParts(parts []Part) (out []Part) {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.From, b.From) })
	for _, p := range parts {
		p = Part{max(p.From, 0), min(p.To, WholeText)}
		last := len(out) - 1
		switch {
		case p.From >= p.To:
		case last >= 0 && p.From <= out[last].To:
			out[last].To = max(out[last].To, p.To)
		default:
			out = append(out, p)
		}
	}
	return out
}

func writeParts(parts []Part) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = fmt.Sprintf("%d-%d", p.From, p.To)
	}
	return strings.Join(words, " ")
}

// MarkSeen notes what of an announcement has been on my screen, and returns whether I have now seen all of it.
// Of a version that is no longer the present one, and of what I am not asked, nothing is noted.
func (s *Store) MarkSeen(ctx context.Context, me, id int64, version int, parts ...Part) (read bool, err error) {
	err = s.writeAlways(ctx, func(t *tx) error {
		p, _, err := t.announced(me, id)
		if err != nil {
			return err
		}
		a := p.Announcement
		if read = a.Read; read || !a.Asked || a.Version != version {
			return nil
		}
		seen := joinParts(append(a.Seen, parts...))
		if slices.Equal(seen, a.Seen) {
			return nil
		}
		at := int64(0)
		if read = slices.Equal(seen, []Part{{0, WholeText}}); read {
			at = t.ms()
			t.emitTo(Event{Kind: Changed, Channel: p.Channel, Post: id, By: me}, me)
		}
		return t.run(`INSERT INTO sight VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET parts = ?4, read_at = ?5`, id, version, me, writeParts(seen), at)
	})
	return read, err
}

// AnswerAnnouncement says that I have understood an announcement, or asks what question says, which becomes a
// reply; of an earlier question of mine, understood says that it is resolved. ErrForbidden where I am not asked or
// have not seen all of the text, ErrInvalid where version (0 for the present one) is not the present one any more.
func (s *Store) AnswerAnnouncement(ctx context.Context, me, id int64, version int, question string) (reply Post, err error) {
	ask := question != ""
	if ask {
		if question, err = CleanBody(question); err != nil {
			return Post{}, err
		}
	}
	err = s.write(ctx, func(t *tx) error {
		who, err := t.viewer(me)
		if err != nil {
			return err
		}
		p, c, err := t.announced(me, id)
		if err != nil {
			return err
		}
		if err := mayAnswer(p, c, version); err != nil {
			return err
		}
		a, now, written := p.Announcement, Understood, int64(0)
		switch {
		case ask:
			if err := s.limit.check(who, t.at); err != nil {
				return err
			}
			if written, err = t.askAbout(c, p, me, question); err != nil {
				return err
			}
			s.limit.count(me, t.at)
			now = HasQuestion
		case a.Answer == HasQuestion:
			now = Resolved
		case a.Answer != Pending: // said already
			return nil
		}
		if err := t.answer(p, me, now, written); err != nil {
			return err
		}
		if written != 0 {
			reply, _, err = t.post(me, written)
		}
		return err
	})
	return reply, err
}

// mayAnswer is nil, or why I cannot answer an announcement now.
func mayAnswer(p Post, c channelRow, version int) error {
	a := p.Announcement
	switch {
	case c.Archived:
		return refuse(ErrForbidden, "#%s is archived, so nobody waits for an answer any more.", c.Name)
	case !a.Asked:
		return refuse(ErrForbidden, "You are not asked: this announcement is to %s.", a.To(c.Name))
	case version != 0 && version != a.Version:
		return refuse(ErrInvalid, "It was changed while you were reading. Read it again, then answer.")
	case !a.Read:
		return refuse(ErrForbidden, "Not yet: some of it has not been on your screen for a second.")
	}
	return nil
}

// askAbout writes the reply that asks, and tells the author of the announcement.
func (t *tx) askAbout(c channelRow, p Post, me int64, question string) (int64, error) {
	id, _, err := t.addPost(c, p.ID, me, question, false)
	if err != nil {
		return 0, err
	}
	if err := t.dropDraft(me, Place{Channel: p.Channel, Root: p.ID}); err != nil {
		return 0, err
	}
	// The author is told once: of the question, not also of a reply.
	if err := t.run(`DELETE FROM inbox WHERE person_id = ? AND post_id = ? AND kind = ? AND by_id = ? AND at = ? AND n = 1`, p.Author, p.ID, Replied, me, t.ms()); err != nil {
		return 0, err
	}
	if err := t.notify(p.Author, Asked, id, me); err != nil {
		return 0, err
	}
	return id, t.emitIn(c, Event{Kind: Posted, Root: p.ID, Post: id, By: me})
}

// answer keeps what me says to the present version of p. Only those who look after it are told: if everyone
// were, the answers of a whole company would have everyone read it again as many times.
func (t *tx) answer(p Post, me int64, now Answer, reply int64) error {
	a := p.Announcement
	resolved := int64(0)
	if now == Resolved {
		resolved = t.ms()
	}
	if err := t.run(`INSERT INTO answer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET
		answer = ?4, reply_id = coalesce(nullif(?6, 0), reply_id), resolved_at = ?7`, p.ID, a.Version, me, now, t.ms(), reply, resolved); err != nil {
		return err
	}
	if err := t.run(`UPDATE audience SET answer = ?, waits = 0 WHERE post_id = ? AND person_id = ?`, now, p.ID, me); err != nil {
		return err
	}
	if err := t.tally(p.ID, a.Answer, -1); err != nil {
		return err
	}
	if err := t.tally(p.ID, now, 1); err != nil {
		return err
	}
	if err := t.run(`UPDATE inbox SET unread = 0 WHERE person_id = ? AND post_id = ? AND kind = ? AND unread = 1`, me, p.ID, Reminded); err != nil {
		return err
	}
	admins, err := collect(t, scanID, `SELECT id FROM person WHERE admin = 1`)
	if err != nil {
		return err
	}
	return t.emitSeen(Event{Kind: Changed, Channel: p.Channel, Post: p.ID, By: me}, append(admins, me, p.Author)...)
}

// MustReads returns the announcements that wait for my answer, those that are due first before the others. None does
// once the trial is frozen.
func (s *Store) MustReads(ctx context.Context, me int64) (posts []Post, err error) {
	if side, known := s.recall.side(me); known && len(side.Waiting) == 0 {
		return nil, nil
	}
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		posts, err = t.mustReads(me)
		return err
	})
	return posts, err
}

func (t *tx) mustReads(me int64) ([]Post, error) {
	ids, err := t.waiting(me)
	if err != nil {
		return nil, err
	}
	posts, err := t.postsByID(me, ids)
	slices.SortStableFunc(posts, func(a, b Post) int { return a.Announcement.Due.Compare(b.Announcement.Due) })
	return posts, err
}

// waiting is which announcements wait for an answer of me: none once the trial is frozen, when nobody can give one.
func (t *tx) waiting(me int64) ([]int64, error) {
	if over, err := t.has(frozenQuery); err != nil || over {
		return nil, err
	}
	return collect(t, scanID, waitingQuery, me)
}

const waitingQuery = `SELECT u.post_id FROM audience u INDEXED BY audience_waits CROSS JOIN post p ON p.id = u.post_id JOIN channel c ON c.id = p.channel_id
	LEFT JOIN member m ON m.person_id = ?1 AND m.channel_id = c.id
	WHERE u.person_id = ?1 AND u.waits = 1 AND p.deleted_at = 0 AND p.hidden_at = 0 AND c.archived_at = 0 AND (c.private = 0 OR m.person_id IS NOT NULL)`

// PostponeAnnouncement puts a must read off until I come again; ErrLimited once I have done so as often as one may.
func (s *Store) PostponeAnnouncement(ctx context.Context, me, id int64) error {
	return s.writeAlways(ctx, func(t *tx) error {
		p, _, err := t.announced(me, id)
		if err != nil || !p.Announcement.Waits() {
			return err
		}
		if p.Announcement.Postponed >= Postponements {
			return refuse(ErrLimited, "You have put this off %d times; it stays here until you answer.", Postponements)
		}
		return t.run(`UPDATE audience SET postponed = postponed + 1 WHERE post_id = ? AND person_id = ?`, id, me)
	})
}
