package archive

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tincan/store"
)

// Verified is what was read back of an export.
type Verified struct {
	Counts  map[string]int // of the manifest, and of tincan.sqlite
	Formats []string       // that hold the same posts
	Files   int            // whose checksums are right
}

func (v Verified) String() string {
	forms := "tincan.sqlite holds"
	if len(v.Formats) > 0 {
		forms = "tincan.sqlite and " + strings.Join(v.Formats, ", ") + " hold the same:"
	}
	return fmt.Sprintf("Read back and compared: %s %s, in %s.", forms, said(v.Counts), store.Count(v.Files, "file", "files"))
}

// said is how much was said, in words.
func said(counts map[string]int) string {
	return fmt.Sprintf("%s and %s by %s in %s", store.Count(counts["threads"], "thread", "threads"), store.Count(counts["replies"], "reply", "replies"),
		store.Count(counts["people"], "person", "people"), store.Count(counts["channels"], "channel", "channels"))
}

// fact is what every form has to say of a post.
type fact struct {
	id, root        int64
	channel, author string // name and handle
	state, text     string
}

func (f fact) sum() (sum [16]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %q %q %q ", f.id, f.root, f.channel, f.author, f.state)
	io.WriteString(h, f.text)
	copy(sum[:], h.Sum(nil))
	return sum
}

// Verify reads an export back, a zip or a folder: every file against its checksum in the manifest, and the posts of
// every form, their authors, channels and threads against those of tincan.sqlite. It holds some 100 bytes a post. The
// error is a sentence that names the first difference.
func Verify(ctx context.Context, path string) (Verified, error) {
	fsys, done, err := openBundle(path)
	if err != nil {
		return Verified{}, err
	}
	defer done()
	v := &reading{ctx: ctx, fsys: fsys, want: map[int64]*wanted{}, byStamp: map[string]int64{}, left: map[string]ManifestFile{}}
	if v.manifest, err = readManifest(fsys); err != nil {
		return Verified{}, fmt.Errorf("%s is no whole export (%w); export once more", path, err)
	}
	if v.manifest.Format != exportFormat {
		return Verified{}, fmt.Errorf("%s is no export of a place but %q", path, v.manifest.Format)
	}
	v.folder = path
	if _, packed := fsys.(*zip.ReadCloser); packed {
		v.folder = ""
		if v.work, err = workFor(path); err != nil {
			return Verified{}, err
		}
		defer os.RemoveAll(v.work)
	}
	if err := v.all(); err != nil {
		return Verified{}, fmt.Errorf("%s differs from what was exported (%w); export once more", path, err)
	}
	return Verified{v.manifest.Counts, v.manifest.Formats, len(v.manifest.Files)}, nil
}

// workFor makes a folder for copies out of a zip: beside it, or where that may not be written to, where the system keeps what passes.
func workFor(path string) (string, error) {
	work, err := newWork(filepath.Dir(path))
	if err != nil {
		return newWork(os.TempDir())
	}
	return work, nil
}

// openBundle opens a folder or a zip. Nothing outside the folder can be reached.
func openBundle(path string) (fs.FS, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read (%w)", path, err)
	}
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%s cannot be read (%w)", path, err)
		}
		return root.FS(), root.Close, nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is neither a folder nor a zip that can be read (%w)", path, err)
	}
	return z, z.Close, nil
}

// wanted is a post that every form has to have.
type wanted struct {
	sum  [16]byte
	seen int // forms that had it
}

// reading is one run of Verify.
type reading struct {
	ctx      context.Context
	fsys     fs.FS
	folder   string // that the bundle is; "" for a zip
	work     string // folder for copies out of a zip
	manifest Manifest
	left     map[string]ManifestFile // not yet read
	x        *store.Extract
	channels []store.ExtractChannel
	want     map[int64]*wanted
	byStamp  map[string]int64 // channel and time, as Slack names a post → its number

	form, count int // the form being read, from 0, and the posts it had so far
}

// all reads everything.
func (v *reading) all() error {
	for _, f := range v.manifest.Files {
		v.left[f.Name] = f
	}
	db, err := v.onDisk(store.File)
	if err != nil {
		return err
	}
	if v.x, err = store.OpenExtract(v.ctx, db); err != nil {
		return err
	}
	defer v.x.Close()
	if err := v.reference(); err != nil {
		return err
	}
	for _, f := range formats() {
		if !slices.Contains(v.manifest.Formats, f.name) {
			continue
		}
		v.count = 0
		if err := f.read(v); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if v.count != len(v.want) {
			return fmt.Errorf("%s has %d posts of %d", f.name, v.count, len(v.want))
		}
		v.form++
	}
	for name := range v.left { // those without posts
		if err := v.file(name, func(io.Reader) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// reference takes in what tincan.sqlite has.
func (v *reading) reference() (err error) {
	if v.channels, err = v.x.Channels(v.ctx); err != nil {
		return err
	}
	for _, c := range v.channels {
		var times slackClock
		for p, err := range v.x.ChannelPosts(v.ctx, c.ID) {
			if err != nil {
				return err
			}
			v.want[p.ID] = &wanted{sum: fact{p.ID, p.Root, p.ChannelName, p.Handle, p.State(), p.Text()}.sum()}
			v.byStamp[c.Name+"/"+times.stamp(p)] = p.ID
		}
	}
	counts, err := v.x.Counts(v.ctx)
	if err != nil {
		return err
	}
	for what, n := range counts {
		if n != v.manifest.Counts[what] {
			return fmt.Errorf("the manifest counts %d %s, and there are %d", v.manifest.Counts[what], what, n)
		}
	}
	return nil
}

// found compares a post of the form being read.
func (v *reading) found(f fact) error {
	w := v.want[f.id]
	switch {
	case w == nil:
		return fmt.Errorf("post %d was not exported", f.id)
	case w.seen != v.form:
		return fmt.Errorf("post %d stands there twice", f.id)
	case w.sum != f.sum():
		return fmt.Errorf("post %d has another text, author, channel or thread", f.id)
	}
	w.seen++
	v.count++
	return nil
}

// file reads one file of the manifest, against its checksum.
func (v *reading) file(name string, read func(io.Reader) error) error {
	f, there := v.left[name]
	if !there {
		return fmt.Errorf("the manifest has no %s", name)
	}
	delete(v.left, name)
	if err := v.ctx.Err(); err != nil {
		return err
	}
	if err := f.check(v.fsys, read); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// onDisk is where a file of the bundle can be read in any order, once it has been found to be as it was written.
func (v *reading) onDisk(name string) (string, error) {
	if v.folder != "" {
		return filepath.Join(v.folder, name), v.file(name, func(io.Reader) error { return nil })
	}
	path := filepath.Join(v.work, name)
	return path, v.file(name, func(r io.Reader) error { return spool(path, r) })
}

// files reads all files of a folder of the bundle.
func (v *reading) files(folder string, read func(name string, r io.Reader) error) error {
	for _, f := range v.manifest.Files {
		if !strings.HasPrefix(f.Name, folder) {
			continue
		}
		if err := v.file(f.Name, func(r io.Reader) error { return read(f.Name, r) }); err != nil {
			return err
		}
	}
	return nil
}

// folders are the names of channels by those of their folders and files.
func (v *reading) folders() map[string]string {
	names := map[string]string{}
	for _, c := range v.channels {
		names[fileName(c.Name)] = c.Name
	}
	return names
}

// skipMark leaves the mark of UTF-8 out.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if start, err := b.Peek(len(utf8Mark)); err == nil && string(start) == utf8Mark {
		b.Discard(len(utf8Mark))
	}
	return b
}
