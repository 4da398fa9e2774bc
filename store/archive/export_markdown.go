package archive

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"tincan/store"
)

// markdown writes a file a thread. The text of a post is a block quote: so no mark in it that is not closed reaches
// the next post, and it can be told from what stands around it.
func (e *export) markdown() error {
	for _, c := range e.channels {
		err := e.threads(c, func(root store.ExtractPost) error {
			name := fmt.Sprintf("markdown/%s/%s/%d.md", fileName(c.Name), month(root.At), root.ID)
			return e.add(name, func(w *entries) error { return e.markdownThread(w, c, root) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *export) markdownThread(w *entries, c store.ExtractChannel, root store.ExtractPost) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\n%s\n", plainMarkdown(title(root)), plainMarkdown(c.Shown))
	for p, err := range e.x.Thread(e.ctx, root.ID) {
		if err != nil {
			return err
		}
		w.Entries++
		fmt.Fprintf(b, "\n## %s (@%s), %s, %d\n\n", plainMarkdown(p.Name), p.Handle, clock(p.At), p.ID)
		if p.State() != "" {
			fmt.Fprintf(b, "*%s*\n", plainMarkdown(instead(p)))
			continue
		}
		for line := range strings.SplitSeq(p.Body, "\n") {
			if line != "" {
				line = " " + line
			}
			b.WriteString(">" + line + "\n")
		}
		notes := notes(p)
		if p.Answer != 0 {
			notes = append(notes, "answered by "+number(p.Answer))
		}
		if len(notes) > 0 {
			fmt.Fprintf(b, "\n*%s*\n", strings.Join(notes, " · "))
		}
	}
	return b.Flush()
}

// notes are what is known of a post besides its text and its answer.
func notes(p store.ExtractPost) []string {
	parts := announced(p.Announcement)
	if !p.EditedAt.IsZero() {
		parts = append(parts, "edited "+clock(p.EditedAt))
	}
	if p.Question {
		parts = append(parts, "a question")
	}
	if !p.PinnedAt.IsZero() {
		parts = append(parts, "pinned")
	}
	if p.Imported {
		parts = append(parts, "imported")
	}
	for _, r := range tally(p) {
		parts = append(parts, fmt.Sprintf("%s %d", r.Emoji, len(r.Handles)))
	}
	return parts
}

// announced is what an announcement asked, and what came of it.
func announced(a store.ExtractAnnouncement) (parts []string) {
	if a.For != "" {
		parts = append(parts, "for "+a.For)
	}
	if a.MustRead {
		parts = append(parts, "must read by "+a.DueAt.UTC().Format("2 January 2006"))
	}
	if a.Asked > 0 && (a.MustRead || a.Understood > 0) {
		parts = append(parts, fmt.Sprintf("%s of %s have understood", store.Number(a.Understood), store.Number(a.Asked)))
	}
	if a.Questions > 0 {
		parts = append(parts, store.Count(a.Questions, "open question", "open questions"))
	}
	return parts
}

// tallied is one kind of reaction to a post, and who gave it.
type tallied struct {
	Emoji, Word string
	Handles     []string
	people      []int64
}

// tally gathers the reactions to a post by kind, in the order in which they are shown everywhere.
func tally(p store.ExtractPost) (all []tallied) {
	for kind := range store.Reaction(store.ReactionKinds) {
		t := tallied{Emoji: kind.Emoji(), Word: kind.Word()}
		for _, r := range p.Reactions {
			if r.Word == t.Word {
				t.Handles, t.people = append(t.Handles, r.Handle), append(t.people, r.Person)
			}
		}
		if len(t.Handles) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// plainMarkdown is text in which no character marks anything (CommonMark, backslash escapes).
func plainMarkdown(s string) string { return markdownMark.ReplaceAllString(s, `\$0`) }

var markdownMark = regexp.MustCompile(`[\\` + "`" + `*_{}\[\]<>#|~!]`)

var markdownHead = regexp.MustCompile(`^## .* \(@([a-z0-9._-]+)\), [0-9: -]+ UTC, (\d+)$`)

// markdown reads the posts back.
func (v *reading) markdown() error {
	channels := v.folders()
	return v.files("markdown/", func(name string, r io.Reader) error {
		channel := channels[path.Base(path.Dir(path.Dir(name)))]
		lines := bufio.NewReader(r)
		var root int64
		var now *fact
		var text []string
		end := func() error {
			if now == nil {
				return nil
			}
			now.text = strings.Join(text, "\n")
			return v.found(*now)
		}
		for {
			line, err := lines.ReadString('\n')
			line = strings.TrimSuffix(line, "\n")
			head := markdownHead.FindStringSubmatch(line)
			switch {
			case head != nil:
				if err := end(); err != nil {
					return err
				}
				now, text = &fact{author: head[1], channel: channel, root: root}, nil
				fmt.Sscan(head[2], &now.id)
				if root == 0 {
					root = now.id
				}
			case now == nil:
			case strings.HasPrefix(line, ">"):
				text = append(text, strings.TrimPrefix(line[1:], " "))
			case text == nil && strings.HasPrefix(line, "*This post was deleted"):
				now.state = "deleted"
			case text == nil && strings.HasPrefix(line, "*This post was hidden"):
				now.state = "hidden"
			}
			if err == io.EOF {
				return end()
			}
			if err != nil {
				return err
			}
		}
	})
}
