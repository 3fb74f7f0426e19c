"""What every store promises of several processes on one database, and of old deletions."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from store_samples import (
    NOON,
    a_turn,
    add,
    database_url,  # noqa: F401 - a fixture
    ended,
    reply_ids,
    said,
)

from chat.conversations import QueuedMessage
from chat.errors import Failure
from chat.metrics import Timings
from chat.stores.database import parse_url
from chat.stores.schema import metadata
from chat.stores.sql import SqlStore
from chat.stores.upkeep import has_gone, new_process_id


class Wall:
    """A wall clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def open_store(url: str, wall: Wall) -> Callable[[], SqlStore]:
    return lambda: SqlStore.open(url, now=wall)


Open = Callable[[], SqlStore]


def counts(url: str) -> dict[str, int]:
    """How many rows each table holds."""
    with create_engine(parse_url(url)).connect() as db:
        return {
            name: db.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - our own tables
            for name in [*metadata.tables, "search"]
        }


def test_another_process_does_not_declare_a_living_ones_answers_dead(
    open_store: Open, wall: Wall
) -> None:
    with closing(open_store()) as one:
        add(one, a_turn("1"))
        wall.turn(seconds=14)

        with closing(open_store()) as other:
            assert other.mark_interrupted() == 0

        assert said(one) == [a_turn("1")]


def test_a_process_that_beats_lives_on(open_store: Open, wall: Wall) -> None:
    with closing(open_store()) as one, closing(open_store()) as other:
        add(one, a_turn("1"))
        for _ in range(9):
            wall.turn(seconds=10)
            one.beat()

        assert other.mark_interrupted() == 0


def test_answers_of_a_process_without_a_sign_of_life_become_interrupted(
    open_store: Open, wall: Wall
) -> None:
    with closing(open_store()) as dead:
        whole, turn = a_turn("1"), a_turn("2", "r-1")
        add(dead, whole, turn)
        dead.save_replies([ended(whole.reply), replace(turn.reply, text="Hel")])
    wall.turn(seconds=16)

    with closing(open_store()) as store:
        assert (store.mark_interrupted(), store.mark_interrupted()) == (1, 0)

        first, kept = said(store)
        expected = replace(turn.reply, text="Hel", outcome="interrupted")
        assert kept.reply == replace(expected, failure=Failure("interrupted"))
        assert first.reply == ended(whole.reply)


def test_a_process_does_not_interrupt_its_own_answers(open_store: Open, wall: Wall) -> None:
    with closing(open_store()) as slow, closing(open_store()) as other:
        add(slow, a_turn("1"))
        assert slow.mark_interrupted() == 0

        # Asleep for so long that another one took its sign of life away.
        wall.turn(seconds=16)
        other.beat()
        assert slow.mark_interrupted() == 0

        assert said(slow) == [a_turn("1")]


def test_a_process_of_this_machine_that_has_ended_is_known_to_be_dead() -> None:
    ours = new_process_id()
    ended_one = subprocess.Popen([sys.executable, "-c", ""])
    ended_one.wait()

    place, _, rest = ours.partition(" ")

    assert not has_gone(ours)
    assert has_gone(f"{place} {ended_one.pid} x")
    assert not has_gone(f"elsewhere/1 {ended_one.pid} x")
    assert not has_gone("an id of another kind")
    assert rest.startswith(f"{os.getpid()} ")


def test_a_process_declared_dead_that_lives_still_saves_its_ending(
    open_store: Open, wall: Wall
) -> None:
    with closing(open_store()) as slow, closing(open_store()) as other:
        turn = a_turn("1")
        add(slow, turn)
        wall.turn(seconds=16)
        other.mark_interrupted()

        slow.save_replies([replace(turn.reply, text="Hel")])
        slow.save_replies([ended(turn.reply, "Hello")])

        assert said(other)[0].reply == ended(turn.reply, "Hello")


@pytest.mark.parametrize(
    ("timings", "total_s"),
    [
        (Timings(0.25, None, 2.0), 2.25),
        (Timings(0.75, 0.5, 2.0), 2.5),
        (Timings(None, 0.5, 2.0), 2.5),
        (Timings(0.25, None, 2.0, retry_s=1.5, reconnect_s=0.5), 4.25),
        (Timings(), None),
    ],
)
def test_an_interrupted_answer_lasted_until_its_last_delta(
    open_store: Open, wall: Wall, timings: Timings, total_s: float | None
) -> None:
    with closing(open_store()) as dead:
        turn = a_turn("1")
        add(dead, turn)
        dead.save_replies([replace(turn.reply, timings=timings)])
    wall.turn(seconds=16)

    with closing(open_store()) as store:
        store.mark_interrupted()

        assert said(store)[0].reply.timings == replace(timings, total_s=total_s)


def test_old_signs_of_life_are_tidied_away(open_store: Open, wall: Wall, url: str) -> None:
    for _ in range(3):
        open_store().close()
        wall.turn(minutes=1)

    with closing(open_store()) as store:
        store.mark_interrupted()

    assert counts(url)["processes"] == 1


def full(store: SqlStore) -> None:
    """A conversation with something in every table."""
    turns = [a_turn("1"), a_turn("2", "r-1")]
    add(store, *turns)
    store.save_replies([ended(turn.reply) for turn in turns], {"r-1": b"log", "r-2": b"log"})
    store.queue(QueuedMessage("q", "ann", "c", "waiting", NOON))


def test_a_conversation_is_removed_for_good_a_week_after_its_deletion(
    open_store: Open, wall: Wall, url: str
) -> None:
    with closing(open_store()) as store:
        full(store)
        store.delete("ann", "c")
    wall.turn(days=7, seconds=1)

    with closing(open_store()) as store:
        store.restore("ann", "c")
        store.mark_interrupted()

    assert counts(url) == dict.fromkeys([*metadata.tables, "search"], 0) | {"processes": 1}


def test_a_deletion_can_be_taken_back_for_a_week(open_store: Open, wall: Wall, url: str) -> None:
    with closing(open_store()) as store:
        full(store)
        before = (store.load_tree("ann", "c"), counts(url) | {"processes": 1})
        store.delete("ann", "c")
    wall.turn(days=6, hours=23)

    with closing(open_store()) as store:
        store.restore("ann", "c")

        assert (store.load_tree("ann", "c"), counts(url) | {"processes": 1}) == before


def test_a_message_is_removed_for_good_with_what_follows(
    open_store: Open, wall: Wall, url: str
) -> None:
    with closing(open_store()) as store:
        full(store)
        store.delete_message("ann", "c", "m-2")
    wall.turn(days=8)

    with closing(open_store()) as store:
        store.restore_message("ann", "c", "m-2")

        assert reply_ids(store) == ["r-1"]
    kept = counts(url)
    assert (kept["messages"], kept["replies"], kept["reply_logs"], kept["search"]) == (1, 1, 1, 2)
    assert (kept["conversations"], kept["queued_messages"]) == (1, 1)


def test_the_owner_of_a_running_answer_and_nobody_else_asks_for_its_stop(open_store: Open) -> None:
    with closing(open_store()) as here, closing(open_store()) as there:
        add(here, a_turn("1"))
        here.save_replies([ended(a_turn("1").reply)])
        add(here, a_turn("2", "r-1"))

        for owner, reply_id in [("bob", "r-2"), ("ann", "r-1"), ("ann", "no"), ("ann", "\0")]:
            there.ask_stop(owner, reply_id)
        assert here.stops_asked(["r-1", "r-2", "no"]) == set()
        there.ask_stop("ann", "r-2")
        there.ask_stop("ann", "r-2")

        assert here.stops_asked(["r-1", "r-2"]) == {"r-2"}
        assert here.stops_asked(["r-1"]) == set()


def test_a_stop_can_be_asked_for_after_the_answer_moved_to_an_account(open_store: Open) -> None:
    with closing(open_store()) as store:
        add(store, a_turn("1"))
        store.adopt("ann", "account")

        store.ask_stop("account", "r-1")

        assert store.stops_asked(["r-1"]) == {"r-1"}


def test_a_stop_is_forgotten_once_the_answer_has_ended(open_store: Open) -> None:
    with closing(open_store()) as store:
        add(store, a_turn("1"))
        store.ask_stop("ann", "r-1")
        store.mark_interrupted()
        assert store.stops_asked(["r-1"]) == {"r-1"}

        store.save_replies([ended(a_turn("1").reply)])
        store.mark_interrupted()

        assert store.stops_asked(["r-1"]) == set()
