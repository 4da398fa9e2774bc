package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
	"tincan/store/archive"
)

// door is where people come in, as letters to them say it.
func (c *call) door() archive.Door {
	return archive.Door{SSH: strings.TrimSpace(c.typed("")), Fingerprint: gossh.FingerprintSHA256(c.HostKey.PublicKey()), Zone: c.zone()}
}

// letterLine is an invitation as --json prints it.
type letterLine struct {
	Handle  string `json:"handle"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Code    string `json:"code"`
	Expires string `json:"expires"` // RFC 3339, UTC
	Command string `json:"command"` // what they type
	HostKey string `json:"host_key"`
}

func (c *call) letters(letters ...store.Letter) error {
	door := c.door()
	if c.has(flagCSV) {
		return archive.Letters(c.out, door, letters)
	}
	for i, l := range letters {
		var err error
		if c.has(flagJSON) {
			err = c.object(letterLine{l.Handle, l.Name, l.Email, l.Code.Text, stamp(l.Code.Expires), door.SSH, door.Fingerprint})
		} else {
			if i > 0 {
				c.say("\n%s\n", strings.Repeat("-", 72))
			}
			_, err = c.out.WriteString(archive.Letter(door, l))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// invite puts people on the roster and prints the letters that let them in.
func (c *call) invite() error {
	names := strings.Fields(strings.Join(c.args, " "))
	in := store.Invite{Name: c.flags[flagName.name], Department: c.flags[flagDepartment.name], Title: c.flags[flagTitle.name], Admin: c.has(flagAdmin), Bot: c.has(flagBot), Why: c.flags[flagWhy.name]}
	alone := in.Name != "" || in.Department != "" || in.Title != "" || in.Admin || in.Bot
	if c.has(flagAll) {
		if alone || len(names) > 0 {
			return &misuse{"--all is for everybody on the roster who has no letter so far: name nobody."}
		}
		letters, err := c.store.LettersForAll(c.ctx, c.me.ID, in.Why)
		if len(letters) > 0 { // also those that were made before it broke off
			err = errors.Join(c.letters(letters...), err)
		}
		return err
	}
	if !alone {
		letters, err := c.store.Letters(c.ctx, c.me.ID, names, in.Why)
		if err != nil {
			return err
		}
		return c.letters(letters...)
	}
	if len(names) != 1 {
		return &misuse{"--name, --department, --title, --admin and --bot are about one person: name one."}
	}
	in.Handle = names[0]
	code, err := c.store.CreateInvite(c.ctx, c.me.ID, in)
	if err != nil {
		return err
	}
	p, err := c.store.Person(c.ctx, c.me.ID, code.Handle)
	if err != nil {
		return err
	}
	return c.letters(store.Letter{Person: p, Code: code})
}

// rosterLine is what becomes of a line of a roster, as --json prints it.
type rosterLine struct {
	Line    int            `json:"line"` // 0: somebody who is not in it
	Fate    string         `json:"fate"` // added, changed, unchanged, left, stays or error
	Handle  string         `json:"handle"`
	Changes []rosterChange `json:"changes"`
	Text    string         `json:"text"`
}

type rosterChange struct {
	Field   string `json:"field"`
	Was     string `json:"was"`
	Becomes string `json:"becomes"`
}

// peopleImport makes the people here those of a roster, or says what it would do.
func (c *call) peopleImport() error {
	if c.args[0] != "-" {
		return &misuse{"The roster comes on standard input: " + c.typed("people import - < roster.csv")}
	}
	if _, err := c.store.Entry(c.ctx, c.me.ID, c.me.Handle); err != nil {
		return err // before so much is read
	}
	raw, err := c.stdin(c.ctx, archive.RosterBytes)
	if err != nil {
		return err
	}
	roster, notes, err := archive.ReadRoster(bytes.NewReader(raw))
	if err != nil {
		return refuse(err, "That is no roster: %s.", err)
	}
	for _, n := range notes {
		c.note(n)
	}
	if c.has(flagDryRun) {
		plan, err := c.store.PlanRoster(c.ctx, c.me.ID, roster)
		if err != nil {
			return err
		}
		if err := c.plan(plan); err != nil {
			return err
		}
		if plan.Count[store.RosterBad] > 0 {
			return refuse(nil, "Those lines cannot be taken over. Nothing is changed.")
		}
		return c.note(archive.RosterDry(plan))
	}
	plan, err := c.store.ImportRoster(c.ctx, c.me.ID, roster, store.RosterAs{Why: c.flags[flagWhy.name], Many: c.has(flagMany), Progress: archive.RosterProgress(c.aside)})
	if err == nil || len(plan.Lines) > 0 {
		if err := c.plan(plan); err != nil {
			return err
		}
	}
	return err
}

// note prints a line that is for people alone.
func (c *call) note(text string) error {
	if c.has(flagJSON) {
		return nil
	}
	return c.say("%s", text)
}

// plan prints what a roster does.
func (c *call) plan(plan store.RosterPlan) error {
	if !c.has(flagJSON) {
		return archive.RosterText(c.out, plan)
	}
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	for _, l := range plan.Lines {
		line := rosterLine{l.Line, l.Fate.String(), l.Handle, []rosterChange{}, l.Text}
		for _, ch := range l.Changes {
			line.Changes = append(line.Changes, rosterChange(ch))
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// entryLine is what an admin's act has made of somebody, as --json prints it.
type entryLine struct {
	Handle     string `json:"handle"`
	Name       string `json:"name"`
	Department string `json:"department"`
	State      string `json:"state"`
	Admin      bool   `json:"admin"`
	Leader     bool   `json:"leader"`
}

// acted prints what has become of the person whom an act was about.
func (c *call) acted(err error, did string) error {
	if err != nil {
		return err
	}
	e, err := c.store.Entry(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	if c.has(flagJSON) {
		return c.object(entryLine{e.Handle, e.Name, e.Department, e.State.String(), e.Admin, e.Leader})
	}
	return c.say("%s %s", e.Display(), did)
}

func (c *call) suspend() error {
	return c.acted(c.store.Suspend(c.ctx, c.me.ID, c.args[0], c.why("")), "has no access from now on.")
}

func (c *call) restore() error {
	return c.acted(c.store.Restore(c.ctx, c.me.ID, c.args[0], c.why("")), "may come in again.")
}

func (c *call) leaver() error {
	return c.acted(c.store.Leaver(c.ctx, c.me.ID, c.args[0], c.why("")), "has left. What they wrote stays.")
}

// role makes somebody an admin, or takes them off the board.
func (c *call) role() error {
	switch c.args[1] {
	case "admin":
		return c.acted(c.store.SetAdmin(c.ctx, c.me.ID, c.args[0], true, c.why("")), "is an admin now.")
	case "staff":
		return c.acted(c.store.SetAdmin(c.ctx, c.me.ID, c.args[0], false, c.why("")), "is no admin any more.")
	}
	return &misuse{"There are two roles: admin and staff."}
}

// leader marks one of the people whose being there is counted.
func (c *call) leader() error {
	did := "is marked as a leader."
	if c.has(flagOff) {
		did = "is no longer marked as a leader."
	}
	return c.acted(c.store.SetLeader(c.ctx, c.me.ID, c.args[0], !c.has(flagOff), c.why("")), did)
}

// reset takes the ways in of somebody away and prints the letter with a new one.
func (c *call) reset() error {
	l, err := c.store.Reset(c.ctx, c.me.ID, c.args[0], c.why(""))
	if err != nil {
		return err
	}
	return c.letters(l)
}
