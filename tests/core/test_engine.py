"""The engine: answers are produced whoever reads, and end however they must."""

import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from queue import SimpleQueue

import pytest
from scripted import (
    CLOSED,
    PATIENCE_S,
    REQUEST,
    STOPPED,
    ScriptedProvider,
    Step,
    a_live,
    busy_s,
    ending_of,
    text_of,
    wait_end,
    wait_entries,
)

from chat.engine import Engine
from chat.errors import Failure, RateLimited
from chat.events import Event, Failed, Finished, ReasoningDelta, RequestSent, TextDelta
from chat.live import LiveReply

FINISHED = Finished("stop")
SECRET = "sk-or-v1-very-secret"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


def start(engine: Engine, provider: ScriptedProvider, reply_id: str = "r") -> LiveReply:
    live = a_live(reply_id)
    engine.start(live, lambda: provider.stream(REQUEST, None))
    return live


def test_an_answer_is_logged_from_the_request_to_its_finish(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(TextDelta("a"), TextDelta("b"), FINISHED))

    assert wait_end(live).outcome == "completed"
    assert [entry.event for entry in live.read()] == [
        RequestSent(),
        TextDelta("a"),
        TextDelta("b"),
        FINISHED,
    ]


def test_an_answer_that_is_handed_over_runs_on_and_obeys_its_new_owner_only(
    engine: Engine,
) -> None:
    live = start(engine, ScriptedProvider())

    engine.adopt("ann", "account")

    assert not engine.stop("r", "ann")
    assert engine.known("ann") == {}
    assert engine.known("account") == {"r": live}
    assert engine.stop("r", "account")
    assert wait_end(live).outcome == "stopped"


def test_an_answer_goes_on_without_a_reader(engine: Engine) -> None:
    provider = ScriptedProvider()
    live = start(engine, provider)
    live.wait(0, PATIENCE_S)  # one reader came, and left

    provider.say(TextDelta("a"), FINISHED)

    assert wait_end(live).text == "a"


def test_answers_run_side_by_side(engine: Engine) -> None:
    slow, quick = ScriptedProvider(), ScriptedProvider(TextDelta("q"), FINISHED)
    waiting, done = start(engine, slow, "1"), start(engine, quick, "2")

    assert wait_end(done).text == "q"
    assert not waiting.is_closed


@pytest.mark.parametrize(
    "before",
    [(), (ReasoningDelta("hm"),), (TextDelta("a"), TextDelta("b"))],
    ids=["first_event", "reasoning", "mid_text"],
)
def test_stop_ends_the_stream_and_keeps_what_came(engine: Engine, before: tuple[Step, ...]) -> None:
    provider = ScriptedProvider(*before)
    live = start(engine, provider)
    wait_entries(live, 1 + len(before))

    assert engine.stop("r", "ann")

    assert ending_of(live) == STOPPED
    assert [entry.event for entry in live.read()] == [RequestSent(), *before, STOPPED]
    assert provider.is_closed.is_set()


def test_stop_in_a_stall_does_not_wait_for_the_next_token(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(TextDelta("a")))
    wait_entries(live, 2)
    begun_s = time.monotonic()

    engine.stop("r", "ann")

    assert wait_end(live).outcome == "stopped"
    assert time.monotonic() - begun_s < 1


def test_stop_right_after_the_start_stops(engine: Engine) -> None:
    live = a_live()
    engine.start(live, lambda: ScriptedProvider().stream(REQUEST, None))

    assert engine.stop("r", "ann")

    assert ending_of(live) == STOPPED


def test_another_owner_can_neither_find_nor_stop_an_answer(engine: Engine) -> None:
    provider = ScriptedProvider()
    live = start(engine, provider)

    assert not engine.stop("r", "eve")
    assert engine.find("r", "eve") is None
    assert engine.known("eve") == {}

    provider.say(FINISHED)
    assert wait_end(live).outcome == "completed"


def test_an_ended_or_unknown_answer_cannot_be_stopped(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(FINISHED))
    wait_end(live)

    assert not engine.stop("r", "ann")
    assert not engine.stop("other", "ann")
    assert ending_of(live) == FINISHED


def test_an_ended_answer_is_known_until_it_is_forgotten(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(FINISHED))
    wait_end(live)
    assert engine.known("ann") == {"r": live}

    engine.forget("r")

    assert engine.known("ann") == {}


def test_a_provider_error_becomes_its_failure(engine: Engine) -> None:
    error = RateLimited("slow down", status=429, retry_after_s=2)
    live = start(engine, ScriptedProvider(TextDelta("a"), error))

    fold = wait_end(live)

    assert (fold.outcome, fold.text) == ("failed", "a")
    assert fold.failure == Failure("rate_limited", "slow down", 429, 2)


def test_any_other_error_fails_the_answer_and_the_log_quotes_nothing(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    live = start(engine, ScriptedProvider(TextDelta("a"), ValueError(SECRET)))

    assert wait_end(live).failure == Failure("internal")

    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_a_source_that_cannot_even_begin_fails_the_answer(engine: Engine) -> None:
    def source() -> AsyncIterator[Event]:
        raise KeyError(SECRET)

    live = a_live()
    engine.start(live, source)

    assert wait_end(live).failure == Failure("internal")


def test_a_stream_that_ends_without_a_finish_is_interrupted(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(TextDelta("a"), None))

    assert ending_of(live) == Failed(Failure("interrupted"))
    assert wait_end(live).outcome == "interrupted"


def test_changes_are_told_when_an_answer_begins_and_ends() -> None:
    changes: list[bool] = []
    live = a_live()
    engine = Engine(on_change=lambda: changes.append(live.is_closed))

    engine.start(live, lambda: ScriptedProvider(FINISHED).stream(REQUEST, None))
    wait_end(live)
    engine.close()

    assert changes == [False, True]


def test_each_end_is_told_once_with_its_log() -> None:
    ended: SimpleQueue[LiveReply] = SimpleQueue()
    engine = Engine(on_end=ended.put)

    done = start(engine, ScriptedProvider(FINISHED), "done")
    failed = start(engine, ScriptedProvider(RateLimited()), "failed")
    assert {ended.get(timeout=PATIENCE_S), ended.get(timeout=PATIENCE_S)} == {done, failed}
    running = start(engine, ScriptedProvider(), "running")
    engine.stop("running", "ann")
    assert ended.get(timeout=PATIENCE_S) is running
    engine.close()

    assert (done.is_closed, failed.is_closed, running.is_closed) == (True, True, True)
    assert ended.empty()


def test_closing_interrupts_what_runs_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    engine = Engine()
    provider = ScriptedProvider(TextDelta("a"))
    live = start(engine, provider)
    wait_entries(live, 2)

    engine.close()

    assert ending_of(live) == CLOSED
    assert wait_end(live).outcome == "interrupted"
    assert provider.is_closed.is_set()
    assert set(threading.enumerate()) == before


def test_closing_waits_for_what_is_to_be_closed_on_the_loop() -> None:
    threads: list[str] = []

    async def close_pool() -> None:
        threads.append(threading.current_thread().name)

    engine = Engine(on_close=close_pool)
    engine.close()
    engine.close()

    assert threads == ["tickertape-engine"]


def test_a_fault_while_closing_leaves_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    before = set(threading.enumerate())

    async def close_pool() -> None:
        raise ValueError(SECRET)

    Engine(on_close=close_pool).close()

    assert set(threading.enumerate()) == before
    assert SECRET not in caplog.text


def test_an_answer_begun_after_closing_is_interrupted_at_once() -> None:
    engine = Engine()
    engine.close()
    provider = ScriptedProvider()

    live = start(engine, provider)

    assert ending_of(live) == CLOSED
    assert provider.requests == []


def test_an_idle_engine_uses_no_processor_time(engine: Engine) -> None:
    live = start(engine, ScriptedProvider(TextDelta("a")))  # one answer in a stall
    wait_entries(live, 2)

    assert busy_s("tickertape-engine") < 0.005


def test_text_of_many_deltas_is_whole(engine: Engine) -> None:
    deltas = [TextDelta(f"{n} ") for n in range(5000)]

    live = start(engine, ScriptedProvider(*deltas, FINISHED))

    wait_end(live)
    assert text_of(live.read()) == "".join(delta.text for delta in deltas)
