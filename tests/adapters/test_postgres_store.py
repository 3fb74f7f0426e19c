"""What is PostgreSQL's own: its address, its faults, its restarts, and who makes its tables."""

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from postgres_server import PASSWORD, PostgresServer
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError
from store_samples import NOON, a_conversation, a_turn, add, differences, ended, said

from chat.errors import StoreError, StoreRefused
from chat.stores.database import MIGRATION_LOCK, parse_url
from chat.stores.faults import error_for
from chat.stores.sql import SqlStore


@pytest.fixture
def store(postgres: PostgresServer) -> Iterator[SqlStore]:
    opened = SqlStore.open(postgres.emptied_database(), busy_timeout_s=0.05)
    yield opened
    opened.close()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Another program's connection to the same database."""
    with create_engine(parse_url(url), poolclass=NullPool).connect() as db:
        yield db


def assert_harmless(error: StoreError) -> None:
    assert PASSWORD not in str(error)
    assert "127.0.0.1" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_is_taken_as_people_write_it(postgres: PostgresServer, scheme: str) -> None:
    _, _, rest = postgres.emptied_database().partition("://")

    with closing(SqlStore.open(f"{scheme}://{rest}")) as store:
        add(store, a_turn("1"))

        assert said(store) == [a_turn("1")]


def test_the_migrations_make_the_tables_that_the_code_expects(postgres: PostgresServer) -> None:
    url = postgres.emptied_database()

    with connected(url) as db:
        assert differences(db) == []


def test_one_process_makes_the_tables_at_a_time(postgres: PostgresServer) -> None:
    url = postgres.new_database("two_openers")

    with connected(url) as other:
        other.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        with pytest.raises(StoreError, match="is locked"):
            SqlStore.open(url, busy_timeout_s=0.05)

    SqlStore.open(url, busy_timeout_s=0.05).close()


def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match="user name or the password") as refused:
        SqlStore.open(postgres.url("shared", password="secret-but-wrong"))

    assert "secret" not in str(refused.value)
    assert_harmless(refused.value)


def test_an_unknown_database_says_so(postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match="no database of that name") as refused:
        SqlStore.open(postgres.url("nowhere"))

    assert_harmless(refused.value)


def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]

        with pytest.raises(StoreError, match="cannot be reached") as refused:
            SqlStore.open(f"postgresql://ann:{PASSWORD}@127.0.0.1:{port}/name")

    assert_harmless(refused.value)


def test_a_database_of_another_encoding_is_refused(postgres: PostgresServer) -> None:
    url = postgres.new_database("latin", "ENCODING 'LATIN1' LOCALE 'C'")

    with pytest.raises(StoreError, match="UTF-8"):
        SqlStore.open(url)


def test_a_database_that_may_only_be_read_says_so(postgres: PostgresServer) -> None:
    url = postgres.new_database("read_only")
    SqlStore.open(url).close()
    with connected(url) as db:
        db.execute(text("ALTER DATABASE read_only SET default_transaction_read_only = on"))
        db.commit()

    with pytest.raises(StoreError, match="only be read") as refused:
        SqlStore.open(url)

    assert_harmless(refused.value)


def test_a_locked_table_says_so_and_is_usable_again(
    store: SqlStore, postgres: PostgresServer
) -> None:
    with connected(postgres.url("shared")) as other:
        other.execute(text("LOCK TABLE conversations"))
        with pytest.raises(StoreError, match="is locked") as refused:
            add(store, a_turn("1"))

    assert_harmless(refused.value)
    add(store, a_turn("1"))
    assert said(store) == [a_turn("1")]


def test_a_restart_of_the_server_is_seen_by_nobody(
    store: SqlStore, postgres: PostgresServer
) -> None:
    add(store, a_turn("1"))

    postgres.stop()
    postgres.start()

    assert said(store) == [a_turn("1")]


def test_a_server_that_is_away_is_used_again_once_it_is_back(
    store: SqlStore, postgres: PostgresServer
) -> None:
    add(store, a_turn("1"))
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="cannot be reached") as refused:
            store.save_replies([ended(a_turn("1").reply)])
    finally:
        postgres.start()

    assert not isinstance(refused.value, StoreRefused)
    assert_harmless(refused.value)
    store.save_replies([ended(a_turn("1").reply)])
    assert said(store)[0].reply.outcome == "completed"


def test_a_connection_that_dies_in_the_middle_leaves_nothing_half_done(
    postgres: PostgresServer,
) -> None:
    url = postgres.emptied_database()
    with closing(SqlStore.open(url)) as store, ThreadPoolExecutor(1) as thread:
        with connected(url) as other, connected(url) as watcher:
            other.execute(text("LOCK TABLE replies IN EXCLUSIVE MODE"))
            adding = thread.submit(add, store, a_turn("1"))
            kill_whoever_waits(watcher)

            with pytest.raises(StoreError, match="cannot be reached") as refused:
                adding.result(9)

        assert_harmless(refused.value)
        assert store.list_conversations("ann", 9) == []


def kill_whoever_waits(db: Connection) -> None:
    """Ends the connection that waits for a lock, once there is one."""
    waiting = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    )
    for _ in range(1000):
        if db.execute(waiting).first():
            return
        db.execute(text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)"))
    raise AssertionError("nobody waits for the lock")


def test_two_processes_begin_the_same_conversation_at_once(postgres: PostgresServer) -> None:
    url = postgres.emptied_database()
    with closing(SqlStore.open(url)) as one, closing(SqlStore.open(url)) as other:
        names = [f"{n:02}" for n in range(20)]
        with ThreadPoolExecutor(2) as threads:
            list(
                threads.map(
                    lambda s: add(s, *(a_turn(n, conversation=n) for n in names)), (one, other)
                )
            )

        assert len(one.list_conversations("ann", 99)) == 20


def test_no_statement_text_or_password_is_logged(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    turn = a_turn("1")

    with closing(SqlStore.open(postgres.emptied_database())) as store:
        store.add_turn(replace(turn, user=replace(turn.user, text="Hi there")), a_conversation())

    unwanted = ("INSERT", "Hi there", PASSWORD)
    assert not [line for line in caplog.messages if any(word in line for word in unwanted)]


class ServerSaid(Exception):  # noqa: N818 - stands for a driver's exception
    """A driver's exception with PostgreSQL's code."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("host=secret password=secret")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "sentence", "is_refusal"),
    [
        (None, "The database cannot be reached.", False),
        ("57P01", "The database cannot be reached.", False),
        ("53100", "The disk is full.", False),
        ("53300", "The database is busy.", False),
        ("40001", "The database is locked.", False),
        ("54000", "The text is too long to be stored.", True),
        ("42501", "The database may not be written by this user.", False),
        ("99999", "The database cannot be used right now.", False),
    ],
)
def test_each_fault_of_the_server_has_its_sentence(
    sqlstate: str | None, sentence: str, is_refusal: bool
) -> None:
    error = error_for(OperationalError("SELECT secret", {}, ServerSaid(sqlstate)))

    assert (str(error), isinstance(error, StoreRefused)) == (sentence, is_refusal)


def test_a_moment_comes_back_in_utc_whatever_the_servers_zone(postgres: PostgresServer) -> None:
    url = postgres.new_database("far_away")
    with connected(url) as db:
        db.execute(text("ALTER DATABASE far_away SET timezone = 'Asia/Kolkata'"))
        db.commit()

    with closing(SqlStore.open(url)) as store:
        add(store, a_turn("1"))

        assert said(store)[0].user.created_at == NOON
        assert str(said(store)[0].user.created_at.tzinfo) == "UTC"
