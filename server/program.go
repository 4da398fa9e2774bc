package server

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"tincan/tui"
)

const (
	paintEvery = time.Second / 60      // a busy screen is drawn no more often than most monitors are
	atOnce     = 3                     // frames that somebody who types may be ahead of that: what a key brings about, and the next keys
	together   = 20 * time.Millisecond // what comes of one event, in several answers of the store, is drawn at once
	underWay   = 256                   // commands of a session at once, before what is typed waits: fingers bring about a few, and others wait for the store behind them
)

// program runs the interface's model in one session. Bubble Tea's own passes a message from the goroutine that brings
// it to one that updates, one that starts what follows, and one that does it, each with a stack of its own: for a post
// on a thousand screens that costs more than to draw it. Here whoever brings a message hands it to the model, sees
// whether there is something to draw, and goes on with what follows. So one goroutine hears an event, reads what it is
// about, updates, writes the frame and waits for the next event.
//
// Neither updating nor drawing waits for anything, so one lock is enough for both, and nothing is written while it is
// held: while the client takes nothing the program goes on, and what it looks like by then is drawn next. It draws at
// once, and in a busy time every paintEvery.
type program struct {
	model    tea.Model
	painter  *painter
	start    func(func())        // a goroutine of the session
	sized    func()              // told when the model knows its first size
	followed func(time.Duration) // told how long a key took to be seen
	seen     func(time.Duration) // how long a post of somebody else took
	ctx      context.Context     // of the session, from run on
	over     func()              // ends the session: the model has quit or is broken
	writes   sync.WaitGroup
	busy     atomic.Int64 // commands under way
	room     sync.Cond    // of mu, told when there are few again, and at the end

	mu      sync.Mutex
	ended   bool // nothing is taken in any more
	why     error
	paid    time.Time // until then, what has been drawn is more than paintEvery allows
	changed bool      // that may be something else than the model
	due     bool      // a frame is on its way
	typed   bool      // somebody waits for the next frame
	pressed time.Time // when the first key came that no frame has been drawn after
	posted  time.Time // when the first post was written that the next frame shows
	follows time.Time // pressed, of what is to be written
	shows   time.Time // posted, of what is to be written
	writing bool
	again   bool // something is to be written after that
}

// page is what is written at once, with when the first key came that it follows, and the first post that it shows.
type page struct {
	bytes          []byte
	follows, shows time.Time
}

// errBroken is a panic of the model or of a command.
var errBroken = errors.New("panic in the interface")

func newProgram(m tea.Model, p *painter, start func(func()), sized func(*program)) *program {
	g := &program{model: m, painter: p, start: start, paid: time.Now().Add(paintEvery)}
	g.sized = sync.OnceFunc(func() { sized(g) })
	g.room.L = &g.mu
	return g
}

// run runs the model until it quits or is broken, which end brings about, or ctx ends, beside input, which brings what is
// typed. It leaves the terminal as it was found. What the model begins with runs here, and what follows from it: it
// hears events, and the goroutine that would wait for the end need not be another one. So that has to end with ctx.
func (g *program) run(ctx context.Context, end, input func()) error {
	g.ctx, g.over = ctx, end
	first := g.begin()
	g.bring(tea.ColorProfileMsg{Profile: g.painter.profile})
	g.bring(tea.WindowSizeMsg{Width: g.painter.width, Height: g.painter.height})
	g.start(input)
	g.work(first)
	<-ctx.Done()
	g.stop(ctx.Err())
	g.writes.Wait()
	g.painter.close()
	return g.why
}

func (g *program) begin() tea.Cmd {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.rescue()
	g.painter.ask()
	return g.model.Init()
}

// stop ends the program: from then on the model is left alone.
func (g *program) stop(why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.end(why)
}

func (g *program) end(why error) {
	if !g.ended {
		g.ended, g.why = true, why
		g.over()
		g.room.Broadcast()
	}
}

// rescue is deferred around the model, and ends the program if that panics.
func (g *program) rescue() {
	if r := recover(); r != nil {
		g.end(broken(r))
	}
}

func broken(r any) error { return fmt.Errorf("%w: %v\n%s", errBroken, r, debug.Stack()) }

// bring takes in a message of somebody who waits neither for what follows nor for the client.
func (g *program) bring(msg tea.Msg) {
	next, out := g.take(msg)
	g.follow(next)
	if len(out.bytes) > 0 {
		g.start(func() { g.write(out) })
	}
}

// typing is bring for what is typed, which waits while too much follows from what was typed before: a key that is held
// down would else keep the store from everybody.
func (g *program) typing(msg tea.Msg) {
	if g.busy.Load() >= underWay {
		g.mu.Lock()
		for g.busy.Load() >= underWay && !g.ended {
			g.room.Wait()
		}
		g.mu.Unlock()
	}
	g.bring(msg)
}

// follow runs a command, and what follows from it, beside.
func (g *program) follow(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	g.busy.Add(1)
	g.start(func() {
		defer g.done()
		g.work(cmd)
	})
}

// done notes that a command is no longer under way.
func (g *program) done() {
	if g.busy.Add(-1) == underWay-1 {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.room.Broadcast()
	}
}

// work runs a command, and what follows from it.
func (g *program) work(cmd tea.Cmd) {
	for cmd != nil {
		switch msg := g.result(cmd).(type) {
		case tea.BatchMsg:
			cmd = g.first(msg)
		default:
			var out page
			cmd, out = g.take(msg)
			g.write(out)
		}
	}
}

// first is the first of some commands, while the others run beside.
func (g *program) first(all []tea.Cmd) tea.Cmd {
	if len(all) == 0 {
		return nil
	}
	for _, cmd := range all[1:] {
		g.follow(cmd)
	}
	return all[0]
}

// inOrder runs commands one after the other, each with what it consists of; what follows from them runs beside.
func (g *program) inOrder(all []tea.Cmd) {
	for _, cmd := range all {
		msg := g.result(cmd)
		if more := list(msg); more != nil {
			g.inOrder(more)
			continue
		}
		next, out := g.take(msg)
		g.write(out)
		g.follow(next)
	}
}

// list is the commands that a message consists of. The type of those that run in order has no exported name.
func list(msg tea.Msg) []tea.Cmd {
	if v := reflect.ValueOf(msg); v.IsValid() && v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
		return v.Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd)
	}
	return nil
}

// result runs one command.
func (g *program) result(cmd tea.Cmd) tea.Msg {
	defer func() {
		if r := recover(); r != nil {
			g.stop(broken(r))
		}
	}()
	if cmd == nil {
		return nil
	}
	return cmd()
}

// take hands a message to the model. Whoever brings it writes out, and goes on with what follows.
func (g *program) take(msg tea.Msg) (next tea.Cmd, out page) {
	if msg == nil {
		return nil, page{}
	}
	if all := list(msg); all != nil {
		return func() tea.Msg { g.inOrder(all); return nil }, page{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.rescue()
	if g.ended || g.ctx.Err() != nil { // what the end has interrupted would be drawn as a failure
		return nil, page{}
	}
	if _, quit := msg.(tea.QuitMsg); quit {
		g.end(nil)
		return nil, page{}
	}
	next = g.update(msg)
	return next, g.turn()
}

// update hands a message on; what Bubble Tea would have written for it is said here.
func (g *program) update(msg tea.Msg) (next tea.Cmd) {
	p := g.painter
	switch msg := msg.(type) {
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg:
		g.typed = true
		if _, press := msg.(tea.KeyPressMsg); press && g.pressed.IsZero() {
			g.pressed = time.Now()
		}
	case tea.WindowSizeMsg:
		p.resize(msg)
		g.sized()
	case tea.ColorProfileMsg:
		p.profile = msg.Profile
	case tea.ModeReportMsg:
		p.told(msg)
	case tea.RawMsg:
		p.say(fmt.Sprint(msg.Msg))
	default:
		p.say(asked(msg))
	}
	if k, pressed := msg.(tea.KeyPressMsg); msg == tea.ClearScreen() || pressed && k.String() == anew {
		p.clear()
	}
	g.model, next = g.model.Update(msg)
	change := tui.Soon
	if m, ok := g.model.(*tui.Model); ok {
		change = m.Change()
	}
	g.changed = g.changed || change != tui.Later
	g.typed = g.typed || change == tui.Now
	return next
}

// turn is what is to be written now: what has been said, and a frame, if somebody has typed and few have been drawn a
// moment ago; else one is drawn as soon as it may. While something is being written it waits until that is done, and what
// is said before the first frame waits for that: one packet is cheaper than two.
func (g *program) turn() (out page) {
	if g.again = g.writing; g.writing {
		return page{}
	}
	if g.changed {
		g.show()
	}
	if out.bytes = g.painter.buf; len(out.bytes) == 0 || !g.painter.on {
		return page{}
	}
	out.follows, out.shows = g.follows, g.shows
	g.painter.buf, g.follows, g.shows = nil, time.Time{}, time.Time{}
	g.writing = true
	g.writes.Add(1)
	return out
}

// show draws what has changed, or sees to it that it is drawn soon.
func (g *program) show() {
	now := time.Now()
	wait := g.paid.Sub(now)
	if g.typed {
		wait -= (atOnce - 1) * paintEvery
	} else {
		wait = max(wait, together)
	}
	if wait <= 0 {
		g.painter.frame(g.view())
		g.changed, g.typed = false, false
		if len(g.painter.buf) > 0 {
			g.paid = later(g.paid, now).Add(paintEvery)
			g.follows, g.shows = first(g.follows, g.pressed), first(g.shows, g.posted)
		}
		g.pressed, g.posted = time.Time{}, time.Time{}
	} else if !g.due {
		g.due = true
		time.AfterFunc(wait, func() { g.start(g.frame) })
	}
}

// view is what the model looks like, row by row.
func (g *program) view() (tea.View, []string) {
	if m, ok := g.model.(interface{ Rows() (tea.View, []string) }); ok {
		return m.Rows()
	}
	v := g.model.View()
	return v, strings.Split(v.Content, "\n")
}

// frame draws the frame that was due.
func (g *program) frame() {
	g.mu.Lock()
	g.due = false
	g.mu.Unlock()
	g.write(g.more())
}

// write writes a page, and what is to be written by then.
func (g *program) write(out page) {
	for len(out.bytes) > 0 {
		g.painter.write(out.bytes)
		since(out.follows, g.followed)
		since(out.shows, g.seen)
		out = g.written()
	}
}

// written notes that a page is written, and returns what is to be written after it.
func (g *program) written() page {
	g.mu.Lock()
	g.writing = false
	again := g.again
	g.mu.Unlock()
	g.writes.Done()
	if !again {
		return page{}
	}
	return g.more()
}

// more is what is to be written now that nobody brings anything.
func (g *program) more() page {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.rescue()
	if g.ended {
		return page{}
	}
	g.typed = g.changed
	return g.turn()
}

// heard notes that the next frame shows what was posted then. The model tells of it while it is updated.
func (g *program) heard(posted time.Time) { g.posted = first(g.posted, posted) }

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// first is the earlier of two times; the zero time is none.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// since tells how long ago something was, if it was and somebody listens.
func since(at time.Time, listener func(time.Duration)) {
	if !at.IsZero() && listener != nil {
		listener(time.Since(at))
	}
}
