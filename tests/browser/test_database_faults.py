"""A database that fails in mid-answer: the page says so, the answer goes on, all is saved."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from postgres_server import PostgresServer

from .conftest import assert_clean
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
from .processes import App, Upstream, start_app, stop

SLOW = "sim/rate-40-len-4000-style-prose-ttft-0"
NOT_SAVED = "This conversation is not being saved right now."
Fault = AbstractContextManager[None]


@pytest.fixture(scope="module")
def on_sqlite(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = start_app(tmp_path_factory.mktemp("sqlite"), upstream.base_url)
    yield app
    stop(app.process)
    assert_clean(app.printed())


@pytest.fixture(scope="module")
def on_postgres(
    upstream: Upstream, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    url = postgres.new_database("faults")
    app = start_app(tmp_path_factory.mktemp("postgres"), upstream.base_url, database_url=url)
    yield app
    stop(app.process)
    assert_clean(app.printed())


@contextmanager
def locked(app: App) -> Iterator[None]:
    """Another program writes and does not end."""
    with sqlite3.connect(file_of(app), isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            db.execute("ROLLBACK")


@contextmanager
def taken_away(app: App) -> Iterator[None]:
    """The file is moved, and moved back."""
    away = file_of(app).rename(app.log.with_name("away.db"))
    try:
        yield
    finally:
        away.rename(file_of(app))


@contextmanager
def disk_refuses(app: App) -> Iterator[None]:
    """No file of the process may grow, nor be written anew: the kernel says so."""
    before = resource.prlimit(app.process.pid, resource.RLIMIT_FSIZE, (0, -1))
    try:
        yield
    finally:
        resource.prlimit(app.process.pid, resource.RLIMIT_FSIZE, before)


def file_of(app: App) -> Path:
    return app.log.with_name("chat.db")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (locked, "The database is locked."),
        (taken_away, "The database file is gone."),
        (disk_refuses, "The disk cannot be read or written."),
    ],
)
def test_while_a_file_fails_the_answer_goes_on_and_is_saved_afterwards(
    spare: Page, on_sqlite: App, fault: Callable[[App], Fault], reason: str
) -> None:
    begin(spare, on_sqlite)

    with fault(on_sqlite):
        assert_goes_on_unsaved(spare, reason)

    assert_saved(spare)


@contextmanager
def stopped(postgres: PostgresServer) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def read_only(postgres: PostgresServer) -> Iterator[None]:
    """As a server is that has become a standby of another."""
    tell = postgres.tell
    tell("postgres", "ALTER SYSTEM SET default_transaction_read_only = on", _RELOAD)
    try:
        yield
    finally:
        tell(
            "postgres",
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            _RELOAD,
        )


@contextmanager
def full(postgres: PostgresServer) -> Iterator[None]:
    """The server says what it says on a full disk, by its code."""
    postgres.tell("faults", _FULL, _ON_FULL)
    try:
        yield
    finally:
        postgres.tell("faults", "DROP FUNCTION full_disk CASCADE")


_RELOAD = "SELECT pg_reload_conf()"
_FULL = """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"""
_ON_FULL = """CREATE TRIGGER full_disk BEFORE UPDATE ON replies
    EXECUTE FUNCTION full_disk()"""


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (stopped, "The database cannot be reached."),
        (read_only, "The database may only be read."),
        (full, "The disk is full."),
    ],
)
def test_while_a_server_fails_the_answer_goes_on_and_is_saved_afterwards(
    spare: Page,
    on_postgres: App,
    postgres: PostgresServer,
    fault: Callable[[PostgresServer], Fault],
    reason: str,
) -> None:
    begin(spare, on_postgres)

    with fault(postgres):
        assert_goes_on_unsaved(spare, reason)

    assert_saved(spare)


def begin(page: Page, app: App) -> None:
    open_chat(page, app.url)
    choose_model(page, SLOW)
    ask(page, "Hello")
    await_words(page, 10)


def assert_goes_on_unsaved(page: Page, reason: str) -> None:
    banner = page.get_by_test_id("stAlert").filter(has_text=NOT_SAVED)
    expect(banner).to_contain_text(reason)
    await_words(page, len(words(page)) + 20)
    expect(banner).to_be_visible()


def assert_saved(page: Page) -> None:
    """The banner goes while the answer still runs; what came meanwhile is there after a reload."""
    expect(page.get_by_test_id("stAlert").filter(has_text=NOT_SAVED)).to_be_hidden()
    stop_button(page).click()
    await_end(page)
    kept = words(page)
    page.reload()
    await_end(page)
    assert words(page) == kept
    assert is_beginning(kept, known_words(4000))
