package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"tincan/store"
)

const (
	folderMode  = 0o700 // people's words and the host key: nobody else's business
	othersModes = 0o077
)

// makeFolder makes the data folder, or finds one that is ours alone and that we can write to. It
// tightens the rights of one that is empty or already holds tincan's data, and refuses any other
// that others may enter: it may be somebody's home.
func makeFolder(dir string) error {
	if err := ownFolder(dir); err != nil {
		return err
	}
	if err := notEnding(dir); err != nil {
		return err
	}
	if err := writable(dir); err != nil {
		return fmt.Errorf("%s cannot be written to (%w); choose another folder with --data", dir, err)
	}
	return nil
}

// writable makes a file in a folder and takes it away again.
func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func ownFolder(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, folderMode); err != nil {
			return fmt.Errorf("the data folder cannot be made (%w); choose another with --data", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("the data folder cannot be looked at (%w); choose another with --data", err)
	}
	if err := ours(dir, info); err != nil {
		return err
	}
	if info.Mode().Perm()&othersModes == 0 {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the data folder cannot be read (%w); choose another with --data", err)
	}
	if len(entries) > 0 && !hasData(dir) {
		return fmt.Errorf("%s holds other files and is open to other users; give tincan a folder of its own with --data", dir)
	}
	if err := os.Chmod(dir, folderMode); err != nil {
		return fmt.Errorf("%s is open to other users and cannot be closed to them (%w); choose another folder with --data", dir, err)
	}
	return nil
}

// missing is the folder that has to be made first for there to be this one, "" where it is there.
func missing(dir string) (first string) {
	for {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return first
		}
		first, dir = dir, filepath.Dir(dir)
	}
}

// same says whether two names lead to one folder, also before there is one.
func same(a, b string) bool {
	if as, err := os.Stat(a); err == nil {
		bs, err := os.Stat(b)
		return err == nil && os.SameFile(as, bs)
	}
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// shellWord is a name as a shell takes it for one word.
func shellWord(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N) && !strings.ContainsRune("/._-+:@%,", r)
	}) {
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}

// existingFolder refuses a folder without tincan's data.
func existingFolder(dir string) error {
	if err := notEnding(dir); err != nil {
		return err
	}
	if !hasData(dir) {
		return fmt.Errorf("there is no tincan data in %s; name its folder with --data, or start it there: tincan serve", dir)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the data folder cannot be looked at (%w); choose another with --data", err)
	}
	return ours(dir, info)
}

func hasData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, store.File))
	return !errors.Is(err, fs.ErrNotExist)
}

// ours refuses what is no folder, or belongs to another user: what we wrote there would be theirs.
func ours(dir string, info fs.FileInfo) error {
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder; choose another name with --data", dir)
	}
	if owner, foreign := foreignOwner(info); foreign {
		return fmt.Errorf("%s belongs to %s; run tincan as that user, or choose another folder with --data", dir, owner)
	}
	return nil
}
