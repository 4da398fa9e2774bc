//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tincan/server"
	"tincan/store"
	"tincan/store/archive"
)

const soughtMost = 1000 // pieces of what people wrote that the test looks for itself

// endPlace is the made-up company whose trial is to end: what people wrote in open and private channels, edited, kept as a draft.
type endPlace struct {
	t               *testing.T
	root, data, out string
	helle, amira    int64 // admins
	nils, tara      int64 // keepers
	said            []string
	server          *running
}

func newEndPlace(t *testing.T) *endPlace {
	data := wholeCompany(t)
	root := filepath.Dir(data)
	c := &endPlace{t: t, root: root, data: data, out: filepath.Join(root, "out")}
	c.serve()
	s := c.open()
	defer s.Close()
	for handle, id := range map[string]*int64{"helle": &c.helle, "amira": &c.amira, "nils": &c.nils, "tara": &c.tara} {
		p, err := s.PersonByHandle(t.Context(), handle)
		c.must(err)
		*id = p.ID
	}
	c.said = append(c.lines(), "What nobody else has as a draft")
	everyone, err := s.Channel(t.Context(), c.nils, "everyone")
	c.must(err)
	c.must(s.SaveDraft(t.Context(), c.nils, store.Place{Channel: everyone.ID}, store.Draft{Body: c.said[soughtMost-1]}))
	c.must(s.SetPassword(t.Context(), c.nils, "a password of nils"))
	return c
}

// lines are all but one of the strings to look for: lines of posts, and of what they said before they were edited, from
// everywhere in the company's life.
func (c *endPlace) lines() (all []string) {
	c.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(c.data, store.File))
	c.must(err)
	defer db.Close()
	rows, err := db.Query(`SELECT body FROM post WHERE length(body) > 40 UNION SELECT body FROM version`)
	c.must(err)
	defer rows.Close()
	for rows.Next() {
		var body string
		c.must(rows.Scan(&body))
		line, _, _ := strings.Cut(body, "\n")
		if line = strings.TrimSpace(line); len(line) > 20 && !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	c.must(rows.Err())
	if len(all) < soughtMost-1 {
		c.t.Fatalf("only %d lines", len(all))
	}
	for i := range soughtMost - 1 {
		all[i] = all[i*len(all)/(soughtMost-1)]
	}
	return all[:soughtMost-1]
}

func (c *endPlace) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// open is the data as an admin's session has it; it is closed again before anybody else is asked.
func (c *endPlace) open() *store.Store {
	c.t.Helper()
	s, err := store.Open(c.t.Context(), c.data, store.Options{PostsPerMinute: 1 << 20})
	c.must(err)
	return s
}

func (c *endPlace) serve() {
	c.t.Helper()
	var err error
	c.server, _, err = startServer(exec.Command("tincan", "serve", "--listen", "127.0.0.1:0", "--data", c.data, "--backup-dir", filepath.Join(c.root, "backups")))
	c.must(err)
	c.t.Cleanup(c.server.kill)
}

// admins do what the menu does, in a process of their own beside the server, which is killed right afterwards.
func (c *endPlace) admins(act func(s *store.Store) error) {
	c.t.Helper()
	s := c.open()
	err := act(s)
	c.server.kill()
	c.must(err)
	c.must(s.Close())
	c.serve()
}

// end runs end-trial and returns what it prints and whether it succeeded.
func (c *endPlace) end(flags ...string) (string, bool) {
	out, err := exec.Command("tincan", append([]string{"end-trial", c.out, "--data", c.data}, flags...)...).CombinedOutput()
	return string(out), err == nil
}

// killed runs end-trial and kills it as soon as it says that it begins a step.
func (c *endPlace) killed(line string, flags ...string) {
	c.t.Helper()
	cmd := exec.Command("tincan", append([]string{"end-trial", c.out, "--data", c.data}, flags...)...)
	r := &running{cmd: cmd, out: newWatched(), err: newWatched()}
	cmd.Stdout, cmd.Stderr = r.out, r.err
	c.must(cmd.Start())
	_, err := r.out.wait(regexp.MustCompile(line))
	r.kill()
	if err != nil {
		c.t.Fatalf("%v; and %q", err, r.err)
	}
}

// ended runs end-trial, which has to say something and to succeed or not.
func (c *endPlace) ended(well bool, say string, flags ...string) string {
	c.t.Helper()
	out, ok := c.end(flags...)
	if ok != well || !regexp.MustCompile(say).MatchString(out) {
		c.t.Fatalf("end-trial %v: %v, %q", flags, ok, out)
	}
	return out
}

// TestEndOfTrial ends a trial with a real program that is killed at the beginning of each of its steps and run again.
// Afterwards nothing of what people wrote is in any file but the export, which holds all of it.
func TestEndOfTrial(t *testing.T) {
	c := newEndPlace(t)
	zone, err := time.LoadLocation(demoZone)
	c.must(err)
	c.ended(false, "no end is announced")
	if _, err := os.Lstat(c.out); !os.IsNotExist(err) {
		t.Errorf("a refused end leaves %s (%v)", c.out, err)
	}
	day := time.Now().In(zone).Format(time.DateOnly)
	c.admins(func(s *store.Store) error {
		return s.AnnounceEnd(t.Context(), c.helle, store.EndPlan{Day: day, Private: true, Keepers: [2]string{"nils", "tara"}}, "It is over.")
	})
	c.ended(false, "people write until "+day)
	c.admins(func(s *store.Store) error {
		code, err := s.ConsentCode(t.Context(), c.amira, store.EndOfTrial, "Agreed.")
		c.must(err)
		c.must(s.TakeConsent(t.Context(), c.helle, store.EndOfTrial, code.Text))
		return s.FreezeTrial(t.Context(), c.helle, "It is over.")
	})

	inside, err := exec.Command("tincan", "end-trial", filepath.Join(c.data, "out"), "--data", c.data).CombinedOutput()
	if err == nil || !strings.Contains(string(inside), "one in the other") {
		t.Errorf("an export into the data folder: %v, %q", err, inside)
	}
	c.killed("Exporting all channels, the private ones too", "--destroy")
	c.killed("Exporting")
	c.killed("Writing the report")
	c.ended(false, "nothing is destroyed before both hold the export: waiting for Nils Oak", "--destroy")
	c.killed("Comparing", "--anew")
	out := c.ended(true, `(?s)Hand .*out/tincan-export-[0-9a-f]{8}\.zip over to .*Waiting for: Nils Oak \(@nils\) and Tara Vale`)
	export := regexp.MustCompile(`tincan-export-([0-9a-f]{8})\.zip`).FindStringSubmatch(out)

	// A file that was changed, or lost, is noticed.
	path := filepath.Join(c.out, export[0])
	c.must(os.Rename(path, path+".away"))
	c.ended(false, "is not in .* --anew exports again")
	c.must(os.Rename(path+".away", path))

	c.admins(func(s *store.Store) error { return s.ReceiveExport(t.Context(), c.nils, export[1]) })
	c.ended(false, "waiting for Tara Vale", "--destroy")
	c.admins(func(s *store.Store) error { return s.ReceiveExport(t.Context(), c.tara, export[1]) })
	c.ended(true, "Stop the server, and destroy what is here")
	c.ended(false, "Another tincan serves", "--destroy")
	for deadline := time.Now().Add(patience); !strings.Contains(c.server.err.String(), "backup written") && len(c.files("backups")) == 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	c.server.kill()
	foreign := filepath.Join(c.data, "notes.txt")
	c.must(os.WriteFile(foreign, []byte("mine"), 0o600))
	c.ended(false, "notes.txt is not tincan's", "--destroy")
	c.must(os.Rename(foreign, filepath.Join(c.root, "notes.txt")))

	if found := c.find(); len(found) < soughtMost*9/10 {
		t.Fatalf("only %d of %d strings are found before", len(found), soughtMost)
	}
	copied := filepath.Join(c.out, "copy.txt")
	c.must(os.WriteFile(copied, []byte(strings.Join(c.said, "\n")), 0o600))
	c.killed("Reading the export once more", "--destroy")
	c.killed("Destroying the data", "--destroy")
	refused, err := exec.Command("tincan", "serve", "--listen", "127.0.0.1:0", "--data", c.data).CombinedOutput()
	if err == nil || !strings.Contains(string(refused), "is being destroyed") {
		t.Errorf("served while it is destroyed: %v, %q", err, refused)
	}
	c.killed("Destroying the data")
	c.killed("Searching what is left")
	c.ended(false, "copy.txt holds pieces of the data")
	c.must(os.Remove(copied))
	c.killed("Signing the certificate")
	c.killed("Removing the host key")
	begun := filepath.Join(c.out, endFile)
	if state, err := os.ReadFile(begun); err == nil { // the kill came before it was done
		c.must(os.MkdirAll(c.data, 0o700))
		c.must(os.WriteFile(filepath.Join(c.data, server.HostKeyFile), make([]byte, 400), 0o600)) // as in the middle of that
		c.ended(true, "The trial is over")
		c.must(os.WriteFile(begun, state, 0o600)) // as just before it had noted that all is done
	}
	c.ended(true, "The trial is over")
	c.ended(true, "The trial is over") // again changes nothing

	if found := c.find(); len(found) > 0 {
		t.Errorf("of %d strings %d are left: %q", soughtMost, len(found), found[0])
	}
	if left := c.files("."); !slices.Equal(left, []string{"notes.txt", "out/certificate.txt", "out/certificate.txt.sig", "out/" + export[0]}) {
		t.Errorf("left: %q", left)
	}
	c.certified()
	z, err := zip.OpenReader(path)
	c.must(err)
	defer z.Close()
	report, err := fs.ReadFile(z, archive.ReportFile)
	c.must(err)
	if !bytes.Contains(report, []byte("#helped")) {
		t.Error("the report in the export quotes nobody who was helped")
	}
	x, done, err := archive.OpenExport(t.Context(), path, t.TempDir())
	c.must(err)
	defer done()
	kept := map[string]bool{}
	for p, err := range x.Posts(t.Context()) {
		c.must(err)
		for line := range strings.Lines(p.Body) {
			kept[strings.TrimSpace(line)] = true
		}
		for _, v := range p.Versions {
			for line := range strings.Lines(v.Body) {
				kept[strings.TrimSpace(line)] = true
			}
		}
	}
	for _, text := range c.said[:len(c.said)-1] { // the last is a draft
		if !kept[text] {
			t.Fatalf("the export lacks %q", text)
		}
	}
}

// find are the strings that stand in any file but the export.
func (c *endPlace) find() (found []string) {
	var all []byte
	for _, name := range c.files(".") {
		if !strings.Contains(name, "tincan-export-") {
			b, err := os.ReadFile(filepath.Join(c.root, name))
			c.must(err)
			all = append(all, b...)
		}
	}
	for _, text := range c.said[:soughtMost] {
		if bytes.Contains(all, []byte(text)) {
			found = append(found, text)
		}
	}
	return found
}

// files are the names of all files below a folder.
func (c *endPlace) files(dir string) (names []string) {
	filepath.WalkDir(filepath.Join(c.root, dir), func(path string, f fs.DirEntry, err error) error {
		if err == nil && !f.IsDir() {
			name, _ := filepath.Rel(c.root, path)
			names = append(names, name)
		}
		return nil
	})
	return names
}

// certified checks the certificate as it says itself.
func (c *endPlace) certified() {
	text, err := os.ReadFile(filepath.Join(c.out, archive.CertificateFile))
	c.must(err)
	for _, want := range []string{`Announced .* by Helle Brandt: people write until `, `Frozen .*`, `Exported .* by the operator`, `Compared .*no difference`, `Received .* by Nils Oak`, `Received .* by Tara Vale`,
		`SHA-256 [0-9a-f]{64}`, `(?m)^ +tincan\.sqlite$`, `(?m)^ +host_key$`, `(?m)^ +/.*backups/tincan-.*\.zip$`, `for 1,000 pieces|for \d+ pieces`, `none in the \d files? that`} {
		if !regexp.MustCompile(want).Match(text) {
			c.t.Errorf("the certificate does not say %q:\n%s", want, text)
		}
	}
	allowed := regexp.MustCompile(`(?m)^tincan namespaces=.*\n`).Find(text)
	c.must(os.WriteFile(filepath.Join(c.root, "allowed_signers"), allowed, 0o600))
	line := regexp.MustCompile(`(?m)^ssh-keygen .*`).FindString(string(text))
	cmd := exec.Command("sh", "-c", strings.Replace(line, "allowed_signers", filepath.Join(c.root, "allowed_signers"), 1))
	cmd.Dir = c.out
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Good ") {
		c.t.Errorf("%s: %v: %s", line, err, out)
	}
}
