package store

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// foldVersion is raised when fold, findable.words or tokens give something else than they did, or a post's rowid is another.
const foldVersion = 5

// fold is the form in which words are indexed and looked for: compatibility forms are one (NFKC),
// case is folded (ß is ss), letters lose their diacritics, what is neither letter nor digit only
// separates, and scripts that write no spaces are cut into overlapping pairs, because FTS5's
// tokenizers would take a whole sentence of them for one word. The last character of such a run
// stands once more alone, so that a single one is found there too.
//
//	"Größe, ZOË"  → "grosse zoe"
//	"日本語"       → "日本 本語 語"
func fold(s string) string {
	if plain, ok := foldASCII(s); ok {
		return plain
	}
	return strings.Join(tokens(foldedWords(s)), " ")
}

// foldASCII is fold for what most posts are made of, a twentieth of its cost.
func foldASCII(s string) (folded string, ok bool) {
	plain, ok := appendASCII(make([]byte, 0, len(s)), s)
	return string(bytes.Trim(squeeze(plain), " ")), ok
}

// appendASCII appends s folded, with a space for each character that separates, unless s has other characters.
func appendASCII[T string | []byte](out []byte, s T) (plain []byte, ok bool) {
	start := len(out)
	out = append(out, s...)
	letters, all := out[start:], byte(0)
	for i, c := range letters {
		all |= c
		letters[i] = foldedASCII[c]
	}
	return out, all < utf8.RuneSelf
}

// squeeze leaves one of several spaces, in place.
func squeeze(text []byte) []byte {
	n, last := 0, byte(0)
	for _, c := range text {
		if c != ' ' || last != ' ' {
			text[n] = c
			n++
		}
		last = c
	}
	return text[:n]
}

// foldedASCII is what each character is folded to: what is no letter and no digit is a space.
var foldedASCII = func() (table [256]byte) {
	for i := range table {
		switch c := byte(i); {
		case 'A' <= c && c <= 'Z':
			table[i] = c + 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			table[i] = c
		default:
			table[i] = ' '
		}
	}
	return table
}()

// plainLetters takes case, compatibility forms and diacritics off.
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
	return r >= 0xe00 && (r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}

// foldedWord is a word of a text, or one character of an unspaced script.
type foldedWord struct {
	text       string
	start, end int  // bytes of the text
	unspaced   bool // one character of an unspaced script
	joined     bool // nothing stands between it and the word before
}

// foldedWords cuts s into words, and folds them.
func foldedWords(s string) []foldedWord {
	var words []foldedWord
	inWord, gap := false, true // the last word may grow; something has come after it
	for i := 0; i < len(s); {
		end, plain := nextFolded(s, i)
		for _, r := range plain {
			switch {
			case unicode.IsMark(r) && !inWord, unicode.Is(unicode.Cf, r) && r != '\u200b': // ornaments and joiners do not separate; U+200B is a space
			case unspaced(r) && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)):
				words = append(words, foldedWord{string(r), i, end, true, !gap})
				inWord, gap = false, false
			case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
				inWord, gap = false, true
			case inWord:
				w := &words[len(words)-1]
				w.text, w.end = w.text+string(r), end
			default:
				words = append(words, foldedWord{string(r), i, end, false, !gap})
				inWord, gap = true, false
			}
		}
		i = end
	}
	return words
}

// nextFolded folds the shortest piece of s from i that does not depend on what follows it.
func nextFolded(s string, i int) (end int, plain string) {
	if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
		if 'A' <= c && c <= 'Z' {
			return i + 1, asciiLower[c-'A' : c-'A'+1]
		}
		return i + 1, s[i : i+1]
	}
	end = i + max(1, norm.NFKC.NextBoundaryInString(s[i:], true))
	return end, plainLetters(s[i:end])
}

const asciiLower = "abcdefghijklmnopqrstuvwxyz"

// tokens are words as they stand in the index.
func tokens(words []foldedWord) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.text
		if next := i + 1; w.unspaced && next < len(words) && words[next].unspaced && words[next].joined {
			all[i] += words[next].text
		}
	}
	return all
}

// Term is a word or phrase that was looked for, as it is compared.
type Term struct {
	words  []string // what stands in a text
	tokens []string // the same in the index
	prefix bool     // the last word goes on
	begins bool     // so does the last token
}

// newTerm folds what was typed; ok is false if there is no word in it.
func newTerm(typed string, prefix bool) (term Term, ok bool) {
	words := foldedWords(typed)
	if len(words) == 0 {
		return term, false
	}
	term = Term{tokens: tokens(words), prefix: prefix, begins: prefix}
	for _, w := range words {
		term.words = append(term.words, w.text)
	}
	n := len(words)
	switch last := words[n-1]; {
	case last.unspaced && last.joined && n > 1 && words[n-2].unspaced: // it may go on in the text, and is in the pair before
		term.tokens = term.tokens[:n-1]
	case last.unspaced:
		term.begins = true
	}
	return term, true
}

// Matches returns where the terms stand in body, as byte ranges in order, so that a screen can light them.
func Matches(body string, terms []Term) [][2]int {
	words := foldedWords(body)
	var found [][2]int
	for i := 0; i < len(words); i++ {
		longest := 0
		for _, t := range terms {
			longest = max(longest, t.matchAt(words[i:]))
		}
		if longest > 0 {
			found = append(found, [2]int{words[i].start, words[i+longest-1].end})
			i += longest - 1
		}
	}
	return found
}

// matchAt is how many of the first words the term covers, 0 if it does not stand there.
func (t Term) matchAt(words []foldedWord) int {
	if len(t.words) > len(words) {
		return 0
	}
	for i, w := range t.words {
		last := i == len(t.words)-1
		if words[i].text != w && !(last && t.prefix && strings.HasPrefix(words[i].text, w)) {
			return 0
		}
	}
	return len(t.words)
}

// sieve tells the texts in which all of some terms stand.
type sieve struct {
	words   [][]byte // of all terms
	phrases [][]byte // the terms of several words
	text    []byte   // the last one
}

func newSieve(terms []Term) *sieve {
	s := &sieve{}
	for _, t := range terms {
		end := " "
		for i, token := range t.tokens {
			if i == len(t.tokens)-1 && t.begins {
				end = ""
			}
			s.words = append(s.words, []byte(" "+token+end))
		}
		if len(t.tokens) > 1 {
			s.phrases = append(s.phrases, []byte(" "+strings.Join(t.tokens, " ")+end))
		}
	}
	return s
}

// passes reports whether all terms stand in a text, and worded whether at least all of their words do.
func (s *sieve) passes(body []byte) (passes, worded bool) {
	text, ok := appendASCII(append(s.text[:0], ' '), body)
	if !ok {
		text = append(text[:1], fold(string(body))...)
	}
	s.text = append(text, ' ')
	if !containsAll(s.text, s.words) {
		return false, false
	}
	return len(s.phrases) == 0 || containsAll(squeeze(s.text), s.phrases), true
}

func containsAll(text []byte, all [][]byte) bool {
	return !slices.ContainsFunc(all, func(p []byte) bool { return !bytes.Contains(text, p) })
}

// count is how often the term stands in the tokens of a text.
func (t Term) count(tokens []string) (n int) {
	for i := 0; i+len(t.tokens) <= len(tokens); i++ {
		last := i + len(t.tokens) - 1
		if slices.Equal(tokens[i:last], t.tokens[:len(t.tokens)-1]) &&
			(tokens[last] == t.tokens[len(t.tokens)-1] || t.begins && strings.HasPrefix(tokens[last], t.tokens[len(t.tokens)-1])) {
			n++
		}
	}
	return n
}
