"""The figures beside each reply in the database: those that it reckons with itself."""

from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from store_samples import (
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.conversations import Outcome, ReplyRecord
from chat.events import Usage
from chat.measured import Usual
from chat.measures import PaintFigures
from chat.metrics import Timings
from chat.stores.database import parse_url
from chat.stores.sql import SqlStore

REPLY = ended(a_turn("1").reply)
REPLIES = {
    "counted": replace(REPLY, usage=Usage(5, 41), timings=Timings(decode_s=2.0), text_chars=9),
    "estimated": replace(REPLY, timings=Timings(decode_s=2.0), text_chars=81),
    "hidden": replace(REPLY, usage=Usage(5, 61, 40), timings=Timings(decode_s=2.0), text_chars=9),
    "streamed": replace(
        REPLY, usage=Usage(5, 61, 40), timings=Timings(decode_s=2.0), reasoning_chars=9
    ),
    "no time": replace(REPLY, usage=Usage(5, 61), timings=Timings(decode_s=0.0)),
    "no text": replace(REPLY, outcome="failed"),
}
TOK_S = {"counted": 20, "estimated": 10, "hidden": 10, "streamed": 30, "no time": None}


def usual(store: SqlStore, owner: str = "ann", model: str = "sim/x") -> Usual:
    return store.measured.usual(owner, model)


def stored_tok_s(url: str) -> float | None:
    engine = create_engine(parse_url(url))
    with closing(engine.connect()) as db:
        value: float | None = db.execute(text("SELECT tok_s FROM replies")).scalar_one()
    engine.dispose()
    return value


def forget_measures(db: Connection) -> None:
    """Leaves the database as the version before left it."""
    db.execute(text("DROP INDEX ix_replies_owner_model"))
    columns = [column["name"] for column in inspect(db).get_columns("replies")]
    for name in columns[columns.index("parts") + 1 :]:
        db.execute(text(f"ALTER TABLE replies DROP COLUMN {name}"))
    db.execute(text("UPDATE alembic_version SET version_num = '0008'"))


@pytest.mark.parametrize("which", REPLIES)
def test_the_throughput_stands_in_its_own_column(url: str, store: SqlStore, which: str) -> None:
    add(store, a_turn("1"))

    store.save_replies([REPLIES[which]])

    assert stored_tok_s(url) == TOK_S.get(which) == REPLIES[which].throughput_tok_s


def test_a_running_answer_has_none_yet(url: str, store: SqlStore) -> None:
    add(store, a_turn("1"))

    store.save_replies([replace(REPLIES["counted"], outcome=None)])

    assert stored_tok_s(url) is None


@pytest.mark.parametrize("which", REPLIES)
def test_replies_of_the_version_before_get_theirs(url: str, which: str) -> None:
    with closing(SqlStore.open(url)) as store:
        add(store, a_turn("1"))
        store.save_replies([REPLIES[which]])
    engine = create_engine(parse_url(url))
    with engine.begin() as db:
        forget_measures(db)
    engine.dispose()

    with closing(SqlStore.open(url)) as store:
        found: list[ReplyRecord] = store.list_replies("ann", 1)

    assert stored_tok_s(url) == found[0].throughput_tok_s == TOK_S.get(which)


def test_what_a_browser_saw_is_kept_for_the_owner_only(store: SqlStore) -> None:
    seen = PaintFigures(0.5, 0.02, 0.1, 0.25)
    add(store, a_turn("1"))
    store.save_replies([REPLIES["counted"]])

    store.measured.save_painted("eve", "r-1", PaintFigures(9.0))
    store.measured.save_painted("ann", "r-1", seen)
    store.save_replies([REPLIES["counted"]])  # a later save of the reply leaves it alone

    assert store.list_replies("ann", 1)[0].painted == seen


def test_usual_are_the_medians_of_the_owners_completed_answers_of_the_model(
    store: SqlStore,
) -> None:
    turns = [a_turn(str(n)) for n in range(5)]
    add(store, *turns)
    done: Outcome = "completed"
    outcomes: list[Outcome] = [done, done, done, done, "stopped"]
    for n, outcome in enumerate(outcomes):
        timings = Timings(ttft_s=0.5 * (n + 1), decode_s=2.0)
        counted = Usage(5, 41 + 20 * n)  # 20, 30, 40 and 50 tok/s
        store.save_replies(
            [replace(turns[n].reply, outcome=outcome, timings=timings, usage=counted)]
        )

    assert usual(store) == Usual(4, ttft_s=1.25, tok_s=35.0)
    assert usual(store, owner="eve") == usual(store, model="sim/y") == Usual()
