package tui

import (
	"reflect"
	"testing"
	"time"

	"tincan/store"
)

// A storm of events is heard a few times a second; what is about my inbox is not lost in it.
func TestEventsOfAStorm(t *testing.T) {
	t.Parallel()
	ch := make(chan store.Event, 16)
	at := theDay
	l := &listener{app: &app{me: 1}, events: ch, now: func() time.Time { return at }, pause: func(d time.Duration) { at = at.Add(d) }}
	hears := func(after time.Duration, want ...store.Event) {
		t.Helper()
		if got := l.next(); !reflect.DeepEqual(got, eventsMsg(want)) || at.Sub(theDay) != after {
			t.Errorf("%v after %s, not %v after %s", got, at.Sub(theDay), want, after)
		}
	}
	for i := range int64(eventsAtOnce) {
		ch <- store.Event{Kind: store.Posted, Post: i}
		hears(0, store.Event{Kind: store.Posted, Post: i})
	}
	for i := range int64(10) {
		ch <- store.Event{Kind: store.Posted, Post: i}
	}
	ch <- store.Event{Kind: store.Inbox, By: 2}
	ch <- store.Event{Kind: store.Inbox, By: 1}
	hears(eventsEvery, store.Event{Kind: store.Reload}, store.Event{Kind: store.Inbox, By: 2})
	for i := range int64(10) {
		ch <- store.Event{Kind: store.Posted, Post: i}
	}
	var posts []store.Event
	for i := range int64(10) {
		posts = append(posts, store.Event{Kind: store.Posted, Post: i})
	}
	hears(2*eventsEvery, posts...)
	ch <- store.Event{Kind: store.Posted}
	ch <- store.Event{Kind: store.Posted, Root: 1}
	hears(3*eventsEvery, store.Event{Kind: store.Reload})
	ch <- store.Event{Kind: store.People}
	hears(4*eventsEvery, store.Event{Kind: store.People})
	at = at.Add(time.Minute)
	ch <- store.Event{Kind: store.Posted}
	hears(4*eventsEvery+time.Minute, store.Event{Kind: store.Posted})
	close(ch)
	if got := l.next(); got != nil {
		t.Errorf("%v when it has ended", got)
	}
}

// What is heard is read by one command and told by one message; it is not drawn before, and nothing else is
// heard meanwhile.
func TestWhatIsHeardIsDrawnOnce(t *testing.T) {
	t.Parallel()
	w := settled(t)
	ben := w.person("ben", "Ben Brook", "Operations")
	w.post(ben, w.channel("everyone"), 0, "Hello")
	s := w.sit(80, 24)
	w.post(ben, w.channel("everyone"), 0, "Hello again")
	before := s.m.View().Content
	_, read := s.m.Update(eventsMsg{<-s.m.events.events})
	if s.m.Change() != Later {
		t.Error("it is drawn before anything was read")
	}
	answers, ok := read().(answersMsg)
	if !ok || len(answers) != 1 {
		t.Fatalf("answers: %v", answers)
	}
	_, next := s.m.Update(answers)
	if s.m.Change() != Now || s.m.View().Content == before {
		t.Error("what was read is not drawn at once")
	}
	if next == nil || reflect.ValueOf(next).Pointer() != s.events {
		t.Error("nothing is heard any more")
	}
}
