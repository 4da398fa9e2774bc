package archive

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"tincan/store"
)

const (
	// CertificateFile and SignatureFile are all that is left of a trial beside the export.
	CertificateFile = "certificate.txt"
	SignatureFile   = CertificateFile + ".sig"

	certificateSpace = "tincan-end-of-trial" // so that no other signature of the host key passes for one of a certificate
	certificateName  = "tincan"
)

// Certificate says how a trial ended and what is left of it.
type Certificate struct {
	Trial   string           // its name; "" where it has none
	Day     string           // the last on which people wrote
	Steps   []store.EndTaken // with their times and who took them
	Export  string           // name of its file
	Bytes   int64
	SHA256  string // of that file
	Holds   string
	Counts  map[string]int
	Begun   time.Time // when the data began to be destroyed
	Gone    []Gone
	Samples int       // pieces of the data that were looked for
	Before  int       // of them, found in the data before it was destroyed
	Files   int       // left, in which none of them was found
	At      time.Time // when that had been looked for
	HostKey string    // that signed it, as in an authorized_keys file
}

// Gone is a file that was destroyed.
type Gone struct {
	Name  string
	Bytes int64
}

// Text is the certificate for people to read, which ends with how to check its signature.
func (c Certificate) Text() string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s%s\n", label, fmt.Sprintf(format, args...))
	}
	b.WriteString("Certificate of the end of a trial\n\n")
	if c.Trial != "" {
		line("Trial", "%s", c.Trial)
	}
	for _, s := range c.Steps {
		line(strings.ToUpper(s.Step.String()[:1])+s.Step.String()[1:], "%s by %s%s", clock(s.At), s.Name, c.about(s.Step))
	}
	line("Export", "%s, %s bytes", c.Export, store.Number(int(c.Bytes)))
	line("", "SHA-256 %s", c.SHA256)
	line("", "%s: %s", c.Holds, said(c.Counts))
	line("Destroyed", "%s, %s bytes, from %s on: each overwritten with zeros and removed", store.Count(len(c.Gone), "file", "files"), store.Number(c.bytes()), clock(c.Begun))
	for _, g := range c.Gone {
		line("", "%s", g.Name)
	}
	line("Left", "the export, with the report of the trial in it as %s, and this certificate with its signature", ReportFile)
	line("Searched", "%s, for %s of the data, taken from every table and from the search index:", clock(c.At), store.Count(c.Samples, "piece", "pieces"))
	line("", "%s of them were found before it was destroyed, none in the %s left beside the export", store.Number(c.Before), store.Count(c.Files, "file that is", "files that are"))
	fmt.Fprintf(&b, `
This says nothing of copies that were taken to other places, nor of what a disk or file system may keep below its
files: whoever needs that certain destroys the disk.

It is signed with the host key of the server, which the ssh of everyone who was there has in its known_hosts. To check
it, put the next line into a file allowed_signers, compare its key with the one in known_hosts, and run the last line:

%s namespaces="%s" %s
ssh-keygen -Y verify -f allowed_signers -I %s -n %s -s %s < %s
`, certificateName, certificateSpace, c.HostKey, certificateName, certificateSpace, SignatureFile, CertificateFile)
	return b.String()
}

// about says more of a step.
func (c Certificate) about(s store.EndStep) string {
	switch s {
	case store.EndAnnounced:
		return ": people write until " + c.Day
	case store.EndFrozen:
		return ", with a second admin: nothing is written any more"
	case store.EndCompared:
		return ": every form of the export with its database, and that row by row with the data: no difference"
	}
	return ""
}

func (c Certificate) bytes() (n int) {
	for _, g := range c.Gone {
		n += int(g.Bytes)
	}
	return n
}

// Write writes the certificate and its signature by the host key into the folder dir, in the place of earlier ones.
func (c Certificate) Write(dir string, key ssh.Signer) error {
	c.HostKey = string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(key.PublicKey())))
	text := []byte(c.Text())
	signature, err := sshSignature(key, certificateSpace, text)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{SignatureFile, signature}, {CertificateFile, text}} {
		if err := Replace(filepath.Join(dir, f.name), f.text); err != nil {
			return err
		}
	}
	return nil
}

// Replace writes a small file for its owner alone, whole or not at all, in the place of an earlier one.
func Replace(path string, text []byte) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritten(path, err)
	}
	err := writeFile(part, func(w io.Writer) error { _, err := w.Write(text); return err })
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return notWritten(path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// sshSignature is a signature in the form of OpenSSH's PROTOCOL.sshsig, for a namespace. It is a few lines, so
// another package for it would be more to trust than to write.
func sshSignature(key ssh.Signer, namespace string, text []byte) ([]byte, error) {
	const preamble, hash = "SSHSIG", "sha512"
	sum := sha512.Sum512(text)
	signed := append([]byte(preamble), ssh.Marshal(struct{ Namespace, Reserved, Hash, Sum string }{namespace, "", hash, string(sum[:])})...)
	var s *ssh.Signature
	var err error
	if k, able := key.(ssh.AlgorithmSigner); able && key.PublicKey().Type() == ssh.KeyAlgoRSA { // the key's own name stands for SHA-1
		s, err = k.SignWithAlgorithm(rand.Reader, signed, ssh.KeyAlgoRSASHA512)
	} else {
		s, err = key.Sign(rand.Reader, signed)
	}
	if err != nil {
		return nil, err
	}
	blob := append([]byte(preamble), ssh.Marshal(struct {
		Version                                   uint32
		Key, Namespace, Reserved, Hash, Signature string
	}{1, string(key.PublicKey().Marshal()), namespace, "", hash, string(ssh.Marshal(s))})...)
	return pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: blob}), nil
}
