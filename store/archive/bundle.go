package archive

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"os"
	"path"
	"time"
)

// manifestFile is the name of the list of a bundle's other files.
const manifestFile = "manifest.json"

// Manifest says what a bundle holds, so that whoever gets it can tell whether it is whole.
type Manifest struct {
	Format  string         `json:"format"` // what kind of bundle, and its version
	Made    time.Time      `json:"made"`
	Program string         `json:"program,omitempty"` // the version of tincan that made it
	Schema  int            `json:"schema,omitempty"`  // of the database in it
	Counts  map[string]int `json:"counts,omitempty"`  // how much of what is in it
	Holds   string         `json:"holds,omitempty"`   // what was chosen, in words
	Formats []string       `json:"formats,omitempty"` // besides tincan.sqlite
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file of a bundle.
type ManifestFile struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"` // JSON values, posts or rows in it; 0 for what people read
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"` // in hexadecimal
}

// bundle writes a zip or a folder file by file, as a stream, and notes what it wrote.
type bundle struct {
	create   func(name string) (io.WriteCloser, error)
	end      func() error
	manifest Manifest
}

// newBundle writes a zip to w.
func newBundle(w io.Writer, format string, made time.Time) *bundle {
	z := zip.NewWriter(w)
	return &bundle{func(name string) (io.WriteCloser, error) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made.UTC()})
		return unclosed{w}, err
	}, z.Close, Manifest{Format: format, Made: made.UTC()}}
}

// newFolder writes files into a folder and the folders in it, for their owner alone.
func newFolder(root *os.Root, format string, made time.Time) *bundle {
	return &bundle{func(name string) (io.WriteCloser, error) {
		if dir := path.Dir(name); dir != "." {
			if err := root.MkdirAll(dir, 0o700); err != nil {
				return nil, err
			}
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return &buffered{bufio.NewWriter(f), f}, err
	}, func() error { return nil }, Manifest{Format: format, Made: made.UTC()}}
}

// unclosed is a file in a zip, which ends where the next begins.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// buffered is a file written in large pieces.
type buffered struct {
	*bufio.Writer
	f *os.File
}

func (b *buffered) Close() error { return errors.Join(b.Flush(), b.f.Close()) }

// entries is a file of a bundle while it is written: JSON values, one a line.
type entries struct {
	w   io.Writer
	sum hash.Hash
	ManifestFile
}

func (e *entries) Write(p []byte) (int, error) {
	n, err := e.w.Write(p)
	e.sum.Write(p[:n])
	e.Bytes += int64(n)
	return n, err
}

// put writes one JSON value.
func (e *entries) put(v any) error {
	e.Entries++
	j := json.NewEncoder(e)
	j.SetEscapeHTML(false)
	return j.Encode(v)
}

// add writes one file.
func (b *bundle) add(name string, write func(*entries) error) error {
	w, err := b.create(name)
	if err != nil {
		return err
	}
	e := &entries{w: w, sum: sha256.New(), ManifestFile: ManifestFile{Name: name}}
	if err := errors.Join(write(e), w.Close()); err != nil {
		return err
	}
	e.SHA256 = hex.EncodeToString(e.sum.Sum(nil))
	b.manifest.Files = append(b.manifest.Files, e.ManifestFile)
	return nil
}

// close writes the manifest and ends the bundle. Without it nothing takes the bundle, so a torn one does not pass for whole.
func (b *bundle) close() error {
	m := b.manifest
	err := b.add(manifestFile, func(e *entries) error {
		j := json.NewEncoder(e)
		j.SetIndent("", "  ")
		return j.Encode(m)
	})
	if err != nil {
		return err
	}
	return b.end()
}
