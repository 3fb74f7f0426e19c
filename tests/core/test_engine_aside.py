"""What runs on the engine's loop beside the answers."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from scripted import PATIENCE_S

from chat.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


async def wait_for_ever(cancelled: threading.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        cancelled.set()


def test_what_is_called_runs_on_the_loop_and_gives_its_result(engine: Engine) -> None:
    async def name() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    assert engine.call(name(), PATIENCE_S) == "tickertape-engine"


def test_what_is_called_may_fail(engine: Engine) -> None:
    async def fail() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        engine.call(fail(), PATIENCE_S)


def test_what_takes_too_long_is_cancelled(engine: Engine) -> None:
    cancelled = threading.Event()

    with pytest.raises(TimeoutError):
        engine.call(wait_for_ever(cancelled), 0.01)

    assert cancelled.wait(PATIENCE_S)


def test_nothing_can_be_called_after_closing(engine: Engine) -> None:
    engine.close()

    with pytest.raises(RuntimeError, match="closing"):
        engine.call(wait_for_ever(threading.Event()), PATIENCE_S)


def test_what_runs_aside_ends_with_the_engine(engine: Engine) -> None:
    cancelled = threading.Event()
    engine.spawn(wait_for_ever(cancelled))

    engine.close()
    engine.spawn(wait_for_ever(threading.Event()))

    assert cancelled.is_set()


def test_closing_ends_what_is_called_at_once(engine: Engine) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        await wait_for_ever(cancelled)

    with ThreadPoolExecutor(1) as threads:
        calling = threads.submit(engine.call, work(), 3600)
        assert begun.wait(PATIENCE_S)
        engine.close()
        error = calling.exception(PATIENCE_S)

    assert isinstance(error, RuntimeError)
    assert cancelled.is_set()
