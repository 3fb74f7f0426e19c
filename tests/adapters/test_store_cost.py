"""What keeping conversations costs: the list among thousands, and a long answer's room."""

import random
import struct
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, create_engine, text
from store_samples import (
    NOON,
    a_turn,
    database_url,  # noqa: F401 - a fixture
    ended,
)

from chat.conversations import Conversation
from chat.stores.database import parse_url
from chat.stores.lists import newest_conversations
from chat.stores.sql import SqlStore
from chat.tree import Tree

DELTAS = 2000
DELTA_CHARS = 5
CHANCE = random.Random(0)  # noqa: S311 - test data
WORDS = ["".join(CHANCE.choices("etaoinshrdlu", k=CHANCE.randint(2, 10))) for _ in range(5000)]


def plan_of_the_list(url: str) -> str:
    """How the database says that it finds the sidebar's list."""
    engine = create_engine(parse_url(url))
    query = newest_conversations("ann", 50).compile(engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as db:
        db.execute(text("ANALYZE"))
        return "\n".join(str(row[-1]) for row in db.execute(text(f"{explain} {query}")))


def test_the_list_is_read_off_an_index_however_long_it_is(url: str) -> None:
    trees = [
        Tree(Conversation(f"{n:05}", "ann", f"{n}", NOON + timedelta(minutes=n)), (), ())
        for n in range(5000)
    ]
    with closing(SqlStore.open(url)) as store:
        store.add_trees(trees)

        assert len(store.list_conversations("ann", 50)) == 50

    plan = plan_of_the_list(url)
    assert "ix_conversations_list" in plan
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan


def used_bytes(db: Connection) -> int:
    """The room that all tables and indexes take."""
    if db.dialect.name == "sqlite":
        db.execute(text("VACUUM"))
        pages: int = db.execute(text("PRAGMA page_count")).scalar_one()
        return pages * int(db.execute(text("PRAGMA page_size")).scalar_one())
    db.execute(text("VACUUM FULL"))
    size: int = db.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return size


def prose(chars: int) -> str:
    """Made-up words, few of them frequent and many rare, as in prose."""
    return " ".join(CHANCE.choices(WORDS, [1 / (rank + 1) for rank in range(len(WORDS))], k=chars))[
        :chars
    ]


def a_log() -> bytes:
    """A made-up log as the core writes it: kind, length and gap of each delta, compressed."""
    gaps_ms = (int(CHANCE.gammavariate(2, 15)) for _ in range(DELTAS))
    return zlib.compress(b"".join(struct.pack("<BBH", 1, DELTA_CHARS, gap) for gap in gaps_ms))


def answer(store: SqlStore, numbers: range) -> int:
    """Keeps long answers as they come, in checkpoints; gives the length of their texts."""
    chars = 0
    for number in numbers:
        turn, words = a_turn(str(number), conversation=str(number)), prose(DELTAS * DELTA_CHARS)
        store.add_turn(turn, Conversation(str(number), "ann", "First words", NOON))
        for part in (DELTA_CHARS, len(words) // 2):
            store.save_replies([replace(turn.reply, text=words[:part])])
        store.save_replies([ended(turn.reply, words)], {turn.reply.id: a_log()})
        chars += len(words)
    return chars


def test_an_answer_takes_at_most_three_times_its_text(url: str) -> None:
    engine = create_engine(parse_url(url), isolation_level="AUTOCOMMIT")
    with closing(SqlStore.open(url)) as store, engine.connect() as db:
        answer(store, range(20))  # so that no table's or index's first page is counted
        before = used_bytes(db)

        chars = answer(store, range(20, 80))

        assert used_bytes(db) - before <= 3 * chars
