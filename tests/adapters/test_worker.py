"""The process that reads answers: it says what the wire would say, as the wire would say it."""

import asyncio
import time
from contextlib import aclosing

import pytest
from raw_upstream import request_for, text_in
from simulator_calls import ended_record
from worker_world import (  # the fixtures are started_simulator, started_worker
    SLOW,
    WORDS,
    endpoint_of,
    heard,
    started_simulator,  # noqa: F401
    started_worker,  # noqa: F401
)

from chat.departure import hear_leaving
from chat.events import Event, Opened, RequestLeft, TextDelta
from chat.providers.openai_wire import OpenAIWire
from chat.providers.worker_process import WorkerProcess
from chat.simulator import SimulatorServer

MODELS = [
    WORDS,
    "sim/burst-ttft-0-len-20-think-20",
    "sim/burst-ttft-0-len-20-429",
    "sim/burst-ttft-0-len-20-401",
    "sim/burst-ttft-0-len-20-drop-at-10",
    "sim/burst-ttft-0-len-20-html",
]


def without_ids(events: list[Event]) -> list[Event]:
    """Each answer has a generation id of its own."""
    return [e if not isinstance(e, Opened) else Opened(None, e.model) for e in events]


@pytest.mark.parametrize("model", MODELS)
async def test_it_says_what_the_wire_says(
    simulator: SimulatorServer, worker: WorkerProcess, model: str
) -> None:
    endpoint, request = endpoint_of(simulator), request_for(model)
    wire = OpenAIWire(lambda *_: endpoint)

    said, error = await heard(wire.stream(request, None))
    there, error_there = await heard(worker.stream(endpoint, request))
    await wire.close()

    assert without_ids(there) == without_ids(said)
    assert said or error
    assert type(error_there) is type(error)
    if error is not None and error_there is not None:
        assert error_there.failure == error.failure


async def test_the_moment_when_a_request_leaves_is_told(
    simulator: SimulatorServer, worker: WorkerProcess
) -> None:
    left: list[RequestLeft] = []
    hear_leaving(lambda: left.append(RequestLeft()))

    await heard(worker.stream(endpoint_of(simulator), request_for(WORDS)))

    assert left == [RequestLeft()]


async def test_a_reader_that_leaves_closes_the_connection(
    simulator: SimulatorServer, worker: WorkerProcess
) -> None:
    async with aclosing(worker.stream(endpoint_of(simulator), request_for(SLOW))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break

    record = await ended_record(simulator, SLOW)
    assert len(record["token_at_ms"]) < 400


async def test_answers_are_read_at_the_same_time(
    simulator: SimulatorServer, worker: WorkerProcess
) -> None:
    endpoint = endpoint_of(simulator)
    requests = [request_for(f"sim/rate-50-len-40-seed-{n}") for n in range(1, 9)]
    began_s = time.monotonic()

    answers = await asyncio.gather(*(heard(worker.stream(endpoint, one)) for one in requests))
    took_s = time.monotonic() - began_s

    assert all(error is None and text_in(said) for said, error in answers)
    assert len({text_in(said) for said, _ in answers}) == len(requests)
    # One after the other they would take eight times 0.8 seconds.
    assert took_s < 8 * 0.8
