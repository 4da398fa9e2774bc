package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tincan/store"
)

// Two processes write while eight readers read: everything acknowledged is there once, in order, and no
// reader ever sees a state that never was.
func TestTwoWritersEightReaders(t *testing.T) {
	t.Parallel()
	const each = 60
	w := newWorld(t)
	other := openWorld(t, w.dir, store.Options{Now: w.clock.Now, PostsPerMinute: 1 << 20})
	maya, ben, reader := w.person("maya"), w.person("ben"), w.person("reader")
	root := w.post(maya, w.everyone(), "root")
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for i := range 8 {
		from := []*world{w, other}[i%2]
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := consistent(from, reader, root.ID); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	acknowledged := make([][]int64, 4)
	for i := range acknowledged {
		from, me := []*world{w, other}[i%2], []int64{maya, ben}[i/2]
		writers.Go(func() {
			for n := range each {
				at := store.Place{Channel: root.Channel}
				if n%2 == 0 {
					at = store.Place{Root: root.ID}
				}
				p, err := from.CreatePost(from.ctx, me, store.NewPost{Place: at, Body: fmt.Sprint(i, n)})
				if err != nil {
					t.Error(err)
					return
				}
				acknowledged[i] = append(acknowledged[i], p.ID)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()

	log, err := other.ChannelLog(w.ctx, reader, root.Channel, store.MaxLog)
	w.must(err)
	equal(t, "posts", len(log), 1+len(acknowledged)*each)
	bodies := map[int64]string{}
	for _, p := range log {
		bodies[p.ID] = p.Body
	}
	for i, ids := range acknowledged {
		for n, id := range ids {
			equal(t, "post", bodies[id], fmt.Sprint(i, n))
			if n > 0 && id < ids[n-1] {
				t.Fatalf("post %d came after %d", id, ids[n-1])
			}
		}
	}
	equal(t, "unread", w.unread(reader, root.Channel), 1+len(acknowledged)*each/2)
	equal(t, "unread as the other process has it", other.unread(reader, root.Channel), 1+len(acknowledged)*each/2)
	w.healthy()
}

// consistent reads what has to agree whenever it is read.
func consistent(w *world, me, root int64) error {
	th, err := w.Thread(w.ctx, me, root, 0, store.MaxPage)
	if err != nil {
		return err
	}
	if th.Root.Replies != len(th.Replies) {
		return fmt.Errorf("%d replies counted, %d there", th.Root.Replies, len(th.Replies))
	}
	for i, r := range th.Replies {
		if r.Seq != int64(i+1) || i > 0 && r.ID <= th.Replies[i-1].ID {
			return fmt.Errorf("reply %d is number %d", i+1, r.Seq)
		}
	}
	home, err := w.Home(w.ctx, me, 0, store.MaxPage)
	if err != nil {
		return err
	}
	for i, p := range home {
		if i > 0 && (p.ID >= home[i-1].ID || p.Seq != home[i-1].Seq-1) {
			return fmt.Errorf("post %d (%d) follows %d (%d)", p.ID, p.Seq, home[i-1].ID, home[i-1].Seq)
		}
	}
	if _, err := w.Sidebar(w.ctx, me); err != nil {
		return err
	}
	_, _, err = w.NextUnread(w.ctx, me, store.Place{})
	return err
}

// Whoever has to wait too long for another process's writing is told so, and those who wait behind them do not begin
// to wait anew.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	conn, err := db.Conn(w.ctx)
	w.must(err)
	defer conn.Close()
	_, err = conn.ExecContext(w.ctx, "BEGIN IMMEDIATE")
	w.must(err)
	at := store.Place{Channel: 1}
	equal(t, "reading goes on", w.draft(maya, at), "")
	const together = 4
	told := make(chan error, together)
	for range together {
		go func() {
			_, err := w.CreatePost(w.ctx, maya, store.NewPost{Place: at, Body: "x"})
			told <- err
		}()
	}
	refused(t, <-told, store.ErrLimited, "The server is busy with other writing; try again in a moment.")
	waited := time.After(store.BusyWait * 4 / 5)
	for range together - 1 {
		select {
		case err := <-told:
			refused(t, err, store.ErrLimited, "The server is busy with other writing; try again in a moment.")
		case <-waited:
			t.Fatal("whoever waited as long waits on")
		}
	}
	_, err = conn.ExecContext(w.ctx, "ROLLBACK")
	w.must(err)
	w.post(maya, 1, "x")
}
