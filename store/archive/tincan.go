package archive

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"tincan/store"
)

// tincanSource begins what names another place of our own among the store's imported things.
const tincanSource = "tincan "

// ImportTincan brings in what another place, or this one, has exported as tincan.sqlite, on behalf of me
// (store.Operator or an admin): into an empty place with the numbers that posts had, elsewhere with the next free
// ones. People wait without a way in until they are invited, whatever they were allowed before, and posts count as
// imported. What was imported before is not added again. Not taken over are the log of decisions, the trial
// and who answered an announcement, which are of another place, and who is in the channels that everyone is in. progress is called now and then.
func ImportTincan(ctx context.Context, st *store.Store, me int64, x *store.Extract, progress func(posts int)) (*Account, error) {
	im := &tincanImport{carrier: carrier{ctx: ctx, st: st, me: me, source: tincanSource + x.Place, account: &Account{}}, x: x, answers: map[int64]bool{}}
	for _, step := range []func() error{im.people, im.channels} {
		if err := step(); err != nil {
			return im.account, err
		}
	}
	for _, walk := range []iter.Seq2[store.ExtractPost, error]{x.Starts(ctx), x.Replies(ctx)} {
		for p, err := range walk {
			if err == nil {
				err = im.post(p)
			}
			if err != nil {
				return im.account, err
			}
			if n := im.account.Messages(); n%readEvery == 0 {
				progress(n)
			}
		}
	}
	return im.account, im.flush()
}

// OpenExport opens the database of an export: path is the database, or the folder or zip that it is in. A copy out of
// a zip is made in a folder inside dir, until done is called.
func OpenExport(ctx context.Context, path, dir string) (x *store.Extract, done func() error, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read (%w); name the export's folder or zip, or the %s in it", path, err, store.File)
	}
	if info.IsDir() {
		path = filepath.Join(path, store.File)
	}
	z, err := zip.OpenReader(path)
	if err != nil { // no zip
		if x, err = store.OpenExtract(ctx, path); err != nil {
			return nil, nil, err
		}
		return x, x.Close, nil
	}
	defer z.Close()
	if key, err := z.Open(BackupHostKey); err == nil {
		return nil, nil, errors.Join(fmt.Errorf("%s is a backup; a whole place comes back with: tincan restore", path), key.Close())
	}
	f, err := z.Open(store.File)
	if err != nil {
		return nil, nil, fmt.Errorf("%s has no %s; name the zip that export made", path, store.File)
	}
	defer f.Close()
	work, err := newWork(dir)
	if err != nil {
		return nil, nil, err
	}
	db := filepath.Join(work, store.File)
	if err = spool(db, f); err == nil {
		x, err = store.OpenExtract(ctx, db)
	}
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(work))
	}
	return x, func() error { return errors.Join(x.Close(), os.RemoveAll(work)) }, nil
}

type tincanImport struct {
	carrier
	x       *store.Extract
	answers map[int64]bool // replies that answer their thread
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

func keys(ids []int64) (all []string) {
	for _, id := range ids {
		all = append(all, key(id))
	}
	return all
}

func (im *tincanImport) people() error {
	people, err := im.x.People(im.ctx)
	for _, p := range people {
		im.met = append(im.met, store.ImportedPerson{Key: key(p.ID), Handle: p.Handle, Name: p.Name, Title: p.Title, Email: p.Email, Department: p.Department, Team: p.Team, Bot: p.Bot})
	}
	return err
}

func (im *tincanImport) channels() error {
	channels, err := im.x.Channels(im.ctx)
	if err != nil {
		return err
	}
	var all []store.ImportedChannel
	for _, c := range channels {
		in := store.ImportedChannel{Key: key(c.ID), Name: c.Name, Purpose: c.Purpose, Archived: !c.ArchivedAt.IsZero(), CreatedAt: c.CreatedAt, Private: c.Private, StewardsPost: c.StewardsPost,
			Everyone: c.Everyone, Direct: keys(c.Direct)}
		if !c.Everyone {
			in.Members, in.Stewards = keys(c.Members), keys(c.Stewards)
		}
		all = append(all, in)
	}
	return im.open(all)
}

func (im *tincanImport) post(p store.ExtractPost) error {
	in := store.ImportedPost{Key: key(p.ID), Channel: key(p.Channel), Author: key(p.Author), At: p.At, Body: p.Body, Edited: !p.EditedAt.IsZero(), EditedAt: p.EditedAt,
		Number: p.ID, Question: p.Question, Answers: im.answers[p.ID], DeletedAt: p.DeletedAt, HiddenAt: p.HiddenAt, HiddenWhy: p.HiddenWhy, PinnedAt: p.PinnedAt, Versions: p.Versions}
	if p.Answer != 0 {
		im.answers[p.Answer] = true
	}
	if p.HiddenBy != 0 {
		in.HiddenBy = key(p.HiddenBy)
	}
	fate := Posted
	if p.Root != 0 {
		in.Root, fate = key(p.Root), Replied
	}
	for _, r := range p.Reactions {
		kind, err := store.ParseReaction(r.Word)
		if err != nil { // of a later tincan
			im.account.Reactions++
			continue
		}
		in.Reactions = append(in.Reactions, store.ImportedReaction{Person: key(r.Person), Kind: kind})
	}
	im.account.counts[fate]++
	im.posts = append(im.posts, in)
	return im.flushFull()
}
