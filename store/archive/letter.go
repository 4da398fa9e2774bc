package archive

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tincan/store"
)

// Door is where people come in, for the letters that tell them.
type Door struct {
	SSH         string         // what to type, like "ssh social.corp"
	Fingerprint string         // of the host key; "" where it is not known
	Zone        *time.Location // in which the letters tell times
}

// Letter is the mail that brings an invite to somebody who has never heard of tincan.
func Letter(d Door, l store.Letter) string {
	var b strings.Builder
	fmt.Fprintf(&b, `Hello %s,

you are invited to tincan, where we try out talking in the open instead of
mail to all: short posts that everyone can read, answer and find again.
You need nothing new, only the ssh that is already on your computer.

Open a terminal (on Windows: PowerShell) and type:

    %s
`, l.Display(), d.SSH)
	if d.Fingerprint != "" {
		fmt.Fprintf(&b, `
The first time, ssh shows the fingerprint of the machine it has reached.
Answer yes if it is this one:

    %s
`, d.Fingerprint)
	}
	fmt.Fprintf(&b, `
Then it asks for your invite code. It works once, until %s.

Invite code: %s
`, l.Code.Expires.In(d.Zone).Format("2 January 2006, 15:04"), l.Code.Text)
	return b.String()
}

// Letters writes what a mail merge needs, a line a person.
func Letters(w io.Writer, d Door, letters []store.Letter) error {
	t := NewTable(w, "handle", "name", "email", "department", "command", "fingerprint", "code", "expires")
	for _, l := range letters {
		t.Row(l.Handle, l.Name, l.Email, l.Department, d.SSH, d.Fingerprint, l.Code.Text, l.Code.Expires.In(d.Zone).Format(time.DateTime))
	}
	return t.Close()
}
