"""The openai provider over a real socket: each fault is the right error, and what came is kept."""

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

from chat.errors import Failure
from chat.messages import Secret
from chat.providers.masking import DETAIL_CHARS

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
        (
            {"code": "invalid_api_key", "message": "m"},
            Failure("invalid_key", "m", error_type="invalid_api_key"),
        ),
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
        (["Retry-After: 1e300"], None),
        (["X-RateLimit-Reset: 900000000000000", "Date: Sun, 06 Nov 2050 08:49:07 GMT"], None),
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


async def test_a_key_is_masked_in_every_text_of_a_failure() -> None:
    other = "sk-or-v1-" + "b2" * 32
    error = {
        "message": f"{other} is not {KEY.value}",
        "availability": {"code": KEY.value},
        "metadata": {"error_type": KEY.value, "provider_name": f"for {KEY.value}"},
    }
    _, failure = await ask_bytes(sse({"error": error}))

    assert failure is not None
    assert all(failure.__getattribute__(name) for name in ("reason", "upstream_provider"))
    assert KEY.value[:14] not in repr(failure)
    assert other not in repr(failure)


async def test_a_failure_can_be_written_as_text() -> None:
    _, failure = await ask_bytes(sse({"error": {"message": "half \ud83d a character"}}))

    assert failure == Failure("model_unavailable", "half \ufffd a character")


async def test_a_key_that_no_header_takes_is_not_quoted() -> None:
    key = Secret("sk-or-v1-secret\nX-Evil: 1")
    async with upstream(sse(FINISH)) as server:
        _, failure = await ask(wire_to(server.base_url, key), request_for())

    assert failure == Failure("connection_lost", "The request could not be sent.")
    assert server.heads == []
