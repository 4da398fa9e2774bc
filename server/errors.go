package server

import (
	"errors"
	"fmt"

	"tincan/store"
)

// sentence is an error of ours whose text is for the person who meets it.
type sentence struct {
	text  string
	cause error // nil where the sentence says all
}

func (e *sentence) Error() string { return e.text }
func (e *sentence) Unwrap() error { return e.cause }

// refuse returns an error that reads as the formatted sentence.
func refuse(cause error, format string, args ...any) error {
	return &sentence{fmt.Sprintf(format, args...), cause}
}

// explain is what a person reads of err. What was not written for people goes whole to the log.
func (s *Server) explain(err error) string {
	var e *sentence
	if errors.As(err, &e) {
		return e.text
	}
	text, ours := store.Sentence(err)
	if !ours {
		s.Log.Error("unexpected", "err", err)
	}
	return text
}
