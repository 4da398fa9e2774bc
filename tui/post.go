package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"tincan/store"
)

const (
	// foldAfter is how many lines of a post a list shows.
	foldAfter = 8
	// measure is the widest line of text that is easy to read, in columns.
	measure = 84
	// narrowPost is the width below which name and time have a line each.
	narrowPost = 48
	// footGap is the columns between what came of a post.
	footGap = 3
)

// look is everything besides the post that decides how it is drawn.
type look struct {
	width   int // columns of text
	theme   *theme
	now     time.Time
	zone    *time.Location
	list    bool // in a list: folded, with its count of replies
	channel bool // say which channel it is in
	full    bool // say the time in full
	answer  bool // it answers the question of its thread
}

// drawPost draws one post as lines of at most l.width columns: who and when,
// the text below, and in lists what was answered.
func drawPost(p *store.Post, l look) []string {
	lines, t := postHead(p, l), l.theme
	switch {
	case p.Deleted:
		return append(append(lines, t.Dim.Render(fit("This post was deleted by its author.", l.width))), postFoot(p, l)...)
	case p.Hidden:
		for _, line := range words("Hidden by a steward: "+p.HiddenWhy, l.width) {
			lines = append(lines, t.Dim.Render(line))
		}
		return append(lines, postFoot(p, l)...)
	}
	text, limit := readText(p.Body), 0
	if p.Question {
		text = asking(text)
	}
	if l.list {
		limit = foldAfter
	}
	return slices.Concat(lines, drawText(text, l.width, limit, t), postFoot(p, l))
}

// textOf is where the text of a post stands among its lines, and how much of it has been read with each of them,
// in ten-thousandths. What is folded away does not count.
func textOf(p *store.Post, l look) (first int, upTo []int) {
	whole := drawText(readText(p.Body), l.width, 0, l.theme)
	letters := func(line string) int { return len(strings.Join(strings.Fields(ansi.Strip(line)), "")) }
	total := 0
	for _, line := range whole {
		total += letters(line)
	}
	shown, so := len(whole), 0
	if l.list && shown > foldAfter {
		shown = foldAfter - 1 // the last line is cut
	}
	for _, line := range whole[:shown] {
		so += letters(line)
		upTo = append(upTo, so*store.WholeText/max(total, 1))
	}
	return len(postHead(p, l)), upTo
}

// postFoot is what came of a post: reactions, the answer, in lists how often it was answered. It
// takes one line where there is room, and none where nothing came.
func postFoot(p *store.Post, l look) []string {
	var parts []string
	if r := reactionsLine(p.Reactions, l.theme); r != "" {
		parts = append(parts, r)
	}
	if an := p.Announcement; an != nil && !p.Deleted && !p.Hidden {
		style := &l.theme.Dim
		if an.Waits() {
			style = &l.theme.New
		}
		foot := []string{announcedFoot(an)}
		if columns(foot[0]) > l.width {
			foot = strings.Split(foot[0], " · ")
		}
		for _, part := range foot {
			parts = append(parts, style.Render(part))
		}
	}
	if p.Question && p.Answer != 0 && !p.Deleted && !p.Hidden {
		parts = append(parts, l.theme.Accent.Render("Answered by "+p.AnswerBy))
	}
	if l.list && p.Replies > 0 {
		parts = append(parts, repliesLine(p, l))
	}
	var out []string
	for _, part := range parts {
		last := len(out) - 1
		if last >= 0 && columns(out[last])+footGap+columns(part) <= l.width {
			out[last] += strings.Repeat(" ", footGap) + part
		} else {
			out = append(out, part)
		}
	}
	for i := range out {
		out[i] = fit(out[i], l.width)
	}
	return out
}

// reactionSign is how a reaction looks on a screen: without the selector that asks for a picture, about whose width
// terminals disagree, so that what stands to the right of it stays in its column.
func reactionSign(r store.Reaction) string { return strings.TrimSuffix(r.Emoji(), "\ufe0f") }

// reactionsLine is "👍 4  👀 2"; my own are bold.
func reactionsLine(r store.Reactions, t *theme) string {
	var parts []string
	for i, n := range r.Count {
		switch text := reactionSign(store.Reaction(i)) + " " + capped(n); {
		case n <= 0:
		case r.Mine[i]:
			parts = append(parts, t.Bold.Render(text))
		default:
			parts = append(parts, t.Dim.Render(text))
		}
	}
	return strings.Join(parts, "  ")
}

// postHead is the line of name and time, or the two lines in a narrow window; below an announcement's, whom it asks.
func postHead(p *store.Post, l look) []string {
	lines := postNames(p, l)
	if p.Announcement == nil || p.Deleted || p.Hidden {
		return lines
	}
	style := &l.theme.Dim
	if p.Announcement.Waits() {
		style = &l.theme.New
	}
	return append(lines, style.Render(fit(announcedHead(p, l.now, l.zone), l.width)))
}

func postNames(p *store.Post, l look) []string {
	t := l.theme
	name, role := spoken(p), p.Department
	if p.Bot {
		role = strings.TrimPrefix(role+" · bot", " · ")
	}
	who := t.Text.Render(name)
	if p.Unread {
		who = t.Bold.Render(name)
	}
	if role != "" {
		who += t.Dim.Render(" · " + role)
	}
	where := postPlace(p, l)
	tight := l.full && columns(who)+columns(where) >= l.width
	if tight || l.width < narrowPost && (l.channel || l.full) {
		return []string{fit(who, l.width), fit(where, l.width)}
	}
	return []string{justify(who, where, l.width)}
}

// postPlace is the dim end of a post's first line: channel, time, and how it came.
func postPlace(p *store.Post, l look) string {
	t := l.theme
	at := ago(p.At, l.now, l.zone)
	if l.full {
		at = whole(p.At, l.now, l.zone)
	}
	var parts []string
	if l.channel {
		parts = append(parts, t.Dim.Render(placeName(p.ChannelName, p.Direct)))
	}
	if l.answer {
		parts = append(parts, t.Accent.Render("the answer"))
	}
	if p.Pinned {
		parts = append(parts, t.Dim.Render("pinned"))
	}
	if p.Imported {
		parts = append(parts, t.Dim.Render("imported"))
	}
	if !p.EditedAt.IsZero() && !p.Deleted {
		parts = append(parts, t.Dim.Render("edited"))
	}
	if p.Saved {
		parts = append(parts, t.Dim.Render("saved"))
	}
	parts = append(parts, t.Dim.Render(at))
	line := strings.Join(parts, t.Dim.Render(" · "))
	if p.Unread {
		line += t.New.Render(" •")
	}
	return line
}

// repliesLine is "3 replies, 2 new, last Ben Brook 2 min".
func repliesLine(p *store.Post, l look) string {
	t := l.theme
	line := t.Dim.Render(store.Count(p.Replies, "reply", "replies"))
	if p.NewReplies > 0 {
		line += t.Dim.Render(", ") + t.New.Render(store.Count(p.NewReplies, "new", "new"))
	}
	if p.LastReplyBy != "" && (!p.Question || p.Answer == 0) { // who answered is said already
		line += t.Dim.Render(", last " + p.LastReplyBy + " " + ago(p.LastReplyAt, l.now, l.zone))
	}
	return fit(line, l.width)
}

// drawBody draws the text of a post; after limit lines (0: never) it folds.
func drawBody(body string, width, limit int, t *theme) []string {
	return drawText(readText(body), width, limit, t)
}

// asking is a text with the word that says that it is a question.
func asking(text []textLine) []textLine {
	word := span{text: "Question: ", mark: markNew}
	if len(text) == 0 || text[0].code || text[0].lead != "" {
		return append([]textLine{{spans: []span{word}}}, text...)
	}
	text[0].spans = append([]span{word}, text[0].spans...)
	return text
}

// drawText draws the lines of a text; after limit lines (0: never) it folds.
func drawText(text []textLine, width, limit int, t *theme) []string {
	var out []string
	for _, line := range text {
		if limit > 0 && len(out) > limit {
			break
		}
		lead, hang := before(line.lead, width), before(line.hang, width)
		room := width - columns(hang)
		if line.code {
			for i, l := range codeLines(line.spans[0].text, room, limit > 0, t) {
				if i > 0 {
					lead = hang
				}
				out = append(out, t.Dim.Render(lead)+l)
			}
			continue
		}
		most := 0
		if limit > 0 {
			most = limit - len(out) + 1
		}
		for i, l := range wrap(line.spans, room, most) {
			pre := hang
			if i == 0 {
				pre = lead
			}
			if pre != "" {
				pre = t.Dim.Render(pre)
			}
			out = append(out, fit(pre+paint(l, t), width))
		}
	}
	if limit > 0 && len(out) > limit {
		out = append(out[:limit-1], folded(out[limit-1], width, t))
	}
	return out
}

// before is what stands before a line; of more than half of a narrow window, its end.
func before(lead string, width int) string {
	runes := []rune(lead) // bars, numbers and spaces of one column each
	return string(runes[max(0, len(runes)-width/2):])
}

// folded is the last line of a folded post.
func folded(line string, width int, t *theme) string {
	more := t.Dim.Render("…  ") + t.Accent.Render("more")
	line = ansi.Truncate(line, max(0, width-columns(more)-1), "")
	if line != "" && !strings.HasSuffix(line, " ") {
		line += " "
	}
	return fit(line+more, width)
}

const (
	// codeIndent stands before a line of code, and codeMore before what is left of one that is longer than the window.
	codeIndent, codeMore = "  ", "↳ "
	// leastCode is the columns of code below which a line is cut, as nothing of it could be read in pieces.
	leastCode = 8
)

// codeLines draws one line of a fenced block, which is never re-flowed: where the window ends, it is cut in a
// list, and goes on below where the post is whole.
func codeLines(line string, width int, cut bool, t *theme) []string {
	room := width - len(codeIndent)
	cut = cut || room < leastCode
	var out []string
	var row strings.Builder
	used, before := 0, codeIndent
	end := func() {
		out = append(out, t.Dim.Render(before)+t.Code.Render(row.String()))
		row.Reset()
		used, before = 0, codeMore
	}
	for _, c := range cells([]span{{text: line}}) {
		if used += c.width; used > room && !cut {
			end()
			used = c.width
		}
		row.WriteString(c.text)
	}
	end()
	if cut {
		out[0] = fit(out[0], width)
	}
	return out
}

// drawing is a post as it was drawn, with all that decided its looks: whoever draws the same gets the same lines.
type drawing struct {
	shape
	at, last, announced string // what passing time changes
}

// shape is all that decides the looks of a post but the time.
type shape struct {
	id, revision        int64
	width               int
	theme               *theme
	unread, list        bool
	channel, full       bool
	answer, saved       bool
	direct, pinned      bool
	replies, newReplies int
	name, handle, role  string
	place, lastBy       string
	reactions           store.Reactions
	answered            string
}

func shapeOf(p *store.Post, l look) shape {
	return shape{
		id: p.ID, revision: p.Revision, width: l.width, theme: l.theme, unread: p.Unread, list: l.list,
		channel: l.channel, full: l.full, replies: p.Replies, newReplies: p.NewReplies,
		name: p.Name, handle: p.Handle, role: p.Department, place: p.ChannelName, direct: p.Direct, pinned: p.Pinned, lastBy: p.LastReplyBy,
		answer: l.answer, saved: p.Saved, reactions: p.Reactions, answered: p.AnswerBy,
	}
}

// drawingOf is the key under which a drawn post is kept.
func drawingOf(p *store.Post, l look) drawing {
	announced := ""
	if p.Announcement != nil {
		announced = spoken(p) + announcedHead(p, l.now, l.zone) + announcedFoot(p.Announcement)
	}
	at := ago(p.At, l.now, l.zone)
	if l.full {
		at = whole(p.At, l.now, l.zone)
	}
	return drawing{shapeOf(p, l), at, ago(p.LastReplyAt, l.now, l.zone), announced}
}
