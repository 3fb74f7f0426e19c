"""OpenAI's own Python SDK against `/v1`: the app as a metering proxy."""

import socket
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest

from chat.simulator.prose import write

from .conftest import TOKEN

HI: Any = [{"role": "user", "content": "Hi"}]
AUTHORISED = {"authorization": f"Bearer {TOKEN}"}
WHOLE = "".join(write("mixed", 1, 20))
PATIENCE_S = 20.0


@pytest.fixture
def client(server: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server}/v1", api_key=TOKEN, max_retries=0, timeout=PATIENCE_S)


def get(server: str, path: str) -> httpx2.Response:
    return httpx2.get(server + path, headers=AUTHORISED, timeout=PATIENCE_S)


def test_a_whole_answer_with_its_usage(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="sim/len-20-rate-500-ttft-0", messages=HI)

    assert answer.choices[0].message.content == WHOLE
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 20
    assert answer.model == "sim/len-20-rate-500-ttft-0"


def test_a_stream_with_the_usage_chunk_where_it_was_asked_for(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="sim/len-20-rate-500-ttft-0",
        messages=HI,
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = list(stream)

    assert "".join(c.choices[0].delta.content or "" for c in chunks) == WHOLE
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert (last.choices, last.usage and last.usage.completion_tokens) == ([], 20)


def test_no_usage_chunk_unless_it_was_asked_for(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model="sim/len-5-ttft-0", messages=HI, stream=True)

    assert all(len(chunk.choices) == 1 and chunk.usage is None for chunk in stream)


def test_the_answer_ends_at_max_tokens(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="sim/len-50-rate-500-ttft-0", messages=HI, max_completion_tokens=5, top_p=0.5
    )

    assert answer.choices[0].finish_reason == "length"


def test_what_can_be_asked_is_listed(client: openai.OpenAI) -> None:
    assert "sim/echo" in {model.id for model in client.models.list()}


@pytest.mark.parametrize(
    ("model", "error", "code"),
    [
        ("sim/429", openai.RateLimitError, 429),
        ("sim/402", openai.APIStatusError, 402),
        ("sim/401", openai.AuthenticationError, 401),
        ("sim/503", openai.InternalServerError, 503),
        ("acme/no-key-here", openai.AuthenticationError, 401),
    ],
)
@pytest.mark.parametrize("is_streamed", [True, False])
def test_a_failure_before_the_first_word_has_its_status(
    client: openai.OpenAI,
    model: str,
    error: type[openai.APIStatusError],
    code: int,
    is_streamed: bool,
) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=model, messages=HI, stream=is_streamed)

    assert caught.value.status_code == code
    assert isinstance(caught.value.body, dict)
    assert {"message", "type", "param", "code"} <= caught.value.body.keys()


def test_a_failure_after_the_first_word_is_an_error_in_the_stream(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="sim/error-moderated-at-5-ttft-0", messages=HI, stream=True
    )

    with pytest.raises(openai.APIError, match="Moderation flagged"):
        list(stream)


def test_a_wrong_token_is_told_so_in_openais_shape(server: str) -> None:
    stranger = openai.OpenAI(base_url=f"{server}/v1", api_key="tt_wrong", max_retries=0)

    with pytest.raises(openai.AuthenticationError, match="unknown or was revoked"):
        stranger.models.list()


def test_a_call_is_an_answer_like_any_other_but_in_no_list(
    client: openai.OpenAI, server: str
) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="sim/len-5-ttft-0", messages=[{"role": "user", "content": "A hidden question"}]
    )
    place = raw.headers["x-tickertape-conversation"]

    kept = get(server, f"/api/chats/{place}").json()
    listed = get(server, "/api/chats?limit=200").json()["chats"]

    assert kept["messages"][1]["metadata"]["usage"]["outputTokens"] == 5
    assert place not in {chat["id"] for chat in listed}


@pytest.mark.parametrize("model", ["sim/rate-20-len-100000-ttft-0", "sim/stall-5-ttft-0"])
def test_a_client_that_goes_away_cancels_the_answer(
    client: openai.OpenAI, server: str, model: str, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    stream = client.chat.completions.create(model=model, messages=HI, stream=True)
    place = stream.response.headers["x-tickertape-conversation"]
    next(iter(stream))

    stream.close()

    eventually(lambda: outcome(server, place) == "stopped")


def test_going_away_before_the_first_word_cancels_too(
    server: str, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    before = running(server)
    body = b'{"model": "sim/silent", "messages": [{"role": "user", "content": "Hi"}]}'
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + TOKEN.encode()
            + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        eventually(lambda: running(server) == before + 1)

    eventually(lambda: running(server) == before)


def outcome(server: str, place: str) -> str | None:
    figures = get(server, f"/api/chats/{place}").json()["messages"][1]["metadata"]
    found: str | None = figures.get("outcome")
    return found


def running(server: str) -> int:
    """How many answers the server writes."""
    found: int = get(server, "/api/health").json()["answersRunning"]
    return found
