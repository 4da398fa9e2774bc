package tui

// trial is where the trial's purpose, dates and objectives will stand.
type trial struct{ page }

func newTrial(t *theme) screen {
	return &trial{page{theme: t, title: "Trial", text: "Nothing is said about the trial yet.\n\n" +
		"Here will stand what it is for, when it begins and ends, who looks after it, and what it is measured by: the same figures for everyone.\n\n" +
		"The admins write it. Until they have, ask them in #everyone."}}
}

// Where is the entry in the sidebar.
func (t *trial) Where() string { return entryTrial }
