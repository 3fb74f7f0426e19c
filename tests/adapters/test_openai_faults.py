"""The openai provider over a real socket: each fault is the right error, and what came is kept."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from raw_upstream import (
    FINISH,
    KEY,
    STREAM,
    ask,
    ask_bytes,
    http,
    refusal,
    request_for,
    sse,
    text_in,
    upstream,
    wire_to,
)

from chat.errors import Failure, FailureKind
from chat.events import Opened
from chat.messages import Secret
from chat.providers.openai_wire import DETAIL_CHARS
from chat.simulator import SimulatorServer
from chat.simulator.prose import write

QUICK = "sim/ttft-0-rate-1000-len-20"
LOST = "Provider disconnected unexpectedly"
NO_JSON = "A part of the stream was not valid JSON."
NO_FINISH = "The stream ended without a finish reason."
NO_STREAM = "The address answered, but not with a stream of an answer."


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("option", "kind", "detail"),
    [
        ("400", "rejected", "temperature: must be at most 2"),
        ("401", "invalid_key", "User not found."),
        ("402", "out_of_credits", "fewer max_tokens. You requested up to 5000 tokens"),
        ("403", "refused", 'Your input was flagged for "violence".'),
        ("404", "model_unavailable", "No endpoints found for sim/404."),
        ("408", "timed_out", "timed out before the provider answered"),
        ("413", "rejected", "too large"),
        ("422", "rejected", "cannot be read"),
        ("429", "rate_limited", "temporarily rate-limited upstream"),
        ("500", "model_unavailable", "Internal Server Error"),
        ("502", "model_unavailable", "upstream connect error"),
        ("503", "model_unavailable", "No provider is available"),
        ("524", "timed_out", "did not answer in time"),
        ("529", "model_unavailable", "Overloaded"),
    ],
)
async def test_a_refusal_has_its_kind_and_the_most_telling_words(
    simulator: SimulatorServer, option: str, kind: FailureKind, detail: str
) -> None:
    events, failure = await ask(wire_to(simulator.base_url), request_for(f"sim/{option}"))

    assert failure is not None
    assert (events, failure.kind, failure.status) == ([], kind, int(option))
    assert detail in failure.detail
    assert failure.retry_after_s is None


async def test_a_rate_limit_says_how_long_to_wait(simulator: SimulatorServer) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for("sim/429-after-7"))

    assert failure is not None
    assert (failure.kind, failure.retry_after_s) == ("rate_limited", 7)


async def test_the_daily_limit_says_that_it_is_the_daily_one(simulator: SimulatorServer) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for("sim/429-daily"))

    assert failure is not None
    assert failure.detail.startswith("Rate limit exceeded: free-models-per-day.")


@pytest.mark.parametrize(
    ("option", "failure"),
    [
        ("error-at-3", Failure("model_unavailable", LOST, 502)),
        ("error-string-code-at-3", Failure("model_unavailable", LOST)),
        ("error-in-choice-at-3", Failure("model_unavailable", LOST, 502)),
        ("cut-at-3", Failure("interrupted", NO_FINISH)),
        ("drop-at-3", Failure("connection_lost")),
        ("bad-json-at-3", Failure("bad_answer", NO_JSON)),
        ("bad-utf8-at-3", Failure("bad_answer", NO_JSON)),
    ],
)
async def test_a_fault_inside_a_stream_keeps_what_came(
    simulator: SimulatorServer, option: str, failure: Failure
) -> None:
    events, failed = await ask(wire_to(simulator.base_url), request_for(f"{QUICK}-{option}"))

    assert failed == failure
    assert text_in(events) == "".join(write("mixed", 1, 20)[:3])


@pytest.mark.parametrize(
    ("option", "failure"),
    [
        ("html", Failure("bad_answer", NO_STREAM)),
        ("json", Failure("model_unavailable", LOST, 502)),
        ("comments-only", Failure("interrupted", NO_FINISH)),
        ("error-empty-choices", Failure("model_unavailable", LOST, 502)),
        ("drop-at-0", Failure("connection_lost")),
        ("cut-at-0", Failure("interrupted", NO_FINISH)),
    ],
)
async def test_a_200_without_an_answer_is_a_failure(
    simulator: SimulatorServer, option: str, failure: Failure
) -> None:
    events, failed = await ask(wire_to(simulator.base_url), request_for(f"{QUICK}-{option}"))

    assert failed == failure
    assert all(isinstance(event, Opened) for event in events)


async def test_a_model_that_nobody_has_is_rejected(simulator: SimulatorServer) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for("sim/nonsense"))

    assert failure == Failure("rejected", "sim/nonsense is not a valid model ID", 400)


async def test_a_port_where_nobody_listens_is_a_lost_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    _, failure = await ask(wire_to(f"http://127.0.0.1:{port}"), request_for())

    assert failure == Failure("connection_lost")


@pytest.mark.parametrize("option", ["slow-headers-60000", "stall-3", "ttft-60000"])
async def test_too_long_a_silence_is_a_timeout(simulator: SimulatorServer, option: str) -> None:
    wire = wire_to(simulator.base_url, read_timeout_s=0.3)
    model = f"sim/{option}" if "ttft" in option else f"sim/ttft-0-{option}"

    _, failure = await ask(wire, request_for(model))

    assert failure == Failure("timed_out", "Nothing came for too long.")


ANSWERS_OF_NO_USE = {
    "empty": b"",
    "no_http": b"220 mail.example ESMTP\r\n",
    "half_a_head": b"HTTP/1.1 200 OK\r\nContent-T",
    "no_body": http(b"", STREAM),
    "half_an_event": http(b'data: {"choices"', STREAM),
    "no_object": sse(5, "text", None, []),
    "nesting_without_end": http(b"data: " + b"[" * 200_000 + b"\n\n", STREAM),
    "number_without_end": http(b"data: " + b"1" * 50_000 + b"\n\n", STREAM),
    "unknown_finish": sse({"choices": [{"delta": {}, "finish_reason": "bored"}]}),
    "whole_answer": http(b'{"choices": []}', "Content-Type: application/json"),
    "nested_json": http(b"[" * 60_000, "Content-Type: application/json"),
    "torn_page": http(b"<p>Sign in", "Content-Type: text/html", "Content-Length: 999"),
    "no_type": http(b"hello"),
    "redirect_to_nowhere": http(b"", "Location: http://", status="302 Found"),
    "not_gzip": http(b"plain", STREAM, "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("answer", ANSWERS_OF_NO_USE.values(), ids=ANSWERS_OF_NO_USE)
async def test_an_answer_of_no_use_is_a_failure_of_the_upstream(answer: bytes) -> None:
    events, failure = await ask_bytes(answer)

    assert failure is not None
    assert failure.kind in {"bad_answer", "interrupted", "connection_lost", "rejected"}
    assert text_in(events) == ""


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("just words", Failure("model_unavailable", "just words")),
        ({"code": 429, "message": "m"}, Failure("rate_limited", "m", 429)),
        ({"code": "429", "message": "m"}, Failure("rate_limited", "m", 429)),
        ({"code": "invalid_api_key", "message": "m"}, Failure("invalid_key", "m")),
        ({"code": "²", "message": "m"}, Failure("model_unavailable", "m")),
        ({"code": 10**30, "message": "m"}, Failure("model_unavailable", "m")),
        ({"code": {}, "message": 5}, Failure("model_unavailable")),
        ({"message": "m", "metadata": {"raw": "[" * 100_000}}, None),
        ({"message": "m", "metadata": {"raw": '{"error": "raw words"}'}}, None),
    ],
)
@pytest.mark.parametrize("place", ["chunk", "choice", "json"])
async def test_an_error_of_any_shape_in_any_place_is_understood(
    place: str, error: Any, failure: Failure | None
) -> None:
    answers = {
        "chunk": sse({"error": error}),
        "choice": sse({"choices": [{"delta": {}, "finish_reason": "error", "error": error}]}),
        "json": refusal("200 OK", error),
    }
    _, failed = await ask_bytes(answers[place])

    assert failed is not None
    assert failed.kind != "internal"
    assert failure is None or failed == failure


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        (["Retry-After: 1.5"], 1.5),
        (["Retry-After: -3"], 0),
        (
            ["Retry-After: Sun, 06 Nov 2050 08:49:37 GMT", "Date: Sun, 06 Nov 2050 08:49:07 GMT"],
            30,
        ),
        (["Retry-After: Sun, 06 Nov 2050 08:49:37 GMT"], None),
        (
            ["Retry-After: Sun, 06 Nov 2050 08:49:37 -0000", "Date: Sun, 06 Nov 2050 08:49:07 GMT"],
            None,
        ),
        (["Retry-After: soon"], None),
        (["Retry-After: nan"], None),
        (["Retry-After: 1e999"], None),
    ],
)
async def test_retry_after_is_read_in_each_of_its_forms(
    headers: list[str], wait_s: float | None
) -> None:
    _, failure = await ask_bytes(refusal("429 Too Many Requests", {"message": "m"}, *headers))

    assert failure == Failure("rate_limited", "m", 429, wait_s)


@pytest.mark.parametrize("before", [0, DETAIL_CHARS - 20, DETAIL_CHARS - 73, 2 * DETAIL_CHARS])
@pytest.mark.parametrize("place", ["status", "stream", "json"])
async def test_a_key_that_the_upstream_quotes_is_masked(place: str, before: int) -> None:
    error = {"message": "x" * before + f" {KEY.value} is not a key, {KEY.value}"}
    answers = {
        "status": refusal("401 Unauthorized", error),
        "stream": sse({"error": error}),
        "json": refusal("200 OK", error),
    }
    _, failure = await ask_bytes(answers[place])

    assert failure is not None
    assert KEY.value[:12] not in failure.detail
    assert len(failure.detail) <= DETAIL_CHARS


async def test_a_failure_can_be_written_as_text() -> None:
    _, failure = await ask_bytes(sse({"error": {"message": "half \ud83d a character"}}))

    assert failure == Failure("model_unavailable", "half \ufffd a character")


async def test_a_key_that_no_header_takes_is_not_quoted() -> None:
    key = Secret("sk-or-v1-secret\nX-Evil: 1")
    async with upstream(sse(FINISH)) as server:
        _, failure = await ask(wire_to(server.base_url, key), request_for())

    assert failure == Failure("connection_lost")
    assert server.heads == []
