package server

import (
	"context"
	"errors"
	"runtime/debug"

	"tincan/store"
)

// present notes whose a session is, from before their right to be here is looked at: so that it cannot end unnoticed.
func (s *Server) present(sn *session, who pass) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[sn] = who
}

// gone undoes present.
func (s *Server) gone(sn *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people, sn)
}

// stands is nil, or why a pass is worth no more: by the keys or the password that it was given for, somebody else may be here.
func (p pass) stands(me store.Person) error {
	if p.resets == me.Resets {
		return nil
	}
	return refuse(store.ErrForbidden, "Your keys and password were reset, so all that was open is closed. Ask an admin for the letter that lets you in again.")
}

// watch ends the sessions of whoever loses the right to be here (suspended, reset, or left), until the server stops.
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
	open := map[int64]map[*session]pass{}
	s.mu.Lock()
	for sn, who := range s.people {
		if person == 0 || who.person == person {
			if open[who.person] == nil {
				open[who.person] = map[*session]pass{}
			}
			open[who.person][sn] = who
		}
	}
	s.mu.Unlock()
	for of, sessions := range open {
		me, err := s.store.Me(s.ctx, of)
		for sn, who := range sessions {
			why := err
			if err == nil {
				why = who.stands(me)
			}
			if errors.Is(why, store.ErrForbidden) {
				sn.cancel(why)
			}
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
