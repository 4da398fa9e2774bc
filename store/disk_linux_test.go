package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"tincan/store"
)

// tinyDisk mounts a file system of its own, where this user may.
func tinyDisk(t *testing.T, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("this user may not mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func remount(t *testing.T, dir string, flags uintptr, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, options); err != nil {
		t.Fatal(err)
	}
}

// A disk that is really full: what was acknowledged is there, what was not is not, and it goes on with more room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := tinyDisk(t, "size=2m")
	w := openWorld(t, dir, store.Options{PostsPerMinute: 1 << 20})
	maya, everyone := w.person("maya"), w.everyone()
	posted := w.fill(maya, everyone)
	equal(t, "some fitted", len(posted) > 10, true)
	w.holds(maya, everyone, posted)

	remount(t, dir, 0, "size=8m")
	posted = append(posted, w.post(maya, everyone, "there is room").ID)
	w.must(w.Close())
	again := openWorld(t, dir, store.Options{})
	again.holds(maya, everyone, posted)
}

// A server that starts on a full disk says so.
func TestOpenOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := tinyDisk(t, "size=64k")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 40<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), dir, store.Options{})
	if err == nil {
		s.Close()
	}
	refused(t, err, store.ErrReadOnly, "cannot be written: the disk is full.")
}

func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := tinyDisk(t, "size=8m")
	w := openWorld(t, dir, store.Options{})
	w.person("maya")
	w.must(w.Close())
	remount(t, dir, syscall.MS_RDONLY, "size=8m")
	refusesToOpen(t, dir, store.ErrReadOnly, "cannot be written")
	_, err := store.Lock(dir)
	refused(t, err, store.ErrReadOnly, "cannot be written")
}

// asNobody runs fn as a user to whom nothing belongs. Only this thread is that user, and it ends with fn.
func asNobody(t *testing.T, fn func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		fn()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread goes with the goroutine
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		fn()
	}()
	<-done
}

// A folder that belongs to somebody else, in every combination that an operator meets.
func TestForeignFolder(t *testing.T) {
	t.Parallel()
	for name, modes := range map[string]struct{ dir, file os.FileMode }{
		"a foreign file":                     {0o777, 0o444},
		"a file that may not even be read":   {0o777, 0},
		"a foreign folder":                   {0o555, 0o666},
		"a folder that may not be looked at": {0, 0o666},
		"an empty foreign folder":            {0o555, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if name != "an empty foreign folder" {
				dir = sound(t)
				if err := os.Chmod(filepath.Join(dir, store.File), modes.file); err != nil {
					t.Fatal(err)
				}
			}
			for d := filepath.Dir(dir); len(d) > len(os.TempDir()); d = filepath.Dir(d) {
				if err := os.Chmod(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, modes.dir); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(dir, 0o700) })
			var opened, locked error
			asNobody(t, func() {
				s, err := store.Open(t.Context(), dir, store.Options{})
				if opened = err; err == nil {
					s.Close()
				}
				if modes.dir != 0o777 {
					_, locked = store.Lock(dir)
				}
			})
			refused(t, opened, store.ErrReadOnly, "cannot be written")
			if modes.dir != 0o777 {
				refused(t, locked, store.ErrReadOnly, "cannot be written")
			}
		})
	}
}
