package server

import "strings"

// word is one word of a command line, and where it starts in it.
type word struct {
	text string
	at   int
}

// split takes a command line apart as a POSIX shell does (XCU §2.2: quotes and backslashes;
// nothing is expanded). Where quotes do not balance, whole is false and the last word is what
// stands behind the open quote. Unlike the splitter that the SSH library brings, it keeps
// empty words, and knows where each one starts.
func split(line string) (words []word, whole bool) {
	for i := 0; ; {
		for i < len(line) && isBlank(line[i]) {
			i++
		}
		if i == len(line) {
			return words, true
		}
		w := word{at: i}
		var b strings.Builder
		var ok, empty bool
		i, ok, empty = splitOne(line, i, &b)
		w.text = b.String()
		if !empty {
			words = append(words, w)
		}
		if !ok {
			return words, false
		}
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// splitOne reads the word that starts at i and returns where it ends.
func splitOne(line string, i int, b *strings.Builder) (end int, whole, nothing bool) {
	start, quoted := i, false
	for i < len(line) && !isBlank(line[i]) {
		switch c := line[i]; c {
		case '\'':
			n := strings.IndexByte(line[i+1:], '\'')
			if n < 0 {
				return len(line), false, false
			}
			b.WriteString(line[i+1 : i+1+n])
			i += n + 2
			quoted = true
		case '"':
			n, ok := inDoubles(line[i+1:], b)
			if !ok {
				return len(line), false, false
			}
			i += n + 2
			quoted = true
		case '\\':
			if i+1 == len(line) {
				return len(line), false, false
			}
			if line[i+1] != '\n' { // backslash and newline are nothing
				b.WriteByte(line[i+1])
				quoted = true
			}
			i += 2
		default:
			b.WriteByte(c)
			i++
		}
	}
	return i, true, i > start && b.Len() == 0 && !quoted
}

// inDoubles reads up to the closing double quote, where a backslash quotes only what is special there.
func inDoubles(s string, b *strings.Builder) (n int, closed bool) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return i, true
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\\n", s[i+1]) >= 0:
			if i++; s[i] != '\n' {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return 0, false
}
