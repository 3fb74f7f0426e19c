"""What is SQLite's own: the file, its lock, its faults, and who may open it."""

import logging
import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from store_samples import a_turn, add, differences, said

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage
from chat.errors import StoreError
from chat.stores.faults import sentence_for
from chat.stores.schema import metadata
from chat.stores.sql import SqlStore

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
CONVERSATION = Conversation("c", "ann", "Hi", NOON)
TURN = StoredTurn(
    UserMessage("m", None, "Hi there", NOON), ReplyRecord("r", "ann", "c", "m", "sim/x", NOON)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret-folder" / "tickertape.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = SqlStore.open(f"sqlite:///{path}", busy_timeout_s=0.05)
    yield opened
    opened.close()


def assert_harmless(error: StoreError) -> None:
    assert "secret" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_opening_makes_the_folder_and_the_file(store: SqlStore, path: Path) -> None:
    store.ping()

    assert path.is_file()


def test_what_was_saved_is_there_after_reopening(store: SqlStore, path: Path) -> None:
    store.add_turn(TURN, CONVERSATION)
    store.close()

    with closing(SqlStore.open(f"sqlite:///{path}")) as again:
        assert said(again) == [TURN]
        assert again.list_conversations("ann", 9) == [CONVERSATION]


@pytest.mark.usefixtures("store")
def test_the_migrations_make_the_tables_that_the_code_expects(path: Path) -> None:
    with create_engine(f"sqlite:///{path}").connect() as db:
        assert differences(db) == []


def test_a_file_is_in_wal_mode(store: SqlStore, path: Path) -> None:
    store.ping()

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_foreign_keys_are_enforced(store: SqlStore, path: Path) -> None:
    store.add_turn(TURN, CONVERSATION)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TRIGGER stray AFTER UPDATE ON replies BEGIN DELETE FROM messages; END")

    with pytest.raises(StoreError, match="refused the change"):
        store.save_replies([TURN.reply])


def test_a_store_in_memory_starts_empty_each_time() -> None:
    with closing(SqlStore.open_in_memory()) as one, closing(SqlStore.open_in_memory()) as other:
        one.add_turn(TURN, CONVERSATION)

        assert other.list_conversations("ann", 9) == []


def test_threads_share_a_store_in_memory() -> None:
    with closing(SqlStore.open_in_memory()) as store, ThreadPoolExecutor(6) as threads:
        names = [str(n) for n in range(24)]

        list(threads.map(lambda name: add(store, a_turn(name, conversation=name)), names))

        assert sorted(c.id for c in store.list_conversations("ann", 99)) == sorted(names)


def test_a_locked_database_says_so_and_is_usable_again(store: SqlStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is locked") as refused:
            store.add_turn(TURN, CONVERSATION)

    assert_harmless(refused.value)
    store.add_turn(TURN, CONVERSATION)
    assert said(store) == [TURN]


def test_another_programs_write_does_not_keep_readers_out(store: SqlStore, path: Path) -> None:
    store.add_turn(TURN, CONVERSATION)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert said(store) == [TURN]


def test_a_database_locked_from_the_start_cannot_be_opened(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()

        with pytest.raises(StoreError, match="is locked"):
            SqlStore.open(f"sqlite:///{path}", busy_timeout_s=0.05)

    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////proc/secret/tickertape.db", "cannot be written"),
        ("sqlite:////dev/null/secret/tickertape.db", "cannot be written"),
        ("sqlite:////dev", "cannot be opened"),
        ("no url", "malformed"),
        ("", "malformed"),
        ("postgresql://ann:secret@host:port/name", "malformed"),
        ("mysql://ann:secret@host/name", "malformed"),
        ("sqlite+secret:///x.db", "driver that is not known"),
        ("sqlite://secret@host/x.db", "malformed"),
        ("postgresql+pg8000://ann:secret@127.0.0.1:1/name", "driver .* is not installed"),
    ],
)
def test_what_cannot_be_opened_says_why(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence) as refused:
        SqlStore.open(url)

    assert_harmless(refused.value)


def test_a_folder_that_is_a_file_cannot_be_written(path: Path) -> None:
    path.parent.write_text("not a folder")

    with pytest.raises(StoreError, match="cannot be written") as refused:
        SqlStore.open(f"sqlite:///{path}")

    assert_harmless(refused.value)


def test_a_file_that_may_only_be_read_cannot_be_opened(store: SqlStore, path: Path) -> None:
    store.close()

    with pytest.raises(StoreError, match="cannot be written") as refused:
        SqlStore.open(f"sqlite:///file:{path}?mode=ro&uri=true")

    assert_harmless(refused.value)


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Dear diary, " * 500)

    with pytest.raises(StoreError, match="is not a database") as refused:
        SqlStore.open(f"sqlite:///{path}")

    assert_harmless(refused.value)
    assert path.read_text().startswith("Dear diary")


def test_a_damaged_file_says_so(store: SqlStore, path: Path) -> None:
    store.add_turn(replace(TURN, user=replace(TURN.user, text="x" * 100_000)), CONVERSATION)
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 60_000)

    with (
        pytest.raises(StoreError, match="damaged"),
        closing(SqlStore.open(f"sqlite:///{path}")) as again,
    ):
        again.load_tree("ann", "c")


def test_a_database_of_a_newer_version_is_refused(store: SqlStore, path: Path) -> None:
    store.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="newer version") as refused:
        SqlStore.open(f"sqlite:///{path}")

    assert_harmless(refused.value)


def test_tables_that_vanish_are_a_store_error(store: SqlStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA foreign_keys = OFF")
        for table in [*metadata.tables, "search"]:
            db.execute(f"DROP TABLE {table}")
    calls: list[Callable[[], object]] = [
        store.ping,
        store.mark_interrupted,
        lambda: store.add_turn(TURN, CONVERSATION),
        lambda: store.save_replies([TURN.reply]),
        lambda: store.load_tree("ann", "c"),
        lambda: store.list_conversations("ann", 9),
        lambda: store.list_replies("ann", 9),
        lambda: store.search("ann", "hi", 9),
        lambda: store.delete("ann", "c"),
        store.beat,
    ]

    for call in calls:
        with pytest.raises(StoreError, match="cannot be used right now") as refused:
            call()
        assert_harmless(refused.value)


def test_a_full_disk_has_its_sentence() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.Error) as full:
            db.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))

    assert sentence_for(full.value) == "The disk is full."


def test_no_statement_and_no_text_is_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    with closing(SqlStore.open(f"sqlite:///{path}")) as store:
        store.add_turn(TURN, CONVERSATION)

    assert not [line for line in caplog.messages if "INSERT" in line or "Hi there" in line]


def open_together(url: str, barrier: Barrier) -> None:
    barrier.wait()
    with closing(SqlStore.open(url)) as store:
        store.ping()


def test_processes_may_open_the_same_new_database_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(3)
    openers = [
        spawn.Process(target=open_together, args=(f"sqlite:///{path}", barrier)) for _ in range(3)
    ]

    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(30)

    assert [opener.exitcode for opener in openers] == [0, 0, 0]


def test_threads_may_open_stores_at_the_same_time() -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: SqlStore.open_in_memory(), range(8)))

    for store in stores:
        store.ping()
        store.close()
