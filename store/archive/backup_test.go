package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tincan/store"
	"tincan/store/archive"
)

// backup writes a backup of s to a file of a new folder.
func backup(t *testing.T, s *store.Store) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.zip")
	if _, err := archive.Backup(t.Context(), s, store.Operator, path, []byte("the key"), "v1", time.Now()); err != nil {
		t.Fatal(err)
	}
	return path
}

// restored unpacks a backup into a new folder.
func restored(t *testing.T, path string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	_, err := archive.RestoreBackup(t.Context(), path, dir)
	return dir, err
}

// Sixty people write twenty posts a second in all, as the limit lets them, while a backup is made. It holds every
// post that was acknowledged before it began, and whole posts of those that came meanwhile.
func TestBackupUnderLoad(t *testing.T) {
	const people, rate = 3 * 20, 20
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var ids []int64
	for i := range people {
		handle := fmt.Sprintf("person-%d", i)
		code, err := s.CreateInvite(t.Context(), store.Operator, store.Invite{Handle: handle})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.RedeemCode(t.Context(), code.Text, store.Credential{Key: &store.Key{Fingerprint: handle, Kind: "ssh-ed25519", Public: []byte(handle)}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	acknowledged := map[int64]string{}
	enough := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			<-tick.C
			p, err := s.CreatePost(t.Context(), ids[n%people], store.NewPost{Place: store.Place{Channel: 1}, Body: fmt.Sprintf("post %d", n)})
			if err != nil {
				done <- err
				return
			}
			mu.Lock()
			acknowledged[p.ID] = p.Body
			if len(acknowledged) == rate {
				close(enough)
			}
			mu.Unlock()
		}
		done <- nil
	}()
	select {
	case <-enough:
	case err := <-done:
		t.Fatal(err)
	}
	for range 3 {
		mu.Lock()
		before := map[int64]string{}
		for id, body := range acknowledged {
			before[id] = body
		}
		mu.Unlock()
		dir, err := restored(t, backup(t, s))
		if err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(t.Context(), dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		log, err := again.ChannelLog(t.Context(), ids[0], 1, store.MaxLog)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range log {
			if body, known := before[p.ID]; known && body == p.Body {
				delete(before, p.ID)
			}
		}
		if len(before) > 0 {
			t.Errorf("%d posts are missing from the backup, such as %v", len(before), before)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if wrong, err := store.Check(t.Context(), dir); err != nil || len(wrong) > 0 {
			t.Errorf("restored: %v %v", wrong, err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A backup that is cut short anywhere is refused; one with a bit the other way is refused, or restores what it held
// all the same, as a zip says its times and names twice.
func TestDamagedBackups(t *testing.T) {
	o := newOffice(t)
	o.write(o.maya, store.Place{Channel: 1}, "kept")
	path := backup(t, o.Store)
	whole, err := os.ReadFile(path)
	o.must(err)
	dir, err := restored(t, path)
	o.must(err)
	held := map[string][]byte{}
	for _, name := range []string{store.File, archive.BackupHostKey} {
		held[name], err = os.ReadFile(filepath.Join(dir, name))
		o.must(err)
	}
	damaged := func(what string, b []byte, mayPass bool) {
		t.Helper()
		bad := filepath.Join(t.TempDir(), "bad.zip")
		o.must(os.WriteFile(bad, b, 0o600))
		dir, err := restored(t, bad)
		switch {
		case err == nil && !mayPass:
			t.Errorf("%s: restored", what)
		case err == nil:
			for name, text := range held {
				if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, text) {
					t.Errorf("%s: %s is another (%v)", what, name, err)
				}
			}
		case !strings.Contains(err.Error(), "damaged") && !strings.Contains(err.Error(), "is no backup of tincan") && !strings.Contains(err.Error(), "newer"):
			t.Errorf("%s: says %q", what, err)
		}
	}
	refused := 0
	const flips = 60
	for i := range flips {
		at := i * (len(whole) - 1) / (flips - 1)
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << (i % 8)
		damaged(fmt.Sprintf("bit flipped at %d", at), flipped, true)
		if i%10 == 0 && at < len(whole) {
			damaged(fmt.Sprintf("cut to %d", at), whole[:at], false)
			refused++
		}
	}
	middle := bytes.Clone(whole)
	middle[len(whole)/3] ^= 4
	damaged("a bit in the database", middle, false)
}

func TestBackupRefuses(t *testing.T) {
	o := newOffice(t)
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.zip")
	o.must(os.WriteFile(taken, []byte("mine"), 0o600))
	fails := func(err error, text string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("says %v, want %q", err, text)
		}
	}
	_, err := archive.Backup(t.Context(), o.Store, store.Operator, taken, nil, "", o.at)
	fails(err, "is there already")
	_, err = archive.Backup(t.Context(), o.Store, store.Operator, filepath.Join(dir, "none", "x.zip"), nil, "", o.at)
	fails(err, "cannot be written")
	_, err = archive.Backup(t.Context(), o.Store, o.maya, filepath.Join(dir, "x.zip"), nil, "", o.at)
	if !errors.Is(err, store.ErrForbidden) {
		t.Errorf("anybody may: %v", err)
	}
	_, err = restored(t, filepath.Join(dir, "nowhere.zip"))
	fails(err, "cannot be read")

	newer := filepath.Join(dir, "newer.zip")
	rewrite(t, backup(t, o.Store), newer, func(name string, text []byte) []byte {
		if name == "manifest.json" {
			return bytes.Replace(text, fmt.Appendf(nil, `"schema": %d`, store.Schema()), []byte(`"schema": 99`), 1)
		}
		return text
	})
	_, err = restored(t, newer)
	fails(err, "was made by a newer tincan (its schema is 99")

	var me bytes.Buffer
	o.must(archive.ExportMe(t.Context(), &me, o.Store, o.maya, o.at))
	other := filepath.Join(dir, "me.zip")
	o.must(os.WriteFile(other, me.Bytes(), 0o600))
	_, err = restored(t, other)
	fails(err, "is no backup of tincan")

	entries, err := os.ReadDir(dir)
	o.must(err)
	if len(entries) != 3 {
		t.Errorf("left behind: %v", entries)
	}
	info, err := os.Stat(backup(t, o.Store))
	o.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("a backup has mode %v", info.Mode())
	}
}

// rewrite copies a zip, with each file as change has it.
func rewrite(t *testing.T, from, to string, change func(name string, text []byte) []byte) {
	t.Helper()
	z, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(change(f.Name, text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), os.WriteFile(to, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}
