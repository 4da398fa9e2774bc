package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

func TestProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya, ben := w.person("maya"), w.person("ben")
	post := w.post(maya, w.everyone(), "hello")
	equal(t, "name of who has none", post.Name, "maya")

	w.must(w.UpdateProfile(w.ctx, maya, store.Profile{Name: "  Maya \x1b[31mLind", Department: "Finance", Title: "Controller", Zone: "Europe/Berlin"}))
	me, err := w.Me(w.ctx, maya)
	w.must(err)
	equal(t, "profile", strings.Join([]string{me.Display(), me.Department, me.Title, me.Zone}, "|"), "Maya Lind|Finance|Controller|Europe/Berlin")

	// What was read before under the old name reads under the new one at once.
	got, err := w.Post(w.ctx, ben, post.ID)
	w.must(err)
	equal(t, "author", got.Name+"|"+got.Department+"|"+got.Handle, "Maya Lind|Finance|maya")

	seen, err := w.Person(w.ctx, ben, " @MAYA ")
	w.must(err)
	equal(t, "as ben sees them", seen.Name, "Maya Lind")
	for _, handle := range []string{"nobody", "", "@", "\x00", strings.Repeat("x", 1<<16)} {
		_, err = w.Person(w.ctx, ben, handle)
		refused(t, err, store.ErrNotFound, "There is nobody of that name here.")
	}

	for _, nothing := range []string{"\u200b", "\u3164", "\u2800 \u00ad", "\u200e\u200f"} { // or they would write as nobody
		w.must(w.UpdateProfile(w.ctx, ben, store.Profile{Name: nothing, Department: nothing}))
		seen, err = w.Person(w.ctx, maya, "ben")
		w.must(err)
		equal(t, "a name that shows nothing", seen.Display()+"|"+seen.Department, "ben|")
	}

	long := strings.Repeat("n", 61)
	for _, p := range []store.Profile{{Name: long}, {Department: long}, {Title: long}} {
		refused(t, w.UpdateProfile(w.ctx, maya, p), store.ErrInvalid, "is 61 characters; it may have 60.")
	}
	refused(t, w.UpdateProfile(w.ctx, maya, store.Profile{Name: heavy}), store.ErrInvalid, "That name is too large")
	refused(t, w.UpdateProfile(w.ctx, maya, store.Profile{Zone: "Mars/Olympus"}), store.ErrInvalid, "There is no time zone")
	refused(t, w.UpdateProfile(w.ctx, maya, store.Profile{Zone: "Local"}), store.ErrInvalid, "There is no time zone")
	refused(t, w.UpdateProfile(w.ctx, maya, store.Profile{Zone: "../../etc/passwd"}), store.ErrInvalid, "There is no time zone")
}

func TestWelcomed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	maya := w.person("maya")
	w.must(w.MarkWelcomed(w.ctx, maya))
	first := w.number(`SELECT welcomed_at FROM person WHERE id = ?`, maya)
	w.clock.add(time.Hour)
	w.must(w.MarkWelcomed(w.ctx, maya))
	equal(t, "the first time counts", w.number(`SELECT welcomed_at FROM person WHERE id = ?`, maya), first)
	me, err := w.Me(w.ctx, maya)
	w.must(err)
	equal(t, "welcomed", me.Welcomed, true)
}

func TestStates(t *testing.T) {
	t.Parallel()
	for s, want := range map[store.State]string{store.Staged: "staged", store.Invited: "invited", store.Active: "active", store.Suspended: "suspended", store.Left: "left"} {
		equal(t, "state", s.String(), want)
	}
}

// Who may not be here can do nothing, by any method, whatever they had.
func TestStrangersDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jon, maya := w.admin("jon"), w.admin("maya")
	ch := w.open(maya, "sales")
	secret := w.private(maya, "secret", "jon")
	w.join(ch, jon)
	root := w.post(jon, ch, "hello")
	w.reply(maya, root.ID, "hi")
	w.must(w.SaveDraft(w.ctx, maya, store.Place{Channel: ch}, store.Draft{Body: "draft"}))
	w.must(w.SetPassword(w.ctx, maya, "correct horse"))
	ctx, zone := w.ctx, store.Profile{Zone: "UTC"}

	acts := map[string]func(me int64) error{
		"Me":             func(me int64) error { _, err := w.Me(ctx, me); return err },
		"Person":         func(me int64) error { _, err := w.Person(ctx, me, "jon"); return err },
		"UpdateProfile":  func(me int64) error { return w.UpdateProfile(ctx, me, zone) },
		"MarkWelcomed":   func(me int64) error { return w.MarkWelcomed(ctx, me) },
		"SignedIn":       func(me int64) error { return w.SignedIn(ctx, me, "SHA256:maya") },
		"Keys":           func(me int64) error { _, err := w.Keys(ctx, me); return err },
		"AddKey":         func(me int64) error { _, err := w.AddKey(ctx, me, key("new")); return err },
		"LabelKey":       func(me int64) error { return w.LabelKey(ctx, me, 1, "label") },
		"RemoveKey":      func(me int64) error { return w.RemoveKey(ctx, me, 1) },
		"SetPassword":    func(me int64) error { return w.SetPassword(ctx, me, "correct horse") },
		"HasPassword":    func(me int64) error { _, err := w.HasPassword(ctx, me); return err },
		"CreateLinkCode": func(me int64) error { _, err := w.CreateLinkCode(ctx, me); return err },
		"Sidebar":        func(me int64) error { _, err := w.Sidebar(ctx, me); return err },
		"Channels":       func(me int64) error { _, err := w.Channels(ctx, me); return err },
		"Channel":        func(me int64) error { _, err := w.Channel(ctx, me, "sales"); return err },
		"ChannelByID":    func(me int64) error { _, err := w.ChannelByID(ctx, me, ch); return err },
		"CreateChannel": func(me int64) error {
			_, err := w.CreateChannel(ctx, me, store.NewChannel{Name: "new"})
			return err
		},
		"JoinChannel":  func(me int64) error { return w.JoinChannel(ctx, me, ch) },
		"LeaveChannel": func(me int64) error { return w.LeaveChannel(ctx, me, ch) },
		"MuteChannel":  func(me int64) error { return w.MuteChannel(ctx, me, ch, true) },
		"AddMember":    func(me int64) error { return w.AddMember(ctx, me, secret, "jon") },
		"Members":      func(me int64) error { _, err := w.Members(ctx, me, ch, "", 10); return err },
		"Home":         func(me int64) error { _, err := w.Home(ctx, me, 0, 10); return err },
		"HomeSince":    func(me int64) error { _, err := w.HomeSince(ctx, me, noon, 10); return err },
		"ChannelPosts": func(me int64) error { _, err := w.ChannelPosts(ctx, me, ch, 0, 10); return err },
		"ChannelLog":   func(me int64) error { _, err := w.ChannelLog(ctx, me, ch, 10); return err },
		"Post":         func(me int64) error { _, err := w.Post(ctx, me, root.ID); return err },
		"Thread":       func(me int64) error { _, err := w.Thread(ctx, me, root.ID, 0, 10); return err },
		"CreatePost": func(me int64) error {
			_, err := w.CreatePost(ctx, me, store.NewPost{Place: store.Place{Channel: ch}, Body: "x"})
			return err
		},
		"FollowThread":   func(me int64) error { return w.FollowThread(ctx, me, root.ID, true) },
		"MarkRead":       func(me int64) error { return w.MarkRead(ctx, me, ch, 1) },
		"MarkThreadRead": func(me int64) error { return w.MarkThreadRead(ctx, me, root.ID, 1) },
		"NextUnread":     func(me int64) error { _, _, err := w.NextUnread(ctx, me, store.Place{}); return err },
		"UnreadThreads":  func(me int64) error { _, err := w.UnreadThreads(ctx, me); return err },
		"SaveDraft":      func(me int64) error { return w.SaveDraft(ctx, me, store.Place{Channel: ch}, store.Draft{Body: "x"}) },
		"Draft":          func(me int64) error { _, err := w.Draft(ctx, me, store.Place{Channel: ch}); return err },
		"CreateInvite": func(me int64) error {
			_, err := w.CreateInvite(ctx, me, store.Invite{Handle: "new"})
			return err
		},
		"ImportPeople":   func(me int64) error { _, err := w.ImportPeople(ctx, me, "old", nil); return err },
		"ImportChannels": func(me int64) error { _, err := w.ImportChannels(ctx, me, "old", nil); return err },
		"ImportPosts":    func(me int64) error { _, err := w.ImportPosts(ctx, me, "old", nil); return err },
	}
	operator := map[string]bool{"CreateInvite": true, "ImportPeople": true, "ImportChannels": true, "ImportPosts": true}
	for name, act := range acts {
		refused(t, wrap(name, act(12345)), store.ErrForbidden, "You are not signed in.")
		if !operator[name] {
			refused(t, wrap(name, act(store.Operator)), store.ErrForbidden, "You are not signed in.")
		}
	}
	w.setState(maya, store.Suspended)
	for name, act := range acts {
		refused(t, wrap(name, act(maya)), store.ErrForbidden, "Your access is suspended.")
	}
	w.setState(maya, store.Left)
	for name, act := range acts {
		refused(t, wrap(name, act(maya)), store.ErrForbidden, "Your access has ended.")
	}
}

// wrap names what was tried, for the failure.
func wrap(name string, err error) error {
	if err == nil {
		return errors.New(name + " was not refused")
	}
	return err
}
