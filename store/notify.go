package store

import "context"

// Notify says how a person wants to be told of something new while they look elsewhere.
type Notify int

const (
	NotifyNot    Notify = iota // not at all
	NotifyBell                 // the terminal's bell
	NotifyBanner               // a notification of the terminal (OSC 9)
)

// NotifyHow returns how me wants to be told.
func (s *Store) NotifyHow(ctx context.Context, me int64) (n Notify, err error) {
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		return t.get(`SELECT notify FROM person WHERE id = ?`, []any{me}, &n)
	})
	return n, err
}

// SetNotify changes how me wants to be told.
func (s *Store) SetNotify(ctx context.Context, me int64, n Notify) error {
	if n < NotifyNot || n > NotifyBanner {
		return refuse(ErrInvalid, "Choose one of these: nothing, bell, notification.")
	}
	return s.writeAlways(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		t.emitTo(Event{Kind: Read, By: me}, me)
		return t.run(`UPDATE person SET notify = ? WHERE id = ?`, n, me)
	})
}
