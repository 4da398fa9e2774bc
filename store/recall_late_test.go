package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"tincan/store"
)

// What was asked for before an act, and is answered after it, is not remembered: while people read without a pause,
// everything remembered is what the database has after each act by which somebody may see more, less or something else.
func TestWhatIsReadBesideAnActIsNotRememberedAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben, cho := w.admin("jon"), w.person("maya"), w.person("ben"), w.person("cho")
	people := []int64{jon, maya, ben, cho}
	w.must(w.SetAdmin(w.ctx, jon, "maya", true, "a second one"))
	w.must(w.SetAdmin(w.ctx, jon, "maya", false, "no more"))
	open, secret := w.open(maya, "open"), w.private(maya, "secret", "ben", "cho")
	direct := w.direct(maya, "ben").ID
	w.join(open, ben, cho, jon)
	for _, p := range people {
		w.listen(p)
	}
	var all []int64
	var mu sync.Mutex
	some := func() int64 {
		mu.Lock()
		defer mu.Unlock()
		if len(all) == 0 {
			return 0
		}
		return all[max(0, len(all)-1-rand.IntN(12))]
	}

	var readers sync.WaitGroup
	done := make(chan struct{})
	for _, me := range []int64{maya, ben, cho, ben} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				_, _ = w.Side(w.ctx, me) // who may not, is refused
				_, _ = w.Home(w.ctx, me, 0, 20)
				_, _ = w.Post(w.ctx, me, some())
				_, _ = w.Arrive(w.ctx, me)
			}
		})
	}

	r := rand.New(rand.NewPCG(1, 2))
	acts := []func(i int) error{
		func(i int) error {
			in := []int64{open, secret, direct, w.everyone()}[r.IntN(4)]
			p, err := w.CreatePost(w.ctx, []int64{maya, ben}[r.IntN(2)], store.NewPost{Place: store.Place{Channel: in}, Body: fmt.Sprint("post ", i, " @cho")})
			if err == nil {
				mu.Lock()
				all = append(all, p.ID)
				mu.Unlock()
			}
			return err
		},
		func(int) error { return w.RemoveMember(w.ctx, maya, secret, "ben") },
		func(int) error { return w.AddMember(w.ctx, maya, secret, "ben") },
		func(int) error { return w.HidePost(w.ctx, maya, some(), "because") },
		func(int) error { return w.UnhidePost(w.ctx, maya, some()) },
		func(i int) error { _, err := w.EditPost(w.ctx, maya, some(), fmt.Sprint("edited ", i)); return err },
		func(int) error { return w.DeletePost(w.ctx, ben, some()) },
		func(int) error { return w.Suspend(w.ctx, jon, "cho", "because") },
		func(int) error { return w.Restore(w.ctx, jon, "cho", "because") },
		func(int) error { return w.SetAdmin(w.ctx, jon, "ben", true, "because") },
		func(int) error { return w.SetAdmin(w.ctx, jon, "ben", false, "because") },
		func(i int) error { return w.RenameChannel(w.ctx, maya, open, fmt.Sprint("open-", i), "because") },
		func(i int) error { return w.UpdateProfile(w.ctx, ben, store.Profile{Name: fmt.Sprint("Ben ", i)}) },
		func(int) error { return w.LeaveChannel(w.ctx, cho, open) },
		func(int) error { return w.JoinChannel(w.ctx, cho, open) },
		func(int) error { return w.ArchiveChannel(w.ctx, maya, secret, r.IntN(2) == 0, "because") },
		func(int) error { return w.MoveThread(w.ctx, maya, some(), w.everyone()) },
		func(int) error { return w.MuteChannel(w.ctx, ben, open, r.IntN(2) == 0) },
		func(int) error { return w.FollowThread(w.ctx, cho, some(), r.IntN(2) == 0) },
		func(int) error { return w.SavePost(w.ctx, cho, some(), r.IntN(2) == 0) },
		func(int) error { return w.React(w.ctx, cho, some(), 1, r.IntN(2) == 0) },
		func(int) error { _, err := w.CreatePost(w.ctx, cho, store.NewPost{Place: store.Place{Root: some()}, Body: "a reply, @ben"}); return err },
	}
	did := 0
	for i := range 600 {
		if acts[r.IntN(len(acts))](i) == nil {
			did++
		}
		old, err := w.OldSights(w.ctx, false)
		w.must(err)
		viewers, err := w.OldViewers(w.ctx)
		w.must(err)
		if old = append(old, viewers...); len(old) > 0 {
			t.Errorf("after %d acts, remembered wrongly: %s", i, strings.Join(old, "\n"))
			break
		}
	}
	close(done)
	readers.Wait()
	if did < 200 {
		t.Errorf("only %d acts were done", did)
	}
}
