"""The figures beside each reply in the database: those that it reckons with itself."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from postgres_server import PostgresServer
from sqlalchemy import Connection, MetaData, Table, create_engine, text
from store_samples import (
    NOON,
    a_conversation,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    opened_store,  # noqa: F401 - likewise
)

from chat.conversations import Outcome
from chat.events import Usage
from chat.measured import Usual
from chat.measures import PaintFigures, UpstreamSays
from chat.metrics import Timings
from chat.stores.database import connect, parse_url
from chat.stores.rows import conversation_row, message_row, reply_row
from chat.stores.sql import SqlStore

PATIENCE_S = 5.0
MIGRATIONS = Path(__file__).parents[2] / "chat" / "stores" / "migrations"
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


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the version before, with all the replies."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database("old_measures")
    engine = connect(parse_url(url), PATIENCE_S)
    with engine.begin() as db:
        _migrate_to(db, "0008")
        user = a_turn("1").user
        _insert(db, "conversations", conversation_row(a_conversation(), NOON))
        _insert(db, "messages", message_row(user, "c"))
        for name, reply in REPLIES.items():
            _insert(db, "replies", reply_row(replace(reply, id=name), NOON))
    engine.dispose()
    return url


def _migrate_to(db: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = db
    command.upgrade(config, revision)


def _insert(db: Connection, name: str, row: dict[str, object]) -> None:
    """Inserts what the table had then."""
    old = Table(name, MetaData(), autoload_with=db)
    moments = {name: NOON.replace(tzinfo=None) for name in row if name.endswith("_at")}
    plain = row | moments | {"deleted_at": None, "deleted_with": None}
    db.execute(old.insert().values({c: plain[c] for c in plain if c in old.columns}))


@pytest.mark.parametrize("which", REPLIES)
def test_the_throughput_stands_in_its_own_column(url: str, store: SqlStore, which: str) -> None:
    add(store, a_turn("1"))

    store.save_replies([REPLIES[which]])

    assert stored_tok_s(url) == TOK_S.get(which) == REPLIES[which].throughput_tok_s


def test_a_running_answer_has_none_yet(url: str, store: SqlStore) -> None:
    add(store, a_turn("1"))

    store.save_replies([replace(REPLIES["counted"], outcome=None)])

    assert stored_tok_s(url) is None


def test_replies_of_the_version_before_get_theirs(old_url: str) -> None:
    with closing(SqlStore.open(old_url)) as store:
        found = {reply.id: reply.throughput_tok_s for reply in store.list_replies("ann", 9)}

    engine = create_engine(parse_url(old_url))
    with closing(engine.connect()) as db:
        stored = {row.id: row.tok_s for row in db.execute(text("SELECT id, tok_s FROM replies"))}
    engine.dispose()
    assert stored == found == {name: TOK_S.get(name) for name in REPLIES}


def test_what_comes_after_the_end_is_kept_for_the_owner_only(store: SqlStore) -> None:
    seen, says = PaintFigures(0.5, 0.02, 0.1, 0.25), UpstreamSays(0.25, 2.0, 7, 9)
    add(store, a_turn("1"))
    store.save_replies([REPLIES["counted"]])

    store.measured.save_painted("eve", "r-1", PaintFigures(9.0))
    store.measured.save_painted("ann", "r-1", seen)
    store.measured.save_says("eve", "r-1", UpstreamSays(9.0))
    store.measured.save_says("ann", "r-1", says)
    store.save_replies([REPLIES["counted"]])  # a later save of the reply leaves them alone

    found = store.list_replies("ann", 1)[0]
    assert (found.painted, found.said) == (seen, says)


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


def test_a_reply_is_loaded_by_its_id_for_its_owner_once_it_has_ended(store: SqlStore) -> None:
    add(store, a_turn("1"))
    assert store.measured.load_reply("ann", "r-1") is None
    store.save_replies([REPLIES["counted"]])

    assert store.measured.load_reply("ann", "r-1") == REPLIES["counted"]
    assert store.measured.load_reply("eve", "r-1") is None
    store.delete("ann", "c")
    assert store.measured.load_reply("ann", "r-1") is None
