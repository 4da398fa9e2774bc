package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

// several is the choice of more than one department.
const several = "several departments"

// announcing is the form that asks how an announcement is to be made. Its text is written afterwards, in the
// composer of the channel, where a draft is kept.
type announcing struct {
	sheet
	channel     store.Channel
	departments []string // those there are, once they are known
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

// newAnnounce asks how an announcement is to be made. how is what was said of the text that waits for it; nil: nothing yet.
func newAnnounce(a *app, t *theme, c store.Channel, how *store.NewAnnouncement) *announcing {
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
	s.parts[partDue].check = func(due string) error {
		_, err := s.due(due)
		return err
	}
	s.send = s.check
	if how != nil {
		s.say(*how)
	}
	return s
}

// say fills in what was said before.
func (s *announcing) say(how store.NewAnnouncement) {
	to, parts := "those in #"+s.channel.Name, s.parts
	switch {
	case how.Everyone:
		to = "everyone"
	case len(how.Departments) > 1:
		to = several
		parts[partSeveral].field.set(strings.Join(how.Departments, ", "))
	case len(how.Departments) == 1:
		to = how.Departments[0]
		parts[partTo].choices = s.audiences(how.Departments)
	}
	parts[partTo].chosen = max(slices.Index(parts[partTo].choices, to), 0)
	if how.MustRead {
		parts[partMust].chosen = 1
		if !how.Due.IsZero() {
			parts[partDue].field.set(how.Due.In(s.app.zone).Format("2006-01-02"))
		}
	}
	if how.Fixed {
		parts[partFollows].chosen = 1
	}
	parts[partFor].field.set(how.For)
	parts[partWhy].field.set(how.Why)
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
		s.departments = got.all
		to.choices = s.audiences(got.all)
		for i, c := range to.choices {
			if c == was {
				to.chosen = i
			}
		}
		return fail(got.err)
	}
	named := s.parts[partSeveral].value()
	cmd := s.sheet.Update(msg)
	if is := s.parts[partSeveral].value(); is != named && is != "" { // whoever names departments means them
		to := s.parts[partTo]
		to.chosen = len(to.choices) - 1
	}
	return cmd
}

// due is the time that an answer names, zero for none.
func (s *announcing) due(text string) (at time.Time, err error) {
	if text == "" {
		return at, nil
	}
	return store.ParseDue(text, s.app.now().In(s.app.zone))
}

// check makes of the answers how it is to be announced.
func (s *announcing) check(values []string) (tea.Msg, int, error) {
	how := store.NewAnnouncement{For: values[partFor], Fixed: values[partFollows] == "is not asked", MustRead: values[partMust] == "yes", Why: values[partWhy]}
	var err error
	switch to := values[partTo]; to {
	case "everyone":
		how.Everyone = true
	case "those in #" + s.channel.Name:
	case several:
		if how.Departments, err = s.named(values[partSeveral]); err != nil {
			return nil, partSeveral, err
		}
	default:
		how.Departments = []string{to}
	}
	if to := values[partTo]; to != several && values[partSeveral] != "" {
		return nil, partSeveral, wrong("Above stands " + to + ". Empty this, or choose " + several + " there.")
	}
	if how.MustRead {
		if how.Due, err = s.due(values[partDue]); err != nil {
			return nil, partDue, err
		}
	}
	if how.For != "" {
		if _, err := s.app.store.Person(s.app.ctx, s.app.me, how.For); err != nil {
			return nil, partFor, err
		}
	}
	return announceMsg{how}, 0, nil
}

// named are the departments of a list, as they are written on the roster.
func (s *announcing) named(list string) (departments []string, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := slices.IndexFunc(s.departments, func(d string) bool { return strings.EqualFold(d, name) })
		if i < 0 {
			return nil, wrong("Nobody on the roster is in the department " + name + ".")
		}
		departments = append(departments, s.departments[i])
	}
	if len(departments) == 0 {
		return nil, wrong("Name the departments, with commas between, or choose others above.")
	}
	return departments, nil
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
