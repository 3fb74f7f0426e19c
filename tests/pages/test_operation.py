"""What an operator can get wrong; the pages go on."""

import sqlite3
import threading
from pathlib import Path

import pytest

from chat.ui.wiring import services

from .visits import QUICK, address, boxes, chosen, conversations, metrics, offers, said, say, visit


def test_a_database_that_cannot_be_written_is_said_and_the_app_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "a-file").touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{home / 'a-file' / 'chat.db'}")

    app = say(visit(QUICK), "Hello")

    (banner,) = boxes(app)
    assert banner.endswith("Conversations are kept only until the server stops.")
    assert said(app) == ["Hello"]
    assert conversations(app) == ["Hello"]
    assert not metrics(app).exception


@pytest.mark.parametrize("url", ["nonsense", "oracle://nowhere", "\udcff"])
def test_a_database_url_that_is_none_is_said_and_the_app_goes_on(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    app = say(visit(QUICK), "Hello")

    assert len(boxes(app)) == 1
    assert said(app) == ["Hello"]
    assert not app.exception


CORRUPT = {
    "binary": b"\xff\xfe\x00OPENROUTER_API_KEY",
    "no settings": b"this is no setting\n= nor this\nDEFAULT_MAX_TOKENS=many\n",
    "bad values": b"OPENROUTER_BASE_URL=ftp://x\nSIMULATOR=perhaps\nMAX_MESSAGE_CHARS=-1\n",
    "bad key": b"OPENROUTER_API_KEY='sk-or-v1 abc'\n",
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_env_file_is_told_to_the_operator_and_the_app_goes_on(
    content: bytes, home: Path
) -> None:
    (home / ".env").write_bytes(content)

    app = say(visit(QUICK), "Hello")

    assert services().settings.warnings
    assert said(app) == ["Hello"]
    assert not app.exception


def test_an_env_file_is_read(home: Path) -> None:
    (home / ".env").write_text(f"DEFAULT_MODEL={QUICK}\n", "utf-8")

    assert chosen(visit()) == QUICK


def test_a_key_of_the_servers_own_is_announced_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-v1-server")

    app = visit("openai/gpt-4o-mini")

    captions = [caption.value for caption in app.sidebar.caption]
    assert any("The key of this server is used." in caption for caption in captions)
    assert app.text_input[0].value == ""
    assert not any("sk-or-v1-server" in str(element) for element in app.main)


def test_without_local_models_the_first_choice_is_a_model_that_can_answer() -> None:
    app = visit()

    assert chosen(app).startswith("sim/")


def test_without_the_simulator_its_models_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULATOR", "off")

    app = visit()

    assert not any(model.startswith("sim/") for model in offers(app))
    assert boxes(say(visit("sim/echo"), "Hello"))[0].startswith(
        "The model cannot answer right now: The simulator is turned off"
    )


def test_services_that_are_released_leave_no_thread_behind() -> None:
    before = set(threading.enumerate())
    say(visit(QUICK), "Hello")

    services.clear()

    assert {thread for thread in threading.enumerate() if thread not in before} == set()


def test_what_was_read_lately_can_be_read_without_the_database(home: Path) -> None:
    app = say(visit(QUICK), "Hello")
    drop_replies(home)

    assert said(app.run()) == ["Hello"]


def test_a_conversation_that_cannot_be_read_is_said(home: Path) -> None:
    conversation = address(say(visit(QUICK), "Hello"))
    services.clear()
    visit(QUICK)  # the server has started while all was well
    drop_replies(home)

    app = visit(QUICK, conversation=conversation)

    assert any("cannot be read right now" in box for box in boxes(app))
    assert not app.exception
    assert not metrics(app).exception


def drop_replies(home: Path) -> None:
    with sqlite3.connect(home / "chat.db") as database:
        database.execute("DROP TABLE replies")


def test_a_database_that_can_only_be_read_is_said_and_the_app_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(visit(QUICK), "Hello")
    services.clear()
    monkeypatch.setenv(
        "DATABASE_URL", f"sqlite+pysqlite:///file:{home / 'chat.db'}?mode=ro&uri=true"
    )

    app = say(visit(QUICK), "Hello again")

    assert boxes(app)[0].endswith("Conversations are kept only until the server stops.")
    assert said(app) == ["Hello again"]
    assert not app.exception
