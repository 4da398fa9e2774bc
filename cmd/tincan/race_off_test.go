//go:build !race

package main

// storyFolder has the stories; all of them are told.
const storyFolder = "testdata"

var stories []string
