//go:build race

package main

const storyFolder = ""

// stories are those in which several are at it at once: in the others there is no race to be found, and under the
// detector they take minutes.
var stories = []string{
	"testdata/asked_for_most.txtar",
	"testdata/backup.txtar",
	"testdata/import.txtar",
	"testdata/new_company.txtar",
	"testdata/signals.txtar",
	"testdata/ssh_people.txtar",
	"testdata/three_steps.txtar",
}
