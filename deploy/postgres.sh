#!/bin/sh
# Makes sure that the tests can start a PostgreSQL server of their own: finds the programs, or
# installs Debian's packages where it may. Prints nothing when they are there. Starts nothing.
set -eu

found() {
    for program in /usr/lib/postgresql/*/bin/initdb; do
        if [ -x "$program" ]; then return 0; fi
    done
    command -v initdb >/dev/null && command -v pg_ctl >/dev/null
}

install() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        return 1
    fi
    echo "Installing PostgreSQL for the tests…"
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
}

found && exit 0
install || true
found && exit 0
echo "The tests need PostgreSQL's server programs, initdb and pg_ctl: install them (Debian: apt-get install postgresql)." >&2
exit 1
