package server

import (
	"bytes"
	"errors"
	"fmt"
	"os"
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

// LoadUserCA reads the public keys of the authorities whose certificates let people in: a line each,
// as OpenSSH's TrustedUserCAKeys has them. Its errors are sentences for the operator.
func LoadUserCA(path string) ([]gossh.PublicKey, error) {
	rest, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%w); name the file of the authorities' public keys", path, errors.Unwrap(err))
	}
	var keys []gossh.PublicKey
	for len(bytes.TrimSpace(rest)) > 0 {
		var key gossh.PublicKey
		if key, _, _, rest, err = gossh.ParseAuthorizedKey(rest); err != nil {
			return nil, fmt.Errorf("%s holds a line that is no public key (%w); it takes lines that start like: ssh-ed25519 AAAA", path, err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no public key; it takes lines that start like: ssh-ed25519 AAAA", path)
	}
	return keys, nil
}
