package store

import (
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
	"zombiezen.com/go/sqlite"
)

// What can be wrong with an act, for errors.Is. An error that wraps one of
// these reads as a sentence for the person who acted.
var (
	ErrNotFound  = errors.New("not found")       // it does not exist, or may not be seen
	ErrTaken     = errors.New("taken")           // the name, key or folder is in use
	ErrForbidden = errors.New("forbidden")       // it exists, and this person may not
	ErrInvalid   = errors.New("invalid")         // the input is not of the right form
	ErrLimited   = errors.New("limited")         // too much at once; later it will do
	ErrReadOnly  = errors.New("nothing written") // the data cannot be changed just now
)

// internalSentence is what people read of an error that was not written for them.
const internalSentence = "Something went wrong on our side."

// sentence is an error whose text is meant to be read by the person who acted.
type sentence struct {
	kind  error
	text  string
	cause error // for the log; nil where the sentence says all
}

func (e *sentence) Error() string { return e.text }

func (e *sentence) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// refuse returns an error of the given kind that reads as the formatted sentence.
func refuse(kind error, format string, args ...any) error {
	return &sentence{kind: kind, text: fmt.Sprintf(format, args...)}
}

// Sentence returns what to show a person for err. ours is false where err was
// not written for people: then the text is a general one and err belongs in the log.
func Sentence(err error) (text string, ours bool) {
	var s *sentence
	if errors.As(err, &s) {
		return s.text, true
	}
	return internalSentence, false
}

// code is what SQLite says that went wrong (sqlite.org/rescode.html); 0 where it was not SQLite.
func code(err error) int {
	if c := sqlite.ErrCode(err); c != sqlite.ResultError { // which says nothing that a person could use
		return int(c)
	}
	return 0
}

// full reports whether the disk is; the shared memory beside the log says so in a code of its own.
func full(err error) bool {
	return code(err) == sqlite3.SQLITE_FULL || code(err) == sqlite3.SQLITE_IOERR_SHMSIZE
}

// damaged reports whether SQLite found that a file is no sound database.
func damaged(err error) bool {
	primary := code(err) & 0xff
	return primary == sqlite3.SQLITE_CORRUPT || primary == sqlite3.SQLITE_NOTADB
}

// busy reports whether another process holds the lock.
func busy(err error) bool { return errors.Is(mapError(err), ErrLimited) }

// mapError turns SQLite's codes into sentences.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	var known *sentence
	if errors.As(err, &known) {
		return err
	}
	say := func(kind error, text string) error { return &sentence{kind: kind, text: text, cause: err} }
	if full(err) {
		return say(ErrReadOnly, "Nothing can be saved just now: the server's disk is full. Whoever runs it has to make room.")
	}
	switch code(err) & 0xff { // the low byte is the primary result code: sqlite.org/rescode.html
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return say(ErrReadOnly, "Nothing can be saved: the server may not write to its data. Tell whoever runs this.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return say(ErrLimited, "The server is busy with other writing; try again in a moment.")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return say(ErrReadOnly, "The data on the server is damaged. Whoever runs it learns what to do from: tincan doctor")
	}
	return err
}
