package server

import (
	"bytes"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

const (
	pasteEnd    = "\x1b[201~"
	maxPaste    = 1 << 20 // bytes; the rest is dropped: no field takes as much
	chunkBytes  = 1 << 10 // bytes read at once: a key is a few
	maxSequence = 4 << 10 // bytes of an escape sequence that has not ended

	escapeDelay   = 50 * time.Millisecond // after which a lone Escape is a key, as in other programs
	sequenceDelay = time.Second           // after which the start of a longer sequence or a character is given up
)

// typing turns what a client types into messages, until the session ends. It ends with its
// input: nobody could even leave any more.
func (sn *session) typing(r io.Reader, send func(tea.Msg)) {
	var mu sync.Mutex // held while messages are sent, so that they keep their order
	var in input
	say := func(msgs []tea.Msg) {
		for _, m := range msgs {
			send(m)
		}
	}
	pause := time.AfterFunc(time.Hour, func() {
		sn.start(func() {
			mu.Lock()
			defer mu.Unlock()
			say(in.decode(true))
		})
	})
	defer pause.Stop()
	chunk := make([]byte, chunkBytes)
	for sn.ctx.Err() == nil {
		pause.Stop()
		if wait := in.patience(); wait > 0 {
			pause.Reset(wait)
		}
		n, err := r.Read(chunk)
		mu.Lock()
		say(in.feed(chunk[:n]))
		mu.Unlock()
		if err != nil {
			sn.end()
		}
	}
}

// input decodes what a terminal sends, and holds back what is not whole yet.
type input struct {
	decoder uv.EventDecoder
	rest    []byte // the start of a character or sequence, or of the end of a paste
	pasting bool
	paste   []byte
}

// feed takes more bytes and returns what they mean so far.
func (in *input) feed(p []byte) []tea.Msg {
	in.rest = append(in.rest, p...)
	return in.decode(false)
}

// patience is how long to wait for the rest of what is held back; 0: there is nothing to wait for.
func (in *input) patience() time.Duration {
	switch {
	case len(in.rest) == 0 || in.pasting:
		return 0
	case in.rest[0] == esc && len(in.rest) <= 2:
		return escapeDelay
	}
	return sequenceDelay
}

// decode returns the messages in rest; final takes what is not whole for all there is.
func (in *input) decode(final bool) (msgs []tea.Msg) {
	for len(in.rest) > 0 {
		if in.pasting {
			if !in.pasted() {
				return msgs
			}
			msgs = said(msgs, uv.PasteEvent{Content: string(bytes.ToValidUTF8(in.paste, nil))})
			in.paste = nil
			continue
		}
		n, event := in.decoder.Decode(in.rest)
		n = max(n, 1)
		_, unknown := event.(uv.UnknownEvent)
		if in.open(n, unknown) && !final && len(in.rest) <= maxSequence {
			return msgs
		}
		in.rest = in.rest[n:]
		if _, start := event.(uv.PasteStartEvent); start {
			in.pasting = true
		} else if more, ok := event.(uv.MultiEvent); ok {
			for _, e := range more {
				msgs = said(msgs, e)
			}
		} else {
			msgs = said(msgs, event)
		}
	}
	in.rest = nil
	return msgs
}

// open reports whether more may belong to what has been decoded from the first n bytes of rest.
func (in *input) open(n int, unknown bool) bool {
	rest := in.rest
	switch {
	case rest[0] != esc:
		return unknown && n == len(rest) || !utf8.FullRune(rest)
	case bytes.HasPrefix(rest, []byte("\x1b[M")): // the oldest mouse reports: three bytes follow
		return len(rest) < 6
	case len(rest) > 1 && !utf8.FullRune(rest[1:]):
		return true
	}
	return n == len(rest) && (unknown || n <= 2 || rest[n-1] == esc) // what ends with Escape and a backslash
}

// said adds what the interface may hear of an event. Sizes are not among that: a terminal's own word for its size is not
// held to our bounds.
func said(msgs []tea.Msg, event uv.Event) []tea.Msg {
	switch e := event.(type) {
	case uv.KeyPressEvent:
		return append(msgs, tea.KeyPressMsg(e))
	case uv.KeyReleaseEvent:
		return append(msgs, tea.KeyReleaseMsg(e))
	case uv.PasteEvent:
		return append(msgs, tea.PasteMsg(e))
	case uv.MouseClickEvent:
		return append(msgs, tea.MouseClickMsg(e))
	case uv.MouseReleaseEvent:
		return append(msgs, tea.MouseReleaseMsg(e))
	case uv.MouseMotionEvent:
		return append(msgs, tea.MouseMotionMsg(e))
	case uv.MouseWheelEvent:
		return append(msgs, tea.MouseWheelMsg(e))
	case uv.FocusEvent:
		return append(msgs, tea.FocusMsg(e))
	case uv.BlurEvent:
		return append(msgs, tea.BlurMsg(e))
	case uv.BackgroundColorEvent:
		return append(msgs, tea.BackgroundColorMsg(e))
	case uv.ModeReportEvent:
		return append(msgs, tea.ModeReportMsg(e))
	}
	return msgs
}

// pasted moves pasted text out of rest, and reports whether that was the end of it.
func (in *input) pasted() bool {
	n := bytes.Index(in.rest, []byte(pasteEnd))
	ends := n >= 0
	if !ends {
		n = max(len(in.rest)-len(pasteEnd)+1, 0)
	}
	in.paste = append(in.paste, in.rest[:min(n, maxPaste-len(in.paste))]...)
	in.rest = in.rest[n:]
	if ends {
		in.rest = in.rest[len(pasteEnd):]
		in.pasting = false
	}
	return ends
}
