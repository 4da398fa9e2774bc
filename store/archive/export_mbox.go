package archive

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"regexp"
	"strings"

	"tincan/store"
)

const (
	mailDomain = "tincan" // of Message-IDs and addresses, which lead nowhere
	mailState  = "X-Tincan-State"
	// mailLine is the bytes of a line beyond which a text is encoded: RFC 5322 allows 998.
	mailLine = 990
)

// mbox writes a mailbox a channel, as mboxrd has it: before a line that begins with From, and before each one
// that was so marked before, stands one more >.
func (e *export) mbox() error {
	for _, c := range e.channels {
		err := e.add("mbox/"+fileName(c.Name)+".mbox", func(w *entries) error {
			b := bufio.NewWriter(w)
			subjects := map[int64]string{} // of threads with replies
			for p, err := range e.x.ChannelPosts(e.ctx, c.ID) {
				if err != nil {
					return err
				}
				subject := title(p)
				if p.Root != 0 {
					if subject, err = e.subject(subjects, p.Root); err != nil {
						return err
					}
				} else if p.Replies > 0 {
					subjects[p.ID] = subject
				}
				writeMail(b, p, subject)
				w.Entries++
			}
			return b.Flush()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// subject is that of a reply. An imported one may stand before what it replies to.
func (e *export) subject(known map[int64]string, root int64) (string, error) {
	if s, is := known[root]; is {
		return "Re: " + s, nil
	}
	for p, err := range e.x.Thread(e.ctx, root) {
		return "Re: " + title(p), err
	}
	return "", fmt.Errorf("thread %d has no beginning", root)
}

func mailID(post int64) string { return fmt.Sprintf("<%d@%s>", post, mailDomain) }

var mailFrom = regexp.MustCompile(`(?m)^>*From `)

func writeMail(w *bufio.Writer, p store.ExtractPost, subject string) {
	address := p.Handle + "@" + mailDomain
	fmt.Fprintf(w, "From %s %s\n", address, p.At.UTC().Format("Mon Jan _2 15:04:05 2006"))
	fmt.Fprintf(w, "From: %s\n", (&mail.Address{Name: p.Name, Address: address}).String())
	fmt.Fprintf(w, "Date: %s\n", p.At.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	fmt.Fprintf(w, "Subject: %s\n", mime.QEncoding.Encode("utf-8", subject))
	fmt.Fprintf(w, "Message-ID: %s\n", mailID(p.ID))
	if p.Root != 0 {
		fmt.Fprintf(w, "In-Reply-To: %s\nReferences: %s\n", mailID(p.Root), mailID(p.Root))
	}
	text := p.Body
	if state := p.State(); state != "" {
		fmt.Fprintf(w, "%s: %s\n", mailState, state)
		text = instead(p)
	}
	encoding := "8bit"
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > mailLine {
			encoding = "quoted-printable"
		}
	}
	if encoding != "8bit" {
		text = quotedPrintable(text)
	}
	fmt.Fprintf(w, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %s\n\n", encoding)
	fmt.Fprintf(w, "%s\n\n", mailFrom.ReplaceAllString(text, ">$0"))
}

// quotedPrintable breaks long lines so that they can be joined again (RFC 2045, 6.7).
func quotedPrintable(text string) string {
	var b bytes.Buffer
	q := quotedprintable.NewWriter(&b)
	io.WriteString(q, text) // into memory: neither fails
	q.Close()
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

// mbox reads the posts back.
func (v *reading) mbox() error {
	channels := v.folders()
	return v.files("mbox/", func(name string, r io.Reader) error {
		channel := channels[strings.TrimSuffix(path.Base(name), ".mbox")]
		return eachMail(r, func(text []byte) error {
			f, err := mailFact(text)
			if err != nil {
				return err
			}
			f.channel = channel
			return v.found(f)
		})
	})
}

// eachMail cuts a mailbox that writeMail wrote and calls fn with each message as it was before.
func eachMail(r io.Reader, fn func(text []byte) error) error {
	lines := bufio.NewReader(r)
	var message bytes.Buffer
	end := func() error {
		if message.Len() == 0 {
			return nil
		}
		defer message.Reset()
		return fn(bytes.TrimSuffix(message.Bytes(), []byte("\n\n")))
	}
	for {
		line, err := lines.ReadBytes('\n')
		switch quoted := bytes.TrimLeft(line, ">"); {
		case !bytes.HasPrefix(quoted, []byte("From ")):
			message.Write(line)
		case len(quoted) < len(line):
			message.Write(line[1:])
		default: // its own line
			if err := end(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return end()
		}
		if err != nil {
			return err
		}
	}
}

func mailFact(text []byte) (f fact, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return f, err
	}
	from, err := m.Header.AddressList("From")
	if err != nil {
		return f, err
	}
	f.author = strings.TrimSuffix(from[0].Address, "@"+mailDomain)
	if _, err := fmt.Sscanf(m.Header.Get("Message-ID"), "<%d@", &f.id); err != nil {
		return f, err
	}
	if parent := m.Header.Get("In-Reply-To"); parent != "" {
		if _, err := fmt.Sscanf(parent, "<%d@", &f.root); err != nil {
			return f, err
		}
	}
	if f.state = m.Header.Get(mailState); f.state != "" {
		return f, nil
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(body)
	f.text = string(b)
	return f, err
}
