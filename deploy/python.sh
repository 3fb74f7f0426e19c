#!/bin/sh
# Makes .venv with the Python that is named, or says in a sentence why that cannot be.
set -eu
python=$1

if ! command -v "$python" >/dev/null; then
    echo "There is no $python here: install Python 3.11 or newer, or name one: make run PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Tickertape needs Python 3.11 or newer; $python is $("$python" -c 'import platform; print(platform.python_version())'). Name another: make run PYTHON=python3.12" >&2
    exit 1
fi
# Debian keeps it in a package of its own; without it venv leaves half an environment behind.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)." >&2
    exit 1
fi
"$python" -m venv .venv
