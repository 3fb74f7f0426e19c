"""A SQLite file that is taken away, or changed for another, while it is in use."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import a_conversation, a_turn, newest_text

from chat.errors import StoreError
from chat.stores.sql import SqlStore

TURN = a_turn("1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tickertape.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = SqlStore.open(f"sqlite:///{path}")
    yield opened
    opened.close()


def test_a_file_that_was_taken_away_is_missed_and_written_again_once_it_is_back(
    store: SqlStore, path: Path
) -> None:
    store.add_turn(TURN, a_conversation())
    away = path.rename(path.with_name("away.db"))

    for _ in range(3):
        with pytest.raises(StoreError, match=r"The database file is gone\.") as caught:
            store.save_replies([replace(TURN.reply, text="lost")])
        assert caught.value.__cause__ is None
    assert not path.exists()
    away.rename(path)
    store.save_replies([replace(TURN.reply, text="kept")])

    assert newest_text(store) == "kept"


def test_a_file_that_was_put_in_the_others_place_is_not_touched(
    store: SqlStore, path: Path, tmp_path: Path
) -> None:
    with closing(SqlStore.open(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        other.ping()
    backup = (tmp_path / "other.db").read_bytes()

    (tmp_path / "other.db").replace(path)

    for _ in range(3):
        with pytest.raises(StoreError, match=r"The database file is gone\."):
            store.add_turn(TURN, a_conversation())
    assert path.read_bytes() == backup
