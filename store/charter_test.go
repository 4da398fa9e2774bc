package store_test

import (
	"strings"
	"testing"

	"tincan/store"
)

// lastDecision is the newest line of the log as me reads it.
func (w *world) lastDecision(me int64) string {
	w.t.Helper()
	list, err := w.Decisions(w.ctx, me, 0, 1)
	w.must(err)
	if len(list) == 0 {
		return ""
	}
	d := list[0]
	return strings.Join([]string{d.Name, d.Act, d.About, d.Was, d.Became, d.Why}, "|")
}

// decided counts the lines of the log, those of invites aside.
func (w *world) decided() int64 {
	return w.number(`SELECT count(*) FROM decision WHERE act <> 'invited'`)
}

// once runs an act and fails unless it leaves exactly one line, or none where it is refused.
func (w *world) once(err error, before int64) {
	w.t.Helper()
	want := before + 1
	if err != nil {
		want = before
	}
	equal(w.t, "lines in the log", w.decided(), want)
}

// members are the handles of those in a channel, a star behind its stewards.
func (w *world) members(me, channel int64) string {
	w.t.Helper()
	list, err := w.Members(w.ctx, me, channel, "", 100)
	w.must(err)
	var all []string
	for _, m := range list {
		h := m.Handle
		if m.Steward {
			h += "*"
		}
		all = append(all, h)
	}
	return strings.Join(all, " ")
}

func TestRenameChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	sales, other := w.open(maya, "sales"), w.open(ben, "other")
	w.post(maya, sales, "hello")
	refused(t, w.RenameChannel(w.ctx, ben, sales, "mine", "why"), store.ErrForbidden, "Only the stewards of #sales and the admins")
	refused(t, w.RenameChannel(w.ctx, maya, sales, "no way", "why"), store.ErrInvalid, "letters, digits and dashes")
	refused(t, w.RenameChannel(w.ctx, maya, sales, "other", "why"), store.ErrTaken, "The name #other is taken")
	refused(t, w.RenameChannel(w.ctx, maya, sales, "#Sales", "why"), store.ErrInvalid, "called #sales already")
	refused(t, w.RenameChannel(w.ctx, maya, sales, "north", " "), store.ErrInvalid, "Say why")
	refused(t, w.RenameChannel(w.ctx, jon, w.everyone(), "all", "why"), store.ErrForbidden, "keeps its name")
	w.must(w.RenameChannel(w.ctx, jon, sales, "#sales-nord", "There are two."))
	equal(t, "the log", w.lastDecision(ben), "jon|renamed|#sales|#sales|#sales-nord|There are two.")
	c, err := w.Channel(w.ctx, ben, "#sales")
	w.must(err)
	equal(t, "by the old name", row(c.ID == sales, c.Name, c.Former), "true sales-nord sales")
	w.indexed()
	equal(t, "in:sales", w.find(maya, "in:sales hello"), "hello")
	_, err = w.CreateChannel(w.ctx, ben, store.NewChannel{Name: "sales"})
	refused(t, err, store.ErrTaken, "The name #sales is taken")
	refused(t, w.RenameChannel(w.ctx, ben, other, "sales", "why"), store.ErrTaken, "#sales is taken")
	w.must(w.RenameChannel(w.ctx, maya, sales, "sales", "One again."))
	c, err = w.Channel(w.ctx, ben, "sales-nord")
	w.must(err)
	equal(t, "back", row(c.Name, c.Former), "sales sales-nord")
}

func TestChangeChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.join(sales, ben)
	root := w.post(ben, sales, "hello")

	w.must(w.SetPurpose(w.ctx, jon, sales, "  Customers  in the north. ", "It was not said."))
	equal(t, "the purpose", w.channel(ben, sales).Purpose, "Customers in the north.")
	refused(t, w.SetPurpose(w.ctx, jon, sales, "Customers in the north.", "why"), store.ErrInvalid, "already")
	refused(t, w.SetPurpose(w.ctx, jon, sales, strings.Repeat("x", 201), "why"), store.ErrInvalid, "200")
	equal(t, "the log", w.lastDecision(ben), "jon|changed the purpose of|#sales||Customers in the north.|It was not said.")

	w.must(w.SetStewardsPost(w.ctx, maya, sales, true, "News only."))
	_, err := w.CreatePost(w.ctx, ben, store.NewPost{Place: store.Place{Channel: sales}, Body: "no"})
	refused(t, err, store.ErrForbidden, "Only its stewards post")
	refused(t, w.SetStewardsPost(w.ctx, jon, sales, true, "why"), store.ErrInvalid, "so already")
	refused(t, w.SetStewardsPost(w.ctx, jon, w.announcements(), false, "why"), store.ErrForbidden, "stays as it is")
	w.must(w.SetStewardsPost(w.ctx, maya, sales, false, "Talk again."))

	w.must(w.FollowThread(w.ctx, maya, root.ID, true))
	w.reply(ben, root.ID, "more")
	threads, err := w.UnreadThreads(w.ctx, maya)
	w.must(err)
	equal(t, "new threads", len(threads), 1)
	w.must(w.ArchiveChannel(w.ctx, jon, sales, true, "Nobody writes here."))
	refused(t, w.ArchiveChannel(w.ctx, maya, sales, true, "why"), store.ErrInvalid, "archived already")
	refused(t, w.ArchiveChannel(w.ctx, jon, w.everyone(), true, "why"), store.ErrForbidden, "stays")
	_, err = w.CreatePost(w.ctx, ben, store.NewPost{Place: store.Place{Root: root.ID}, Body: "no"})
	refused(t, err, store.ErrForbidden, "is archived")
	threads, err = w.UnreadThreads(w.ctx, maya)
	w.must(err)
	equal(t, "quiet", len(threads), 0)
	equal(t, "read all the same", w.get(ben, root.ID).Body, "hello")
	w.must(w.ArchiveChannel(w.ctx, jon, sales, false, "They do."))
	refused(t, w.ArchiveChannel(w.ctx, jon, sales, false, "why"), store.ErrInvalid, "in use already")
	equal(t, "the log", w.lastDecision(ben), "jon|took up again|#sales|||They do.")

	secret := w.private(maya, "merger", "ben")
	for _, err := range []error{
		w.SetPurpose(w.ctx, jon, secret, "x", "why"), w.RenameChannel(w.ctx, jon, secret, "x", "why"), w.ArchiveChannel(w.ctx, jon, secret, true, "why"),
		w.SetStewardsPost(w.ctx, jon, secret, true, "why"), w.MakePrivate(w.ctx, jon, secret, "why"), w.SetDepartment(w.ctx, jon, secret, "x", true, "why"), w.SetSteward(w.ctx, jon, secret, "ben", true, "why"),
	} {
		refused(t, err, store.ErrNotFound, "There is no channel of that name here.")
	}
	w.must(w.AddMember(w.ctx, maya, secret, "jon"))
	refused(t, w.SetPurpose(w.ctx, jon, secret, "x", "why"), store.ErrForbidden, "Only the stewards of #merger can")
	refused(t, w.SetPurpose(w.ctx, maya, w.direct(maya, "ben").ID, "x", "why"), store.ErrInvalid, "only its people")
	nils := w.person("nils")
	w.must(w.RenameChannel(w.ctx, maya, secret, "takeover", "It is one."))
	equal(t, "for those in it", w.lastDecision(ben), "maya|renamed|#merger|#merger|#takeover|It is one.")
	equal(t, "for others", w.lastDecision(nils), "maya|renamed|a private channel|||")
	w.healthy()
}

func TestMakePrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	root := w.post(maya, sales, "hello @ben")
	w.indexed()
	equal(t, "found before", w.find(ben, "hello"), "hello @ben")
	refused(t, w.MakePrivate(w.ctx, jon, w.everyone(), "why"), store.ErrForbidden, "is for everyone")
	w.must(w.MakePrivate(w.ctx, jon, sales, "Names of customers."))
	w.indexed()
	equal(t, "found after", w.find(ben, "hello"), "")
	equal(t, "found by those in it", w.find(maya, "hello"), "hello @ben")
	_, err := w.Post(w.ctx, ben, root.ID)
	refused(t, err, store.ErrNotFound, "")
	equal(t, "inbox", w.inbox(ben), "")
	refused(t, w.MakePrivate(w.ctx, maya, sales, "why"), store.ErrInvalid, "private already")
	refused(t, w.SetPurpose(w.ctx, jon, sales, "x", "why"), store.ErrNotFound, "")
	led := w.open(maya, "left")
	w.must(w.LeaveChannel(w.ctx, maya, led))
	refused(t, w.MakePrivate(w.ctx, jon, led, "why"), store.ErrForbidden, "#left has no steward")
	w.healthy()
}

func TestStewards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya, ben := w.admin("jon"), w.person("maya"), w.person("ben")
	sales := w.open(maya, "sales")
	w.must(w.SetSteward(w.ctx, jon, sales, "@ben", true, "Maya is away."))
	equal(t, "members", w.members(jon, sales), "ben* maya*")
	equal(t, "the log", w.lastDecision(ben), "jon|changed the stewards of|#sales|@maya|@ben, @maya|Maya is away.")
	refused(t, w.SetSteward(w.ctx, jon, sales, "ben", true, "why"), store.ErrInvalid, "a steward of #sales already")
	refused(t, w.SetSteward(w.ctx, jon, sales, "jon", false, "why"), store.ErrNotFound, "jon is not in #sales")
	w.must(w.SetSteward(w.ctx, jon, sales, "maya", false, "Ben does it."))
	refused(t, w.SetSteward(w.ctx, jon, sales, "ben", false, "why"), store.ErrForbidden, "#sales needs a steward")
	refused(t, w.SetSteward(w.ctx, maya, sales, "maya", true, "why"), store.ErrForbidden, "Only the stewards")
	w.setState(maya, store.Left)
	refused(t, w.SetSteward(w.ctx, ben, w.open(ben, "new"), "maya", true, "why"), store.ErrNotFound, "is not in #new")
}

func TestOpenForSomebody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, ben := w.admin("jon"), w.person("ben")
	w.person("maya")
	c, err := w.CreateChannel(w.ctx, jon, store.NewChannel{Name: "sales", For: "@maya", Why: "She asked for it."})
	w.must(err)
	equal(t, "as for the admin", row(c.Name, c.Joined, c.Steward, c.MayChange), "sales false false true")
	equal(t, "members", w.members(jon, c.ID), "maya*")
	equal(t, "the log", w.lastDecision(ben), "jon|opened|#sales||@maya looks after it|She asked for it.")
	_, err = w.CreateChannel(w.ctx, ben, store.NewChannel{Name: "mine", For: "maya", Why: "why"})
	refused(t, err, store.ErrForbidden, "Only admins")
	_, err = w.CreateChannel(w.ctx, jon, store.NewChannel{Name: "mine", For: "nobody", Why: "why"})
	refused(t, err, store.ErrNotFound, "nobody of that name")
	c, err = w.CreateChannel(w.ctx, jon, store.NewChannel{Name: "secret", Private: true, For: "maya", Why: "why"})
	w.must(err)
	_, err = w.ChannelByID(w.ctx, jon, c.ID)
	refused(t, err, store.ErrNotFound, "")
}

// TestDepartments lets people come, change and say things of themselves, and looks who is in their departments' channels.
func TestDepartments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon := w.admin("jon")
	maya := w.enter(store.Invite{Handle: "maya", Department: "Finance"})
	ben := w.enter(store.Invite{Handle: "ben", Department: "Sales"})
	tara := w.enter(store.Invite{Handle: "tara", Department: "Sales"})
	sales, finance := w.open(jon, "sales"), w.private(jon, "finance")
	w.join(sales, tara)
	names, err := w.Departments(w.ctx, ben)
	w.must(err)
	equal(t, "departments", strings.Join(names, " "), "Finance Sales")

	refused(t, w.SetDepartment(w.ctx, jon, sales, "Slaes", true, "why"), store.ErrNotFound, `department called "Slaes"`)
	refused(t, w.SetDepartment(w.ctx, jon, w.everyone(), "Sales", true, "why"), store.ErrForbidden, "Everyone is in #everyone")
	refused(t, w.SetDepartment(w.ctx, ben, sales, "Sales", true, "why"), store.ErrForbidden, "Only the stewards")
	w.must(w.SetDepartment(w.ctx, jon, sales, "Sales", true, "It is theirs."))
	w.must(w.SetDepartment(w.ctx, jon, finance, "Finance", true, "It is theirs."))
	refused(t, w.SetDepartment(w.ctx, jon, sales, "Sales", true, "why"), store.ErrInvalid, "belongs to Sales already")
	refused(t, w.SetDepartment(w.ctx, jon, sales, "Finance", false, "why"), store.ErrInvalid, "does not belong to Finance")
	equal(t, "sales", w.members(jon, sales), "ben jon* tara")
	equal(t, "finance", w.members(jon, finance), "jon* maya")

	// Who comes later is in.
	uma := w.enter(store.Invite{Handle: "uma", Department: "Sales"})
	equal(t, "with uma", w.members(jon, sales), "ben jon* tara uma")
	refused(t, w.LeaveChannel(w.ctx, uma, sales), store.ErrForbidden, "Your department is in #sales")
	refused(t, w.LeaveChannel(w.ctx, tara, sales), store.ErrForbidden, "Your department is in #sales")
	refused(t, w.RemoveMember(w.ctx, jon, finance, "maya"), store.ErrForbidden, "with their department")

	// What people say of themselves moves them in open channels and opens no private one.
	w.must(w.UpdateProfile(w.ctx, ben, store.Profile{Department: "Finance"}))
	equal(t, "without ben", w.members(jon, sales), "jon* tara uma")
	equal(t, "the private one", w.members(jon, finance), "jon* maya")
	w.must(w.UpdateProfile(w.ctx, tara, store.Profile{Department: "Finance"}))
	equal(t, "she joined by herself", w.members(jon, sales), "jon* tara uma")

	// An admin's word does.
	w.invite(store.Invite{Handle: "ben", Department: "Finance"})
	equal(t, "the private one", w.members(jon, finance), "ben jon* maya")
	w.must(w.SetSteward(w.ctx, jon, finance, "ben", true, "why"))
	w.invite(store.Invite{Handle: "ben", Department: "Sales"})
	equal(t, "a steward stays", w.members(jon, finance), "ben* jon* maya")
	equal(t, "and is where he belongs", w.members(jon, sales), "ben jon* tara uma")

	// An open channel that becomes private goes by the admin's word too.
	w.must(w.UpdateProfile(w.ctx, maya, store.Profile{Department: "Sales"}))
	equal(t, "by her own word", w.members(jon, sales), "ben jon* maya tara uma")
	w.must(w.MakePrivate(w.ctx, jon, sales, "why"))
	equal(t, "only by the roster's", w.members(jon, sales), "ben jon* tara uma")

	w.must(w.SetDepartment(w.ctx, jon, sales, "Sales", false, "It is no more."))
	equal(t, "taken back", w.members(jon, sales), "jon* tara")
	equal(t, "the log", w.lastDecision(tara), "jon|changed the departments of|#sales|Sales||It is no more.")
	w.healthy()
}

// TestTwoAdminsChangeOneChannel has two of them do the same at once: one does, the other reads that it is done.
func TestTwoAdminsChangeOneChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.admin("maya")
	sales := w.open(jon, "sales")
	before := w.decided()
	results := make(chan error)
	for _, me := range []int64{jon, maya} {
		go func() { results <- w.ArchiveChannel(w.ctx, me, sales, true, "why") }()
	}
	one, two := <-results, <-results
	if one == nil {
		one, two = two, one
	}
	w.must(two)
	refused(t, one, store.ErrInvalid, "#sales is archived already.")
	equal(t, "lines", w.decided(), before+1)
}
