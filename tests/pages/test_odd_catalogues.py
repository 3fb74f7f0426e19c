"""OpenRouter's list comes broken, odd or huge: the page says so, and raises nothing."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chat.built_in_models import BUILT_IN
from chat.ui import session
from chat.ui.wiring import services

from .test_models import listed, quiet_lines, sections
from .visits import QUICK, chosen, offers, visit

Lists = Callable[[int, bytes], None]
NOT_TO_BE_HAD = "OpenRouter's list of models cannot be had right now"


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lists]:
    """Says what OpenRouter answers when it is asked for its list: a status and a body."""
    answer = (500, b"")

    class Upstream(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
            """Says nothing in the terminal."""

    def say(status: int, body: bytes) -> None:
        nonlocal answer
        answer = (status, body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENROUTER_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("MODEL_LIST_MINUTES", "60")
        yield say
        services.clear()
        server.shutdown()


def list_of(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"data": entries}).encode()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (500, b"oops", f"{NOT_TO_BE_HAD} (error 500)."),
        (200, b"<!doctype html><title>Hi</title>", "A web page came instead of the list"),
        (200, b'{"data": [{"id": "acme/la', "The list of models came only in part"),
        (200, b'{"data": []}', "The list of models has none in it that can be used."),
    ],
    ids=["500", "HTML", "truncated", "empty"],
)
def test_what_is_no_list_is_said_and_the_built_in_one_is_offered(
    lists: Lists, status: int, body: bytes, sentence: str
) -> None:
    lists(status, body)

    app = listed(QUICK)

    assert sentence in quiet_lines(app)
    assert sections(app)["OpenRouter"] == [model.id for model in BUILT_IN.models]
    assert not app.exception


def test_odd_entries_are_offered_with_what_is_known_of_them(lists: Lists) -> None:
    odd = {"prompt": "-1", "completion": "-1"}
    lists(200, list_of({"id": "a/odd", "context_length": None, "pricing": odd}, {"id": "b/bare"}))

    app = listed("a/odd")

    facts = {model: words for model, (_, _, words, *_) in offers(app).items()}
    assert (facts["a/odd"], facts["b/bare"]) == ("price varies", "price varies")
    assert "a/odd · price varies" in quiet_lines(app)
    app.toggle(key=session.WANT_FREE).set_value(True).run()
    assert "OpenRouter" not in sections(app)
    assert not app.exception


def test_five_thousand_models_are_offered_and_one_is_chosen(lists: Lists) -> None:
    lists(200, list_of(*({"id": f"acme/m-{n}"} for n in range(5000))))

    app = listed("acme/m-4999")

    assert len(sections(app)["OpenRouter"]) == 5000
    assert "5,000 models." in quiet_lines(app)
    assert chosen(visit("acme/m-4999")) == "acme/m-4999"
    assert not app.exception
