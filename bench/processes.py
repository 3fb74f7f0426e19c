"""Starting the app and the simulator as processes of their own, and ending what was started."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-or-v1-" + "b" * 64
"""A key of OpenRouter's shape that only a simulator takes."""

_START_S = 60.0
_GRACE_S = 5.0
_LOOK_S = 0.01
_LAST_CHARS = 2000


def free_port() -> int:
    """A port of this machine that nothing listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(
    condition: Callable[[], bool], within_s: float, what: str, look_s: float = _LOOK_S
) -> None:
    """Looks a hundred times a second, unless said otherwise, until the condition holds.

    Raises:
        TimeoutError: it did not in time; the text names what was waited for.
    """
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what} was not there after {within_s:.0f} s")
        time.sleep(look_s)


def end(process: subprocess.Popen[bytes], *, group: bool = False) -> None:
    """Asks a process to end, and makes it.

    Args:
        process: One that was started here.
        group: It was started in a session of its own: end what it started too.
    """
    if process.poll() is None:
        _signal(process, signal.SIGTERM, group=group)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL, group=group)
            process.wait()


@contextmanager
def simulator() -> Iterator[str]:
    """A simulator in a process of its own; gives its origin, as `http://127.0.0.1:9000`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chat.simulator", "--port", "0", "--any-key"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        if process.stdout is None:  # not with PIPE; the type does not know
            raise RuntimeError("the simulator has no output")
        with process.stdout as words:
            yield words.readline().decode().strip().removesuffix("/api/v1")
    finally:
        end(process)


@contextmanager
def app(settings: Mapping[str, str], port: int | None = None) -> Iterator[str]:
    """The app by `streamlit run` with a database of its own; gives its address once it is healthy.

    Args:
        settings: Environment variables, beside those that every bench sets.
        port: Where it listens; any that is free when left out.

    Raises:
        TimeoutError: it did not become healthy.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    with run_app([*command, f"--server.port={port}"], settings) as process:
        wait_healthy(process, port)
        yield f"http://localhost:{port}/"


@contextmanager
def run_app(
    command: Sequence[str], settings: Mapping[str, str], *, in_project: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Any command that starts the app, with a database of its own.

    What it prints is a note on the error that ends the block, if one does.

    Args:
        command: What is run.
        settings: Environment variables, beside those that every bench sets.
        in_project: In the project's folder, whose `.streamlit/` Streamlit then heeds; otherwise in
            an empty one.
    """
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        Path(folder, "words.txt").open("w+b") as words,
    ):
        process = subprocess.Popen(  # noqa: S603 - fixed words
            command,
            cwd=ROOT if in_project else folder,
            env={**_environment(), "DATABASE_URL": f"sqlite:///{folder}/bench.db", **settings},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        except (RuntimeError, TimeoutError) as error:
            words.seek(0)
            error.add_note(words.read().decode(errors="replace")[-_LAST_CHARS:])
            raise
        finally:
            end(process, group=True)


def wait_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the app says that it is well.

    Raises:
        RuntimeError: it has ended.
        TimeoutError: it did not say so.
    """
    wait_until(lambda: _is_healthy(process, port), _START_S, "the app")


def _is_healthy(process: subprocess.Popen[bytes], port: int) -> bool:
    if process.poll() is not None:
        raise RuntimeError("the app ended while it was starting")
    try:
        return httpx2.get(f"http://localhost:{port}/_stcore/health", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def _environment() -> dict[str, str]:
    """Ours, without settings of an operator that would change what is measured."""
    foreign = ("OPENAI_", "OPENROUTER_", "STREAMLIT_", "DEFAULT_")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)}


def _signal(process: subprocess.Popen[bytes], number: int, *, group: bool) -> None:
    if group and hasattr(os, "killpg"):
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
