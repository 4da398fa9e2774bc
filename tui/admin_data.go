package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"tincan/store"
)

// newData is what goes out and comes in: backups, the export, the import and the end of the trial.
func newData(a *app, t *theme) screen {
	k := newKept(a, t, "Admin · Data", store.Trials)
	k.where = entryAdmin
	k.wide = neverWide
	k.read = func() (drawn, error) {
		b, err := a.store.LastBackup(a.ctx, a.me)
		if err != nil {
			return nil, err
		}
		e, err := a.store.Ending(a.ctx, a.me)
		return func(k *kept) { k.data(b, e) }, err
	}
	return k
}

// data draws the menu.
func (k *kept) data(b store.Backup, e store.Ending) {
	a, t := k.app, k.theme
	line := func(label, more string, does string, open func() screen) {
		k.items = append(k.items, item{name: label, label: label, more: t.Dim.Render(more), open: a.opens(open), keys: []key.Binding{says(keys.Open, does)}})
	}
	if b.Dir == "" {
		line("Backups", "none: the server makes no backups yet", "says how", func() screen { return newNoBackup(t) })
	} else {
		line("Back up now", a.backupState(b), "opens", func() screen { return newBackup(a, t) })
	}
	line("Export", "all that was said, in forms that other programs read", "says how", func() screen { return newExport(a, t) })
	line("Import", "from Slack, a mailing list or another tincan", "says how", func() screen { return newImport(t) })
	line("End of the trial", endState(e), "opens", func() screen { return newEnd(a, t) })
}

// backupState is when the last backup was made, in the fewest words.
func (a *app) backupState(b store.Backup) string {
	switch {
	case !b.Wanted.IsZero():
		return "being made"
	case b.Failed != "":
		return "the last one failed"
	case b.At.IsZero():
		return "none made yet"
	}
	return "last made " + whole(b.At, a.now(), a.zone)
}

// endState is how far the end of the trial has come, in the fewest words.
func endState(e store.Ending) string {
	switch {
	case e.Day == "":
		return "not announced"
	case e.Done():
		return "handed over: the last step has no way back"
	case e.Took(store.EndCompared) != nil:
		return "exported, to be handed over"
	case e.Took(store.EndFrozen) != nil:
		return "frozen, to be exported"
	}
	return "announced for " + longDay(e.Day)
}

// newBackup is what is known of the backups, and asks for one.
func newBackup(a *app, t *theme) screen {
	k := newKept(a, t, "Data · backup")
	k.where = entryAdmin
	k.read = func() (drawn, error) {
		b, err := a.store.LastBackup(a.ctx, a.me)
		return func(k *kept) {
			k.text = "A backup holds everything, private channels too, and the key by which people's ssh knows the server. It is made every day; the last 7 days and 4 weeks are kept. From one of them, whoever runs the server brings everything back.\n\nOn the server, in:\n  " + b.Dir
			if !b.At.IsZero() {
				k.text += "\n\nThe newest, of " + whole(b.At, a.now(), a.zone) + ", has " + megabytes(b.Bytes) + "."
			}
			switch {
			case !b.Wanted.IsZero():
				k.text += "\n\nOne is being made now."
			case b.Failed != "":
				k.text += "\n\nThe last one failed: " + b.Failed
			}
			if b.Wanted.IsZero() && b.Dir != "" {
				k.add("Make one now", "", "asks why", func() screen { return newWantBackup(a, k.theme) })
			}
		}, err
	}
	return k
}

// megabytes is a size in words.
func megabytes(bytes int64) string {
	const mega = 1 << 20
	if bytes < mega {
		return "less than 1 MB"
	}
	return fmt.Sprintf("%d MB", (bytes+mega/2)/mega)
}

func newWantBackup(a *app, t *theme) *sheet {
	return a.decree(t, "Data · make a backup", "The server makes it now, in the place of today's.", "makes it", "Before a change.", "Asked for. It stands here once it is made.", nil,
		func(_ []string, why string) error { return a.store.WantBackup(a.ctx, a.me, why) })
}

// newExport says how to take everything out.
func newExport(a *app, t *theme) screen {
	p := &page{theme: t, title: "Data · export", text: "On your own computer, type:\n\n  ssh " + a.typed() + " export > export.zip\n\nThe file has all that was said in open channels: a web site to look at, Markdown, tables, a Slack export, mailboxes and a database. Keys, passwords and drafts are never in it.\n\nPrivate channels and direct conversations come with --private, once another admin has said yes. Each export stands under Decisions."}
	p.set([]item{{name: "second", label: "Ask another admin for private channels", open: a.opens(func() screen { return newAsking(a, p.theme, store.PrivateExport) }), keys: []key.Binding{says(keys.Open, "asks them")}}})
	return p
}

// newImport says how to bring in what was said elsewhere.
func newImport(t *theme) screen {
	return &page{theme: t, title: "Data · import", text: "What was said elsewhere comes in as it was, and never counts as part of the trial. Its authors wait without a way in until you invite them.\n\nWhoever runs the server does it, while people go on posting; with --dry-run it only says what would come:\n\n  tincan import slack export.zip\n  tincan import mbox all-staff.mbox\n  tincan import tincan export.zip"}
}
