package archive

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tincan/store"
)

// RosterBytes is the most that a roster may have: what a command reads from standard input.
const RosterBytes = 64 << 20

// ReadRoster reads a roster as spreadsheets and personnel programs write it: a first line with the names of the
// columns (store.RosterColumns, in any order and case), then a line a person. Commas, semicolons and tabs between
// the cells are told apart by the first line, UTF-8, UTF-16 and windows-1252 by their bytes. One of employee_id,
// email and handle has to be there. notes say what was decided or left aside, a sentence each. What is wrong with
// one line is in the roster's Wrong; the error is for a file that cannot be read as a roster at all.
func ReadRoster(r io.Reader) (roster store.Roster, notes []string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, RosterBytes+1))
	if err != nil {
		return roster, nil, err
	}
	if len(raw) > RosterBytes {
		return roster, nil, fmt.Errorf("that is more than %d MB; a roster has a line a person", RosterBytes>>20)
	}
	text, notes, err := decoded(raw)
	if err != nil {
		return roster, nil, err
	}
	lines := csv.NewReader(bytes.NewReader(text))
	lines.Comma = delimiter(text)
	lines.FieldsPerRecord = -1
	lines.LazyQuotes = true
	lines.ReuseRecord = true
	head, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return roster, nil, errors.New("nothing is in it; the first line of a roster names the columns: " + columnNames())
	}
	if err != nil {
		return roster, nil, fmt.Errorf("the first line cannot be read as names of columns (%w); they are: %s", err, columnNames())
	}
	columns, unused, err := header(head)
	if err != nil {
		return roster, nil, err
	}
	if len(unused) > 0 {
		notes = append(notes, "Not used: "+strings.Join(unused, ", ")+".")
	}
	for {
		from := lines.InputOffset()
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return roster, notes, nil
		}
		if err != nil {
			return roster, nil, fmt.Errorf("the roster breaks off: %w", err)
		}
		line, _ := lines.FieldPos(0)
		row, wrong, empty := rosterRow(line, cells, columns)
		if swallows(text[from:lines.InputOffset()], lines.Comma) {
			wrong, empty = "Close the quote that begins in this line: the lines after it are taken for a part of it.", false
		}
		switch {
		case empty:
		case wrong != "":
			roster.Wrong = append(roster.Wrong, store.RosterWrong{Line: line, Text: wrong})
		default:
			roster.Rows = append(roster.Rows, row)
		}
	}
}

// swallows is whether a row goes on over the next lines because a quote is left open: those would be taken for a part
// of one cell, and the people in them for gone. A stray quote within one line harms nobody.
func swallows(row []byte, comma rune) bool {
	row = bytes.TrimSpace(row)
	if !bytes.Contains(row, []byte("\n")) {
		return false
	}
	strict := csv.NewReader(bytes.NewReader(row))
	strict.Comma = comma
	_, err := strict.Read()
	return err != nil
}

// decoded is the text as UTF-8 without its mark, and a note where that was a guess.
func decoded(raw []byte) (text []byte, notes []string, err error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.IndexByte(raw, 0) >= 0:
		return nil, nil, errors.New("that is no text; save the roster as CSV, in UTF-8, and import that")
	}
	if from == nil && !utf8.Valid(raw) {
		from = charmap.Windows1252
		notes = append(notes, "Read as windows-1252, because it is not UTF-8; look at the names with accents.")
	}
	if from == nil {
		return raw, notes, nil
	}
	text, err = from.NewDecoder().Bytes(raw)
	return text, notes, err
}

// delimiter is what stands most often between the words of the first line.
func delimiter(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', 0
	for _, d := range []rune{',', ';', '\t'} {
		if n := bytes.Count(first, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

func columnNames() string { return strings.Join(store.RosterColumns[:], ", ") }

// header is the column of each cell, -1 for those that are not used, and their names.
func header(cells []string) (columns []store.RosterColumn, unused []string, err error) {
	for _, c := range cells {
		name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(store.CleanLine(c)))
		if name == "e_mail" {
			name = store.RosterColumns[store.ColEmail]
		}
		column := store.RosterColumn(slices.Index(store.RosterColumns[:], name))
		if column >= 0 && slices.Contains(columns, column) {
			return nil, nil, fmt.Errorf("the first line names the column %s twice", name)
		}
		if column < 0 && name != "" {
			unused = append(unused, name)
		}
		columns = append(columns, column)
	}
	for _, known := range []store.RosterColumn{store.ColEmployee, store.ColEmail, store.ColHandle} {
		if slices.Contains(columns, known) {
			return columns, unused, nil
		}
	}
	return nil, nil, fmt.Errorf("the first line has to name the columns, among them employee_id, email or handle; it says: %s", shorten(strings.Join(cells, " ")))
}

// shorten makes other people's text fit for a sentence.
func shorten(s string) string {
	const most = 80
	r := []rune(store.CleanLine(s))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}

// rosterRow is one line, or what is wrong with it; empty for one without a word.
func rosterRow(line int, cells []string, columns []store.RosterColumn) (row store.RosterRow, wrong string, empty bool) {
	row.Line, empty = line, true
	for i, c := range cells {
		if c = strings.Clone(strings.TrimSpace(unguarded(c))); c == "" {
			continue
		}
		empty = false
		switch {
		case i >= len(columns):
			return row, fmt.Sprintf("This line has %d cells, and the first line names %d columns.", len(cells), len(columns)), false
		case columns[i] >= 0:
			row.Cells[columns[i]] = c
		}
	}
	for _, text := range strings.FieldsFunc(row.Cells[store.ColKeys], func(r rune) bool { return r == '\n' || r == '|' }) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		k, err := ParseKey(text)
		if err != nil {
			return row, err.Error(), false
		}
		row.Keys = append(row.Keys, k)
	}
	return row, "", empty
}

// sentence is an error that people read as it stands.
type sentence string

func (s sentence) Error() string { return string(s) }

// ParseKey reads a line of an authorized_keys or .pub file. Its error is a sentence.
func ParseKey(line string) (store.Key, error) {
	public, comment, _, rest, err := gossh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return store.Key{}, sentence("That is no public key. It is one line that starts like: ssh-ed25519 AAAA…")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return store.Key{}, sentence("That is more than one key. Add them one by one.")
	}
	if kind := public.Type(); kind != gossh.KeyAlgoRSA && !slices.Contains(gossh.SupportedAlgorithms().PublicKeyAuths, kind) {
		return store.Key{}, sentence(fmt.Sprintf("Keys of the kind %s do not let anybody in. Make one with: ssh-keygen -t ed25519", kind))
	}
	return store.Key{Fingerprint: gossh.FingerprintSHA256(public), Kind: public.Type(), Public: public.Marshal(), Label: comment}, nil
}

// RosterProgress tells w of a long import, a line for every 5,000 people.
func RosterProgress(w io.Writer) func(done, total int) {
	const every = 5000
	told := 0
	return func(done, total int) {
		if done/every > told {
			told = done / every
			_, _ = fmt.Fprintf(w, "%d of %d\n", done, total)
		}
	}
}

// RosterText prints what an import does, line by line; unchanged lines are only counted.
func RosterText(w io.Writer, plan store.RosterPlan) error {
	for _, l := range plan.Lines {
		if l.Fate == store.RosterUnchanged {
			continue
		}
		if _, err := fmt.Fprintln(w, RosterLine(l)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, RosterSum(plan))
	return err
}

// RosterDry ends what a dry run prints.
func RosterDry(plan store.RosterPlan) string {
	if plan.Many {
		return "Dry run: nothing is changed. More than a fifth of those on the last roster leave by this one, which takes --many."
	}
	return "Dry run: nothing is changed."
}

// RosterLine is what becomes of one line, in words.
func RosterLine(l store.RosterLine) string {
	where := "not in it"
	if l.Line > 0 {
		where = fmt.Sprintf("line %d", l.Line)
	}
	if l.Fate == store.RosterBad {
		return where + ": " + l.Text
	}
	parts := []string{where + ": @" + l.Handle}
	if l.Name != "" {
		parts = append(parts, l.Name)
	}
	fate := l.Fate.String()
	if l.Fate == store.RosterLeaves {
		fate = "leaves"
	}
	parts = append(parts, fate)
	for _, c := range l.Changes {
		parts = append(parts, fmt.Sprintf("%s: %s → %s", c.Field, orNothing(c.Was), orNothing(c.Becomes)))
	}
	if l.Text != "" {
		parts = append(parts, l.Text)
	}
	return strings.Join(parts, " · ")
}

func orNothing(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// RosterSum is the last line: how many of each.
func RosterSum(plan store.RosterPlan) string {
	n := func(f store.RosterFate) string { return store.Number(plan.Count[f]) }
	sum := n(store.RosterAdded) + " added · " + n(store.RosterChanged) + " changed · " + n(store.RosterUnchanged) + " unchanged · " + n(store.RosterLeaves) + " leave"
	if plan.Count[store.RosterBad] > 0 {
		sum += " · " + n(store.RosterBad) + " wrong"
	}
	return sum
}
