package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// HomeActive is Home in the order of what was talked about last: a root stands where its newest reply puts
// it. next is the cursor before which the next page ends.
func (s *Store) HomeActive(ctx context.Context, me, before int64, n int) (posts []Post, next int64, err error) {
	n = page(n, MaxPage)
	err = s.read(ctx, func(t *tx) error {
		if _, err := t.viewer(me); err != nil {
			return err
		}
		channels, err := collect(t, scanID, homeChannelsQuery, me)
		if err != nil {
			return err
		}
		var found [][2]int64
		for part := range slices.Chunk(channels, branches) {
			args := []any{top(before), n}
			for _, c := range part {
				args = append(args, c)
			}
			some, err := collect(t, scanPair[int64], activeRootsQuery(len(part)), args...)
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		slices.SortFunc(found, func(a, b [2]int64) int { return int(b[0] - a[0]) })
		var ids []int64
		for _, f := range found[:min(n, len(found))] {
			next = f[0]
			ids = append(ids, f[1])
		}
		posts, err = t.postsByID(me, ids)
		return err
	})
	return posts, next, err
}

// activeRootsQuery is newestRootsQuery in the other order.
func activeRootsQuery(k int) string {
	var b strings.Builder
	for i := range k {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, "SELECT max(id, last_reply_id), id FROM post WHERE channel_id = ?%d AND root_id = 0 AND max(id, last_reply_id) < ?1", i+3)
	}
	b.WriteString(" ORDER BY 1 DESC LIMIT +?2")
	return b.String()
}
