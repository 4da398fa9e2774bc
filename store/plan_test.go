package store_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tincan/store"
)

var update = flag.Bool("update", false, "write the goldens anew")

// small are the queries that read a whole table on purpose, and why that stays cheap.
var small = map[string]string{
	"WHERE (c.private = 0 OR m.person_id IS NOT NULL) AND c.direct = '' ORDER BY c.name": "the list of all channels is what was asked for",
	"FROM channel WHERE everyone = 1":                                            "when somebody comes for the first time, over the channels",
	"FROM person WHERE admin = 1 AND came_at > 0":                                "over the index of admins",
	"m.steward FROM person p JOIN member m":                                      "the members of one channel are sorted when they are listed",
	"FROM search_queue LIMIT":                                                    "what waits for the index is its first rows",
	"FROM search_queue q LEFT JOIN post p":                                       "the first rows again, in order",
	"INSERT INTO search_queue (post_id) SELECT":                                  "once, where a new program folds in another way",
	"FROM person_word LIMIT 1":                                                   "whether it is filled is its first row",
	"FROM person p WHERE NOT EXISTS":                                             "once, at the upgrade that brings search for names",
	"LEFT JOIN (SELECT * FROM standing WHERE":                                    "the one row that a person stood in last",
	"FROM channel WHERE created_by = ?":                                          "when a channel is opened, over the channels",
	"FROM channel c CROSS JOIN post p WHERE c.private = 0 AND c.archived_at = 0": "over the channels, a probe of an index each",
	"AND m.steward = 1 ORDER BY p.handle":                                        "the few stewards of a channel are sorted when they are listed",
	"FROM report WHERE closed_at = 0":                                            "over the index of what waits, no further than the limit",
	"WHERE r.closed_at = 0 ORDER BY r.at":                                        "over the index of what waits, no further than the limit",
	"FROM person WHERE admin = 1":                                                "over the index of admins",
	"FROM person p WHERE p.admin = 1":                                            "over the index of admins",
	"WITH RECURSIVE d (name)":                                                    "each step is one look into the index of departments",
	"WITH live AS MATERIALIZED":                                                  "over as many threads as posts were asked for",
	"WITH concerned AS MATERIALIZED":                                             "the few announcements of one channel that still wait",
	"FROM objective":                                                             "there are twelve at most",
	"FROM terms":                                                                 "its newest row",
	"FROM channel WHERE private = 1":                                             "when figures are asked for, over the channels",
	"leader, invited_at, visited_at":                                             "when figures are asked for, over the roster",
	"FROM announcement WHERE published_at >=":                                    "when figures are asked for, over the announcements",
	"CROSS JOIN audience u ON u.post_id":                                         "when figures are asked for, over the announcements, to be counted",
	"a.members, a.departments FROM announcement a":                               "when a report is written, the announcements of its time",
	"CROSS JOIN answer w ON":                                                     "when a report is written, over the announcements and their answers",
	"FROM decision WHERE at >=":                                                  "when a report is written, over the log",
	"WHERE d.at >= ?2":                                                           "when a report is written, over the log",
	"c.private = 0 AND p.hidden_at >= ?":                                         "when a report is written, over all posts: 0.2 s of a million",
	"count(DISTINCT r.post_id)":                                                  "when a report is written, over what was reported",
	"FROM person GROUP BY department":                                            "when a report is written, over the people",
	"FROM imported i CROSS JOIN post p":                                          "when a report is written, the mails of its time",
	"FROM tag g CROSS JOIN post p":                                               "when a report is written, the stories of its time",
	"FROM standing WHERE at <":                                                   "when a report is written, over the changes of the roster",
	"FROM standing ORDER BY":                                                     "when figures are asked for, over the changes of the roster",
}

// TestPlans has SQLite explain every query that the store can run, and compares the plans with a golden:
// none may scan a table that grows with time, sort, or be planned anew at each run.
func TestPlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tour(w)
	pia := w.person("pia")
	p := w.post(pia, w.everyone(), "indexed")
	w.indexed() // so that the indexer has met both a new post and a changed one, whenever it looked during the tour
	w.edit(pia, p.ID, "indexed again")
	w.indexed()
	db, err := rawDB(w.dir, "")
	w.must(err)
	defer db.Close()
	var golden strings.Builder
	for _, query := range w.Statements() {
		line := strings.Join(strings.Fields(query), " ")
		if bare.MatchString(line) {
			t.Errorf("SQLite would plan this anew at each run; put a + before the parameter:\n%s", line)
		}
		if !explained.MatchString(line) {
			continue
		}
		rows, err := db.Query("EXPLAIN QUERY PLAN "+query, make([]any, parameters(line))...)
		w.must(err)
		fmt.Fprintln(&golden, line)
		for rows.Next() {
			var id, parent, unused int
			var step string
			w.must(rows.Scan(&id, &parent, &unused, &step))
			fmt.Fprintf(&golden, "\t%s\n", step)
			if slow.MatchString(step) && !fine.MatchString(step) && !reasonable(line) {
				t.Errorf("%s:\n%s", step, line)
			}
		}
		w.must(rows.Err())
	}
	path := filepath.Join("testdata", "plans.golden")
	if *update {
		w.must(os.WriteFile(path, []byte(golden.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	w.must(err)
	if got := golden.String(); got != string(want) {
		t.Errorf("the plans have changed (go test ./store -run TestPlans -update writes them anew):\n%s", firstDifference(got, string(want)))
	}
}

var (
	explained = regexp.MustCompile(`^(WITH|SELECT|INSERT|UPDATE|DELETE) `)
	slow      = regexp.MustCompile(`^SCAN|TEMP B-TREE|AUTOMATIC`)
	fine      = regexp.MustCompile(`VIRTUAL TABLE|CONSTANT ROW|\(subquery-`)
	bare      = regexp.MustCompile(`LIMIT \?|FROM post .*root_id = \?`)
)

// parameters is how many values a query wants.
func parameters(query string) int {
	n := strings.Count(query, "?")
	if numbered := regexp.MustCompile(`\?(\d+)`).FindAllStringSubmatch(query, -1); len(numbered) > 0 {
		n = 0
		for _, m := range numbered {
			i, _ := strconv.Atoi(m[1])
			n = max(n, i)
		}
	}
	return n
}

func reasonable(query string) bool {
	for part := range small {
		if strings.Contains(query, part) {
			return true
		}
	}
	return false
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d is now: %s", i+1, g[i])
		}
	}
	return "lines are missing at the end"
}

// tour does everything that the store can do, so that all its queries are there.
func tour(w *world) {
	ctx := w.ctx
	w.must(w.SetAddress(ctx, "social.corp"))
	_, err := w.Address(ctx)
	w.must(err)
	first, err := w.FirstAdminCode(ctx)
	w.must(err)
	k := key("jon")
	jon, err := w.RedeemCode(ctx, first.Text, store.Credential{Key: &k, User: "jon"})
	w.must(err)
	w.invite(store.Invite{Handle: "maya"})
	maya, ben := w.person("maya"), w.person("ben")
	w.must(w.SignedIn(ctx, maya, "SHA256:maya"))
	w.must(w.MarkWelcomed(ctx, maya))
	w.must(w.UpdateProfile(ctx, maya, store.Profile{Name: "Maya"}))
	_, err = w.Person(ctx, maya, "ben")
	w.must(err)
	link, err := w.CreateLinkCode(ctx, maya)
	w.must(err)
	second := key("second")
	_, err = w.RedeemCode(ctx, link.Text, store.Credential{Key: &second})
	w.must(err)
	w.must(w.SetPassword(ctx, maya, "correct horse"))
	_, err = w.PersonByPassword(ctx, "maya", "correct horse")
	w.must(err)
	_, err = w.HasPassword(ctx, maya)
	w.must(err)
	_, err = w.PersonByKey(ctx, "SHA256:second")
	w.must(err)
	keys, err := w.Keys(ctx, maya)
	w.must(err)
	w.must(w.LabelKey(ctx, maya, keys[0].ID, "label"))
	w.must(w.RemoveKey(ctx, maya, keys[0].ID))

	sales, secret := w.open(maya, "sales"), w.private(maya, "secret", "ben", "jon")
	w.join(sales, ben, jon.ID)
	w.must(w.MuteChannel(ctx, jon.ID, sales, true))
	_, err = w.Members(ctx, maya, sales, "", 10)
	w.must(err)
	_, err = w.Channel(ctx, maya, "sales")
	w.must(err)
	_, err = w.Channels(ctx, maya)
	w.must(err)
	_, err = w.Sidebar(ctx, maya)
	w.must(err)

	for _, ch := range []int64{sales, secret} {
		root := w.post(maya, ch, "@ben @jon #tag")
		w.post(ben, ch, "x")
		w.post(maya, ch, "own, after an unread one")
		w.reply(ben, root.ID, "@jon")
		w.reply(ben, root.ID, "x")
		w.reply(maya, root.ID, "own, after an unread one")
		w.thread(maya, root.ID)
		w.must(w.MarkThreadRead(ctx, maya, root.ID, 1))
		w.must(w.FollowThread(ctx, maya, root.ID, false))
		w.post(ben, ch, "x")
		w.must(w.MarkRead(ctx, maya, ch, 2))
		at := store.Place{Channel: ch}
		w.must(w.SaveDraft(ctx, maya, at, store.Draft{Body: "x"}))
		w.draft(maya, at)
		w.must(w.SaveDraft(ctx, maya, at, store.Draft{}))
		_, err = w.CreatePost(ctx, maya, store.NewPost{Place: at, Body: "x", FromDraft: true})
		w.must(err)
		_, err = w.Home(ctx, ben, 0, 10)
		w.must(err)
		_, err = w.HomeSince(ctx, ben, noon.Add(-time.Hour), 10)
		w.must(err)
		_, err = w.ChannelPosts(ctx, ben, ch, 0, 10)
		w.must(err)
		_, err = w.ChannelLog(ctx, ben, ch, 10)
		w.must(err)
		_, _, err = w.NextUnread(ctx, ben, at)
		w.must(err)
		_, err = w.UnreadThreads(ctx, ben)
		w.must(err)
		w.must(w.LeaveChannel(ctx, ben, ch))
	}
	refused(w.t, w.LeaveChannel(ctx, maya, secret), store.ErrForbidden, "")
	tourOfTheBoard(w, jon.ID, maya)
	people := []store.ImportedPerson{{Key: "U1", Handle: "old", Email: "old@example.com"}}
	_, err = w.ImportPeople(ctx, jon.ID, "old", people)
	w.must(err)
	_, err = w.ImportChannels(ctx, jon.ID, "old", []store.ImportedChannel{{Key: "C1", Name: "old", Members: []string{"U1"}}})
	w.must(err)
	_, err = w.ImportedNames(ctx, jon.ID, "old")
	w.must(err)
	_, err = w.ImportPosts(ctx, jon.ID, "old", []store.ImportedPost{{Key: "1", Channel: "C1", Author: "U1", Body: "#x"}, {Key: "2", Channel: "C1", Author: "U1", Root: "1"}})
	w.must(err)
	w.invite(store.Invite{Handle: "old"})
	w.indexed()

	w.must(w.Visit(ctx, maya))
	_, err = w.Visits(ctx, maya)
	w.must(err)
	old := w.number(`SELECT id FROM channel WHERE name = 'old'`)
	window, err := w.FigureWindow(ctx, jon.ID, old, "", "")
	w.must(err)
	for _, channel := range []int64{0, old} {
		_, err = w.Figures(ctx, jon.ID, store.FigureQuery{Window: window, Channel: channel})
		w.must(err)
	}
	window, err = w.TrialWindow(ctx, jon.ID, "", "")
	w.must(err)
	_, err = w.Findings(ctx, jon.ID, window, func(string) {})
	w.must(err)
}

// tourOfTheBoard does what stewards and admins do with channels, reports and the trial.
func tourOfTheBoard(w *world, jon, maya int64) {
	ctx := w.ctx
	w.must(w.UpdateProfile(ctx, maya, store.Profile{Name: "Maya", Department: "Sales"}))
	sales := w.open(maya, "board-sales")
	w.must(w.RenameChannel(ctx, jon, sales, "board-north", "why"))
	w.must(w.SetPurpose(ctx, jon, sales, "x", "why"))
	w.must(w.SetStewardsPost(ctx, jon, sales, true, "why"))
	w.must(w.SetDepartment(ctx, jon, sales, "Sales", true, "why"))
	w.must(w.SetDepartment(ctx, jon, sales, "Sales", false, "why"))
	w.must(w.SetSteward(ctx, jon, sales, "jon", true, "why"))
	w.must(w.ArchiveChannel(ctx, jon, sales, true, "why"))
	w.must(w.ArchiveChannel(ctx, jon, sales, false, "why"))
	w.must(w.MakePrivate(ctx, maya, sales, "why"))
	_, err := w.Departments(ctx, maya)
	w.must(err)
	_, err = w.ChannelDepartments(ctx, maya, sales)
	w.must(err)
	_, err = w.Stewards(ctx, maya, sales)
	w.must(err)
	for range 2 {
		p := w.post(maya, w.everyone(), "x")
		w.must(w.ReportPost(ctx, maya, p.ID, "why"))
		_, err = w.Reports(ctx, jon)
		w.must(err)
		_, err = w.Today(ctx, jon)
		w.must(err)
		w.must(w.HideReported(ctx, jon, p.ID, "why"))
	}
	w.must(w.SetTrial(ctx, jon, store.Trial{Name: "x"}, "why"))
	w.must(w.SetTerms(ctx, jon, "x", "why"))
	_, version, err := w.TermsToAccept(ctx, maya)
	w.must(err)
	w.must(w.AcceptTerms(ctx, maya, version))
	w.must(w.SetObjective(ctx, jon, store.Objective{What: "x"}, "", "why"))
	_, err = w.Trial(ctx, maya)
	w.must(err)
	_, err = w.Today(ctx, jon)
	w.must(err)
	_, err = w.StaleQuestions(ctx, jon)
	w.must(err)
}
