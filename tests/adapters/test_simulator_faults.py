"""Each fault of the simulator, as bytes and as the openai SDK makes of it."""

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest
from simulator_calls import ended_record, events, open_stream, post, raw_post, text_of

from chat.simulator import SimulatorServer
from chat.simulator.prose import write

SHORT = "ttft-0-rate-1000"


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request"),
        (401, "authentication"),
        (402, "payment_required"),
        (403, "content_policy_violation"),
        (404, "not_found"),
        (408, "timeout"),
        (409, "unmapped"),
        (412, "precondition_failed"),
        (413, "payload_too_large"),
        (422, "unprocessable"),
        (429, "rate_limit_exceeded"),
        (500, "server"),
        (502, "provider_unavailable"),
        (499, "unmapped"),
        (503, "unmapped"),
        (504, "timeout"),
        (524, "timeout"),
        (529, "provider_overloaded"),
    ],
)
async def test_a_refusal_has_openrouters_body(
    server: SimulatorServer, status: int, kind: str
) -> None:
    answer = await post(server, f"sim/{status}")
    error = answer.json()["error"]

    assert (answer.status_code, error["code"]) == (status, status)
    assert error["metadata"]["error_type"] == kind
    assert error["message"]
    assert "user_id" in answer.json()


async def test_the_sdk_raises_its_own_error_for_a_refusal(server: SimulatorServer) -> None:
    with pytest.raises(openai.RateLimitError) as raised:
        await open_stream(server, "sim/429")

    assert raised.value.code == "429"


async def test_a_provider_error_carries_the_providers_words(server: SimulatorServer) -> None:
    metadata = (await post(server, "sim/529")).json()["error"]["metadata"]

    assert json.loads(metadata["raw"])["error"]["message"] == "Overloaded"
    assert metadata["provider_name"] == "Simulator"


async def test_the_sentence_of_402_names_the_tokens_asked_for(server: SimulatorServer) -> None:
    answer = await post(server, "sim/402-afford-12", max_tokens=4321)

    assert "up to 4321 tokens" in answer.json()["error"]["message"]


async def test_a_shared_pool_429_may_say_when_to_come_back(server: SimulatorServer) -> None:
    hinted, plain = await post(server, "sim/429-after-2"), await post(server, "sim/429")

    assert hinted.headers["retry-after"] == "2"
    assert "retry-after" not in plain.headers
    source = hinted.json()["error"]["metadata"]["limit_source"]
    assert source == "upstream_provider_shared_pool"


async def test_a_daily_429_resets_at_midnight_in_milliseconds(server: SimulatorServer) -> None:
    answer = await post(server, "sim/429-daily")
    error = answer.json()["error"]
    reset_ms = int(answer.headers["x-ratelimit-reset"])

    assert error["message"].startswith("Rate limit exceeded: free-models-per-day")
    assert error["metadata"]["limit_source"] == "openrouter_free_tier_daily"
    assert error["metadata"]["headers"]["X-RateLimit-Reset"] == str(reset_ms)
    assert reset_ms % 86_400_000 == 0
    assert "retry-after" not in answer.headers


async def test_an_unknown_model_is_a_400(server: SimulatorServer) -> None:
    answer = await post(server, "sim/nonsense")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "sim/nonsense is not a valid model ID"
    assert answer.json()["error"]["availability"]["code"] == "model_not_found"


async def test_a_stall_sends_its_tokens_and_nothing_more(server: SimulatorServer) -> None:
    reader, writer = await raw_post(server, f"sim/{SHORT}-stall-3")
    for token in write("mixed", 1, 200)[:3]:
        await reader.readuntil(json.dumps(token).encode())
    await reader.readuntil(b"\n\n\r\n")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.read(1)
    writer.close()


async def test_a_drop_cuts_the_body_before_its_end(server: SimulatorServer) -> None:
    reader, writer = await raw_post(server, f"sim/{SHORT}-drop-at-4")
    body = await reader.read()
    writer.close()

    assert body.count(b"data: ") == 4
    assert not body.endswith(b"0\r\n\r\n")


async def test_the_sdk_sees_a_drop_as_a_lost_connection(server: SimulatorServer) -> None:
    stream = await open_stream(server, f"sim/{SHORT}-drop-at-4")

    with pytest.raises(openai.APIConnectionError):
        _ = [chunk async for chunk in stream]


async def test_a_cut_ends_the_body_properly_without_a_finish_reason(
    server: SimulatorServer,
) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-cut-at-4")).text)

    assert len(chunks) == 4
    assert {chunk["choices"][0]["finish_reason"] for chunk in chunks} == {None}


async def test_a_cut_answer_can_be_continued_to_its_end(server: SimulatorServer) -> None:
    model = f"sim/{SHORT}-cut-at-40-len-60"
    half = text_of((await post(server, model)).text)
    prompt = [{"role": "user", "content": "x"}, {"role": "assistant", "content": half.rstrip()}]
    rest = await post(server, model, prompt)

    assert half.rstrip() + text_of(rest.text) == "".join(write("mixed", 1, 60))
    assert events(rest.text)[-2]["choices"][0]["finish_reason"] == "stop"


async def test_a_fault_counts_reasoning_too(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-think-9-cut-at-4")).text)

    assert all(chunk["choices"][0]["delta"]["reasoning"] for chunk in chunks)
    assert len(chunks) == 4


async def test_an_error_in_the_stream_has_the_documented_shape(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-error-at-2")
    last = events(answer.text)[-1]

    assert last["error"]["code"] == 502
    assert last["error"]["metadata"]["error_type"] == "provider_unavailable"
    assert last["choices"][0]["finish_reason"] == "error"
    assert answer.text.endswith("data: [DONE]\n\n")
    assert len(events(answer.text)) == 3


async def test_the_sdk_raises_an_error_in_the_stream(server: SimulatorServer) -> None:
    stream = await open_stream(server, f"sim/{SHORT}-error-at-2")

    with pytest.raises(openai.APIError, match="Provider disconnected unexpectedly"):
        _ = [chunk async for chunk in stream]


async def test_an_error_before_any_token_has_no_choices(server: SimulatorServer) -> None:
    answer = await post(server, "sim/error-empty-choices-ttft-0")
    (only,) = events(answer.text)

    assert answer.status_code == 200
    assert answer.text.startswith(": OPENROUTER PROCESSING\n\n")
    assert (only["choices"], only["error"]["code"]) == ([], 502)
    assert only["usage"]["cost"] == 0


async def test_an_error_code_may_be_a_string(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-error-string-code-at-1")

    assert events(answer.text)[-1]["error"]["code"] == "server_error"


async def test_an_error_may_hide_in_the_choice(server: SimulatorServer) -> None:
    last = events((await post(server, f"sim/{SHORT}-error-in-choice-at-1")).text)[-1]

    assert "error" not in last
    assert last["choices"][0]["error"]["code"] == 502


async def test_html_comes_with_status_200(server: SimulatorServer) -> None:
    answer = await post(server, "sim/html")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


async def test_an_error_object_comes_with_status_200(server: SimulatorServer) -> None:
    answer = await post(server, "sim/json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["error"]["code"] == 502


async def test_comments_may_be_all_there_is(server: SimulatorServer) -> None:
    answer = await post(server, "sim/comments-only-ttft-0")

    assert answer.text == ": OPENROUTER PROCESSING\n\n" * 3


async def test_silence_is_comments_without_an_end(server: SimulatorServer) -> None:
    reader, writer = await raw_post(server, "sim/silent-seed-9")
    await reader.readuntil(b": OPENROUTER PROCESSING\n\n")
    await reader.readuntil(b": OPENROUTER PROCESSING\n\n")
    writer.close()

    assert (await ended_record(server, "sim/silent-seed-9"))["tokens"] == 0


async def test_a_chunk_may_lack_its_choices(server: SimulatorServer) -> None:
    chunks = events((await post(server, f"sim/{SHORT}-len-3-no-choices-at-1")).text)

    assert ["choices" in chunk for chunk in chunks] == [True, False, True, True, True, True]


async def test_the_sdk_lets_bad_json_through(server: SimulatorServer) -> None:
    stream = await open_stream(server, f"sim/{SHORT}-bad-json-at-2")

    with pytest.raises(json.JSONDecodeError):
        _ = [chunk async for chunk in stream]


async def test_the_sdk_lets_bad_utf_8_through(server: SimulatorServer) -> None:
    stream = await open_stream(server, f"sim/{SHORT}-bad-utf8-at-2")

    with pytest.raises(UnicodeDecodeError):
        _ = [chunk async for chunk in stream]


async def test_without_streaming_an_error_is_an_http_error(server: SimulatorServer) -> None:
    answer = await post(server, f"sim/{SHORT}-len-5-error-at-2", stream=False)

    assert answer.status_code == 502
