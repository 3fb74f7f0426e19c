"""The process that reads answers ends: with the app, however that ends, or by itself."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from raw_upstream import request_for, text_in
from scripted import a_live, wait_end
from worker_world import (  # the fixtures are started_simulator, started_worker
    READY_S,
    SLOW,
    TIMEOUTS_S,
    WORDS,
    endpoint_of,
    heard,
    ready,
    started_simulator,  # noqa: F401
    started_worker,  # noqa: F401
    until,
)

from chat.engine import Engine
from chat.errors import ConnectionLost, ProviderError
from chat.event_loop import new_loop
from chat.events import TextDelta
from chat.live import LiveReply
from chat.providers.upstream import Upstream
from chat.providers.worker_process import WorkerProcess
from chat.routing import Endpoint, Routes
from chat.simulator import SimulatorServer

ROOT = Path(__file__).parents[2]
SLOW_CHARS = 400  # it would have more
STREAMING = 5
"""So many entries of a log: the request and some words."""


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
        await anext(worker.stream(endpoint, request_for(WORDS)))
    await until(lambda: worker.pid is None)
    worker.start()
    await ready(worker)
    said, error = await heard(worker.stream(endpoint, request_for(WORDS)))

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
            asked = worker.stream(endpoint, request_for(WORDS))
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


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
