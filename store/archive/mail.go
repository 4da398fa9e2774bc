package archive

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

const (
	// mailText is how much of a mail's text is read, in bytes as sent: far more than the store takes of it.
	mailText = 1 << 20
	// mailDepth and mailParts bound how mails are nested in mails; what people send has three levels and a few dozen parts.
	mailDepth = 8
	mailParts = 500
	// quoteKept is how many lines of a quote stay; the rest stands above in the same thread.
	quoteKept = 2
	// signatureLines is how long what follows "-- " may be to pass for a signature.
	signatureLines = 15
)

// mailHead is the head of a mail: names in lower case, the first of each name, unfolded and not decoded.
type mailHead map[string]string

// headField matches a line that begins a field of a head (RFC 5322 §2.2: printable ASCII without colon).
var headField = regexp.MustCompile(`^([!-9;-~]+)[ \t]*:`)

// add takes in one line of a head. What is neither a field nor the continuation of one is passed over.
func (h mailHead) add(line []byte, last string) string {
	if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		if last != "" {
			h[last] += " " + string(bytes.TrimSpace(line))
		}
		return last
	}
	m := headField.FindSubmatchIndex(line)
	if m == nil {
		return ""
	}
	name := strings.ToLower(string(line[m[2]:m[3]]))
	if _, have := h[name]; have {
		return ""
	}
	h[name] = string(bytes.TrimSpace(line[m[1]:]))
	return name
}

// word is a field in plain text, whatever it is encoded in.
func (h mailHead) word(name string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(r)
		return strings.NewReader(decodeText(raw, charset)), err
	}}
	raw := decodeText([]byte(h[name]), "")
	if s, err := d.DecodeHeader(raw); err == nil {
		return s
	}
	return raw
}

// mailAddress matches an address; masked is how archives on the web write one.
var (
	mailAddress = regexp.MustCompile(`[^\s<>()\[\]",;:@]+@[^\s<>()\[\]",;:@]+`)
	masked      = regexp.MustCompile(`([^\s<>()",;:]+) at ([^\s<>()",;:]+)`)
)

// unmask makes an address of `user at host`.
func unmask(s string) string {
	if strings.Contains(s, "@") {
		return s
	}
	return masked.ReplaceAllString(s, "$1@$2")
}

// from is who wrote a mail: address in lower case and name, each "" where it is not said.
func (h mailHead) from() (address, name string) {
	s := unmask(h.word("from"))
	address = strings.ToLower(mailAddress.FindString(s))
	if before, _, angle := strings.Cut(s, "<"); angle {
		name = before
	} else if _, after, comment := strings.Cut(s, "("); comment {
		name, _, _ = strings.Cut(after, ")")
	} else if address == "" {
		name = s
	}
	name = strings.Trim(name, " \t\"'")
	if strings.Contains(unmask(name), "@") { // the address once more
		name = ""
	}
	return address, name
}

// messageID matches what names a mail in Message-ID, In-Reply-To and References.
var messageID = regexp.MustCompile(`<[^<>\s]+>`)

// answers is the name of the mail that a mail answers; "" if its head does not say.
func (h mailHead) answers() string {
	if id := messageID.FindString(h["in-reply-to"]); id != "" {
		return id
	}
	refs := messageID.FindAllString(h["references"], -1)
	if len(refs) == 0 {
		return ""
	}
	return refs[len(refs)-1]
}

// replyMark matches what mail programs of several languages put before the subject of an answer.
var replyMark = regexp.MustCompile(`(?i)^(re|aw|antw|sv|vs|odp|rif|res|ynt)(\[\d+\])?\s*:\s*`)

// subject is the subject without marks of an answer and the list's own name, and whether it had such a mark.
func (h mailHead) subject(list string) (subject string, answer bool) {
	s := strings.Join(strings.Fields(h.word("subject")), " ")
	for {
		before := s
		if m := replyMark.FindString(s); m != "" {
			s, answer = s[len(m):], true
		}
		if n := len(list) + 2; len(s) >= n && strings.EqualFold(s[:n], "["+list+"]") {
			s = strings.TrimSpace(s[n:])
		}
		if s == before {
			return s, answer
		}
	}
}

// robotNames are who writes by machine and reads no answer.
var robotNames = regexp.MustCompile(`^(no-?reply|do-?not-?reply|mailer-daemon|cron|bounces?|.*-bounces?)(\+.*)?@`)

// robot says whether a machine wrote the mail, and whether all it says is that the writer is away or could not be reached.
func (h mailHead) robot(address string) (is, away bool) {
	auto := strings.ToLower(h["auto-submitted"])
	content := strings.ToLower(h["content-type"])
	away = strings.HasPrefix(auto, "auto-replied") || h["x-autoreply"] != "" || strings.EqualFold(h["precedence"], "auto_reply") ||
		strings.HasPrefix(content, "multipart/report") || strings.HasPrefix(address, "mailer-daemon@")
	return away || auto != "" && auto != "no" || h["x-cron-env"] != "" || robotNames.MatchString(address), away
}

// mailZones are the names of zones that mean one thing in mail: RFC 5322 §4.3. CET and IST do not.
var mailZones = map[string]string{"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700"}

// mailDate matches a date whose year has four digits and whose zone is said.
var mailDate = regexp.MustCompile(`^(?:[[:alpha:]]+,?\s+)?(\d{1,2}\s+[[:alpha:]]{3}\s+\d{4})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s+([+-]\d{4}|[[:alpha:]]{1,5})\b`)

// date is when a mail says that it was written; the zero time where it says nothing that has one meaning.
func (h mailHead) date() time.Time {
	m := mailDate.FindStringSubmatch(h["date"])
	if m == nil {
		return time.Time{}
	}
	zone := m[3]
	if zone[0] != '+' && zone[0] != '-' {
		if zone = mailZones[strings.ToUpper(zone)]; zone == "" {
			return time.Time{}
		}
	}
	t, err := mail.ParseDate(strings.Join(strings.Fields(m[1]), " ") + " " + m[2] + " " + zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// decodeText is text of a charset as UTF-8. Where the charset is not said, not known or wrong, it is UTF-8 if it
// can be, else what Windows called Latin-1, which has a character for nearly every byte.
func decodeText(raw []byte, charset string) string {
	charset = strings.ToLower(strings.TrimSpace(charset))
	if e, err := htmlindex.Get(charset); err == nil && charset != "us-ascii" && charset != "ascii" {
		if name, _ := htmlindex.Name(e); name != "utf-8" && name != "replacement" {
			if s, err := e.NewDecoder().Bytes(raw); err == nil {
				return string(s)
			}
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return string(s)
}

// letter is what a mail says: its texts, and the names of files that came with it.
type letter struct {
	plain, html []string
	attached    []string
	parts       int
}

// text is the text to show.
func (l *letter) text() string {
	if t := strings.Join(l.plain, "\n"); strings.ContainsFunc(t, visible) {
		return t
	}
	var all []string
	for _, h := range l.html {
		all = append(all, htmlText(h))
	}
	return strings.Join(all, "\n")
}

// read takes in a part: a text, a file, or several parts. Parts that cannot be read end it early.
func (l *letter) read(h mailHead, body io.Reader, depth int) {
	if l.parts++; l.parts > mailParts || depth > mailDepth {
		return
	}
	content := h["content-type"]
	if content == "" {
		content = "text/plain"
	}
	kind, params, err := mime.ParseMediaType(content)
	if err != nil && kind == "" {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			inner := mailHead{}
			for name, values := range p.Header {
				inner[strings.ToLower(name)] = values[0]
			}
			l.read(inner, p, depth+1)
		}
	}
	placed, disposition, _ := mime.ParseMediaType(h["content-disposition"])
	name := first(disposition["filename"], params["name"])
	isText := kind == "text/plain" || kind == "text/html" || kind == "text/enriched" || kind == "text" || !strings.Contains(kind, "/")
	if !isText || placed == "attachment" || placed == "inline" && name != "" {
		if !strings.HasPrefix(kind, "application/pgp-signature") && !strings.HasPrefix(kind, "application/pkcs7-signature") {
			l.attached = append(l.attached, first(mailHead{"name": name}.word("name"), "a file without a name"))
		}
		return
	}
	raw, _ := io.ReadAll(io.LimitReader(body, mailText))
	text := strings.ReplaceAll(decodeText(untransfer(raw, h["content-transfer-encoding"]), params["charset"]), "\r\n", "\n")
	if kind == "text/html" {
		l.html = append(l.html, text)
	} else {
		l.plain = append(l.plain, text)
	}
}

// untransfer undoes how a text was made fit for travel. What is not of that form stays as it is.
func untransfer(raw []byte, how string) []byte {
	switch strings.ToLower(strings.TrimSpace(how)) {
	case "quoted-printable":
		if text, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(raw))); err == nil {
			return text
		}
	case "base64":
		code := slices.DeleteFunc(slices.Clone(raw), func(b byte) bool { return b <= ' ' || b == '=' })
		text := make([]byte, base64.RawStdEncoding.DecodedLen(len(code)))
		if n, err := base64.RawStdEncoding.Decode(text, code); err == nil || n > 0 {
			return text[:n]
		}
	}
	return raw
}

// What of HTML is no text, what ends a line, and what is only how it looks.
var (
	htmlUnseen = regexp.MustCompile(`(?is)<!--.*?-->|<(head|style|script|title)\b.*?</(?:head|style|script|title)\s*>`)
	htmlQuote  = regexp.MustCompile(`(?i)</?blockquote\b[^>]*>`)
	htmlBreak  = regexp.MustCompile(`(?i)<br\b[^>]*>|</(?:p|div|tr|h[1-6]|ul|ol|pre|table)\s*>`)
	htmlItem   = regexp.MustCompile(`(?i)<li\b[^>]*>`)
	htmlTag    = regexp.MustCompile(`<[/!?[:alpha:]][^>]*>?`)
	blanks     = regexp.MustCompile(`[ \t\r\n\x{a0}]+`)
	gaps       = regexp.MustCompile(`\n{3,}`)
)

// htmlText is the text of an HTML mail: lines where it has breaks, "- " before items, "> " before what it quotes.
func htmlText(s string) string {
	s = blanks.ReplaceAllString(htmlUnseen.ReplaceAllString(s, " "), " ")
	s = htmlItem.ReplaceAllString(htmlBreak.ReplaceAllString(s, "\n"), "\n- ")
	var b strings.Builder
	depth := 0
	put := func(part string) {
		part = html.UnescapeString(htmlTag.ReplaceAllString(part, ""))
		for line := range strings.Lines(part) {
			b.WriteString(strings.Repeat("> ", min(depth, mailDepth)))
			b.WriteString(strings.TrimSpace(line))
			b.WriteByte('\n')
		}
	}
	for at := htmlQuote.FindStringIndex(s); at != nil; at = htmlQuote.FindStringIndex(s) {
		put(s[:at[0]])
		if s[at[0]+1] == '/' {
			depth = max(0, depth-1)
		} else {
			depth++
		}
		s = s[at[1]:]
	}
	put(s)
	return gaps.ReplaceAllString(b.String(), "\n\n")
}

// What begins the end of a mail that its author did not write.
var (
	listFooter  = regexp.MustCompile(`^[_=-]{30,}\s*$`)
	wholeBefore = regexp.MustCompile(`(?i)^-{2,}\s*(original message|ursprüngliche nachricht|message d'origine|forwarded message)\s*-{2,}\s*$`)
)

// fold shortens what a mail repeats: of each quote the first lines stay with how many follow, and a
// signature, a list's footer and a whole mail quoted below are left out, as they stand elsewhere in the thread.
// A text that is nothing else stays whole.
func fold(text string) (short string, folded bool) {
	lines := strings.Split(strings.TrimRight(text, "\n "), "\n")
	for i, line := range lines {
		rest := len(lines) - i - 1
		signature := (line == "-- " || line == "--") && rest <= signatureLines
		footer := listFooter.MatchString(line) && rest > 0 && rest <= 6 && strings.HasPrefix(line, "___")
		if i > 0 && (signature || footer || wholeBefore.MatchString(line)) {
			lines, folded = lines[:i], true
			break
		}
	}
	var out []string
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && strings.HasPrefix(lines[end], ">") {
			end++
		}
		switch {
		case end == i:
			out = append(out, lines[i])
			i++
			continue
		case end-i > quoteKept+1:
			more := end - i - quoteKept
			out = append(out, lines[i:i+quoteKept]...)
			out = append(out, "> … "+strconv.Itoa(more)+" more lines")
			folded = true
		default:
			out = append(out, lines[i:end]...)
		}
		i = end
	}
	own := slices.ContainsFunc(out, func(line string) bool {
		return !strings.HasPrefix(line, ">") && strings.ContainsFunc(line, visible)
	})
	if !own || !folded {
		return text, false
	}
	return strings.Join(out, "\n"), true
}

// unescaped is the body of a mail as it was sent: a line that began with From, or with > and From, got a > before it.
type unescaped struct {
	r    *bufio.Reader
	line []byte // what is left of the line that was read last
}

var escapedFrom = regexp.MustCompile(`^>+From `)

func (u *unescaped) Read(p []byte) (int, error) {
	for len(u.line) == 0 {
		line, err := u.r.ReadSlice('\n') // a piece of a longer line is as good: the next does not begin with >From
		if len(line) == 0 && err != nil {
			return 0, err
		}
		if escapedFrom.Match(line) {
			line = line[1:]
		}
		u.line = line
	}
	n := copy(p, u.line)
	u.line = u.line[n:]
	return n, nil
}
