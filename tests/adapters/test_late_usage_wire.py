"""What a stopped answer cost, asked over a real socket as OpenRouter's `/generation` is."""

import asyncio
from collections.abc import Iterator

import pytest
from raw_upstream import request_for, wire_to
from simulator_calls import KEY, ended_record

from chat.errors import ProviderError
from chat.events import Opened, TextDelta
from chat.late_usage import late_usage
from chat.messages import Secret
from chat.providers.openai_wire import OpenAIWire
from chat.simulator import SimulatorServer

MODEL = "sim/ttft-0-rate-200-len-5000"


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def begun(wire: OpenAIWire) -> tuple[asyncio.Task[None], str]:
    """An answer that has said its first word, and its id."""
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def produce() -> None:
        generation_id = ""
        async for event in wire.stream(request_for(MODEL), None):
            if isinstance(event, Opened):
                generation_id = event.generation_id or ""
            elif isinstance(event, TextDelta) and not first.done():
                first.set_result(generation_id)

    task = asyncio.create_task(produce())
    return task, await first


async def test_the_cost_comes_once_the_stopped_answer_is_over_upstream(
    simulator: SimulatorServer,
) -> None:
    wire = wire_to(simulator.base_url)
    task, generation_id = await begun(wire)
    assert await wire.usage_of(MODEL, generation_id, None) is None  # still being written: 404

    task.cancel()
    record = await ended_record(simulator, MODEL)
    usage = await late_usage(wire.usage_of, MODEL, generation_id, None, [0.0])
    await wire.close()

    assert usage is not None
    assert usage.completion_tokens == record["tokens"]
    assert usage.cost_usd is not None
    assert usage.cost_usd > 0


async def test_an_upstream_that_does_not_know_the_answer_is_asked_to_the_end(
    simulator: SimulatorServer,
) -> None:
    wire = wire_to(simulator.base_url)

    assert await late_usage(wire.usage_of, MODEL, "gen-unknown", Secret(KEY), [0.0, 0.0]) is None
    await wire.close()


async def test_an_upstream_that_is_gone_is_a_provider_error_and_no_cost() -> None:
    server = SimulatorServer()
    wire = wire_to(server.start())
    server.close()

    with pytest.raises(ProviderError):
        await wire.usage_of(MODEL, "gen-1", Secret(KEY))
    assert await late_usage(wire.usage_of, MODEL, "gen-1", Secret(KEY), [0.0]) is None
    await wire.close()
