package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold is the form in which words are indexed and looked for: compatibility forms are one (NFKC),
// case is folded (ß is ss), letters lose their diacritics, and scripts that write no spaces are cut
// into overlapping pairs, because FTS5's tokenizers would take a whole sentence of them for one word.
//
//	"Größe ZOË"  → "grosse zoe"
//	"日本語"      → "日本 本語 語"
func fold(s string) string { return pairs(plainLetters(s), true) }

// plainLetters is fold without the pairs.
func plainLetters(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	last := rune(0)
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) && unicode.In(last, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic) {
			return -1 // elsewhere a mark is a vowel, and no ornament
		}
		last = r
		return r
	}, norm.NFD.String(s))
	return norm.NFC.String(s)
}

// unspaced reports whether r is of a script that writes no spaces between words, or is Korean,
// whose words change at their end.
func unspaced(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pairs cuts each run of an unspaced script into overlapping pairs; with tail its last character
// stands once more alone, so that a single character is found at the end of a run too.
func pairs(s string, tail bool) string {
	if strings.IndexFunc(s, unspaced) < 0 {
		return s
	}
	var b strings.Builder
	var run []rune
	flush := func() {
		for i := range run {
			if i+1 < len(run) {
				b.WriteString(" " + string(run[i:i+2]))
			} else if tail || len(run) == 1 {
				b.WriteString(" " + string(run[i]))
			}
		}
		if len(run) > 0 {
			b.WriteByte(' ')
		}
		run = run[:0]
	}
	for _, r := range s {
		if unspaced(r) {
			run = append(run, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return strings.TrimSpace(b.String())
}

// wordRune reports whether r belongs to a word, as the search table's tokenizer has it.
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// Term is a word that was looked for, as it is compared.
type Term struct {
	folded string // words of it separated by one space
	prefix bool
}

// Matches returns where the terms stand in body, as byte ranges in order, so that a screen can light them.
func Matches(body string, terms []Term) [][2]int {
	words := foldedWords(body)
	var found [][2]int
	for i := range words {
		for _, t := range terms {
			if n := t.matchAt(words[i:]); n > 0 {
				found = append(found, [2]int{words[i].start, words[i+n-1].end})
				break
			}
		}
	}
	return found
}

type foldedWord struct {
	text       string
	start, end int
}

// foldedWords cuts s as the index does; each character of an unspaced script is a word here.
func foldedWords(s string) []foldedWord {
	var words []foldedWord
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, foldedWord{plainLetters(s[start:end]), start, end})
		}
		start = -1
	}
	for i, r := range s {
		switch {
		case unspaced(r):
			flush(i)
			words = append(words, foldedWord{plainLetters(string(r)), i, i + len(string(r))})
		case !wordRune(r):
			flush(i)
		case start < 0:
			start = i
		}
	}
	flush(len(s))
	return words
}

// matchAt is how many of the first words the term covers, 0 if it does not stand there.
func (t Term) matchAt(words []foldedWord) int {
	want := foldedWords(t.folded)
	if len(want) == 0 || len(want) > len(words) {
		return 0
	}
	for i, w := range want {
		last := i == len(want)-1
		if words[i].text != w.text && !(last && t.prefix && strings.HasPrefix(words[i].text, w.text)) {
			return 0
		}
	}
	return len(want)
}
