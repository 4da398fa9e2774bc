package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"tincan/store"
)

// serviceEvery is how often what is counted of the service is written down: a minute is as fine as its figures are.
const serviceEvery = time.Minute

// service counts how well the server does, until it is written down. It knows nothing of who does what.
type service struct {
	mu    sync.Mutex
	count store.Service
	since time.Time // when it was written down last
}

// followed counts a key by how long the screen took to follow.
func (s *Server) followed(took time.Duration) {
	s.service.followed(took)
	s.metrics.followed(took)
}

// refused counts a wrong code or password.
func (s *service) refused() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.Refused++
}

// followed counts a key by how long the screen took to follow.
func (s *service) followed(took time.Duration) {
	step := 0
	for step < len(store.KeySteps) && took > time.Duration(store.KeySteps[step])*time.Millisecond {
		step++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.Keys[step]++
}

// begin counts from now on.
func (s *service) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = now
}

// take is what was counted since the last time, with the seconds that the server has been there.
func (s *service) take(now time.Time) store.Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.count
	whole := max(now.Sub(s.since), 0).Truncate(time.Second)
	is.Seconds = int(whole / time.Second)
	s.count, s.since = store.Service{}, s.since.Add(whole)
	if now.Before(s.since) { // the clock went back
		s.since = now
	}
	return is
}

// noteService writes down what is counted, until the server stops and once more then.
func (s *Server) noteService() {
	tick := time.NewTicker(serviceEvery)
	defer tick.Stop()
	for ended := false; !ended; {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			ended = true
		}
		if err := s.store.NoteService(context.WithoutCancel(s.ctx), s.service.take(s.Now())); err != nil && !errors.Is(err, store.ErrReadOnly) { // a trial that is over
			s.Log.Warn("how well the server does was not written down", "err", err)
		}
	}
}
