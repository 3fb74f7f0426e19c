"""The process that reads answers: it says what the wire would say, and ends with its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from raw_upstream import request_for, text_in
from scripted import a_live, wait_end
from simulator_calls import KEY, ended_record

from chat.departure import hear_leaving
from chat.engine import Engine
from chat.errors import ConnectionLost, ProviderError
from chat.event_loop import new_loop
from chat.events import Event, Opened, RequestLeft, TextDelta
from chat.live import LiveReply
from chat.messages import Secret
from chat.providers.openai_wire import OpenAIWire
from chat.providers.upstream import Upstream
from chat.providers.worker_process import WorkerProcess
from chat.routing import Endpoint, Routes
from chat.simulator import SimulatorServer

ROOT = Path(__file__).parents[2]
TIMEOUTS_S = (10.0, 5.0)
READY_S = 30.0
SLOW = "sim/rate-20-len-400"
SLOW_CHARS = 400  # it would have more
STREAMING = 5
"""So many entries of a log: the request and some words."""
MODELS = [
    "sim/burst-ttft-0-len-20",
    "sim/burst-ttft-0-len-20-think-20",
    "sim/burst-ttft-0-len-20-429",
    "sim/burst-ttft-0-len-20-401",
    "sim/burst-ttft-0-len-20-drop-at-10",
    "sim/burst-ttft-0-len-20-html",
]


@pytest.fixture
async def simulator() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer(any_key=True)
    server.start()
    yield server
    server.close()


@pytest.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    held = WorkerProcess(TIMEOUTS_S)
    held.start()
    await ready(held)
    yield held
    await held.close()


async def ready(worker: WorkerProcess) -> None:
    await until(lambda: worker.is_ready)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(READY_S):
        while not is_so():  # noqa: ASYNC110 - another process has no event of ours
            await asyncio.sleep(0.01)


def endpoint_of(server: SimulatorServer) -> Endpoint:
    return Endpoint(server.base_url, Secret(KEY), is_loopback=True, is_openrouter=True)


async def heard(events: AsyncIterator[Event]) -> tuple[list[Event], ProviderError | None]:
    said: list[Event] = []
    try:
        async for event in events:
            said.append(event)
    except ProviderError as error:
        return said, error
    return said, None


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

    await heard(worker.stream(endpoint_of(simulator), request_for(MODELS[0])))

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


async def test_an_answer_whose_worker_dies_can_be_tried_again(
    simulator: SimulatorServer, worker: WorkerProcess
) -> None:
    endpoint, pid = endpoint_of(simulator), worker.pid
    assert pid is not None

    events = worker.stream(endpoint, request_for(SLOW))
    while not isinstance(await anext(events), TextDelta):
        pass
    os.kill(pid, signal.SIGKILL)
    said, error = await heard(events)
    assert isinstance(error, ConnectionLost)
    assert len(text_in(said)) < SLOW_CHARS
    assert not worker.is_ready
    with pytest.raises(ConnectionLost):
        await anext(worker.stream(endpoint, request_for(MODELS[0])))
    await until(lambda: worker.pid is None)
    worker.start()
    await ready(worker)
    said, error = await heard(worker.stream(endpoint, request_for(MODELS[0])))

    assert error is None
    assert text_in(said)


def test_to_ask_one_that_has_just_died_is_a_lost_connection_on_our_own_loop_too(
    simulator: SimulatorServer,
) -> None:
    endpoint = endpoint_of(simulator)

    async def kill_and_ask() -> tuple[list[ProviderError | None], bool]:
        worker = WorkerProcess(TIMEOUTS_S)
        worker.start()
        await ready(worker)
        running = worker.stream(endpoint, request_for(SLOW))
        await anext(running)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        errors = []
        while worker.is_ready:
            asked = worker.stream(endpoint, request_for(MODELS[0]))
            errors.append((await heard(asked))[1])
        await running.aclose()  # Stop, while nobody is there to be told
        await worker.close()
        return errors, worker.is_ready

    with asyncio.Runner(loop_factory=new_loop) as runner:
        errors, is_ready = runner.run(kill_and_ask())

    assert {type(error) for error in errors} == {ConnectionLost}
    assert not is_ready


async def test_one_that_cannot_start_is_not_started_for_every_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho >> {began}\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    worker = WorkerProcess(TIMEOUTS_S)

    for _ in range(20):
        worker.start()
        await asyncio.sleep(0.02)
    await until(began.exists)
    await worker.close()

    assert began.read_text() == "\n"
    assert not worker.is_ready


async def test_it_ends_when_it_is_closed(worker: WorkerProcess) -> None:
    pid = worker.pid
    assert pid is not None

    await worker.close()

    assert not is_alive(pid)


PARENT = """
import asyncio
from chat.providers.worker_process import WorkerProcess

async def run():
    worker = WorkerProcess((10.0, 5.0))
    worker.start()
    while not worker.is_ready:
        await asyncio.sleep(0.01)
    print(worker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(run())
"""


def test_it_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        was_alive = is_alive(pid)
        parent.kill()

    deadline_s = time.monotonic() + READY_S
    while is_alive(pid) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert was_alive
    assert not is_alive(pid)


async def test_only_what_is_beyond_the_number_is_read_there(simulator: SimulatorServer) -> None:
    def anywhere(_named: object = None) -> Endpoint:
        return endpoint_of(simulator)

    routes = Routes(anywhere, anywhere, anywhere)
    upstream = Upstream(routes, *TIMEOUTS_S, time.monotonic, 3600.0, here=1)
    engine, lives = Engine(on_close=upstream.close), [a_live(name) for name in "abc"]

    async def stream(live: LiveReply) -> None:
        engine.start(live, lambda: upstream.stream(request_for(SLOW), None))
        await until(lambda: len(live.read()) >= STREAMING)

    await stream(lives[0])
    pid_with_one = upstream.worker.pid
    await stream(lives[1])  # finds no worker yet, and is read here too; it has one started
    await until(lambda: upstream.worker.is_ready)
    pid = upstream.worker.pid
    assert pid is not None
    await stream(lives[2])
    os.kill(pid, signal.SIGKILL)
    ended = await asyncio.to_thread(wait_end, lives[2])
    are_closed = [live.is_closed for live in lives]
    await asyncio.to_thread(engine.close)

    assert pid_with_one is None
    assert ended.outcome == "interrupted"
    assert are_closed == [False, False, True]


async def test_it_is_gone_when_the_app_has_ended(simulator: SimulatorServer) -> None:
    def anywhere(_named: object = None) -> Endpoint:
        return endpoint_of(simulator)

    upstream = Upstream(
        Routes(anywhere, anywhere, anywhere), *TIMEOUTS_S, time.monotonic, 3600.0, here=0
    )
    engine, live = Engine(on_close=upstream.close), a_live()
    engine.start(live, lambda: upstream.stream(request_for(SLOW), None))
    await until(lambda: upstream.worker.is_ready)
    pid = upstream.worker.pid
    assert pid is not None
    was_alive = is_alive(pid)

    await asyncio.to_thread(engine.close)

    assert was_alive
    assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
