"""Several answers that begin in one go."""

from collections.abc import Iterator

import pytest
from scripted import CLOSED, REQUEST, ScriptedProvider, a_live, ending_of, wait_end, wait_entries

from chat.engine import Engine
from chat.errors import ServerBusy
from chat.events import Failed, Finished, RequestSent


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(max_answers=2)
    yield engine
    engine.close()


def test_none_begins_before_the_block_is_left(engine: Engine) -> None:
    lives = [a_live("1"), a_live("2")]

    with engine.together():
        for live in lives:
            engine.start(live, lambda: ScriptedProvider().stream(REQUEST, None))
        engine.call(_nothing(), 5)  # whatever the loop had to do is done
        assert [list(live.read()) for live in lives] == [[], []]

    assert [wait_entries(live, 1)[0].event for live in lives] == [RequestSent()] * 2


def test_one_too_many_is_refused_alone(engine: Engine) -> None:
    lives = [a_live(name) for name in "123"]

    with engine.together():
        for live in lives:
            engine.start(live, lambda: ScriptedProvider(Finished("stop")).stream(REQUEST, None))

    assert [wait_end(live).outcome for live in lives] == ["completed", "completed", "failed"]
    assert ending_of(lives[2]) == Failed(ServerBusy().failure)


def test_those_that_were_started_begin_even_where_the_block_fails(engine: Engine) -> None:
    live = a_live()

    def start_and_fail() -> None:
        with engine.together():
            engine.start(live, lambda: ScriptedProvider(Finished("stop")).stream(REQUEST, None))
            raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        start_and_fail()

    assert wait_end(live).outcome == "completed"


def test_an_engine_that_closes_meanwhile_leaves_none_running(engine: Engine) -> None:
    live = a_live()

    with engine.together():
        engine.start(live, lambda: ScriptedProvider().stream(REQUEST, None))
        engine.close()

    assert ending_of(live) == CLOSED


async def _nothing() -> None: ...
