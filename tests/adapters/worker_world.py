"""A worker and a simulator that it reads from, and what a test asks of them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from simulator_calls import KEY

from chat.errors import ProviderError
from chat.events import Event
from chat.messages import Secret
from chat.providers.worker_process import WorkerProcess
from chat.routing import Endpoint
from chat.simulator import SimulatorServer

TIMEOUTS_S = (10.0, 5.0)
READY_S = 30.0
WORDS = "sim/burst-ttft-0-len-20"
SLOW = "sim/rate-20-len-400"


@pytest.fixture(name="simulator")
async def started_simulator() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer(any_key=True)
    server.start()
    yield server
    server.close()


@pytest.fixture(name="worker")
async def started_worker() -> AsyncIterator[WorkerProcess]:
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
