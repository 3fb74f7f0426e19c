"""A marked key through every page, failure and export: it must reach the upstream and nothing else.

What the browser sends when the key is pasted is the one exception: Streamlit's own frame.
"""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.local.weights import default_cache_dir
from chat.simulator.connect import key_of_code

from .driver import again_button, ask, await_end, choose_model, composer, open_chat, remember_key
from .processes import METRICS_TOKEN, App, Upstream
from .race_driver import await_result, race
from .test_batch import start_batch
from .wiretap import START, Wiretap, holds_key

KEY = START + "0ddba11c0ffee5ec" * 4
API_KEY = START + "5ca1ab1ecab1eade" * 4
QUOTED = "acme/sim-401-quoted"
FAULTS = (
    *("acme/sim-401", QUOTED, "acme/sim-402", "acme/sim-403", "acme/sim-429", "acme/sim-500"),
    *("acme/sim-html", "acme/sim-json", "acme/sim-rate-1000-ttft-0-cut-at-10"),
    *("acme/sim-rate-1000-ttft-0-error-at-10", "acme/sim-rate-1000-ttft-0-drop-at-10"),
)
REFUSED_AT_ONCE = (QUOTED, "acme/sim-402", "acme/sim-rate-1000-ttft-0-error-at-10")
QUICK = "acme/sim-rate-1000-len-40-ttft-0"
ROUTES = (
    *("", "compare", "metrics", "_stcore/health", "_stcore/metrics", "_stcore/host-config"),
    *("api/connect", "api/health", "api/models", "api/openapi.json", "v1/models"),
    *("api/chats", "api/chats/leak", "api/chats/leak/export.md", "api/chats/leak/export.json"),
    *("api/chat/leak/stream", "api/chat?chatId=leak", "api/nowhere", "v1/nowhere"),
)
TO_POST = (
    *("api/chat/leak/stop", "api/replies/leak/stop", "api/replies/leak/paint/leak"),
    *("api/key/remember", "api/key/forget"),
)
DOWNLOADS = ("Download CSV", "Download JSON", "Download Parquet", "Download report")
PATIENCE_S = 60


@pytest.fixture
def wiretap(first_visit: Page, app: App) -> Iterator[Wiretap]:
    tap = Wiretap(first_visit)
    open_chat(first_visit, app.url)
    yield tap
    tap.leave()


@pytest.fixture
def program(app: App) -> Iterator[httpx2.Client]:
    """A program that asks the API as a visitor's page does."""
    headers = {"cookie": f"{COOKIE_NAME}={new_visitor_id()}", "sec-fetch-site": "same-origin"}
    with httpx2.Client(base_url=app.url, headers=headers, timeout=PATIENCE_S) as client:
        yield client


def paste(page: Page) -> None:
    key_field = page.get_by_label("OpenRouter API key", exact=True)
    key_field.fill(KEY)
    key_field.press("Enter")
    expect(page.get_by_text("$9.50 of $10.00 left")).to_be_visible()


def connect(page: Page) -> str:
    """Connects OpenRouter, has the key remembered, and tells which one it is."""
    page.get_by_role("link", name="Connect OpenRouter").click()
    agreed = page.get_by_role("link", name="Authorize")
    address = agreed.get_attribute("href") or ""
    agreed.click()
    expect(page.get_by_text("$9.50 of $10.00 left")).to_be_visible()
    remember_key(page)
    return key_of_code(address.rpartition("code=")[2])


def fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def meet_every_fault(page: Page) -> None:
    for model in FAULTS:
        choose_model(page, model)
        ask(page, f"Try {model}")
        await_end(page)
        expect(again_button(page)).to_be_enabled()


def export(tap: Wiretap) -> None:
    for name in ("Export as Markdown", "Export as JSON"):
        tap.page.get_by_test_id("stMain").get_by_role("button", name="More", exact=True).click()
        download(tap, name)
        tap.page.keyboard.press("Escape")


def download(tap: Wiretap, *names: str) -> None:
    for name in names:
        with tap.page.expect_download() as begun:
            tap.page.get_by_role("button", name=name).click()
        tap.note_download(begun.value)


def test_a_key_is_nowhere_but_with_the_upstream(
    wiretap: Wiretap, app: App, upstream: Upstream
) -> None:
    page = wiretap.page
    paste(page)
    remember_key(page)
    choose_model(page, QUICK)
    ask(page, "Hello")
    await_end(page)
    assert upstream.newest()["key_sha256"] == fingerprint(KEY)

    meet_every_fault(page)
    export(wiretap)
    wiretap.read_answers()
    assert not holds_key(page.content().encode(), KEY)
    page.get_by_role("button", name="Flight recorder").click()
    expect(page.get_by_role("heading", name="Flight recorder")).to_be_visible()
    wiretap.read_answers()
    page.goto(f"{app.url}metrics")
    download(wiretap, *DOWNLOADS)
    wiretap.read_answers()
    open_chat(page, app.url)
    expect(page.get_by_text("$9.50 of $10.00 left")).to_be_visible()
    wiretap.read_answers()

    assert wiretap.leaks(KEY) == []
    assert len(wiretap.received) > 100
    assert_written_nowhere(app, KEY)
    assert_kept_sealed(page, KEY)
    with_key = [frame for frame in wiretap.sent if holds_key(frame, KEY)]
    assert 1 <= len(with_key) <= 3
    expect(composer(page)).to_be_visible()


def test_a_key_of_a_sign_in_leaks_neither_where_models_are_compared_nor_in_a_batch(
    wiretap: Wiretap, app: App, upstream: Upstream
) -> None:
    page = wiretap.page
    key = connect(page)
    wiretap.read_answers()

    race(page, app.url, QUOTED, QUICK)
    await_result(page)
    assert upstream.newest()["key_sha256"] == fingerprint(key)
    wiretap.read_answers()
    page.goto(f"{app.url}compare?models={QUOTED},{QUICK}")
    start_batch(page, ["one", "two"])
    expect(page.get_by_test_id("stProgress")).to_contain_text("4 of 4 answers · 2 failed")
    download(wiretap, "Download CSV", "Download JSON")
    wiretap.read_answers()

    assert wiretap.leaks(key) == []
    assert len(wiretap.received) > 30
    assert_written_nowhere(app, key)
    assert_kept_sealed(page, key)
    assert [frame for frame in wiretap.sent if holds_key(frame, key)] == []


def ask_by_api(program: httpx2.Client, model: str) -> dict[str, httpx2.Response]:
    """One model asked in each way that the API has, each with the key in one of its places."""
    said = {"messages": [{"role": "user", "content": "Hi"}], "model": model}
    header = {"x-openrouter-key": API_KEY}
    chat = said | {"id": "leak", "apiKey": API_KEY}
    return {
        f"chat {model}": program.post("/api/chat", json=chat),
        f"v1 {model}": program.post("/v1/chat/completions", json=said, headers=header),
        f"v1 streamed {model}": program.post(
            "/v1/chat/completions", json=said | {"stream": True}, headers=header
        ),
    }


def visit_routes(program: httpx2.Client) -> dict[str, httpx2.Response]:
    scraper = {"authorization": f"Bearer {METRICS_TOKEN}"}
    return {
        "api/metrics": program.get("/api/metrics", headers=scraper),
        **{route: program.get(f"/{route}") for route in ROUTES},
        **{route: program.post(f"/{route}") for route in TO_POST},
    }


def test_no_answer_of_a_route_holds_a_key_that_came_by_the_api(
    program: httpx2.Client, app: App, upstream: Upstream
) -> None:
    answers: dict[str, httpx2.Response] = {}
    for model in (*REFUSED_AT_ONCE, QUICK):
        answers |= ask_by_api(program, model)
    assert upstream.newest()["key_sha256"] == fingerprint(API_KEY)

    answers |= visit_routes(program)

    assert answers[f"v1 {QUOTED}"].status_code == 401
    assert "Incorrect API key provided: ********" in answers[f"chat {QUOTED}"].text
    assert answers["api/chats/leak"].json()["messages"]
    assert answers[f"v1 {QUICK}"].json()["choices"][0]["message"]["content"]
    assert f'model="{QUICK}"' in answers["api/metrics"].text
    for where, answer in answers.items():
        assert not holds_key(repr(answer.headers.raw).encode() + answer.content, API_KEY), where
    assert_written_nowhere(app, API_KEY)


def is_ours(path: Path) -> bool:
    """Whether the app writes it while it runs; weights are read only, and large."""
    return path.is_file() and path.suffix != ".gguf"


def content_of(path: Path) -> bytes:
    """What stands in a file; nothing where it was renamed or removed since it was listed."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def assert_written_nowhere(app: App, key: str) -> None:
    """Database with its journals, logs, secret, kept lists."""
    folders = (app.log.parent, default_cache_dir())
    files = [path for folder in folders for path in folder.rglob("*") if is_ours(path)]
    assert {"chat.db", "cookie.secret", app.log.name} <= {path.name for path in files}
    assert [path.name for path in files if holds_key(content_of(path), key)] == []


def assert_kept_sealed(page: Page, key: str) -> None:
    """Cookies, storage, the address: the key is remembered, and not to be read."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert "tickertape_key" in cookies
    opened = base64.urlsafe_b64decode(cookies["tickertape_key"] + "==")
    stored = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])"
    )
    assert not holds_key(opened + repr(cookies).encode() + stored.encode(), key)
