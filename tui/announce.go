package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// several is the choice of more than one department.
const several = "several departments"

// announcing is the form that asks how an announcement is to be made. Its text is written afterwards, in the
// composer of the channel, where a draft is kept.
type announcing struct {
	sheet
	channel store.Channel
}

type (
	// announceMsg says how what is being written is to be announced.
	announceMsg struct{ how store.NewAnnouncement }
	// departmentsMsg is those that one can choose from.
	departmentsMsg struct {
		of  *announcing
		all []string
		err error
	}
)

// The parts of the form, in their order.
const (
	partTo = iota
	partSeveral
	partMust
	partDue
	partFor
	partFollows
	partWhy
)

func newAnnounce(a *app, t *theme, c store.Channel) *announcing {
	s := &announcing{channel: c}
	s.title, s.last = "Announcement · #"+c.Name, "goes on to the text"
	s.intro = "It asks people whether they have understood it. Next comes its text."
	s.form = form{app: a, theme: t, parts: []*part{
		partTo:      {label: "To", hint: "Who is asked.", choices: s.audiences(nil)},
		partSeveral: ask("Departments", "", "Only for several departments: their names, with commas between."),
		partMust:    {label: "Must read", hint: "Two a week at most for the whole company. It waits at sign-in until it is answered.", choices: []string{"no", "yes"}},
		partDue:     ask("Due", "3d", "Of a must read: 12h, 3d, 2w, or a day like 2026-11-27."),
		partFor:     ask("In the name of", "", "A handle, like petra. Empty for your own name alone."),
		partFollows: {label: "Who joins later", hint: "And whether those who leave no longer count.", choices: []string{"is asked too", "is not asked"}},
		partWhy:     ask("Why", store.PublishWhy, "Everyone can read it under Decisions."),
	}}
	s.send = s.check
	return s
}

// audiences are the choices of who is asked.
func (s *announcing) audiences(departments []string) []string {
	var list []string
	in := "those in #" + s.channel.Name
	switch {
	case s.channel.Private:
		list = []string{in}
	case s.channel.Everyone:
		list = []string{"everyone"}
	default:
		list = []string{in, "everyone"}
	}
	return append(append(list, departments...), several)
}

// Init reads the departments.
func (s *announcing) Init() tea.Cmd {
	a := s.app
	return func() tea.Msg {
		all, err := a.store.Departments(a.ctx, a.me)
		return departmentsMsg{s, all, err}
	}
}

func (s *announcing) Update(msg tea.Msg) tea.Cmd {
	if got, ok := msg.(departmentsMsg); ok {
		if got.of != s {
			return nil
		}
		to := s.parts[partTo]
		was := to.value()
		to.choices = s.audiences(got.all)
		for i, c := range to.choices {
			if c == was {
				to.chosen = i
			}
		}
		return failedCmd(got.err)
	}
	return s.sheet.Update(msg)
}

// failedCmd tells of an error, if there is one.
func failedCmd(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	return fail(err)
}

// check makes of the answers how it is to be announced.
func (s *announcing) check(values []string) (tea.Msg, int, error) {
	how := store.NewAnnouncement{For: values[partFor], Fixed: values[partFollows] == "is not asked", MustRead: values[partMust] == "yes", Why: values[partWhy]}
	switch to := values[partTo]; to {
	case "everyone":
		how.Everyone = true
	case "those in #" + s.channel.Name:
	case several:
		how.Departments = strings.FieldsFunc(values[partSeveral], func(r rune) bool { return r == ',' })
		if len(how.Departments) == 0 {
			return nil, partSeveral, wrong("Name the departments, with commas between, or choose others above.")
		}
	default:
		how.Departments = []string{to}
	}
	if how.MustRead {
		var err error
		if how.Due, err = store.ParseDue(values[partDue], s.app.now().In(s.app.zone)); err != nil {
			return nil, partDue, err
		}
	}
	return announceMsg{how}, 0, nil
}

// announcing goes on to the text of an announcement.
func (c *composer) announcing(how store.NewAnnouncement) tea.Cmd {
	c.announce, c.question = &how, false
	c.fit()
	return c.Focus()
}

// published is what becomes of the text, for the line above it.
func published(how store.NewAnnouncement, label string) string {
	to := "everyone"
	switch {
	case len(how.Departments) > 0:
		to = strings.Join(how.Departments, ", ")
	case !how.Everyone:
		to = "those in " + label
	}
	if how.MustRead {
		return "Must read to " + to
	}
	return "Announcement to " + to
}
