"""What all tests of this folder share: a PostgreSQL server and a SQLite file with all tables."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from postgres_server import PostgresServer

from chat.stores.sql import SqlStore


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with closing(PostgresServer()) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database to copy: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "tickertape.db"
    SqlStore.open(f"sqlite:///{path}").close()
    return path
