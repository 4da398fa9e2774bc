package store

import (
	"fmt"
	"reflect"
	"slices"

	"zombiezen.com/go/sqlite"
)

// row is a row that a query has found. It is there until the next one is.
type row sqlite.Stmt

// Scan copies the columns into what dest points to. NULL is a zero value.
func (r *row) Scan(dest ...any) error {
	st := (*sqlite.Stmt)(r)
	if n := st.ColumnCount(); n != len(dest) {
		return fmt.Errorf("%d places given for %d columns", len(dest), n)
	}
	for i, d := range dest {
		switch d := d.(type) {
		case *int64:
			*d = st.ColumnInt64(i)
		case *int:
			*d = st.ColumnInt(i)
		case *bool:
			*d = st.ColumnBool(i)
		case *string:
			*d = st.ColumnText(i)
		case *[]byte:
			*d = bytesOf(st, i)
		case *any:
			*d = column(st, i)
		default:
			if err := set(reflect.ValueOf(d).Elem(), st, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// int64 is a column as a number.
func (r *row) int64(i int) int64 { return (*sqlite.Stmt)(r).ColumnInt64(i) }

// appendText adds the text of a column to what is in to: where there is room for it, nothing is allocated.
func (r *row) appendText(to []byte, i int) []byte {
	st := (*sqlite.Stmt)(r)
	n := st.ColumnLen(i)
	to = slices.Grow(to, n)
	st.ColumnBytes(i, to[len(to):len(to)+n])
	return to[:len(to)+n]
}

// set reads a column into a variable of a type of its own, or of a pointer, which is nil for NULL.
func set(is reflect.Value, st *sqlite.Stmt, i int) error {
	switch is.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		is.SetInt(st.ColumnInt64(i))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		is.SetUint(uint64(st.ColumnInt64(i)))
	case reflect.Float64:
		is.SetFloat(st.ColumnFloat(i))
	case reflect.String:
		is.SetString(st.ColumnText(i))
	case reflect.Bool:
		is.SetBool(st.ColumnBool(i))
	case reflect.Pointer:
		is.SetZero()
		if st.ColumnIsNull(i) {
			return nil
		}
		is.Set(reflect.New(is.Type().Elem()))
		return set(is.Elem(), st, i)
	default:
		return fmt.Errorf("column %d cannot be read into a %s", i, is.Type())
	}
	return nil
}

// scanPair reads two columns of a kind.
func scanPair[T any](r *row) (p [2]T, err error) {
	err = r.Scan(&p[0], &p[1])
	return p, err
}

// values are the columns as they are stored: int64, float64, string, []byte or nil.
func (r *row) values() []any {
	st := (*sqlite.Stmt)(r)
	all := make([]any, st.ColumnCount())
	for i := range all {
		all[i] = column(st, i)
	}
	return all
}

func column(st *sqlite.Stmt, i int) any {
	switch st.ColumnType(i) {
	case sqlite.TypeInteger:
		return st.ColumnInt64(i)
	case sqlite.TypeFloat:
		return st.ColumnFloat(i)
	case sqlite.TypeText:
		return st.ColumnText(i)
	case sqlite.TypeBlob:
		return bytesOf(st, i)
	}
	return nil
}

func bytesOf(st *sqlite.Stmt, i int) []byte {
	n := st.ColumnLen(i)
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	st.ColumnBytes(i, b)
	return b
}
