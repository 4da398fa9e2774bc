package store_test

import (
	"os"
	"testing"

	"pgregory.net/rapid"

	"tincan/store"
)

// member of the model of people: where somebody stands.
type standsModel struct {
	id            int64
	handle        string
	state         store.State
	came          bool
	admin, leader bool
	keys          bool
}

// TestModelOfPeople lets admins act on people at random, themselves among them: who may do what and what becomes of
// it is as in a naive model, and every act that is done leaves exactly one line in the log, every other none.
func TestModelOfPeople(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(folder, "")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := openWorld(t, dir, store.Options{PostsPerMinute: 1 << 20}).in(rt)
		defer w.Close()
		var all []*standsModel
		for i, h := range []string{"ann", "ben", "cid", "dee"} {
			p := &standsModel{handle: h, state: store.Active, came: true, admin: i < 2, keys: true}
			p.id = w.enter(store.Invite{Handle: h, Admin: p.admin})
			all = append(all, p)
			w.Subscribe(t.Context(), p.id)
		}
		w.invite(store.Invite{Handle: "eva"})
		all = append(all, &standsModel{id: w.number(`SELECT id FROM person WHERE handle = 'eva'`), handle: "eva", state: store.Invited})
		last := func(p *standsModel) bool { // the last admin who can come in
			for _, o := range all {
				if o != p && o.admin && o.state == store.Active {
					return false
				}
			}
			return p.admin
		}
		inside := func(p *standsModel) bool { return p.state == store.Active || p.state == store.Invited }
		for range rapid.IntRange(5, 30).Draw(rt, "acts") {
			me, p := rapid.SampledFrom(all).Draw(rt, "who"), rapid.SampledFrom(all).Draw(rt, "about")
			on := rapid.Bool().Draw(rt, "on")
			before := w.number(`SELECT count(*) FROM decision`)
			w.remembers()
			may := inside(me) && me.admin
			var done bool
			var became func()
			switch rapid.IntRange(0, 5).Draw(rt, "act") {
			case 0:
				err = w.Suspend(w.ctx, me.id, p.handle, "why")
				done, became = me != p && inside(p) && !last(p), func() { p.state = store.Suspended }
			case 1:
				err = w.Restore(w.ctx, me.id, p.handle, "why")
				done, became = !inside(p), func() {
					if p.state == store.Suspended && p.came {
						p.state = store.Active
					} else {
						p.state = store.Invited
					}
				}
			case 2:
				err = w.Leaver(w.ctx, me.id, p.handle, "why")
				done, became = me != p && p.state != store.Left && !last(p), func() { p.state, p.admin, p.keys = store.Left, false, false }
			case 3:
				err = w.SetAdmin(w.ctx, me.id, p.handle, on, "why")
				done, became = p.admin != on && (!on || inside(p)) && (on || !last(p)), func() { p.admin = on }
			case 4:
				err = w.SetLeader(w.ctx, me.id, p.handle, on, "why")
				done, became = p.leader != on, func() { p.leader = on }
			case 5:
				_, err = w.Reset(w.ctx, me.id, p.handle, "why")
				done, became = me != p && inside(p), func() { p.keys = false }
			}
			if done = done && may; done {
				became()
			}
			equal(rt, "done", err == nil, done)
			equal(rt, "lines in the log", w.number(`SELECT count(*) FROM decision`)-before, int64(b2i(done)))
			for _, q := range all {
				got := row(w.text(`SELECT state || ' ' || admin || ' ' || leader || ' ' || EXISTS (SELECT 1 FROM sshkey WHERE person_id = person.id) FROM person WHERE id = ?`, q.id))
				equal(rt, q.handle, got, row(int(q.state), b2i(q.admin), b2i(q.leader), b2i(q.keys)))
				_, err := w.Sidebar(w.ctx, q.id)
				equal(rt, "may look", err == nil, inside(q))
				equal(rt, "stands on the roster", w.number(`SELECT on_roster FROM standing WHERE person_id = ? ORDER BY at DESC LIMIT 1`, q.id), int64(b2i(inside(q))))
			}
		}
		w.healthy()
	})
}
