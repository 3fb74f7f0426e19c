"""OpenRouter's own SDK reads what the simulator says, so the simulator speaks OpenRouter's wire.

The SDK turns what it cannot read into "unset" without a word, so every test asserts values.
"""

from collections.abc import Iterator

import pytest
from openrouter import OpenRouter
from openrouter.components import ChatResult, ChatStreamChunk, ChatUserMessage
from simulator_calls import KEY, ended_record

from chat.simulator import PICKER_MODELS, SimulatorServer, full_text
from chat.simulator.openrouter_models import ODD_MODELS

QUICK = "sim/ttft-0-rate-1000-len-12"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def sdk(server: SimulatorServer) -> Iterator[OpenRouter]:
    # Without an explicit None the SDK retries for up to an hour.
    with OpenRouter(
        server_url=server.base_url, api_key=KEY, retry_config=None, timeout_ms=10_000
    ) as client:
        yield client


async def chunks_of(sdk: OpenRouter, model: str) -> list[ChatStreamChunk]:
    """All chunks of a streamed answer."""
    stream = await sdk.chat.send_async(
        model=model, messages=[ChatUserMessage(role="user", content="hello there")], stream=True
    )
    assert not isinstance(stream, ChatResult)
    async with stream:
        return [chunk async for chunk in stream]


@pytest.mark.parametrize("option", ["", "-usage-repeat", "-dated", "-split", "-comments"])
async def test_a_streamed_answer_is_read_whole(sdk: OpenRouter, option: str) -> None:
    model = f"{QUICK}{option}"
    chunks = await chunks_of(sdk, model)
    said = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    usage = chunks[-1].usage

    assert "".join(map(str, said)) == full_text(model, "hello there")
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (2, 12, 14)
    assert usage.cost == pytest.approx(2 * 1e-7 + 12 * 4e-7)
    assert {chunk.choices[0].finish_reason for chunk in chunks if chunk.choices} == {None, "stop"}
    assert chunks[0].model.startswith(model)


async def test_reasoning_is_read_apart_from_the_text(sdk: OpenRouter) -> None:
    chunks = await chunks_of(sdk, f"{QUICK}-think-5")
    thought = [chunk.choices[0].delta.reasoning for chunk in chunks[:5]]

    assert all(isinstance(piece, str) and piece for piece in thought)
    details = chunks[0].choices[0].delta.reasoning_details
    assert details
    assert details[0].type == "reasoning.text"


async def test_an_error_inside_a_stream_is_read_as_one(sdk: OpenRouter) -> None:
    last = (await chunks_of(sdk, f"{QUICK}-error-at-2"))[-1]

    assert last.error is not None
    assert (int(last.error.code), last.error.message) == (502, "Provider disconnected unexpectedly")


async def test_the_list_of_models_is_read(sdk: OpenRouter) -> None:
    page = await sdk.models.list_async()

    assert page is not None
    models = page.result.data
    own = [model for model, _ in PICKER_MODELS]
    assert [model.id for model in models] == [*own, *(odd["id"] for odd in ODD_MODELS)]
    assert models[0].context_length == 131_072
    assert float(models[0].pricing.completion) == 4e-7
    assert models[0].architecture.output_modalities == ["text"]


async def test_the_endpoints_of_a_model_are_read(sdk: OpenRouter) -> None:
    answer = await sdk.endpoints.list_async(author="sim", slug="rate-80-ttft-300")
    endpoint, *slower = answer.data.endpoints

    assert (answer.data.id, endpoint.provider_name) == ("sim/rate-80-ttft-300", "Simulator")
    assert endpoint.latency_last_30m is not None
    assert endpoint.throughput_last_30m is not None
    assert (endpoint.latency_last_30m.p50, endpoint.throughput_last_30m.p90) == (300, 80)
    assert endpoint.uptime_last_30m == 100
    assert [(host.tag, host.quantization) for host in slower] == [
        ("halfway/fp8", "fp8"),
        ("slowpoke/int4", "int4"),
    ]


async def test_the_key_is_read(sdk: OpenRouter) -> None:
    data = (await sdk.api_keys.get_current_key_metadata_async()).data

    assert (data.limit, data.limit_remaining, data.is_free_tier) == (10, 9.5, False)
    assert KEY not in data.label


async def test_a_generation_is_read(sdk: OpenRouter, server: SimulatorServer) -> None:
    model = f"{QUICK}-seed-5"
    chunks = await chunks_of(sdk, model)
    await ended_record(server, model)
    data = (await sdk.generations.get_generation_async(id=chunks[0].id)).data

    assert (data.model, data.provider_name, data.finish_reason) == (model, "Simulator", "stop")
    assert (data.tokens_prompt, data.native_tokens_completion) == (2, 12)
    assert data.total_cost == pytest.approx(2 * 1e-7 + 12 * 4e-7)
