package server

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// client is another SSH client that people have.
type client struct {
	name    string
	from    string // Debian's package
	convert string // makes a key file of its own kind: IN and OUT stand for the files
	args    func(port, hostKey, keyFile string) []string
}

var clients = []client{
	{
		name: "plink", from: "putty-tools", convert: "puttygen IN -o OUT",
		args: func(port, hostKey, keyFile string) []string {
			args := []string{"-ssh", "-no-antispoof", "-P", port, "-hostkey", hostKey, "-l", "somebody"}
			if keyFile == "" {
				return append(args, "-noagent", "127.0.0.1")
			}
			return append(args, "-i", keyFile, "127.0.0.1")
		},
	},
	{
		name: "dbclient", from: "dropbear-bin", convert: "dropbearconvert openssh dropbear IN OUT",
		args: func(port, _, keyFile string) []string {
			args := []string{"-y", "-y", "-p", port, "-l", "somebody"} // -y -y: no question about the host key
			if keyFile != "" {
				args = append(args, "-i", keyFile)
			}
			return append(args, "127.0.0.1")
		},
	},
}

// The ways in are the same with PuTTY and Dropbear.
func TestOtherClients(t *testing.T) {
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			at := &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
			r := start(t, func(c *Config) { c.Now = at.now })
			r.needs(c.name, c.from)
			s := newStock(r)
			_, port, _ := net.SplitHostPort(r.addr)
			connect := func(keyFile string, command ...string) *person {
				args := c.args(port, gossh.FingerprintSHA256(r.server.HostKey.PublicKey()), keyFile)
				return s.spawn(c.name, append(args, command...)...)
			}
			expired := r.invite("pia")
			at.add(store.DefaultInviteValid + time.Second)

			// An unknown key and a code, and then that key; a screen, too.
			openssh, _, _ := s.identity("id")
			own := filepath.Join(s.dir, "own")
			convert := strings.Fields(strings.NewReplacer("IN", openssh, "OUT", own).Replace(c.convert))
			if out, err := exec.Command(convert[0], convert[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", convert[0], err, out)
			}
			connect(own, "whoami").sees(askCode).types("wrong\n").sees("That code is not known.").
				sees(askCode).types(r.invite("maya") + "\n").sees("maya").ends(0)
			connect(own, "whoami").sees("maya").ends(0)
			connect(own, "nonsense").sees("There is no command").ends(2)
			screen := connect(own)
			screen.sees(drawn).types("\x03").ends(0)

			// No key: a code and a password, and then that password.
			code := r.invite("nils")
			connect("", "whoami").sees(askCode).types(code + "\n").
				sees(askNew).types("short\n").sees(askAgain).types("short\n").sees("at least 10 characters").
				sees(askNew).types("four words are safe\n").sees(askAgain).types("four words are safe\n").sees("nils").ends(0)
			connect("", "whoami").sees(askCode).types("\n").
				sees(askHandle).types("nils\n").sees(askPassword).types("wrong\n").sees("do not belong together").
				sees(askHandle).types("nils\n").sees(askPassword).types("four words are safe\n").sees("nils").ends(0)

			// A used and an expired code, and too many wrong ones.
			p := connect("", "whoami")
			p.sees(askCode).types(code + "\n").sees("That code has been used.")
			p.sees(askCode).types(expired + "\n").sees("That code has expired.")
			for i := range 3 {
				p.sees(askCode).types(fmt.Sprint("wrong", i, "\n"))
			}
			p.sees("That was the last try for now").ends(1)
		})
	}
}
