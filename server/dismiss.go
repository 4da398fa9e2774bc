package server

import (
	"context"
	"errors"
	"runtime/debug"

	"tincan/store"
)

// present notes whose a session is, from before their right to be here is looked at: so that it cannot end unnoticed.
func (s *Server) present(sn *session, person int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[sn] = person
}

// gone undoes present.
func (s *Server) gone(sn *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people, sn)
}

// watch ends the sessions of whoever loses the right to be here (suspended, or left), until the server stops.
func (s *Server) watch() {
	for e := range s.store.Subscribe(s.ctx, store.Operator) {
		if e.Kind == store.People || e.Kind == store.Reload {
			s.dismiss(e.Person)
		}
	}
}

// dismiss ends the sessions of a person (0: of all) whom the store does not let in any more, with its sentence.
func (s *Server) dismiss(person int64) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("panic in the watch over sessions", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	open := map[int64][]*session{}
	s.mu.Lock()
	for sn, of := range s.people {
		if person == 0 || of == person {
			open[of] = append(open[of], sn)
		}
	}
	s.mu.Unlock()
	for of, sessions := range open {
		_, err := s.store.Me(s.ctx, of)
		if !errors.Is(err, store.ErrForbidden) {
			continue
		}
		for _, sn := range sessions {
			sn.cancel(err)
		}
	}
}

// dismissed is why a session was ended by dismiss; nil if it was not.
func (sn *session) dismissed() error {
	if err := context.Cause(sn.ctx); errors.Is(err, store.ErrForbidden) {
		return err
	}
	return nil
}
