"""Opens a database: checks its URL, sets its connections up, brings its tables up to date.

What is asked of the tables is in `chat.stores.sql`.
"""

import contextlib
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from chat.errors import StoreError
from chat.stores.faults import MALFORMED, FileGone
from chat.stores.words import searchable

READS: dict[str, dict[str, Any]] = {
    "sqlite": {},
    # Several statements of one call then see the same moment, as SQLite's always do.
    "postgresql": {"isolation_level": "REPEATABLE READ"},
}
"""Execution options of a connection that only reads, by dialect."""
WRITES = "tickertape_writes"
"""Execution option of a connection whose transaction will write."""
AS_BYTES = "tickertape_as_bytes"
"""Execution option of a query for many bytes: PostgreSQL sends them as they are, in a third of the
time that they take as words of twice the length."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_ONE_MIGRATION = threading.Lock()  # Alembic keeps what is being migrated in module globals
MIGRATION_LOCK = 0x7469636B
"""Number of the advisory lock that is held while tables are made."""
_RETRY_S = 0.01
_CONNECT_TIMEOUT_S = 5
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
"""What hosts and people write, and the driver that is installed."""


def parse_url(url: str) -> URL:
    """The URL in parts.

    Raises:
        StoreError: it is malformed, or names neither SQLite nor PostgreSQL.
    """
    parsed = None
    with contextlib.suppress(ArgumentError, ValueError):
        parsed = make_url(url)
        parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
        parsed.get_backend_name()
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(MALFORMED)
    return parsed


def connect(url: URL, busy_timeout_s: float) -> Engine:
    """An engine whose connections may be used from any thread; makes a SQLite file's folder.

    Args:
        url: Where the database is.
        busy_timeout_s: How long to wait for another writer, in seconds.
    """
    if url.get_backend_name() != "sqlite":
        return _connect_postgresql(url, busy_timeout_s)
    options: dict[str, Any] = {}
    file: Path | None = None
    if url.database in {None, "", ":memory:"}:
        # A database in memory is its one connection; a pool of one hands it round by turns.
        options = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    elif not str(url.database).startswith("file:"):
        file = Path(str(url.database))
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        _prepare_sqlite(connection, busy_timeout_s)

    event.listen(engine, "begin", _begin_sqlite)
    if file is not None:
        _watch_file(engine, file)
    return engine


def _watch_file(engine: Engine, file: Path) -> None:
    """Keeps SQLite from writing where nobody will find it.

    A file that was taken away is written on as if nothing were, and made anew, empty, by the next
    connection. Here both fail until it is back. One that was put in its place is not touched before
    a new start: its journal would be the old one's (https://www.sqlite.org/howtocorrupt.html).
    """
    numbers: set[int] = set()

    def compare(*_event: object) -> None:
        if numbers and not (file.exists() and file.stat().st_ino in numbers):
            raise FileGone

    @event.listens_for(engine, "connect")
    def note(*_event: object) -> None:
        numbers.add(file.stat().st_ino)

    event.listen(engine, "do_connect", compare)
    event.listen(engine, "checkout", compare)


def _connect_postgresql(url: URL, busy_timeout_s: float) -> Engine:
    options: dict[str, Any] = {}
    if url.drivername == _DRIVERS["postgresql"]:
        # Prepared statements do not survive a pooler that changes servers between transactions.
        options = {"connect_timeout": _CONNECT_TIMEOUT_S, "prepare_threshold": None}
    # Each connection is tried before it is used, so a server's restart is seen by nobody.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=options)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {round(busy_timeout_s * 1000)}")
        cursor.close()
        connection.commit()

    if options:
        _heed_as_bytes(engine)
    return engine


def _heed_as_bytes(engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def choose(
        _on: object, cursor: Any, _words: str, _values: object, context: Any, _many: object
    ) -> None:
        if context.execution_options.get(AS_BYTES):
            cursor.format = engine.dialect.loaded_dbapi.pq.Format.BINARY


def migrate(engine: Engine) -> None:
    """Brings the tables up to date, in one transaction; a second process waits its turn."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with _ONE_MIGRATION, engine.execution_options(**{WRITES: True}).begin() as connection:
        if engine.dialect.name == "postgresql":
            _begin_migration(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # Where all was up to date, nothing has been written yet; this shows that we may.
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def _begin_migration(connection: Connection) -> None:
    """Waits for another process that migrates; SQLite's writers wait for each other anyway."""
    if connection.scalar(text("SHOW server_encoding")) != "UTF8":
        raise StoreError("The database must be one in UTF-8.")
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes would be refused at once, whatever the timeout,
    # where another has written meanwhile (SQLITE_BUSY_SNAPSHOT): writers take the lock first.
    is_writer = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _prepare_sqlite(connection: DBAPIConnection, busy_timeout_s: float) -> None:
    connection.isolation_level = None  # `_begin_sqlite` begins transactions, also around DDL
    connection.create_function("searchable", 1, searchable, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    # Where two processes turn a new file to WAL at once, one is told "locked" without the usual
    # wait, because SQLite sees a deadlock coming; so the waiting is done here.
    deadline_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as fault:
            is_busy = fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline_s:
                raise
        time.sleep(_RETRY_S)
    cursor.close()
