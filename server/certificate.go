package server

import (
	"bytes"
	"errors"
	"slices"

	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
)

// named is the person whom a certificate of one of our authorities names. One that names
// nobody in particular lets nobody in.
func (g *guest) named(cert *gossh.Certificate) (store.Person, error) {
	s := g.server
	ours := func(ca gossh.PublicKey) bool {
		return slices.ContainsFunc(s.UserCA, func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), ca.Marshal()) })
	}
	if cert.CertType != gossh.UserCert || !ours(cert.SignatureKey) {
		return store.Person{}, errUnknownKey
	}
	checker := gossh.CertChecker{Clock: s.Now}
	for _, principal := range cert.ValidPrincipals {
		if err := checker.CheckCert(principal, cert); err != nil {
			return store.Person{}, err
		}
		p, err := s.store.PersonByHandle(s.ctx, principal)
		if !errors.Is(err, store.ErrNotFound) {
			return p, err
		}
	}
	return store.Person{}, errUnknownKey
}
