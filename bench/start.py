"""Start: the command → healthy → a page on which one can type, in a browser that knows nothing."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from bench.browser import open_page
from bench.chat_page import ChatPage
from bench.processes import ROOT, free_port, run_app, wait_healthy
from bench.report import Figure, Report

TARGET_S = 3.0
MAKE_TARGET_S = 5.0
STREAMLIT_RUN = [
    *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
    "--server.port=PORT",
]
"""Starts the app; `PORT` stands for its port."""


def measure(runs: int) -> Report:
    """Starts the app `runs` times by each command; the browser runs already, its cache is empty."""
    figures: list[Figure] = []
    _install()
    for name, command, settings in _ways():
        took = [_one(command, settings) for _ in range(runs)]
        healthy, usable = zip(*took, strict=True)
        figures.append(Figure(f"{name} → healthy", healthy, "s"))
        target_s = MAKE_TARGET_S if name == "make run" else TARGET_S
        figures.append(Figure(f"{name} → first page usable", usable, "s", target_s))
    return Report("Start: command → first page usable in Chromium", tuple(figures))


def _install() -> None:
    """Does what `make run` does the first time only, so that it is not counted.

    Raises:
        RuntimeError: it could not be done.
    """
    make = shutil.which("make")
    if make is not None:
        done = subprocess.run(  # noqa: S603 - fixed words
            [make, ".venv/weights"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"`make run` cannot install: {done.stderr}")


def _ways() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command with `PORT` in it, and settings of each way to start the app."""
    ways = [
        ("streamlit run, no local model", STREAMLIT_RUN, {"LOCAL_MODELS": "off"}),
        ("streamlit run", STREAMLIT_RUN, {}),
    ]
    make = shutil.which("make")
    if make is not None:
        ways.append(("make run", [make, "run", "PORT=PORT"], {}))
    return ways


def _one(command: Sequence[str], settings: Mapping[str, str]) -> tuple[float, float]:
    """Seconds until healthy, and until the page is usable."""
    port = free_port()
    with open_page() as page:
        began_s = time.monotonic()
        words = [
            word.removesuffix("PORT") + str(port) if word.endswith("=PORT") else word
            for word in command
        ]
        with run_app(words, settings) as process:
            wait_healthy(process, port)
            healthy_s = time.monotonic()
            ChatPage(page, f"http://localhost:{port}/").open()
            return healthy_s - began_s, time.monotonic() - began_s
