package server

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	gossh "golang.org/x/crypto/ssh"
)

// HostKeyFile is the name of the server's private key in the data folder.
const HostKeyFile = "host_key"

// LoadHostKey returns the host key of a data folder, making it on the first call.
// Two processes that start at once get the same one. An error is a sentence.
func LoadHostKey(dir string) (gossh.Signer, error) {
	path := filepath.Join(dir, HostKeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeHostKey(dir, path); err != nil {
			return nil, refuse(err, "The host key cannot be written to %s (%v). Choose a folder that you may write to.", dir, err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, refuse(err, "The host key cannot be read (%v). It has to belong to whoever runs the server.", err)
	}
	key, err := gossh.ParsePrivateKey(text)
	if err != nil {
		return nil, refuse(err, "%s holds no private key (%v). Put it back from a backup; or remove it, and every client warns of a new host key.", path, err)
	}
	return key, nil
}

// makeHostKey writes a whole key under another name and then gives it its own, unless somebody was faster.
func makeHostKey(dir, path string) error {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	block, err := gossh.MarshalPrivateKey(key, "tincan")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, HostKeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(pem.EncodeToMemory(block))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(f.Name(), path) // a file system without links
	}
	return nil
}
