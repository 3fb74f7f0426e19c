"""A PostgreSQL server that is started after the app: nothing is lost, and nothing started anew."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from postgres_server import PostgresServer
from store_samples import a_turn, add, said

from chat.errors import StoreError
from chat.stores.late import open_or_wait
from chat.stores.sql import SqlStore

RETRY_S = 0.05
PATIENCE_S = 60.0


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One that is down; other tests need theirs."""
    with closing(PostgresServer()) as server:
        server.new_database("late")
        server.stop()
        yield server


def wait_until(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end_s, "it did not become so"
        time.sleep(RETRY_S)


def can_be_used(store: SqlStore) -> bool:
    try:
        store.ping()
    except StoreError:
        return False
    return True


def test_a_server_that_comes_up_late_is_used_without_a_new_start(server: PostgresServer) -> None:
    with closing(open_or_wait(server.url("late"), RETRY_S)) as store:
        with pytest.raises(StoreError, match=r"The database cannot be reached\."):
            store.list_conversations("ann", 1)
        server.start()
        wait_until(lambda: can_be_used(store))

        add(store, a_turn("1"))

        assert said(store) == [a_turn("1")]


def test_a_role_that_is_made_late_is_used_too(postgres: PostgresServer) -> None:
    url = postgres.new_database("role").replace("tickertape:secret-password", "late:late")
    with closing(open_or_wait(url, RETRY_S)) as store:
        with pytest.raises(StoreError, match="refused"):
            store.ping()
        postgres.tell("role", "CREATE ROLE late SUPERUSER LOGIN PASSWORD 'late'")

        wait_until(lambda: can_be_used(store))


def test_an_address_that_can_never_be_right_is_not_tried_again() -> None:
    with pytest.raises(StoreError, match="malformed"):
        open_or_wait("mysql://somebody@somewhere/x")


def test_a_file_that_cannot_be_opened_is_not_tried_again() -> None:
    with pytest.raises(StoreError):
        open_or_wait("sqlite:////proc/nowhere/chat.db")
