"""A marked key through every page, failure and export: it must reach the upstream and nothing else.

What the browser sends when the key is pasted is the one exception: Streamlit's own frame.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Download, Error, Page, Response, WebSocket, expect

from chat.local.weights import default_cache_dir

from .driver import again_button, ask, await_end, choose_model, composer, open_chat
from .processes import App, Upstream

MARK = "0ddba11c0ffee5ec" * 4
KEY = f"sk-or-v1-{MARK}"
FAULTS = (
    *("acme/sim-401", "acme/sim-402", "acme/sim-403", "acme/sim-429", "acme/sim-500"),
    *("acme/sim-html", "acme/sim-json", "acme/sim-rate-1000-ttft-0-cut-at-10"),
    *("acme/sim-rate-1000-ttft-0-error-at-10", "acme/sim-rate-1000-ttft-0-drop-at-10"),
)
QUICK = "acme/sim-rate-1000-len-40-ttft-0"
ROUTES = ("", "metrics", "_stcore/health", "_stcore/metrics", "_stcore/host-config", "api/connect")
FORMS = (
    MARK[:16].encode(),  # a quarter of it would be found as well
    MARK[::-1][:16].encode(),
    base64.b64encode(KEY.encode())[4:-4],
    base64.b64encode(MARK.encode())[4:-4],
    quote(KEY).encode()[9:30],
)


def holds_key(data: bytes) -> bool:
    return any(form in data for form in FORMS)


@dataclass
class Wiretap:
    """All that passes between the browser and the server, by where it was seen."""

    page: Page
    received: dict[str, bytes] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    _answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self.hear)
        self.page.on("websocket", self._listen)

    def hear(self, answer: Response) -> None:
        """Keeps an answer until its body is read."""
        self._answers.append(answer)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self._note("frame", data))
        socket.on("framesent", lambda data: self.sent.append(as_bytes(data)))

    def _note(self, where: str, data: str | bytes) -> None:
        self.received[f"{where} {len(self.received)}"] = as_bytes(data)

    def read_answers(self) -> None:
        """Reads the bodies that the browser still has; before each change of page."""
        for answer in self._answers:
            request = f"{answer.request.method} {answer.request.url}"
            head = repr((answer.headers_array(), request))
            try:
                body = answer.body()
            except Error:  # A redirect has no body, and an old one may be gone.
                body = b""
            self._note(request, head.encode() + body)
        self._answers.clear()

    def note_download(self, download: Download) -> None:
        self._note("download", download.path().read_bytes())

    def leaks(self) -> list[str]:
        return [where for where, data in self.received.items() if holds_key(data)]


def as_bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


@pytest.fixture
def wiretap(first_visit: Page, app: App) -> Iterator[Wiretap]:
    tap = Wiretap(first_visit)
    open_chat(first_visit, app.url)
    yield tap
    tap.page.remove_listener("response", tap.hear)


def paste(page: Page) -> None:
    key_field = page.get_by_label("OpenRouter API key", exact=True)
    key_field.fill(KEY)
    key_field.press("Enter")
    expect(page.get_by_text("$9.50 of $10.00 left")).to_be_visible()


def meet_every_fault(page: Page) -> None:
    for model in FAULTS:
        choose_model(page, model)
        ask(page, f"Try {model}")
        await_end(page)
        expect(again_button(page)).to_be_enabled()


def export(tap: Wiretap) -> None:
    for name in ("Export as Markdown", "Export as JSON"):
        tap.page.get_by_test_id("stMain").get_by_role("button", name="More", exact=True).click()
        with tap.page.expect_download() as download:
            tap.page.get_by_role("button", name=name).click()
        tap.note_download(download.value)
        tap.page.keyboard.press("Escape")


def test_a_key_is_nowhere_but_with_the_upstream(
    wiretap: Wiretap, app: App, upstream: Upstream
) -> None:
    page = wiretap.page
    paste(page)
    page.get_by_text("Remember me").click()
    choose_model(page, QUICK)
    ask(page, "Hello")
    await_end(page)
    assert upstream.newest()["key_sha256"] == hashlib.sha256(KEY.encode()).hexdigest()

    meet_every_fault(page)
    export(wiretap)
    wiretap.read_answers()
    assert not holds_key(page.content().encode())
    page.goto(f"{app.url}metrics")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    wiretap.note_download(download.value)
    wiretap.read_answers()
    open_chat(page, app.url)
    expect(page.get_by_text("$9.50 of $10.00 left")).to_be_visible()
    wiretap.read_answers()
    for route in ROUTES:
        answer = page.request.get(f"{app.url}{route}", max_redirects=0)
        wiretap.received[route] = repr(answer.headers_array).encode() + answer.body()

    assert wiretap.leaks() == []
    assert len(wiretap.received) > 100
    assert_written_nowhere(page, app)
    with_key = [frame for frame in wiretap.sent if holds_key(frame)]
    assert 1 <= len(with_key) <= 3
    expect(composer(page)).to_be_visible()


def is_ours(path: Path) -> bool:
    """Whether the app writes it while it runs; weights are read only, and large."""
    return path.is_file() and path.suffix != ".gguf"


def assert_written_nowhere(page: Page, app: App) -> None:
    """Database with its journals, logs, secret, kept lists; cookies, storage, the address."""
    folders = (app.log.parent, default_cache_dir())
    files = [path for folder in folders for path in folder.rglob("*") if is_ours(path)]
    assert {"chat.db", "cookie.secret", app.log.name} <= {path.name for path in files}
    assert [path.name for path in files if holds_key(path.read_bytes())] == []
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert "tickertape_key" in cookies
    opened = base64.urlsafe_b64decode(cookies["tickertape_key"] + "==")
    stored = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])"
    )
    assert not holds_key(opened + repr(cookies).encode() + stored.encode())
