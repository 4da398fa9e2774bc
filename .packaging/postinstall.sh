#!/bin/sh
# Makes the user that the service runs as, and nothing else: what starts, and when, is up to whoever installs it.
# Nothing is done on removal: the data stays in /var/lib/tincan until somebody deletes that folder.
set -e
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --root="${DPKG_ROOT:-/}" tincan.conf
elif ! id tincan >/dev/null 2>&1; then
	useradd ${DPKG_ROOT:+--prefix "$DPKG_ROOT"} --system --user-group --home-dir /var/lib/tincan --shell /usr/sbin/nologin tincan
fi
