package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// three people: maya, nils and a third, on a Friday afternoon.
func (r *rig) three() map[string]*gossh.Client {
	r.Helper()
	people := map[string]*gossh.Client{}
	for _, handle := range []string{"maya", "nils", "pia"} {
		p, key := r.member(handle)
		if handle == "maya" {
			if err := r.store.UpdateProfile(r.Context(), p.ID, store.Profile{Name: "Maya Lind", Department: "Finance", Title: "Controller"}); err != nil {
				r.Fatal(err)
			}
		}
		people[handle] = r.enter(key)
	}
	return people
}

func friday(c *Config) {
	at := &clock{at: time.Date(2026, 11, 20, 14, 3, 0, 0, time.UTC)}
	c.Now = at.now
}

func TestQuestions(t *testing.T) {
	r := start(t, friday)
	r.play(r.three(), []step{
		{who: "maya", line: "post everyone Who has the keys? --question", out: "Posted in #everyone as $1.\n"},
		{who: "nils", line: "reply $1 Ben has", out: "Posted in #everyone as $2, a reply to $1.\n"},
		{who: "maya", line: "read everyone", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  question\n  Who has the keys?\n  1 reply\n\n$2  #everyone  reply to $1  nils  Fri 20 Nov 14:03\n  Ben has\n"},
		{who: "nils", line: "answer $2", status: 1, errs: "Only Maya Lind, who asked, or a steward of #everyone can choose the answer."},
		{who: "maya", line: "answer $1", status: 1, errs: "Choose the reply that answers the question."},
		{who: "maya", line: "answer", status: 2, errs: "usage: answer ID [--off] [--json]"},
		{who: "maya", line: "answer $2", out: "$2 is the answer.\n"},
		{who: "nils", line: "home", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  question, answered by $2  new\n  Who has the keys?\n  1 reply\n"},
		{who: "nils", line: "inbox", out: "$2  #everyone  Maya Lind chose the answer  Fri 20 Nov 14:03  new\n  Ben has\n"},
		{who: "maya", line: "inbox --json", out: `{"id":1,"kind":"reply","at":"2026-11-20T14:03:00Z","by":"nils","count":1,"unread":true,"post":{"id":$1,"channel":"everyone","author":"maya","at":"2026-11-20T14:03:00Z","body":"Who has the keys?","reply_to":0,"replies":1,"edited":false,"unread":false}}` + "\n"},
		{who: "maya", line: "answer $2 --off --json", out: `{"id":$2,"channel":"everyone","author":"nils","at":"2026-11-20T14:03:00Z","body":"Ben has","reply_to":$1,"replies":0,"edited":false,"unread":false}` + "\n"},
		{who: "maya", line: "answer $2 --off", out: "$2 is not the answer any more.\n"},
		{who: "maya", line: "thread $2", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  question\n  Who has the keys?\n  1 reply\n\n$2  #everyone  reply to $1  nils  Fri 20 Nov 14:03  new\n  Ben has\n"},
	})
}

func TestReactions(t *testing.T) {
	r := start(t, friday)
	r.play(r.three(), []step{
		{who: "maya", line: "post everyone The lift is back", out: "Posted in #everyone as $1.\n"},
		{who: "nils", line: "react $1 thumbsup", out: "Your thumbsup is on $1.\n"},
		{who: "nils", line: "react $1 👍", out: "Your thumbsup is on $1.\n"}, // twice is once
		{who: "pia", line: "react $1 :+1:", out: "Your thumbsup is on $1.\n"},
		{who: "pia", line: "react $1 ❤ --json", out: `{"id":$1,"channel":"everyone","author":"maya","at":"2026-11-20T14:03:00Z","body":"The lift is back","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "maya", line: "read everyone", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03\n  The lift is back\n  👍 2  ❤️ 1\n"},
		{who: "maya", line: "inbox", out: "$1  #everyone  2 people reacted, last pia  Fri 20 Nov 14:03  new\n  The lift is back\n"},
		{who: "maya", line: "inbox --read", out: "$1  #everyone  2 people reacted, last pia  Fri 20 Nov 14:03  new\n  The lift is back\n"},
		{who: "maya", line: "inbox --read", out: "$1  #everyone  2 people reacted, last pia  Fri 20 Nov 14:03\n  The lift is back\n"},
		{who: "pia", line: "react $1 heart --off", out: "Your heart is off $1.\n"},
		{who: "pia", line: "react $1 heart --off", out: "Your heart is off $1.\n"},
		{who: "maya", line: "read everyone", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03\n  The lift is back\n  👍 2\n"},
		{who: "pia", line: "react $1 frown", status: 1, errs: "There is no such reaction. There are: thumbsup, heart, tada, smile, eyes, check."},
		{who: "pia", line: "react $1", status: 2, errs: "usage: react ID NAME [--off] [--json]\n"},
		{who: "pia", line: "react 1 heart", status: 1, errs: "There is no post of that number here."},
		{who: "pia", line: "react x heart", status: 2, errs: `"x" is no number of a post.`},
	})
}

func TestEditAndDelete(t *testing.T) {
	r := start(t, friday)
	r.play(r.three(), []step{
		{who: "maya", line: "post everyone Lunch at noon", out: "Posted in #everyone as $1.\n"},
		{who: "maya", line: "edit $1 Lunch isn't at noon", out: "Changed $1.\n"},
		{who: "maya", line: "edit $1 -", stdin: "Lunch at one\n", out: "Changed $1.\n"},
		{who: "maya", line: "edit $1 Lunch at two --json", out: `{"id":$1,"channel":"everyone","author":"maya","at":"2026-11-20T14:03:00Z","body":"Lunch at two","reply_to":0,"replies":0,"edited":true,"unread":false}` + "\n"},
		{who: "nils", line: "read everyone", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  edited  new\n  Lunch at two\n"},
		{who: "nils", line: "edit $1 Lunch at three", status: 1, errs: "That post is Maya Lind's; you can change your own only."},
		{who: "nils", line: "delete $1", status: 1, errs: "That post is Maya Lind's"},
		{who: "maya", line: "edit $1 ''", status: 1, errs: "There is nothing to post yet"},
		{who: "maya", line: "edit $1 -", stdin: strings.Repeat("x", 1001), status: 1, errs: "Your text has 1,001 characters"},
		{who: "maya", line: "edit $1 -", stdin: strings.Repeat("x", maxStdin+1), status: 1, errs: "That is more than 64 KB"},
		{who: "maya", line: "edit $1", status: 2, errs: "usage: edit ID TEXT|- [--typo] [--json]\n"},
		{who: "maya", line: "delete $1 now", status: 2, errs: "usage: delete ID [--json]\n"},
		{who: "maya", line: "delete", status: 2, errs: "usage: delete ID"},
		{who: "nils", line: "reply $1 Fine", out: "Posted in #everyone as $2, a reply to $1.\n"},
		{who: "maya", line: "delete $1", out: "Deleted $1.\n"},
		{who: "nils", line: "thread $1", out: "$1  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  edited\n  This post was deleted.\n  1 reply\n\n$2  #everyone  reply to $1  nils  Fri 20 Nov 14:03\n  Fine\n"},
		{who: "maya", line: "delete $1", status: 1, errs: "That post has been deleted meanwhile."},
		{who: "maya", line: "edit $1 again", status: 1, errs: "That post has been deleted meanwhile."},
		{who: "nils", line: "react $1 heart", status: 1, errs: "That post has been deleted meanwhile."},
		{who: "nils", line: "delete $2 --json", out: `{"id":$2,"channel":"everyone","author":"nils","at":"2026-11-20T14:03:00Z","body":"","reply_to":$1,"replies":0,"edited":false,"unread":false}` + "\n"},
	})
}

func TestSaveAndFollow(t *testing.T) {
	r := start(t, friday)
	r.play(r.three(), []step{
		{who: "maya", line: "post everyone The recipe", out: "Posted in #everyone as $1.\n"},
		{who: "maya", line: "post everyone The other", out: "Posted in #everyone as $2.\n"},
		{who: "nils", line: "saved"},
		{who: "nils", line: "save $1", out: "Saved $1.\n"},
		{who: "nils", line: "save $2 --json", out: `{"id":$2,"channel":"everyone","author":"maya","at":"2026-11-20T14:03:00Z","body":"The other","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "nils", line: "saved -n 1", out: "$2  #everyone  Maya Lind · Finance  Fri 20 Nov 14:03  saved  new\n  The other\n"},
		{who: "nils", line: "save $2 --off", out: "$2 is not in your list.\n"},
		{who: "nils", line: "saved --json", out: `{"id":$1,"channel":"everyone","author":"maya","at":"2026-11-20T14:03:00Z","body":"The recipe","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "maya", line: "saved"},
		{who: "nils", line: "saved 1", status: 2, errs: "usage: saved [-n N] [--json]\n"},
		{who: "nils", line: "saved -n x", status: 2, errs: "-n takes a number from 1 to 10000."},
		{who: "nils", line: "save", status: 2, errs: "usage: save ID [--off] [--json]\n"},
		{who: "nils", line: "save 1", status: 1, errs: "There is no post of that number here."},

		{who: "nils", line: "follow $1", out: "You follow the thread of $1: new replies count as new.\n"},
		{who: "pia", line: "reply $1 Tried it", out: "Posted in #everyone as $3, a reply to $1.\n"},
		{who: "pia", line: "reply $1 Good", out: "Posted in #everyone as $4, a reply to $1.\n"},
		{who: "nils", line: "inbox", out: "$1  #everyone  pia replied  Fri 20 Nov 14:03  new\n  The recipe\n"},
		{who: "nils", line: "follow $1 --off", out: "You no longer follow the thread of $1.\n"},
		{who: "nils", line: "follow 1", status: 1, errs: "There is no post of that number here."},
		{who: "nils", line: "follow", status: 2, errs: "usage: follow ID [--off] [--json]\n"},
	})
}

func TestMessages(t *testing.T) {
	r := start(t, friday)
	r.play(r.three(), []step{
		{who: "nils", line: "message maya ''", status: 1, errs: "There is nothing to post yet"},
		{who: "nils", line: "message nobody hello", status: 1, errs: "There is nobody of that name here."},
		{who: "nils", line: "message nils hello", status: 1, errs: "Name somebody else to talk to."},
		{who: "nils", line: "message maya", status: 2, errs: "usage: message HANDLE TEXT|- [--json]\n"},
		{who: "maya", line: "home"},
		{who: "nils", line: "message @maya Are you in?", out: "Posted to your conversation with Maya Lind as $1.\n"},
		{who: "maya", line: "home", out: "$1  with nils  nils  Fri 20 Nov 14:03  new\n  Are you in?\n"},
		{who: "maya", line: "reply $1 Yes", out: "Posted to your conversation with nils as $2, a reply to $1.\n"},
		{who: "maya", line: "message nils - --json", stdin: "Come over\n", out: `{"id":$3,"channel":"@nils","author":"maya","at":"2026-11-20T14:03:00Z","body":"Come over","reply_to":0,"replies":0,"edited":false,"unread":false}` + "\n"},
		{who: "nils", line: "read @maya", out: "$1  with Maya Lind  nils  Fri 20 Nov 14:03\n  Are you in?\n  1 reply\n\n$2  with Maya Lind  reply to $1  Maya Lind · Finance  Fri 20 Nov 14:03\n  Yes\n\n$3  with Maya Lind  Maya Lind · Finance  Fri 20 Nov 14:03  new\n  Come over\n"},
		{who: "nils", line: "post @maya,@pia 'Cake?'", out: "Posted to your conversation with Maya Lind, pia as $4.\n"},
		{who: "pia", line: "read @nils,maya --json", out: `{"id":$4,"channel":"@maya,@nils","author":"nils","at":"2026-11-20T14:03:00Z","body":"Cake?","reply_to":0,"replies":0,"edited":false,"unread":true}` + "\n"},
		{who: "pia", line: "post @maya 'Read this' --announce --must-read", status: 2, errs: "People alone get no announcement. Publish it in a channel where only stewards post, such as #announcements.\n"},
		{who: "pia", line: "post @maya 'Read this' --due 3d", status: 2, errs: "--due goes with --announce.\n"},
		{who: "pia", line: "read @maya", status: 1, errs: "Nothing has been said in that conversation yet."},
		{who: "pia", line: "read @nobody", status: 1, errs: "There is nobody of that name here."},
		{who: "pia", line: "post @nils ''", status: 1, errs: "There is nothing to post yet"},
		{who: "pia", line: "thread $1", status: 1, errs: "There is no post of that number here."},
		{who: "pia", line: "home -n 1", out: "$4  with Maya Lind, nils  nils  Fri 20 Nov 14:03  new\n  Cake?\n"},
		{who: "pia", line: "post @maya 'Which one?' --question", out: "Posted to your conversation with Maya Lind as $5.\n"},
		{who: "pia", line: "thread $5", out: "$5  with Maya Lind  pia  Fri 20 Nov 14:03  question\n  Which one?\n"},
		{who: "pia", line: "channels", out: "#announcements · 3 people · What everyone should know, instead of mail to all.\n#everyone · 3 people · For all of us.\n"},
	})
}

// No command says anything of a private channel, or of a post in it, to whoever is not in it.
func TestPrivateIsNotThere(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	r.play(people, []step{
		{who: "maya", line: "channel create finance-close --private", out: "#finance-close is open, for those whom you add. You are its steward.\n"},
		{who: "maya", line: "post finance-close @nils the figures are #embargoed --question", out: "Posted in #finance-close as $1.\n"},
		{who: "maya", line: "reply $1 more figures", out: "Posted in #finance-close as $2, a reply to $1.\n"},
		{who: "maya", line: "message pia the figures again", out: "Posted to your conversation with pia as $3.\n"},
	})
	r.eventually("its author finds it", func() bool {
		out, _, _ := r.run(people["maya"], "search figures --json", "")
		return strings.Count(out, "\n") == 3
	})
	maya, _, _ := r.run(people["maya"], "read finance-close --json", "")
	direct, _, _ := r.run(people["pia"], "home --json", "")
	var ids [3]int64
	if n, err := fmt.Sscanf(maya+direct, `{"id":%d,`, &ids[0]); n != 1 {
		t.Fatal(err)
	}
	ids[1], ids[2] = ids[0]+1, ids[0]+2 // numbers follow each other
	for _, id := range ids {
		for _, act := range []string{"thread %d", "reply %d hello", "edit %d hello", "delete %d", "react %d heart", "react %d heart --off", "answer %d", "answer %d --off", "save %d", "follow %d", "follow %d --off"} {
			line := fmt.Sprintf(act, id)
			if out, errs, status := r.run(people["nils"], line, ""); status != 1 || out != "" || errs != "There is no post of that number here.\n" {
				t.Errorf("%s: %d %q %q", line, status, out, errs)
			}
		}
	}
	for _, line := range []string{"read finance-close", "post finance-close hello", "join finance-close", "leave finance-close"} {
		if out, errs, status := r.run(people["nils"], line, ""); status != 1 || out != "" || errs != "There is no channel of that name here.\n" {
			t.Errorf("%s: %d %q %q", line, status, out, errs)
		}
	}
	if out, errs, status := r.run(people["nils"], "search in:finance-close figures", ""); status != 1 || out != "" || errs != "There is no channel #finance-close here that you may read.\n" {
		t.Errorf("search in a private channel: %d %q %q", status, out, errs)
	}
	for _, line := range []string{"home", "inbox", "saved", "search figures", "search figur*", "search tag:embargoed", "search from:maya", "search has:question", "search figures --best"} {
		if out, errs, status := r.run(people["nils"], line, ""); status != 0 || out != "" || errs != "" {
			t.Errorf("%s: %d %q %q", line, status, out, errs)
		}
	}
	for _, line := range []string{"channels --json", "people --json"} {
		if out, _, _ := r.run(people["nils"], line, ""); strings.Contains(out, "finance-close") || strings.Contains(out, "figures") {
			t.Errorf("%s: %q", line, out)
		}
	}
}
