package server

import (
	"fmt"
	"strings"
	"testing"

	"tincan/store"
)

func TestFiguresCommand(t *testing.T) {
	r := start(t, friday)
	people := r.three()
	if err := r.store.SetAdmin(t.Context(), store.Operator, "maya", true, "test"); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		r.member(fmt.Sprint("extra", i))
	}
	r.play(people, []step{
		{who: "nils", line: "figures", status: 1, errs: "Only admins can do that. Ask one of them."},
		{who: "maya", line: "figures --from yesterday", status: 1, errs: `"yesterday" is no date. Write it like 2026-11-22.`},
		{who: "maya", line: "figures --from 2026-11-02 --to 2026-11-01", status: 1, errs: "The first day has to be before the last one."},
		{who: "maya", line: "figures --department Nowhere", status: 1, errs: `Nobody is in a department "Nowhere" in this time.`},
		{who: "maya", line: "figures --department Finance --channel everyone", status: 1, errs: "Ask for a department or for a channel: both together would tell of too few people."},
		{who: "maya", line: "figures --channel '#nowhere'", status: 1, errs: "There is no channel of that name here."},
		{who: "maya", line: "figures now", status: 2, errs: "usage: figures"},
	})
	out, errs, status := r.run(people["maya"], "figures", "")
	for _, want := range []string{
		"31 Aug 2026 to 20 Nov 2026\n",
		"P1           Participation                                   0.0 %  0 of 7\n             Of everyone on the roster, the share that wrote at least once.\n",
		"C1           Answered within three days             not enough yet\n",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d %s: %q is not in\n%s", status, errs, want, out)
		}
	}
	out, errs, status = r.run(people["maya"], "figures --from 2026-11-16 --to 2026-11-20 --json", "")
	for _, want := range []string{
		`{"id":"P1","value":0,"numerator":0,"denominator":7,"people":7,"suppressed":false}` + "\n",
		`{"id":"C1","value":null,"numerator":0,"denominator":0,"people":0,"suppressed":false}` + "\n",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d %s: %s is not in\n%s", status, errs, want, out)
		}
	}
	out, errs, status = r.run(people["maya"], "figures --from 2026-11-09 --csv", "")
	for _, want := range []string{
		"of,name,from,to,id,figure,value,unit,numerator,denominator,people,suppressed\n",
		"all,,2026-11-16,2026-11-20,P1,Participation,0,%,0,7,7,false\n",
		"week,,2026-11-16,2026-11-20,P1,Participation,0,%,0,7,7,false\n",
		"department,Finance,2026-11-16,2026-11-20,P1,Participation,,%,,,,true\n",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d %s: %s is not in\n%s", status, errs, want, out)
		}
	}
	out, _, _ = r.run(people["maya"], "figures --department Finance --json", "")
	if want := `{"id":"P1","value":null,"numerator":null,"denominator":null,"people":null,"suppressed":true}` + "\n"; !strings.Contains(out, want) {
		t.Errorf("a department of one: %s is not in\n%s", want, out)
	}
}
