package archive_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tincan/store"
	"tincan/store/archive"
)

// TestCertificate lets stock ssh-keygen check a certificate as it says itself, for every kind of host key.
func TestCertificate(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("ssh-keygen checks certificates; install openssh-client")
		}
		t.Skip("ssh-keygen checks certificates; install openssh-client")
	}
	at := time.Date(2025, 11, 23, 12, 0, 0, 0, time.UTC)
	c := archive.Certificate{Trial: "Nordwind talks", Day: "2025-11-23", Steps: []store.EndTaken{{Step: store.EndAnnounced, At: at, Name: "Jon Reed"}, {Step: store.EndReceived, At: at, Name: "Maya Lind"}},
		Export: "x.zip", Bytes: 1234, SHA256: "3f9a", Holds: "all open channels", Counts: map[string]int{"threads": 3}, Begun: at, Gone: []archive.Gone{{"tincan.sqlite", 4096}, {"host_key", 400}}, Samples: 1000, Before: 998, Files: 1, At: at}
	for name, make := range map[string]func() (any, error){
		"ed25519": func() (any, error) { _, k, err := ed25519.GenerateKey(nil); return k, err },
		"ecdsa":   func() (any, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		"rsa":     func() (any, error) { return rsa.GenerateKey(rand.Reader, 2048) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := make()
			if err != nil {
				t.Fatal(err)
			}
			key, err := ssh.NewSignerFromKey(raw)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for range 2 { // the second time in the place of the first
				if err := c.Write(dir, key); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(filepath.Join(dir, archive.CertificateFile))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Announced   2025-11-23 12:00:00 UTC by Jon Reed: people write until 2025-11-23\n", "SHA-256 3f9a\n", "2 files, 4,496 bytes", "998 of them were found before it was destroyed, none in the 1 file that is left"} {
				if !strings.Contains(string(text), want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
			allowed := regexp.MustCompile(`(?m)^tincan namespaces=.*$`).Find(text)
			command := regexp.MustCompile(`(?m)^ssh-keygen (-Y verify .*) <`).FindSubmatch(text)
			if allowed == nil || command == nil {
				t.Fatalf("it does not say how to check it:\n%s", text)
			}
			if err := os.WriteFile(filepath.Join(dir, "allowed_signers"), append(allowed, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
			check := func(text string) (string, error) {
				cmd := exec.Command(keygen, strings.Fields(string(command[1]))...)
				cmd.Dir, cmd.Stdin = dir, strings.NewReader(text)
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := check(string(text)); err != nil || !strings.Contains(out, `Good "tincan-end-of-trial" signature for tincan`) {
				t.Errorf("%v: %s", err, out)
			}
			if out, err := check(strings.Replace(string(text), "998", "999", 1)); err == nil {
				t.Errorf("another text passes: %s", out)
			}
		})
	}
}
