package archive

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tincan/store"
)

const (
	csvPosts = "csv/posts.csv"
	utf8Mark = "\ufeff"
)

// csv writes tables as RFC 4180 has them, with a line of names on top.
func (e *export) csv() error {
	type table struct {
		name string
		rows func(put func(...string)) error
	}
	for _, t := range []table{{csvPosts, e.postRows}, {"csv/versions.csv", e.versionRows}, {"csv/reactions.csv", e.reactionRows}, {"csv/people.csv", e.peopleRows}, {"csv/channels.csv", e.channelRows}} {
		err := e.add(t.name, func(w *entries) error {
			if e.options.BOM {
				io.WriteString(w, utf8Mark)
			}
			c := csv.NewWriter(w)
			c.UseCRLF = true
			w.Entries = -1 // the names
			err := t.rows(func(cells ...string) {
				for i, cell := range cells {
					cells[i] = Guarded(cell)
				}
				c.Write(cells) // an error stays, and is found below
				w.Entries++
			})
			c.Flush()
			if err == nil {
				err = c.Error()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stamp is a time in a cell, "" for none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func (e *export) eachPost(fn func(store.ExtractPost)) error {
	for p, err := range e.x.Posts(e.ctx) {
		if err != nil {
			return err
		}
		fn(p)
	}
	return nil
}

func (e *export) postRows(put func(...string)) error {
	put("id", "channel", "author", "name", "at", "reply_to", "state", "hidden_why", "edited", "imported", "question", "answer", "pinned", "replies", "reactions", "body")
	return e.eachPost(func(p store.ExtractPost) {
		answer := ""
		if p.Answer != 0 {
			answer = number(p.Answer)
		}
		put(number(p.ID), p.ChannelName, p.Handle, p.Name, stamp(p.At), number(p.Root), p.State(), p.HiddenWhy, stamp(p.EditedAt), yes(p.Imported), yes(p.Question), answer, stamp(p.PinnedAt),
			strconv.Itoa(p.Replies), strconv.Itoa(len(p.Reactions)), p.Text())
	})
}

func (e *export) versionRows(put func(...string)) error {
	put("post", "at", "body")
	return e.eachPost(func(p store.ExtractPost) {
		if p.State() != "" {
			return
		}
		for _, v := range p.Versions {
			put(number(p.ID), stamp(v.At), v.Body)
		}
	})
}

func (e *export) reactionRows(put func(...string)) error {
	put("post", "person", "reaction")
	return e.eachPost(func(p store.ExtractPost) {
		for _, r := range p.Reactions {
			put(number(p.ID), r.Handle, r.Word)
		}
	})
}

func (e *export) peopleRows(put func(...string)) error {
	put("handle", "name", "department", "team", "title", "bot", "state", "posts")
	for _, p := range e.people {
		put(p.Handle, p.Name, p.Department, p.Team, p.Title, yes(p.Bot), p.State.String(), strconv.Itoa(p.Posts))
	}
	return nil
}

func (e *export) channelRows(put func(...string)) error {
	put("channel", "shown", "purpose", "private", "archived", "created", "threads", "posts", "members", "stewards")
	for _, c := range e.channels {
		put(c.Name, c.Shown, c.Purpose, yes(c.Private), stamp(c.ArchivedAt), stamp(c.CreatedAt), strconv.Itoa(c.Threads), strconv.Itoa(c.Posts), e.names(c.Members), e.names(c.Stewards))
	}
	return nil
}

// names are the handles of people, with spaces between.
func (e *export) names(people []int64) string {
	var handles []string
	for _, id := range people {
		handles = append(handles, e.handles[id])
	}
	return strings.Join(handles, " ")
}

// csv reads the posts back.
func (v *reading) csv() error {
	return v.file(csvPosts, func(r io.Reader) error {
		c := csv.NewReader(skipMark(r))
		names, err := c.Read()
		if err != nil {
			return err
		}
		column := map[string]int{}
		for i, name := range names {
			column[name] = i
		}
		c.ReuseRecord = true
		for {
			cells, err := c.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			cell := func(name string) string { return unguarded(cells[column[name]]) }
			var f fact
			if _, err := fmt.Sscan(cell("id")+" "+cell("reply_to"), &f.id, &f.root); err != nil {
				return err
			}
			f.author, f.channel, f.state, f.text = cell("author"), cell("channel"), cell("state"), cell("body")
			if err := v.found(f); err != nil {
				return err
			}
		}
	})
}
