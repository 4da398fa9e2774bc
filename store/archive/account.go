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
	"context"
	"fmt"
	"strings"

	"tincan/store"
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
	Automatic               // is an automatic reply or a report that mail could not be delivered
	Oversized               // is larger than any mail that people write
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
	Automatic:   "skipped: an automatic reply, or a report that mail could not be delivered",
	Oversized:   "skipped: it is larger than 32 MB",
}

// Account tells what became of every message of an archive.
type Account struct {
	// What the run added to the store; 0 in a dry run and for what an earlier import brought.
	People, Channels, Posts int
	// Texts that were longer than the store takes and were cut, with a line that says so.
	Shortened int
	// Texts whose quotes of what they answer, or signatures, were shortened.
	Folded int
	// Messages whose date was years off. They stand where they came, with a line that says so.
	Redated int
	// Files that came with a message. They are not imported; their names are.
	Attached int
	// Messages that were too large, each by what it is called and whose it is; the first few of them.
	Named []string
	// Reactions given in the archive that there are not here, and are not imported.
	Reactions int
	// Channels whose name was taken here, or cannot be one, each with the name it has instead.
	Renamed []string
	// Files that could not be read to their end, each with the reason. Messages in them may be missing.
	Broken []string

	of     string // what it is of: an export, an archive
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
	line := func(n int, text string) { fmt.Fprintf(&b, "%9s  %s\n", store.Number(n), text) }
	for f, n := range a.counts {
		if n > 0 {
			line(n, fateTexts[f])
		}
	}
	b.WriteString("---------\n")
	line(a.Messages(), "messages in the "+a.of)
	if a.Shortened > 0 {
		line(a.Shortened, "texts were too long and are imported shortened")
	}
	if a.Folded > 0 {
		line(a.Folded, "texts had long quotes or a signature, which are shortened")
	}
	if a.Redated > 0 {
		line(a.Redated, "had a date years off and stand where they came")
	}
	if a.Reactions > 0 {
		line(a.Reactions, "reactions are of kinds that there are not here")
	}
	if a.Attached > 0 {
		line(a.Attached, "attached files are not imported; their names are")
	}
	for _, names := range a.Renamed {
		b.WriteString("By another name here: " + names + "\n")
	}
	for _, name := range a.Named {
		b.WriteString("Too large: " + name + "\n")
	}
	for _, reason := range a.Broken {
		b.WriteString("Not read to its end: " + reason + "\n")
	}
	return b.String()
}

// rename notes which of the channels, imported just now, have another name here.
func (a *Account) rename(ctx context.Context, st *store.Store, me int64, source string, channels []store.ImportedChannel) error {
	here, err := st.ImportedNames(ctx, me, source)
	for _, c := range channels {
		was := strings.TrimPrefix(c.Name, "#")
		if name := here[c.Key]; name != "" && !strings.EqualFold(name, was) {
			a.Renamed = append(a.Renamed, fmt.Sprintf("#%s is #%s", store.CleanLine(was), name))
		}
	}
	return err
}

// fit cuts a text to what the store takes, at a character's boundary, and says so in its last line.
func (a *Account) fit(body string) string {
	if len(body) <= store.ImportedPostLimit {
		return body
	}
	a.Shortened++
	const note = "\n(The rest was too long to import.)"
	return strings.ToValidUTF8(body[:store.ImportedPostLimit-len(note)], "") + note
}
