package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
)

const (
	defaultListen = ":2222"
	sshPort       = "22" // what ssh takes where no port is named
)

// hostName is what may stand in a line that people paste into a shell: names and addresses, nothing a shell acts on.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// splitAddress takes host, host:port or [v6]:port apart. The port is 22 where none is named.
func splitAddress(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), sshPort
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || (net.ParseIP(host) == nil && !hostName.MatchString(host)) {
		return "", "", fmt.Errorf("%q is no address; write a name that people can reach, with the port where it is not 22: social.corp or social.corp:2222", address)
	}
	return host, port, nil
}

// sshArguments is what people type after ssh to come in at address.
func sshArguments(address string) (string, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return "", err
	}
	if port == sshPort {
		return host, nil
	}
	return "-p " + port + " " + host, nil
}

// sshLine is the whole line that people type to come in at address.
func sshLine(address string) (string, error) {
	arguments, err := sshArguments(address)
	return "ssh " + arguments, err
}

// thisMachine is the address of a server on this machine that listens at listen: as seen from
// here where it listens everywhere.
func thisMachine(listen, everywhere string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return everywhere
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = everywhere
	}
	return net.JoinHostPort(host, port)
}

// guessedAddress is what an invitation says when nobody has given an address yet.
func guessedAddress() (string, error) {
	name, err := os.Hostname()
	if err != nil || !hostName.MatchString(name) {
		return "", errors.New("nobody has said yet what people type to come in; say it once: tincan serve --address social.corp")
	}
	return thisMachine(defaultListen, name), nil
}

// fingerprint is the SHA256 fingerprint of a host key, as ssh shows it to people (RFC 4648 base 64 without padding).
func fingerprint(key interface{ Marshal() []byte }) string {
	sum := sha256.Sum256(key.Marshal())
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}
