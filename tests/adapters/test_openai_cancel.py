"""The openai provider over a real socket: cancelled, it closes the upstream at once."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from raw_upstream import request_for, wire_to
from simulator_calls import ended_record, wait_for_open

from chat.engine import Engine
from chat.events import Event, Opened, ReasoningDelta, Stopped, TextDelta
from chat.live import LiveReply
from chat.simulator import SimulatorServer

STOP_LIMIT_S = 0.1
TRIES = 10


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def close_delay_s(
    simulator: SimulatorServer, model: str, is_there: Callable[[Event], bool] | None
) -> float:
    """Seconds from the cancelling to when the simulator saw the end of the connection."""
    reached, wire = asyncio.Event(), wire_to(simulator.base_url)

    async def produce() -> None:
        async for event in wire.stream(request_for(model), None):
            if is_there is not None and is_there(event):
                reached.set()

    task = asyncio.create_task(produce())
    await (wait_for_open(simulator, 1) if is_there is None else reached.wait())
    cancelled_s = time.monotonic()
    task.cancel()
    record = await ended_record(simulator, model)
    await wire.close()
    assert not record["finished"]
    return float(record["client_closed_s"]) - cancelled_s


@pytest.mark.parametrize(
    ("model", "is_there"),
    [
        ("sim/slow-headers-60000", None),
        ("sim/silent", lambda event: isinstance(event, Opened)),
        ("sim/ttft-0-think-5000", lambda event: isinstance(event, ReasoningDelta)),
        ("sim/ttft-0-len-5000", lambda event: isinstance(event, TextDelta)),
        ("sim/ttft-0-stall-1", lambda event: isinstance(event, TextDelta)),
    ],
    ids=["slow_headers", "before_the_first_token", "reasoning", "mid_text", "stall"],
)
async def test_cancelling_closes_the_upstream_at_once(
    simulator: SimulatorServer, model: str, is_there: Callable[[Event], bool] | None
) -> None:
    # One of ten, since other work on a busy machine may hold up the others.
    for _ in range(TRIES):
        delay_s = await close_delay_s(simulator, model, is_there)
        if delay_s < STOP_LIMIT_S:
            break

    assert delay_s < STOP_LIMIT_S


async def test_stopping_an_answer_of_the_engine_closes_the_upstream(
    simulator: SimulatorServer,
) -> None:
    model, wire = "sim/ttft-0-stall-2", wire_to(simulator.base_url)
    engine = Engine(on_close=wire.close)
    live = LiveReply("r", "ann", "c", model, time.monotonic)
    engine.start(live, lambda: wire.stream(request_for(model), None))
    while not any(isinstance(entry.event, TextDelta) for entry in live.read()):
        await asyncio.to_thread(live.wait, len(live.read()), 1)

    stopped_s = time.monotonic()
    engine.stop("r", "ann")
    record = await ended_record(simulator, model)
    engine.close()

    assert record["client_closed_s"] - stopped_s < 1
    assert live.read()[-1].event == Stopped()
