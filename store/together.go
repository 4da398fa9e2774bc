package store

import "context"

// Together runs do, and lets all that is written meanwhile share one transaction. Each act is told at once what became
// of it, and those that follow see it; readings see it, and it is on the disk, once Together returns. An error
// of do undoes all of it. It is for what is made anew where it is interrupted, in a place where nobody else writes yet.
func (s *Store) Together(ctx context.Context, do func() error) error {
	return s.writeAlways(ctx, func(t *tx) (err error) {
		done := make(chan error, 1)
		go func() {
			ended := errClosed // where its goroutine ends without returning, as a failed test's does
			defer func() { done <- ended }()
			ended = t.try(func(*tx) error { return do() })
		}()
		for {
			select {
			case a := <-s.acts:
				if err != nil { // the transaction is lost, and with it all that follows
					a.err = err
				} else {
					err = s.runAct(t.conn, a)
					t.events, t.erases = append(t.events, a.events...), t.erases || a.erases
					s.forget(a.events)
				}
				close(a.done)
			case ended := <-done:
				if err == nil {
					err = ended
				}
				if err != nil {
					s.forget([]delivery{{Event: Event{Kind: Reload}}}) // what acts remembered that is undone
				}
				return err
			}
		}
	})
}
