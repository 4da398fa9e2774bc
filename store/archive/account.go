// Package archive reads what other products export and hands it to the store, and
// writes what the store holds in forms that can be read without it.
//
// It knows file formats and how their ideas map to people, channels, posts and
// threads. It must not know SQL, SSH or screens: it sees an fs.FS on one side and
// the exported Import methods of package store on the other, and it leaves rights
// and limits of what is stored to them. An archive is other people's text and
// may be damaged or hostile, so it is read as a stream with a bound on every size,
// no path is ever built from what it says, and no message is lost in silence:
// each one is counted in an Account under what became of it.
package archive

import (
	"fmt"
	"strings"
)

// Fate says what became of one message of an archive.
type Fate int

// The fates, in the order in which an Account lists them.
const (
	Posted      Fate = iota // a post that starts a thread
	Replied                 // a reply in a thread
	Joined                  // says that somebody joined; membership comes with the channel
	Left                    // says that somebody left
	Set                     // says that a channel's name, purpose, topic or state changed
	Noticed                 // says that something was pinned, added or called by the product itself
	Empty                   // has no text, file or link to show
	Deleted                 // was deleted before the export
	Repeated                // has the time and channel of a message that came before it
	Private                 // stands in a private channel or direct conversation
	Undescribed             // stands in a folder that no list of channels names
	Unreadable              // is not of a form that can be read
	fates
)

var fateTexts = [fates]string{
	Posted:      "imported as posts",
	Replied:     "imported as replies",
	Joined:      "joined: members come with their channel",
	Left:        "left: members come with their channel",
	Set:         "skipped: a channel was named, described, archived or opened; it keeps its last state",
	Noticed:     "skipped: a notice of the product itself, such as a pin or a new integration",
	Empty:       "skipped: there is nothing in it to show",
	Deleted:     "skipped: it was deleted before the export",
	Repeated:    "skipped: a second copy of the same message",
	Private:     "skipped: it stands in a private channel or direct conversation",
	Undescribed: "skipped: channels.json does not name its channel",
	Unreadable:  "skipped: it cannot be read as a message",
}

// Account tells what became of every message of an archive.
type Account struct {
	// What the run added to the store; 0 in a dry run and for what an earlier import brought.
	People, Channels, Posts int
	// Texts that were longer than the store takes and were cut, with a line that says so.
	Shortened int
	// Reactions given in the archive that there are not here, and are not imported.
	Reactions int
	// Files that could not be read to their end, each with the reason. Messages in them may be missing.
	Broken []string

	counts [fates]int
}

// Count returns how many messages met the fate f.
func (a *Account) Count(f Fate) int { return a.counts[f] }

// Messages returns how many messages the archive holds: the sum of all counts.
func (a *Account) Messages() int {
	n := 0
	for _, c := range a.counts {
		n += c
	}
	return n
}

// String lists each fate that occurred with its number, one a line, and the sum below;
// then, where there is any, what else the archive held and was not brought over.
func (a *Account) String() string {
	var b strings.Builder
	line := func(n int, text string) { fmt.Fprintf(&b, "%9s  %s\n", thousands(n), text) }
	for f, n := range a.counts {
		if n > 0 {
			line(n, fateTexts[f])
		}
	}
	b.WriteString("---------\n")
	line(a.Messages(), "messages in the export")
	if a.Shortened > 0 {
		line(a.Shortened, "texts were too long and are imported shortened")
	}
	if a.Reactions > 0 {
		line(a.Reactions, "reactions are of kinds that there are not here")
	}
	for _, reason := range a.Broken {
		b.WriteString("Not read to its end: " + reason + "\n")
	}
	return b.String()
}

// thousands writes n with a comma before each group of three digits.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
