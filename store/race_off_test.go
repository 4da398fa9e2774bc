//go:build !race

package store_test

const (
	raceOn   = false
	killedAt = 600 // posts after which a server is killed
)
