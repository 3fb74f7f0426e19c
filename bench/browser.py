"""A Chromium with a fresh profile, spoken to over its DevTools protocol and nothing else.

Playwright turns the Network domain on, which has the page encode every WebSocket frame once more
and so slows what is to be measured; it drives the tests, this drives the stopwatch.
Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from bench.processes import end, wait_until

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""As `deploy/browser.sh` has them; `CHROMIUM` in the environment comes before them."""

_FLAGS = (
    "--headless",
    "--no-sandbox",  # a sandbox needs rights that a container often has not
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
)
_OPEN_S = 20.0
_ANSWER_S = 40.0  # a reload of a cold page on a busy machine takes seconds
_IN_PAGE = Path(__file__).with_name("in_page.js").read_text("utf-8")


def find_browser() -> str:
    """Path of a Chromium or one of its kin.

    Raises:
        RuntimeError: there is none.
    """
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        path = shutil.which(name) if name else None
        if path is not None:
            return path
    raise RuntimeError("no Chromium was found; `make browser` gets one")


@dataclass(slots=True)
class Page:
    """One tab.

    Attributes:
        pages_clock_ahead_ms: What the page's clock shows beyond ours, in milliseconds, as far as
            that can be told; 0 on one machine unless its clock was set meanwhile.
    """

    _socket: ClientConnection
    _session: str = ""
    _last_id: int = 0
    pages_clock_ahead_ms: float = field(default=0.0, init=False)

    def call(self, method: str, **params: Any) -> Any:  # Any: JSON both ways
        """One command of the protocol, and its result; events in between are dropped.

        Raises:
            RuntimeError: the browser refused the command.
        """
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=_ANSWER_S))
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def attach(self) -> None:
        """Opens the tab, with `in_page.js` in every document that it will show."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=_IN_PAGE)

    def open(self, url: str) -> None:
        """Goes to an address; returns when the navigation has begun."""
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise.

        Raises:
            RuntimeError: the expression threw.
        """
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Waits until a JavaScript expression is true of the page."""
        self.evaluate(f"bench.when(() => {condition})")

    def type_line(self, text: str) -> None:
        """Types into what has the focus, and presses Enter."""
        self.call("Input.insertText", text=text)
        self.press("Enter", 13, "\r")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Presses a key, and lets go of it."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def task_s(self) -> tuple[float, float]:
        """Seconds that the page's main thread has worked, and the moment of the look."""
        metrics = {m["name"]: m["value"] for m in self.call("Performance.getMetrics")["metrics"]}
        return metrics["TaskDuration"], metrics["Timestamp"]

    def compare_clocks(self) -> None:
        """Learns how far the page's clock is ahead of ours: the least doubtful of ten looks."""
        looks = []
        for _ in range(10):
            before_ms = time.time() * 1000
            theirs_ms = self.evaluate("bench.now()")
            after_ms = time.time() * 1000
            looks.append((after_ms - before_ms, theirs_ms - (before_ms + after_ms) / 2))
        self.pages_clock_ahead_ms = min(looks)[1]


@contextmanager
def open_page() -> Iterator[Page]:
    """A tab in a browser of its own, which is ended at the end.

    Raises:
        RuntimeError: there is no browser, or it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(  # noqa: S603 - the browser that was found, fixed flags
            [find_browser(), *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(_address(Path(profile)), max_size=None, open_timeout=_OPEN_S) as socket:
                page = Page(socket)
                page.attach()
                yield page
        finally:
            end(browser)


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes into its profile: the port, then the path."""
    note = profile / "DevToolsActivePort"
    wait_until(lambda: note.exists() and note.read_text().count("\n") >= 1, _OPEN_S, "the browser")
    port, path = note.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"
