package archive

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tincan/store"
)

// slackNotices are the messages that Slack writes itself, by subtype, with what becomes of
// them. A message of any other subtype is somebody's words and is imported.
var slackNotices = map[string]Fate{
	"channel_join":                    Joined,
	"group_join":                      Joined,
	"channel_leave":                   Left,
	"group_leave":                     Left,
	"channel_name":                    Set,
	"channel_purpose":                 Set,
	"channel_topic":                   Set,
	"channel_archive":                 Set,
	"channel_unarchive":               Set,
	"channel_posting_permissions":     Set,
	"channel_convert_to_public":       Set,
	"group_name":                      Set,
	"group_purpose":                   Set,
	"group_topic":                     Set,
	"group_archive":                   Set,
	"group_unarchive":                 Set,
	"pinned_item":                     Noticed,
	"unpinned_item":                   Noticed,
	"bot_add":                         Noticed,
	"bot_remove":                      Noticed,
	"bot_enable":                      Noticed,
	"bot_disable":                     Noticed,
	"app_conversation_join":           Noticed,
	"app_conversation_leave":          Noticed,
	"reminder_add":                    Noticed,
	"sh_room_created":                 Noticed,
	"huddle_thread":                   Noticed,
	"joiner_notification":             Noticed,
	"joiner_notification_for_inviter": Noticed,
	"channel_canvas_updated":          Noticed,
	"message_deleted":                 Deleted,
	"tombstone":                       Deleted,
}

// slackMessage is what is read of one message. Parts whose form has changed over the years are lenient.
type slackMessage struct {
	Subtype     string                     `json:"subtype"`
	TS          string                     `json:"ts"` // seconds.microseconds: its time, and its name in the channel
	ThreadTS    string                     `json:"thread_ts"`
	Text        string                     `json:"text"`
	User        string                     `json:"user"`
	Username    string                     `json:"username"`
	BotID       string                     `json:"bot_id"`
	Edited      lenient[*slackEdit]        `json:"edited"`
	Profile     lenient[slackProfile]      `json:"user_profile"`
	BotProfile  lenient[slackProfile]      `json:"bot_profile"`
	Comment     lenient[slackComment]      `json:"comment"`
	Reactions   lenient[[]slackReaction]   `json:"reactions"`
	Files       lenient[[]slackFile]       `json:"files"`
	Attachments lenient[[]slackAttachment] `json:"attachments"`
	Blocks      lenient[any]               `json:"blocks"`

	at time.Time
}

// lenient is a T, or an empty one where the JSON has another form.
type lenient[T any] struct{ V T }

func (l *lenient[T]) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &l.V) != nil {
		l.V = *new(T)
	}
	return nil
}

type slackComment struct {
	User string `json:"user"`
	Text string `json:"comment"`
}

type slackEdit struct {
	TS string `json:"ts"`
}

type slackReaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
}

// kind is our reaction of that name, whatever its skin.
func (r slackReaction) kind() (store.Reaction, bool) {
	name, _, _ := strings.Cut(r.Name, "::")
	if name == "thumbsup" {
		name = slackNames[0]
	}
	i := slices.Index(slackNames[:], name)
	return store.Reaction(i), i >= 0
}

type slackFile struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Mode  string `json:"mode"`
}

type slackAttachment struct {
	Pretext   string       `json:"pretext"`
	Title     string       `json:"title"`
	TitleLink string       `json:"title_link"`
	Text      string       `json:"text"`
	Fallback  string       `json:"fallback"`
	FromURL   string       `json:"from_url"` // of a preview: the link in the text that it shows
	Fields    []slackField `json:"fields"`
}

type slackField struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

var slackTime = regexp.MustCompile(`^(\d{9,11})\.(\d{6})$`)

// readTime sets the time of m from its ts and reports whether it is one.
func (m *slackMessage) readTime() (ok bool) {
	m.at, ok = readStamp(m.TS)
	return ok
}

func readStamp(ts string) (time.Time, bool) {
	parts := slackTime.FindStringSubmatch(ts)
	if parts == nil {
		return time.Time{}, false
	}
	seconds, _ := strconv.ParseInt(parts[1], 10, 64)
	micros, _ := strconv.ParseInt(parts[2], 10, 64)
	return time.Unix(seconds, micros*1000), true
}

// body is everything that m says as plain lines: its text, the names of its files, what its
// attachments add, and its blocks where it has nothing else.
func (s *Slack) body(m slackMessage, author string) string {
	text := first(m.Text, m.Comment.V.Text)
	if m.Subtype == "file_share" || m.Subtype == "file_comment" { // "<@U1|maya> commented on U2's file …" by maya
		if mentioned(text) == author {
			text = strings.TrimLeft(text[strings.IndexByte(text, '>')+1:], " ")
		}
		text = fileOwner.ReplaceAllString(text, "$1<@$2>")
	}
	lines := []string{s.plain(text)}
	for _, f := range m.Files.V {
		lines = append(lines, "File: "+first(f.Title, f.Name, "its name was not exported"))
	}
	for _, a := range m.Attachments.V {
		if a.FromURL != "" && strings.Contains(m.Text, a.FromURL) {
			continue
		}
		lines = append(lines, s.attachment(a)...)
	}
	if body := joinLines(lines); body != "" {
		return body
	}
	return s.plain(joinLines(blockTexts(nil, m.Blocks.V)))
}

func (s *Slack) attachment(a slackAttachment) []string {
	title := a.Title
	if a.TitleLink != "" {
		title = "<" + a.TitleLink + "|" + a.Title + ">"
	}
	lines := []string{a.Pretext, title, a.Text}
	for _, f := range a.Fields {
		lines = append(lines, strings.TrimPrefix(f.Title+": "+f.Value, ": "))
	}
	return []string{s.plain(first(joinLines(lines), a.Fallback))}
}

// blockTexts gathers the texts inside the nested blocks of a message, in order.
func blockTexts(found []string, block any) []string {
	switch b := block.(type) {
	case []any:
		for _, part := range b {
			found = blockTexts(found, part)
		}
	case map[string]any:
		for _, name := range []string{"text", "title", "fields", "elements"} {
			if text, ok := b[name].(string); ok {
				found = append(found, text)
			} else {
				found = blockTexts(found, b[name])
			}
		}
	}
	return found
}

func joinLines(lines []string) string {
	var kept []string
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

var (
	userMention = regexp.MustCompile(`^\s*<@([A-Z0-9]+)(\|[^>]*)?>`)
	fileOwner   = regexp.MustCompile(`^(commented on )([UW][A-Z0-9]+)\b`)
)

// mentioned returns the id of the user that text starts with, "" if there is none.
func mentioned(text string) string {
	if m := userMention.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

var slackEntities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// plain turns Slack's markup into our text: <@U1> into @handle, <#C1|name> into #name, <url|words>
// into words (url), <!here> into @here, and the three entities into their characters. Slack
// escapes every other < and >; where one stands for itself all the same, it stays.
func (s *Slack) plain(text string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '>')
		if end < 0 {
			break
		}
		end += open
		b.WriteString(text[:open])
		word := s.reference(text[open+1 : end])
		if strings.HasPrefix(word, "@") || strings.HasPrefix(word, "#") {
			// A name must not grow together with the letters around it: it would be another name.
			if r, _ := utf8.DecodeLastRuneInString(b.String()); inWord(r) {
				word = " " + word
			}
			if r, _ := utf8.DecodeRuneInString(text[end+1:]); inWord(r) {
				word += " "
			}
		}
		b.WriteString(word)
		text = text[end+1:]
	}
	b.WriteString(text)
	return slackEntities.Replace(b.String())
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// reference turns what stands between < and > into text.
func (s *Slack) reference(inner string) string {
	target, label, _ := strings.Cut(inner, "|")
	switch {
	case target == "":
		return "<" + inner + ">"
	case target[0] == '@':
		return "@" + first(s.handles[target[1:]], store.CleanHandle(first(label, target)))
	case target[0] == '#' && s.private[target[1:]]:
		return "a private channel"
	case target[0] == '#':
		return "#" + first(s.names[target[1:]], strings.TrimPrefix(label, "#"), target[1:])
	case target[0] == '!': // !here, !channel, !subteam^S1|@team, !date^1^{date}|12 May
		command, _, _ := strings.Cut(target[1:], "^")
		if label == "" || label == command {
			return "@" + command
		}
		return label
	}
	scheme, address, isLink := strings.Cut(target, ":")
	switch {
	case !isLink:
		return "<" + inner + ">"
	case scheme == "mailto" || scheme == "tel":
		target = address
	}
	if label == "" || label == target || strings.Trim(address, "/") == strings.Trim(label, "/") {
		return target
	}
	return label + " (" + target + ")"
}
