package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
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
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file of a bundle.
type ManifestFile struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"` // JSON values in it; 0 for what people read
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"` // in hexadecimal
}

// bundle writes a zip file by file, as a stream, and notes what it wrote.
type bundle struct {
	zip      *zip.Writer
	manifest Manifest
}

func newBundle(w io.Writer, format string, made time.Time) *bundle {
	return &bundle{zip.NewWriter(w), Manifest{Format: format, Made: made.UTC()}}
}

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
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.manifest.Made})
	if err != nil {
		return err
	}
	e := &entries{w: w, sum: sha256.New(), ManifestFile: ManifestFile{Name: name}}
	if err := write(e); err != nil {
		return err
	}
	e.SHA256 = hex.EncodeToString(e.sum.Sum(nil))
	b.manifest.Files = append(b.manifest.Files, e.ManifestFile)
	return nil
}

// close writes the manifest and ends the zip. Without it nothing can read the zip, so a torn one does not pass for whole.
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
	return b.zip.Close()
}
