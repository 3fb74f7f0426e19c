"""The processes behind the browser tests: the app's server, a simulator in OpenRouter's place."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_S = 60
METRICS_TOKEN = "a-token-of-prometheus"
NO_BROWSER = (
    "The browser tests need Chromium: install it (Debian and Ubuntu: apt-get install chromium), "
    "or set CHROMIUM to the path of one."
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OWN_SETTINGS = ("OPENROUTER_API_KEY", "DEFAULT_MODEL", "DEFAULT_MAX_TOKENS")


def find_chromium() -> str:
    """The path of a Chromium; without one the test fails, for skipping would hide it."""
    named = os.environ.get("CHROMIUM")
    found = next(
        (path for name in (named, *_BROWSERS) if name and (path := shutil.which(name))), ""
    )
    return found or pytest.fail(NO_BROWSER, pytrace=False)


@dataclass(frozen=True, slots=True)
class App:
    """A running server.

    Attributes:
        url: Of the chat page, with a slash at the end.
        log: What it has printed so far, both streams.
    """

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def printed(self) -> str:
        """All that stands in its terminal."""
        return self.log.read_text("utf-8", "replace")

    @contextmanager
    def held(self) -> Iterator[None]:
        """A busy moment: the process stands still, and what the browser sends meanwhile waits."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def start_app(
    folder: Path,
    openrouter_url: str,
    *,
    database_url: str | None = None,
    port: int | None = None,
    flags: Sequence[str] = (),
    has_local_model: bool = False,
) -> App:
    """Starts the app as an operator does, on a free port, with its database in the folder.

    Nothing of the developer's own `.env` counts: what could, is set to nothing.

    Args:
        folder: Its terminal goes there too.
        openrouter_url: Where OpenRouter is.
        database_url: Another database.
        port: A certain port, where its address has to be known before.
        flags: Further words of the command line.
        has_local_model: Whether the embedded model is loaded, which takes a while of both cores.
    """
    port = port or free_port()
    log = folder / f"terminal-{port}.txt"
    environment = (
        os.environ
        | dict.fromkeys(_OWN_SETTINGS, "")
        | {
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'chat.db'}",
            "OPENROUTER_BASE_URL": openrouter_url,
            "LOCAL_MODELS": "" if has_local_model else "off",
            "METRICS_TOKEN": METRICS_TOKEN,
            "OPENAI_API": "on",
            # So that on a busy machine no answer ends before the test is where it looks at it.
            "DEFAULT_MAX_TOKENS": "3000",
            # Answers that tests have left go on, on a server that all of them share.
            "MAX_ANSWERS": "1000",
            "PYTHONUNBUFFERED": "1",
        }
    )
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    with log.open("wb") as terminal:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--server.port", str(port), *flags],
            cwd=ROOT,
            env=environment,
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
    app = App(f"http://localhost:{port}/", log, process)
    _await_health(app)
    return app


def stop(process: "subprocess.Popen[Any]") -> None:
    """Ends a process as Ctrl+C in its terminal does not: kindly, and waits."""
    process.terminate()
    process.wait(10)


def start_simulator() -> tuple["subprocess.Popen[str]", str]:
    """A simulator in a process of its own, and its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chat.simulator", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@dataclass(frozen=True, slots=True)
class Upstream:
    """What the simulator says of the answers it gave."""

    base_url: str

    def newest(self) -> dict[str, Any]:
        """The record of the newest answer; see `chat.simulator.records`."""
        newest: list[dict[str, Any]] = self._read("generations")
        found: dict[str, Any] = self._read(f"generations/{newest[0]['id']}")
        return found

    def asked(self, model: str) -> int:
        """How many requests for that model it has had."""
        return sum(record["model"] == model for record in self._read("generations"))

    def _read(self, path: str) -> Any:
        url = f"{self.base_url.removesuffix('/api/v1')}/sim/{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return json.load(answer)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _await_health(app: App) -> None:
    for _ in range(START_S * 10):
        try:
            with urllib.request.urlopen(f"{app.url}_stcore/health", timeout=1):  # noqa: S310
                return
        except OSError:
            if _has_ended(app.process, 0.1):
                break
    stop(app.process)
    pytest.fail(f"the server did not start:\n{app.printed()[-1500:]}")


def _has_ended(process: "subprocess.Popen[bytes]", within_s: float) -> bool:
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True
