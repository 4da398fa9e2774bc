package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

//go:embed extract/*.sql
var extractSQL embed.FS

const (
	extractFormat = "tincan extract 1"
	// workFolder begins the name of a folder in which something is made; what is left of one was interrupted.
	workFolder = ".tincan-work-"
)

// NewWork makes a folder to work in, for its owner alone, inside dir and so on the same disk as what comes out.
// Whoever makes it removes it.
func NewWork(dir string) (string, error) { return os.MkdirTemp(dir, workFolder) }

// Sweep removes from dir what interrupted work has left there. It must not run beside work.
func Sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, workFolder+"*"))
	for _, name := range left {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// Selection is what of the place goes out.
type Selection struct {
	Channel string    // the name of one channel; "" for all
	Since   time.Time // threads begun from then on; zero: from the first. A thread comes whole.
	Until   time.Time // threads begun before; zero: to the last
	Private bool      // private channels and direct conversations too, where a second admin has agreed
}

// whole reports whether nothing open is left out.
func (sel Selection) whole() bool {
	return sel.Channel == "" && sel.Since.IsZero() && sel.Until.IsZero()
}

func (sel Selection) String() string {
	what := "all open channels"
	switch {
	case sel.Channel != "":
		what = "#" + sel.Channel
	case sel.Private:
		what = "all channels, the private ones too"
	}
	if !sel.Since.IsZero() {
		what += " from " + sel.Since.UTC().Format(time.DateOnly)
	}
	if !sel.Until.IsZero() {
		what += " before " + sel.Until.UTC().Format(time.DateOnly)
	}
	return what
}

// Extract copies what sel names, as it is at one moment, into a SQLite file of its own in the data folder, which is
// removed by Close. People post meanwhile. It is for the Operator and admins, and stands in the log of decisions.
// ErrForbidden where private channels were asked for and no second admin has agreed; their yes is used up.
// ErrNotFound for a channel that is not there, or is private and private ones were not asked for.
func (s *Store) Extract(ctx context.Context, me int64, sel Selection) (*Extract, error) {
	sel.Channel = channelName(sel.Channel)
	err := s.writeAlways(ctx, func(t *tx) error {
		if err := t.mustRun(me); err != nil {
			return err
		}
		if sel.Private {
			if err := t.privateConsent(me); err != nil {
				return err
			}
		}
		d := Decision{Act: "exported", About: sel.String(), Why: "Asked for an export."}
		if sel.Channel != "" {
			if err := t.get(`SELECT id FROM channel WHERE name = ? AND direct = '' AND (private = 0 OR ?)`, []any{sel.Channel, sel.Private}, &d.channel); err != nil {
				return orNoChannel(err)
			}
		}
		return t.decide(me, d)
	})
	if err != nil {
		return nil, err
	}
	return s.newExtract(ctx, sel)
}

// newExtract is Extract without asking.
func (s *Store) newExtract(ctx context.Context, sel Selection) (*Extract, error) {
	work, err := NewWork(filepath.Dir(s.path))
	if err != nil {
		return nil, cannotWrite(filepath.Dir(s.path), err)
	}
	path := filepath.Join(work, File)
	if err := s.extract(ctx, path, sel); err != nil {
		return nil, errors.Join(mapError(err), os.RemoveAll(work))
	}
	x, err := OpenExtract(ctx, path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(work))
	}
	x.work = work
	return x, nil
}

// privateConsent uses up a second admin's yes to private channels. For the export of the end two admins have agreed
// when they froze the trial, and everyone was told.
func (t *tx) privateConsent(me int64) error {
	e, err := t.ending()
	if err != nil {
		return err
	}
	if me == Operator && e.Private && e.Took(EndFrozen) != nil {
		return nil
	}
	return t.consent(me, PrivateExport)
}

func orNoChannel(err error) error {
	if errors.Is(err, errNoRow) {
		return refuse(ErrNotFound, "There is no channel of that name to export. Private ones come only where two admins agree.")
	}
	return err
}

func (s *Store) extract(ctx context.Context, path string, sel Selection) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	unsaved := []string{"journal_mode(OFF)", "synchronous(OFF)"} // it is made anew where that is interrupted
	return inFile(ctx, uri(path), sqlite.OpenReadWrite, unsaved, func(t *tx) error { return s.fill(t, sel) })
}

// fill copies what sel names into the empty file of t.
func (s *Store) fill(t *tx, sel Selection) (err error) {
	run := func(q string, args ...any) {
		if err == nil {
			err = t.run(q, args...)
		}
	}
	run(`ATTACH ? AS src`, uri(s.path)+"?mode=ro")
	run(`BEGIN`) // one state of src for all that follows
	since, until := int64(math.MinInt64), int64(math.MaxInt64)
	if !sel.Since.IsZero() {
		since = sel.Since.UnixMilli()
	}
	if !sel.Until.IsZero() {
		until = sel.Until.UnixMilli()
	}
	run(`CREATE TEMP TABLE chosen AS SELECT ? AS channel, ? AS since, ? AS until, ? AS private, ? AS whole, ? AS closed_name`, sel.Channel, since, until, sel.Private, sel.whole(), aPrivateChannel)
	run(`CREATE TEMP TABLE kind (bit INTEGER, word TEXT)`)
	for i := range ReactionKinds {
		run(`INSERT INTO kind VALUES (?, ?)`, 1<<i, Reaction(i).Word())
	}
	for _, name := range []string{"schema", "fill"} {
		script, readErr := extractSQL.ReadFile("extract/" + name + ".sql")
		err = errors.Join(err, readErr)
		if err == nil {
			err = sqlitex.ExecScript(t.conn.Conn, string(script))
		}
	}
	for name, value := range map[string]string{"format": extractFormat, "schema": fmt.Sprint(Schema()), "made_at": fmt.Sprint(s.now().UnixMilli()), "holds": sel.String()} {
		run(`INSERT INTO about VALUES (?, ?)`, name, value)
	}
	run(`INSERT INTO about SELECT 'place', min(created_at) FROM src.channel`) // to the millisecond
	run(`COMMIT`)
	return err
}

// Extract is an opened file of what a place has said. Nobody's rights are asked any more: whoever has the file may read it.
type Extract struct {
	Path  string // of the file
	Place string // tells this place from others
	pool  *pool
	work  string // folder to remove; "" for a file that is not ours
}

// OpenExtract opens a file that Extract made, wherever it is now. ErrInvalid with a sentence for any other, and for a damaged one.
func OpenExtract(ctx context.Context, path string) (*Extract, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, refuse(ErrNotFound, "%s cannot be read (%v).", path, err)
	}
	x := &Extract{Path: path}
	var err error
	if x.pool, err = openPool(atRest(path), sqlite.OpenReadOnly, []string{"query_only(1)", "trusted_schema(0)"}, readers); err == nil {
		err = x.pool.with(ctx, x.verify)
	}
	if err != nil {
		return nil, errors.Join(err, x.pool.close())
	}
	return x, nil
}

func (x *Extract) verify(t *tx) error {
	var format string
	err := t.get(`SELECT f.value, p.value FROM about f, about p WHERE f.name = 'format' AND p.name = 'place'`, nil, &format, &x.Place)
	if err != nil || format != extractFormat {
		return &sentence{kind: ErrInvalid, cause: err, text: x.Path + " is no export of tincan. Name the tincan.sqlite of an export, or its folder or zip; a whole place comes back with restore."}
	}
	var found string
	if err := t.get(`PRAGMA integrity_check(1)`, nil, &found); err != nil || found != "ok" {
		return &sentence{kind: ErrInvalid, cause: err, text: x.Path + " is damaged. Take another copy of the export."}
	}
	return nil
}

// Close closes the file, and removes it if Extract made it.
func (x *Extract) Close() error {
	err := x.pool.close()
	if x.work != "" {
		err = errors.Join(err, os.RemoveAll(x.work))
	}
	return err
}

// Counts is how much of everything is in it, by what the tables are called in plural.
func (x *Extract) Counts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	for name, q := range map[string]string{
		"people": `person`, "channels": `channel`, "members": `member`, "threads": `post WHERE root_id = 0`, "replies": `post WHERE root_id <> 0`,
		"deleted": `post WHERE deleted_at <> 0`, "hidden": `post WHERE hidden_at <> 0`, "versions": `version`, "reactions": `reaction`, "announcements": `announcement`, "answers": `answer`, "decisions": `decision`,
	} {
		var n int
		if err := x.pool.with(ctx, func(t *tx) error { return t.get(`SELECT count(*) FROM `+q, nil, &n) }); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, nil
}

// splitIDs reads "3,5,8".
func splitIDs(list string) (ids []int64) {
	for _, text := range strings.Split(list, ",") {
		var id int64
		if _, err := fmt.Sscan(text, &id); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Dir is the data folder, in which NewWork may make a folder.
func (s *Store) Dir() string { return filepath.Dir(s.path) }
