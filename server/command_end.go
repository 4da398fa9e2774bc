package server

import (
	"fmt"
	"strings"

	"tincan/store"
)

// endLine is the end of the trial as --json prints it.
type endLine struct {
	Last    string    `json:"last"` // the last day on which people write; "" while none is announced
	Private bool      `json:"private"`
	Keepers []string  `json:"keepers"`
	Waiting []string  `json:"waiting"` // those of the keepers who have not said that they hold the export
	File    string    `json:"file"`
	Steps   []endStep `json:"steps"`
}

type endStep struct {
	Step string `json:"step"`
	At   string `json:"at"`
	By   string `json:"by"`
}

// end prints how the trial ends, and how far that has come.
func (c *call) end() error {
	e, err := c.store.Ending(c.ctx, c.me.ID)
	switch {
	case err != nil:
		return err
	case c.has(flagJSON):
		line := endLine{Last: e.Day, Private: e.Private, Keepers: handlesOf(e.Keepers), Waiting: handlesOf(e.Waiting()), File: e.File, Steps: []endStep{}}
		for _, s := range e.Steps {
			line.Steps = append(line.Steps, endStep{s.Step.String(), stamp(s.At), s.Name})
		}
		return c.object(line)
	case e.Day == "":
		return c.say("No end is announced.")
	}
	lines := []string{fmt.Sprintf("People write until %s. Kept of it: %s.", e.Day, e.Holds())}
	for _, s := range e.Steps {
		lines = append(lines, fmt.Sprintf("%s · %s by %s", c.when(s.At), s.Step, s.Name))
	}
	if e.File != "" {
		lines = append(lines, "The export is "+e.File+".")
	}
	if waiting := e.Waiting(); len(waiting) > 0 {
		lines = append(lines, "Yet to say that they hold it: "+strings.Join(handlesOf(waiting), ", "))
	}
	return c.say("%s", strings.Join(lines, "\n"))
}

func handlesOf(people []store.Person) []string {
	list := []string{}
	for _, p := range people {
		list = append(list, p.Handle)
	}
	return list
}

func (c *call) endAnnounce() error {
	plan := store.EndPlan{Day: c.args[0], Private: c.has(flagPrivate), Keepers: [2]string{c.args[1], c.args[2]}}
	if err := c.store.AnnounceEnd(c.ctx, c.me.ID, plan, c.why("As the board agreed.")); err != nil {
		return err
	}
	return c.say("Announced. Everyone reads it in #announcements.")
}

// endAgree makes a code by which another admin freezes the trial.
func (c *call) endAgree() error {
	code, err := c.store.ConsentCode(c.ctx, c.me.ID, store.EndOfTrial, c.why(""))
	if err != nil {
		return err
	}
	return c.say("%s\nGive it to the admin who freezes the trial. It works once, until %s.", code.Text, c.when(code.Expires))
}

func (c *call) endFreeze() error {
	if code := c.flags[flagCode.name]; code != "" {
		if err := c.store.TakeConsent(c.ctx, c.me.ID, store.EndOfTrial, code); err != nil {
			return err
		}
	}
	if err := c.store.FreezeTrial(c.ctx, c.me.ID, c.why("The day has come.")); err != nil {
		return err
	}
	return c.say("Frozen. Nothing is written any more. Whoever runs the server exports it now: tincan end-trial FOLDER")
}

func (c *call) endHold() error {
	if err := c.store.ReceiveExport(c.ctx, c.me.ID, c.args[0]); err != nil {
		return err
	}
	return c.say("Confirmed. It stands under Trial.")
}

func (c *call) endCancel() error {
	if err := c.store.CallOffEnd(c.ctx, c.me.ID, c.why("")); err != nil {
		return err
	}
	return c.say("Called off. People write again; tell them why in #announcements.")
}
