#!/bin/sh
# Makes sure that the tests can start a PostgreSQL server of their own: finds the programs, or
# installs Debian's packages where it may. Prints nothing when they are there. Starts nothing.
set -eu
. "${0%/*}/install.sh"

found() {
    for program in /usr/lib/postgresql/*/bin/initdb; do
        if [ -x "$program" ]; then return 0; fi
    done
    command -v initdb >/dev/null && command -v pg_ctl >/dev/null
}

found && exit 0
install postgresql PostgreSQL || true
found && exit 0
echo "The tests need PostgreSQL's server programs, initdb and pg_ctl: install them (Debian: apt-get install postgresql)." >&2
exit 1
