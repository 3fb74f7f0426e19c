"""The sidebar's place for a key: what is taken, what is refused, and what is said of it."""

import hashlib
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from chat.budget import Budget, Price
from chat.messages import ChatRequest
from chat.simulator import SimulatorServer
from chat.simulator.special_keys import (
    DISABLED_KEY,
    EXHAUSTED_KEY,
    EXPIRED_KEY,
    FREE_KEY,
    MANAGEMENT_KEY,
    REFUSED_KEY,
    UNLIMITED_KEY,
)
from chat.turn import Ask
from chat.ui import session
from chat.ui.wiring import services

from .visits import OPENROUTER_MODEL, as_read, boxes, say, visit

KEY = "sk-or-v1-" + "a1" * 32
PATIENCE_S = 10


@pytest.fixture(autouse=True)
def openrouter(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    """A simulator in OpenRouter's place."""
    server = SimulatorServer()
    monkeypatch.setenv("OPENROUTER_BASE_URL", server.start())
    yield server
    server.close()


def paste(app: AppTest, text: str) -> AppTest:
    return app.text_input(key=session.KEY_FIELD).set_value(text).run()


def pasted(text: str) -> AppTest:
    """The page once OpenRouter has said what it thinks of the key."""
    app = paste(visit(OPENROUTER_MODEL), text)
    until_s = time.monotonic() + PATIENCE_S
    while "Checking" in beside_field(app) and time.monotonic() < until_s:
        app.run()
    return app


def beside_field(app: AppTest) -> str:
    """What the sidebar says, chips included."""
    return " ".join(as_read(said.value) for said in (*app.sidebar.markdown, *app.sidebar.caption))


@pytest.mark.parametrize(
    ("key", "sentences"),
    [
        (KEY, ["sk-or-v1-a...1a1", "$9.50 of $10.00 left", "1,000 of 1,000 free requests left"]),
        (UNLIMITED_KEY, ["No limit"]),
        (FREE_KEY, ["0 of 50 free requests left today", "expires 31 Dec 2099"]),
        (REFUSED_KEY, ["Key not accepted", "OpenRouter does not know this key."]),
        (DISABLED_KEY, ["Key disabled", "turned off at OpenRouter"]),
        (EXPIRED_KEY, ["Key expired", "time has run out"]),
        (EXHAUSTED_KEY, ["Key used up", "Nothing is left on this key."]),
        (MANAGEMENT_KEY, ["Management key", "cannot ask a model"]),
    ],
    ids=["good", "unlimited", "free", "wrong", "disabled", "expired", "exhausted", "management"],
)
def test_how_a_key_stands_is_said_beside_its_field(key: str, sentences: list[str]) -> None:
    app = pasted(key)

    said = beside_field(app)
    assert [sentence for sentence in sentences if sentence not in said] == []
    assert key not in said
    assert not app.exception


def test_a_key_leaves_the_field_as_soon_as_it_is_taken() -> None:
    app = paste(visit(OPENROUTER_MODEL), f"  {KEY}\n")

    assert app.text_input(key=session.KEY_FIELD).value == ""
    assert session_key(app) == KEY


def test_openrouter_that_cannot_be_asked_leaves_the_key_in_use(openrouter: SimulatorServer) -> None:
    openrouter.close()

    app = pasted(KEY)

    assert "Key not checked" in beside_field(app)
    assert app.button(key="check_key").label == "Check again"
    assert session_key(app) == KEY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("   ", "It is empty."),
        ("sk-ant-api03-" + "x" * 90, "It is one of Anthropic's"),
        ("AIza" + "x" * 35, "It is one of Google's"),
        (KEY[:30] + "\n" + KEY[30:], "a line break inside"),
        (KEY.replace("-", "–"), "such as a long dash"),
        (KEY + "\u200b", "an invisible character"),
        ("k" * 10_000, "longer than 512 characters"),
    ],
    ids=["spaces", "anthropic", "google", "newline", "dash", "zero-width", "10 KB"],
)
def test_what_cannot_be_a_key_is_refused_and_the_one_in_use_stays(text: str, why: str) -> None:
    app = paste(paste(visit(OPENROUTER_MODEL), KEY), text)

    assert f"This cannot be a key. {why}" in beside_field(app) or why in beside_field(app)
    assert session_key(app) == KEY
    assert not app.exception


def test_forgetting_takes_one_click() -> None:
    app = pasted(KEY)

    app.button(key="forget_key").click().run()

    assert session_key(app) is None
    assert "Needs an OpenRouter key." in beside_field(app)
    say(app, "Hello")
    assert boxes(app)[0].startswith("This model needs an OpenRouter key.")


def test_what_is_left_is_asked_again_after_an_answer() -> None:
    app = pasted(KEY)
    key = app.session_state["tab"].ring.key

    say(app, "Hello")

    assert services().keys.look(key).is_pending


def test_nothing_of_the_environments_openai_variables_reaches_openrouter(
    monkeypatch: pytest.MonkeyPatch, openrouter: SimulatorServer
) -> None:
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "leak")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/leak")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: leak")
    app = paste(visit("acme/sim-rate-1000-len-5"), KEY)

    say(app, "Hello")

    record = newest_record(openrouter)
    assert record["key_sha256"] == hashlib.sha256(KEY.encode()).hexdigest()
    assert not {"openai-organization", "openai-project", "x-leak"} & {*record["header_names"]}


def test_an_endpoint_of_the_operators_is_asked_with_its_own_key(
    monkeypatch: pytest.MonkeyPatch, openrouter: SimulatorServer
) -> None:
    lab = SimulatorServer(any_key=True)
    monkeypatch.setenv("ENDPOINTS", f"lab={lab.start()}")
    monkeypatch.setenv("ENDPOINT_LAB_KEY", "lab-key")

    app = say(paste(visit("lab/sim/rate-1000-len-5"), KEY), "Hello")

    assert not boxes(app)
    assert newest_record(lab)["key_sha256"] == hashlib.sha256(b"lab-key").hexdigest()
    assert read(openrouter, "generations") == []
    lab.close()


def test_without_a_key_the_environments_is_not_used(
    monkeypatch: pytest.MonkeyPatch, openrouter: SimulatorServer
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    app = say(visit("acme/sim-rate-1000-len-5"), "Hello")

    assert boxes(app)[0].startswith("This model needs an OpenRouter key.")
    assert read(openrouter, "generations") == []


def test_the_servers_key_is_not_lent_where_the_setting_says_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setenv("SERVER_KEY_FOR", "nobody")

    app = say(visit(OPENROUTER_MODEL), "Hello")

    assert boxes(app)[0].startswith("This model needs an OpenRouter key.")


def test_over_the_budget_the_message_is_given_back_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setenv("SERVER_KEY_FOR", "visitors")
    monkeypatch.setenv("VISITOR_BUDGET_USD", "0.01")
    app = say(visit("sim/echo"), "Not counted")
    app.run()
    assert "This server pays for your answers: $0.01 left today." in beside_field(app)
    owner = app.session_state["tab"].owner
    ask = Ask("a/dear", 100, budget=Budget(prices={"a/dear": Price(0.0, 100.0)}))
    services().server_key.spend(owner, "still going on", ask, [ChatRequest("a/dear", (), 100)])

    app = say(visit(OPENROUTER_MODEL), "Hello")

    assert boxes(app)[0].startswith("What this server still pays for today is not enough")
    assert app.chat_input[0].proto.value == "Hello"


def newest_record(openrouter: SimulatorServer) -> Any:
    """What the simulator noted of the last request."""
    return read(openrouter, f"generations/{read(openrouter, 'generations')[0]['id']}")


def read(openrouter: SimulatorServer, path: str) -> Any:
    with urllib.request.urlopen(f"{openrouter.origin}/sim/{path}", timeout=5) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def session_key(app: AppTest) -> str | None:
    key = app.session_state["tab"].ring.key
    return key.value if key is not None else None
