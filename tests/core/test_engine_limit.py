"""A limit on running answers: one too many is refused politely, and nobody else notices."""

from collections.abc import Iterator
from queue import SimpleQueue

import pytest
from scripted import (
    PATIENCE_S,
    REQUEST,
    ScriptedProvider,
    a_live,
    ending_of,
    wait_end,
    wait_entries,
)

from chat.engine import Engine
from chat.errors import ServerBusy
from chat.events import Failed, Finished, TextDelta
from chat.live import LiveReply

BUSY = Failed(ServerBusy().failure)


@pytest.fixture
def ended() -> SimpleQueue[LiveReply]:
    return SimpleQueue()


@pytest.fixture
def engine(ended: SimpleQueue[LiveReply]) -> Iterator[Engine]:
    engine = Engine(on_end=ended.put, max_answers=1)
    yield engine
    engine.close()


def start(engine: Engine, provider: ScriptedProvider, reply_id: str) -> LiveReply:
    live = a_live(reply_id)
    engine.start(live, lambda: provider.stream(REQUEST, None))
    return live


def test_one_answer_too_many_ends_at_once_as_busy_and_asks_nobody(engine: Engine) -> None:
    first = start(engine, ScriptedProvider(TextDelta("a")), "first")
    second = start(engine, ScriptedProvider(TextDelta("b"), Finished("stop")), "second")

    wait_end(second)

    assert [entry.event for entry in second.read()] == [BUSY]
    assert not first.is_closed


def test_a_refused_answer_is_known_and_ends_like_any_other(
    engine: Engine, ended: SimpleQueue[LiveReply]
) -> None:
    start(engine, ScriptedProvider(TextDelta("a")), "first")
    second = start(engine, ScriptedProvider(), "second")

    assert ended.get(timeout=PATIENCE_S) is second
    assert engine.known(second.owner)["second"] is second


def test_when_an_answer_has_ended_there_is_room_again(engine: Engine) -> None:
    first = start(engine, ScriptedProvider(TextDelta("a")), "first")
    wait_entries(first, 2)
    assert engine.stop("first", first.owner)
    wait_end(first)

    again = start(engine, ScriptedProvider(TextDelta("b"), Finished("stop")), "again")

    wait_end(again)
    assert ending_of(again) == Finished("stop")


def test_an_ended_answer_that_is_not_saved_yet_takes_no_room(engine: Engine) -> None:
    wait_end(start(engine, ScriptedProvider(Finished("stop")), "first"))

    second = start(engine, ScriptedProvider(Finished("stop")), "second")

    assert wait_end(second).outcome == "completed"
