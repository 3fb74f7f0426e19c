#!/bin/sh
# Makes sure that the tests' Node packages are there: finds Node or installs Debian's where it may,
# then installs what tests/clients/package-lock.json names. Prints nothing when all is there.
set -eu
. "${0%/*}/install.sh"
clients="${0%/*}/../tests/clients"

found() { command -v node >/dev/null && command -v npm >/dev/null; }

found || { install nodejs Node && install npm npm; } || true
if ! found; then
    echo "The tests need Node 20 and npm: install them (Debian: apt-get install nodejs npm)." >&2
    exit 1
fi
if [ "$clients/node_modules/.package-lock.json" -nt "$clients/package-lock.json" ]; then exit 0; fi
echo "Installing the AI SDK's packages for the tests…"
npm --prefix "$clients" ci --no-audit --no-fund --ignore-scripts --loglevel=error
touch "$clients/node_modules/.package-lock.json"
