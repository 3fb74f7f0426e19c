#!/bin/sh
# Makes sure that there is a browser for the tests: finds one, or installs Debian's Chromium where
# it may. Prints nothing when there is one. CHROMIUM names one that is not on the PATH.
set -eu
. "${0%/*}/install.sh"

found() {
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

found && exit 0
install chromium Chromium || true
found && exit 0
echo "The tests need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM to the path of one." >&2
exit 1
