//go:build linux || darwin

package main

import "syscall"

// freeBytes is how much the user may still write to the disk of a folder.
func freeBytes(dir string) (bytes int64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * int64(disk.Bsize), true
}
