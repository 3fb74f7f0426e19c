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
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from chat.errors import StoreError
from chat.stores.faults import MALFORMED

WRITES = "tickertape_writes"
"""Execution option of a connection whose transaction will write."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_ONE_MIGRATION = threading.Lock()  # Alembic keeps what is being migrated in module globals
_RETRY_S = 0.01


def parse_url(url: str) -> URL:
    """The URL in parts.

    Raises:
        StoreError: it is malformed, or names neither SQLite nor PostgreSQL.
    """
    parsed = None
    with contextlib.suppress(ArgumentError, ValueError):
        parsed = make_url(url)
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
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    options: dict[str, Any] = {}
    if url.database in {None, "", ":memory:"}:
        # A database in memory is its one connection; a pool of one hands it round by turns.
        options = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    elif not str(url.database).startswith("file:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
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
    return engine


def migrate(engine: Engine) -> None:
    """Brings the tables up to date, in one transaction; a second process waits its turn."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with _ONE_MIGRATION, engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # Where all was up to date, nothing has been written yet; this shows that we may.
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes would be refused at once, whatever the timeout,
    # where another has written meanwhile (SQLITE_BUSY_SNAPSHOT): writers take the lock first.
    is_writer = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _prepare_sqlite(connection: DBAPIConnection, busy_timeout_s: float) -> None:
    connection.isolation_level = None  # `_begin_sqlite` begins transactions, also around DDL
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
