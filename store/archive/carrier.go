package archive

import (
	"context"
	"slices"

	"tincan/store"
)

// batchLimit is how many posts are written in one go: some 40 ms, after which people's own get their turn.
const batchLimit = 200

// carrier hands what is read of an archive to the store, in pieces; in a dry run to nobody.
type carrier struct {
	ctx     context.Context
	st      *store.Store // nil in a dry run
	me      int64
	source  string // names the kind of archive among the store's imported things
	account *Account
	met     []store.ImportedPerson // not yet handed over
	posts   []store.ImportedPost   // not yet handed over
}

// open hands over people, then channels, whose members they are.
func (c *carrier) open(channels []store.ImportedChannel) error {
	if err := c.flush(); err != nil || c.st == nil {
		return err
	}
	for batch := range slices.Chunk(channels, batchLimit) {
		n, err := c.st.ImportChannels(c.ctx, c.me, c.source, batch)
		c.account.Channels += n
		if err != nil {
			return err
		}
	}
	return c.account.rename(c.ctx, c.st, c.me, c.source, channels)
}

// flushFull is flush once enough posts have been gathered.
func (c *carrier) flushFull() error {
	if len(c.posts) < batchLimit {
		return nil
	}
	return c.flush()
}

// flush hands over the people met and the posts gathered since the last flush.
func (c *carrier) flush() error {
	defer func() { c.met, c.posts = nil, c.posts[:0] }()
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if c.st == nil {
		return nil
	}
	for batch := range slices.Chunk(c.met, batchLimit) {
		n, err := c.st.ImportPeople(c.ctx, c.me, c.source, batch)
		c.account.People += n
		if err != nil {
			return err
		}
	}
	if len(c.posts) == 0 {
		return nil
	}
	n, err := c.st.ImportPosts(c.ctx, c.me, c.source, c.posts)
	c.account.Posts += n
	return err
}
