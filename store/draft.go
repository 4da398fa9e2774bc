package store

import (
	"context"
	"errors"
)

// DraftLimit is the size of a draft in bytes: far more than can be posted, so that a text that is
// too long is kept while it is being shortened.
const DraftLimit = 64 << 10

// draftsLimit is how many places may hold a draft of one person: more than anyone has begun.
const draftsLimit = 500

// SaveDraft keeps what me has written at a place and not sent; "" removes it. The text is cleaned.
// ErrInvalid if it is larger than DraftLimit, ErrNotFound if me may not see the place.
func (s *Store) SaveDraft(ctx context.Context, me int64, at Place, body string) error {
	body = Clean(body)
	if len(body) > DraftLimit {
		return refuse(ErrInvalid, "That is too much text to keep: %s bytes of %s.", Number(len(body)), Number(DraftLimit))
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		at, err := t.draftPlace(me, at)
		if err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, Channel: at.Channel, Root: at.Root, By: me}, me)
		if body == "" {
			return t.run(`DELETE FROM draft WHERE person_id = ? AND channel_id = ? AND root_id = ? AND edit_id = ?`, me, at.Channel, at.Root, at.Edit)
		}
		if err := t.run(`INSERT INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET body = ?5, saved_at = ?6`, me, at.Channel, at.Root, at.Edit, body, t.ms()); err != nil {
			return err
		}
		var have int
		if err := t.get(`SELECT count(*) FROM draft WHERE person_id = ?`, []any{me}, &have); err != nil {
			return err
		}
		if have > draftsLimit {
			return refuse(ErrLimited, "You have %d unsent texts; send or empty one of them first.", draftsLimit)
		}
		return nil
	})
}

// Draft returns what me has written at a place and not sent; "" if nothing.
func (s *Store) Draft(ctx context.Context, me int64, at Place) (body string, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		at, err := t.draftPlace(me, at)
		if err != nil {
			return err
		}
		err = t.get(`SELECT body FROM draft WHERE person_id = ? AND channel_id = ? AND root_id = ? AND edit_id = ?`, []any{me, at.Channel, at.Root, at.Edit}, &body)
		if errors.Is(err, errNoRow) {
			return nil
		}
		return err
	})
	return body, err
}

// draftPlace resolves the place of a draft. A post of mine that was hidden meanwhile still holds what I was writing.
func (t *tx) draftPlace(me int64, at Place) (Place, error) {
	if at.Edit == 0 {
		at, _, err := t.place(me, at)
		return at, err
	}
	p, _, err := t.post(me, at.Edit)
	switch {
	case err != nil:
	case p.Deleted:
		err = deletedMeanwhile()
	case p.Author != me:
		err = notYours(p)
	}
	return Place{Channel: p.Channel, Root: p.Root, Edit: p.ID}, err
}

// dropDraft forgets what somebody was writing at a place, and tells their other windows, which show it too.
func (t *tx) dropDraft(me int64, at Place) error {
	n, err := t.exec(`DELETE FROM draft WHERE person_id = ? AND channel_id = ? AND root_id = ? AND edit_id = ?`, me, at.Channel, at.Root, at.Edit)
	if n > 0 {
		t.emitTo(Event{Kind: Read, Channel: at.Channel, Root: at.Root, By: me}, me)
	}
	return err
}
