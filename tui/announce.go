package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/store"
)

const (
	// several is the choice of more than one department, inside begins the one of a channel's people.
	several, inside = "several departments", "those in #"
	everybody       = "everyone"
	// onceMore stands above a form that comes back before its text goes out.
	onceMore = "You set this up earlier. Look at it once more; then Enter goes on to its text."
)

// announcing is the form that asks how an announcement is to be made. Its text is written afterwards, in the
// composer of the channel, where a draft is kept: what stands in the form is a part of that.
type announcing struct {
	sheet
	channel store.Channel
	zone    *time.Location
	told    string // what the composer knows of it
}

type (
	// announceMsg says how what is being written is to be announced: as it was asked for, and as it was noted.
	announceMsg struct {
		is  store.NewAnnouncement
		how string
	}
	// howMsg says how far the form above a composer is filled in.
	howMsg struct {
		channel int64
		how     string
	}
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

// newAnnounce asks how an announcement is to be made. how is what was noted beside the text that waits for it.
func newAnnounce(a *app, t *theme, c store.Channel, how string) *announcing {
	s := &announcing{channel: c, zone: a.zone}
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
	if announces(how) {
		s.fill(how)
		if to := s.parts[partTo]; strings.HasPrefix(to.value(), inside) { // by whatever name
			to.chosen = 0
		}
	}
	s.told = s.noted(s.values())
	s.gone = func() { a.step(howMsg{c.ID, how}) }
	return s
}

// audiences are the choices of who is asked.
func (s *announcing) audiences(departments []string) []string {
	var list []string
	in := inside + s.channel.Name
	switch {
	case s.channel.Private:
		list = []string{in}
	case s.channel.Everyone:
		list = []string{everybody}
	default:
		list = []string{in, everybody}
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
	to := s.parts[partTo]
	if got, ok := msg.(departmentsMsg); ok {
		if got.of != s {
			return nil
		}
		was := to.value()
		to.choices = s.audiences(got.all)
		to.choose(was)
		return fail(got.err)
	}
	named := s.parts[partSeveral].value()
	cmd := s.sheet.Update(msg)
	if is := s.parts[partSeveral].value(); is != named && is != "" { // whoever names departments means them
		to.choose(several)
	}
	if how := s.noted(s.values()); how != s.told {
		s.told = how
		s.app.step(howMsg{s.channel.ID, how})
	}
	return cmd
}

// due is the time that an answer names, zero for none.
func (s *announcing) due(text string) (at time.Time, err error) {
	if text == "" {
		return at, nil
	}
	return store.ParseDue(text, s.app.now().In(s.zone))
}

// check makes of the answers how it is to be announced.
func (s *announcing) check(values []string) (tea.Msg, int, error) {
	how := store.NewAnnouncement{For: values[partFor], Fixed: values[partFollows] == "is not asked", MustRead: values[partMust] == "yes", Why: values[partWhy]}
	all, err := s.app.store.Departments(s.app.ctx, s.app.me)
	if err != nil {
		return nil, partTo, err
	}
	to := values[partTo]
	switch {
	case to == several:
		if how.Departments, err = named(values[partSeveral], all); err != nil {
			return nil, partSeveral, err
		}
		values[partSeveral] = strings.Join(how.Departments, ", ")
	case !slices.Contains(s.audiences(all), to) && to == everybody:
		return nil, partTo, wrong("#" + s.channel.Name + " is private now: only those in it can be asked.")
	case !slices.Contains(s.audiences(all), to):
		return nil, partTo, noDepartment(to)
	case to == everybody:
		how.Everyone = true
	case !strings.HasPrefix(to, inside):
		how.Departments = []string{to}
	}
	if to != several && values[partSeveral] != "" {
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
	return announceMsg{how, s.noted(values)}, 0, nil
}

// named are the departments of a list, as they are written on the roster, which has all.
func named(list string, all []string) (departments []string, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := slices.IndexFunc(all, func(d string) bool { return strings.EqualFold(d, name) })
		if i < 0 {
			return nil, noDepartment(name)
		}
		departments = append(departments, all[i])
	}
	if len(departments) == 0 {
		return nil, wrong("Name the departments, with commas between, or choose others above.")
	}
	return departments, nil
}

func noDepartment(name string) error {
	return wrong("Nobody on the roster is in the department " + name + ".")
}

// announces says whether how a draft is to go out is as an announcement.
func announces(how string) bool { return how != "" && how != asQuestion }

// published is what becomes of the text, for the line above it.
func published(how string) string {
	to := noteOf(how, "To")
	if to == several {
		to = cmp.Or(noteOf(how, "Departments"), to)
	}
	if noteOf(how, "Must read") == "yes" {
		return "Must read to " + to
	}
	return "Announcement to " + to
}
