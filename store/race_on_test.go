//go:build race

package store_test

const (
	raceOn   = true
	killedAt = 250 // posts after which a server is killed
)
