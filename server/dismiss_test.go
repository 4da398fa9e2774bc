package server

import (
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// Whoever leaves or is suspended is out at once: every screen of theirs ends, and a command that waits for its input.
func TestDismissed(t *testing.T) {
	for _, how := range []struct {
		name, says string
		end        func(r *rig, id int64)
	}{
		{"leaves for good", "Your access has ended.", func(r *rig, id int64) {
			if err := r.store.LeaveForGood(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}},
		{"is suspended by an admin", "Your access is suspended.", func(r *rig, id int64) {
			if err := r.store.Suspend(t.Context(), store.Operator, "ben", "The test says so."); err != nil {
				t.Fatal(err)
			}
		}},
		{"has their keys reset", "Your keys and password were reset", func(r *rig, id int64) {
			if _, err := r.store.Reset(t.Context(), store.Operator, "ben", "A computer was stolen."); err != nil {
				t.Fatal(err)
			}
		}},
		{"is suspended by another process", "Your access is suspended.", func(r *rig, id int64) { r.suspend("ben") }},
	} {
		t.Run(how.name, func(t *testing.T) {
			r := start(t)
			_, hers := r.member("maya")
			other := r.terminal(r.enter(hers), 80, 24)
			ben, key := r.member("ben")
			c := r.enter(key)
			screens := []*terminal{r.terminal(c, 80, 24), r.terminal(r.enter(key), 80, 24)}
			r.eventually("all are there", func() bool { return r.screens() == 3 })
			for _, s := range screens {
				r.eventually("something is drawn", func() bool { return strings.Contains(s.screen.String(), "\x1b[?1049h") })
			}
			command, err := c.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			defer command.Close()
			var errs buffer
			command.Stderr = &errs
			if _, err := command.StdinPipe(); err != nil { // stays open: the command waits for its text
				t.Fatal(err)
			}
			if err := command.Start("post everyone -"); err != nil {
				t.Fatal(err)
			}
			r.eventually("the command waits", func() bool { return strings.Count(r.log.String(), "handle=ben") >= 3 })
			how.end(r, ben.ID)
			for _, s := range screens {
				if status := r.wait(s); status != 1 || !strings.Contains(s.errs.String(), how.says) {
					t.Errorf("a screen ended with %d: %q", status, s.errs)
				}
				if !strings.Contains(s.screen.String(), "\x1b[?1049l") {
					t.Error("the terminal was left on its other screen")
				}
			}
			if status := exitStatus(t, command.Wait()); status != 1 || !strings.Contains(errs.String(), how.says) {
				t.Errorf("the command ended with %d: %q", status, &errs)
			}
			if _, told, status := r.run(c, "whoami", ""); status != 1 || !strings.Contains(told, how.says) {
				t.Errorf("on the kept connection: %d %q", status, told)
			}
			r.refusal(gossh.PublicKeys(key))
			if r.screens() != 1 || other.errs.String() != "" {
				t.Errorf("somebody else was touched: %q", other.errs)
			}
		})
	}
}
