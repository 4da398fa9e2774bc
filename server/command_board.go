package server

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"tincan/store"
)

// why is the reason that was given, or a usual one for what is done every day; where there is neither, the store
// asks for one.
func (c *call) why(usual string) string { return cmp.Or(c.flags[flagWhy.name], usual) }

// charter changes what the channel of the first argument is, and says so.
func (c *call) charter(change func(ch store.Channel) error, done string) error {
	ch, err := c.store.Channel(c.ctx, c.me.ID, c.args[0])
	if err != nil {
		return err
	}
	if err := change(ch); err != nil {
		return err
	}
	now, err := c.store.ChannelByID(c.ctx, c.me.ID, ch.ID)
	if errors.Is(err, store.ErrNotFound) { // one that I have made private, and am not in
		now, err = ch, nil
	}
	switch {
	case err != nil:
		return err
	case c.has(flagJSON):
		return c.channelObject(now)
	}
	return c.say(done, now.Name)
}

func (c *call) channelRename() error {
	return c.charter(func(ch store.Channel) error {
		return c.store.RenameChannel(c.ctx, c.me.ID, ch.ID, c.args[1], c.why(""))
	}, "It is #%s now. The old name leads there too.")
}

func (c *call) channelPurpose() error {
	return c.charter(func(ch store.Channel) error {
		return c.store.SetPurpose(c.ctx, c.me.ID, ch.ID, c.args[1], c.why("So that everyone knows what belongs here."))
	}, "The purpose of #%s is changed.")
}

func (c *call) channelPosting() error {
	stewards := c.args[1] == "stewards"
	if !stewards && c.args[1] != "everyone" {
		return &misuse{"Who posts is everyone or stewards."}
	}
	return c.charter(func(ch store.Channel) error {
		return c.store.SetStewardsPost(c.ctx, c.me.ID, ch.ID, stewards, c.why(""))
	}, "In #%s "+map[bool]string{true: "its stewards post", false: "everyone posts"}[stewards]+" from now on.")
}

func (c *call) channelPrivate() error {
	return c.charter(func(ch store.Channel) error {
		return c.store.MakePrivate(c.ctx, c.me.ID, ch.ID, c.why(""))
	}, "#%s is private now: only those in it see it.")
}

func (c *call) channelDepartment() error {
	on := !c.has(flagOff)
	return c.charter(func(ch store.Channel) error {
		return c.store.SetDepartment(c.ctx, c.me.ID, ch.ID, c.args[1], on, c.why(""))
	}, "The members of #%s follow its departments.")
}

func (c *call) channelSteward() error {
	on := !c.has(flagOff)
	return c.charter(func(ch store.Channel) error {
		return c.store.SetSteward(c.ctx, c.me.ID, ch.ID, c.args[1], on, c.why(map[bool]string{true: "Looks after it from now on.", false: "No longer looks after it."}[on]))
	}, "The stewards of #%s are changed.")
}

func (c *call) channelArchive() error {
	on := !c.has(flagOff)
	return c.charter(func(ch store.Channel) error {
		return c.store.ArchiveChannel(c.ctx, c.me.ID, ch.ID, on, c.why(""))
	}, map[bool]string{true: "#%s is archived.", false: "#%s is in use again."}[on])
}

// reportLine is a reported post as --json prints it.
type reportLine struct {
	ID      int64    `json:"id"`
	Author  string   `json:"author"`
	Where   string   `json:"where"`
	Body    string   `json:"body"`
	Reasons []string `json:"reasons"`
	At      string   `json:"at"`
}

// reports lists the reported posts that wait.
func (c *call) reports() error {
	all, err := c.store.Reports(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	for _, r := range all {
		var reasons []string
		for _, y := range r.Why {
			reasons = append(reasons, y.By+": "+y.Why)
		}
		if c.has(flagJSON) {
			err = c.object(reportLine{r.Post.ID, r.Post.Handle, r.Where, r.Post.Body, reasons, r.At.Format(time.RFC3339)})
		} else {
			err = c.say("%d · %s in %s · %s\n  %s", r.Post.ID, r.Post.Name, r.Where, strings.Join(reasons, " · "), strings.ReplaceAll(r.Post.Body, "\n", "\n  "))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *call) reportsKeep() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	if err := c.store.KeepPost(c.ctx, c.me.ID, id, c.why("")); err != nil {
		return err
	}
	return c.say("%d stands as it is.", id)
}

func (c *call) reportsHide() error {
	id, err := c.id(c.args[0])
	if err != nil {
		return err
	}
	if err := c.store.HideReported(c.ctx, c.me.ID, id, c.why("")); err != nil {
		return err
	}
	return c.say("%d is hidden; your reason stands in its place.", id)
}

// trialLine is the trial as --json prints it.
type trialLine struct {
	Name       string          `json:"name"`
	Purpose    string          `json:"purpose"`
	First      string          `json:"first"`
	Last       string          `json:"last"`
	Zone       string          `json:"zone"`
	Day        int             `json:"day"`
	Days       int             `json:"days"`
	Board      []string        `json:"board"`
	Objectives []objectiveLine `json:"objectives"`
}

type objectiveLine struct {
	Number   int64    `json:"number"`
	What     string   `json:"what"`
	Measure  string   `json:"measure"`
	Baseline *float64 `json:"baseline"`
	Now      *float64 `json:"now"` // null: not enough yet, or too few people
	Target   *float64 `json:"target"`
	Due      string   `json:"due"`
	Owner    string   `json:"owner"`
}

// trial prints what is said of the trial.
func (c *call) trial() error {
	tr, err := c.store.Trial(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	day, of := tr.Day(c.Now())
	if c.has(flagJSON) {
		line := trialLine{tr.Name, tr.Purpose, tr.First, tr.Last, tr.Zone, day, of, []string{}, []objectiveLine{}}
		for _, p := range tr.Board {
			line.Board = append(line.Board, p.Handle)
		}
		for _, o := range tr.Objectives {
			line.Objectives = append(line.Objectives, objectiveLine{o.ID, o.What, o.Measure, o.Baseline, o.Now, o.Target, o.Due, o.OwnerHandle})
		}
		return c.object(line)
	}
	var lines []string
	add := func(text string) {
		if text != "" {
			lines = append(lines, text)
		}
	}
	add(tr.Name)
	add(tr.Purpose)
	if of > 0 {
		add(fmt.Sprintf("From %s to %s: day %d of %d.", tr.First, tr.Last, day, of))
	}
	add(tr.TellsEnd())
	for _, o := range tr.Objectives {
		m, _ := store.MeasureOf(o.Measure)
		line := fmt.Sprintf("%d · %s · %s: %s → %s", o.ID, o.What, cmp.Or(m.Name, "no measure"), m.Figure(o.Baseline), m.Figure(o.Target))
		if o.Due != "" {
			line += " · " + o.Due
		}
		if o.Now != nil {
			line += " · now " + m.Figure(o.Now)
		}
		add(line)
	}
	if len(lines) == 0 {
		add("Nothing is said about the trial yet. The admins write it.")
	}
	return c.say("%s", strings.Join(lines, "\n"))
}

// trialSet changes one line of the trial.
func (c *call) trialSet() error {
	value, err := c.body(c.args[1])
	if err != nil {
		return err
	}
	why := c.why("As the board agreed.")
	if c.args[0] == "terms" {
		if err := c.store.SetTerms(c.ctx, c.me.ID, value, why); err != nil {
			return err
		}
		return c.say("Saved. Everyone is asked at the next sign-in.")
	}
	tr, err := c.store.Trial(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	line, ok := map[string]*string{"name": &tr.Name, "purpose": &tr.Purpose, "first": &tr.First, "last": &tr.Last, "zone": &tr.Zone}[c.args[0]]
	if !ok {
		return &misuse{"What can be set is name, purpose, first, last, zone and terms."}
	}
	*line = value
	if err := c.store.SetTrial(c.ctx, c.me.ID, tr, why); err != nil {
		return err
	}
	return c.say("Saved.")
}

// trialObjective adds an objective, changes one, or takes one out.
func (c *call) trialObjective() error {
	why := c.why("As the board agreed.")
	o, err := c.objective()
	if err != nil {
		return err
	}
	if c.has(flagOff) {
		if err := c.store.RemoveObjective(c.ctx, c.me.ID, o.ID, c.why("")); err != nil {
			return err
		}
		return c.say("Taken out.")
	}
	if len(c.args) > 0 {
		o.What = c.args[0]
	}
	c.given(flagMeasure, &o.Measure)
	c.given(flagBy, &o.Due)
	c.given(flagOwner, &o.OwnerHandle)
	for _, f := range []struct {
		flag option
		into **float64
	}{{flagBaseline, &o.Baseline}, {flagTarget, &o.Target}} {
		var text string
		if !c.given(f.flag, &text) {
			continue
		}
		if *f.into, err = store.ParseFigure(text); err != nil {
			return err
		}
	}
	if err := c.store.SetObjective(c.ctx, c.me.ID, o, o.OwnerHandle, why); err != nil {
		return err
	}
	if lacks := o.Missing(); lacks != "" {
		return c.say("Saved. It %s yet: without, nobody can say at the end whether it was reached.", lacks)
	}
	return c.say("Saved. Everyone sees it under Trial.")
}

// objective is the one that --number names, a new one where nothing does.
func (c *call) objective() (store.Objective, error) {
	number, ok := c.flags[flagNumber.name]
	if !ok {
		if c.has(flagOff) || len(c.args) == 0 {
			return store.Objective{}, &misuse{"Write what is to be reached, or name an objective with --number; they stand under: " + c.typed("trial")}
		}
		return store.Objective{}, nil
	}
	tr, err := c.store.Trial(c.ctx, c.me.ID)
	if err != nil {
		return store.Objective{}, err
	}
	for _, o := range tr.Objectives {
		if fmt.Sprint(o.ID) == number {
			return o, nil
		}
	}
	return store.Objective{}, refuse(nil, "There is no objective %q. They stand with their numbers under: %s", short(number), c.typed("trial"))
}

// given takes the value of a flag over, if it was given; a dash stands for none.
func (c *call) given(f option, into *string) bool {
	value, ok := c.flags[f.name]
	if ok {
		if *into = value; value == "-" {
			*into = ""
		}
	}
	return ok
}

// waitLine is something that waits as --json prints it.
type waitLine struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	Name  string `json:"name"`
}

// today lists what waits for the board.
func (c *call) today() error {
	all, err := c.store.Today(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	for _, w := range all {
		if c.has(flagJSON) {
			err = c.object(waitLine{w.Kind.String(), w.Count, w.Name})
		} else {
			err = c.say("%s", w.Sentence())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
