"""The PostgreSQL server that all tests of this folder share; started for the first that asks."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with closing(PostgresServer()) as server:
        yield server
