"""The chat page while the database's server has not been started yet, and after it has."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from postgres_server import PostgresServer

from chat.errors import StoreError
from chat.ui.wiring import services

from .visits import QUICK, VISITOR, address, answer, boxes, conversations, said, say, visit

PATIENCE_S = 60.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """The app's, which is down."""
    with closing(PostgresServer()) as server:
        monkeypatch.setenv("DATABASE_URL", server.new_database("late"))
        server.stop()
        yield server


def is_saved(conversation_id: str) -> bool:
    try:
        return services().kept.store.load_tree(VISITOR, conversation_id) is not None
    except StoreError:
        return False


def test_a_chat_that_begins_before_the_database_does_is_saved_once_it_is_there(
    server: PostgresServer,
) -> None:
    app = say(visit(QUICK), "Hello")
    assert answer(app)
    told = "The database cannot be reached. This conversation is not being saved right now."
    assert boxes(app)[0].startswith(told)
    assert not app.exception
    server.start()
    end_s = time.monotonic() + PATIENCE_S
    while not is_saved(address(app)):
        assert time.monotonic() < end_s, "it was not saved"
        time.sleep(0.1)

    services.clear()
    later = visit(conversation=address(app))
    assert (said(later), answer(later), boxes(later)) == (["Hello"], answer(app), [])
    assert conversations(later) == ["Hello"]
