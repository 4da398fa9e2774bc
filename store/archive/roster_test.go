package archive_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"tincan/store"
	"tincan/store/archive"
)

const someKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJy3ONQNbFCLJp+YJ2ZGqOMcXy9zTqPOjkcS0WJVzyIY maya@laptop"

// utf16LE is s as spreadsheets save "Unicode text".
func utf16LE(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func read(t *testing.T, text string) string {
	t.Helper()
	r, notes, err := archive.ReadRoster(strings.NewReader(text))
	if err != nil {
		return "refused: " + err.Error()
	}
	var b strings.Builder
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "%d:", row.Line)
		for c, v := range row.Cells {
			if v != "" && store.RosterColumn(c) != store.ColKeys {
				fmt.Fprintf(&b, " %s=%s", store.RosterColumns[c], v)
			}
		}
		if len(row.Keys) > 0 {
			fmt.Fprintf(&b, " %d keys", len(row.Keys))
		}
		b.WriteString("\n")
	}
	for _, w := range r.Wrong {
		fmt.Fprintf(&b, "%d! %s\n", w.Line, w.Text)
	}
	return b.String() + strings.Join(notes, "\n")
}

func TestReadRoster(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"commas", "employee_id,name\n1,Maya Lind\n2,\"Oak, Nils\"\n", "2: employee_id=1 name=Maya Lind\n3: employee_id=2 name=Oak, Nils\n"},
		{"semicolons, CRLF and a byte order mark", "\ufeffEmployee ID ; E-Mail;Manager-ID\r\n1;m@example.com;\r\n\r\n;;\r\n2;;1\r\n", "2: employee_id=1 email=m@example.com\n5: employee_id=2 manager_id=1\n"},
		{"tabs", "HANDLE\tName\nmaya\tMaya, of Finance\n", "2: handle=maya name=Maya, of Finance\n"},
		{"windows-1252", "email;name\nz@example.com;Zo\xeb Gr\xf6\xdfe \x80\n", "2: email=z@example.com name=Zoë Größe €\nRead as windows-1252, because it is not UTF-8; look at the names with accents."},
		{"UTF-16", utf16LE("email\tname\nz@example.com\tZoë 🎉\n"), "2: email=z@example.com name=Zoë 🎉\n"},
		{"no text", "PK\x03\x04\x00\x00", "refused: that is no text; save the roster as CSV, in UTF-8, and import that"},
		{"empty", "", "refused: nothing is in it; the first line of a roster names the columns: employee_id, email, handle, name, department, team, title, manager_id, role, leader, start_date, ssh_keys"},
		{"no column to know people by", "name,department\nMaya,Finance\n", "refused: the first line has to name the columns, among them employee_id, email or handle; it says: name department"},
		{"no first line", "1,Maya\n", "refused: the first line has to name the columns, among them employee_id, email or handle; it says: 1 Maya"},
		{"twice the same column", "email,E-Mail\n", "refused: the first line names the column email twice"},
		{"columns of others", "email,phone,Shoe Size\na@b.c,1,2\n", "2: email=a@b.c\nNot used: phone, shoe_size."},
		{"too many cells", "email\na@b.c,more\nb@b.c\n", "3: email=b@b.c\n2! This line has 2 cells, and the first line names 1 columns.\n"},
		{"a formula, and one that we guarded", "email,name\na@b.c,=1+1\nb@b.c,'=1+1\nc@b.c,'tis\n", "2: email=a@b.c name==1+1\n3: email=b@b.c name==1+1\n4: email=c@b.c name='tis\n"},
		{"a cell of several lines", "email,name\na@b.c,\"Maya\nLind\"\nb@b.c,Ben\n", "2: email=a@b.c name=Maya\nLind\n4: email=b@b.c name=Ben\n"},
		{"keys", "email,ssh_keys\na@b.c," + someKey + "\nb@b.c,\"" + someKey + "\n" + someKey + " \"\nc@b.c,rsa\n", "2: email=a@b.c 1 keys\n3: email=b@b.c 2 keys\n5! That is no public key. It is one line that starts like: ssh-ed25519 AAAA…\n"},
		{"a quote left open", "email,name\na@b.c,\"Maya\n", "2: email=a@b.c name=Maya\n"},
		{"a quote left open takes others along", "email,name\na@b.c,\"Maya\nb@b.c,Ben\n", "2! Close the quote that begins in this line: the lines after it are taken for a part of it.\n"},
		{"a quote closed in another line", "email,name,phone\n\na@b.c,Maya,\"1\nb@b.c,Ben,\"2\"\nc@b.c,Cleo,3\n", "5: email=c@b.c name=Cleo\n3! Close the quote that begins in this line: the lines after it are taken for a part of it.\nNot used: phone."},
	} {
		if got := read(t, c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTable guards what a spreadsheet would compute, and the roster reads it back.
func TestTable(t *testing.T) {
	var b bytes.Buffer
	table := archive.NewTable(&b, "email", "name")
	for _, name := range []string{"=1+1", "+49", "-", "@x", "Maya, \"the\" Lind", ""} {
		table.Row("a@b.c", name)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "email,name\na@b.c,'=1+1\na@b.c,'+49\na@b.c,'-\na@b.c,'@x\na@b.c,\"Maya, \"\"the\"\" Lind\"\na@b.c,\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
	if got := read(t, b.String()); !strings.HasPrefix(got, "2: email=a@b.c name==1+1\n3: email=a@b.c name=+49\n") {
		t.Errorf("read back as %q", got)
	}
}
