package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

// reports is the queue in words.
func (w *world) reports(me int64) string {
	w.t.Helper()
	list, err := w.Reports(w.ctx, me)
	w.must(err)
	var all []string
	for _, r := range list {
		line := r.Where + " " + r.Post.Handle + ": " + r.Post.Body
		for _, y := range r.Why {
			line += " (" + y.By + ": " + y.Why + ")"
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

func TestReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben, tara := w.admin("jon"), w.admin("maya"), w.person("ben"), w.person("tara")
	bad, worse := w.post(ben, w.everyone(), "bad"), w.post(ben, w.everyone(), "worse")
	for _, r := range []struct {
		by, post int64
		why      string
	}{{tara, bad.ID, "Rude."}, {tara, worse.ID, "Ruder."}, {maya, bad.ID, "Wrong."}} {
		w.clock.add(time.Minute)
		w.must(w.ReportPost(w.ctx, r.by, r.post, r.why))
	}
	_, err := w.Reports(w.ctx, tara)
	refused(t, err, store.ErrForbidden, "Only admins")
	w.clock.add(time.Minute)
	w.edit(ben, bad.ID, "good")
	equal(t, "the queue, as reported", w.reports(jon), "#everyone ben: bad (maya: Wrong.) (tara: Rude.)\n#everyone ben: worse (tara: Ruder.)")
	today, err := w.Today(w.ctx, jon)
	w.must(err)
	open := today[slices.IndexFunc(today, func(wait store.Wait) bool { return wait.Kind == store.OpenReports })]
	equal(t, "open", open.Count, 2)

	refused(t, w.KeepPost(w.ctx, tara, bad.ID, "why"), store.ErrForbidden, "Only admins")
	refused(t, w.KeepPost(w.ctx, jon, bad.ID, ""), store.ErrInvalid, "Say why")
	before := w.decided()
	w.must(w.KeepPost(w.ctx, jon, bad.ID, "A matter of taste."))
	w.once(nil, before)
	equal(t, "the log", w.lastDecision(tara), "jon|decided on a report in|#everyone||The post stands as it is.|A matter of taste.")
	refused(t, w.HideReported(w.ctx, maya, bad.ID, "why"), store.ErrNotFound, "No report of that post waits any more.")
	w.must(w.HideReported(w.ctx, jon, worse.ID, "No names."))
	equal(t, "hidden", row(w.get(tara, worse.ID).Hidden, w.get(tara, worse.ID).HiddenWhy), "true No names.")
	equal(t, "what tara is told", w.inbox(tara), "report jon 1 new, report jon 1 new")
	equal(t, "the queue", w.reports(jon), "")
	refused(t, w.HideReported(w.ctx, jon, worse.ID, "why"), store.ErrNotFound, "")

	// A deleted post has no text any more.
	gone := w.post(ben, w.everyone(), "gone")
	w.must(w.ReportPost(w.ctx, tara, gone.ID, "why"))
	w.must(w.DeletePost(w.ctx, ben, gone.ID))
	equal(t, "without text", w.reports(jon), "#everyone ben:  (tara: why)")
	refused(t, w.HideReported(w.ctx, jon, gone.ID, "why"), store.ErrInvalid, "deleted that post meanwhile")
	w.must(w.KeepPost(w.ctx, jon, gone.ID, "why"))

	// Nobody decides on their own post while another can.
	own := w.post(jon, w.everyone(), "own")
	w.must(w.ReportPost(w.ctx, tara, own.ID, "why"))
	refused(t, w.KeepPost(w.ctx, jon, own.ID, "why"), store.ErrForbidden, "another admin decides")
	w.setState(maya, store.Suspended)
	w.must(w.KeepPost(w.ctx, jon, own.ID, "why"))
	w.healthy()
}

// TestReportOfAPrivatePost shows the admins that post and nothing else of its channel.
func TestReportOfAPrivatePost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	secret := w.private(maya, "merger", "ben")
	root := w.post(maya, secret, "root")
	bad := w.reply(ben, root.ID, "bad")
	refused(t, w.ReportPost(w.ctx, jon, bad.ID, "why"), store.ErrNotFound, "")
	l := w.listen(jon)
	w.must(w.ReportPost(w.ctx, maya, bad.ID, "Rude."))
	for _, e := range drain(l.ch) {
		if e.Channel != 0 || e.Post != 0 || e.Root != 0 || e.By != 0 {
			t.Errorf("jon hears %+v", e)
		}
	}
	equal(t, "the queue", w.reports(jon), "a private channel ben: bad (maya: Rude.)")
	r, err := w.Report(w.ctx, jon, bad.ID)
	w.must(err)
	equal(t, "nothing else", row(r.Post.Channel, r.Post.ChannelName == "", r.Post.Root, r.Post.Replies), "0 true 0 0")
	_, err = w.Post(w.ctx, jon, bad.ID)
	refused(t, err, store.ErrNotFound, "")
	nils := w.person("nils")
	w.must(w.HideReported(w.ctx, jon, bad.ID, "No names."))
	equal(t, "hidden for those in it", w.get(maya, bad.ID).HiddenWhy, "No names.")
	equal(t, "told", w.inbox(maya), "report jon 1 new, reply ben 1 new")
	equal(t, "in the log", w.lastDecision(maya), "jon|decided on a report in|#merger||The post is hidden; the reason stands in its place.|No names.")
	equal(t, "for others", w.lastDecision(nils), "jon|decided on a report in|a private channel|||")
	talk := w.direct(maya, "ben")
	bad = w.post(ben, talk.ID, "bad too")
	w.must(w.ReportPost(w.ctx, maya, bad.ID, "Rude."))
	equal(t, "of a conversation", w.reports(jon), "a conversation ben: bad too (maya: Rude.)")
	w.must(w.KeepPost(w.ctx, jon, bad.ID, "why"))
}
