package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// ending is how the trial ends, as everyone reads it.
func (w *world) ending() store.Ending {
	w.t.Helper()
	e, err := w.Ending(w.ctx, store.Operator)
	w.must(err)
	return e
}

// agree gives jon petra's yes to the end of the trial.
func (w *world) agree(jon, petra int64) {
	w.t.Helper()
	w.must(w.AskSecond(w.ctx, jon, store.EndOfTrial, "It is over."))
	list, err := w.Consents(w.ctx, petra)
	w.must(err)
	w.must(w.Confirm(w.ctx, petra, list[0].ID, true, "Agreed."))
}

// freeze announces the end for today and freezes the place; maya and ben keep the export.
func (w *world) freeze(jon, petra int64) {
	w.t.Helper()
	w.must(w.AnnounceEnd(w.ctx, jon, store.EndPlan{Day: w.clock.Now().Format(time.DateOnly), Private: true, Keepers: [2]string{"maya", "ben"}}, "The trial is over."))
	w.agree(jon, petra)
	w.must(w.FreezeTrial(w.ctx, jon, "The day has come."))
}

// TestEnd takes the end of a trial from its announcement to the receipts.
func TestEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, petra, maya, ben := w.admin("jon"), w.admin("petra"), w.person("maya"), w.person("ben")
	w.post(maya, w.everyone(), "Before the end")
	w.must(w.SetTrial(w.ctx, jon, store.Trial{Name: "Nordwind talks", Zone: "Pacific/Auckland"}, "why")) // there it is the 21st already
	plan := store.EndPlan{Day: "2025-11-23", Keepers: [2]string{"maya", "ben"}}

	refused(t, w.AnnounceEnd(w.ctx, maya, plan, "why"), store.ErrForbidden, "Only admins")
	refused(t, w.AnnounceEnd(w.ctx, store.Operator, plan, "why"), store.ErrForbidden, "An admin announces")
	for say, change := range map[string]func(*store.EndPlan){
		"is over":          func(p *store.EndPlan) { p.Day = "2025-11-20" },
		"is no day":        func(p *store.EndPlan) { p.Day = "soon" },
		"Say the last day": func(p *store.EndPlan) { p.Day = " " },
		"Name two people":  func(p *store.EndPlan) { p.Keepers[1] = "maya" },
		"has no access":    func(p *store.EndPlan) { p.Keepers[1] = w.invite(store.Invite{Handle: "nils"}).Handle },
		"There is nobody":  func(p *store.EndPlan) { p.Keepers[0] = "nobody" },
	} {
		bad := plan
		change(&bad)
		err := w.AnnounceEnd(w.ctx, jon, bad, "why")
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v: %v, want %q", bad, err, say)
		}
	}
	refused(t, w.AnnounceEnd(w.ctx, jon, plan, " "), store.ErrInvalid, "Say why")
	refused(t, w.FreezeTrial(w.ctx, jon, "why"), store.ErrInvalid, "Announce the end first")
	equal(t, "nothing half done", row(w.ending().Day, len(w.ending().Steps)), "0")

	w.must(w.AnnounceEnd(w.ctx, jon, plan, "The board has decided."))
	said, err := w.Home(w.ctx, maya, 0, 1)
	w.must(err)
	for _, want := range []string{"ends on Sunday, 23 November 2025", "maya and ben", "without private channels"} {
		if !strings.Contains(said[0].Body, want) {
			t.Errorf("the announcement does not say %q:\n%s", want, said[0].Body)
		}
	}
	equal(t, "asks", said[0].Announcement != nil && said[0].Announcement.Asked, true)
	refused(t, w.FreezeTrial(w.ctx, jon, "why"), store.ErrInvalid, "can write until 2025-11-23")
	w.clock.add(48 * time.Hour)
	refused(t, w.FreezeTrial(w.ctx, jon, "why"), store.ErrForbidden, "it takes two admins")
	refused(t, w.NoteEndExport(w.ctx, store.Operator, "x.zip", "00"), store.ErrInvalid, "not frozen yet")
	w.agree(jon, petra)
	refused(t, w.FreezeTrial(w.ctx, maya, "why"), store.ErrForbidden, "Only admins")
	w.must(w.FreezeTrial(w.ctx, jon, "The day has come."))
	equal(t, "everyone is told", w.trial(maya).Frozen(), "The trial ended on 23 November 2025: all can be read, and nothing is written any more. Take what is yours under Me, What is held about me.")

	const sum = "3f9a2c17deadbeef"
	refused(t, w.ReceiveExport(w.ctx, maya, sum), store.ErrInvalid, "There is no export yet")
	refused(t, w.NoteEndExport(w.ctx, jon, "x.zip", sum), store.ErrForbidden, "Whoever runs the server")
	refused(t, w.NoteEndCompared(w.ctx, store.Operator), store.ErrInvalid, "not exported yet")
	w.must(w.NoteEndExport(w.ctx, store.Operator, "x.zip", sum))
	refused(t, w.ReceiveExport(w.ctx, maya, sum), store.ErrInvalid, "There is no export yet")
	w.must(w.NoteEndCompared(w.ctx, store.Operator))
	for _, wrong := range []string{"", "3f9a", "3f9a2c18", sum + "0"} {
		refused(t, w.ReceiveExport(w.ctx, maya, wrong), store.ErrInvalid, "not of this export")
	}
	refused(t, w.ReceiveExport(w.ctx, jon, sum), store.ErrForbidden, "handed over to others")
	w.must(w.ReceiveExport(w.ctx, maya, " 3F9A2C17 "))
	w.must(w.ReceiveExport(w.ctx, maya, sum)) // again changes nothing
	e := w.ending()
	equal(t, "one is missing", row(e.Done(), len(e.Waiting()), e.Waiting()[0].Handle, e.Keeps(maya), e.Keeps(ben)), "false 1 ben false true")
	w.must(w.ReceiveExport(w.ctx, ben, "tincan-export-3f9a2c17.zip"))
	equal(t, "handed over", row(w.ending().Done(), len(w.ending().Steps)), "true 6")

	w.must(w.NoteEndExport(w.ctx, store.Operator, "y.zip", sum)) // another export is another file: both hold nothing yet
	equal(t, "made anew", row(w.ending().Done(), len(w.ending().Waiting()), w.ending().Took(store.EndCompared) == nil), "false 2 true")

	refused(t, w.CallOffEnd(w.ctx, maya, "why"), store.ErrForbidden, "Only admins")
	w.must(w.CallOffEnd(w.ctx, jon, "It goes on."))
	w.post(maya, w.everyone(), "It goes on")
	equal(t, "as before", row(w.ending().Day, len(w.ending().Steps), w.trial(maya).Frozen()), "0")
	refused(t, w.CallOffEnd(w.ctx, jon, "why"), store.ErrInvalid, "No end is announced")
}

// TestFrozen tries everything that writes once the trial is frozen: what everybody reads stays as it is, and what
// people need to come in, to read and to take their own with them goes on.
func TestFrozen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, petra, maya, ben := w.admin("jon"), w.admin("petra"), w.person("maya"), w.person("ben")
	w.person("tara")
	club := w.open(maya, "club")
	mine := w.write(maya, store.Place{Channel: w.everyone()}, "Who knows?")
	reply := w.reply(ben, mine.ID, "I do")
	later := w.invite(store.Invite{Handle: "nils"})
	w.mustRead(jon, "Expenses from Monday")
	waiting := func(when string, want int) {
		t.Helper()
		w.Subscribe(t.Context(), maya) // who is here is remembered
		posts, err := w.MustReads(w.ctx, maya)
		w.must(err)
		side, err := w.Side(w.ctx, maya)
		w.must(err)
		back, err := w.Arrive(w.ctx, maya)
		w.must(err)
		equal(t, when, row(len(posts), len(side.Waiting), back.MustRead), row(want, want, want))
	}
	waiting("waits for an answer", 1)
	w.freeze(jon, petra)
	waiting("nothing waits for an answer", 0)

	ctx := w.ctx
	for name, act := range map[string]func() error{
		"post": func() error {
			return only(w.CreatePost(ctx, maya, store.NewPost{Place: store.Place{Channel: club}, Body: "x"}))
		},
		"reply": func() error {
			return only(w.CreatePost(ctx, maya, store.NewPost{Place: store.Place{Root: mine.ID}, Body: "x"}))
		},
		"edit":    func() error { return only(w.EditPost(ctx, maya, mine.ID, "x")) },
		"delete":  func() error { return w.DeletePost(ctx, maya, mine.ID) },
		"react":   func() error { return w.React(ctx, maya, reply.ID, 0, true) },
		"pin":     func() error { return w.PinPost(ctx, jon, mine.ID, true) },
		"hide":    func() error { return w.HidePost(ctx, jon, mine.ID, "why") },
		"resolve": func() error { return w.ResolveQuestion(ctx, maya, reply.ID, true) },
		"report":  func() error { return w.ReportPost(ctx, ben, mine.ID, "why") },
		"open":    func() error { return only(w.CreateChannel(ctx, maya, store.NewChannel{Name: "late"})) },
		"join":    func() error { return w.JoinChannel(ctx, ben, club) },
		"leave":   func() error { return w.LeaveChannel(ctx, maya, club) },
		"direct":  func() error { return only(w.OpenDirect(ctx, maya, []string{"ben"})) },
		"profile": func() error { return w.UpdateProfile(ctx, maya, store.Profile{Name: "Maya Lind"}) },
		"invite":  func() error { return only(w.CreateInvite(ctx, jon, store.Invite{Handle: "late"})) },
		"import": func() error {
			return only(w.ImportPeople(ctx, store.Operator, "x", []store.ImportedPerson{{Key: "1", Handle: "late"}}))
		},
		"trial":     func() error { return w.SetTerms(ctx, jon, "terms", "why") },
		"leave all": func() error { return w.LeaveForGood(ctx, maya) },
		"announce": func() error {
			return w.AnnounceEnd(ctx, jon, store.EndPlan{Day: "2025-12-01", Keepers: [2]string{"maya", "ben"}}, "why")
		},
		"freeze again": func() error { return w.FreezeTrial(ctx, jon, "why") },
	} {
		err := act()
		if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), "The trial ended on 20 November 2025") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, act := range map[string]func() error{
		"save":        func() error { return w.SavePost(ctx, maya, mine.ID, true) },
		"follow":      func() error { return w.FollowThread(ctx, maya, mine.ID, false) },
		"come in":     func() error { return w.SignedIn(ctx, ben, "SHA256:ben") },
		"arrive":      func() error { return only(w.Arrive(ctx, ben)) },
		"visit":       func() error { return w.Visit(ctx, ben) },
		"read":        func() error { return w.MarkRead(ctx, ben, w.everyone(), 1) },
		"thread read": func() error { return w.MarkThreadRead(ctx, maya, mine.ID, 1) },
		"inbox":       func() error { return w.MarkInbox(ctx, maya, 0) },
		"draft":       func() error { return w.SaveDraft(ctx, maya, store.Place{Channel: club}, store.Draft{Body: "unsent"}) },
		"seen":        func() error { return only(w.MarkSeen(ctx, maya, w.told(), 1, store.Part{To: store.WholeText})) },
		"key":         func() error { return only(w.AddKey(ctx, maya, key("another"))) },
		"link":        func() error { return only(w.CreateLinkCode(ctx, maya)) },
		"first visit": func() error { k := key("nils"); return only(w.RedeemCode(ctx, later.Text, store.Credential{Key: &k})) },
		"suspend":     func() error { return w.Suspend(ctx, jon, "tara", "lost a laptop") },
		"second":      func() error { return w.AskSecond(ctx, jon, store.PrivateExport, "why") },
		"backup":      func() error { return w.NoteBackup(ctx, "x.zip", 1, "") },
		"held":        func() error { return only(w.Held(ctx, maya)) },
		"repair":      func() error { return w.Repair(ctx, store.Operator) },
	} {
		if err := act(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := w.channel(maya, club)
	equal(t, "the channel says so", row(c.Frozen, c.MayPost, c.MayChange), "true false false")
	side, err := w.Sidebar(ctx, maya)
	w.must(err)
	equal(t, "and so does the sidebar", row(side[0].Frozen, side[0].MayPost), "true false")
	waiting("nor does it after all that", 0)
	w.must(w.CallOffEnd(ctx, jon, "It goes on."))
	waiting("it waits again", 1)
}

// told is the announcement of the end.
func (w *world) told() int64 { return w.number(`SELECT max(post_id) FROM announcement`) }

// TestEndExport lets the operator, and nobody else, take private channels out of a frozen place without another
// admin's yes, and tells an export that holds what is here from one that does not.
func TestEndExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, petra, maya := w.admin("jon"), w.admin("petra"), w.person("maya")
	w.person("ben")
	p := w.post(maya, w.private(maya, "secret"), "What only few read")
	all := store.Selection{Private: true}
	refused(t, only(w.Extract(w.ctx, store.Operator, all)), store.ErrForbidden, "two admins")
	w.freeze(jon, petra)
	refused(t, only(w.Extract(w.ctx, jon, all)), store.ErrForbidden, "two admins")
	x, err := w.Extract(w.ctx, store.Operator, all)
	w.must(err)
	defer x.Close()
	w.must(w.Holds(w.ctx, store.Operator, x, all))
	refused(t, w.Holds(w.ctx, jon, x, all), store.ErrForbidden, "Whoever runs the server")
	w.raw(`UPDATE post SET body = body || '.' WHERE id = ?`, p.ID)
	refused(t, w.Holds(w.ctx, store.Operator, x, all), store.ErrInvalid, `differ: 1 of "post"`)
	w.raw(`DELETE FROM reaction`)
	w.raw(`UPDATE post SET body = 'What only few read' WHERE id = ?`, p.ID)
	w.must(w.Holds(w.ctx, store.Operator, x, all))
}

func only[T any](_ T, err error) error { return err }

// TestSamples takes pieces of every table in which something is written, the search index too.
func TestSamples(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.person("maya")
	for i := range 300 {
		w.post(maya, w.everyone(), fmt.Sprint("Nobody else ", i*7919, " writes"))
	}
	w.must(w.SaveDraft(w.ctx, jon, store.Place{Channel: w.everyone()}, store.Draft{Body: "An unsent text of some length"}))
	w.must(w.SetPassword(w.ctx, jon, "correct horse battery"))
	w.indexed()
	w.must(w.Store.Close())
	s, err := store.Open(context.Background(), w.dir, store.Options{})
	w.must(err)
	defer s.Close()
	all, err := s.Samples(w.ctx, store.Operator, 1000, "An unsent text of some length")
	w.must(err)
	equal(t, "how many", len(all) >= 200, true)
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	for _, from := range []string{`SELECT body FROM post`, `SELECT block FROM search_data`, `SELECT hash FROM password`, `SELECT why FROM decision`} {
		rows, err := db.Query(from)
		w.must(err)
		var text strings.Builder
		for rows.Next() {
			var b []byte
			w.must(rows.Scan(&b))
			text.Write(b)
		}
		w.must(rows.Err())
		found := false
		for _, piece := range all {
			found = found || strings.Contains(text.String(), string(piece))
		}
		if !found {
			t.Errorf("no sample of %s", from)
		}
	}
	for _, piece := range all {
		if strings.Contains("An unsent text of some length", string(piece)) {
			t.Errorf("%q was to be left out", piece)
		}
	}
	if _, err := s.Samples(w.ctx, jon, 10, ""); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("for an admin: %v", err)
	}
}
