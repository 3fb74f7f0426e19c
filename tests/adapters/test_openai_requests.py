"""The openai provider over a real socket: what it sends, and what it never sends."""

import sys
from collections.abc import Callable

import pytest
from raw_upstream import FINISH, KEY, Upstream, ask, request_for, sse, upstream, wire_to

from chat.errors import KeyMissing
from chat.messages import ChatRequest, Message, Secret
from chat.providers.openai_wire import OpenAIWire
from chat.routing import Endpoint, Routes


async def asked(request: ChatRequest, wire_of: Callable[[str], OpenAIWire] = wire_to) -> Upstream:
    """The upstream, after it was asked."""
    async with upstream(sse(FINISH)) as server:
        _, failure = await ask(wire_of(server.base_url), request)
    assert failure is None
    return server


async def test_what_is_sent_is_what_was_asked_for() -> None:
    messages = (Message("system", "Be brief."), Message("user", "hi"), Message("assistant", "Hi"))

    server = await asked(ChatRequest("author/model", messages, max_tokens=77, temperature=0.25))

    assert server.heads[0].startswith("POST /api/v1/chat/completions HTTP/1.1")
    assert server.bodies == [
        {
            "model": "author/model",
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "max_tokens": 77,
            "temperature": 0.25,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]


async def calls_for(messages: int) -> int:
    """How many functions are called for a request of so many messages."""
    calls = 0

    def note(_frame: object, event: str, _of: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        await asked(ChatRequest("author/model", (Message("user", "hi"),) * messages, 1))
    finally:
        sys.setprofile(None)
    return calls


async def test_an_earlier_message_costs_the_request_few_calls() -> None:
    assert await calls_for(101) - await calls_for(1) < 20 * 100


async def test_without_a_temperature_none_is_sent() -> None:
    server = await asked(request_for(max_tokens=1))

    assert "temperature" not in server.bodies[0]
    assert server.bodies[0]["max_tokens"] == 1


async def test_the_endpoints_key_and_headers_are_sent() -> None:
    extra = {"HTTP-Referer": "http://localhost:8501", "X-OpenRouter-Title": "Tickertape"}

    server = await asked(request_for(), lambda url: wire_to(url, headers=extra))

    assert server.headers["authorization"] == f"Bearer {KEY.value}"
    assert server.headers["http-referer"] == "http://localhost:8501"
    assert server.headers["x-openrouter-title"] == "Tickertape"


async def test_nothing_of_the_sdks_own_environment_reaches_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID", "ADMIN_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "leak")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/leak")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: leak\nAuthorization: Bearer leak")

    server = await asked(request_for())

    assert "leak" not in server.heads[0].lower()
    assert server.headers["authorization"] == f"Bearer {KEY.value}"


async def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert (await asked(request_for())).bodies


async def test_without_a_key_nothing_is_sent() -> None:
    async with upstream() as server:
        routes = Routes(
            openrouter=lambda key: Endpoint(server.base_url, key),
            local=lambda _model: Endpoint(server.base_url, Secret("x")),
            simulator=lambda: Endpoint(server.base_url, Secret("x")),
        )
        events, failure = await ask(OpenAIWire(routes.endpoint), request_for("author/model"))

    assert (len(events), len(server.heads)) == (0, 0)
    assert failure == KeyMissing().failure
