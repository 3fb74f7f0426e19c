"""A PostgreSQL server that is started after the app: nothing is lost, and nothing started anew."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from postgres_server import PostgresServer
from store_samples import a_turn, add, said

from chat.errors import StoreError
from chat.stores.late import open_or_wait

RETRY_S = 0.05
PATIENCE_S = 60.0


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One that is down; other tests need theirs."""
    with closing(PostgresServer()) as server:
        server.new_database("late")
        server.stop()
        yield server


def wait_usable() -> None:
    """Waits until what tries the database again has been let in, and has ended with that."""
    for thread in threading.enumerate():
        if thread.name == "tickertape-database":
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def test_a_server_that_comes_up_late_is_used_without_a_new_start(server: PostgresServer) -> None:
    with closing(open_or_wait(server.url("late"), RETRY_S)) as store:
        with pytest.raises(StoreError, match=r"The database cannot be reached\."):
            store.list_conversations("ann", 1)
        server.start()
        wait_usable()

        add(store, a_turn("1"))

        assert said(store) == [a_turn("1")]


def test_a_role_that_is_made_late_is_used_too(postgres: PostgresServer) -> None:
    url = postgres.new_database("role").replace("tickertape:secret-password", "late:late")
    with closing(open_or_wait(url, RETRY_S)) as store:
        with pytest.raises(StoreError, match="refused"):
            store.ping()
        postgres.tell("role", "CREATE ROLE late SUPERUSER LOGIN PASSWORD 'late'")
        wait_usable()

        add(store, a_turn("1"))

        assert said(store) == [a_turn("1")]


def test_an_address_that_can_never_be_right_is_not_tried_again() -> None:
    with pytest.raises(StoreError, match="malformed"):
        open_or_wait("mysql://somebody@somewhere/x")


def test_a_file_that_cannot_be_opened_is_not_tried_again() -> None:
    with pytest.raises(StoreError):
        open_or_wait("sqlite:////proc/nowhere/chat.db")
