package main

import (
	"context"
)

// goOn lets some people go on writing until its context ends.
func (c *company) goOn(ctx context.Context) { <-ctx.Done() }
