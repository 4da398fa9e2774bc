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

// Draft is something that a person has begun to write; the zero Draft is none.
type Draft struct {
	Body string
	How  string // it is to go out, where that is set up before the text, as whoever asks for it notes it; "": as an ordinary post
}

// SaveDraft keeps what me has written at a place and not sent; the zero Draft removes it. Its texts are cleaned.
// ErrInvalid if one is larger than DraftLimit, ErrNotFound if me may not see the place.
func (s *Store) SaveDraft(ctx context.Context, me int64, at Place, d Draft) error {
	d = Draft{Clean(d.Body), Clean(d.How)}
	if size := max(len(d.Body), len(d.How)); size > DraftLimit {
		return refuse(ErrInvalid, "That is too much text to keep: %s bytes of %s.", Number(size), Number(DraftLimit))
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
		if d == (Draft{}) {
			return t.run(`DELETE FROM draft WHERE person_id = ? AND channel_id = ? AND root_id = ? AND edit_id = ?`, me, at.Channel, at.Root, at.Edit)
		}
		if err := t.run(`INSERT INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET body = ?5, saved_at = ?6, how = ?7`, me, at.Channel, at.Root, at.Edit, d.Body, t.ms(), d.How); err != nil {
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

// Draft returns what me has written at a place and not sent; the zero Draft if nothing.
func (s *Store) Draft(ctx context.Context, me int64, at Place) (d Draft, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		at, err := t.draftPlace(me, at)
		if err != nil {
			return err
		}
		err = t.get(`SELECT body, how FROM draft WHERE person_id = ? AND channel_id = ? AND root_id = ? AND edit_id = ?`, []any{me, at.Channel, at.Root, at.Edit}, &d.Body, &d.How)
		if errors.Is(err, errNoRow) {
			return nil
		}
		return err
	})
	return d, err
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
