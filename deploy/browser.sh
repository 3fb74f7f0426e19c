#!/bin/sh
# Makes sure that there is a browser for the tests: finds one, or installs Debian's Chromium where
# it may. Prints nothing when there is one. CHROMIUM names one that is not on the PATH.
set -eu

found() {
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
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
    echo "Installing Chromium for the tests…"
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
}

found && exit 0
install || true
found && exit 0
echo "The tests need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM to the path of one." >&2
exit 1
