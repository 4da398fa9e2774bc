package server

import (
	"regexp"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// TestPeopleCommands are an admin's acts over real SSH, and the roster on standard input.
func TestPeopleCommands(t *testing.T) {
	r := start(t)
	code, err := r.store.FirstAdminCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jonKey := newSigner(t)
	if _, err := r.store.RedeemCode(t.Context(), code.Text, store.Credential{Key: newKey(jonKey.PublicKey()), User: "jon"}); err != nil {
		t.Fatal(err)
	}
	_, mayaKey := r.member("maya")
	jon, maya := r.enter(jonKey), r.enter(mayaKey)
	const header = "Employee ID;E-Mail;name;department;manager_id\n"
	roster := "\ufeffEmployee ID;email;name;department;manager id;shoe size\n1;petra@example.com;Petra Marsh;Board;;40\n2;nils@example.com;=1+1;Sales;1;41\n"
	r.play(map[string]*gossh.Client{"jon": jon, "maya": maya}, []step{
		{who: "maya", line: "invite ben", status: 1, errs: "Only admins can do that."},
		{who: "maya", line: "people import -", stdin: roster, status: 1, errs: "Only admins can do that."},
		{who: "maya", line: "suspend jon --why no", status: 1, errs: "Only admins can do that."},
		{who: "jon", line: "people import roster.csv", status: 2, errs: "The roster comes on standard input: ssh social.corp people import - < roster.csv"},
		{who: "jon", line: "people import -", stdin: "name\nMaya\n", status: 1, errs: "That is no roster: the first line has to name the columns"},
		{who: "jon", line: "people import -", stdin: header, status: 1, errs: "There is nobody in that roster."},
		{who: "jon", line: "people import - --dry-run", stdin: roster, out: "Not used: shoe_size.\nline 2: @petra · Petra Marsh · added\nline 3: @nils · =1+1 · added\n2 added · 0 changed · 0 unchanged · 0 leave\nDry run: nothing is changed.\n"},
		{who: "jon", line: "people import - --why 'First of December'", stdin: roster, out: "Not used: shoe_size.\nline 2: @petra · Petra Marsh · added\nline 3: @nils · =1+1 · added\n2 added · 0 changed · 0 unchanged · 0 leave\n"},
		{who: "jon", line: "people import - --json", stdin: "employee_id,department\n1,Board\n2,Finance\n", out: `{"line":2,"fate":"unchanged","handle":"petra","changes":[],"text":""}` + "\n" +
			`{"line":3,"fate":"changed","handle":"nils","changes":[{"field":"department","was":"Sales","becomes":"Finance"}],"text":""}` + "\n"},
		{who: "jon", line: "people import -", stdin: "employee_id,role\n1,boss\n", out: "line 2: \"boss\" is no role; there are staff, admin and bot.\nnot in it: @nils · =1+1 · leaves\n0 added · 0 changed · 0 unchanged · 1 leave · 1 wrong\n", status: 1, errs: "1 line of the roster cannot be taken over. Nothing is changed."},
		{who: "jon", line: "people import -", stdin: "employee_id\n1\n", out: "not in it: @nils · =1+1 · leaves\n0 added · 0 changed · 1 unchanged · 1 leave\n", status: 1, errs: "1 person would leave by this roster, more than a fifth"},
		{who: "jon", line: "people import - --many", stdin: "employee_id\n1\n", out: "not in it: @nils · =1+1 · leaves\n0 added · 0 changed · 1 unchanged · 1 leave\n"},
		{who: "jon", line: "invite maya", status: 1, errs: "maya is in already."},
		{who: "jon", line: "invite a b --name Both", status: 2, errs: "--name, --department, --title, --admin and --bot are about one person: name one."},
		{who: "jon", line: "role maya boss --why x", status: 2, errs: "There are two roles: admin and staff."},
		{who: "jon", line: "role maya admin", status: 1, errs: "Say why, in a few words"},
		{who: "jon", line: "role maya admin --why 'She runs it with me'", out: "maya is an admin now.\n"},
		{who: "jon", line: "role maya staff --why Enough --json", out: `{"handle":"maya","name":"","department":"","state":"active","admin":false,"leader":false}` + "\n"},
		{who: "jon", line: "leader maya --why Head", out: "maya is marked as a leader.\n"},
		{who: "jon", line: "leader maya --off --why Not", out: "maya is no longer marked as a leader.\n"},
		{who: "jon", line: "leaver jon --why x", status: 1, errs: "To leave yourself"},
		{who: "jon", line: "suspend petra --why 'On leave'", out: "Petra Marsh has no access from now on.\n"},
		{who: "jon", line: "restore petra --why Back", out: "Petra Marsh may come in again.\n"},
		{who: "jon", line: "leaver petra --why Gone", out: "Petra Marsh has left. What they wrote stays.\n"},
	})
	out, _, status := r.run(jon, "invite petra.two new@example.com --json", "")
	if got := regexp.MustCompile(`"code":"[0-9a-z-]{14}"`).FindAllString(out, -1); status != 0 || len(got) != 2 || !strings.Contains(out, `"handle":"new","name":"","email":"new@example.com"`) {
		t.Errorf("invite: %d %q", status, out)
	}
	out, _, _ = r.run(jon, "reset maya --why 'Lost the computer'", "")
	if !strings.Contains(out, "Hello maya,") || !strings.Contains(out, "    ssh social.corp\n") || !strings.Contains(out, "    SHA256:") {
		t.Errorf("reset: %q", out)
	}
}
