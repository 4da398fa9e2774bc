package server

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// A certificate of a trusted authority lets in whom it names, while it is valid and from where it says.
func TestCertificates(t *testing.T) {
	ca, stranger := newSigner(t), newSigner(t)
	at := &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	r := start(t, func(c *Config) {
		c.UserCA = []gossh.PublicKey{newSigner(t).PublicKey(), ca.PublicKey()}
		c.Now = at.now
	})
	r.member("maya")
	r.invite("pia")
	r.member("nils")
	r.suspend("nils")
	now := uint64(at.now().Unix())
	for _, c := range []struct {
		name   string
		change func(*gossh.Certificate)
		by     gossh.Signer
		want   string // who is in; "" for nobody
	}{
		{"good", func(*gossh.Certificate) {}, ca, "maya"},
		{"named second", func(c *gossh.Certificate) { c.ValidPrincipals = []string{"nobody", "maya"} }, ca, "maya"},
		{"from here", func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "127.0.0.0/8"} }, ca, "maya"},
		{"never came", func(c *gossh.Certificate) { c.ValidPrincipals = []string{"pia"} }, ca, "pia"},
		{"claims to be another in its extensions", func(c *gossh.Certificate) {
			c.Extensions = map[string]string{extPerson: "2", "permit-pty": ""}
		}, ca, "maya"},
		{"of a stranger", func(*gossh.Certificate) {}, stranger, ""},
		{"for hosts", func(c *gossh.Certificate) { c.CertType = gossh.HostCert }, ca, ""},
		{"for everybody", func(c *gossh.Certificate) { c.ValidPrincipals = nil }, ca, ""},
		{"for nobody here", func(c *gossh.Certificate) { c.ValidPrincipals = []string{"root"} }, ca, ""},
		{"over", func(c *gossh.Certificate) { c.ValidBefore = now - 1 }, ca, ""},
		{"not yet", func(c *gossh.Certificate) { c.ValidAfter = now + 60 }, ca, ""},
		{"from elsewhere", func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "192.0.2.0/24"} }, ca, ""},
		{"for one command", func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "whoami"} }, ca, ""},
		{"suspended", func(c *gossh.Certificate) { c.ValidPrincipals = []string{"nils"} }, ca, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := newSigner(t)
			cert := &gossh.Certificate{
				Key: key.PublicKey(), CertType: gossh.UserCert, ValidPrincipals: []string{"maya"},
				ValidAfter: now - 60, ValidBefore: now + 60,
			}
			c.change(cert)
			if err := cert.SignCert(rand.Reader, c.by); err != nil {
				t.Fatal(err)
			}
			signer, err := gossh.NewCertSigner(cert, key)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if said := r.refusal(gossh.PublicKeys(signer)); c.name == "suspended" && !strings.Contains(said, "suspended") {
					t.Errorf("told %q", said)
				}
				return
			}
			client, err := r.dial(gossh.PublicKeys(signer))
			if err != nil {
				t.Fatal(err)
			}
			if got := r.whoami(client); got != c.want {
				t.Errorf("in as %q", got)
			}
			if _, err := r.dial(gossh.PublicKeys(key)); err == nil {
				t.Error("the key alone lets in too")
			}
		})
	}
}

func TestLoadUserCA(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pub")
	line := gossh.MarshalAuthorizedKey(newSigner(t).PublicKey())
	for _, c := range []struct {
		name, text string
		keys       int
		wrong      string
	}{
		{"two", string(line) + "# and another\n\n" + string(line), 2, ""},
		{"empty", "\n", 0, "holds no public key"},
		{"no key", "hello\n", 0, "no public key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			keys, err := LoadUserCA(path)
			if len(keys) != c.keys || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%d keys, %v", len(keys), err)
			}
		})
	}
	if _, err := LoadUserCA(path + "x"); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a missing file: %v", err)
	}
}
