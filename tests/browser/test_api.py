"""The page and the API are two views of one answer; tokens are made and revoked in the sidebar."""

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .driver import (
    ask,
    await_end,
    await_words,
    choose_model,
    is_beginning,
    known_words,
    open_chat,
    stop_button,
    words,
)
from .processes import App

SLOW = "sim/rate-25-len-400-style-prose-ttft-0"
"""16 s: so long does a busy machine have to open the page."""
WHOLE = known_words(400)
PATIENCE_S = 60


class Api:
    """A program of the visitor's, with a token."""

    def __init__(self, app: App, token: str) -> None:
        self._host = urlsplit(app.url).netloc
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: object = None) -> http.client.HTTPResponse:
        """The response, whose stream is still to be read."""
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE_S)
        sent = json.dumps(body) if body is not None else None
        connection.request(method, path, sent, self._headers)
        return connection.getresponse()

    def ask(self, chat_id: str, text: str, model: str = SLOW) -> http.client.HTTPResponse:
        parts = [{"type": "text", "text": text}]
        message = {"role": "user", "parts": parts}
        return self.call("POST", "/api/chat", {"id": chat_id, "message": message, "model": model})


def text_of(stream: http.client.HTTPResponse) -> list[str]:
    """The words of an answer that is read to its end."""
    parts: list[dict[str, Any]] = [
        json.loads(line[6:]) for line in stream.read().decode().split("\n\n") if "data: {" in line
    ]
    assert parts[-1]["type"] == "finish"
    return "".join(p["delta"] for p in parts if p["type"] == "text-delta").split()


def open_tokens(page: Page) -> None:
    page.get_by_text("API access", exact=True).click()


def make_token(page: Page, name: str) -> str:
    """Makes a token in the sidebar and copies it."""
    page.get_by_label("Name of a new token").fill(name)
    page.get_by_role("button", name="Make a token").click()
    shown = page.get_by_test_id("stSidebar").get_by_test_id("stCode")
    expect(shown).to_contain_text("tt_")
    token = shown.inner_text().strip()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(shown).to_be_hidden()
    return token


@pytest.fixture
def api(first_visit: Page, app: App) -> Api:
    open_tokens(first_visit)
    return Api(app, make_token(first_visit, "My program"))


def test_what_a_program_asks_opens_in_the_page_while_it_streams(
    first_visit: Page, app: App, api: Api
) -> None:
    stream = api.ask("from a program", "Hello page")
    place = stream.headers["x-tickertape-conversation"]

    with closing(stream):
        open_chat(first_visit, f"{app.url}?c={place}")
        await_words(first_visit, 30)
        expect(stop_button(first_visit)).to_be_visible()
        assert is_beginning(words(first_visit), WHOLE)
        assert text_of(stream) == WHOLE

    await_end(first_visit)
    assert words(first_visit) == WHOLE
    expect(first_visit.get_by_role("button", name="Hello page")).to_be_visible()


def test_what_the_page_asks_is_followed_and_stopped_by_a_program(
    first_visit: Page, api: Api
) -> None:
    choose_model(first_visit, SLOW)
    ask(first_visit, "Hello program")
    await_words(first_visit, 20)
    (place,) = [c["id"] for c in json.load(api.call("GET", "/api/chats"))["chats"]]

    stream = api.call("GET", f"/api/chat/{place}/stream")
    first = stream.read(200).decode()
    assert api.call("POST", f"/api/chat/{place}/stop").status == 204
    rest = stream.read().decode()

    await_end(first_visit)
    assert '"type":"start"' in first
    assert rest.endswith("data: [DONE]\n\n")
    expect(first_visit.locator(".stMarkdownBadge", has_text="Stopped")).to_be_visible()


def test_a_revoked_token_is_good_for_nothing(first_visit: Page, api: Api) -> None:
    assert api.call("GET", "/api/chats").status == 200

    first_visit.get_by_role("button", name="Revoke").click()
    expect(first_visit.get_by_text("My program")).to_be_hidden()

    assert api.call("GET", "/api/chats").status == 401
